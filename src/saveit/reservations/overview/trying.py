"""What would be free under rules that are not in force: looked at, and nothing is kept."""

from datetime import date, timedelta

from saveit.ledger import House
from saveit.reservations.desk import Desk
from saveit.seating import (
    NO_LOAD,
    Asking,
    Closed,
    Day,
    Load,
    LoadKey,
    Offer,
    local_date,
    offers,
    pacing_key,
    plan_of,
)
from saveit.venues import Rules

_MINUTE = timedelta(minutes=1)


async def offers_under(  # noqa: PLR0917 - the facts of a question, each of another kind.
    desk: Desk, house: House, rules: Rules, on: date, asking: Asking
) -> list[Offer | Closed]:
    """Return every start of a date under these rules, with the tables that are taken as they are.

    Parties are counted by the intervals that these rules have; whoever is booked stays, whether the rules would take them or not.
    """
    picture = await desk.pictures.day(house, on, after=desk.pictures.tick())
    plan = plan_of(rules, on, house.zone)
    loads: dict[LoadKey, Load] = {}
    for stay in picture.day.stays:
        if stay.holder_kind == "block" or local_date(stay.starts_at, house.zone) != on:
            continue
        key = pacing_key(rules.pacing.interval_minutes, (stay.starts_at - plan.origin_at) // _MINUTE)
        load = loads.get(key, NO_LOAD)
        loads[key] = Load(load.parties + 1, load.covers + stay.party_size)
    day = Day(house.floor, plan.origin_at, picture.day.stays, loads)
    return offers(rules, house.floor, day, asking, on, desk.now(), house.zone)
