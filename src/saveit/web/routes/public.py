"""What a guest's own browser asks without a key: a restaurant by its slug, its times, a table, a place in the queue, a reservation.

What tempts is a key for the page. It would stand in every browser, and whoever read it there could do all that it opens; what can be
asked here is instead the little that a guest needs, and all of it is bounded: by the address for how often, by the caller for how many
tables are kept, and by a link that only the guest was given for what is done to a reservation.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated

from litestar import Response, Router, delete, get, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, FromPath, QueryParameter
from msgspec import UNSET

from saveit.consumers import qr
from saveit.guests import Agreed, GuestDetails, Read, check_contact, say_consent
from saveit.kernel.db import Transaction
from saveit.kernel.ids import HoldId, ReservationId
from saveit.ledger import House
from saveit.reservations import (
    Booking,
    Holding,
    HoldUnknown,
    Policy,
    Reservation,
    ReservationUnknown,
    SlotUnavailable,
    Wish,
    amend,
    book,
    cancel,
    change,
    find,
    find_hold,
    hold_once,
    policy_of,
    release_hold,
)
from saveit.seating import Asking
from saveit.venues import tenant_of
from saveit.waitlist import Wish as WaitWish
from saveit.waitlist import join
from saveit.web.desk import Alternatives, check_dates, enter, guest_of, shown, with_alternatives
from saveit.web.edge import Call
from saveit.web.hot.memory import Seen
from saveit.web.hot.tables import DAYS_MAX, Question, listing
from saveit.web.links import require_open
from saveit.web.problems import RequestInvalid, request_error
from saveit.web.routes.phones import phone_routes, proved
from saveit.web.routes.shared import Calling, PathId, answered
from saveit.web.wire import AvailabilityAnswer, Calendar, HoldAnswer, PolicyAnswer, shown_hold, shown_house
from saveit.web.wire.public import (
    GuestBookingRequest,
    GuestChangeRequest,
    GuestHold,
    GuestHoldRequest,
    GuestReservation,
    GuestWait,
    GuestWaitRequest,
    HouseCard,
)

_SOURCE = "web"
_HOLD = Example(value={"date": "2026-03-14", "time": "20:30", "party_size": 4})
_GUEST = {"name": "Ana Rivas", "phone": "+573001234567"}
_BOOK = Example(value={"date": "2026-03-14", "time": "20:30", "party_size": 4, "guest": _GUEST})
_WAIT = Example(
    value={
        "date": "2026-03-14",
        "earliest": "20:00",
        "latest": "21:30",
        "party_size": 4,
        "guest": _GUEST,
    }
)
_CHANGE = Example(value={"time": "21:00", "revision": 1})

Link = Annotated[
    str,
    QueryParameter(name="link", max_length=400, description="What stands behind the # of the guest's link"),
]

OwnLink = Annotated[
    str | None,
    QueryParameter(
        name="link", max_length=400, description="The link of a reservation that is not to be in its own way"
    ),
]


@get("/restaurants/{slug:str}", summary="See a restaurant as its guests do", opt={"open": True})
async def show_house(call: Calling, slug: FromPath[str]) -> HouseCard:
    """Its name, its clock, and for how many and how far ahead one may ask."""
    return shown_house(await enter(call, slug), call.now)


@get("/restaurants/{slug:str}/availability", summary="List the starts of some dates", opt={"open": True})
async def list_public_times(
    call: Calling,
    slug: FromPath[str],
    *,
    on: Annotated[date, QueryParameter(name="date", description="The first service day, YYYY-MM-DD")],
    party_size: Annotated[int, QueryParameter(ge=1, le=200)],
    days: Annotated[int, QueryParameter(ge=1, le=DAYS_MAX)] = 1,
    link: OwnLink = None,
) -> AvailabilityAnswer | Calendar:
    """Every start with whether it can be booked now, and why not; with a guest's link, whether their reservation can be moved there."""
    house, own = await enter(call, slug), None
    check_dates(("date", on))
    if link is not None:
        whose, own = await _of_link(call, link)
        if whose.restaurant_id != house.restaurant_id:
            raise ReservationUnknown
    question = Question(house.restaurant_id, on, party_size, None, days)
    excluding = None if own is None else own.id
    return await listing(call, house, question, Seen(call.desk, house), excluding=excluding)


def _taking(alternatives: Alternatives) -> list[Router]:
    """Return the routes that take a table, and say what there is instead when there is none."""
    return [_holding(alternatives), _booking(alternatives), _moving(alternatives)]


def _holding(alternatives: Alternatives) -> Router:
    @post("/restaurants/{slug:str}/holds", summary="Keep a table while a guest types", opt={"open": True})
    async def hold_for_guest(
        call: Calling, slug: FromPath[str], data: Annotated[GuestHoldRequest, Body(examples=[_HOLD])]
    ) -> Response[GuestHold]:
        """With the terms that booking it would have."""
        house = await enter(call, slug)
        check_dates(("date", data.date))
        holding = Holding(
            restaurant_id=house.restaurant_id,
            date=data.date,
            time=data.time,
            party_size=data.party_size,
            source=_SOURCE,
            audience="guest",
        )
        try:
            held = await hold_once(
                call.desk, holding, tenant_id=call.tenant_id, actor=call.actor, key=call.key_for(data)
            )
        except SlotUnavailable as refusal:
            asking = Asking(party_size=data.party_size, audience="guest")
            raise await with_alternatives(call, house, refusal, asking=asking, known=alternatives) from None
        policy = policy_of(
            house.rules,
            on=data.date,
            starts_at=held.hold.starts_at,
            party_size=data.party_size,
            currency=house.restaurant.currency,
            audience="guest",
        )
        left_s = max(0, int((held.hold.expires_at - call.now).total_seconds()))
        return answered(
            (GuestHold(shown_hold(house, held.hold), left_s, _terms(house, policy)), held.replayed)
        )

    return Router("/", route_handlers=[hold_for_guest])


def _booking(alternatives: Alternatives) -> Router:
    @post("/restaurants/{slug:str}/reservations", summary="Book a table as a guest", opt={"open": True})
    async def book_for_guest(
        call: Calling, slug: FromPath[str], data: Annotated[GuestBookingRequest, Body(examples=[_BOOK])]
    ) -> Response[GuestReservation]:
        """201 with the reservation and the link that changes it; 409 with alternatives when nothing is left."""
        house = await enter(call, slug)
        check_dates(("date", data.date))
        guest = guest_of(call, house, data.guest, data.special_requests)
        booking = Booking(
            restaurant_id=house.restaurant_id,
            date=data.date,
            time=data.time,
            party_size=data.party_size,
            guest=guest,
            source=_SOURCE,
            audience="guest",
            hold_id=data.hold_id,
            met=await proved(call, guest.phone, data.phone_proof),
        )
        try:
            booked = await book(
                call.desk, booking, tenant_id=call.tenant_id, actor=call.actor, key=call.key_for(data)
            )
        except SlotUnavailable as refusal:
            asking = Asking(party_size=data.party_size, audience="guest")
            raise await with_alternatives(call, house, refusal, asking=asking, known=alternatives) from None
        if data.news:
            await _note_news(call, booked.reservation, house, data.news_text)
        return answered((await _own(call, house, booked.reservation), booked.replayed))

    return Router("/", route_handlers=[book_for_guest])


def _moving(alternatives: Alternatives) -> Router:
    @put("/reservation", summary="Change one's own reservation", opt={"open": True})
    async def change_own_reservation(
        call: Calling, *, link: Link, data: Annotated[GuestChangeRequest, Body(examples=[_CHANGE])]
    ) -> Response[GuestReservation]:
        """All or nothing: what stands, stands until the new place is taken."""
        house, before = await _of_link(call, link)
        if data.date is not UNSET:
            check_dates(("date", data.date))
        try:
            after, replayed = await call.once(data, Reservation, _changing(call, house, before, data))
        except SlotUnavailable as refusal:
            size = before.party_size if data.party_size is UNSET else data.party_size
            asking = Asking(party_size=size, audience="guest", excluding=before.id)
            raise await with_alternatives(call, house, refusal, asking=asking, known=alternatives) from None
        return answered((await _own(call, house, after), replayed), status=200)

    return Router("/", route_handlers=[change_own_reservation])


@delete(
    "/restaurants/{slug:str}/holds/{hold_id:uuid}",
    summary="Give one's held table back",
    status_code=200,
    opt={"open": True},
)
async def release_for_guest(call: Calling, slug: FromPath[str], hold_id: PathId) -> HoldAnswer:
    """Releasing twice, or after its time, changes nothing."""
    house = await enter(call, slug)
    wanted = HoldId(hold_id)

    async def work(tx: Transaction) -> HoldAnswer:
        before = await find_hold(tx, wanted)
        if before.restaurant_id != house.restaurant_id:
            raise HoldUnknown(hold_id=str(hold_id))
        return shown_hold(house, await release_hold(call.desk, tx, wanted))

    return await call.act(work)


@post("/restaurants/{slug:str}/waitlist", summary="Wait for a table as a guest", opt={"open": True})
async def wait_as_guest(
    call: Calling, slug: FromPath[str], data: Annotated[GuestWaitRequest, Body(examples=[_WAIT])]
) -> Response[GuestWait]:
    """What frees is kept for the first who fits, who is told of it, for a while, and then for the next."""
    house = await enter(call, slug)
    check_dates(("date", data.date))
    wish = WaitWish(
        restaurant_id=house.restaurant_id,
        date=data.date,
        earliest=data.earliest,
        latest=data.latest,
        party_size=data.party_size,
        guest=guest_of(call, house, data.guest),
        source=_SOURCE,
    )

    async def work(tx: Transaction) -> GuestWait:
        entry = await join(call.desk, tx, wish)
        earliest_at, latest_at = (
            entry.earliest_at.astimezone(house.zone),
            entry.latest_at.astimezone(house.zone),
        )
        wait_url = await call.links.waiting(entry, house.restaurant.slug)
        return GuestWait(
            entry.id, entry.date, earliest_at, latest_at, entry.party_size, entry.status, wait_url
        )

    return answered(await call.once(data, GuestWait, work))


@get("/reservation", summary="See one's own reservation", opt={"open": True})
async def read_own_reservation(call: Calling, *, link: Link) -> GuestReservation:
    """As it is now, with what may be done with it and what cancelling would cost."""
    house, reservation = await _of_link(call, link)
    return await _own(call, house, reservation)


@delete("/reservation", summary="Cancel one's own reservation", status_code=200, opt={"open": True})
async def cancel_own_reservation(
    call: Calling,
    *,
    link: Link,
    revision: Annotated[int | None, QueryParameter(ge=1, description="As it was read")] = None,
) -> Response[GuestReservation]:
    """The terms of the booking decide the fee. Cancelling twice changes nothing and costs nothing more."""
    house, before = await _of_link(call, link)

    async def act(tx: Transaction) -> Reservation:
        return await cancel(call.desk, tx, before.id, revision=revision, reason="guest", waive_fee=False)

    return answered((await _own(call, house, await call.act(act)), False), status=200)


def _changing(
    call: Call, house: House, before: Reservation, data: GuestChangeRequest
) -> Callable[[Transaction], Awaitable[Reservation]]:
    moves = any(each is not UNSET for each in (data.date, data.time, data.party_size))
    if not moves and data.special_requests is UNSET:
        raise RequestInvalid(request_error("", "nothing_to_change"))
    wish = Wish(
        on=None if data.date is UNSET else data.date,
        time=None if data.time is UNSET else data.time,
        party_size=None if data.party_size is UNSET else data.party_size,
    )

    async def act(tx: Transaction) -> Reservation:
        revision = data.revision
        after = before
        if moves:
            after = await change(call.desk, tx, before.id, wish, revision=revision)
            revision = None
        if data.special_requests is not UNSET:
            wishes = data.special_requests
            after = await amend(
                call.desk,
                tx,
                before.id,
                revision=revision,
                guest=lambda was: _wishing(was, wishes, house.restaurant.region),
            )
        return after

    return act


def _wishing(was: GuestDetails, wishes: str | None, region: str) -> GuestDetails:
    """Return the guest's words with other wishes, checked. Refuses: ContactRefused."""
    return check_contact(
        name=was.name,
        phone=was.phone,
        email=was.email,
        language=was.language,
        region=region,
        special_requests=wishes,
    )


async def _of_link(call: Call, link: str) -> tuple[House, Reservation]:
    """Return what a guest's link opens, and act for that guest. Refuses: ReservationUnknown for a wrong link, as for none; PassExpired."""
    token, _, seal = link.partition(".")
    try:
        restaurant_id = qr.claimed_restaurant(token)
    except qr.PassMalformed as error:
        raise ReservationUnknown from error
    async with call.desk.database.gate() as gate_tx:
        tenant_id = await tenant_of(gate_tx, restaurant_id)
    if tenant_id is None:
        raise ReservationUnknown
    try:
        named = qr.read_pass(token, await call.links.key(tenant_id))
    except (qr.PassForged, qr.PassMalformed) as error:
        raise ReservationUnknown from error
    if not hmac.compare_digest(seal.encode(), (await call.links.seal(tenant_id, token)).encode()):
        raise ReservationUnknown
    call.is_of_a_guest(str(named.reservation_id), tenant_id)
    async with call.desk.database.tenant(tenant_id, call.actor) as tx:
        reservation = await find(call.desk, tx, ReservationId(named.reservation_id))
    require_open(reservation, call.now)
    house = await call.desk.house(tenant_id, reservation.restaurant_id)
    call.house_language = house.restaurant.language
    return house, reservation


async def _own(call: Call, house: House, reservation: Reservation) -> GuestReservation:
    stands = reservation.status in {"pending", "confirmed"} and reservation.starts_at > call.now
    return GuestReservation(
        reservation=await shown(call, house, reservation),
        restaurant=shown_house(house, call.now),
        manage_url=await call.links.manage(reservation, house.restaurant.slug),
        may_change=stands,
        may_cancel=stands,
        cancel_fee_minor=reservation.policy.fee_of_cancelling(call.now) if stands else 0,
    )


async def _note_news(call: Call, reservation: Reservation, house: House, agreed: Agreed | None) -> None:
    """Write down that the guest wants to hear from the house. A silence changes nothing: it may have been said elsewhere."""
    person_id = reservation.person_id
    if person_id is None:
        return
    read = None if agreed is None else Read(agreed, house.restaurant.name)
    await call.act(
        lambda tx: say_consent(
            tx,
            person_id,
            scope="marketing",
            allowed=True,
            how="booking_page",
            now=call.now,
            read=read,
        )
    )


def _terms(house: House, policy: Policy) -> PolicyAnswer:
    return PolicyAnswer(
        policy.currency,
        policy.free_until.astimezone(house.zone),
        policy.late_fee_minor,
        policy.no_show_fee_minor,
        policy.deposit_minor,
        policy.requirements,
        policy.tolerance_minutes,
        policy.no_show_after_minutes,
    )


def public_routes(alternatives: Alternatives) -> Router:
    """Return the routes under /public."""
    return Router(
        "/public",
        route_handlers=[
            show_house,
            list_public_times,
            release_for_guest,
            wait_as_guest,
            read_own_reservation,
            cancel_own_reservation,
            *_taking(alternatives),
            *phone_routes(),
        ],
        tags=["Guests' pages"],
    )
