"""What the host does: keep tables, seat who walks in, take tables out of service, and keep the list of unwelcome guests."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, post
from litestar.openapi.spec import Example
from litestar.params import Body

from saveit.guests import GuestDetails
from saveit.kernel.db import Transaction
from saveit.kernel.ids import HoldId, PersonId, RestaurantId
from saveit.ledger import House
from saveit.reservations import (
    Hold,
    HoldUnknown,
    WalkIn,
    block,
    block_guest,
    find_block,
    find_hold,
    release_hold,
    renew_hold,
    unblock,
    unblock_guest,
    walk_in,
)
from saveit.web.desk import check_instants, guest_of, shown
from saveit.web.edge import Call
from saveit.web.problems import BlockUnknown, PersonUnknown
from saveit.web.routes.reservations import reservations_of
from saveit.web.routes.shared import LAST_ID, Calling, PathId, answered, house_of, require_seen
from saveit.web.wire import (
    BlockAnswer,
    BlockRequest,
    GuestBlockRequest,
    HoldAnswer,
    HoldRequest,
    ReservationAnswer,
    WalkInRequest,
    shown_hold,
)

_ID = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"
_HOLD = Example(value={"restaurant_id": _ID, "date": "2026-03-14", "time": "20:30", "party_size": 4})
_WALK_IN = Example(value={"restaurant_id": _ID, "party_size": 2, "guest": {"name": "Luis"}})
_BLOCK = Example(
    value={
        "restaurant_id": _ID,
        "table_ids": [_ID],
        "starts_at": "2026-03-14T12:00:00-05:00",
        "ends_at": "2026-03-14T18:00:00-05:00",
        "reason": "Pintura",
    }
)
_GUEST = Example(value={"restaurant_id": _ID, "reason": "No se presentó tres veces"})


@post(
    "/holds",
    summary="Keep a table while a guest types",
    description="With an Idempotency-Key the same request keeps one table, however often it is sent.",
    tags=["Holds"],
)
async def hold_table(
    data: Annotated[HoldRequest, Body(examples=[_HOLD])],
) -> HoldAnswer:
    """201 with the hold; 409 with alternatives when nothing is left; 422 with every rule that says no."""
    raise AssertionError(data, "answered in front of the router")


@post(
    "/holds/{hold_id:uuid}/renew",
    operation_id="renew_hold",
    summary="Keep a held table for as long again",
    status_code=200,
    tags=["Holds"],
)
async def renew(call: Calling, hold_id: PathId) -> Response[HoldAnswer]:
    """Once."""
    return await _on_hold(call, HoldId(hold_id), lambda tx: renew_hold(call.desk, tx, HoldId(hold_id)))


@delete(
    "/holds/{hold_id:uuid}",
    operation_id="release_hold",
    summary="Give a held table back",
    status_code=200,
    tags=["Holds"],
)
async def release(call: Calling, hold_id: PathId) -> Response[HoldAnswer]:
    """Releasing twice, or after its time, changes nothing."""
    return await _on_hold(call, HoldId(hold_id), lambda tx: release_hold(call.desk, tx, HoldId(hold_id)))


async def _on_hold(
    call: Call, hold_id: HoldId, act: Callable[[Transaction], Awaitable[Hold]]
) -> Response[HoldAnswer]:
    """Run an act on a hold of a restaurant that the caller may see, under a key once."""
    call.require_somewhere("reservations:write")
    await call.settle_subject(hold_id)

    async def work(tx: Transaction) -> Hold:
        before = await find_hold(tx, hold_id)
        unknown = HoldUnknown(hold_id=str(hold_id))
        require_seen(call, "reservations:write", before.restaurant_id, unknown)
        return await act(tx)

    kept, replayed = await call.once(None, Hold, work)
    return answered((shown_hold(await house_of(call, kept.restaurant_id), kept), replayed), status=200)


@post("/walk-ins", summary="Seat a party that has just come in", tags=["Host"])
async def seat_walk_in(
    call: Calling, data: Annotated[WalkInRequest, Body(examples=[_WALK_IN])]
) -> Response[ReservationAnswer]:
    """201 with the reservation, checked in already; 409 when no table is free for as long as they will stay."""
    house = await call.house("hosting:write", data.restaurant_id)
    party = WalkIn(
        restaurant_id=data.restaurant_id,
        party_size=data.party_size,
        guest=_nameless(house) if data.guest is None else guest_of(call, house, data.guest, at_the_door=True),
        table_ids=data.table_ids or (),
        minutes=data.minutes,
    )

    async def work(tx: Transaction) -> ReservationAnswer:
        return await shown(call, house, await walk_in(call.desk, tx, party))

    return answered(await call.once(data, ReservationAnswer, work))


@post("/blocks", summary="Take tables out of service for a while", tags=["Host"])
async def block_tables(
    call: Calling, data: Annotated[BlockRequest, Body(examples=[_BLOCK])]
) -> Response[BlockAnswer]:
    """All of them or none: 409 when a party holds one of them in that time."""
    house = await call.house("hosting:write", data.restaurant_id)
    check_instants(("starts_at", data.starts_at), ("ends_at", data.ends_at))

    async def work(tx: Transaction) -> BlockAnswer:
        made = await block(
            call.desk,
            tx,
            data.restaurant_id,
            data.table_ids,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            reason=data.reason,
        )
        return BlockAnswer(
            made.id,
            made.restaurant_id,
            made.table_ids,
            made.starts_at.astimezone(house.zone),
            made.ends_at.astimezone(house.zone),
            made.reason,
        )

    return answered(await call.once(data, BlockAnswer, work))


@delete("/blocks/{block_id:uuid}", summary="Put blocked tables back into service", tags=["Host"])
async def lift_block(call: Calling, block_id: PathId) -> None:
    """204; 404 when there is no such block, or no more."""
    call.require_somewhere("hosting:write")
    await call.settle_subject(block_id)

    async def work(tx: Transaction) -> None:
        unknown = BlockUnknown(block_id=str(block_id))
        rows = await find_block(tx, block_id)
        if not rows:
            raise unknown
        require_seen(call, "hosting:write", RestaurantId(rows[0].restaurant_id), unknown)
        await unblock(call.desk, tx, block_id)

    await call.act(work)


@post(
    "/guests/{user_id:uuid}/block",
    summary="Take no more bookings from a guest",
    status_code=204,
    tags=["Host"],
)
async def block_person(
    call: Calling, user_id: PathId, data: Annotated[GuestBlockRequest, Body(examples=[_GUEST])]
) -> None:
    """Recognised by all their addresses and phone spellings, until unblocked. Staff may still book for them."""
    await _known(call, user_id, data.restaurant_id)

    async def work(tx: Transaction) -> None:
        await block_guest(tx, data.restaurant_id, PersonId(user_id), blocked_at=call.now, reason=data.reason)

    await call.act(work)


@post(
    "/guests/{user_id:uuid}/unblock",
    summary="Take bookings from a guest again",
    status_code=204,
    tags=["Host"],
)
async def unblock_person(
    call: Calling, user_id: PathId, data: Annotated[GuestBlockRequest, Body(examples=[_GUEST])]
) -> None:
    """Their no-shows are forgotten too."""
    await _known(call, user_id, data.restaurant_id)
    await call.act(lambda tx: unblock_guest(tx, data.restaurant_id, PersonId(user_id), unblocked_at=call.now))


async def _known(call: Call, user_id: UUID, restaurant_id: RestaurantId) -> None:
    """Return if the guest has ever booked with the customer. Refuses: PersonUnknown, Forbidden, RestaurantUnknown."""
    _ = await call.house("hosting:write", restaurant_id)
    if not await reservations_of(call, PersonId(user_id), (date.max, LAST_ID), 1):
        raise PersonUnknown(user_id=str(user_id))


def _nameless(house: House) -> GuestDetails:
    """Return a guest who did not say a name."""
    language = house.restaurant.language
    return GuestDetails("Sin reserva" if language == "es" else "Walk-in", None, None, language)


def host_routes() -> Router:
    """Return the routes of holds, walk-ins, blocks and unwelcome guests."""
    return Router(
        "/",
        route_handlers=[
            hold_table,
            renew,
            release,
            seat_walk_in,
            block_tables,
            lift_block,
            block_person,
            unblock_person,
        ],
    )
