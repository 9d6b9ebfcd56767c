"""The auditor: a restaurant in a few plain lists, which says beforehand how an act must end.

It knows the rules of the simulated restaurant and nothing of SQL, pictures or bits. Where the product may do better than best fit (by
moving other parties) it says so, and the caller then tells it what was done, which it checks.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from saveit.kernel.ids import TableId

TURN = timedelta(minutes=90)
BUFFER = timedelta(minutes=15)
INTERVAL = timedelta(minutes=15)
PARTIES_MAX = 4
STANDING = ("confirmed", "checked_in")


@dataclass(frozen=True)
class Party:
    """A reservation, a party at the door, or (with `expires_at`) a hold."""

    id: UUID
    status: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    size: int
    tables: tuple[TableId, ...]
    counted_at: datetime
    guest: int | None = None
    pinned: bool = False
    may_overlap: bool = False
    expires_at: datetime | None = None
    seated_from: datetime | None = None

    @property
    def has_from(self) -> datetime:
        """Since when its tables are its own."""
        return self.seated_from or self.starts_at

    def takes(self, now: datetime) -> bool:
        """Say whether its tables are taken."""
        if self.expires_at is not None:
            return self.status == "held" and self.expires_at > now
        return self.status in STANDING

    def counts(self, now: datetime) -> bool:
        """Say whether it is counted in its interval."""
        return self.takes(now) or self.status == "completed"


def interval_of(starts_at: datetime) -> datetime:
    """Return the quarter of an hour in which a start is counted."""
    return starts_at - timedelta(minutes=starts_at.minute % 15, seconds=starts_at.second)


@dataclass
class Auditor:
    """The restaurant as it must be."""

    tables: list[tuple[TableId, int]]
    """In the order of best fit: covers, then number."""
    parties: dict[UUID, Party] = field(default_factory=dict)

    def free(
        self, table: TableId, starts_at: datetime, ends_at: datetime, *, now: datetime, but: UUID | None
    ) -> bool:
        """Say whether nobody has a table at any time of an interval."""
        return not any(
            table in party.tables and party.has_from < ends_at and starts_at < party.ends_at
            for party in self.parties.values()
            if party.id != but and party.takes(now)
        )

    def early(self, party: Party, now: datetime) -> datetime | None:
        """Return since when a party that comes before its start has its tables: now, or when the last who sits there leaves."""
        there = [
            other.ends_at
            for other in self.parties.values()
            if other.id != party.id
            and other.takes(now)
            and set(other.tables) & set(party.tables)
            and now < other.ends_at <= party.starts_at
        ]
        since = max([now.replace(second=0, microsecond=0), *there])
        return since if since < party.starts_at else None

    def best_fit(
        self, size: int, starts_at: datetime, now: datetime, but: UUID | None = None
    ) -> list[TableId]:
        """Return the free tables for a party, best first."""
        return [
            table
            for table, covers in self.tables
            if size <= covers and self.free(table, starts_at, starts_at + TURN + BUFFER, now=now, but=but)
        ]

    def paced(self, starts_at: datetime, now: datetime, but: UUID | None = None) -> bool:
        """Say whether one more party may start in the interval."""
        counted = sum(
            party.counted_at == interval_of(starts_at)
            for party in self.parties.values()
            if party.id != but and party.counts(now)
        )
        return counted < PARTIES_MAX

    def elsewhere(
        self, guest: int, starts_at: datetime, leaves_at: datetime, but: UUID | None = None
    ) -> bool:
        """Say whether a guest has another reservation at this time."""
        return any(
            party.guest == guest and party.starts_at < leaves_at and starts_at < party.leaves_at
            for party in self.parties.values()
            if party.id != but and party.status in STANDING and not party.may_overlap
        )

    def of_booking(self, size: int, starts_at: datetime, now: datetime, guest: int | None) -> str:
        """Return how a booking must end: "done", a refusal, or "either" when only another seating could have room."""
        if starts_at < now:
            return "booking_rules_broken"
        if not self.paced(starts_at, now):
            return "slot_unavailable"
        if not self.best_fit(size, starts_at, now):
            return "either"
        if guest is not None and self.elsewhere(guest, starts_at, starts_at + TURN):
            return "guest_overlap"
        return "done"

    def of_change(self, party: Party, size: int, starts_at: datetime, now: datetime) -> str:
        """Return how a change must end, as of a booking."""
        if party.status != "confirmed":
            return "illegal_status"
        if starts_at < now:
            return "booking_rules_broken"
        if not self.paced(starts_at, now, party.id):
            return "slot_unavailable"
        if not self.best_fit(size, starts_at, now, party.id):
            return "either"
        if (
            party.guest is not None
            and not party.may_overlap
            and self.elsewhere(party.guest, starts_at, starts_at + TURN, party.id)
        ):
            return "guest_overlap"
        return "done"

    def put(self, party: Party) -> None:
        """Note what was done."""
        self.parties[party.id] = party

    def alter(self, party_id: UUID, **changes: object) -> None:
        """Note what became of a party."""
        self.parties[party_id] = replace(self.parties[party_id], **changes)

    def clashes(self, now: datetime) -> list[tuple[UUID, UUID]]:
        """Return the pairs that have one table at one time; there are none."""
        taking = [party for party in self.parties.values() if party.takes(now)]
        return [
            (one.id, other.id)
            for number, one in enumerate(taking)
            for other in taking[number + 1 :]
            if set(one.tables) & set(other.tables)
            and one.has_from < other.ends_at
            and other.has_from < one.ends_at
        ]
