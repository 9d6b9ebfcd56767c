"""What a provider would refuse the stand-in refuses, with the code that the channel's `read` knows; what it takes the guest sees."""

from datetime import timedelta

import pytest

from saveit.channels import CHANNELS
from saveit.kernel.http import AnswerLost, NotSent
from saveit.messages import (
    Address,
    Answer,
    Buttons,
    Choice,
    Chosen,
    Credentials,
    HttpCall,
    Letter,
    Outbound,
    Outcome,
    Part,
    Refused,
    Response,
    RetryAfter,
    Sent,
    Status,
    Text,
    UnifiedMessage,
)
from saveit.sandbox import Faults, Said
from tests.sandbox.conftest import MESSAGE_ID, House, address, named

_WORDS = [channel.name for channel in CHANNELS if channel.can.shape == "chat"]
_LETTERS = ["email_ses", "email_smtp"]
GUEST = "+573001234567"


async def met(house: House, channel: str, guest: str = GUEST) -> Address:
    """Let a guest write first, and return where the answer goes."""
    await house.stage.say(channel, Said(guest=guest, text="hola"))
    await house.stage.settle()
    value = house.stage.alias(channel, guest)
    kind = "user_id" if channel in {"messenger", "instagram"} else address(channel, value).kind
    return Address(kind, value)


async def outcome(
    house: House, channel: str, to: Address, part: Part, *, credentials: Credentials | None = None
) -> Outcome:
    outbound = Outbound(message_id=MESSAGE_ID, recipient=to, part=part)
    given = credentials or house.lines[channel].credentials
    rendered = named(channel).render(outbound, given, house.clock.now())
    assert not isinstance(rendered, Answer)
    return named(channel).read(await house.stage.send(rendered))


@pytest.mark.parametrize("channel", _WORDS)
async def test_a_reply_is_taken_and_seen(house: House, channel: str) -> None:
    to = await met(house, channel)

    taken = await outcome(house, channel, to, Text("Su mesa está lista."))

    assert isinstance(taken, Sent)
    seen = house.stage.conversation(channel, GUEST).entries
    assert [(entry.direction, entry.shown.text) for entry in seen] == [
        ("in", "hola"),
        ("out", "Su mesa está lista."),
    ]


@pytest.mark.parametrize("channel", _LETTERS)
async def test_a_letter_is_taken_and_seen(house: House, channel: str) -> None:
    to = await met(house, channel, "ana@mail.example")

    taken = await outcome(house, channel, to, Letter("Reserva", "Su mesa está lista.", "<p>Su mesa</p>"))

    assert isinstance(taken, Sent)
    assert (
        "Su mesa está lista." in house.stage.conversation(channel, "ana@mail.example").entries[-1].shown.text
    )


@pytest.mark.parametrize("channel", [name for name in _WORDS if name != "webchat"])
async def test_a_wrong_secret_stops_the_line(house: House, channel: str) -> None:
    to = await met(house, channel)
    line = house.lines[channel]
    wrong = {
        name: f"{value}x" if "token" in name or "secret" in name else value
        for name, value in line.credentials.values.items()
    }

    taken = await outcome(house, channel, to, Text("hola"), credentials=Credentials(line.key, wrong))

    assert isinstance(taken, Refused)
    assert taken.kind == "stop_line"


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        ("whatsapp_meta", "x" * 4097),
        ("whatsapp_twilio", "x" * 1601),
        ("sms_twilio", "x" * 1601),
        ("messenger", "x" * 2001),
        ("instagram", "ñ" * 501),
        ("telegram", "😀" * 2049),
        ("sms_aws", "x" * 1601),
    ],
)
async def test_what_is_too_long_in_its_own_unit_is_refused(house: House, channel: str, text: str) -> None:
    to = await met(house, channel)

    taken = await outcome(house, channel, to, Text(text))

    assert isinstance(taken, Refused)
    assert taken.kind == "bug"


@pytest.mark.parametrize(
    ("channel", "at_once"),
    [("messenger", True), ("instagram", True), ("whatsapp_meta", False), ("whatsapp_twilio", False)],
)
async def test_a_day_later_the_window_is_closed(house: House, channel: str, at_once: bool) -> None:
    to = await met(house, channel)
    house.clock.advance(timedelta(hours=24, seconds=1))

    taken = await outcome(house, channel, to, Text("¿Sigue ahí?"))
    await house.stage.settle()

    if at_once:
        assert isinstance(taken, Refused)
        assert taken.kind == "window_closed"
        return
    # WhatsApp takes it, and tells afterwards.
    assert isinstance(taken, Sent)
    told = statuses(house, channel)
    assert [(each.state, each.channel_message_id) for each in told] == [("failed", taken.channel_message_id)]
    assert isinstance(told[0].failure, Refused)
    assert told[0].failure.kind == "window_closed"


def statuses(house: House, channel: str) -> list[Status]:
    """Return the statuses among what came to the door."""
    found = [
        event
        for incoming in house.door.came
        if incoming.path.startswith(f"/webhooks/{channel}")
        for envelope in named(channel).envelopes(house.request(incoming))
        for event in named(channel).parse(envelope)
    ]
    return [event for event in found if isinstance(event, Status)]


@pytest.mark.parametrize("channel", ["whatsapp_meta", "whatsapp_twilio", "sms_twilio", "sms_aws"])
async def test_statuses_follow_and_name_our_own_message(house: House, channel: str) -> None:
    to = await met(house, channel)

    taken = await outcome(house, channel, to, Text("Listo"))
    await house.stage.settle()

    assert isinstance(taken, Sent)
    told = statuses(house, channel)
    expected = ["sent", "delivered"] if channel.startswith("sms") else ["sent", "delivered", "read"]
    assert [each.state for each in told] == expected
    assert {each.own_reference for each in told} == {str(MESSAGE_ID)}


async def test_a_guest_who_said_stop_is_not_written_to(house: House) -> None:
    to = await met(house, "sms_twilio")
    await house.stage.say("sms_twilio", Said(guest=GUEST, text="STOP"))

    taken = await outcome(house, "sms_twilio", to, Text("hola"))

    assert taken == Refused("opted_out", "21610")


async def test_a_stranger_cannot_be_written_to_on_telegram(house: House) -> None:
    taken = await outcome(house, "telegram", Address("chat", "99"), Text("hola"))

    assert isinstance(taken, Refused)
    assert taken.kind == "undeliverable"


async def test_a_burst_to_one_guest_meets_the_pair_rate(house: House) -> None:
    to = await met(house, "whatsapp_meta")

    taken = [await outcome(house, "whatsapp_meta", to, Text(f"{n}")) for n in range(46)]

    assert isinstance(taken[-1], RetryAfter)
    assert taken[-1].scope == "recipient"
    assert all(isinstance(each, Sent) for each in taken[:-1])


async def test_telegram_says_for_how_long_to_wait(house: House) -> None:
    to = await met(house, "telegram")

    taken = [await outcome(house, "telegram", to, Text(f"{n}")) for n in range(21)]

    assert taken[-1] == RetryAfter("line", "429", 2.0)


async def test_what_was_offered_can_be_tapped_by_its_title(house: House) -> None:
    to = await met(house, "telegram")
    await outcome(house, "telegram", to, Buttons("¿Confirmo?", (Choice("c:1", "Sí"), Choice("c:2", "No"))))

    await house.stage.say("telegram", Said(guest=GUEST, button="no"))
    await house.stage.settle()

    (event,) = named("telegram").parse(named("telegram").envelopes(house.request(house.door.came[-1]))[0])
    assert isinstance(event, UnifiedMessage)
    assert isinstance(event.content, Chosen)
    assert event.content.payload == "c:2"


@pytest.mark.parametrize(
    ("faults", "expected"),
    [(Faults(throttled=1.0), RetryAfter), (Faults(broken=1.0), None)],
)
async def test_a_provider_in_trouble_says_so_in_its_own_words(
    house: House, faults: Faults, expected: type[RetryAfter] | None
) -> None:
    for channel in _WORDS:
        if channel == "webchat":
            continue
        house.stage.set_faults(Faults())
        to = await met(house, channel)
        house.stage.set_faults(faults)

        taken = await outcome(house, channel, to, Text("hola"))

        assert (taken.__class__.__name__, channel) == (
            (expected.__name__ if expected else "Unknown"),
            channel,
        )
        assert house.stage.conversation(channel, GUEST).entries[-1].direction == "in"


async def test_an_answer_that_is_lost_was_sent_all_the_same(house: House) -> None:
    to = await met(house, "whatsapp_meta")
    house.stage.set_faults(Faults(lost_answer=1.0))

    with pytest.raises(AnswerLost):
        await outcome(house, "whatsapp_meta", to, Text("hola"))

    assert house.stage.conversation("whatsapp_meta", GUEST).entries[-1].direction == "out"


async def test_a_provider_out_of_reach_gets_nothing(house: House) -> None:
    house.stage.set_faults(Faults(unreachable=1.0))

    with pytest.raises(NotSent):
        await outcome(house, "whatsapp_meta", Address("phone", "57300"), Text("hola"))

    assert house.stage.calls == []


async def test_a_refused_webhook_is_sent_again_as_the_provider_does(house: House) -> None:
    house.door.answers = [500, 200]

    await house.stage.say("telegram", Said(guest=GUEST, text="hola"))
    await house.stage.settle()

    assert len({incoming.body for incoming in house.door.came}) == 1
    assert len(house.door.came) == 2


async def test_duplicates_and_lost_statuses_happen_on_demand(house: House) -> None:
    house.stage.set_faults(Faults(duplicates=1.0, lost_status=1.0))

    to = await met(house, "whatsapp_meta")
    await outcome(house, "whatsapp_meta", to, Text("hola"))
    await house.stage.settle()

    assert len(house.door.came) == 2
    assert len({incoming.body for incoming in house.door.came}) == 1


async def test_no_token_stands_in_the_list_of_calls(house: House) -> None:
    to = await met(house, "telegram")
    await outcome(house, "telegram", to, Text("hola"))

    (call,) = house.stage.calls
    assert call.url == "https://api.telegram.org/bot***/sendMessage"
    assert call.verdict == "accepted"


async def test_a_call_to_nobody_goes_nowhere(house: House) -> None:
    with pytest.raises(NotSent):
        await house.stage.send(HttpCall(method="GET", url="https://example.org/"))


async def test_an_unknown_answer_type_is_no_response(house: House) -> None:
    assert isinstance(
        await house.stage.send(HttpCall(method="GET", url="https://sns.us-east-1.amazonaws.com/x")), Response
    )
