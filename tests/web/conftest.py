"""The skin over a house of three tables in Bogotá, at noon of Monday the second of March.

The tests share a database; each has customers of its own, which is what the skin keeps apart.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx
import pytest

from saveit.access import PrincipalCache
from saveit.kernel.postgres import EmbeddedPostgres
from saveit.kernel.settings import Secret
from saveit.venues import Restaurant, Tenant
from saveit.web import Limits, Parts
from tests.support.house import World, open_world
from tests.support.skin import skin_over
from tests.web.contract import hold_to_the_document

ADMIN_KEY = "the platform's own key"


@dataclass(frozen=True)
class Web:
    """A running skin, who owns the house behind it, and a client that holds a key for everything there."""

    world: World
    tenant: Tenant
    restaurant: Restaurant
    token: str
    client: httpx.AsyncClient
    app: object

    def visitor(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Return a client of somebody else's."""
        return client_of(self.app, token, **headers)


def parts_of(world: World, *, limits: Limits | None = None) -> Parts:
    """Return the parts over a world; without limits unless given."""
    return Parts(
        desk=world.desk,
        gateway=world.gateway,
        principals=PrincipalCache(world.database, world.clock, admin_key=Secret(ADMIN_KEY)),
        emails=world.emails,
        public_url="https://tables.example",
        limits=limits or Limits(ip_per_minute=0, key_per_minute=0),
        owner_dsn=world.dsn,
    )


def client_of(app: object, token: str | None = None, **headers: str) -> httpx.AsyncClient:
    """Return a client of the application, with a token if given."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),  # pyright: ignore[reportArgumentType] - httpx types ASGI by its own names.
        base_url="https://tables.example/api/v1",
        headers=headers,
        event_hooks={"response": [hold_to_the_document]},
    )


@pytest.fixture(scope="session")
def shared_database_dsn(postgres: EmbeddedPostgres, database_template: str) -> str:
    """The owner's DSN of the one database of these tests."""
    name = "saveit_web"

    async def create() -> None:
        connection = await asyncpg.connect(postgres.dsn("postgres"))
        try:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {database_template}")
        finally:
            await connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, create()).result()
    return postgres.dsn(name)


@pytest.fixture
async def world(shared_database_dsn: str) -> AsyncIterator[World]:
    async with open_world(shared_database_dsn) as opened:
        yield opened


@pytest.fixture
async def web(world: World) -> AsyncIterator[Web]:
    async with opened(world) as web:
        yield web


@asynccontextmanager
async def opened(world: World) -> AsyncGenerator[Web]:
    """Open a house and a skin over it."""
    tenant = await world.tenant()
    restaurant = await world.restaurant(tenant)
    token = await world.api_key(tenant)
    app = skin_over(parts_of(world))
    async with client_of(app, token) as client:
        yield Web(world, tenant, restaurant, token, client, app)
