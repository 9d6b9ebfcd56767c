"""WhatsApp through Meta, trap by trap."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from saveit.messages import (
    NOBODY,
    AccountEvent,
    Address,
    Attachment,
    Buttons,
    CallEvent,
    Choice,
    Chosen,
    Deletion,
    Echo,
    Edit,
    File,
    Form,
    IdentityChanged,
    Ignored,
    LineKey,
    Menu,
    OptOut,
    Order,
    Outcome,
    Place,
    Reaction,
    ReceivedMedia,
    Refused,
    Request,
    Response,
    RetryAfter,
    Sent,
    Status,
    Template,
    TemplateEvent,
    TemplateUse,
    Text,
    Typing,
    UnifiedMessage,
    Unknown,
    Unsupported,
    Written,
)
from tests.channels.support import (
    BY_NAME,
    NOW,
    bare,
    credentials_of,
    only,
    outcome,
    own_samples,
    read_fixture,
    request_of,
    sent,
    signed,
)

NAME = "whatsapp_meta"
CHANNEL = BY_NAME[NAME]
YES_NO = (Choice("yes", "Sí"), Choice("no", "No"))


def test_a_text_keeps_its_accents_and_its_instant() -> None:
    message = only(NAME, "text_with_accents", UnifiedMessage)

    assert message.text == "Mesa para 4 mañana a las 8 y media, ¿tienen terraza? ☀️"
    assert message.user_identifier == "5715550101"
    assert message.sender.address.phone == "+5715550101"
    assert message.sender.name == "Ana Rivas"
    assert message.sent_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize("name", ["text_from_username_without_phone", "text_with_user_id_in_from"])
def test_a_guest_without_a_phone_is_heard_and_can_be_answered(name: str) -> None:
    message = only(NAME, name, UnifiedMessage)
    _, body = sent(NAME, Text("Hola"), to=message.sender.address)

    assert message.sender.address == Address("user_id", "CO.1555010000000001")
    assert json.loads(body)["recipient"] == "CO.1555010000000001"
    assert "to" not in json.loads(body)


def test_every_event_of_a_batch_is_its_own_and_knows_its_line() -> None:
    request = request_of(next(each for each in own_samples() if each.path.stem == "batch_on_all_levels"))

    envelopes = CHANNEL.envelopes(request)

    assert [(each.line.address, each.event_key.split(":")[0], each.sender) for each in envelopes] == [
        ("200000000000001", "message", "5715550101"),
        ("200000000000001", "message", "5215550102345"),
        ("200000000000001", "status", "5715550101"),
        ("200000000000001", "status", "5715550101"),
        ("200000000000002", "message", "5715550101"),
        ("200000000000003", "sha256", ""),
        ("200000000000003", "message", "5715550101"),
        ("", "sha256", ""),
    ]
    assert len({each.event_key for each in envelopes}) == 8


def test_one_unreadable_event_spoils_no_other() -> None:
    read = read_fixture(NAME, "batch_on_all_levels")

    assert [each.text for each in read if isinstance(each, UnifiedMessage)] == [
        "uno",
        "dos",
        "tres",
        "cuatro",
    ]
    assert sum(isinstance(each, Ignored) for each in read) == 2


def test_each_sender_of_a_batch_keeps_their_own_name() -> None:
    read = read_fixture(NAME, "batch_on_all_levels")

    assert [each.sender.name for each in read if isinstance(each, UnifiedMessage)][:2] == [
        "Ana Rivas",
        "Beto",
    ]


def test_a_message_for_no_number_is_for_nobody() -> None:
    sample = next(each for each in own_samples() if each.path.stem == "message_without_id_or_number")

    assert [each.line for each in CHANNEL.envelopes(request_of(sample))] == [NOBODY]


def test_nul_and_half_a_surrogate_are_survived_and_gone() -> None:
    message = only(NAME, "text_with_nul_and_half_a_surrogate", UnifiedMessage)

    assert message.text == "hola \ufffd mundo"
    assert message.sender.name == "Ana"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sticker", None),
        ("location", Place(4.6533, -74.0836, "Parque", "Calle 1")),
        ("order", Order((("SOPA", 2),), "sin cebolla")),
        ("reaction", Reaction("wamid.OURS1", "❤️")),
        ("reaction_taken_away_without_emoji_key", Reaction("wamid.OURS1", None)),
        ("button_tapped", Chosen("confirm:1", "Confirmar", "button")),
        ("list_row_tapped", Chosen("slot:2030", "20:30", "list")),
        ("template_button_tapped_without_context", Chosen("cancel:1", "Cancelar", "template")),
        ("form_filled_in_with_a_list", Form("flow", '["no","object"]')),
        ("edit_before_its_message", Edit("wamid.TEXT1", Written("Mesa para 5"))),
        ("message_taken_back", Deletion("wamid.TEXT1")),
        ("unsupported_kind", Unsupported("unsupported", "131051")),
        ("kind_of_next_year", Unsupported("hologram")),
    ],
)
def test_every_kind_of_message_is_read(name: str, content: object) -> None:
    message = only(NAME, name, UnifiedMessage)

    if content is None:
        assert isinstance(message.content, Written)
        assert [each.kind for each in message.content.attachments] == ["sticker"]
    else:
        assert message.content == content


def test_a_voice_note_is_told_from_a_song_and_a_caption_is_its_text() -> None:
    voice = only(NAME, "voice_note", UnifiedMessage).content
    image = only(NAME, "image_with_caption", UnifiedMessage).content

    assert isinstance(voice, Written)
    assert [(each.kind, each.is_voice, each.reference) for each in voice.attachments] == [
        ("audio", True, "700000000000002")
    ]
    assert isinstance(image, Written)
    assert image.text == "esta mesa"


def test_a_group_is_told_from_a_guest() -> None:
    assert only(NAME, "group_message", UnifiedMessage).group == "grp.1"


def test_an_account_that_changed_is_told_with_its_old_and_new_name() -> None:
    rotated = only(NAME, "user_id_rotated", IdentityChanged)
    number = only(NAME, "number_changed", IdentityChanged)
    unknown = only(NAME, "user_id_changed_without_sender", IdentityChanged)

    assert (rotated.old, rotated.new) == (
        Address("user_id", "CO.1555010000000001"),
        Address("user_id", "CO.1555010000000002"),
    )
    assert number.new == Address("phone", "5715550199", verified=True)
    assert unknown.old is None


def test_what_the_owner_types_on_the_phone_is_an_echo_and_no_message() -> None:
    echo = only(NAME, "owner_typed_on_phone", Echo)

    assert echo.by_phone_app
    assert echo.recipient == Address("phone", "5715550101", verified=True)


def test_a_status_brings_our_own_id_back() -> None:
    status = only(NAME, "status_delivered_with_own_reference", Status)

    assert status.own_reference is not None
    assert UUID(status.own_reference)


def test_a_status_may_name_a_user_id_alone() -> None:
    assert only(NAME, "status_read_with_user_id_only", Status).recipient == Address(
        "user_id", "CO.1555010000000001"
    )


def test_a_failed_status_says_what_can_be_done_about_it() -> None:
    assert only(NAME, "status_failed_outside_the_window", Status).failure == Refused(
        "window_closed", "131047"
    )


def test_two_states_of_one_message_are_two_events() -> None:
    keys = [
        envelope.event_key
        for sample in own_samples()
        if sample.path.stem == "batch_on_all_levels"
        for envelope in CHANNEL.envelopes(request_of(sample))
        if envelope.event_key.startswith("status")
    ]

    assert keys == ["status:wamid.OURS4:sent", "status:wamid.OURS4:delivered"]


def test_events_about_the_account_are_told_apart() -> None:
    assert only(NAME, "stop_marketing", OptOut).scope == "marketing"
    assert only(NAME, "template_rejected", TemplateEvent).event == "REJECTED"
    assert only(NAME, "account_restricted", AccountEvent).stops_line
    assert not only(NAME, "rate_limit_told_as_error", AccountEvent).stops_line
    assert only(NAME, "call_from_guest", CallEvent).phase == "started"


def test_news_about_the_account_is_for_the_account() -> None:
    sample = next(each for each in own_samples() if each.path.stem == "account_restricted")

    assert CHANNEL.envelopes(request_of(sample))[0].line == LineKey("300000000000001", "")


def handshake(query: str) -> Request:
    request = bare(NAME, b"")
    return Request(method="GET", url=f"{request.url}?{query}", received_at=NOW)


def test_the_webhook_is_registered_without_a_signature() -> None:
    asked = handshake("hub.mode=subscribe&hub.verify_token=agreed-word&hub.challenge=1158201444")

    answer = CHANNEL.handshake(asked, credentials_of(NAME))

    assert answer is not None
    assert (answer.status, answer.body) == (200, b"1158201444")


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.verify_token=agreed-word&hub.challenge=%3Cscript%3E",
        "",
    ],
)
def test_a_wrong_question_is_answered_with_no(query: str) -> None:
    answer = CHANNEL.handshake(handshake(query), credentials_of(NAME))

    assert answer is not None
    assert (answer.status, answer.body) == (403, b"")


def test_a_secret_that_was_just_changed_still_verifies() -> None:
    request = signed(NAME, b"{}")
    changed = credentials_of(NAME, app_secret="new-secret", app_secret_previous="meta-app-secret")

    assert CHANNEL.verify(request, changed) == CHANNEL.verify(request, credentials_of(NAME))


def test_buttons_lists_files_and_templates_have_the_providers_form() -> None:
    _, buttons = sent(NAME, Buttons("¿Confirma?", YES_NO))
    _, menu = sent(NAME, Menu("Elija", "Horas", (Choice("1", "20:00", "Terraza"), Choice("2", "21:00"))))
    _, file = sent(
        NAME,
        File(
            Attachment(
                kind="document",
                url="https://x.example/r.pdf",
                media_type="application/pdf",
                file_name="r.pdf",
            )
        ),
    )
    _, template = sent(
        NAME,
        Template(TemplateUse(name="aviso", language="es", parameters=("Ana",), button_payloads=("yes",))),
    )

    action = json.loads(buttons)["interactive"]["action"]
    assert action["buttons"][0] == {"type": "reply", "reply": {"id": "yes", "title": "Sí"}}
    rows = json.loads(menu)["interactive"]["action"]["sections"][0]["rows"]
    assert rows == [{"id": "1", "title": "20:00", "description": "Terraza"}, {"id": "2", "title": "21:00"}]
    assert json.loads(file)["document"] == {"link": "https://x.example/r.pdf", "filename": "r.pdf"}
    assert len(json.loads(template)["template"]["components"]) == 2


def test_a_message_carries_our_id_and_typing_marks_what_it_answers() -> None:
    _, text = sent(NAME, Text("Hola"))
    call, typing = sent(NAME, Typing("wamid.1"))

    assert json.loads(text)["biz_opaque_callback_data"] == "01890000-0000-7000-8000-000000000001"
    assert json.loads(typing)["typing_indicator"] == {"type": "text"}
    assert call.repeatable


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            200,
            {"contacts": [{"wa_id": "5215550101"}], "messages": [{"id": "wamid.9"}]},
            Sent("wamid.9", "5215550101"),
        ),
        (200, {"success": True}, Sent("")),
        (200, {"messages": []}, Unknown("no_id")),
        (403, {"error": {"code": 130429, "error_subcode": 2494055}}, RetryAfter("line", "130429")),
        (400, {"error": {"code": 131056}}, RetryAfter("recipient", "131056", 6.0)),
        (400, {"error": {"code": 131047}}, Refused("window_closed", "131047")),
        (400, {"error": {"code": 131050}}, Refused("opted_out", "131050")),
        (400, {"error": {"code": 131026}}, Refused("undeliverable", "131026")),
        (400, {"error": {"code": 132001}}, Refused("bug", "132001", "template")),
        (401, {"error": {"code": 190, "type": "OAuthException"}}, Refused("stop_line", "190")),
        (500, {"error": {"code": 131000}}, RetryAfter("call", "131000")),
        (500, {"error": {"code": 987654}}, Unknown("987654")),
        (502, "bad gateway", Unknown("502")),
        (429, "slow down", RetryAfter("line", "429")),
    ],
)
def test_an_answer_is_judged_by_its_code_and_not_by_its_status(
    status: int, body: object, expected: Outcome
) -> None:
    assert outcome(NAME, status, body) == expected


def test_a_file_is_located_first_and_then_fetched_with_the_token_for_metas_hosts_alone() -> None:
    credentials = credentials_of(NAME)
    media = ReceivedMedia(kind="image", reference="700000000000001")
    address = (
        b'{"url":"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=7","mime_type":"image/jpeg"}'
    )

    first = CHANNEL.fetch(media, credentials)
    located = CHANNEL.fetched(media, Response(status=200, body=address), credentials)
    assert isinstance(located, ReceivedMedia)
    second = CHANNEL.fetch(located, credentials)
    file = CHANNEL.fetched(located, Response(status=200, body=b"jpeg"), credentials)

    assert first is not None
    assert first.url == "https://graph.facebook.com/v23.0/700000000000001"
    assert second is not None
    assert dict(second.headers) == {"authorization": "Bearer meta-access-token"}
    assert isinstance(file, ReceivedMedia)
    assert (file.content, file.media_type) == (b"jpeg", "image/jpeg")


def test_a_file_that_is_gone_is_not_asked_for_again() -> None:
    media = ReceivedMedia(kind="image", reference="7")

    assert CHANNEL.fetched(media, Response(status=404), credentials_of(NAME)) == Refused(
        "undeliverable", "404"
    )
    assert CHANNEL.fetched(media, Response(status=503), credentials_of(NAME)) == RetryAfter("call", "503")


def test_in_a_batch_of_a_thousand_everybody_keeps_their_own_name() -> None:
    guests = [(f"57155501{number:04}", f"Guest {number}") for number in range(1_000)]
    value = {
        "metadata": {"phone_number_id": "200000000000001"},
        "contacts": [{"wa_id": number, "profile": {"name": name}} for number, name in reversed(guests)],
        "messages": [
            {"from": number, "id": f"wamid.{number}", "type": "text", "text": {"body": "hola"}}
            for number, _ in guests
        ],
    }
    entry = {"id": "300000000000001", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    envelopes = CHANNEL.envelopes(signed(NAME, body))
    read = [each for envelope in envelopes for each in CHANNEL.parse(envelope)]

    assert [
        (each.user_identifier, each.sender.name) for each in read if isinstance(each, UnifiedMessage)
    ] == guests
    # Were every contact kept with every event, this would be a thousand times the batch.
    assert sum(len(envelope.body) for envelope in envelopes) < 2 * len(body)
