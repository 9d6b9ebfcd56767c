"""Requests as each provider would make them: correctly signed with made-up secrets, from fixtures in the channels' own folders."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from saveit.channels import CHANNELS
from saveit.messages import (
    Address,
    Channel,
    Credentials,
    HttpCall,
    Inbound,
    LineKey,
    Outbound,
    Outcome,
    Part,
    Request,
    Response,
)

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
URL = "https://saveit.example/webhooks"
TOPIC = "arn:aws:sns:us-east-1:111122223333:saveit"
CERTIFICATE_URL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem"
SESSION = "session-0001"
OUR_ID = UUID("01890000-0000-7000-8000-000000000001")
Kind = TypeVar("Kind")
BY_NAME: Mapping[str, Channel] = {channel.name: channel for channel in CHANNELS}

_META = {"app_secret": "meta-app-secret", "verify_token": "agreed-word", "access_token": "meta-access-token"}
_TWILIO = {"auth_token": "twilio-auth-token", "status_callback": f"{URL}/sms_twilio"}
_AWS = {
    "region": "us-east-1",
    "access_key_id": "AKIAEXAMPLE",
    "secret_access_key": "aws-secret-key",
    "topic_arns": TOPIC,
}
_WEBHOOK_SECRET = base64.b64encode(b"connect-webhook-secret").decode()
VALUES: Mapping[str, Mapping[str, str]] = {
    "whatsapp_meta": _META,
    "instagram": _META,
    "messenger": _META,
    "whatsapp_twilio": _TWILIO,
    "sms_twilio": _TWILIO,
    "voice_twilio": _TWILIO,
    "telegram": {"bot_token": "123456:telegram-bot-token", "secret_token": "telegram-secret-word"},
    "webchat": {"session_secret": "webchat-session-secret"},
    "sms_aws": _AWS,
    "email_ses": _AWS,
    "email_smtp": {
        "host": "smtp.example.com",
        "username": "mesa",
        "password": "smtp-password",
        "listener_secret": "smtp-listener-secret",
    },
    "voice_connect": {"webhook_secret": f"whsec_{_WEBHOOK_SECRET}"},
}
# What must never be seen outside a call.
SECRETS = (
    "meta-app-secret",
    "agreed-word",
    "meta-access-token",
    "twilio-auth-token",
    "aws-secret-key",
    "telegram-bot-token",
    "telegram-secret-word",
    "webchat-session-secret",
    "smtp-password",
    "smtp-listener-secret",
    _WEBHOOK_SECRET,
)


class Sample(NamedTuple):
    """One fixture and the channel that must understand it, or at least survive it."""

    channel: str
    path: Path

    @property
    def name(self) -> str:
        """Where it comes from, for the test's name."""
        return f"{self.channel}-{self.path.stem}"


def values_of(channel: str) -> Mapping[str, str]:
    """Return the made-up secrets of a channel's line."""
    values = VALUES.get(channel)
    if values is None:
        pytest.fail(f"give {channel} made-up secrets: VALUES in tests/channels/support.py")
    return values


def credentials_of(channel: str, **more: str) -> Credentials:
    """Return a line's credentials, with an address of the channel's kind."""
    address = "mesa@saveit.example" if channel.startswith("email") else "+5715550100"
    return Credentials(LineKey("AC00000000000000000000000000000001", address), {**values_of(channel), **more})


def own_samples() -> list[Sample]:
    """List every fixture of every folder."""
    folders = ROOT / "src" / "saveit" / "channels"
    return [
        Sample(channel.name, path)
        for channel in CHANNELS
        for path in sorted((folders / channel.name / "fixtures").glob("*"))
    ]


def read_fixture(channel: str, name: str) -> tuple[Inbound, ...]:
    """Return everything that a fixture of a channel's own folder is read as, in its order."""
    path = next(sample.path for sample in own_samples() if sample[0] == channel and sample.path.stem == name)
    reader = BY_NAME[channel]
    request = request_of(Sample(channel, path))
    return tuple(read for envelope in reader.envelopes(request) for read in reader.parse(envelope))


def only(channel: str, name: str, kind: type[Kind]) -> Kind:
    """Return the one thing that a fixture is read as, which is of this kind."""
    read = read_fixture(channel, name)
    assert len(read) == 1, read
    assert isinstance(read[0], kind), read[0]
    return read[0]


def sent(channel: str, part: Part, *, to: Address | None = None, **values: str) -> tuple[HttpCall, bytes]:
    """Return the call that sends a part to somebody, and its body."""
    outbound = Outbound(message_id=OUR_ID, recipient=to or Address("phone", "+5715550101"), part=part)
    call = BY_NAME[channel].render(outbound, credentials_of(channel, **values), NOW)
    assert isinstance(call, HttpCall)
    return call, call.body


def outcome(channel: str, status: int, body: object) -> Outcome:
    """Return what an answer of the provider's means."""
    return BY_NAME[channel].read(Response(status=status, body=json.dumps(body).encode()))


def body_of(path: Path) -> bytes:
    """Return a fixture's bytes as they go over the wire: a form has no line end."""
    octets = path.read_bytes()
    return octets.strip() if path.suffix == ".form" else octets


def request_of(sample: Sample) -> Request:
    """Return the fixture as its provider would have sent it, signed."""
    return signed(sample.channel, body_of(sample.path))


def signed(channel: str, body: bytes) -> Request:
    """Return a request that the channel's test credentials verify."""
    signer = SIGNERS.get(channel)
    if signer is None:
        pytest.fail(f"sign as {channel}'s provider does: SIGNERS in tests/channels/support.py")
    return signer(channel, body)


def bare(channel: str, body: bytes) -> Request:
    """Return a request without any signature."""
    opaque = {"telegram": "mesa-bot", "webchat": "la-mesa", "voice_connect": "la-mesa"}.get(channel, "")
    headers = {"content-type": "application/json"}
    method = "POST"
    if channel.endswith("_twilio"):
        headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    elif channel == "email_smtp":
        method = "SMTP"
        headers = {
            "x-saveit-rcpt-to": "mesa+r4nd0m@saveit.example",
            "x-saveit-mail-from": "ana@example.com",
            "x-saveit-authority": "mx.saveit.example",
        }
    return Request(
        method=method,
        url=f"{URL}/{channel}",
        headers=headers,
        body=body,
        opaque=opaque,
        received_at=NOW,
    )


def with_headers(request: Request, **headers: str) -> Request:
    """Return the request with these headers too; an underscore stands for a dash."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        method=request.method,
        url=request.url,
        headers={**request.headers, **named},
        body=request.body,
        opaque=request.opaque,
        received_at=request.received_at,
        certificate=request.certificate,
    )


def with_body(request: Request, body: bytes) -> Request:
    """Return the request with another body under the same signature."""
    return Request(
        method=request.method,
        url=request.url,
        headers=request.headers,
        body=body,
        opaque=request.opaque,
        received_at=request.received_at,
        certificate=request.certificate,
    )


def _meta(channel: str, body: bytes) -> Request:
    made = hmac.new(b"meta-app-secret", body, hashlib.sha256).hexdigest()
    return with_headers(bare(channel, body), x_hub_signature_256=f"sha256={made}")


def _twilio(channel: str, body: bytes) -> Request:
    request = bare(channel, body)
    fields: dict[str, set[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, set()).add(value)
    text = request.url + "".join(name + value for name in sorted(fields) for value in sorted(fields[name]))
    made = hmac.new(b"twilio-auth-token", text.encode(), hashlib.sha1).digest()
    return with_headers(request, x_twilio_signature=base64.b64encode(made).decode())


def _telegram(channel: str, body: bytes) -> Request:
    return with_headers(bare(channel, body), x_telegram_bot_api_secret_token="telegram-secret-word")


def _webchat(channel: str, body: bytes) -> Request:
    made = hmac.new(b"webchat-session-secret", SESSION.encode(), hashlib.sha256).hexdigest()
    return with_headers(bare(channel, body), x_saveit_session=f"{SESSION}.{made}")


def _smtp(channel: str, body: bytes) -> Request:
    return with_headers(bare(channel, body), x_saveit_listener="smtp-listener-secret")


def _standard(channel: str, body: bytes) -> Request:
    stamp = str(int(NOW.timestamp()))
    made = hmac.new(b"connect-webhook-secret", f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    return with_headers(
        bare(channel, body),
        webhook_id="msg_1",
        webhook_timestamp=stamp,
        webhook_signature=f"v1,{base64.b64encode(made).decode()}",
    )


def _sns(channel: str, body: bytes) -> Request:
    """Sign as Amazon does, where the body is an object at all; the certificate is our own."""
    key, certificate = _amazon()
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        return bare(channel, body)
    notification = message.get("Type") == "Notification"
    names = (
        ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
        if notification
        else ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    )
    text = "".join(
        f"{name}\n{message.get(name, '')}\n"
        for name in names
        if name != "Subject" or message.get(name) is not None
    )
    made = key.sign(text.encode("utf-8", "replace"), padding.PKCS1v15(), SHA256())
    message |= {
        "SignatureVersion": "2",
        "Signature": base64.b64encode(made).decode(),
        "SigningCertURL": CERTIFICATE_URL,
    }
    request = bare(channel, json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return Request(
        method="POST",
        url=request.url,
        headers={"content-type": "text/plain; charset=UTF-8"},
        body=request.body,
        received_at=NOW,
        certificate=certificate,
    )


@cache
def _amazon() -> tuple[rsa.RSAPrivateKey, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, SHA256())
    )
    return key, certificate.public_bytes(Encoding.PEM)


SIGNERS: Mapping[str, Callable[[str, bytes], Request]] = {
    "whatsapp_meta": _meta,
    "instagram": _meta,
    "messenger": _meta,
    "whatsapp_twilio": _twilio,
    "sms_twilio": _twilio,
    "voice_twilio": _twilio,
    "telegram": _telegram,
    "webchat": _webchat,
    "sms_aws": _sns,
    "email_ses": _sns,
    "email_smtp": _smtp,
    "voice_connect": _standard,
}

_SHARED: Mapping[str, str] = {
    "whatsapp_cloud": "whatsapp_meta",
    "instagram": "instagram",
    "messenger": "messenger",
    "telegram": "telegram",
    "twilio_whatsapp": "whatsapp_twilio",
    "twilio_sms": "sms_twilio",
    "twilio_voice": "voice_twilio",
    "twilio_conversations": "whatsapp_twilio",
    "ses_sns_email": "email_ses",
    "aws_sms": "sms_aws",
    "aws_connect_voice": "voice_connect",
}


def shared_folder() -> Path | None:
    """Find the payloads that were captured from the providers, which lie beside the checkout and not in it."""
    for above in (ROOT.parent, ROOT.parent.parent):
        folder = above / "shared" / "fixtures" / "channels"
        if folder.is_dir():
            return folder
    return None


def shared_samples() -> list[Sample]:
    """List the captured payloads, for the channel that must survive each; none where they are not there."""
    folder = shared_folder()
    if folder is None:
        return []
    return [
        Sample(channel, path)
        for name, channel in _SHARED.items()
        for path in sorted((folder / name).iterdir())
        if path.name != "SOURCE.txt"
    ]
