"""What can be booked, worked out once for each state of a day, and kept as the octets that were sent.

A day's picture has a version that every act raises; a listing is good for as long as its pictures are the ones at hand, at the versions
they had, in the same minute. So nothing is ever invalidated here: what is old is not found good.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from saveit.access import Principal
from saveit.ledger import DayPicture, House
from saveit.reservations import Desk
from saveit.web.edge import Kept as KeptReply

# The age that the listing itself allows a picture.
PICTURE_AGE_MAX = timedelta(seconds=30)
# A day's listing is some 5 kB, a calendar of sixty days half a megabyte: these fit in a few hundred at worst.
_KEPT_MAX = 2_000
# Each has the octets of one of those above, and few callers ask the same.
_TOLD_MAX = 4_000
_MINUTE_S = 60

Kept = TypeVar("Kept")


class _Entry(msgspec.Struct, Generic[Kept], frozen=True):
    house: House
    days: tuple[tuple[date, DayPicture, int], ...]
    minute: int
    kept: Kept


class Seen:
    """The pictures that an answer was worked out from, noted one by one as they were used."""

    def __init__(self, desk: Desk, house: House) -> None:
        self.house = house
        self.minute = minute_of(desk.now())
        self._desk = desk
        self._days: list[tuple[date, DayPicture, int]] | None = []

    def note(self, on: date) -> None:
        """Note a date's picture. Call it right after the answer was worked out, before anything else may run."""
        picture = self._desk.pictures.known_day(self.house, on, age_max=PICTURE_AGE_MAX)
        if picture is None:
            self._days = None
        elif self._days is not None:
            self._days.append((on, picture, picture.version))

    def days(self) -> tuple[tuple[date, DayPicture, int], ...] | None:
        """Return what was noted, or None when one of the pictures has gone meanwhile."""
        return None if self._days is None else tuple(self._days)


class Told(msgspec.Struct, frozen=True, gc=False):
    """An answer as one caller was given it: good while the same caller asks of the same pictures, in the same minute."""

    principal: Principal
    entry: _Entry[bytes]
    after: datetime
    until: datetime
    kept: KeptReply


class Callers:
    """Answers by caller and question, the latest ones kept. What is found here was asked with the same right and is sent as it is."""

    def __init__(self, desk: Desk, *, told_max: int = _TOLD_MAX) -> None:
        self._known_house = desk.pictures.known_house
        self._known_day = desk.pictures.known_day
        self._told_max = told_max
        self._told: OrderedDict[Hashable, Told] = OrderedDict()

    def find(self, asked: Hashable, principal: Principal, now: datetime) -> KeptReply | None:
        """Return the answer if caller, house and days are still what they were."""
        told = self._told.get((principal.id, asked))
        if told is None or told.principal is not principal or not told.after < now <= told.until:
            return None
        entry = told.entry
        house = entry.house
        if self._known_house(house.restaurant_id, now) is not house:
            return None
        for on, picture, version in entry.days:
            if picture.version != version or picture is not self._known_day(
                house, on, age_max=PICTURE_AGE_MAX, now=now
            ):
                return None
        return told.kept

    def keep(self, asked: Hashable, principal: Principal, entry: _Entry[bytes]) -> None:
        """Keep what a caller was given."""
        until = datetime.fromtimestamp(entry.minute * _MINUTE_S, UTC)
        key = (principal.id, asked)
        self._told[key] = Told(
            principal, entry, until - timedelta(seconds=_MINUTE_S), until, KeptReply(entry.kept)
        )
        self._told.move_to_end(key)
        if len(self._told) > self._told_max:
            self._told.popitem(last=False)


class Memory(Generic[Kept]):
    """Answers by what was asked, the most recently used ones kept."""

    def __init__(self, desk: Desk, *, kept_max: int = _KEPT_MAX) -> None:
        self._desk = desk
        self._kept_max = kept_max
        self._entries: OrderedDict[Hashable, _Entry[Kept]] = OrderedDict()

    def find(self, asked: Hashable, house: House) -> Kept | None:
        """Return the answer if the house and all its days are still as they were when it was worked out."""
        entry = self.entry(asked, house)
        return None if entry is None else entry.kept

    def entry(self, asked: Hashable, house: House) -> _Entry[Kept] | None:
        """Return the answer with what it was worked out from, if all of that still stands."""
        entry = self._entries.get(asked)
        if entry is None or entry.house is not house:
            return None
        now = self._desk.now()
        if entry.minute != minute_of(now):
            return None
        known_day = self._desk.pictures.known_day
        for on, picture, version in entry.days:
            if picture.version != version or picture is not known_day(
                house, on, age_max=PICTURE_AGE_MAX, now=now
            ):
                return None
        return entry

    def keep(self, asked: Hashable, seen: Seen, kept: Kept) -> None:
        """Keep an answer with what it was worked out from."""
        days = seen.days()
        if days is None:
            return
        self._entries[asked] = _Entry(seen.house, days, seen.minute, kept)
        self._entries.move_to_end(asked)
        if len(self._entries) > self._kept_max:
            self._entries.popitem(last=False)


def minute_of(now: datetime) -> int:
    """Return the minute that ends at or after now: a start is closed after its last minute of notice, not during it."""
    return -int(-now.timestamp() // _MINUTE_S)
