"""The bench measures something, at the least sizes; whether the numbers are good is for the bench to say."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from bench.core import measure_core
from bench.crowd import measure_crowd
from bench.day import measure_day
from bench.gain import evening, measure_gain, optimum, play
from bench.ground import Ground
from bench.month import measure_month
from bench.report import Measure, Report, skipped, table, write
from bench.sizes import TINY
from bench.texts import measure_texts
from bench.town import Place, Town, build
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.kernel.postgres import EmbeddedPostgres


@pytest.fixture
def town() -> Town:
    places = tuple(
        Place(TenantId(UUID(int=1)), RestaurantId(UUID(int=number)), (UUID(int=1), UUID(int=2)))
        for number in range(3)
    )
    return Town(places, first_on=date(2026, 3, 14), days=5, tables=2)


@pytest.fixture
async def ground(postgres: EmbeddedPostgres) -> AsyncIterator[Ground]:
    ground = Ground(postgres)
    yield ground
    await ground.drop_template()


def test_scattered_cells_are_all_the_cells_there_are_and_none_twice(town: Town) -> None:
    numbers = [cell.number for cell in town.scattered(0, town.cells)]

    assert list(range(town.cells)) == sorted(numbers)


def test_a_limit_is_about_the_ratio_where_there_is_one() -> None:
    measures = [
        Measure(900.0, "bookings/s", limit=1.0, ratio=1.2, at_least=True),
        Measure(900.0, "bookings/s", limit=1.0, ratio=0.9, at_least=True),
        Measure(9.0, "ms", limit=10.0),
        Measure(11.0, "ms", limit=10.0),
        skipped("s", "there is none", limit=3.0),
    ]

    assert [measure.verdict for measure in measures] == ["met", "missed", "met", "missed", "skipped"]


def test_what_was_measured_is_shown_to_people_and_kept_for_programs(tmp_path: Path) -> None:
    report = Report("2 cores", datetime(2026, 3, 14, tzinfo=UTC), {"ready_s": Measure(1.25, "s", limit=3.0)})

    write(report, tmp_path / "results" / "latest.json")

    assert "| ready_s | 1.25  | s    |       | ≤ 3  | met |  |" in table(report)
    assert report == msgspec.json.decode((tmp_path / "results" / "latest.json").read_bytes(), type=Report)


def test_nobody_accepts_more_covers_than_the_clairvoyant() -> None:
    place = evening()
    stream = place.stream(seed=1)

    plain = play(place, stream, moving=False).covers
    moving = play(place, stream, moving=True).covers
    best, bound = optimum(place, stream, seconds=10)

    assert max(plain, moving) <= best <= bound


def test_what_needs_no_database_is_measured() -> None:
    assert {
        "offers_day_us",
        "reseating_gain_percent",
        "reseating_moves_per_change",
        "reseating_decision_ms",
        "nlu_p99_ms",
    } == {*measure_day(TINY), *measure_gain(TINY), *measure_texts(TINY)}


@pytest.mark.slow
async def test_what_goes_through_the_core_is_measured(ground: Ground, tmp_path: Path) -> None:
    built = await build(await ground.make_template(), TINY)

    measures = (
        await measure_core(ground, built, TINY, tmp_path)
        | await measure_crowd(ground, built, TINY)
        | await measure_month(ground, built, TINY)
    )

    unmeasured = {name for name, measure in measures.items() if not measure.value}
    # Without a Redis there is nothing to compare with, which the measure then says.
    assert unmeasured <= {"contention_vs_lock_serializable"}
