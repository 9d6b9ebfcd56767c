"""How long a restaurant waits when the machine was switched off and on again."""

from pathlib import Path

from bench.report import Measure, middle, skipped
from bench.service import NotServingError, saveit_up
from bench.sizes import Sizes

_LIMIT_S = 3.0


async def measure_ready(sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Start it on the data directory that an earlier start has made, with the database that comes with it."""
    data_dir = directory / "ready"
    data_dir.mkdir()
    try:
        async with saveit_up(data_dir) as (_, first_s):
            pass
        starts: list[float] = []
        for _ in range(sizes.readings):
            async with saveit_up(data_dir) as (_, took_s):
                starts.append(took_s)
    except NotServingError as error:
        return {"ready_s": skipped("s", str(error), limit=_LIMIT_S)}
    note = f"the first start, which makes the database: {first_s:.1f} s"
    return {"ready_s": Measure(middle(starts), "s", limit=_LIMIT_S, note=note)}
