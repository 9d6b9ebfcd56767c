"""The same crowds on the same two processes, with one guard taken off: the races are lost, so what keeps the house in order is the guard.

Each twin takes one guard off the database of this module, lets guests race until the loss shows, and puts the guard back.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.races.http.conftest import MIXED
from tests.support.audit import Auditor, Findings
from tests.support.fleet import Fleet, fleet_over
from tests.support.http_client import Request, at_once, done
from tests.support.taverns import Tavern, next_start, rules
from tests.support.town import Town

pytestmark = pytest.mark.race

# A race is lost in the first or second round; a machine that has never lost one by then races too little for the guarded tests to mean
# anything.
_ROUNDS_MAX = 12
_HELD_ONCE = (
    "table_occupancy",
    "table_held_once",
    "EXCLUDE USING gist (table_id WITH =, during WITH &&, tenant_id WITH =)",
)
_STAYS_ONCE = (
    "guest_stays",
    "guest_stays_once",
    "EXCLUDE USING gist (person_id WITH =, during WITH &&, restaurant_id WITH =, tenant_id WITH =) WHERE (NOT overlap_allowed)",
)
_KEY_ONCE = ("idempotency_keys", "idempotency_keys_pkey", "PRIMARY KEY (tenant_id, scope, key)")


@pytest.fixture(scope="module")
def database(own_database: str) -> str:
    return own_database


@pytest.fixture(scope="module")
def fleet(
    postgres: EmbeddedPostgres, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    with fleet_over(postgres.dsn(database), tmp_path_factory.mktemp("twins"), settings=MIXED) as started:
        yield started


@asynccontextmanager
async def without_constraint(auditor: Auditor, table: str, name: str, text: str) -> AsyncGenerator[None]:
    """Take a constraint off for the length of a block; what broke it goes before it comes back."""
    await auditor.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        await auditor.run(f"TRUNCATE {table}; ALTER TABLE {table} ADD CONSTRAINT {name} {text}")


@asynccontextmanager
async def with_other_words(auditor: Auditor, function: str, guard: str, instead: str) -> AsyncGenerator[None]:
    """Put other words where a guard stands in a database function, for the length of a block."""
    text = str(await auditor.value("SELECT pg_get_functiondef($1::regproc)", function))
    assert guard in text, f"{function} no longer has the guard {guard}"
    await auditor.run(text.replace(guard, instead))
    try:
        yield
    finally:
        await auditor.run(text)


async def lost(race: Callable[[], Awaitable[int]]) -> int:
    """Race until a round is lost, and return by how much."""
    for _ in range(_ROUNDS_MAX):
        if found := await race():
            return found
    return 0


async def raced(town: Town, tavern: Tavern, requests: list[Request]) -> Findings:
    """Let all ask at once, and look at the house."""
    await at_once(requests)
    return await town.auditor.look(tavern.id)


def bookings(tavern: Tavern) -> list[Request]:
    return [tavern.booking(number) for number in range(100)]


def overlapping_starts(tavern: Tavern) -> list[Request]:
    return [tavern.booking(number, time=f"12:{number // 2 % 4 * 15:02d}") for number in range(100)]


def holds(tavern: Tavern) -> list[Request]:
    return [tavern.hold(number) for number in range(100)]


def holds_and_bookings(tavern: Tavern) -> list[Request]:
    return [(tavern.booking if number // 2 % 2 else tavern.hold)(number) for number in range(100)]


def door_and_guests(tavern: Tavern) -> list[Request]:
    day, time = next_start()
    return [
        tavern.post(number, "/walk-ins", party_size=2)
        if number // 2 % 2
        else tavern.on(day).booking(number, time=time)
        for number in range(100)
    ]


def blocks_and_guests(tavern: Tavern) -> list[Request]:
    from_when, to_when = tavern.instant("11:00").isoformat(), tavern.instant("15:00").isoformat()
    return [
        tavern.post(number, "/blocks", table_ids=tavern.tables, starts_at=from_when, ends_at=to_when)
        if number // 2 % 2
        else tavern.booking(number)
        for number in range(100)
    ]


@pytest.mark.parametrize(
    "requests",
    [bookings, overlapping_starts, holds, holds_and_bookings, door_and_guests, blocks_and_guests],
)
async def test_without_the_constraint_a_table_is_held_twice(
    town: Town, requests: Callable[[Tavern], list[Request]]
) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        return (await raced(town, tavern, requests(tavern))).tables_taken_twice

    async with without_constraint(town.auditor, *_HELD_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_the_constraint_the_facts_alone_tell_of_the_double_booking(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        return (await raced(town, tavern, holds_and_bookings(tavern))).overlaps_in_facts

    async with without_constraint(town.auditor, *_HELD_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_the_constraint_a_combination_and_its_members_are_given_together(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2, 2), combinations=(((0, 1), 3, 4),))
        wanted = [tavern.booking(number, size=(4, 2)[number // 2 % 2]) for number in range(100)]
        return (await raced(town, tavern, wanted)).overlaps

    async with without_constraint(town.auditor, *_HELD_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_the_constraint_two_parties_change_into_one_table(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2,) * 2)
        made = await at_once(
            tavern.booking(number, time=f"{number // 2 * 2:02d}:00")
            for number in range(2, 22)
            if number // 2 != 6
        )
        # The day's own queue keeps changes apart, and bookings do not stand in it.
        wanted = [tavern.change(n, made[n].told["id"], time="12:00") for n in range(10)]
        others = [tavern.booking(100 + number) for number in range(90)]
        return (await raced(town, tavern, [*wanted, *others])).overlaps

    async with without_constraint(town.auditor, *_HELD_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_the_constraint_a_guest_sits_at_two_tables(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2,) * 20)
        ana = {"name": "Ana", "phone": "+573001112233"}
        return (await raced(town, tavern, [tavern.booking(n, guest=ana) for n in range(100)])).guests_twice

    async with without_constraint(town.auditor, *_STAYS_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_the_key_two_requests_under_one_key_book_twice(town: Town) -> None:
    async def race() -> int:
        # One guest may have several tables at once here, or he alone would stop the second.
        written = rules(guest_limits={"overlapping_allowed": True})
        tavern = await town.tavern(tables=(2,) * 100, written=written)
        somebody = {"name": "Somebody", "phone": "+573005550000"}
        # Each key goes to both servers: fifty races at once.
        await at_once(tavern.booking(n, key=f"key {n // 2}", guest=somebody) for n in range(100))
        return (await town.auditor.statuses(tavern.id))["confirmed"] - 50

    async with without_constraint(town.auditor, *_KEY_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_the_key_one_key_makes_two_api_keys(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        draft = {"name": "web page", "scopes": ["reservations:write"], "restaurant_id": tavern.id}
        await at_once(tavern.request(n, "POST", "/api-keys", draft, key=f"key {n // 2}") for n in range(100))
        wanted = "SELECT count(*) FROM api_keys WHERE tenant_id = $1 AND name = 'web page'"
        return (await town.auditor.value(wanted, tavern.tenant_id)) - 50

    async with without_constraint(town.auditor, *_KEY_ONCE):
        found = await lost(race)

    assert found > 0


async def test_without_its_last_look_a_hold_is_booked_twice(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2,) * 5)
        held = await done(tavern.hold(0))
        wanted = [tavern.booking(number, hold_id=held["id"]) for number in range(100)]
        return (await raced(town, tavern, wanted)).overlaps

    guard = "AND h.reservation_id IS NULL\n                AND h.expires_at > acted_at"
    async with AsyncExitStack() as unguarded:
        for function in ("ledger_commit_v1", "ledger_commit_one_v1"):
            await unguarded.enter_async_context(
                with_other_words(town.auditor, function, guard, "AND h.expires_at > acted_at")
            )
        found = await lost(race)

    assert found > 0


@pytest.mark.parametrize(
    "pacing",
    [
        pytest.param({"interval_minutes": 15, "parties_max": 5}, id="parties"),
        pytest.param({"interval_minutes": 15, "covers_max": 11}, id="covers"),
    ],
)
async def test_without_its_limit_a_counter_runs_over(town: Town, pacing: dict[str, int]) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(4,) * 20, written=rules(pacing=pacing))
        # Each server's guests want tables of their own, so that only the counter is between them.
        wanted = [
            tavern.booking(number, size=1 + number % 4, table_id=tavern.tables[number % 20])
            for number in range(100)
        ]
        return (await raced(town, tavern, wanted)).counts_over

    async with unlimited(town.auditor):
        found = await lost(race)

    assert found > 0


async def test_without_its_limit_more_are_admitted_than_the_house_wants(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(4,) * 6, written=rules(capacity={"overbooking_percent": 25}))
        # The tables are gone before the race, so that it is all about the few who are admitted without one.
        for number in range(6):
            await done(tavern.booking(100 + number, size=4))
        wanted = [
            (tavern.booking if number // 2 % 2 else tavern.hold)(number, size=1 + number % 4)
            for number in range(100)
        ]
        return (await raced(town, tavern, wanted)).counts_over

    async with unlimited(town.auditor):
        found = await lost(race)

    assert found > 0


@asynccontextmanager
async def unlimited(auditor: Auditor) -> AsyncGenerator[None]:
    """Let counters count without a limit, for the length of a block."""
    async with AsyncExitStack() as unguarded:
        for function, then in (("ledger_count_v1", "RETURNING 1"), ("slot_load_take_v1", ";")):
            text = str(await auditor.value("SELECT pg_get_functiondef($1::regproc)", function))
            start = text.index("WHERE s.parties + excluded.parties <=")
            guard = text[start : text.index(then, start)]
            await unguarded.enter_async_context(with_other_words(auditor, function, guard, ""))
        yield


async def test_without_the_index_a_guest_waits_twice(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern()
        await done(tavern.booking(0))
        await at_once(tavern.wait(number, number // 2) for number in range(100))
        wanted = "SELECT count(*) FROM waitlist_entries WHERE restaurant_id = $1"
        return (await town.auditor.value(wanted, tavern.id)) - 50

    index = str(await town.auditor.value("SELECT pg_get_indexdef('guest_waits_once'::regclass)"))
    await town.auditor.run("DROP INDEX guest_waits_once")
    try:
        found = await lost(race)
    finally:
        await town.auditor.run(f"TRUNCATE waitlist_entries; {index}")

    assert found > 0


async def test_without_its_question_a_newcomer_is_quicker_than_who_waits(town: Town) -> None:
    async def race() -> int:
        tavern = await town.tavern(tables=(2,))
        booked = await done(tavern.booking(0))
        await done(tavern.wait(1, 100))
        cancelled, *newcomers = await at_once(
            [tavern.cancel(0, booked["id"]), *(tavern.booking(number) for number in range(200, 300))]
        )
        assert cancelled.done
        return sum(answer.done for answer in newcomers)

    async with AsyncExitStack() as unguarded:
        for function in ("ledger_commit_v1", "ledger_commit_one_v1"):
            await unguarded.enter_async_context(
                with_other_words(town.auditor, function, "'system:waitlist:%'", "'%'")
            )
        found = await lost(race)

    assert found > 0
