"""What a guest's own pages ask and are answered: nothing here names a key, a table to choose, or another guest."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from saveit.kernel.ids import HoldId
from saveit.web.wire.answers import HoldAnswer, PolicyAnswer, ReservationAnswer
from saveit.web.wire.requests import Clock, GuestRequest, PartySize, RevisionNumber, ServiceDay, Wishes


class HouseCard(Struct, frozen=True, kw_only=True):
    """A restaurant as its guests may know it, and the bounds within which they may ask."""

    slug: str
    name: str
    timezone: str
    language: Literal["es", "en"]
    currency: str
    address: str
    phone: str
    party_size_min: int
    party_size_max: int
    first_on: date
    last_on: date
    confirmation: Literal["automatic", "manual"]
    requirements: tuple[str, ...]
    now: datetime


class GuestHoldRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table to keep while a guest types."""

    date: ServiceDay
    time: Clock
    party_size: PartySize


class GuestHold(Struct, frozen=True):
    """A table that is kept, how long from now, and the terms that booking it would have."""

    hold: HoldAnswer
    expires_in_s: int
    policy: PolicyAnswer


class GuestBookingRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table to book. `news` is the guest's yes to hearing of the restaurant unasked; silence is a no."""

    date: ServiceDay
    time: Clock
    party_size: PartySize
    guest: GuestRequest
    hold_id: HoldId | None = None
    special_requests: Wishes | None = None
    news: bool = False


class GuestWaitRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party that waits for a table between two starts."""

    date: ServiceDay
    earliest: Clock
    latest: Clock
    party_size: PartySize
    guest: GuestRequest


class GuestWait(Struct, frozen=True):
    """A party that waits."""

    id: UUID
    date: date
    earliest_at: datetime
    latest_at: datetime
    party_size: int
    status: str


class GuestReservation(Struct, frozen=True, kw_only=True):
    """A guest's own reservation, and what may be done with it now. `cancel_fee_minor` is what cancelling now would cost."""

    reservation: ReservationAnswer
    restaurant: HouseCard
    manage_url: str
    may_change: bool
    may_cancel: bool
    cancel_fee_minor: int


class GuestChangeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in a guest's own reservation; what is left out stays."""

    date: ServiceDay | UnsetType = UNSET
    time: Clock | UnsetType = UNSET
    party_size: PartySize | UnsetType = UNSET
    special_requests: Wishes | UnsetType | None = UNSET
    revision: RevisionNumber | None = None
