"""Reading a board: the place in the log first, then the day, then who the guests are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from saveit.board.drawing import (
    blocks_of_day,
    forecast_of_day,
    intervals_of_day,
    services_of_day,
    tables_of_day,
    totals_of_day,
)
from saveit.board.model import (
    Board,
    BoardEntry,
    BoardGuest,
    BoardHold,
    BoardPerson,
    BoardReservation,
    BoardWaiting,
)
from saveit.guests import Card, GuestDetails, StandingRow, cards_of, standings_of
from saveit.kernel.db import Transaction
from saveit.kernel.ids import HoldId, PersonId, ReservationId, TableId
from saveit.ledger import House
from saveit.outbox import present
from saveit.reservations import (
    Desk,
    GuestFiguresRow,
    OpenHoldRow,
    Reservation,
    block_notes_of,
    covers_of_days,
    guest_figures,
    list_of_day,
    open_holds_of_day,
)
from saveit.seating import local_clock
from saveit.venues import list_areas, list_combinations, list_tables
from saveit.waitlist import Place, list_queue

# More parties than any house seats in a day: what is beyond is in the list, page by page.
_PARTIES_MAX = 2_000
_FROM_THE_FIRST = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
_WEEKS = 4
_MINUTE = timedelta(minutes=1)
_TO_COME = frozenset(("pending", "confirmed"))
_WAITS = "system:waitlist:"


async def read_board(desk: Desk, tx: Transaction, house: House, on: date, *, shows_guests: bool) -> Board:
    """Return the board of a service day. Without `shows_guests` phones are masked, and notes, tags and allergies left out."""
    now, zone, restaurant = desk.now(), house.zone, house.restaurant
    place = await present(desk.database)
    tenant_id, restaurant_id = house.tenant_id, house.restaurant_id
    parties = await list_of_day(
        tx,
        house.sealer,
        restaurant_id,
        service_on=on,
        statuses=None,
        after=_FROM_THE_FIRST,
        rows_max=_PARTIES_MAX,
    )
    picture = await desk.pictures.day(house, on, after=desk.pictures.tick())
    stays = picture.day.stays
    held = await open_holds_of_day(tx, restaurant_id, on, now=now)
    block_ids = {stay.holder_id for stay in stays if stay.holder_kind == "block"}
    reasons = await block_notes_of(tx, sorted(block_ids)) if block_ids else {}
    queue = await list_queue(desk, tx, restaurant_id, on)
    persons = await _persons(tx, house, parties if shows_guests else ())
    shown = [_party(house, party, persons, now=now, whole=shows_guests) for party in parties]
    totals = totals_of_day(shown, sum(waiting.entry.status == "waiting" for waiting in queue))
    past = await covers_of_days(tx, restaurant_id, [on - timedelta(weeks=n) for n in range(1, _WEEKS + 1)])
    walked_in = sum(
        party.party_size for party in parties if party.source == "walk_in" and party.status != "cancelled"
    )
    return Board(
        restaurant_id=restaurant_id,
        name=restaurant.name,
        date=on,
        timezone=restaurant.timezone,
        now=now.astimezone(zone),
        currency=restaurant.currency,
        sequence=f"{place.txid}.{place.position}",
        masked=not shows_guests,
        services=services_of_day(house, on),
        areas=await list_areas(tx, tenant_id, restaurant_id),
        tables=tables_of_day(
            house,
            await list_tables(tx, tenant_id, restaurant_id),
            stays,
            {party.id: party.status for party in parties},
            now=now,
        ),
        combinations=await list_combinations(tx, tenant_id, restaurant_id),
        reservations=shown,
        holds=[_hold(house, row) for row in held],
        blocks=blocks_of_day(house, stays, reasons),
        waitlist=[_waiting(house, waiting, whole=shows_guests) for waiting in queue],
        intervals=intervals_of_day(house, on, parties, now=now),
        totals=totals,
        forecast=forecast_of_day(totals.covers, walked_in, past),
    )


async def _persons(
    tx: Transaction, house: House, parties: Sequence[Reservation]
) -> Mapping[PersonId, BoardPerson]:
    """Return what is known from before of everybody who is booked."""
    person_ids = sorted({party.person_id for party in parties if party.person_id is not None})
    if not person_ids:
        return {}
    restaurant_id = house.restaurant_id
    figures = await guest_figures(tx, restaurant_id, person_ids)
    cards = await cards_of(tx, house.sealer, restaurant_id, person_ids)
    standings = await standings_of(tx, restaurant_id, person_ids)
    return {
        person_id: _person(figures.get(person_id), cards.get(person_id), standings.get(person_id))
        for person_id in person_ids
    }


def _person(figures: GuestFiguresRow | None, card: Card | None, standing: StandingRow | None) -> BoardPerson:
    known = card or Card()
    return BoardPerson(
        visits=0 if figures is None else figures.visits,
        no_shows=0 if standing is None else standing.no_shows,
        last_visit_on=None if figures is None else figures.last_visit_on,
        tags=known.tags,
        notes=known.notes,
        allergies=known.allergies,
        blocked=standing is not None and standing.blocked_at is not None,
    )


def _party(
    house: House,
    party: Reservation,
    persons: Mapping[PersonId, BoardPerson],
    *,
    now: datetime,
    whole: bool,
) -> BoardReservation:
    zone = house.zone
    to_come = party.status in _TO_COME
    absent = timedelta(minutes=party.policy.no_show_after_minutes)
    # Who said that they come later is not late before that, as the timer of no-shows sees it.
    expected_at = party.starts_at if party.expected_at is None else max(party.starts_at, party.expected_at)
    return BoardReservation(
        id=party.id,
        code=party.code,
        status=party.status,
        service=party.service,
        date=party.date,
        time=local_clock(party.starts_at, zone),
        starts_at=party.starts_at.astimezone(zone),
        leaves_at=party.leaves_at.astimezone(zone),
        ends_at=party.ends_at.astimezone(zone),
        party_size=party.party_size,
        table_ids=party.table_ids,
        pinned=party.pinned,
        overbooked=party.overbooked,
        source=party.source,
        revision=party.revision,
        person_id=party.person_id,
        guest=_guest(party.guest, whole=whole),
        special_requests=party.guest.special_requests if whole else None,
        late_minutes=max(0, (now - expected_at) // _MINUTE) if to_come else 0,
        expected_at=party.expected_at,
        seated_from=party.seated_from,
        no_show_due_at=(expected_at + absent).astimezone(zone) if party.status == "confirmed" else None,
        confirm_by=party.confirm_by,
        checked_in_at=party.checked_in_at,
        completed_at=party.completed_at,
        cancelled_at=party.cancelled_at,
        no_show_at=party.no_show_at,
        created_at=party.created_at,
        fee_minor=party.fee_minor,
        person=None if party.person_id is None else persons.get(party.person_id),
    )


def _guest(guest: GuestDetails, *, whole: bool) -> BoardGuest:
    shown = guest if whole else guest.masked()
    return BoardGuest(shown.name, shown.phone, shown.email, shown.language)


def _hold(house: House, row: OpenHoldRow) -> BoardHold:
    return BoardHold(
        id=HoldId(row.hold_id),
        table_ids=tuple(TableId(table_id) for table_id in row.table_ids),
        starts_at=row.starts_at.astimezone(house.zone),
        ends_at=row.ends_at.astimezone(house.zone),
        expires_at=row.expires_at,
        party_size=row.party_size,
        kind="waitlist" if row.holder.startswith(_WAITS) else "guest",
    )


def _waiting(house: House, place: Place, *, whole: bool) -> BoardWaiting:
    entry = place.entry
    return BoardWaiting(
        place.position,
        place.wait_minutes,
        BoardEntry(
            id=entry.id,
            restaurant_id=entry.restaurant_id,
            date=entry.date,
            party_size=entry.party_size,
            earliest_at=entry.earliest_at.astimezone(house.zone),
            latest_at=entry.latest_at.astimezone(house.zone),
            guest=_guest(entry.guest, whole=whole),
            status=entry.status,
            hold_id=entry.hold_id,
            offered_until=entry.offered_until,
            offered_starts_at=entry.offered_starts_at,
            reservation_id=None if entry.reservation_id is None else ReservationId(entry.reservation_id),
            source=entry.source,
            created_at=entry.created_at,
            updated_at=entry.updated_at,
        ),
    )
