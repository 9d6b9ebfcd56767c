"""Figures as they are asked for: added up by day, hour, source and restaurant."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

import msgspec

from saveit.consumers.analytics import store
from saveit.consumers.analytics.model import (
    AdvisorTalks,
    Analytics,
    ChannelTalks,
    CountedRow,
    DayFigures,
    Figures,
    HourFigures,
    OpenSeats,
    RestaurantFigures,
    SourceFigures,
    Talks,
    Waiting,
)
from saveit.consumers.analytics.store import TalksRow
from saveit.kernel.db import Transaction
from saveit.kernel.ids import AdvisorId

Part = TypeVar("Part")

_NOTHING = Figures()


async def read_figures(
    tx: Transaction,
    houses: Sequence[OpenSeats],
    *,
    from_on: date,
    to_on: date,
    of_the_house: bool,
    advisor_id: AdvisorId | None = None,
) -> Analytics:
    """Return the figures of some restaurants of the transaction's tenant, at least one, from a day to a day, both included.

    `of_the_house` counts talks, too, that were about no restaurant yet. One advisor's figures are of what came by their talks; the seats
    that were open and the queue are everybody's, and left out.
    """
    ids = [house.restaurant_id for house in houses]
    rows = await store.count_reservations(tx, ids, from_on=from_on, to_on=to_on, advisor_id=advisor_id)
    waiting = await store.count_waiting(tx, ids, from_on=from_on, to_on=to_on)
    talks = await store.count_talks(
        tx,
        ids,
        from_on=from_on,
        to_on=to_on,
        timezone=houses[0].timezone,
        of_the_house=of_the_house,
        advisor_id=advisor_id,
    )
    seats = [] if advisor_id is not None else list(houses)
    by_day = _added(rows, lambda row: row.service_on)
    by_house = _added(rows, lambda row: row.restaurant_id)
    days = [from_on + timedelta(days=number) for number in range((to_on - from_on).days + 1)]
    figures_of = {
        day: _open(by_day.get(day, _NOTHING), (house.seat_minutes.get(day, 0) for house in seats))
        for day in days
    }
    open_minutes = {house.restaurant_id: house.seat_minutes.values() for house in seats}
    return Analytics(
        from_on=from_on,
        to_on=to_on,
        totals=sum(figures_of.values(), _NOTHING),
        days=[DayFigures(day, figures) for day, figures in figures_of.items()],
        hours=[HourFigures(*each) for each in sorted(_added(rows, lambda row: row.hour).items())],
        sources=[SourceFigures(*each) for each in sorted(_added(rows, lambda row: row.source).items())],
        restaurants=[
            RestaurantFigures(
                house.restaurant_id,
                house.name,
                house.currency,
                _open(by_house.get(house.restaurant_id, _NOTHING), open_minutes.get(house.restaurant_id, ())),
            )
            for house in houses
        ],
        waitlist=Waiting(waiting.joined, waiting.offered, waiting.booked, waiting.passed, waiting.gone),
        funnel=next((_talks(row) for row in talks if row.part == "all"), Talks()),
        channels=[ChannelTalks(row.channel or "", _talks(row)) for row in talks if row.part == "channel"],
        advisors=[AdvisorTalks(row.advisor_id, _talks(row)) for row in talks if row.part == "advisor"],
    )


async def read_table(
    tx: Transaction,
    houses: Sequence[OpenSeats],
    *,
    from_on: date,
    to_on: date,
    advisor_id: AdvisorId | None = None,
) -> list[CountedRow]:
    """Return the same as one table: a row for each restaurant, day, hour and source that has anything."""
    ids = [house.restaurant_id for house in houses]
    return await store.count_reservations(tx, ids, from_on=from_on, to_on=to_on, advisor_id=advisor_id)


def _added(rows: Iterable[CountedRow], part: Callable[[CountedRow], Part]) -> dict[Part, Figures]:
    added: dict[Part, Figures] = {}
    for row in rows:
        key = part(row)
        added[key] = added.get(key, _NOTHING) + row.figures
    return added


def _open(figures: Figures, minutes: Iterable[int]) -> Figures:
    return msgspec.structs.replace(figures, open_seat_minutes=sum(minutes))


def _talks(row: TalksRow) -> Talks:
    return Talks(
        conversations=row.conversations,
        offered=row.offered,
        booked=row.booked,
        handed_over=row.handed_over,
        answered=row.answered,
        response_median_s=row.response_median_s,
        response_p90_s=row.response_p90_s,
    )
