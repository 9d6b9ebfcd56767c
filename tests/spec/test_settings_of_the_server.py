"""A server whose operator likes other dates, zones and isolation: nothing that is decided or kept depends on it."""

import asyncio

import asyncpg
import pytest

from saveit import reservations
from tests.support.core import DAY, Opening, answer, local, opening, rules

__all__ = ["opening"]

pytestmark = pytest.mark.postgres

_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

SETTINGS = {
    "dates and zones": (
        "DateStyle TO 'German, DMY'",
        "TimeZone TO 'Asia/Kathmandu'",
        "IntervalStyle TO 'iso_8601'",
    ),
    "repeatable read": ("default_transaction_isolation TO 'repeatable read'",),
    "serializable": ("default_transaction_isolation TO 'serializable'",),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
async def test_no_setting_of_the_server_changes_what_is_booked(
    opening: Opening, settings: tuple[str, ...]
) -> None:
    operator = await asyncpg.connect(opening.dsn)
    for setting in settings:
        await operator.execute(
            f"ALTER DATABASE {await operator.fetchval('SELECT current_database()')} SET {setting}"
        )
    await operator.close()
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    other = await opening.desk_beside(bistro)

    made = await bistro.book(1)
    refused = await answer(other.book(2))
    changed = await other.act(reservations.change, made.id, reservations.Wish(time="20:30"))

    assert (made.starts_at, refused) == (local(DAY, "20:00"), "slot_unavailable")
    assert changed.starts_at == local(DAY, "20:30")
    assert await bistro.rows("SELECT lower(during), upper(during) FROM table_occupancy") == [
        (local(DAY, "20:30"), local(DAY, "22:15"))
    ]


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
async def test_rules_that_change_while_an_act_waits_for_them_are_seen_whatever_isolation_the_server_likes(
    opening: Opening, level: str
) -> None:
    operator = await asyncpg.connect(opening.dsn)
    database = await operator.fetchval("SELECT current_database()")
    await operator.execute(f"ALTER DATABASE {database} SET default_transaction_isolation TO '{level}'")
    await operator.close()
    bistro = await opening.bistro(tables=(2,))
    await bistro.times()
    changing = await asyncpg.connect(opening.dsn)

    await changing.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    await changing.execute("SELECT set_config('saveit.tenant_id', $1, true)", str(bistro.tenant_id))
    await changing.execute("SELECT pg_advisory_xact_lock(restaurant_lock_v1($1))", bistro.restaurant_id)
    booking = asyncio.create_task(answer(bistro.book(1)))
    async with asyncio.timeout(20):
        while not await changing.fetchval(_WAITERS):
            pass
    changed = await changing.execute(
        "UPDATE dining_tables SET retired_at = now() WHERE restaurant_id = $1", bistro.restaurant_id
    )
    await changing.execute(
        "UPDATE restaurants SET floor_version = floor_version + 1 WHERE restaurant_id = $1",
        bistro.restaurant_id,
    )
    await changing.execute("COMMIT")
    await changing.close()

    assert changed == "UPDATE 1"
    assert await booking == "booking_rules_broken"
    assert await bistro.rows("SELECT count(*) FROM table_occupancy") == [(0,)]
