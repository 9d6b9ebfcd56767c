"""Reservations: made, read, changed, ended."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery, QueryParameter
from msgspec import UNSET

from saveit.access import Permission
from saveit.guests import GuestDetails, check_contact
from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, ReservationId, RestaurantId
from saveit.outbox import history
from saveit.reservations import (
    Reservation,
    ReservationUnknown,
    SlotUnavailable,
    Status,
    Wish,
    amend,
    cancel,
    change,
    check_in,
    complete,
    confirm,
    extend,
    find,
    list_of_day,
    list_of_person,
    mark_no_show,
    move,
)
from saveit.seating import Asking, local_date
from saveit.web.desk import Alternatives, check_dates, check_instants, shown, with_alternatives
from saveit.web.edge import Call
from saveit.web.problems import PersonUnknown, RequestInvalid, request_error
from saveit.web.routes.shared import (
    FIRST_ID,
    LAST_ID,
    PAGE_LENGTH,
    Calling,
    Cursor,
    PageLength,
    PathId,
    RevisionRead,
    answer_of,
    answered,
    cursor_of,
    house_of,
    place_of,
    require_seen,
)
from saveit.web.wire import (
    BookingRequest,
    ExtendRequest,
    HistoryAnswer,
    HistoryEntry,
    MoveRequest,
    ReservationAnswer,
    ReservationChange,
    ReservationPage,
)

_ID = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"
_BOOK = Example(
    value={
        "restaurant_id": _ID,
        "date": "2026-03-14",
        "time": "20:30",
        "party_size": 4,
        "guest": {"name": "Ana Rivas", "phone": "+573001234567", "email": "ana@example.com"},
        "special_requests": "Junto a la ventana",
    }
)
_CHANGE = Example(value={"time": "21:00", "party_size": 5, "revision": 1})
_MOVE = Example(value={"table_ids": [_ID], "revision": 2})
_EXTEND = Example(value={"leaves_at": "2026-03-14T23:30:00-05:00"})
# Before anybody could book; the database knows no year 1 in every zone.
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Act: TypeAlias = Callable[[Transaction], Awaitable[Reservation]]


async def look_at(call: Call, reservation_id: ReservationId, look: Act) -> Reservation:
    """Run a look at a reservation that the caller may see. Refuses: Forbidden, ReservationUnknown."""
    found, _ = await _on(call, reservation_id, look, needs="reservations:read", keyed=False)
    return found


async def act_on(
    call: Call,
    reservation_id: UUID,
    act: Act,
    request: msgspec.Struct | None = None,
    *,
    needs: Permission = "reservations:write",
) -> Response[ReservationAnswer]:
    """Run an act on a reservation that the caller may see, in one transaction and, under a key, once; `request` is what was sent.

    Refuses: Forbidden, ReservationUnknown, KeyReused, what the act refuses.
    """
    after, replayed = await _on(
        call, ReservationId(reservation_id), act, needs=needs, keyed=True, request=request
    )
    return answered((await answer_of(call, after), replayed), status=200)


async def _on(
    call: Call,
    reservation_id: ReservationId,
    act: Act,
    *,
    needs: Permission,
    keyed: bool,
    request: msgspec.Struct | None = None,
) -> tuple[Reservation, bool]:
    call.require_somewhere(needs)
    await call.settle_subject(reservation_id)

    async def work(tx: Transaction) -> Reservation:
        before = await find(call.desk, tx, reservation_id)
        unknown = ReservationUnknown(reservation_id=str(reservation_id))
        require_seen(call, needs, before.restaurant_id, unknown)
        return await act(tx)

    return await call.once(request, Reservation, work) if keyed else (await call.act(work), False)


@post(
    "/",
    summary="Book a table",
    description="With an Idempotency-Key the same request books once, however often it is sent.",
    status_code=201,
)
async def book_table(
    data: Annotated[BookingRequest, Body(examples=[_BOOK])],
) -> ReservationAnswer:
    """201 with the reservation; 409 with alternatives when nothing is left; 422 with every rule that says no."""
    raise AssertionError(data, "answered in front of the router")


@get("/", operation_id="list_reservations", summary="List the reservations of a service day")
async def list_day(
    call: Calling,
    *,
    restaurant_id: FromQuery[UUID],
    on: Annotated[
        date | None, QueryParameter(name="date", description="The service day; today when left out")
    ] = None,
    status: Annotated[
        str | None, QueryParameter(max_length=120, description="Statuses, separated by commas")
    ] = None,
    limit: PageLength = PAGE_LENGTH,
    cursor: Cursor = None,
) -> ReservationPage:
    """By time, page by page: `next` of one page is the `cursor` of the following."""
    house = await call.house("reservations:read", RestaurantId(restaurant_id))
    day = on or local_date(call.now, house.zone)
    check_dates(("date", day))
    statuses = _statuses(status)
    after = place_of(cursor, tuple[datetime, UUID], (_BEGINNING, FIRST_ID))

    async def work(tx: Transaction) -> list[Reservation]:
        return await list_of_day(
            tx,
            await call.sealer(tx),
            house.restaurant_id,
            service_on=day,
            statuses=statuses,
            after=after,
            rows_max=limit,
        )

    found = await call.act(work)
    more = cursor_of(found[-1].starts_at, found[-1].id) if len(found) == limit else None
    return ReservationPage([await shown(call, house, each) for each in found], more)


@get("/user/{user_id:uuid}", operation_id="list_reservations_of_guest", summary="List a guest's reservations")
async def list_person(
    call: Calling, user_id: PathId, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None
) -> ReservationPage:
    """The latest first, in the restaurants that the caller may see."""
    call.require_somewhere("reservations:read")
    before = place_of(cursor, tuple[date, UUID], (date.max, LAST_ID))
    found = await reservations_of(call, PersonId(user_id), before, limit)
    mine = [each for each in found if call.principal.permits("reservations:read", each.restaurant_id)]
    if not mine and cursor is None:
        raise PersonUnknown(user_id=str(user_id))
    more = cursor_of(found[-1].date, found[-1].id) if len(found) == limit else None
    return ReservationPage([await answer_of(call, each) for each in mine], more)


async def reservations_of(
    call: Call, person_id: PersonId, before: tuple[date, UUID], rows_max: int
) -> list[Reservation]:
    """Return a page of a guest's reservations, of all restaurants of the customer."""

    async def work(tx: Transaction) -> list[Reservation]:
        return await list_of_person(tx, await call.sealer(tx), person_id, before=before, rows_max=rows_max)

    return await call.act(work)


@get("/{reservation_id:uuid}", operation_id="read_reservation", summary="Read a reservation")
async def read(call: Calling, reservation_id: PathId) -> ReservationAnswer:
    """As it is now, with its revision."""
    reservation_id = ReservationId(reservation_id)

    async def look(tx: Transaction) -> Reservation:
        return await find(call.desk, tx, reservation_id)

    return await answer_of(call, await look_at(call, reservation_id, look))


@get(
    "/{reservation_id:uuid}/history",
    operation_id="read_reservation_history",
    summary="Read what happened to a reservation",
)
async def read_history(
    call: Calling, reservation_id: PathId, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None
) -> HistoryAnswer:
    """Who did what, when, through which channel; what was before and what after."""
    (after,) = place_of(cursor, tuple[int], (0,))
    entries: list[HistoryEntry] = []
    positions: list[int] = []

    async def look(tx: Transaction) -> Reservation:
        facts = await history(tx, reservation_id, after=after, rows_max=limit)
        positions[:] = [fact.position for fact in facts]
        entries[:] = [
            HistoryEntry(
                fact.fact_id,
                fact.kind,
                fact.version,
                fact.actor,
                fact.channel,
                fact.trace_id,
                fact.at,
                msgspec.Raw(fact.body.encode()),
            )
            for fact in facts
        ]
        return await find(call.desk, tx, ReservationId(reservation_id))

    await look_at(call, ReservationId(reservation_id), look)
    return HistoryAnswer(entries, cursor_of(positions[-1]) if len(positions) == limit else None)


def _statuses(text: str | None) -> tuple[Status, ...] | None:
    if text is None:
        return None
    try:
        return msgspec.convert([each.strip() for each in text.split(",")], tuple[Status, ...])
    except msgspec.ValidationError as error:
        raise RequestInvalid(request_error("status", "unknown_choice")) from error


def change_route(alternatives: Alternatives) -> Router:
    """Return the routes that give a party another place."""

    @put("/{reservation_id:uuid}", summary="Change a reservation")
    async def change_reservation(
        call: Calling,
        reservation_id: PathId,
        data: Annotated[ReservationChange, Body(examples=[_CHANGE])],
    ) -> Response[ReservationAnswer]:
        """Another date, time, size, table or other words, all or nothing: what stands, stands until the new place is taken."""
        if data.date is not UNSET:
            check_dates(("date", data.date))
        if data.beyond_pacing and call.audience != "staff":
            raise RequestInvalid(request_error("beyond_pacing", "not_allowed"))
        wish = _wish(call, data)
        words = data.guest is not UNSET or data.special_requests is not UNSET
        if wish is None and not words:
            raise RequestInvalid(request_error("", "nothing_to_change"))
        seen: list[Reservation] = []
        staff = call.audience == "staff"

        async def act(tx: Transaction) -> Reservation:
            after = await find(call.desk, tx, ReservationId(reservation_id))
            seen[:] = [after]
            revision = data.revision
            if wish is not None:
                after = await change(call.desk, tx, after.id, wish, revision=revision)
                revision = None
            if words:
                house = await house_of(call, after.restaurant_id)
                region = house.restaurant.region
                after = await amend(
                    call.desk,
                    tx,
                    after.id,
                    revision=revision,
                    guest=lambda was: _reworded(was, data, region, staff=staff),
                )
            return after

        try:
            return await act_on(call, reservation_id, act, data)
        except SlotUnavailable as refusal:
            (before,) = seen
            house = await house_of(call, before.restaurant_id)
            size = before.party_size if data.party_size is UNSET else data.party_size
            asking = Asking(party_size=size, audience=call.audience, excluding=before.id)
            raise await with_alternatives(call, house, refusal, asking=asking, known=alternatives) from None

    return Router("/", route_handlers=[change_reservation])


def _wish(call: Call, data: ReservationChange) -> Wish | None:
    """Return what changes of place and time, or None when nothing does."""
    if all(each is UNSET for each in (data.date, data.time, data.party_size, data.table_id, data.area_id)):
        return None
    return Wish(
        on=None if data.date is UNSET else data.date,
        time=None if data.time is UNSET else data.time,
        party_size=None if data.party_size is UNSET else data.party_size,
        table_id=None if data.table_id is UNSET else data.table_id,
        area_id=None if data.area_id is UNSET else data.area_id,
        audience=call.audience,
        beyond_pacing=data.beyond_pacing,
    )


def _reworded(was: GuestDetails, data: ReservationChange, region: str, *, staff: bool) -> GuestDetails:
    """Return the guest's words with what changes in them, checked. Refuses: ContactRefused."""
    told = data.guest
    # Whoever could be reached stays so; staff may strike a number out.
    reachable = not staff and (was.phone is not None or was.email is not None)
    wishes = was.special_requests if data.special_requests is UNSET else data.special_requests
    if told is UNSET:
        return check_contact(
            name=was.name,
            phone=was.phone,
            email=was.email,
            language=was.language,
            region=region,
            special_requests=wishes,
        )
    return check_contact(
        name=was.name if told.name is UNSET else told.name,
        phone=was.phone if told.phone is UNSET else told.phone,
        email=was.email if told.email is UNSET else told.email,
        language=was.language if told.language is UNSET else told.language,
        region=region,
        special_requests=wishes,
        reachable=reachable,
    )


class _Cancelling(msgspec.Struct, frozen=True):
    """What a cancellation says in its address; a key stands for all of it."""

    revision: int | None
    reason: str | None
    waive_fee: bool


@delete("/{reservation_id:uuid}", summary="Cancel a reservation", status_code=200)
async def cancel_reservation(
    call: Calling,
    reservation_id: PathId,
    *,
    revision: RevisionRead = None,
    reason: Annotated[str | None, QueryParameter(pattern="^[a-z][a-z_]{0,39}$")] = None,
    waive_fee: Annotated[bool, QueryParameter(description="For staff: the guest owes nothing")] = False,
) -> Response[ReservationAnswer]:
    """The terms of the booking decide the fee. Cancelling twice changes nothing and costs nothing more."""
    staff = call.audience == "staff"
    if waive_fee and not staff:
        raise RequestInvalid(request_error("waive_fee", "not_allowed"))

    async def act(tx: Transaction) -> Reservation:
        return await cancel(
            call.desk,
            tx,
            ReservationId(reservation_id),
            revision=revision,
            reason=reason or ("restaurant" if staff else "guest"),
            waive_fee=waive_fee,
        )

    asked = _Cancelling(revision, reason, waive_fee=waive_fee)
    return await act_on(call, reservation_id, act, asked)


async def _host(
    call: Call, reservation_id: UUID, act: Act, request: msgspec.Struct | None = None
) -> Response[ReservationAnswer]:
    """Run an act that only the house decides on."""
    return await act_on(call, reservation_id, act, request, needs="hosting:write")


@post("/{reservation_id:uuid}/confirm", summary="Confirm a pending reservation", status_code=200)
async def confirm_reservation(call: Calling, reservation_id: PathId) -> Response[ReservationAnswer]:
    """Confirming twice changes nothing."""
    wanted = ReservationId(reservation_id)
    return await _host(call, reservation_id, lambda tx: confirm(call.desk, tx, wanted))


@post("/{reservation_id:uuid}/check-in", summary="Seat the party", status_code=200)
async def check_in_reservation(call: Calling, reservation_id: PathId) -> Response[ReservationAnswer]:
    """The party is here and sits at its tables; nobody is moved there any more."""
    wanted = ReservationId(reservation_id)
    return await _host(call, reservation_id, lambda tx: check_in(call.desk, tx, wanted))


@post("/{reservation_id:uuid}/complete", summary="Note that the party has left", status_code=200)
async def complete_reservation(call: Calling, reservation_id: PathId) -> Response[ReservationAnswer]:
    """Its tables are free from now on. Completing twice changes nothing."""
    wanted = ReservationId(reservation_id)
    return await _host(call, reservation_id, lambda tx: complete(call.desk, tx, wanted))


@post(
    "/{reservation_id:uuid}/no-show",
    operation_id="mark_no_show",
    summary="Note that the party did not come",
    status_code=200,
)
async def miss_reservation(call: Calling, reservation_id: PathId) -> Response[ReservationAnswer]:
    """From its start on: the tables are free, the fee is by the terms, and it counts against the guest."""
    wanted = ReservationId(reservation_id)
    return await _host(call, reservation_id, lambda tx: mark_no_show(call.desk, tx, wanted))


@post("/{reservation_id:uuid}/move", summary="Give the party other tables", status_code=200)
async def move_reservation(
    call: Calling, reservation_id: PathId, data: Annotated[MoveRequest, Body(examples=[_MOVE])]
) -> Response[ReservationAnswer]:
    """The tables that staff chose, seated or not; the party then stays there."""
    wanted = ReservationId(reservation_id)

    async def act(tx: Transaction) -> Reservation:
        return await move(call.desk, tx, wanted, data.table_ids, pinned=data.pinned, revision=data.revision)

    return await _host(call, reservation_id, act, data)


@post("/{reservation_id:uuid}/extend", summary="Let the party stay longer, or shorter", status_code=200)
async def extend_reservation(
    call: Calling, reservation_id: PathId, data: Annotated[ExtendRequest, Body(examples=[_EXTEND])]
) -> Response[ReservationAnswer]:
    """Refused when the next party is in the way."""
    check_instants(("leaves_at", data.leaves_at))
    wanted = ReservationId(reservation_id)

    async def act(tx: Transaction) -> Reservation:
        return await extend(call.desk, tx, wanted, data.leaves_at, revision=data.revision)

    return await _host(call, reservation_id, act, data)


def reservation_routes(alternatives: Alternatives) -> Router:
    """Return the routes under /reservations."""
    return Router(
        "/reservations",
        route_handlers=[
            book_table,
            list_day,
            list_person,
            read,
            read_history,
            change_route(alternatives),
            cancel_reservation,
            confirm_reservation,
            check_in_reservation,
            complete_reservation,
            miss_reservation,
            move_reservation,
            extend_reservation,
        ],
        tags=["Reservations"],
    )
