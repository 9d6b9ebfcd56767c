"""The typed hand that runs queries.sql, and the one place where rows become reservations and back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.guests import open_details, seal_details
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import ConstraintBroken, Transaction, load_statements
from saveit.kernel.ids import HoldId, PersonId, ReservationId, RestaurantId, TableId
from saveit.reservations.errors import IllegalStatus
from saveit.reservations.model import Hold, Policy, Reservation, Status

_json = msgspec.json.Encoder()
_policy = msgspec.json.Decoder(Policy)


class ReservationRow(msgspec.Struct, frozen=True):
    """A row of `reservations`."""

    reservation_id: UUID
    tenant_id: UUID
    restaurant_id: UUID
    code: str
    status: Status
    person_id: UUID | None
    guest_sealed: bytes
    service_on: date
    service: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: list[UUID]
    pinned: bool
    overbooked: bool
    source: str
    policy: str
    loads: str
    revision: int
    calendar_sequence: int
    created_at: datetime
    updated_at: datetime
    hold_id: UUID | None
    confirm_by: datetime | None
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    no_show_at: datetime | None
    cancel_reason: str | None
    fee_minor: int
    expected_at: datetime | None
    seated_from: datetime | None


class StandingRow(msgspec.Struct, frozen=True):
    """How a guest stands with a restaurant."""

    is_blocked: bool
    no_shows: int


class StaysRow(msgspec.Struct, frozen=True):
    """How many reservations a guest has."""

    stays: int


class HoldIdRow(msgspec.Struct, frozen=True):
    """Which hold."""

    hold_id: UUID


class HoldRow(msgspec.Struct, frozen=True):
    """A row of `holds`."""

    hold_id: UUID
    restaurant_id: UUID
    service_on: date
    service: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: list[UUID]
    loads: str
    expires_at: datetime
    renewed_at: datetime | None
    released_at: datetime | None
    reservation_id: UUID | None


class OpenHoldsRow(msgspec.Struct, frozen=True):
    """How many tables a caller keeps."""

    counted: int


class KeptRow(msgspec.Struct, frozen=True):
    """A guest's stay that was kept."""

    reservation_id: UUID


class OverlapRow(msgspec.Struct, frozen=True):
    """Whether a guest may hold several tables at once."""

    overlap_allowed: bool


class VersionsRow(msgspec.Struct, frozen=True):
    """The versions of a restaurant's rules and floor."""

    rules_version: int
    floor_version: int


_STATEMENTS = load_statements("saveit.reservations")
_FIND_RESERVATION = _STATEMENTS.query("find_reservation", ReservationRow)
_LOCK_RESERVATION = _STATEMENTS.query("lock_reservation", ReservationRow)
_LIST_OF_DAY = _STATEMENTS.query("list_of_day", ReservationRow)
_LIST_OF_CODE = _STATEMENTS.query("list_of_code", ReservationRow)
_LIST_OF_PERSON = _STATEMENTS.query("list_of_person", ReservationRow)
_WAITING_FOR_A_TABLE = _STATEMENTS.query("waiting_for_a_table", ReservationRow)
_STANDING_FROM = _STATEMENTS.query("standing_from", ReservationRow)
_SAVE_RESERVATION = _STATEMENTS.command("save_reservation")
_OPEN_HOLDS_FROM = _STATEMENTS.query("open_holds_from", HoldRow)
_HOLDS_BEYOND_OVER = _STATEMENTS.query("holds_beyond_over", HoldIdRow)
_SAVE_HOLD_LOADS = _STATEMENTS.command("save_hold_loads")
_SAVE_LOADS = _STATEMENTS.command("save_loads")
_FORGET_COUNTS_FROM = _STATEMENTS.command("forget_counts_from")
_COUNT_ANEW = _STATEMENTS.command("count_anew")
_COUNT_OPEN_HOLDS = _STATEMENTS.query("count_open_holds", OpenHoldsRow)
_LOCK_CALLER = _STATEMENTS.command("lock_caller")
_LOCK_RESTAURANT = _STATEMENTS.command("lock_restaurant")
_SHARE_RESTAURANT = _STATEMENTS.command("share_restaurant")
_SHARE_RESTAURANT_OF_RESERVATION = _STATEMENTS.command("share_restaurant_of_reservation")
_SHARE_RESTAURANT_OF_HOLD = _STATEMENTS.command("share_restaurant_of_hold")
_VERSIONS = _STATEMENTS.query("versions", VersionsRow)
_LOCK_DAY = _STATEMENTS.command("lock_day")
_KEEP_GUEST_STAY = _STATEMENTS.query("keep_guest_stay", KeptRow)
_FIND_GUEST_STAY = _STATEMENTS.query("find_guest_stay", OverlapRow)
_END_GUEST_STAY = _STATEMENTS.command("end_guest_stay")
_COUNT_NO_SHOW = _STATEMENTS.command("count_no_show")
_FORGIVE_NO_SHOW = _STATEMENTS.command("forgive_no_show")
_BLOCK_GUEST = _STATEMENTS.command("block_guest")
_LOCK_STANDING = _STATEMENTS.query("lock_standing", StandingRow)
_COUNT_STAYS_TO_COME = _STATEMENTS.query("count_stays_to_come", StaysRow)
_UNBLOCK_GUEST = _STATEMENTS.command("unblock_guest")
_FIND_HOLD = _STATEMENTS.query("find_hold", HoldRow)
_LOCK_HOLD = _STATEMENTS.query("lock_hold", HoldRow)
_RENEW_HOLD = _STATEMENTS.command("renew_hold")
_RENEW_OCCUPANCY = _STATEMENTS.command("renew_occupancy")
_RELEASE_HOLD = _STATEMENTS.command("release_hold")
_MOVE_HOLD = _STATEMENTS.command("move_hold")


async def find_reservation(
    tx: Transaction, sealer: Sealer, reservation_id: ReservationId
) -> Reservation | None:
    """Return one reservation."""
    row = await tx.maybe(_FIND_RESERVATION, tenant_id=sealer.tenant_id, reservation_id=reservation_id)
    return None if row is None else reservation_of(row, sealer)


async def lock_reservation(
    tx: Transaction, sealer: Sealer, reservation_id: ReservationId
) -> Reservation | None:
    """Return one reservation and keep it, and its restaurant's rules, from changing until the transaction ends."""
    await tx.run(_SHARE_RESTAURANT_OF_RESERVATION, tenant_id=sealer.tenant_id, reservation_id=reservation_id)
    row = await tx.maybe(_LOCK_RESERVATION, tenant_id=sealer.tenant_id, reservation_id=reservation_id)
    return None if row is None else reservation_of(row, sealer)


async def list_of_day(
    tx: Transaction,
    sealer: Sealer,
    restaurant_id: RestaurantId,
    *,
    service_on: date,
    statuses: Sequence[Status] | None,
    after: tuple[datetime, UUID],
    rows_max: int,
) -> list[Reservation]:
    """Return a page of a restaurant's service day."""
    rows = await tx.many(
        _LIST_OF_DAY,
        tenant_id=sealer.tenant_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        statuses=None if statuses is None else list(statuses),
        after_at=after[0],
        after_id=after[1],
        rows_max=rows_max,
    )
    return [reservation_of(row, sealer) for row in rows]


async def list_of_person(
    tx: Transaction, sealer: Sealer, person_id: PersonId, *, before: tuple[date, UUID], rows_max: int
) -> list[Reservation]:
    """Return a page of a guest's reservations, the latest first."""
    rows = await tx.many(
        _LIST_OF_PERSON,
        tenant_id=sealer.tenant_id,
        person_id=person_id,
        before_on=before[0],
        before_id=before[1],
        rows_max=rows_max,
    )
    return [reservation_of(row, sealer) for row in rows]


async def list_of_code(tx: Transaction, sealer: Sealer, code: str, *, from_on: date) -> list[Reservation]:
    """Return the reservations of a code from a day on."""
    rows = await tx.many(_LIST_OF_CODE, tenant_id=sealer.tenant_id, code=code, from_on=from_on)
    return [reservation_of(row, sealer) for row in rows]


async def waiting_for_a_table(
    tx: Transaction, sealer: Sealer, restaurant_id: RestaurantId, service_on: date
) -> list[Reservation]:
    """Return the parties of a day that have no table yet, locked, the first come first; the rules wait for the transaction's end."""
    await share_restaurant(tx, restaurant_id)
    rows = await tx.many(
        _WAITING_FOR_A_TABLE, tenant_id=sealer.tenant_id, restaurant_id=restaurant_id, service_on=service_on
    )
    return [reservation_of(row, sealer) for row in rows]


async def standing_from(
    tx: Transaction, sealer: Sealer, restaurant_id: RestaurantId, first_on: date
) -> list[Reservation]:
    """Return what still stands from a day on, locked."""
    rows = await tx.many(
        _STANDING_FROM, tenant_id=sealer.tenant_id, restaurant_id=restaurant_id, first_on=first_on
    )
    return [reservation_of(row, sealer) for row in rows]


async def save_reservation(tx: Transaction, sealer: Sealer, before: Reservation, after: Reservation) -> None:
    """Write what an act changed. Refuses: IllegalStatus when the database knows no such step."""
    try:
        await tx.run(
            _SAVE_RESERVATION,
            service_on=after.date,
            status=after.status,
            guest_sealed=seal_details(sealer, after.guest, after.id),
            service=after.service,
            starts_at=after.starts_at,
            leaves_at=after.leaves_at,
            ends_at=after.ends_at,
            party_size=after.party_size,
            table_ids=list(after.table_ids),
            pinned=after.pinned,
            overbooked=after.overbooked,
            policy=_json.encode(after.policy).decode(),
            loads=after.loads,
            revision=after.revision,
            calendar_sequence=after.calendar_sequence,
            updated_at=after.updated_at,
            confirm_by=after.confirm_by,
            confirmed_at=after.confirmed_at,
            checked_in_at=after.checked_in_at,
            completed_at=after.completed_at,
            cancelled_at=after.cancelled_at,
            no_show_at=after.no_show_at,
            cancel_reason=after.cancel_reason,
            fee_minor=after.fee_minor,
            expected_at=after.expected_at,
            seated_from=after.seated_from,
            tenant_id=sealer.tenant_id,
            was_on=before.date,
            reservation_id=after.id,
        )
    except ConstraintBroken as error:
        if error.constraint == "status_moves_legally":
            raise IllegalStatus(status=before.status, wanted=after.status) from error
        raise


async def open_holds_from(tx: Transaction, restaurant_id: RestaurantId, first_on: date) -> list[Hold]:
    """Return the holds that are still open from a day on, locked."""
    rows = await tx.many(
        _OPEN_HOLDS_FROM, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, first_on=first_on
    )
    return [_hold_of(row) for row in rows]


async def holds_beyond_over(
    tx: Transaction, restaurant_id: RestaurantId, service_on: date, now: datetime
) -> list[HoldId]:
    """Return the holds of places beyond the tables of a day whose time is over."""
    rows = await tx.many(
        _HOLDS_BEYOND_OVER,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        now=now,
    )
    return [HoldId(row.hold_id) for row in rows]


async def count_anew(
    tx: Transaction,
    restaurant_id: RestaurantId,
    first_on: date,
    *,
    recounted: Sequence[Reservation],
    recounted_holds: Sequence[Hold],
) -> None:
    """Replace a restaurant's counters from a day on by what its reservations and holds say now."""
    await tx.run(
        _SAVE_HOLD_LOADS,
        hold_ids=[each.id for each in recounted_holds],
        loads=[each.loads for each in recounted_holds],
        tenant_id=tx.tenant_id,
    )
    await tx.run(
        _SAVE_LOADS,
        reservation_ids=[each.id for each in recounted],
        service_days=[each.date for each in recounted],
        loads=[each.loads for each in recounted],
        tenant_id=tx.tenant_id,
    )
    coordinates = {"tenant_id": tx.tenant_id, "restaurant_id": restaurant_id, "first_on": first_on}
    await tx.run(_FORGET_COUNTS_FROM, **coordinates)
    await tx.run(_COUNT_ANEW, **coordinates)


async def count_open_holds(tx: Transaction, restaurant_id: RestaurantId, now: datetime) -> int:
    """Return how many tables of a restaurant the transaction's actor keeps."""
    row = await tx.one(
        _COUNT_OPEN_HOLDS,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        holder=str(tx.actor),
        now=now,
    )
    return row.counted


async def lock_caller(tx: Transaction, restaurant_id: RestaurantId) -> None:
    """Wait until no other hold of the transaction's actor in the restaurant is being counted."""
    await tx.run(_LOCK_CALLER, restaurant_id=restaurant_id, holder=str(tx.actor))


async def lock_restaurant(tx: Transaction, restaurant_id: RestaurantId) -> None:
    """Let no booking of the restaurant be decided while this transaction runs."""
    await tx.run(_LOCK_RESTAURANT, restaurant_id=restaurant_id)


async def share_restaurant(tx: Transaction, restaurant_id: RestaurantId) -> None:
    """Keep rules and floor as they are while this transaction runs."""
    await tx.run(_SHARE_RESTAURANT, restaurant_id=restaurant_id)


async def versions(tx: Transaction, restaurant_id: RestaurantId) -> tuple[int, int]:
    """Return the versions of rules and floor."""
    row = await tx.one(_VERSIONS, tenant_id=tx.tenant_id, restaurant_id=restaurant_id)
    return row.rules_version, row.floor_version


async def lock_day(tx: Transaction, restaurant_id: RestaurantId, service_on: date) -> None:
    """Queue behind other rare acts of the same service day."""
    await tx.run(_LOCK_DAY, restaurant_id=restaurant_id, service_on=service_on)


async def keep_guest_stay(tx: Transaction, reservation: Reservation, *, overlap_allowed: bool) -> bool:
    """Note where the guest is; False when he is elsewhere at that time."""
    kept = await tx.many(
        _KEEP_GUEST_STAY,
        tenant_id=reservation.tenant_id,
        restaurant_id=reservation.restaurant_id,
        person_id=reservation.person_id,
        reservation_id=reservation.id,
        starts_at=reservation.starts_at,
        ends_at=reservation.leaves_at,
        overlap_allowed=overlap_allowed,
    )
    return bool(kept)


async def guest_may_overlap(tx: Transaction, reservation: Reservation) -> bool:
    """Say whether the reservation was made under a rule that lets its guest hold several tables at once."""
    row = await tx.maybe(_FIND_GUEST_STAY, tenant_id=reservation.tenant_id, reservation_id=reservation.id)
    return row is None or row.overlap_allowed


async def end_guest_stay(tx: Transaction, reservation: Reservation) -> None:
    """Note that the guest is free again."""
    await tx.run(_END_GUEST_STAY, tenant_id=reservation.tenant_id, reservation_id=reservation.id)


async def count_no_show(tx: Transaction, reservation: Reservation) -> None:
    """Count a no-show against the guest, if it is known who he is."""
    if reservation.person_id is not None:
        await tx.run(
            _COUNT_NO_SHOW,
            tenant_id=reservation.tenant_id,
            restaurant_id=reservation.restaurant_id,
            person_id=reservation.person_id,
        )


async def forgive_no_show(tx: Transaction, reservation: Reservation) -> None:
    """Take a no-show off the guest's record."""
    if reservation.person_id is not None:
        await tx.run(
            _FORGIVE_NO_SHOW,
            tenant_id=reservation.tenant_id,
            restaurant_id=reservation.restaurant_id,
            person_id=reservation.person_id,
        )


async def lock_standing(tx: Transaction, restaurant_id: RestaurantId, person_id: PersonId) -> StandingRow:
    """Return how a guest stands with a restaurant; whoever acts for the guest meanwhile waits for this transaction."""
    return await tx.one(
        _LOCK_STANDING, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, person_id=person_id
    )


async def stays_to_come(
    tx: Transaction, restaurant_id: RestaurantId, person_id: PersonId, now: datetime
) -> int:
    """Return how many reservations of a guest are not over."""
    row = await tx.one(
        _COUNT_STAYS_TO_COME,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        person_id=person_id,
        now=now,
    )
    return row.stays


async def block_guest(
    tx: Transaction, restaurant_id: RestaurantId, person_id: PersonId, *, blocked_at: datetime, reason: str
) -> None:
    """Take no more bookings from a guest."""
    await tx.run(
        _BLOCK_GUEST,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        person_id=person_id,
        blocked_at=blocked_at,
        reason=reason,
    )


async def unblock_guest(tx: Transaction, restaurant_id: RestaurantId, person_id: PersonId) -> None:
    """Take bookings from a guest again."""
    await tx.run(_UNBLOCK_GUEST, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, person_id=person_id)


async def find_hold(tx: Transaction, hold_id: HoldId) -> Hold | None:
    """Return one hold."""
    row = await tx.maybe(_FIND_HOLD, tenant_id=tx.tenant_id, hold_id=hold_id)
    return None if row is None else _hold_of(row)


async def lock_hold(tx: Transaction, tenant_id: UUID, hold_id: UUID) -> Hold | None:
    """Return one hold and keep it, and its restaurant's rules, from changing until the transaction ends."""
    await tx.run(_SHARE_RESTAURANT_OF_HOLD, tenant_id=tenant_id, hold_id=hold_id)
    row = await tx.maybe(_LOCK_HOLD, tenant_id=tenant_id, hold_id=hold_id)
    return None if row is None else _hold_of(row)


async def renew_hold(tx: Transaction, hold: Hold, *, expires_at: datetime, renewed_at: datetime) -> None:
    """Keep a held table longer."""
    await tx.run(
        _RENEW_HOLD,
        tenant_id=tx.tenant_id,
        hold_id=hold.id,
        expires_at=expires_at,
        renewed_at=renewed_at,
    )
    await tx.run(_RENEW_OCCUPANCY, tenant_id=tx.tenant_id, holder_id=hold.id, expires_at=expires_at)


async def release_hold(tx: Transaction, hold: Hold, released_at: datetime) -> None:
    """Note that a hold is over."""
    await tx.run(_RELEASE_HOLD, tenant_id=tx.tenant_id, hold_id=hold.id, released_at=released_at)


async def move_hold(tx: Transaction, tenant_id: UUID, hold_id: UUID, table_ids: Sequence[UUID]) -> None:
    """Note that a hold keeps other tables."""
    await tx.run(_MOVE_HOLD, tenant_id=tenant_id, hold_id=hold_id, table_ids=list(table_ids))


def reservation_of(row: ReservationRow, sealer: Sealer) -> Reservation:
    """Return a row as the reservation it is, its guest opened."""
    # By name: whoever reads a reservation beside something of his own has a row that goes on.
    fields = {name: getattr(row, name) for name in ReservationRow.__struct_fields__}
    reservation_id = ReservationId(row.reservation_id)
    del fields["reservation_id"], fields["service_on"], fields["guest_sealed"]
    fields |= {
        "id": reservation_id,
        "date": row.service_on,
        "guest": open_details(sealer, row.guest_sealed, reservation_id),
        "table_ids": tuple(TableId(table_id) for table_id in row.table_ids),
        "policy": _policy.decode(row.policy),
    }
    return Reservation(**fields)


def _hold_of(row: HoldRow) -> Hold:
    return Hold(
        id=HoldId(row.hold_id),
        restaurant_id=RestaurantId(row.restaurant_id),
        date=row.service_on,
        service=row.service,
        starts_at=row.starts_at,
        leaves_at=row.leaves_at,
        ends_at=row.ends_at,
        party_size=row.party_size,
        table_ids=tuple(TableId(table_id) for table_id in row.table_ids),
        loads=row.loads,
        expires_at=row.expires_at,
        renewed_at=row.renewed_at,
        released_at=row.released_at,
        reservation_id=None if row.reservation_id is None else ReservationId(row.reservation_id),
    )
