"""Two server processes over one database for a module of races; each race opens a restaurant of its own in it.

A module is run by one process with the combiner and one without, unless it asks for both processes alike by parametrising `fleet`.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.fleet import Fleet, fleet_over
from tests.support.town import Town, auditor_of, database_in

COMBINED = {"SAVEIT_COMBINER": "on"}
ONE_BY_ONE = {"SAVEIT_COMBINER": "off"}
_SETTINGS = {
    "mixed": (COMBINED, ONE_BY_ONE),
    "combined": (COMBINED,),
    "one by one": (ONE_BY_ONE,),
}


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, database_template: str) -> Iterator[str]:
    with database_in(postgres, database_template) as name:
        yield name


@pytest.fixture(scope="module")
def fleet(
    request: pytest.FixtureRequest,
    postgres: EmbeddedPostgres,
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    """Two servers; parametrised by how they commit."""
    settings = _SETTINGS[getattr(request, "param", "mixed")]
    with fleet_over(postgres.dsn(database), tmp_path_factory.mktemp("fleet"), settings=settings) as started:
        yield started


@pytest.fixture
async def town(fleet: Fleet, postgres: EmbeddedPostgres, database: str) -> AsyncIterator[Town]:
    async with auditor_of(postgres.dsn(database, superuser=True)) as auditor:
        yield Town(fleet, auditor)
