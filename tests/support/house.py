"""Builders of a house to test in: customers, restaurants with tables and rules, keys and staff, each in one call.

    async with open_world(database_dsn) as world:
        tenant = await world.tenant()
        restaurant = await world.restaurant(tenant)
        token = await world.api_key(tenant, restaurant.id)

The world's clock stands at NOON, a Monday, until it is moved; `clock=SystemClock()` lets it run.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from saveit.access import (
    ApiKeyDraft,
    EmailIndex,
    Role,
    StaffUserDraft,
    add_user,
    create_api_key,
    set_role,
    sign_in,
)
from saveit.channels import CHANNELS
from saveit.gateway import Gateway, open_gateway
from saveit.guests import GuestDetails, check_contact
from saveit.kernel.clock import Clock, SettableClock
from saveit.kernel.crypto import MasterKey, SecretKey
from saveit.kernel.db import Actor, Database
from saveit.kernel.http import HttpClient
from saveit.kernel.ids import RestaurantId, TableId, new_id
from saveit.reservations import Booking, Desk, Reservation, apply_rules, book, open_desk
from saveit.venues import (
    WEEKDAYS,
    Restaurant,
    RestaurantDraft,
    TableDraft,
    Tenant,
    TenantKeyRing,
    add_table,
    list_tables,
    open_restaurant,
    open_tenant,
)
from saveit.waitlist import promote

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""12:00 in Bogotá."""
TUESDAY = date(2026, 3, 3)
TESTER = Actor("system", "tests", "tests", "trace-of-tests")
PASSWORD = "una frase larga de paso"

LUNCH_AND_DINNER: Mapping[str, object] = {
    "business_hours": {
        day: [
            {"name": "lunch", "opens": "12:00", "closes": "16:00"},
            {"name": "dinner", "opens": "19:00", "closes": "23:00"},
        ]
        for day in WEEKDAYS
    },
    "reservation_window": {"max_days_advance": 60},
}


@dataclass(frozen=True)
class World:
    """One database and one process's parts over it."""

    dsn: str
    database: Database
    clock: Clock
    keys: TenantKeyRing
    emails: EmailIndex
    desk: Desk
    gateway: Gateway

    async def tenant(self, name: str = "Casa Ana") -> Tenant:
        """Open a customer."""
        return await open_tenant(self.database, name, keys=self.keys, actor=TESTER, now=self.clock.now())

    async def restaurant(
        self,
        tenant: Tenant,
        name: str = "El Patio",
        *,
        timezone: str = "America/Bogota",
        language: str = "es",
        tables: Sequence[tuple[str, int, int]] = (("1", 1, 2), ("2", 1, 4), ("3", 2, 6)),
        rules: Mapping[str, object] = LUNCH_AND_DINNER,
    ) -> Restaurant:
        """Open a restaurant with tables of (number, covers at least, covers at most) and these rules."""
        now = self.clock.now()
        async with self.database.tenant(tenant.id, TESTER) as tx:
            # Addresses are taken once in a database, and tests share one.
            slug = f"r-{new_id(now).hex[-12:]}"
            draft = RestaurantDraft(name=name, timezone=timezone, language=language, slug=slug)
            made = await open_restaurant(tx, draft, now=now)
            for number, covers_min, covers_max in tables:
                table = TableDraft(number=number, covers_min=covers_min, covers_max=covers_max)
                await add_table(tx, made.id, table, now=now)
            await apply_rules(self.desk, tx, made.id, rules, expected_version=None)
        return made

    async def table_ids(self, restaurant: Restaurant) -> dict[str, TableId]:
        """Return the restaurant's tables by number."""
        async with self.database.tenant(restaurant.tenant_id, TESTER) as tx:
            found = await list_tables(tx, restaurant.tenant_id, restaurant.id)
        return {table.number: table.id for table in found}

    async def api_key(
        self,
        tenant: Tenant,
        restaurant_id: RestaurantId | None = None,
        *,
        scopes: Sequence[str] = ("*",),
        quota_per_minute: int = 60_000,
    ) -> str:
        """Make a key and return its text."""
        draft = ApiKeyDraft(
            name="tests",
            scopes=tuple(scopes),
            restaurant_id=restaurant_id,
            quota_per_minute=quota_per_minute,
        )
        async with self.database.tenant(tenant.id, TESTER) as tx:
            return (await create_api_key(tx, draft, now=self.clock.now())).text

    async def session(
        self, tenant: Tenant, roles: Mapping[RestaurantId, Role], *, email: str | None = None
    ) -> str:
        """Add somebody with these roles, sign them in, and return the session's token. An email of one's own is made up if need be."""
        now = self.clock.now()
        email = email or f"{new_id(now).hex}@example.com"
        draft = StaffUserDraft(name="Ana", email=email, password=PASSWORD)
        async with self.database.tenant(tenant.id, TESTER) as tx:
            sealer = await self.keys.sealer(tx, tenant.id)
            user = await add_user(tx, draft, sealer=sealer, emails=self.emails, now=now)
            for restaurant_id, role in roles.items():
                await set_role(tx, user.id, restaurant_id, role=role, now=now)
        return (await sign_in(self.database, email, PASSWORD, emails=self.emails, now=now)).token

    async def booking(
        self,
        restaurant: Restaurant,
        *,
        on: date = TUESDAY,
        time: str = "20:00",
        party_size: int = 2,
        guest: GuestDetails | None = None,
    ) -> Reservation:
        """Book a table, for Luis when nobody else is named."""
        wanted = Booking(
            restaurant_id=restaurant.id,
            date=on,
            time=time,
            party_size=party_size,
            guest=guest or guest_named("Luis", "+573001112233"),
            source="tests",
            audience="guest",
        )
        booked = await book(self.desk, wanted, tenant_id=restaurant.tenant_id, actor=TESTER)
        return booked.reservation


def guest_named(name: str, phone: str | None = None, email: str | None = None) -> GuestDetails:
    """Return a guest in our spelling; a phone without its country is Colombian."""
    return check_contact(name=name, phone=phone, email=email, language="es", region="CO")


@asynccontextmanager
async def open_world(
    dsn: str, *, clock: Clock | None = None, combined: bool = True, node: str = "n1"
) -> AsyncGenerator[World]:
    """Open one process's parts over a migrated database, and close them."""
    secret = SecretKey(current=b"a secret of the tests, 32 octets ")
    database = await Database.open(dsn, node=node)
    keys = TenantKeyRing(MasterKey(secret))
    clock = clock or SettableClock(NOON)
    desk = open_desk(database, clock, keys, promote=promote, combined=combined)
    http = HttpClient()
    channels = {channel.name: channel for channel in CHANNELS}
    gateway = open_gateway(database, clock, keys, channels=channels, http=http)
    try:
        yield World(dsn, database, clock, keys, EmailIndex(secret), desk, gateway)
    finally:
        await gateway.close()
        await http.close()
        await desk.combiner.close()
        await database.close()
