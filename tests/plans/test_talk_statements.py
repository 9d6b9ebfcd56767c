"""Fifty thousand conversations, four messages each, and what delivery, staff and news ask still goes straight to its rows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.plans.test_hot_statements import Plan, explain, statement
from tests.support.core import DAY, NOW, Bistro, Opening

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]

CONVERSATIONS = 50_000
EACH = 4
LATELY = timedelta(minutes=30)
# What is asked for is some hundreds of rows at most, each on pages of its own; a scan of the messages is ten thousand.
PAGES_MAX = 2_500

# One every three minutes, the latest now; each tenth is open.
_FILL_TALKS = """
INSERT INTO conversations (
    tenant_id, conversation_id, line_id, channel, address_sealed, address_index, status, state, opened_at, last_inbound_at,
    last_message_at)
SELECT $1, md5('talk' || n)::uuid, $1, 'telegram', '\\x00', int8send(n), CASE WHEN n % 10 = 0 THEN 'open' ELSE 'closed' END,
    jsonb_build_object('dialogue', jsonb_build_object('restaurant_id', $2::text, 'draft', jsonb_build_object('date', $4::text))),
    t.at, t.at, t.at
FROM generate_series(1, $5::integer) AS n
CROSS JOIN LATERAL (SELECT $3::timestamptz - (n - 1) * interval '3 minutes' AS at) t
"""
_FILL_MESSAGES = """
INSERT INTO messages (
    tenant_id, message_id, created_at, conversation_id, line_id, channel, direction, seq, kind, author, channel_message_id, status,
    status_at, planned_at, due_at, expires_at)
SELECT $1, gen_random_uuid(), t.at, md5('talk' || n)::uuid, $1, 'telegram', CASE WHEN k % 2 = 1 THEN 'in' ELSE 'out' END, k, 'text',
    CASE WHEN k % 2 = 1 THEN 'guest' ELSE 'bot' END, n || '-' || k,
    CASE WHEN k % 2 = 1 THEN 'received' WHEN k = $4 AND n % 50 = 0 THEN 'planned' WHEN k = $4 AND n % 499 = 0 THEN 'sending'
        WHEN k = $4 AND n % 997 = 0 THEN 'unknown' ELSE 'read' END,
    t.at, t.at, t.at, $2::timestamptz + interval '1 day'
FROM generate_series(1, $3::integer) AS n
CROSS JOIN generate_series(1, $4::integer) AS k
CROSS JOIN LATERAL (SELECT $2::timestamptz - n * interval '3 minutes' AS at) t
"""


async def fill(bistro: Bistro) -> asyncpg.Connection:
    """Load the database, and return a connection as the ledger's."""
    owner = await asyncpg.connect(bistro.dsn)
    await owner.execute("SET ROLE saveit_ledger")
    await owner.execute(
        _FILL_TALKS, bistro.tenant_id, str(bistro.restaurant_id), NOW, str(DAY), CONVERSATIONS, timeout=120
    )
    await owner.execute(_FILL_MESSAGES, bistro.tenant_id, NOW, CONVERSATIONS, EACH, timeout=120)
    await owner.execute("RESET ROLE; ANALYZE conversations, messages; SET ROLE saveit_ledger; SET jit = off")
    return owner


async def deliverys(connection: asyncpg.Connection) -> dict[str, Plan]:
    """Run what delivery asks every quarter of a second, and every few seconds."""
    given: dict[str, Any] = {
        "now": NOW,
        "lease_until": NOW + timedelta(minutes=1),
        "again_at": NOW + timedelta(minutes=2),
        "channels": ["telegram"],
        "priority_max": 32_767,
        "attempts_max": 8,
        "rows_max": 16,
    }
    names = ("claim_messages", "claim_unknown", "resume_stale", "abandon_stale", "count_dead")
    return {name: await explain(connection, statement("consumers/notify", name), **given) for name in names}


async def guests(connection: asyncpg.Connection, bistro: Bistro) -> dict[str, Plan]:
    """Run what is asked when a time goes, and what the staff's inbox asks."""
    await connection.execute("RESET ROLE; SET ROLE saveit_app")
    await connection.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(bistro.tenant_id))
    about: dict[str, Any] = {
        "tenant_id": bistro.tenant_id,
        "restaurant_id": str(bistro.restaurant_id),
        "service_on": str(DAY),
        "since": NOW - LATELY,
        "person_id": None,
    }
    page: dict[str, Any] = {
        "tenant_id": bistro.tenant_id,
        "line_ids": None,
        "status": None,
        "channel": None,
        "advisor_id": None,
        "person_ids": None,
        "needs_human": False,
        "before_at": NOW + timedelta(days=1),
        "before_id": UUID(int=2**128 - 1),
        "rows_max": 51,
    }
    return {
        "talking_about": await explain(connection, statement("consumers/news", "talking_about"), **about),
        "list_inbox": await explain(connection, statement("conversations/inbox", "list_inbox"), **page),
    }


async def test_with_a_city_that_talks_every_statement_of_delivery_and_staff_goes_straight_to_its_rows(
    opening: Opening,
) -> None:
    bistro = await opening.bistro()
    connection = await fill(bistro)

    plans = await deliverys(connection) | await guests(connection, bistro)
    await connection.close()

    assert {name: plan.whole_tables for name, plan in plans.items() if plan.whole_tables} == {}
    assert {name: plan.pages for name, plan in plans.items() if plan.pages > PAGES_MAX} == {}
    # Of half an hour's talks one in ten is open; of all there are five thousand.
    assert plans["talking_about"].removed < 50
