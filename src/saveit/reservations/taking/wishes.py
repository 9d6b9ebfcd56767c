"""What can be had: the listing of a day, what to offer instead, and every rule that a wish breaks."""

from datetime import date, datetime, timedelta

import msgspec

from saveit.ledger import DayPicture, House
from saveit.reservations.desk import Desk
from saveit.seating import (
    Asking,
    Closed,
    Day,
    Offer,
    Reason,
    Unit,
    Window,
    alternatives,
    local_date,
    offer_at,
    offers,
)

_CAPACITY = frozenset((Reason.FULL, Reason.PACING_PARTIES, Reason.PACING_COVERS, Reason.ONLINE_HELD_BACK))
_PARTY = frozenset((Reason.PARTY_TOO_LARGE, Reason.PARTY_TOO_SMALL))
# The owner's documents let availability be half a minute old; facts of other processes usually arrive within a second.
_LISTING_AGE_MAX = timedelta(seconds=30)
# A listing tries a re-seating for each full start, so it tries less hard than a booking: what it finds, the booking finds too.
_LISTING_NODES_MAX = 50
_DAYS_AROUND = 3


def is_capacity(reason: Reason) -> bool:
    """Say whether a start is closed because others were first, rather than by a rule about the wish itself."""
    return reason in _CAPACITY


async def day_offers(desk: Desk, house: House, on: date, asking: Asking) -> list[Offer | Closed]:
    """Return every start of a date as an offer or as closed, as `book` would decide it."""
    picture = desk.pictures.known_day(house, on, age_max=_LISTING_AGE_MAX)
    if picture is None:
        picture = await desk.pictures.day(house, on, after=desk.pictures.tick())
    return _listing(house, picture, asking, desk.now())


async def decided_offers(desk: Desk, house: House, on: date, asking: Asking) -> list[Offer | Closed]:
    """Return the same without the acts that this process has on their way: newcomers are among them, whom the ledger sends back."""
    picture = await desk.pictures.day(house, on)
    return _listing(house, picture.settled(), asking, desk.now())


def _listing(house: House, picture: DayPicture, asking: Asking, now: datetime) -> list[Offer | Closed]:
    found = offers(house.rules, house.floor, picture.day, asking, picture.on, now, house.zone)
    return [_reseated(picture, asking, answer, now) for answer in found]


async def answer_at(
    desk: Desk, house: House, asking: Asking, *, on: date, time: str
) -> Offer | tuple[Closed, ...]:
    """Return one start as an offer, or everything that speaks against it, as `book` would decide it now."""
    picture = await desk.pictures.day(house, on, after=desk.pictures.tick())
    now = desk.now()
    answer = offer_at(house.rules, house.floor, picture.day, asking, on, time, now, house.zone)
    if isinstance(answer, Offer):
        return answer
    if not is_capacity(answer.reason):
        return broken_rules(house, picture.day, asking, on, time, now, answer)
    answer = _reseated(picture, asking, answer, now)
    return answer if isinstance(answer, Offer) else (answer,)


async def calendar_offers(
    desk: Desk, house: House, asking: Asking, *, first_on: date, count: int
) -> list[list[Offer | Closed]]:
    """Return the same for so many dates, their tables read at once."""
    pictures = await desk.pictures.days(house, first_on, count, age_max=_LISTING_AGE_MAX)
    now = desk.now()
    return [_listing(house, picture, asking, now) for picture in pictures]


async def nearest_offers(
    desk: Desk, house: House, asking: Asking, *, on: date, wished_at: datetime | None, offers_max: int = 5
) -> tuple[Offer, ...]:
    """Return what to offer instead: the nearest times of that date, then of the dates around it."""
    today = local_date(desk.now(), house.zone)
    days = [await day_offers(desk, house, on, asking)]
    open_ones = sum(isinstance(answer, Offer) for answer in days[0])
    if open_ones < offers_max:
        around_it = [on + sign * timedelta(days=n) for n in range(1, _DAYS_AROUND + 1) for sign in (1, -1)]
        days += [await day_offers(desk, house, other, asking) for other in around_it if other >= today]
    around = wished_at or _noon(days, desk.now())
    return alternatives(days, around, offers_max)


def broken_rules(  # noqa: PLR0917 - the facts of the question that was refused.
    house: House, day: Day, asking: Asking, on: date, time: str, now: datetime, first: Closed
) -> tuple[Closed, ...]:
    """Return every rule that refuses the wish, not only the first that was met.

    The engine stops at the first. Asked again as staff it skips notice and horizon and tells what is wrong with the time; asked
    again for a party of a usual size it tells what is wrong besides the size.
    """
    broken = [first]

    def ask(other: Asking) -> None:
        answer = offer_at(house.rules, house.floor, day, other, on, time, now, house.zone)
        known = {closed.reason for closed in broken}
        if isinstance(answer, Closed) and not is_capacity(answer.reason) and answer.reason not in known:
            broken.append(answer)

    limits = house.rules.party
    usual = max(limits.size_min, min(2, limits.size_max))
    if first.reason in _PARTY:
        ask(msgspec.structs.replace(asking, party_size=usual))
    if asking.audience == "guest":
        ask(msgspec.structs.replace(asking, audience="staff", party_size=usual))
        if not limits.size_min <= asking.party_size <= limits.size_max and first.reason not in _PARTY:
            too_large = asking.party_size > limits.size_max
            facts: dict[str, object] = {
                "party_size": asking.party_size,
                "limit": limits.size_max if too_large else limits.size_min,
            }
            reason = Reason.PARTY_TOO_LARGE if too_large else Reason.PARTY_TOO_SMALL
            broken.append(Closed(on, time, None, reason, facts))
    return tuple(broken)


def _reseated(picture: DayPicture, asking: Asking, answer: Offer | Closed, now: datetime) -> Offer | Closed:
    """Turn a start that is full only for want of another seating into an offer."""
    if isinstance(answer, Offer) or answer.reason is not Reason.FULL or answer.window is None:
        return answer
    if asking.table_id is not None:
        return answer
    found = picture.reseating(answer.window, asking, now, nodes_max=_LISTING_NODES_MAX)
    return answer if found is None else offer_of(answer.window, found.unit)


def offer_of(window: Window, unit: Unit) -> Offer:
    """Return the offer of a window at a unit."""
    return Offer(
        service=window.service,
        service_index=window.service_index,
        date=window.date,
        time=window.time,
        starts_at=window.starts_at,
        leaves_at=window.leaves_at,
        ends_at=window.ends_at,
        minute=window.minute,
        claims=window.claims,
        units=(unit,),
    )


def _noon(days: list[list[Offer | Closed]], now: datetime) -> datetime:
    """Return the middle of the wished date's starts when the wished time itself does not exist."""
    starts = [answer.starts_at for answer in days[0] if answer.starts_at is not None]
    return starts[len(starts) // 2] if starts else now
