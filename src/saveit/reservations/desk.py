"""What the acts of this room need at hand, put together once by the composition root."""

import os
from collections.abc import Callable
from datetime import datetime

import msgspec

from saveit.kernel.clock import Clock
from saveit.kernel.db import Database
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger import Combiner, House, Pictures
from saveit.reservations.errors import RestaurantUnknown
from saveit.venues import TenantKeyRing


class Desk(msgspec.Struct, frozen=True):
    """The reservation desk of one process."""

    database: Database
    clock: Clock
    keys: TenantKeyRing
    pictures: Pictures
    combiner: Combiner
    entropy: Callable[[int], bytes] = os.urandom

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    async def house(self, tenant_id: TenantId, restaurant_id: RestaurantId) -> House:
        """Return a restaurant of the tenant. Refuses: RestaurantUnknown."""
        house = await self.pictures.house(tenant_id, restaurant_id)
        if house is None:
            raise RestaurantUnknown(restaurant_id=str(restaurant_id))
        return house


def open_desk(database: Database, clock: Clock, keys: TenantKeyRing, *, combined: bool = True) -> Desk:
    """Put a desk together; close its combiner when done. `combined=False` commits each act by itself."""
    return Desk(
        database=database,
        clock=clock,
        keys=keys,
        pictures=Pictures(database, clock, keys),
        combiner=Combiner(database, clock, combined=combined),
    )
