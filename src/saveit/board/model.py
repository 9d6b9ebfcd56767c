"""The words of the board. Instants are on the restaurant's clock."""

from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from msgspec import Struct

from saveit.kernel.ids import AreaId, HoldId, PersonId, ReservationId, RestaurantId, TableId
from saveit.reservations import Status
from saveit.venues import Area, TableCombination, TableShape
from saveit.waitlist import EntryStatus

TableState: TypeAlias = Literal["free", "reserved", "seated", "held", "blocked"]


class BoardGuest(Struct, frozen=True):
    """Who comes. Masked for those who only look on."""

    name: str
    phone: str | None
    email: str | None
    language: Literal["es", "en"]

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "BoardGuest(***)"


class BoardPerson(Struct, frozen=True, kw_only=True):
    """What is known of a guest from before."""

    visits: int
    no_shows: int
    last_visit_on: date | None
    tags: tuple[str, ...]
    notes: str
    allergies: tuple[str, ...]
    blocked: bool

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "BoardPerson(***)"


class BoardReservation(Struct, frozen=True, kw_only=True):
    """A reservation of the day, whatever became of it. `late_minutes` counts while the party could still come."""

    id: ReservationId
    code: str
    status: Status
    service: str
    date: date
    time: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: tuple[TableId, ...]
    pinned: bool
    overbooked: bool
    source: str
    revision: int
    person_id: PersonId | None
    guest: BoardGuest
    special_requests: str | None
    late_minutes: int
    expected_at: datetime | None
    """When a party that is late said that it comes."""
    seated_from: datetime | None
    """Since when a party that was seated before its start has its tables."""
    no_show_due_at: datetime | None
    confirm_by: datetime | None
    checked_in_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    no_show_at: datetime | None
    created_at: datetime
    fee_minor: int
    person: BoardPerson | None


class BoardTable(Struct, frozen=True, kw_only=True):
    """A table where it stands, and how it stands now: `until` when, and who takes it `next_at`."""

    id: TableId
    area_id: AreaId | None
    number: str
    covers_min: int
    covers_max: int
    x: float
    y: float
    width: float
    height: float
    rotation: float
    shape: TableShape
    online: bool
    priority: int
    state: TableState
    holder_id: UUID | None
    until: datetime | None
    next_at: datetime | None


class BoardService(Struct, frozen=True):
    """A service of the day."""

    name: str
    opens_at: datetime
    closes_at: datetime
    last_start_at: datetime | None


class BoardHold(Struct, frozen=True, kw_only=True):
    """Tables that are kept: for a guest who makes up his mind, or for the first who waits."""

    id: HoldId
    table_ids: tuple[TableId, ...]
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    party_size: int
    kind: Literal["guest", "waitlist"]


class BoardBlock(Struct, frozen=True):
    """Tables out of service, as far as it concerns the day."""

    id: UUID
    table_ids: tuple[TableId, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str


class BoardEntry(Struct, frozen=True, kw_only=True):
    """A party that waits."""

    id: UUID
    restaurant_id: RestaurantId
    date: date
    party_size: int
    earliest_at: datetime
    latest_at: datetime
    guest: BoardGuest
    status: EntryStatus
    hold_id: UUID | None
    offered_until: datetime | None
    offered_starts_at: datetime | None
    reservation_id: ReservationId | None
    source: str
    created_at: datetime
    updated_at: datetime


class BoardWaiting(Struct, frozen=True):
    """A party's place in the queue, and the wait it is quoted."""

    position: int
    wait_minutes: int | None
    entry: BoardEntry


class BoardInterval(Struct, frozen=True, kw_only=True):
    """What starts in one interval of pacing, against its limits, and how many sit in the house when it begins."""

    time: str
    starts_at: datetime
    parties: int
    covers: int
    parties_max: int | None
    covers_max: int | None
    seated_covers: int


class BoardTotals(Struct, frozen=True, kw_only=True):
    """The day in figures. `parties` and `covers` leave out who cancelled and who did not come; those yet to come are `expected`."""

    parties: int
    covers: int
    seated_parties: int
    seated_covers: int
    expected_parties: int
    expected_covers: int
    done_parties: int
    done_covers: int
    cancelled: int
    no_shows: int
    waiting: int


class Forecast(Struct, frozen=True, kw_only=True):
    """How many to expect: what is booked, and who usually walks in on such a weekday; `days` is how many of the last four had guests."""

    expected_covers: int
    usual_covers: int | None
    usual_walk_in_covers: int | None
    days: int


class Board(Struct, frozen=True, kw_only=True):
    """The board of one service day. Facts after `sequence` change it; those that it already shows come with a revision it knows."""

    restaurant_id: RestaurantId
    name: str
    date: date
    timezone: str
    now: datetime
    currency: str
    sequence: str
    masked: bool
    services: list[BoardService]
    areas: list[Area]
    tables: list[BoardTable]
    combinations: list[TableCombination]
    reservations: list[BoardReservation]
    holds: list[BoardHold]
    blocks: list[BoardBlock]
    waitlist: list[BoardWaiting]
    intervals: list[BoardInterval]
    totals: BoardTotals
    forecast: Forecast
