"""What a conversation is about, what it may ask of the core, and what the core answers. Frozen; the state is kept as JSON."""

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from saveit.dialogue.nlu.model import Area, Language, PartOfDay, Understanding
from saveit.messages import UnifiedResponse
from saveit.seating import Closed
from saveit.venues import Rules

Topic: TypeAlias = Literal["book", "change", "cancel", "waitlist", "link"]
Asked: TypeAlias = Literal[
    "restaurant",
    "date",
    "time",
    "party_size",
    "name",
    "phone",
    "email",
    "confirmation",
    "correction",
    "booking",
    "address",
    "code",
    "human",
]
"""What the last reply asked for; where it is a slot, under the slot's own name."""

# ---------------------------------------------------------------------------------------------------- what is remembered


class Draft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the guest has said of a booking, or of how one is to change; `time` is "HH:MM" of the service day `date`."""

    date: datetime.date | None = None
    time: str | None = None
    party_size: int | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    special_requests: str | None = None
    area: Area | None = None
    part_of_day: PartOfDay | None = None

    def __repr__(self) -> str:
        """Say nothing: a guest's words end up in tracebacks and logs."""
        return "Draft(***)"


class Offered(Struct, frozen=True):
    """Something that could be tapped in the last reply; a guest may also say its number or its words."""

    payload: str
    title: str


class State(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered from one message to the next. Whatever is left out has its default, so old states still open."""

    language: Language | None = None
    topic: Topic | None = None
    restaurant_id: UUID | None = None
    draft: Draft = Draft()
    wished_time: str | None = None
    """The time that was full: what a waiting list would wait for."""
    asked: Asked | None = None
    offered: tuple[Offered, ...] = ()
    booking_id: UUID | None = None
    """The booking that is being changed or cancelled."""
    all_of_them: bool = False
    """Whether all bookings are to be cancelled, one after the other."""
    last_booking_id: UUID | None = None
    """The booking made or changed last in this conversation: what "make it nine" means after it."""
    shown_codes: tuple[str, ...] = ()
    """Codes of bookings that this conversation has proved to know."""
    misunderstood: int = 0
    wrong_codes: int = 0
    greeted: bool = False


# ---------------------------------------------------------------------------------------------------- what is known


class Manners(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a restaurant wants its guests spoken to, and what it has to say for itself."""

    formal: bool = False
    """"Usted" in Spanish."""
    ask_before_booking: bool = True
    """Off, a complete request is booked at once, as a guest who knows what he wants expects."""
    menu_url: str = ""
    answers: Mapping[str, str] = MappingProxyType({})
    """The restaurant's own words on parking, pets, wheelchairs…, by topic, or by topic and language: "parking" or "parking.en"."""


class Venue(Struct, frozen=True, kw_only=True):
    """A restaurant as the conversation knows it."""

    id: UUID
    name: str
    timezone: str
    language: Language
    region: str
    currency: str
    address: str
    phone: str
    rules: Rules
    areas: tuple[tuple[UUID, str], ...] = ()
    manners: Manners = Manners()


class Guest(Struct, frozen=True, kw_only=True):
    """What is known of who writes. `phone` and `email` only where the channel vouches for them, or the guest proved them."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    def __repr__(self) -> str:
        """Say nothing."""
        return "Guest(***)"


class Spoken(Struct, frozen=True, tag="spoken"):
    """Words, and what they mean."""

    text: str
    understanding: Understanding

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Spoken({len(self.text)} characters)"


class Tapped(Struct, frozen=True, tag="tapped"):
    """A choice that was tapped, perhaps one that was offered long ago."""

    payload: str
    title: str = ""


UnreadKind: TypeAlias = Literal[
    "audio", "image", "video", "document", "sticker", "place", "contact", "silence", "other"
]


class Unread(Struct, frozen=True, tag="unread"):
    """Something that nobody here can read; in a call, silence."""

    kind: UnreadKind


Heard: TypeAlias = Spoken | Tapped | Unread


class Situation(Struct, frozen=True, kw_only=True):
    """All that one turn starts from."""

    state: State
    heard: Heard
    now: datetime.datetime
    venues: tuple[Venue, ...]
    guest: Guest = Guest()


# ---------------------------------------------------------------------------------------------------- what is asked of the core


class Start(Struct, frozen=True):
    """A start that can be booked."""

    date: datetime.date
    time: str
    starts_at: datetime.datetime


class Known(Struct, frozen=True, kw_only=True):
    """A booking of this guest's, in the restaurant's own clock."""

    id: UUID
    restaurant_id: UUID
    code: str
    status: Literal["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"]
    date: datetime.date
    time: str
    party_size: int
    name: str
    starts_at: datetime.datetime
    revision: int
    special_requests: str | None = None
    fee_minor: int = 0
    late_fee_minor: int = 0
    """What cancelling would cost once it is no longer free."""
    """What cancelling it would cost now; once it is cancelled, what it did cost."""
    free_until: datetime.datetime | None = None
    deposit_minor: int = 0
    requirements: tuple[str, ...] = ()
    confirm_by: datetime.datetime | None = None
    kept_minutes: int = 15
    """How long its table is kept for a party that is late."""


class Listing(Struct, frozen=True):
    """Which starts of a day are free?"""

    restaurant_id: UUID
    on: datetime.date
    party_size: int
    area_id: UUID | None = None


class Probe(Struct, frozen=True):
    """Is this start free, and if not, why not and what is near? `excluding` is the booking that would move there."""

    restaurant_id: UUID
    on: datetime.date
    time: str
    party_size: int
    area_id: UUID | None = None
    excluding: UUID | None = None


class Mine(Struct, frozen=True):
    """Which bookings does this guest have to come?"""


class ByCode(Struct, frozen=True):
    """Which booking has this code? Whoever has the code was sent it."""

    code: str


class Wanted(Struct, frozen=True, kw_only=True):
    """A booking, complete."""

    restaurant_id: UUID
    date: datetime.date
    time: str
    party_size: int
    name: str
    language: Language
    phone: str | None = None
    email: str | None = None
    special_requests: str | None = None
    area_id: UUID | None = None


class Book(Struct, frozen=True):
    """Book it. Asked twice for one message, it is booked once."""

    wanted: Wanted


class Change(Struct, frozen=True, kw_only=True):
    """Give a booking another day, time or size."""

    booking_id: UUID
    revision: int
    on: datetime.date | None = None
    time: str | None = None
    party_size: int | None = None
    area_id: UUID | None = None


class Note(Struct, frozen=True, kw_only=True):
    """Write something on a booking for the host to read, or another name; the tables stay as they are."""

    booking_id: UUID
    text: str | None = None
    name: str | None = None


class Cancel(Struct, frozen=True):
    """Give a booking up."""

    booking_id: UUID
    revision: int


class Wait(Struct, frozen=True):
    """Put the guest on the waiting list, for starts from `earliest` to `latest`."""

    wanted: Wanted
    earliest: str
    latest: str


class Accept(Struct, frozen=True):
    """Book the table that is kept for a party that waited."""

    entry_id: UUID


class Leave(Struct, frozen=True):
    """Wait no more."""

    entry_id: UUID


class SendCode(Struct, frozen=True):
    """Send a code to another address of the guest's, if it is one that is known here."""

    address: str

    def __repr__(self) -> str:
        """Say nothing: it is somebody's address."""
        return "SendCode(***)"


class CheckCode(Struct, frozen=True):
    """Is this the code that was sent? If so, both addresses are one person's."""

    code: str


Question: TypeAlias = (
    Listing
    | Probe
    | Mine
    | ByCode
    | Book
    | Change
    | Note
    | Cancel
    | Wait
    | Accept
    | Leave
    | SendCode
    | CheckCode
)


class Listed(Struct, frozen=True):
    """The free starts, and where there are none, why, with the nearest of other days."""

    starts: tuple[Start, ...]
    closed: tuple[Closed, ...] = ()
    nearest: tuple[Start, ...] = ()


class Free(Struct, frozen=True):
    """It can be booked now."""

    start: Start


class Taken(Struct, frozen=True):
    """It cannot: every reason, and what is near."""

    closed: tuple[Closed, ...]
    nearest: tuple[Start, ...] = ()


class Bookings(Struct, frozen=True):
    """Bookings to come, the next first."""

    known: tuple[Known, ...]


class Done(Struct, frozen=True):
    """It was done; this is how the booking stands now."""

    booking: Known
    links: tuple[str, str] | None = None
    """Where its pass and its calendar entry are."""


class Waiting(Struct, frozen=True):
    """The guest waits, at this place of the queue."""

    position: int


class Sent(Struct, frozen=True):
    """A code is on its way, or there is nobody known to send it to: the guest is told the same."""


class Checked(Struct, frozen=True):
    """Whether the code was the right one."""

    linked: bool


class Refused(Struct, frozen=True):
    """A rule said no: the code of the refusal, and for want of a table the reasons and what is near."""

    code: str
    closed: tuple[Closed, ...] = ()
    nearest: tuple[Start, ...] = ()


Answer: TypeAlias = Listed | Free | Taken | Bookings | Done | Waiting | Sent | Checked | Refused

# ---------------------------------------------------------------------------------------------------- what is decided


class HandOver(Struct, frozen=True):
    """A human answers from here on."""

    why: Literal["asked", "not_understood", "complaint"]


class OptOutEffect(Struct, frozen=True):
    """This address wants to hear no more: after the answer to this nothing goes there until it says otherwise."""


class OptInEffect(Struct, frozen=True):
    """It wants to hear from us again."""


Effect: TypeAlias = HandOver | OptOutEffect | OptInEffect


class Decision(Struct, frozen=True):
    """The end of a turn: what to remember, what besides the core must know, and what to say."""

    state: State
    replies: tuple[UnifiedResponse, ...] = ()
    effects: tuple[Effect, ...] = ()
