"""The JSON of design §10: what a script may count on."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from saveit.messages import Address, Answer, Buttons, Choice, Outbound, Text
from saveit.sandbox import SandboxApi, Standing
from saveit.sandbox.api import Message, Receive, Send
from tests.sandbox.conftest import MESSAGE_ID, House, named


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async def look_up(channel: str, address: str, line_address: str = "") -> Standing:
        return Standing(asked=f"{channel} {address}{line_address}", ai_attention=False)

    async def inner(_scope: Message, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(SandboxApi(house.stage, look_up, inner))
    async with httpx.AsyncClient(transport=transport, base_url="http://saveit") as opened:
        yield opened


async def test_a_guest_writes_and_sees_the_answer(house: House, client: httpx.AsyncClient) -> None:
    written = await client.post("/sandbox/api/telegram/messages", json={"from": "ana", "text": "hola"})
    assert written.status_code == 202
    assert list(written.json()) == ["message_id"]

    async def answer() -> None:
        to = Address("chat", house.stage.alias("telegram", "ana"))
        part = Buttons("¿Para cuántos?", (Choice("n:2", "2"), Choice("n:4", "4")))
        outbound = Outbound(message_id=MESSAGE_ID, recipient=to, part=part)
        call = named("telegram").render(outbound, house.lines["telegram"].credentials, house.clock.now())
        assert not isinstance(call, Answer)
        await house.stage.send(call)

    seen, _ = await asyncio.gather(
        client.get("/sandbox/api/telegram/conversations/ana", params={"after": 1, "wait_s": 5}), answer()
    )

    assert seen.json() == {
        "messages": [
            {
                "seq": 2,
                "direction": "out",
                "text": "¿Para cuántos?",
                "buttons": [{"id": "n:2", "title": "2"}, {"id": "n:4", "title": "4"}],
                "attachments": [],
                "at": "2026-03-02T17:00:00Z",
            }
        ],
        "asked": f"telegram {house.stage.alias('telegram', 'ana')}",
        "ai_attention": False,
    }


async def test_the_clock_is_moved_and_set_back(house: House, client: httpx.AsyncClient) -> None:
    moved = await client.post("/sandbox/api/clock", json={"now": "2026-03-09T12:00:00Z"})
    assert moved.json() == {"now": "2026-03-09T12:00:00Z"}

    await client.post("/sandbox/api/clock", json={"now": None})
    assert house.clock.now().isoformat() == "2026-03-02T17:00:00+00:00"


async def test_faults_are_switched_and_calls_are_listed(house: House, client: httpx.AsyncClient) -> None:
    switched = await client.post("/sandbox/api/faults", json={"throttled": 1.0})
    assert switched.json()["throttled"] == 1.0
    outbound = Outbound(message_id=MESSAGE_ID, recipient=Address("phone", "573001"), part=Text("hola"))
    call = named("whatsapp_meta").render(
        outbound, house.lines["whatsapp_meta"].credentials, house.clock.now()
    )
    assert not isinstance(call, Answer)
    await house.stage.send(call)

    calls = (await client.get("/sandbox/api/calls")).json()["calls"]

    assert [(each["channel"], each["status"], each["verdict"]) for each in calls] == [
        ("whatsapp_meta", 429, "fault: 429")
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sandbox/api/pigeon/messages", {"from": "ana", "text": "hola"}, 404),
        ("POST", "/sandbox/api/telegram/messages", {"text": "hola"}, 400),
        ("POST", "/sandbox/api/telegram/messages", {"from": "ana", "txt": "hola"}, 400),
        ("POST", "/sandbox/api/faults", {"gremlins": 1}, 400),
        ("GET", "/sandbox/api/nothing", None, 404),
        ("GET", "/api/v1/restaurants", None, 418),
    ],
)
async def test_what_makes_no_sense_is_said(
    client: httpx.AsyncClient, method: str, path: str, *, body: object, status: int
) -> None:
    content = None if body is None else msgspec.json.encode(body)

    answered = await client.request(method, path, content=content)

    assert answered.status_code == status


@pytest.mark.parametrize("channel", ["whatsapp_meta", "telegram", "sms_twilio", "instagram"])
async def test_no_message_has_the_id_of_another_whatever_is_set_or_started_anew(
    client: httpx.AsyncClient, channel: str
) -> None:
    """A second day with the same data, or the same faults once more: an id that comes again is an echo to the product, and unanswered."""
    ids: list[str] = []
    for number in range(3):
        assert (await client.post("/sandbox/api/faults", json={})).status_code < 300
        written = await client.post(
            f"/sandbox/api/{channel}/messages", json={"from": f"guest {number}", "text": "hola"}
        )
        ids.append(written.json()["message_id"])

    assert len(set(ids)) == 3
