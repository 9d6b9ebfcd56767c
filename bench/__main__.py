"""`python -m bench`: measure everything, or what is named, print the table and keep it in bench/results/latest.json."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import uvloop

from bench.acks import measure_acks
from bench.core import measure_core
from bench.crowd import measure_crowd
from bench.day import measure_day
from bench.gain import measure_gain
from bench.ground import Ground, ground, temporary_directory
from bench.month import measure_month
from bench.phone import measure_phone
from bench.ready import measure_ready
from bench.report import RESULTS, Measure, Report, machine, table, write
from bench.sizes import FULL, TINY, Sizes
from bench.sockets import measure_sockets
from bench.texts import measure_texts
from bench.town import Town, build
from bench.web import measure_web

_Taken = dict[str, Measure]
_Take = Callable[[Ground, Town, Sizes, Path], Awaitable[_Taken]]


async def _crowd(ground: Ground, town: Town, sizes: Sizes, _directory: Path) -> _Taken:
    return await measure_crowd(ground, town, sizes)


async def _day(_ground: Ground, _town: Town, sizes: Sizes, _directory: Path) -> _Taken:
    return measure_day(sizes)


async def _texts(_ground: Ground, _town: Town, sizes: Sizes, _directory: Path) -> _Taken:
    return measure_texts(sizes)


async def _month(ground: Ground, town: Town, sizes: Sizes, _directory: Path) -> _Taken:
    return await measure_month(ground, town, sizes)


async def _phone(ground: Ground, _town: Town, sizes: Sizes, directory: Path) -> _Taken:
    return await measure_phone(ground, sizes, directory)


async def _ready(_ground: Ground, _town: Town, sizes: Sizes, directory: Path) -> _Taken:
    return await measure_ready(sizes, directory)


async def _gain(_ground: Ground, _town: Town, sizes: Sizes, _directory: Path) -> _Taken:
    return measure_gain(sizes)


_PARTS: dict[str, _Take] = {
    "core": measure_core,
    "crowd": _crowd,
    "web": measure_web,
    "acks": measure_acks,
    "sockets": measure_sockets,
    "texts": _texts,
    "day": _day,
    "month": _month,
    "phone": _phone,
    "ready": _ready,
    "gain": _gain,
}


async def take(parts: list[str], sizes: Sizes) -> Report:
    """Measure these parts, one after the other, on a server of their own."""
    measures: dict[str, Measure] = {}
    where = machine()
    with ground() as place, temporary_directory() as directory:
        town = await build(await place.make_template(), sizes)
        for name in parts:
            began = perf_counter()
            measures |= await _PARTS[name](place, town, sizes, directory)
            print(f"{name}: measured in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return Report(machine=where, when=datetime.now(UTC), measures=measures)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="part",
        help=f"what to measure: {', '.join(_PARTS)}; all when none is named",
    )
    parser.add_argument(
        "--tiny", action="store_true", help="only to see that it works: the numbers mean nothing"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    parts: list[str] = options.parts or list(_PARTS)
    unknown = [name for name in parts if name not in _PARTS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(_PARTS)}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        report = runner.run(take(parts, TINY if options.tiny else FULL))
    write(report, options.out)
    print(table(report))


if __name__ == "__main__":
    main()
