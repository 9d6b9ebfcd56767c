"""Messages through Twilio: the same form and the same call for SMS and WhatsApp, told apart by a prefix."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Literal

from saveit.channels.families.reading import digest, number, unreadable
from saveit.channels.families.twilio.calls import REFERENCE, bare, fields_of, twilio_failure, with_reference
from saveit.messages import (
    Address,
    Chosen,
    Content,
    Envelope,
    Ignored,
    Inbound,
    LineKey,
    MediaKind,
    OptIn,
    OptOut,
    Place,
    ReceivedMedia,
    Refused,
    Request,
    Sender,
    Status,
    StatusState,
    UnifiedMessage,
    Unsupported,
    Written,
    clean,
)

_PHONE = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_STATES: dict[str, StatusState] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}
# Ten is what Twilio allows in one message.
_MEDIA_MAX = 10
# A long message in parts has come base64-encoded; shorter texts that look so are words.
_BASE64 = re.compile(r"[A-Za-z0-9+/]{58,}={0,2}", re.ASCII)
_BASE64_GROUP = 4
_READABLE_SHARE = 0.9


def cut_apart(request: Request) -> tuple[Envelope, ...]:
    """Return the form's one event: a message is for `To`, a status about a message from `From`."""
    fields = fields_of(request.body)
    sid = _sid(fields)
    if not fields or not (sid or fields.get("AccountSid")):
        return (unreadable(request.body),)
    account = fields.get("AccountSid", "")
    status = status_of(fields)
    own, other = (fields.get("From", ""), fields.get("To", "")) if status else _from_guest(fields)
    if status:
        own = own or fields.get("MessagingServiceSid", "")
        # Not by the id alone: "sent" must not hide "delivered".
        key = f"status:{sid}:{status}:{fields.get('ErrorCode', '')}"
    else:
        key = f"message:{sid}"
    return (
        Envelope(
            line=LineKey(account, bare(own)),
            event_key=key if sid else digest(request.body),
            sender=bare(other),
            body=with_reference(request),
        ),
    )


def parse_form(envelope: Envelope, product: Literal["sms", "whatsapp"]) -> tuple[Inbound, ...]:
    """Read one form. Where Twilio itself has taken an opt-out, both are told: "CANCEL" may also have meant the booking."""
    fields = fields_of(envelope.body)
    sid = _sid(fields)
    if not sid:
        return (Ignored(kind="form", why="unreadable"),)
    status = status_of(fields)
    if status:
        return (_status(fields, sid, status),)
    sender = _sender(fields)
    if sender is None:
        return (Ignored(kind="message", why="incomplete"),)
    message = UnifiedMessage(
        channel_message_id=sid,
        sender=sender,
        content=_content(fields, product),
        replies_to=fields.get("OriginalRepliedMessageSid") or None,
        forwarded="true" in {fields.get("Forwarded"), fields.get("FrequentlyForwarded")},
        referral=fields.get("ReferralCtwaClid") or fields.get("ReferralSourceId") or None,
    )
    match fields.get("OptOutType", "").upper():
        case "STOP":
            return (OptOut(address=sender.address, scope="all", why="STOP"), message)
        case "START":
            return (OptIn(address=sender.address, scope="all", why="START"), message)
        case _:
            return (message,)


def status_of(fields: Mapping[str, str]) -> str:
    """Return the status told, empty for a message: `SmsStatus=received` comes with every message, also with one without text."""
    if "MessageStatus" in fields:
        return fields["MessageStatus"] or "unknown"
    told = fields.get("SmsStatus", "")
    return "" if told == "received" else told


def _sid(fields: Mapping[str, str]) -> str:
    return fields.get("MessageSid") or fields.get("SmsMessageSid") or fields.get("SmsSid") or ""


def _from_guest(fields: Mapping[str, str]) -> tuple[str, str]:
    return fields.get("To", ""), fields.get("From", "") or fields.get("ExternalUserId", "")


def _address(value: str) -> Address | None:
    if _PHONE.fullmatch(value):
        return Address("phone", value, verified=True)
    return Address("user_id", value) if _BSUID.fullmatch(value) else None


def _sender(fields: Mapping[str, str]) -> Sender | None:
    """Return who wrote, the phone first. `WaId` is how WhatsApp spells the number, which differs in Mexico, Argentina and Brazil."""
    told = (fields.get("From", ""), fields.get("WaId", ""), fields.get("ExternalUserId", ""))
    found = tuple(dict.fromkeys(filter(None, (_address(bare(value)) for value in told))))
    if not found:
        return None
    same_number = f"+{found[0].value.removeprefix('+')}"
    others = tuple(other for other in found[1:] if f"+{other.value.removeprefix('+')}" != same_number)
    return Sender(address=found[0], others=others, name=fields.get("ProfileName") or None)


def _content(fields: Mapping[str, str], product: Literal["sms", "whatsapp"]) -> Content:
    text = _text(fields.get("Body", ""))
    if product == "whatsapp":
        if fields.get("ListId"):
            return Chosen(fields["ListId"], fields.get("ListTitle") or text, "list")
        if fields.get("ButtonPayload") or fields.get("ButtonText"):
            title = fields.get("ButtonText") or text
            return Chosen(fields.get("ButtonPayload") or title, title, "button")
        latitude, longitude = number(fields.get("Latitude")), number(fields.get("Longitude"))
        if latitude is not None and longitude is not None:
            return Place(latitude, longitude, fields.get("Label", ""), fields.get("Address", ""))
    files = _files(fields)
    if not text and not files and fields.get("NumMedia", "0") not in {"", "0"}:
        # A history names no files: the guest is asked to send it again.
        return Unsupported("media", "missed")
    return Written(text, files)


def _files(fields: Mapping[str, str]) -> tuple[ReceivedMedia, ...]:
    """Return the files by their addresses; `NumMedia` is not needed to find them, and a type may be missing."""
    found: list[ReceivedMedia] = []
    for index in range(_MEDIA_MAX):
        url = fields.get(f"MediaUrl{index}", "")
        if url:
            media_type = fields.get(f"MediaContentType{index}", "")
            is_sticker = fields.get("MessageType") == "sticker"
            kind: MediaKind = "sticker" if is_sticker else _kind_of(media_type)
            found.append(
                ReceivedMedia(
                    kind=kind,
                    url=url,
                    media_type=media_type,
                    is_voice=kind == "audio" and "ogg" in media_type,
                )
            )
    return tuple(found)


def _kind_of(media_type: str) -> MediaKind:
    match media_type.partition("/")[0].lower():
        case "image":
            return "image"
        case "audio":
            return "audio"
        case "video":
            return "video"
        case _:
            return "document"


def _text(body: str) -> str:
    """Return the words, also of a body that came base64-encoded, cut in the middle of a character as it may be."""
    if not _BASE64.fullmatch(body) or len(body) % _BASE64_GROUP:
        return body
    try:
        read = clean(base64.b64decode(body, validate=True).decode("utf-8", "ignore"))
    except (binascii.Error, ValueError):
        return body
    readable = sum(1 for character in read if character.isprintable() or character.isspace())
    return read if read and readable >= _READABLE_SHARE * len(body) * 3 / 4 - 8 else body


def _status(fields: Mapping[str, str], sid: str, told: str) -> Inbound:
    state = _STATES.get(told)
    if state is None:
        return Ignored(kind=f"status {told}", why="unknown_kind")
    code = fields.get("ErrorCode", "")
    recipient = _address(bare(fields.get("To", "")))
    # Of a failed one it is certain that it was not delivered, so some are worth another try.
    failure = twilio_failure(code) or Refused("undeliverable", code)
    return Status(
        channel_message_id=sid,
        state=state,
        recipient=recipient,
        failure=failure if state == "failed" else None,
        own_reference=fields.get(REFERENCE) or None,
    )
