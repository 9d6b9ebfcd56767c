"""The words of the front door: an event as it is kept, claimed or parked, what came for nobody, and what is refused."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from saveit.advisors import Route
from saveit.kernel.db import Collision
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import LineId, TenantId
from saveit.messages import Answer, Envelope, Request

Reason: TypeAlias = Literal["line_unknown", "line_inactive", "line_ambiguous", "unreadable"]
InboxStatus: TypeAlias = Literal["waiting", "claimed", "done", "parked"]

Spoken: TypeAlias = Callable[[Route, Envelope, Request], Awaitable[Answer | None]]
"""Waits, for a bounded time, for the reply that has to ride on the provider's own request; None when there is none yet."""


class ClaimedEvent(Struct, frozen=True, kw_only=True):
    """An event in the hands of one worker, until it is finished, parked or given back, or its claim runs out.

    `claim` says which claim this is: once somebody else has taken the event, nothing can be said of it under an older one.
    """

    tenant_id: TenantId
    inbox_id: UUID
    claim: int
    route: Route
    envelope: Envelope
    received_at: datetime
    trace_id: str
    position: int
    sender_index: bytes
    is_followed: bool

    def __repr__(self) -> str:
        """Say which event, not what is in it."""
        return f"ClaimedEvent({self.inbox_id}, {self.claim})"


class ParkedEvent(Struct, frozen=True):
    """An event that could not be taken, put aside for a person. `error` names the failure and no guest."""

    id: UUID
    line_id: LineId
    position: int
    received_at: datetime
    attempts: int
    error: str
    parked_at: datetime


class EventLine(Struct, frozen=True):
    """By which line an event came, and how it stands."""

    line_id: LineId
    status: InboxStatus


class Quarantined(Struct, frozen=True):
    """An address at which something came for nobody, so many times. What was said is not kept, because nobody had signed for it."""

    id: UUID
    tenant_id: TenantId | None
    line_id: LineId | None
    channel: str
    account: str
    address: str
    reason: Reason
    seen: int
    octets_last: int
    first_at: datetime
    last_at: datetime


class ChannelUnknown(Refusal):
    """There is no such channel."""

    code: ClassVar[str] = "channel_unknown"


class EventUnknown(Refusal):
    """There is no such event, or it is not parked."""

    code: ClassVar[str] = "inbox_event_unknown"


class ClaimLost(Refusal):
    """The claim ran out and somebody else has the event: what was done under it must be undone."""

    code: ClassVar[str] = "claim_lost"


class InboxFull(Collision):
    """More is being delivered than this process can write in good time; providers deliver it again."""
