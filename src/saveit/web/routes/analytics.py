"""Figures: bookings, guests, talks and tables, for those who run the house."""

from datetime import date, timedelta
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from litestar import Response, Router, get
from litestar.params import FromQuery, QueryParameter

from saveit.consumers import analytics
from saveit.consumers.analytics import Analytics, OpenSeats
from saveit.kernel.ids import AdvisorId, RestaurantId
from saveit.ledger import House
from saveit.seating import local_date
from saveit.venues import list_restaurants
from saveit.web.desk import check_dates
from saveit.web.edge import Call
from saveit.web.problems import RequestInvalid, request_error
from saveit.web.routes.shared import Calling

DAYS_MAX = 366
_USUAL_DAYS = 28
_DAY = timedelta(days=1)

FirstDay: TypeAlias = Annotated[
    date | None, QueryParameter(name="from", description="The first service day; four weeks when left out")
]
LastDay: TypeAlias = Annotated[
    date | None, QueryParameter(name="to", description="The last service day; today when left out")
]

Between: TypeAlias = Annotated[
    analytics.Separator,
    QueryParameter(description="What stands between cells: a semicolon where the comma is the decimal mark"),
]
Headings: TypeAlias = Annotated[
    Literal["es", "en"], QueryParameter(description="In which language headings and sources are written")
]


@get("/analytics", summary="Read figures", tags=["Analytics"])
async def read_analytics(
    call: Calling,
    *,
    restaurant_id: FromQuery[UUID | None] = None,
    advisor_id: FromQuery[UUID | None] = None,
    from_on: FirstDay = None,
    to_on: LastDay = None,
) -> Analytics:
    """Of one restaurant or all that the caller runs; of what came by one advisor's talks, if one is named. A second behind at most."""
    houses = await _houses(call, restaurant_id)
    first_on, last_on = _days(call, houses[0], from_on, to_on)
    seats = [_seats_of(house, first_on, last_on) for house in houses]
    return await call.act(
        lambda tx: analytics.read_figures(
            tx,
            seats,
            from_on=first_on,
            to_on=last_on,
            of_the_house=restaurant_id is None,
            advisor_id=None if advisor_id is None else AdvisorId(advisor_id),
        )
    )


@get("/analytics.csv", summary="Read figures as a table", tags=["Analytics"])
async def export_analytics(
    call: Calling,
    *,
    restaurant_id: FromQuery[UUID | None] = None,
    advisor_id: FromQuery[UUID | None] = None,
    from_on: FirstDay = None,
    to_on: LastDay = None,
    separator: Between = "comma",
    language: Headings = "en",
) -> Response[bytes]:
    """A line for each restaurant, day, hour and source that has anything. Programs read it in English, whatever the caller speaks."""
    houses = await _houses(call, restaurant_id)
    first_on, last_on = _days(call, houses[0], from_on, to_on)
    seats = [_seats_of(house, first_on, last_on) for house in houses]
    rows = await call.act(
        lambda tx: analytics.read_table(
            tx,
            seats,
            from_on=first_on,
            to_on=last_on,
            advisor_id=None if advisor_id is None else AdvisorId(advisor_id),
        )
    )
    return Response(
        analytics.csv_of(
            rows,
            {house.restaurant_id: house.restaurant.name for house in houses},
            separator=separator,
            language=language,
        ),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="saveit-{first_on}-{last_on}.csv"'},
    )


async def _houses(call: Call, restaurant_id: UUID | None) -> list[House]:
    """Return the restaurants whose figures are asked for. Refuses: Unauthenticated, Forbidden, RestaurantUnknown, TenantRequired."""
    call.require_somewhere("analytics:read")
    if restaurant_id is not None:
        return [await call.house("analytics:read", RestaurantId(restaurant_id))]
    found = await call.act(lambda tx: list_restaurants(tx, tx.tenant_id, within=call.principal.restaurants))
    mine = [each.id for each in found if call.principal.permits("analytics:read", each.id)]
    if not mine:
        raise RequestInvalid(request_error("restaurant_id", "missing_field"))
    return [await call.desk.house(call.tenant_id, each) for each in mine]


def _days(call: Call, house: House, from_on: date | None, to_on: date | None) -> tuple[date, date]:
    """Return the first and the last day. Refuses: RequestInvalid for days that cannot be meant, or too many."""
    last_on = to_on or max(local_date(call.now, house.zone), from_on or date.min)
    first_on = from_on or last_on - (_USUAL_DAYS - 1) * _DAY
    check_dates(("from", first_on), ("to", last_on))
    if last_on < first_on:
        raise RequestInvalid(request_error("to", "days_out_of_order"))
    if last_on >= first_on + DAYS_MAX * _DAY:
        raise RequestInvalid(request_error("to", "too_many_days", limit=str(DAYS_MAX)))
    return first_on, last_on


def _seats_of(house: House, first_on: date, last_on: date) -> OpenSeats:
    """Return how long the seats of a restaurant were open, by the rules and the floor of today: what was before is not drawn anew."""
    restaurant = house.restaurant
    days = (first_on + number * _DAY for number in range((last_on - first_on).days + 1))
    minutes = {
        day: house.floor.seats
        * sum(each.closes_minute - each.opens_minute for each in house.rules.services_on(day))
        for day in days
    }
    return OpenSeats(restaurant.id, restaurant.name, restaurant.currency, restaurant.timezone, minutes)


def analytics_routes() -> Router:
    """Return the routes of figures."""
    return Router("/", route_handlers=[read_analytics, export_analytics])
