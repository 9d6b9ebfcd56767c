"""Bookings through the core: 64 tasks in one process, as many as a busy server has requests on their way."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

from bench.floor import FloorRound, floor_round, lay_floor
from bench.ground import Ground
from bench.report import Measure, middle
from bench.sizes import Sizes
from bench.town import ACTOR, Cell, Town, desk_at, key, warm
from saveit import reservations
from saveit.reservations import Desk

TASKS = 64


async def measure_core(ground: Ground, town: Town, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Take turns with the yardstick, each in a database of its own, and compare what was done in neighbouring seconds."""
    floors: list[FloorRound] = []
    ours: list[float] = []
    labours: list[float] = []
    yardstick: list[float] = []
    async with ground.database() as floor_dsn, ground.database() as core_dsn, desk_at(core_dsn) as desk:
        floor = await lay_floor(floor_dsn, town, directory, server_version=ground.version)
        await warm(desk, town)
        await ground.checkpoint()
        cells_each = town.cells // (sizes.rounds + 1)
        for turn in range(sizes.rounds):
            server_s = ground.labour_s()
            floors.append(await floor_round(floor, first=turn * cells_each, seconds=sizes.floor_s))
            if server_s is not None:
                yardstick.append(((ground.labour_s() or 0.0) - server_s) / max(1, floors[-1].calls) * 1e6)
            cells = list(town.scattered(turn * sizes.bookings, sizes.bookings))
            server_s, began_s = ground.labour_s(), process_time()
            ours.append(await book_all(desk, town, cells))
            if server_s is not None:
                labours.append(((ground.labour_s() or 0.0) - server_s) / len(cells) * 1e6)
                labours.append((process_time() - began_s) / len(cells) * 1e6)
    ratios = [mine / max(1.0, theirs.per_s) for mine, theirs in zip(ours, floors, strict=True)]
    return {
        "floor_bookings_per_s": Measure(
            middle([each.per_s for each in floors]),
            "bookings/s",
            note=f"pgbench; {middle([each.success for each in floors]):.1%} of its calls book{_each_us(yardstick)}",
        ),
        "core_bookings_vs_floor": Measure(
            middle(ours),
            "bookings/s",
            limit=1.0,
            ratio=middle(ratios),
            at_least=True,
            note=_labour_of(labours),
        ),
    }


def _each_us(labours: Sequence[float]) -> str:
    return f"; processor time of each: PostgreSQL {middle(labours):.0f} µs" if labours else ""


def _labour_of(labours: Sequence[float]) -> str:
    """Say what a booking costs in processor time: PostgreSQL's and ours, by turns."""
    if not labours:
        return ""
    return f"processor time of each: PostgreSQL {middle(labours[::2]):.0f} µs, Python {middle(labours[1::2]):.0f} µs"


async def book_all(desk: Desk, town: Town, cells: Sequence[Cell]) -> float:
    """Book every cell, 64 at a time, and return how many were booked a second. That one is refused is a bug here."""
    waiting = iter([(cell, town.booking(cell), key(cell.number)) for cell in cells])

    async def book() -> None:
        for cell, booking, booking_key in waiting:
            await reservations.book(
                desk, booking, tenant_id=town.places[cell.place].tenant_id, actor=ACTOR, key=booking_key
            )

    began = perf_counter()
    await asyncio.gather(*(book() for _ in range(TASKS)))
    return len(cells) / (perf_counter() - began)
