"""Check-in passes, and the calendar entry of a reservation: the two things that a guest has in hand."""

import asyncio
from datetime import date
from typing import Annotated

from litestar import Response, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, QueryParameter

from saveit.consumers import qr
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import ReservationId, RestaurantId, TenantId
from saveit.ledger import House
from saveit.reservations import CalendarEntry, Reservation, ReservationUnknown, calendar_of, find, method_of
from saveit.seating import local_date
from saveit.venues import tenant_of
from saveit.web.desk import check_dates, shown
from saveit.web.edge import Call
from saveit.web.hot.passes import judged, shown_pass
from saveit.web.links import require_open
from saveit.web.problems import NotFound, Unauthenticated
from saveit.web.routes.reservations import look_at
from saveit.web.routes.shared import Calling, PathId, answered, house_of, require_seen
from saveit.web.wire.house import DayPasses, GeneratePass, PassAnswer, PassVerdict, ScannedPass, ShowPass

_ID = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"
_GENERATE = Example(value={"reservation_id": _ID})
_SHOW = Example(value={"restaurant_id": _ID, "token": "AQGVovBbHnw6jwA9LBsKn44B…"})
_TOKEN_LENGTH_MAX = 400


@post("/qr/generate", summary="Make a check-in pass")
async def generate_pass(
    call: Calling, data: Annotated[GeneratePass, Body(examples=[_GENERATE])]
) -> Response[PassAnswer]:
    """The pass of a reservation that stands; asked twice it is the same pass."""
    call.require_somewhere("qr:write")
    await call.settle_subject(data.reservation_id)

    async def work(tx: Transaction) -> PassAnswer:
        reservation = await find(call.desk, tx, data.reservation_id)
        unknown = ReservationUnknown(reservation_id=str(data.reservation_id))
        require_seen(call, "qr:write", reservation.restaurant_id, unknown)
        made = await qr.generate(call.desk, tx, data.reservation_id)
        return PassAnswer(
            reservation_id=made.reservation_id,
            token=made.token,
            document=made.document,
            png_url=call.links.picture(made.token),
            svg_url=call.links.picture(made.token, "svg"),
            issued_at=made.issued_at,
            expires_at=made.expires_at,
        )

    return answered(await call.once(data, PassAnswer, work))


@post("/qr/validate", summary="Ask whether a pass lets its party in now", status_code=200)
async def validate_pass(call: Calling, data: Annotated[ShowPass, Body(examples=[_SHOW])]) -> PassVerdict:
    """Changes nothing. A pass that does not is refused with its own reason."""
    return await judged(call, data)


@post("/qr/checkin", summary="Let a party in with its pass", status_code=200)
async def check_in_with_pass(
    call: Calling, data: Annotated[ScannedPass, Body(examples=[_SHOW])]
) -> Response[PassVerdict]:
    """The pass is used up and the party seated, both or neither; of two scans at once one is let in."""
    house = await call.house("qr:write", data.restaurant_id)
    pass_ = shown_pass(data)

    async def work(tx: Transaction) -> Reservation:
        return await qr.check_in(call.desk, tx, pass_, data.restaurant_id, scanned_at=data.scanned_at)

    seated, replayed = await call.once(data, Reservation, work)
    verdict = PassVerdict(valid=True, reservation=await shown(call, house, seated))
    return answered((verdict, replayed), status=200)


@get("/restaurants/{restaurant_id:uuid}/passes", summary="Read what a scanner needs without a network")
async def list_passes(
    call: Calling,
    restaurant_id: PathId,
    on: Annotated[
        date | None, QueryParameter(name="date", description="The service day; today when left out")
    ] = None,
) -> DayPasses:
    """Digests of the day's passes that count, and when each lets its party in. No pass can be made of a digest."""
    house = await call.house("qr:write", RestaurantId(restaurant_id))
    day = on or local_date(call.now, house.zone)
    check_dates(("date", day))
    return DayPasses(day, await call.act(lambda tx: qr.day_passes(call.desk, tx, house.restaurant_id, day)))


@get("/qr/{picture:str}", summary="See a pass as a picture", opt={"open": True}, media_type="image/png")
async def draw_pass(call: Calling, picture: FromPath[str]) -> Response[bytes]:
    """`{pass}.png` or `{pass}.svg`: the pass of the reservation that the one in the address names. Whoever has the link is the guest."""
    token, _, kind = picture.rpartition(".")
    if kind not in {"png", "svg"} or len(token) > _TOKEN_LENGTH_MAX:
        raise NotFound
    tenant_id, named = await _read_link(call, token)

    async def work(tx: Transaction) -> qr.IssuedPass:
        require_open(await find(call.desk, tx, named.reservation_id), call.now)
        return await qr.generate(call.desk, tx, named.reservation_id)

    issued = await call.desk.database.attempt(tenant_id, _guest(call), work)
    if kind == "png":
        # Drawing takes 18 ms of processor time, in which nobody else would be answered.
        return Response(await asyncio.to_thread(qr.pass_png, issued.token), media_type="image/png")
    return Response(qr.pass_svg(issued.token), media_type="image/svg+xml")


@get(
    "/calendar/{reservation_id:uuid}",
    summary="Put a reservation into a calendar",
    opt={"open": True},
    media_type="text/calendar",
)
async def read_calendar(
    call: Calling,
    reservation_id: PathId,
    token: Annotated[
        str | None, QueryParameter(name="pass", max_length=400, description="The pass in the guest's link")
    ] = None,
) -> Response[bytes]:
    """As iCalendar; with a key or session, or with the pass that is in the guest's own link. What was cancelled tells calendars so."""
    wanted = ReservationId(reservation_id)
    if token is not None:
        house, reservation = await _of_link(call, token, wanted)
    elif call.known is None:
        raise Unauthenticated
    else:

        async def look(tx: Transaction) -> Reservation:
            return await find(call.desk, tx, wanted)

        reservation = await look_at(call, wanted, look)
        house = await house_of(call, reservation.restaurant_id)
    entry = _entry(house, reservation)
    name = f"{reservation.code}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # The framework adds the charset to whatever is text.
    media_type = f"text/calendar; method={method_of(entry)}"
    return Response(calendar_of(entry, reminder=True), media_type=media_type, headers=headers)


def _entry(house: House, reservation: Reservation) -> CalendarEntry:
    restaurant = house.restaurant
    return CalendarEntry(
        reservation_id=reservation.id,
        sequence=reservation.calendar_sequence,
        changed_at=reservation.updated_at,
        status=reservation.calendar_status,
        starts_at=reservation.starts_at,
        ends_at=reservation.leaves_at,
        timezone=restaurant.timezone,
        language=reservation.guest.language,
        restaurant_name=restaurant.name,
        restaurant_address=restaurant.address or None,
        party_size=reservation.party_size,
        code=reservation.code,
    )


async def _of_link(call: Call, token: str, wanted: ReservationId) -> tuple[House, Reservation]:
    """Return the reservation that a guest's link opens. Refuses: ReservationUnknown for another, as for none."""
    unknown = ReservationUnknown(reservation_id=str(wanted))
    try:
        tenant_id, named = await _read_link(call, token)
    except (NotFound, qr.PassForged, qr.PassMalformed) as error:
        raise unknown from error
    if named.reservation_id != wanted:
        raise unknown
    async with call.desk.database.tenant(tenant_id, _guest(call)) as tx:
        reservation = await find(call.desk, tx, wanted)
    require_open(reservation, call.now)
    return await call.desk.house(tenant_id, reservation.restaurant_id), reservation


async def _read_link(call: Call, token: str) -> tuple[TenantId, qr.CheckInPass]:
    """Return what a true pass in a link names, and whose it is: also one that is past its time, for the stay may have been moved since.

    Refuses: NotFound, PassMalformed, PassForged.
    """
    restaurant_id = qr.claimed_restaurant(token)
    async with call.desk.database.gate() as gate_tx:
        tenant_id = await tenant_of(gate_tx, restaurant_id)
    if tenant_id is None:
        raise NotFound
    return tenant_id, qr.read_pass(token, await call.links.key(tenant_id))


def _guest(call: Call) -> Actor:
    return Actor("guest", "link", "link", call.heads.trace_id)


def pass_routes() -> Router:
    """Return the routes of passes and calendars."""
    return Router(
        "/",
        route_handlers=[
            generate_pass,
            validate_pass,
            check_in_with_pass,
            list_passes,
            draw_pass,
            read_calendar,
        ],
        tags=["Passes"],
    )
