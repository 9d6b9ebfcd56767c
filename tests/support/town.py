"""Where taverns stand: server processes, the database they share, and an auditor who reads it past all of them."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import count

import asyncpg

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.audit import Auditor
from tests.support.fleet import Fleet
from tests.support.http_client import eventually
from tests.support.taverns import Tavern

_TIMEOUT_S = 30.0
_numbers = count(1)


class Town:
    """Opens taverns on one fleet, and looks at them."""

    def __init__(self, fleet: Fleet, auditor: Auditor, *, dsn: str = "") -> None:
        self.dsn = dsn
        self.fleet = fleet
        self.auditor = auditor

    async def tavern(
        self,
        *,
        tables: Sequence[int | tuple[int, int]] = (2,),
        combinations: Sequence[tuple[tuple[int, ...], int, int]] = (),
        written: Mapping[str, object] | None = None,
    ) -> Tavern:
        """Open a restaurant that all servers of the fleet have looked at."""
        return await Tavern.open(self.fleet.ports, tables=tables, combinations=combinations, written=written)

    async def read_up(self, *, consumer: str) -> None:
        """Return once a consumer has read every fact there is."""

        async def has_read() -> bool:
            behind: int = await self.auditor.value(
                "SELECT count(*) FROM facts f JOIN consumer_cursors c ON c.consumer = $1 "
                "WHERE (f.txid, f.position) > (c.txid, c.position)",
                consumer,
            )
            return behind == 0

        await eventually(has_read, f"{consumer} at the end of the facts")


@asynccontextmanager
async def auditor_of(dsn: str) -> AsyncGenerator[Auditor]:
    """Lend an auditor; the DSN is a superuser's."""
    connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_S)
    try:
        yield Auditor(connection)
    finally:
        await connection.close(timeout=_TIMEOUT_S)


@contextmanager
def database_in(postgres: EmbeddedPostgres, template: str) -> Generator[str]:
    """Lend the name of a fresh database for as long as a module of tests takes."""
    name = f"saveit_town_{next(_numbers)}"
    _execute(postgres.dsn("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
    yield name
    _execute(postgres.dsn("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


def _execute(dsn: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_S)
        try:
            await connection.execute(statement, timeout=_TIMEOUT_S)
        finally:
            await connection.close(timeout=_TIMEOUT_S)

    # In a thread of its own: the test's event loop is this thread's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, run()).result()
