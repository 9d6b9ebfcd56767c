"""SMS through Twilio, trap by trap."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

import pytest

from saveit.channels.sms_twilio import SmsTwilio
from saveit.messages import (
    Address,
    Answer,
    Attachment,
    File,
    Forged,
    History,
    Ignored,
    LineKey,
    OptIn,
    OptOut,
    Outbound,
    Outcome,
    Refused,
    Request,
    Response,
    RetryAfter,
    Sent,
    Status,
    Text,
    UnifiedMessage,
    UnifiedResponse,
    Unknown,
    Unsupported,
    Verified,
    Written,
    fit,
)
from tests.channels.support import (
    NOW,
    OUR_ID,
    bare,
    credentials_of,
    only,
    outcome,
    own_samples,
    read_fixture,
    request_of,
    sent,
    signed,
    with_headers,
)

NAME = "sms_twilio"
CHANNEL = SmsTwilio()


def test_a_message_without_words_is_a_message_and_no_status() -> None:
    assert only(NAME, "text_without_body", UnifiedMessage).content == Written("")


def test_a_blank_field_is_covered_by_the_signature() -> None:
    request = signed(NAME, b"MessageSid=SM1&Body=&AccountSid=AC1")

    assert CHANNEL.verify(request, credentials_of(NAME)) == Verified()


def test_values_of_a_repeated_name_are_covered_in_their_order_and_once() -> None:
    request = signed(NAME, "&".join(f"Digit={digit}" for digit in "9182736450918273").encode())

    assert CHANNEL.verify(request, credentials_of(NAME)) == Verified()


def test_the_line_is_the_number_that_was_written_to_or_that_wrote() -> None:
    found = {
        sample.path.stem: CHANNEL.envelopes(request_of(sample))[0].line
        for sample in own_samples()
        if sample.channel == NAME
    }

    assert found["text"] == LineKey("AC00000000000000000000000000000001", "+5715550100")
    assert found["status_failed_by_opt_out"] == found["text"]
    assert found["status_without_account"] == LineKey("", "")


def test_an_opt_out_that_the_carrier_took_may_also_have_meant_the_booking() -> None:
    out, message = read_fixture(NAME, "stop_taken_by_carrier")

    assert out == OptOut(address=Address("phone", "+5715550101", verified=True), scope="all", why="STOP")
    assert isinstance(message, UnifiedMessage)
    assert message.text == "CANCEL"


def test_coming_back_is_told_and_help_is_only_a_message() -> None:
    assert isinstance(read_fixture(NAME, "start_again")[0], OptIn)
    assert only(NAME, "help", UnifiedMessage).text == "HELP"


def test_a_long_message_in_base64_is_read() -> None:
    assert only(NAME, "body_in_base64", UnifiedMessage).text.startswith("Quisiera una mesa para seis")


def test_a_status_says_why_it_failed() -> None:
    assert only(NAME, "status_failed_by_opt_out", Status).failure == Refused("opted_out", "21610")
    assert only(NAME, "status_of_next_year", Ignored).why == "unknown_kind"


def test_each_state_of_a_message_has_its_own_key() -> None:
    keys = {
        CHANNEL.envelopes(bare(NAME, f"MessageSid=SM1&AccountSid=AC1&MessageStatus={state}".encode()))[
            0
        ].event_key
        for state in ("sent", "delivered", "failed")
    }

    assert len(keys) == 3


def test_a_callback_brings_our_own_reference_back() -> None:
    call, body = sent(NAME, Text("Hola"))
    callback = parse_qs(body.decode())["StatusCallback"][0]
    request = Request(
        method="POST",
        url=callback,
        body=b"MessageSid=SM1&AccountSid=AC1&MessageStatus=sent&From=%2B5715550100&To=%2B5715550101",
        received_at=NOW,
    )

    [status] = CHANNEL.parse(CHANNEL.envelopes(request)[0])

    assert isinstance(status, Status)
    assert status.own_reference == "01890000-0000-7000-8000-000000000001"
    assert call.url.endswith("/Accounts/AC00000000000000000000000000000001/Messages.json")
    assert not call.repeatable


def test_a_body_that_no_hash_covers_is_refused_though_the_address_is_signed() -> None:
    request = with_headers(signed(NAME, b""), content_type="application/json")
    smuggled = Request(
        method="POST",
        url=request.url,
        headers=request.headers,
        body=b'{"From":"anyone"}',
        received_at=NOW,
    )

    assert CHANNEL.verify(smuggled, credentials_of(NAME)) == Forged("body_not_covered")


def test_a_body_whose_hash_is_another_ones_is_refused() -> None:
    other = hashlib.sha256(b"{}").hexdigest()
    request = Request(
        method="POST",
        url=f"https://saveit.example/webhooks/sms_twilio?bodySHA256={other}",
        headers={"x-twilio-signature": "x", "content-type": "application/json"},
        body=b'{"From":"anyone"}',
        received_at=NOW,
    )

    assert CHANNEL.verify(request, credentials_of(NAME)) == Forged("body_not_covered")


def test_while_tokens_change_both_verify() -> None:
    request = signed(NAME, b"MessageSid=SM1")
    changing = credentials_of(NAME, auth_token="new-token", auth_token_secondary="twilio-auth-token")

    assert CHANNEL.verify(request, changing) == Verified()


def test_twilio_is_answered_with_nothing_to_say() -> None:
    assert CHANNEL.answer(bare(NAME, b"")) == Answer(
        media_type="text/xml; charset=utf-8", body=b"<Response/>"
    )


def test_a_file_becomes_a_link() -> None:
    pass_image = Attachment(
        kind="image", url="https://x.example/p", media_type="image/png", caption="Su pase"
    )

    parts = fit(UnifiedResponse(text="Listo", attachments=(pass_image,)), CHANNEL.can)

    assert parts == (Text("Listo\n\nSu pase: https://x.example/p"),)
    with pytest.raises(ValueError, match="carries no File"):
        sent(NAME, File(pass_image))


def test_a_long_text_goes_out_in_messages_of_ten_parts_at_most() -> None:
    parts = fit(UnifiedResponse(text="Su reservación está lista. " * 60), CHANNEL.can)

    assert [CHANNEL.can.text.holds(part.text) for part in parts if isinstance(part, Text)] == [True] * 3


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (201, {"sid": "SM9", "status": "queued", "error_code": None}, Sent("SM9")),
        (429, {"code": 20429}, RetryAfter("line", "20429")),
        (400, {"code": 21610}, Refused("opted_out", "21610")),
        (400, {"code": 21211}, Refused("undeliverable", "21211")),
        (400, {"code": 21617}, Refused("bug", "21617")),
        (401, {"code": 20003}, Refused("stop_line", "20003")),
        (400, {"code": 99999}, Refused("bug", "99999")),
        (503, {}, Unknown("503")),
        (200, "not json", Unknown("no_id")),
    ],
)
def test_after_a_server_error_nobody_knows(status: int, body: object, expected: Outcome) -> None:
    assert outcome(NAME, status, body) == expected


def listed(*messages: Mapping[str, object], older: str | None = None) -> Response:
    return Response(status=200, body=json.dumps({"messages": messages, "next_page_uri": older}).encode())


def test_what_was_missed_is_asked_for_and_has_the_keys_of_its_webhook() -> None:
    credentials = credentials_of(NAME)
    missed = {
        "sid": "SM01",
        "account_sid": "AC00000000000000000000000000000001",
        "from": "+5715550101",
        "to": "+5715550100",
        "body": "Mesa para 4 mañana",
        "direction": "inbound",
        "num_media": "0",
    }
    ours = missed | {"sid": "SM77", "direction": "outbound-api"}

    call = CHANNEL.history(credentials, NOW)
    history = CHANNEL.remembered(listed(missed, ours, older="/2010-04-01/next"), credentials, NOW)
    webhook = next(
        sample for sample in own_samples() if sample.channel == NAME and sample.path.stem == "text"
    )

    assert call.url.endswith("/Messages.json?To=%2B5715550100&DateSent%3E=2026-09-21&PageSize=100")
    assert isinstance(history, History)
    assert [(each.line, each.event_key) for each in history.envelopes] == [
        (each.line, each.event_key) for each in CHANNEL.envelopes(request_of(webhook))
    ]
    assert history.older is not None
    assert history.older.url == "https://api.twilio.com/2010-04-01/next"
    [read] = CHANNEL.parse(history.envelopes[0])
    assert isinstance(read, UnifiedMessage)
    assert read.text == "Mesa para 4 mañana"


def test_a_file_that_was_missed_is_asked_for_again() -> None:
    missed: dict[str, object] = {"sid": "MM1", "direction": "inbound", "from": "+5715550101", "num_media": 1}

    history = CHANNEL.remembered(listed(missed), credentials_of(NAME), NOW)

    assert isinstance(history, History)
    [read] = CHANNEL.parse(history.envelopes[0])
    assert isinstance(read, UnifiedMessage)
    assert read.content == Unsupported("media", "missed")


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (
            listed(
                {
                    "sid": "SM5",
                    "direction": "outbound-api",
                    "to": "+5715550101",
                    "body": "Le “esperamos” - 20:30",
                }
            ),
            Sent("SM5"),
        ),
        (
            listed({"sid": "SM5", "direction": "outbound-api", "to": "+5715550101", "body": "Otra cosa"}),
            RetryAfter("call", "not_found"),
        ),
        (
            listed(
                {
                    "sid": "SM5",
                    "direction": "outbound-api",
                    "to": "+5715550199",
                    "body": 'Le "esperamos" — 20:30',
                }
            ),
            RetryAfter("call", "not_found"),
        ),
        (listed(older="/next"), Unknown("more_pages")),
        (Response(status=503), Unknown("503")),
    ],
)
def test_a_send_whose_answer_was_lost_is_looked_up_before_it_is_made_again(
    response: Response, expected: Outcome
) -> None:
    lost = Outbound(
        message_id=OUR_ID, recipient=Address("phone", "+5715550101"), part=Text('Le "esperamos" — 20:30')
    )

    assert "To=%2B5715550101" in CHANNEL.look_up(lost, credentials_of(NAME), NOW).url
    assert CHANNEL.looked_up(lost, response, credentials_of(NAME)) == expected


def test_of_a_listed_day_only_what_came_since_is_told() -> None:
    early: dict[str, object] = {"sid": "SM1", "direction": "inbound", "from": "+5715550101", "body": "hola"}
    early["date_sent"] = format_datetime(NOW - timedelta(hours=1))
    late = early | {"sid": "SM2", "date_sent": format_datetime(NOW + timedelta(seconds=1))}
    undated = early | {"sid": "SM3", "date_sent": None}

    history = CHANNEL.remembered(listed(late, early, undated), credentials_of(NAME), NOW)

    assert isinstance(history, History)
    assert [envelope.event_key for envelope in history.envelopes] == ["message:SM2", "message:SM3"]
