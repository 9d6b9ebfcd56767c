"""A customer sees no row of another's, and writes none, whatever the code above asks for."""

import asyncpg
import pytest

from saveit.kernel.db import Database
from saveit.venues import (
    AreaDraft,
    CombinationDraft,
    Restaurant,
    TableDraft,
    Tenant,
    add_area,
    add_combination,
    add_table,
)
from tests.venues.conftest import ANA, NOW
from tests.venues.isolation import a_row, customer, insert, rows_seen, rows_written

pytestmark = pytest.mark.slow

WRITABLE = ("restaurants", "restaurant_directory", "areas", "dining_tables", "table_combinations")
INSERTABLE = (*WRITABLE, "tenant_keys", "restaurant_rules")
TABLES = (*INSERTABLE, "tenants")


@pytest.fixture
async def furnished(db: Database, restaurant: Restaurant) -> Restaurant:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await add_area(tx, restaurant.id, AreaDraft(name="Sala"), now=NOW)
        one = await add_table(tx, restaurant.id, TableDraft(number="1", covers_min=1, covers_max=4), now=NOW)
        two = await add_table(tx, restaurant.id, TableDraft(number="2", covers_min=1, covers_max=4), now=NOW)
        joined = CombinationDraft(table_ids=(one.id, two.id), covers_min=5, covers_max=8)
        await add_combination(tx, restaurant.id, joined, now=NOW)
    return restaurant


@pytest.mark.parametrize("table", TABLES)
async def test_another_customer_sees_nothing(
    database_dsn: str, furnished: Restaurant, other_tenant: Tenant, table: str
) -> None:
    owner = furnished.tenant_id

    async with customer(database_dsn, owner) as own, customer(database_dsn, other_tenant.id) as other:
        seen = (await rows_seen(own, table, owner) > 0, await rows_seen(other, table, owner))

    assert seen == (True, 0)


@pytest.mark.parametrize("table", WRITABLE)
async def test_another_customer_changes_nothing(
    database_dsn: str, furnished: Restaurant, other_tenant: Tenant, table: str
) -> None:
    owner = furnished.tenant_id

    async with customer(database_dsn, owner) as own, customer(database_dsn, other_tenant.id) as other:
        written = (await rows_written(own, table, owner) > 0, await rows_written(other, table, owner))

    assert written == (True, 0)


@pytest.mark.parametrize("table", INSERTABLE)
async def test_another_customer_slips_nothing_in(
    database_dsn: str, furnished: Restaurant, other_tenant: Tenant, table: str
) -> None:
    async with customer(database_dsn, furnished.tenant_id) as own:
        row = await a_row(own, table)

    async with customer(database_dsn, other_tenant.id) as other:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await insert(other, table, row)


@pytest.mark.parametrize("table", ["tenants", "tenant_keys", "restaurant_rules"])
async def test_what_is_kept_for_good_is_not_written_over_by_its_owner_either(
    database_dsn: str, furnished: Restaurant, table: str
) -> None:
    async with customer(database_dsn, furnished.tenant_id) as own:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await rows_written(own, table, furnished.tenant_id)
