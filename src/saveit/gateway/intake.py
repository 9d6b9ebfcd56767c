"""Deliveries of one process, gathered and written down together.

What tempts is an insert for each request. Its round trip and its commit are what an acknowledgement costs, not its row: whatever came while
the last statement was being committed goes into the next one. There is no timer, so a lone delivery waits for nobody; and there is one
writer, so events are numbered in the order in which they came.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from uuid import UUID

from saveit.gateway import store
from saveit.gateway.model import InboxFull
from saveit.kernel import faults
from saveit.kernel.db import Collision, Database, DatabaseUnreachable
from saveit.kernel.observe import metrics

# Beyond this a statement only makes its first delivery wait longer.
_BATCH_MAX = 256
# More waiting than this and the process is behind by a second or more: better to say so than to hold it in memory.
_WAITING_EVENTS_MAX = 8_192
_WAITING_OCTETS_MAX = 67_108_864
_ATTEMPTS_MAX = 5


class _Delivery:
    """What one request brought, and who waits for it to be durable."""

    __slots__ = ("events", "kept", "octets")

    def __init__(self, events: Sequence[store.NewEvent], kept: "asyncio.Future[set[UUID]]") -> None:
        self.events = events
        self.octets = sum(len(event.envelope_sealed) for event in events)
        self.kept = kept


class Intake:
    """Writes deliveries down until it is closed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Delivery] = deque()
        self._events = 0
        self._octets = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._writer = asyncio.create_task(self._write(), name="intake")

    async def keep(self, events: Sequence[store.NewEvent]) -> set[UUID]:
        """Return once the events are durable: the ids of those that were not there before.

        Raises: DatabaseUnreachable when it is not known whether they are kept; InboxFull and Collision when they are not. Whoever
        delivered them delivers them again.
        """
        kept: asyncio.Future[set[UUID]] = asyncio.get_running_loop().create_future()
        delivery = _Delivery(events, kept)
        if self._closing or (
            self._waiting
            and (
                self._events + len(events) > _WAITING_EVENTS_MAX
                or self._octets + delivery.octets > _WAITING_OCTETS_MAX
            )
        ):
            raise InboxFull(self._events)
        self._waiting.append(delivery)
        self._events += len(events)
        self._octets += delivery.octets
        self._wake.set()
        return await kept

    async def close(self) -> None:
        """Write down what waits, then stop."""
        self._closing = True
        self._wake.set()
        await self._writer

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            batch = self._next_batch()
            if batch:
                await self._keep_all(batch)
            elif self._closing:
                return
            else:
                self._wake.clear()

    def _next_batch(self) -> list[_Delivery]:
        """Take what waits, in order, whole deliveries."""
        batch: list[_Delivery] = []
        count = 0
        while self._waiting and (not batch or count + len(self._waiting[0].events) <= _BATCH_MAX):
            delivery = self._waiting.popleft()
            self._events -= len(delivery.events)
            self._octets -= delivery.octets
            # Whoever hung up may deliver again; what is here is written all the same, because it was received.
            batch.append(delivery)
            count += len(delivery.events)
        return batch

    async def _keep_all(self, batch: list[_Delivery]) -> None:
        """Write a batch; when it fails as a whole, each delivery by itself, so that one bad one does not spoil its neighbours."""
        metrics.inbox_batch_size.observe(sum(len(delivery.events) for delivery in batch))
        try:
            await faults.reach("gateway.receive.before_insert")
            kept = await self._insert([event for delivery in batch for event in delivery.events])
            await faults.reach("gateway.receive.after_insert")
        except DatabaseUnreachable as error:
            for delivery in batch:
                _fail(delivery, error)
        except Exception as error:  # noqa: BLE001 - the edge of a task that must outlive any delivery: the error goes to its sender.
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            for delivery in batch:
                await self._keep_all([delivery])
        else:
            for delivery in batch:
                if not delivery.kept.done():
                    delivery.kept.set_result(kept)

    async def _insert(self, events: Sequence[store.NewEvent]) -> set[UUID]:
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                return await store.insert_events(self._database, events)
            except Collision:
                metrics.retries.labels(act="inbox", reason="collision").inc()
                if attempt == _ATTEMPTS_MAX:
                    raise
        raise AssertionError


def _fail(delivery: _Delivery, error: Exception) -> None:
    if not delivery.kept.done():
        delivery.kept.set_exception(error)
