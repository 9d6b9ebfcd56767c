"""A hundred guests and one table: exactly one has it, whoever is quicker, however the stays lie to each other."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from saveit import reservations
from saveit.reservations import Reservation, WalkIn, Wish
from tests.support.core import DAY, Bistro, Opening, answer, guest, local, rules
from tests.support.races import Order, at_once, disagreements, elsewhere, overlaps, without_constraint

pytestmark = [pytest.mark.race, pytest.mark.postgres]

# A party of one stays half an hour, of two an hour, of three two hours: so stays of different lengths can lie to each other in every way.
LENGTHS = {
    "capacity": {
        "turn_times": [
            {"party_size_min": 1, "party_size_max": 1, "minutes": 30},
            {"party_size_min": 2, "party_size_max": 2, "minutes": 60},
            {"party_size_min": 3, "party_size_max": 3, "minutes": 120},
        ]
    },
    "time_slots": {"slot_duration": 5, "turnover_time": 0},
}
# Size and start of the one, size and start of the other, and how many of the two fit one table.
RELATIONS = {
    "before": ((2, "19:00"), (2, "20:01"), 2),
    "meets": ((2, "19:00"), (2, "20:00"), 2),
    "a minute into": ((2, "19:00"), (2, "19:59"), 1),
    "overlaps": ((2, "19:00"), (2, "19:30"), 1),
    "starts": ((1, "19:00"), (2, "19:00"), 1),
    "during": ((1, "19:30"), (3, "19:00"), 1),
    "finishes": ((1, "20:30"), (3, "19:00"), 1),
    "equals": ((2, "19:00"), (2, "19:00"), 1),
    "overlapped by": ((2, "19:30"), (2, "19:00"), 1),
    "started by": ((3, "19:00"), (1, "19:00"), 1),
    "contains": ((3, "19:00"), (1, "19:30"), 1),
    "finished by": ((3, "19:00"), (2, "20:00"), 1),
    "a minute before its end": ((2, "19:59"), (2, "19:00"), 1),
    "met by": ((2, "20:00"), (2, "19:00"), 2),
    "after": ((2, "20:01"), (2, "19:00"), 2),
}
COMBINERS = pytest.mark.parametrize("combined", [True, False], ids=["combined", "one by one"])


async def two_desks(
    opening: Opening, *, tables: Sequence[int | tuple[int, int]] = (2,), combined: bool = True, **options: Any
) -> tuple[Bistro, Bistro]:
    """Open a restaurant and a second desk that has its own picture of it."""
    bistro = await opening.bistro(tables=tables, combined=combined, **options)
    beside = await opening.desk_beside(bistro, combined=combined)
    # Both have looked at the day, so that neither learns of the other's first act by looking late.
    await asyncio.gather(bistro.times(), beside.times())
    return bistro, beside


@COMBINERS
@pytest.mark.parametrize("relation", RELATIONS)
async def test_stays_that_meet_are_kept_apart_and_stays_that_follow_fit(
    opening: Opening, relation: str, *, combined: bool
) -> None:
    desks = await two_desks(opening, tables=(3,), combined=combined, written=rules(**LENGTHS))
    one, other, fitting = RELATIONS[relation]
    wanted = [(one, other)[number % 2] for number in range(100)]

    answers = await at_once(
        desks[number // 2 % 2].book(number, size=size, time=time, audience="staff")
        for number, (size, time) in enumerate(wanted)
    )

    assert (len(answers.done), answers.refused) == (fitting, {"slot_unavailable": 100 - fitting})
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


@COMBINERS
async def test_without_the_constraint_parties_share_a_table(opening: Opening, *, combined: bool) -> None:
    desks = await two_desks(opening, combined=combined, written=rules(**LENGTHS))
    await without_constraint(desks[0], "table_occupancy", "table_held_once")

    answers = await at_once(
        desks[number % 2].book(number, time=("19:00", "19:30")[number // 2 % 2], audience="staff")
        for number in range(100)
    )

    assert len(answers.done) > 1
    assert await overlaps(desks[0]) > 0


@COMBINERS
async def test_twenty_tables_are_given_to_twenty_of_a_hundred_guests(
    opening: Opening, *, combined: bool
) -> None:
    desks = await two_desks(opening, tables=(2,) * 20, combined=combined)

    answers = await at_once(desks[number % 2].book(number) for number in range(100))

    assert (len(answers.done), answers.refused) == (20, {"slot_unavailable": 80})
    assert len({table for made in answers.done for table in made.table_ids}) == 20
    assert await overlaps(desks[0]) == 0


async def test_four_processes_give_twenty_tables_to_twenty_guests(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,) * 20)

    answers = await elsewhere(
        [
            order(bistro, number, times=["20:00", "20:15", "20:30", "21:00"], combined=number % 2 == 0)
            for number in range(4)
        ]
    )

    assert (answers.count("done"), answers.count("slot_unavailable")) == (20, 100)
    assert (await overlaps(bistro), await disagreements(bistro)) == (0, 0)


async def test_without_the_constraint_four_processes_share_tables(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,) * 3)
    await without_constraint(bistro, "table_occupancy", "table_held_once")

    answers = await elsewhere([order(bistro, number, times=["20:00", "20:15"]) for number in range(4)])

    assert answers.count("done") > 3
    assert await overlaps(bistro) > 0


def order(bistro: Bistro, number: int, *, times: list[str], combined: bool = True) -> Order:
    """Return an order for thirty guests of their own."""
    return Order(
        dsn=bistro.dsn,
        tenant_id=str(bistro.tenant_id),
        restaurant_id=str(bistro.restaurant_id),
        first_guest=1000 * (number + 1),
        guests=30,
        times=times,
        sizes=[2],
        combined=combined,
    )


async def test_a_combination_and_its_members_are_never_given_together(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2, 2), combinations=(((0, 1), 3, 4),))

    answers = await at_once(
        desks[number // 3 % 2].book(number, size=(4, 2, 2)[number % 3]) for number in range(102)
    )

    sizes = sorted(made.party_size for made in answers.done)
    assert sizes in ([4], [2, 2])
    assert await overlaps(desks[0]) == 0


async def test_two_combinations_that_share_a_table_are_never_given_together(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2, 2, 2), combinations=(((0, 1), 3, 4), ((1, 2), 3, 4)))

    answers = await at_once(desks[number % 2].book(number, size=4) for number in range(100))

    assert (len(answers.done), answers.refused) == (1, {"slot_unavailable": 99})
    assert await overlaps(desks[0]) == 0


async def seated_in_turn(bistro: Bistro, starts: str, number: int, table: int) -> Reservation:
    """Book a certain table."""
    return await bistro.book(number, time=starts, table_id=bistro.tables[table], audience="staff")


async def test_a_move_and_a_hundred_bookings_want_the_same_table(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2, 2))
    made = await seated_in_turn(desks[0], "20:00", 1, 0)
    target = desks[0].tables[1]

    answers = await at_once(
        [desks[number % 2].book(number, table_id=target) for number in range(100, 150)]
        + [desks[0].act(reservations.move, made.id, (target,))]
        + [desks[number % 2].book(number, table_id=target) for number in range(150, 200)]
    )

    assert (len(answers.done), answers.refused) == (1, {"table_taken": 100})
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_two_parties_that_change_places_never_share_one(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2, 2, 2))
    parties = [await seated_in_turn(desks[0], "20:00", number, number) for number in range(3)]

    await at_once(
        desks[number % 2].act(
            reservations.move, parties[number % 3].id, (desks[0].tables[(number + number // 3) % 3],)
        )
        for number in range(100)
    )

    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_a_party_that_stays_longer_and_guests_who_come_next(opening: Opening) -> None:
    desks = await two_desks(opening)
    made = await seated_in_turn(desks[0], "18:00", 1, 0)
    longer = local(DAY, "20:30")

    async def extend() -> Reservation:
        return await desks[0].act(reservations.extend, made.id, longer)

    answers = await at_once(
        [desks[number % 2].book(number, time="19:45") for number in range(50)]
        + [extend()]
        + [desks[number % 2].book(number, time="20:00") for number in range(50, 100)]
    )

    assert len(answers.done) == 1
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_parties_at_the_door_and_guests_online_want_the_last_table(opening: Opening) -> None:
    desks = await two_desks(opening, written=rules(time_slots={"slot_duration": 5, "turnover_time": 0}))
    desks[0].clock.set(local(DAY, "20:00"))

    def at_the_door(number: int) -> WalkIn:
        return WalkIn(restaurant_id=desks[0].restaurant_id, party_size=2, guest=guest(number))

    answers = await at_once(
        desks[number % 2].act(reservations.walk_in, at_the_door(number))
        if number % 4 == 0
        else desks[number % 2].book(number, time=("20:00", "20:30", "21:00")[number % 3])
        for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (1, {"slot_unavailable": 99})
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_a_party_that_is_early_and_a_hundred_at_the_door_want_its_table(opening: Opening) -> None:
    desks = await two_desks(opening, written=rules(time_slots={"slot_duration": 5, "turnover_time": 0}))
    made = await desks[0].book(1, time="20:00")
    desks[0].clock.set(local(DAY, "19:15"))

    def at_the_door(number: int) -> WalkIn:
        party = guest(number)
        return WalkIn(restaurant_id=desks[0].restaurant_id, party_size=2, guest=party, minutes=30)

    answers = await at_once(
        desks[number % 2].act(reservations.walk_in, at_the_door(number))
        if number != 50
        else desks[0].act(reservations.check_in, made.id)
        for number in range(101)
    )

    seated = next(one for one in answers.done if one.id == made.id)
    others = [one for one in answers.done if one.id != made.id]
    assert (len(others), seated.seated_from) in {
        (0, local(DAY, "19:15")),
        (1, local(DAY, "19:45")),
    }
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_staff_who_block_a_table_and_guests_who_book_it(opening: Opening) -> None:
    desks = await two_desks(opening)

    async def block() -> str:
        done = await answer(
            desks[1].act(
                reservations.block,
                desks[1].restaurant_id,
                desks[1].tables,
                starts_at=local(DAY, "19:00"),
                ends_at=local(DAY, "23:00"),
            )
        )
        return done if isinstance(done, str) else "blocked"

    booked, said = await asyncio.gather(
        at_once(desks[0].book(number) for number in range(100)), asyncio.create_task(block())
    )

    assert (len(booked.done), said) in {(0, "blocked"), (1, "block_overlaps")}
    assert await desks[0].taken() == 1


async def test_a_change_and_a_hundred_bookings_want_the_same_time(opening: Opening) -> None:
    desks = await two_desks(opening)
    made = await desks[0].book(1, time="18:00")

    answers = await at_once(
        [desks[number % 2].book(number, time="21:00") for number in range(100, 150)]
        + [desks[1].act(reservations.change, made.id, Wish(time="21:00"))]
        + [desks[number % 2].book(number, time="21:00") for number in range(150, 200)]
    )
    stands = await desks[0].act(reservations.find, made.id)

    changed = stands.starts_at == local(DAY, "21:00")
    assert (len(answers.done), answers.refused) == (1, {"slot_unavailable": 100})
    assert changed is (answers.done[0].id == made.id)
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_a_hundred_changes_into_ten_free_tables(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,) * 10)
    parties = [
        await desks[0].book(number, date=DAY + timedelta(days=number // 10 + 1)) for number in range(60)
    ]

    answers = await at_once(
        desks[number % 2].act(reservations.change, made.id, Wish(on=DAY))
        for number, made in enumerate(parties)
    )

    assert (len(answers.done), answers.refused) == (10, {"slot_unavailable": 50})
    assert await desks[0].value("SELECT count(*) FROM reservations WHERE service_on = $1", DAY) == 10
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_a_hold_that_runs_out_at_this_very_instant_is_given_to_one(opening: Opening) -> None:
    desks = await two_desks(opening)
    held = await desks[0].hold()
    desks[0].clock.set(held.expires_at)

    answers = await at_once(
        desks[number % 2].book(number, hold_id=held.id if number == 50 else None) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (1, {"slot_unavailable": 99})
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_a_hold_that_still_has_an_instant_is_its_owners(opening: Opening) -> None:
    desks = await two_desks(opening)
    held = await desks[0].hold()
    desks[0].clock.set(held.expires_at - timedelta(microseconds=1))

    answers = await at_once(
        desks[number % 2].book(number, hold_id=held.id if number == 50 else None) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (1, {"slot_unavailable": 99})
    assert [made.hold_id for made in answers.done] == [held.id]


async def test_a_hundred_clicks_on_one_hold_make_one_reservation(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,) * 5)
    held = await desks[0].hold()

    answers = await at_once(
        desks[number % 2].book(number, hold_id=held.id, time="20:00") for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (1, {"hold_over": 99})
    assert await desks[0].taken() == 1


async def test_a_hundred_holds_of_ten_tables_hold_ten(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,) * 10)

    answers = await asyncio.gather(*(answer(desks[number % 2].hold()) for number in range(100)))

    held = [one for one in answers if not isinstance(one, str)]
    assert (len(held), answers.count("slot_unavailable")) == (10, 90)
    assert await desks[0].taken() == 10


async def test_small_parties_make_room_for_large_ones_however_many_ask_at_once(opening: Opening) -> None:
    desks = await two_desks(opening, tables=((1, 4), (1, 4), (1, 4), 2, 2, 2))
    passing = [await desks[0].book(number, size=2) for number in range(3)]
    for number in range(3, 6):
        await desks[0].book(number, size=2)
    for made in passing:
        await desks[0].act(reservations.cancel, made.id)

    answers = await at_once(desks[number % 2].book(number, size=4) for number in range(100, 130))

    assert (len(answers.done), answers.refused) == (3, {"slot_unavailable": 27})
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)
