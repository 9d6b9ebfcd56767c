"""What is counted is exact however many count at once: pacing, places beyond the tables, seats online, and bookings per guest."""

import asyncio
from datetime import timedelta

import pytest

from saveit import reservations
from saveit.reservations import Wish
from tests.support.core import DAY, HOST, Bistro, Opening, answer, guest, rules
from tests.support.races import (
    Order,
    at_once,
    disagreements,
    elsewhere,
    guest_overlaps,
    overlaps,
    without_constraint,
    without_guard,
)

pytestmark = pytest.mark.race

COMBINERS = pytest.mark.parametrize("combined", [True, False], ids=["combined", "one by one"])
# Counting that looks at nothing: what is asked for is granted.
COUNT_GUARD = "WHERE q.parties <= coalesce(q.parties_max, q.parties)"
FULL_GUARDS = (
    "WHERE s.parties + excluded.parties <= coalesce(excluded.parties_max, s.parties + excluded.parties)",
    "AND s.covers + excluded.covers <= coalesce(excluded.covers_max, s.covers + excluded.covers)",
)


async def two_desks(
    opening: Opening, *, combined: bool = True, tables: tuple[int, ...] = (6,) * 60, **sections: object
) -> tuple[Bistro, Bistro]:
    """Open a restaurant with more tables than the limits let be used, and a second desk."""
    bistro = await opening.bistro(tables=tables, combined=combined, written=rules(**sections))
    beside = await opening.desk_beside(bistro, combined=combined)
    await asyncio.gather(bistro.times(), beside.times())
    return bistro, beside


async def agree(bistro: Bistro) -> list[tuple[object, ...]]:
    """Return the counters of pacing that differ from what the standing reservations and open holds add up to."""
    return await bistro.rows(
        "WITH standing AS (SELECT l.counted_at, sum(l.parties) AS parties, sum(l.covers) AS covers FROM ("
        "SELECT loads FROM reservations WHERE status IN ('pending', 'confirmed', 'checked_in', 'completed') UNION ALL "
        "SELECT loads FROM holds WHERE released_at IS NULL AND reservation_id IS NULL) c CROSS JOIN LATERAL "
        "jsonb_to_recordset(c.loads) AS l (kind text, counted_at timestamptz, parties integer, covers integer) "
        "WHERE l.kind = 'pacing' GROUP BY 1) "
        "SELECT s.counted_at, s.parties, s.covers, t.parties, t.covers FROM (SELECT counted_at, parties, covers "
        "FROM slot_load WHERE kind = 'pacing' AND parties > 0) s FULL JOIN standing t ON t.counted_at = s.counted_at "
        "WHERE s.parties IS DISTINCT FROM t.parties OR s.covers IS DISTINCT FROM t.covers"
    )


@COMBINERS
async def test_seventeen_of_a_hundred_parties_start_in_one_interval(
    opening: Opening, *, combined: bool
) -> None:
    desks = await two_desks(opening, combined=combined, pacing={"parties_max": 17, "interval_minutes": 30})

    answers = await at_once(
        desks[number % 2].book(number, time=("20:00", "20:15")[number // 2 % 2]) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (17, {"slot_unavailable": 83})
    assert (await desks[0].load(), await agree(desks[0])) == ((17, 34), [])


@COMBINERS
async def test_covers_of_parties_of_every_size_fill_the_interval_to_the_last_one(
    opening: Opening, *, combined: bool
) -> None:
    desks = await two_desks(opening, combined=combined, pacing={"covers_max": 41})

    answers = await at_once(desks[number % 2].book(number, size=number % 6 + 1) for number in range(120))

    # Parties of one are among those refused only when nothing at all is left.
    assert sum(made.party_size for made in answers.done) == 41
    assert (await desks[0].load(), await agree(desks[0])) == ((len(answers.done), 41), [])


async def test_without_the_limits_in_the_counters_too_many_are_let_in(opening: Opening) -> None:
    desks = await two_desks(opening, pacing={"parties_max": 5})
    for function in ("slot_load_take_v1", "ledger_count_v1"):
        for guard, instead in zip(FULL_GUARDS, ("WHERE true", "AND true"), strict=True):
            await without_guard(desks[0], function, guard, instead)
    await without_guard(desks[0], "ledger_count_v1", COUNT_GUARD, "WHERE true")

    # Each wants a table of its own, so that nothing but the counters is in the way.
    answers = await at_once(
        desks[number % 2].book(number, table_id=desks[0].tables[number % 60]) for number in range(100)
    )

    assert len(answers.done) > 5
    assert (await desks[0].load())[0] > 5


async def test_four_processes_let_in_as_many_as_the_interval_takes(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(6,) * 60, written=rules(pacing={"covers_max": 50}))

    answers = await elsewhere(
        [
            Order(
                dsn=bistro.dsn,
                tenant_id=str(bistro.tenant_id),
                restaurant_id=str(bistro.restaurant_id),
                first_guest=1000 * (number + 1),
                guests=30,
                times=["20:00"],
                sizes=[1, 2, 3, 5],
                combined=number % 2 == 0,
            )
            for number in range(4)
        ]
    )

    assert answers.count("done") + answers.count("slot_unavailable") == 120
    assert (await bistro.load())[1] == 50
    assert await agree(bistro) == []


@COMBINERS
async def test_as_many_as_allowed_are_admitted_beyond_the_tables(opening: Opening, *, combined: bool) -> None:
    desks = await two_desks(
        opening, combined=combined, tables=(2,) * 10, capacity={"overbooking_percent": 30}
    )

    answers = await at_once(desks[number % 2].book(number) for number in range(100))

    beyond = [made for made in answers.done if made.overbooked]
    assert (len(answers.done), len(beyond), answers.refused) == (13, 3, {"slot_unavailable": 87})
    assert await desks[0].load("overbooked") == (3, 6)
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_guests_online_get_the_seats_kept_for_them_and_no_more(opening: Opening) -> None:
    desks = await two_desks(
        opening,
        tables=(2,) * 20,
        online_release={"held_back_percent": 60, "released_days_before": 0},
    )

    answers = await at_once(
        desks[number % 2].book(number, time=("18:00", "20:00", "21:45")[number % 3]) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (8, {"slot_unavailable": 92})
    assert await desks[0].load("online") == (8, 16)


@COMBINERS
async def test_one_guest_who_asks_a_hundred_times_is_in_one_place(
    opening: Opening, *, combined: bool
) -> None:
    desks = await two_desks(opening, combined=combined, pacing={"parties_max": 90})

    answers = await at_once(
        desks[number % 2].book(1, time=("20:00", "20:30", "21:00")[number % 3]) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (1, {"guest_overlap": 99})
    assert (await desks[0].taken(), await desks[0].load()) == (1, (1, 2))
    assert await guest_overlaps(desks[0]) == 0


async def test_without_the_constraint_one_guest_is_in_several_places(opening: Opening) -> None:
    desks = await two_desks(opening)
    await without_constraint(desks[0], "guest_stays", "guest_stays_once")

    await at_once(desks[number % 2].book(1) for number in range(100))

    assert await guest_overlaps(desks[0]) > 0


@COMBINERS
async def test_one_guest_who_books_every_day_keeps_as_many_as_allowed(
    opening: Opening, *, combined: bool
) -> None:
    desks = await two_desks(
        opening, combined=combined, tables=(2,) * 4, guest_limits={"active_reservations_max": 7}
    )

    answers = await at_once(
        desks[number % 2].book(1, date=DAY + timedelta(days=number)) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (7, {"guest_limit": 93})
    assert await desks[0].value("SELECT count(*) FROM guest_stays") == 7


async def test_without_the_lock_on_the_guest_too_many_are_kept(opening: Opening) -> None:
    desks = await two_desks(
        opening, combined=False, tables=(2,) * 4, guest_limits={"active_reservations_max": 1}
    )
    guard = "ON CONFLICT (tenant_id, restaurant_id, person_id) DO UPDATE SET no_shows = s.no_shows"
    await without_guard(desks[0], "ledger_commit_one_v1", guard, "ON CONFLICT DO NOTHING")
    # The window between counting and committing is a millisecond wide; it is held open, so that it is met on any machine.
    wide = "PERFORM pg_sleep(0.5); INSERT INTO reservations ("
    await without_guard(desks[0], "ledger_commit_one_v1", "INSERT INTO reservations (", wide)
    # Known beforehand, and counted once before, so that nobody waits for the first insert of an address or of the row that is locked.
    for day in (200, 201):
        made = await desks[0].book(1, date=DAY + timedelta(days=day))
        await desks[0].act(reservations.cancel, made.id)

    answers = await at_once(
        desks[number % 2].book(1, date=DAY + timedelta(days=number)) for number in range(10)
    )

    assert len(answers.done) > 1


async def test_changes_cancellations_and_bookings_leave_the_counters_true(opening: Opening) -> None:
    desks = await two_desks(opening, pacing={"parties_max": 8, "covers_max": 20})
    made = [await desks[0].book(number, time="18:00", size=number % 3 + 1) for number in range(8)]

    await at_once(
        [
            desks[number % 2].act(reservations.change, made[number % 8].id, Wish(time="20:00"))
            for number in range(40)
        ]
        + [desks[number % 2].act(reservations.cancel, made[number % 4].id) for number in range(20)]
        + [desks[number % 2].book(number, size=number % 4 + 1) for number in range(100, 160)]
    )

    assert await agree(desks[0]) == []
    assert (await overlaps(desks[0]), await disagreements(desks[0])) == (0, 0)


async def test_rules_that_change_while_guests_book_leave_the_counters_true(opening: Opening) -> None:
    desks = await two_desks(opening, pacing={"parties_max": 30})

    async def change_rules() -> None:
        for interval in (30, 60, 15, 30):
            await desks[1].apply(pacing={"parties_max": 12, "interval_minutes": interval})

    booking = at_once(
        desks[number % 2].book(number, time=("20:00", "20:15", "20:30", "20:45")[number % 4])
        for number in range(120)
    )
    answers, _ = await asyncio.gather(booking, change_rules())

    assert set(answers.refused) <= {"slot_unavailable"}
    assert await desks[0].value("SELECT count(*) FROM reservations") == len(answers.done)
    assert await agree(desks[0]) == []


async def test_rules_that_change_while_holds_are_given_back_leave_the_counters_true(
    opening: Opening,
) -> None:
    desks = await two_desks(opening, pacing={"parties_max": 40})
    held = [await desks[0].hold(time=("20:00", "20:15")[number % 2]) for number in range(40)]

    async def change_rules() -> None:
        for interval in (30, 60, 15, 30):
            await desks[1].apply(pacing={"parties_max": 40, "interval_minutes": interval})

    await asyncio.gather(
        change_rules(),
        *(
            answer(desks[number % 2].act(reservations.release_hold, one.id))
            for number, one in enumerate(held)
        ),
    )

    assert (await desks[0].load(), await agree(desks[0])) == ((0, 0), [])


async def test_a_blocked_guest_who_asks_a_hundred_times_at_once_gets_nothing(opening: Opening) -> None:
    desks = await two_desks(opening)
    made = await desks[0].book(1)
    assert made.person_id is not None
    async with desks[0].desk.database.tenant(desks[0].tenant_id, HOST) as tx:
        await reservations.block_guest(
            tx, desks[0].restaurant_id, made.person_id, blocked_at=made.created_at, reason="rude"
        )

    answers = await at_once(
        desks[number % 2].book(1, date=DAY + timedelta(days=number % 9 + 1), guest=guest(1))
        for number in range(100)
    )

    assert answers.refused == {"guest_blocked": 100}
    assert await desks[0].taken() == 1
