"""What frees is kept for exactly as many of those who wait, in their order, with two servers promoting and everybody accepting at once."""

from typing import Any

import pytest

from tests.support.audit import IN_ORDER
from tests.support.http_client import at_once, counted, done
from tests.support.taverns import Tavern, rules
from tests.support.town import Town

pytestmark = pytest.mark.race


async def entries(town: Town, tavern: Tavern) -> list[Any]:
    """Return everybody who waits or has an offer, once the promotions have nothing more to do."""
    await town.read_up(consumer="waitlist")
    queue = await done(tavern.request(0, "GET", f"/waitlist?restaurant_id={tavern.id}&date={tavern.day}"))
    return [each["entry"] for each in queue["entries"]]


async def test_what_is_freed_goes_to_exactly_as_many_who_wait(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 12)
    booked = await at_once(tavern.booking(number) for number in range(12))
    assert counted(booked) == {"done": 12}
    # One after the other, so that there is an order to keep.
    for number in range(100, 120):
        await done(tavern.wait(number, number))

    cancelled = await at_once(
        tavern.cancel(number + again, answer.told["id"])
        for number, answer in enumerate(booked[:5])
        for again in range(20)
    )
    waiting = await entries(town, tavern)
    accepted = await at_once(
        tavern.request(number, "POST", f"/waitlist/{entry['id']}/accept")
        for number, entry in enumerate(waiting * 5)
    )

    assert counted(cancelled) == {"done": 100}
    assert [each["status"] for each in waiting] == ["offered"] * 5 + ["waiting"] * 15
    assert counted(accepted) == {"done": 25, "waitlist_nothing_offered": 75}
    assert len({answer.told["id"] for answer in accepted if answer.done}) == 5
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 12, "cancelled": 5}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_hundred_who_join_at_once_are_offered_what_there_is(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 7)

    joined = await at_once(tavern.wait(number, number) for number in range(100))
    waiting = await entries(town, tavern)

    assert counted(joined) == {"done": 100}
    statuses = [each["status"] for each in waiting]
    assert (statuses.count("offered"), statuses.count("waiting")) == (7, 93)
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_guest_waits_once(town: Town) -> None:
    tavern = await town.tavern()
    await done(tavern.booking(0))

    joined = await at_once(tavern.wait(number, 7) for number in range(100))

    assert counted(joined) == {"done": 1, "waitlist_already_waiting": 99}
    assert len(await entries(town, tavern)) == 1


async def test_who_waits_and_who_asks_anew_never_share_what_is_freed(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 5)
    booked = await at_once(tavern.booking(number) for number in range(5))
    await at_once(tavern.wait(number, number) for number in range(100, 120))

    answers = await at_once(
        [tavern.cancel(number, answer.told["id"]) for number, answer in enumerate(booked)]
        + [tavern.booking(number) for number in range(200, 295)]
    )
    waiting = await entries(town, tavern)

    assert counted(answers) == {"done": 5, "slot_unavailable": 95}
    assert [each["status"] for each in waiting] == ["offered"] * 5 + ["waiting"] * 15
    assert await town.auditor.look(tavern.id) == IN_ORDER


@pytest.mark.parametrize("again", range(3))
async def test_one_table_is_freed_for_who_waits_and_for_none_of_a_hundred_newcomers(
    town: Town, again: int
) -> None:
    tavern = await town.tavern(tables=(2,))
    booked = await done(tavern.booking(0))
    await done(tavern.wait(1, 100))

    answers = await at_once(
        [tavern.cancel(again, booked["id"])]
        + [(tavern.booking if number // 2 % 2 else tavern.hold)(number) for number in range(200, 300)]
    )

    assert counted(answers) == {"done": 1, "slot_unavailable": 100}
    assert [each["status"] for each in await entries(town, tavern)] == ["offered"]
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_who_was_admitted_beyond_the_tables_has_the_first_that_frees(town: Town) -> None:
    tavern = await town.tavern(tables=(2,), written=rules(capacity={"overbooking_percent": 100}))
    booked, beyond = await done(tavern.booking(0)), await done(tavern.booking(1))

    answers = await at_once(
        [tavern.cancel(0, booked["id"])] + [tavern.booking(number) for number in range(200, 300)]
    )
    # Whoever was refused made the promotion; where all were refused before the table freed, the consumer makes it.
    await town.read_up(consumer="waitlist")
    seated = await done(tavern.request(1, "GET", f"/reservations/{beyond['id']}"))

    # Its place beyond the tables is free again once it sits at one, and one newcomer may have that.
    admitted = [answer.told["overbooked"] for answer in answers[1:] if answer.done]
    assert admitted in ([], [True])
    assert counted(answers) == {"done": 1 + len(admitted), "slot_unavailable": 100 - len(admitted)}
    assert (beyond["overbooked"], seated["overbooked"], seated["table"]) == (True, False, booked["table"])
    assert await town.auditor.look(tavern.id) == IN_ORDER
