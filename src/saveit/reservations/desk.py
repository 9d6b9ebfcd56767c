"""What the acts of this room need at hand, put together once by the composition root."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from weakref import WeakValueDictionary

import msgspec

from saveit.kernel.clock import Clock
from saveit.kernel.db import Database
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger import Combiner, House, Pictures
from saveit.reservations.errors import RestaurantUnknown
from saveit.reservations.taking.looks import Looks
from saveit.venues import TenantKeyRing

# A re-seating holds one of the ledger's few connections while it waits for its day; bookings of other days need the rest.
_RESEATINGS_MAX = 2


class Turns:
    """Requests with the same idempotency key, one after the other in this process.

    Across processes the database makes them wait. Here they would only show each other tables as taken that nobody will take.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, mark: object | None) -> AsyncGenerator[bool]:
        """Take one's turn, and say whether another had it meanwhile; without a mark there is nobody to wait for."""
        if mark is None:
            yield False
            return
        lock = self._locks.setdefault(mark, asyncio.Lock())
        waited = lock.locked()
        async with lock:
            yield waited


class Desk(msgspec.Struct, frozen=True):
    """The reservation desk of one process."""

    database: Database
    clock: Clock
    keys: TenantKeyRing
    pictures: Pictures
    combiner: Combiner
    turns: Turns
    looks: Looks
    reseatings: asyncio.Semaphore
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
        turns=Turns(),
        looks=Looks(),
        reseatings=asyncio.Semaphore(_RESEATINGS_MAX),
    )
