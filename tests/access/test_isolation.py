"""A customer sees nobody else's staff, sessions and keys, and the gate can read them but not write."""

import asyncpg
import pytest

from saveit.access import ApiKeyDraft, EmailIndex, StaffUser, create_api_key, set_role, sign_in
from saveit.kernel.db import Database
from saveit.venues import Restaurant, Tenant
from tests.access.conftest import PASSWORD
from tests.venues.conftest import ANA, NOW
from tests.venues.isolation import a_row, customer, insert, rows_seen, rows_written

pytestmark = pytest.mark.slow

TABLES = ("staff_users", "staff_roles", "staff_sessions", "api_keys")


@pytest.fixture
async def staffed(db: Database, emails: EmailIndex, bea: StaffUser, restaurant: Restaurant) -> Restaurant:
    await sign_in(db, bea.email, PASSWORD, emails=emails, now=NOW)
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await set_role(tx, bea.id, restaurant.id, role="owner", now=NOW)
        await create_api_key(tx, ApiKeyDraft(name="Widget", scopes=("*",)), now=NOW)
    return restaurant


@pytest.mark.parametrize("table", TABLES)
async def test_another_customer_reads_and_writes_nothing(
    database_dsn: str, staffed: Restaurant, other_tenant: Tenant, table: str
) -> None:
    owner = staffed.tenant_id

    async with customer(database_dsn, owner) as own, customer(database_dsn, other_tenant.id) as other:
        row = await a_row(own, table)
        own_counts = (await rows_seen(own, table, owner), await rows_written(own, table, owner))
        other_counts = (await rows_seen(other, table, owner), await rows_written(other, table, owner))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await insert(other, table, row)

    assert (own_counts, other_counts) == ((1, 1), (0, 0))


@pytest.mark.parametrize("table", TABLES)
async def test_the_ledger_has_no_business_with_who_signs_in(database_dsn: str, table: str) -> None:
    connection = await asyncpg.connect(database_dsn, server_settings={"role": "saveit_ledger"}, timeout=10)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.execute(f"SELECT 1 FROM {table}")  # noqa: S608 - a name from the test.
    finally:
        await connection.close()


@pytest.mark.parametrize("table", TABLES)
async def test_the_gate_reads_and_never_writes(database_dsn: str, staffed: Restaurant, table: str) -> None:
    connection = await asyncpg.connect(database_dsn, server_settings={"role": "saveit_gate"}, timeout=10)
    try:
        seen = await rows_seen(connection, table, staffed.tenant_id)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await rows_written(connection, table, staffed.tenant_id)
    finally:
        await connection.close()

    assert seen == 1
