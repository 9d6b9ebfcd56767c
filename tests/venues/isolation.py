"""Another customer at the database itself, past all of our code."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from saveit.kernel.ids import TenantId


@asynccontextmanager
async def customer(dsn: str, tenant_id: TenantId) -> AsyncGenerator[asyncpg.Connection]:
    """Connect as the application does when it acts for this customer."""
    connection = await asyncpg.connect(dsn, server_settings={"role": "saveit_app"}, timeout=10)
    try:
        await connection.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(tenant_id))
        yield connection
    finally:
        await connection.close()


async def rows_seen(connection: asyncpg.Connection, table: str, owner: TenantId) -> int:
    """Count the rows of `owner` that this customer sees."""
    return await connection.fetchval(f"SELECT count(*) FROM {table} WHERE tenant_id = $1", owner)  # noqa: S608 - a name from the test.


async def rows_written(connection: asyncpg.Connection, table: str, owner: TenantId) -> int:
    """Count the rows of `owner` that this customer can write over."""
    write = f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = $1"  # noqa: S608 - a name from the test.
    tag = await connection.execute(write, owner)
    return int(tag.split()[-1])


async def a_row(connection: asyncpg.Connection, table: str) -> str:
    """Return a row that this customer sees, as JSON."""
    return await connection.fetchval(f"SELECT to_jsonb(t)::text FROM {table} t LIMIT 1")  # noqa: S608 - a name from the test.


async def insert(connection: asyncpg.Connection, table: str, row: str) -> None:
    """Insert a row that was read as JSON."""
    await connection.execute(
        f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1::jsonb)",  # noqa: S608 - a name from the test.
        row,
    )
