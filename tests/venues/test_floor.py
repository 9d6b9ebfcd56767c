from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from saveit.kernel.db import Command, Database, TooSlow, Transaction
from saveit.kernel.db.statements import parse_statements
from saveit.kernel.ids import AreaId, TableId, TenantId, new_id
from saveit.venues import (
    AreaChange,
    AreaDraft,
    AreaInUse,
    AreaNameTaken,
    AreaUnknown,
    CombinationChange,
    CombinationDraft,
    CombinationUnknown,
    DiningTable,
    Restaurant,
    RestaurantDraft,
    RestaurantUnknown,
    TableChange,
    TableDraft,
    TableInCombination,
    TableInUse,
    TableNumberTaken,
    TableUnknown,
    Tenant,
    VenueInvalid,
    add_area,
    add_combination,
    add_table,
    change_area,
    change_combination,
    change_table,
    find_restaurant,
    list_areas,
    list_combinations,
    list_tables,
    load_floor,
    open_restaurant,
    remove_area,
    retire_combination,
    retire_table,
)
from tests.venues.conftest import ANA, NOW, FactRow

Facts = Callable[[TenantId], Awaitable[list[FactRow]]]

_STATEMENTS = parse_statements(
    """
-- take_table :none
-- Lets somebody take a table for an hour.
INSERT INTO table_occupancy (
    tenant_id, table_id, restaurant_id, starts_at, ends_at, holder_kind, holder_id, party_size, movable, expires_at)
SELECT
    :tenant_id::uuid, :table_id::uuid, :restaurant_id::uuid, :starts_at::timestamptz,
    :starts_at::timestamptz + interval '1 hour',
    CASE WHEN :expires_at::timestamptz IS NULL THEN 'reservation' ELSE 'hold' END, :holder_id::uuid, 2, true,
    :expires_at::timestamptz

-- share_restaurant :none
-- Books, as far as the restaurant's lock is concerned.
SELECT pg_advisory_xact_lock_shared(restaurant_lock_v1(:restaurant_id::uuid))

-- be_impatient :none
-- Waits for no lock.
SET LOCAL lock_timeout = '50ms'
""",
    "tests",
)
_TAKE_TABLE = Command(_STATEMENTS["take_table"])
_SHARE_RESTAURANT = Command(_STATEMENTS["share_restaurant"])
_BE_IMPATIENT = Command(_STATEMENTS["be_impatient"])


def draft(number: str = "1", covers_max: int = 4, area_id: AreaId | None = None) -> TableDraft:
    return TableDraft(number=number, covers_min=1, covers_max=covers_max, area_id=area_id)


async def two_tables(tx: Transaction, restaurant: Restaurant) -> tuple[TableId, TableId]:
    first = await add_table(tx, restaurant.id, draft("1"), now=NOW)
    second = await add_table(tx, restaurant.id, draft("2"), now=NOW)
    return first.id, second.id


async def floor_version(tx: Transaction, restaurant: Restaurant) -> int:
    found = await find_restaurant(tx, restaurant.tenant_id, restaurant.id)
    assert found is not None
    return found.floor_version


async def take(
    tx: Transaction,
    table: DiningTable,
    *,
    hours_from_now: float,
    expires_in_hours: float | None = None,
) -> None:
    expires_at = None if expires_in_hours is None else NOW + timedelta(hours=expires_in_hours)
    await tx.run(
        _TAKE_TABLE,
        tenant_id=tx.tenant_id,
        table_id=table.id,
        restaurant_id=table.restaurant_id,
        starts_at=NOW + timedelta(hours=hours_from_now),
        holder_id=new_id(NOW),
        expires_at=expires_at,
    )


async def test_the_floor_reads_back_as_it_was_built_also_from_the_ledger(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        area = await add_area(tx, restaurant.id, AreaDraft(name="Terraza", position=2), now=NOW)
        wanted = TableDraft(
            number=" T1 ",
            covers_min=2,
            covers_max=6,
            area_id=area.id,
            x=1.5,
            y=-2.25,
            width=0.8,
            height=0.75,
            rotation=45,
            shape="round",
            online=False,
            priority=3,
        )
        first = await add_table(tx, restaurant.id, wanted, now=NOW)
        second = await add_table(tx, restaurant.id, draft("2"), now=NOW)
        joined = CombinationDraft(table_ids=(second.id, first.id), covers_min=5, covers_max=9)
        combination = await add_combination(tx, restaurant.id, joined, now=NOW)
        areas = await list_areas(tx, restaurant.tenant_id, restaurant.id)
    async with db.ledger(ANA) as tx:
        tables, combinations = await load_floor(tx, restaurant.tenant_id, restaurant.id)

    assert areas == [area]
    assert tables == sorted([first, second], key=lambda table: table.id)
    assert combinations == [combination]
    assert (first.number, first.shape, first.online, first.x) == ("T1", "round", False, 1.5)
    assert combination.table_ids == tuple(sorted([first.id, second.id]))


async def test_every_change_makes_a_new_version_and_is_told(
    db: Database, restaurant: Restaurant, facts: Facts
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        area = await add_area(tx, restaurant.id, AreaDraft(name="Bar"), now=NOW)
        await change_area(tx, restaurant.id, area.id, change=AreaChange(name="Barra"), now=NOW)
        one, two = await two_tables(tx, restaurant)
        await change_table(tx, restaurant.id, one, change=TableChange(covers_max=5), now=NOW)
        combination = await add_combination(
            tx,
            restaurant.id,
            CombinationDraft(table_ids=(one, two), covers_min=5, covers_max=8),
            now=NOW,
        )
        await change_combination(
            tx, restaurant.id, combination.id, change=CombinationChange(covers_max=9), now=NOW
        )
        await retire_combination(tx, restaurant.id, combination.id, now=NOW)
        await retire_table(tx, restaurant.id, two, now=NOW)
        await remove_area(tx, restaurant.id, area.id, now=NOW)
        version = await floor_version(tx, restaurant)

    told = [fact for fact in await facts(restaurant.tenant_id) if fact.kind == "floor.changed"]
    assert version == 11
    assert [fact.told["floor_version"] for fact in told] == list(range(2, 12))
    assert [fact.subject_kind for fact in told] == [
        *["area"] * 2,
        *["table"] * 3,
        *["combination"] * 3,
        "table",
        "area",
    ]
    assert (told[4].told["before"]["covers_max"], told[4].told["after"]["covers_max"]) == (4, 5)
    assert (told[0].told["before"], told[-1].told["after"]) == (None, None)


async def test_a_change_to_the_same_makes_no_new_version(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        table = await add_table(tx, restaurant.id, draft(), now=NOW)
        await change_table(tx, restaurant.id, table.id, change=TableChange(number="1"), now=NOW)
        version = await floor_version(tx, restaurant)

    assert version == 2


async def test_every_error_of_a_table_is_named_at_once(db: Database, restaurant: Restaurant) -> None:
    wrong = TableDraft(
        number="a number that is too long",
        covers_min=9,
        covers_max=8,
        area_id=AreaId(new_id(NOW)),
        x=float("nan"),
        width=float("inf"),
        rotation=361,
        shape="star",
        priority=-1,
    )

    with pytest.raises(VenueInvalid) as refused:
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await add_table(tx, restaurant.id, wrong, now=NOW)

    assert {(error.path, error.code) for error in refused.value.errors} == {
        ("number", "wrong_length"),
        ("covers_min", "range_reversed"),
        ("area_id", "area_unknown"),
        ("x", "out_of_range"),
        ("width", "out_of_range"),
        ("rotation", "out_of_range"),
        ("shape", "unknown_choice"),
        ("priority", "out_of_range"),
    }


async def test_a_number_is_one_table_s_until_it_is_retired(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        table = await add_table(tx, restaurant.id, draft("7"), now=NOW)
    with pytest.raises(TableNumberTaken):
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await add_table(tx, restaurant.id, draft("7"), now=NOW)

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await retire_table(tx, restaurant.id, table.id, now=NOW)
        again = await add_table(tx, restaurant.id, draft("7"), now=NOW)
        live = await list_tables(tx, restaurant.tenant_id, restaurant.id)
        all_tables = await list_tables(tx, restaurant.tenant_id, restaurant.id, with_retired=True)

    assert live == [again]
    assert {each.id for each in all_tables} == {table.id, again.id}


async def test_the_areas_of_another_restaurant_are_unknown(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        elsewhere = await open_restaurant(tx, RestaurantDraft(name="Otro", timezone="Europe/Madrid"), now=NOW)
        area = await add_area(tx, elsewhere.id, AreaDraft(name="Sala"), now=NOW)

        with pytest.raises(VenueInvalid):
            await add_table(tx, restaurant.id, draft(area_id=area.id), now=NOW)
        with pytest.raises(AreaUnknown):
            await remove_area(tx, restaurant.id, area.id, now=NOW)


async def test_an_area_is_named_once_and_kept_while_tables_stand_in_it(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        area = await add_area(tx, restaurant.id, AreaDraft(name="Sala"), now=NOW)
        table = await add_table(tx, restaurant.id, draft(area_id=area.id), now=NOW)
        with pytest.raises(AreaInUse) as in_use:
            await remove_area(tx, restaurant.id, area.id, now=NOW)
        await retire_table(tx, restaurant.id, table.id, now=NOW)
    with pytest.raises(AreaNameTaken):
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await add_area(tx, restaurant.id, AreaDraft(name="Sala"), now=NOW)

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await remove_area(tx, restaurant.id, area.id, now=NOW)
        areas = await list_areas(tx, restaurant.tenant_id, restaurant.id)

    assert in_use.value.facts == {"tables": 1}
    assert areas == []


async def test_only_live_tables_of_the_house_are_joined_and_each_once(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        one, two = await two_tables(tx, restaurant)
        await retire_table(tx, restaurant.id, two, now=NOW)
        stranger = TableId(new_id(NOW))
        wrong = CombinationDraft(table_ids=(one, one, two, stranger), covers_min=1, covers_max=201)

        with pytest.raises(VenueInvalid) as refused:
            await add_combination(tx, restaurant.id, wrong, now=NOW)

    assert [(error.path, error.code) for error in refused.value.errors] == [
        ("table_ids[1]", "duplicated"),
        ("table_ids[2]", "table_unknown"),
        ("table_ids[3]", "table_unknown"),
        ("covers_max", "out_of_range"),
    ]


async def test_the_same_tables_are_joined_in_one_way(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        one, two = await two_tables(tx, restaurant)
        joined = CombinationDraft(table_ids=(one, two), covers_min=5, covers_max=8)
        await add_combination(tx, restaurant.id, joined, now=NOW)
        turned = CombinationDraft(table_ids=(two, one), covers_min=1, covers_max=9)

        with pytest.raises(VenueInvalid) as refused:
            await add_combination(tx, restaurant.id, turned, now=NOW)

    assert [error.code for error in refused.value.errors] == ["duplicated"]


async def test_a_table_in_a_combination_is_not_retired(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        one, two = await two_tables(tx, restaurant)
        joined = CombinationDraft(table_ids=(one, two), covers_min=5, covers_max=8)
        combination = await add_combination(tx, restaurant.id, joined, now=NOW)
        with pytest.raises(TableInCombination) as refused:
            await retire_table(tx, restaurant.id, one, now=NOW)
        await retire_combination(tx, restaurant.id, combination.id, now=NOW)
        await retire_table(tx, restaurant.id, one, now=NOW)
        with pytest.raises(CombinationUnknown):
            await retire_combination(tx, restaurant.id, combination.id, now=NOW)
        with pytest.raises(TableUnknown):
            await retire_table(tx, restaurant.id, one, now=NOW)
        kept = await list_combinations(tx, restaurant.tenant_id, restaurant.id, with_retired=True)

    assert refused.value.facts == {"combination_ids": [str(combination.id)]}
    assert [each.retired_at for each in kept] == [NOW]


async def test_a_table_that_is_taken_in_the_future_is_not_retired(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        table = await add_table(tx, restaurant.id, draft(), now=NOW)
        await take(tx, table, hours_from_now=-0.5)
        await take(tx, table, hours_from_now=30)
        await take(tx, table, hours_from_now=50, expires_in_hours=0.1)
        with pytest.raises(TableInUse) as refused:
            await retire_table(tx, restaurant.id, table.id, now=NOW)

    assert refused.value.facts == {"stays": 3}


async def test_what_is_over_or_expired_keeps_no_table(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        table = await add_table(tx, restaurant.id, draft(), now=NOW)
        await take(tx, table, hours_from_now=-1)
        await take(tx, table, hours_from_now=5, expires_in_hours=0)
        retired = await retire_table(tx, restaurant.id, table.id, now=NOW)

    assert retired.retired_at == NOW


async def test_the_floor_does_not_change_under_a_booking(db: Database, restaurant: Restaurant) -> None:
    async with db.ledger(ANA) as booking, db.tenant(restaurant.tenant_id, ANA) as tx:
        await booking.run(_SHARE_RESTAURANT, restaurant_id=restaurant.id)
        await tx.run(_BE_IMPATIENT)

        with pytest.raises(TooSlow):
            await add_table(tx, restaurant.id, draft(), now=NOW)


async def test_whoever_asks_for_another_customer_s_restaurant_does_not_block_it(
    db: Database, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as stranger:
        with pytest.raises(RestaurantUnknown):
            await add_table(stranger, restaurant.id, draft(), now=NOW)

        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await tx.run(_BE_IMPATIENT)
            table = await add_table(tx, restaurant.id, draft(), now=NOW)

    assert table.number == "1"
