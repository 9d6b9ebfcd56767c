"""What becomes of a hold: renewed once, released, or over. (A booking turns it into a reservation: see `booking`.)"""

from datetime import date, timedelta

import msgspec

from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import HoldId
from saveit.ledger import DayPicture, House, release_loads, release_tables
from saveit.outbox import append
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import HoldOver, HoldRenewed, HoldUnknown
from saveit.reservations.facts import hold_changed
from saveit.reservations.model import Hold


async def find_hold(tx: Transaction, hold_id: HoldId) -> Hold:
    """Return a hold of the transaction's tenant. Refuses: HoldUnknown."""
    hold = await store.find_hold(tx, hold_id)
    if hold is None:
        raise HoldUnknown(hold_id=str(hold_id))
    return hold


async def renew_hold(desk: Desk, tx: Transaction, hold_id: HoldId) -> Hold:
    """Keep a held table for as long again, once. Refuses: HoldUnknown, HoldOver, HoldRenewed."""
    hold = await _lock_open(desk, tx, hold_id)
    if hold.renewed_at is not None:
        raise HoldRenewed(expires_at=hold.expires_at.isoformat())
    house = await desk.house(tx.tenant_id, hold.restaurant_id)
    now = desk.now()
    renewed = msgspec.structs.replace(
        hold, expires_at=now + timedelta(seconds=house.rules.holds.ttl_s), renewed_at=now
    )
    await store.renew_hold(tx, hold, expires_at=renewed.expires_at, renewed_at=now)
    await append(tx, hold_changed("hold.renewed", renewed, now))
    tx.after_commit(lambda: desk.pictures.forget_day(hold.restaurant_id, hold.date))
    return renewed


async def release_hold(desk: Desk, tx: Transaction, hold_id: HoldId) -> Hold:
    """Give a held table back. Releasing twice, or after its time, changes nothing. Refuses: HoldUnknown, HoldOver once it is booked."""
    hold = await store.lock_hold(tx, tx.tenant_id, hold_id)
    if hold is None:
        raise HoldUnknown(hold_id=str(hold_id))
    if hold.reservation_id is not None:
        raise HoldOver(why="booked", reservation_id=str(hold.reservation_id))
    if hold.released_at is not None:
        return hold
    return await _end(desk, tx, hold, "hold.released")


async def expire_hold(desk: Desk, tx: Transaction, hold_id: HoldId) -> bool:
    """End a hold whose time is over, and say whether that was still to be done."""
    hold = await store.lock_hold(tx, tx.tenant_id, hold_id)
    if hold is None or hold.reservation_id is not None or hold.released_at is not None:
        return False
    if hold.expires_at > desk.now():
        return False
    await _end(desk, tx, hold, "hold.expired")
    return True


async def fresh_day(desk: Desk, house: House, on: date, actor: Actor) -> DayPicture:
    """Return a day read just now, in which no hold that is over still stands in the way."""
    picture = await desk.pictures.day(house, on, after=desk.pictures.tick())
    if await expire_holds_seen(desk, picture, actor):
        picture = await desk.pictures.day(house, on, after=desk.pictures.tick())
    return picture


async def expire_holds_seen(desk: Desk, picture: DayPicture, actor: Actor) -> bool:
    """End the holds of a day whose time is over, since they are still counted; say whether there were any."""
    now = desk.now()
    over = {
        stay.holder_id
        for stay in picture.day.stays
        if stay.holder_kind == "hold" and stay.expires_at is not None and stay.expires_at <= now
    }
    house, ended = picture.house, False
    if house.rules.capacity.overbooking_percent > 0:
        async with desk.database.aside(house.tenant_id, actor) as tx:
            over.update(await store.holds_beyond_over(tx, house.restaurant_id, picture.on, now))
    for holder_id in sorted(over):
        async with desk.database.aside(house.tenant_id, actor) as tx:
            ended |= await expire_hold(desk, tx, HoldId(holder_id))
    return ended


async def _lock_open(desk: Desk, tx: Transaction, hold_id: HoldId) -> Hold:
    hold = await store.lock_hold(tx, tx.tenant_id, hold_id)
    if hold is None:
        raise HoldUnknown(hold_id=str(hold_id))
    if hold.reservation_id is not None:
        raise HoldOver(why="booked", reservation_id=str(hold.reservation_id))
    if hold.released_at is not None or hold.expires_at <= desk.now():
        raise HoldOver(why="over", expires_at=hold.expires_at.isoformat())
    return hold


async def _end(desk: Desk, tx: Transaction, hold: Hold, kind: str) -> Hold:
    now = desk.now()
    await release_tables(tx, tx.tenant_id, hold.id)
    await release_loads(tx, (tx.tenant_id, hold.restaurant_id), hold.date, hold.loads)
    await store.release_hold(tx, hold, now)
    await append(tx, hold_changed(kind, hold, now))
    tx.after_commit(lambda: desk.pictures.forget_day(hold.restaurant_id, hold.date))
    return msgspec.structs.replace(hold, released_at=now)
