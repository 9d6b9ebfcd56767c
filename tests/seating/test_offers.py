"""What is offered can be booked, and what is not says why."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from saveit.seating import (
    Asking,
    Closed,
    Day,
    Floor,
    Load,
    Offer,
    Reason,
    day_origin,
    free_units,
    offer_at,
    offers,
    stay_minutes,
)
from saveit.venues import (
    Capacity,
    CustomSlots,
    Pacing,
    PartyLimits,
    ReservationWindow,
    Service,
    SpecialDate,
    TimeSlots,
    TurnTime,
)
from tests.seating.floors import (
    DINNER,
    FRIDAY,
    GUESTS_OF_TWO,
    LUNCH,
    MADRID,
    NOW,
    ONE_TABLE,
    STAFF_OF_TWO,
    TWO_TABLES,
    asked,
    at,
    day_with,
    identity,
    joined,
    listed,
    numbers,
    offered,
    refused,
    rules,
    stay,
    table,
    times_offered,
)


def test_a_day_lists_both_services_up_to_their_last_seating() -> None:
    times = times_offered(listed(rules(), day_with(TWO_TABLES)))

    assert times == [
        "13:00",
        "13:30",
        "14:00",
        "14:30",
        "20:00",
        "20:30",
        "21:00",
        "21:30",
        "22:00",
        "22:30",
        "23:00",
    ]


def test_without_a_last_seating_a_stay_must_end_by_the_close() -> None:
    house = rules(LUNCH)

    assert isinstance(asked(house, day_with(TWO_TABLES), "14:30"), Offer)
    assert refused(asked(house, day_with(TWO_TABLES), "15:00")) == (
        Reason.ENDS_AFTER_CLOSE,
        {"minutes": 90, "closes": "16:00"},
    )


def test_the_buffer_may_run_past_the_close() -> None:
    house = rules(LUNCH, time_slots=TimeSlots(slot_duration=30, turnover_time=20))
    offer = offered(asked(house, day_with(TWO_TABLES), "14:30"))

    assert (offer.leaves_at, offer.ends_at) == (at("16:00"), at("16:20"))


def test_an_offer_says_when_and_where() -> None:
    house = rules(time_slots=TimeSlots(slot_duration=30, turnover_time=15))
    offer = offered(asked(house, day_with(TWO_TABLES), "20:30"))

    assert (offer.service, offer.service_index, offer.date, offer.time) == ("dinner", 1, FRIDAY, "20:30")
    assert (offer.starts_at, offer.leaves_at, offer.ends_at) == (at("20:30"), at("22:00"), at("22:15"))
    assert offer.minute == 1230
    assert (offer.claims, offer.overbooked) == ((), False)
    assert numbers(offer) == ["1", "2"]


def test_a_listing_names_the_best_table_and_the_question_all() -> None:
    day = day_with(TWO_TABLES)
    first = listed(rules(), day)[0]

    assert numbers(first) == ["1"]
    assert numbers(asked(rules(), day, "13:00")) == ["1", "2"]


def test_a_table_is_free_only_if_it_is_free_for_the_whole_stay() -> None:
    day = day_with(ONE_TABLE, stay(1, [1], "21:00", "22:30"))

    assert times_offered(listed(rules(DINNER), day)) == ["22:30", "23:00"]


def test_back_to_back_parties_fit() -> None:
    day = day_with(ONE_TABLE, stay(1, [1], "21:30", "22:30"))

    assert times_offered(listed(rules(DINNER), day)) == ["20:00", "22:30", "23:00"]


def test_the_buffer_keeps_back_to_back_parties_apart() -> None:
    house = rules(DINNER, time_slots=TimeSlots(slot_duration=30, turnover_time=1))
    day = day_with(ONE_TABLE, stay(1, [1], "21:30", "22:31"))

    assert times_offered(listed(house, day)) == ["23:00"]


def test_the_buffer_of_the_last_start_of_a_listing_counts_too() -> None:
    house = rules(DINNER, time_slots=TimeSlots(slot_duration=30, turnover_time=15))
    day = day_with(ONE_TABLE, stay(1, [1], "24:44", "25:30"))

    assert times_offered(listed(house, day))[-1] == "22:30"
    assert times_offered(listed(house, day_with(ONE_TABLE, stay(1, [1], "24:45", "25:30"))))[-1] == "23:00"


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("20:29", "20:31"), ("20:30", "22:00"), ("21:00", "21:01"), ("20:00", "23:00"), ("21:59", "23:00"), ("20:00", "20:31"),
     ("20:30", "20:31"), ("21:59", "22:00")],
)  # fmt: skip
def test_any_overlap_by_a_minute_takes_the_table(starts: str, ends: str) -> None:
    day = day_with(ONE_TABLE, stay(1, [1], starts, ends))

    assert refused(asked(rules(), day, "20:30")) == (Reason.FULL, {"party_size": 2})


@pytest.mark.parametrize(("starts", "ends"), [("19:00", "20:30"), ("22:00", "23:30")])
def test_what_only_touches_does_not_take_the_table(starts: str, ends: str) -> None:
    assert isinstance(asked(rules(), day_with(ONE_TABLE, stay(1, [1], starts, ends)), "20:30"), Offer)


def test_a_combination_is_free_only_with_all_its_tables() -> None:
    six = Asking(party_size=6, audience="guest")
    day = day_with(TWO_TABLES, stay(1, [2], "21:00", "22:30"))

    assert times_offered(listed(rules(DINNER), day, six)) == ["22:30", "23:00"]


def test_a_combination_takes_all_its_tables() -> None:
    day = day_with(TWO_TABLES, stay(1, [1, 2], "20:00", "21:30"))

    assert refused(asked(rules(), day, "20:30"))[0] == Reason.FULL


def test_ones_own_hold_does_not_hide_the_table() -> None:
    key = ("pacing", 1230)
    hold = stay(1, [1], "20:30", "22:00", expires_at=NOW + timedelta(minutes=5), load_keys=(key,))
    house = rules(pacing=Pacing(parties_max=1))
    day = day_with(ONE_TABLE, hold, load={key: Load(1, 2)})

    assert refused(asked(house, day, "20:30"))[0] == Reason.PACING_PARTIES
    assert isinstance(asked(house, day, "20:30", replace(GUESTS_OF_TWO, excluding=identity(1))), Offer)


def test_a_booking_may_be_moved_within_its_own_time() -> None:
    day = day_with(ONE_TABLE, stay(1, [1], "20:30", "22:00"))

    assert refused(asked(rules(), day, "21:00"))[0] == Reason.FULL
    assert numbers(asked(rules(), day, "21:00", replace(GUESTS_OF_TWO, excluding=identity(1)))) == ["1"]


@pytest.mark.parametrize(("seconds", "is_free"), [(0, True), (1, False)])
def test_a_hold_frees_its_table_when_it_expires(seconds: int, is_free: bool) -> None:
    day = day_with(ONE_TABLE, stay(1, [1], "20:30", "22:00", expires_at=NOW + timedelta(seconds=seconds)))

    assert isinstance(asked(rules(), day, "20:30"), Offer) == is_free


def test_guests_need_notice_measured_in_real_hours() -> None:
    house = rules()
    day = day_with(ONE_TABLE)

    assert isinstance(asked(house, day, "20:00", now=at("18:00")), Offer)
    assert refused(asked(house, day, "20:00", now=at("18:00") + timedelta(seconds=1))) == (
        Reason.NOTICE,
        {"hours": 2},
    )
    assert isinstance(asked(house, day, "20:00", STAFF_OF_TWO, now=at("20:00")), Offer)


def test_notice_over_a_clock_change_is_measured_in_real_hours() -> None:
    berlin, night = ZoneInfo("Europe/Berlin"), date(2026, 10, 24)
    house = rules(
        Service("night", "20:00", "06:00", "04:00"), reservation_window=ReservationWindow(min_hours_advance=2)
    )
    day = Day(ONE_TABLE, day_origin(night, berlin), (), {})
    # Half past one in summer, two real hours before half past two in winter.
    now = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)

    assert (
        refused(offer_at(house, ONE_TABLE, day, GUESTS_OF_TWO, night, "02:00", now, berlin))[0]
        == Reason.NOTICE
    )
    assert isinstance(offer_at(house, ONE_TABLE, day, GUESTS_OF_TWO, night, "03:00", now, berlin), Offer)


def test_what_has_passed_is_past_for_everybody() -> None:
    for asking in (GUESTS_OF_TWO, STAFF_OF_TWO):
        answer = asked(rules(), day_with(ONE_TABLE), "13:00", asking, now=at("13:00") + timedelta(seconds=1))
        assert refused(answer) == (Reason.PAST, {})


def test_guests_book_up_to_the_horizon_in_local_dates() -> None:
    house = rules(reservation_window=ReservationWindow(max_days_advance=30))
    midnight = at("00:00") - timedelta(days=30)

    assert isinstance(asked(house, day_with(ONE_TABLE), "13:00", now=midnight), Offer)
    a_second_before = asked(house, day_with(ONE_TABLE), "13:00", now=midnight - timedelta(seconds=1))
    assert refused(a_second_before)[0] == Reason.HORIZON


def test_beyond_the_horizon_the_whole_date_is_closed_and_says_when_it_opens() -> None:
    now = NOW - timedelta(days=40)

    assert listed(rules(), day_with(ONE_TABLE), now=now) == [
        Closed(FRIDAY, None, None, Reason.HORIZON, {"days": 30, "opens_on": "2026-04-15"})
    ]
    assert len(times_offered(listed(rules(), day_with(ONE_TABLE), STAFF_OF_TWO, now=now))) == 11


def test_the_same_day_may_be_kept_for_the_telephone() -> None:
    house = rules(reservation_window=ReservationWindow(allow_same_day=False))

    assert refused(asked(house, day_with(ONE_TABLE), "23:00", now=at("00:00"))) == (Reason.SAME_DAY, {})
    assert isinstance(
        asked(house, day_with(ONE_TABLE), "23:00", now=at("00:00") - timedelta(seconds=1)), Offer
    )
    assert isinstance(asked(house, day_with(ONE_TABLE), "23:00", STAFF_OF_TWO, now=at("00:00")), Offer)


def test_a_closed_date_says_so_once() -> None:
    closed = rules(special_dates=(SpecialDate(FRIDAY, "closed", note="boda"),))

    (answer,) = listed(closed, day_with(ONE_TABLE))
    assert refused(answer) == (Reason.CLOSED, {"weekday": 4, "note": "boda"})
    assert refused(asked(closed, day_with(ONE_TABLE), "20:00"))[0] == Reason.CLOSED


def test_a_time_outside_all_services_is_told_the_hours() -> None:
    answer = asked(rules(), day_with(ONE_TABLE), "17:00")

    assert refused(answer) == (Reason.NO_SERVICE, {"hours": "13:00-16:00, 20:00-00:30"})


def test_a_time_between_slots_is_told_the_nearest() -> None:
    assert refused(asked(rules(), day_with(ONE_TABLE), "20:40")) == (Reason.NOT_A_SLOT, {"nearest": "20:30"})


def test_staff_may_start_a_party_at_any_minute_of_a_service() -> None:
    offer = offered(asked(rules(), day_with(ONE_TABLE), "20:41", STAFF_OF_TWO))

    assert (offer.time, offer.starts_at, offer.minute) == ("20:41", at("20:41"), 1241)


def test_after_the_last_seating_nobody_starts() -> None:
    for asking in (GUESTS_OF_TWO, STAFF_OF_TWO):
        answer = asked(rules(), day_with(ONE_TABLE), "23:01", asking)
        assert refused(answer) == (Reason.AFTER_LAST_SEATING, {"service": "dinner"})


def test_a_time_past_midnight_is_still_the_evenings() -> None:
    late = Service("late", "20:00", "02:00", "01:00")
    offer = offered(asked(rules(late), day_with(ONE_TABLE), "00:30"))

    assert (offer.date, offer.starts_at, offer.minute) == (FRIDAY, at("24:30"), 1470)


def test_a_skipped_time_is_not_offered_and_a_repeated_one_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    house = rules(Service("night", "20:00", "06:00", "04:00"))
    nights: dict[date, list[str]] = {}
    for night in (date(2026, 3, 28), date(2026, 10, 24)):
        day = Day(ONE_TABLE, day_origin(night, berlin), (), {})
        now = day.origin_at - timedelta(days=3)
        nights[night] = times_offered(offers(house, ONE_TABLE, day, GUESTS_OF_TWO, night, now, berlin))[10:]
        answer = offer_at(house, ONE_TABLE, day, GUESTS_OF_TWO, night, "02:30", now, berlin)
        assert isinstance(answer, Offer) == (night.month == 10)

    assert nights == {
        date(2026, 3, 28): ["01:00", "01:30", "03:00", "03:30", "04:00"],
        date(2026, 10, 24): ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30", "04:00"],
    }


def test_a_stay_over_the_hour_that_comes_twice_lasts_its_real_minutes() -> None:
    berlin, night = ZoneInfo("Europe/Berlin"), date(2026, 10, 24)
    house = rules(Service("night", "20:00", "06:00", "04:00"))
    day = Day(ONE_TABLE, day_origin(night, berlin), (), {})
    offer = offered(offer_at(house, ONE_TABLE, day, GUESTS_OF_TWO, night, "02:30", day.origin_at, berlin))

    assert offer.ends_at.astimezone(berlin).strftime("%H:%M") == "03:00"
    assert offer.ends_at - offer.starts_at == timedelta(minutes=90)


def test_custom_slots_replace_the_regular_ones_where_they_are_the_most_specific() -> None:
    slots = TimeSlots(
        slot_duration=30,
        turnover_time=0,
        custom_slots=(
            CustomSlots(times=("13:10",)),
            CustomSlots(times=("20:10", "22:40", "23:30"), service="dinner", weekdays=("friday",)),
            CustomSlots(times=("21:00",), service="dinner"),
        ),
    )

    assert times_offered(listed(rules(time_slots=slots), day_with(ONE_TABLE))) == ["13:10", "20:10", "22:40"]


TURN_TIMES = Capacity(
    minimum_table_turnover_minutes=90,
    turn_times=(
        TurnTime(1, 8, 100),
        TurnTime(3, 4, 110),
        TurnTime(1, 8, 120, weekdays=("friday",)),
        TurnTime(1, 8, 130, service="dinner"),
        TurnTime(1, 2, 140, service="dinner", weekdays=("friday", "saturday")),
    ),
)


@pytest.mark.parametrize(
    ("service", "weekday", "party_size", "minutes"),
    [("lunch", 0, 2, 100), ("lunch", 0, 4, 110), ("lunch", 4, 4, 120), ("dinner", 0, 4, 130), ("dinner", 4, 2, 140),
     ("dinner", 4, 3, 130), ("lunch", 0, 9, 90)],
)  # fmt: skip
def test_the_most_specific_turn_time_counts(
    service: str, weekday: int, party_size: int, minutes: int
) -> None:
    assert stay_minutes(rules(capacity=TURN_TIMES), service, weekday, party_size) == minutes


@pytest.mark.parametrize(
    ("asking", "reason", "limit"),
    [
        (Asking(5, "guest"), Reason.PARTY_TOO_LARGE, 4),
        (Asking(1, "guest"), Reason.PARTY_TOO_SMALL, 2),
        (Asking(0, "staff"), Reason.PARTY_TOO_SMALL, 2),
        (Asking(7, "staff"), Reason.PARTY_TOO_LARGE, 6),
    ],
)
def test_party_sizes_have_limits(asking: Asking, reason: Reason, limit: int) -> None:
    house = rules(party=PartyLimits(size_min=2, size_max=4))

    assert refused(asked(house, day_with(TWO_TABLES), "20:00", asking)) == (
        reason,
        {"party_size": asking.party_size, "limit": limit},
    )
    assert isinstance(asked(house, day_with(TWO_TABLES), "20:00", Asking(5, "staff")), Offer)


def test_a_party_between_two_sizes_of_table_is_told_the_next() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 5, 8)], [])

    assert refused(asked(rules(), day_with(floor), "20:00", Asking(3, "guest"))) == (
        Reason.PARTY_TOO_SMALL,
        {"party_size": 3, "limit": 5},
    )


def test_a_wished_table_is_given_alone_or_in_a_combination() -> None:
    day = day_with(TWO_TABLES)

    assert numbers(asked(rules(), day, "20:00", Asking(2, "guest", table_id=identity(2)))) == ["2"]
    assert numbers(asked(rules(), day, "20:00", Asking(5, "guest", table_id=identity(1)))) == ["1+2"]


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        (Asking(7, "guest", table_id=identity(2)), (Reason.UNIT_TOO_SMALL, {"party_size": 7, "limit": 6})),
        (Asking(1, "guest", table_id=identity(2)), (Reason.UNIT_TOO_LARGE, {"party_size": 1, "limit": 2})),
        (Asking(2, "guest", table_id=identity(7)), (Reason.TABLE_UNKNOWN, {})),
        (Asking(2, "guest", area_id=identity(7)), (Reason.AREA_UNKNOWN, {})),
    ],
)
def test_a_wish_that_cannot_be_granted_says_why(
    asking: Asking, expected: tuple[Reason, dict[str, object]]
) -> None:
    assert refused(asked(rules(), day_with(TWO_TABLES), "20:00", asking)) == expected


def test_staff_may_seat_a_small_party_at_a_large_table_they_name() -> None:
    assert numbers(
        asked(rules(), day_with(TWO_TABLES), "20:00", Asking(1, "staff", table_id=identity(2)))
    ) == ["2", "1+2"]


def test_a_staff_only_table_does_not_exist_for_guests() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 2, online=False)], [])

    assert numbers(asked(rules(), day_with(floor), "20:00")) == ["1"]
    assert numbers(asked(rules(), day_with(floor), "20:00", STAFF_OF_TWO)) == ["1", "2"]
    answer = asked(rules(), day_with(floor), "20:00", replace(GUESTS_OF_TWO, table_id=identity(2)))
    assert refused(answer)[0] == Reason.TABLE_UNKNOWN


def test_a_wished_area_gives_its_tables_and_the_combinations_within_it() -> None:
    terrace = identity(50)
    tables = [table(1, 1, 2), table(2, 1, 2, area_id=terrace), table(3, 1, 2, area_id=terrace)]
    floor = Floor.of(tables, [joined(9, [2, 3], 2, 4), joined(8, [1, 2], 2, 4)])
    day = day_with(floor)

    assert numbers(asked(rules(), day, "20:00", replace(GUESTS_OF_TWO, area_id=terrace))) == ["2", "3", "2+3"]
    assert refused(asked(rules(), day, "20:00", Asking(5, "guest", area_id=terrace))) == (
        Reason.PARTY_TOO_LARGE,
        {"party_size": 5, "limit": 4},
    )


def test_free_units_are_found_for_any_interval() -> None:
    day = day_with(TWO_TABLES, stay(1, [1], "20:00", "21:00"))

    def free(starts: str, ends: str, asking: Asking = STAFF_OF_TWO) -> list[str]:
        units = free_units(TWO_TABLES, day, asking, starts_at=at(starts), ends_at=at(ends), now=NOW)
        return [unit.number for unit in units]

    assert free("20:59", "21:30") == ["2"]
    assert free("21:00", "21:30") == ["1", "2"]
    assert free("20:00", "21:30", replace(STAFF_OF_TWO, excluding=identity(1))) == ["1", "2"]
    assert free("20:00", "20:00") == []
    assert free("20:00", "21:00", Asking(9, "staff")) == []


def test_a_day_drawn_for_another_date_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="another date"):
        offers(
            rules(), ONE_TABLE, day_with(ONE_TABLE), GUESTS_OF_TWO, FRIDAY + timedelta(days=1), NOW, MADRID
        )
