"""A guest's own place in the queue, by the link that joining gave, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from saveit.kernel.clock import SettableClock
from saveit.waitlist import promote
from tests.support.house import TUESDAY
from tests.web.conftest import Web
from tests.web.test_bookings import told
from tests.web.test_public import EVA, WHEN, at, booked_by, link_of

WISH = {"date": "2026-03-03", "earliest": "20:00", "latest": "20:00", "party_size": 2}


async def sold_out(web: Web, guest: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Book every table at eight."""
    names = ("Ada", "Bea", "Coe", "Dan")
    found: list[dict[str, Any]] = []
    for name in names:
        answer = await guest.post(
            at(web, "/reservations"),
            json=WHEN | {"guest": {"name": name, "email": f"{name.lower()}@example.com"}},
        )
        if answer.status_code == 201:
            found.append(answer.json())
    return found


async def joined(web: Web, guest: httpx.AsyncClient, **who: str) -> dict[str, str]:
    """Wait, and return the link. Nobody joins at the very instant of another."""
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(seconds=1))
    answer = await guest.post(at(web, "/waitlist"), json=WISH | {"guest": who or EVA})
    assert answer.status_code == 201, answer.text
    assert answer.json()["wait_url"].startswith(f"https://tables.example/w/{web.restaurant.slug}#")
    return {"link": answer.json()["wait_url"].partition("#")[2]}


async def freed(web: Web, guest: httpx.AsyncClient, own: dict[str, Any]) -> None:
    """Give a table back, and let it be offered to who waits."""
    assert (await guest.delete("/public/reservation", params={"link": link_of(own)})).status_code == 200
    await promote(web.world.desk, web.tenant.id, web.restaurant.id, TUESDAY)


async def test_the_link_shows_the_place_then_the_kept_table_and_books_it_once(web: Web) -> None:
    async with web.visitor() as guest:
        taken = await sold_out(web, guest)
        first = await joined(web, guest)
        second = await joined(web, guest, name="Leo", phone="+573004445577")
        places = [(await guest.get("/public/waiting", params=each)).json() for each in (first, second)]
        early = await guest.post("/public/waiting/accept", params=first)
        await freed(web, guest, taken[0])
        kept = (await guest.get("/public/waiting", params=first)).json()
        answers = await asyncio.gather(
            *(guest.post("/public/waiting/accept", params=first) for _ in range(6))
        )
        done = (await guest.get("/public/waiting", params=first)).json()
        opened = await guest.get("/public/reservation", params={"link": link_of(done)})

    assert [(each["status"], each["position"]) for each in places] == [("waiting", 1), ("waiting", 2)]
    assert told(early) == (409, "waitlist_nothing_offered")
    assert (kept["status"], kept["offered_starts_at"][:16]) == ("offered", "2026-03-03T20:00")
    assert 0 < kept["expires_in_s"] <= 900
    assert {each.status_code for each in answers} == {201}
    assert {each.json()["manage_url"] for each in answers} == {done["manage_url"]}
    assert (done["status"], opened.json()["reservation"]["guest"]["name"]) == ("booked", "Eva")
    async with web.visitor() as guest:
        assert (await guest.get("/public/waiting", params=second)).json()["position"] == 1


async def test_who_leaves_gives_the_kept_table_to_the_next(web: Web) -> None:
    async with web.visitor() as guest:
        taken = await sold_out(web, guest)
        first = await joined(web, guest)
        second = await joined(web, guest, name="Leo", phone="+573004445577")
        await freed(web, guest, taken[0])
        left = [await guest.delete("/public/waiting", params=first) for _ in range(2)]
        await promote(web.world.desk, web.tenant.id, web.restaurant.id, TUESDAY)
        late = await guest.post("/public/waiting/accept", params=first)
        next_ = (await guest.get("/public/waiting", params=second)).json()

    assert [(each.status_code, each.json()["status"]) for each in left] == [(200, "left")] * 2
    assert told(late) == (409, "waitlist_entry_over")
    assert next_["status"] == "offered"


async def test_a_link_that_was_made_up_opens_no_place(web: Web) -> None:
    """Neither another's place under one's own seal, nor the seal of a reservation, nor noise."""
    async with web.visitor() as guest:
        own = await booked_by(guest, web)
        mine = await joined(web, guest)
        theirs = await joined(web, guest, name="Leo", phone="+573004445577")
        place, _, seal = mine["link"].partition(".")
        forged = (
            f"{theirs['link'].partition('.')[0]}.{seal}",
            f"{place}.{link_of(own).partition('.')[2]}",
            f"{place}.",
            "x.y",
            "é" * 43 + ".y",
            "A" * 43 + f".{seal}",
        )
        answers = [
            await getattr(guest, verb)(f"/public/waiting{path}", params={"link": link})
            for link in forged
            for verb, path in (("get", ""), ("post", "/accept"), ("delete", ""))
        ]
        stands = (await guest.get("/public/waiting", params=mine)).json()

    assert {told(answer) for answer in answers} == {(404, "waitlist_entry_not_found")}
    assert stands["status"] == "waiting"
