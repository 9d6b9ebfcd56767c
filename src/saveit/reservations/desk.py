"""What the acts of this room need at hand, put together once by the composition root."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import TypeAlias, TypeVar
from weakref import WeakValueDictionary

import msgspec

from saveit.kernel.clock import Clock
from saveit.kernel.db import Actor, Collision, Database, Transaction
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger import Combiner, House, Pictures
from saveit.reservations.errors import RestaurantUnknown
from saveit.reservations.queue import Queue, QueueFirst, promote_due
from saveit.reservations.taking.looks import Looks
from saveit.venues import TenantKeyRing

# A re-seating holds one of the ledger's few connections while it waits for its day; bookings of other days need the rest.
_RESEATINGS_MAX = 2
# Each turn means that something was freed meanwhile for which somebody waits.
_TURNS_MAX = 20

Result = TypeVar("Result")


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


Promote: TypeAlias = "Callable[[Desk, TenantId, RestaurantId, date], Awaitable[object]]"
"""Gives what is free on a service day to those who wait for it."""


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
    queue: Queue
    promote: Promote
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

    async def attempt(
        self, tenant_id: TenantId, actor: Actor, work: Callable[[Transaction], Awaitable[Result]]
    ) -> Result:
        """Run `work` in a tenant's transaction, again when it collides with another, and again once those who wait were served.

        Raises: Collision when the last attempt collided too; whatever `work` raises.
        """
        for _ in range(_TURNS_MAX):
            try:
                return await self.database.attempt(tenant_id, actor, work)
            except QueueFirst as first:
                await self.serve_queue(tenant_id, first.restaurant_id, first.service_on)
        raise Collision("somebody else waited each time")

    async def serve_queue(self, tenant_id: TenantId, restaurant_id: RestaurantId, on: date) -> None:
        """Make the promotions that are due on a service day and those beside it; who asks while it is done waits for the same."""

        async def serve() -> None:
            await promote_due(
                self.database,
                tenant_id,
                restaurant_id,
                on=on,
                promote=lambda day: self.promote(self, tenant_id, restaurant_id, day),
            )

        await self.queue.once(restaurant_id, on, serve)


def open_desk(
    database: Database, clock: Clock, keys: TenantKeyRing, *, promote: Promote, combined: bool = True
) -> Desk:
    """Put a desk together; close its combiner when done. `combined=False` commits each act by itself.

    `promote` is the waitlist's: this room does not know who waits, only that they come first.
    """
    return Desk(
        database=database,
        clock=clock,
        keys=keys,
        pictures=Pictures(database, clock, keys),
        combiner=Combiner(database, clock, combined=combined),
        turns=Turns(),
        looks=Looks(),
        reseatings=asyncio.Semaphore(_RESEATINGS_MAX),
        queue=Queue(),
        promote=promote,
    )
