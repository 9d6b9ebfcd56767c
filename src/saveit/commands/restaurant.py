"""`saveit restaurant add | list | show`."""

import argparse
from collections.abc import Mapping

import msgspec

from saveit.app import Core
from saveit.commands.installation import (
    Subcommands,
    add_data_dir,
    at_the_keyboard,
    find_place,
    show,
    show_json,
    with_core,
)
from saveit.kernel.ids import TenantId
from saveit.venues import (
    WEEKDAYS,
    DiningTable,
    Restaurant,
    RestaurantDraft,
    Rules,
    Tenant,
    find_restaurant,
    list_restaurants,
    list_tenants,
    load_floor,
    load_rules,
    open_restaurant,
    open_tenant,
)


class _Shown(msgspec.Struct, frozen=True):
    """A restaurant with its floor and rules."""

    restaurant: Restaurant
    tables: list[DiningTable]
    combinations: int
    rules: Rules


def add_to(commands: Subcommands) -> None:
    """Add the commands."""
    parser = commands.add_parser("restaurant", help="add, list and show restaurants")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="open a restaurant with usual rules and an empty floor")
    adding.add_argument("--name", required=True)
    adding.add_argument("--timezone", required=True, metavar="ZONE", help="such as America/Bogota")
    adding.add_argument(
        "--tenant",
        metavar="NAME",
        help="the customer it belongs to; made if there is none; its own name if left out",
    )
    adding.add_argument("--language", choices=("es", "en"), default="es")
    adding.add_argument("--currency", metavar="ISO", help="three letters; the country's if left out")
    adding.add_argument("--slug", help="its address on the booking page; made from the name if left out")
    adding.add_argument("--address", default="")
    adding.add_argument("--phone", default="")
    adding.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="list all restaurants")
    listing.set_defaults(command=_list)
    showing = verbs.add_parser("show", help="show one restaurant with its tables and hours")
    showing.add_argument("restaurant", metavar="SLUG_OR_ID")
    showing.set_defaults(command=_show)
    for verb in (adding, listing, showing):
        add_data_dir(verb)
        verb.add_argument("--json", action="store_true", help="for programs")


def _add(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    draft = RestaurantDraft(
        name=options.name,
        timezone=options.timezone,
        language=options.language,
        currency=options.currency,
        slug=options.slug,
        address=options.address,
        phone=options.phone,
    )
    tenant_name: str = options.tenant or draft.name

    async def work(core: Core) -> Restaurant:
        tenant_id = await _tenant_named(core, tenant_name)
        async with core.database.tenant(tenant_id, at_the_keyboard()) as tx:
            return await open_restaurant(tx, draft, now=core.clock.now())

    opened = with_core(options, environment, work)
    if options.json:
        show_json(opened)
    else:
        print(f"{opened.name} is open as {opened.slug}, id {opened.id}.")
        print(
            f"Next: its tables and rules over HTTP, with a key from `saveit api-key add --restaurant {opened.slug}`."
        )
    return 0


def _list(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> list[tuple[Tenant, Restaurant]]:
        return [
            (tenant, restaurant)
            for tenant in await all_tenants(core)
            for restaurant in await _restaurants_of(core, tenant.id)
        ]

    found = with_core(options, environment, work)
    if options.json:
        show_json([restaurant for _, restaurant in found])
    elif not found:
        print(
            "There are no restaurants yet: `saveit restaurant add`, or `saveit up --demo` for three to try."
        )
    else:
        show(
            [
                (each.slug, each.name, tenant.name, each.timezone, each.currency, str(each.id))
                for tenant, each in found
            ],
            ("SLUG", "NAME", "CUSTOMER", "ZONE", "CURRENCY", "ID"),
        )
    return 0


def _show(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def work(core: Core) -> _Shown:
        place = await find_place(core, options.restaurant)
        async with core.database.tenant(place.tenant_id, at_the_keyboard()) as tx:
            restaurant = await find_restaurant(tx, place.tenant_id, place.restaurant_id)
            assert restaurant is not None, "the directory names restaurants that are there"
            tables, combinations = await load_floor(tx, place.tenant_id, place.restaurant_id)
            _, rules = await load_rules(tx, place.tenant_id, place.restaurant_id)
        return _Shown(restaurant, tables, len(combinations), rules)

    shown = with_core(options, environment, work)
    if options.json:
        show_json(shown)
        return 0
    each = shown.restaurant
    print(f"{each.name} ({each.slug})  {each.id}")
    print(
        f"{each.timezone}, {each.language}, {each.currency}; rules {each.rules_version}, floor {each.floor_version}"
    )
    for weekday, name in enumerate(WEEKDAYS):
        services = ", ".join(
            f"{one.name} {one.opens}-{one.closes}" for one in shown.rules.business_hours.of(weekday)
        )
        print(f"  {name:<10} {services or 'closed'}")
    seats = sum(table.covers_max for table in shown.tables)
    print(f"{len(shown.tables)} tables, {seats} seats, {shown.combinations} combinations")
    show(
        [
            (one.number, f"{one.covers_min}-{one.covers_max}", one.shape, "" if one.online else "staff only")
            for one in sorted(shown.tables, key=_by_number)
        ],
        ("TABLE", "COVERS", "SHAPE", ""),
    )
    return 0


def _by_number(table: DiningTable) -> tuple[str, int, str]:
    """Put 2 before 10, and B1 after them."""
    letters = table.number.rstrip("0123456789")
    digits = table.number.removeprefix(letters)
    return letters, int(digits or 0), table.number


async def all_tenants(core: Core) -> list[Tenant]:
    """Return every customer, page by page."""
    tenants: list[Tenant] = []
    async with core.database.gate() as gate_tx:
        while page := await list_tenants(gate_tx, after=tenants[-1].id if tenants else None):
            tenants += page
    return tenants


async def _restaurants_of(core: Core, tenant_id: TenantId) -> list[Restaurant]:
    found: list[Restaurant] = []
    async with core.database.tenant(tenant_id, at_the_keyboard()) as tx:
        while page := await list_restaurants(tx, tenant_id, after=found[-1].id if found else None):
            found += page
    return found


async def _tenant_named(core: Core, name: str) -> TenantId:
    for tenant in await all_tenants(core):
        if tenant.name == name:
            return tenant.id
    opened = await open_tenant(
        core.database, name, keys=core.keys, actor=at_the_keyboard(), now=core.clock.now()
    )
    return opened.id
