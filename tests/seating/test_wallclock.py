"""The written rule of local times, held against every zone there is and the odd ones by name."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as some

from saveit.seating import (
    WINDOW_MINUTES,
    day_origin,
    instant_of_end,
    instant_of_start,
    local_clock,
    local_date,
    services_of,
)
from saveit.venues import BusinessHours, Rules, Service, SpecialDate
from tests.seating.floors import DINNER, FRIDAY, LUNCH, MADRID, UNHURRIED, rules

MINUTE = timedelta(minutes=1)
# Left out are the system's own names for "here" and the counts of leap seconds, in which no restaurant lives.
ZONES = sorted(
    name for name in available_timezones() if name not in {"localtime", "Factory"} and "right/" not in name
)
NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")

zones = some.sampled_from(ZONES).map(ZoneInfo)
dates = some.dates(date(1975, 1, 1), date(2036, 12, 30))
minutes = some.integers(0, WINDOW_MINUTES - 1)


@lru_cache
def dates_of_change(zone: ZoneInfo) -> list[date]:
    """The dates of twelve years on which a zone's offset changes."""
    days = [date(2018, 1, 1) + timedelta(days=count) for count in range(366 * 12)]
    offsets = [zone.utcoffset(datetime.combine(day, time())) for day in days]
    return [day for day, now, then in zip(days, offsets, offsets[1:], strict=False) if now != then]


def written(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def shown(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def instants_showing(day: date, minute: int, zone: ZoneInfo) -> list[datetime]:
    """Every instant at which the clock shows a time, found by looking at it through all offsets in use around then."""
    local = written(day, minute)
    probes = [local.replace(tzinfo=UTC) + timedelta(hours=hours) for hours in range(-30, 31, 2)]
    offsets = {probe.astimezone(zone).utcoffset() for probe in probes}
    candidates = {(local - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None}
    return sorted(instant for instant in candidates if shown(instant, zone) == local)


def holds_the_rule(day: date, minute: int, zone: ZoneInfo) -> None:
    instants = instants_showing(day, minute, zone)
    start, end = instant_of_start(day, minute, zone), instant_of_end(day, minute, zone)

    if instants:
        assert (start, end) == (instants[0], instants[-1])
    else:
        assert start is None
        # The gap's end: just before it the clock is short of the skipped time, at it the clock is past.
        assert shown(end - timedelta(seconds=1), zone) < written(day, minute) < shown(end, zone)


@UNHURRIED
@given(zone=zones, day=dates, minute=minutes)
def test_a_start_is_the_first_instant_the_clock_shows_it_and_an_end_the_last(
    zone: ZoneInfo, day: date, minute: int
) -> None:
    holds_the_rule(day, minute, zone)


@pytest.mark.parametrize("initial", sorted({name[:4] for name in ZONES}))
def test_the_rule_holds_around_the_clock_changes_of_every_zone(initial: str) -> None:
    for name in ZONES:
        if not name.startswith(initial):
            continue
        zone = ZoneInfo(name)
        # The first and the last two changes: rules seldom differ in between, and the property above looks there too.
        changes = dates_of_change(zone)
        for day in {*changes[:2], *changes[-2:]}:
            for minute in (0, 30, 119, 120, 150, 180, 1440, 1470, 1500, 1590):
                holds_the_rule(day, minute, zone)


@UNHURRIED
@given(zone=zones, data=some.data())
def test_a_start_is_read_back_from_its_instant(zone: ZoneInfo, data: some.DataObject) -> None:
    day = data.draw(some.sampled_from(dates_of_change(zone))) if dates_of_change(zone) else FRIDAY
    minute = data.draw(minutes)

    start = instant_of_start(day, minute, zone)

    if start is not None:
        assert local_clock(start, zone) == written(day, minute).strftime("%H:%M")
        assert local_date(start, zone) == written(day, minute).date()


@UNHURRIED
@given(zone=zones, day=dates)
def test_starts_of_a_day_come_in_the_order_they_are_written(zone: ZoneInfo, day: date) -> None:
    starts = [instant_of_start(day, minute, zone) for minute in range(0, WINDOW_MINUTES, 15)]
    existing = [start for start in starts if start is not None]

    # A zone that went back a whole day would show a date twice; none has since 1969.
    assert existing == sorted(set(existing))


@UNHURRIED
@given(zone=zones, day=dates)
def test_a_day_begins_after_the_one_before(zone: ZoneInfo, day: date) -> None:
    origin = day_origin(day, zone)

    assert day_origin(day - timedelta(days=1), zone) <= origin
    assert local_date(origin, zone) >= day
    assert local_date(origin - timedelta(seconds=1), zone) < day


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        # Half an hour is skipped, from 02:00 to 02:30.
        ("Australia/Lord_Howe", date(2026, 10, 4), 120, None),
        ("Australia/Lord_Howe", date(2026, 10, 4), 149, None),
        ("Australia/Lord_Howe", date(2026, 10, 4), 150, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        # Midnight itself is skipped.
        ("America/Santiago", date(2026, 9, 6), 0, None),
        ("America/Santiago", date(2026, 9, 5), 1440 + 30, None),
        ("America/Santiago", date(2026, 9, 5), 1440 + 60, datetime(2026, 9, 6, 4, tzinfo=UTC)),
        # A whole date is skipped.
        ("Pacific/Apia", date(2011, 12, 30), 720, None),
        ("Pacific/Apia", date(2011, 12, 29), 1440 + 15, None),
        ("Pacific/Apia", date(2011, 12, 31), 0, datetime(2011, 12, 30, 10, tzinfo=UTC)),
        # The clock goes back for Ramadan and forward after it.
        ("Africa/Casablanca", date(2026, 2, 15), 150, datetime(2026, 2, 15, 1, 30, tzinfo=UTC)),
        ("Africa/Casablanca", date(2026, 3, 22), 150, None),
        ("America/New_York", date(2026, 3, 8), 150, None),
        ("America/New_York", date(2026, 11, 1), 90, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), 150, None),
        ("Europe/Berlin", date(2026, 10, 25), 150, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Asia/Kolkata", date(2026, 5, 15), 1200, datetime(2026, 5, 15, 14, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 5, 15), 1200, datetime(2026, 5, 15, 14, 15, tzinfo=UTC)),
        ("Europe/Madrid", date(2028, 2, 29), 1440, datetime(2028, 2, 29, 23, tzinfo=UTC)),
        ("Europe/Madrid", date(2026, 12, 31), 1440 + 30, datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_odd_zones_start_as_written(zone: str, day: date, clock: int, expected: datetime | None) -> None:
    assert instant_of_start(day, clock, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        # Skipped: the gap's end, whichever of its minutes is written.
        ("Australia/Lord_Howe", date(2026, 10, 4), 121, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 5), 1440 + 30, datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("America/Santiago", date(2026, 9, 5), 1440, datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 29), 1440 + 15, datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), 1200, datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), 150, datetime(2026, 3, 8, 7, tzinfo=UTC)),
        # Repeated: the last.
        ("America/New_York", date(2026, 11, 1), 90, datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 10, 31), 1440 + 90, datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), 150, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 4, 5), 105, datetime(2026, 4, 4, 15, 15, tzinfo=UTC)),
        ("Africa/Casablanca", date(2026, 2, 15), 150, datetime(2026, 2, 15, 2, 30, tzinfo=UTC)),
    ],
)
def test_odd_zones_end_as_written(zone: str, day: date, clock: int, expected: datetime) -> None:
    assert instant_of_end(day, clock, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(BERLIN, date(2026, 3, 29), 23), (BERLIN, date(2026, 10, 25), 25), (BERLIN, date(2026, 5, 15), 24)],
)
def test_a_day_has_its_real_length(zone: ZoneInfo, day: date, hours: int) -> None:
    assert instant_of_end(day, 1440, zone) - day_origin(day, zone) == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_begins_at_the_end_of_the_gap() -> None:
    origin = day_origin(date(2026, 9, 6), ZoneInfo("America/Santiago"))

    assert local_clock(origin, ZoneInfo("America/Santiago")) == "01:00"


def test_the_services_of_a_day_come_in_the_order_they_open() -> None:
    windows = services_of(rules(DINNER, LUNCH), FRIDAY, MADRID)

    assert [(window.index, window.name) for window in windows] == [(0, "lunch"), (1, "dinner")]


def test_a_service_past_midnight_belongs_to_the_day_it_began() -> None:
    _, dinner = services_of(rules(), FRIDAY, MADRID)

    assert dinner.date == FRIDAY
    assert (dinner.opens_minute, dinner.last_seating_minute, dinner.closes_minute) == (1200, 1380, 1470)
    assert dinner.closes_at == datetime(2026, 5, 15, 22, 30, tzinfo=UTC)


def test_a_service_until_24_00_ends_where_the_day_ends() -> None:
    (late,) = services_of(rules(Service("late", "20:00", "24:00")), FRIDAY, MADRID)

    assert late.closes_at == day_origin(FRIDAY + timedelta(days=1), MADRID)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 6), (date(2026, 10, 24), 8)])
def test_a_night_of_a_clock_change_is_an_hour_shorter_or_longer(day: date, hours: int) -> None:
    (night,) = services_of(rules(Service("night", "21:00", "04:00")), day, BERLIN)

    assert night.closes_at - night.opens_at == timedelta(hours=hours)


def test_a_service_that_opens_in_a_skipped_hour_opens_at_its_end() -> None:
    (night,) = services_of(rules(Service("night", "02:30", "06:00")), date(2026, 3, 8), NEW_YORK)

    assert local_clock(night.opens_at, NEW_YORK) == "03:00"


def test_a_service_that_a_clock_change_swallows_is_left_out() -> None:
    swallowed = Service("snack", "02:00", "03:00", "02:30")

    assert services_of(rules(swallowed), date(2026, 3, 8), NEW_YORK) == ()
    assert services_of(rules(), date(2011, 12, 30), ZoneInfo("Pacific/Apia")) == ()


def test_special_dates_beat_the_week() -> None:
    brunch = Service("brunch", "10:00", "15:00")
    special = Rules(
        business_hours=BusinessHours(*[(LUNCH,)] * 7),
        special_dates=(
            SpecialDate(date=date(2026, 12, 24), type="closed"),
            SpecialDate(date=date(2026, 12, 25), type="special_hours", custom_hours=(brunch,)),
            SpecialDate(date=date(2026, 12, 31), type="high_demand", multiplier=2),
        ),
    )
    found = {
        day: [window.name for window in services_of(special, date(2026, 12, day), MADRID)]
        for day in (23, 24, 25, 31)
    }

    assert found == {23: ["lunch"], 24: [], 25: ["brunch"], 31: ["lunch"]}


def test_leap_days_are_days() -> None:
    assert [window.name for window in services_of(rules(), date(2028, 2, 29), MADRID)] == ["lunch", "dinner"]
    assert day_origin(date(2028, 3, 1), MADRID) - day_origin(date(2028, 2, 29), MADRID) == MINUTE * 1440
