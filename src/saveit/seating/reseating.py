"""Seat a party that best fit refuses, by giving other parties other tables.

A booking promises a table, not which one: until a party is seated or pinned, it may be moved. So a party can be taken when *some*
seating of all movable parties exists. The search starts from the newcomer: whoever stands where it would sit must move, and whoever
stands where they would go must move too, and so on. Every seating with the fewest moves is of that form, because a party that nobody
displaced could have stayed where it was. Allowing one move, then two, then three finds the fewest first.

The search is exhaustive within its limits, always takes the same order, and gives up after so many tries: a refusal may then be one
that a longer search would have spared, never the other way round.
"""

from collections.abc import Iterable
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
    """How many placements were tried: those that neither met a party already placed nor displaced too many."""


class _Party(NamedTuple):
    """Who needs a place: a movable stay or the newcomer, the minutes it takes, and where it may go."""

    stay: Stay | None
    size: int
    minutes: int
    units: tuple[Unit, ...] | None
    """Of a stay they are looked up when it is displaced: most searches end before, with a house that is plainly full."""


class _Place(NamedTuple):
    """A unit that nothing fixed is in the way of for a party's whole stay, and the parties that are."""

    unit: Unit
    in_the_way: tuple[int, ...]


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
    nodes_max: int = 500,
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
    minutes = ((1 << (end - start)) - 1) << start
    search = _Search(floor, _Party(None, asking.party_size, minutes, units), nodes_max)
    for stay in day.stays:
        if stay.expires_at is None or stay.expires_at > now:
            search.take(day, stay)
    if search.is_hopeless():
        return None
    try:
        for moves_allowed in range(moves_max + 1):
            found = search.seat_newcomer(moves_allowed)
            if found is not None:
                return found
    except _GivenUpError:
        return None
    return None


_NEWCOMER = 0


class _Search:
    """A depth-first search over who sits where. Parties are known by their place in a list, the newcomer first."""

    def __init__(self, floor: Floor, newcomer: _Party, nodes_max: int) -> None:
        self._floor = floor
        self._nodes = 0
        self._nodes_max = nodes_max
        self._fixed = [0] * len(floor.tables)
        self._parties = [newcomer]
        self._at_table: list[list[int]] = [[] for _ in floor.tables]
        self._places: dict[int, list[_Place]] = {}

    def take(self, day: Day, stay: Stay) -> None:
        """Add a stay, as a party that may move or as minutes at which tables are fixed."""
        start, end = day.minutes_of(stay.starts_at, stay.ends_at)
        index_of = self._floor.index_of
        indices = [index_of[table_id] for table_id in stay.table_ids if table_id in index_of]
        if end <= start or not indices:
            return
        minutes = ((1 << (end - start)) - 1) << start
        # What reaches out of the window, or stands partly on a table that is gone, is not seen whole and so stays where it is.
        seen_whole = start > 0 and end < WINDOW_MINUTES and len(indices) == len(stay.table_ids)
        for index in indices:
            if stay.movable and seen_whole:
                self._at_table[index].append(len(self._parties))
            else:
                self._fixed[index] |= minutes
        if stay.movable and seen_whole:
            self._parties.append(_Party(stay, stay.party_size, minutes, None))

    def is_hopeless(self) -> bool:
        """Say whether at some minute of the newcomer's stay the parties need more tables than there are, however they are seated.

        Most houses that are full are full in this plain way, and a search would try every exchange before it gave up. A party needs a
        table at least, and two when all single tables that are large enough have gone to others as large. This is the least that
        any seating takes, so no seating is missed; parties come only at the minutes they begin, so only those are counted.
        """
        minutes = self._parties[_NEWCOMER].minutes
        begins = {(party.minutes & -party.minutes).bit_length() - 1 for party in self._parties}
        for minute in begins:
            if not minutes >> minute & 1:
                continue
            free = [
                table
                for table, fixed in zip(self._floor.tables, self._fixed, strict=True)
                if not fixed >> minute & 1
            ]
            sizes = [party.size for party in self._parties if party.minutes >> minute & 1]
            joining = (
                sum(other >= size for other in sizes) - sum(table.covers_max >= size for table in free)
                for size in set(sizes)
            )
            if len(sizes) + max(0, *joining) > len(free):
                return True
        return False

    def seat_newcomer(self, moves_allowed: int) -> Reseating | None:
        """Return a seating of the newcomer with at most so many moves."""
        seated = self._settle({}, (_NEWCOMER,), moves_allowed + 1)
        if seated is None:
            return None
        moves = tuple(
            Move(stay.holder_id, stay.table_ids, placed.unit)
            for party, placed in seated.items()
            if (stay := self._parties[party].stay) is not None
        )
        return Reseating(seated[_NEWCOMER].unit, moves, self._nodes)

    def _settle(
        self, seated: dict[int, _Placed], waiting: tuple[int, ...], parties_max: int
    ) -> dict[int, _Placed] | None:
        """Find places for all who wait, and for those whom that displaces, at most so many parties in all."""
        if not waiting:
            return seated
        party, rest = waiting[0], waiting[1:]
        minutes = self._parties[party].minutes
        room = parties_max - len(seated) - len(waiting)
        for unit, in_the_way in self._places_for(party):
            displaced = tuple(one for one in in_the_way if one not in seated and one not in waiting)
            if len(displaced) > room or _meets(unit, minutes, seated.values()):
                continue
            self._nodes += 1
            if self._nodes > self._nodes_max:
                raise _GivenUpError
            settled = self._settle({**seated, party: _Placed(unit, minutes)}, rest + displaced, parties_max)
            if settled is not None:
                return settled
        return None

    def _places_for(self, party: int) -> list[_Place]:
        """Return where a party could go if all movable parties were out of its way; it is asked often and never changes."""
        places = self._places.get(party)
        if places is None:
            moving = self._parties[party]
            minutes = moving.minutes
            places = [
                _Place(unit, self._in_the_way(unit, minutes))
                for unit in (_units_of(self._floor, moving.stay) if moving.stay else moving.units or ())
                if not any(self._fixed[index] & minutes for index in unit.table_indices)
            ]
            self._places[party] = places
        return places

    def _in_the_way(self, unit: Unit, minutes: int) -> tuple[int, ...]:
        there = (party for index in unit.table_indices for party in self._at_table[index])
        return tuple(dict.fromkeys(party for party in there if self._parties[party].minutes & minutes))


def _meets(unit: Unit, minutes: int, seated: Iterable[_Placed]) -> bool:
    return any(other.unit.tables_bits & unit.tables_bits and other.minutes & minutes for other in seated)


def _units_of(floor: Floor, stay: Stay) -> tuple[Unit, ...]:
    """Return the units a party may be moved to, best first; its own needs no exception, for whoever displaced it sits there."""
    indices = [floor.index_of[table_id] for table_id in stay.table_ids]
    bits = sum(1 << index for index in indices)
    own = next((unit for unit in floor.units if unit.tables_bits == bits), None)
    online = own.online if own is not None else all(floor.tables[index].online for index in indices)
    fitting = floor.units_for(stay.party_size, online_only=online)
    if stay.area_id is None:
        return fitting
    return tuple(unit for unit in fitting if unit.area_id == stay.area_id)
