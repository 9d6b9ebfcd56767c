import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from saveit.kernel import faults
from saveit.kernel.clock import SettableClock
from saveit.kernel.db import Database, Query, Transaction
from saveit.kernel.db.statements import parse_statements
from saveit.kernel.faults import FaultPointReached
from saveit.kernel.ids import new_id
from saveit.kernel.observe import metrics
from saveit.outbox import Consumer, Fact, RecordedFact, Runner, append, list_parked, unpark
from tests.outbox.conftest import NOW, RESTAURANT, SOMEBODY, SUBJECT, TENANT, tell, tell_in

pytestmark = pytest.mark.slow

_SQL = """
-- read_echoes :many EchoRow
-- What the consumer of these tests wrote down, in order.
SELECT body::text::integer AS number
FROM facts
WHERE kind = 'number.echoed'
ORDER BY position

-- read_past :many EchoRow
-- What a cursor over positions alone would be given next.
SELECT position AS number
FROM facts
WHERE position > :position::bigint
ORDER BY position
"""


class EchoRow(msgspec.Struct, frozen=True):
    number: int


_PARSED = parse_statements(_SQL, "tests")
_READ_ECHOES = Query(_PARSED["read_echoes"], EchoRow)
_READ_PAST = Query(_PARSED["read_past"], EchoRow)


@dataclass
class Echo:
    """A consumer that writes what it is told into the log again, in the transaction it is given."""

    stumbles_at: set[int] = field(default_factory=set)
    heard: list[int] = field(default_factory=list)

    async def handle(self, tx: Transaction, fact: RecordedFact) -> None:
        number = int(fact.body)
        self.heard.append(number)
        echoed = Fact(
            fact_id=new_id(NOW),
            kind="number.echoed",
            restaurant_id=RESTAURANT,
            subject_kind="number",
            subject_id=SUBJECT,
            service_on=None,
            at=NOW,
            body=fact.body.encode(),
        )
        await append(tx, echoed, fact.tenant_id)
        if number in self.stumbles_at:
            raise ValueError(number)

    def consumer(self, name: str = "echo", batch_max: int = 100) -> Consumer:
        return Consumer(name=name, kinds=frozenset(("number.told",)), handle=self.handle, batch_max=batch_max)


async def ready(db: Database, clock: SettableClock, *consumers: Consumer) -> Runner:
    runner = Runner(db, clock, consumers)
    await runner.prepare()
    return runner


async def echoes(db: Database) -> list[int]:
    return [row.number for row in await db.call(_READ_ECHOES)]


async def test_a_consumer_takes_every_fact_once_in_order(db: Database, clock: SettableClock) -> None:
    echo = Echo()
    runner = await ready(db, clock, echo.consumer(batch_max=3))
    await tell(db, 1, 2, 3, 4, 5)

    await runner.drain()
    await runner.drain()

    assert await echoes(db) == [1, 2, 3, 4, 5]


async def test_what_a_consumer_takes_ahead_is_not_given_to_it_again(
    db: Database, clock: SettableClock
) -> None:
    echo = Echo()
    batches: list[int] = []

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        batches.append(len(facts))
        for fact in facts[:3]:
            await echo.handle(tx, fact)
        return 3

    consumer = msgspec.structs.replace(echo.consumer(), ahead=ahead)
    runner = await ready(db, clock, consumer)
    await tell(db, 1, 2)
    await tell(db, 0, kind="number.forgotten")
    await tell(db, 3, 4, 5)

    await runner.drain()

    assert (await echoes(db), batches) == ([1, 2, 3, 4, 5], [5])


async def test_a_batch_that_cannot_be_taken_ahead_leaves_nothing_and_is_taken_one_by_one(
    db: Database, clock: SettableClock
) -> None:
    echo = Echo(stumbles_at={2})

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        for fact in facts:
            await echo.handle(tx, fact)
        return len(facts)

    consumer = msgspec.structs.replace(echo.consumer(), ahead=ahead)
    runner = await ready(db, clock, consumer)
    await tell(db, 1, 2, 3)

    await runner.step("echo")
    echo.stumbles_at.clear()
    await runner.drain()

    assert await echoes(db) == [1, 2, 3]


async def test_a_consumer_is_not_given_kinds_it_does_not_take(db: Database, clock: SettableClock) -> None:
    echo = Echo()
    runner = await ready(db, clock, echo.consumer())
    await tell(db, 1)
    await tell(db, 2, kind="number.forgotten")
    await tell(db, 3)

    await runner.drain()

    assert echo.heard == [1, 3]


async def test_a_fact_that_commits_late_is_not_skipped(
    db: Database, other_db: Database, clock: SettableClock
) -> None:
    echo = Echo()
    runner = await ready(db, clock, echo.consumer())

    async with other_db.tenant(TENANT, SOMEBODY) as late:
        await tell_in(late, 1)
        await tell(db, 2)
        await runner.drain()
        heard_meanwhile = list(echo.heard)
    await runner.drain()

    assert (heard_meanwhile, echo.heard) == ([], [1, 2])


async def test_without_the_guard_a_cursor_over_positions_skips_what_commits_late(
    db: Database, other_db: Database
) -> None:
    """The twin: what the guard is for."""
    position, heard = 0, 0

    async def read_on() -> None:
        nonlocal position, heard
        for row in await db.call(_READ_PAST, position=position):
            position, heard = row.number, heard + 1

    async with other_db.tenant(TENANT, SOMEBODY) as late:
        await tell_in(late, 1)
        await tell(db, 2)
        await read_on()
    await read_on()

    assert heard == 1


async def test_a_crash_between_effect_and_cursor_undoes_both(db: Database, clock: SettableClock) -> None:
    echo = Echo()
    runner = await ready(db, clock, echo.consumer())
    await tell(db, 1, 2)

    with faults.armed("outbox.consume.before_commit", "raise"), pytest.raises(FaultPointReached):
        await runner.step("echo")
    after_crash = await echoes(db)
    await runner.drain()

    assert (after_crash, await echoes(db), echo.heard) == ([], [1, 2], [1, 2, 1, 2])


async def test_of_two_processes_one_reads_at_a_time(
    db: Database, other_db: Database, clock: SettableClock
) -> None:
    echo = Echo()
    runner = await ready(db, clock, echo.consumer())
    other = await ready(other_db, clock, Echo().consumer())
    await tell(db, 1, 2)
    read_by_other: list[int] = []

    async def overtaken() -> None:
        read_by_other.append((await other.step("echo")).read)

    with faults.armed("outbox.consume.before_commit", overtaken):
        await runner.step("echo")

    assert (read_by_other, await echoes(db)) == ([0], [1, 2])


async def test_parallel_runners_take_each_fact_once(
    db: Database, other_db: Database, clock: SettableClock
) -> None:
    runners = [
        await ready(db, clock, Echo().consumer(batch_max=7)),
        await ready(other_db, clock, Echo().consumer(batch_max=5)),
    ]
    await tell(db, *range(40))

    for _ in range(20):
        await asyncio.gather(*(runner.step("echo") for runner in runners))

    assert await echoes(db) == list(range(40))


async def test_a_fact_that_keeps_failing_is_parked_and_the_rest_go_on(
    db: Database, clock: SettableClock
) -> None:
    echo = Echo(stumbles_at={2})
    runner = await ready(db, clock, echo.consumer())
    await tell(db, 1, 2, 3)

    first = await runner.step("echo")
    for _ in range(4):
        await runner.step("echo")
    not_yet = await echoes(db)
    last = await runner.step("echo")

    async with db.ledger(SOMEBODY) as tx:
        (parked,) = await list_parked(tx)
    assert (first.taken, first.failed_attempts, not_yet) == (1, 1, [1])
    assert (last.parked, last.taken, await echoes(db)) == (1, 1, [1, 3])
    assert (parked.consumer, parked.kind, parked.reason, parked.attempts) == (
        "echo",
        "number.told",
        "ValueError",
        6,
    )


async def test_what_a_failing_consumer_wrote_is_undone(db: Database, clock: SettableClock) -> None:
    runner = await ready(db, clock, Echo(stumbles_at={1}).consumer())
    await tell(db, 1)

    await runner.step("echo")

    assert await echoes(db) == []


async def test_a_parked_fact_is_taken_when_a_person_says_so(db: Database, clock: SettableClock) -> None:
    echo = Echo(stumbles_at={2})
    runner = await ready(db, clock, echo.consumer())
    await tell(db, 2)
    for _ in range(6):
        await runner.step("echo")
    async with db.tenant(TENANT, SOMEBODY) as tx:
        (parked,) = await list_parked(tx)
    echo.stumbles_at.clear()

    async with db.ledger(SOMEBODY) as tx:
        settled = await unpark(tx, echo.consumer(), parked.fact_id, now=NOW)
    async with db.ledger(SOMEBODY) as tx:
        again = await unpark(tx, echo.consumer(), parked.fact_id, now=NOW)

    async with db.ledger(SOMEBODY) as tx:
        assert (settled, again, await echoes(db), await list_parked(tx)) == (True, False, [2], [])


async def test_a_parked_fact_that_fails_again_stays_parked(db: Database, clock: SettableClock) -> None:
    echo = Echo(stumbles_at={2})
    runner = await ready(db, clock, echo.consumer())
    await tell(db, 2)
    for _ in range(6):
        await runner.step("echo")
    async with db.ledger(SOMEBODY) as tx:
        (parked,) = await list_parked(tx)

    with pytest.raises(ValueError, match="2"):
        async with db.ledger(SOMEBODY) as tx:
            await unpark(tx, echo.consumer(), parked.fact_id, now=NOW)

    async with db.ledger(SOMEBODY) as tx:
        assert [each.fact_id for each in await list_parked(tx)] == [parked.fact_id]


async def test_a_new_consumer_begins_where_it_says(db: Database, clock: SettableClock) -> None:
    await tell(db, 1)
    everything, news = Echo(), Echo()
    later = msgspec.structs.replace(news.consumer("news"), since="now")
    runner = await ready(db, clock, everything.consumer("everything"), later)
    await tell(db, 2)

    await runner.drain()

    assert (everything.heard, news.heard) == ([1, 2], [2])


async def test_the_lag_and_the_parked_are_measured(db: Database, clock: SettableClock) -> None:
    echo = Echo(stumbles_at={1})
    runner = await ready(db, clock, echo.consumer("measured"))
    await tell(db, 1)
    await runner._look()
    lag_before = _gauge("saveit_facts_lag_seconds")
    for _ in range(6):
        await runner.step("measured")

    await runner._look()

    assert lag_before > 0
    assert (_gauge("saveit_facts_lag_seconds"), _gauge("saveit_facts_parked")) == (0, 1)


async def test_a_running_runner_reads_when_it_is_woken(db: Database, clock: SettableClock) -> None:
    heard = asyncio.Event()

    async def handle(_tx: Transaction, _fact: RecordedFact) -> None:
        heard.set()

    consumer = Consumer(name="woken", kinds=frozenset(("number.told",)), handle=handle)
    runner = Runner(db, clock, (consumer,), poll_s=3600)
    await runner.prepare()
    running = asyncio.create_task(runner.run())

    async with db.tenant(TENANT, SOMEBODY) as tx:
        await tell_in(tx, 1)
        tx.after_commit(runner.wake)
    await asyncio.wait_for(heard.wait(), 20)
    runner.close()
    await running

    assert heard.is_set()


def _gauge(name: str) -> float:
    value = metrics.registry.get_sample_value(name, {"consumer": "measured"})
    assert value is not None
    return value
