"""Numbered SQL, each file once, in order, each in a transaction of its own, never waiting long for a lock."""

import hashlib
import re
from importlib import resources

import asyncpg
import msgspec

from saveit.kernel.db.errors import let_in, translated
from saveit.kernel.logins import ROLES_MEND, DatabaseUnusable, word_of

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

_FITNESS = """
SELECT
    current_setting('server_encoding') AS encoding,
    (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_make_roles,
    has_schema_privilege('public', 'CREATE') AND has_database_privilege(current_database(), 'CREATE') AS may_create
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

    Raises: MigrationRefused when an applied file has changed since, the database is newer than this release, or cannot become ours;
    DatabaseUnreachable, DatabaseUnusable.
    """
    with let_in():
        connection = await asyncpg.connect(owner_dsn, timeout=_CONNECT_TIMEOUT_S)
    with translated():
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _ONE_AT_A_TIME)
            if await connection.fetchval("SELECT to_regclass('schema_migrations') IS NULL"):
                await _require_fit(connection)
            await connection.execute(_CREATE_TABLE)
            pending = _pending(await _applied(connection))
            for migration in pending:
                await _apply(connection, migration)
        except asyncpg.InsufficientPrivilegeError as error:
            raise DatabaseUnusable(str(word_of(error))) from error
        finally:
            await connection.close()
    return len(pending)


async def applied_migrations(owner_dsn: str) -> dict[int, str]:
    """Return the numbers and digests of the migrations that the database has; none before the first.

    Raises: DatabaseUnreachable, DatabaseUnusable.
    """
    with let_in():
        connection = await asyncpg.connect(owner_dsn, timeout=_CONNECT_TIMEOUT_S)
    with translated():
        try:
            if await connection.fetchval("SELECT to_regclass('schema_migrations') IS NULL"):
                return {}
            return await _applied(connection)
        finally:
            await connection.close()


async def _require_fit(connection: asyncpg.Connection) -> None:
    """See that an empty database can become ours, before anything is written into it."""
    fitness = await connection.fetchrow(_FITNESS)
    assert fitness is not None, "a SELECT without FROM has a row"
    encoding: str = fitness["encoding"]
    if encoding != "UTF8":
        raise MigrationRefused(
            f"this database keeps text as {encoding}, which checks no letter of a guest's name: make it anew with "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    if not fitness["may_make_roles"]:
        raise MigrationRefused(f"this login may not make the roles that keep tenants apart. {ROLES_MEND}")
    if not fitness["may_create"]:
        raise MigrationRefused(
            "this login may make nothing in this database: let it own the database (ALTER DATABASE … OWNER TO …)"
        )


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
