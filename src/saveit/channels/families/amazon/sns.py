"""Amazon SNS as it comes over HTTPS: whom to believe, and what it carries.

Anybody's topic is signed validly by Amazon. So a topic is believed only if the line names it, and nothing is visited before that.
"""

import base64
import binascii
import re
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from saveit.channels.families.reading import Loose, decoded, word, words
from saveit.messages import (
    AccountEvent,
    Confirmation,
    Credentials,
    Forged,
    HttpCall,
    Ignored,
    Inbound,
    Need,
    NeedsCertificate,
    Request,
    Verdict,
    Verified,
)

TOPICS = Need(
    name="topic_arns",
    meaning="The SNS topics that are believed, separated by spaces: anybody's topic is signed validly",
    meaning_es="Los temas de SNS en los que se confía, separados por espacios",
)
_AMAZON = re.compile(r"sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?", re.ASCII)
_ARN_PARTS = 6
_HASHES: dict[str, type[SHA1 | SHA256]] = {"1": SHA1, "2": SHA256}
_NOTIFICATION = "Notification"

Signed: TypeAlias = tuple[tuple[str, str], ...]


class SnsMessage(msgspec.Struct, frozen=True, rename="pascal"):
    """The envelope. Copies that came through a Lambda spell `SigningCertUrl`."""

    type: Loose = None
    message_id: Loose = None
    topic_arn: Loose = None
    subject: Loose = None
    message: Loose = None
    timestamp: Loose = None
    token: Loose = None
    subscribe_url: Loose = msgspec.field(default=None, name="SubscribeURL")
    signature_version: Loose = None
    signature: Loose = None
    signing_cert_url: Loose = msgspec.field(default=None, name="SigningCertURL")
    signing_cert_url_of_lambda: Loose = msgspec.field(default=None, name="SigningCertUrl")

    @property
    def account(self) -> str:
        """The account that owns the topic, as its name says."""
        parts = word(self.topic_arn).split(":")
        return parts[4] if len(parts) == _ARN_PARTS else ""

    @property
    def is_notification(self) -> bool:
        """Whether it carries something, rather than being about the subscription itself."""
        return word(self.type) == _NOTIFICATION


def verify_sns(request: Request, credentials: Credentials) -> Verdict:
    """Check the topic first, then the certificate's address, then the signature."""
    message = decoded(request.body, SnsMessage)
    if message is None:
        return Forged("unreadable")
    url = words(message.signing_cert_url) or words(message.signing_cert_url_of_lambda)
    doubt = _doubt(message, url, credentials.value("topic_arns").split())
    if doubt is not None:
        return doubt
    if request.certificate is None:
        return NeedsCertificate(url)
    return _checked(message, words(message.signature), request)


def subscription(message: SnsMessage) -> Inbound:
    """Return what an envelope about the subscription itself asks for."""
    kind = word(message.type)
    url = words(message.subscribe_url)
    if kind == "SubscriptionConfirmation" and _is_amazons(url):
        return Confirmation(call=HttpCall(method="GET", url=url, repeatable=True))
    if kind == "UnsubscribeConfirmation":
        return AccountEvent(kind=kind, detail="nothing comes from this topic any more", stops_line=False)
    return Ignored(kind=kind or "sns", why="unknown_kind")


def _doubt(message: SnsMessage, url: str, topics: list[str]) -> Forged | None:
    """Return what speaks against the message before any signature is looked at."""
    if not topics:
        return Forged("secret_missing")
    if word(message.topic_arn) not in topics:
        return Forged("sender_not_allowed")
    if not words(message.signature):
        return Forged("signature_missing")
    if not _is_amazons(url) or not urlsplit(url).path.endswith(".pem"):
        return Forged("sender_not_allowed")
    return None


def _is_amazons(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # The whole of it is the host: no user, no port, nothing that reads differently to somebody else.
    return parts.scheme == "https" and _AMAZON.fullmatch(parts.netloc) is not None


def _checked(message: SnsMessage, signature: str, request: Request) -> Verdict:
    hashing = _HASHES.get(word(message.signature_version))
    if hashing is None or request.certificate is None:
        return Forged("signature_malformed")
    try:
        certificate = x509.load_pem_x509_certificate(request.certificate)
        given = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        return Forged("signature_malformed")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return Forged("signature_malformed")
    at = request.received_at
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return Forged("too_old")
    algorithm: HashAlgorithm = hashing()
    try:
        key.verify(given, _signed(message), PKCS1v15(), algorithm)
    except InvalidSignature:
        return Forged("signature_wrong")
    return Verified()


def _signed(message: SnsMessage) -> bytes:
    """Return the text that was signed: names and values, one a line, in the order of the names. A missing subject has no line."""
    named: Signed = (
        ("Message", words(message.message)),
        ("MessageId", words(message.message_id)),
    )
    if message.is_notification:
        if message.subject is not None:
            named += (("Subject", words(message.subject)),)
        named += (("Timestamp", words(message.timestamp)),)
    else:
        named += (
            ("SubscribeURL", words(message.subscribe_url)),
            ("Timestamp", words(message.timestamp)),
            ("Token", words(message.token)),
        )
    named += (("TopicArn", words(message.topic_arn)), ("Type", words(message.type)))
    return "".join(f"{name}\n{value}\n" for name, value in named).encode("utf-8", "replace")
