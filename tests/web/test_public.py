"""What a guest's own browser may ask without a key, and what it may not."""

from typing import Any

import httpx

from tests.web.conftest import Web
from tests.web.test_bookings import told

WHEN = {"date": "2026-03-03", "time": "20:00", "party_size": 2}
EVA = {"name": "Eva", "phone": "+573004445566", "email": "eva@example.com"}


def at(web: Web, rest: str = "") -> str:
    return f"/public/restaurants/{web.restaurant.slug}{rest}"


async def booked_by(guest: httpx.AsyncClient, web: Web, **more: object) -> dict[str, object]:
    answer = await guest.post(at(web, "/reservations"), json=WHEN | {"guest": EVA} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def link_of(own: dict[str, object]) -> str:
    return str(own["manage_url"]).partition("#")[2]


async def test_a_guest_without_a_key_sees_the_house_and_its_times(web: Web) -> None:
    async with web.visitor() as guest:
        house = (await guest.get(at(web))).json()
        times = (
            await guest.get(
                at(web, "/availability"), params={"date": "2026-03-03", "party_size": "2", "days": "2"}
            )
        ).json()

    assert (house["name"], house["timezone"], house["first_on"]) == (
        web.restaurant.name,
        "America/Bogota",
        "2026-03-02",
    )
    assert [day["date"] for day in times["days"]] == ["2026-03-03", "2026-03-04"]
    assert any(slot["available"] for slot in times["days"][0]["slots"])


async def test_a_house_that_is_not_there_is_not_found(web: Web) -> None:
    async with web.visitor() as guest:
        answers = [await guest.get(f"/public/restaurants/{slug}") for slug in ("nowhere", "x" * 300)]

    assert [told(answer) for answer in answers] == [(404, "restaurant_not_found")] * 2


async def test_a_guest_keeps_a_table_reads_its_terms_and_books_it_once(web: Web) -> None:
    async with web.visitor() as guest:
        held = (await guest.post(at(web, "/holds"), json=WHEN)).json()
        wanted = WHEN | {"guest": EVA, "hold_id": held["hold"]["id"]}
        first = await guest.post(at(web, "/reservations"), json=wanted, headers={"Idempotency-Key": "mine"})
        again = await guest.post(at(web, "/reservations"), json=wanted, headers={"Idempotency-Key": "mine"})

    assert 0 < held["expires_in_s"] <= 300
    assert held["policy"]["currency"] == web.restaurant.currency
    assert first.json()["reservation"]["id"] == again.json()["reservation"]["id"]
    assert (first.json()["reservation"]["source"], again.headers["idempotency-replayed"]) == ("web", "true")


async def test_a_guest_gives_a_held_table_back(web: Web) -> None:
    async with web.visitor() as guest:
        held = (await guest.post(at(web, "/holds"), json=WHEN)).json()["hold"]
        released = await guest.delete(at(web, f"/holds/{held['id']}"))
        other = await web.world.restaurant(await web.world.tenant("Casa Berta"), "La Otra")
        elsewhere = await guest.delete(f"/public/restaurants/{other.slug}/holds/{held['id']}")

    assert (released.status_code, told(elsewhere)) == (200, (404, "hold_not_found"))


async def test_one_caller_keeps_no_more_tables_than_the_rules_let_a_guest(web: Web) -> None:
    times = ("19:00", "19:30", "20:00", "20:30", "21:00", "21:30")
    day = {"date": "2026-03-04", "party_size": 2}

    async with web.visitor() as guest:
        for on in ("2026-03-04", "2026-03-05", "2026-03-06"):
            answers = [
                await guest.post(at(web, "/holds"), json=day | {"date": on, "time": time}) for time in times
            ]

    assert "too_many_holds" in {told(answer)[1] for answer in answers if answer.status_code != 201}


async def test_what_cannot_be_taken_is_refused_with_what_is_near(web: Web) -> None:
    async with web.visitor() as guest:
        for name in ("Ada", "Bea", "Coe", "Dan", "Eli"):
            answer = await guest.post(
                at(web, "/reservations"),
                json=WHEN
                | {"party_size": 4, "guest": {"name": name, "email": f"{name.lower()}@example.com"}},
            )

    assert told(answer) == (409, "slot_unavailable")
    assert answer.json()["alternatives"]


async def test_the_link_of_a_reservation_reads_changes_and_cancels_it(web: Web) -> None:
    async with web.visitor() as guest:
        own = await booked_by(guest, web)
        link = {"link": link_of(own)}
        read = (await guest.get("/public/reservation", params=link)).json()
        changed = await guest.put(
            "/public/reservation",
            params=link,
            json={"time": "20:30", "special_requests": "Ventana", "revision": 1},
        )
        cancelled = await guest.delete("/public/reservation", params=link)

    assert (read["may_change"], read["may_cancel"], read["cancel_fee_minor"]) == (True, True, 0)
    assert (changed.json()["reservation"]["time"], changed.json()["reservation"]["special_requests"]) == (
        "20:30",
        "Ventana",
    )
    assert (cancelled.json()["reservation"]["status"], cancelled.json()["may_change"]) == ("cancelled", False)


async def test_what_a_guest_holds_is_not_in_the_way_of_moving_it(web: Web) -> None:
    """With every table taken at eight, the guest's own is free for the guest and for nobody else."""
    asked = {"date": "2026-03-03", "party_size": "2"}
    async with web.visitor() as guest:
        own = await booked_by(guest, web)
        answers = [await _booked_by_another(web, number) for number in range(20)]
        theirs = (await guest.get(at(web, "/availability"), params=asked)).json()
        mine = (await guest.get(at(web, "/availability"), params=asked | {"link": link_of(own)})).json()
        wrong = await guest.get(at(web, "/availability"), params=asked | {"link": "x.y"})

    def at_eight(days: dict[str, Any]) -> bool:
        (day,) = days["days"]
        return next(slot["available"] for slot in day["slots"] if slot["time"] == "20:00")

    assert told(answers[-1]) == (409, "slot_unavailable")
    assert (at_eight(theirs), at_eight(mine)) == (False, True)
    assert told(wrong) == (404, "reservation_not_found")


async def _booked_by_another(web: Web, number: int) -> httpx.Response:
    guest = {"name": "Otro", "phone": f"+5730011122{number:02}"}
    return await web.client.post(
        "/reservations", json=WHEN | {"restaurant_id": str(web.restaurant.id), "guest": guest}
    )


async def test_a_pass_that_was_shared_opens_no_change(web: Web) -> None:
    """Whoever gets the picture of the code may come along; to cancel takes the link that only the guest was given."""
    async with web.visitor() as guest:
        own = await booked_by(guest, web)
        reservation = own["reservation"]
        assert isinstance(reservation, dict)
        shared = str(reservation["qr_url"]).rpartition("/")[2].partition(".")[0]
        wrong = [shared, f"{shared}.", f"{shared}.{'A' * 20}", f"{link_of(own)}x", "é.ñ"]
        answers = [await guest.delete("/public/reservation", params={"link": link}) for link in wrong]
        answers += [await guest.get("/public/reservation", params={"link": link}) for link in wrong]
        still = (await guest.get("/public/reservation", params={"link": link_of(own)})).json()

    assert {told(answer) for answer in answers} == {(404, "reservation_not_found")}
    assert still["reservation"]["status"] == "confirmed"


async def test_a_key_that_comes_along_makes_no_guest_more_than_a_guest(web: Web) -> None:
    owner = await web.world.session(web.tenant, {web.restaurant.id: "owner"})

    async with web.visitor(owner) as staff:
        own = await booked_by(staff, web)
        nameless = await staff.post(at(web, "/reservations"), json=WHEN | {"guest": {"name": "Nadie"}})

    reservation = own["reservation"]
    assert isinstance(reservation, dict)
    assert (reservation["source"], nameless.status_code) == ("web", 422)


async def test_a_guest_waits_for_a_table(web: Web) -> None:
    wanted = {"date": "2026-03-03", "earliest": "20:00", "latest": "21:00", "party_size": 2, "guest": EVA}

    async with web.visitor() as guest:
        waits = await guest.post(at(web, "/waitlist"), json=wanted)
        twice = await guest.post(at(web, "/waitlist"), json=wanted)

    assert (waits.status_code, waits.json()["status"]) == (201, "waiting")
    assert told(twice) == (409, "waitlist_already_waiting")
