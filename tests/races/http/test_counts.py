"""What is counted is counted exactly: the last cover, the last place beyond the tables, a guest's last reservation, the next version."""

import pytest

from tests.support.audit import IN_ORDER
from tests.support.http_client import Request, at_once, counted, done
from tests.support.taverns import API, rules
from tests.support.town import Town

pytestmark = pytest.mark.race

_PARTIES_AND_COVERS = """
SELECT count(*)::text || ' parties, ' || sum(party_size)::text || ' covers'
FROM reservations
WHERE restaurant_id = $1 AND status IN ('pending', 'confirmed')
"""
_ADMITTED_BEYOND = """
SELECT count(*)::text || ' parties, ' || sum(party_size)::text || ' covers'
FROM reservations
WHERE restaurant_id = $1 AND status = 'confirmed' AND overbooked
"""
_SIX_TABLES_OF_FOUR = (4,) * 6


async def test_the_last_party_of_an_interval_is_one(town: Town) -> None:
    tavern = await town.tavern(
        tables=(4,) * 20, written=rules(pacing={"interval_minutes": 30, "parties_max": 7})
    )

    answers = await at_once(
        tavern.booking(number, size=1 + number % 4, time=("12:00", "12:15")[number // 2 % 2])
        for number in range(100)
    )

    assert counted(answers) == {"done": 7, "slot_unavailable": 93}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_the_covers_of_an_interval_are_given_out_to_the_last(town: Town) -> None:
    tavern = await town.tavern(
        tables=(4,) * 20, written=rules(pacing={"interval_minutes": 30, "covers_max": 17})
    )

    answers = await at_once(
        tavern.booking(number, size=1 + number % 4, time=("12:00", "12:15")[number // 2 % 2])
        for number in range(100)
    )

    # Parties of one fill whatever the larger ones left.
    assert sum(answer.told["party_size"] for answer in answers if answer.done) == 17
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_parties_that_are_cancelled_make_room_for_exactly_as_many(town: Town) -> None:
    tavern = await town.tavern(
        tables=(4,) * 20, written=rules(pacing={"interval_minutes": 15, "parties_max": 6})
    )
    first = await at_once(tavern.booking(number, size=2) for number in range(6))
    assert counted(first) == {"done": 6}

    answers = await at_once(
        [tavern.cancel(number, answer.told["id"]) for number, answer in enumerate(first) for _ in range(10)]
        + [tavern.booking(number, size=2) for number in range(100, 160)]
    )
    more = await at_once(tavern.booking(number, size=2) for number in range(200, 220))

    assert counted(answers[:60]) == {"done": 60}
    assert sum(answer.done for answer in (*answers[60:], *more)) == 6
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_holds_and_bookings_are_counted_together(town: Town) -> None:
    tavern = await town.tavern(
        tables=(4,) * 20, written=rules(pacing={"interval_minutes": 15, "parties_max": 5})
    )

    answers = await at_once(
        (tavern.booking if number // 2 % 2 else tavern.hold)(number, size=1 + number % 4)
        for number in range(100)
    )

    assert counted(answers) == {"done": 5, "slot_unavailable": 95}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_no_more_are_admitted_beyond_the_tables_than_the_house_wants(town: Town) -> None:
    # A quarter of twenty-four seats: six covers beyond the tables.
    tavern = await town.tavern(
        tables=_SIX_TABLES_OF_FOUR, written=rules(capacity={"overbooking_percent": 25})
    )

    answers = await at_once(tavern.booking(number, size=1 + number % 4) for number in range(120))

    beyond = [answer.told for answer in answers if answer.done and answer.told["overbooked"]]
    assert sum(each["party_size"] for each in beyond) == 6
    assert sum(answer.done for answer in answers) == 6 + len(beyond)
    assert await town.auditor.value(_ADMITTED_BEYOND, tavern.id) == f"{len(beyond)} parties, 6 covers"
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_holds_and_bookings_together_are_admitted_no_more_beyond_the_tables(town: Town) -> None:
    tavern = await town.tavern(
        tables=_SIX_TABLES_OF_FOUR, written=rules(capacity={"overbooking_percent": 25})
    )
    # The tables are gone before the race, so that it is all about the places beyond them.
    for number in range(6):
        await done(tavern.booking(100 + number, size=4))

    answers = await at_once(
        (tavern.booking if number // 2 % 2 else tavern.hold)(number, size=2) for number in range(100)
    )
    kept = [answer.told["id"] for answer in answers if answer.done and "expires_at" in answer.told]
    booked = await at_once(
        tavern.booking(200 + number, size=2, hold_id=hold_id) for number, hold_id in enumerate(kept)
    )

    assert counted(answers) == {"done": 3, "slot_unavailable": 97}
    assert all(answer.told["overbooked"] for answer in booked)
    assert await town.auditor.value(_ADMITTED_BEYOND, tavern.id) == "3 parties, 6 covers"
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_guest_has_one_table_at_a_time_however_the_phone_is_spelled(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 20)
    spellings = ("+57 300 111 2233", "3001112233", "(300) 111-2233", "+573001112233")
    starts = ("12:00", "12:30", "13:00", "13:15")

    answers = await at_once(
        tavern.booking(
            number,
            time=starts[number // 2 % 4],
            guest={"name": "Ana", "phone": spellings[number % 4]},
        )
        for number in range(100)
    )

    assert counted(answers) == {"done": 1, "guest_overlap": 99}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_guest_has_no_more_reservations_than_allowed(town: Town) -> None:
    tavern = await town.tavern(
        tables=(2,) * 5,
        written=rules(guest_limits={"active_reservations_max": 3, "overlapping_allowed": True}),
    )

    answers = await at_once(
        tavern.booking(
            number, time=f"{number % 12 * 2:02d}:00", guest={"name": "Ana", "phone": "+573001112233"}
        )
        for number in range(100)
    )

    assert counted(answers) == {"done": 3, "guest_limit": 97}
    assert await town.auditor.value(_PARTIES_AND_COVERS, tavern.id) == "3 parties, 6 covers"


async def test_of_fifty_rule_sets_for_one_version_one_is_put_in_force(town: Town) -> None:
    tavern = await town.tavern()
    place = f"/restaurants/{tavern.id}/config"
    version = (await done(tavern.request(0, "GET", place)))["version"]

    answers = await at_once(
        tavern.request(
            number,
            "PUT",
            place,
            {"rules": rules(party={"size_min": 1, "size_max": 2 + number}), "version": version},
        )
        for number in range(100)
    )

    said = counted(answers)
    assert said.pop("done") == 1
    assert sum(said.values()) == 99
    assert len(said) == 1
    (won,) = [answer.told for answer in answers if answer.done]
    now = await done(tavern.request(1, "GET", place))
    assert (now["version"], now["rules"]) == (version + 1, won["rules"])


async def test_guests_book_while_the_rules_change_and_none_is_turned_away_for_it(town: Town) -> None:
    tavern = await town.tavern(
        tables=(4,) * 20, written=rules(pacing={"interval_minutes": 15, "parties_max": 9})
    )
    place = f"/restaurants/{tavern.id}/config"
    version = (await done(tavern.request(0, "GET", place)))["version"]
    other = {"rules": rules(pacing={"interval_minutes": 30, "parties_max": 9}), "version": version}

    answers = await at_once(
        tavern.request(number, "PUT", place, other)
        if number in {20, 60}
        else tavern.booking(number, size=1 + number % 4)
        for number in range(100)
    )

    assert counted(answers) == {"done": 1 + 9, "revision_conflict": 1, "slot_unavailable": 89}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_one_key_makes_one_api_key(town: Town) -> None:
    tavern = await town.tavern()
    draft = {"name": "web page", "scopes": ["reservations:write"], "restaurant_id": tavern.id}

    answers = await at_once(
        tavern.request(number, "POST", "/api-keys", draft, key="the same") for number in range(100)
    )

    assert counted(answers) == {"done": 100}
    (token,) = {answer.told["token"] for answer in answers}
    wanted = "SELECT count(*) FROM api_keys WHERE tenant_id = $1 AND name = 'web page'"
    assert await town.auditor.value(wanted, tavern.tenant_id) == 1
    path = f"{API}/restaurants/{tavern.id}/config"
    asked = await at_once(Request(port, "GET", path, None, token) for port in tavern.ports)
    assert counted(asked) == {"forbidden": 2}
