"""Holding within bounds: one caller keeps so many tables of a restaurant at once and no more.

What tempts is a lock from before the counting until after the holding. It is wrong here: a hold is committed with its neighbours by
the combiner, on another connection than the lock's, so a crowd of one caller would stand in line for connections. So it is counted twice.
Before, without a lock, so that who is over the bound takes no table. And after, under a lock of the caller's in that restaurant: whoever
then counts too many gives his own back. Each who counts too many goes, one after the other, until the bound is met, so of a crowd exactly
as many stay as may.

What we pay: for some milliseconds a crowd keeps more than it may, and a process killed between its hold and its count leaves one hold
more until its time is over.
"""

from saveit.kernel import faults
from saveit.kernel.db import Actor
from saveit.kernel.ids import TenantId
from saveit.ledger import find_key, forget_key
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import TooManyHolds
from saveit.reservations.model import Held, Hold, Holding, Key
from saveit.reservations.taking import booking
from saveit.reservations.taking.holds import release_hold
from saveit.venues import Rules


async def hold(desk: Desk, holding: Holding, *, tenant_id: TenantId, actor: Actor) -> Hold:
    """Keep a table for a while, so that a guest can finish typing.

    Refuses: RulesRefused, SlotUnavailable, TableTaken, RestaurantUnknown, TooManyHolds.
    """
    return (await hold_once(desk, holding, tenant_id=tenant_id, actor=actor, key=None)).hold


async def hold_once(
    desk: Desk, holding: Holding, *, tenant_id: TenantId, actor: Actor, key: Key | None
) -> Held:
    """Keep a table for a while, or answer as before when the key has kept one already.

    Refuses: RulesRefused, SlotUnavailable, TableTaken, RestaurantUnknown, KeyReused, TooManyHolds.
    """
    house = await desk.house(tenant_id, holding.restaurant_id)
    open_max = _open_max(house.rules, actor)
    if open_max is None:
        return await booking.hold_once(desk, holding, tenant_id=tenant_id, actor=actor, key=key)
    async with desk.database.tenant(tenant_id, actor) as tx:
        if await store.count_open_holds(tx, holding.restaurant_id, desk.now()) >= open_max and not (
            # Whoever asks again for what he keeps is answered, at the bound or not.
            key is not None and await find_key(tx, scope=key.scope, key=key.text) is not None
        ):
            raise TooManyHolds(limit=open_max)
    held = await booking.hold_once(desk, holding, tenant_id=tenant_id, actor=actor, key=key)
    if held.replayed:
        return held
    await faults.reach("reservations.hold.before_count")
    async with desk.database.tenant(tenant_id, actor) as tx:
        await store.lock_caller(tx, holding.restaurant_id)
        if await store.count_open_holds(tx, holding.restaurant_id, desk.now()) <= open_max:
            return held
        await release_hold(desk, tx, held.hold.id)
        if key is not None:
            # The request was refused after all; sent again, it is asked anew.
            await forget_key(tx, scope=key.scope, key=key.text)
    raise TooManyHolds(limit=open_max)


def _open_max(rules: Rules, actor: Actor) -> int | None:
    """Return how many holds a caller may have open; None is no bound. Staff see the room, and the system keeps what others ask for."""
    match actor.kind:
        case "guest":
            return rules.holds.open_max_per_caller
        case "api_key":
            return rules.holds.open_max_per_key
        case "staff" | "system" | "admin":
            return None
