"""From SES's events to ours."""

import base64
import binascii

import msgspec
from msgspec import Raw

from saveit.channels.email_ses.wire import Action, Bounce, Complaint, Cut, Event, Happening, Mail, Receipt
from saveit.channels.families.amazon import SnsMessage, subscription
from saveit.channels.families.mail import mail_line, read_mail
from saveit.channels.families.reading import decoded, digest, instant, unreadable, word, words
from saveit.messages import (
    Address,
    Elsewhere,
    Envelope,
    Ignored,
    Inbound,
    LineKey,
    OptOut,
    Refused,
    Status,
    StatusState,
)

REFERENCE = "saveit_ref"
# The name under which SES writes what it found about the sender into a mail that it stores.
_AUTHORITY = "amazonses.com"
_encoder = msgspec.json.Encoder()


def cut_apart(body: bytes) -> tuple[Envelope, ...]:
    """Return one envelope for each of our mailboxes that a mail came to, and one for whatever else happened."""
    message = decoded(body, SnsMessage)
    if message is None:
        return (unreadable(body),)
    event = _event(message)
    known = word(message.message_id)
    key = f"sns:{known}" if known else digest(body)
    raw = Raw(body) if decoded(body, Raw) is not None else Raw(_encoder.encode(message))
    sender = "" if event.mail is None else _bare(event.mail.source)
    if event.kind != "Received":
        # A mail of ours: the line is who sent it, the other whom it was for.
        destination = (event.mail.destination if event.mail else None) or ()
        return (
            Envelope(
                line=LineKey(message.account, mail_line(sender)[0] if sender else ""),
                event_key=key,
                sender=_bare(destination[0]) if destination else "",
                body=_encoder.encode(Cut(sns=raw, recipient="")),
            ),
        )
    recipients = [found for address in _recipients(event) if (found := _bare(address))]
    return tuple(
        Envelope(
            line=LineKey(message.account, mail_line(recipient)[0] if recipient else ""),
            event_key=key,
            sender=sender,
            body=_encoder.encode(Cut(sns=raw, recipient=recipient)),
        )
        for recipient in dict.fromkeys(recipients or [""])
    )


def parse(envelope: Envelope) -> tuple[Inbound, ...]:
    """Read one event, or the mail itself where that was fetched from its bucket."""
    cut = decoded(envelope.body, Cut)
    if cut is None:
        mail = read_mail(
            envelope.body,
            key=envelope.event_key,
            verified=None,
            authority=_AUTHORITY,
            recipient=envelope.line.address,
        )
        return (mail or Ignored(kind="mail", why="unreadable"),)
    message = decoded(cut.sns, SnsMessage)
    if message is None:
        return (Ignored(kind="sns", why="unreadable"),)
    if not message.is_notification:
        return (subscription(message),)
    event = _event(message)
    if event.kind == "Received":
        return (_received(event, cut.recipient, envelope.event_key),)
    return _happened(event)


def _event(message: SnsMessage) -> Event:
    return decoded(words(message.message).encode(), Event) or Event()


def _bare(address: object) -> str:
    text = word(address) if isinstance(address, str) else ""
    return text.rpartition("<")[2].strip(" >").lower()


def _recipients(event: Event) -> tuple[object, ...]:
    own = None if event.receipt is None else event.receipt.recipients
    return own or (event.mail.destination if event.mail else None) or ()


def _received(event: Event, recipient: str, key: str) -> Inbound:
    receipt = event.receipt or Receipt()
    if any(
        verdict is not None and word(verdict.status) == "FAIL"
        for verdict in (receipt.spam_verdict, receipt.virus_verdict)
    ):
        return Ignored(kind="spam or virus", why="not_for_us")
    action = receipt.action or Action()
    if not words(event.content):
        bucket, name = word(action.bucket_name), words(action.object_key)
        if bucket and name:
            return Elsewhere(reference=f"s3://{bucket}/{name}")
        return Ignored(kind="Received", why="incomplete")
    raw = words(event.content).encode()
    if word(action.encoding).upper() == "BASE64":
        try:
            raw = base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError):
            return Ignored(kind="Received", why="unreadable")
    dmarc = receipt.dmarc_verdict
    verified = dmarc is not None and word(dmarc.status) == "PASS"
    mail = read_mail(raw, key=key, verified=verified, authority="", recipient=recipient)
    return mail or Ignored(kind="Received", why="incomplete")


def _happened(event: Event) -> tuple[Inbound, ...]:
    mail = event.mail or Mail()
    message_id = word(mail.message_id)
    match event.kind:
        case "Bounce":
            found = _bounced(event.bounce, mail)
        case "Complaint":
            found = _complained(event.complaint)
        case "Send":
            found = _each("sent", mail.destination, mail, at=mail.timestamp)
        case "Delivery":
            found = _each("delivered", *_told(event.delivery, mail))
        case "Open":
            found = _each("read", *_told(event.open, mail))
        case "Reject" | "Rendering Failure":
            told = event.reject or event.failure or Happening()
            refused = Refused("bug", event.kind, words(told.reason) or words(told.template_name))
            found = _each("failed", mail.destination, mail, at=mail.timestamp, refused=refused)
        case "":
            # The service's own "successfully validated" is plain text.
            return (Ignored(kind="notification", why="own_test"),)
        case _:
            return (Ignored(kind=event.kind, why="not_for_us"),)
    if not found or (not message_id and event.kind != "Complaint"):
        return (Ignored(kind=event.kind, why="incomplete"),)
    return found


def _told(happening: Happening | None, mail: Mail) -> tuple[tuple[object, ...] | None, Mail, object]:
    if happening is None:
        return mail.destination, mail, mail.timestamp
    return happening.recipients or mail.destination, mail, happening.timestamp


def _each(
    state: StatusState,
    recipients: tuple[object, ...] | None,
    mail: Mail,
    at: object,
    *,
    refused: Refused | None = None,
) -> tuple[Inbound, ...]:
    references = (mail.tags or {}).get(REFERENCE, ())
    return tuple(
        Status(
            channel_message_id=word(mail.message_id),
            state=state,
            at=instant(at) if isinstance(at, str) else None,
            recipient=Address("email", address),
            failure=refused,
            own_reference=references[0] if references else None,
        )
        for recipient in recipients or ()
        if (address := _bare(recipient))
    )


def _bounced(bounce: Bounce | None, mail: Mail) -> tuple[Inbound, ...]:
    """Return one status for each recipient that bounced. SES has tried for hours by then, so a transient bounce is final too."""
    if bounce is None:
        return ()
    found: list[Inbound] = []
    for bounced in bounce.bounced_recipients or ():
        code = f"{word(bounce.bounce_type)}/{word(bounce.bounce_sub_type)}"
        refused = Refused(
            "undeliverable", code, _without_address(words(bounced.diagnostic_code), bounced.email_address)
        )
        found += _each("failed", (bounced.email_address,), mail, bounce.timestamp, refused=refused)
    return tuple(found)


def _without_address(diagnosis: str, address: object) -> str:
    known = _bare(address)
    return diagnosis.replace(known, "…") if known else diagnosis


def _complained(complaint: Complaint | None) -> tuple[Inbound, ...]:
    if complaint is None:
        return ()
    return tuple(
        OptOut(
            address=Address("email", address),
            scope="all",
            why=f"complaint {word(complaint.complaint_feedback_type)}".strip(),
            at=instant(complaint.timestamp),
        )
        for complained in complaint.complained_recipients or ()
        if (address := _bare(complained.email_address))
    )
