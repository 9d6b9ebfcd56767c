"""When a time is taken, the nearest others are proposed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from saveit.seating import (
    Closed,
    Day,
    Offer,
    Reason,
    alternatives,
    day_origin,
    offers,
)
from tests.seating.floors import (
    DINNER,
    GUESTS_OF_TWO,
    MADRID,
    NOW,
    ONE_TABLE,
    at,
    rules,
)


def days_around(*free: tuple[int, str]) -> list[list[Offer | Closed]]:
    """Listings of Friday, then Wednesday to Sunday without it, in which only some (day of May, time) are free."""
    house = rules(DINNER)
    listings: list[list[Offer | Closed]] = []
    for number in (15, 13, 14, 16, 17):
        on = date(2026, 5, number)
        day = Day(ONE_TABLE, day_origin(on, MADRID), (), {})
        answers = offers(house, ONE_TABLE, day, GUESTS_OF_TWO, on, NOW, MADRID)
        listings.append(
            [
                one
                if (number, one.time) in free
                else Closed(on, one.time, one.starts_at, Reason.FULL, {"party_size": 2})
                for one in answers
            ]
        )
    return listings


def proposed(listings: list[list[Offer | Closed]], wished: str, offers_max: int = 3) -> list[tuple[int, str]]:
    return [(one.date.day, one.time) for one in alternatives(listings, at(wished), offers_max)]


def test_alternatives_are_the_nearest_times_of_the_day() -> None:
    listings = days_around((15, "20:00"), (15, "21:30"), (15, "22:00"), (15, "23:00"), (16, "21:00"))

    assert proposed(listings, "21:00") == [(15, "21:30"), (15, "20:00"), (15, "22:00")]


def test_alternatives_go_on_with_the_same_time_on_the_nearest_days() -> None:
    listings = days_around((15, "23:00"), (14, "20:30"), (14, "20:00"), (16, "22:00"), (17, "21:00"))

    assert proposed(listings, "21:00", 5) == [
        (15, "23:00"),
        (14, "20:30"),
        (16, "22:00"),
        (17, "21:00"),
        (14, "20:00"),
    ]


def test_the_same_time_on_another_day_is_the_same_on_the_clock() -> None:
    """Sunday's 21:00 is 23 or 25 hours after Saturday's when the clocks change, and still the nearest."""
    berlin, saturday = ZoneInfo("Europe/Berlin"), date(2026, 10, 24)
    house, listings = rules(DINNER), list[list[Offer | Closed]]()
    for on in (saturday, saturday + timedelta(days=1)):
        day = Day(ONE_TABLE, day_origin(on, berlin), (), {})
        listings.append(
            offers(house, ONE_TABLE, day, GUESTS_OF_TWO, on, day.origin_at - timedelta(days=3), berlin)
        )
    wished_at = datetime(2026, 10, 24, 19, 0, tzinfo=UTC)
    listings[0] = [replace(one, units=()) for one in listings[0] if one.starts_at == wished_at]

    (offer,) = alternatives(listings, wished_at, 1)
    assert (offer.date, offer.time) == (date(2026, 10, 25), "21:00")


def test_the_wished_time_itself_is_no_alternative() -> None:
    assert proposed(days_around((15, "21:00"), (16, "21:00")), "21:00") == [(16, "21:00")]
    assert alternatives([], at("21:00"), 3) == ()
