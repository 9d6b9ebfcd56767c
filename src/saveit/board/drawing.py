"""From what was read to what is shown: the state of each table, the figures of the day, what to expect. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from saveit.board.model import (
    BoardBlock,
    BoardInterval,
    BoardReservation,
    BoardService,
    BoardTable,
    BoardTotals,
    Forecast,
    TableState,
)
from saveit.kernel.ids import TableId
from saveit.ledger import House
from saveit.reservations import DayCoversRow, Reservation, Status
from saveit.seating import HolderKind, Stay, load_limits, local_clock, local_date, plan_of
from saveit.venues import DiningTable

_MINUTE = timedelta(minutes=1)
_GONE = frozenset(("cancelled", "no_show"))
_TO_COME = frozenset(("pending", "confirmed"))
_OF_HOLDERS: Mapping[HolderKind, TableState] = {
    "hold": "held",
    "block": "blocked",
    "walk_in": "seated",
    "import": "reserved",
}


def services_of_day(house: House, on: date) -> list[BoardService]:
    """Return the services of a day."""
    shown: list[BoardService] = []
    for service in plan_of(house.rules, on, house.zone).services:
        last = service.starts[-1].starts_at.astimezone(house.zone) if service.starts else None
        window = service.window
        opens_at, closes_at = window.opens_at.astimezone(house.zone), window.closes_at.astimezone(house.zone)
        shown.append(BoardService(window.name, opens_at, closes_at, last))
    return shown


def tables_of_day(
    house: House,
    tables: Iterable[DiningTable],
    stays: Iterable[Stay],
    statuses: Mapping[UUID, Status],
    *,
    now: datetime,
) -> list[BoardTable]:
    """Return the tables, each with who has it now and when the next comes. A party that is late has its table, and does not sit at it."""
    at: dict[UUID, Stay] = {}
    following: dict[UUID, datetime] = {}
    for stay in stays:
        if stay.expires_at is not None and stay.expires_at <= now:
            continue
        for table_id in stay.table_ids:
            if stay.starts_at <= now < stay.ends_at:
                at[table_id] = stay
            elif stay.starts_at > now and stay.starts_at < following.get(table_id, stay.ends_at):
                following[table_id] = stay.starts_at
    return [_table(house, table, at.get(table.id), following.get(table.id), statuses) for table in tables]


def _table(  # noqa: PLR0917 - the table, who has it, and who comes next.
    house: House,
    table: DiningTable,
    stay: Stay | None,
    next_at: datetime | None,
    statuses: Mapping[UUID, Status],
) -> BoardTable:
    state: TableState = "free"
    if stay is not None:
        seated = statuses.get(stay.holder_id) == "checked_in"
        state = "seated" if seated else _OF_HOLDERS.get(stay.holder_kind, "reserved")
    return BoardTable(
        id=table.id,
        area_id=table.area_id,
        number=table.number,
        covers_min=table.covers_min,
        covers_max=table.covers_max,
        x=table.x,
        y=table.y,
        width=table.width,
        height=table.height,
        rotation=table.rotation,
        shape=table.shape,
        online=table.online,
        priority=table.priority,
        state=state,
        holder_id=None if stay is None else stay.holder_id,
        until=None if stay is None else stay.ends_at.astimezone(house.zone),
        next_at=None if next_at is None else next_at.astimezone(house.zone),
    )


def blocks_of_day(house: House, stays: Iterable[Stay], reasons: Mapping[UUID, str]) -> list[BoardBlock]:
    """Return the blocks, each once, from its first to its last instant that the day sees."""
    gathered: dict[UUID, list[Stay]] = {}
    for stay in stays:
        if stay.holder_kind == "block":
            gathered.setdefault(stay.holder_id, []).append(stay)
    return [
        BoardBlock(
            block_id,
            tuple(sorted({TableId(table_id) for each in found for table_id in each.table_ids})),
            min(each.starts_at for each in found).astimezone(house.zone),
            max(each.ends_at for each in found).astimezone(house.zone),
            reasons.get(block_id, ""),
        )
        for block_id, found in sorted(gathered.items())
    ]


def intervals_of_day(
    house: House, on: date, parties: Sequence[Reservation], *, now: datetime
) -> list[BoardInterval]:
    """Return what starts in each interval of the day's services, counted as pacing counts it."""
    plan = plan_of(house.rules, on, house.zone)
    limits = load_limits(house.rules, house.floor, on, local_date(now, house.zone))
    coming = [party for party in parties if party.status not in _GONE]
    each = timedelta(minutes=limits.interval_minutes)
    shown: list[BoardInterval] = []
    for service in plan.services:
        minute = (service.window.opens_at - plan.origin_at) // _MINUTE
        at = plan.origin_at + (minute - minute % limits.interval_minutes) * _MINUTE
        while at < service.window.closes_at:
            starting = [party for party in coming if at <= party.starts_at < at + each]
            shown.append(
                BoardInterval(
                    time=local_clock(at, house.zone),
                    starts_at=at.astimezone(house.zone),
                    parties=len(starting),
                    covers=sum(party.party_size for party in starting),
                    parties_max=limits.parties_max,
                    covers_max=limits.covers_max,
                    seated_covers=sum(
                        party.party_size for party in coming if party.starts_at <= at < _left(party)
                    ),
                )
            )
            at += each
    return shown


def totals_of_day(parties: Sequence[BoardReservation], waiting: int) -> BoardTotals:
    """Return the day in figures."""
    seated = [party.party_size for party in parties if party.status == "checked_in"]
    expected = [party.party_size for party in parties if party.status in _TO_COME]
    done = [party.party_size for party in parties if party.status == "completed"]
    return BoardTotals(
        parties=len(seated) + len(expected) + len(done),
        covers=sum(seated) + sum(expected) + sum(done),
        seated_parties=len(seated),
        seated_covers=sum(seated),
        expected_parties=len(expected),
        expected_covers=sum(expected),
        done_parties=len(done),
        done_covers=sum(done),
        cancelled=sum(party.status == "cancelled" for party in parties),
        no_shows=sum(party.status == "no_show" for party in parties),
        waiting=waiting,
    )


def forecast_of_day(covers: int, walked_in: int, past: Sequence[DayCoversRow]) -> Forecast:
    """Return what to expect: those who are booked, and as many more walking in as on the same weekdays before."""
    if not past:
        return Forecast(expected_covers=covers, usual_covers=None, usual_walk_in_covers=None, days=0)
    usual = round(sum(day.covers for day in past) / len(past))
    usual_walk_in = round(sum(day.walk_in_covers for day in past) / len(past))
    return Forecast(
        expected_covers=covers + max(0, usual_walk_in - walked_in),
        usual_covers=usual,
        usual_walk_in_covers=usual_walk_in,
        days=len(past),
    )


def _left(party: Reservation) -> datetime:
    """Return when a party left, or is expected to."""
    return party.completed_at or party.leaves_at
