"""What a host sets right: acts undone, and parties that come late."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from litestar import Response, Router, post
from litestar.openapi.spec import Example
from litestar.params import Body

from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.reservations import (
    Reservation,
    SlotUnavailable,
    expect_late,
    find,
    undo_cancellation,
    undo_check_in,
    undo_completion,
    undo_no_show,
)
from saveit.seating import Asking
from saveit.web.desk import Alternatives, with_alternatives
from saveit.web.routes.reservations import act_on
from saveit.web.routes.shared import Calling, PathId, house_of
from saveit.web.wire import LateRequest, ReservationAnswer, UndoRequest

Undoing: TypeAlias = Callable[..., Awaitable[Reservation]]

_UNDOING: Mapping[Literal["check_in", "completion", "no_show", "cancellation"], Undoing] = {
    "check_in": undo_check_in,
    "completion": undo_completion,
    "no_show": undo_no_show,
    "cancellation": undo_cancellation,
}
_UNDO = Example(value={"act": "check_in", "revision": 3})
_LATE = Example(value={"minutes": 20})


@post("/{reservation_id:uuid}/late", summary="Wait for a party that comes late", status_code=200)
async def expect_late_party(
    call: Calling, reservation_id: PathId, data: Annotated[LateRequest, Body(examples=[_LATE])]
) -> Response[ReservationAnswer]:
    """It is waited for, and its pass lets it in, as long after that as else after its start."""
    wanted = ReservationId(reservation_id)
    late = timedelta(minutes=data.minutes)

    async def act(tx: Transaction) -> Reservation:
        return await expect_late(call.desk, tx, wanted, late, revision=data.revision)

    return await act_on(call, reservation_id, act, data, needs="hosting:write")


def correction_routes(alternatives: Alternatives) -> Router:
    """Return the routes of what is set right."""

    @post("/{reservation_id:uuid}/undo", summary="Undo what was done by mistake", status_code=200)
    async def undo_act(
        call: Calling, reservation_id: PathId, data: Annotated[UndoRequest, Body(examples=[_UNDO])]
    ) -> Response[ReservationAnswer]:
        """A check-in; a completion, for two hours; a no-show with its fee and strike, for a week; a cancellation, for half an hour."""
        seen: list[Reservation] = []

        async def act(tx: Transaction) -> Reservation:
            wanted = ReservationId(reservation_id)
            seen[:] = [await find(call.desk, tx, wanted)]
            return await _UNDOING[data.act](call.desk, tx, wanted, revision=data.revision)

        try:
            return await act_on(call, reservation_id, act, data, needs="hosting:write")
        except SlotUnavailable as refusal:
            (before,) = seen
            house = await house_of(call, before.restaurant_id)
            asking = Asking(party_size=before.party_size, audience=call.audience)
            raise await with_alternatives(call, house, refusal, asking=asking, known=alternatives) from None

    return Router("/reservations", route_handlers=[undo_act, expect_late_party], tags=["Reservations"])
