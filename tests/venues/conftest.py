"""A house to test in: a database, a ring of keys, a customer, and a restaurant of theirs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from saveit.kernel.crypto import MasterKey, SecretKey
from saveit.kernel.db import Actor, Database, Query
from saveit.kernel.db.statements import parse_statements
from saveit.kernel.ids import TenantId
from saveit.venues import Restaurant, RestaurantDraft, Tenant, TenantKeyRing, open_restaurant, open_tenant

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ANA = Actor("staff", "ana", "dashboard", "trace-1")

_FACTS = """
-- read_facts :many FactRow
-- Everything that happened in a customer's house, in order.
SELECT kind, subject_kind, subject_id::text, actor, channel, body::text
FROM facts
WHERE tenant_id = :tenant_id::uuid
ORDER BY position
"""


class FactRow(msgspec.Struct, frozen=True):
    kind: str
    subject_kind: str
    subject_id: str
    actor: str
    channel: str
    body: str

    @property
    def told(self) -> Any:
        return msgspec.json.decode(self.body)


_READ_FACTS = Query(parse_statements(_FACTS, "tests")["read_facts"], FactRow)


@pytest.fixture
async def db(database_dsn: str) -> AsyncIterator[Database]:
    database = await Database.open(database_dsn, node="n1")
    yield database
    await database.close()


@pytest.fixture
def keys() -> TenantKeyRing:
    return TenantKeyRing(MasterKey(SecretKey(current=b"a secret of the tests, 32 octets ")))


@pytest.fixture
async def tenant(db: Database, keys: TenantKeyRing) -> Tenant:
    return await open_tenant(db, "Casa Ana", keys=keys, actor=ANA, now=NOW)


@pytest.fixture
async def other_tenant(db: Database, keys: TenantKeyRing) -> Tenant:
    return await open_tenant(db, "Casa Berta", keys=keys, actor=ANA, now=NOW)


@pytest.fixture
async def restaurant(db: Database, tenant: Tenant) -> Restaurant:
    async with db.tenant(tenant.id, ANA) as tx:
        return await open_restaurant(tx, RestaurantDraft(name="El Patio", timezone="America/Bogota"), now=NOW)


@pytest.fixture
def facts(db: Database) -> Callable[[TenantId], Awaitable[list[FactRow]]]:
    async def read(tenant_id: TenantId) -> list[FactRow]:
        return await db.call(_READ_FACTS, tenant_id=tenant_id)

    return read
