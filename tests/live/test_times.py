"""A booking page that is open hears which days have changed, wherever that was done, and nothing else."""

from datetime import date
from typing import Any

import httpx

from tests.live.conftest import Ear, House, Process


async def looking(house: House, at: Process | None = None, restaurant: str | None = None) -> Ear:
    """Open a page, and return once it is told of changes."""
    ear = await (at or house.here).open("/ws/times")
    await ear.say(type="hello", restaurant=restaurant or house.restaurant.slug)
    await ear.next("watching")
    return ear


async def test_a_page_hears_the_day_that_a_booking_took_and_not_whose_it_is(house: House) -> None:
    page = await looking(house)

    booked = await house.world.booking(house.restaurant, time="20:00")
    told = await page.next("changed")

    assert told == {"type": "changed", "days": [booked.date.isoformat()]}


async def test_what_another_process_took_is_heard_and_is_not_listed_any_more(
    house: House, elsewhere: Process
) -> None:
    """With a page that listed the day a moment before, from this process's memory."""
    page = await looking(house)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.here.port}/api/v1") as guest:
        path = f"/public/restaurants/{house.restaurant.slug}/availability"
        wish = {"date": "2026-03-03", "party_size": "6"}
        before = (await guest.get(path, params=wish)).json()
        took = await elsewhere.world.booking(
            house.restaurant, on=date(2026, 3, 3), time="20:00", party_size=6
        )
        told = await page.next("changed")
        after = (await guest.get(path, params=wish)).json()

    assert told["days"] == [took.date.isoformat()]
    assert [slot["available"] for slot in (*at_eight(before), *at_eight(after))] == [True, False]


def at_eight(listed: dict[str, Any]) -> list[dict[str, Any]]:
    return [slot for slot in listed["days"][0]["slots"] if slot["time"] == "20:00"]


async def test_a_page_of_another_restaurant_hears_nothing(house: House) -> None:
    other = await house.world.restaurant(house.tenant, "El Otro")
    page, other_page = await looking(house), await looking(house, restaurant=other.slug)

    await house.world.booking(house.restaurant, time="20:00")
    await page.next("changed")
    await other_page.say(type="ping")

    assert await other_page.next() == {"type": "pong"}


async def test_a_page_of_nobodys_and_one_that_says_something_else_are_closed(house: House) -> None:
    unknown, chatty, late = [await house.here.open("/ws/times") for _ in range(3)]

    await unknown.say(type="hello", restaurant="nowhere")
    await chatty.say(type="subscribe", topics=[])
    await late.say(type="hello", restaurant=house.restaurant.slug)
    await late.next("watching")
    await late.say(type="hello", restaurant=house.restaurant.slug)

    assert [await each.closing_code() for each in (unknown, chatty, late)] == [4404, 4400, 4400]
