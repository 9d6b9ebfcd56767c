"""What may happen to a reservation once it stands: each act locks it, checks it, writes it and tells it, in the caller's transaction."""

from collections.abc import Callable

import msgspec

from saveit.guests import GuestDetails
from saveit.kernel import faults
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.ledger import release_loads, release_tables
from saveit.outbox import append
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import IllegalStatus, ReservationUnknown, RevisionConflict
from saveit.reservations.facts import LimitPassed, changed
from saveit.reservations.model import Reservation, Status


async def find(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> Reservation:
    """Return a reservation of the transaction's tenant. Refuses: ReservationUnknown."""
    sealer = await desk.keys.sealer(tx, tx.tenant_id)
    reservation = await store.find_reservation(tx, sealer, reservation_id)
    if reservation is None:
        raise ReservationUnknown(reservation_id=str(reservation_id))
    return reservation


async def lock(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, *, revision: int | None = None
) -> Reservation:
    """Return a reservation, kept from changing. Refuses: ReservationUnknown, RevisionConflict."""
    sealer = await desk.keys.sealer(tx, tx.tenant_id)
    reservation = await store.lock_reservation(tx, sealer, reservation_id)
    if reservation is None:
        raise ReservationUnknown(reservation_id=str(reservation_id))
    if revision is not None and revision != reservation.revision:
        raise RevisionConflict(revision=reservation.revision)
    return reservation


async def save(
    desk: Desk,
    tx: Transaction,
    kind: str,
    *,
    before: Reservation,
    after: Reservation,
    passed: tuple[LimitPassed, ...] = (),
) -> Reservation:
    """Write an act and its fact, raise the revision, and have the day read again once it is committed."""
    now = desk.now()
    after = msgspec.structs.replace(
        after,
        revision=before.revision + 1,
        calendar_sequence=before.calendar_sequence + (_in_calendars(before) != _in_calendars(after)),
        updated_at=now,
    )
    sealer = await desk.keys.sealer(tx, tx.tenant_id)
    await store.save_reservation(tx, sealer, before, after)
    await append(tx, changed(kind, before, after, now, passed=passed))

    def forget() -> None:
        desk.pictures.forget_day(before.restaurant_id, before.date)
        if after.date != before.date:
            desk.pictures.forget_day(after.restaurant_id, after.date)

    tx.after_commit(forget)
    return after


def _in_calendars(reservation: Reservation) -> tuple[object, ...]:
    """Return what calendars show of a reservation; when that changes, so does its place in their order (RFC 5546, 2.1.4)."""
    return reservation.starts_at, reservation.leaves_at, reservation.calendar_status


async def confirm(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> Reservation:
    """Let a pending reservation stand. Confirming twice changes nothing. Refuses: ReservationUnknown, IllegalStatus."""
    before = await lock(desk, tx, reservation_id)
    if before.status == "confirmed":
        return before
    require(before, "pending", wanted="confirmed")
    after = msgspec.structs.replace(before, status="confirmed", confirmed_at=desk.now(), confirm_by=None)
    return await save(desk, tx, "reservation.confirmed", before=before, after=after)


async def cancel(
    desk: Desk,
    tx: Transaction,
    reservation_id: ReservationId,
    *,
    revision: int | None = None,
    reason: str = "guest",
    waive_fee: bool = False,
) -> Reservation:
    """Cancel and free the tables; the terms of the booking decide the fee. Cancelling twice changes nothing and costs nothing more.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus once the party is seated or did not come.
    """
    before = await lock(desk, tx, reservation_id)
    if before.status == "cancelled":
        return before
    if revision is not None and revision != before.revision:
        raise RevisionConflict(revision=before.revision)
    require(before, "pending", "confirmed", wanted="cancelled")
    now = desk.now()
    # A booking that never came to stand costs nothing to give up.
    free = waive_fee or before.status == "pending"
    after = msgspec.structs.replace(
        before,
        status="cancelled",
        cancelled_at=now,
        cancel_reason=reason,
        confirm_by=None,
        fee_minor=0 if free else before.policy.fee_of_cancelling(now),
    )
    await _free(tx, before)
    await faults.reach("reservations.cancel.before_commit")
    return await save(desk, tx, "reservation.cancelled", before=before, after=after)


async def complete(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> Reservation:
    """Note that the party has left: its tables are free from now on. Refuses: ReservationUnknown, IllegalStatus."""
    before = await lock(desk, tx, reservation_id)
    if before.status == "completed":
        return before
    require(before, "checked_in", wanted="completed")
    after = msgspec.structs.replace(before, status="completed", completed_at=desk.now())
    # What was counted stays counted: the party did start in its interval.
    await release_tables(tx, before.tenant_id, before.id)
    await store.end_guest_stay(tx, before)
    return await save(desk, tx, "reservation.completed", before=before, after=after)


async def mark_no_show(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> Reservation:
    """Note that the party did not come: tables freed, fee by the terms, one more on the guest's record.

    Refuses: ReservationUnknown, IllegalStatus, also before its time has come.
    """
    before = await lock(desk, tx, reservation_id)
    if before.status == "no_show":
        return before
    require(before, "confirmed", wanted="no_show")
    if desk.now() < before.starts_at:
        raise IllegalStatus(status=before.status, wanted="no_show", starts_at=before.starts_at.isoformat())
    after = msgspec.structs.replace(
        before, status="no_show", no_show_at=desk.now(), fee_minor=before.policy.no_show_fee_minor
    )
    await _free(tx, before)
    await store.count_no_show(tx, before)
    return await save(desk, tx, "reservation.no_show", before=before, after=after)


async def amend(
    desk: Desk,
    tx: Transaction,
    reservation_id: ReservationId,
    *,
    revision: int | None,
    guest: Callable[[GuestDetails], GuestDetails],
) -> Reservation:
    """Change the guest's own words (name, contact, wishes); neither time nor table.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus once it is over.
    """
    before = await lock(desk, tx, reservation_id, revision=revision)
    if not before.stands:
        raise IllegalStatus(status=before.status)
    after = msgspec.structs.replace(before, guest=guest(before.guest))
    if after.guest == before.guest:
        return before
    return await save(desk, tx, "reservation.modified", before=before, after=after)


async def _free(tx: Transaction, reservation: Reservation) -> None:
    """Give back all that the reservation held or was counted in, in the ledger's order: tables, loads, guest."""
    await release_tables(tx, reservation.tenant_id, reservation.id)
    await release_loads(
        tx, (reservation.tenant_id, reservation.restaurant_id), reservation.date, reservation.loads
    )
    await store.end_guest_stay(tx, reservation)


def require(reservation: Reservation, *allowed: Status, wanted: Status) -> None:
    """Refuse early and with words; the database's trigger refuses in any case."""
    if reservation.status not in allowed:
        raise IllegalStatus(status=reservation.status, wanted=wanted)
