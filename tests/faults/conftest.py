"""Where things are killed: a database for a module of tests, and a server that goes on living beside those that are killed."""

from collections.abc import AsyncIterator, Iterator

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.fleet import Fleet, fleet_over
from tests.support.town import Town, auditor_of, database_in


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, database_template: str) -> Iterator[str]:
    with database_in(postgres, database_template) as name:
        yield name


@pytest.fixture(scope="module")
def survivor(
    postgres: EmbeddedPostgres, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """A server that nobody kills."""
    with fleet_over(postgres.dsn(database), tmp_path_factory.mktemp("survivor"), size=1) as started:
        yield started


@pytest.fixture
async def town(survivor: Fleet, postgres: EmbeddedPostgres, database: str) -> AsyncIterator[Town]:
    async with auditor_of(postgres.dsn(database, superuser=True)) as auditor:
        yield Town(survivor, auditor)
