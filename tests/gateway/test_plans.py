"""With a week of deliveries in the inbox every statement of a worker still goes straight to its rows."""

from typing import Any

import asyncpg
import msgspec
import pytest

from saveit.kernel.db.statements import Statement, parse_statements
from saveit.venues import Tenant
from tests.house.sources import PACKAGE
from tests.support.house import NOON, World

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_DONE = 60_000
_WAITING = 2_000
_SENDERS = 500
_FILL = """
INSERT INTO inbox (
    tenant_id, line_id, event_key, inbox_id, sender_index, envelope_sealed, trace_id, received_at, status, due_at, settled_at)
SELECT $1, $1, int8send(n + $2::bigint), gen_random_uuid(), int8send(n % $4), '\\x00', '', $5, $6::text, $5,
    CASE WHEN $6::text = 'done' THEN $5::timestamptz - n * interval '10 seconds' END
FROM generate_series(1, $3) AS n
"""


def statement(name: str) -> Statement:
    path = PACKAGE / "gateway" / "queries.sql"
    return parse_statements(path.read_text(encoding="utf-8"), "gateway")[name]


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for plan in node.get("Plans", ()) for inner in nodes(plan))]


async def explained(connection: asyncpg.Connection, name: str, **given: object) -> tuple[list[str], int]:
    """Return the tables that were read from end to end, and the pages that were read in all."""
    named = statement(name)
    arguments = [given[parameter] for parameter in named.parameters]
    async with connection.transaction():
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {named.sql}", *arguments)
    plan = nodes(msgspec.json.decode(text)[0]["Plan"])
    whole = [node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"]
    return whole, plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"]


@pytest.fixture
async def full(world: World, tenant: Tenant, watcher: asyncpg.Connection) -> asyncpg.Connection:
    for first, count, status in ((0, _DONE, "done"), (_DONE, _WAITING, "waiting")):
        await watcher.execute(_FILL, tenant.id, first, count, _SENDERS, NOON, status)
    owner = await asyncpg.connect(world.dsn)
    await owner.execute("ANALYZE inbox")
    await owner.close()
    return watcher


@pytest.mark.parametrize(
    ("name", "pages_max"),
    [("claim_events", 1_000), ("park_exhausted", 50), ("list_parked", 50), ("inbox_state", 500)],
)
async def test_no_statement_of_a_worker_reads_the_whole_inbox(
    full: asyncpg.Connection, tenant: Tenant, name: str, pages_max: int
) -> None:
    given = {
        "now": NOON,
        "until": NOON,
        "events_max": 20,
        "attempts_max": 6,
        "tenant_id": tenant.id,
        "line_id": None,
        "after": None,
        "limit": 50,
    }

    whole, pages = await explained(full, name, **given)

    assert whole == []
    assert pages < pages_max


async def test_what_is_old_is_found_without_reading_what_is_not(full: asyncpg.Connection) -> None:
    given = {
        "done_before": NOON.replace(year=2025),
        "parked_before": NOON.replace(year=2025),
        "rows_max": 5_000,
    }

    whole, pages = await explained(full, "forget_events", **given)

    assert (whole, pages < 50) == ([], True)
