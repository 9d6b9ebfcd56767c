"""What the demo is made with."""

import msgspec

from saveit.access import EmailIndex
from saveit.kernel.clock import Clock
from saveit.kernel.db import Database
from saveit.kernel.observe import Logger
from saveit.venues import TenantKeyRing


class DemoTools(msgspec.Struct, frozen=True):
    """What the demo is made with; the composition root's own."""

    database: Database
    clock: Clock
    keys: TenantKeyRing
    emails: EmailIndex
    log: Logger
    line_secret: bytes
    """What the lines' credentials are made from, so that the sandbox's stand-ins have the same."""
