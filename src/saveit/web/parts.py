"""What the skin is put together from, once, by the composition root."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network

import msgspec

from saveit.access import EmailIndex, PrincipalCache
from saveit.consumers.live import Chats, Hub, Times
from saveit.gateway import Gateway
from saveit.kernel.redis import Redis
from saveit.reservations import Desk


class Limits(msgspec.Struct, frozen=True):
    """How often one may ask, per minute; 0 is without limit. An API key's own quota is in its row and only ever lowers this.

    Without a Redis, each of the `processes` that answer for one address keeps its own count, and lets in its share.
    """

    ip_per_minute: int = 600
    key_per_minute: int = 6_000
    processes: int = 1
    sockets_per_address: int = 0
    sockets_per_holder: int = 0


class Live(msgspec.Struct, frozen=True):
    """What the sockets are served from. `session_token` signs a web chat's session with its line's secret, as the channel reads it."""

    hub: Hub
    chats: Chats
    times: Times
    session_token: Callable[[str, str], str]


def _nobody() -> None:
    """Nobody has to be woken."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The desk, the front door of the channels, the door that knows who is calling, and what a process is told from outside.

    `public_url` is where guests reach us, without a slash at its end. `trusted_proxies` are the networks whose X-Forwarded-For is
    believed; with none, a caller is who connects.
    """

    desk: Desk
    gateway: Gateway
    principals: PrincipalCache
    emails: EmailIndex
    public_url: str
    live: Live | None = None
    """Absent, no sockets are served."""
    limits: Limits = Limits()
    redis: Redis | None = None
    """Where the processes count together; absent, each counts its share."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    deliver: Callable[[], None] = _nobody
    """Called once something is planned to be said, so that nobody waits for delivery's next look."""
    sandbox: bool = False
    """Whether the providers are stand-ins here, and there is a page to play them."""
    owner_dsn: str | None = None
    """The migrating login, for /readyz to compare migrations; absent, only the connection is tried."""
