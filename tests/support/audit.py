"""A look at one restaurant that owes nothing to the constraints, nor to our code: what its rows and its facts say of each other.

The rows are compared in SQL; the facts are replayed one transaction after the other, from an empty house, with every stay they tell of.
"""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

_STANDING = ("pending", "confirmed", "checked_in")

_OVERLAPS = """
SELECT count(*)
FROM reservations a
CROSS JOIN LATERAL unnest(a.table_ids) AS t (table_id)
JOIN reservations b ON b.restaurant_id = a.restaurant_id AND t.table_id = ANY (b.table_ids)
WHERE a.restaurant_id = $1
    AND a.reservation_id < b.reservation_id
    AND a.status IN ('pending', 'confirmed', 'checked_in')
    AND b.status IN ('pending', 'confirmed', 'checked_in')
    AND coalesce(a.seated_from, a.starts_at) < b.ends_at
    AND coalesce(b.seated_from, b.starts_at) < a.ends_at
"""
_TABLES_TAKEN_TWICE = """
SELECT count(*)
FROM table_occupancy a
JOIN table_occupancy b
    ON b.table_id = a.table_id
    AND (a.holder_id, a.starts_at) < (b.holder_id, b.starts_at)
    AND a.starts_at < b.ends_at
    AND b.starts_at < a.ends_at
WHERE a.restaurant_id = $1
"""
_TABLES_DISAGREE = """
WITH said AS (
    SELECT 'reservation' AS kind, reservation_id AS id, t.table_id, coalesce(seated_from, starts_at) AS starts_at, ends_at
    FROM reservations CROSS JOIN LATERAL unnest(table_ids) AS t (table_id)
    WHERE restaurant_id = $1 AND status IN ('pending', 'confirmed', 'checked_in')
    UNION ALL
    SELECT 'hold', hold_id, t.table_id, starts_at, ends_at
    FROM holds CROSS JOIN LATERAL unnest(table_ids) AS t (table_id)
    WHERE restaurant_id = $1 AND released_at IS NULL AND reservation_id IS NULL AND expires_at > now()
), kept AS (
    SELECT holder_kind AS kind, holder_id AS id, table_id, starts_at, ends_at
    FROM table_occupancy
    WHERE restaurant_id = $1 AND holder_kind <> 'block' AND (expires_at IS NULL OR expires_at > now())
)
SELECT count(*)
FROM ((TABLE said EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE said)) d
"""
_COUNTS_DISAGREE = """
WITH counting AS (
    SELECT service_on, loads
    FROM reservations
    WHERE restaurant_id = $1 AND status IN ('pending', 'confirmed', 'checked_in', 'completed')
    UNION ALL
    SELECT service_on, loads
    FROM holds
    WHERE restaurant_id = $1 AND released_at IS NULL AND reservation_id IS NULL
), said AS (
    SELECT c.service_on, l.kind, l.counted_at, sum(l.parties)::bigint AS parties, sum(l.covers)::bigint AS covers
    FROM counting c
    CROSS JOIN LATERAL jsonb_to_recordset(c.loads) AS l (kind text, counted_at timestamptz, parties bigint, covers bigint)
    GROUP BY 1, 2, 3
), kept AS (
    SELECT service_on, kind, counted_at, parties::bigint, covers::bigint
    FROM slot_load
    WHERE restaurant_id = $1 AND (parties, covers) <> (0, 0)
)
SELECT count(*)
FROM ((TABLE said EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE said)) d
"""
_COUNTS_OVER = """
SELECT count(*)
FROM slot_load
WHERE restaurant_id = $1
    AND (parties > parties_max OR covers > covers_max)
"""
_GUESTS_DISAGREE = """
WITH said AS (
    SELECT reservation_id, person_id, starts_at, leaves_at
    FROM reservations
    WHERE restaurant_id = $1 AND status IN ('pending', 'confirmed', 'checked_in') AND person_id IS NOT NULL
), kept AS (
    SELECT reservation_id, person_id, starts_at, ends_at
    FROM guest_stays
    WHERE restaurant_id = $1
)
SELECT count(*)
FROM ((TABLE said EXCEPT ALL TABLE kept) UNION ALL (TABLE kept EXCEPT ALL TABLE said)) d
"""
_GUESTS_TWICE = """
SELECT count(*)
FROM reservations a
JOIN reservations b ON b.restaurant_id = a.restaurant_id AND b.person_id = a.person_id AND a.reservation_id < b.reservation_id
WHERE a.restaurant_id = $1
    AND a.status IN ('pending', 'confirmed', 'checked_in')
    AND b.status IN ('pending', 'confirmed', 'checked_in')
    AND a.starts_at < b.leaves_at
    AND b.starts_at < a.leaves_at
"""
# In the order of the last word of each transaction: of two acts that met, the later one spoke after the earlier one's commit.
_FACTS = """
SELECT txid::text, kind, subject_kind, subject_id, body
FROM facts
WHERE restaurant_id = $1
    AND (kind LIKE 'reservation.%' OR kind LIKE 'hold.%')
ORDER BY max(position) OVER (PARTITION BY txid), position
"""
_STATES = """
SELECT reservation_id, status, revision, starts_at, ends_at, table_ids
FROM reservations
WHERE restaurant_id = $1
"""


class Findings(msgspec.Struct, frozen=True):
    """How many things are wrong, of each kind. A house in order has none."""

    overlaps: int = 0
    """Pairs of standing parties at one table at one time, from the reservations alone."""
    overlaps_in_facts: int = 0
    """The same, and holds, at any moment of the history that the facts tell."""
    tables_taken_twice: int = 0
    tables_disagree: int = 0
    """Tables that standing parties and holds say they have and the ledger does not, and the other way."""
    counts_disagree: int = 0
    counts_over: int = 0
    guests_disagree: int = 0
    guests_twice: int = 0
    lost_updates: int = 0
    """Acts whose fact does not go on from where the fact before ended."""
    states_disagree: int = 0
    """Reservations that are not as their last fact tells."""


IN_ORDER = Findings()


class Stay(msgspec.Struct, frozen=True):
    """What a fact tells of a reservation or a hold; more is told, and not looked at."""

    starts_at: datetime
    ends_at: datetime
    table_ids: tuple[str, ...]
    status: str = "confirmed"
    revision: int = 0
    hold_id: str | None = None

    def meets(self, other: "Stay") -> bool:
        """Say whether the two hold one table at one time."""
        return (
            self.starts_at < other.ends_at
            and other.starts_at < self.ends_at
            and not set(self.table_ids).isdisjoint(other.table_ids)
        )


class _Told(msgspec.Struct, frozen=True):
    after: Stay
    before: Stay | None = None


class History:
    """The house as its facts tell it, from the first to the last."""

    def __init__(self) -> None:
        self.states: dict[str, Stay] = {}
        self.overlaps = 0
        self.lost_updates = 0
        self._holding: dict[str, Stay] = {}

    def take(self, facts: list[Any]) -> None:
        """Take the facts of one transaction; what they tell is so when it is committed."""
        touched: set[str] = set()
        for fact in facts:
            subject = str(fact["subject_id"])
            if fact["subject_kind"] == "hold":
                self._take_hold(fact["kind"], subject, msgspec.json.decode(fact["body"], type=Stay))
            else:
                self._take_reservation(subject, msgspec.json.decode(fact["body"], type=_Told))
            touched.add(subject)
        for subject in touched & self._holding.keys():
            stay = self._holding[subject]
            others = (other for one, other in self._holding.items() if one != subject)
            self.overlaps += sum(stay.meets(other) for other in others)

    def _take_hold(self, kind: str, hold_id: str, stay: Stay) -> None:
        if kind in {"hold.released", "hold.expired"}:
            self._holding.pop(hold_id, None)
        else:
            self._holding[hold_id] = stay

    def _take_reservation(self, reservation_id: str, told: _Told) -> None:
        known = self.states.get(reservation_id)
        follows = told.before == known and told.after.revision == (1 if known is None else known.revision + 1)
        self.lost_updates += not follows
        self.states[reservation_id] = told.after
        if told.after.hold_id is not None:
            self._holding.pop(told.after.hold_id, None)
        if told.after.status in _STANDING:
            self._holding[reservation_id] = told.after
        else:
            self._holding.pop(reservation_id, None)


class Auditor:
    """Reads past row-level security, and past all of our code."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def value(self, sql: str, *arguments: object) -> Any:
        """Read one value."""
        return await self._connection.fetchval(sql, *arguments)

    async def run(self, sql: str, *arguments: object) -> None:
        """Change the database as its superuser."""
        await self._connection.execute(sql, *arguments)

    async def facts(self, subject_id: str) -> dict[str, int]:
        """Count what happened to one reservation or hold."""
        found = await self._connection.fetch("SELECT kind FROM facts WHERE subject_id = $1::uuid", subject_id)
        return dict(Counter(row["kind"] for row in found))

    async def kinds(self, restaurant_id: str) -> dict[str, int]:
        """Count what happened to the reservations and holds of a restaurant."""
        found = await self._connection.fetch(
            "SELECT kind FROM facts WHERE restaurant_id = $1 AND subject_kind IN ('reservation', 'hold')",
            restaurant_id,
        )
        return dict(Counter(row["kind"] for row in found))

    async def ids(self, restaurant_id: str) -> set[str]:
        """Return the reservations of a restaurant."""
        found = await self._connection.fetch(
            "SELECT reservation_id FROM reservations WHERE restaurant_id = $1", restaurant_id
        )
        return {str(row["reservation_id"]) for row in found}

    async def statuses(self, restaurant_id: str) -> dict[str, int]:
        """Count a restaurant's reservations by status."""
        found = await self._connection.fetch(
            "SELECT status, count(*) AS times FROM reservations WHERE restaurant_id = $1 GROUP BY status",
            restaurant_id,
        )
        return {row["status"]: row["times"] for row in found}

    async def look(self, restaurant_id: str) -> Findings:
        """Return what is wrong with a restaurant, all of it read at one moment: consumers and timers go on meanwhile."""
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            return await self._look(restaurant_id)

    async def _look(self, restaurant_id: str) -> Findings:
        history = await self.history(restaurant_id)
        states = await self._connection.fetch(_STATES, restaurant_id)

        async def number(sql: str) -> int:
            found: int = await self._connection.fetchval(sql, restaurant_id)
            return found

        return Findings(
            overlaps=await number(_OVERLAPS),
            overlaps_in_facts=history.overlaps,
            tables_taken_twice=await number(_TABLES_TAKEN_TWICE),
            tables_disagree=await number(_TABLES_DISAGREE),
            counts_disagree=await number(_COUNTS_DISAGREE),
            counts_over=await number(_COUNTS_OVER),
            guests_disagree=await number(_GUESTS_DISAGREE),
            guests_twice=await number(_GUESTS_TWICE),
            lost_updates=history.lost_updates,
            states_disagree=_differing(history, states),
        )

    async def history(self, restaurant_id: str) -> History:
        """Replay the facts of a restaurant."""
        transactions: defaultdict[str, list[Any]] = defaultdict(list)
        for fact in await self._connection.fetch(_FACTS, restaurant_id):
            transactions[fact["txid"]].append(fact)
        history = History()
        for facts in transactions.values():
            history.take(facts)
        return history


def _differing(history: History, states: list[Any]) -> int:
    rows = {
        str(row["reservation_id"]): (
            row["status"],
            row["revision"],
            row["starts_at"],
            row["ends_at"],
            tuple(str(table_id) for table_id in row["table_ids"]),
        )
        for row in states
    }
    told = {
        reservation_id: (stay.status, stay.revision, stay.starts_at, stay.ends_at, stay.table_ids)
        for reservation_id, stay in history.states.items()
    }
    return sum(rows.get(each) != told.get(each) for each in rows.keys() | told.keys())
