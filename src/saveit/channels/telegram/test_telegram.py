"""Telegram, trap by trap."""

import json

import pytest

from saveit.channels.telegram import Telegram
from saveit.messages import (
    Address,
    Attachment,
    Buttons,
    Cards,
    Choice,
    Chosen,
    ContactCard,
    Edit,
    File,
    IdentityChanged,
    Ignored,
    LineKey,
    OptOut,
    Outcome,
    Place,
    Reaction,
    ReceivedMedia,
    Refused,
    Response,
    RetryAfter,
    Sent,
    TapAnswer,
    Text,
    UnifiedMessage,
    Unknown,
    Unsupported,
    Written,
)
from tests.channels.support import bare, credentials_of, only, outcome, own_samples, request_of, sent

NAME = "telegram"
CHAT = Address("chat", "555010101")


def test_the_address_says_which_bot_an_update_is_for() -> None:
    sample = next(each for each in own_samples() if each.channel == NAME and each.path.stem == "text")

    envelope = Telegram().envelopes(request_of(sample))[0]

    assert (envelope.line, envelope.event_key, envelope.sender) == (
        LineKey("mesa-bot", "mesa-bot"),
        "update:1",
        "555010101",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text", Written("Mesa para 2, por favor 🙏")),
        ("started_with_payload", Chosen("mesa-12", "/start mesa-12", "start")),
        ("venue", Place(4.6, -74.1, "Casa", "Calle 2")),
        ("own_contact", Cards((ContactCard("Ana", ("+5715550101",), is_own=True),))),
        ("button_tapped", Chosen("confirm:1", "Confirmar", "button", tap_id="88001")),
        ("button_tapped_without_message", Chosen("confirm:1", "", "button", tap_id="88002")),
        ("button_of_inaccessible_message", Chosen("confirm:1", "", "button", tap_id="88003")),
        ("edited", Edit("555010101:11", Written("Mesa para 3"))),
        ("reaction_taken_away", Reaction("555010101:10", None)),
        ("message_kind_of_next_year", Unsupported("message")),
    ],
)
def test_every_kind_of_update_is_read(name: str, content: object) -> None:
    message = only(NAME, name, UnifiedMessage)

    assert message.content == content
    assert message.sender.address == CHAT


def test_of_a_photo_the_largest_size_is_taken() -> None:
    content = only(NAME, "photo_in_three_sizes", UnifiedMessage).content

    assert isinstance(content, Written)
    assert [(each.kind, each.reference) for each in content.attachments] == [("image", "L")]


def test_an_edit_does_not_take_its_messages_place() -> None:
    first = only(NAME, "text", UnifiedMessage)
    edit = only(NAME, "edited", UnifiedMessage)

    assert first.channel_message_id == "555010101:11"
    assert edit.channel_message_id != first.channel_message_id


def test_shutting_the_bot_out_is_opting_out() -> None:
    assert only(NAME, "bot_blocked", OptOut).address == CHAT


def test_a_group_is_told_from_a_guest_and_followed_when_it_moves() -> None:
    assert only(NAME, "group_message", UnifiedMessage).group == "-100555"
    assert only(NAME, "group_moved", IdentityChanged).new == Address("chat", "-100556")


@pytest.mark.parametrize("name", ["channel_post", "update_of_next_year"])
def test_what_is_not_a_guest_is_left(name: str) -> None:
    assert only(NAME, name, Ignored).why == "not_for_us"


def test_an_update_at_an_address_without_a_bot_is_for_nobody() -> None:
    request = bare("sms_twilio", b'{"update_id": 1}')

    assert [each.line for each in Telegram().envelopes(request)] == [LineKey("", "")]


def test_text_is_plain_so_that_no_name_can_break_it() -> None:
    call, body = sent(NAME, Text("*_[Ana](x)`"), to=CHAT)

    assert call.url == "https://api.telegram.org/bot123456:telegram-bot-token/sendMessage"
    assert json.loads(body) == {"chat_id": 555010101, "text": "*_[Ana](x)`"}


def test_buttons_and_taps_have_the_providers_form() -> None:
    _, buttons = sent(NAME, Buttons("¿Confirma?", (Choice("yes", "Sí"),)), to=CHAT)
    call, tap = sent(NAME, TapAnswer("88001"), to=CHAT)

    assert json.loads(buttons)["reply_markup"] == {
        "inline_keyboard": [[{"text": "Sí", "callback_data": "yes"}]]
    }
    assert json.loads(tap) == {"callback_query_id": "88001"}
    assert call.url.endswith("/answerCallbackQuery")


def test_a_calendar_file_is_sent_along_because_telegram_would_not_fetch_it() -> None:
    file = Attachment(
        kind="document",
        url="https://x.example/r.ics",
        media_type="text/calendar",
        file_name='re"serva.ics',
        content=b"BEGIN:VCALENDAR",
    )

    call, body = sent(NAME, File(file), to=CHAT)

    assert call.url.endswith("/sendDocument")
    assert b'filename="reserva.ics"' in body
    assert b"BEGIN:VCALENDAR" in body


def test_a_calendar_file_without_its_content_is_a_link() -> None:
    file = Attachment(
        kind="document", url="https://x.example/r.ics", media_type="text/calendar", caption="Cita"
    )

    _, body = sent(NAME, File(file), to=CHAT)

    assert json.loads(body)["text"] == "Cita\nhttps://x.example/r.ics"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"ok": True, "result": {"message_id": 7, "chat": {"id": 555}}}, Sent("555:7", "555")),
        (200, {"ok": True, "result": True}, Sent("")),
        (
            429,
            {"ok": False, "error_code": 429, "parameters": {"retry_after": 14}},
            RetryAfter("line", "429", 14.0),
        ),
        (
            403,
            {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
            Refused("opted_out", "403", "Forbidden: bot was blocked by the user"),
        ),
        (
            400,
            {"ok": False, "error_code": 400, "description": "Bad Request: message is not modified"},
            Sent(""),
        ),
        (
            400,
            {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"},
            Refused("bug", "400", "Bad Request: can't parse entities"),
        ),
        (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
            Refused("stop_line", "401", "Unauthorized"),
        ),
        (502, "bad gateway", Unknown("502")),
    ],
)
def test_an_answer_says_what_became_of_it(status: int, body: object, expected: Outcome) -> None:
    assert outcome(NAME, status, body) == expected


def test_a_files_address_holds_the_token_and_is_never_shown() -> None:
    credentials = credentials_of(NAME)
    media = ReceivedMedia(kind="image", reference="L")

    located = Telegram().fetched(
        media, Response(status=200, body=b'{"ok":true,"result":{"file_path":"photos/1.jpg"}}'), credentials
    )
    assert isinstance(located, ReceivedMedia)
    call = Telegram().fetch(located, credentials)

    assert call is not None
    assert call.url == "https://api.telegram.org/file/bot123456:telegram-bot-token/photos/1.jpg"
    assert "telegram-bot-token" not in repr((located, call))
