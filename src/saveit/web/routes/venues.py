"""Restaurants, and the rules they book by."""

from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, patch, post, put
from litestar.openapi.spec import Example
from litestar.params import Body

from saveit.access import set_role
from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TenantId, UserId
from saveit.reservations import apply_restaurant, apply_rules
from saveit.venues import (
    Restaurant,
    RestaurantChange,
    RestaurantDraft,
    check_restaurant,
    find_restaurant,
    list_restaurants,
    list_tenants,
    load_rules,
    open_restaurant,
    rules_history,
)
from saveit.web.edge import Call
from saveit.web.routes.shared import (
    PAGE_LENGTH,
    Calling,
    Cursor,
    PageLength,
    PathId,
    answered,
    cursor_of,
    open_customer,
    place_of,
)
from saveit.web.wire.house import ConfigAnswer, ConfigRequest, RestaurantPage, RulesPage

_OPEN = Example(
    value={
        "name": "La Candelaria",
        "timezone": "America/Bogota",
        "language": "es",
        "phone": "+57 601 1234567",
    }
)
_CHANGE = Example(value={"name": "La Candelaria Centro"})
_CONFIG = Example(
    value={
        "version": 1,
        "rules": {
            "business_hours": {"friday": [{"name": "dinner", "opens": "19:00", "closes": "02:00"}]},
            "reservation_window": {"min_hours_advance": 2, "max_days_advance": 60},
        },
    }
)


@post("/", operation_id="open_restaurant", summary="Open a restaurant")
async def open_(
    call: Calling, data: Annotated[RestaurantDraft, Body(examples=[_OPEN])]
) -> Response[Restaurant]:
    """With the default rules and an empty floor. Whoever owns one may open another, and owns it at once.

    The platform's key opens it for whom `SaveIt-Tenant` names, else for a new customer.
    """
    owner = _owner(call)
    if owner is None:
        call.require("restaurants:write", None)
    if not call.tenant_known:
        check_restaurant(data)
        await open_customer(call, data.name)

    async def work(tx: Transaction) -> Restaurant:
        made = await open_restaurant(tx, data, now=call.now)
        if owner is not None:
            await set_role(tx, owner, made.id, role="owner", now=call.now)
            tx.after_commit(partial(call.parts.principals.forget_holder, owner))
        return made

    return answered(await call.once(data, Restaurant, work))


def _owner(call: Call) -> UserId | None:
    """Return who is calling if that is somebody who owns a restaurant of the customer's."""
    principal = call.principal
    owns = principal.kind == "staff" and "owner" in principal.roles.values()
    return UserId(principal.id) if owns and principal.id is not None else None


@get("/", operation_id="list_restaurants", summary="List restaurants")
async def list_(call: Calling, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None) -> RestaurantPage:
    """Those that the caller may see, in the order they were opened."""
    call.require_somewhere("restaurants:read")
    if not call.tenant_known:
        return await _list_all(call, limit, cursor)
    (after,) = place_of(cursor, tuple[UUID | None], (None,))

    async def work(tx: Transaction) -> list[Restaurant]:
        return await list_restaurants(
            tx,
            tx.tenant_id,
            after=None if after is None else RestaurantId(after),
            within=call.principal.restaurants,
            limit=limit,
        )

    found = await call.act(work)
    return RestaurantPage(found, cursor_of(found[-1].id) if len(found) == limit else None)


async def _list_all(call: Call, limit: int, cursor: str | None) -> RestaurantPage:
    """Return the restaurants of customer after customer, for the platform: whole customers, so a page may be somewhat longer."""
    (after,) = place_of(cursor, tuple[UUID | None], (None,))
    async with call.desk.database.gate() as gate_tx:
        tenants = await list_tenants(gate_tx, after=None if after is None else TenantId(after), limit=limit)
    found: list[Restaurant] = []
    for tenant in tenants:
        call.acts_for(tenant.id)
        found += await call.act(lambda tx: list_restaurants(tx, tx.tenant_id))
        if len(found) >= limit:
            return RestaurantPage(found, cursor_of(tenant.id))
    return RestaurantPage(found, cursor_of(tenants[-1].id) if len(tenants) == limit else None)


@patch(
    "/{restaurant_id:uuid}", operation_id="change_restaurant", summary="Change what is said of a restaurant"
)
async def change(
    call: Calling, restaurant_id: PathId, data: Annotated[RestaurantChange, Body(examples=[_CHANGE])]
) -> Response[Restaurant]:
    """Another zone or currency makes a new version of the rules; reservations keep their instants and amounts."""
    house = await call.house("restaurants:write", RestaurantId(restaurant_id))

    async def work(tx: Transaction) -> Restaurant:
        return await apply_restaurant(call.desk, tx, house.restaurant_id, data)

    return answered(await call.once(data, Restaurant, work), status=200)


@get("/{restaurant_id:uuid}/config", summary="Read a restaurant and its rules")
async def read_config(call: Calling, restaurant_id: PathId) -> ConfigAnswer:
    """The rules in force, whole, with their version."""
    _ = await call.house("restaurants:read", RestaurantId(restaurant_id))
    return await call.act(lambda tx: _config(tx, RestaurantId(restaurant_id)))


@put("/{restaurant_id:uuid}/config", summary="Put rules in force")
async def write_config(
    call: Calling, restaurant_id: PathId, data: Annotated[ConfigRequest, Body(examples=[_CONFIG])]
) -> Response[ConfigAnswer]:
    """A whole set; what is left out has its default. 422 with every error at once, 409 when somebody changed them since."""
    wanted = RestaurantId(restaurant_id)
    _ = await call.house("restaurants:write", wanted)

    async def work(tx: Transaction) -> ConfigAnswer:
        await apply_rules(call.desk, tx, wanted, data.rules, expected_version=data.version)
        return await _config(tx, wanted)

    return answered(await call.once(data, ConfigAnswer, work), status=200)


async def _config(tx: Transaction, restaurant_id: RestaurantId) -> ConfigAnswer:
    restaurant = await find_restaurant(tx, tx.tenant_id, restaurant_id)
    assert restaurant is not None, "restaurants are never deleted"
    version, rules = await load_rules(tx, tx.tenant_id, restaurant_id, version=restaurant.rules_version)
    return ConfigAnswer(restaurant, rules, version)


@get("/{restaurant_id:uuid}/rules", summary="Read the versions of a restaurant's rules")
async def read_rules(
    call: Calling, restaurant_id: PathId, limit: PageLength = 20, cursor: Cursor = None
) -> RulesPage:
    """The newest first, with who wrote each and when."""
    _ = await call.house("restaurants:read", RestaurantId(restaurant_id))
    (before,) = place_of(cursor, tuple[int | None], (None,))
    versions = await call.act(
        lambda tx: rules_history(tx, tx.tenant_id, RestaurantId(restaurant_id), before=before, limit=limit)
    )
    return RulesPage(versions, cursor_of(versions[-1].version) if len(versions) == limit else None)


def venue_routes() -> Router:
    """Return the routes under /restaurants, all but the floor's."""
    return Router(
        "/restaurants",
        route_handlers=[open_, list_, change, read_config, write_config, read_rules],
        tags=["Restaurants"],
    )
