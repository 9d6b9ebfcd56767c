"""A restaurant's floor: areas, tables and combinations."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery

from saveit.kernel.db import Transaction
from saveit.kernel.ids import AreaId, CombinationId, RestaurantId, TableId
from saveit.venues import (
    Area,
    AreaChange,
    AreaDraft,
    CombinationChange,
    CombinationDraft,
    DiningTable,
    TableChange,
    TableCombination,
    TableDraft,
    add_area,
    add_combination,
    add_table,
    change_area,
    change_combination,
    change_table,
    list_areas,
    list_combinations,
    list_tables,
    remove_area,
    retire_combination,
    retire_table,
)
from saveit.web.edge import Call
from saveit.web.routes.shared import Calling, PathId, RevisionRead, answered
from saveit.web.wire.house import Areas, Combinations, Tables

Result = TypeVar("Result")

_ID = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"
_AREA = Example(value={"name": "Terraza", "position": 1})
_TABLE = Example(value={"number": "12", "covers_min": 2, "covers_max": 4, "shape": "round"})
_COMBINATION = Example(value={"table_ids": [_ID, _ID], "covers_min": 5, "covers_max": 8})


def _forgetting(
    call: Call, restaurant_id: UUID, act: Callable[[Transaction], Awaitable[Result]]
) -> Callable[[Transaction], Awaitable[Result]]:
    """Return the act, after whose commit the house is read again."""

    async def work(tx: Transaction) -> Result:
        result = await act(tx)
        tx.after_commit(lambda: call.desk.pictures.forget_house(RestaurantId(restaurant_id)))
        return result

    return work


@get("/areas", summary="List areas")
async def read_areas(call: Calling, restaurant_id: PathId) -> Areas:
    """In the order the restaurant wants."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    return Areas(await call.act(lambda tx: list_areas(tx, tx.tenant_id, house.restaurant_id)))


@post("/areas", summary="Add an area")
async def make_area(
    call: Calling, restaurant_id: PathId, data: Annotated[AreaDraft, Body(examples=[_AREA])]
) -> Response[Area]:
    """A part of the restaurant, such as the terrace."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> Area:
        return await add_area(tx, house.restaurant_id, data, now=call.now)

    return answered(await call.once(data, Area, _forgetting(call, restaurant_id, act)))


@patch("/areas/{area_id:uuid}", summary="Change an area")
async def write_area(
    call: Calling, restaurant_id: PathId, area_id: PathId, data: Annotated[AreaChange, Body(examples=[_AREA])]
) -> Response[Area]:
    """What is left out stays."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> Area:
        return await change_area(tx, house.restaurant_id, AreaId(area_id), change=data, now=call.now)

    return answered(await call.once(data, Area, _forgetting(call, restaurant_id, act)), status=200)


@delete("/areas/{area_id:uuid}", summary="Remove an area")
async def drop_area(
    call: Calling, restaurant_id: PathId, area_id: PathId, *, revision: RevisionRead = None
) -> None:
    """Refused while tables stand in it."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> None:
        await remove_area(tx, house.restaurant_id, AreaId(area_id), now=call.now, revision=revision)

    await call.act(_forgetting(call, restaurant_id, act))


@get("/tables", summary="List tables")
async def read_tables(
    call: Calling, restaurant_id: PathId, *, with_retired: FromQuery[bool] = False
) -> Tables:
    """Those on the floor; with `with_retired` also those that have left it."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    found = await call.act(
        lambda tx: list_tables(tx, tx.tenant_id, house.restaurant_id, with_retired=with_retired)
    )
    return Tables(found)


@post("/tables", summary="Add a table")
async def make_table(
    call: Calling, restaurant_id: PathId, data: Annotated[TableDraft, Body(examples=[_TABLE])]
) -> Response[DiningTable]:
    """Bookable at once."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> DiningTable:
        return await add_table(tx, house.restaurant_id, data, now=call.now)

    return answered(await call.once(data, DiningTable, _forgetting(call, restaurant_id, act)))


@patch("/tables/{table_id:uuid}", summary="Change a table")
async def write_table(
    call: Calling,
    restaurant_id: PathId,
    table_id: PathId,
    data: Annotated[TableChange, Body(examples=[_TABLE])],
) -> Response[DiningTable]:
    """Parties already booked there stay, even where they would no longer fit."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> DiningTable:
        return await change_table(tx, house.restaurant_id, TableId(table_id), change=data, now=call.now)

    return answered(await call.once(data, DiningTable, _forgetting(call, restaurant_id, act)), status=200)


@delete("/tables/{table_id:uuid}", summary="Take a table off the floor", status_code=200)
async def drop_table(
    call: Calling, restaurant_id: PathId, table_id: PathId, *, revision: RevisionRead = None
) -> DiningTable:
    """Refused while somebody has it booked, or a combination uses it."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> DiningTable:
        return await retire_table(tx, house.restaurant_id, TableId(table_id), now=call.now, revision=revision)

    return await call.act(_forgetting(call, restaurant_id, act))


@get("/combinations", summary="List combinations")
async def read_combinations(
    call: Calling, restaurant_id: PathId, *, with_retired: FromQuery[bool] = False
) -> Combinations:
    """Tables that may be joined."""
    house = await call.house("restaurants:read", RestaurantId(restaurant_id))
    found = await call.act(
        lambda tx: list_combinations(tx, tx.tenant_id, house.restaurant_id, with_retired=with_retired)
    )
    return Combinations(found)


@post("/combinations", summary="Let tables be joined")
async def make_combination(
    call: Calling, restaurant_id: PathId, data: Annotated[CombinationDraft, Body(examples=[_COMBINATION])]
) -> Response[TableCombination]:
    """With covers of their own: joined tables seldom seat the sum."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> TableCombination:
        return await add_combination(tx, house.restaurant_id, data, now=call.now)

    return answered(await call.once(data, TableCombination, _forgetting(call, restaurant_id, act)))


@patch("/combinations/{combination_id:uuid}", summary="Change a combination")
async def write_combination(
    call: Calling,
    restaurant_id: PathId,
    combination_id: PathId,
    data: Annotated[CombinationChange, Body(examples=[_COMBINATION])],
) -> Response[TableCombination]:
    """What is left out stays."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> TableCombination:
        wanted = CombinationId(combination_id)
        return await change_combination(tx, house.restaurant_id, wanted, change=data, now=call.now)

    return answered(
        await call.once(data, TableCombination, _forgetting(call, restaurant_id, act)), status=200
    )


@delete("/combinations/{combination_id:uuid}", summary="Join tables no more", status_code=200)
async def drop_combination(
    call: Calling, restaurant_id: PathId, combination_id: PathId, *, revision: RevisionRead = None
) -> TableCombination:
    """Parties already booked there stay."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def act(tx: Transaction) -> TableCombination:
        wanted = CombinationId(combination_id)
        return await retire_combination(tx, house.restaurant_id, wanted, now=call.now, revision=revision)

    return await call.act(_forgetting(call, restaurant_id, act))


def floor_routes() -> Router:
    """Return the routes of areas, tables and combinations."""
    return Router(
        "/restaurants/{restaurant_id:uuid}",
        route_handlers=[
            read_areas,
            make_area,
            write_area,
            drop_area,
            read_tables,
            make_table,
            write_table,
            drop_table,
            read_combinations,
            make_combination,
            write_combination,
            drop_combination,
        ],
        tags=["Floor"],
    )
