"""Two server processes over one database for all races here, one with the combiner and one without; each race opens its own restaurant.

A module that takes guards off has a database of its own, and servers over that.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.fleet import Fleet, fleet_over
from tests.support.town import Town, auditor_of, database_in

MIXED = ({"SAVEIT_COMBINER": "on"}, {"SAVEIT_COMBINER": "off"})


@pytest.fixture(scope="package")
def database(postgres: EmbeddedPostgres, database_template: str) -> Iterator[str]:
    with database_in(postgres, database_template) as name:
        yield name


@pytest.fixture(scope="package")
def fleet(
    postgres: EmbeddedPostgres, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    with fleet_over(postgres.dsn(database), tmp_path_factory.mktemp("fleet"), settings=MIXED) as started:
        yield started


@pytest.fixture(scope="module")
def own_database(postgres: EmbeddedPostgres, database_template: str) -> Iterator[str]:
    """The name of a database for one module that changes it."""
    with database_in(postgres, database_template) as name:
        yield name


@pytest.fixture
async def town(fleet: Fleet, postgres: EmbeddedPostgres, database: str) -> AsyncIterator[Town]:
    async with auditor_of(postgres.dsn(database, superuser=True)) as auditor:
        yield Town(fleet, auditor)
