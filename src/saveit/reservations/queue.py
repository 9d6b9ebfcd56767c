"""Who waits for a table comes before who comes now.

The ledger gives no table of a day to a newcomer while a promotion is due there (`queue_first`). Whoever is sent back so makes the promotion
and asks again: it does not matter how late the consumer is that makes them otherwise, nor whether it runs at all.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

from saveit.kernel.db import Actor, Collision, Database, DatabaseUnreachable, TooSlow
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.kernel.observe import logger
from saveit.ledger import promotions_due, settle_promotions

_log = logger("reservations")
_ACTOR = Actor("system", "queue", "internal")


class QueueFirst(Exception):
    """A promotion is due before this act may take a table: make it, and run the act's transaction again."""

    def __init__(self, restaurant_id: RestaurantId, service_on: date) -> None:
        super().__init__("who waits comes first")
        self.restaurant_id = restaurant_id
        self.service_on = service_on


class Queue:
    """The promotions that this process is making for newcomers, so that a crowd makes one and not one each."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[RestaurantId, date], asyncio.Future[None]] = {}

    async def once(self, restaurant_id: RestaurantId, on: date, serve: Callable[[], Awaitable[None]]) -> None:
        """Serve who waits around a day, or wait for whoever is doing it. Raises: as `serve`."""
        key = (restaurant_id, on)
        serving = self._under_way.get(key)
        if serving is None:
            # A task of its own: whoever began it may hang up, and the others still wait for it.
            serving = self._under_way[key] = asyncio.ensure_future(serve())
            serving.add_done_callback(lambda _: self._under_way.pop(key))
        await asyncio.shield(serving)


async def promote_due(
    database: Database,
    tenant_id: TenantId,
    restaurant_id: RestaurantId,
    *,
    on: date,
    promote: Callable[[date], Awaitable[object]],
) -> None:
    """Make the promotions that are due on a service day and those beside it. Raises: as the database does."""
    async with database.tenant(tenant_id, _ACTOR) as tx:
        due = await promotions_due(tx, restaurant_id, on)
    for day in sorted({each.service_on for each in due}):
        try:
            await promote(day)
        except Collision:
            # Others were at it; what is left is still due.
            continue
        except (DatabaseUnreachable, TooSlow):
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a queue: what cannot be promoted must not close the restaurant.
            _log.error("reservations.queue_skipped", service_on=str(day), error=type(error).__name__)
            causes = [each.cause_id for each in due if each.service_on == day]
            async with database.tenant(tenant_id, _ACTOR) as tx:
                await settle_promotions(tx, restaurant_id, day, causes)
