"""One `saveit up` with a database of its own is killed, all of it: started again on the same directory, it knows what it has answered."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from saveit.kernel.postgres import running_dsn
from tests.support.audit import IN_ORDER
from tests.support.fleet import Server, server_over
from tests.support.http_client import Answer, counted, eventually, until_answered
from tests.support.taverns import Tavern
from tests.support.town import auditor_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.fault


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that the database's own user may reach, also when the tests are run by root."""
    made = Path(tempfile.mkdtemp(prefix="saveit-installation-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


class Crowd:
    """Fifty guests who each want a table at three times, and ask until they are answered."""

    def __init__(self, tavern: Tavern) -> None:
        self.answers: list[Answer] = []
        self._tavern = tavern
        self._guests = [asyncio.create_task(self._insist(number)) for number in range(50)]

    async def _insist(self, number: int) -> None:
        for turn, time in enumerate(("10:00", "14:00", "18:00")):
            request = self._tavern.booking(number, key=f"guest {number} turn {turn}", time=time)
            self.answers.append(await until_answered(request, self._tavern.ports))

    async def has_heard(self, wanted: int) -> None:
        """Return once so many were answered."""

        async def are_there() -> bool:
            return len(self.answers) >= wanted

        await eventually(are_there, f"{wanted} answers", within_s=60.0)

    async def goes_home(self) -> None:
        """Return once everybody was answered."""
        await asyncio.gather(*self._guests)


async def test_an_installation_that_is_killed_under_load_forgets_nothing_it_has_answered(
    directory: Path,
) -> None:
    with server_over(None, directory) as first:
        await asyncio.to_thread(first.await_ready)
        tavern = await Tavern.open([first.port], tables=(2,) * 20)
        crowd = Crowd(tavern)
        await crowd.has_heard(25)
        first.kill()
        with server_over(None, directory, port=first.port) as second:
            await asyncio.to_thread(second.await_ready)
            await crowd.goes_home()
            await in_order(crowd, tavern, directory)


async def test_a_web_process_that_is_killed_is_replaced_and_its_guests_are_answered(directory: Path) -> None:
    with server_over(None, directory, settings={"SAVEIT_WORKERS": "2"}) as up:
        await asyncio.to_thread(up.await_ready)
        tavern = await Tavern.open([up.port], tables=(2,) * 20)
        crowd = Crowd(tavern)
        for wanted in (25, 75):
            await crowd.has_heard(wanted)
            (victim, *_) = await asyncio.to_thread(web_processes, up)
            os.kill(victim, signal.SIGKILL)
        await crowd.goes_home()
        await in_order(crowd, tavern, directory)
        assert len(await asyncio.to_thread(web_processes, up)) == 2


async def in_order(crowd: Crowd, tavern: Tavern, directory: Path) -> None:
    """See that whoever was told of a table has it, and nobody else has one."""
    assert counted(crowd.answers) == {"done": 60, "slot_unavailable": 90}
    dsn = running_dsn(directory / "data", superuser=True)
    assert dsn is not None
    async with auditor_of(dsn) as auditor:
        assert await auditor.ids(tavern.id) == {answer.told["id"] for answer in crowd.answers if answer.done}
        assert await auditor.look(tavern.id) == IN_ORDER


def web_processes(up: Server) -> list[int]:
    """Return the web processes of an installation once both are there."""

    def children() -> list[int]:
        tasks = Path(f"/proc/{up.pid}/task").glob("*/children")
        pids = [int(pid) for task in tasks for pid in task.read_text().split()]
        return [pid for pid in pids if b"web-process" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    wait_until(lambda: len(children()) == 2, "two web processes")
    return children()
