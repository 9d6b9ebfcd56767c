"""What can be booked: listed, asked about, and read again."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, FromQuery, QueryParameter

from saveit.kernel.db import Transaction
from saveit.reservations import answer_at, refresh
from saveit.seating import Offer
from saveit.web.desk import Alternatives, asking_of, check_dates, instead
from saveit.web.routes.shared import Calling, PathId
from saveit.web.wire import (
    AvailabilityAnswer,
    Calendar,
    CheckAnswer,
    CheckRequest,
    Refreshed,
    RefreshRequest,
    shown_slot,
)

_CHECK = Example(
    value={
        "restaurant_id": "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e",
        "date": "2026-03-14",
        "time": "20:30",
        "party_size": 4,
    }
)
_REFRESH = Example(value={"restaurant_id": "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e", "date": "2026-03-14"})


def availability_routes(alternatives: Alternatives) -> Router:
    """Return the routes under /availability."""

    @get("/{restaurant_id:uuid}", summary="List the starts of a date, or of up to sixty in a row")
    async def list_times(
        restaurant_id: PathId,
        *,
        on: Annotated[date, QueryParameter(name="date", description="The service day, YYYY-MM-DD")],
        party_size: Annotated[int, QueryParameter(ge=1, le=200)],
        area_id: FromQuery[UUID | None] = None,
        days: Annotated[
            int | None, QueryParameter(ge=1, le=60, description="A calendar of so many dates")
        ] = None,
    ) -> AvailabilityAnswer | Calendar:
        """Every start with whether it can be booked now, and why not. `days` turns the answer into a calendar."""
        raise AssertionError(
            (restaurant_id, on, party_size, area_id, days), "answered in front of the router"
        )

    @post(
        "/check",
        operation_id="check_availability",
        summary="Ask about one start without taking it",
        status_code=200,
    )
    async def check(call: Calling, data: Annotated[CheckRequest, Body(examples=[_CHECK])]) -> CheckAnswer:
        """Say whether one start can be booked now; when not, every reason and what there is instead."""
        house = await call.house("availability:read", data.restaurant_id)
        check_dates(("date", data.date))
        asking = asking_of(call, data)
        answer = await answer_at(call.desk, house, asking, on=data.date, time=data.time)
        closed = () if isinstance(answer, Offer) else answer
        first = answer if isinstance(answer, Offer) else answer[0]
        at = first.starts_at
        others = (
            ()
            if isinstance(answer, Offer)
            else await instead(call, house, asking, on=data.date, at=at, known=alternatives)
        )
        return CheckAnswer(
            restaurant_id=data.restaurant_id,
            date=data.date,
            time=data.time,
            party_size=data.party_size,
            available=isinstance(answer, Offer),
            slot=shown_slot(house, first, call.language, call.audience),
            reasons=[shown_slot(house, each, call.language, call.audience) for each in closed],
            alternatives=list(others),
        )

    @put("/refresh", operation_id="refresh_availability", summary="Read a restaurant's days again")
    async def read_again(
        call: Calling, data: Annotated[RefreshRequest, Body(examples=[_REFRESH])]
    ) -> Refreshed:
        """Have every process read the restaurant again. Only needed after somebody changed the database by hand."""
        _ = await call.house("restaurants:write", data.restaurant_id)
        if data.date is not None:
            check_dates(("date", data.date))

        async def work(tx: Transaction) -> Refreshed:
            return Refreshed(data.restaurant_id, await refresh(call.desk, tx, data.restaurant_id, data.date))

        return await call.act(work)

    return Router("/availability", route_handlers=[list_times, check, read_again], tags=["Availability"])
