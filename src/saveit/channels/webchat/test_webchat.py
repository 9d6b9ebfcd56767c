"""Web chat, trap by trap."""

import json

import pytest

from saveit.channels.webchat import WebChat, session_token
from saveit.messages import (
    Address,
    Attachment,
    Buttons,
    Choice,
    Chosen,
    Edit,
    File,
    Forged,
    Ignored,
    LineKey,
    Outbound,
    Part,
    Refused,
    Response,
    Sent,
    SocketPush,
    Status,
    UnifiedMessage,
    Unknown,
    Verified,
    Written,
)
from tests.channels.support import (
    NOW,
    OUR_ID,
    SESSION,
    bare,
    credentials_of,
    only,
    own_samples,
    request_of,
    signed,
    with_headers,
)

NAME = "webchat"
CHANNEL = WebChat()


def pushed(part: Part) -> SocketPush:
    outbound = Outbound(message_id=OUR_ID, recipient=Address("session", SESSION), part=part)
    return CHANNEL.render(outbound, credentials_of(NAME), NOW)


def test_a_message_sent_again_is_the_same_and_another_sessions_is_not() -> None:
    request = signed(NAME, b'{"type":"message","id":"1","text":"hola"}')
    other = with_headers(request, x_saveit_session="session-0002.x")

    key = CHANNEL.envelopes(request)[0].event_key

    assert key == f"{SESSION}:message:1"
    assert CHANNEL.envelopes(other)[0].event_key != key
    assert CHANNEL.envelopes(request)[0].line == LineKey("la-mesa", "la-mesa")


def test_nobody_writes_in_anothers_session() -> None:
    stolen = session_token("session-0002", "webchat-session-secret").partition(".")[2]
    request = with_headers(bare(NAME, b"{}"), x_saveit_session=f"{SESSION}.{stolen}")
    own = with_headers(bare(NAME, b"{}"), x_saveit_session=session_token(SESSION, "webchat-session-secret"))

    assert CHANNEL.verify(request, credentials_of(NAME)) == Forged("signature_wrong")
    assert CHANNEL.verify(own, credentials_of(NAME)) == Verified()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("message", Written("¿Abren hoy?")),
        ("tap", Chosen("confirm:1", "Confirmar", "button")),
        ("started", Chosen("home", "", "start")),
        ("edited", Edit("6f1c1a52-0000-4000-8000-000000000001", Written("¿Abren mañana?"))),
    ],
)
def test_every_kind_of_frame_is_read(name: str, content: object) -> None:
    assert only(NAME, name, UnifiedMessage).content == content


def test_a_file_is_named_by_our_upload_and_never_by_an_address() -> None:
    content = only(NAME, "upload", UnifiedMessage).content

    assert isinstance(content, Written)
    assert [(each.reference, each.url) for each in content.attachments] == [("u1", "")]


def test_reading_is_a_status_and_typing_is_nothing() -> None:
    assert only(NAME, "read", Status).state == "read"
    assert only(NAME, "typing", Ignored).why == "not_for_us"
    assert only(NAME, "message_without_id", Ignored).why == "incomplete"


def test_a_frame_is_acknowledged_by_its_id() -> None:
    sample = next(each for each in own_samples() if each.channel == NAME and each.path.stem == "message")

    answer = CHANNEL.answer(request_of(sample))

    assert json.loads(answer.body) == {"type": "ack", "id": "6f1c1a52-0000-4000-8000-000000000001"}


def test_buttons_and_files_are_frames_of_the_session() -> None:
    buttons = pushed(Buttons("¿Confirma?", (Choice("yes", "Sí"),)))
    file = pushed(
        File(Attachment(kind="image", url="https://x.example/p", media_type="image/png", caption="Su pase"))
    )

    assert buttons.session == SESSION
    assert json.loads(buttons.body)["buttons"] == [{"id": "yes", "title": "Sí", "description": ""}]
    assert json.loads(file.body)["text"] == "Su pase"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Sent("7")),
        (410, Refused("undeliverable", "410", "session over")),
        (500, Unknown("500")),
    ],
)
def test_a_push_is_kept_or_the_session_is_over(status: int, expected: object) -> None:
    assert CHANNEL.read(Response(status=status, body=b'{"id":7}')) == expected
