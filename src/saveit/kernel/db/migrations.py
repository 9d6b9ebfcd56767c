"""Numbered SQL, each file once, in order, each in a transaction of its own, never waiting long for a lock."""

import hashlib
import re
from importlib import resources

import asyncpg
import msgspec

from saveit.kernel.db.errors import translated

_NAME = re.compile(r"^(?P<number>\d{4})_(?P<words>[a-z0-9_]+)\.sql$")
# A migration that waits behind a long query makes every later query wait behind it; better to fail and be run again.
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "10min"
_CONNECT_TIMEOUT_S = 10.0
# Any number that no other advisory lock of ours uses.
_ONE_AT_A_TIME = 7_340_212

_CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class Migration(msgspec.Struct, frozen=True):
    """One file of saveit/schema/migrations. `digest` is the SHA-256 of its text."""

    number: int
    name: str
    digest: str
    sql: str


class MigrationRefused(Exception):
    """The database is not one that these files can bring up to date."""


def migrations() -> tuple[Migration, ...]:
    """Return the migrations that this release knows, in order."""
    found: list[Migration] = []
    for file in resources.files("saveit.schema").joinpath("migrations").iterdir():
        name = _NAME.match(file.name)
        if name is None:
            continue
        sql = file.read_text(encoding="utf-8")
        found.append(
            Migration(
                number=int(name["number"]),
                name=name["words"],
                digest=hashlib.sha256(sql.encode()).hexdigest(),
                sql=sql,
            )
        )
    return tuple(sorted(found, key=lambda migration: migration.number))


async def migrate(owner_dsn: str) -> int:
    """Bring the database up to date and return how many migrations ran. Two callers at once: one waits for the other.

    Raises: MigrationRefused when an applied file has changed since, or the database is newer than this release.
    """
    with translated():
        connection = await asyncpg.connect(owner_dsn, timeout=_CONNECT_TIMEOUT_S)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _ONE_AT_A_TIME)
            await connection.execute(_CREATE_TABLE)
            pending = _pending(await _applied(connection))
            for migration in pending:
                await _apply(connection, migration)
        finally:
            await connection.close()
    return len(pending)


async def applied_migrations(owner_dsn: str) -> dict[int, str]:
    """Return the numbers and digests of the migrations that the database has; none before the first."""
    with translated():
        connection = await asyncpg.connect(owner_dsn, timeout=_CONNECT_TIMEOUT_S)
        try:
            if await connection.fetchval("SELECT to_regclass('schema_migrations') IS NULL"):
                return {}
            return await _applied(connection)
        finally:
            await connection.close()


async def _applied(connection: asyncpg.Connection) -> dict[int, str]:
    records = await connection.fetch("SELECT number, digest FROM schema_migrations")
    return {record["number"]: record["digest"] for record in records}


def _pending(applied: dict[int, str]) -> list[Migration]:
    known = migrations()
    unknown = sorted(set(applied) - {migration.number for migration in known})
    if unknown:
        raise MigrationRefused(
            f"this database has migrations {unknown} that this release does not know; run the release that made them"
        )
    for migration in known:
        if applied.get(migration.number, migration.digest) != migration.digest:
            raise MigrationRefused(
                f"migration {migration.number:04} was applied with another text; "
                "migrations are never edited, restore the file and add a new one"
            )
    return [migration for migration in known if migration.number not in applied]


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        await connection.execute(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'")
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (number, name, digest) VALUES ($1, $2, $3)",
            migration.number,
            migration.name,
            migration.digest,
        )
