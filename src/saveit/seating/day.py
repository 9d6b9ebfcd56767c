"""One restaurant's service day as bits: for each table an integer with a bit for each minute, counted from the day's origin.

Whether a table is free for a whole stay is then one shift and one AND. Python's integers are as wide as needed; 48 hours take 360 bytes
a table.

Minutes are rounded outwards, so that a stay from 19:00:30 to 20:10:10 takes 19:00 to 20:11: what is shown as free is free.

A day is a picture, brought up to date by whoever keeps it. It decides nothing: the ledger's constraint does.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from uuid import UUID

from saveit.seating.model import NO_LOAD, Floor, Load, LoadKey, Stay

WINDOW_MINUTES = 48 * 60
"""No stay of a date's services ends later than this after its origin; the limits of the rules see to it."""

_DAY_MINUTES = 24 * 60
# So many minutes in a row, as bits, by their number: 600 kB spare a day of sixty stays a tenth of its drawing.
_RUNS = tuple((1 << minutes) - 1 for minutes in range(WINDOW_MINUTES + 1))

_Taken = tuple[int, Stay]
"""The minutes, as bits, that an expiring stay takes of one table."""


class Day:
    """What is taken on one date of one restaurant; mutable, and owned by one task at a time.

    A copy shares the picture until one of the two is changed.
    """

    __slots__ = ("_expiring", "_firm", "_load", "_shared", "_stays", "floor", "origin_at")

    def __init__(
        self, floor: Floor, origin_at: datetime, stays: Iterable[Stay], load: Mapping[LoadKey, Load]
    ) -> None:
        """Draw the picture. `stays` are those that meet [origin, origin + 48 h); `load` counts them already."""
        self.floor = floor
        self.origin_at = origin_at
        self._stays = list(stays)
        self._load = dict(load)
        self._shared = False
        self._firm = [0] * len(floor.tables)
        # Only the tables that have an expiring stay, which on most days are few.
        self._expiring: dict[int, list[_Taken]] = {}
        self._draw(self._stays)

    @property
    def stays(self) -> tuple[Stay, ...]:
        """Return all stays, expired ones too."""
        return tuple(self._stays)

    def stays_of(self, holder_id: UUID) -> tuple[Stay, ...]:
        """Return the stays of one holder."""
        return tuple(stay for stay in self._stays if stay.holder_id == holder_id)

    @property
    def loads(self) -> Mapping[LoadKey, Load]:
        """Return what the counters say that have counted anything."""
        return self._load

    def load(self, key: LoadKey) -> Load:
        """Return what a counter says."""
        return self._load.get(key, NO_LOAD)

    def count(self, key: LoadKey, *, parties: int, covers: int) -> None:
        """Move a counter by so much."""
        load = self.load(key)
        self._detach()
        self._load[key] = Load(load.parties + parties, load.covers + covers)

    def add(self, stay: Stay) -> None:
        """Take its tables, and count it under its load keys."""
        self._detach()
        self._stays.append(stay)
        self._draw((stay,))
        for key in stay.load_keys:
            self.count(key, parties=1, covers=stay.party_size)

    def remove(self, holder_id: UUID) -> None:
        """Free what a holder takes and uncount it; a holder that takes nothing changes nothing."""
        gone = self.stays_of(holder_id)
        if not gone:
            return
        self._detach()
        self._stays = [stay for stay in self._stays if stay.holder_id != holder_id]
        for index in {index for stay in gone for index in self._indices(stay)}:
            self._redraw(index)
        for stay in gone:
            for key in stay.load_keys:
                self.count(key, parties=-1, covers=-stay.party_size)

    def without(self, holder_id: UUID) -> "Day":
        """Return the day as it would be had this holder taken and counted nothing."""
        other = self.copy()
        other.remove(holder_id)
        return other

    def copy(self) -> "Day":
        """Return a day that may be changed without changing this one."""
        self._shared = True
        return copy(self)

    def busy_mask(self, table_index: int, now: datetime) -> int:
        """Return the minutes at which a table is taken; a hold that expires exactly now takes nothing."""
        mask = self._firm[table_index]
        for bits, stay in self._expiring.get(table_index, ()):
            if stay.expires_at is not None and stay.expires_at > now:
                mask |= bits
        return mask

    def busy_masks(self, now: datetime) -> list[int]:
        """Return `busy_mask` of every table, by index; the list is the caller's."""
        masks = self._firm.copy()
        for index in self._expiring:
            masks[index] = self.busy_mask(index, now)
        return masks

    def minutes_of(self, starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
        """Return the minutes from the origin that an interval touches, first and one past the last, within the window."""
        since, until = starts_at - self.origin_at, ends_at - self.origin_at
        start = since.days * _DAY_MINUTES + since.seconds // 60
        # A minute that has begun is taken: seconds are rounded up, and so is what is less than one.
        end = until.days * _DAY_MINUTES + (until.seconds + (until.microseconds > 0) + 59) // 60
        return max(start, 0), min(end, WINDOW_MINUTES)

    def _indices(self, stay: Stay) -> list[int]:
        index_of = self.floor.index_of
        # A table may have left the floor while something still stands on it.
        return [index_of[table_id] for table_id in stay.table_ids if table_id in index_of]

    def _detach(self) -> None:
        """Stop sharing the picture with copies, before changing it; most days are changed often and never copied."""
        if not self._shared:
            return
        self._shared = False
        self._stays = self._stays.copy()
        self._load = self._load.copy()
        self._firm = self._firm.copy()
        self._expiring = {index: taken.copy() for index, taken in self._expiring.items()}

    def _draw(self, stays: Iterable[Stay]) -> None:  # noqa: C901 - its parts would be calls, sixty times over.
        """Add stays to the picture. Reading a day from rows is mostly this loop, hence the local names and `minutes_of` written out."""
        origin_at, index_of, firm = self.origin_at, self.floor.index_of, self._firm
        for stay in stays:
            since, until = stay.starts_at - origin_at, stay.ends_at - origin_at
            start, end = since.seconds // 60, (until.seconds + 59) // 60
            if until.microseconds and not until.seconds % 60:
                end += 1
            if since.days:
                start += since.days * _DAY_MINUTES
                if start < 0:  # noqa: PLR1730 - max() and min() cost a sixth of the loop.
                    start = 0
            if until.days:
                end += until.days * _DAY_MINUTES
                if end > WINDOW_MINUTES:  # noqa: PLR1730 - as above.
                    end = WINDOW_MINUTES
            if end <= start:
                continue
            bits = _RUNS[end - start] << start
            for table_id in stay.table_ids:
                # A table may have left the floor while something still stands on it.
                index = index_of.get(table_id)
                if index is None:
                    continue
                if stay.expires_at is None:
                    firm[index] |= bits
                else:
                    self._expiring.setdefault(index, []).append((bits, stay))

    def _redraw(self, index: int) -> None:
        """Draw one table again from its stays. Bits are not cleared one by one, because two stays may share one: the minute in which
        one ends and the next begins, or an expired hold and what came after it.
        """
        self._firm[index] = 0
        self._expiring.pop(index, None)
        table_id = self.floor.tables[index].id
        for stay in self._stays:
            if table_id in stay.table_ids:
                start, end = self.minutes_of(stay.starts_at, stay.ends_at)
                bits = ((1 << max(0, end - start)) - 1) << start
                if stay.expires_at is None:
                    self._firm[index] |= bits
                elif bits:
                    self._expiring.setdefault(index, []).append((bits, stay))
