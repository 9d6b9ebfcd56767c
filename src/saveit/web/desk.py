"""What several routes do alike at the desk: read a guest, show a reservation, and say what there is instead."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.guests import GuestDetails, check_contact
from saveit.ledger import House
from saveit.reservations import Reservation, RestaurantUnknown, SlotUnavailable, nearest_offers
from saveit.seating import Asking
from saveit.venues import find_slug
from saveit.web.edge import Call
from saveit.web.hot.memory import Memory, Seen
from saveit.web.problems import RequestInvalid, request_error
from saveit.web.wire import (
    Alternative,
    BookingRequest,
    CheckRequest,
    GuestRequest,
    HoldRequest,
    ReservationAnswer,
    shown_alternative,
    shown_reservation,
)

YEAR_MIN, YEAR_MAX = 2000, 2199
"""Outside of these a date is a slip of the hand; the wall clock itself reaches much farther."""

# Lists and figures tell by these what the house took down itself; a program may not pass for it.
_HOUSE_SOURCES = frozenset(("staff", "walk_in"))

_SLUG_LENGTH_MAX = 80

Alternatives = Memory[tuple[Alternative, ...]]


async def enter(call: Call, slug: str) -> House:
    """Return the restaurant of a slug; from here on the call is its guest's. Refuses: RestaurantUnknown."""
    if len(slug) > _SLUG_LENGTH_MAX:
        raise RestaurantUnknown(slug=slug[:_SLUG_LENGTH_MAX])
    async with call.desk.database.gate() as gate_tx:
        entry = await find_slug(gate_tx, slug)
    if entry is None:
        raise RestaurantUnknown(slug=slug)
    call.is_of_a_guest(await call.links.caller(entry.tenant_id, call.address), entry.tenant_id)
    house = await call.desk.house(entry.tenant_id, entry.restaurant_id)
    call.house_language = house.restaurant.language
    return house


def check_dates(*days: tuple[str, date]) -> None:
    """Return if the years can be meant. Refuses: RequestInvalid."""
    errors = [
        request_error(path, "date_out_of_range") for path, day in days if not YEAR_MIN <= day.year <= YEAR_MAX
    ]
    if errors:
        raise RequestInvalid(*errors)


def check_instants(*instants: tuple[str, datetime]) -> None:
    """Return if the instants have a zone and a year that can be meant. Refuses: RequestInvalid."""
    errors = [
        request_error(path, "zone_missing" if instant.tzinfo is None else "date_out_of_range")
        for path, instant in instants
        if instant.tzinfo is None or not YEAR_MIN <= instant.year <= YEAR_MAX
    ]
    if errors:
        raise RequestInvalid(*errors)


def source_of(call: Call, wanted: str | None) -> str:
    """Return where a booking comes from: what the caller says, else the channel. Refuses: RequestInvalid."""
    if wanted is None:
        return "staff" if call.audience == "staff" else "api"
    if wanted in _HOUSE_SOURCES and call.audience != "staff":
        raise RequestInvalid(request_error("source", "not_allowed"))
    return wanted


def guest_of(
    call: Call, house: House, guest: GuestRequest, wishes: str | None = None, *, at_the_door: bool = False
) -> GuestDetails:
    """Return the guest in our spelling. Whoever books for himself leaves one way to be reached; staff may know the guest otherwise.

    Refuses: ContactRefused, with every wrong field.
    """
    return check_contact(
        name=guest.name,
        phone=guest.phone,
        email=guest.email,
        language=guest.language or call.heads.language or house.restaurant.language,
        region=house.restaurant.region,
        special_requests=wishes,
        reachable=not at_the_door and call.audience != "staff",
    )


async def shown(call: Call, house: House, reservation: Reservation) -> ReservationAnswer:
    """Return a reservation as it is answered, with its links."""
    links = await call.links.of(reservation) if call.sees_guests(house.restaurant_id) else None
    return shown_reservation(house, reservation, links)


def asking_of(
    call: Call, request: BookingRequest | HoldRequest | CheckRequest, *, excluding: UUID | None = None
) -> Asking:
    """Return the question behind a request, with the table or area it wishes for."""
    return Asking(
        party_size=request.party_size,
        audience=call.audience,
        area_id=request.area_id,
        table_id=request.table_id,
        excluding=excluding,
    )


async def instead(
    call: Call, house: House, asking: Asking, *, on: date, at: datetime | None, known: Alternatives
) -> Sequence[Alternative]:
    """Return what could be booked instead: the wish for one table is dropped, that for an area stays."""
    free = msgspec.structs.replace(asking, table_id=None)
    asked = (house.restaurant_id, on, at, free)
    found = known.find(asked, house)
    if found is None:
        seen = Seen(call.desk, house)
        offers = await nearest_offers(call.desk, house, free, on=on, wished_at=at)
        seen.note(on)
        found = tuple(shown_alternative(house, offer) for offer in offers)
        known.keep(asked, seen, found)
    return found


async def with_alternatives(
    call: Call, house: House, refusal: SlotUnavailable, *, asking: Asking, known: Alternatives
) -> SlotUnavailable:
    """Return the refusal with what there is instead among its facts."""
    closed = refusal.closed
    refusal.facts["alternatives"] = await instead(
        call, house, asking, on=closed.date, at=closed.starts_at, known=known
    )
    return refusal
