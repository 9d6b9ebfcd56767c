"""A floor lists its units best first, and a day knows which minutes of which table are taken."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from saveit.seating import NO_LOAD, WINDOW_MINUTES, Day, Floor, Load, Stay
from tests.seating.floors import (
    FRIDAY,
    MADRID,
    NOW,
    TWO_TABLES,
    UNHURRIED,
    at,
    day_with,
    identity,
    joined,
    stay,
    table,
)


def names(floor: Floor, party_size: int, *, online_only: bool = True) -> list[str]:
    return [unit.number for unit in floor.units_for(party_size, online_only=online_only)]


def taken_minutes(day: Day, index: int = 0) -> list[int]:
    mask = day.busy_mask(index, NOW)
    return [minute for minute in range(WINDOW_MINUTES) if mask >> minute & 1]


def minutes_between(starts: str, ends: str) -> list[int]:
    origin = at("00:00")
    return list(range((at(starts) - origin).seconds // 60, (at(ends) - origin).seconds // 60))


def test_the_smallest_table_that_fits_comes_first_and_combinations_last() -> None:
    floor = Floor.of(
        [table(1, 1, 2), table(2, 1, 2), table(3, 2, 6), table(4, 2, 4)],
        [joined(9, [1, 2], 3, 4), joined(8, [2, 1, 4], 3, 8)],
    )

    assert names(floor, 2) == ["1", "2", "4", "3"]
    assert names(floor, 3) == ["4", "3", "1+2", "1+2+4"]
    assert names(floor, 8) == ["1+2+4"]
    assert names(floor, 9) == []


def test_among_equal_tables_priority_then_number_decide() -> None:
    floor = Floor.of([table(10, 1, 2), table(9, 1, 2), table(2, 1, 2, priority=1)], [])

    assert names(floor, 2) == ["9", "10", "2"]


def test_guests_are_not_given_staff_only_units() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 2, online=False)], [joined(9, [1, 2], 2, 4, online=False)])

    assert names(floor, 2) == ["1"]
    assert names(floor, 2, online_only=False) == ["1", "2", "1+2"]


def test_a_combination_with_a_missing_table_makes_no_unit() -> None:
    assert names(Floor.of([table(1, 1, 2)], [joined(9, [1, 2], 2, 4)]), 2) == ["1"]


def test_the_tables_of_a_unit_are_sorted_by_id() -> None:
    (unit,) = Floor.of([table(3, 1, 2), table(1, 1, 2)], [joined(9, [3, 1], 3, 4)]).units_for(
        4, online_only=True
    )

    assert unit.table_ids == (identity(1), identity(3))
    assert unit.waste(3) == 1


def test_seats_are_counted_once() -> None:
    assert TWO_TABLES.seats == 6


def test_a_stay_takes_its_start_and_not_its_end() -> None:
    day = day_with(TWO_TABLES, stay(1, [1], "20:00", "21:30"))

    assert taken_minutes(day) == minutes_between("20:00", "21:30")
    assert taken_minutes(day, index=1) == []


def test_part_of_a_minute_takes_the_minute() -> None:
    booked = stay(1, [1], "20:00", "21:30", starts_at=at("20:00") + timedelta(seconds=59))
    longer = stay(2, [2], "20:00", "21:30", ends_at=at("21:30") + timedelta(microseconds=1))
    day = day_with(TWO_TABLES, booked, longer)

    assert taken_minutes(day) == minutes_between("20:00", "21:30")
    assert taken_minutes(day, index=1) == minutes_between("20:00", "21:31")


def test_what_reaches_out_of_the_window_is_cut() -> None:
    block = stay(
        1,
        [1],
        "00:00",
        "24:00",
        starts_at=at("00:00") - timedelta(days=3),
        ends_at=at("00:00") + timedelta(days=9),
    )
    before = stay(2, [2], "00:00", "24:00", starts_at=at("00:00") - timedelta(hours=2), ends_at=at("00:00"))

    day = day_with(TWO_TABLES, block, before)

    assert taken_minutes(day) == list(range(WINDOW_MINUTES))
    assert taken_minutes(day, index=1) == []


@pytest.mark.parametrize(("seconds", "free"), [(-1, True), (0, True), (1, False)])
def test_a_hold_that_expires_exactly_now_takes_nothing(seconds: int, free: bool) -> None:
    day = day_with(TWO_TABLES, stay(1, [1], "20:00", "21:30", expires_at=NOW + timedelta(seconds=seconds)))

    assert (day.busy_mask(0, NOW) == 0) == free
    assert (day.busy_masks(NOW)[0] == 0) == free


def test_a_table_that_left_the_floor_is_passed_over() -> None:
    day = day_with(TWO_TABLES, stay(1, [1, 77], "20:00", "21:30"))

    assert taken_minutes(day) == minutes_between("20:00", "21:30")


def test_what_is_removed_frees_only_its_own_minutes() -> None:
    first = stay(1, [1], "20:00", "21:00", ends_at=at("21:00") + timedelta(seconds=30))
    second = stay(2, [1], "21:00", "22:00", starts_at=at("21:00") + timedelta(seconds=30))
    day = day_with(TWO_TABLES, first, second)

    day.remove(identity(1))

    assert taken_minutes(day) == minutes_between("21:00", "22:00")


def test_a_booking_over_an_expired_hold_survives_the_holds_removal() -> None:
    day = day_with(TWO_TABLES, stay(1, [1], "20:00", "21:30", expires_at=NOW), stay(2, [1], "20:00", "21:30"))

    day.remove(identity(1))

    assert taken_minutes(day) == minutes_between("20:00", "21:30")


def test_adding_and_removing_move_the_counters() -> None:
    key = ("pacing", 1200)
    day = day_with(TWO_TABLES, load={key: Load(3, 9)})

    day.add(stay(1, [], "20:00", "21:30", party_size=5, load_keys=(key, ("overbooked", 1))))
    assert (day.load(key), day.load(("overbooked", 1))) == (Load(4, 14), Load(1, 5))

    day.remove(identity(1))
    assert (day.load(key), day.load(("overbooked", 1))) == (Load(3, 9), NO_LOAD)


def test_the_load_a_day_is_made_with_counts_its_stays_already() -> None:
    key = ("pacing", 1200)
    day = day_with(TWO_TABLES, stay(1, [1], "20:00", "21:30", load_keys=(key,)), load={key: Load(1, 2)})

    assert day.load(key) == Load(1, 2)
    assert day.without(identity(1)).load(key) == NO_LOAD


def test_removing_who_holds_nothing_changes_nothing() -> None:
    day = day_with(TWO_TABLES, stay(1, [1], "20:00", "21:30"))

    day.remove(identity(2))

    assert taken_minutes(day) == minutes_between("20:00", "21:30")


def picture(day: Day) -> tuple[list[int], int]:
    return day.busy_masks(NOW), len(day.stays)


def test_a_copy_and_its_original_do_not_see_each_others_changes() -> None:
    day = day_with(
        TWO_TABLES, stay(1, [1], "20:00", "21:30"), stay(2, [2], "20:00", "21:30", expires_at=at("20:00"))
    )
    before = picture(day)
    copy = day.copy()

    copy.add(stay(3, [1, 2], "13:00", "14:30", expires_at=at("20:00"), load_keys=(("online", 0),)))
    copy.remove(identity(2))
    assert picture(day) == before
    assert day.load(("online", 0)) == NO_LOAD

    after = picture(copy)
    day.add(stay(4, [1, 2], "15:00", "16:00"))
    day.remove(identity(1))
    assert picture(copy) == after


@some.composite
def stays(draw: some.DrawFn) -> Stay:
    starts_at = at("00:00") + timedelta(minutes=draw(some.integers(-200, WINDOW_MINUTES + 100)))
    expires = draw(some.none() | some.integers(-1, 1))
    return stay(
        draw(some.integers(1, 5)),
        draw(some.sets(some.sampled_from([1, 2]), max_size=2)),
        "00:00",
        "00:00",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(some.integers(1, 300))),
        expires_at=None if expires is None else NOW + timedelta(seconds=expires),
    )


@UNHURRIED
@given(
    present=some.lists(stays(), max_size=6),
    later=some.lists(stays(), max_size=6),
    leaving=some.lists(some.integers(1, 5), max_size=4),
)
def test_a_changed_day_is_the_same_as_one_drawn_anew(
    present: list[Stay], later: list[Stay], leaving: list[int]
) -> None:
    day = day_with(TWO_TABLES, *present)
    for one in later:
        day.add(one)
    for holder in leaving:
        day.remove(identity(holder))

    left = [
        one for one in [*present, *later] if one.holder_id not in {identity(holder) for holder in leaving}
    ]
    assert picture(day) == picture(day_with(TWO_TABLES, *left))


def test_the_origin_of_a_day_is_its_midnight() -> None:
    assert day_with(TWO_TABLES).origin_at == at("00:00", FRIDAY, MADRID)
