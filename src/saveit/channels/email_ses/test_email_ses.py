"""Mail through SES, trap by trap."""

import base64
import email
import email.policy
import json
from email.message import EmailMessage

import pytest

from saveit.channels.email_ses import EmailSes
from saveit.messages import (
    Address,
    Attachment,
    Confirmation,
    Elsewhere,
    Envelope,
    Ignored,
    Letter,
    LineKey,
    OptOut,
    Outbound,
    Outcome,
    Refused,
    RetryAfter,
    Sent,
    Status,
    UnifiedMessage,
    Unknown,
)
from tests.channels.support import (
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

NAME = "email_ses"
CHANNEL = EmailSes()
GUEST = Address("email", "ana@example.com")


def written(letter: Letter) -> EmailMessage:
    _, body = sent(NAME, letter, to=GUEST)
    raw = base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.mark.parametrize("name", ["mail_answering_ours", "mail_in_base64"])
def test_a_mail_is_read_down_to_what_it_quotes(name: str) -> None:
    message = only(NAME, name, UnifiedMessage)

    assert message.text == "Somos cinco, ¿puede ser a las 21:00?"
    assert message.subject == "Reservación"
    assert message.sender.name == "Ana Rivas Ñ"
    assert message.sender.address == Address("email", "ana@example.com", verified=True)
    assert message.replies_to == "01890000-0000-7000-8000-000000000001@saveit.example"
    assert message.thread == "r4nd0m"


def test_a_mailbox_is_known_under_every_token() -> None:
    sample = next(each for each in own_samples() if each.path.stem == "mail_answering_ours")

    envelope = CHANNEL.envelopes(request_of(sample))[0]

    assert envelope.line == LineKey("111122223333", "mesa@saveit.example")
    assert envelope.sender == "ana@example.com"


def test_only_dmarc_vouches_for_a_sender() -> None:
    assert not only(NAME, "mail_from_somebody_else", UnifiedMessage).sender.address.verified


def test_a_mail_in_a_bucket_is_fetched_and_parsed_then() -> None:
    sample = next(each for each in own_samples() if each.path.stem == "mail_in_a_bucket")
    envelope = CHANNEL.envelopes(request_of(sample))[0]
    fetched = b"Authentication-Results: amazonses.com; dmarc=pass\r\nFrom: ana@example.com\r\n\r\nhola\r\n"

    [read] = CHANNEL.parse(
        Envelope(line=envelope.line, event_key=envelope.event_key, sender="", body=fetched)
    )

    assert only(NAME, "mail_in_a_bucket", Elsewhere).reference == "s3://saveit-mail/in/ses-in-1"
    assert isinstance(read, UnifiedMessage)
    assert (read.text, read.sender.address.verified) == ("hola", True)


def test_spam_is_left() -> None:
    assert only(NAME, "spam", Ignored).why == "not_for_us"


def test_one_bounce_may_be_of_many() -> None:
    read = read_fixture(NAME, "bounced_from_two")

    assert [each.recipient for each in read if isinstance(each, Status)] == [
        Address("email", "ana@example.com"),
        Address("email", "beto@example.com"),
    ]
    assert all(isinstance(each, Status) and each.failure is not None for each in read)
    assert "ana@example.com" not in repr(read)


def test_feedback_and_events_are_both_read() -> None:
    delivered = only(NAME, "delivered", Status)

    assert (delivered.state, delivered.own_reference) == ("delivered", str(OUR_ID))
    assert only(NAME, "complaint", OptOut).scope == "all"
    assert only(NAME, "rendering_failed", Status).failure == Refused("bug", "Rendering Failure", "t")
    assert only(NAME, "event_of_next_year", Ignored).kind == "Teleport"


def test_the_subscription_is_confirmed_by_a_call() -> None:
    assert only(NAME, "subscription_offered", Confirmation).call.method == "GET"


def test_a_letter_has_both_bodies_the_pass_and_the_calendar_file() -> None:
    letter = Letter(
        subject="Su reserva\r\nBcc: nobody@example.com",
        text="Le esperamos",
        html='<p>Le esperamos</p><img src="cid:pass">',
        attachments=(
            Attachment(
                kind="image",
                url="",
                media_type="image/png",
                content=b"\x89PNG",
                content_id="pass",
                file_name="pase.png",
            ),
            Attachment(
                kind="document",
                url="",
                media_type="text/calendar; method=REQUEST; charset=utf-8",
                content=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
                file_name="reserva.ics",
            ),
        ),
    )

    mail = written(letter)
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]

    assert mail["Bcc"] is None
    assert mail["Subject"] == "Su reserva Bcc: nobody@example.com"
    assert kinds == ["text/plain", "text/html", "image/png", "text/calendar"]
    assert mail["Message-ID"] == f"<{OUR_ID}@saveit.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Mon, 21 Sep 2026 14:13:20 +0000"


def test_an_answer_stays_in_its_thread_and_comes_back_with_its_token() -> None:
    outbound = Outbound(
        message_id=OUR_ID,
        recipient=GUEST,
        part=Letter(subject="Re: Reservación", text="Sí"),
        replies_to="m1@mail.example.com",
        thread=("m0@mail.example.com",),
        options={"reply_token": "r4nd0m"},
    )
    call = CHANNEL.render(outbound, credentials_of(NAME), NOW)
    raw = base64.b64decode(json.loads(call.body)["Content"]["Raw"]["Data"])
    mail = email.message_from_bytes(raw, policy=email.policy.default)

    assert mail["In-Reply-To"] == "<m1@mail.example.com>"
    assert mail["References"] == "<m0@mail.example.com> <m1@mail.example.com>"
    assert mail["Reply-To"] == "mesa+r4nd0m@saveit.example"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"MessageId": "ses-1"}, Sent("ses-1")),
        (429, {"__type": "TooManyRequestsException"}, RetryAfter("line", "TooManyRequestsException")),
        (400, {"__type": "MessageRejected"}, Refused("undeliverable", "MessageRejected")),
        (400, {"__type": "SendingPausedException"}, Refused("stop_line", "SendingPausedException")),
        (500, {}, Unknown("500")),
    ],
)
def test_an_error_is_judged_by_its_name(status: int, body: object, expected: Outcome) -> None:
    assert outcome(NAME, status, body) == expected
