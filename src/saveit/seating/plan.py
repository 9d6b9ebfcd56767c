"""What the rules alone say about a date: when parties may start, how long they stay, and the limits of the counters.

A plan depends on nothing that happens, so it is remembered per (rules, date, zone); new rules are other rules, and nothing has to be
invalidated. What depends on the clock or on what is taken is never remembered.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import floor as round_down
from zoneinfo import ZoneInfo

from msgspec import Struct

from saveit.seating.model import Floor, LoadKey
from saveit.seating.wallclock import ServiceWindow, day_origin, instant_of_start, services_of
from saveit.venues import DAY_MINUTES, WEEKDAYS, CustomSlots, Rules, clock_minutes

_PLANS_KEPT = 4096  # About 8 kB each: sixty days of seventy restaurants stay warm in 32 MB.
_MINUTE = timedelta(minutes=1)


class Start(Struct, frozen=True, gc=False):
    """One time at which a party may start."""

    time: str
    minute: int
    """Real minutes from the date's origin."""
    starts_at: datetime


class ServicePlan(Struct, frozen=True):
    """One service of one date with its starts."""

    window: ServiceWindow
    closes_minute: int
    """Real minutes from the date's origin."""
    starts: tuple[Start, ...]


class DatePlan(Struct, frozen=True):
    """All services of one date."""

    origin_at: datetime
    services: tuple[ServicePlan, ...]
    by_time: Mapping[str, tuple[ServicePlan, Start]]


class LoadLimits(Struct, frozen=True, cache_hash=True):
    """What the counters of one date may say at most; None is no limit."""

    interval_minutes: int
    parties_max: int | None
    covers_max: int | None
    online_covers_max: int | None
    """Per service, for guests, until the held-back seats are released."""
    overbooked_covers_max: int
    """Per service, admitted beyond the tables."""


@lru_cache(maxsize=_PLANS_KEPT)
def plan_of(rules: Rules, day: date, zone: ZoneInfo) -> DatePlan:
    """Return the services and starts of a date, in the order of time."""
    origin_at = day_origin(day, zone)
    services = tuple(
        _service_plan(rules, window, origin_at, zone) for window in services_of(rules, day, zone)
    )
    by_time = {start.time: (service, start) for service in services for start in service.starts}
    return DatePlan(origin_at=origin_at, services=services, by_time=by_time)


def start_at(plan: DatePlan, window: ServiceWindow, minute: int, zone: ZoneInfo) -> Start | None:
    """Return the start at a written minute of a service's date, or None when the clock skips it."""
    starts_at = instant_of_start(window.date, minute, zone)
    if starts_at is None:
        return None
    hour, rest = divmod(minute % DAY_MINUTES, 60)
    return Start(f"{hour:02}:{rest:02}", (starts_at - plan.origin_at) // _MINUTE, starts_at)


def written_minute(window: ServiceWindow, time: str) -> int | None:
    """Return a clock time as minutes of the service's date, past midnight if need be, or None when it is outside the service."""
    minute = clock_minutes(time)
    if minute < window.opens_minute:
        minute += DAY_MINUTES
    return minute if window.opens_minute <= minute < window.closes_minute else None


@lru_cache(maxsize=_PLANS_KEPT)
def stay_minutes(rules: Rules, service: str, weekday: int, party_size: int) -> int:
    """Return how long a party stays, without the buffer: the most specific turn time, else the default.

    A named service beats none, then named weekdays beat none, then the narrower range of sizes; the rules hold no ties.
    """
    capacity = rules.capacity
    fitting = [
        turn_time
        for turn_time in capacity.turn_times
        if turn_time.party_size_min <= party_size <= turn_time.party_size_max
        and turn_time.service in {None, service}
        and (turn_time.weekdays is None or WEEKDAYS[weekday] in turn_time.weekdays)
    ]
    if not fitting:
        return capacity.minimum_table_turnover_minutes
    best = min(
        fitting,
        key=lambda one: (one.service is None, one.weekdays is None, one.party_size_max - one.party_size_min),
    )
    return best.minutes


def load_limits(rules: Rules, floor: Floor, day: date, today: date) -> LoadLimits:
    """Return the limits that the listing checks and the ledger enforces: the same numbers, from here only.

    `today` is the restaurant's local date. A service's seats are those of the floor, however often they turn.
    """
    release = rules.online_release
    held_back = release.held_back_percent > 0 and (day - today).days > release.released_days_before
    return _limits(rules, floor.seats, held_back)


@lru_cache(maxsize=_PLANS_KEPT)
def _limits(rules: Rules, seats: int, held_back: bool) -> LoadLimits:  # noqa: FBT001 - a key of the cache is given by place.
    return LoadLimits(
        interval_minutes=rules.pacing.interval_minutes,
        parties_max=rules.pacing.parties_max,
        covers_max=rules.pacing.covers_max,
        online_covers_max=share_of(100 - rules.online_release.held_back_percent, seats)
        if held_back
        else None,
        overbooked_covers_max=share_of(rules.capacity.overbooking_percent, seats),
    )


def share_of(percent: float, seats: int) -> int:
    """Return whole seats, rounded down. 12.5 % of 40 is 5, though binary fractions may say 4.9999999."""
    return round_down(percent * seats / 100 + 1e-9)


def pacing_key(interval_minutes: int, minute: int) -> LoadKey:
    """Return the counter of the pacing interval in which a start lies, both counted from the date's origin."""
    return ("pacing", minute - minute % interval_minutes)


def _service_plan(rules: Rules, window: ServiceWindow, origin_at: datetime, zone: ZoneInfo) -> ServicePlan:
    plan = DatePlan(origin_at=origin_at, services=(), by_time={})
    found = (start_at(plan, window, minute, zone) for minute in _written_starts(rules, window))
    starts = tuple(start for start in found if start is not None)
    return ServicePlan(
        window=window,
        closes_minute=(window.closes_at - origin_at) // _MINUTE,
        starts=starts,
    )


def _written_starts(rules: Rules, window: ServiceWindow) -> list[int]:
    """Return the written minutes at which a service seats: custom ones if it has any, else every slot from its opening."""
    last = window.last_seating_minute
    end = window.closes_minute if last is None else last + 1
    custom = _custom_slots(rules, window)
    if custom is None:
        return list(range(window.opens_minute, end, rules.time_slots.slot_duration))
    minutes = (written_minute(window, time) for time in custom.times)
    return sorted(minute for minute in minutes if minute is not None and minute < end)


def _custom_slots(rules: Rules, window: ServiceWindow) -> CustomSlots | None:
    fitting = [
        slots
        for slots in rules.time_slots.custom_slots
        if slots.service in {None, window.name}
        and (slots.weekdays is None or WEEKDAYS[window.date.weekday()] in slots.weekdays)
    ]
    return min(fitting, key=lambda one: (one.service is None, one.weekdays is None), default=None)
