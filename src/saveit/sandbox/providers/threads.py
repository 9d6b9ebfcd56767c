"""Meta's Messenger and Instagram: threads with a page or an account, scoped ids, and lengths in two units."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from saveit.messages import HttpCall
from saveit.sandbox.model import Incoming, Line, Offered, Receipt, Said, Shown, Taken
from saveit.sandbox.providers.base import Event, answered, header, strictly
from saveit.sandbox.providers.files import store_file
from saveit.sandbox.providers.whatsapp import signed_by_meta
from saveit.sandbox.world import World, digits_of

_PATH = re.compile(r"/v\d+\.0/([^/]+)/messages", re.ASCII)
_WINDOW = timedelta(hours=24)
_TEXT_MAX = {"messenger": 2000, "instagram": 1000}
_RATE_S = 300


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Recipient(_Strict, frozen=True):
    id: Annotated[str, Meta(min_length=1)]


class _QuickReply(_Strict, frozen=True):
    content_type: Literal["text"]
    title: Annotated[str, Meta(min_length=1, max_length=20)]
    payload: Annotated[str, Meta(min_length=1, max_length=1000)]


class _Postback(_Strict, frozen=True):
    type: Literal["postback"]
    title: Annotated[str, Meta(min_length=1, max_length=20)]
    payload: Annotated[str, Meta(min_length=1, max_length=1000)]


class _Payload(_Strict, frozen=True):
    url: Annotated[str, Meta(pattern="^https?://")] = "https://none"
    template_type: Literal["button", ""] = ""
    text: Annotated[str, Meta(max_length=640)] = ""
    buttons: Annotated[tuple[_Postback, ...], Meta(max_length=3)] = ()


class _Attachment(_Strict, frozen=True):
    type: Literal["image", "audio", "video", "file", "template"]
    payload: _Payload


class _Message(_Strict, frozen=True):
    text: str = ""
    quick_replies: Annotated[tuple[_QuickReply, ...], Meta(max_length=13)] = ()
    attachment: _Attachment | None = None


class _ReplyTo(_Strict, frozen=True):
    mid: str


class _Sent(_Strict, frozen=True):
    recipient: _Recipient
    messaging_type: Literal["RESPONSE", "UPDATE", "MESSAGE_TAG", ""] = ""
    tag: str = ""
    message: _Message | None = None
    reply_to: _ReplyTo | None = None
    sender_action: Literal["typing_on", "typing_off", "mark_seen", ""] = ""


class Threads:
    """Pages on Messenger and accounts on Instagram: nearly one protocol at two hosts."""

    channels: tuple[str, ...] = ("messenger", "instagram")
    retries_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)

    def hears(self, call: HttpCall) -> bool:
        """Instagram has a host of its own; Messenger's page is `me`."""
        parts = urlsplit(call.url)
        found = _PATH.fullmatch(parts.path)
        if found is None:
            return False
        return parts.hostname == "graph.instagram.com" or (
            parts.hostname == "graph.facebook.com" and found[1] == "me"
        )

    def alias(self, channel: str, guest: str) -> str:
        """An id that means something only to this page."""
        return digits_of(f"{channel}:{guest}" if not guest.isdecimal() else guest, 16)

    def take(self, call: HttpCall, world: World) -> Taken:  # noqa: PLR0911 - one return for each of its refusals.
        """Judge a call: the page is known by its token alone."""
        channel = "instagram" if urlsplit(call.url).hostname == "graph.instagram.com" else "messenger"
        token = header(call, "authorization").removeprefix("Bearer ")
        lines = [
            line
            for line in world.lines
            if line.channel == channel and line.credentials.value("access_token") == token and token
        ]
        if not lines:
            message = "Invalid OAuth access token - Cannot parse access token"
            return _refused(channel, 401, 190, message=message)
        line = lines[0]
        if world.throttled((channel, line.key.address, ""), _RATE_S, _RATE_S):
            return _refused(
                channel, 400, 613, message="(#613) Calls to this api have exceeded the rate limit."
            )
        sent = strictly(call.body, _Sent)
        if isinstance(sent, str):
            return _refused(channel, 400, 100, message=f"(#100) {sent}")
        alias = sent.recipient.id
        if not world.knows(channel, line, alias):
            return _refused(channel, 400, 100, subcode=2_018_001, message="(#100) No matching user found")
        if (channel, alias) in world.blocked:
            message = "(#551) This person isn't available right now."
            return _refused(channel, 400, 551, message=message)
        if sent.sender_action:
            response = answered(200, {"recipient_id": alias})
            return Taken(channel=channel, response=response, verdict=f"accepted: {sent.sender_action}")
        return _take_message(channel, sent, line, world)

    def said(self, line: Line, said: Said, world: World) -> tuple[str, Event]:
        """Return one messaging event."""
        mid = f"m_{world.hex_id(40)}"
        world.inbound_ids.add(mid)
        event: dict[str, object] = {
            "sender": {"id": self.alias(line.channel, said.guest)},
            "recipient": {"id": line.key.address},
            "timestamp": _milliseconds(world),
        }
        if said.button:
            tapped = world.tapped(line.channel, said.guest, said.button)
            if tapped.source == "quick_reply":
                message = {"mid": mid, "text": tapped.title, "quick_reply": {"payload": tapped.id}}
                return mid, event | {"message": message}
            return mid, event | {"postback": {"mid": mid, "title": tapped.title, "payload": tapped.id}}
        message: dict[str, object] = {"mid": mid}
        if said.text and said.media != "audio":
            message["text"] = said.text
        if said.media:
            file_id, _ = store_file(line, said.media, said, world, file_id=world.hex_id(24))
            # Whoever has the address may fetch it: what keeps strangers out is in the address itself, and dies with it.
            url = f"https://scontent.xx.fbcdn.net/v/{file_id}?oh={world.hex_id(32)}&oe=6A0F0000"
            kind = "file" if said.media == "document" else said.media
            message["attachments"] = [{"type": kind, "payload": {"url": url}}]
        return mid, event | {"message": message}

    def status(self, receipt: Receipt, world: World) -> Event | None:
        """Tell of delivery by id and watermark, of reading by watermark (Messenger) or by id (Instagram); of sending nothing."""
        channel = receipt.line.channel
        event: dict[str, object] = {
            "sender": {"id": self.alias(channel, receipt.guest)},
            "recipient": {"id": receipt.line.key.address},
            "timestamp": _milliseconds(world),
        }
        if receipt.progress == "delivered" and channel == "messenger":
            return event | {"delivery": {"mids": [receipt.message_id], "watermark": _milliseconds(world)}}
        if receipt.progress == "read":
            if channel == "messenger":
                return event | {"read": {"watermark": _milliseconds(world)}}
            return event | {"read": {"mid": receipt.message_id}}
        return None

    def wrap(self, line: Line, events: Sequence[Event], world: World) -> tuple[Incoming, ...]:
        """Put all into one signed request."""
        entry = {"id": line.key.account, "time": _milliseconds(world), "messaging": list(events)}
        product = "instagram" if line.channel == "instagram" else "page"
        return (signed_by_meta(line, {"object": product, "entry": [entry]}),)


def echo(line: Line, guest_alias: str, mid: str, *, text: str, world: World) -> Event:
    """Return a message of ours as the provider repeats it to whoever asked for echoes."""
    return {
        "sender": {"id": line.key.address},
        "recipient": {"id": guest_alias},
        "timestamp": _milliseconds(world),
        "message": {"mid": mid, "text": text, "is_echo": True, "app_id": 424242},
    }


def _take_message(channel: str, sent: _Sent, line: Line, world: World) -> Taken:
    message, alias = sent.message, sent.recipient.id
    if message is None or not sent.messaging_type:
        return _refused(
            channel, 400, 100, message="(#100) The parameter message or messaging_type is required"
        )
    template = message.attachment is not None and message.attachment.type == "template"
    if not message.text and message.attachment is None:
        return _refused(channel, 400, 100, message="(#100) Empty text")
    if template and not (message.attachment and message.attachment.payload.buttons):
        return _refused(channel, 400, 100, message="(#100) Param elements must be non-empty")
    if _length(channel, message.text) > _TEXT_MAX[channel]:
        told = f"(#100) Length of param message[text] must be less than or equal to {_TEXT_MAX[channel]}"
        return _refused(channel, 400, 100, message=told)
    if not world.window_open(channel, line, alias, _WINDOW):
        told = "(#10) This message is sent outside of allowed window."
        subcode = 2_534_022 if channel == "instagram" else 2_018_278
        return _refused(channel, 400, 10, subcode=subcode, message=told)
    mid = f"m_{world.hex_id(40)}"
    return Taken(
        channel=channel,
        response=answered(200, {"recipient_id": alias, "message_id": mid}),
        verdict="accepted",
        line=line,
        guest=world.guest_of(channel, alias),
        message_id=mid,
        shown=_shown(message),
        progress=("delivered", "read"),
    )


def _length(channel: str, text: str) -> int:
    """Count as the provider does: Instagram octets, Messenger characters."""
    return len(text.encode()) if channel == "instagram" else len(text)


def _shown(message: _Message) -> Shown:
    if message.attachment is not None and message.attachment.type != "template":
        file = {"kind": message.attachment.type, "url": message.attachment.payload.url}
        return Shown(text=message.text, attachments=(file,))
    if message.attachment is not None:
        payload = message.attachment.payload
        buttons = tuple(Offered(each.payload, each.title) for each in payload.buttons)
        return Shown(text=payload.text, buttons=buttons)
    quick = tuple(Offered(each.payload, each.title, "quick_reply") for each in message.quick_replies)
    return Shown(text=message.text, buttons=quick)


def _milliseconds(world: World) -> int:
    return int(world.now().timestamp() * 1000)


def _refused(channel: str, status: int, code: int, *, message: str, subcode: int = 0) -> Taken:
    error: dict[str, object] = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "Asandbox",
    }
    if subcode:
        error["error_subcode"] = subcode
    verdict = f"refused: {code}/{subcode}" if subcode else f"refused: {code}"
    return Taken(channel=channel, response=answered(status, {"error": error}), verdict=verdict)
