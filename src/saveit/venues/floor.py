"""The verbs on a restaurant's floor: areas, tables and combinations.

Each takes the restaurant's lock alone and, where something is different afterwards, makes a new version of the floor.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction
from saveit.kernel.ids import AreaId, CombinationId, RestaurantId, TableId, TenantId, new_id
from saveit.outbox import Fact, append
from saveit.venues import store
from saveit.venues.actions import locked_restaurant, require_revision
from saveit.venues.checks import check_area, check_combination, check_table
from saveit.venues.errors import (
    AreaInUse,
    AreaUnknown,
    CombinationUnknown,
    FloorFull,
    TableInCombination,
    TableInUse,
    TableUnknown,
    VenueInvalid,
    refusing,
    venue_error,
)
from saveit.venues.model import (
    Area,
    AreaChange,
    AreaDraft,
    CombinationChange,
    CombinationDraft,
    DiningTable,
    TableChange,
    TableCombination,
    TableDraft,
    TableShape,
    changed,
    draft_of_combination,
    draft_of_table,
)

# The engine looks at the whole floor for every question, so a floor has an end; great halls have a few hundred tables.
AREAS_MAX = 100
TABLES_MAX = 500
COMBINATIONS_MAX = 1000


async def load_floor(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId
) -> tuple[list[DiningTable], list[TableCombination]]:
    """Return the live tables and combinations, each in the order of their ids. In a tenant's transaction or the ledger's."""
    tables = await store.list_tables(tx, tenant_id, restaurant_id, with_retired=False)
    combinations = await store.list_combinations(tx, tenant_id, restaurant_id, with_retired=False)
    return tables, combinations


async def list_areas(tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId) -> list[Area]:
    """Return the areas in the order the restaurant wants."""
    return await store.list_areas(tx, tenant_id, restaurant_id)


async def list_tables(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, *, with_retired: bool = False
) -> list[DiningTable]:
    """Return the tables in the order of their ids."""
    return await store.list_tables(tx, tenant_id, restaurant_id, with_retired=with_retired)


async def list_combinations(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, *, with_retired: bool = False
) -> list[TableCombination]:
    """Return the combinations in the order of their ids."""
    return await store.list_combinations(tx, tenant_id, restaurant_id, with_retired=with_retired)


async def add_area(tx: Transaction, restaurant_id: RestaurantId, draft: AreaDraft, *, now: datetime) -> Area:
    """Add an area.

    Refuses: RestaurantUnknown; VenueInvalid, with every error; AreaNameTaken; FloorFull.
    """
    await locked_restaurant(tx, restaurant_id)
    checked = check_area(draft)
    _check_room(len(await store.list_areas(tx, tx.tenant_id, restaurant_id)), AREAS_MAX)
    area = Area(AreaId(new_id(now)), restaurant_id, checked.name, checked.position)
    with refusing(name=area.name):
        await store.insert_area(tx, area)
    await _record(tx, before=None, after=area, now=now)
    return area


async def change_area(
    tx: Transaction, restaurant_id: RestaurantId, area_id: AreaId, *, change: AreaChange, now: datetime
) -> Area:
    """Change an area.

    Refuses: RestaurantUnknown; AreaUnknown; RevisionConflict; VenueInvalid, with every error; AreaNameTaken.
    """
    await locked_restaurant(tx, restaurant_id)
    before = await _area(tx, restaurant_id, area_id)
    require_revision(change.revision, before.revision)
    checked = check_area(changed(AreaDraft(name=before.name, position=before.position), change))
    after = Area(area_id, restaurant_id, checked.name, checked.position, before.revision)
    if after != before:
        after = msgspec.structs.replace(after, revision=before.revision + 1)
        with refusing(name=after.name):
            await store.update_area(tx, after)
        await _record(tx, before=before, after=after, now=now)
    return after


async def remove_area(
    tx: Transaction,
    restaurant_id: RestaurantId,
    area_id: AreaId,
    *,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Remove an area in which no table stands any more; retired tables forget it.

    Refuses: RestaurantUnknown; AreaUnknown; RevisionConflict; AreaInUse.
    """
    await locked_restaurant(tx, restaurant_id)
    before = await _area(tx, restaurant_id, area_id)
    require_revision(revision, before.revision)
    tables = await store.list_tables(tx, tx.tenant_id, restaurant_id, with_retired=False)
    standing = sum(table.area_id == area_id for table in tables)
    if standing:
        raise AreaInUse(tables=standing)
    await store.delete_area(tx, area_id)
    await _record(tx, before=before, after=None, now=now)


async def add_table(
    tx: Transaction, restaurant_id: RestaurantId, draft: TableDraft, *, now: datetime
) -> DiningTable:
    """Add a table.

    Refuses: RestaurantUnknown; VenueInvalid, with every error; TableNumberTaken; FloorFull.
    """
    await locked_restaurant(tx, restaurant_id)
    checked, shape = check_table(draft, await _area_ids(tx, restaurant_id))
    tables = await store.list_tables(tx, tx.tenant_id, restaurant_id, with_retired=False)
    _check_room(len(tables), TABLES_MAX)
    table = _table(TableId(new_id(now)), restaurant_id, checked, shape)
    with refusing(number=table.number):
        await store.insert_table(tx, table)
    await _record(tx, before=None, after=table, now=now)
    return table


async def change_table(
    tx: Transaction, restaurant_id: RestaurantId, table_id: TableId, *, change: TableChange, now: datetime
) -> DiningTable:
    """Change a table. Parties already booked there stay, even where they would no longer fit.

    Refuses: RestaurantUnknown; TableUnknown; RevisionConflict; VenueInvalid, with every error; TableNumberTaken.
    """
    await locked_restaurant(tx, restaurant_id)
    before = await _live_table(tx, restaurant_id, table_id)
    require_revision(change.revision, before.revision)
    draft = changed(draft_of_table(before), change)
    checked, shape = check_table(draft, await _area_ids(tx, restaurant_id))
    after = _table(table_id, restaurant_id, checked, shape, revision=before.revision)
    if after != before:
        after = msgspec.structs.replace(after, revision=before.revision + 1)
        with refusing(number=after.number):
            await store.update_table(tx, after)
        await _record(tx, before=before, after=after, now=now)
    return after


async def retire_table(
    tx: Transaction,
    restaurant_id: RestaurantId,
    table_id: TableId,
    *,
    now: datetime,
    revision: int | None = None,
) -> DiningTable:
    """Take a table off the floor; it stays known to the reservations that sat there, and its number is free again.

    Refuses: RestaurantUnknown; TableUnknown; RevisionConflict; TableInCombination; TableInUse.
    """
    await locked_restaurant(tx, restaurant_id)
    before = await _live_table(tx, restaurant_id, table_id)
    require_revision(revision, before.revision)
    combinations = await store.list_combinations(tx, tx.tenant_id, restaurant_id, with_retired=False)
    joining = [str(combination.id) for combination in combinations if table_id in combination.table_ids]
    if joining:
        raise TableInCombination(combination_ids=joining)
    # Nobody can take the table between this count and the commit: takers share the lock that is held here alone.
    stays = await store.count_stays(tx, table_id, now)
    if stays:
        raise TableInUse(stays=stays)
    after = msgspec.structs.replace(before, retired_at=now)
    await store.retire_table(tx, table_id, now)
    await _record(tx, before=before, after=after, now=now)
    return after


async def add_combination(
    tx: Transaction, restaurant_id: RestaurantId, draft: CombinationDraft, *, now: datetime
) -> TableCombination:
    """Let live tables of the restaurant be joined.

    Refuses: RestaurantUnknown; VenueInvalid, with every error; FloorFull.
    """
    await locked_restaurant(tx, restaurant_id)
    tables, combinations = await load_floor(tx, tx.tenant_id, restaurant_id)
    checked = check_combination(draft, {table.id for table in tables})
    _check_alone(checked, combinations)
    _check_room(len(combinations), COMBINATIONS_MAX)
    combination = _combination(CombinationId(new_id(now)), restaurant_id, checked)
    await store.insert_combination(tx, combination)
    await _record(tx, before=None, after=combination, now=now)
    return combination


async def change_combination(
    tx: Transaction,
    restaurant_id: RestaurantId,
    combination_id: CombinationId,
    *,
    change: CombinationChange,
    now: datetime,
) -> TableCombination:
    """Change a combination.

    Refuses: RestaurantUnknown; CombinationUnknown; RevisionConflict; VenueInvalid, with every error.
    """
    await locked_restaurant(tx, restaurant_id)
    tables, combinations = await load_floor(tx, tx.tenant_id, restaurant_id)
    before = _found(combinations, combination_id)
    require_revision(change.revision, before.revision)
    checked = check_combination(changed(draft_of_combination(before), change), {table.id for table in tables})
    _check_alone(checked, [other for other in combinations if other.id != combination_id])
    after = _combination(combination_id, restaurant_id, checked, before.revision)
    if after != before:
        after = msgspec.structs.replace(after, revision=before.revision + 1)
        await store.update_combination(tx, after)
        await _record(tx, before=before, after=after, now=now)
    return after


async def retire_combination(
    tx: Transaction,
    restaurant_id: RestaurantId,
    combination_id: CombinationId,
    *,
    now: datetime,
    revision: int | None = None,
) -> TableCombination:
    """Let the tables be joined so no more. Parties already booked at them stay: they hold the tables, not the combination.

    Refuses: RestaurantUnknown; CombinationUnknown; RevisionConflict.
    """
    await locked_restaurant(tx, restaurant_id)
    combinations = await store.list_combinations(tx, tx.tenant_id, restaurant_id, with_retired=False)
    before = _found(combinations, combination_id)
    require_revision(revision, before.revision)
    after = msgspec.structs.replace(before, retired_at=now)
    await store.retire_combination(tx, combination_id, now)
    await _record(tx, before=before, after=after, now=now)
    return after


async def _area(tx: Transaction, restaurant_id: RestaurantId, area_id: AreaId) -> Area:
    for area in await store.list_areas(tx, tx.tenant_id, restaurant_id):
        if area.id == area_id:
            return area
    raise AreaUnknown(area_id=str(area_id))


async def _area_ids(tx: Transaction, restaurant_id: RestaurantId) -> set[AreaId]:
    return {area.id for area in await store.list_areas(tx, tx.tenant_id, restaurant_id)}


async def _live_table(tx: Transaction, restaurant_id: RestaurantId, table_id: TableId) -> DiningTable:
    for table in await store.list_tables(tx, tx.tenant_id, restaurant_id, with_retired=False):
        if table.id == table_id:
            return table
    raise TableUnknown(table_id=str(table_id))


def _found(combinations: list[TableCombination], combination_id: CombinationId) -> TableCombination:
    for combination in combinations:
        if combination.id == combination_id:
            return combination
    raise CombinationUnknown(combination_id=str(combination_id))


def _check_room(number: int, maximum: int) -> None:
    if number >= maximum:
        raise FloorFull(maximum=maximum)


def _check_alone(draft: CombinationDraft, others: list[TableCombination]) -> None:
    """Refuse tables that are joined already: two sets of covers for the same tables would leave open which counts."""
    for other in others:
        if other.table_ids == draft.table_ids:
            raise VenueInvalid([venue_error("table_ids", "duplicated", other=str(other.id))])


def _table(
    table_id: TableId,
    restaurant_id: RestaurantId,
    checked: TableDraft,
    shape: TableShape,
    *,
    revision: int = 1,
) -> DiningTable:
    return DiningTable(
        id=table_id,
        restaurant_id=restaurant_id,
        area_id=checked.area_id,
        number=checked.number,
        covers_min=checked.covers_min,
        covers_max=checked.covers_max,
        x=checked.x,
        y=checked.y,
        width=checked.width,
        height=checked.height,
        rotation=checked.rotation,
        shape=shape,
        online=checked.online,
        priority=checked.priority,
        retired_at=None,
        revision=revision,
    )


def _combination(
    combination_id: CombinationId, restaurant_id: RestaurantId, checked: CombinationDraft, revision: int = 1
) -> TableCombination:
    return TableCombination(
        id=combination_id,
        restaurant_id=restaurant_id,
        table_ids=checked.table_ids,
        covers_min=checked.covers_min,
        covers_max=checked.covers_max,
        online=checked.online,
        priority=checked.priority,
        retired_at=None,
        revision=revision,
    )


async def _record(
    tx: Transaction,
    *,
    before: Area | DiningTable | TableCombination | None,
    after: Area | DiningTable | TableCombination | None,
    now: datetime,
) -> None:
    """Make a new version of the floor and write down what became of one thing on it."""
    thing = after or before
    assert thing is not None, "something was there before or is there after"
    subject_id: UUID = thing.id
    match thing:
        case Area():
            subject_kind = "area"
        case DiningTable():
            subject_kind = "table"
        case TableCombination():
            subject_kind = "combination"
    version = await store.raise_floor_version(tx, thing.restaurant_id)
    await append(
        tx,
        Fact(
            fact_id=new_id(now),
            kind="floor.changed",
            restaurant_id=thing.restaurant_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            service_on=None,
            at=now,
            body=msgspec.json.encode({"floor_version": version, "before": before, "after": after}),
        ),
    )
