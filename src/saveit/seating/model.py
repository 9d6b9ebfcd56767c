"""The words of seating: tables and the units they make, stays that take them, what is asked, and the two answers.

All are frozen and plain. Instants are aware; `ends_at` always includes the buffer in which a table rests, `leaves_at` never does.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from msgspec import Struct

HolderKind = Literal["reservation", "hold", "walk_in", "block", "waitlist", "import"]
Audience = Literal["guest", "staff"]
LoadKey = tuple[str, int]
"""What a counter counts: ("pacing", minute an interval begins), ("online", service index) or ("overbooked", service index)."""


class Table(Struct, frozen=True):
    """One physical table."""

    id: UUID
    number: str
    covers_min: int
    covers_max: int
    area_id: UUID | None
    online: bool
    priority: int
    """Among equal tables the lower is given first."""


class Combination(Struct, frozen=True):
    """Tables that may be joined, with covers of their own: joined tables seldom seat the sum."""

    id: UUID
    table_ids: tuple[UUID, ...]
    covers_min: int
    covers_max: int
    online: bool
    priority: int


class Unit(Struct, frozen=True, cache_hash=True):
    """What a party sits at: a table, or a combination of tables."""

    table_indices: tuple[int, ...]
    tables_bits: int
    """The same indices, a bit each: two units share a table when their bits meet."""
    table_ids: tuple[UUID, ...]
    """Sorted, which is also the order in which the ledger takes them."""
    covers_min: int
    covers_max: int
    online: bool
    priority: int
    number: str
    area_id: UUID | None
    """The area of all its tables, or None when they stand in several."""
    combination_id: UUID | None

    def fits(self, party_size: int) -> bool:
        """Say whether a party of this size sits here."""
        return self.covers_min <= party_size <= self.covers_max

    def waste(self, party_size: int) -> int:
        """Return the seats that would stay empty."""
        return self.covers_max - party_size


class Floor:
    """The tables of one version of a restaurant, and every unit they make in the order of best fit. Never changes."""

    def __init__(self, tables: tuple[Table, ...], units: tuple[Unit, ...]) -> None:
        self.tables = tables
        self.units = units
        self.seats = sum(table.covers_max for table in tables)
        self.index_of = {table.id: index for index, table in enumerate(tables)}
        self.covers_max = max((unit.covers_max for unit in units), default=0)
        self._fitting: dict[tuple[int, bool], tuple[Unit, ...]] = {}

    @classmethod
    def of(cls, tables: Iterable[Table], combinations: Iterable[Combination]) -> "Floor":
        """Build a floor; a combination with a table that is not on it makes no unit."""
        placed = tuple(sorted(tables, key=lambda table: table.id))
        index_of = {table.id: index for index, table in enumerate(placed)}
        units = [_single(table, index) for index, table in enumerate(placed)]
        for combination in combinations:
            if all(table_id in index_of for table_id in combination.table_ids):
                indices = sorted(index_of[table_id] for table_id in set(combination.table_ids))
                units.append(_joined(combination, [placed[index] for index in indices], indices))
        units.sort(key=_rank)
        return cls(placed, tuple(units))

    def units_for(self, party_size: int, *, online_only: bool) -> tuple[Unit, ...]:
        """Return the units that fit, best first: tables before combinations, then fewest empty seats, priority, number.

        A combination comes after every table, even one with more empty seats: it costs the house two tables.
        """
        if not 0 < party_size <= self.covers_max:
            return ()
        key = (party_size, online_only)
        fitting = self._fitting.get(key)
        if fitting is None:
            fitting = tuple(
                unit for unit in self.units if unit.fits(party_size) and (unit.online or not online_only)
            )
            self._fitting[key] = fitting
        return fitting


def _single(table: Table, index: int) -> Unit:
    return Unit(
        table_indices=(index,),
        tables_bits=1 << index,
        table_ids=(table.id,),
        covers_min=table.covers_min,
        covers_max=table.covers_max,
        online=table.online,
        priority=table.priority,
        number=table.number,
        area_id=table.area_id,
        combination_id=None,
    )


def _joined(combination: Combination, tables: Sequence[Table], indices: Sequence[int]) -> Unit:
    areas = {table.area_id for table in tables}
    return Unit(
        table_indices=tuple(indices),
        tables_bits=sum(1 << index for index in indices),
        table_ids=tuple(table.id for table in tables),
        covers_min=combination.covers_min,
        covers_max=combination.covers_max,
        online=combination.online,
        priority=combination.priority,
        number="+".join(sorted((table.number for table in tables), key=_natural)),
        area_id=areas.pop() if len(areas) == 1 else None,
        combination_id=combination.id,
    )


def _rank(unit: Unit) -> tuple[bool, int, int, int, tuple[tuple[int, str], ...], tuple[UUID, ...]]:
    """Order units for any party: those that fit the same party differ in waste as they do in covers."""
    combined = unit.combination_id is not None
    return (
        combined,
        unit.covers_max,
        unit.priority,
        len(unit.table_ids),
        _natural(unit.number),
        unit.table_ids,
    )


def _natural(number: str) -> tuple[tuple[int, str], ...]:
    """Order "2" before "10", and "T2" before "T10"."""
    padded = "".join(char if char.isdecimal() else f" {char} " for char in number).split()
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in padded)


class Load(Struct, frozen=True, gc=False):
    """What a counter says: parties and covers."""

    parties: int = 0
    covers: int = 0


NO_LOAD = Load()


class Claim(Struct, frozen=True, gc=False):
    """A counter that a booking adds one party and its covers to, and what it may then say at most; None is no limit."""

    key: LoadKey
    parties_max: int | None = None
    covers_max: int | None = None

    def allows(self, load: Load, party_size: int) -> bool:
        """Say whether the party may still be added to this load."""
        return (self.parties_max is None or load.parties + 1 <= self.parties_max) and (
            self.covers_max is None or load.covers + party_size <= self.covers_max
        )


class Stay(Struct, frozen=True, gc=False):
    """Tables taken from one instant up to, not including, another."""

    holder_kind: HolderKind
    holder_id: UUID
    table_ids: tuple[UUID, ...]
    """Empty for an overbooked party, which waits for a table."""
    starts_at: datetime
    ends_at: datetime
    party_size: int
    movable: bool
    """Not seated and not pinned by staff."""
    expires_at: datetime | None
    """From this instant on it takes nothing."""
    area_id: UUID | None = None
    """The area the party asked for; when set, it is only moved within it."""
    load_keys: tuple[LoadKey, ...] = ()
    """The counters in which it was counted."""


class Asking(Struct, frozen=True, gc=False):
    """Who asks, for how many, and what they wish."""

    party_size: int
    audience: Audience
    area_id: UUID | None = None
    table_id: UUID | None = None
    """A wished table: the unit must contain it."""
    excluding: UUID | None = None
    """A holder whose stays and counts are taken as already given up: one's own hold, or the booking being changed."""
    beyond_pacing: bool = False
    """Staff said so explicitly: pacing counts the party but does not refuse it."""


class Window(Struct, frozen=True, gc=False):
    """One start, its stay, and what booking it would be counted in: all of an offer but the table."""

    service: str
    service_index: int
    date: date
    time: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    minute: int
    """Of the start, counted in real minutes from the origin of the date."""
    claims: tuple[Claim, ...]


class Offer(Window, frozen=True, gc=False):
    """A start that can be booked now."""

    units: tuple[Unit, ...] = ()
    """Free for the whole stay, best first; in a listing only the best one. None when overbooked."""
    overbooked: bool = False
    """Admitted without a table, to get the first that frees."""
    overbooking: Claim | None = None
    """Set with `overbooked`: claimed as well as `claims`."""


class Reason(StrEnum):
    """Why a start, or a whole date, cannot be booked."""

    CLOSED = "closed"
    NO_SERVICE = "no_service"
    HORIZON = "horizon"
    SAME_DAY = "same_day"
    PAST = "past"
    NOTICE = "notice"
    SKIPPED_TIME = "skipped_time"
    NOT_A_SLOT = "not_a_slot"
    AFTER_LAST_SEATING = "after_last_seating"
    ENDS_AFTER_CLOSE = "ends_after_close"
    PARTY_TOO_LARGE = "party_too_large"
    PARTY_TOO_SMALL = "party_too_small"
    AREA_UNKNOWN = "area_unknown"
    TABLE_UNKNOWN = "table_unknown"
    UNIT_TOO_SMALL = "unit_too_small"
    UNIT_TOO_LARGE = "unit_too_large"
    FULL = "full"
    PACING_PARTIES = "pacing_parties"
    PACING_COVERS = "pacing_covers"
    ONLINE_HELD_BACK = "online_held_back"
    # These three depend on who the guest is, so the ledger decides them; they are explained here with the others.
    GUEST_BLOCKED = "guest_blocked"
    GUEST_OVERLAP = "guest_overlap"
    GUEST_LIMIT = "guest_limit"


class Closed(Struct, frozen=True, gc=False):
    """A start that cannot be booked, or a whole date when `time` is None, and why."""

    date: date
    time: str | None
    starts_at: datetime | None
    reason: Reason
    facts: dict[str, object]
    window: Window | None = None
    """Set when only the tables are missing (`full`): what a re-seating or a waitlist entry would take."""
