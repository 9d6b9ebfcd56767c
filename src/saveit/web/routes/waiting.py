"""A guest's own place in the queue, by the link that joining gave: seen, the kept table taken, left.

What tempts is to let whoever knows the phone ask. A table is kept for minutes, and whoever guesses a number could take it; the link was
given to one guest, and proves itself.
"""

import hmac
from datetime import timedelta
from typing import Annotated

from litestar import Response, Router, delete, get, post
from litestar.params import QueryParameter

from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.ledger import House
from saveit.reservations import find
from saveit.venues import tenant_of
from saveit.waitlist import Entry, EntryUnknown, accept, find_entry, leave, list_queue
from saveit.web.edge import Call
from saveit.web.links import claimed_place
from saveit.web.routes.shared import Calling, answered
from saveit.web.wire.public import GuestPlace

# As long as the link of a reservation: a guest may look once more at what came of it.
_LASTS_AFTER = timedelta(days=7)

Link = Annotated[
    str,
    QueryParameter(name="link", max_length=400, description="What stands behind the # of the guest's link"),
]


@get("/", summary="See one's own place in the queue", opt={"open": True})
async def read_own_place(call: Calling, *, link: Link) -> GuestPlace:
    """As it is now, with the table that is kept and for how long."""
    house, entry = await _of_link(call, link)
    return await _own(call, house, entry)


@post("/accept", summary="Book the table that is kept for oneself", opt={"open": True})
async def accept_own_offer(call: Calling, *, link: Link) -> Response[GuestPlace]:
    """201 with the link of the reservation; accepting twice is answered alike."""
    house, entry = await _of_link(call, link)
    booked = await accept(call.desk, entry.id, tenant_id=call.tenant_id, actor=call.actor)
    after = await call.act(lambda tx: find_entry(call.desk, tx, entry.id))
    return answered((await _own(call, house, after), booked.replayed))


@delete("/", summary="Wait no more as a guest", status_code=200, opt={"open": True})
async def leave_own_place(call: Calling, *, link: Link) -> GuestPlace:
    """A table that is kept goes to the next. Leaving twice changes nothing."""
    house, entry = await _of_link(call, link)
    return await _own(call, house, await call.act(lambda tx: leave(call.desk, tx, entry.id)))


async def _of_link(call: Call, link: str) -> tuple[House, Entry]:
    """Return what a guest's link opens, and act for that guest. Refuses: EntryUnknown, for a wrong link as for one that is over."""
    place, _, seal = link.partition(".")
    claimed = claimed_place(place)
    if claimed is None:
        raise EntryUnknown
    restaurant_id, entry_id = claimed
    async with call.desk.database.gate() as gate_tx:
        tenant_id = await tenant_of(gate_tx, restaurant_id)
    if tenant_id is None:
        raise EntryUnknown
    made = await call.links.waiting_seal(tenant_id, place)
    if not hmac.compare_digest(seal.encode(), made.encode()):
        raise EntryUnknown
    call.is_of_a_guest(str(entry_id), tenant_id)
    house = await call.desk.house(tenant_id, restaurant_id)
    call.house_language = house.restaurant.language
    entry = await call.act(lambda tx: find_entry(call.desk, tx, entry_id))
    if call.now >= entry.latest_at + _LASTS_AFTER:
        raise EntryUnknown
    return house, entry


async def _own(call: Call, house: House, entry: Entry) -> GuestPlace:
    position, wait_minutes, manage_url, left_s = None, None, None, None
    if entry.waits:
        queue = await call.act(lambda tx: list_queue(call.desk, tx, house.restaurant_id, entry.date))
        own = next((each for each in queue if each.entry.id == entry.id), None)
        if own is not None:
            position, wait_minutes = own.position, own.wait_minutes
    if entry.offered_until is not None:
        left_s = max(0, int((entry.offered_until - call.now).total_seconds()))
    if entry.reservation_id is not None:
        manage_url = await _booked(call, house, entry.reservation_id)
    starts_at = entry.offered_starts_at
    return GuestPlace(
        date=entry.date,
        earliest_at=entry.earliest_at.astimezone(house.zone),
        latest_at=entry.latest_at.astimezone(house.zone),
        party_size=entry.party_size,
        name=entry.guest.name,
        status=entry.status,
        position=position,
        wait_minutes=wait_minutes,
        offered_starts_at=None if starts_at is None else starts_at.astimezone(house.zone),
        expires_in_s=left_s,
        manage_url=manage_url,
    )


async def _booked(call: Call, house: House, reservation_id: ReservationId) -> str:
    async def work(tx: Transaction) -> str:
        reservation = await find(call.desk, tx, reservation_id)
        return await call.links.manage(reservation, house.restaurant.slug)

    return await call.act(work)


def waiting_routes() -> Router:
    """Return the routes under /public/waiting."""
    return Router(
        "/public/waiting",
        route_handlers=[read_own_place, accept_own_offer, leave_own_place],
        tags=["Guests' pages"],
    )
