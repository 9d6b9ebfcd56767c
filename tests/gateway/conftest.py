"""A front door over a database of the test's own, with a customer and their restaurant."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from saveit.venues import Restaurant, Tenant
from tests.support.house import World, open_world


@pytest.fixture
async def world(database_dsn: str) -> AsyncIterator[World]:
    async with open_world(database_dsn) as opened:
        yield opened


@pytest.fixture
async def tenant(world: World) -> Tenant:
    return await world.tenant()


@pytest.fixture
async def restaurant(world: World, tenant: Tenant) -> Restaurant:
    return await world.restaurant(tenant)


@pytest.fixture
async def watcher(world: World) -> AsyncIterator[asyncpg.Connection]:
    """Who sees every row."""
    connection = await asyncpg.connect(world.dsn, server_settings={"role": "saveit_ledger"})
    yield connection
    await connection.close()
