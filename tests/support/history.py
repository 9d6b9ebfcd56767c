"""Reads what happened from the facts alone, and says whether two parties ever had one table at one time.

It knows nothing of `table_occupancy`, of its constraint or of the columns of `reservations`: were the constraint lost, the facts would
still tell. Facts are taken in the order of their positions. A position is drawn after the act has its tables, and who takes a table after
somebody else waits for that one's commit: so for acts that touch the same table this is the order in which they happened.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tests.support.core import Bistro

STANDING = frozenset(("pending", "confirmed", "checked_in"))


class Place(msgspec.Struct, frozen=True):
    """Where a party is, or will be."""

    status: str
    starts_at: datetime
    ends_at: datetime
    table_ids: tuple[UUID, ...]
    seated_from: datetime | None = None

    @property
    def has_from(self) -> datetime:
        """Since when its tables are its own."""
        return self.seated_from or self.starts_at


class Told(msgspec.Struct, frozen=True):
    """What a fact tells of a reservation."""

    after: Place


class Happened(msgspec.Struct, frozen=True):
    """One fact, in the order of position."""

    txid: str
    subject: UUID
    kind: str
    place: Place


class Clash(msgspec.Struct, frozen=True):
    """Two parties that had one table at one time, and the fact with which it began."""

    table: UUID
    kind: str
    parties: frozenset[UUID]


async def history(bistro: Bistro) -> list[Happened]:
    """Read everything that happened to the reservations of a restaurant."""
    rows: list[tuple[Any, ...]] = await bistro.rows(
        "SELECT txid::text, subject_id, kind, body::text FROM facts WHERE subject_kind = 'reservation' ORDER BY position"
    )
    decoder = msgspec.json.Decoder(Told)
    return [Happened(txid, subject, kind, decoder.decode(body).after) for txid, subject, kind, body in rows]


def clashes(happened: Iterable[Happened]) -> list[Clash]:
    """Return every clash there ever was. The acts of one transaction happen at once: only what stands at its end is looked at."""
    at_table: dict[UUID, dict[UUID, Place]] = {}
    placed: dict[UUID, Place] = {}
    found: list[Clash] = []
    told = list(happened)
    last_of = {fact.txid: number for number, fact in enumerate(told)}
    waiting: dict[str, list[Happened]] = {}
    for number, fact in enumerate(told):
        before = placed.get(fact.subject)
        for table in () if before is None else before.table_ids:
            at_table[table].pop(fact.subject, None)
        placed[fact.subject] = fact.place
        if fact.place.status in STANDING:
            for table in fact.place.table_ids:
                at_table.setdefault(table, {})[fact.subject] = fact.place
            waiting.setdefault(fact.txid, []).append(fact)
        if last_of[fact.txid] == number:
            for done in waiting.pop(fact.txid, []):
                found += _clashes_of(done, at_table)
    return found


def _clashes_of(fact: Happened, at_table: dict[UUID, dict[UUID, Place]]) -> list[Clash]:
    return [
        Clash(table, fact.kind, frozenset((fact.subject, other)))
        for table in fact.place.table_ids
        for other, place in at_table[table].items()
        if other != fact.subject
        and fact.subject in at_table[table]
        and place.has_from < fact.place.ends_at
        and fact.place.has_from < place.ends_at
    ]
