"""The board of a day."""

from datetime import date
from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter

from saveit.board import Board, read_board
from saveit.kernel.ids import RestaurantId
from saveit.seating import local_date
from saveit.web.desk import check_dates
from saveit.web.routes.shared import Calling, PathId


@get("/restaurants/{restaurant_id:uuid}/board", summary="Read the board of a day", tags=["Host"])
async def show_board(
    call: Calling,
    restaurant_id: PathId,
    on: Annotated[
        date | None, QueryParameter(name="date", description="The service day; today when left out")
    ] = None,
) -> Board:
    """Tables, parties, holds, blocks, who waits, pacing and figures, at once. Facts after `sequence` go on from here.

    Phones are masked, and notes and allergies left out, for whoever may not read guests.
    """
    house = await call.house("reservations:read", RestaurantId(restaurant_id))
    day = on or local_date(call.now, house.zone)
    check_dates(("date", day))
    whole = call.principal.permits("guests:read", house.restaurant_id)
    return await call.act(lambda tx: read_board(call.desk, tx, house, day, shows_guests=whole))


def board_routes() -> Router:
    """Return the route of the board."""
    return Router("/", route_handlers=[show_board])
