"""Calls through Amazon Connect, trap by trap."""

import json

import pytest

from saveit.channels.voice_connect import VoiceConnect
from saveit.messages import (
    Address,
    CallEvent,
    Forged,
    Ignored,
    Keyed,
    LineKey,
    Outbound,
    Said,
    Speech,
    UnifiedMessage,
)
from tests.channels.support import (
    NOW,
    OUR_ID,
    bare,
    credentials_of,
    only,
    own_samples,
    request_of,
    signed,
    with_headers,
)

NAME = "voice_connect"
CHANNEL = VoiceConnect()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("guest_spoke", Said("una mesa para dos", 0.8)),
        ("guest_pressed", Keyed("1")),
        ("lex_heard", Said("una mesa para dos")),
    ],
)
def test_the_flow_and_lex_are_read_however_they_spell_voice(name: str, content: object) -> None:
    message = only(NAME, name, UnifiedMessage)

    assert message.content == content
    assert message.sender.address == Address("phone", "+5715550101", verified=True)
    assert message.thread == "c-1"


def test_a_call_begins_and_ends_and_a_chat_is_none() -> None:
    assert only(NAME, "call_begins", CallEvent).phase == "started"
    assert only(NAME, "call_over", CallEvent).phase == "ended"
    assert only(NAME, "chat_contact_is_not_a_call", Ignored).why == "not_for_us"


def test_the_line_is_the_number_in_the_instances_account() -> None:
    sample = next(each for each in own_samples() if each.channel == NAME and each.path.stem == "lex_heard")

    envelope = CHANNEL.envelopes(request_of(sample))[0]

    assert envelope.line == LineKey("111122223333", "+5715550100")
    assert (envelope.event_key, envelope.sender) == ("webhook:msg_1", "c-1")


def test_the_answer_is_a_flat_map_of_words() -> None:
    part = Speech("¿Para cuántos?", "es", "speech")
    outbound = Outbound(message_id=OUR_ID, recipient=Address("session", "c-1"), part=part)

    answer = json.loads(CHANNEL.render(outbound, credentials_of(NAME), NOW).body)

    assert answer["text"] == "¿Para cuántos?"
    assert all(isinstance(value, str) for value in answer.values())


def test_an_overheard_request_is_worth_nothing_later() -> None:
    late = with_headers(signed(NAME, b"{}"), webhook_timestamp=str(int(NOW.timestamp()) - 301))
    odd = with_headers(signed(NAME, b"{}"), webhook_timestamp="²")

    assert CHANNEL.verify(late, credentials_of(NAME)) == Forged("too_old")
    assert CHANNEL.verify(odd, credentials_of(NAME)) == Forged("signature_malformed")


def test_a_flow_that_gets_no_answer_in_time_is_told_to_ask_again() -> None:
    assert json.loads(CHANNEL.answer(bare(NAME, b"{}")).body)["wait"] == "true"
