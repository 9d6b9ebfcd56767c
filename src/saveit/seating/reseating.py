"""Seat a party that best fit refuses, by giving other parties other tables.

A booking promises a table, not which one: until a party is seated or pinned, it may be moved. So a party can be taken when *some*
seating of all movable parties exists. The search starts from the newcomer: whoever stands where it would sit must move, and whoever
stands where they would go must move too, and so on. Every seating with the fewest moves is of that form, because a party that nobody
displaced could have stayed where it was. Allowing one move, then two, then three finds the fewest first.

The search is exhaustive within its limits, always takes the same order, and gives up after so many tries: a refusal may then be one
that a longer search would have spared, never the other way round.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from saveit.seating.day import WINDOW_MINUTES, Day
from saveit.seating.model import Asking, Floor, Stay, Unit, Window
from saveit.seating.offers import Unfit, wished_units


class Move(NamedTuple):
    """One party's new place."""

    holder_id: UUID
    from_table_ids: tuple[UUID, ...]
    to_unit: Unit


class Reseating(Struct, frozen=True):
    """Where the newcomer sits once the moves are made; the moves are made together or not at all."""

    unit: Unit
    moves: tuple[Move, ...]
    nodes: int
    """How many placements were tried."""


class _Party(NamedTuple):
    """A movable stay: the minutes it takes, and where it may go."""

    stay: Stay
    minutes: int
    tables_bits: int
    units: tuple[Unit, ...]


class _Placed(NamedTuple):
    unit: Unit
    minutes: int


class _GivenUpError(Exception):
    """The tries are used up."""


def reseat(
    floor: Floor,
    day: Day,
    offer_window: Window,
    asking: Asking,
    *,
    moves_max: int = 4,
    nodes_max: int = 2000,
    now: datetime,
) -> Reseating | None:
    """Return a seating of the newcomer with the fewest moves, or None when there is none or the search gave up.

    `offer_window` is the window of a start refused as `full`, or an overbooked offer. Only movable stays move, each to a unit that fits
    its party, within the area it asked for, and to a staff-only unit only if it had one.
    """
    units = wished_units(floor, asking)
    if isinstance(units, Unfit):
        return None
    if asking.excluding is not None:
        day = day.without(asking.excluding)
    start, end = day.minutes_of(offer_window.starts_at, offer_window.ends_at)
    if end <= start:
        return None
    search = _Search(floor, day, now, nodes_max)
    minutes = ((1 << (end - start)) - 1) << start
    if search.has_more_parties_than_tables(start, minutes):
        return None
    try:
        for moves_allowed in range(moves_max + 1):
            found = search.newcomer(units, minutes, moves_allowed)
            if found is not None:
                return found
    except _GivenUpError:
        return None
    return None


class _Search:
    """A depth-first search over who sits where; the state is what was placed and who still stands in the way."""

    def __init__(self, floor: Floor, day: Day, now: datetime, nodes_max: int) -> None:
        self._nodes = 0
        self._nodes_max = nodes_max
        self._fixed = [0] * len(floor.tables)
        self._parties: list[_Party] = []
        self._at_table: list[list[int]] = [[] for _ in floor.tables]
        for stay in day.stays:
            if stay.expires_at is None or stay.expires_at > now:
                self._take(floor, day, stay)

    def _take(self, floor: Floor, day: Day, stay: Stay) -> None:
        start, end = day.minutes_of(stay.starts_at, stay.ends_at)
        indices = [floor.index_of[table_id] for table_id in stay.table_ids if table_id in floor.index_of]
        if end <= start or not indices:
            return
        minutes = ((1 << (end - start)) - 1) << start
        # What reaches out of the window, or stands partly on a table that is gone, is not seen whole and so stays where it is.
        seen_whole = start > 0 and end < WINDOW_MINUTES and len(indices) == len(stay.table_ids)
        if not (stay.movable and seen_whole):
            for index in indices:
                self._fixed[index] |= minutes
            return
        bits = sum(1 << index for index in indices)
        for index in indices:
            self._at_table[index].append(len(self._parties))
        self._parties.append(_Party(stay, minutes, bits, _places(floor, stay, indices, bits)))

    def has_more_parties_than_tables(self, start: int, minutes: int) -> bool:
        """Say whether at some minute of the stay there would be more parties than tables, however they are seated.

        Most houses that are full are full in this plain way, and a search would try every exchange before it gave up.
        """
        begins = {(party.minutes & -party.minutes).bit_length() - 1 for party in self._parties}
        for minute in {start, *(begin for begin in begins if minutes >> begin & 1)}:
            kept = sum(taken >> minute & 1 for taken in self._fixed)
            moving = sum(party.minutes >> minute & 1 for party in self._parties)
            if kept + moving + 1 > len(self._fixed):
                return True
        return False

    def newcomer(self, units: Sequence[Unit], minutes: int, moves_allowed: int) -> Reseating | None:
        """Return a seating of the newcomer with at most so many moves."""
        for unit, displaced in self._placements(units, minutes, (), moves_allowed):
            seated = self._settle([_Placed(unit, minutes)], {}, displaced, moves_allowed)
            if seated is not None:
                moves = tuple(
                    Move(
                        self._parties[party].stay.holder_id, self._parties[party].stay.table_ids, placed.unit
                    )
                    for party, placed in seated.items()
                )
                return Reseating(unit, moves, self._nodes)
        return None

    def _settle(
        self, placed: list[_Placed], moved: dict[int, _Placed], waiting: tuple[int, ...], moves_allowed: int
    ) -> dict[int, _Placed] | None:
        """Find places for all who wait, and for those whom that displaces."""
        if not waiting:
            return moved
        party, rest = waiting[0], waiting[1:]
        minutes = self._parties[party].minutes
        free = [unit for unit in self._parties[party].units if not _meets(unit, minutes, placed)]
        room = moves_allowed - len(moved) - len(waiting)
        for unit, displaced in self._placements(free, minutes, (*moved, *waiting), room):
            place = _Placed(unit, minutes)
            settled = self._settle([*placed, place], {**moved, party: place}, rest + displaced, moves_allowed)
            if settled is not None:
                return settled
        return None

    def _placements(
        self,
        units: Sequence[Unit],
        minutes: int,
        leaving: Collection[int],
        room: int,
    ) -> Iterator[tuple[Unit, tuple[int, ...]]]:
        """Yield the units that nothing fixed is in the way of and that displace at most `room` more parties, with those parties."""
        for unit in units:
            self._nodes += 1
            if self._nodes > self._nodes_max:
                raise _GivenUpError
            if any(self._fixed[index] & minutes for index in unit.table_indices):
                continue
            displaced = tuple(
                dict.fromkeys(
                    party
                    for index in unit.table_indices
                    for party in self._at_table[index]
                    if self._parties[party].minutes & minutes and party not in leaving
                )
            )
            if len(displaced) <= room:
                yield unit, displaced


def _meets(unit: Unit, minutes: int, placed: Sequence[_Placed]) -> bool:
    return any(other.unit.tables_bits & unit.tables_bits and other.minutes & minutes for other in placed)


def _places(floor: Floor, stay: Stay, indices: Sequence[int], bits: int) -> tuple[Unit, ...]:
    """Return the units a party may be moved to, best first; its own needs no exception, for whoever displaced it sits there."""
    own = next((unit for unit in floor.units if unit.tables_bits == bits), None)
    online = own.online if own is not None else all(floor.tables[index].online for index in indices)
    return tuple(
        unit
        for unit in floor.units_for(stay.party_size, online_only=online)
        if stay.area_id is None or unit.area_id == stay.area_id
    )
