"""Read a set of rules, or refuse it with everything that is wrong in it at once.

First the shapes (`rule_shapes`), then what the rules must not say together. The second pass leaves out what is misshapen and looks at
the rest, so a wrong letter on Friday does not hide an overlap on Monday.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar, cast

import msgspec
from msgspec import Struct, inspect

from saveit.kernel.errors import FieldError
from saveit.venues.rule_errors import RulesRefused, rule_error
from saveit.venues.rule_shapes import shape_errors
from saveit.venues.rules import (
    CLOSES_MINUTE_MAX,
    DAY_MINUTES,
    WEEKDAYS,
    CancellationPolicy,
    Capacity,
    CustomSlots,
    Pacing,
    PartyLimits,
    Reminders,
    Requirements,
    ReservationWindow,
    Rules,
    Service,
    SpecialDate,
    TurnTime,
    clock_minutes,
)

RULES_BYTES_MAX = 262_144
"""A year of special dates with hours takes 60 kB."""

_SHAPE = inspect.type_info(Rules)
_Part = TypeVar("_Part", bound=Struct)


class Placed(NamedTuple):
    """A service and where it was written."""

    path: str
    service: Service


def parse_rules(raw: bytes | Mapping[str, object]) -> Rules:
    """Return the rules written in `raw`, JSON or already decoded.

    Refuses: RulesRefused, with every error.
    """
    value = _decoded(raw) if isinstance(raw, bytes) else raw
    errors = list(shape_errors(value, _SHAPE, ""))
    if isinstance(value, Mapping):
        errors += _sense_errors(_Written(cast("Mapping[str, object]", value), errors))
    if errors:
        raise RulesRefused(tuple(errors))
    return msgspec.convert(value, Rules)


def _decoded(raw: bytes) -> object:
    if len(raw) > RULES_BYTES_MAX:
        raise RulesRefused((rule_error("", "too_large", limit=RULES_BYTES_MAX),))
    try:
        return cast("object", msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RulesRefused((rule_error("", "json_malformed"),)) from error


class _Written:
    """The parts of a set of rules that have the right shape, each with its path."""

    def __init__(self, value: Mapping[str, object], errors: Iterable[FieldError]) -> None:
        self._value = value
        self._misshapen = {error.path for error in errors}

    def section(self, name: str, kind: type[_Part]) -> _Part | None:
        """Return a whole section (its defaults when it is not written), or None when something in it is misshapen."""
        if not self._is_sound(name):
            return None
        return msgspec.convert(self._value.get(name, {}), kind)

    def items(self, path: str, kind: type[_Part]) -> list[tuple[str, _Part]]:
        """Return the sound items of a list, with their paths."""
        value: object = self._value
        for name in path.split("."):
            value = _member(value, name)
        if isinstance(value, str) or not isinstance(value, Sequence) or path in self._misshapen:
            return []
        placed = [(f"{path}[{index}]", item) for index, item in enumerate(cast("Sequence[object]", value))]
        return [(where, msgspec.convert(item, kind)) for where, item in placed if self._is_sound(where)]

    def _is_sound(self, path: str) -> bool:
        return not any(bad == path or bad.startswith((f"{path}.", f"{path}[")) for bad in self._misshapen)


def _member(value: object, name: str) -> object:
    return cast("Mapping[str, object]", value).get(name, ()) if isinstance(value, Mapping) else ()


def _sense_errors(written: _Written) -> Iterator[FieldError]:
    weekly = [
        [Placed(path, service) for path, service in written.items(f"business_hours.{weekday}", Service)]
        for weekday in WEEKDAYS
    ]
    special = written.items("special_dates", SpecialDate)
    turn_times = written.items("capacity.turn_times", TurnTime)
    yield from _amount_errors(written)
    yield from _limit_errors(written)
    yield from _hours_errors(weekly, special)
    yield from _special_date_errors(special)
    every = [placed for day in weekly for placed in day]
    every += [placed for path, date in special for placed in _own_hours(path, date)]
    yield from _length_errors(every, written, [turn_time for _, turn_time in turn_times])
    yield from _turn_time_errors(turn_times, every)
    yield from _custom_slot_errors(written.items("time_slots.custom_slots", CustomSlots), weekly, special)


def _amount_errors(written: _Written) -> Iterator[FieldError]:
    policy = written.section("cancellation_policy", CancellationPolicy)
    if policy is not None and policy.no_show_penalty and policy.penalty_amount_minor == 0:
        yield rule_error("cancellation_policy.penalty_amount_minor", "penalty_amount_missing")
    requirements = written.section("requirements", Requirements)
    if requirements is not None and requirements.requires_deposit and requirements.deposit_amount_minor == 0:
        yield rule_error("requirements.deposit_amount_minor", "deposit_amount_missing")


def _limit_errors(written: _Written) -> Iterator[FieldError]:
    window = written.section("reservation_window", ReservationWindow)
    if window is not None:
        # The last bookable day ends a whole day after the horizon's midnight.
        days_open = window.max_days_advance + 1
        if window.min_hours_advance >= days_open * 24 or (
            window.max_days_advance == 0 and not window.allow_same_day
        ):
            yield rule_error(
                "reservation_window",
                "window_empty",
                hours=window.min_hours_advance,
                days=window.max_days_advance,
            )
    party = written.section("party", PartyLimits)
    if party is not None and party.size_min > party.size_max:
        yield rule_error("party", "range_reversed", minimum=party.size_min, maximum=party.size_max)
    pacing = written.section("pacing", Pacing)
    if (
        party is not None
        and pacing is not None
        and pacing.covers_max is not None
        and pacing.covers_max < party.size_min
    ):
        yield rule_error(
            "pacing.covers_max", "pacing_below_party", covers_max=pacing.covers_max, size_min=party.size_min
        )
    reminders = written.section("reminders", Reminders)
    hours_before = reminders.hours_before if reminders is not None else ()
    for index, hours in enumerate(hours_before):
        if hours in hours_before[:index]:
            other = f"reminders.hours_before[{hours_before.index(hours)}]"
            yield rule_error(f"reminders.hours_before[{index}]", "duplicated", other=other)


def _own_hours(path: str, date: SpecialDate) -> list[Placed]:
    return [
        Placed(f"{path}.custom_hours[{index}]", service)
        for index, service in enumerate(date.custom_hours or ())
    ]


def _hours_errors(weekly: list[list[Placed]], special: list[tuple[str, SpecialDate]]) -> Iterator[FieldError]:
    """Check each day by itself, then each night between a day and the next, special dates included."""
    for day in weekly:
        yield from _day_errors(day)
    for weekday, day in enumerate(weekly):
        yield from _night_errors(day, weekly[(weekday + 1) % 7], WEEKDAYS[(weekday + 1) % 7])
    dates = {date.date: (path, date) for path, date in reversed(special)}

    def hours_of(day: datetime.date) -> list[Placed]:
        path, date = dates.get(day, ("", None))
        if date is None or (date.type == "high_demand" and date.custom_hours is None):
            return weekly[day.weekday()]
        return [] if date.type == "closed" else _own_hours(path, date)

    for day, (path, date) in dates.items():
        own = _own_hours(path, date) if date.type != "closed" else []
        yield from _day_errors(own)
        if not own:
            continue
        # The calendar has a first and a last day; no restaurant is open on either.
        if datetime.date.min < day < datetime.date.max:
            tomorrow, yesterday = day + datetime.timedelta(days=1), day - datetime.timedelta(days=1)
            yield from _night_errors(own, hours_of(tomorrow), tomorrow.isoformat())
            # When yesterday has hours of its own too, that pair is looked at from yesterday.
            if not (yesterday in dates and _own_hours(*dates[yesterday])):
                yield from _night_errors(hours_of(yesterday), own, day.isoformat())


def _day_errors(day: list[Placed]) -> Iterator[FieldError]:
    for index, (path, service) in enumerate(day):
        last, opens, closes = service.last_seating_minute, service.opens_minute, service.closes_minute
        if closes > CLOSES_MINUTE_MAX:
            yield rule_error(f"{path}.closes", "service_too_long")
        if last is not None and not opens <= last < closes:
            yield rule_error(
                f"{path}.last_seating",
                "last_seating_outside",
                last_seating=service.last_seating,
                opens=service.opens,
                closes=service.closes,
            )
        for _, other in day[:index]:
            if other.name == service.name:
                yield rule_error(f"{path}.name", "service_duplicated", name=service.name)
            if opens < other.closes_minute and other.opens_minute < closes:
                yield rule_error(
                    f"{path}.opens", "services_overlap", name=other.name, when=f"{other.opens}-{other.closes}"
                )
            elif _meet_on_the_clock(service, other):
                # "00:30" under this date would name two starts.
                yield rule_error(f"{path}.opens", "clock_ambiguous", name=other.name)


def _meet_on_the_clock(service: Service, other: Service) -> bool:
    first, second = sorted((service, other), key=lambda one: one.opens_minute)
    return second.closes_minute - DAY_MINUTES > first.opens_minute


def _night_errors(today: list[Placed], tomorrow: list[Placed], when: str) -> Iterator[FieldError]:
    for _, late in today:
        for path, early in tomorrow:
            if late.closes_minute - DAY_MINUTES > early.opens_minute:
                yield rule_error(
                    f"{path}.opens", "services_overlap", name=late.name, when=f"{when}, {late.closes}"
                )


def _length_errors(
    services: list[Placed], written: _Written, turn_times: list[TurnTime]
) -> Iterator[FieldError]:
    capacity = written.section("capacity", Capacity)
    if capacity is None:
        return
    stay = min([capacity.minimum_table_turnover_minutes, *(turn_time.minutes for turn_time in turn_times)])
    for path, service in services:
        length = service.closes_minute - service.opens_minute
        if service.last_seating is None and length < stay:
            yield rule_error(f"{path}.closes", "service_too_short", length=length, stay=stay)


def _special_date_errors(special: list[tuple[str, SpecialDate]]) -> Iterator[FieldError]:
    first_at: dict[datetime.date, str] = {}
    for path, date in special:
        other = first_at.setdefault(date.date, path)
        if other != path:
            yield rule_error(f"{path}.date", "duplicated", other=other)
        if date.type == "special_hours" and not date.custom_hours:
            yield rule_error(f"{path}.custom_hours", "custom_hours_missing")
        if date.type == "closed" and date.custom_hours is not None:
            yield rule_error(f"{path}.custom_hours", "custom_hours_misplaced")
        if date.type == "high_demand" and date.multiplier is None:
            yield rule_error(f"{path}.multiplier", "multiplier_missing")
        if date.type != "high_demand" and date.multiplier is not None:
            yield rule_error(f"{path}.multiplier", "multiplier_misplaced")


def _turn_time_errors(turn_times: list[tuple[str, TurnTime]], services: list[Placed]) -> Iterator[FieldError]:
    names = {service.name for _, service in services}
    for index, (path, one) in enumerate(turn_times):
        if one.party_size_min > one.party_size_max:
            yield rule_error(path, "range_reversed", minimum=one.party_size_min, maximum=one.party_size_max)
        if one.service is not None and one.service not in names:
            yield rule_error(f"{path}.service", "service_unknown", name=one.service)
        for other_path, other in turn_times[:index]:
            sizes_meet = (
                one.party_size_min <= other.party_size_max and other.party_size_min <= one.party_size_max
            )
            as_narrow = one.party_size_max - one.party_size_min == other.party_size_max - other.party_size_min
            if sizes_meet and as_narrow and _apply_alike(one, other):
                yield rule_error(path, "ambiguous", other=other_path)


def _custom_slot_errors(
    custom_slots: list[tuple[str, CustomSlots]],
    weekly: list[list[Placed]],
    special: list[tuple[str, SpecialDate]],
) -> Iterator[FieldError]:
    days = [*enumerate(weekly), *((date.date.weekday(), _own_hours(path, date)) for path, date in special)]
    names = {placed.service.name for _, day in days for placed in day}
    for index, (path, slots) in enumerate(custom_slots):
        if slots.service is not None and slots.service not in names:
            yield rule_error(f"{path}.service", "service_unknown", name=slots.service)
            continue
        meant = [
            placed.service
            for weekday, day in days
            for placed in day
            if _covers(slots, placed.service, weekday)
        ]
        for position, time in enumerate(slots.times):
            if time in slots.times[:position]:
                other = f"{path}.times[{slots.times.index(time)}]"
                yield rule_error(f"{path}.times[{position}]", "duplicated", other=other)
            elif not any(_is_within(time, service) for service in meant):
                yield rule_error(f"{path}.times[{position}]", "slot_outside_service", time=time)
        for other_path, other in custom_slots[:index]:
            if _apply_alike(slots, other):
                yield rule_error(path, "ambiguous", other=other_path)


def _apply_alike(one: TurnTime | CustomSlots, other: TurnTime | CustomSlots) -> bool:
    """Say whether both can apply to one service of one day without either being the more specific."""
    if one.service != other.service or (one.weekdays is None) != (other.weekdays is None):
        return False
    return one.weekdays is None or other.weekdays is None or not set(one.weekdays).isdisjoint(other.weekdays)


def _covers(slots: CustomSlots, service: Service, weekday: int) -> bool:
    return (slots.service is None or slots.service == service.name) and (
        slots.weekdays is None or WEEKDAYS[weekday] in slots.weekdays
    )


def _is_within(time: str, service: Service) -> bool:
    minute = clock_minutes(time)
    minute = minute if minute >= service.opens_minute else minute + DAY_MINUTES
    last = service.last_seating_minute
    return minute < service.closes_minute and (last is None or minute <= last)
