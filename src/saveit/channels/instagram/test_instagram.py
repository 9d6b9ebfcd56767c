"""Instagram, trap by trap."""

import json
from datetime import UTC, datetime

import pytest

from saveit.messages import (
    Address,
    Choice,
    Chosen,
    Deletion,
    Echo,
    HttpCall,
    Ignored,
    LineKey,
    Outbound,
    Outcome,
    QuickReplies,
    Reaction,
    Refused,
    RetryAfter,
    Sent,
    Status,
    Text,
    UnifiedMessage,
    UnifiedResponse,
    Unsupported,
    Written,
    fit,
)
from tests.channels.support import (
    BY_NAME,
    NOW,
    OUR_ID,
    credentials_of,
    only,
    outcome,
    own_samples,
    read_fixture,
    request_of,
    sent,
)

NAME = "instagram"
GUEST = Address("user_id", "400000000000009")


def test_one_bad_event_of_a_batch_spoils_no_other() -> None:
    read = read_fixture(NAME, "two_texts_and_a_bad_event")

    assert [each.text for each in read if isinstance(each, UnifiedMessage)] == ["uno", "dos"]
    assert [each.why for each in read if isinstance(each, Ignored)] == ["unreadable"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text", Written("¿Tienen mesa para dos?")),
        ("quick_reply_tapped", Chosen("slot:2030", "20:30", "quick_reply")),
        ("button_tapped_without_mid", Chosen("confirm:1", "Confirmar", "button")),
        ("started_from_a_link", Chosen("GET_STARTED", "Empezar", "start")),
        ("reaction_taken_away", Reaction("mid.7", None)),
        ("message_taken_back", Deletion("mid.1")),
        ("story_mention", Unsupported("story_mention", "shared")),
        ("heart_without_text", Written("❤️")),
    ],
)
def test_every_kind_of_event_is_read(name: str, content: object) -> None:
    message = only(NAME, name, UnifiedMessage)

    assert message.content == content
    assert message.sender.address == GUEST


def test_an_event_without_an_id_is_still_the_same_event_again() -> None:
    sample = next(each for each in own_samples() if each.channel == NAME and "without_mid" in each.path.stem)
    first, second = (BY_NAME[NAME].envelopes(request_of(sample))[0].event_key for _ in range(2))

    assert first == second


def test_our_own_echo_is_no_message_and_names_the_guest() -> None:
    echo = only(NAME, "own_echo", Echo)

    assert (echo.channel_message_id, echo.recipient, echo.app_id) == ("mid.7", GUEST, "900000000000001")


def test_a_thread_that_another_application_owns_is_only_noted() -> None:
    assert only(NAME, "standby_thread", UnifiedMessage).standby


def test_a_comment_is_no_conversation() -> None:
    assert only(NAME, "comment_is_not_a_conversation", Ignored).why == "not_for_us"


def test_an_answer_to_a_story_says_which() -> None:
    assert only(NAME, "story_answered", UnifiedMessage).referral == "story:18000000000000001"


def test_what_was_seen_names_the_message() -> None:
    assert only(NAME, "seen", Status).channel_message_id == "mid.7"


def test_the_dashboards_test_is_for_a_line_that_nobody_has() -> None:
    sample = next(each for each in own_samples() if each.channel == NAME and "dashboard" in each.path.stem)
    message = only(NAME, sample.path.stem, UnifiedMessage)

    assert BY_NAME[NAME].envelopes(request_of(sample))[0].line == LineKey("0", "0")
    assert message.sent_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def test_text_is_cut_by_octets_and_not_by_letters() -> None:
    parts = fit(UnifiedResponse(text="reservación " * 90), BY_NAME[NAME].can)

    assert len(parts) == 2
    assert all(isinstance(part, Text) and len(part.text.encode()) <= 1000 for part in parts)


def test_a_message_goes_out_from_the_account() -> None:
    call, body = sent(NAME, QuickReplies("¿A qué hora?", (Choice("1", "20:00"),)), to=GUEST)

    assert call.url == "https://graph.instagram.com/v23.0/+5715550100/messages"
    assert json.loads(body)["message"]["quick_replies"] == [
        {"content_type": "text", "title": "20:00", "payload": "1"}
    ]


def test_only_a_persons_words_follow_the_window_under_their_tag() -> None:
    outbound = Outbound(message_id=OUR_ID, recipient=GUEST, part=Text("Soy Marta"), by_human=True)

    call = BY_NAME[NAME].render(outbound, credentials_of(NAME), NOW)

    assert isinstance(call, HttpCall)
    assert json.loads(call.body)["tag"] == "HUMAN_AGENT"
    assert "tag" not in json.loads(sent(NAME, Text("hola"), to=GUEST)[1])


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"recipient_id": "4", "message_id": "mid.9"}, Sent("mid.9", "4")),
        (400, {"error": {"code": 10, "error_subcode": 2534022}}, Refused("window_closed", "10/2534022")),
        (400, {"error": {"code": 10}}, Refused("stop_line", "10")),
        (400, {"error": {"code": 551}}, Refused("opted_out", "551")),
        (400, {"error": {"code": 100, "error_subcode": 2018001}}, Refused("undeliverable", "100/2018001")),
        (400, {"error": {"code": 613}}, RetryAfter("line", "613")),
        (500, {"error": {"code": 2}}, RetryAfter("call", "2")),
    ],
)
def test_an_error_is_judged_by_its_subcode_first(status: int, body: object, expected: Outcome) -> None:
    assert outcome(NAME, status, body) == expected
