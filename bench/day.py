"""One day of one restaurant, computed from rows that are at hand: how long it takes to say what can be booked."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from time import perf_counter
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from bench.report import Measure, middle
from bench.sizes import Sizes
from bench.town import RULES, STARTS, ZONE
from saveit.seating import Asking, Day, Floor, Load, LoadKey, Stay, Table, offers, plan_of
from saveit.venues import Rules, parse_rules

_TABLES = 20
_BOOKINGS = 60
_SEED = 7
_STAY = timedelta(minutes=105)
_MINUTE = timedelta(minutes=1)
_ON = date(2026, 3, 14)
_NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)

Row = tuple[UUID, UUID, datetime, datetime, int]
"""A row of what holds a table: who, which table, from, until, how many."""


def rules_of(written: object) -> Rules:
    """Return rules as a restaurant has them."""
    return parse_rules(msgspec.json.encode(written))


def floor_of(covers: list[int]) -> Floor:
    """Return a floor of single tables, with so many seats each."""
    return Floor.of(
        (
            Table(UUID(int=number + 1), str(number + 1), 1, seats, area_id=None, online=True, priority=0)
            for number, seats in enumerate(covers)
        ),
        (),
    )


def measure_day(sizes: Sizes) -> dict[str, Measure]:
    """Draw the day and list its starts, again and again."""
    rules, zone = rules_of(RULES), ZoneInfo(ZONE)
    floor = floor_of([4 if number % 2 else 2 for number in range(_TABLES)])
    rows, counters = _rows(rules, floor, zone)
    asking = Asking(party_size=2, audience="guest")
    took_us: list[float] = []
    for _ in range(sizes.offers):
        began = perf_counter()
        stays = [
            Stay(
                "reservation", holder_id, (table_id,), starts_at, ends_at, size, movable=True, expires_at=None
            )
            for holder_id, table_id, starts_at, ends_at, size in rows
        ]
        day = Day(floor, plan_of(rules, _ON, zone).origin_at, stays, counters)
        found = offers(rules, floor, day, asking, _ON, _NOW, zone)
        took_us.append((perf_counter() - began) * 1e6)
        assert len(found) > len(STARTS)
    return {"offers_day_us": Measure(middle(took_us), "µs", limit=200.0)}


def _rows(rules: Rules, floor: Floor, zone: ZoneInfo) -> tuple[list[Row], dict[LoadKey, Load]]:
    """Return sixty parties at random tables and starts, as they would be read, and what is counted."""
    random = Random(_SEED)
    plan = plan_of(rules, _ON, zone)
    places = [(table, start) for table in floor.tables for start in STARTS]
    rows: list[Row] = []
    counters: dict[LoadKey, Load] = {}
    for number, (table, start) in enumerate(random.sample(places, _BOOKINGS)):
        starts_at = plan.by_time[start][1].starts_at
        size = random.randint(1, table.covers_max)
        rows.append((UUID(int=1000 + number), table.id, starts_at, starts_at + _STAY, size))
        key = ("pacing", (starts_at - plan.origin_at) // _MINUTE)
        load = counters.get(key, Load())
        counters[key] = Load(load.parties + 1, load.covers + size)
    return rows, counters
