"""The typed hand that runs queries.sql."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import AreaId, CombinationId, RestaurantId, TableId, TenantId
from saveit.venues.model import (
    Area,
    DiningTable,
    DirectoryEntry,
    OpeningKey,
    Restaurant,
    RulesVersion,
    TableCombination,
    Tenant,
)
from saveit.venues.rules import Rules


class OwnedKeyRow(msgspec.Struct, frozen=True):
    """A wrapped data key, and whose it is."""

    tenant_id: UUID
    version: int
    wrapped_key: bytes


class TenantIdRow(msgspec.Struct, frozen=True):
    """A customer who was written down."""

    tenant_id: TenantId


class TenantKeyRow(msgspec.Struct, frozen=True):
    """A wrapped data key."""

    version: int
    wrapped_key: bytes


class FloorVersion(msgspec.Struct, frozen=True):
    """The version of a floor."""

    floor_version: int


class RulesRow(msgspec.Struct, frozen=True):
    """A version of the rules as JSON."""

    version: int
    rules: str
    changed_by: str
    changed_at: datetime


class CombinationRow(msgspec.Struct, frozen=True):
    """A combination as it is stored."""

    id: UUID
    restaurant_id: UUID
    table_ids: list[UUID]
    covers_min: int
    covers_max: int
    online: bool
    priority: int
    retired_at: datetime | None
    revision: int


class StayCount(msgspec.Struct, frozen=True):
    """How many take a table."""

    stays: int


_STATEMENTS = load_statements("saveit.venues")
_INSERT_TENANT = _STATEMENTS.query("insert_tenant", TenantIdRow)
_FIND_OPENED_TENANT = _STATEMENTS.query("find_opened_tenant", Tenant)
_LIST_TENANTS = _STATEMENTS.query("list_tenants", Tenant)
_INSERT_TENANT_KEY = _STATEMENTS.command("insert_tenant_key")
_NEWEST_TENANT_KEY = _STATEMENTS.query("newest_tenant_key", OwnedKeyRow)
_LIST_TENANT_KEYS = _STATEMENTS.query("list_tenant_keys", TenantKeyRow)
_FIND_DIRECTORY_ENTRY = _STATEMENTS.query("find_directory_entry", DirectoryEntry)
_FIND_SLUG = _STATEMENTS.query("find_slug", DirectoryEntry)
_INSERT_DIRECTORY_ENTRY = _STATEMENTS.command("insert_directory_entry")
_UPDATE_DIRECTORY_SLUG = _STATEMENTS.command("update_directory_slug")
_INSERT_RESTAURANT = _STATEMENTS.command("insert_restaurant")
_UPDATE_RESTAURANT = _STATEMENTS.command("update_restaurant")
_FIND_RESTAURANT = _STATEMENTS.query("find_restaurant", Restaurant)
_LIST_RESTAURANTS = _STATEMENTS.query("list_restaurants", Restaurant)
_LOCK_RESTAURANT = _STATEMENTS.command("lock_restaurant")
_SET_RULES_VERSION = _STATEMENTS.command("set_rules_version")
_RAISE_FLOOR_VERSION = _STATEMENTS.query("raise_floor_version", FloorVersion)
_INSERT_RULES = _STATEMENTS.command("insert_rules")
_FIND_RULES = _STATEMENTS.query("find_rules", RulesRow)
_LIST_RULES = _STATEMENTS.query("list_rules", RulesRow)
_LIST_AREAS = _STATEMENTS.query("list_areas", Area)
_INSERT_AREA = _STATEMENTS.command("insert_area")
_UPDATE_AREA = _STATEMENTS.command("update_area")
_DELETE_AREA = _STATEMENTS.command("delete_area")
_LEAVE_AREA = _STATEMENTS.command("leave_area")
_LIST_TABLES = _STATEMENTS.query("list_tables", DiningTable)
_INSERT_TABLE = _STATEMENTS.command("insert_table")
_UPDATE_TABLE = _STATEMENTS.command("update_table")
_RETIRE_TABLE = _STATEMENTS.command("retire_table")
_COUNT_STAYS = _STATEMENTS.query("count_stays", StayCount)
_LIST_COMBINATIONS = _STATEMENTS.query("list_combinations", CombinationRow)
_INSERT_COMBINATION = _STATEMENTS.command("insert_combination")
_UPDATE_COMBINATION = _STATEMENTS.command("update_combination")
_RETIRE_COMBINATION = _STATEMENTS.command("retire_combination")


async def insert_tenant(gate_tx: Transaction, tenant: Tenant, opened_under: OpeningKey | None) -> Tenant:
    """Insert the tenant, or return the one who was opened under the same key before. Waits for one who is being opened."""
    scope, key = opened_under or (None, None)
    made = await gate_tx.many(
        _INSERT_TENANT,
        tenant_id=tenant.id,
        name=tenant.name,
        created_at=tenant.created_at,
        opened_scope=scope,
        opened_key=key,
    )
    return tenant if made else await gate_tx.one(_FIND_OPENED_TENANT, opened_scope=scope, opened_key=key)


async def list_tenants(gate_tx: Transaction, after: TenantId | None, limit: int) -> list[Tenant]:
    """Return the tenants after one."""
    return await gate_tx.many(_LIST_TENANTS, after=after, limit=limit)


async def insert_tenant_key(tx: Transaction, key: TenantKeyRow, now: datetime) -> bool:
    """Insert a key of the transaction's tenant; False when it has one of this version."""
    return (
        await tx.run(
            _INSERT_TENANT_KEY,
            tenant_id=tx.tenant_id,
            version=key.version,
            wrapped_key=key.wrapped_key,
            created_at=now,
        )
        > 0
    )


async def list_tenant_keys(source: Database | Transaction, tenant_id: TenantId) -> list[TenantKeyRow]:
    """Return the wrapped keys, newest first; a database is asked in one round trip, as the ledger."""
    match source:
        case Database():
            return await source.call(_LIST_TENANT_KEYS, tenant_id=tenant_id)
        case Transaction():
            return await source.many(_LIST_TENANT_KEYS, tenant_id=tenant_id)


async def newest_tenant_key(ledger_tx: Transaction) -> OwnedKeyRow | None:
    """Return the wrapped key that was made last, of whichever tenant; None in a new installation."""
    return await ledger_tx.maybe(_NEWEST_TENANT_KEY)


async def find_directory_entry(gate_tx: Transaction, restaurant_id: RestaurantId) -> DirectoryEntry | None:
    """Return whose a restaurant is."""
    return await gate_tx.maybe(_FIND_DIRECTORY_ENTRY, restaurant_id=restaurant_id)


async def find_slug(gate_tx: Transaction, slug: str) -> DirectoryEntry | None:
    """Return whose an address is."""
    return await gate_tx.maybe(_FIND_SLUG, slug=slug)


async def insert_restaurant(tx: Transaction, restaurant: Restaurant, now: datetime) -> None:
    """Insert the restaurant and its directory entry. Raises: ConstraintBroken for slug_taken_once."""
    await tx.run(
        _INSERT_RESTAURANT,
        tenant_id=restaurant.tenant_id,
        restaurant_id=restaurant.id,
        slug=restaurant.slug,
        name=restaurant.name,
        timezone=restaurant.timezone,
        language=restaurant.language,
        currency=restaurant.currency,
        region=restaurant.region,
        address=restaurant.address,
        phone=restaurant.phone,
        created_at=now,
    )
    await tx.run(
        _INSERT_DIRECTORY_ENTRY,
        restaurant_id=restaurant.id,
        slug=restaurant.slug,
        tenant_id=restaurant.tenant_id,
    )


async def update_restaurant(tx: Transaction, restaurant: Restaurant) -> None:
    """Write the restaurant and its directory entry. Raises: ConstraintBroken for slug_taken_once."""
    await tx.run(
        _UPDATE_RESTAURANT,
        tenant_id=restaurant.tenant_id,
        restaurant_id=restaurant.id,
        slug=restaurant.slug,
        name=restaurant.name,
        timezone=restaurant.timezone,
        language=restaurant.language,
        currency=restaurant.currency,
        region=restaurant.region,
        address=restaurant.address,
        phone=restaurant.phone,
        rules_version=restaurant.rules_version,
        revision=restaurant.revision,
    )
    await tx.run(
        _UPDATE_DIRECTORY_SLUG,
        tenant_id=restaurant.tenant_id,
        restaurant_id=restaurant.id,
        slug=restaurant.slug,
    )


async def find_restaurant(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId
) -> Restaurant | None:
    """Return the restaurant."""
    return await tx.maybe(_FIND_RESTAURANT, tenant_id=tenant_id, restaurant_id=restaurant_id)


async def list_restaurants(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    after: RestaurantId | None,
    within: Collection[RestaurantId] | None,
    limit: int,
) -> list[Restaurant]:
    """Return the restaurants after one, among some."""
    return await tx.many(
        _LIST_RESTAURANTS,
        tenant_id=tenant_id,
        after=after,
        within=None if within is None else list(within),
        limit=limit,
    )


async def lock_restaurant(tx: Transaction, restaurant_id: RestaurantId) -> bool:
    """Take the restaurant's lock alone; False, and no lock, when the tenant has no such restaurant."""
    return await tx.run(_LOCK_RESTAURANT, tenant_id=tx.tenant_id, restaurant_id=restaurant_id) == 1


async def set_rules_version(tx: Transaction, restaurant_id: RestaurantId, version: int) -> None:
    """Put a version in force."""
    await tx.run(_SET_RULES_VERSION, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, version=version)


async def raise_floor_version(tx: Transaction, restaurant_id: RestaurantId) -> int:
    """Return the floor's new version."""
    row = await tx.one(_RAISE_FLOOR_VERSION, tenant_id=tx.tenant_id, restaurant_id=restaurant_id)
    return row.floor_version


async def insert_rules(tx: Transaction, restaurant_id: RestaurantId, rules: RulesVersion) -> None:
    """Insert a version of the rules."""
    await tx.run(
        _INSERT_RULES,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        version=rules.version,
        rules=msgspec.json.encode(rules.rules).decode(),
        changed_by=rules.changed_by,
        changed_at=rules.changed_at,
    )


async def find_rules(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, version: int | None
) -> RulesVersion | None:
    """Return a version of the rules, or the one in force."""
    row = await tx.maybe(_FIND_RULES, tenant_id=tenant_id, restaurant_id=restaurant_id, version=version)
    return None if row is None else _rules_version(row)


async def list_rules(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, *, before: int | None, limit: int
) -> list[RulesVersion]:
    """Return the versions before one, newest first."""
    rows = await tx.many(
        _LIST_RULES, tenant_id=tenant_id, restaurant_id=restaurant_id, before=before, limit=limit
    )
    return [_rules_version(row) for row in rows]


async def list_areas(tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId) -> list[Area]:
    """Return the areas."""
    return await tx.many(_LIST_AREAS, tenant_id=tenant_id, restaurant_id=restaurant_id)


async def insert_area(tx: Transaction, area: Area) -> None:
    """Insert the area. Raises: ConstraintBroken for area_named_once."""
    await tx.run(
        _INSERT_AREA,
        tenant_id=tx.tenant_id,
        area_id=area.id,
        restaurant_id=area.restaurant_id,
        name=area.name,
        position=area.position,
    )


async def update_area(tx: Transaction, area: Area) -> None:
    """Write the area. Raises: ConstraintBroken for area_named_once."""
    await tx.run(
        _UPDATE_AREA,
        tenant_id=tx.tenant_id,
        area_id=area.id,
        name=area.name,
        position=area.position,
        revision=area.revision,
    )


async def delete_area(tx: Transaction, area_id: AreaId) -> None:
    """Delete the area, after its retired tables have left it."""
    await tx.run(_LEAVE_AREA, tenant_id=tx.tenant_id, area_id=area_id)
    await tx.run(_DELETE_AREA, tenant_id=tx.tenant_id, area_id=area_id)


async def list_tables(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, *, with_retired: bool
) -> list[DiningTable]:
    """Return the tables in the order of their ids."""
    return await tx.many(
        _LIST_TABLES, tenant_id=tenant_id, restaurant_id=restaurant_id, with_retired=with_retired
    )


async def insert_table(tx: Transaction, table: DiningTable) -> None:
    """Insert the table. Raises: ConstraintBroken for table_number_once."""
    await tx.run(
        _INSERT_TABLE, tenant_id=tx.tenant_id, restaurant_id=table.restaurant_id, **_table_columns(table)
    )


async def update_table(tx: Transaction, table: DiningTable) -> None:
    """Write the table. Raises: ConstraintBroken for table_number_once."""
    await tx.run(_UPDATE_TABLE, tenant_id=tx.tenant_id, revision=table.revision, **_table_columns(table))


async def retire_table(tx: Transaction, table_id: TableId, now: datetime) -> None:
    """Set the table's retired_at."""
    await tx.run(_RETIRE_TABLE, tenant_id=tx.tenant_id, table_id=table_id, retired_at=now)


async def count_stays(tx: Transaction, table_id: TableId, now: datetime) -> int:
    """Return how many holders take the table at some time from now on."""
    return (await tx.one(_COUNT_STAYS, tenant_id=tx.tenant_id, table_id=table_id, now=now)).stays


async def list_combinations(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, *, with_retired: bool
) -> list[TableCombination]:
    """Return the combinations in the order of their ids."""
    rows = await tx.many(
        _LIST_COMBINATIONS, tenant_id=tenant_id, restaurant_id=restaurant_id, with_retired=with_retired
    )
    return [
        TableCombination(
            id=CombinationId(row.id),
            restaurant_id=RestaurantId(row.restaurant_id),
            table_ids=tuple(TableId(table_id) for table_id in row.table_ids),
            covers_min=row.covers_min,
            covers_max=row.covers_max,
            online=row.online,
            priority=row.priority,
            retired_at=row.retired_at,
            revision=row.revision,
        )
        for row in rows
    ]


async def insert_combination(tx: Transaction, combination: TableCombination) -> None:
    """Insert the combination."""
    await tx.run(
        _INSERT_COMBINATION,
        tenant_id=tx.tenant_id,
        restaurant_id=combination.restaurant_id,
        **_combination_columns(combination),
    )


async def update_combination(tx: Transaction, combination: TableCombination) -> None:
    """Write the combination."""
    await tx.run(
        _UPDATE_COMBINATION,
        tenant_id=tx.tenant_id,
        revision=combination.revision,
        **_combination_columns(combination),
    )


async def retire_combination(tx: Transaction, combination_id: CombinationId, now: datetime) -> None:
    """Set the combination's retired_at."""
    await tx.run(_RETIRE_COMBINATION, tenant_id=tx.tenant_id, combination_id=combination_id, retired_at=now)


def _rules_version(row: RulesRow) -> RulesVersion:
    rules = msgspec.json.decode(row.rules, type=Rules)
    return RulesVersion(row.version, rules, row.changed_by, row.changed_at)


def _table_columns(table: DiningTable) -> dict[str, object]:
    return {
        "table_id": table.id,
        "area_id": table.area_id,
        "number": table.number,
        "covers_min": table.covers_min,
        "covers_max": table.covers_max,
        "x": table.x,
        "y": table.y,
        "width": table.width,
        "height": table.height,
        "rotation": table.rotation,
        "shape": table.shape,
        "online": table.online,
        "priority": table.priority,
    }


def _combination_columns(combination: TableCombination) -> dict[str, object]:
    return {
        "combination_id": combination.id,
        "table_ids": list(combination.table_ids),
        "covers_min": combination.covers_min,
        "covers_max": combination.covers_max,
        "online": combination.online,
        "priority": combination.priority,
    }
