from uuid import UUID

import asyncpg

from saveit.kernel.clock import SettableClock
from saveit.kernel.db import Database
from saveit.kernel.ids import TenantId
from saveit.outbox import Runner, history, mend_restored_log
from tests.outbox.conftest import SOMEBODY, SUBJECT, TENANT, tell
from tests.outbox.test_consumers import Echo

OTHER_TENANT = TenantId(UUID("018f0000-0000-7000-8000-0000000000dd"))


async def test_history_tells_what_happened_to_a_subject_in_order(db: Database) -> None:
    await tell(db, 1, 2, 3)

    async with db.tenant(TENANT, SOMEBODY) as tx:
        first = await history(tx, SUBJECT, rows_max=2)
        rest = await history(tx, SUBJECT, after=first[-1].position)

    assert [fact.body for fact in first] == ["1", "2"]
    assert [(fact.body, fact.actor, fact.trace_id) for fact in rest] == [("3", "staff:ana", "trace-1")]


async def test_history_is_the_tenants_own(db: Database) -> None:
    await tell(db, 1)

    async with db.tenant(OTHER_TENANT, SOMEBODY) as tx:
        found = await history(tx, SUBJECT)

    assert found == []


async def test_a_log_restored_from_a_server_that_counted_further_is_read_on_where_it_was_left(
    db: Database, clock: SettableClock, database_dsn: str
) -> None:
    """Such a log would stall every consumer until this server has counted as far, and then skip what was written meanwhile."""
    echo = Echo()
    runner = Runner(db, clock, (echo.consumer(),))
    await runner.prepare()
    await tell(db, 1, 2)
    await runner.drain()
    await tell(db, 3)
    await _move_into_the_future(database_dsn)

    moved = await mend_restored_log(db)
    await tell(db, 4)
    await runner.drain()

    # The three numbers, and the two echoes of before.
    assert (moved, echo.heard, await mend_restored_log(db)) == (5, [1, 2, 3, 4], 0)


async def _move_into_the_future(dsn: str) -> None:
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute("UPDATE facts SET txid = ((txid::text::bigint + 1000000000)::text)::xid8")
        await owner.execute(
            "UPDATE consumer_cursors SET txid = ((txid::text::bigint + 1000000000)::text)::xid8"
        )
    finally:
        await owner.close()
