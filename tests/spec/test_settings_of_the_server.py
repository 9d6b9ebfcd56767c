"""A server whose operator likes other dates, zones and isolation: nothing that is decided or kept depends on it."""

import asyncpg
import pytest

from saveit import reservations
from tests.support.core import DAY, Opening, answer, local, opening, rules

__all__ = ["opening"]

pytestmark = pytest.mark.postgres

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
