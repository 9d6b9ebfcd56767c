"""Guests of a restaurant: found by the beginning of a name that nobody can read in the database, looked at, and noted."""

from datetime import timedelta
from pathlib import Path

import asyncpg

from saveit.consumers.guestbook import guest_book_consumer
from saveit.guests import NEWS_TEXTS
from saveit.kernel.clock import SettableClock
from saveit.outbox import Runner
from tests.support.house import guest_named
from tests.web.conftest import Web
from tests.web.talks import line, talk
from tests.web.test_bookings import told


async def entered(web: Web) -> None:
    """Bring the guest book up to date."""
    runner = Runner(web.world.database, web.world.clock, (guest_book_consumer(web.world.desk),))
    await runner.prepare()
    await runner.drain()


async def test_guests_are_found_by_phone_digits_mail_and_the_beginnings_of_their_names(web: Web) -> None:
    await web.world.booking(
        web.restaurant, guest=guest_named("Zoé Peñalosa", "+573005554433", "zoe@example.com")
    )
    await web.world.booking(web.restaurant, time="21:30", guest=guest_named("Zoraida Paz", "+573005550000"))
    await entered(web)
    path = f"/restaurants/{web.restaurant.id}/guests"
    found: dict[str, list[str]] = {}

    for search in (
        "",
        "zo",
        "ZOE",
        "pena zo",
        "penalosa",
        "penalva",
        "z",
        "4433",
        "300 555 00 00",
        "Zoe@Example.com",
    ):
        page = (await web.client.get(path, params={"search": search})).json()
        # Both were first seen at the same instant of the test's clock, so either may come first.
        found[search] = sorted(guest["name"] for guest in page["guests"])

    zoe, zoraida = "Zoé Peñalosa", "Zoraida Paz"
    assert found == {
        "": [zoraida, zoe],
        "zo": [zoraida, zoe],
        "ZOE": [zoe],
        "pena zo": [zoe],
        "penalosa": [zoe],
        "penalva": [],
        "z": [],
        "4433": [zoe],
        "300 555 00 00": [zoraida],
        "Zoe@Example.com": [zoe],
    }


async def test_who_booked_a_moment_ago_is_known_before_the_book_is_written(web: Web) -> None:
    booked = await web.world.booking(web.restaurant, guest=guest_named("Zoé Peñalosa", "+573005554433"))

    path = f"/restaurants/{web.restaurant.id}/guests/{booked.person_id}"
    profile = (await web.client.get(path)).json()

    assert (profile["name"], len(profile["reservations"])) == ("Zoé Peñalosa", 1)


async def test_the_book_is_read_page_by_page(web: Web) -> None:
    for number, time in enumerate(("19:00", "19:00", "21:00")):
        await web.world.booking(
            web.restaurant, time=time, guest=guest_named(f"Ana {number}", f"+57300000000{number}")
        )
    await entered(web)
    path = f"/restaurants/{web.restaurant.id}/guests"

    names: list[str] = []
    cursor: str | None = None
    while True:
        params = {"search": "ana", "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await web.client.get(path, params=params)).json()
        names += [guest["name"] for guest in page["guests"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert sorted(names) == ["Ana 0", "Ana 1", "Ana 2"]


async def test_what_is_noted_of_a_guest_is_shown_found_and_unreadable_in_the_database(web: Web) -> None:
    phone = "+573005554433"
    booked = await web.world.booking(web.restaurant, guest=guest_named("Zoé Peñalosa", phone))
    said = await talk(web, await line(web), phone=phone)
    await entered(web)
    path = f"/restaurants/{web.restaurant.id}/guests/{booked.person_id}"

    before = (await web.client.get(path)).json()
    noted = await web.client.put(
        path,
        json={
            "tags": ["VIP", " VIP "],
            "notes": "Terraza",
            "allergies": ["maní"],
            "revision": before["revision"],
        },
    )
    stale = await web.client.put(path, json={"notes": "Otra", "revision": 0})
    silent = await web.client.put(f"{path}/consent", json={"scope": "marketing", "allowed": True})
    tagged = (await web.client.get(f"/restaurants/{web.restaurant.id}/guests", params={"tag": "vip"})).json()
    blocked = await web.client.post(
        f"/guests/{booked.person_id}/block", json={"restaurant_id": str(web.restaurant.id), "reason": "Ruido"}
    )
    after = (await web.client.get(path)).json()

    assert (before["revision"], before["tags"], before["consent"]) == (
        0,
        [],
        {"all": True, "marketing": False},
    )
    profile = noted.json()
    assert (profile["tags"], profile["notes"], profile["allergies"]) == (["VIP"], "Terraza", ["maní"])
    assert [each["id"] for each in profile["reservations"]] == [str(booked.id)]
    assert [each["id"] for each in profile["conversations"]] == [str(said.id)]
    assert told(stale) == (409, "revision_conflict")
    assert silent.json()["consent"] == {"all": True, "marketing": True}
    assert [each["name"] for each in tagged["guests"]] == ["Zoé Peñalosa"]
    assert blocked.status_code == 204
    assert (after["blocked"], after["blocked_reason"]) == (True, "Ruido")
    sealed = await stored(web)
    assert sealed
    assert not any(word in sealed for word in (b"Zo\xc3", b"Terraza", b"VIP", b"man\xc3"))


async def stored(web: Web) -> bytes:
    """Return all that the database has of guest cards, as its owner reads it."""
    connection = await asyncpg.connect(web.world.dsn)
    try:
        rows = await connection.fetch(
            "SELECT card_sealed, name_sealed FROM guest_cards WHERE tenant_id = $1", web.tenant.id
        )
        return b" ".join(sealed for row in rows for sealed in row if sealed is not None)
    finally:
        await connection.close()


async def test_a_guest_of_the_groups_other_restaurant_is_in_that_ones_book_alone(web: Web) -> None:
    other = await web.world.restaurant(web.tenant, "La Terraza")
    booked = await web.world.booking(other, guest=guest_named("Zoé", "+573005554433"))
    await entered(web)
    host = await web.world.session(web.tenant, {web.restaurant.id: "host"})
    viewer = await web.world.session(web.tenant, {other.id: "viewer"})

    async with web.visitor(host) as client:
        here = await client.get(f"/restaurants/{web.restaurant.id}/guests/{booked.person_id}")
        there = await client.get(f"/restaurants/{other.id}/guests/{booked.person_id}")
        found = (
            await client.get(f"/restaurants/{web.restaurant.id}/guests", params={"search": "zoe"})
        ).json()
    async with web.visitor(viewer) as client:
        looked = await client.get(f"/restaurants/{other.id}/guests")

    assert told(here) == (404, "user_not_found")
    assert told(there) == (404, "restaurant_not_found")
    assert found["guests"] == []
    assert told(looked) == (403, "forbidden")


async def test_guests_who_are_one_are_one_guest_until_they_are_parted(web: Web) -> None:
    first = await web.world.booking(web.restaurant, guest=guest_named("Zoé", "+573005554433"))
    second = await web.world.booking(
        web.restaurant, time="21:30", guest=guest_named("Z. Paz", "+573005550000")
    )
    await entered(web)
    path = f"/restaurants/{web.restaurant.id}/guests"
    await web.client.put(f"{path}/{first.person_id}", json={"allergies": ["maní"], "revision": 0})

    made = await web.client.post(
        f"/people/{first.person_id}/links", json={"into_person_id": str(second.person_id)}
    )
    one = (await web.client.get(f"{path}/{second.person_id}")).json()
    await web.client.post(f"/links/{made.json()['id']}/undo")
    two = (await web.client.get(f"{path}/{second.person_id}")).json()

    assert {each["id"] for each in one["reservations"]} == {str(first.id), str(second.id)}
    assert one["allergies"] == ["maní"]
    assert len(one["people"]) == 2
    assert [each["id"] for each in two["reservations"]] == [str(second.id)]
    assert two["allergies"] == []


async def test_what_a_guest_agreed_to_is_kept_word_for_word_and_outlives_their_later_no(web: Web) -> None:
    guest = {"name": "Ana Rivas", "phone": "+573001234567"}
    wanted = {"date": "2026-03-03", "party_size": 2, "guest": guest, "news": True}
    agreed = {"version": 1, "language": "en"}
    path = f"/public/restaurants/{web.restaurant.slug}/reservations"
    key = {"Idempotency-Key": "once"}

    booked = [
        await web.client.post(path, json={**wanted, "time": "20:30", "news_text": agreed}, headers=key)
        for _ in range(2)
    ]
    unknown = await web.client.post(
        path, json={**wanted, "time": "21:00", "news_text": {"version": 9, "language": "en"}}
    )
    await entered(web)
    person = (await web.client.get(f"/restaurants/{web.restaurant.id}/guests")).json()["guests"][0][
        "person_id"
    ]
    profile = f"/restaurants/{web.restaurant.id}/guests/{person}"
    assert isinstance(web.world.clock, SettableClock)
    web.world.clock.advance(timedelta(minutes=1))
    name = web.restaurant.name
    renamed = await web.client.patch(
        f"/restaurants/{web.restaurant.id}", json={"name": "Another Name", "revision": 1}
    )
    after = (await web.client.put(f"{profile}/consent", json={"scope": "marketing", "allowed": False})).json()

    assert renamed.status_code == 200
    assert [each.status_code for each in booked] == [201, 201]
    assert unknown.status_code == 422
    no, yes = after["consents"]
    assert (no["allowed"], no["text_version"], no["text"]) == (False, None, None)
    assert no["how"].startswith("told ")
    assert (yes["allowed"], yes["how"], yes["text_version"], yes["language"]) == (
        True,
        "booking_page",
        1,
        "en",
    )
    assert yes["text"] == f"I would like to hear news from {name}"
    assert yes["said_at"] < no["said_at"]
    assert after["consent"]["marketing"] is False


def test_the_page_shows_the_newest_text_that_is_kept() -> None:
    words = (Path(__file__).parents[2] / "ui" / "booking" / "words.ts").read_text()

    newest = max(NEWS_TEXTS)

    assert f"NEWS_VERSION = {newest};" in words
    for language, text in NEWS_TEXTS[newest].items():
        assert f"{language}: '{text}'" in words
