"""The only place where the time is read. Whoever needs it is given a `Clock` or an instant."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved; for tests, and for the sandbox, which shows tomorrow today."""

    def __init__(self, now: datetime) -> None:
        """Stand at `now`, which must be aware."""
        self._now = _in_utc(now)

    def now(self) -> datetime:
        """Return the instant at which the clock stands, aware and in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Stand at `now`, earlier or later than before."""
        self._now = _in_utc(now)

    def advance(self, by: timedelta) -> None:
        """Move by a real duration."""
        self._now += by


class MovableClock:
    """The machine's clock, which can be moved and then goes on from there; only a sandbox has one."""

    def __init__(self) -> None:
        """Show real time."""
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the present instant as moved, aware and in UTC."""
        return datetime.now(UTC) + self._ahead

    def move(self, now: datetime | None) -> None:
        """Go on from `now`, which must be aware; None shows real time again."""
        self._ahead = timedelta(0) if now is None else _in_utc(now) - datetime.now(UTC)


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        message = "a clock is set to an aware instant, never to a local time without its zone"
        raise ValueError(message)
    return instant.astimezone(UTC)
