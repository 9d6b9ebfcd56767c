"""The town that is booked: restaurants alike, with every kind of rule on, and a numbering of all their tables and times.

A *cell* is one table at one start of one date of one restaurant. The starts are far enough apart that cells never touch, so whoever
books each cell at most once, with a party that fits its table, is never refused.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from bench.sizes import Sizes
from saveit import reservations, venues
from saveit.guests import GuestDetails
from saveit.kernel import cycles
from saveit.kernel.clock import SystemClock
from saveit.kernel.crypto import MasterKey, SecretKey
from saveit.kernel.db import Actor, Database
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.kernel.settings import Secret
from saveit.ledger import House
from saveit.reservations import Booking, Desk, Key
from saveit.seating import local_date
from saveit.waitlist import promote

ZONE = "America/Bogota"
STARTS = ("12:00", "14:00", "19:00", "21:00")
"""One party after another at each table: 90 minutes and the quarter of an hour after it fit between any two."""
ACTOR = Actor("api_key", "bench", "api", "bench")
# 32 octets like any others: only the databases of one run are sealed under them.
SECRET = Secret("5f0e8c3d1b7a49e6a2c4d8f01936be7752ab0dc9e4f81637952ce0ab7d3f6148")
_TENANTS = 20
_SMALL, _LARGE = 2, 4
_SEEDERS = 4
# Prime, and no divisor of any number of cells we make: its multiples visit every cell once, in no order that helps anybody.
_STRIDE = 7_368_787

RULES: dict[str, object] = {
    "business_hours": {
        day: [
            {"name": "lunch", "opens": "12:00", "closes": "16:00"},
            {"name": "dinner", "opens": "19:00", "closes": "24:00"},
        ]
        for day in venues.WEEKDAYS
    },
    "reservation_window": {"max_days_advance": 60},
    "capacity": {"turn_times": [{"party_size_min": 7, "party_size_max": 20, "minutes": 120}]},
    "pacing": {"interval_minutes": 15, "parties_max": 20, "covers_max": 80},
    "guest_limits": {"active_reservations_max": 5},
}


class Place(Struct, frozen=True):
    """One restaurant: its tables are numbered as in `Floor`, for two when even and for four when odd."""

    tenant_id: TenantId
    restaurant_id: RestaurantId
    table_ids: tuple[UUID, ...]


class Cell(Struct, frozen=True):
    """One table at one start."""

    number: int
    place: int
    day: int
    start: int
    table: int

    @property
    def party_size(self) -> int:
        """The party that fits the table exactly."""
        return _LARGE if self.table % 2 else _SMALL


class Town(Struct, frozen=True):
    """Every restaurant, and the first date that is booked."""

    places: tuple[Place, ...]
    first_on: date
    days: int
    tables: int

    @property
    def cells(self) -> int:
        """How many there are."""
        return len(self.places) * self.days * len(STARTS) * self.tables

    def cell(self, number: int) -> Cell:
        """Return a cell: tables count fastest, then starts, then days, then restaurants."""
        rest, table = divmod(number, self.tables)
        rest, start = divmod(rest, len(STARTS))
        place, day = divmod(rest, self.days)
        return Cell(number, place, day, start, table)

    def scattered(self, first: int, count: int) -> Iterator[Cell]:
        """Yield `count` cells from all over the town; other ranges of `first` yield others."""
        assert first + count <= self.cells, "the town is booked out"
        for number in range(first, first + count):
            yield self.cell(number * _STRIDE % self.cells)

    def booking(self, cell: Cell) -> Booking:
        """Return what the guest of a cell asks for; no two cells have the same guest."""
        return Booking(
            restaurant_id=self.places[cell.place].restaurant_id,
            date=self.first_on + timedelta(days=cell.day),
            time=STARTS[cell.start],
            party_size=cell.party_size,
            guest=guest(cell.number),
            source="api",
            audience="guest",
        )


def guest(number: int) -> GuestDetails:
    """Return a guest like no other."""
    return GuestDetails(
        name=f"Ana Gómez {number}",
        phone=f"+57300{number:07d}",
        email=f"ana.{number}@example.com",
        language="es",
    )


def key(number: int) -> Key:
    """Return an idempotency key, which every booking over HTTP has too."""
    return Key(scope="api_key:bench", text=f"bench-{number:024d}", digest=number.to_bytes(32))


@asynccontextmanager
async def desk_at(dsn: str) -> AsyncGenerator[Desk]:
    """Lend a desk as a server process has it, and close it."""
    database = await Database.open(dsn, node="bench")
    ring = venues.TenantKeyRing(MasterKey(SecretKey.parse(SECRET)))
    desk = reservations.open_desk(database, SystemClock(), ring, promote=promote)
    cycles.look_at_the_young_only()
    try:
        yield desk
    finally:
        await desk.combiner.close()
        await database.close()


async def build(dsn: str, sizes: Sizes) -> Town:
    """Write the town into an empty, migrated database."""
    async with desk_at(dsn) as desk:
        tenants = [
            await venues.open_tenant(
                desk.database, f"Grupo {number}", keys=desk.keys, actor=ACTOR, now=desk.now()
            )
            for number in range(min(_TENANTS, sizes.restaurants))
        ]
        waiting = iter(range(sizes.restaurants))
        places: dict[int, Place] = {}

        async def seed() -> None:
            for number in waiting:
                tenant_id = tenants[number % len(tenants)].id
                places[number] = await open_place(desk, tenant_id, f"Casa {number}", tables=sizes.tables)

        await asyncio.gather(*(seed() for _ in range(_SEEDERS)))
        tomorrow = local_date(desk.now(), ZoneInfo(ZONE)) + timedelta(days=1)
        return Town(
            tuple(places[number] for number in range(sizes.restaurants)), tomorrow, sizes.days, sizes.tables
        )


async def warm(desk: Desk, town: Town) -> None:
    """Read every house and every day, as a process that has served for a while has."""
    waiting = iter(town.places)

    async def read() -> None:
        for place in waiting:
            house = await house_of(desk, place)
            for day in range(town.days):
                await desk.pictures.day(house, town.first_on + timedelta(days=day))

    await asyncio.gather(*(read() for _ in range(_SEEDERS)))


async def house_of(desk: Desk, place: Place) -> House:
    """Return a place as the desk knows it."""
    return await desk.house(place.tenant_id, place.restaurant_id)


async def open_place(
    desk: Desk, tenant_id: TenantId, name: str, *, tables: int, rules: Mapping[str, object] = RULES
) -> Place:
    """Open a restaurant with so many tables, every other one for two and for four."""
    now = desk.now()
    async with desk.database.tenant(tenant_id, ACTOR) as tx:
        restaurant = await venues.open_restaurant(
            tx, venues.RestaurantDraft(name=name, timezone=ZONE), now=now
        )
        made = [
            await venues.add_table(
                tx,
                restaurant.id,
                venues.TableDraft(
                    number=str(number + 1), covers_min=1, covers_max=_LARGE if number % 2 else _SMALL
                ),
                now=now,
            )
            for number in range(tables)
        ]
        await reservations.apply_rules(desk, tx, restaurant.id, rules, expected_version=None)
    return Place(tenant_id, restaurant.id, tuple(table.id for table in made))
