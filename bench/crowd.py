"""Sixty-four guests who want the same twenty tables at once: ours beside the flow of the design documents."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from time import perf_counter

from bench.ground import Ground
from bench.report import Measure, middle, skipped
from bench.rival import Rival, rival
from bench.sizes import Sizes
from bench.town import ACTOR, RULES, Place, Town, desk_at, guest, house_of, open_place
from saveit import reservations
from saveit.reservations import Booking, Desk

_GUESTS = 64
_ONE_START = ("20:00",)
_FOUR_STARTS = ("20:00", "20:15", "20:30", "20:45")
# All twenty tables may be given at one start: what is measured is the fight for tables, not for a counter.
_RULES: dict[str, object] = {**RULES, "pacing": {"interval_minutes": 15}, "time_slots": {"slot_duration": 15}}
_UNIT = "ms until all are decided"


class _Dates:
    """Hands out dates that nobody has booked yet."""

    def __init__(self, first_on: date) -> None:
        self._next_on = first_on

    def next(self) -> date:
        """Return one more date."""
        self._next_on += timedelta(days=1)
        return self._next_on


async def measure_crowd(ground: Ground, town: Town, sizes: Sizes) -> dict[str, Measure]:
    """Measure both crowds. That other than exactly as many guests win as there are tables is a bug here."""
    ours: list[float] = []
    storms: list[float] = []
    async with ground.database() as dsn, desk_at(dsn) as desk, rival(dsn, tables=sizes.tables) as theirs:
        place = await open_place(
            desk, town.places[0].tenant_id, "Casa llena", tables=sizes.tables, rules=_RULES
        )
        dates = _Dates(town.first_on)
        await _crowd(desk, place, dates.next(), _FOUR_STARTS)
        told: list[float] = []
        for turn in range(sizes.crowd_rounds):
            ours.append(await _crowd(desk, place, dates.next(), _ONE_START))
            storms.append(await _crowd(desk, place, dates.next(), _FOUR_STARTS))
            if isinstance(theirs, Rival) and turn < sizes.rival_rounds:
                told.append(await theirs.crowd(_GUESTS, dates.next()))
    contention = skipped(_UNIT, str(theirs), limit=50.0, at_least=True)
    if told:
        slowness = middle(told) / middle(ours)
        note = f"lock and SERIALIZABLE: {middle(told):,.0f} ms"
        contention = Measure(middle(ours), _UNIT, limit=50.0, ratio=slowness, at_least=True, note=note)
    return {
        "contention_vs_lock_serializable": contention,
        "storm_four_starts_ms": Measure(middle(storms), _UNIT, limit=10.0),
    }


async def _crowd(desk: Desk, place: Place, on: date, times: Sequence[str]) -> float:
    """Let everybody ask at once, and return the milliseconds until the last has an answer."""
    await desk.pictures.day(await house_of(desk, place), on)
    wishes = [_wish(place, on, times[number % len(times)], number) for number in range(_GUESTS)]

    async def decided(wish: Booking) -> bool:
        try:
            await reservations.book(desk, wish, tenant_id=place.tenant_id, actor=ACTOR)
        except reservations.SlotUnavailable:
            return False
        return True

    began = perf_counter()
    answers = await asyncio.gather(*map(decided, wishes))
    took_ms = (perf_counter() - began) * 1000
    assert sum(answers) == len(place.table_ids), f"{sum(answers)} won {len(place.table_ids)} tables"
    return took_ms


def _wish(place: Place, on: date, time: str, number: int) -> Booking:
    return Booking(
        restaurant_id=place.restaurant_id,
        date=on,
        time=time,
        party_size=2,
        guest=guest(on.toordinal() * _GUESTS % 100_000 * _GUESTS + number),
        source="api",
        audience="guest",
    )
