"""What a guest has in hand: the pass at the door, the picture and calendar behind the links."""

import hashlib
from datetime import datetime, timedelta

import pytest

from saveit.kernel.clock import SettableClock
from tests.web.conftest import Web
from tests.web.test_bookings import booked, told


def at_the_door(web: Web, *, hours_late: int = 0) -> datetime:
    """Let it be Tuesday, eight o'clock."""
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(hours=hours_late or 32))
    return clock.now()


async def test_a_pass_lets_its_party_in_once(web: Web) -> None:
    made = await booked(web)
    issued = (await web.client.post("/qr/generate", json={"reservation_id": made["id"]})).json()
    again = (await web.client.post("/qr/generate", json={"reservation_id": made["id"]})).json()
    body = {"restaurant_id": str(web.restaurant.id), "token": issued["token"]}

    early = await web.client.post("/qr/validate", json=body)
    at_the_door(web)
    valid = await web.client.post("/qr/validate", json=body)
    document = await web.client.post(
        "/qr/validate", json=body | {"token": None, "document": issued["document"]}
    )
    let_in = await web.client.post("/qr/checkin", json=body)
    replayed = await web.client.post("/qr/checkin", json=body)

    assert issued == again
    assert told(early) == (409, "qr_too_early")
    assert (valid.json()["valid"], document.status_code) == (True, 200)
    assert let_in.json()["reservation"]["status"] == "checked_in"
    assert told(replayed) == (409, "qr_used")


async def test_a_pass_of_elsewhere_or_of_nobody_opens_no_door(web: Web) -> None:
    made = await booked(web)
    next_door = await web.world.restaurant(web.tenant, "La Esquina")
    issued = (await web.client.post("/qr/generate", json={"reservation_id": made["id"]})).json()
    token = issued["token"]
    at_the_door(web)

    async def shown(restaurant_id: object, text: str) -> tuple[int, str]:
        body = {"restaurant_id": str(restaurant_id), "token": text}
        return told(await web.client.post("/qr/checkin", json=body))

    assert await shown(next_door.id, token) == (403, "qr_other_restaurant")
    assert await shown(web.restaurant.id, token[:-4] + "AAAA") == (403, "qr_forged")
    assert await shown(web.restaurant.id, "https://example.com") == (422, "qr_malformed")


async def test_a_scanner_that_may_lose_its_network_is_given_digests_and_no_pass(web: Web) -> None:
    made = await booked(web)
    issued = (await web.client.post("/qr/generate", json={"reservation_id": made["id"]})).json()
    path = f"/restaurants/{web.restaurant.id}/passes?date={made['date']}"

    listed = await web.client.get(path)
    await web.client.delete(f"/reservations/{made['id']}")
    async with web.visitor() as nobody:
        refused = await nobody.get(path)

    (known,) = listed.json()["passes"]
    assert known["digest"] == hashlib.sha256(issued["token"].encode()).hexdigest()
    assert (known["reservation_id"], known["status"]) == (made["id"], "confirmed")
    assert issued["token"] not in listed.text
    assert refused.status_code == 401


async def test_a_scanner_without_a_network_tells_afterwards_when_it_let_a_party_in(web: Web) -> None:
    """Hours later the pass is judged as of then; what lies in the future or before the last day is not believed."""
    made = await booked(web)
    issued = (await web.client.post("/qr/generate", json={"reservation_id": made["id"]})).json()
    body = {"restaurant_id": str(web.restaurant.id), "token": issued["token"]}
    scanned_at = at_the_door(web)
    at_the_door(web, hours_late=1)

    late = await web.client.post("/qr/checkin", json=body)
    ahead = await web.client.post("/qr/checkin", json=body | {"scanned_at": "2099-01-01T00:00:00Z"})
    told_later = await web.client.post("/qr/checkin", json=body | {"scanned_at": scanned_at.isoformat()})

    assert (told(late), told(ahead)) == ((409, "qr_too_late"), (409, "qr_too_late"))
    assert told_later.json()["reservation"]["status"] == "checked_in"


async def test_the_link_in_the_answer_shows_the_pass_and_is_none_itself(web: Web) -> None:
    made = await booked(web)
    link = made["qr_url"]
    token = link.rpartition("/")[2].removesuffix(".png")

    async with web.visitor() as guest:
        png = await guest.get(link)
        svg = await guest.get(link.replace(".png", ".svg"))
    at_the_door(web)
    refused = await web.client.post(
        "/qr/checkin", json={"restaurant_id": str(web.restaurant.id), "token": token}
    )

    assert (png.status_code, png.headers["content-type"], png.content[:4]) == (200, "image/png", b"\x89PNG")
    assert (svg.status_code, svg.headers["content-type"]) == (200, "image/svg+xml")
    assert told(refused) == (403, "qr_forged")


async def test_the_links_of_a_reservation_stay_the_same_each_time_it_is_shown(web: Web) -> None:
    made = await booked(web)

    read = (await web.client.get(f"/reservations/{made['id']}")).json()

    assert (read["qr_url"], read["calendar_url"]) == (made["qr_url"], made["calendar_url"])


async def test_a_calendar_entry_is_opened_by_the_guests_own_link(web: Web) -> None:
    made, other = await booked(web), await booked(web, guest={"name": "B", "phone": "+573005550001"})
    token = other["calendar_url"].rpartition("pass=")[2]

    async with web.visitor() as guest:
        own = await guest.get(made["calendar_url"])
        foreign = await guest.get(f"/calendar/{made['id']}", params={"pass": token})
        forged = await guest.get(f"/calendar/{made['id']}", params={"pass": "x" * 136})
        nobody = await guest.get(f"/calendar/{made['id']}")

    assert own.headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert "METHOD:PUBLISH" in own.text
    assert f"UID:{made['id']}@saveit" in own.text.replace("\r\n ", "")
    assert told(foreign) == told(forged) == (404, "reservation_not_found")
    assert told(nobody) == (401, "unauthenticated")


async def test_a_calendar_is_told_of_changes_and_of_the_end(web: Web) -> None:
    made = await booked(web)
    first = await web.client.get(f"/calendar/{made['id']}")

    await web.client.put(f"/reservations/{made['id']}", json={"time": "21:00"})
    moved = await web.client.get(f"/calendar/{made['id']}")
    await web.client.delete(f"/reservations/{made['id']}")
    cancelled = await web.client.get(f"/calendar/{made['id']}")

    sequences = [
        int(each.text.partition("SEQUENCE:")[2].split("\r\n")[0]) for each in (first, moved, cancelled)
    ]
    assert sequences == [0, 1, 2]
    assert cancelled.headers["content-type"] == "text/calendar; method=CANCEL; charset=utf-8"
    assert "DTSTART;TZID=America/Bogota:20260303T210000" in moved.text
    assert "METHOD:CANCEL" in cancelled.text


async def test_words_that_no_calendar_shows_are_no_change_to_it(web: Web) -> None:
    made = await booked(web)

    await web.client.put(f"/reservations/{made['id']}", json={"special_requests": "Una trona"})
    read = await web.client.get(f"/calendar/{made['id']}")

    assert "SEQUENCE:0\r\n" in read.text


async def test_a_missed_dinner_is_not_taken_out_of_the_guests_calendar(web: Web) -> None:
    made = await booked(web)
    at_the_door(web)

    missed = await web.client.post(f"/reservations/{made['id']}/no-show")
    read = await web.client.get(f"/calendar/{made['id']}")

    assert missed.json()["status"] == "no_show"
    assert ("METHOD:PUBLISH" in read.text, "STATUS:CONFIRMED" in read.text) == (True, True)


async def test_a_guests_link_lives_as_long_as_the_stay_that_it_was_moved_to(web: Web) -> None:
    made = await booked(web)
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    moved = await web.client.put(f"/reservations/{made['id']}", json={"date": "2026-03-24"})
    links = (made["qr_url"], made["calendar_url"])

    async with web.visitor() as guest:
        clock.advance(timedelta(days=20))
        before = [(await guest.get(link)).status_code for link in links]
        clock.advance(timedelta(days=10))
        after = [told(await guest.get(link)) for link in links]

    assert moved.status_code == 200, moved.text
    assert before == [200, 200]
    assert after == [(410, "qr_expired"), (410, "qr_expired")]


@pytest.mark.parametrize("picture", ["x.png", "x" * 136 + ".png", "A" * 136 + ".svg"])
async def test_a_picture_of_nothing_is_not_drawn(web: Web, picture: str) -> None:
    async with web.visitor() as guest:
        answer = await guest.get(f"/qr/{picture}")

    assert answer.status_code in {403, 404, 422}


async def test_a_party_waits_and_gets_what_frees(web: Web) -> None:
    restaurant = str(web.restaurant.id)
    body = {
        "restaurant_id": restaurant,
        "date": "2026-03-03",
        "earliest": "20:00",
        "latest": "21:00",
        "party_size": 2,
        "guest": {"name": "Eva", "phone": "+573004445566"},
    }

    joined = await web.client.post("/waitlist", json=body)
    path = f"/waitlist/{joined.json()['id']}"
    queue = await web.client.get("/waitlist", params={"restaurant_id": restaurant, "date": "2026-03-03"})
    early = await web.client.post(f"{path}/accept")
    left = await web.client.delete(path)

    assert joined.status_code == 201, joined.text
    assert [(each["position"], each["entry"]["id"]) for each in queue.json()["entries"]] == [
        (1, joined.json()["id"])
    ]
    assert told(early) == (409, "waitlist_nothing_offered")
    assert (left.json()["status"], (await web.client.get(path)).json()["status"]) == ("left", "left")
