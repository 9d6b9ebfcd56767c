"""What a guest's own pages ask and are answered: nothing here names a key, a table to choose, or another guest."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from saveit.guests import Agreed
from saveit.kernel.ids import HoldId
from saveit.waitlist import EntryStatus
from saveit.web.wire.answers import HoldAnswer, PolicyAnswer, ReservationAnswer
from saveit.web.wire.requests import Clock, GuestRequest, PartySize, Phone, RevisionNumber, ServiceDay, Wishes

PhoneProof: TypeAlias = Annotated[str, Meta(max_length=64)]


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
    """A table to book. `news` is the guest's yes to hearing of the restaurant unasked; silence is a no.

    `news_text` says which text stood beside it, in the language in which it was read: it is kept with the yes.

    `phone_proof` is what a code typed rightly is answered with: with it, the phone needs no other proof.
    """

    date: ServiceDay
    time: Clock
    party_size: PartySize
    guest: GuestRequest
    hold_id: HoldId | None = None
    special_requests: Wishes | None = None
    news: bool = False
    news_text: Agreed | None = None
    phone_proof: PhoneProof | None = None


class PhoneCodeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone to prove, for a table that is kept."""

    hold_id: HoldId
    phone: Phone


class PhoneCodeSent(Struct, frozen=True):
    """That a code is on its way, and for how long it is good. Whether anybody has the number is not said."""

    expires_in_s: int


class PhoneCodeCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that came to the phone."""

    phone: Phone
    code: Annotated[str, Meta(min_length=6, max_length=6, pattern="^[0-9]{6}$", examples=["402913"])]


class PhoneProved(Struct, frozen=True):
    """What to book with as `phone_proof`, and for how long it is good."""

    phone_proof: str
    expires_in_s: int


class GuestWaitRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party that waits for a table between two starts."""

    date: ServiceDay
    earliest: Clock
    latest: Clock
    party_size: PartySize
    guest: GuestRequest


class GuestWait(Struct, frozen=True):
    """A party that waits. `wait_url` is the guest's own: whoever has it takes the table that is kept, or leaves."""

    id: UUID
    date: date
    earliest_at: datetime
    latest_at: datetime
    party_size: int
    status: str
    wait_url: str


class GuestPlace(Struct, frozen=True, kw_only=True):
    """A guest's own place in the queue: 1 for the first, and none once it is over.

    While a table is kept, `offered_starts_at` says for when, and `expires_in_s` for how long from now. `manage_url` leads to what came
    of it.
    """

    date: date
    earliest_at: datetime
    latest_at: datetime
    party_size: int
    name: str
    status: EntryStatus
    position: int | None
    wait_minutes: int | None
    offered_starts_at: datetime | None
    expires_in_s: int | None
    manage_url: str | None


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
