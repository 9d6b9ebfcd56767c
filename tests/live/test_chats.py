"""A guest's web chat: what is said is taken once, what is answered arrives once, in whatever process and after whatever break."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from saveit.advisors import LineChange, change_line
from saveit.conversations import Author, open_conversation, plan
from saveit.messages import Address, Attachment, Buttons, Choice, File, Text
from tests.live.conftest import House, Process
from tests.support.house import NOON, TESTER, guest_named
from tests.support.providers import moved

pytestmark = pytest.mark.slow

SESSION = "session-0001"


async def rows(house: House, sql: str, *arguments: object) -> list[Any]:
    """Read the database past all of our code."""
    connection = await asyncpg.connect(house.world.dsn)
    try:
        return [tuple(row) for row in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()


async def answer(house: House, *parts: Any, at: Process | None = None, author: Author = "bot") -> None:
    """Say something to the guest, from this process or another."""
    process = at or house.here
    world = process.world
    async with world.database.tenant(house.tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, house.tenant.id)
        conversation = await open_conversation(
            tx,
            sealer,
            line_id=house.line_id,
            channel="webchat",
            address=Address("session", SESSION),
            now=NOON,
        )
        await plan(
            tx,
            sealer,
            conversation,
            parts,
            author=author,
            now=world.clock.now(),
        )
    await process.delivered(house.tenant)


def texts(frames: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(each["seq"], each["from"], each["text"]) for each in frames if each["type"] == "message"]


async def test_what_a_guest_says_is_acknowledged_once_durable_and_taken_once_however_often_it_is_sent(
    house: House, elsewhere: Process
) -> None:
    chat = await house.chat()
    own_id = str(uuid4())

    await chat.say(type="message", id=own_id, text="hola")
    first = await chat.next("ack")
    await chat.say(type="message", id=own_id, text="hola")
    again = await chat.next("ack")
    there = await house.chat(at=elsewhere)
    await there.say(type="message", id=own_id, text="hola")

    assert first == again == await there.next("ack") == {"type": "ack", "id": own_id, "seq": 1}
    assert await rows(house, "SELECT count(*) FROM inbox") == [(1,)]
    assert texts(there.heard) == [(1, "guest", "hola")]


async def test_answers_arrive_with_buttons_and_pictures_and_say_who_speaks(house: House) -> None:
    chat = await house.chat()
    picture = Attachment(
        kind="image", url="https://tables.example/p.png", media_type="image/png", caption="Su pase"
    )

    await answer(house, Buttons("¿Confirma?", (Choice("yes", "Sí"),)), File(picture))
    await answer(house, Text("Le atiende Eva"), author="staff")

    ask, shown, person = await chat.several(3, "message")
    assert (ask["seq"], ask["from"], ask["buttons"][0]["id"]) == (1, "bot", "yes")
    assert (shown["seq"], shown["attachments"][0]["url"], shown["text"]) == (2, picture.url, "Su pase")
    assert (person["seq"], person["from"]) == (3, "staff")


async def test_a_socket_goes_on_after_what_it_has_wherever_it_comes_back(
    house: House, elsewhere: Process
) -> None:
    chat = await house.chat()
    await chat.say(type="message", id="one", text="hola")
    await chat.next("message")
    await answer(house, Text("Buenas"))
    await chat.next("message")
    await chat.socket.close()
    await answer(house, Text("¿Sigue ahí?"), at=elsewhere)
    await answer(house, Text("Aquí seguimos"))

    back = await house.chat(after=2, at=elsewhere)
    anew = await house.chat()
    from_the_future = await house.chat(after=999)
    await asyncio.gather(back.several(2, "message"), anew.several(4, "message"))
    await answer(house, Text("Adiós"))
    await asyncio.gather(*(each.next("message") for each in (back, anew, from_the_future)))

    said = [
        (1, "guest", "hola"),
        (2, "bot", "Buenas"),
        (3, "bot", "¿Sigue ahí?"),
        (4, "bot", "Aquí seguimos"),
    ]
    last = [(5, "bot", "Adiós")]
    assert texts(back.heard) == said[2:] + last
    assert texts(anew.heard) == said + last
    assert texts(from_the_future.heard) == last


async def test_what_is_said_in_one_process_is_pushed_to_the_socket_in_another(
    house: House, elsewhere: Process
) -> None:
    there = await house.chat(at=elsewhere)

    await answer(house, Text("Buenas"))

    assert (await there.next("message"))["text"] == "Buenas"


async def test_a_guest_that_has_it_has_it_delivered_and_one_that_saw_it_has_read_it(house: House) -> None:
    chat = await house.chat()
    await answer(house, Text("uno"), Text("dos"), Text("tres"))
    await chat.several(3, "message")
    by_number = "SELECT status FROM messages WHERE direction = 'out' ORDER BY seq"
    accepted = await rows(house, by_number)

    await chat.say(type="ack", seq=2)
    await chat.say(type="read", seq=1)
    await chat.say(type="read", seq=0)
    await chat.say(type="ack", seq=9_999)
    await chat.say(type="ping")
    await chat.next("pong")

    assert accepted == [("accepted",)] * 3
    assert await rows(house, by_number) == [("read",), ("delivered",), ("delivered",)]


async def test_a_window_that_looks_at_a_day_sees_it_change_at_once_also_by_another_process(
    house: House, elsewhere: Process
) -> None:
    chat = await house.chat()
    await chat.say(type="look", date="2026-03-03", party_size=2)
    before = await chat.next("availability_update")

    for number in range(3):
        guest = guest_named(f"Luis {number}", f"+5730011122{number:02}")
        await elsewhere.world.booking(house.restaurant, guest=guest)

    after = before
    while "20:00" in after["times"]:
        after = await chat.next("availability_update")
    assert "20:00" in before["times"]
    assert (after["date"], after["party_size"], after["restaurant_id"]) == (
        "2026-03-03",
        2,
        str(house.restaurant.id),
    )
    assert "22:00" in after["times"] or "12:00" in after["times"]


async def test_the_day_that_is_spoken_of_is_looked_at_by_itself(house: House) -> None:
    chat = await house.chat()
    await answer(house, Text("¿A qué hora?"))
    draft = {"date": "2026-03-03", "party_size": 4}
    state = json.dumps({"dialogue": {"restaurant_id": str(house.restaurant.id), "draft": draft}})
    await rows(house, "UPDATE conversations SET state = $1", state)
    await answer(house, Text("¿Cuántos?"))
    await chat.several(2, "message")
    begun = await chat.next("availability_update")

    for number in range(2):
        guest = guest_named(f"Luis {number}", f"+5730011122{number:02}")
        await house.world.booking(house.restaurant, guest=guest, party_size=4)

    update = await chat.next("availability_update")
    assert (update["date"], update["party_size"]) == ("2026-03-03", 4)
    assert set(update["times"]) < set(begun["times"])


async def test_a_session_is_opened_by_its_own_token_alone_and_not_for_ever(house: House) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.here.port}/api/v1") as page:
        made = await page.post(
            "/chat/sessions",
            json={"restaurant": house.restaurant.slug},
            headers={"origin": "https://a.example"},
        )
        unknown = await page.post("/chat/sessions", json={"restaurant": "no-such-house"})
    assert (made.status_code, made.headers["access-control-allow-origin"]) == (201, "*")
    assert made.json()["restaurant"]["name"] == house.restaurant.name
    assert unknown.json()["code"] == "restaurant_not_found"
    token = made.json()["token"]
    good = await house.here.open("/ws/chat")
    await good.say(type="hello", token=token)
    assert (await good.next("welcome"))["restaurant"]["slug"] == house.restaurant.slug

    stolen = await house.here.open("/ws/chat")
    await stolen.say(type="hello", token=token.replace(made.json()["session_id"], "session-of-another"))
    moved(house.world, timedelta(days=91))
    late = await house.here.open("/ws/chat")
    await late.say(type="hello", token=token)

    assert (await stolen.closing_code(), await late.closing_code()) == (4401, 4401)


async def test_only_the_pages_that_a_line_names_may_embed_its_chat(house: House) -> None:
    async with house.world.database.tenant(house.tenant.id, TESTER) as tx:
        sealer = await house.world.keys.sealer(tx, house.tenant.id)
        change = LineChange(credentials={"allowed_origins": "https://casa.example, https://www.casa.example"})
        await change_line(
            tx, house.line_id, change, channels=house.world.gateway.channels, sealer=sealer, now=NOON
        )
    house.world.gateway.lines.forget_line(house.line_id)

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.here.port}/api/v1") as page:
        answers = {
            origin: await page.post(
                "/chat/sessions", json={"restaurant": str(house.restaurant.id)}, headers={"origin": origin}
            )
            for origin in ("https://casa.example", "https://evil.example", "https://tables.example")
        }
        asked = await page.options("/chat/sessions")
    evil = await house.here.open("/ws/chat", origin="https://evil.example")
    await evil.say(type="hello", token=house.chat_token())

    assert [each.status_code for each in answers.values()] == [201, 403, 201]
    assert answers["https://evil.example"].json()["code"] == "origin_not_allowed"
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "POST")
    assert await evil.closing_code() == 4403


async def test_what_cannot_be_taken_is_refused_by_its_id(house: House) -> None:
    chat = await house.chat()

    await chat.say(type="message", id="long", text="a" * 4_001)
    await chat.say(type="message", id="empty", text="  ")
    for number in range(21):
        await chat.say(type="message", id=f"m{number}", text="hola")
    refused = [await chat.next("nack") for _ in range(3)]

    assert [(each["id"], each["code"]) for each in refused] == [
        ("long", "text_too_long"),
        ("empty", "frame_invalid"),
        ("m20", "rate_limited"),
    ]
