"""The database is cut off, killed and restarted while guests book.

What was answered stands; what was not is asked for again, and done once.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from saveit.kernel.db import migrate
from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.audit import IN_ORDER
from tests.support.fleet import Fleet, fleet_over
from tests.support.http_client import Answer, Request, ask, counted, done, eventually, until_answered
from tests.support.taverns import Tavern
from tests.support.town import Town, auditor_of

pytestmark = pytest.mark.fault

_UNSAFE_AND_FAST = {"fsync": "off", "full_page_writes": "off"}
_WAITING = """
SELECT pid
FROM pg_stat_activity
WHERE datname = current_database()
    AND application_name LIKE 'saveit %'
    AND wait_event_type = 'Lock'
"""


class Silence:
    """Takes what the keeper says."""

    def info(self, event: str, **fields: object) -> None: ...

    def warning(self, event: str, **fields: object) -> None: ...


class Mortal:
    """A database server of these tests alone, which may be stopped, killed and started."""

    def __init__(self, directory: Path, binaries: Path | None) -> None:
        self._directory = directory
        self._binaries = binaries
        self._server = self._started()

    @property
    def dsn(self) -> str:
        """The owner's way in."""
        return self._server.dsn()

    @property
    def superuser_dsn(self) -> str:
        """The auditor's way in."""
        return self._server.dsn(superuser=True)

    def stop(self) -> None:
        """Stop it, as an operator does."""
        self._server.stop()

    def start(self) -> None:
        """Start it again."""
        self._server = self._started()

    def kill(self) -> None:
        """Kill it, as the kernel does when memory is short; its keeper starts it again."""
        os.kill(self._server.pid, signal.SIGKILL)

    def _started(self) -> EmbeddedPostgres:
        return EmbeddedPostgres.start(
            self._directory, log=Silence(), binaries=self._binaries, overrides=_UNSAFE_AND_FAST
        )


@pytest.fixture(scope="module")
def mortal(postgres_binaries: Path | None) -> Iterator[Mortal]:
    directory = Path(tempfile.mkdtemp(prefix="saveit-mortal-", dir="/tmp"))
    server = Mortal(directory, postgres_binaries)
    yield server
    server.stop()
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def fleet(mortal: Mortal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two servers, each act by itself, so that each of several acts under way has a connection of its own."""
    settings = ({"SAVEIT_COMBINER": "off"},)
    with fleet_over(mortal.dsn, tmp_path_factory.mktemp("fleet"), settings=settings) as started:
        yield started


@pytest.fixture
async def town(mortal: Mortal, fleet: Fleet) -> AsyncIterator[Town]:
    for server in fleet.servers:
        await asyncio.to_thread(server.await_ready)
    async with auditor_of(mortal.superuser_dsn) as auditor:
        yield Town(fleet, auditor)


async def test_without_the_database_it_is_said_and_it_heals_by_itself(mortal: Mortal, fleet: Fleet) -> None:
    async with auditor_of(mortal.superuser_dsn) as auditor:
        tavern = await Town(fleet, auditor).tavern()
    request = tavern.booking(1, key="while it is away")

    await asyncio.to_thread(mortal.stop)
    try:
        away = [await ask(request.at(port)) for port in fleet.ports]
        await eventually(lambda: all_say(fleet, 503), "/readyz that says so")
        alive = [await ask(Request(port, "GET", "/healthz")) for port in fleet.ports]
    finally:
        await asyncio.to_thread(mortal.start)
    await eventually(lambda: all_say(fleet, 200), "/readyz that is content again")
    answers = [await ask(request.at(port)) for port in fleet.ports]

    assert [answer.said for answer in away] == ["database_unreachable"] * 2
    assert [answer.status for answer in away] == [503, 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in away)
    assert [answer.status for answer in alive] == [200, 200]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    async with auditor_of(mortal.superuser_dsn) as auditor:
        assert await auditor.statuses(tavern.id) == {"confirmed": 1}
        assert await auditor.look(tavern.id) == IN_ORDER


async def all_say(fleet: Fleet, status: int) -> bool:
    """Tell whether every server says of itself what it should."""
    said = [await asyncio.to_thread(server.readiness) for server in fleet.servers]
    return said == [status] * len(said)


@pytest.mark.parametrize("way", ["a connection is cut", "a backend is killed", "the server is killed"])
async def test_acts_that_are_under_way_when_the_database_goes_are_done_once(
    mortal: Mortal, town: Town, way: str
) -> None:
    tavern = await town.tavern(tables=(2,) * 6)
    acts, expected = await five_acts(tavern)

    async with nobody_may_speak(mortal) as watcher:
        asked = [asyncio.create_task(ask(act)) for act in acts]
        waiting = await all_wait(watcher, len(acts))
        strike = {
            "a connection is cut": lambda: None,
            "a backend is killed": lambda: os.kill(waiting[0], signal.SIGKILL),
            "the server is killed": mortal.kill,
        }[way]
        if way == "a connection is cut":
            await watcher.execute(
                "SELECT pg_terminate_backend(pid) FROM unnest($1::integer[]) AS pid", waiting
            )
        strike()
        refused = await asyncio.gather(*asked)
    await all_are_back(town.fleet)
    answers = [await until_answered(act, tavern.ports) for act in acts]

    assert [answer.said for answer in refused] == ["database_unreachable"] * len(acts)
    assert all("retry-after" in answer.headers for answer in refused)
    assert counted(answers) == {"done": len(acts)}
    async with auditor_of(mortal.superuser_dsn) as auditor:
        assert await auditor.kinds(tavern.id) == expected
        assert await auditor.look(tavern.id) == IN_ORDER


async def five_acts(tavern: Tavern) -> tuple[list[Request], dict[str, int]]:
    """Return a booking, a hold, a change, a cancellation and a check-in, and what has happened when each was done once."""
    changed, cancelled = [(await done(tavern.booking(number)))["id"] for number in (1, 2)]
    seated = (await done(tavern.soon(3)))["id"]
    acts = [
        tavern.booking(4, key="a booking"),
        tavern.hold(5, key="a hold"),
        tavern.change(6, changed, time="18:00", revision=1),
        tavern.cancel(7, cancelled),
        tavern.act(8, seated, "check-in"),
    ]
    kinds = {
        "reservation.created": 4,
        "hold.created": 1,
        "reservation.modified": 1,
        "reservation.cancelled": 1,
        "reservation.checked_in": 1,
    }
    return acts, kinds


@asynccontextmanager
async def nobody_may_speak(mortal: Mortal) -> AsyncGenerator[asyncpg.Connection]:
    """Keep every act from writing its fact, which is the last thing it does before its commit; lend a connection that looks on."""
    watcher = await asyncpg.connect(mortal.superuser_dsn)
    silencer = await asyncpg.connect(mortal.superuser_dsn)
    await silencer.execute("BEGIN; LOCK TABLE facts IN SHARE MODE")
    try:
        yield watcher
    finally:
        # They may have died with the server.
        silencer.terminate()
        watcher.terminate()


async def all_wait(watcher: asyncpg.Connection, wanted: int) -> list[int]:
    """Return the backends of the acts once all of them wait to write their fact."""
    waiting: list[int] = []

    async def they_wait() -> bool:
        waiting[:] = [row["pid"] for row in await watcher.fetch(_WAITING)]
        return len(waiting) >= wanted

    await eventually(they_wait, f"{wanted} acts that wait")
    return waiting


async def all_are_back(fleet: Fleet) -> None:
    """Return once every server serves again."""
    await eventually(lambda: all_say(fleet, 200), "servers that have their database again")


def restarted(mortal: Mortal) -> None:
    """Stop the database and start it again."""
    mortal.stop()
    mortal.start()


@pytest.mark.parametrize("strike", [restarted, Mortal.kill], ids=["restarted", "killed"])
async def test_fifty_guests_whose_database_goes_twice_are_all_answered_and_none_twice(
    mortal: Mortal, town: Town, strike: Callable[[Mortal], None]
) -> None:
    tavern = await town.tavern(tables=(2,) * 20)
    starts = ("10:00", "14:00", "18:00")
    answers: list[Answer] = []

    async def insist(number: int) -> None:
        for turn, time in enumerate(starts):
            request = tavern.booking(number, key=f"guest {number} turn {turn}", time=time)
            first = number % len(tavern.ports)
            answers.append(await until_answered(request, (*tavern.ports[first:], *tavern.ports[:first])))

    async def after(wanted: int) -> None:
        async def are_there() -> bool:
            return len(answers) >= wanted

        await eventually(are_there, f"{wanted} answers")
        await asyncio.to_thread(strike, mortal)

    crowd = [asyncio.create_task(insist(number)) for number in range(50)]
    await after(20)
    await after(70)
    await asyncio.gather(*crowd)

    assert counted(answers) == {"done": 60, "slot_unavailable": 90}
    async with auditor_of(mortal.superuser_dsn) as auditor:
        assert await auditor.ids(tavern.id) == {answer.told["id"] for answer in answers if answer.done}
        assert await auditor.look(tavern.id) == IN_ORDER


@pytest.fixture(scope="module", autouse=True)
def _migrated(mortal: Mortal) -> None:
    asyncio.run(migrate(mortal.dsn))
