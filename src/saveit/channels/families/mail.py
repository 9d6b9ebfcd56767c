"""Mail as it is read and written: what a person typed above what they quote, who vouches for the sender, and what only a machine sends."""

import email.errors
import email.header
import email.policy
import email.utils
import re
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.parser import BytesParser
from html.parser import HTMLParser
from typing import TypeAlias

from saveit.messages import (
    Address,
    Attachment,
    Credentials,
    Letter,
    MediaKind,
    Need,
    Outbound,
    ReceivedMedia,
    Sender,
    UnifiedMessage,
    Written,
    clean,
)

# In quotes: the class takes its parameters only for the type checker.
Parsed: TypeAlias = "Message[str, str]"

# A guest's mail needs no more; a forwarded archive of a hundred parts is read no further.
_PARTS_MAX = 50
_TEXT_LENGTH_MAX = 20_000
_MARKUP_LENGTH_MAX = 500_000
_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
# What mail programs write above the text they quote.
_QUOTES = re.compile(
    r"^(?:>"
    r"|(?:On|El|Le)\s.{4,300}(?:wrote|escribió|écrit)\s*:\s*$"
    r"|-{2,}\s*(?:Original Message|Mensaje original|Forwarded message|Mensaje reenviado)\s*-{2,}"
    r"|_{20,}\s*$"
    r"|-- ?$"
    r"|(?:Sent from my|Enviado desde mi)\s)",
    re.IGNORECASE,
)
# Outlook quotes without a mark: a block of headers, of which the first two tell it from somebody's own "De: 8 a 10".
_QUOTED_SENDER = re.compile(r"^\*?(?:From|De)\s*:\*?\s", re.IGNORECASE)
_QUOTED_DATE = re.compile(r"^\*?(?:Sent|Date|Enviado|Enviado el|Fecha)\s*:\*?\s", re.IGNORECASE)
_MACHINES = frozenset({"bulk", "junk", "list", "auto_reply"})
_MAILER = re.compile(r"(?:mailer-daemon|postmaster|no-?reply)@", re.IGNORECASE)
_DMARC = re.compile(r"\bdmarc=pass\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
# Tags after which a new line begins.
_BLOCKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})
_SILENT = frozenset({"script", "style", "head", "title"})

NEEDS = (
    Need(
        name="from_name",
        meaning="The name that guests see as the sender",
        meaning_es="El nombre que ven los clientes como remitente",
        required=False,
    ),
    Need(
        name="reply_domain",
        meaning="The domain of message ids, that of the address if empty",
        meaning_es="El dominio de los identificadores de los mensajes; si se deja vacío, el de la dirección",
        required=False,
    ),
)


def mail_line(address: str) -> tuple[str, str]:
    """Return the mailbox that an address belongs to and its reply token: `mesa+a1b2@example.com` is the mailbox `mesa@example.com`."""
    local, at, domain = address.strip().strip("<>").rpartition("@")
    box, _, token = local.partition("+")
    return f"{box}{at}{domain}".lower(), token


def read_mail(
    raw: bytes, *, key: str, verified: bool | None, authority: str, recipient: str
) -> UnifiedMessage | None:
    """Read a mail, or return None where it names no sender.

    `verified` says whether its domain vouches for the sender, None where the mail's own header must tell: that is believed only from
    `authority`, and only the topmost, since anyone can write further ones below it.
    """
    try:
        parsed: Parsed = BytesParser(policy=email.policy.compat32).parsebytes(raw)
    except RecursionError:
        # Parts within parts, thousands deep: nobody's mail.
        return None
    sender = _sender(parsed, verified=_vouched(parsed, authority) if verified is None else verified)
    if sender is None:
        return None
    text, files = _content(parsed)
    message_ids = _ids(parsed, "message-id")
    answered = _ids(parsed, "in-reply-to")
    return UnifiedMessage(
        channel_message_id=message_ids[0] if message_ids else key,
        sender=sender,
        content=Written(fresh_words(text), files),
        sent_at=_date(parsed),
        replies_to=answered[0] if answered else None,
        automatic=_is_automatic(parsed, sender.address.value),
        subject=_header(parsed, "subject") or None,
        thread=mail_line(recipient)[1] or None,
    )


def write_mail(outbound: Outbound, letter: Letter, credentials: Credentials, now: datetime) -> bytes:
    """Return the mail as it stands on the wire. The same arguments give the same octets: its borders are made from our message's id."""
    own = credentials.line.address
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = email.utils.formataddr((_one_line(credentials.value("from_name")), own))
    message["To"] = _one_line(outbound.recipient.value)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = email.utils.format_datetime(now.astimezone(UTC))
    message["Message-ID"] = f"<{mail_id(outbound, credentials)}>"
    # Whatever answers by itself must not answer this: two machines would never stop.
    message["Auto-Submitted"] = "auto-replied" if outbound.replies_to else "auto-generated"
    if token := _one_line(outbound.options.get("reply_token", "")):
        box, _, domain = own.rpartition("@")
        message["Reply-To"] = f"{box}+{token}@{domain}"
    if outbound.replies_to:
        message["In-Reply-To"] = f"<{_one_line(outbound.replies_to)}>"
        thread = dict.fromkeys((*outbound.thread, outbound.replies_to))
        message["References"] = " ".join(f"<{_one_line(known)}>" for known in thread)
    message.set_content(letter.text or " ", cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        for attachment in letter.attachments:
            if attachment.content_id:
                _relate(message, attachment)
    for attachment in letter.attachments:
        if not (letter.html and attachment.content_id):
            _attach(message, attachment)
    _name_borders(message, outbound.message_id.hex)
    return message.as_bytes()


def mail_id(outbound: Outbound, credentials: Credentials) -> str:
    """Return the mail's id, which is our message's at our domain: a send whose answer was lost is recognised by it."""
    domain = credentials.value("reply_domain") or credentials.line.address.rpartition("@")[2] or "localhost"
    return f"{outbound.message_id}@{_one_line(domain)}"


def fresh_words(text: str) -> str:
    """Return what was newly typed: everything above the first line that quotes, signs or forwards; all of it where that is nothing."""
    lines = text.replace("\r\n", "\n").split("\n")
    for index, line in enumerate(lines):
        below = lines[index + 1].strip() if index + 1 < len(lines) else ""
        is_block = _QUOTED_SENDER.match(line.strip()) and _QUOTED_DATE.match(below)
        if is_block or _QUOTES.match(line.strip()):
            fresh = "\n".join(lines[:index]).strip()
            return fresh or text.strip()
    return text.strip()


def plain_text(html: str) -> str:
    """Return the words of an HTML mail."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = ("".join(reader.found)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _header(parsed: Parsed, name: str) -> str:
    """Return a header in plain letters; one that is encoded wrongly stays as it came."""
    raw = str(parsed.get(name, ""))
    try:
        decoded = str(email.header.make_header(email.header.decode_header(raw)))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        decoded = raw
    return " ".join(clean(decoded).split())


def _sender(parsed: Parsed, *, verified: bool) -> Sender | None:
    raw = " ".join(clean(str(parsed.get("from", ""))).split())
    name, address = email.utils.parseaddr(raw)
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        shown = str(email.header.make_header(email.header.decode_header(name)))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        shown = name
    return Sender(address=Address("email", address, verified=verified), name=clean(shown) or None)


def _vouched(parsed: Parsed, authority: str) -> bool:
    results = str(parsed.get("authentication-results", ""))
    return (
        bool(authority)
        and results.partition(";")[0].strip() == authority
        and _DMARC.search(results) is not None
    )


def _ids(parsed: Parsed, name: str) -> list[str]:
    return _MESSAGE_ID.findall(clean(str(parsed.get(name, ""))))


def _date(parsed: Parsed) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(str(parsed.get("date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _is_automatic(parsed: Parsed, address: str) -> bool:
    submitted = str(parsed.get("auto-submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(parsed.get("precedence", "")).strip().lower()
    return_path = parsed.get("return-path")
    return (
        submitted != "no"
        or precedence in _MACHINES
        or (return_path is not None and str(return_path).strip() == "<>")
        or parsed.get("list-id") is not None
        or _MAILER.match(address) is not None
    )


def _content(parsed: Parsed) -> tuple[str, tuple[ReceivedMedia, ...]]:
    texts: dict[str, str] = {}
    files: list[ReceivedMedia] = []
    for part, _ in zip(parsed.walk(), range(_PARTS_MAX), strict=False):
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        is_attached = "attachment" in str(part.get("content-disposition", "")).lower()
        if kind in {"text/plain", "text/html"} and not is_attached:
            texts.setdefault(kind, _words_of(part)[:_MARKUP_LENGTH_MAX])
        else:
            files.append(_file(part, kind))
    text = texts.get("text/plain") or plain_text(texts.get("text/html", ""))
    return text[:_TEXT_LENGTH_MAX], tuple(files)


def _octets(part: Parsed) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _words_of(part: Parsed) -> str:
    octets = _octets(part)
    try:
        return clean(octets.decode(part.get_content_charset() or "utf-8", "replace"))
    except (LookupError, ValueError):
        return clean(octets.decode("utf-8", "replace"))


def _file(part: Parsed, media_type: str) -> ReceivedMedia:
    content = _octets(part)
    kinds: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
    return ReceivedMedia(
        kind=kinds.get(media_type.partition("/")[0], "document"),
        media_type=media_type,
        file_name=_file_name(part),
        size_octets=len(content),
        content=content,
    )


def _file_name(part: Parsed) -> str:
    try:
        return " ".join(clean(part.get_filename() or "").split())
    except (ValueError, LookupError, TypeError):
        return ""


def _one_line(text: str) -> str:
    """Return the text without line breaks, which would begin another header."""
    return _CONTROL.sub(" ", text).strip()


def _types(attachment: Attachment) -> tuple[str, str, dict[str, str]]:
    """Return main type, subtype and parameters: a calendar file says in a parameter whether it invites or cancels."""
    main, _, rest = attachment.media_type.partition("/")
    sub, *parameters = [piece.strip() for piece in rest.split(";")]
    pairs = (parameter.partition("=") for parameter in parameters)
    return (
        main or "application",
        sub or "octet-stream",
        {name: value for name, found, value in pairs if found},
    )


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    main, sub, parameters = _types(attachment)
    message.add_attachment(
        attachment.content,
        maintype=main,
        subtype=sub,
        filename=_one_line(attachment.file_name) or None,
        params=parameters or None,
    )


def _relate(message: EmailMessage, attachment: Attachment) -> None:
    html = message.get_body(("html",))
    if isinstance(html, EmailMessage):
        main, sub, _ = _types(attachment)
        html.add_related(
            attachment.content, maintype=main, subtype=sub, cid=f"<{_one_line(attachment.content_id)}>"
        )


def _name_borders(message: EmailMessage, name: str) -> None:
    for index, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"saveit-{name}-{index}")
