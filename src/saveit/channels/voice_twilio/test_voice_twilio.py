"""Calls through Twilio, trap by trap."""

from xml.etree import ElementTree as ET

import pytest

from saveit.channels.voice_twilio import VoiceTwilio
from saveit.messages import (
    Address,
    Answer,
    CallEvent,
    Expecting,
    Ignored,
    Keyed,
    Outbound,
    Request,
    Said,
    Speech,
    UnifiedMessage,
)
from tests.channels.support import NOW, OUR_ID, bare, credentials_of, only, own_samples, request_of

NAME = "voice_twilio"
CHANNEL = VoiceTwilio()


def spoken(text: str, *, expecting: Expecting = "speech_or_digits", ends_call: bool = False) -> ET.Element:
    speech = Speech(text, "es", expecting, ends_call=ends_call)
    outbound = Outbound(message_id=OUR_ID, recipient=Address("session", "CA01"), part=speech)
    answer = CHANNEL.render(outbound, credentials_of(NAME), NOW)
    return ET.fromstring(answer.body)  # noqa: S314 - our own answer.


def at(query: str, body: bytes = b"CallSid=CA01&AccountSid=AC1") -> Request:
    request = bare(NAME, body)
    return Request(
        method="POST", url=f"{request.url}?{query}", headers=request.headers, body=body, received_at=NOW
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("guest_spoke", Said("una mesa para cuatro mañana", 0.91)),
        ("guest_pressed", Keyed("1")),
        ("wholly_heard", Said("una mesa", 0.97)),
    ],
)
def test_what_the_caller_said_or_pressed_is_read(name: str, content: object) -> None:
    message = only(NAME, name, UnifiedMessage)

    assert message.content == content
    assert message.thread == "CA01"


def test_half_heard_words_are_left() -> None:
    assert only(NAME, "half_heard", Ignored).kind == "partial transcription"


def test_a_call_begins_and_ends_and_may_hide_its_number() -> None:
    assert only(NAME, "call_begins", CallEvent).phase == "started"
    assert only(NAME, "call_over", CallEvent).phase == "ended"
    withheld = only(NAME, "withheld_number", CallEvent)
    assert withheld.caller is not None
    assert withheld.caller.address == Address("session", "CA01")


def test_the_same_word_later_in_the_call_is_another_event() -> None:
    body = b"CallSid=CA01&AccountSid=AC1&SpeechResult=s%C3%AD"
    once, again, later = (
        CHANNEL.envelopes(at(f"after={after}", body))[0].event_key for after in ("m1", "m1", "m2")
    )

    assert once == again
    assert once != later


def test_silence_after_a_question_is_told_from_the_calls_beginning_and_from_waiting() -> None:
    phases = [
        each.phase
        for query in ("", "after=m1", "after=m1&waited=2")
        for envelope in CHANNEL.envelopes(at(query))
        for each in CHANNEL.parse(envelope)
        if isinstance(each, CallEvent)
    ]

    assert phases == ["started", "no_input", "progress"]


def test_an_answer_is_spoken_and_then_the_caller_is_listened_to() -> None:
    gather = spoken("¿Para cuántos & cuándo? <hoy>").find("Gather")

    assert gather is not None
    assert gather.attrib["input"] == "dtmf speech"
    assert gather.attrib["actionOnEmptyResult"] == "true"
    assert gather.attrib["action"] == f"?after={OUR_ID}"
    assert gather.findtext("Say") == "¿Para cuántos & cuándo? <hoy>"


def test_what_no_document_may_hold_is_left_out() -> None:
    assert spoken("hola\x01\x0b mundo").findtext("Gather/Say") == "hola mundo"


def test_the_last_answer_hangs_up_and_one_that_asks_nothing_comes_back() -> None:
    assert [each.tag for each in spoken("Adiós", ends_call=True)] == ["Say", "Hangup"]
    assert [each.tag for each in spoken("Un momento", expecting="nothing")] == ["Say", "Redirect"]


def test_a_caller_waits_a_few_times_and_is_then_told_the_truth() -> None:
    answer: Answer = CHANNEL.answer(at("after=m1&waited=2"))
    last: Answer = CHANNEL.answer(at("after=m1&waited=5"))

    assert b"after=m1&amp;waited=3" in answer.body
    assert b"<Hangup/>" in last.body


def test_a_frame_of_a_live_conversation_is_read() -> None:
    def frame(body: bytes) -> list[object]:
        request = Request(
            method="WS", url="wss://saveit.example/x", body=body, opaque="CA01", received_at=NOW
        )
        return [read for envelope in CHANNEL.envelopes(request) for read in CHANNEL.parse(envelope)]

    [whole] = frame(b'{"type":"prompt","voicePrompt":"hola","lang":"es","last":true}')
    [partial] = frame(b'{"type":"prompt","voicePrompt":"ho","lang":"es","last":false}')
    [cut] = frame(b'{"type":"interrupt","utteranceUntilInterrupt":"Tenemos","durationUntilInterruptMs":900}')

    assert isinstance(whole, UnifiedMessage)
    assert isinstance(partial, Ignored)
    assert isinstance(cut, CallEvent)
    assert (cut.phase, cut.heard) == ("interrupted", "Tenemos")


def test_a_callback_without_a_number_is_for_the_account() -> None:
    sample = next(each for each in own_samples() if each.path.stem == "wholly_heard")

    assert CHANNEL.envelopes(request_of(sample))[0].line.address == ""
