"""The words of reservations: what is asked for, what stands, and the terms it was made under. Frozen, without clock or I/O."""

from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.guests import GuestDetails
from saveit.kernel.ids import AreaId, HoldId, PersonId, ReservationId, RestaurantId, TableId, TenantId
from saveit.seating import Audience
from saveit.venues import Rules

Status: TypeAlias = Literal["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"]

CalendarStatus: TypeAlias = Literal["tentative", "confirmed", "cancelled"]

STANDING: frozenset[Status] = frozenset(("pending", "confirmed", "checked_in"))
"""The statuses in which a party holds its tables."""

LEGAL_MOVES: dict[Status, frozenset[Status]] = {
    "pending": frozenset(("confirmed", "cancelled")),
    "confirmed": frozenset(("checked_in", "cancelled", "no_show")),
    "checked_in": frozenset(("completed", "confirmed")),
    "completed": frozenset(("checked_in",)),
    "cancelled": frozenset(("pending", "confirmed")),
    "no_show": frozenset(("confirmed", "completed")),
}
"""Where a status may go, also when a host undoes what was a mistake. The same arrows as the database's trigger, which has the last word;
tests/house compares the two."""


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a table. `date` is the service day: "00:30" of a Friday's dinner is that Friday's."""

    restaurant_id: RestaurantId
    date: date
    time: str
    party_size: int
    guest: GuestDetails
    source: str
    audience: Audience
    table_id: TableId | None = None
    area_id: AreaId | None = None
    hold_id: HoldId | None = None
    beyond_pacing: bool = False
    written_from: str | None = None
    """The channel's address the guest writes from, as `saveit.guests.channel_key`: it says who they are, whatever number they leave."""
    met: tuple[str, ...] = ()
    """Requirements that the guest has met before booking, such as "phone_verification"."""


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A request to keep a table for a while."""

    restaurant_id: RestaurantId
    date: date
    time: str
    party_size: int
    source: str
    audience: Audience
    table_id: TableId | None = None
    area_id: AreaId | None = None
    excluding: UUID | None = None
    ttl_s: int | None = None
    beyond_tables: bool = True
    """Whether a place beyond the tables will do where the rules admit one."""


class Key(msgspec.Struct, frozen=True):
    """An idempotency key: `scope` is the caller it belongs to, `digest` the SHA-256 of the request's body."""

    scope: str
    text: str
    digest: bytes


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The terms at the moment of booking; later changes of the rules do not touch them. Amounts in minor units.

    `audience` is under whose rules it was booked: a guest's booking counts as sold online for as long as seats are held back. None
    where it was booked before this was written down.
    """

    currency: str
    free_until: datetime
    late_fee_minor: int
    no_show_fee_minor: int
    deposit_minor: int
    requirements: tuple[str, ...]
    tolerance_minutes: int
    no_show_after_minutes: int
    audience: Audience | None = None
    met: tuple[str, ...] = ()
    """Requirements that the rules made and the guest had met; no longer asked for."""

    def fee_of_cancelling(self, now: datetime) -> int:
        """Return the fee: none up to and including the last free instant."""
        return 0 if now <= self.free_until else self.late_fee_minor


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation as the restaurant and its guest know it. `leaves_at` is when the party is expected to go."""

    id: ReservationId
    tenant_id: TenantId
    restaurant_id: RestaurantId
    code: str
    status: Status
    person_id: PersonId | None
    guest: GuestDetails
    date: date
    service: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: tuple[TableId, ...]
    pinned: bool
    overbooked: bool
    source: str
    policy: Policy
    loads: str
    revision: int
    calendar_sequence: int
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
    fee_minor: int = 0
    expected_at: datetime | None = None
    """When a late party said it comes."""
    seated_from: datetime | None = None
    """Since when a party that was seated before its start has its tables."""

    @property
    def holds_from(self) -> datetime:
        """Return since when its tables are its own."""
        return self.seated_from or self.starts_at

    @property
    def stands(self) -> bool:
        """Say whether the party still holds its tables."""
        return self.status in STANDING

    @property
    def calendar_status(self) -> CalendarStatus:
        """Return what the guest's calendar is told. A missed dinner is not taken back: it did stand, and the evening it was on is over."""
        match self.status:
            case "pending":
                return "tentative"
            case "cancelled":
                return "cancelled"
            case _:
                return "confirmed"


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A table kept while a guest makes up his mind; without tables it is a place beyond them."""

    id: HoldId
    restaurant_id: RestaurantId
    date: date
    service: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: tuple[TableId, ...]
    loads: str
    expires_at: datetime
    renewed_at: datetime | None = None
    released_at: datetime | None = None
    reservation_id: ReservationId | None = None

    @property
    def overbooked(self) -> bool:
        """Say whether it keeps a place beyond the tables."""
        return not self.table_ids


class Held(msgspec.Struct, frozen=True):
    """A hold, and whether this very request had made it before."""

    hold: Hold
    replayed: bool


class Booked(msgspec.Struct, frozen=True):
    """A reservation, and whether this very request had made it before."""

    reservation: Reservation
    replayed: bool


def policy_of(
    rules: Rules,
    *,
    on: date,
    starts_at: datetime,
    party_size: int,
    currency: str,
    audience: Audience,
    met: tuple[str, ...] = (),
) -> Policy:
    """Return the terms that these rules give a party. A date in high demand multiplies deposit and penalty, half a unit rounded up.

    What the guest has `met` already is not asked for again.
    """
    cancellation, requirements = rules.cancellation_policy, rules.requirements
    special = rules.special_date(on)
    factor = special.multiplier if special is not None and special.multiplier is not None else 1.0
    penalty = cancellation.penalty_amount_minor if cancellation.no_show_penalty else 0
    deposit = 0
    if requirements.requires_deposit:
        deposit = requirements.deposit_amount_minor * (party_size if requirements.deposit_per_guest else 1)
    asked = (
        ("deposit", requirements.requires_deposit),
        ("phone_verification", requirements.requires_phone_verification),
        ("credit_card", requirements.requires_credit_card),
        ("identification", requirements.requires_identification),
    )
    return Policy(
        currency=currency,
        free_until=starts_at - timedelta(hours=cancellation.free_cancellation_hours),
        late_fee_minor=_times(penalty, factor),
        no_show_fee_minor=_times(penalty, factor),
        deposit_minor=_times(deposit, factor),
        requirements=tuple(name for name, wanted in asked if wanted and name not in met),
        tolerance_minutes=rules.check_in.tolerance_minutes,
        no_show_after_minutes=rules.check_in.no_show_after_minutes,
        audience=audience,
        met=tuple(name for name, wanted in asked if wanted and name in met),
    )


def awaits_confirmation(rules: Rules, policy: Policy, audience: Audience) -> bool:
    """Say whether a booking stands only once staff, a payment or a proof confirms it. Showing identification happens at the door."""
    if audience == "staff":
        return False
    return rules.confirmation.mode == "manual" or any(
        requirement != "identification" for requirement in policy.requirements
    )


def _times(amount_minor: int, factor: float) -> int:
    return int(amount_minor * factor + 0.5)
