"""The twins of those races that a row lock decides: with the locking clauses struck from the product's queries, the races are lost.

The clauses stand in the product's own statements, so these servers run a copy of the sources in which they are missing; everything else,
the database and its constraints included, is as delivered.
"""

import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.races.http.test_standing import UNDOINGS, late, party_to_undo, undo
from tests.support.fleet import SOURCES, Fleet, fleet_over
from tests.support.http_client import at_once, done
from tests.support.taverns import next_start, rules
from tests.support.town import Town

pytestmark = pytest.mark.race

_ROUNDS_MAX = 12
# Rows that an act reads and then changes; a change of rules, which is alone at its restaurant; a day's changes and a queue, served one at
# a time.
_LOCKING = re.compile(
    r"^FOR (NO KEY )?UPDATE( SKIP LOCKED)?(?=;?$)|pg_advisory_xact_lock(?=\((restaurant_lock_v1|.*, 931[12]\)))",
    re.MULTILINE,
)

_FREE_FOR_ALL = """
ALTER TABLE table_occupancy DROP CONSTRAINT table_held_once, DROP CONSTRAINT table_occupancy_pkey;
ALTER TABLE guest_stays DROP CONSTRAINT guest_stays_once, DROP CONSTRAINT guest_stays_pkey;
"""
_ONCE_AGAIN = """
TRUNCATE table_occupancy, guest_stays;
ALTER TABLE table_occupancy
    ADD CONSTRAINT table_held_once EXCLUDE USING gist (table_id WITH =, during WITH &&, tenant_id WITH =),
    ADD CONSTRAINT table_occupancy_pkey PRIMARY KEY (tenant_id, holder_id, table_id, starts_at);
ALTER TABLE guest_stays
    ADD CONSTRAINT guest_stays_once EXCLUDE USING gist (
        person_id WITH =, during WITH &&, restaurant_id WITH =, tenant_id WITH =) WHERE (NOT overlap_allowed),
    ADD CONSTRAINT guest_stays_pkey PRIMARY KEY (tenant_id, reservation_id);
"""


@pytest.fixture(scope="module")
def database(own_database: str) -> str:
    return own_database


@pytest.fixture(scope="module")
def fleet(
    postgres: EmbeddedPostgres, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """Two servers that lock no rows."""
    directory = tmp_path_factory.mktemp("unlocked")
    sources = directory / "src"
    shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("__pycache__"))
    struck = sum(strike(path) for path in (sources / "saveit").glob("**/queries.sql"))
    assert struck >= 5, "the locking clauses are written otherwise now"
    with fleet_over(postgres.dsn(database), directory, sources=sources) as started:
        yield started


def strike(path: Path) -> int:
    """Strike the locking clauses from a file of queries, and return how many there were."""
    text, times = _LOCKING.subn(
        lambda found: "pg_advisory_xact_lock_shared" if "advisory" in found[0] else "",
        path.read_text(encoding="utf-8"),
    )
    path.write_text(text, encoding="utf-8")
    return times


async def lost(race: Callable[[], Awaitable[int]]) -> int:
    """Race until a round is lost, and return by how much."""
    for _ in range(_ROUNDS_MAX):
        if found := await race():
            return found
    return 0


async def told_too_often(town: Town, reservation_id: str, kind: str) -> int:
    """Return how many times more than once something happened to a reservation."""
    return (await town.auditor.facts(reservation_id)).get(kind, 0) - 1


async def test_without_the_lock_a_reservation_is_cancelled_twice(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        made = await done(tavern.booking(0))
        await at_once(tavern.cancel(number, made["id"]) for number in range(100))
        return await told_too_often(town, made["id"], "reservation.cancelled")

    assert await lost(race) > 0


async def test_without_the_lock_a_party_is_seated_twice(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        made = await done(tavern.soon(0))
        await at_once(tavern.act(number, made["id"], "check-in") for number in range(100))
        return await told_too_often(town, made["id"], "reservation.checked_in")

    assert await lost(race) > 0


async def test_without_the_lock_a_reservation_is_confirmed_twice(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(written=rules(confirmation={"mode": "manual"}))
        made = await done(tavern.booking(0))
        await at_once(tavern.act(number, made["id"], "confirm") for number in range(100))
        return await told_too_often(town, made["id"], "reservation.confirmed")

    assert await lost(race) > 0


async def test_without_the_lock_two_doors_let_one_pass_in(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        day, time = next_start()
        made = await done(tavern.on(day).booking(0, time=time))
        pass_ = await done(tavern.request(0, "POST", "/qr/generate", {"reservation_id": made["id"]}))
        await at_once(tavern.post(number, "/qr/checkin", token=pass_["token"]) for number in range(100))
        return await told_too_often(town, made["id"], "qr.validated")

    assert await lost(race) > 0


async def test_without_the_lock_two_changes_of_one_revision_are_made(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2,) * 20)
        made = await done(tavern.booking(0))
        await at_once(
            tavern.change(number, made["id"], special_requests=f"Table {number}", revision=1)
            for number in range(100)
        )
        return await told_too_often(town, made["id"], "reservation.modified")

    assert await lost(race) > 0


@pytest.mark.parametrize("act", UNDOINGS)
async def test_without_the_lock_one_act_is_undone_twice(town: Town, act: str) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        party = await party_to_undo(tavern, act)
        await at_once(undo(tavern, number, party, act) for number in range(100))
        return await told_too_often(town, party, f"reservation.{act}_undone")

    # What was given back is taken again, which the ledger's own constraints allow once.
    await town.auditor.run(_FREE_FOR_ALL)
    try:
        found = await lost(race)
    finally:
        await town.auditor.run(_ONCE_AGAIN)

    assert found > 0


async def test_without_the_lock_two_say_how_late_a_party_is_from_one_revision(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        made = await done(tavern.booking(0))
        await at_once(late(tavern, n, made["id"], minutes=5 + n % 60, revision=1) for n in range(100))
        return await told_too_often(town, made["id"], "reservation.running_late")

    assert await lost(race) > 0


async def test_without_the_lock_the_history_tells_of_a_lost_update(town: Town) -> None:
    """What holds READ COMMITTED to the promise of SERIALIZABLE is seen by the same replay that finds the guarded house in order."""

    async def race() -> int:
        tavern = await town.tavern(tables=(2,) * 20)
        made = await done(tavern.booking(0))
        await at_once(
            tavern.change(number, made["id"], special_requests=f"Table {number}") for number in range(100)
        )
        return (await town.auditor.look(tavern.id)).lost_updates

    assert await lost(race) > 0


async def test_without_the_locks_a_guest_who_waits_is_kept_two_tables(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2,) * 40)
        await at_once(tavern.wait(number, number) for number in range(20))
        await town.read_up(consumer="waitlist")
        kept = "SELECT count(*) FROM holds WHERE restaurant_id = $1 AND source = 'waitlist'"
        return (await town.auditor.value(kept, tavern.id)) - 20

    assert await lost(race) > 0


async def test_without_the_lock_and_the_key_two_rule_sets_are_one_version(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        place = f"/restaurants/{tavern.id}/config"
        version = (await done(tavern.request(0, "GET", place)))["version"]
        body = {"rules": rules(), "version": version}
        answers = await at_once(tavern.request(number, "PUT", place, body) for number in range(100))
        return sum(answer.done for answer in answers) - 1

    # The version's own key stops the second as well, so both guards are taken off.
    await town.auditor.run("ALTER TABLE restaurant_rules DROP CONSTRAINT restaurant_rules_pkey")
    try:
        found = await lost(race)
    finally:
        await town.auditor.run(
            "DELETE FROM restaurant_rules a USING restaurant_rules b "
            "WHERE a.ctid < b.ctid AND (a.restaurant_id, a.version) = (b.restaurant_id, b.version);"
            "ALTER TABLE restaurant_rules ADD PRIMARY KEY (tenant_id, restaurant_id, version)"
        )

    assert found > 0
