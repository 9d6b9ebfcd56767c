"""A party is at the door."""

from datetime import datetime, timedelta

import msgspec

from saveit.kernel import faults
from saveit.kernel.db import Collision, Transaction
from saveit.kernel.ids import ReservationId
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import CheckInTooEarly, NoTableYet
from saveit.reservations.hosting.changes import find, lock, require, save
from saveit.reservations.hosting.moving import house_now, seat_overbooked
from saveit.reservations.hosting.store import advance_occupancy, set_movable
from saveit.reservations.model import Reservation
from saveit.reservations.taking.holds import fresh_day
from saveit.seating import local_date

# Each turn means that somebody else took one of the tables just now, who then leaves before the party's start.
_TURNS_MAX = 20
# What one stay may hold; see `occupancy_within_a_day`.
_STAY_MAX = timedelta(hours=24)


async def check_in(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> Reservation:
    """Note that the party is here and sits at its tables, which nobody is moved to any more.

    A party that comes before its start has its tables from now on, or from when whoever sits there leaves. One that was admitted beyond
    the tables is given the best that is free; nobody sits at none.

    Refuses: ReservationUnknown, IllegalStatus (a second check-in included), CheckInTooEarly before the service day, NoTableYet.
    """
    seen = await find(desk, tx, reservation_id)
    if not seen.table_ids or desk.now() < seen.starts_at:
        # Days before reservations, as whoever gives a table takes them.
        await store.lock_day(tx, seen.restaurant_id, seen.date)
    before = await lock(desk, tx, reservation_id)
    require(before, "confirmed", wanted="checked_in")
    zone = (await desk.house(before.tenant_id, before.restaurant_id)).zone
    if local_date(desk.now(), zone) < before.date:
        raise CheckInTooEarly(date=before.date.isoformat())
    if not before.table_ids:
        seated = await seat_overbooked(desk, tx, await house_now(desk, tx, before), before)
        if seated is None:
            raise NoTableYet
        before = seated
    elif desk.now() < before.starts_at:
        # Holds that are over stand in nobody's way.
        await fresh_day(desk, await house_now(desk, tx, before), before.date, tx.actor)
    after = msgspec.structs.replace(
        before,
        status="checked_in",
        checked_in_at=desk.now(),
        seated_from=await _sit_down_early(tx, before, desk.now()),
    )
    await set_movable(tx, before, movable=False)
    await faults.reach("reservations.check_in.before_commit")
    return await save(desk, tx, "reservation.checked_in", before=before, after=after)


async def _sit_down_early(tx: Transaction, before: Reservation, now: datetime) -> datetime | None:
    """Give a party that is early its tables from now on; returns since when it has them, None where that is its start."""
    earliest_at = max(now.replace(second=0, microsecond=0), before.ends_at - _STAY_MAX)
    if earliest_at >= before.starts_at:
        return None
    for _ in range(_TURNS_MAX):
        since = await advance_occupancy(tx, before, earliest_at)
        if since is not None:
            return since if since < before.starts_at else None
    raise Collision("others come and go at the tables of a party that is early")
