"""What the stand-ins sign, the product's channels believe, read, and find nothing missing in."""

import pytest

from saveit.channels import CHANNELS
from saveit.messages import (
    Chosen,
    Forged,
    HttpCall,
    NeedsCertificate,
    Request,
    UnifiedMessage,
    Verdict,
    Verified,
    Written,
)
from saveit.sandbox import Faults, Said
from tests.sandbox.conftest import House, named

_CHATS = [channel.name for channel in CHANNELS if channel.can.shape != "speech"]
_GUESTS = {"email_ses": "ana@mail.example", "email_smtp": "ana@mail.example"}


async def verdict(house: House, channel: str, request: Request) -> Verdict:
    """Verify as the gateway does, fetching a certificate where one is needed."""
    credentials = house.lines[channel].credentials
    found = named(channel).verify(request, credentials)
    if not isinstance(found, NeedsCertificate):
        return found
    fetched = await house.stage.send(HttpCall(method="GET", url=found.url))
    request = Request(
        method=request.method,
        url=request.url,
        headers=request.headers,
        body=request.body,
        received_at=request.received_at,
        certificate=fetched.body,
    )
    return named(channel).verify(request, credentials)


@pytest.mark.parametrize("channel", _CHATS)
async def test_a_guests_words_arrive_signed_and_whole(house: House, channel: str) -> None:
    guest = _GUESTS.get(channel, "+573001234567")
    await house.stage.say(channel, Said(guest=guest, text="¿mesa para 4 mañana? 🍷", name="José Núñez"))
    await house.stage.settle()

    (incoming,) = house.door.came
    request = house.request(incoming)
    assert await verdict(house, channel, request) == Verified()
    (envelope,) = named(channel).envelopes(request)
    assert envelope.line == house.lines[channel].key
    (message,) = named(channel).parse(envelope)
    assert isinstance(message, UnifiedMessage)
    assert message.text.strip() == "¿mesa para 4 mañana? 🍷"


@pytest.mark.parametrize("channel", _CHATS)
async def test_an_altered_body_is_not_believed(house: House, channel: str) -> None:
    await house.stage.say(channel, Said(guest=_GUESTS.get(channel, "+573001234567"), text="hola"))
    await house.stage.settle()

    request = house.request(house.door.came[0])
    # Telegram, the widget's session and our listener prove who speaks, and cover no body.
    secrets = ("x-telegram-bot-api-secret-token", "x-saveit-session", "x-saveit-listener")
    headers = {name: "x" + value if name in secrets else value for name, value in request.headers.items()}
    altered = Request(
        method=request.method,
        url=request.url,
        headers=headers,
        body=request.body.replace(b"hola", b"hole"),
        opaque=request.opaque,
        received_at=request.received_at,
    )
    if channel == "email_ses":
        altered = Request(
            method=request.method,
            url=request.url,
            headers=headers,
            body=request.body.replace(b"Received", b"Recieved"),
            received_at=request.received_at,
        )
    assert isinstance(await verdict(house, channel, altered), Forged)


async def test_a_batch_holds_the_messages_of_several_guests(house: House) -> None:
    house.stage.set_faults(Faults(batch=3))
    for number in range(3):
        await house.stage.say("whatsapp_meta", Said(guest=f"57300000000{number}", text=f"n{number}"))
    await house.stage.settle()

    (incoming,) = house.door.came
    envelopes = named("whatsapp_meta").envelopes(house.request(incoming))
    assert sorted(envelope.sender for envelope in envelopes) == [f"57300000000{n}" for n in range(3)]


async def test_a_photo_and_a_tap_arrive_as_what_they_are(house: House) -> None:
    await house.stage.say("whatsapp_twilio", Said(guest="+573001", media="image"))
    await house.stage.say("telegram", Said(guest="ana", button="confirm:1"))
    await house.stage.settle()

    photo, tap = (
        named(channel).parse(named(channel).envelopes(house.request(incoming))[0])[0]
        for channel, incoming in zip(("whatsapp_twilio", "telegram"), house.door.came, strict=True)
    )
    assert isinstance(photo, UnifiedMessage)
    assert isinstance(photo.content, Written)
    assert [media.kind for media in photo.content.attachments] == ["image"]
    assert isinstance(tap, UnifiedMessage)
    assert isinstance(tap.content, Chosen)
    assert tap.content.payload == "confirm:1"
