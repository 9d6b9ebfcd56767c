"""What time makes of reservations: what is due, over all tenants, and the acts that time does, one tenant's transaction each.

A reading here is only a hint of what to look at. The act locks its row and asks again, so that two workers, or a worker and a host, do a
thing once; who comes second changes nothing and is told so.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import ReservationId, RestaurantId, TableId, TenantId, new_id
from saveit.outbox import Fact, append
from saveit.reservations.desk import Desk
from saveit.reservations.hosting.changes import cancel, complete, lock, mark_no_show
from saveit.reservations.store import KeptRow

# A client that repeats a request does so within minutes; a week covers one that was switched off meanwhile.
_KEYS_KEPT = timedelta(days=7)
_HOLDS_KEPT = timedelta(days=30)
_OCCUPANCY_KEPT = timedelta(days=1)
_COUNTS_KEPT = timedelta(days=7)
_REMINDERS_KEPT = timedelta(days=7)
# Nobody dines this long beyond the end of a stay.
_LEFT_AFTER = timedelta(hours=12)


class DueRow(msgspec.Struct, frozen=True):
    """A hold or a reservation for which the time has come."""

    tenant_id: TenantId
    id: UUID


class ReminderRow(msgspec.Struct, frozen=True):
    """A reminder for which the hour has come."""

    tenant_id: TenantId
    reservation_id: ReservationId
    starts_at: datetime
    hours_before: float


class DoubleBookingRow(msgspec.Struct, frozen=True):
    """Two stays that share a table at the same time."""

    tenant_id: TenantId
    restaurant_id: RestaurantId
    table_id: TableId
    first_id: ReservationId
    second_id: ReservationId
    service_on: date


class OverbookedDayRow(msgspec.Struct, frozen=True):
    """A service day on which a party admitted beyond the tables waits for one."""

    tenant_id: TenantId
    restaurant_id: RestaurantId
    service_on: date


class _Reminder(msgspec.Struct, frozen=True):
    """The body of `reservation.reminder_due`."""

    starts_at: datetime
    hours_before: float
    party_size: int
    code: str
    person_id: UUID | None


_STATEMENTS = load_statements("saveit.reservations")
_HOLDS_DUE = _STATEMENTS.query("holds_due", DueRow)
_NO_SHOWS_DUE = _STATEMENTS.query("no_shows_due", DueRow)
_UNCONFIRMED_DUE = _STATEMENTS.query("unconfirmed_due", DueRow)
_FORGOTTEN_DUE = _STATEMENTS.query("forgotten_due", DueRow)
_REMINDERS_DUE = _STATEMENTS.query("reminders_due", ReminderRow)
_KEEP_REMINDER = _STATEMENTS.query("keep_reminder", KeptRow)
_FIND_DOUBLE_BOOKINGS = _STATEMENTS.query("find_double_bookings", DoubleBookingRow)
_OVERBOOKED_DAYS = _STATEMENTS.query("overbooked_days", OverbookedDayRow)
_FORGET_KEYS = _STATEMENTS.command("forget_keys")
_FORGET_HOLDS = _STATEMENTS.command("forget_holds")
_FORGET_OCCUPANCY = _STATEMENTS.command("forget_occupancy")
_FORGET_COUNTS = _STATEMENTS.command("forget_counts")
_FORGET_PROMOTIONS = _STATEMENTS.command("forget_promotions")
_FORGET_REMINDERS = _STATEMENTS.command("forget_reminders")


async def holds_due(ledger_tx: Transaction, now: datetime, rows_max: int) -> list[DueRow]:
    """Return holds whose time is over; `expire_hold` ends one."""
    return await ledger_tx.many(_HOLDS_DUE, now=now, rows_max=rows_max)


async def no_shows_due(ledger_tx: Transaction, now: datetime, rows_max: int) -> list[DueRow]:
    """Return parties that should have come by now."""
    return await ledger_tx.many(_NO_SHOWS_DUE, now=now, rows_max=rows_max)


async def unconfirmed_due(ledger_tx: Transaction, now: datetime, rows_max: int) -> list[DueRow]:
    """Return bookings that should have been confirmed by now."""
    return await ledger_tx.many(_UNCONFIRMED_DUE, now=now, rows_max=rows_max)


async def forgotten_due(ledger_tx: Transaction, now: datetime, rows_max: int) -> list[DueRow]:
    """Return seated parties that must have left by now."""
    return await ledger_tx.many(_FORGOTTEN_DUE, ended_before=now - _LEFT_AFTER, rows_max=rows_max)


async def reminders_due(ledger_tx: Transaction, now: datetime, rows_max: int) -> list[ReminderRow]:
    """Return reminders whose hour has come, by the rules in force; after an outage those of the last half day."""
    return await ledger_tx.many(_REMINDERS_DUE, now=now, rows_max=rows_max)


async def mark_no_show_when_due(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> bool:
    """Note that a party did not come, if that is still so and its own terms have run out; say whether it was done."""
    before = await lock(desk, tx, reservation_id)
    waited = timedelta(minutes=before.policy.no_show_after_minutes)
    if (
        before.status != "confirmed"
        or before.overbooked
        or desk.now() < (before.expected_at or before.starts_at) + waited
    ):
        return False
    await mark_no_show(desk, tx, reservation_id)
    return True


async def cancel_when_unconfirmed(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> bool:
    """Give up a booking that nobody confirmed in time, free of charge; say whether that was still to be done."""
    before = await lock(desk, tx, reservation_id)
    if before.status != "pending" or before.confirm_by is None or before.confirm_by > desk.now():
        return False
    await cancel(desk, tx, reservation_id, reason="not_confirmed")
    return True


async def complete_when_forgotten(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> bool:
    """Note that a party has left, twelve hours after its stay has ended; say whether that was still to be done."""
    before = await lock(desk, tx, reservation_id)
    if before.status != "checked_in" or before.ends_at > desk.now() - _LEFT_AFTER:
        return False
    await complete(desk, tx, reservation_id)
    return True


async def remind(desk: Desk, tx: Transaction, due: ReminderRow) -> bool:
    """Tell that a reminder is due, once for each start and number of hours; say whether it was told now."""
    reservation = await lock(desk, tx, due.reservation_id)
    now = desk.now()
    if reservation.status != "confirmed" or reservation.starts_at != due.starts_at or due.starts_at <= now:
        return False
    kept = await tx.many(
        _KEEP_REMINDER,
        tenant_id=tx.tenant_id,
        reservation_id=reservation.id,
        starts_at=due.starts_at,
        hours_before=due.hours_before,
        sent_at=now,
    )
    if not kept:
        return False
    body = _Reminder(
        reservation.starts_at,
        due.hours_before,
        reservation.party_size,
        reservation.code,
        reservation.person_id,
    )
    await append(
        tx,
        Fact(
            fact_id=new_id(now),
            kind="reservation.reminder_due",
            restaurant_id=reservation.restaurant_id,
            subject_kind="reservation",
            subject_id=reservation.id,
            service_on=reservation.date,
            at=now,
            body=msgspec.json.encode(body),
        ),
    )
    return True


async def find_double_bookings(
    ledger_tx: Transaction, first_on: date, rows_max: int
) -> list[DoubleBookingRow]:
    """Return what must not be: pairs of stays on one table at one time, read from reservations and not from the constraint."""
    return await ledger_tx.many(_FIND_DOUBLE_BOOKINGS, first_on=first_on, rows_max=rows_max)


async def overbooked_days(
    ledger_tx: Transaction, *, first_on: date, restaurant_id: RestaurantId | None, rows_max: int
) -> list[OverbookedDayRow]:
    """Return the service days on which a party waits that was admitted beyond the tables, of one restaurant or of all."""
    return await ledger_tx.many(
        _OVERBOOKED_DAYS, first_on=first_on, restaurant_id=restaurant_id, rows_max=rows_max
    )


async def forget_what_is_over(ledger_tx: Transaction, now: datetime, rows_max: int) -> int:
    """Remove rows that serve nobody any more, at most `rows_max` of each kind, and return how many; facts and reservations stay."""
    gone = await ledger_tx.run(_FORGET_KEYS, before=now - _KEYS_KEPT, rows_max=rows_max)
    gone += await ledger_tx.run(_FORGET_HOLDS, before=now - _HOLDS_KEPT, rows_max=rows_max)
    gone += await ledger_tx.run(_FORGET_OCCUPANCY, before=now - _OCCUPANCY_KEPT, rows_max=rows_max)
    gone += await ledger_tx.run(_FORGET_PROMOTIONS, before_on=(now - _COUNTS_KEPT).date(), rows_max=rows_max)
    gone += await ledger_tx.run(_FORGET_COUNTS, before_on=(now - _COUNTS_KEPT).date(), rows_max=rows_max)
    gone += await ledger_tx.run(_FORGET_REMINDERS, before=now - _REMINDERS_KEPT, rows_max=rows_max)
    return gone
