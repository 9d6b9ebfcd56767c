"""A line is looked up once a day, a change is known at once everywhere, and a flood of strangers costs next to nothing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from saveit.advisors import (
    AdvisorChange,
    Line,
    LineChange,
    LineDirectory,
    TooManyUnknownLines,
    change_advisor,
    change_line,
)
from saveit.consumers.live import Tail
from saveit.gateway import receive
from saveit.kernel.db import Database, Query
from saveit.kernel.ids import AdvisorId
from saveit.messages import LineKey
from saveit.venues import Tenant
from tests.support.house import NOON, TESTER, World, open_world
from tests.support.providers import TELEGRAM_CREDENTIALS, advisor, line, moved, telegram_post


class Questions:
    """Counts what is asked of the database outside of transactions, by the statement's name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        ask = Database.call

        async def noted(database: Database, query: Query[Any], **parameters: object) -> object:
            self.names.append(query.statement.name)
            return await ask(database, query, **parameters)

        monkeypatch.setattr(Database, "call", noted)

    @property
    def lookups(self) -> int:
        """How often a line was asked for."""
        return sum(name.startswith("route") for name in self.names)


@pytest.fixture
def questions(world: World, monkeypatch: pytest.MonkeyPatch) -> Questions:
    assert world.gateway.lines is not None
    return Questions(monkeypatch)


async def changed(world: World, made: Line, change: LineChange) -> Line:
    """Change a line as the skin does, in this process."""
    async with world.database.tenant(made.tenant_id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, made.tenant_id)
        after = await change_line(
            tx, made.id, change, channels=world.gateway.channels, sealer=sealer, now=world.clock.now()
        )
        tx.after_commit(lambda: world.gateway.lines.forget_line(after.id))
    return after


async def switched(world: World, tenant: Tenant, advisor_id: AdvisorId, *, active: bool) -> None:
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        await change_advisor(tx, advisor_id, AdvisorChange(active=active), sealer=sealer, now=NOON)
        tx.after_commit(lambda: world.gateway.lines.forget_advisor(advisor_id))


async def test_a_line_costs_one_query_a_day_however_much_comes_by_it(
    world: World, tenant: Tenant, questions: Questions
) -> None:
    for number in range(7):
        await line(world, tenant, "telegram", f"bot{number}", credentials=TELEGRAM_CREDENTIALS)

    for hour in range(24):
        for number in range(7):
            for turn in range(2):
                request = telegram_post(f"bot{number}", hour * 10 + turn)
                assert (await receive(world.gateway, "telegram", request)).status == 200
        moved(world, timedelta(minutes=59))
    in_a_day = questions.lookups
    moved(world, timedelta(hours=2))
    await receive(world.gateway, "telegram", telegram_post("bot1", 999))

    assert (in_a_day, questions.lookups) == (7, 8)


async def test_a_hundred_at_once_ask_once(world: World, tenant: Tenant, questions: Questions) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)

    await asyncio.gather(
        *(receive(world.gateway, "telegram", telegram_post("bot1", number)) for number in range(100))
    )

    assert questions.lookups == 1


async def test_an_address_that_nobody_has_is_asked_for_twice_a_minute(
    world: World, questions: Questions
) -> None:
    for _ in range(60):
        for _ in range(5):
            await receive(world.gateway, "telegram", telegram_post("nobodys", 1))
        moved(world, timedelta(seconds=1))

    assert questions.lookups == 2


async def test_a_flood_of_addresses_that_nobody_has_is_held_back(world: World, questions: Questions) -> None:
    refused = 0
    for number in range(1000):
        try:
            await world.gateway.lines.find("telegram", LineKey(f"x{number}", f"x{number}"))
        except TooManyUnknownLines:
            refused += 1

    assert refused > 0
    assert questions.lookups == 1000 - refused


async def test_a_flood_of_strangers_does_not_push_known_lines_out(
    world: World, tenant: Tenant, questions: Questions
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    await receive(world.gateway, "telegram", telegram_post("bot1", 1))
    before = questions.lookups
    for number in range(150):
        await world.gateway.lines.find("telegram", LineKey(f"x{number}", f"x{number}"))

    await receive(world.gateway, "telegram", telegram_post("bot1", 2))

    assert questions.lookups == before + 150


async def test_a_line_that_is_switched_off_is_off_at_once_here_and_soon_in_other_processes(
    world: World, tenant: Tenant
) -> None:
    made = await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    async with open_world(world.dsn, node="n2") as other:
        tail = Tail(other.database, other.desk.pictures, lines=other.gateway.lines)
        await tail.step()
        key = LineKey("bot1", "bot1")
        known = [await each.gateway.lines.find("telegram", key) for each in (world, other)]

        await changed(world, made, LineChange(active=False))
        here = await world.gateway.lines.find("telegram", key)
        late = await other.gateway.lines.find("telegram", key)
        await tail.step()
        there = await other.gateway.lines.find("telegram", key)

    assert [route is not None and route.active for route in (*known, here, late, there)] == [
        True,
        True,
        False,
        True,
        False,
    ]


async def test_a_line_that_was_unknown_is_known_as_soon_as_it_is_added(world: World, tenant: Tenant) -> None:
    key = LineKey("bot1", "bot1")
    async with open_world(world.dsn, node="n2") as other:
        tail = Tail(other.database, other.desk.pictures, lines=other.gateway.lines)
        await tail.step()
        assert await other.gateway.lines.find("telegram", key) is None
        assert await world.gateway.lines.find("telegram", key) is None

        await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
        await tail.step()

        assert await world.gateway.lines.find("telegram", key) is not None
        assert await other.gateway.lines.find("telegram", key) is not None


async def test_an_advisor_who_is_switched_off_takes_every_line_along(world: World, tenant: Tenant) -> None:
    advisor_id = await advisor(world, tenant)
    for name in ("bot1", "bot2"):
        await line(world, tenant, "telegram", name, credentials=TELEGRAM_CREDENTIALS, advisor_id=advisor_id)
    await line(world, tenant, "telegram", "bot3", credentials=TELEGRAM_CREDENTIALS)

    async def answered() -> list[bool]:
        found = [
            await world.gateway.lines.find("telegram", LineKey(name, name))
            for name in ("bot1", "bot2", "bot3")
        ]
        return [route is not None and route.active for route in found]

    before = await answered()
    await switched(world, tenant, advisor_id, active=False)
    off = await answered()
    await switched(world, tenant, advisor_id, active=True)

    assert (before, off, await answered()) == ([True] * 3, [False, False, True], [True] * 3)


async def test_new_credentials_count_from_the_next_request_on(world: World, tenant: Tenant) -> None:
    made = await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    before = await receive(world.gateway, "telegram", telegram_post("bot1", 1))

    await changed(world, made, LineChange(credentials={"secret_token": "another-word"}))
    after = await receive(world.gateway, "telegram", telegram_post("bot1", 2))

    assert (before.status, after.status) == (200, 403)


async def test_what_was_asked_before_a_change_and_arrives_after_it_is_not_kept(
    world: World, tenant: Tenant
) -> None:
    """Without this an answer that was on its way during the change would be believed for a day."""
    made = await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    asked, go_on = asyncio.Event(), asyncio.Event()

    class Slow:
        async def sealer(self, source: object, tenant_id: object) -> object:
            del source
            asked.set()
            await go_on.wait()
            return await world.keys.sealer(world.database, tenant_id)  # pyright: ignore[reportArgumentType] - handed through.

    lines = LineDirectory(world.database, world.clock, Slow())  # pyright: ignore[reportArgumentType] - as above.
    asking = asyncio.create_task(lines.find("telegram", LineKey("bot1", "bot1")))
    await asked.wait()
    await changed(world, made, LineChange(active=False))
    lines.forget_line(made.id)
    go_on.set()
    await asking

    route = await lines.find("telegram", LineKey("bot1", "bot1"))

    assert route is not None
    assert not route.active
