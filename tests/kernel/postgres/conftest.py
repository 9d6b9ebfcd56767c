"""Data directories that a server of any user can reach, and owners that can be killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Protocol

import asyncpg
import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.conftest import SilentLog

# What an owner is: a process that starts a server, says so, and holds it until its input ends.
_OWNER = """
import sys
from pathlib import Path
from saveit.kernel.postgres import EmbeddedPostgres
from tests.conftest import SilentLog

binaries = Path(sys.argv[2]) if sys.argv[2] else None
server = EmbeddedPostgres.start(Path(sys.argv[1]), log=SilentLog(), binaries=binaries)
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


class Owner(NamedTuple):
    """A process that owns a data directory, and its server's process id."""

    process: subprocess.Popen[str]
    server_pid: int


@pytest.fixture
def new_data_dir() -> Iterator[Path]:
    """A directory that does not exist yet, below one that the server's user may pass through."""
    parent = Path(tempfile.mkdtemp(prefix="saveit-room-", dir="/tmp"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def made_data_dir(postgres_binaries: Path | None) -> Iterator[Path]:
    """A data directory with a database in it, to be copied: making one takes a second, copying it a tenth."""
    parent = Path(tempfile.mkdtemp(prefix="saveit-made-", dir="/tmp"))
    parent.chmod(0o755)
    EmbeddedPostgres.start(parent / "data", log=SilentLog(), binaries=postgres_binaries).stop()
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture
def data_dir(new_data_dir: Path, made_data_dir: Path) -> Path:
    """A data directory with a database in it, whose server was stopped."""
    subprocess.run(["cp", "-a", made_data_dir, new_data_dir], check=True)
    return new_data_dir


class Start(Protocol):
    """Starts a server on the test's data directory, or on another; it is stopped with the test."""

    def __call__(
        self, directory: Path | None = None, /, *, given_up: Callable[[], None] = ...
    ) -> EmbeddedPostgres: ...


@pytest.fixture
def start(new_data_dir: Path, log: SilentLog, postgres_binaries: Path | None) -> Iterator[Start]:
    with ExitStack() as stack:

        def start_one(
            directory: Path | None = None, /, *, given_up: Callable[[], None] = lambda: None
        ) -> EmbeddedPostgres:
            server = EmbeddedPostgres.start(
                directory or new_data_dir, log=log, binaries=postgres_binaries, given_up=given_up
            )
            stack.callback(server.stop)
            return server

        yield start_one


@pytest.fixture
def own(data_dir: Path, postgres_binaries: Path | None) -> Iterator[Callable[[], Owner]]:
    """Starts another process that owns the data directory; it ends with the test."""
    with ExitStack() as stack:

        def own_once() -> Owner:
            process = subprocess.Popen(
                [sys.executable, "-c", _OWNER, str(data_dir), str(postgres_binaries or "")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            stack.callback(_bury, process)
            assert process.stdout is not None
            return Owner(process, int(process.stdout.readline()))

        yield own_once


def _bury(process: subprocess.Popen[str]) -> None:
    # The end of its input lets it stop its server; a test that killed it has waited for the server itself.
    process.communicate(timeout=60)


async def run(dsn: str, *statements: str) -> None:
    """Run statements one by one, each in a transaction of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def ask(dsn: str, question: str) -> object:
    """Return the one value that a query answers."""
    connection = await asyncpg.connect(dsn)
    try:
        answer: object = await connection.fetchval(question)
    finally:
        await connection.close()
    return answer
