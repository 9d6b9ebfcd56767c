"""A restaurant to test the core at: a desk over the test's own database, tables, rules, guests, and a look at the rows from outside.

`opening` is the fixture; a folder's conftest imports it. `await opening.bistro(tables=(2, 4))` opens a restaurant with two tables on a
clock that stands still; `await opening.desk_beside(bistro)` is the same restaurant as another process sees it: a pool, pictures and a
combiner of its own. Whatever was opened is closed when the test ends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from saveit import reservations, venues
from saveit.guests import GuestDetails
from saveit.kernel.clock import SettableClock
from saveit.kernel.crypto import MasterKey, SecretKey
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import RestaurantId, TableId, TenantId
from saveit.kernel.postgres import EmbeddedPostgres
from saveit.ledger import House
from saveit.reservations import Booking, Desk, Hold, Holding, Key, Reservation
from saveit.seating import Asking
from saveit.waitlist import promote

# A Monday noon in Bogotá, and the Wednesday that tests book unless they say otherwise.
NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
DAY = date(2026, 3, 4)
BOGOTA = "America/Bogota"
SECRET = b"a secret of the tests, 32 octets "
GUEST = Actor("guest", "widget", "web", "trace-of-a-guest")
HOST = Actor("staff", "ana", "dashboard", "trace-of-a-host")

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


def week(*services: Mapping[str, str]) -> dict[str, object]:
    """Return business hours with the same services on every day."""
    return {weekday: list(services) for weekday in venues.WEEKDAYS}


def rules(**sections: object) -> dict[str, object]:
    """Return rules in which little is in the way: dinner from 18:00, slots of a quarter, 90 minutes and 15 to clear the table."""
    plain: dict[str, object] = {
        "business_hours": week({"name": "dinner", "opens": "18:00", "closes": "23:59"}),
        "reservation_window": {"min_hours_advance": 0, "max_days_advance": 365},
        "time_slots": {"slot_duration": 15, "turnover_time": 15},
        # All guests of these tests hold in one name.
        "holds": {"open_max_per_caller": 1000},
    }
    return plain | sections


def guest(number: int, *, email: str | None = None) -> GuestDetails:
    """Return a guest with a phone of his own."""
    return GuestDetails(f"Guest {number}", f"+57300{number:07d}", email, "es")


def key(text: str, *, body: bytes = b"the body") -> Key:
    """Return an idempotency key for a request with this body."""
    return Key("web", text, body.ljust(32, b"."))


async def answer(act: Awaitable[_Result]) -> _Result | str:
    """Return what an act returns, or the code of its refusal."""
    try:
        return await act
    except Refusal as refusal:
        return refusal.code


@dataclass(frozen=True)
class Bistro:
    """One restaurant, at one desk. Guests are numbers: each has a phone of his own."""

    dsn: str
    watcher: asyncpg.Connection
    desk: Desk
    clock: SettableClock
    tenant_id: TenantId
    restaurant_id: RestaurantId
    tables: tuple[TableId, ...]

    def booking(self, number: int = 1, *, size: int = 2, **wishes: Any) -> Booking:
        """Return a request of guest `number` for Wednesday at eight, unless the wishes say otherwise."""
        plain: dict[str, Any] = {
            "date": DAY,
            "time": "20:00",
            "source": "api",
            "audience": "guest",
            "guest": guest(number),
        }
        return Booking(restaurant_id=self.restaurant_id, party_size=size, **(plain | wishes))

    async def book(self, number: int = 1, *, key: Key | None = None, **wishes: Any) -> Reservation:
        """Book, and return the reservation."""
        booked = await reservations.book(
            self.desk, self.booking(number, **wishes), tenant_id=self.tenant_id, actor=GUEST, key=key
        )
        return booked.reservation

    async def hold(self, *, size: int = 2, **wishes: Any) -> Hold:
        """Hold a table on Wednesday at eight, unless the wishes say otherwise."""
        plain: dict[str, Any] = {"date": DAY, "time": "20:00", "source": "api", "audience": "guest"}
        holding = Holding(restaurant_id=self.restaurant_id, party_size=size, **(plain | wishes))
        return await reservations.hold(self.desk, holding, tenant_id=self.tenant_id, actor=GUEST)

    async def act(
        self,
        verb: Callable[Concatenate[Desk, Transaction, _Arguments], Awaitable[_Result]],
        *arguments: _Arguments.args,
        **options: _Arguments.kwargs,
    ) -> _Result:
        """Do an act of staff in a transaction of its own, again when it collides with another."""

        async def work(tx: Transaction) -> _Result:
            return await verb(self.desk, tx, *arguments, **options)

        return await self.desk.database.attempt(self.tenant_id, HOST, work)

    async def house(self) -> House:
        """Return the restaurant as the desk knows it."""
        return await self.desk.house(self.tenant_id, self.restaurant_id)

    async def times(self, *, on: date = DAY, size: int = 2) -> list[str]:
        """Return the starts of a date that are offered to a guest."""
        asking = Asking(party_size=size, audience="guest")
        listed = await reservations.day_offers(self.desk, await self.house(), on, asking)
        return [one.time for one in listed if not hasattr(one, "reason") and one.time is not None]

    async def apply(self, **sections: object) -> venues.RulesVersion:
        """Let other rules take hold."""
        return await self.act(
            reservations.apply_rules, self.restaurant_id, rules(**sections), expected_version=None
        )

    async def rows(self, sql: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Read the database past all of our code."""
        return [tuple(row) for row in await self.watcher.fetch(sql, *arguments)]

    async def value(self, sql: str, *arguments: object) -> Any:
        """Read one value past all of our code."""
        return await self.watcher.fetchval(sql, *arguments)

    async def facts_of(self, subject_id: UUID) -> list[str]:
        """Return the kinds of what happened to one reservation or hold, in order."""
        found = await self.rows("SELECT kind FROM facts WHERE subject_id = $1 ORDER BY position", subject_id)
        return [kind for (kind,) in found]

    async def taken(self) -> int:
        """Count the tables that anything holds."""
        return await self.value("SELECT count(*) FROM table_occupancy")

    async def load(self, kind: str = "pacing") -> tuple[int, int]:
        """Return the parties and covers that all counters of a kind say together."""
        (found,) = await self.rows(
            "SELECT coalesce(sum(parties), 0)::int, coalesce(sum(covers), 0)::int FROM slot_load WHERE kind = $1",
            kind,
        )
        return found[0], found[1]


class Opening:
    """Opens restaurants and desks for one test, and closes them after it."""

    def __init__(self, dsn: str, stack: AsyncExitStack) -> None:
        self.dsn = dsn
        self._stack = stack
        self._desks = count(1)

    async def bistro(
        self,
        *,
        tables: Sequence[int | tuple[int, int]] = (2, 2, 4),
        combinations: Sequence[tuple[tuple[int, ...], int, int]] = (),
        written: Mapping[str, object] | None = None,
        zone: str = BOGOTA,
        now: datetime = NOW,
        combined: bool = True,
    ) -> Bistro:
        """Open a restaurant. A table is its covers, from one up, or (fewest, most); a combination (indices, fewest, most)."""
        clock = SettableClock(now)
        desk = await self._desk(clock, combined=combined)
        tenant = await venues.open_tenant(desk.database, "Grupo", keys=desk.keys, actor=HOST, now=now)
        async with desk.database.tenant(tenant.id, HOST) as tx:
            draft = venues.RestaurantDraft(name="Bistro", timezone=zone, slug=f"bistro-{tenant.id.hex}")
            restaurant = await venues.open_restaurant(tx, draft, now=now)
            table_ids = [
                (await venues.add_table(tx, restaurant.id, _table(number, covers), now=now)).id
                for number, covers in enumerate(tables, 1)
            ]
            for indices, fewest, most in combinations:
                joined = tuple(sorted(table_ids[index] for index in indices))
                combination = venues.CombinationDraft(table_ids=joined, covers_min=fewest, covers_max=most)
                await venues.add_combination(tx, restaurant.id, combination, now=now)
            await reservations.apply_rules(
                desk, tx, restaurant.id, rules() if written is None else written, expected_version=None
            )
        watcher = await self._watcher(tenant.id)
        return Bistro(self.dsn, watcher, desk, clock, tenant.id, restaurant.id, tuple(table_ids))

    async def desk_beside(self, bistro: Bistro, *, combined: bool = True) -> Bistro:
        """Return the restaurant at another desk, which knows nothing of the first."""
        return replace(bistro, desk=await self._desk(bistro.clock, combined=combined))

    async def _watcher(self, tenant_id: TenantId) -> asyncpg.Connection:
        """Connect as the application does for this customer: row-level security then shows no other's rows."""
        watcher = await asyncpg.connect(self.dsn, server_settings={"role": "saveit_app"})
        self._stack.push_async_callback(watcher.close)
        await watcher.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(tenant_id))
        return watcher

    async def _desk(self, clock: SettableClock, *, combined: bool) -> Desk:
        database = await Database.open(self.dsn, node=f"desk-{next(self._desks)}")
        self._stack.push_async_callback(database.close)
        desk = reservations.open_desk(database, clock, key_ring(), promote=promote, combined=combined)
        self._stack.push_async_callback(desk.combiner.close)
        return desk


def key_ring() -> venues.TenantKeyRing:
    """Return a ring of the tests' master key."""
    return venues.TenantKeyRing(MasterKey(SecretKey(current=SECRET)))


def local(day: date, clock: str, zone: str = BOGOTA) -> datetime:
    """Return a local time as an instant."""
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=ZoneInfo(zone)).astimezone(
        UTC
    )


def _table(number: int, covers: int | tuple[int, int]) -> venues.TableDraft:
    fewest, most = (1, covers) if isinstance(covers, int) else covers
    return venues.TableDraft(number=str(number), covers_min=fewest, covers_max=most)


@pytest.fixture(scope="session")
def shared_database_dsn(postgres: EmbeddedPostgres, database_template: str) -> str:
    """The owner's DSN of one database for all tests of this process whose tenants keep to themselves."""
    name = "saveit_shared"

    async def create() -> None:
        connection = await asyncpg.connect(postgres.dsn("postgres"))
        try:
            # Each folder that imports this fixture has one of its own; the first makes the database.
            with suppress(asyncpg.DuplicateDatabaseError):
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE {database_template}")
        finally:
            await connection.close()
        await _make_months(postgres.dsn(name))

    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, create()).result()
    return postgres.dsn(name)


@pytest.fixture
async def opening(database_dsn: str) -> AsyncIterator[Opening]:
    """What opens restaurants and desks on a database of this test alone, which it may damage."""
    await _make_months(database_dsn)
    async with AsyncExitStack() as stack:
        yield Opening(database_dsn, stack)


@pytest.fixture
async def shared_opening(shared_database_dsn: str) -> AsyncIterator[Opening]:
    """What opens restaurants and desks on the database that tests share, each as a customer of its own."""
    async with AsyncExitStack() as stack:
        yield Opening(shared_database_dsn, stack)


async def _make_months(dsn: str) -> None:
    """Make the partitions of the months that tests live in."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT make_partitions_v1($1, 3)", NOW.date())
    finally:
        await connection.close()
