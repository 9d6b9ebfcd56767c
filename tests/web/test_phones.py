"""A phone is proved by typing the code that came to it: few are sent, none is guessed, and the booking then needs no other proof."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from saveit.kernel.clock import SettableClock
from tests.web.conftest import Web
from tests.web.test_bookings import told
from tests.web.test_public import EVA, WHEN, at

PHONE = "+573004445566"
_READ = "SELECT tries_left FROM phone_codes WHERE tenant_id = $1"
_COUNT = "UPDATE phone_codes SET tries_left = $2 WHERE tenant_id = $1"


async def asks_for_phones(web: Web) -> None:
    """Let the house's rules ask that phones are verified."""
    path = f"/restaurants/{web.restaurant.id}/config"
    config = (await web.client.get(path)).json()
    rules = config["rules"] | {"requirements": {"requires_phone_verification": True}}
    answer = await web.client.put(path, json={"rules": rules, "version": config["version"]})
    assert answer.status_code == 200, answer.text


async def texts_by(web: Web) -> None:
    """Give the house a number that sends text messages."""
    body = {
        "channel": "sms_twilio",
        "account": f"AC{uuid4().hex}",
        "address": f"+1415555{uuid4().int % 10_000:04}",
        "credentials": {"auth_token": uuid4().hex},
        "restaurant_id": str(web.restaurant.id),
    }
    made = await web.client.post("/lines", json=body)
    assert made.status_code == 201, made.text


async def codes_sent(web: Web) -> list[str]:
    """Return the codes that went out, the latest last."""
    listed = (await web.client.get("/conversations")).json()
    codes: list[str] = []
    for each in listed["conversations"]:
        if each["channel"] == "sms_twilio":
            page = (await web.client.get(f"/conversations/{each['id']}/messages")).json()
            codes += [message["text"][:6] for message in page["messages"]]
    return codes


async def kept(guest: httpx.AsyncClient, web: Web, **wish: object) -> str:
    answer = await guest.post(at(web, "/holds"), json=WHEN | wish)
    assert answer.status_code == 201, answer.text
    return answer.json()["hold"]["id"]


async def asked(guest: httpx.AsyncClient, web: Web, hold_id: str, phone: str = PHONE) -> httpx.Response:
    return await guest.post(at(web, "/phone-codes"), json={"hold_id": hold_id, "phone": phone})


async def said(guest: httpx.AsyncClient, web: Web, code: str, phone: str = PHONE) -> httpx.Response:
    return await guest.post(at(web, "/phone-codes/check"), json={"phone": phone, "code": code})


async def tries_left(web: Web) -> list[int]:
    """Return how often each code may still be tried."""
    owner = await asyncpg.connect(web.world.dsn, server_settings={"role": "saveit_ledger"})
    try:
        rows = await owner.fetch("SELECT tries_left FROM phone_codes WHERE tenant_id = $1", web.tenant.id)
    finally:
        await owner.close()
    return [row["tries_left"] for row in rows]


async def test_who_types_the_code_books_and_who_does_not_waits_for_the_team(web: Web) -> None:
    await asks_for_phones(web)
    await texts_by(web)
    async with web.visitor() as guest:
        hold_id = await kept(guest, web)
        # As it is typed at the restaurant: without the country.
        sent = await asked(guest, web, hold_id, "300 444 5566")
        [code] = await codes_sent(web)
        proof = (await said(guest, web, code, "300 444 55 66")).json()["phone_proof"]
        wanted: dict[str, Any] = WHEN | {"guest": EVA, "hold_id": hold_id, "phone_proof": proof}
        proved = await guest.post(at(web, "/reservations"), json=wanted)
        moved = await guest.put(
            "/public/reservation",
            params={"link": proved.json()["manage_url"].partition("#")[2]},
            json={"party_size": 3},
        )
        unproved = await guest.post(
            at(web, "/reservations"),
            json=WHEN | {"time": "21:30", "guest": {"name": "Luis", "phone": "+573004445577"}},
        )

    assert (sent.status_code, sent.json()) == (202, {"expires_in_s": 600})
    assert proved.json()["reservation"]["status"] == "confirmed"
    assert proved.json()["reservation"]["policy"]["requirements"] == []
    assert moved.json()["reservation"]["policy"]["requirements"] == []
    assert unproved.json()["reservation"]["status"] == "pending"
    assert unproved.json()["reservation"]["policy"]["requirements"] == ["phone_verification"]


async def test_a_proof_is_of_one_phone_and_lasts_an_hour(web: Web) -> None:
    await asks_for_phones(web)
    await texts_by(web)
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    async with web.visitor() as guest:
        await asked(guest, web, await kept(guest, web))
        [code] = await codes_sent(web)
        proof = (await said(guest, web, code)).json()["phone_proof"]
        wanted: dict[str, Any] = WHEN | {"guest": EVA, "phone_proof": proof}
        of_another = await guest.post(
            at(web, "/reservations"), json=wanted | {"guest": EVA | {"phone": "+573004445599"}}
        )
        made_up = [
            await guest.post(at(web, "/reservations"), json=wanted | {"phone_proof": each})
            for each in ("9" * 10 + ".aaaaaaaaaaaaaaaaaaaa", "never", "", "9" * 60, "²." + "a" * 20)
        ]
        clock.advance(timedelta(hours=1))
        late = await guest.post(at(web, "/reservations"), json=wanted)

    refused = (422, "phone_proof_over")
    assert [told(each) for each in (of_another, *made_up, late)] == [refused] * 7


async def test_a_newer_code_takes_the_place_of_the_older_and_three_are_sent_in_a_quarter_of_an_hour(
    web: Web,
) -> None:
    await texts_by(web)
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    async with web.visitor() as guest:
        hold_id = await kept(guest, web)
        other_hold = await kept(guest, web, time="21:30")
        answers = [await asked(guest, web, hold_id) for _ in range(3)]
        fourth = await asked(guest, web, hold_id)
        elsewhere = await asked(guest, web, other_hold)
        first, _, third = await codes_sent(web)
        old, new = await said(guest, web, first), await said(guest, web, third)
        clock.advance(timedelta(minutes=16))
        again = await asked(guest, web, await kept(guest, web, time="19:00"))

    assert [each.status_code for each in answers] == [202, 202, 202]
    assert told(fourth) == told(elsewhere) == (429, "too_many_phone_codes")
    assert 0 < int(elsewhere.headers["Retry-After"]) <= 900
    assert told(old) == (422, "code_wrong") or first == third
    assert new.status_code == 200
    assert again.status_code == 202


async def test_one_kept_table_sends_to_few_phones_and_none_sends_to_nobody(web: Web) -> None:
    await texts_by(web)
    async with web.visitor() as guest:
        hold_id = await kept(guest, web)
        phones = [f"+57300111220{number}" for number in range(5)]
        answers = await asyncio.gather(*(asked(guest, web, hold_id, phone) for phone in phones))
        nobody = await asked(guest, web, str(uuid4()))
        no_phone = await asked(guest, web, hold_id, "12")
        await guest.delete(at(web, f"/holds/{hold_id}"))
        released = await asked(guest, web, hold_id)

    assert sorted(each.status_code for each in answers) == [202, 202, 202, 429, 429]
    assert len(await codes_sent(web)) == 3
    assert told(nobody) == (404, "hold_not_found")
    assert told(no_phone) == (422, "contact_refused")
    assert told(released) == (409, "hold_over")


async def test_where_no_line_sends_texts_the_page_is_told_so_and_nothing_is_kept(web: Web) -> None:
    async with web.visitor() as guest:
        refused = await asked(guest, web, await kept(guest, web))

    assert told(refused) == (409, "phone_codes_unavailable")
    assert await tries_left(web) == []


async def test_of_twenty_guesses_at_once_five_are_looked_at(web: Web) -> None:
    await texts_by(web)
    async with web.visitor() as guest:
        await asked(guest, web, await kept(guest, web))
        [code] = await codes_sent(web)
        wrong = [f"{(int(code) + number) % 1_000_000:06}" for number in range(1, 21)]
        guesses = await asyncio.gather(*(said(guest, web, each) for each in wrong))
        late = await said(guest, web, code)

    assert [told(each) for each in guesses] == [(422, "code_wrong")] * 20
    assert told(late) == (422, "code_wrong")
    assert await tries_left(web) == [0]


async def test_without_the_guard_more_guesses_are_looked_at(web: Web) -> None:
    """The twin: who reads how many tries are left, and counts afterwards, lets all of a crowd look."""
    await texts_by(web)
    async with web.visitor() as guest:
        await asked(guest, web, await kept(guest, web))
    looked = 0
    together = asyncio.Barrier(8)

    async def guess() -> None:
        nonlocal looked
        connection = await asyncpg.connect(
            web.world.dsn, server_settings={"role": "saveit_app", "saveit.tenant_id": str(web.tenant.id)}
        )
        try:
            left = await connection.fetchval(_READ, web.tenant.id)
            await together.wait()
            if left > 0:
                looked += 1
                await connection.execute(_COUNT, web.tenant.id, left - 1)
        finally:
            await connection.close()

    await asyncio.gather(*(guess() for _ in range(8)))

    assert looked == 8
