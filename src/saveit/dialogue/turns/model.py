"""An event as a turn needs it, and where it comes from."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

import msgspec

from saveit.dialogue.nlu.model import Language
from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.messages import NOBODY, Credentials, Envelope, HttpCall, Response

CallOut: TypeAlias = Callable[[HttpCall], Awaitable[Response]]
"""Makes a call to a provider. Raises: NotSent, AnswerLost."""


class LineOf(msgspec.Struct, frozen=True, kw_only=True):
    """The line an event came by, as a turn needs it."""

    id: UUID
    channel: str
    account: str
    restaurant_id: RestaurantId | None
    advisor_id: UUID | None
    language: Language | None


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """An event out of the inbox; `attempt` is 1 the first time. `is_followed` says that more of the same sender waits behind it."""

    tenant_id: TenantId
    inbox_id: UUID
    line: LineOf
    envelope: Envelope
    received_at: datetime
    trace_id: str
    attempt: int
    credentials: Credentials = Credentials(NOBODY, {})
    is_followed: bool = False


class Inbox(Protocol):
    """Where events come from. The composition root makes one of the gateway's doors."""

    async def claim(self, events_max: int) -> Sequence[Delivered]:
        """Return the next events, at most one of each sender."""
        ...

    async def behind(self, event: Delivered) -> Sequence[Envelope]:
        """Return what waits behind an event of the same sender, the oldest first."""
        ...

    async def finish(self, tx: Transaction, event: Delivered) -> None:
        """Note that an event was taken. Refuses when somebody else has it by now."""
        ...

    async def delay(self, tx: Transaction, event: Delivered, why: str) -> None:
        """Give an event back to be tried later, or put it where a person sees it."""
        ...

    async def put_off(self, tx: Transaction, event: Delivered, wait: timedelta) -> None:
        """Give an event back that waits for something of its own; nothing failed."""
        ...


def place_of(line: LineOf) -> str:
    """Return within what an address means something: a channel's account, not one of its numbers."""
    return f"{line.channel}|{line.account}"
