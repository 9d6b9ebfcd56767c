"""A million reservations in the database, and the statements that guests wait for still go straight to their rows.

What is asked of each: an index and never a whole table, only the partitions of the days meant, and few pages.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from saveit.kernel.db.statements import Statement, parse_statements
from tests.house.sources import PACKAGE
from tests.support.core import DAY, NOW, Bistro, Opening, local

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(600)]

ROWS = 1_000_000
FACTS = 100_000
RESTAURANTS = 50
DAYS = 200
# A page of a list is fifty rows, each on a page of its own at worst; the scan of one partition is thousands.
PAGES_MAX = 150

_FILL = f"""
INSERT INTO reservations (
    tenant_id, service_on, reservation_id, restaurant_id, code, status, person_id, guest_sealed, language, party_size, service,
    starts_at, leaves_at, ends_at, table_ids, pinned, overbooked, source, policy, loads, rules_version, created_at, updated_at)
SELECT
    $1, d.day, gen_random_uuid(), md5('restaurant' || n % {RESTAURANTS})::uuid, 'C' || n,
    CASE WHEN d.day < $2 THEN 'completed' ELSE 'confirmed' END, md5('person' || n % 90000)::uuid, '\\x00', 'es', 2, 'dinner',
    d.starts_at, d.starts_at + interval '90 minutes', d.starts_at + interval '105 minutes',
    ARRAY[gen_random_uuid()], false, false, 'api', '{{}}', '[]', 1, $3, $3
FROM generate_series(1, $4) AS n
CROSS JOIN LATERAL (SELECT $2::date + (n / {RESTAURANTS} % {DAYS})::integer - {DAYS // 2} AS day) e
CROSS JOIN LATERAL (SELECT e.day, e.day + interval '23 hours' + n / 7 % 17 * interval '15 minutes' AS starts_at) d
"""  # noqa: S608 - our own numbers.

# Every two hours of a year and more at each of three tables, so that the day asked for is a small part.
_FILL_TABLES = """
INSERT INTO table_occupancy (tenant_id, table_id, restaurant_id, starts_at, ends_at, holder_kind, holder_id, party_size, movable)
SELECT $1, t.table_id, $2, $3::timestamptz + n * interval '2 hours', $3::timestamptz + (n + 1) * interval '2 hours', 'block',
    gen_random_uuid(), 0, false
FROM generate_series(-2500, 2500) AS n
CROSS JOIN dining_tables t
"""
_FILL_COUNTS = """
INSERT INTO slot_load (tenant_id, restaurant_id, service_on, kind, counted_at, parties, covers)
SELECT $1, md5('restaurant' || n % 50)::uuid, $2::date + n % 200 - 100, 'pacing', $2::date + n * interval '15 minutes', 1, 2
FROM generate_series(1, 60000) AS n
"""
_FILL_FACTS = """
INSERT INTO facts (fact_id, tenant_id, restaurant_id, kind, version, subject_kind, subject_id, actor, channel, trace_id, node, at, body)
SELECT gen_random_uuid(), $1, $1, 'reservation.created', 1, 'reservation', gen_random_uuid(), 'guest:x', 'web', '', 'n', $2, '{}'
FROM generate_series(1, $3)
"""


class Plan:
    """What PostgreSQL did for one statement."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.nodes = list(_nodes(root))

    @property
    def whole_tables(self) -> list[str]:
        """The tables that were read from end to end; a few pages are cheaper so, and do not count."""
        return [
            node["Relation Name"]
            for node in self.nodes
            if node["Node Type"] == "Seq Scan" and node["Shared Hit Blocks"] + node["Shared Read Blocks"] > 4
        ]

    @property
    def partitions(self) -> set[str]:
        """The partitions that were looked into."""
        return {
            node["Relation Name"]
            for node in self.nodes
            if node.get("Relation Name", "").startswith(("reservations_", "facts_"))
            and node["Actual Loops"] > 0
        }

    @property
    def pages(self) -> int:
        """The pages that were read in all."""
        return self.nodes[0]["Shared Hit Blocks"] + self.nodes[0]["Shared Read Blocks"]

    @property
    def removed(self) -> int:
        """The rows that were read and thrown away."""
        return sum(int(node.get("Rows Removed by Filter", 0) * node["Actual Loops"]) for node in self.nodes)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def statement(room: str, name: str) -> Statement:
    """Return a statement as the product runs it."""
    path = PACKAGE / room / "queries.sql"
    return parse_statements(path.read_text(encoding="utf-8"), room)[name]


async def explain(connection: asyncpg.Connection, named: Statement, **parameters: object) -> Plan:
    """Run a statement twice, the second time watched."""
    arguments = [parameters[name] for name in named.parameters]
    await connection.fetch(named.sql, *arguments)
    text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {named.sql}", *arguments)
    return Plan(msgspec.json.decode(text)[0]["Plan"])


async def fill(bistro: Bistro) -> asyncpg.Connection:
    """Load the database, and return a connection of the customer's who has it all."""
    owner = await asyncpg.connect(bistro.dsn)
    await owner.execute("SELECT make_partitions_v1($1, 10)", DAY - timedelta(days=DAYS // 2))
    await owner.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(bistro.tenant_id))
    await owner.execute("SET ROLE saveit_app")
    await owner.execute(_FILL, bistro.tenant_id, DAY, NOW, ROWS, timeout=300)
    await owner.execute(_FILL_TABLES, bistro.tenant_id, bistro.restaurant_id, local(DAY, "00:00"))
    await owner.execute(_FILL_COUNTS, bistro.tenant_id, DAY)
    await owner.execute(_FILL_FACTS, bistro.tenant_id, NOW, FACTS)
    await owner.execute("RESET ROLE")
    await owner.execute("ANALYZE reservations, facts, table_occupancy, slot_load")
    await owner.execute("SET ROLE saveit_app")
    await owner.execute("SET jit = off")
    return owner


async def guests_statements(connection: asyncpg.Connection, bistro: Bistro) -> dict[str, Plan]:
    """Run what a guest waits for, as the customer's application."""
    one = await connection.fetchrow(
        "SELECT reservation_id, restaurant_id, person_id FROM reservations WHERE service_on = $1 LIMIT 1", DAY
    )
    assert one is not None
    subject_id = await connection.fetchval("SELECT subject_id FROM facts LIMIT 1")
    holder_id = await connection.fetchval("SELECT holder_id FROM table_occupancy LIMIT 1")
    by_id: dict[str, Any] = {"reservation_id": one["reservation_id"]}
    of_day: dict[str, Any] = {"restaurant_id": one["restaurant_id"], "service_on": DAY}
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "find_reservation": ("reservations", by_id),
        "lock_reservation": ("reservations", by_id),
        "waiting_for_a_table": ("reservations", of_day),
        "list_of_day": (
            "reservations",
            of_day
            | {"statuses": None, "after_at": local(DAY, "00:00"), "after_id": UUID(int=0), "rows_max": 50},
        ),
        "list_of_person": (
            "reservations",
            {
                "person_id": one["person_id"],
                "before_on": date(9999, 1, 1),
                "before_id": UUID(int=0),
                "rows_max": 20,
            },
        ),
        "read_stays": (
            "ledger",
            {
                "restaurant_id": bistro.restaurant_id,
                "first_at": local(DAY, "00:00"),
                "last_at": local(DAY, "23:59"),
            },
        ),
        "read_counts": (
            "ledger",
            {"restaurant_id": bistro.restaurant_id, "first_on": DAY, "last_on": DAY},
        ),
        # Whatever frees a table asks who waits, whether anybody does or not.
        "release_tables": ("ledger", {"holder_id": holder_id}),
        "note_freed": ("ledger", {"restaurant_id": one["restaurant_id"], "freed_on": DAY}),
        "promotions_due": (
            "ledger",
            {"restaurant_id": one["restaurant_id"], "first_on": DAY, "last_on": DAY},
        ),
        "read_history": ("outbox", {"subject_id": subject_id, "after": 0, "rows_max": 50}),
    }
    return {
        name: await explain(connection, statement(room, name), tenant_id=bistro.tenant_id, **parameters)
        for name, (room, parameters) in asked.items()
    }


async def timers_statements(connection: asyncpg.Connection) -> dict[str, Plan]:
    """Run what timers and consumers ask every few seconds, as the ledger."""
    await connection.execute("RESET ROLE; SET ROLE saveit_ledger")
    plans = {
        name: await explain(
            connection, statement("reservations", name), now=NOW, ended_before=NOW, rows_max=100
        )
        for name in ("holds_due", "no_shows_due", "unconfirmed_due", "forgotten_due")
    }
    facts = {"kinds": ["reservation.created"], "txid": 0, "position": FACTS // 2, "rows_max": 100}
    plans["read_facts"] = await explain(connection, statement("outbox", "read_facts"), **facts)
    return plans


async def test_with_a_million_reservations_every_hot_statement_goes_straight_to_its_rows(
    opening: Opening,
) -> None:
    bistro = await opening.bistro()
    connection = await fill(bistro)

    plans = await guests_statements(connection, bistro) | await timers_statements(connection)
    await connection.close()

    day = f"reservations_{DAY:%Y_%m}"
    assert {name: plan.whole_tables for name, plan in plans.items() if plan.whole_tables} == {}
    assert {name: plan.pages for name, plan in plans.items() if plan.pages > PAGES_MAX * _parts(name)} == {}
    assert {name: plan.removed for name, plan in plans.items() if plan.removed > 200} == {}
    assert plans["list_of_day"].partitions == {day}
    assert plans["waiting_for_a_table"].partitions == {day}


def _parts(name: str) -> int:
    """Return how many partitions a statement has to ask: those that name no day ask each."""
    return 2 if name in {"find_reservation", "lock_reservation", "list_of_person"} else 1
