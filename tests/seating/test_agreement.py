"""The listing, the single question and a plain reading of the rules give the same answers, whatever the restaurant."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from saveit.seating import (
    Asking,
    Closed,
    Day,
    Floor,
    Load,
    Offer,
    Stay,
    Unit,
    day_origin,
    offer_at,
    offers,
    services_of,
)
from saveit.venues import (
    Capacity,
    OnlineRelease,
    Pacing,
    PartyLimits,
    ReservationWindow,
    Rules,
    Service,
    TimeSlots,
    TurnTime,
)
from tests.seating.floors import UNHURRIED, identity, joined, rules, stay, table

pytestmark = pytest.mark.slow

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Madrid",
        "America/Santiago",
        "Australia/Lord_Howe",
        "America/New_York",
        "Asia/Kathmandu",
    )
]
# An ordinary day, and the nights on which these zones change their clocks.
DATES = [
    date(2026, 5, 15),
    *(date(2026, *day) for day in [(3, 28), (10, 24), (9, 5), (4, 4), (10, 3), (3, 7), (10, 31)]),
]
SERVICES = (Service("lunch", "12:30", "16:00"), Service("dinner", "19:00", "03:30", "02:30"))

areas = some.none() | some.just(identity(70))
tables = some.lists(
    some.tuples(some.integers(1, 3), some.integers(0, 4), some.booleans(), areas, some.integers(0, 1)),
    min_size=1,
    max_size=5,
).map(
    lambda made: [
        table(number, least, least + more, online=online, area_id=area, priority=priority)
        for number, (least, more, online, area, priority) in enumerate(made, 1)
    ]
)


@some.composite
def floors(draw: some.DrawFn) -> Floor:
    made = draw(tables)
    numbers = some.sampled_from([int(one.number) for one in made])
    combined = (
        draw(some.lists(some.tuples(some.sets(numbers, min_size=2), some.booleans()), max_size=3))
        if len(made) > 1
        else []
    )
    return Floor.of(
        made, [joined(90 + at, ids, 2, 9, online=online) for at, (ids, online) in enumerate(combined)]
    )


@some.composite
def house_rules(draw: some.DrawFn) -> Rules:
    stays = draw(some.sampled_from([45, 90, 121]))
    turn_times = (TurnTime(3, 9, stays + 25), TurnTime(1, 9, 70, service="dinner"))
    pacing = some.builds(
        Pacing,
        some.sampled_from([15, 60]),
        some.none() | some.integers(1, 3),
        some.none() | some.integers(4, 8),
    )
    return rules(
        *SERVICES,
        reservation_window=ReservationWindow(draw(some.sampled_from([0, 2, 11])), max_days_advance=3),
        capacity=Capacity(draw(some.sampled_from([0, 20])), stays, turn_times),
        time_slots=TimeSlots(draw(some.sampled_from([15, 30, 40])), draw(some.sampled_from([0, 15]))),
        pacing=draw(pacing),
        online_release=OnlineRelease(draw(some.sampled_from([0, 60])), 1),
        party=PartyLimits(*draw(some.sampled_from([(1, 20), (2, 4)]))),
    )


askings = some.builds(
    Asking,
    some.integers(1, 9),
    some.sampled_from(["guest", "staff"]),
    areas,
    some.none() | some.integers(1, 5).map(identity),
    some.none() | some.integers(1, 4).map(identity),
    some.booleans(),
)


class Taken(NamedTuple):
    holder: int
    tables: list[int]
    start: int
    length: int
    expires: int | None


taken = some.lists(
    some.builds(
        Taken,
        some.integers(1, 5),
        some.lists(some.integers(1, 5), min_size=1, max_size=2, unique=True),
        some.integers(-60, 2880) | some.integers(720, 1500),
        some.integers(1, 200),
        some.none() | some.integers(-1, 1),
    ),
    max_size=8,
)


class Case:
    """One restaurant, one day, one question."""

    def __init__(self, draw: some.DrawFn) -> None:
        self.zone = draw(some.sampled_from(ZONES))
        self.date = draw(some.sampled_from(DATES))
        self.rules = draw(house_rules())
        self.floor: Floor = draw(floors())
        self.asking: Asking = draw(askings)
        self.origin_at = day_origin(self.date, self.zone)
        self.now = self.origin_at + timedelta(
            minutes=draw(some.integers(0, 1600) | some.integers(-5 * 1440, 0))
        )
        self.stays = [self._stay(made) for made in draw(taken)]
        keys = [("pacing", minute) for minute in range(720, 1600, 15)] + list(
            product(["online", "overbooked"], [0, 1])
        )
        loads = some.builds(Load, some.integers(0, 3), some.integers(0, 5))
        self.load = draw(some.dictionaries(some.sampled_from(keys), loads, max_size=20))
        self.day = Day(self.floor, self.origin_at, self.stays, self.load)

    def _stay(self, made: Taken) -> Stay:
        starts_at = self.origin_at + timedelta(minutes=made.start)
        return stay(
            made.holder,
            made.tables,
            "00:00",
            "00:00",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=made.length),
            expires_at=None if made.expires is None else self.now + timedelta(seconds=made.expires),
        )

    def listing(self) -> list[Offer | Closed]:
        return offers(self.rules, self.floor, self.day, self.asking, self.date, self.now, self.zone)

    def at(self, time: str) -> Offer | Closed:
        return offer_at(self.rules, self.floor, self.day, self.asking, self.date, time, self.now, self.zone)

    def free_units(self, offer: Offer) -> Iterator[Unit]:
        """The units that no stay meets, read plainly."""
        for unit in self.floor.units:
            taken = any(
                set(one.table_ids) & set(unit.table_ids)
                and one.starts_at < offer.ends_at
                and offer.starts_at < one.ends_at
                and (one.expires_at is None or one.expires_at > self.now)
                and one.holder_id != self.asking.excluding
                for one in self.stays
            )
            if not taken:
                yield unit


cases = some.composite(Case)()


@settings(UNHURRIED, max_examples=150)
@given(case=cases)
def test_a_listing_and_its_single_starts_always_agree(case: Case) -> None:
    """What is listed can be booked, and what is not cannot: the promise P2."""
    for answer in case.listing():
        match answer:
            case Offer():
                single = case.at(answer.time)
                assert isinstance(single, Offer)
                assert answer.units == single.units[:1]
                assert (answer.starts_at, answer.leaves_at, answer.ends_at, answer.minute, answer.claims) == (
                    single.starts_at,
                    single.leaves_at,
                    single.ends_at,
                    single.minute,
                    single.claims,
                )
                assert (answer.overbooked, answer.overbooking) == (single.overbooked, single.overbooking)
            case Closed(time=None):
                single = case.at("20:00")
                assert isinstance(single, Closed)
                assert (single.reason, single.facts) == (answer.reason, answer.facts)
            case Closed():
                assert case.at(answer.time or "") == answer


@settings(UNHURRIED, max_examples=150)
@given(case=cases, time=some.sampled_from(["13:00", "19:30", "20:07", "00:30", "02:10", "02:30"]))
def test_what_is_offered_is_free_for_the_whole_stay_and_best_first(case: Case, time: str) -> None:
    answer = case.at(time)
    if not isinstance(answer, Offer):
        return
    asking, size = case.asking, case.asking.party_size
    named = asking.audience == "staff" and asking.table_id is not None
    expected = [
        unit
        for unit in case.free_units(answer)
        if size <= unit.covers_max
        and (unit.covers_min <= size or named)
        and (unit.online or asking.audience == "staff")
        and (asking.area_id is None or unit.area_id == asking.area_id)
        and (asking.table_id is None or asking.table_id in unit.table_ids)
    ]

    assert list(answer.units) == expected
    assert answer.overbooked == (not expected)
    ranks = [(unit.combination_id is not None, unit.waste(size), unit.priority) for unit in answer.units]
    assert ranks == sorted(ranks)


@settings(UNHURRIED, max_examples=100)
@given(case=cases)
def test_what_is_offered_keeps_every_rule(case: Case) -> None:
    house, asking, guest = case.rules, case.asking, case.asking.audience == "guest"
    windows = {window.index: window for window in services_of(house, case.date, case.zone)}
    for offer in case.listing():
        if not isinstance(offer, Offer):
            continue
        window = windows[offer.service_index]
        notice = timedelta(hours=house.reservation_window.min_hours_advance if guest else 0)
        assert case.now + notice <= offer.starts_at
        assert window.opens_at <= offer.starts_at < window.closes_at
        assert window.last_seating_minute is not None or offer.leaves_at <= window.closes_at
        assert offer.ends_at - offer.leaves_at == timedelta(minutes=house.time_slots.turnover_time)
        assert not guest or house.party.size_min <= asking.party_size <= house.party.size_max
        assert offer.starts_at == case.origin_at + timedelta(minutes=offer.minute)
        if house.pacing.parties_max is not None and not asking.beyond_pacing and asking.excluding is None:
            bucket = offer.minute - offer.minute % house.pacing.interval_minutes
            assert case.load.get(("pacing", bucket), Load()).parties < house.pacing.parties_max


@settings(UNHURRIED, max_examples=100)
@given(case=cases)
def test_booking_what_is_offered_makes_no_table_taken_twice(case: Case) -> None:
    """Book the first offer again and again: each booking must be refused its table by all later questions."""
    for holder in range(100, 112):
        free = [answer for answer in case.listing() if isinstance(answer, Offer) and answer.units]
        if not free:
            return
        offer = free[0]
        for one in case.stays:
            lives = one.expires_at is None or one.expires_at > case.now
            meets = one.starts_at < offer.ends_at and offer.starts_at < one.ends_at
            mine = one.holder_id == case.asking.excluding
            assert not (lives and meets and not mine and set(one.table_ids) & set(offer.units[0].table_ids))
        booked = Stay(
            holder_kind="reservation",
            holder_id=identity(holder),
            table_ids=offer.units[0].table_ids,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            party_size=case.asking.party_size,
            movable=True,
            expires_at=None,
            load_keys=tuple(claim.key for claim in offer.claims),
        )
        case.stays.append(booked)
        case.day.add(booked)
