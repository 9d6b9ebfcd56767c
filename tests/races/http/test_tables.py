"""A hundred guests ask two server processes for the same tables at once: as many get one as there are."""

from datetime import timedelta

import pytest

from tests.support.audit import IN_ORDER
from tests.support.http_client import ask, at_once, counted, done
from tests.support.taverns import next_start, rules
from tests.support.town import Town

pytestmark = pytest.mark.race

# A party of one stays half an hour, of two an hour, of three two hours: so stays of different lengths can lie to each other in many ways.
LENGTHS = {
    "capacity": {
        "turn_times": [
            {"party_size_min": 1, "party_size_max": 1, "minutes": 30},
            {"party_size_min": 2, "party_size_max": 2, "minutes": 60},
            {"party_size_min": 3, "party_size_max": 3, "minutes": 120},
        ]
    },
    "time_slots": {"slot_duration": 15, "turnover_time": 0},
}


async def test_one_table_is_given_to_one_of_a_hundred_guests(town: Town) -> None:
    tavern = await town.tavern()

    answers = await at_once(tavern.booking(number) for number in range(100))

    assert counted(answers) == {"done": 1, "slot_unavailable": 99}
    assert all(answer.told["alternatives"] for answer in answers if not answer.done)
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_twenty_tables_are_given_to_twenty_of_a_hundred_guests(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 20)

    answers = await at_once(tavern.booking(number) for number in range(100))

    assert counted(answers) == {"done": 20, "slot_unavailable": 80}
    assert len({answer.told["table"]["id"] for answer in answers if answer.done}) == 20
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_four_overlapping_starts_share_ten_tables(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 10)
    starts = ("12:00", "12:15", "12:30", "12:45")

    answers = await at_once(tavern.booking(number, time=starts[number % 4]) for number in range(120))

    assert counted(answers) == {"done": 10, "slot_unavailable": 110}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_stays_of_many_lengths_never_meet_at_a_table(town: Town) -> None:
    tavern = await town.tavern(tables=(3, 3), written=rules(**LENGTHS))
    starts = ("12:00", "12:15", "12:30", "12:45", "13:00", "13:30", "14:00")

    answers = await at_once(
        tavern.booking(number, size=1 + number % 3, time=starts[number % 7]) for number in range(126)
    )

    assert counted(answers).keys() == {"done", "slot_unavailable"}
    assert await town.auditor.look(tavern.id) == IN_ORDER
    # Whoever was refused would be refused again: nothing that is free was kept from anybody.
    again = await at_once(
        tavern.booking(number, size=1 + number % 3, time=starts[number % 7])
        for number, answer in enumerate(answers)
        if not answer.done
    )
    assert counted(again) == {"slot_unavailable": len(again)}


async def test_parties_that_follow_each_other_all_fit(town: Town) -> None:
    tavern = await town.tavern(written=rules(**LENGTHS))
    starts = ("10:00", "11:00", "12:00", "13:00", "14:00")

    answers = await at_once(tavern.booking(number, time=starts[number % 5]) for number in range(100))

    assert counted(answers) == {"done": 5, "slot_unavailable": 95}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_one_key_sent_a_hundred_times_books_once(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)

    answers = await at_once(
        tavern.booking(number, key="the same", guest={"name": "Ana", "phone": "+573001112233"})
        for number in range(100)
    )

    assert counted(answers) == {"done": 100}
    assert len({answer.body for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 1}
    assert await town.auditor.facts(answers[0].told["id"]) == {"reservation.created": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_one_key_for_a_hundred_other_requests_books_once(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)

    answers = await at_once(tavern.booking(number, key="the same") for number in range(100))

    assert counted(answers) == {"done": 1, "idempotency_key_reused": 99}
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_guest_who_clicks_a_hundred_times_without_a_key_has_one_table(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)

    answers = await at_once(
        tavern.booking(number, guest={"name": "Ana", "phone": "300 111 2233"}) for number in range(100)
    )

    assert counted(answers) == {"done": 1, "guest_overlap": 99}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_hundred_holds_of_ten_tables_hold_ten(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 10)

    answers = await at_once(tavern.hold(number) for number in range(100))

    assert counted(answers) == {"done": 10, "slot_unavailable": 90}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_one_key_holds_one_table(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)

    answers = await at_once(tavern.hold(number, key="the same") for number in range(100))

    assert counted(answers) == {"done": 100}
    assert len({answer.body for answer in answers}) == 1
    assert await town.auditor.value("SELECT count(*) FROM holds WHERE restaurant_id = $1", tavern.id) == 1
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_holds_and_bookings_want_the_same_tables(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 7)

    answers = await at_once(
        (tavern.booking if number % 3 else tavern.hold)(number, time=("12:00", "12:30")[number % 2])
        for number in range(120)
    )

    assert counted(answers) == {"done": 7, "slot_unavailable": 113}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_hundred_clicks_on_one_hold_make_one_reservation(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)
    held = await done(tavern.hold(0))

    answers = await at_once(tavern.booking(number, hold_id=held["id"]) for number in range(100))

    assert counted(answers) == {"done": 1, "hold_over": 99}
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_hundred_clicks_on_one_hold_under_one_key_are_answered_alike(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)
    held = await done(tavern.hold(0))

    answers = await at_once(
        tavern.booking(
            number, key="click", hold_id=held["id"], guest={"name": "Ana", "phone": "+573001112233"}
        )
        for number in range(100)
    )

    assert counted(answers) == {"done": 100}
    assert len({answer.body for answer in answers}) == 1
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_hold_is_released_or_booked(town: Town) -> None:
    tavern = await town.tavern()
    held = await done(tavern.hold(0))

    answers = await at_once(
        tavern.booking(number // 4, hold_id=held["id"])
        if number // 2 % 2
        else tavern.request(number // 4, "DELETE", f"/holds/{held['id']}")
        for number in range(100)
    )

    released = sum(answer.done for answer in answers[::4])
    booked = await town.auditor.statuses(tavern.id)
    # Released first, the table is free again, and the first of those who asked for it has it all the same.
    assert booked == {"confirmed": 1}
    assert released in {0, 25}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_combination_and_its_members_are_never_given_together(town: Town) -> None:
    tavern = await town.tavern(tables=(2, 2), combinations=(((0, 1), 3, 4),))

    answers = await at_once(tavern.booking(number, size=(4, 2, 2)[number % 3]) for number in range(102))

    sizes = sorted(answer.told["party_size"] for answer in answers if answer.done)
    assert sizes in ([4], [2, 2])
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_two_combinations_that_share_a_table_are_never_given_together(town: Town) -> None:
    tavern = await town.tavern(tables=(2, 2, 2), combinations=(((0, 1), 3, 4), ((1, 2), 3, 4)))

    answers = await at_once(tavern.booking(number, size=4) for number in range(100))

    assert counted(answers) == {"done": 1, "slot_unavailable": 99}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_parties_at_the_door_and_guests_online_want_the_last_table(town: Town) -> None:
    tavern = await town.tavern()
    day, time = next_start()

    answers = await at_once(
        tavern.post(number, "/walk-ins", party_size=2)
        if number // 2 % 2
        else tavern.on(day).booking(number, time=time)
        for number in range(100)
    )

    assert counted(answers) == {"done": 1, "slot_unavailable": 99}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_one_key_seats_one_party_at_the_door(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)

    answers = await at_once(
        tavern.post(number, "/walk-ins", party_size=2, key="the same") for number in range(100)
    )

    assert counted(answers) == {"done": 100}
    assert len({answer.body for answer in answers}) == 1
    assert await town.auditor.statuses(tavern.id) == {"checked_in": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_staff_who_block_a_table_and_guests_who_book_it(town: Town) -> None:
    tavern = await town.tavern()
    from_when, to_when = tavern.instant("11:00").isoformat(), tavern.instant("15:00").isoformat()

    answers = await at_once(
        tavern.post(number, "/blocks", table_ids=tavern.tables, starts_at=from_when, ends_at=to_when)
        if number // 2 % 2
        else tavern.booking(number)
        for number in range(100)
    )

    said = counted(answers)
    assert said in (
        {"done": 1, "block_overlaps": 50, "slot_unavailable": 49},
        {"done": 1, "block_overlaps": 49, "slot_unavailable": 50},
    )
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_hundred_reservations_change_into_one_free_table(town: Town) -> None:
    tavern = await town.tavern()
    made = await at_once(
        tavern.on(tavern.day + timedelta(days=1 + number // 10)).booking(
            number, time=f"{number % 10 * 2:02d}:00"
        )
        for number in range(100)
    )
    assert counted(made) == {"done": 100}

    answers = await at_once(
        tavern.change(number, answer.told["id"], date=str(tavern.day), time="12:00")
        for number, answer in enumerate(made)
    )

    assert counted(answers) == {"done": 1, "slot_unavailable": 99}
    stand = await ask(tavern.request(0, "GET", f"/reservations?restaurant_id={tavern.id}&date={tavern.day}"))
    assert [each["id"] for each in stand.told["reservations"]] == [
        answer.told["id"] for answer in answers if answer.done
    ]
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 100}
    assert await town.auditor.look(tavern.id) == IN_ORDER
