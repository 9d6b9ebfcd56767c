"""Facts of no meaning, written by whoever likes, on a database of the test alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from saveit.kernel.clock import SettableClock
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from saveit.outbox import Fact, append

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
SOMEBODY = Actor("staff", "ana", "dashboard", "trace-1")
TENANT = TenantId(UUID("018f0000-0000-7000-8000-0000000000aa"))
RESTAURANT = RestaurantId(UUID("018f0000-0000-7000-8000-0000000000bb"))
SUBJECT = UUID("018f0000-0000-7000-8000-0000000000cc")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
async def db(database_dsn: str) -> AsyncIterator[Database]:
    database = await Database.open(database_dsn, node="n1")
    yield database
    await database.close()


@pytest.fixture
async def other_db(database_dsn: str) -> AsyncIterator[Database]:
    """The same database as another process has it."""
    database = await Database.open(database_dsn, node="n2")
    yield database
    await database.close()


def fact(number: int, kind: str = "number.told", body: bytes | None = None) -> Fact:
    return Fact(
        fact_id=new_id(NOW),
        kind=kind,
        restaurant_id=RESTAURANT,
        subject_kind="number",
        subject_id=SUBJECT,
        service_on=NOW.date(),
        at=NOW,
        body=body or str(number).encode(),
    )


async def tell(db: Database, *numbers: int, kind: str = "number.told") -> None:
    """Write a fact for each number, each in a transaction of its own."""
    for number in numbers:
        async with db.tenant(TENANT, SOMEBODY) as tx:
            await append(tx, fact(number, kind))


async def tell_in(tx: Transaction, number: int) -> None:
    await append(tx, fact(number))
