"""The one rule by which written local times become instants.

- A start in a skipped hour does not exist, and is not offered.
- A start in a repeated hour means the first of the two; an end in a repeated hour means the last.
- An end in a skipped hour is the end of the gap: nothing happens in between.
- A service may pass midnight and belongs to the day it began on: "00:30" of a Friday may be a Saturday by the calendar.
- What lasts is measured in real minutes, so a stay of 90 minutes takes 90 minutes on every night of the year.

Local times are minutes after the midnight of the service's date, and may exceed 1440. Instants are aware and in UTC.
Dates lie in the years 2 to 9998; whoever reads one from outside refuses the others.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from saveit.venues import Rules

_SECOND = timedelta(seconds=1)
_MIDNIGHT = time()


class ServiceWindow(Struct, frozen=True):
    """One service of one date, in minutes after the date's midnight as written and in instants."""

    index: int
    """Its place among the services of the date, by opening; what it is counted under."""
    name: str
    date: date
    opens_minute: int
    closes_minute: int
    last_seating_minute: int | None
    opens_at: datetime
    closes_at: datetime


def instant_of_start(day: date, minutes_after_midnight: int, zone: ZoneInfo) -> datetime | None:
    """Return the first instant at which the clock shows this time, or None when it never does."""
    local = _written(day, minutes_after_midnight)
    before, after = _offsets(local, zone)
    return None if before < after else (local - before).replace(tzinfo=UTC)


def instant_of_end(day: date, minutes_after_midnight: int, zone: ZoneInfo) -> datetime:
    """Return the last instant at which the clock shows this time; when it never does, the instant at which it skips it."""
    local = _written(day, minutes_after_midnight)
    before, after = _offsets(local, zone)
    if before < after:
        return _change_between(
            (local - after).replace(tzinfo=UTC), (local - before).replace(tzinfo=UTC), zone
        )
    return (local - after).replace(tzinfo=UTC)


def day_origin(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant a date begins: its first midnight, or the end of the gap that swallows it."""
    return instant_of_start(day, 0, zone) or instant_of_end(day, 0, zone)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar's date at an instant; the "today" of every rule that counts days."""
    return instant.astimezone(zone).date()


def local_clock(instant: datetime, zone: ZoneInfo) -> str:
    """Return what the clock on the wall shows, as HH:MM."""
    return instant.astimezone(zone).strftime("%H:%M")


def services_of(rules: Rules, day: date, zone: ZoneInfo) -> tuple[ServiceWindow, ...]:
    """Return the services of a date in the order they open; one that a clock change swallows whole is left out.

    A date that a zone skipped has none, not even those that would have run on past its midnight.
    """
    windows: list[ServiceWindow] = []
    if local_date(day_origin(day, zone), zone) != day:
        return ()
    for service in sorted(rules.services_on(day), key=lambda one: one.opens_minute):
        opens_at = instant_of_start(day, service.opens_minute, zone)
        if opens_at is None:
            opens_at = instant_of_end(day, service.opens_minute, zone)
        closes_at = instant_of_end(day, service.closes_minute, zone)
        if opens_at < closes_at:
            windows.append(
                ServiceWindow(
                    index=len(windows),
                    name=service.name,
                    date=day,
                    opens_minute=service.opens_minute,
                    closes_minute=service.closes_minute,
                    last_seating_minute=service.last_seating_minute,
                    opens_at=opens_at,
                    closes_at=closes_at,
                )
            )
    return tuple(windows)


def _written(day: date, minutes_after_midnight: int) -> datetime:
    # Without a zone on purpose: written times do not know about clock changes.
    return datetime.combine(day, _MIDNIGHT) + timedelta(minutes=minutes_after_midnight)


def _offsets(local: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return the offsets with which a written time is read: that before the change it falls into, and that after it.

    They are equal when it falls into none. Before less than after: the clock went forward and skipped it. Before more than after: the
    clock went back and shows it twice (PEP 495).
    """
    before, after = zone.utcoffset(local), zone.utcoffset(local.replace(fold=1))
    assert before is not None and after is not None  # noqa: PT018 - a ZoneInfo always knows its offset.
    return before, after


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the offset changes: after the first instant, and at the second at the latest.

    Clocks change on whole seconds. A gap is at most a day, which 17 halvings bring down to one of them.
    """
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after
