"""Reading facts forward, for every consumer of this process.

What tempts is a cursor over `position` alone. It is wrong: a position is drawn before its transaction commits, so a reader that has gone
past it never sees a fact that commits late. So facts are read in the order (txid, position) and only up to the oldest transaction that is
still running. What we pay is that one long transaction holds up all readers; ours are cut off after half a minute.

What also tempts is NOTIFY in the act's transaction. Its commits then wait for each other, which costs the ledger its speed. Instead each
process looks whether there is anything to read, four times a second, with one cheap statement for all its consumers; `wake` looks at once.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from saveit.kernel import faults
from saveit.kernel.clock import Clock
from saveit.kernel.db import Actor, Database, DatabaseUnreachable, Transaction
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.observe import logger, metrics, span
from saveit.outbox import store
from saveit.outbox.actions import mend_restored_log
from saveit.outbox.model import Consumer, Handle, Place, RecordedFact

_log = logger("outbox")

# Half of what is promised: news of other processes within half a second.
_POLL_S = 0.25
# With the waits between them these take a quarter of a minute: a restart of a neighbour is over by then, a bug is not.
# One fact is taken by itself as quickly.
_AHEAD_MIN = 2
_ATTEMPTS_MAX = 6
_WAIT_FIRST_S = 0.5
# An open cursor keeps later facts from all readers; whoever is slow commits what he has after so long.
_BATCH_S = 5.0
# Each reading consumer keeps one of the ledger's few connections and may need another for its effects.
_AT_ONCE_MAX = 2
_REASON_LENGTH_MAX = 200


class Step(msgspec.Struct, frozen=True):
    """What one step did: how far it read, how many facts were taken, and how many were parked."""

    read: int
    taken: int
    parked: int
    failed_attempts: int
    more: bool


_NOTHING = Step(0, 0, 0, 0, more=False)


class _Reader:
    """A consumer of this process and when it is to be called."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.due = asyncio.Event()
        self.not_before_s = 0.0


class Runner:
    """Runs consumers until it is closed; of the same consumer in several processes one reads at a time."""

    def __init__(
        self, database: Database, clock: Clock, consumers: Sequence[Consumer], *, poll_s: float = _POLL_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._poll_s = poll_s
        self._readers = {consumer.name: _Reader(consumer) for consumer in consumers}
        assert len(self._readers) == len(consumers), "two consumers share a name, and so a cursor"
        self._woken = asyncio.Event()
        self._closing = False
        self._slots = asyncio.Semaphore(_AT_ONCE_MAX)

    def wake(self) -> None:
        """Look for facts now; made to be called after a commit, as often as one likes: many calls are one look."""
        self._woken.set()

    def close(self) -> None:
        """Let `run` return once what is being taken is taken."""
        self._closing = True
        self._woken.set()

    async def prepare(self) -> None:
        """Give each consumer a cursor, and bring a restored log in order. Before the first step, and before anybody serves."""
        moved = await mend_restored_log(self._database)
        if moved:
            _log.warning("facts.renumbered", fact_count=moved)
        async with self._database.ledger(_actor("outbox")) as tx:
            for reader in self._readers.values():
                consumer = reader.consumer
                await store.make_cursor(
                    tx, consumer.name, from_now=consumer.since == "now", now=self._clock.now()
                )

    async def run(self) -> None:
        """Read until `close` is called. A lost database, or a step that fails, is logged and tried again."""
        tasks = [asyncio.create_task(self._read(reader)) for reader in self._readers.values()]
        try:
            while not self._closing:
                await self._look()
                await _wait(self._woken, self._poll_s)
                self._woken.clear()
        finally:
            self._closing = True
            for reader in self._readers.values():
                reader.due.set()
            await asyncio.gather(*tasks)

    async def drain(self, *, rounds_max: int = 1000) -> int:
        """Step every consumer until none has anything to read, and return how many facts were taken."""
        taken = 0
        for _ in range(rounds_max):
            steps = [await self.step(name) for name in self._readers]
            taken += sum(each.taken for each in steps)
            if not any(each.read for each in steps):
                break
        return taken

    async def step(self, name: str) -> Step:
        """Let one consumer take the next facts, effects and cursor in one transaction; nothing while another process does.

        A fact that the consumer cannot take ends the step and is tried again by the next ones, then parked and passed over.
        """
        with span("outbox.step", {"saveit.consumer": name}) as here:
            step = await self._step(name)
            if here.is_recording():
                here.set_attributes(
                    {
                        "saveit.facts_read": step.read,
                        "saveit.facts_taken": step.taken,
                        "saveit.facts_parked": step.parked,
                        "saveit.attempts": step.failed_attempts,
                    }
                )
        return step

    async def _step(self, name: str) -> Step:
        consumer = self._readers[name].consumer
        async with self._database.ledger(_actor(name)) as tx:
            cursor = await store.lock_cursor(tx, name)
            if cursor is None:
                return _NOTHING
            start = Place(cursor.txid, cursor.position)
            facts = await store.read_facts(tx, start, kinds=consumer.kinds, rows_max=consumer.batch_max)
            if not facts:
                return _NOTHING
            place, step = await self._take_all(
                tx, consumer, facts, Place(start.txid, start.position), cursor.attempts
            )
            await store.move_cursor(tx, name, place, attempts=step.failed_attempts, now=self._clock.now())
            await faults.reach("outbox.consume.before_commit")
        return step

    async def _take_all(  # noqa: PLR0917 - what a step is made of.
        self, tx: Transaction, consumer: Consumer, facts: Sequence[RecordedFact], place: Place, attempts: int
    ) -> tuple[Place, Step]:
        """Take facts until one fails, or time is up; return the last place that is done with."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + _BATCH_S
        parked = 0
        read, taken = await self._take_ahead(tx, consumer, facts)
        place = facts[read - 1].place if read else place
        handle = consumer.handle if consumer.begin is None else consumer.begin()
        for fact in facts[read:]:
            if fact.kind in consumer.kinds:
                error = await self._attempt(tx, consumer.name, handle, fact)
                if error is not None:
                    attempts += 1
                    if attempts < _ATTEMPTS_MAX:
                        return place, Step(read, taken, parked, attempts, more=True)
                    await self._park(tx, consumer, fact, error=error, attempts=attempts)
                    parked += 1
                else:
                    taken += 1
            attempts = 0
            read += 1
            place = fact.place
            if loop.time() > ends_s:
                break
        more = read < len(facts) or len(facts) == consumer.batch_max
        return place, Step(read, taken, parked, attempts, more=more)

    async def _take_ahead(
        self, tx: Transaction, consumer: Consumer, facts: Sequence[RecordedFact]
    ) -> tuple[int, int]:
        """Let the consumer take at once what it can, and return how many facts are done with, and how many of them it took."""
        own = [fact for fact in facts if fact.kind in consumer.kinds]
        if consumer.ahead is None or len(own) < _AHEAD_MIN:
            return 0, 0
        ahead, taken = consumer.ahead, 0

        async def take(ahead_tx: Transaction, _first: RecordedFact) -> None:
            nonlocal taken
            taken = await ahead(ahead_tx, own)

        error = await self._attempt(tx, consumer.name, take, own[0])
        if error is not None or not taken:
            return 0, 0
        return (len(facts) if taken == len(own) else facts.index(own[taken])), taken

    async def _attempt(
        self, tx: Transaction, consumer: str, handle: Handle, fact: RecordedFact
    ) -> Exception | None:
        """Let the consumer take a fact; what it raises undoes its effects and comes back, unless the database is gone."""
        try:
            async with tx.savepoint():
                await handle(tx, fact)
        except DatabaseUnreachable:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a consumer: a fact that fails is parked, and the rest go on.
            _log.warning(
                "fact.not_taken",
                consumer=consumer,
                fact_id=str(fact.fact_id),
                kind=fact.kind,
                error=type(error).__name__,
                exc_info=not isinstance(error, (Fault, Refusal)),
            )
            return error
        return None

    async def _park(
        self, tx: Transaction, consumer: Consumer, fact: RecordedFact, *, error: Exception, attempts: int
    ) -> None:
        now = self._clock.now()
        await store.park_fact(tx, consumer.name, fact, reason=_reason(error), attempts=attempts, now=now)
        _log.error("fact.parked", consumer=consumer.name, fact_id=str(fact.fact_id), kind=fact.kind)

    async def _look(self) -> None:
        """See who has something to read, and say how far behind each is."""
        try:
            standings = await store.peek(self._database, tuple(self._readers))
        except Fault as fault:
            _log.warning("facts.unreachable", error=type(fault).__name__)
            return
        now_s = asyncio.get_running_loop().time()
        for standing in standings:
            metrics.facts_lag_s.labels(consumer=standing.consumer).set(standing.lag_s)
            metrics.facts_parked.labels(consumer=standing.consumer).set(standing.parked)
            reader = self._readers[standing.consumer]
            if standing.readable and now_s >= reader.not_before_s:
                reader.due.set()

    async def _read(self, reader: _Reader) -> None:
        """Step one consumer whenever it is due."""
        name = reader.consumer.name
        while True:
            await reader.due.wait()
            reader.due.clear()
            if self._closing:
                return
            try:
                async with self._slots:
                    step = await self.step(name)
            except Exception as error:  # noqa: BLE001 - the edge of a task that must outlive any step: the next look tries again.
                _log.warning("facts.step_failed", consumer=name, error=type(error).__name__)
                continue
            if step.failed_attempts:
                wait_s = _WAIT_FIRST_S * 2 ** (step.failed_attempts - 1)
                reader.not_before_s = asyncio.get_running_loop().time() + wait_s
            elif step.more:
                reader.due.set()


def _actor(name: str) -> Actor:
    return Actor("system", name, "internal")


def _reason(error: Exception) -> str:
    """Name the failure without its words, which may be a guest's; a refusal's code and facts never are."""
    return (str(error) if isinstance(error, Refusal) else type(error).__name__)[:_REASON_LENGTH_MAX]


async def _wait(event: asyncio.Event, within_s: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), within_s)
    except TimeoutError:
        return
