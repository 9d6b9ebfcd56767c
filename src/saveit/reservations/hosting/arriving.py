"""A party is at the door."""

import msgspec

from saveit.kernel import faults
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import CheckInTooEarly, NoTableYet
from saveit.reservations.hosting.changes import find, lock, require, save
from saveit.reservations.hosting.moving import house_now, seat_overbooked
from saveit.reservations.model import Reservation
from saveit.seating import local_date


async def check_in(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> Reservation:
    """Note that the party is here and sits at its tables, which nobody is moved to any more.

    A party that was admitted beyond the tables is given the best that is free; nobody sits at none.

    Refuses: ReservationUnknown, IllegalStatus (a second check-in included), CheckInTooEarly before the service day, NoTableYet.
    """
    seen = await find(desk, tx, reservation_id)
    if not seen.table_ids:
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
    after = msgspec.structs.replace(before, status="checked_in", checked_in_at=desk.now())
    await store.set_movable(tx, before, movable=False)
    await faults.reach("reservations.check_in.before_commit")
    return await save(desk, tx, "reservation.checked_in", before=before, after=after)
