"""The PostgreSQL that everything is measured on: our own, new, with the product's settings, and gone afterwards."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import asyncpg

from bench.labour import labour_s
from saveit.kernel.db import migrate
from saveit.kernel.postgres import EmbeddedPostgres

_TEMPLATE = "bench_town"
_TIMEOUT_S = 120.0


class Quiet:
    """Says nothing unless something is wrong: a table of numbers is what this prints."""

    def info(self, event: str, **fields: object) -> None:
        """Keep quiet."""

    def warning(self, event: str, **fields: object) -> None:
        """Say it: numbers taken while the server restarts mean nothing."""
        print(event, fields)


class Ground:
    """A server, a template with the town in it, and a new database for each measure that writes."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._names = (f"bench_{number}" for number in count(1))

    @property
    def version(self) -> int:
        """The server's major version."""
        return self._server.version

    def labour_s(self) -> float | None:
        """Return the processor seconds that the server has had so far, all its processes together."""
        return labour_s(self._server.pid)

    async def make_template(self) -> str:
        """Make the database that all others are copied from, migrated and empty, and return its DSN."""
        await self._execute(f"CREATE DATABASE {_TEMPLATE}")
        dsn = self._server.dsn(_TEMPLATE)
        await migrate(dsn)
        return dsn

    async def drop_template(self) -> None:
        """Leave the server as it was, for whoever goes on using it."""
        await self._execute(f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)", superuser=True)

    @asynccontextmanager
    async def database(self) -> AsyncGenerator[str]:
        """Lend the DSN of a copy of the template, which nobody may be connected to by now."""
        name = next(self._names)
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        try:
            yield self._server.dsn(name)
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)", superuser=True)

    def superuser_dsn(self, dsn: str) -> str:
        """Return the DSN of the same database for one whom row-level security lets through: it is he who loads a million rows."""
        return self._server.dsn(dsn.partition("@/")[2].partition("?")[0], superuser=True)

    async def checkpoint(self) -> None:
        """Write everything down now, so that it is not done in the middle of what is measured next."""
        await self._execute("CHECKPOINT", superuser=True)

    async def _execute(self, statement: str, *, superuser: bool = False) -> None:
        dsn = self._server.dsn("postgres", superuser=superuser)
        connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_S)
        try:
            await connection.execute(statement, timeout=_TIMEOUT_S)
        finally:
            await connection.close(timeout=_TIMEOUT_S)


@contextmanager
def temporary_directory() -> Generator[Path]:
    """Lend a directory that is gone afterwards, in a place that the server's own user can get to."""
    directory = Path(tempfile.mkdtemp(prefix="saveit-bench-"))
    # Passed through, not read: a root-run server's own user gets to its database, which then stays in here and goes with it.
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def ground() -> Generator[Ground]:
    """Start a server with the product's settings on an empty directory, and stop it at the end."""
    with temporary_directory() as directory:
        server = EmbeddedPostgres.start(directory, log=Quiet())
        try:
            yield Ground(server)
        finally:
            server.stop()
