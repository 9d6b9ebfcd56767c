"""What commonly is wrong with a database of one's own is said in words, with what mends it, and no password is repeated."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from saveit.kernel.db import Database, DatabaseUnusable, MigrationRefused, applied_migrations, migrate
from saveit.kernel.postgres import EmbeddedPostgres, diagnose
from tests.kernel.postgres.conftest import run
from tests.kernel.postgres.test_doctor import settings_for

PASSWORD = "opensesame"


def dsn_of(postgres: EmbeddedPostgres, user: str, database: str, password: str = PASSWORD) -> str:
    """Return the way in of another login, through the server's own socket."""
    socket = postgres.dsn().partition("?")[2]
    return f"postgresql://{user}:{quote(password)}@/{database}?{socket}"


@asynccontextmanager
async def made(postgres: EmbeddedPostgres, *statements: str, undo: str) -> AsyncGenerator[None]:
    superuser = postgres.dsn(superuser=True)
    for statement in statements:
        await run(superuser, statement)
    try:
        yield
    finally:
        for statement in undo.split(";"):
            await run(superuser, statement)


async def open_and_close(dsn: str) -> object:
    await (await Database.open(dsn, node="test")).close()
    return None


@pytest.mark.parametrize("way", [migrate, applied_migrations, open_and_close])
@pytest.mark.parametrize(
    ("user", "database", "says", "mend"),
    [
        ("saveit", "postgres", "password authentication failed", "Put the right user and password"),
        ("nobody_here", "postgres", "password authentication failed", "Put the right user and password"),
    ],
)
async def test_a_wrong_login_is_told_with_what_mends_it(  # noqa: PLR0917 - a line of the table, and the server.
    postgres: EmbeddedPostgres,
    way: Callable[[str], Awaitable[object]],
    user: str,
    database: str,
    says: str,
    mend: str,
) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        await way(dsn_of(postgres, user, database))

    assert says in str(refused.value)
    assert mend in str(refused.value)
    assert PASSWORD not in str(refused.value)


async def test_a_database_that_does_not_exist_is_told_with_how_to_make_it(
    postgres: EmbeddedPostgres, new_data_dir: Path
) -> None:
    dsn = postgres.dsn("nosuch")
    with pytest.raises(DatabaseUnusable) as refused:
        await migrate(dsn)
    findings = await diagnose(settings_for(new_data_dir, SAVEIT_DATABASE_URL=dsn), roles=())

    assert str(refused.value).startswith(
        'PostgreSQL says: database "nosuch" does not exist. Make it, with `createdb`'
    )
    (found,) = [finding for finding in findings if finding.name == "database"]
    assert (found.state, "createdb" in found.mend) == ("bad", True)


async def test_a_login_that_may_not_make_roles_is_refused_before_anything_is_written(
    postgres: EmbeddedPostgres, new_data_dir: Path
) -> None:
    async with made(
        postgres,
        f"CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}'",
        "CREATE DATABASE plain OWNER plain",
        undo="DROP DATABASE plain;DROP ROLE plain",
    ):
        dsn = dsn_of(postgres, "plain", "plain")
        with pytest.raises(MigrationRefused) as refused:
            await migrate(dsn)
        applied = await applied_migrations(dsn)
        findings = await diagnose(
            settings_for(new_data_dir, SAVEIT_DATABASE_URL=dsn), roles=("saveit_of_no_cluster",)
        )

    assert "ALTER ROLE … CREATEROLE" in str(refused.value)
    assert applied == {}
    (found,) = [finding for finding in findings if finding.name == "role saveit_of_no_cluster"]
    assert "ALTER ROLE … CREATEROLE" in found.mend


async def test_a_login_that_may_not_act_as_the_application_is_told_so(postgres: EmbeddedPostgres) -> None:
    async with made(
        postgres,
        f"CREATE ROLE outsider LOGIN PASSWORD '{PASSWORD}'",
        "CREATE DATABASE outside OWNER outsider",
        undo="DROP DATABASE outside;DROP ROLE outsider",
    ):
        with pytest.raises(DatabaseUnusable, match="saveit migrate"):
            await open_and_close(dsn_of(postgres, "outsider", "outside"))


async def test_a_login_that_owns_nothing_is_refused_in_words(postgres: EmbeddedPostgres) -> None:
    async with made(
        postgres,
        f"CREATE ROLE guest LOGIN CREATEROLE PASSWORD '{PASSWORD}'",
        "CREATE DATABASE others",
        undo="DROP DATABASE others;DROP ROLE guest",
    ):
        with pytest.raises(MigrationRefused, match="let it own the database"):
            await migrate(dsn_of(postgres, "guest", "others"))


async def test_a_database_that_checks_no_letters_is_refused(
    postgres: EmbeddedPostgres, new_data_dir: Path
) -> None:
    async with made(
        postgres,
        "CREATE DATABASE letters OWNER saveit ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
        undo="DROP DATABASE letters",
    ):
        with pytest.raises(MigrationRefused, match="SQL_ASCII"):
            await migrate(postgres.dsn("letters"))
        settings = settings_for(new_data_dir, SAVEIT_DATABASE_URL=postgres.dsn("letters"))
        findings = await diagnose(settings, roles=())

    (found,) = [finding for finding in findings if finding.name == "encoding"]
    assert (found.state, "ENCODING 'UTF8'" in found.mend) == ("bad", True)
