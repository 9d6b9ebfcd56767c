"""Waiting for a table: joined, looked at, accepted, left."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery, QueryParameter

from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId
from saveit.ledger import House
from saveit.seating import local_date
from saveit.waitlist import Entry, EntryId, EntryUnknown, Wish, accept, find_entry, join, leave, list_queue
from saveit.web.desk import check_dates, guest_of, source_of
from saveit.web.edge import Call
from saveit.web.problems import RequestInvalid, request_error
from saveit.web.routes.shared import Calling, PathId, answer_of, answered, house_of, require_seen
from saveit.web.wire import GuestAnswer, ReservationAnswer
from saveit.web.wire.house import EntryAnswer, PlaceAnswer, Queue, WaitRequest

_JOIN = Example(
    value={
        "restaurant_id": "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e",
        "date": "2026-03-14",
        "earliest": "20:00",
        "latest": "21:30",
        "party_size": 4,
        "guest": {"name": "Ana Rivas", "phone": "+573001234567"},
    }
)


@post("/", summary="Wait for a table")
async def join_queue(
    call: Calling, data: Annotated[WaitRequest, Body(examples=[_JOIN])]
) -> Response[EntryAnswer]:
    """What frees is kept for the first who fits, for a while, and then for the next."""
    house = await call.house("waitlist:write", data.restaurant_id)
    check_dates(("date", data.date))
    earliest, latest = data.earliest or data.time, data.latest or data.time
    if earliest is None or latest is None:
        raise RequestInvalid(request_error("earliest" if earliest is None else "latest", "missing_field"))
    wish = Wish(
        restaurant_id=data.restaurant_id,
        date=data.date,
        earliest=earliest,
        latest=latest,
        party_size=data.party_size,
        guest=guest_of(call, house, data.guest),
        source=source_of(call, data.source),
    )

    async def work(tx: Transaction) -> EntryAnswer:
        return _shown(call, house, await join(call.desk, tx, wish))

    return answered(await call.once(data, EntryAnswer, work))


@get("/", summary="See who waits on a day")
async def read_queue(
    call: Calling,
    restaurant_id: FromQuery[UUID],
    on: Annotated[
        date | None, QueryParameter(name="date", description="The service day; today when left out")
    ] = None,
) -> Queue:
    """In order, each with the wait it is quoted."""
    house = await call.house("reservations:read", RestaurantId(restaurant_id))
    day = on or local_date(call.now, house.zone)
    check_dates(("date", day))
    places = await call.act(lambda tx: list_queue(call.desk, tx, house.restaurant_id, day))
    return Queue(
        [PlaceAnswer(each.position, each.wait_minutes, _shown(call, house, each.entry)) for each in places]
    )


@get("/{entry_id:uuid}", summary="See one who waits")
async def read_entry(call: Calling, entry_id: PathId) -> EntryAnswer:
    """With `offered_until` when a table is kept for them."""
    call.require_somewhere("reservations:read")
    await call.settle_subject(entry_id)

    async def work(tx: Transaction) -> Entry:
        entry = await find_entry(call.desk, tx, EntryId(entry_id))
        require_seen(call, "reservations:read", entry.restaurant_id, _unknown(entry_id))
        return entry

    entry = await call.act(work)
    return _shown(call, await house_of(call, entry.restaurant_id), entry)


@post("/{entry_id:uuid}/accept", summary="Book the table that is kept")
async def accept_offer(call: Calling, entry_id: PathId) -> Response[ReservationAnswer]:
    """201 with the reservation; accepting twice is answered alike."""
    await _require(call, entry_id)
    booked = await accept(call.desk, EntryId(entry_id), tenant_id=call.tenant_id, actor=call.actor)
    return answered((await answer_of(call, booked.reservation), booked.replayed))


@delete("/{entry_id:uuid}", summary="Wait no more", status_code=200)
async def leave_queue(call: Calling, entry_id: PathId) -> EntryAnswer:
    """A table that is kept goes to the next. Leaving twice changes nothing."""
    await _require(call, entry_id)
    entry = await call.act(lambda tx: leave(call.desk, tx, EntryId(entry_id)))
    return _shown(call, await house_of(call, entry.restaurant_id), entry)


async def _require(call: Call, entry_id: UUID) -> None:
    """Return if the caller may act on an entry. Refuses: EntryUnknown, Forbidden."""
    call.require_somewhere("waitlist:write")
    await call.settle_subject(entry_id)

    async def work(tx: Transaction) -> None:
        entry = await find_entry(call.desk, tx, EntryId(entry_id))
        require_seen(call, "waitlist:write", entry.restaurant_id, _unknown(entry_id))

    await call.act(work)


def _unknown(entry_id: UUID) -> EntryUnknown:
    return EntryUnknown(entry_id=str(entry_id))


def _shown(call: Call, house: House, entry: Entry) -> EntryAnswer:
    guest = entry.guest if call.sees_guests(house.restaurant_id) else entry.guest.masked()
    return EntryAnswer(
        id=entry.id,
        restaurant_id=entry.restaurant_id,
        date=entry.date,
        party_size=entry.party_size,
        earliest_at=entry.earliest_at.astimezone(house.zone),
        latest_at=entry.latest_at.astimezone(house.zone),
        guest=GuestAnswer(guest.name, guest.phone, guest.email, guest.language),
        status=entry.status,
        hold_id=entry.hold_id,
        offered_until=entry.offered_until,
        reservation_id=entry.reservation_id,
        source=entry.source,
        created_at=entry.created_at,
        updated_at=entry.updated_at,
        offered_starts_at=None
        if entry.offered_starts_at is None
        else entry.offered_starts_at.astimezone(house.zone),
    )


def waitlist_routes() -> Router:
    """Return the routes under /waitlist."""
    return Router(
        "/waitlist",
        route_handlers=[join_queue, read_queue, read_entry, accept_offer, leave_queue],
        tags=["Waitlist"],
    )
