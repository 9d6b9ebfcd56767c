"""One PostgreSQL per test process, one migrated template in it, and for each test that asks a database of its own."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from saveit.kernel.db import migrate
from saveit.kernel.postgres import EmbeddedPostgres
from tests.house.system_postgres import find_system_postgres

# What takes how long is measured in bench/: a busy machine is no reason for a test to fail.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
# The machine will not lose power during a test, and a killed process loses nothing that the kernel has.
_UNSAFE_AND_FAST = {"fsync": "off", "full_page_writes": "off"}
_TEMPLATE = "saveit_template"
_TIMEOUT_S = 30.0
# Every test has a database of its own: in memory, and copied as files, one takes a tenth of the time.
_MEMORY = Path("/dev", "shm")
_MEMORY_OCTETS_MIN = 4 << 30


class SilentLog:
    """Takes what the server's keeper says, and keeps it for the test that wants to know."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def info(self, event: str, **_: object) -> None:
        self.events.append(event)

    def warning(self, event: str, **_: object) -> None:
        self.events.append(event)


@pytest.fixture(scope="session")
def postgres_binaries() -> Path | None:
    """The PostgreSQL to test on: None is the one that comes with us."""
    wanted = os.environ.get("SAVEIT_TEST_POSTGRES", "embedded")
    if wanted == "embedded":
        return None
    found = find_system_postgres() if wanted == "system" else None
    if found is None:
        pytest.exit(f"SAVEIT_TEST_POSTGRES={wanted}, and there is no such PostgreSQL here", returncode=1)
    return found


@pytest.fixture
def log() -> SilentLog:
    return SilentLog()


@pytest.fixture(scope="session")
def postgres(postgres_binaries: Path | None) -> Iterator[EmbeddedPostgres]:
    """This process's server. With pytest-xdist every worker has its own, so that nobody waits for another's locks."""
    # Not pytest's own temporary directory: as root that one is closed to the user whom the server runs as.
    directory = Path(tempfile.mkdtemp(prefix="saveit-tests-", dir=_memory_or_disk()))
    server = EmbeddedPostgres.start(
        directory, log=SilentLog(), binaries=postgres_binaries, overrides=_UNSAFE_AND_FAST
    )
    yield server
    server.stop()
    shutil.rmtree(directory)


def _memory_or_disk() -> str:
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _MEMORY_OCTETS_MIN:
        return str(_MEMORY)
    return tempfile.gettempdir()


@pytest.fixture(scope="session")
def database_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database with every migration in it, and nothing else."""
    _execute(postgres.dsn("postgres"), f"CREATE DATABASE {_TEMPLATE}")
    _finish(migrate(postgres.dsn(_TEMPLATE)))
    return _TEMPLATE


@pytest.fixture(scope="session")
def _database_names() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"saveit_test_{next(numbers)}"


@pytest.fixture
def empty_database_dsn(postgres: EmbeddedPostgres, _database_names: Callable[[], str]) -> Iterator[str]:
    """The owner's DSN of a database of this test alone, with nothing in it."""
    yield from _lend_database(postgres, _database_names(), "template0")


@pytest.fixture
def database_dsn(
    postgres: EmbeddedPostgres, database_template: str, _database_names: Callable[[], str]
) -> Iterator[str]:
    """The owner's DSN of a database of this test alone, with every migration in it."""
    yield from _lend_database(postgres, _database_names(), database_template)


def _lend_database(postgres: EmbeddedPostgres, name: str, template: str) -> Iterator[str]:
    _execute(postgres.dsn("postgres"), f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield postgres.dsn(name)
    # A test may leave connections behind on purpose; the next test must not meet them.
    # As superuser: an autovacuum worker may be in it, and only a superuser may end that.
    _execute(postgres.dsn("postgres", superuser=True), f"DROP DATABASE {name} WITH (FORCE)")


def _execute(dsn: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_S)
        try:
            await connection.execute(statement, timeout=_TIMEOUT_S)
        finally:
            await connection.close(timeout=_TIMEOUT_S)

    _finish(run())


def _finish(coroutine: Coroutine[None, None, object]) -> None:
    """Run a coroutine to its end in a thread of its own: the test's event loop is this thread's, and none of our business."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, coroutine).result()
