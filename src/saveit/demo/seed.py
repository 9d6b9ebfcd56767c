"""Makes the demo in an empty installation, once, and finds it again at every later start."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from saveit.access import (
    EVERYTHING,
    QUOTA_PER_MINUTE_MAX,
    ApiKeyDraft,
    StaffUserDraft,
    add_user,
    create_api_key,
    list_users,
    set_password,
    set_role,
)
from saveit.conversations import new_quick_answer, save_quick_answer
from saveit.demo.bookings import Fortnight
from saveit.demo.connecting import connect_lines
from saveit.demo.credentials import Demo, DemoKey, DemoLogin, read_demo, write_demo
from saveit.demo.floors import FloorPlan
from saveit.demo.restaurants import EMPLOYEES, QUICK_ANSWERS, RESTAURANTS, DemoRestaurant, Employee
from saveit.demo.tools import DemoTools
from saveit.kernel.clock import SettableClock
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import AreaId, RestaurantId, TableId, TenantId
from saveit.reservations import apply_rules, open_desk
from saveit.venues import (
    AreaDraft,
    CombinationDraft,
    DirectoryEntry,
    add_area,
    add_combination,
    add_table,
    find_slug,
    open_restaurant,
    open_tenant,
    tenant_of,
)
from saveit.waitlist import promote

# The restaurants opened three weeks ago, so that a fortnight of bookings could be made since.
_OPENED_BEFORE = timedelta(days=21)
_PASSWORD_OCTETS = 9
_PARTIES_WAITING = 2
_WEEK_MINUTES = 7 * 24 * 60
_ACTOR = Actor("system", "demo", "demo")


async def prepare_demo(tools: DemoTools, *, data_dir: Path, url: str, admin_key: str) -> Demo:
    """Return the demo of this installation, made if there is none; demo.json then says so, with today's address.

    What stands in the database is never changed. If demo.json was lost, its restaurants get new keys and their people new passwords.
    """
    known = read_demo(data_dir)
    if known is not None and await _is_there(tools, known):
        demo = msgspec.structs.replace(known, url=url, admin_key=admin_key, sandbox_url=f"{url}/sandbox")
    else:
        demo = await _make(tools, url=url, admin_key=admin_key)
    await connect_lines(tools, url=url, places=[UUID(each.id) for each in demo.restaurants])
    await asyncio.to_thread(write_demo, data_dir, demo)
    return demo


async def _is_there(tools: DemoTools, demo: Demo) -> bool:
    """Say whether demo.json speaks of this database."""
    async with tools.database.gate() as gate_tx:
        for each in demo.restaurants:
            if await tenant_of(gate_tx, RestaurantId(UUID(each.id))) is None:
                return False
    return True


async def _make(tools: DemoTools, *, url: str, admin_key: str) -> Demo:
    places = await _places(tools)
    keys = await asyncio.gather(*(_open_key(tools, each, places[each.slug]) for each in RESTAURANTS))
    logins = await asyncio.gather(*(_employ(tools, each, places) for each in EMPLOYEES))
    return Demo(
        url=url,
        admin_key=admin_key,
        restaurants=tuple(keys),
        staff=tuple(logins),
        sandbox_url=f"{url}/sandbox",
    )


async def _places(tools: DemoTools) -> dict[str, DirectoryEntry]:
    """Return where each restaurant of the demo is, having made those there are not."""
    places: dict[str, DirectoryEntry] = {}
    async with tools.database.gate() as gate_tx:
        for each in RESTAURANTS:
            entry = await find_slug(gate_tx, each.slug)
            if entry is not None:
                places[each.slug] = entry
    missing = [each for each in RESTAURANTS if each.slug not in places]
    tenants = {each.tenant: places[each.slug].tenant_id for each in RESTAURANTS if each.slug in places}
    for each in missing:
        if each.tenant not in tenants:
            tenant = await open_tenant(
                tools.database, each.tenant, keys=tools.keys, actor=_ACTOR, now=tools.clock.now()
            )
            tenants[each.tenant] = tenant.id
    made = await asyncio.gather(*(_open(tools, each, tenants[each.tenant]) for each in missing))
    return places | dict(zip((each.slug for each in missing), made, strict=True))


async def _open(tools: DemoTools, wanted: DemoRestaurant, tenant_id: TenantId) -> DirectoryEntry:
    """Open one restaurant with its floor and rules, and fill its days."""
    now = tools.clock.now()
    clock = SettableClock(now - _OPENED_BEFORE)
    desk = open_desk(tools.database, clock, tools.keys, promote=promote)
    try:
        async with tools.database.tenant(tenant_id, _ACTOR) as tx:
            restaurant = await open_restaurant(tx, wanted.draft, now=clock.now())
            await _furnish(tx, restaurant.id, wanted.floor, clock.now())
            await _keep_at_hand(tx, restaurant.id, clock.now())
            today = now.astimezone(ZoneInfo(restaurant.timezone)).date()
            rules = wanted.rules(today)
            await apply_rules(desk, tx, restaurant.id, _confirmed_by_hand(rules), expected_version=None)
        clock.set(now)
        house = await desk.house(tenant_id, restaurant.id)
        await Fortnight(desk, house, clock=clock, popularity=wanted.popularity).ask(_PARTIES_WAITING)
        clock.set(now)
        async with tools.database.tenant(tenant_id, _ACTOR) as tx:
            await apply_rules(desk, tx, restaurant.id, rules, expected_version=None)
        house = await desk.house(tenant_id, restaurant.id)
        made = await Fortnight(desk, house, clock=clock, popularity=wanted.popularity).fill()
    finally:
        await desk.combiner.close()
    tools.log.info("demo.restaurant_made", slug=wanted.slug, reservations=made)
    return DirectoryEntry(tenant_id, restaurant.id)


def _confirmed_by_hand(rules: Mapping[str, object]) -> Mapping[str, object]:
    """Return the rules of the first weeks, when the house still looked at each booking: the last of them wait for its word."""
    by_hand = {"mode": "manual", "confirm_within_minutes": _WEEK_MINUTES}
    return {**rules, "confirmation": by_hand}


async def _furnish(tx: Transaction, restaurant_id: RestaurantId, plan: FloorPlan, now: datetime) -> None:
    areas: dict[str, AreaId] = {}
    tables: dict[str, TableId] = {}
    for position, name in enumerate(plan.areas):
        areas[name] = (await add_area(tx, restaurant_id, AreaDraft(name=name, position=position), now=now)).id
    for row in plan.rows:
        for draft in row.tables():
            placed = msgspec.structs.replace(draft, area_id=areas[row.area])
            tables[draft.number] = (await add_table(tx, restaurant_id, placed, now=now)).id
    for joined in plan.joined:
        combination = CombinationDraft(
            table_ids=tuple(tables[number] for number in joined.numbers),
            covers_min=joined.covers[0],
            covers_max=joined.covers[1],
        )
        await add_combination(tx, restaurant_id, combination, now=now)


async def _keep_at_hand(tx: Transaction, restaurant_id: RestaurantId, now: datetime) -> None:
    for language, shortcut, text in QUICK_ANSWERS:
        answer = new_quick_answer(restaurant_id, language=language, shortcut=shortcut, text=text, now=now)
        await save_quick_answer(tx, answer, revision=None, now=now)


async def _open_key(tools: DemoTools, wanted: DemoRestaurant, place: DirectoryEntry) -> DemoKey:
    """Make a key that may do everything in its restaurant, as often as somebody who tries the demo likes."""
    draft = ApiKeyDraft(
        name="demo",
        scopes=(EVERYTHING,),
        restaurant_id=place.restaurant_id,
        quota_per_minute=QUOTA_PER_MINUTE_MAX,
    )
    async with tools.database.tenant(place.tenant_id, _ACTOR) as tx:
        key = await create_api_key(tx, draft, now=tools.clock.now())
    return DemoKey(
        id=str(place.restaurant_id),
        slug=wanted.slug,
        name=wanted.draft.name,
        timezone=wanted.draft.timezone,
        api_key=key.text,
    )


async def _employ(tools: DemoTools, employee: Employee, places: Mapping[str, DirectoryEntry]) -> DemoLogin:
    """Let somebody sign in, under a new password in any case: the former is nowhere to be read."""
    now = tools.clock.now()
    password = secrets.token_urlsafe(_PASSWORD_OCTETS)
    restaurants = [places[slug] for slug in employee.slugs]
    tenant_id = restaurants[0].tenant_id
    async with tools.database.tenant(tenant_id, _ACTOR) as tx:
        sealer = await tools.keys.sealer(tx, tenant_id)
        known = [user for user in await list_users(tx, sealer) if user.email == employee.email]
        if known:
            user = known[0]
            await set_password(tx, user.id, password, now=now)
        else:
            draft = StaffUserDraft(
                name=employee.name, email=employee.email, password=password, language=employee.language
            )
            user = await add_user(tx, draft, sealer=sealer, emails=tools.emails, now=now)
        for place in restaurants:
            await set_role(tx, user.id, place.restaurant_id, role=employee.role, now=now)
    return DemoLogin(email=employee.email, password=password, role=employee.role, restaurants=employee.slugs)
