"""A party is seated by moving others exactly when that can be done, with the fewest moves."""

from datetime import timedelta
from itertools import combinations, product
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from saveit.seating import Asking, Closed, Floor, Offer, Reseating, Stay, Unit, Window, offer_at, reseat
from saveit.venues import Capacity
from tests.seating.floors import (
    FRIDAY,
    MADRID,
    NOW,
    UNHURRIED,
    at,
    day_with,
    identity,
    joined,
    rules,
    stay,
    table,
)

Tables = tuple[UUID, ...]

HOUSE = rules()
FOUR = Asking(party_size=4, audience="guest")
# A table for two, and one for four that may also seat two.
PAIR = Floor.of([table(1, 1, 2), table(2, 1, 4)], [])


def window_at(starts: str = "20:30", ends: str = "22:00") -> Window:
    return Window("dinner", 1, FRIDAY, starts, at(starts), at(ends), at(ends), 1230, ())


def seated(
    floor: Floor, *stays: Stay, asking: Asking = FOUR, window: Window | None = None, **limits: int
) -> Reseating | None:
    return reseat(floor, day_with(floor, *stays), window or window_at(), asking, now=NOW, **limits)


def moves(found: Reseating | None) -> list[tuple[int, str]] | None:
    return None if found is None else [(move.holder_id.int, move.to_unit.number) for move in found.moves]


def test_a_small_party_makes_way_for_a_large_one() -> None:
    found = seated(PAIR, stay(7, [2], "20:00", "21:30"))

    assert found is not None
    assert (found.unit.number, moves(found)) == ("2", [(7, "1")])
    assert found.moves[0].from_table_ids == (identity(2),)


def test_the_engine_refuses_what_a_reseating_accepts() -> None:
    day = day_with(PAIR, stay(7, [2], "20:00", "21:30"))
    answer = offer_at(HOUSE, PAIR, day, FOUR, FRIDAY, "20:30", NOW, MADRID)

    assert isinstance(answer, Closed)
    assert answer.window is not None
    assert moves(reseat(PAIR, day, answer.window, FOUR, now=NOW)) == [(7, "1")]


def test_an_overbooked_offer_may_be_reseated_instead() -> None:
    house = replace(HOUSE, capacity=Capacity(overbooking_percent=100))
    day = day_with(PAIR, stay(7, [2], "20:00", "21:30"))
    offer = offer_at(house, PAIR, day, FOUR, FRIDAY, "20:30", NOW, MADRID)

    assert isinstance(offer, Offer)
    assert offer.overbooked
    assert moves(reseat(PAIR, day, offer, FOUR, now=NOW)) == [(7, "1")]


def test_a_seated_or_pinned_party_stays_where_it_is() -> None:
    assert seated(PAIR, stay(7, [2], "20:00", "21:30", movable=False)) is None


def test_an_expired_hold_is_in_nobodys_way() -> None:
    found = seated(PAIR, stay(7, [2], "20:00", "21:30", movable=False, expires_at=NOW))

    assert moves(found) == []


def test_a_party_moves_only_to_where_it_fits() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 4)], [])

    assert seated(floor, stay(7, [2], "20:00", "21:30", party_size=3)) is None


def test_a_party_moves_only_to_where_it_is_free_for_its_own_stay() -> None:
    """The table for two is free while the newcomer is there, but not for as long as the party stays."""
    assert seated(PAIR, stay(7, [2], "20:00", "23:00"), stay(8, [1], "22:30", "23:30", movable=False)) is None
    assert moves(seated(PAIR, stay(7, [2], "20:00", "22:30"), stay(8, [1], "22:30", "23:30"))) == [(7, "1")]


def test_moves_are_chained_when_they_must_be() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 3), table(3, 1, 4)], [])
    found = seated(
        floor, stay(7, [3], "20:00", "21:30", party_size=3), stay(8, [2], "20:00", "21:30", party_size=2)
    )

    assert sorted(moves(found) or []) == [(7, "2"), (8, "1")]


def test_the_fewest_moves_win_over_the_better_fit() -> None:
    """Best fit would take table 2, which costs two moves; table 3 costs one."""
    floor = Floor.of([table(1, 1, 2), table(4, 1, 2), table(2, 1, 4), table(3, 1, 5)], [])
    found = seated(
        floor,
        stay(7, [2], "20:00", "21:15"),
        stay(8, [2], "21:15", "23:00"),
        stay(9, [3], "20:00", "23:00"),
    )

    assert found is not None
    assert (found.unit.number, moves(found)) == ("3", [(9, "1")])


def test_parties_may_be_moved_into_a_combination_and_out_of_one() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 2), table(3, 1, 4)], [joined(9, [1, 2], 3, 4)])

    assert (
        moves(seated(floor, stay(7, [3], "20:00", "21:30", party_size=4), stay(8, [1], "22:00", "23:00")))
        == []
    )
    out_of_it = seated(
        floor, stay(7, [1, 2], "20:00", "21:30", party_size=3), asking=Asking(2, "guest"), moves_max=1
    )
    assert moves(out_of_it) == []
    into_it = seated(
        floor, stay(7, [3], "20:00", "21:30", party_size=4), asking=Asking(4, "guest", table_id=identity(3))
    )
    assert moves(into_it) == [(7, "1+2")]


def test_a_guest_is_not_moved_to_a_staff_only_table_unless_already_at_one() -> None:
    tables = [table(1, 1, 2, online=False), table(2, 1, 4)]
    assert seated(Floor.of(tables, []), stay(7, [2], "20:00", "21:30")) is None

    both = [table(1, 1, 2, online=False), table(2, 1, 4, online=False)]
    staff = Asking(party_size=4, audience="staff")
    assert moves(seated(Floor.of(both, []), stay(7, [2], "20:00", "21:30"), asking=staff)) == [(7, "1")]


def test_a_party_that_asked_for_an_area_stays_in_it() -> None:
    terrace = identity(50)
    tables = [table(1, 1, 2), table(2, 1, 4, area_id=terrace), table(3, 1, 2, area_id=terrace, priority=9)]
    booked = stay(7, [2], "20:00", "21:30")

    assert moves(seated(Floor.of(tables, []), booked)) == [(7, "1")]
    assert moves(seated(Floor.of(tables, []), replace(booked, area_id=terrace))) == [(7, "3")]


def test_the_newcomers_wish_is_kept() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 4), table(3, 1, 4)], [])
    booked = stay(7, [2], "20:00", "21:30"), stay(8, [3], "20:00", "21:30")

    found = seated(floor, *booked, asking=replace(FOUR, table_id=identity(3)))
    assert moves(found) == [(8, "1")]
    assert seated(floor, *booked, asking=Asking(9, "guest")) is None


def test_ones_own_booking_is_not_in_ones_way() -> None:
    own = stay(7, [2], "20:00", "21:30", movable=False)

    assert moves(seated(PAIR, own, asking=replace(FOUR, excluding=identity(7)))) == []


def test_what_runs_out_of_the_day_is_left_alone() -> None:
    longer = stay(7, [2], "20:00", "21:30", ends_at=at("20:00") + timedelta(days=3))

    assert seated(PAIR, longer) is None


def test_the_search_keeps_its_limits() -> None:
    floor = Floor.of([table(1, 1, 2), table(2, 1, 3), table(3, 1, 4)], [])
    booked = stay(7, [3], "20:00", "21:30", party_size=3), stay(8, [2], "20:00", "21:30", party_size=2)

    assert seated(floor, *booked, moves_max=1) is None
    assert seated(floor, *booked, nodes_max=3) is None
    assert seated(floor, *booked, moves_max=2) is not None


def test_the_same_question_has_the_same_answer() -> None:
    floor = Floor.of([table(number, 1, 2 + number // 4) for number in range(1, 9)], [])
    booked = [stay(10 + number, [number], "20:00", "21:30") for number in range(4, 9)]

    assert seated(floor, *booked, asking=Asking(3, "guest")) == seated(
        floor, *booked, asking=Asking(3, "guest")
    )


tiny_tables = some.lists(
    some.tuples(some.integers(1, 2), some.integers(0, 3), some.booleans()), min_size=2, max_size=4
).map(
    lambda made: [
        table(number, least, least + more, online=online)
        for number, (least, more, online) in enumerate(made, 1)
    ]
)


@some.composite
def evenings(draw: some.DrawFn) -> tuple[Floor, list[Stay], Asking]:
    """A tiny floor with parties that do not overlap, placed as the ledger would, and a newcomer."""
    made = draw(tiny_tables)
    pairs = [joined(90, [1, 2], 2, 5, online=draw(some.booleans()))] if draw(some.booleans()) else []
    floor = Floor.of(made, pairs)
    placed: list[Stay] = []
    for holder in range(1, draw(some.integers(1, 6)) + 1):
        unit: Unit = draw(some.sampled_from(floor.units))
        start, length = draw(some.integers(0, 8)), draw(some.integers(2, 6))
        party = stay(
            100 + holder,
            [],
            "00:00",
            "00:00",
            table_ids=unit.table_ids,
            party_size=draw(some.integers(unit.covers_min, unit.covers_max))
            if unit.covers_min < unit.covers_max
            else unit.covers_max,
            starts_at=at("19:00") + timedelta(minutes=15 * start),
            ends_at=at("19:00") + timedelta(minutes=15 * (start + length)),
            movable=draw(some.integers(0, 4)) > 0,
        )
        if not any(meet((party, party.table_ids), (other, other.table_ids)) for other in placed):
            placed.append(party)
    return floor, placed, Asking(draw(some.integers(1, 5)), draw(some.sampled_from(["guest", "staff"])))


Seat = tuple[Stay | Window, Tables]


def meet(seat: Seat, other_seat: Seat) -> bool:
    (one, tables), (other, other_tables) = seat, other_seat
    shared = set(tables) & set(other_tables)
    return bool(shared) and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def places(floor: Floor, party: Stay) -> list[Tables]:
    """Where a party may be: where it is, or, if it may be moved, wherever it fits."""
    if not party.movable:
        return [party.table_ids]
    own = next(unit for unit in floor.units if unit.table_ids == party.table_ids)
    fitting = [
        unit.table_ids
        for unit in floor.units
        if unit.fits(party.party_size) and (unit.online or not own.online)
    ]
    return [party.table_ids, *(tables for tables in fitting if tables != party.table_ids)]


def fewest_moves(floor: Floor, parties: list[Stay], asking: Asking) -> int | None:
    """Try every seating of everybody."""
    newcomer = [
        unit.table_ids
        for unit in floor.units
        if unit.fits(asking.party_size) and (unit.online or asking.audience == "staff")
    ]
    best: int | None = None
    for own, *others in product(newcomer, *(places(floor, party) for party in parties)):
        seats: list[Seat] = [(window_at(), own), *zip(parties, others, strict=True)]
        if not any(meet(one, other) for one, other in combinations(seats, 2)):
            moved = sum(party.table_ids != tables for party, tables in zip(parties, others, strict=True))
            best = moved if best is None else min(best, moved)
    return best


@settings(UNHURRIED, max_examples=150)
@given(evening=evenings())
def test_a_reseating_is_found_exactly_when_there_is_one_and_has_the_fewest_moves(
    evening: tuple[Floor, list[Stay], Asking],
) -> None:
    floor, parties, asking = evening

    found = seated(floor, *parties, asking=asking, moves_max=6, nodes_max=1_000_000)

    assert (None if found is None else len(found.moves)) == fewest_moves(floor, parties, asking)


@settings(UNHURRIED, max_examples=150)
@given(evening=evenings())
def test_a_reseating_breaks_nothing(evening: tuple[Floor, list[Stay], Asking]) -> None:
    floor, parties, asking = evening
    found = seated(floor, *parties, asking=asking)
    if found is None:
        return
    by_holder = {party.holder_id: party for party in parties}

    after = {party.holder_id: party.table_ids for party in parties}
    for move in found.moves:
        party = by_holder[move.holder_id]
        assert party.movable
        assert move.from_table_ids == party.table_ids != move.to_unit.table_ids
        assert move.to_unit.table_ids in places(floor, party)
        after[move.holder_id] = move.to_unit.table_ids
    assert len(found.moves) == len({move.holder_id for move in found.moves})
    assert found.unit.fits(asking.party_size)
    seats: list[Seat] = [
        (window_at(), found.unit.table_ids),
        *((by_holder[holder], tables) for holder, tables in after.items()),
    ]
    assert not any(meet(one, other) for one, other in combinations(seats, 2))
