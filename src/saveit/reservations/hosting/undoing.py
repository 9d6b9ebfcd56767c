"""What a host did by mistake, set right: each undoing is an act of its own, and what was given back is asked for again.

What tempts is to write the former row back. Meanwhile others have booked: tables, counters and the guest's evening are therefore taken
as a booking takes them, in the ledger's order, and when the table is gone the undoing is refused like any request for a table.
"""

from datetime import datetime, timedelta

import msgspec

from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId, TableId
from saveit.ledger import House, LoadRow, note_freed, take_loads
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import (
    GuestBlocked,
    GuestLimit,
    GuestOverlap,
    IllegalStatus,
    LateBeyondStay,
    SlotUnavailable,
    UndoTooLate,
)
from saveit.reservations.hosting.blocks import counted_in
from saveit.reservations.hosting.changes import find, lock, require, save
from saveit.reservations.hosting.moving import Quicker, full, held, house_now, keep_stay, take_or_leave
from saveit.reservations.hosting.store import restart_occupancy, set_movable
from saveit.reservations.model import Reservation
from saveit.reservations.taking.holds import fresh_day
from saveit.seating import Asking, free_units
from saveit.venues import Rules

# A slip is noticed while the screen still shows it; later the guest has been told, and may have made other plans.
_CANCELLATION_UNDONE_WITHIN = timedelta(minutes=30)
# Dessert after the bill; later somebody else sits there.
_COMPLETION_UNDONE_WITHIN = timedelta(hours=2)
# Guests complain about a penalty within days.
_NO_SHOW_UNDONE_WITHIN = timedelta(days=7)


async def undo_check_in(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, *, revision: int | None = None
) -> Reservation:
    """Note that the party is not here after all. It keeps its tables, and is waited for from now on if its time has come.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus (also for a party that walked in: it has left, or is here).
    """
    before = await lock(desk, tx, reservation_id, revision=revision)
    require(before, "checked_in", wanted="confirmed")
    if before.source == "walk_in":
        raise IllegalStatus(status=before.status, wanted="confirmed")
    after = msgspec.structs.replace(
        before,
        status="confirmed",
        checked_in_at=None,
        expected_at=_awaited(before, desk.now()),
        seated_from=None,
    )
    await set_movable(tx, before, movable=not before.pinned)
    if before.seated_from is not None:
        await restart_occupancy(tx, after)
        await note_freed(tx, before.tenant_id, before.restaurant_id, before.seated_from)
    return await save(desk, tx, "reservation.check_in_undone", before=before, after=after)


async def undo_completion(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, *, revision: int | None = None
) -> Reservation:
    """Note that the party still sits at its tables.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus, UndoTooLate after two hours, TableTaken when somebody else has them now.
    """
    before = await _locked(desk, tx, reservation_id, revision)
    require(before, "completed", wanted="checked_in")
    if before.checked_in_at is None:
        raise IllegalStatus(status=before.status, wanted="checked_in")
    _require_soon(before.completed_at, _COMPLETION_UNDONE_WITHIN, desk.now())
    after = msgspec.structs.replace(before, status="checked_in", completed_at=None)
    try:
        async with tx.savepoint():
            await take_or_leave(tx, after)
    except Quicker:
        house = await desk.house(before.tenant_id, before.restaurant_id)
        raise await held(tx, house, after) from None
    await keep_stay(tx, before, after)
    return await save(desk, tx, "reservation.completion_undone", before=before, after=after)


async def undo_no_show(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, *, revision: int | None = None
) -> Reservation:
    """Note that the party did come, or still may: no fee, one less on the guest's record, and a table while its stay is not over.

    Once the stay is over nothing is taken: the party was here and has left.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus, UndoTooLate after a week, SlotUnavailable, TableTaken.
    """
    before = await _locked(desk, tx, reservation_id, revision)
    require(before, "no_show", wanted="confirmed")
    now = desk.now()
    _require_soon(before.no_show_at, _NO_SHOW_UNDONE_WITHIN, now)
    after = msgspec.structs.replace(before, no_show_at=None, fee_minor=0)
    if now < before.ends_at:
        after = msgspec.structs.replace(after, status="confirmed", expected_at=_awaited(before, now))
        after = await _seated_again(desk, tx, after, may_overlap=True)
    else:
        after = msgspec.structs.replace(after, status="completed", completed_at=before.leaves_at)
        after = await _count_again(desk, tx, await house_now(desk, tx, after), after)
    await store.forgive_no_show(tx, before)
    return await save(desk, tx, "reservation.no_show_undone", before=before, after=after)


async def undo_cancellation(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, *, revision: int | None = None
) -> Reservation:
    """Let a reservation stand as it did before it was cancelled: at its tables, or where these are taken at others that fit.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus, UndoTooLate after half an hour or once the stay is over,
    SlotUnavailable, TableTaken when staff had chosen it, GuestOverlap when the guest has another reservation at this time by now,
    and where the guest had booked: GuestBlocked, GuestLimit, as a booking would be by now.
    """
    before = await _locked(desk, tx, reservation_id, revision)
    stood = "pending" if before.confirmed_at is None else "confirmed"
    require(before, "cancelled", wanted=stood)
    now = desk.now()
    _require_soon(before.cancelled_at, _CANCELLATION_UNDONE_WITHIN, now)
    if now >= before.leaves_at:
        raise UndoTooLate(until=before.leaves_at.isoformat())
    rules = (await desk.house(before.tenant_id, before.restaurant_id)).rules
    waits = timedelta(minutes=rules.confirmation.confirm_within_minutes)
    after = msgspec.structs.replace(
        before,
        status=stood,
        cancelled_at=None,
        cancel_reason=None,
        fee_minor=0,
        confirm_by=now + waits if stood == "pending" else None,
        expected_at=_awaited(before, now),
    )
    after = await _seated_again(desk, tx, after, may_overlap=rules.guest_limits.overlapping_allowed)
    await _require_welcome(tx, rules, after, now)
    return await save(desk, tx, "reservation.cancellation_undone", before=before, after=after)


async def expect_late(
    desk: Desk,
    tx: Transaction,
    reservation_id: ReservationId,
    late: timedelta,
    *,
    revision: int | None = None,
) -> Reservation:
    """Wait for a party that said it comes so much after its start; none is on time again. It still leaves when it should.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus once it is here or over, LateBeyondStay.
    """
    before = await lock(desk, tx, reservation_id, revision=revision)
    if before.status not in {"pending", "confirmed"}:
        raise IllegalStatus(status=before.status)
    expected_at = before.starts_at + late
    if expected_at >= before.leaves_at:
        raise LateBeyondStay(leaves_at=before.leaves_at.isoformat())
    after = msgspec.structs.replace(before, expected_at=expected_at if late else None)
    if after == before:
        return before
    return await save(desk, tx, "reservation.running_late", before=before, after=after)


async def _locked(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, revision: int | None
) -> Reservation:
    """Return a reservation, kept from changing, after its day: days before reservations before tables."""
    seen = await find(desk, tx, reservation_id)
    await store.lock_day(tx, seen.restaurant_id, seen.date)
    return await lock(desk, tx, reservation_id, revision=revision)


def _require_soon(done_at: datetime | None, within: timedelta, now: datetime) -> None:
    assert done_at is not None, "what was done has its instant"
    if now > done_at + within:
        raise UndoTooLate(until=(done_at + within).isoformat())


async def _require_welcome(tx: Transaction, rules: Rules, after: Reservation, now: datetime) -> None:
    """Ask of a guest's own booking what booking it now would ask, its stay among those that are counted."""
    if after.person_id is None or after.policy.audience != "guest":
        return
    standing = await store.lock_standing(tx, after.restaurant_id, after.person_id)
    no_shows_max = rules.cancellation_policy.blocked_reservations_after_no_show
    if standing.is_blocked or (no_shows_max and standing.no_shows >= no_shows_max):
        raise GuestBlocked
    limit = rules.guest_limits.active_reservations_max
    if limit is not None and limit < await store.stays_to_come(tx, after.restaurant_id, after.person_id, now):
        raise GuestLimit(limit=limit)


def _awaited(before: Reservation, now: datetime) -> datetime | None:
    """Return when the party is expected: its time may have come meanwhile, and a timer would take it for missing at once."""
    return now if now > (before.expected_at or before.starts_at) else before.expected_at


async def _seated_again(desk: Desk, tx: Transaction, after: Reservation, *, may_overlap: bool) -> Reservation:
    """Take what the party had, or tables like it, in the ledger's order: tables, loads, guest."""
    house = await house_now(desk, tx, after)
    after = await _tables_again(desk, tx, house, after)
    after = await _count_again(desk, tx, house, after)
    if after.person_id is not None and not await store.keep_guest_stay(
        tx, after, overlap_allowed=may_overlap
    ):
        raise GuestOverlap
    return after


async def _tables_again(desk: Desk, tx: Transaction, house: House, after: Reservation) -> Reservation:
    """Take the party's tables again, or, unless staff chose them, the best others that are free throughout its stay."""
    picture = await fresh_day(desk, house, after.date, tx.actor)
    if after.overbooked:
        return after
    wanted = [after.table_ids] if all(each in house.floor.index_of for each in after.table_ids) else []
    if not after.pinned:
        asking = Asking(party_size=after.party_size, audience=after.policy.audience or "guest")
        units = free_units(
            house.floor,
            picture.day,
            asking,
            starts_at=after.starts_at,
            ends_at=after.ends_at,
            now=desk.now(),
        )
        wanted += [tuple(TableId(each) for each in unit.table_ids) for unit in units]
    for table_ids in wanted:
        placed = msgspec.structs.replace(after, table_ids=table_ids)
        try:
            async with tx.savepoint():
                await take_or_leave(tx, placed)
        except Quicker:
            continue
        return placed
    if after.pinned:
        raise await held(tx, house, after)
    raise SlotUnavailable(full(after, after.date, None))


async def _count_again(desk: Desk, tx: Transaction, house: House, after: Reservation) -> Reservation:
    """Count the party as the rules count now. It was let in once, so pacing does not refuse it; a place beyond the tables may be gone."""
    after = msgspec.structs.replace(after, loads=counted_in(house, after, desk.now()))
    rows = msgspec.json.decode(after.loads, type=list[LoadRow])
    free = [
        row if row.kind == "overbooked" else msgspec.structs.replace(row, parties_max=None, covers_max=None)
        for row in rows
    ]
    restaurant = (after.tenant_id, after.restaurant_id)
    if not await take_loads(tx, restaurant, after.date, msgspec.json.encode(free).decode()):
        raise SlotUnavailable(full(after, after.date, None))
    return after
