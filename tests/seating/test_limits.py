"""Pacing, held-back seats and overbooking: the numbers that the listing checks are those the ledger enforces."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from saveit.seating import (
    Claim,
    Closed,
    Floor,
    Load,
    Reason,
    load_limits,
)
from saveit.venues import (
    Capacity,
    OnlineRelease,
    Pacing,
)
from tests.seating.floors import (
    FRIDAY,
    GUESTS_OF_TWO,
    NOW,
    ONE_TABLE,
    STAFF_OF_TWO,
    TWO_TABLES,
    asked,
    at,
    day_with,
    identity,
    offered,
    refused,
    rules,
    stay,
    table,
)

PACED = Pacing(interval_minutes=15, parties_max=3, covers_max=10)


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        (Load(2, 8), None),
        (Load(3, 3), (Reason.PACING_PARTIES, {"parties": 3, "covers": 3, "limit": 3})),
        (Load(2, 9), (Reason.PACING_COVERS, {"parties": 2, "covers": 9, "limit": 10})),
    ],
)
def test_pacing_lets_in_so_many_parties_and_covers(
    load: Load, expected: tuple[Reason, dict[str, object]] | None
) -> None:
    day = day_with(ONE_TABLE, load={("pacing", 1230): load})
    answer = asked(rules(pacing=PACED), day, "20:30")

    if expected is None:
        assert offered(answer).claims == (Claim(("pacing", 1230), 3, 10),)
    else:
        assert refused(answer) == expected


def test_starts_of_one_interval_are_paced_together() -> None:
    late = asked(rules(pacing=PACED), day_with(ONE_TABLE), "20:44", STAFF_OF_TWO)

    assert offered(late).claims == (Claim(("pacing", 1230), 3, 10),)


def test_staff_exceed_pacing_only_when_they_say_so() -> None:
    day = day_with(ONE_TABLE, load={("pacing", 1230): Load(9, 90)})
    house = rules(pacing=PACED)

    assert refused(asked(house, day, "20:30", STAFF_OF_TWO))[0] == Reason.PACING_PARTIES
    assert (
        refused(asked(house, day, "20:30", replace(GUESTS_OF_TWO, beyond_pacing=True)))[0]
        == Reason.PACING_PARTIES
    )
    answer = asked(house, day, "20:30", replace(STAFF_OF_TWO, beyond_pacing=True))
    assert offered(answer).claims == (Claim(("pacing", 1230)),)


HELD_BACK = OnlineRelease(held_back_percent=50, released_days_before=2)


def test_seats_held_back_are_kept_from_guests_until_they_are_released() -> None:
    house = rules(online_release=HELD_BACK)
    day = day_with(TWO_TABLES, load={("online", 1): Load(1, 2)})
    before, after = at("23:59") - timedelta(days=3), at("00:00") - timedelta(days=2)

    assert refused(asked(house, day, "20:30", now=before)) == (
        Reason.ONLINE_HELD_BACK,
        {"parties": 1, "covers": 2, "limit": 3, "released_on": "2026-05-13"},
    )
    assert offered(asked(house, day, "13:00", now=before)).claims == (Claim(("online", 0), covers_max=3),)
    assert offered(asked(house, day, "20:30", STAFF_OF_TWO, now=before)).claims == ()
    assert offered(asked(house, day, "20:30", now=after)).claims == ()


OVERBOOKED = Capacity(minimum_table_turnover_minutes=90, overbooking_percent=50)


def test_a_full_service_admits_a_share_of_its_seats_without_a_table() -> None:
    taken = stay(1, [1, 2], "20:00", "22:00")
    house = rules(capacity=OVERBOOKED)
    offer = offered(asked(house, day_with(TWO_TABLES, taken, load={("overbooked", 1): Load(1, 1)}), "20:30"))

    assert (offer.units, offer.overbooked, offer.claims) == ((), True, ())
    assert offer.overbooking == Claim(("overbooked", 1), covers_max=3)
    full = day_with(TWO_TABLES, taken, load={("overbooked", 1): Load(1, 2)})
    assert refused(asked(house, full, "20:30"))[0] == Reason.FULL


def test_a_wish_is_never_overbooked() -> None:
    day = day_with(TWO_TABLES, stay(1, [1, 2], "20:00", "22:00"))

    answer = asked(rules(capacity=OVERBOOKED), day, "20:30", replace(GUESTS_OF_TWO, table_id=identity(1)))
    assert refused(answer)[0] == Reason.FULL


@pytest.mark.parametrize(
    ("percent", "seats", "covers"),
    [(12.5, 40, 5), (10, 19, 1), (33.3, 1000, 333), (0, 40, 0), (100, 7, 7), (0.1, 1000, 1)],
)
def test_a_share_of_the_seats_is_rounded_down_exactly(percent: float, seats: int, covers: int) -> None:
    floor = Floor.of([table(1, 1, seats)], [])
    house = rules(
        capacity=Capacity(overbooking_percent=percent),
        online_release=OnlineRelease(held_back_percent=100 - percent),
    )

    limits = load_limits(house, floor, FRIDAY, NOW.date())
    assert limits.overbooked_covers_max == covers
    assert limits.online_covers_max == (covers if percent < 100 else None)


def test_a_full_start_says_what_a_reseating_would_take() -> None:
    day = day_with(ONE_TABLE, stay(1, [1], "20:00", "22:00"))
    answer = asked(rules(pacing=PACED), day, "20:30")

    assert isinstance(answer, Closed)
    assert answer.window is not None
    assert (answer.window.starts_at, answer.window.ends_at) == (at("20:30"), at("22:00"))
    assert answer.window.claims == (Claim(("pacing", 1230), 3, 10),)
