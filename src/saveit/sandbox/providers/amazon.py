"""Amazon: mail by SES, SMS, and what both tell through SNS, signed with a certificate that this stand-in makes for itself."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from functools import cached_property
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from saveit.messages import HttpCall, Response
from saveit.sandbox.model import Incoming, Line, Receipt, Said, Shown, Taken
from saveit.sandbox.providers.base import Event, answered, header, picture_of, strictly
from saveit.sandbox.providers.signing import NotSigned, signer_of
from saveit.sandbox.world import World, digits_of

CERTIFICATE_URL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-sandbox.pem"
_HOST = re.compile(r"(email|sms-voice|sns)\.[a-z0-9-]+\.amazonaws\.com", re.ASCII)
_TEXT_MAX = 1600
# SES bounces what is larger after encoding.
_MAIL_OCTETS_MAX = 40 * 1024 * 1024


class _Destination(msgspec.Struct, frozen=True):
    ToAddresses: tuple[str, ...] = ()


class _Raw(msgspec.Struct, frozen=True):
    Data: str


class _Content(msgspec.Struct, frozen=True):
    Raw: _Raw


class _SendEmail(msgspec.Struct, frozen=True):
    Content: _Content
    FromEmailAddress: str = ""
    Destination: _Destination = _Destination()
    ConfigurationSetName: str = ""
    EmailTags: tuple[dict[str, str], ...] = ()


class _SendText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    DestinationPhoneNumber: str
    OriginationIdentity: str
    MessageBody: str
    MessageType: str = "TRANSACTIONAL"
    Context: dict[str, str] | None = None
    ConfigurationSetName: str = ""


class Amazon:
    """SES, SMS and SNS. An SNS webhook that is refused is sent again three times, twenty seconds apart, and then lost."""

    channels: tuple[str, ...] = ("email_ses", "sms_aws")
    retries_s: tuple[float, ...] = (20.0, 20.0, 20.0)

    def hears(self, call: HttpCall) -> bool:
        """Its three hosts; that of SNS serves the certificate and takes confirmations."""
        return _HOST.fullmatch(urlsplit(call.url).hostname or "") is not None

    def alias(self, channel: str, guest: str) -> str:
        """Return a phone with its plus, or a mail address as it is."""
        return guest if channel == "email_ses" else f"+{digits_of(guest, 11)}"

    def take(self, call: HttpCall, world: World) -> Taken:
        """Judge a call: its signature first, then its body."""
        host = urlsplit(call.url).hostname or ""
        if host.startswith("sns."):
            return self._serve_sns(call)
        channel = "email_ses" if host.startswith("email.") else "sms_aws"
        line = _signer(call, channel, world)
        if isinstance(line, str):
            return _refused(channel, 403, line)
        return _take_mail(call, line, world) if channel == "email_ses" else _take_text(call, line, world)

    def _serve_sns(self, call: HttpCall) -> Taken:
        if call.method == "GET" and call.url == CERTIFICATE_URL:
            headers = {"content-type": "application/x-pem-file"}
            response = Response(status=200, headers=headers, body=self._identity[1])
            return Taken(channel="email_ses", response=response, verdict="accepted: certificate")
        return Taken(channel="email_ses", response=Response(status=200), verdict="accepted: confirmation")

    def said(self, line: Line, said: Said, world: World) -> tuple[str, Event]:
        """Return the message that SNS carries: a text, or a whole mail."""
        alias = self.alias(line.channel, said.guest)
        if line.channel == "sms_aws":
            message_id = world.hex_id(32)
            return message_id, {
                "originationNumber": alias,
                "destinationNumber": line.key.address,
                "messageKeyword": "KEYWORD",
                "messageBody": said.text or world.tapped(line.channel, said.guest, said.button).title,
                "inboundMessageId": message_id,
                "previousPublishedMessageId": "",
            }
        mail = mail_of(line, said, alias, world)
        message_id = world.hex_id(40)
        headers = [{"name": name, "value": str(value)} for name, value in mail.items()]
        verdicts = {
            f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")
        }
        common = {
            "from": [alias],
            "to": [line.key.address],
            "subject": str(mail["Subject"]),
            "messageId": str(mail["Message-ID"]),
        }
        return str(mail["Message-ID"]), {
            "notificationType": "Received",
            "mail": {
                "timestamp": _stamp(world.now()),
                "source": alias,
                "messageId": message_id,
                "destination": [line.key.address],
                "headersTruncated": False,
                "headers": headers,
                "commonHeaders": common,
            },
            "receipt": {
                "timestamp": _stamp(world.now()),
                "processingTimeMillis": 300,
                "recipients": [line.key.address],
                **verdicts,
                "action": {"type": "SNS", "topicArn": _topic(line), "encoding": "BASE64"},
            },
            "content": base64.b64encode(mail.as_bytes()).decode(),
        }

    def status(self, receipt: Receipt, world: World) -> Event | None:
        """Return what became of a mail or a text, as an event."""
        now = world.now()
        if receipt.line.channel == "sms_aws":
            told = {"sent": "TEXT_SUCCESSFUL", "delivered": "TEXT_DELIVERED", "failed": "TEXT_UNREACHABLE"}
            if receipt.progress not in told:
                return None
            return {
                "eventType": told[receipt.progress],
                "eventTimestamp": int(now.timestamp() * 1000),
                "destinationPhoneNumber": self.alias("sms_aws", receipt.guest),
                "originationPhoneNumber": receipt.line.key.address,
                "messageId": receipt.message_id,
                "messageStatus": "SUCCESSFUL" if receipt.progress != "failed" else "FAILED",
                "context": {"saveit_ref": receipt.reference} if receipt.reference else {},
            }
        kinds = {"sent": "Send", "delivered": "Delivery", "failed": "Bounce"}
        if receipt.progress not in kinds:
            return None
        kind = kinds[receipt.progress]
        event: dict[str, object] = {
            "eventType": kind,
            "mail": {
                "timestamp": _stamp(now),
                "messageId": receipt.message_id,
                "source": receipt.line.key.address,
                "destination": [receipt.guest],
                "tags": {"saveit_ref": [receipt.reference]} if receipt.reference else {},
            },
        }
        bounced = [{"emailAddress": receipt.guest, "status": "5.1.1", "action": "failed"}]
        details: Mapping[str, dict[str, object]] = {
            "Send": {},
            "Delivery": {"timestamp": _stamp(now), "recipients": [receipt.guest]},
            "Bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": bounced},
        }
        return event | {kind.lower(): details[kind]}

    def wrap(self, line: Line, events: Sequence[Event], world: World) -> tuple[Incoming, ...]:
        """Each is a notification of its own, signed with this stand-in's key."""
        return tuple(self._notification(line, event, world) for event in events)

    def _notification(self, line: Line, event: Event, world: World) -> Incoming:
        named = {
            "Message": msgspec.json.encode(event).decode(),
            "MessageId": world.hex_id(32),
            "Timestamp": _stamp(world.now()),
            "TopicArn": _topic(line),
            "Type": "Notification",
        }
        text = "".join(f"{name}\n{named[name]}\n" for name in sorted(named)).encode()
        signature = self._identity[0].sign(text, PKCS1v15(), hashes.SHA256())
        body = named | {
            "SignatureVersion": "2",
            "Signature": base64.b64encode(signature).decode(),
            "SigningCertURL": CERTIFICATE_URL,
        }
        headers = {
            "content-type": "text/plain; charset=UTF-8",
            "x-amz-sns-message-type": "Notification",
            "x-amz-sns-topic-arn": _topic(line),
        }
        return Incoming(path=f"/webhooks/{line.channel}", headers=headers, body=msgspec.json.encode(body))

    @cached_property
    def _identity(self) -> tuple[rsa.RSAPrivateKey, bytes]:
        """The key, and its certificate as PEM, valid from long ago so that a moved clock does not matter."""
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
            .sign(key, hashes.SHA256())
        )
        return key, made.public_bytes(serialization.Encoding.PEM)


def mail_of(line: Line, said: Said, alias: str, world: World) -> EmailMessage:
    """Return the mail that a guest writes; it answers the last one that the house wrote."""
    mail = EmailMessage(policy=policy.SMTP)
    host = alias.rpartition("@")[2] or "example.com"
    mail["From"] = f"{said.name} <{alias}>"
    mail["To"] = line.key.address
    mail["Message-ID"] = f"<{world.hex_id(24)}@{host}>"
    mail["Date"] = world.now()
    ours = [
        entry
        for entry in world.conversations[line.channel, said.guest].entries
        if entry.direction == "out" and entry.message_id
    ]
    if ours:
        answered_id = ours[-1].message_id
        mail["In-Reply-To"] = answered_id if answered_id.startswith("<") else f"<{answered_id}>"
    mail["Subject"] = "Re: Reserva" if ours else "Reserva"
    mail.set_content(said.text or world.tapped(line.channel, said.guest, said.button).title)
    return mail


def shown_mail(raw: bytes) -> Shown | None:
    """Return what a mail program shows of a mail, or None where it is none."""
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        body = mail.get_body(("plain", "html"))
        text = "" if body is None else str(body.get_content())
        attachments = tuple(
            {
                "kind": part.get_content_type(),
                "file_name": part.get_filename() or "",
                "content_id": str(part.get("Content-ID", "")),
                "url": picture_of(part.get_content_type(), _content(part)),
            }
            for part in mail.walk()
            if part.get_content_maintype() != "multipart" and (part.get_filename() or part.get("Content-ID"))
        )
        return Shown(text=f"{mail.get('Subject', '')}\n\n{text}".strip(), attachments=attachments)
    except (LookupError, ValueError):
        return None


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _take_mail(call: HttpCall, line: Line, world: World) -> Taken:
    if urlsplit(call.url).path != "/v2/email/outbound-emails":
        return _refused("email_ses", 404, "NotFoundException")
    sent = strictly(call.body, _SendEmail)
    if isinstance(sent, str):
        return _refused("email_ses", 400, "BadRequestException")
    try:
        raw = base64.b64decode(sent.Content.Raw.Data, validate=True)
    except ValueError:
        return _refused("email_ses", 400, "BadRequestException")
    mail = message_from_bytes(raw, policy=policy.default)
    to = sent.Destination.ToAddresses or tuple(str(mail.get("To", "")).split(","))
    sender = sent.FromEmailAddress or str(mail.get("From", ""))
    if line.key.address.rpartition("@")[2] not in sender:
        return _refused("email_ses", 400, "MailFromDomainNotVerifiedException")
    if len(to) != 1 or "@" not in to[0] or len(raw) > _MAIL_OCTETS_MAX:
        return _refused("email_ses", 400, "MessageRejected")
    guest = to[0].strip().rpartition("<")[2].removesuffix(">")
    later = "bounce" if ("email_ses", guest) in world.blocked else ""
    references = [tag["Value"] for tag in sent.EmailTags if tag.get("Name") == "saveit_ref"]
    message_id = f"0100{world.hex_id(32)}-000000"
    return Taken(
        channel="email_ses",
        response=answered(200, {"MessageId": message_id}),
        verdict="accepted, fails later: bounce" if later else "accepted",
        line=line,
        guest=guest,
        message_id=message_id,
        shown=None if later else shown_mail(raw),
        progress=("sent", "failed") if later else ("sent", "delivered"),
        reference=references[0] if references else "",
        later=later,
    )


def _take_text(call: HttpCall, line: Line, world: World) -> Taken:
    if not header(call, "x-amz-target").endswith(".SendTextMessage"):
        return _refused("sms_aws", 400, "UnknownOperationException")
    sent = strictly(call.body, _SendText)
    if isinstance(sent, str) or len(sent.MessageBody) > _TEXT_MAX or not sent.MessageBody:
        return _refused("sms_aws", 400, "ValidationException", reason="INVALID_PARAMETER")
    if sent.OriginationIdentity != line.key.address:
        return _refused("sms_aws", 400, "ResourceNotFoundException")
    alias = sent.DestinationPhoneNumber
    if ("sms_aws", alias) in world.opted_out:
        return _refused("sms_aws", 400, "ConflictException", reason="DESTINATION_PHONE_NUMBER_OPTED_OUT")
    later = "TEXT_UNREACHABLE" if ("sms_aws", alias) in world.blocked else ""
    message_id = world.hex_id(32)
    return Taken(
        channel="sms_aws",
        response=answered(200, {"MessageId": message_id}),
        verdict=f"accepted, fails later: {later}" if later else "accepted",
        line=line,
        guest=world.guest_of("sms_aws", alias),
        message_id=message_id,
        shown=None if later else Shown(text=sent.MessageBody),
        progress=("failed",) if later else ("sent", "delivered"),
        reference=(sent.Context or {}).get("saveit_ref", ""),
        later=later,
    )


def _signer(call: HttpCall, channel: str, world: World) -> Line | str:
    """Return the line whose key signed the call, or the name of Amazon's refusal."""
    lines = {each.credentials.value("access_key_id"): each for each in world.lines if each.channel == channel}
    secrets = {key: each.credentials.value("secret_access_key") for key, each in lines.items()}
    try:
        return lines[signer_of(call, secrets, world.now())]
    except NotSigned as refused:
        return str(refused)


def _topic(line: Line) -> str:
    return (line.credentials.value("topic_arns").split() or ["arn:aws:sns:us-east-1:000000000000:none"])[0]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _refused(channel: str, status: int, name: str, *, reason: str = "") -> Taken:
    body = {"__type": f"com.amazonaws#{name}", "message": name}
    if reason:
        body["Reason"] = reason
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": name}
    response = answered(status, body, headers)
    return Taken(channel=channel, response=response, verdict=f"refused: {reason or name}")
