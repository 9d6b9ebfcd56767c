"""A guest's file is fetched from each provider's stand-in as from the real one: by its detours, with its login, and in time."""

from datetime import timedelta

import msgspec
import pytest

from saveit.messages import HttpCall, ReceivedMedia, Refused, Request, RetryAfter, UnifiedMessage, Written
from saveit.sandbox import Said
from tests.sandbox.conftest import House, named

FETCHED = ("whatsapp_meta", "whatsapp_twilio", "sms_twilio", "telegram", "messenger", "instagram")


async def sent(house: House, channel: str, kind: str) -> ReceivedMedia:
    """Let a guest send a file, and return its note as the channel reads it."""
    line = house.lines[channel]
    await house.stage.say(channel, Said(guest="+34600111222", text="mesa para 2", media=kind))
    await house.stage.settle()
    request: Request = house.request(house.door.came[-1])
    for envelope in named(channel).envelopes(request):
        assert envelope.line == line.key
        for each in named(channel).parse(envelope):
            if isinstance(each, UnifiedMessage) and isinstance(each.content, Written):
                return each.content.attachments[0]
    raise AssertionError("no file came")


async def fetched(house: House, channel: str, media: ReceivedMedia) -> tuple[object, list[HttpCall]]:
    """Follow a file to its end, and return it with the calls on the way."""
    calls: list[HttpCall] = []
    while not media.content:
        call = named(channel).fetch(media, house.lines[channel].credentials)
        assert call is not None
        calls.append(call)
        found = named(channel).fetched(media, await house.stage.send(call), house.lines[channel].credentials)
        if not isinstance(found, ReceivedMedia):
            return found, calls
        media = found
    return media, calls


@pytest.mark.parametrize("channel", FETCHED)
async def test_what_a_guest_sent_is_fetched_whole(house: House, channel: str) -> None:
    found, _ = await fetched(house, channel, await sent(house, channel, "audio"))

    assert isinstance(found, ReceivedMedia)
    assert (found.kind, found.content[:4], found.content[-11:]) == ("audio", b"OggS", b"mesa para 2")


@pytest.mark.parametrize("channel", ["whatsapp_twilio", "sms_twilio"])
async def test_credentials_do_not_follow_a_file_to_the_host_that_it_was_sent_on_to(
    house: House, channel: str
) -> None:
    found, calls = await fetched(house, channel, await sent(house, channel, "image"))

    assert isinstance(found, ReceivedMedia)
    asked, followed = calls
    assert (asked.url.split("/")[2], "authorization" in dict(asked.headers)) == ("api.twilio.com", True)
    assert (followed.url.split("/")[2], dict(followed.headers)) == ("media.twiliocdn.com", {})


async def test_a_file_sent_on_to_plain_http_or_to_nowhere_is_not_followed(house: House) -> None:
    channel, media = named("sms_twilio"), await sent(house, "sms_twilio", "image")
    credentials = house.lines["sms_twilio"].credentials
    call = channel.fetch(media, credentials)
    assert call is not None
    told = await house.stage.send(call)

    for location in ("http://media.twiliocdn.com/ME1", "/elsewhere", ""):
        answer = msgspec.structs.replace(told, headers={"location": location})
        assert channel.fetched(media, answer, credentials) == RetryAfter("call", "307")


@pytest.mark.parametrize("channel", ["whatsapp_meta", "sms_twilio", "telegram"])
async def test_nobody_elses_login_opens_a_file(house: House, channel: str) -> None:
    media = await sent(house, channel, "image")
    call = named(channel).fetch(media, house.lines[channel].credentials)
    assert call is not None
    forged = msgspec.structs.replace(call, headers=(), url=call.url.replace("/bot", "/botx"))

    answer = await house.stage.send(forged)

    assert answer.status in {400, 401}


async def test_an_address_that_died_means_that_the_file_is_asked_for_anew_and_after_a_week_it_is_gone(
    house: House,
) -> None:
    channel, credentials = named("whatsapp_meta"), house.lines["whatsapp_meta"].credentials
    media = await sent(house, "whatsapp_meta", "image")
    call = channel.fetch(media, credentials)
    assert call is not None
    located = channel.fetched(media, await house.stage.send(call), credentials)
    assert isinstance(located, ReceivedMedia)
    house.clock.advance(timedelta(minutes=6))
    late = channel.fetch(located, credentials)
    assert late is not None

    assert isinstance(channel.fetched(located, await house.stage.send(late), credentials), Refused)
    again, _ = await fetched(house, "whatsapp_meta", media)
    assert isinstance(again, ReceivedMedia), "from its id, which the note holds"
    house.clock.advance(timedelta(days=7))
    gone, _ = await fetched(house, "whatsapp_meta", media)
    assert gone == Refused("undeliverable", "400")
