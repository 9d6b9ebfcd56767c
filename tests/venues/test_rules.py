"""Rules are read whole or refused whole, with everything that is wrong in them."""

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from saveit.kernel.errors import FieldError
from saveit.venues import (
    RULES_BYTES_MAX,
    Rules,
    RulesRefused,
    Service,
    default_rules,
    message_keys,
    parse_rules,
)


def errors_in(raw: bytes | Mapping[str, object]) -> set[tuple[str, str]]:
    return {(error.path, error.code) for error in refusal_of(raw)}


def refusal_of(raw: bytes | Mapping[str, object]) -> tuple[FieldError, ...]:
    try:
        parse_rules(raw)
    except RulesRefused as refused:
        return refused.errors
    return ()


def hours(**days: list[dict[str, str]]) -> dict[str, object]:
    return {"business_hours": days}


def service(name: str, opens: str, closes: str, last_seating: str | None = None) -> dict[str, str]:
    fields = {"name": name, "opens": opens, "closes": closes}
    return fields if last_seating is None else fields | {"last_seating": last_seating}


def special(date: str, kind: str, **fields: object) -> dict[str, object]:
    return {"date": date, "type": kind, **fields}


DINNER = service("dinner", "19:00", "23:00")


def test_what_is_not_written_has_its_default() -> None:
    assert parse_rules({}) == Rules()


def test_the_defaults_are_those_of_the_documents() -> None:
    rules = default_rules()

    assert (rules.reservation_window.min_hours_advance, rules.reservation_window.max_days_advance) == (2, 30)
    assert (rules.capacity.overbooking_percent, rules.capacity.minimum_table_turnover_minutes) == (0, 90)
    assert (rules.time_slots.slot_duration, rules.time_slots.turnover_time) == (30, 15)
    assert rules.cancellation_policy.blocked_reservations_after_no_show == 2
    assert [one.name for one in rules.business_hours.of(6)] == ["Almuerzo", "Cena"]


@pytest.mark.parametrize(
    ("language", "region", "names"),
    [
        ("es", "CO", ["Almuerzo", "Cena"]),
        ("es", "ES", ["Comida", "Cena"]),
        ("es", "MX", ["Comida", "Cena"]),
        ("en", "US", ["Lunch", "Dinner"]),
        ("en", "ES", ["Lunch", "Dinner"]),
    ],
)
def test_the_first_services_have_the_names_that_people_there_use(
    language: str, region: str, names: list[str]
) -> None:
    """Guests and staff read them: on the board, in settings, and where a service is chosen."""
    assert [one.name for one in default_rules(language, region).business_hours.of(0)] == names


def test_rules_written_out_are_read_back_the_same() -> None:
    rules = default_rules()

    assert parse_rules(msgspec.json.encode(rules)) == rules


def test_a_new_restaurants_rules_are_accepted() -> None:
    assert errors_in(msgspec.to_builtins(default_rules())) == set()


def test_every_error_is_told_at_once() -> None:
    raw = {
        "surprise": 1,
        "reservation_window": {"min_hours_advance": "2", "allow_same_day": 1},
        "pacing": {"parties_max": 0, "covers_max": 2.5, "interval_minutes": True},
        "party": {"size_min": 9, "size_max": 3},
        "business_hours": {
            "monday": [DINNER, service("supper", "25:00", "26:00"), service("dinner", "22:00", "02:00")],
            "friday": [service("lunch", "12:00", "15:00", "15:00"), {"name": "dinner", "opens": "20:00"}],
        },
        "special_dates": [
            special("2026-02-29", "closed"),
            special("2026-12-24", "special_hours", multiplier=2),
            special("2026-12-24", "closed"),
        ],
        "confirmation": {"mode": "perhaps"},
        "holds": [],
        "requirements": {"requires_deposit": True},
        "cancellation_policy": {"no_show_penalty": True},
        "capacity": {"overbooking_percent": 101, "turn_times": [{"party_size_min": 1, "party_size_max": 2}]},
    }

    assert errors_in(raw) == {
        ("surprise", "unknown_field"),
        ("reservation_window.min_hours_advance", "wrong_type"),
        ("reservation_window.allow_same_day", "wrong_type"),
        ("pacing.parties_max", "out_of_range"),
        ("pacing.covers_max", "wrong_type"),
        ("pacing.interval_minutes", "wrong_type"),
        ("party", "range_reversed"),
        ("business_hours.monday[1].opens", "wrong_format"),
        ("business_hours.monday[1].closes", "wrong_format"),
        ("business_hours.monday[2].name", "service_duplicated"),
        ("business_hours.monday[2].opens", "services_overlap"),
        ("business_hours.friday[0].last_seating", "last_seating_outside"),
        ("business_hours.friday[1].closes", "missing_field"),
        ("special_dates[0].date", "wrong_type"),
        ("special_dates[1].custom_hours", "custom_hours_missing"),
        ("special_dates[1].multiplier", "multiplier_misplaced"),
        ("special_dates[2].date", "duplicated"),
        ("confirmation.mode", "unknown_choice"),
        ("holds", "wrong_type"),
        ("requirements.deposit_amount_minor", "deposit_amount_missing"),
        ("cancellation_policy.penalty_amount_minor", "penalty_amount_missing"),
        ("capacity.overbooking_percent", "out_of_range"),
        ("capacity.turn_times[0].minutes", "missing_field"),
    }


def test_the_refusal_names_path_and_code_in_its_facts() -> None:
    with pytest.raises(RulesRefused) as refused:
        parse_rules({"party": {"size_min": 0}})

    assert refused.value.code == "rules_invalid"
    assert refused.value.facts == {
        "errors": [
            {"path": "party.size_min", "code": "out_of_range", "facts": {"minimum": 1, "maximum": 200}}
        ]
    }


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "json_malformed"),
        (b'{"party": \xff}', "json_malformed"),
        (b" " * (RULES_BYTES_MAX + 1), "too_large"),
    ],
)
def test_what_is_no_json_is_refused_as_such(raw: bytes, code: str) -> None:
    assert errors_in(raw) == {("", code)}


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"rules"', b"3"])
def test_rules_are_an_object(raw: bytes) -> None:
    assert errors_in(raw) == {("", "wrong_type")}


def test_a_service_past_midnight_may_touch_the_next_days_first() -> None:
    late, early = service("dinner", "19:00", "02:00"), service("breakfast", "02:00", "10:00")

    assert errors_in(hours(friday=[late], saturday=[early])) == set()


def test_a_service_past_midnight_may_not_run_into_the_next_day() -> None:
    late, early = service("dinner", "19:00", "02:30"), service("breakfast", "02:00", "10:00")

    assert errors_in(hours(sunday=[late], monday=[early])) == {
        ("business_hours.monday[0].opens", "services_overlap")
    }


def test_one_clock_time_of_a_day_may_not_name_two_starts() -> None:
    """Half past midnight would be both before the first service and at the end of the last."""
    night, dinner = service("night", "00:00", "02:00"), service("dinner", "22:00", "01:00")

    assert errors_in(hours(friday=[night, dinner])) == {("business_hours.friday[1].opens", "clock_ambiguous")}


def test_a_day_may_be_open_around_the_clock() -> None:
    always = [service("diner", "00:00", "24:00")]

    assert errors_in(hours(friday=always, saturday=always)) == set()


def test_a_service_ends_by_noon_of_the_next_day() -> None:
    assert errors_in(hours(friday=[service("feast", "13:00", "12:00")])) == set()
    assert errors_in(hours(friday=[service("feast", "13:00", "12:01")])) == {
        ("business_hours.friday[0].closes", "service_too_long")
    }


@pytest.mark.parametrize(
    ("closes", "last_seating", "accepted"),
    [("23:00", "19:00", True), ("23:00", "22:59", True), ("23:00", "23:00", False), ("23:00", "18:59", False),
     ("02:00", "01:30", True), ("02:00", "02:00", False), ("24:00", "23:30", True)],
)  # fmt: skip
def test_the_last_seating_lies_within_its_service(closes: str, last_seating: str, accepted: bool) -> None:
    raw = hours(friday=[service("dinner", "19:00", closes, last_seating)])

    assert (errors_in(raw) == set()) == accepted


def test_a_service_in_which_nobody_could_finish_is_refused() -> None:
    raw = hours(friday=[service("coffee", "16:00", "17:00")])

    assert errors_in(raw) == {("business_hours.friday[0].closes", "service_too_short")}
    assert errors_in(raw | {"capacity": {"minimum_table_turnover_minutes": 45}}) == set()


def test_special_hours_are_held_against_the_nights_before_and_after() -> None:
    raw = hours(friday=[service("dinner", "19:00", "02:00")], sunday=[service("brunch", "00:30", "12:00")]) | {
        # A Saturday.
        "special_dates": [
            special("2026-05-16", "special_hours", custom_hours=[service("early", "01:00", "05:00"),
                                                                   service("late", "20:00", "01:00")])
        ]
    }  # fmt: skip

    assert errors_in(raw) == {
        ("special_dates[0].custom_hours[0].opens", "services_overlap"),
        ("business_hours.sunday[0].opens", "services_overlap"),
    }


def test_special_hours_on_two_nights_running_are_told_of_once() -> None:
    dates = [
        special("2026-05-16", "special_hours", custom_hours=[service("late", "20:00", "03:00")]),
        special("2026-05-17", "special_hours", custom_hours=[service("early", "02:00", "05:00")]),
    ]

    with pytest.raises(RulesRefused) as refused:
        parse_rules({"special_dates": dates})

    assert [error.path for error in refused.value.errors] == ["special_dates[1].custom_hours[0].opens"]


@pytest.mark.parametrize(
    ("date", "wrong"),
    [
        (special("2026-12-24", "closed", note="Nochebuena"), None),
        (special("2026-12-24", "closed", custom_hours=[DINNER]), ("custom_hours", "custom_hours_misplaced")),
        (special("2026-12-24", "special_hours", custom_hours=[]), ("custom_hours", "custom_hours_missing")),
        (special("2026-12-24", "high_demand"), ("multiplier", "multiplier_missing")),
        (special("2026-12-24", "high_demand", multiplier=0), ("multiplier", "out_of_range")),
        (special("2026-12-24", "high_demand", multiplier=1.5, custom_hours=[DINNER]), None),
        (special("2026-12-24", "closed", multiplier=2), ("multiplier", "multiplier_misplaced")),
        (special("20261224", "closed"), ("date", "wrong_type")),
    ],
)
def test_a_special_date_says_what_its_kind_needs(
    date: dict[str, object], wrong: tuple[str, str] | None
) -> None:
    expected = set() if wrong is None else {(f"special_dates[0].{wrong[0]}", wrong[1])}

    assert errors_in({"special_dates": [date]}) == expected


def turn_times(*entries: dict[str, object]) -> dict[str, object]:
    return hours(friday=[DINNER]) | {"capacity": {"turn_times": list(entries)}}


def test_turn_times_that_could_both_count_are_refused() -> None:
    raw = turn_times(
        {"party_size_min": 1, "party_size_max": 4, "minutes": 90},
        {"party_size_min": 3, "party_size_max": 6, "minutes": 120},
    )

    assert errors_in(raw) == {("capacity.turn_times[1]", "ambiguous")}


def test_turn_times_of_which_one_is_more_specific_are_accepted() -> None:
    raw = turn_times(
        {"party_size_min": 1, "party_size_max": 8, "minutes": 90},
        {"party_size_min": 3, "party_size_max": 4, "minutes": 100},
        {"party_size_min": 1, "party_size_max": 8, "minutes": 110, "service": "dinner"},
        {"party_size_min": 1, "party_size_max": 8, "minutes": 120, "weekdays": ["friday", "saturday"]},
        {"party_size_min": 1, "party_size_max": 8, "minutes": 120, "weekdays": ["sunday"]},
    )

    assert errors_in(raw) == set()


def test_turn_times_name_services_that_exist() -> None:
    raw = turn_times({"party_size_min": 5, "party_size_max": 4, "minutes": 90, "service": "diner"})

    assert errors_in(raw) == {
        ("capacity.turn_times[0]", "range_reversed"),
        ("capacity.turn_times[0].service", "service_unknown"),
    }


def custom_slots(*entries: dict[str, object]) -> dict[str, object]:
    late = service("dinner", "19:00", "01:30", "01:00")
    return hours(friday=[late]) | {"time_slots": {"custom_slots": list(entries)}}


def test_custom_slots_fall_into_a_service_they_apply_to() -> None:
    assert errors_in(custom_slots({"times": ["19:00", "20:10", "00:45", "01:00"]})) == set()
    assert errors_in(custom_slots({"times": ["18:59", "20:10", "20:10", "01:15"], "service": "dinner"})) == {
        ("time_slots.custom_slots[0].times[0]", "slot_outside_service"),
        ("time_slots.custom_slots[0].times[2]", "duplicated"),
        ("time_slots.custom_slots[0].times[3]", "slot_outside_service"),
    }


def test_custom_slots_for_a_day_without_services_are_refused() -> None:
    raw = custom_slots({"times": ["20:10"], "weekdays": ["monday"]})

    assert errors_in(raw) == {("time_slots.custom_slots[0].times[0]", "slot_outside_service")}


def test_custom_slots_that_could_both_count_are_refused() -> None:
    raw = custom_slots(
        {"times": ["20:10"], "weekdays": ["friday", "monday"]}, {"times": ["20:20"], "weekdays": ["friday"]}
    )

    assert errors_in(raw) == {("time_slots.custom_slots[1]", "ambiguous")}


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"reservation_window": {"min_hours_advance": 24, "max_days_advance": 0}}, ("reservation_window", "window_empty")),
        ({"reservation_window": {"max_days_advance": 0, "allow_same_day": False}}, ("reservation_window", "window_empty")),
        ({"pacing": {"covers_max": 3}, "party": {"size_min": 4}}, ("pacing.covers_max", "pacing_below_party")),
        ({"reminders": {"hours_before": [24, 2, 24]}}, ("reminders.hours_before[2]", "duplicated")),
        ({"online_release": {"held_back_percent": float("nan")}}, ("online_release.held_back_percent", "out_of_range")),
        ({"guest_limits": {"active_reservations_max": 0}}, ("guest_limits.active_reservations_max", "out_of_range")),
        ({"time_slots": {"slot_duration": 0}}, ("time_slots.slot_duration", "out_of_range")),
        (hours(monday=[service("dinner", "19:00\n", "23:00")]), ("business_hours.monday[0].opens", "wrong_length")),
        (hours(monday=[service("dinner", "١٩:00", "23:00")]), ("business_hours.monday[0].opens", "wrong_format")),
        (hours(monday=[service("dinner", "24:00", "23:00")]), ("business_hours.monday[0].opens", "wrong_format")),
        (hours(monday=[DINNER] * 11), ("business_hours.monday", "wrong_length")),
        ({"business_hours": {"funday": []}}, ("business_hours.funday", "unknown_field")),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(section: dict[str, object], expected: tuple[str, str]) -> None:
    assert errors_in(section) == {expected}


@pytest.mark.parametrize("key", sorted(message_keys()))
def test_every_message_is_written_in_both_languages(key: str) -> None:
    spanish, english = message_keys()[key]

    assert spanish
    assert english
    assert spanish != english
    assert fields_of(spanish) == fields_of(english)


def fields_of(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_an_error_is_said_in_both_languages() -> None:
    with pytest.raises(RulesRefused) as refused:
        parse_rules({"party": {"size_min": "two"}})

    error = refused.value.errors[0]
    assert error.message_key == "rules.wrong_type"
    assert error.message_es == 'Se esperaba un número entero, no "two".'
    assert error.message_en == 'Expected a whole number, not "two".'


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=6),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
services = some.fixed_dictionaries(
    {
        "name": some.sampled_from(["lunch", "dinner"]) | json_values,
        "opens": some.sampled_from(["00:00", "12:00", "19:30"]) | json_values,
        "closes": some.sampled_from(["24:00", "02:00", "23:00"]) | json_values,
    },
    optional={"last_seating": some.sampled_from(["22:00", "01:00"]) | json_values},
)
wild_rules = some.fixed_dictionaries(
    {},
    optional={
        "business_hours": some.fixed_dictionaries({"friday": some.lists(services, max_size=3) | json_values}) | json_values,
        "special_dates": some.lists(
            some.fixed_dictionaries(
                {"date": some.just("2026-12-24"), "type": some.sampled_from(["closed", "special_hours"]) | json_values},
                optional={"custom_hours": some.lists(services, max_size=2) | json_values},
            ),
            max_size=3,
        )
        | json_values,
        "time_slots": some.fixed_dictionaries({"custom_slots": json_values}) | json_values,
        "capacity": json_values,
        "pacing": json_values,
        "party": json_values,
        "reminders": json_values,
    },
)  # fmt: skip


@UNHURRIED
@given(raw=wild_rules)
def test_any_json_is_either_read_or_refused_with_messages(raw: dict[str, object]) -> None:
    errors = refusal_of(raw)

    assert all(error.message_es and error.message_en for error in errors)
    assert errors or isinstance(parse_rules(raw), Rules)


def test_a_service_knows_its_minutes_past_midnight() -> None:
    late = Service(name="dinner", opens="19:00", closes="02:00", last_seating="00:30")

    assert (late.opens_minute, late.closes_minute, late.last_seating_minute) == (1140, 1560, 1470)
