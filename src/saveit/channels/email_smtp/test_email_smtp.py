"""Mail through SMTP, trap by trap."""

import pytest

from saveit.channels.email_smtp import EmailSmtp
from saveit.messages import (
    NOBODY,
    Address,
    Forged,
    Ignored,
    Letter,
    LineKey,
    Outbound,
    Outcome,
    Refused,
    Request,
    Response,
    RetryAfter,
    Sent,
    UnifiedMessage,
    Unknown,
    Written,
)
from tests.channels.support import NOW, OUR_ID, bare, credentials_of, only, signed, with_headers

NAME = "email_smtp"
CHANNEL = EmailSmtp()


def test_only_the_topmost_result_of_the_trusted_server_vouches_for_a_sender() -> None:
    trusted = only(NAME, "mail_with_trusted_result", UnifiedMessage)
    forged = only(NAME, "mail_with_forged_result_below", UnifiedMessage)

    assert trusted.sender.address.verified
    assert not forged.sender.address.verified


def test_what_a_machine_sends_is_marked() -> None:
    bounce = with_headers(signed(NAME, b"From: ana@example.com\r\n\r\nhola"), x_saveit_mail_from="<>")

    [read] = CHANNEL.parse(CHANNEL.envelopes(bounce)[0])

    assert only(NAME, "out_of_office", UnifiedMessage).automatic
    assert isinstance(read, UnifiedMessage)
    assert read.automatic
    assert not only(NAME, "mail_with_trusted_result", UnifiedMessage).automatic


def test_html_is_read_as_words_and_its_picture_is_kept() -> None:
    content = only(NAME, "html_with_picture", UnifiedMessage).content

    assert isinstance(content, Written)
    assert "Una mesa mañana" in content.text
    assert "¿a las 9?" in content.text
    assert [(each.file_name, each.content[:4]) for each in content.attachments] == [("plano.png", b"\x89PNG")]


def test_a_mail_that_is_broken_in_every_header_is_read_still() -> None:
    assert "hola" in only(NAME, "broken_in_every_header", UnifiedMessage).text
    assert only(NAME, "without_sender", Ignored).why == "incomplete"


def test_each_mailbox_gets_its_own_event() -> None:
    request = with_headers(
        signed(NAME, b"From: ana@example.com\r\n\r\nhola"),
        x_saveit_rcpt_to="<Mesa+x@saveit.example>, otra@saveit.example",
    )

    assert [each.line for each in CHANNEL.envelopes(request)] == [
        LineKey("mesa@saveit.example", "mesa@saveit.example"),
        LineKey("otra@saveit.example", "otra@saveit.example"),
    ]


def test_a_mail_cannot_be_posted_by_a_stranger() -> None:
    request = bare(NAME, b"From: ana@example.com\r\n\r\nhola")
    posted = Request(
        method="POST", url=request.url, headers=request.headers, body=request.body, received_at=NOW
    )

    assert CHANNEL.verify(request, credentials_of(NAME)) == Forged("signature_missing")
    assert [each.line for each in CHANNEL.envelopes(posted)] == [NOBODY]


def test_a_letter_is_handed_to_the_lines_server() -> None:
    outbound = Outbound(
        message_id=OUR_ID,
        recipient=Address("email", "ana@example.com"),
        part=Letter(subject="Hola", text="Sí"),
    )

    mail = CHANNEL.render(outbound, credentials_of(NAME), NOW)

    assert (mail.host, mail.port, mail.starttls) == ("smtp.example.com", 587, True)
    assert mail.message_id == f"{OUR_ID}@saveit.example"
    assert mail.message.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (250, Sent("")),
        (421, RetryAfter("line", "421")),
        (451, RetryAfter("call", "451")),
        (535, Refused("stop_line", "535")),
        (550, Refused("undeliverable", "550")),
        (501, Refused("bug", "501")),
        (0, Unknown("0")),
    ],
)
def test_the_servers_reply_says_what_became_of_it(code: int, expected: Outcome) -> None:
    assert CHANNEL.read(Response(status=code)) == expected


def test_parts_within_parts_without_end_are_left() -> None:
    bottomless = b"From: ana@example.com\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(3_000)
    )

    [read] = CHANNEL.parse(CHANNEL.envelopes(signed(NAME, bottomless))[0])

    assert isinstance(read, Ignored)


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        (
            "Sí, a las 9\n\nOn Mon, 21 Sep 2026 at 09:00, Mesa <mesa@x.example> wrote:\n> ¿A las 9?",
            "Sí, a las 9",
        ),
        ("Sí\n\nDe: Mesa <mesa@x.example>\nEnviado el: lunes\nPara: Ana\nAsunto: Hola\n\n¿A las 9?", "Sí"),
        ("Sí\r\n\r\n-----Mensaje original-----\r\nHola", "Sí"),
        ("Somos 4\n-- \nAna Rivas\nDirectora", "Somos 4"),
        ("Podemos venir\nDe: 8 a 10\nGracias", "Podemos venir\nDe: 8 a 10\nGracias"),
        ("> solo una cita", "> solo una cita"),
        ("Voy\nEnviado desde mi teléfono", "Voy"),
    ],
)
def test_only_what_is_new_in_a_mail_is_read(text: str, fresh: str) -> None:
    body = f"From: ana@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()

    [read] = CHANNEL.parse(CHANNEL.envelopes(signed(NAME, body))[0])

    assert isinstance(read, UnifiedMessage)
    assert read.text == fresh
