"""What is asked about tables: the bodies of requests."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from saveit.kernel.ids import AreaId, HoldId, RestaurantId, TableId

Clock: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="HH:MM on the restaurant's clock",
        examples=["20:30"],
    ),
]
PartySize: TypeAlias = Annotated[int, Meta(ge=1, le=200, examples=[4])]
ServiceDay: TypeAlias = Annotated[
    date, Meta(description="The service day, YYYY-MM-DD", examples=["2026-03-14"])
]
Source: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^[a-z][a-z0-9_]{0,29}$", description="Where the booking comes from", examples=["api"]),
]
# Composed letters may take up to four code points each; the guests' room counts characters as they are seen.
GuestName: TypeAlias = Annotated[str, Meta(max_length=480, examples=["Ana Rivas"])]
Phone: TypeAlias = Annotated[str, Meta(max_length=64, examples=["+573001234567"])]
Email: TypeAlias = Annotated[str, Meta(max_length=254, examples=["ana@example.com"])]
Wishes: TypeAlias = Annotated[str, Meta(max_length=2_000, examples=["By the window"])]
TableIds: TypeAlias = Annotated[tuple[TableId, ...], Meta(min_length=1, max_length=8)]
RevisionNumber: TypeAlias = Annotated[
    int, Meta(ge=1, description="As it was read; another one now is a conflict")
]


class GuestRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who comes. Phone or email say who it is, and one of them is needed unless staff books: else the guest is nobody in particular."""

    name: GuestName
    phone: Phone | None = None
    email: Email | None = None
    language: Literal["es", "en"] | None = None


class BookingRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table to book. `hold_id` turns a hold into the reservation; `beyond_pacing` is for staff."""

    restaurant_id: RestaurantId
    date: ServiceDay
    time: Clock
    party_size: PartySize
    guest: GuestRequest
    table_id: TableId | None = None
    area_id: AreaId | None = None
    hold_id: HoldId | None = None
    special_requests: Wishes | None = None
    source: Source | None = None
    beyond_pacing: bool = False


class HoldRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table to keep while a guest types."""

    restaurant_id: RestaurantId
    date: ServiceDay
    time: Clock
    party_size: PartySize
    table_id: TableId | None = None
    area_id: AreaId | None = None
    source: Source | None = None


class CheckRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time to ask about without taking it."""

    restaurant_id: RestaurantId
    date: ServiceDay
    time: Clock
    party_size: PartySize
    table_id: TableId | None = None
    area_id: AreaId | None = None


class RefreshRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A restaurant whose days are to be read again, or one day of it."""

    restaurant_id: RestaurantId
    date: ServiceDay | None = None


class GuestChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in a guest's words; null takes a phone or email away."""

    name: GuestName | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    language: Literal["es", "en"] | UnsetType = UNSET


class ReservationChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in a reservation; what is left out stays. With `revision` it is refused if somebody changed it before."""

    date: ServiceDay | UnsetType = UNSET
    time: Clock | UnsetType = UNSET
    party_size: PartySize | UnsetType = UNSET
    table_id: TableId | UnsetType = UNSET
    area_id: AreaId | UnsetType = UNSET
    guest: GuestChange | UnsetType = UNSET
    special_requests: Wishes | UnsetType | None = UNSET
    revision: RevisionNumber | None = None
    beyond_pacing: bool = False


class Revision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The revision that the caller has read."""

    revision: RevisionNumber | None = None


class MoveRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tables that staff give a party, and keep it at; with `pinned` false others may be made room for by moving it again."""

    table_ids: TableIds
    pinned: bool = True
    revision: RevisionNumber | None = None


class UndoRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was done by mistake: naming it keeps a late click from undoing what a colleague did since."""

    act: Literal["check_in", "completion", "no_show", "cancellation"]
    revision: RevisionNumber | None = None


class LateRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many minutes after its start the party said it comes; 0 is on time again."""

    minutes: Annotated[int, Meta(ge=0, le=240, examples=[20])]
    revision: RevisionNumber | None = None


class ExtendRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the party is now expected to leave."""

    leaves_at: datetime
    revision: RevisionNumber | None = None


class WalkInRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party that stands at the door. Without tables it gets the best that is free; without minutes the rules say how long it stays."""

    restaurant_id: RestaurantId
    party_size: PartySize
    guest: GuestRequest | None = None
    table_ids: TableIds | None = None
    minutes: Annotated[int, Meta(ge=5, le=480)] | None = None


class BlockRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tables to take out of service for a while."""

    restaurant_id: RestaurantId
    table_ids: Annotated[tuple[TableId, ...], Meta(min_length=1, max_length=500)]
    starts_at: datetime
    ends_at: datetime
    reason: Annotated[str, Meta(max_length=200)] = ""


class GuestBlockRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a guest is not to book any more, or may again."""

    restaurant_id: RestaurantId
    reason: Annotated[str, Meta(max_length=200)] = ""
