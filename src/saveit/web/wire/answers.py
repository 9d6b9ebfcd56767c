"""What is answered about tables."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Raw, Struct

from saveit.kernel.ids import HoldId, PersonId, ReservationId, RestaurantId, TableId


class TableAnswer(Struct, frozen=True):
    """Where the party sits: one table, or several that are joined. `number` is what stands on them, as "12" or "12+13"."""

    id: TableId
    number: str
    ids: tuple[TableId, ...]
    numbers: tuple[str, ...]


class GuestAnswer(Struct, frozen=True):
    """Who comes."""

    name: str
    phone: str | None
    email: str | None
    language: Literal["es", "en"]


class PolicyAnswer(Struct, frozen=True):
    """The terms under which it was booked. Amounts are in minor units."""

    currency: str
    free_cancellation_until: datetime
    late_cancellation_fee_minor: int
    no_show_fee_minor: int
    deposit_minor: int
    requirements: tuple[str, ...]
    check_in_tolerance_minutes: int
    no_show_after_minutes: int


class ReservationAnswer(Struct, frozen=True, kw_only=True):
    """A reservation. `table` is null for a party admitted beyond the tables, which gets the first that frees."""

    id: ReservationId
    code: str
    status: Literal["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"]
    restaurant_id: RestaurantId
    date: date
    time: str
    service: str
    starts_at: datetime
    leaves_at: datetime
    timezone: str
    party_size: int
    table: TableAnswer | None
    pinned: bool
    overbooked: bool
    guest: GuestAnswer
    user_id: PersonId | None
    special_requests: str | None
    source: str
    qr_url: str | None
    """The guest's pass and calendar entry: null for staff who may not read guests."""
    calendar_url: str | None
    policy: PolicyAnswer
    fee_minor: int
    revision: int
    created_at: datetime
    updated_at: datetime
    hold_id: HoldId | None = None
    confirm_by: datetime | None = None
    confirmed_at: datetime | None = None
    checked_in_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    no_show_at: datetime | None = None
    cancel_reason: str | None = None
    expected_at: datetime | None = None
    """When a party that is late said it comes."""


class ReservationPage(Struct, frozen=True):
    """A page of reservations. `next` asks for the following one; null is the end."""

    reservations: list[ReservationAnswer]
    next: str | None


class HoldAnswer(Struct, frozen=True, kw_only=True):
    """A table kept until `expires_at`."""

    id: HoldId
    restaurant_id: RestaurantId
    date: date
    time: str
    starts_at: datetime
    leaves_at: datetime
    party_size: int
    table: TableAnswer | None
    expires_at: datetime
    renewed_at: datetime | None
    released_at: datetime | None
    reservation_id: ReservationId | None


class Slot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One start. One that cannot be booked says why: `reason` for programs, `message` for people."""

    time: str
    available: bool
    starts_at: datetime | None = None
    leaves_at: datetime | None = None
    service: str | None = None
    overbooked: bool = False
    reason: str | None = None
    message: str | None = None
    facts: dict[str, object] | None = None


class Alternative(Struct, frozen=True):
    """A start that could be booked instead."""

    date: date
    time: str
    starts_at: datetime
    leaves_at: datetime
    service: str


class DayAnswer(Struct, frozen=True, kw_only=True):
    """One date. When the whole of it is closed there are no slots, and a reason."""

    date: date
    open: bool
    available: int
    slots: list[Slot]
    reason: str | None = None
    message: str | None = None


class AvailabilityAnswer(Struct, frozen=True, kw_only=True):
    """What can be booked on a date."""

    restaurant_id: RestaurantId
    timezone: str
    party_size: int
    date: date
    open: bool
    available: int
    slots: list[Slot]
    reason: str | None = None
    message: str | None = None


class Calendar(Struct, frozen=True, kw_only=True):
    """What can be booked on some dates in a row."""

    restaurant_id: RestaurantId
    timezone: str
    party_size: int
    days: list[DayAnswer]


class CheckAnswer(Struct, frozen=True, kw_only=True):
    """Whether one start can be booked now, and what could be instead."""

    restaurant_id: RestaurantId
    date: date
    time: str
    party_size: int
    available: bool
    slot: Slot
    reasons: list[Slot]
    alternatives: list[Alternative]


class Refreshed(Struct, frozen=True):
    """What was read again."""

    restaurant_id: RestaurantId
    date: date | None


class BlockAnswer(Struct, frozen=True):
    """Tables out of service."""

    id: UUID
    restaurant_id: RestaurantId
    table_ids: tuple[TableId, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str


class HistoryEntry(Struct, frozen=True):
    """One thing that happened: who did it, through which channel, what was before and what after."""

    fact_id: UUID
    kind: str
    version: int
    actor: str
    channel: str
    trace_id: str
    at: datetime
    body: Raw


class HistoryAnswer(Struct, frozen=True):
    """What happened to a reservation, the first thing first."""

    history: list[HistoryEntry]
    next: str | None
