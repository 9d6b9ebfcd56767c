"""Sixty days of one restaurant, as a calendar asks for them: a million reservations in the database, and nothing in memory."""

from collections.abc import Sequence
from random import Random
from time import perf_counter

import asyncpg

from bench.ground import Ground
from bench.report import Measure, middle, percentile
from bench.sizes import Sizes
from bench.town import STARTS, ZONE, Town, desk_at, house_of
from saveit import reservations
from saveit.reservations import Desk
from saveit.seating import Asking

_DAYS = 60
_A_DAY = 60
"""Reservations of a busy restaurant on a day: three of four cells."""
_SEED = 60
_TIMEOUT_S = 300.0
_DROP = "ALTER TABLE table_occupancy DROP CONSTRAINT table_held_once"
# Each restaurant has its tables in the order of their ids, and a party at each of the first cells of a day.
_PLAN = """
CREATE TABLE bench_plan AS
SELECT
    lpad(to_hex(row_number() OVER ()), 32, '0')::uuid AS reservation_id, t.tenant_id, t.restaurant_id, t.table_id, d.service_on,
    (d.service_on + s.start::time) AT TIME ZONE $zone AS starts_at, 2 AS party_size
FROM (
    SELECT tenant_id, restaurant_id, table_id, row_number() OVER (PARTITION BY restaurant_id ORDER BY table_id) AS table_no
    FROM dining_tables
) t
CROSS JOIN unnest($starts::text[]) WITH ORDINALITY AS s (start, start_no)
CROSS JOIN (
    SELECT $first_on::date + n AS service_on
    FROM generate_series(-$history, $days - 1) AS n
) d
WHERE (t.table_no - 1) * 4 + s.start_no - 1 < $a_day
"""
_RESERVATIONS = """
INSERT INTO reservations (
    tenant_id, service_on, reservation_id, restaurant_id, code, status, guest_sealed, language, party_size, service, starts_at,
    leaves_at, ends_at, table_ids, pinned, overbooked, source, policy, loads, rules_version, created_at, updated_at)
SELECT
    tenant_id, service_on, reservation_id, restaurant_id, upper(right(reservation_id::text, 6)),
    CASE WHEN service_on < $first_on::date THEN 'completed' ELSE 'confirmed' END, sha512('guest') || sha512('guest'), 'es',
    party_size, 'dinner', starts_at, starts_at + interval '90 minutes', starts_at + interval '105 minutes', ARRAY[table_id],
    false, false, 'api', '{}', '[]', 2, now(), now()
FROM bench_plan
"""
_OCCUPANCY = """
INSERT INTO table_occupancy (
    tenant_id, table_id, restaurant_id, starts_at, ends_at, holder_kind, holder_id, party_size, movable)
SELECT
    tenant_id, table_id, restaurant_id, starts_at, starts_at + interval '105 minutes', 'reservation', reservation_id, party_size,
    true
FROM bench_plan
WHERE service_on >= $first_on::date
"""
_COUNTERS = """
INSERT INTO slot_load (tenant_id, restaurant_id, service_on, kind, counted_at, parties, covers)
SELECT tenant_id, restaurant_id, service_on, 'pacing', starts_at, count(*), sum(party_size)
FROM bench_plan
WHERE service_on >= $first_on::date
GROUP BY 1, 2, 3, 5
"""


async def measure_month(ground: Ground, town: Town, sizes: Sizes) -> dict[str, Measure]:
    """Load the database, then ask for the calendar of one restaurant after another."""
    async with ground.database() as dsn:
        await _load(ground.superuser_dsn(dsn), town, sizes)
        await ground.checkpoint()
        async with desk_at(dsn) as desk:
            random = Random(_SEED)
            took_ms = [
                await _calendar(desk, town, random.randrange(len(town.places)))
                for _ in range(sizes.calendars)
            ]
    return {
        "calendar_60_days_p99_ms": Measure(
            percentile(took_ms, 0.99),
            "ms",
            limit=50.0,
            note=f"median {middle(took_ms):.0f} ms; {sizes.loaded:,} reservations, nothing in memory",
        )
    }


async def _calendar(desk: Desk, town: Town, number: int) -> float:
    """Return the milliseconds for every start of sixty days."""
    place = town.places[number]
    desk.pictures.forget_everything()
    asking = Asking(party_size=2, audience="guest")
    began = perf_counter()
    house = await house_of(desk, place)
    days = await reservations.calendar_offers(desk, house, asking, first_on=town.first_on, count=_DAYS)
    took_ms = (perf_counter() - began) * 1000
    assert all(len(starts) > len(STARTS) for starts in days), "a day without starts was measured"
    return took_ms


async def _load(dsn: str, town: Town, sizes: Sizes) -> None:
    """Write the reservations with plain SQL: sixty a day for the days to come, and the rest long ago."""
    connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_S)
    a_day = min(_A_DAY, town.tables * len(STARTS))
    history = max(0, -(-sizes.loaded // (len(town.places) * a_day)) - _DAYS)
    values: dict[str, str] = {
        "zone": f"'{ZONE}'",
        "starts": _list(STARTS),
        "first_on": f"'{town.first_on}'",
        "history": str(history),
        "days": str(_DAYS),
        "a_day": str(a_day),
    }

    async def run(statement: str) -> None:
        for name, value in values.items():
            statement = statement.replace(f"${name}", value)
        await connection.execute(statement, timeout=_TIMEOUT_S)

    try:
        # The index of a constraint is built over all rows in a fraction of the time that it takes to grow.
        constraint: str = await connection.fetchval(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'table_held_once'"
        )
        # The keys that the rows refer to are there, because the rows are made from them.
        await run(
            "SET session_replication_role = replica; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB'"
        )
        for statement in (_DROP, _PLAN, _RESERVATIONS, _OCCUPANCY, _COUNTERS):
            await run(statement)
        await run(f"ALTER TABLE table_occupancy ADD CONSTRAINT table_held_once {constraint}")
        await run("VACUUM ANALYZE")
    finally:
        await connection.close(timeout=_TIMEOUT_S)


def _list(texts: Sequence[str]) -> str:
    return "'{" + ",".join(texts) + "}'"
