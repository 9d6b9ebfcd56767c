"""The yardstick: PostgreSQL's own load generator doing the same full transaction, one prepared call for each booking.

What it sends is made from a booking that the core has just made, so that sealed texts and bodies have the same lengths, and goes to the
same restaurants, dates and tables. It is everything a booking costs the database and nothing of what it costs us, one act at a time.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, time
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import Struct

from bench.town import ACTOR, STARTS, ZONE, Town, desk_at, key
from saveit import reservations
from saveit.kernel.postgres import pgbench_path

_CLIENTS = 16
_TIMEOUT_S = 60.0
_PROCESSED = re.compile(r"number of transactions actually processed: (\d+)")
_PROGRESS = re.compile(r"progress: [\d.]+ s, ([\d.]+) tps")
# uuidv7() came with PostgreSQL 18; what the older ones draw is spread over the index, which costs them a little.
_UUIDV7_SINCE = 18


class Model(Struct, frozen=True):
    """The parts of a real booking that are the same for all, as text, and the versions it was decided under."""

    answer_sealed: str
    person_sealed: str
    guest_sealed: str
    policy: str
    fact_body: str
    loads: str
    counted_at: str
    rules_version: str
    floor_version: str


class FloorRound(Struct, frozen=True):
    """One round: how many bookings a second were made, and which share of the calls made one."""

    per_s: float
    success: float
    calls: int


class Floor(Struct, frozen=True):
    """A database, and the script that books in it."""

    dsn: str
    script: Path
    model: Model


async def lay_floor(dsn: str, town: Town, directory: Path, *, server_version: int) -> Floor:
    """Get the yardstick ready in a database of its own."""
    model = await _model_of(dsn, town)
    script = directory / "floor.sql"
    script.write_text(_script(town, model, server_version=server_version), encoding="utf-8")
    return Floor(dsn, script, model)


async def floor_round(floor: Floor, *, first: int, seconds: int) -> FloorRound:
    """Book for so many seconds after one to warm up, cells from `first` on. Only what became a reservation counts.

    A new connection reads the catalogue and plans everything once; the product's connections have done so long ago.
    """
    before = await _reservations(floor.dsn)
    model = floor.model
    head, _, tail = model.loads.partition(model.counted_at)
    variables = {
        "first": str(first),
        "turn": "0",
        # A colon inside a literal would be read as a variable.
        "actor": str(ACTOR),
        "loads_head": head,
        "loads_tail": tail,
        "answer_sealed": model.answer_sealed,
        "person_sealed": model.person_sealed,
        "guest_sealed": model.guest_sealed,
        "policy": model.policy,
        "fact_body": model.fact_body,
    }
    process = await asyncio.create_subprocess_exec(
        str(pgbench_path()),
        *(
            "-n",
            "-P",
            "1",
            "-M",
            "prepared",
            "-c",
            str(_CLIENTS),
            "-j",
            "1",
            "-T",
            str(seconds + 1),
            "-f",
            str(floor.script),
        ),
        *(f"-D{name}={value}" for name, value in variables.items()),
        floor.dsn,
        # The product's own role. Planning each statement anew for its one row would halve what the floor does.
        env={
            **os.environ,
            "PGOPTIONS": "-c role=saveit_ledger -c jit=off -c timezone=UTC -c plan_cache_mode=force_generic_plan",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complained = await asyncio.wait_for(process.communicate(), seconds + _TIMEOUT_S)
    calls = _PROCESSED.search(told.decode())
    rates = [float(rate) for rate in _PROGRESS.findall(complained.decode())]
    if process.returncode != 0 or calls is None or not rates:
        raise RuntimeError(f"pgbench failed: {complained.decode()[:2000]}")
    success = (await _reservations(floor.dsn) - before) / max(1, int(calls[1]))
    steady = rates[1:] or rates
    return FloorRound(per_s=success * sum(steady) / len(steady), success=success, calls=int(calls[1]))


async def _model_of(dsn: str, town: Town) -> Model:
    """Book a cell through the core, and return what the booking is made of."""
    cell = town.cell(town.cells - 1)
    place = town.places[cell.place]
    async with desk_at(dsn) as desk:
        booked = await reservations.book(
            desk, town.booking(cell), tenant_id=place.tenant_id, actor=ACTOR, key=key(cell.number)
        )
    async with _connection(dsn) as connection:
        await connection.execute(f"SET saveit.tenant_id = '{place.tenant_id}'; SET ROLE saveit_app")
        row = await connection.fetchrow(
            """
            SELECT
                k.answer_sealed::text, p.details_sealed::text, r.guest_sealed::text, r.policy::text,
                (f.body - 'person_id')::text, r.loads::text, r.loads -> 0 ->> 'counted_at',
                h.rules_version, h.floor_version
            FROM reservations r
            JOIN restaurants h ON h.restaurant_id = r.restaurant_id
            JOIN people p ON p.person_id = r.person_id
            JOIN facts f ON f.subject_id = r.reservation_id
            JOIN idempotency_keys k ON k.key = $2
            WHERE r.reservation_id = $1
            """,
            booked.reservation.id,
            key(cell.number).text,
        )
    assert row is not None
    return Model(*map(str, row))


async def _reservations(dsn: str) -> int:
    async with _connection(dsn) as connection:
        await connection.execute("SET ROLE saveit_ledger")
        counted: int = await connection.fetchval("SELECT count(*) FROM reservations")
    return counted


@asynccontextmanager
async def _connection(dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_S)
    try:
        yield connection
    finally:
        await connection.close(timeout=_TIMEOUT_S)


def _script(town: Town, model: Model, *, server_version: int) -> str:
    """Return the script: which cell is next, and the call."""
    minutes = " ".join(
        f"when :start = {number} then {int(each[:2]) * 60 + int(each[3:])}"
        for number, each in enumerate(STARTS)
    )
    return f"""\\set cell permute(:first + :client_id + {_CLIENTS} * :turn, {town.cells}, 7)
\\set turn :turn + 1
\\set place :cell / {town.days * len(STARTS) * town.tables}
\\set table_no :place * {town.tables} + :cell % {town.tables}
\\set start :cell / {town.tables} % {len(STARTS)}
\\set day :cell / {town.tables * len(STARTS)} % {town.days}
\\set minute 1440 * :day + case {minutes} end
SELECT ledger_commit_v1(ARRAY[ROW({", ".join(_fields(town, model, server_version))})]::ledger_act_v1[], now());
"""


def _fields(town: Town, model: Model, server_version: int) -> tuple[str, ...]:
    """Return the act of a cell, field by field as `ledger_act_v1`."""
    midnight = datetime.combine(town.first_on, time(), tzinfo=ZoneInfo(ZONE)).strftime("%Y%m%dT%H%M%S%z")
    new_id = "uuidv7()" if server_version >= _UUIDV7_SINCE else "gen_random_uuid()"
    start = f"('{midnight}'::timestamptz + make_interval(mins => :minute))"
    counted_at = f'to_char({start}, \'YYYY-MM-DD"T"HH24MISS"Z"\')'
    return (
        "1",
        "'book'",
        f"({_array(place.tenant_id for place in town.places)})[:place + 1]",
        f"({_array(place.restaurant_id for place in town.places)})[:place + 1]",
        "now()",
        model.rules_version,
        model.floor_version,
        f"'{town.first_on}'::date + :day::integer",
        new_id,
        "NULL",
        f"ARRAY[({_array(table for place in town.places for table in place.table_ids)})[:table_no + 1]]",
        start,
        f"{start} + interval '90 minutes'",
        f"{start} + interval '105 minutes'",
        "NULL",
        "2 + 2 * (:table_no::integer % 2)",
        "true",
        f"(:loads_head::text || {counted_at} || :loads_tail::text)::jsonb",
        ":actor",
        "'pgbench-' || lpad(:cell::text, 24, '0')",
        "sha256('body')",
        ":answer_sealed::bytea",
        new_id,
        "'phone'",
        "sha256(int8send(:cell))",
        "sha256(int8send(-1 - :cell))",
        ":person_sealed::bytea",
        "2",
        "false",
        "5",
        "lpad(upper(to_hex(:cell::bigint)), 6, '0')",
        "'confirmed'",
        ":guest_sealed::bytea",
        "'es'",
        "'dinner'",
        "false",
        "'api'",
        ":policy::jsonb",
        "NULL",
        new_id,
        "'reservation.created'",
        ":fact_body::jsonb",
        ":actor",
        "'api'",
        "'bench'",
        "'pgbench'",
    )


def _array(ids: Iterable[UUID]) -> str:
    return "'{" + ",".join(map(str, ids)) + "}'::uuid[]"
