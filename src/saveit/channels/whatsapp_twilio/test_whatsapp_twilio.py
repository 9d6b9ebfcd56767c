"""WhatsApp through Twilio, trap by trap; what it shares with SMS is tested there."""

import json
from urllib.parse import parse_qs

import pytest

from saveit.messages import (
    Address,
    Buttons,
    Choice,
    Chosen,
    Menu,
    Place,
    ReceivedMedia,
    Refused,
    Status,
    Template,
    TemplateUse,
    Text,
    Typing,
    UnifiedMessage,
    Written,
)
from tests.channels.support import BY_NAME, credentials_of, only, sent

NAME = "whatsapp_twilio"
YES_NO = (Choice("yes", "Sí"), Choice("no", "No"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text", Written("Hola")),
        ("location_with_empty_body", Place(4.65, -74.08, "Parque", "Calle 1")),
        ("button_tapped", Chosen("confirm:1", "Confirmar", "button")),
        ("list_row_tapped", Chosen("slot:2030", "20:30", "list")),
    ],
)
def test_every_kind_of_message_is_read(name: str, content: object) -> None:
    assert only(NAME, name, UnifiedMessage).content == content


@pytest.mark.parametrize(
    ("name", "kinds", "text"),
    [
        ("photo_without_caption", [("image", False)], ""),
        ("two_photos_with_caption", [("image", False), ("image", False)], "la terraza"),
        ("voice_note", [("audio", True)], ""),
    ],
)
def test_photos_and_voices_without_words_are_messages(
    name: str, kinds: list[tuple[str, bool]], text: str
) -> None:
    content = only(NAME, name, UnifiedMessage).content

    assert isinstance(content, Written)
    assert [(each.kind, each.is_voice) for each in content.attachments] == kinds
    assert content.text == text


def test_a_guest_without_a_phone_is_heard_and_can_be_answered() -> None:
    message = only(NAME, "from_user_id", UnifiedMessage)
    _, body = sent(NAME, Text("Hola"), to=message.sender.address)

    assert message.sender.address == Address("user_id", "CO.1555010000000001")
    assert parse_qs(body.decode())["To"] == ["whatsapp:CO.1555010000000001"]


def test_a_closed_window_is_told_by_the_status() -> None:
    status = only(NAME, "status_failed_outside_the_window", Status)

    assert (status.state, status.failure) == ("failed", Refused("window_closed", "63016"))


def test_buttons_are_a_content_template_where_the_line_has_one() -> None:
    _, body = sent(NAME, Buttons("¿Confirma?", YES_NO), contents="buttons_2=HX2 list_3=HX3")
    fields = parse_qs(body.decode())

    assert fields["ContentSid"] == ["HX2"]
    assert json.loads(fields["ContentVariables"][0]) == {
        "1": "¿Confirma?",
        "2": "Sí",
        "3": "yes",
        "4": "No",
        "5": "no",
    }


def test_buttons_and_lists_are_numbered_text_where_it_has_none() -> None:
    _, buttons = sent(NAME, Buttons("¿Confirma?", YES_NO))
    _, menu = sent(NAME, Menu("Elija", "Horas", YES_NO))

    assert parse_qs(buttons.decode())["Body"] == ["¿Confirma?\n\n1. Sí\n2. No"]
    assert "ContentSid" not in parse_qs(menu.decode())


def test_the_longest_list_fits_as_numbered_text() -> None:
    rows = tuple(Choice(str(number), "t" * 24, "d" * 72) for number in range(10))

    _, body = sent(NAME, Menu("x" * 500, "Horas", rows))

    assert len(parse_qs(body.decode())["Body"][0]) <= 1600


def test_a_template_is_named_by_its_content_and_typing_has_its_own_address() -> None:
    _, body = sent(NAME, Template(TemplateUse(name="a", language="es", parameters=("Ana",), reference="HX9")))
    call, typing = sent(NAME, Typing("SM1"))

    assert parse_qs(body.decode())["ContentSid"] == ["HX9"]
    assert call.url == "https://messaging.twilio.com/v3/Indicators/Typing.json"
    assert parse_qs(typing.decode())["messageId"] == ["SM1"]


def test_a_file_is_fetched_with_the_password_from_twilio_alone() -> None:
    content = only(NAME, "photo_without_caption", UnifiedMessage).content
    assert isinstance(content, Written)
    channel, credentials = BY_NAME[NAME], credentials_of(NAME)

    own = channel.fetch(content.attachments[0], credentials)
    other = channel.fetch(ReceivedMedia(kind="image", url="https://evil.example/api.twilio.com"), credentials)

    assert own is not None
    assert dict(own.headers)["authorization"].startswith("Basic ")
    assert other is not None
    assert other.headers == ()
