"""A year of a group's figures, and one restaurant's week is still counted from its own rows."""

from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from saveit.kernel.db.statements import parse_statements
from tests.house.sources import PACKAGE
from tests.support.core import BOGOTA, DAY, Bistro, Opening

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_ROWS = 200_000
_RESTAURANTS = 20
_DAYS = 365
# A week of one of twenty is 192 rows, each on a page of its own at worst, and a talk may be any restaurant's: 3,840 of them.
_PAGES_MAX = {"count_reservations": 1_500, "count_waiting": 60, "count_talks": 2_000}

_FILL = """
INSERT INTO analytics_reservations (
    tenant_id, reservation_id, restaurant_id, service_on, starts_at, leaves_at, party_size, status, source, revision)
SELECT
    $1, gen_random_uuid(), CASE WHEN n % $5 = 0 THEN $2 ELSE md5('restaurant' || n % $5)::uuid END, d.day, d.day + interval '20 hours',
    d.day + interval '22 hours', 2, 'completed', 'api', 1
FROM generate_series(1, $4) AS n
CROSS JOIN LATERAL (SELECT $3::date - (n / $5 % $6)::integer AS day) d
"""
# In the order in which guests write: a day's talks lie side by side.
_FILL_TALKS = """
INSERT INTO analytics_talks (tenant_id, conversation_id, opened_at, last_in_at, channel, line_id, restaurant_id)
SELECT $1, gen_random_uuid(), d.day + interval '12 hours', d.day + interval '13 hours', 'telegram', gen_random_uuid(), $2
FROM generate_series(1, $4) AS n
CROSS JOIN LATERAL (SELECT $3::date - $5::integer + (n / ($4::integer / $5::integer))::integer AS day) d
"""
_FILL_WAITING = """
INSERT INTO analytics_waiting (tenant_id, restaurant_id, service_on, joined)
SELECT $1, md5('restaurant' || r)::uuid, $2::date - n, 3
FROM generate_series(1, $3) AS r
CROSS JOIN generate_series(0, $4) AS n
"""


async def fill(bistro: Bistro) -> asyncpg.Connection:
    """Load the figures, and return a connection of the customer's application."""
    owner = await asyncpg.connect(bistro.dsn)
    await owner.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(bistro.tenant_id))
    await owner.execute("SET ROLE saveit_ledger")
    tenant_id, restaurant_id = bistro.tenant_id, bistro.restaurant_id
    await owner.execute(_FILL, tenant_id, restaurant_id, DAY, _ROWS, _RESTAURANTS, _DAYS)
    await owner.execute(_FILL_TALKS, tenant_id, restaurant_id, DAY, _ROWS, _DAYS)
    await owner.execute(_FILL_WAITING, tenant_id, DAY, _RESTAURANTS, _DAYS)
    await owner.execute("RESET ROLE; ANALYZE analytics_reservations, analytics_talks, analytics_waiting")
    await owner.execute("SET ROLE saveit_app; SET jit = off")
    return owner


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for plan in node.get("Plans", ()) for inner in nodes(plan))]


async def test_a_week_of_one_restaurant_is_counted_from_its_own_rows(opening: Opening) -> None:
    bistro = await opening.bistro()
    connection = await fill(bistro)
    path = PACKAGE / "consumers" / "analytics" / "queries.sql"
    statements = parse_statements(path.read_text(encoding="utf-8"), "consumers.analytics")
    given: dict[str, object] = {
        "tenant_id": bistro.tenant_id,
        "restaurant_ids": [bistro.restaurant_id],
        "from_on": DAY - timedelta(days=13),
        "to_on": DAY - timedelta(days=7),
        "advisor_id": None,
        "of_the_house": True,
        "timezone": BOGOTA,
    }

    whole: dict[str, list[str]] = {}
    pages: dict[str, int] = {}
    for name in _PAGES_MAX:
        arguments = [given[parameter] for parameter in statements[name].parameters]
        text = await connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statements[name].sql}", *arguments
        )
        plan = nodes(msgspec.json.decode(text)[0]["Plan"])
        whole[name] = [
            node["Relation Name"]
            for node in plan
            if node["Node Type"] == "Seq Scan" and node["Relation Name"].startswith("analytics_")
        ]
        pages[name] = plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"]
    await connection.close()

    # Who came by a talk is asked only where an advisor is named; the table is empty here.
    assert {
        name: [each for each in read if each != "analytics_talk_bookings"] for name, read in whole.items()
    } == {name: [] for name in _PAGES_MAX}
    assert {name: read for name, read in pages.items() if read > _PAGES_MAX[name]} == {}
