"""What race tests share: a crowd that acts at once, a look for double bookings that owes nothing to the constraint, and ways to take a
guard off.

A race test counts exactly. Its twin takes the guard off in a database of its own and counts that the race was lost: else the test would
pass on a machine where nobody ever races.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Iterable

import asyncpg
import msgspec

from saveit.reservations import Reservation
from tests.support.core import Bistro, answer

_OVERLAPS = """
SELECT count(*)
FROM reservations a
CROSS JOIN LATERAL unnest(a.table_ids) AS t (table_id)
JOIN reservations b ON t.table_id = ANY (b.table_ids) AND a.reservation_id < b.reservation_id
WHERE a.status IN ('pending', 'confirmed', 'checked_in')
    AND b.status IN ('pending', 'confirmed', 'checked_in')
    AND coalesce(a.seated_from, a.starts_at) < b.ends_at
    AND coalesce(b.seated_from, b.starts_at) < a.ends_at
"""
_TABLES_AGREE = """
SELECT count(*)
FROM (
    SELECT reservation_id, t.table_id, coalesce(seated_from, starts_at) AS starts_at, ends_at
    FROM reservations CROSS JOIN LATERAL unnest(table_ids) AS t (table_id)
    WHERE status IN ('pending', 'confirmed', 'checked_in')
) r
FULL JOIN (SELECT holder_id, table_id, starts_at, ends_at FROM table_occupancy WHERE holder_kind = 'reservation') o
    ON o.holder_id = r.reservation_id AND o.table_id = r.table_id AND o.starts_at = r.starts_at AND o.ends_at = r.ends_at
WHERE r.reservation_id IS NULL OR o.holder_id IS NULL
"""
_GUEST_OVERLAPS = """
SELECT count(*)
FROM reservations a
JOIN reservations b ON b.person_id = a.person_id AND a.reservation_id < b.reservation_id
WHERE a.status IN ('pending', 'confirmed', 'checked_in')
    AND b.status IN ('pending', 'confirmed', 'checked_in')
    AND a.starts_at < b.leaves_at
    AND b.starts_at < a.leaves_at
"""


class Answers(msgspec.Struct, frozen=True):
    """What a crowd was answered: the acts that were done, and how often each refusal was said."""

    done: list[Reservation]
    refused: dict[str, int]


async def at_once(acts: Iterable[Awaitable[Reservation]]) -> Answers:
    """Do all acts at once, and sort the answers."""
    answers = await asyncio.gather(*(answer(act) for act in acts))
    refused = Counter(one for one in answers if isinstance(one, str))
    return Answers([one for one in answers if not isinstance(one, str)], dict(refused))


async def overlaps(bistro: Bistro) -> int:
    """Count the pairs of parties that have one table at one time, from the reservations alone."""
    return await bistro.value(_OVERLAPS)


async def guest_overlaps(bistro: Bistro) -> int:
    """Count the pairs of reservations that one guest has at one time."""
    return await bistro.value(_GUEST_OVERLAPS)


async def disagreements(bistro: Bistro) -> int:
    """Count the tables of standing parties that the ledger does not hold for them, and those it holds for nobody."""
    return await bistro.value(_TABLES_AGREE)


async def without_constraint(bistro: Bistro, table: str, constraint: str) -> None:
    """Take a constraint off this test's database."""
    await _as_owner(bistro, f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


async def without_guard(bistro: Bistro, function: str, guard: str, instead: str) -> None:
    """Put something else where a guard stands in a database function."""
    owner = await asyncpg.connect(bistro.dsn)
    try:
        text = str(await owner.fetchval("SELECT pg_get_functiondef($1::regproc)", function))
        assert guard in text, f"{function} no longer has the guard {guard}"
        await owner.execute(text.replace(guard, instead))
    finally:
        await owner.close()


async def _as_owner(bistro: Bistro, statement: str) -> None:
    owner = await asyncpg.connect(bistro.dsn)
    try:
        await owner.execute(statement)
    finally:
        await owner.close()


class Order(msgspec.Struct, frozen=True):
    """What another process is asked to do: so many guests, from this number on, who want these times at once."""

    dsn: str
    tenant_id: str
    restaurant_id: str
    first_guest: int
    guests: int
    times: list[str]
    sizes: list[int]
    keys: list[str] = []
    combined: bool = True


async def elsewhere(orders: list[Order]) -> list[str]:
    """Carry the orders out, each in an operating-system process of its own, all at once; return every answer: "done" or a code."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.stranger",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in orders
    ]
    for process, order in zip(processes, orders, strict=True):
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers: list[str] = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
    for process in processes:
        said, _ = await process.communicate()
        answers += msgspec.json.decode(said, type=list[str])
    return answers
