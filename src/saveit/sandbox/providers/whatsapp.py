"""Meta's WhatsApp Cloud API, as strict as the real one: shapes, lengths, the window, the pair rate, and its own error bodies."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from saveit.messages import HttpCall, Response
from saveit.sandbox.model import Incoming, Line, Offered, Receipt, Said, Shown, Taken
from saveit.sandbox.providers.base import MEDIA_TYPES, Event, answered, header, strictly
from saveit.sandbox.providers.files import sha256_of, store_file
from saveit.sandbox.world import World, digits_of

_PATH = re.compile(r"/v\d+\.0/([^/]+)/messages", re.ASCII)
_WINDOW = timedelta(hours=24)
_PAIR_RATE_S, _PAIR_BURST = 1 / 6, 45
_LINE_RATE_S = 80
_ROWS_MAX = 10
_BUSINESS_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9]{5,20}", re.ASCII)

_ERRORS: Mapping[int, tuple[int, str, str]] = {
    100: (400, "OAuthException", "(#100) Invalid parameter"),
    190: (401, "OAuthException", "Invalid OAuth access token - Cannot parse access token"),
    131_000: (500, "OAuthException", "(#131000) Something went wrong"),
    131_008: (400, "OAuthException", "(#131008) Required parameter is missing"),
    131_009: (400, "OAuthException", "(#131009) Parameter value is not valid"),
    131_026: (400, "OAuthException", "(#131026) Message undeliverable"),
    131_047: (400, "OAuthException", "(#131047) Re-engagement message"),
    131_056: (400, "OAuthException", "(#131056) (Business Account, Consumer Account) pair rate limit hit"),
    130_429: (429, "OAuthException", "(#130429) Rate limit hit"),
    132_001: (404, "OAuthException", "(#132001) Template name does not exist in the translation"),
}


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _TextBody(_Strict, frozen=True):
    body: Annotated[str, Meta(min_length=1, max_length=4096)]
    preview_url: bool = False


class _Words(_Strict, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=1024)]


class _Reply(_Strict, frozen=True):
    id: Annotated[str, Meta(min_length=1, max_length=256)]
    title: Annotated[str, Meta(min_length=1, max_length=20)]


class _Button(_Strict, frozen=True):
    type: Literal["reply"]
    reply: _Reply


class _Row(_Strict, frozen=True):
    id: Annotated[str, Meta(min_length=1, max_length=200)]
    title: Annotated[str, Meta(min_length=1, max_length=24)]
    description: Annotated[str, Meta(max_length=72)] = ""


class _Section(_Strict, frozen=True):
    rows: Annotated[tuple[_Row, ...], Meta(min_length=1, max_length=_ROWS_MAX)]
    title: Annotated[str, Meta(max_length=24)] = ""


class _ButtonAction(_Strict, frozen=True):
    buttons: Annotated[tuple[_Button, ...], Meta(min_length=1, max_length=3)]


class _ListAction(_Strict, frozen=True):
    button: Annotated[str, Meta(min_length=1, max_length=20)]
    sections: Annotated[tuple[_Section, ...], Meta(min_length=1, max_length=10)]


class _ButtonMessage(_Strict, frozen=True, tag="button", tag_field="type"):
    body: _Words
    action: _ButtonAction


class _ListMessage(_Strict, frozen=True, tag="list", tag_field="type"):
    body: _Words
    action: _ListAction


class _Media(_Strict, frozen=True):
    link: Annotated[str, Meta(pattern="^https?://", max_length=2048)]
    caption: Annotated[str, Meta(max_length=1024)] = ""
    filename: Annotated[str, Meta(max_length=240)] = ""


class _TemplateLanguage(_Strict, frozen=True):
    code: str


class _Template(_Strict, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: _TemplateLanguage
    components: tuple[dict[str, object], ...] = ()


class _Context(_Strict, frozen=True):
    message_id: str


class _Sent(_Strict, frozen=True):
    messaging_product: Literal["whatsapp"]
    type: Literal["text", "interactive", "image", "audio", "video", "document", "template"]
    recipient_type: Literal["individual"] = "individual"
    to: str = ""
    recipient: str = ""
    context: _Context | None = None
    biz_opaque_callback_data: Annotated[str, Meta(max_length=512)] = ""
    text: _TextBody | None = None
    interactive: _ButtonMessage | _ListMessage | None = None
    image: _Media | None = None
    audio: _Media | None = None
    video: _Media | None = None
    document: _Media | None = None
    template: _Template | None = None


class _Typing(_Strict, frozen=True):
    type: Literal["text"]


class _Mark(_Strict, frozen=True):
    messaging_product: Literal["whatsapp"]
    status: Literal["read"]
    message_id: str
    typing_indicator: _Typing | None = None


class _Peek(msgspec.Struct, frozen=True):
    status: str = ""


_Content: TypeAlias = _TextBody | _ButtonMessage | _ListMessage | _Media | _Template


class WhatsAppGraph:
    """One Graph API for every WhatsApp number. It batches, signs the raw bytes, and repeats what is not answered with 200 for days."""

    channels: tuple[str, ...] = ("whatsapp_meta",)
    retries_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)

    def hears(self, call: HttpCall) -> bool:
        """Messages of a number; those of a page go to `me`."""
        parts = urlsplit(call.url)
        found = _PATH.fullmatch(parts.path)
        return parts.hostname == "graph.facebook.com" and found is not None and found[1] != "me"

    def alias(self, channel: str, guest: str) -> str:
        """A phone without its plus, or a business-scoped id as it is."""
        del channel
        return guest if _BUSINESS_ID.fullmatch(guest) else digits_of(guest, 12)

    def take(self, call: HttpCall, world: World) -> Taken:
        """Judge a call: the token, the shape, the limits; then take it, perhaps to let it fail later."""
        found = _PATH.fullmatch(urlsplit(call.url).path)
        line = None if found is None else world.line("whatsapp_meta", found[1])
        if line is None:
            return _refused(100, detail="Unsupported post request. Object does not exist")
        token = line.credentials.value("access_token")
        if header(call, "authorization") != f"Bearer {token}":
            return _refused(190)
        if world.throttled(("whatsapp_meta", line.key.address, ""), _LINE_RATE_S, _LINE_RATE_S):
            return _refused(130_429)
        peeked = strictly(call.body, _Peek)
        if isinstance(peeked, _Peek) and peeked.status:
            return _marked(strictly(call.body, _Mark), world)
        sent = strictly(call.body, _Sent)
        if isinstance(sent, str):
            return _refused(100, detail=sent)
        return self._take_message(sent, line, world)

    def _take_message(self, sent: _Sent, line: Line, world: World) -> Taken:
        alias = sent.recipient or sent.to.removeprefix("+")
        if not alias or (sent.recipient and not _BUSINESS_ID.fullmatch(sent.recipient)):
            return _refused(131_008, detail="to or recipient")
        if not sent.recipient and not _NUMBER.fullmatch(sent.to):
            return _refused(131_009, detail="to")
        content = _content_of(sent)
        if content is None:
            return _refused(131_008, detail=sent.type)
        wrong = _beyond_limits(content)
        if wrong:
            return _refused(131_009, detail=wrong)
        if world.throttled(("whatsapp_meta", line.key.address, alias), _PAIR_RATE_S, _PAIR_BURST):
            return _refused(131_056)
        message_id = f"wamid.{world.hex_id(32).upper()}"
        outside = not world.window_open("whatsapp_meta", line, alias, _WINDOW)
        later = "131047" if outside and not isinstance(content, _Template) else ""
        if ("whatsapp_meta", alias) in world.blocked:
            later = "131026"
        body = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": sent.to or sent.recipient, "wa_id": alias}],
            "messages": [{"id": message_id}],
        }
        return Taken(
            channel="whatsapp_meta",
            response=answered(200, body),
            verdict=f"accepted, fails later: {later}" if later else "accepted",
            line=line,
            guest=world.guest_of("whatsapp_meta", alias),
            message_id=message_id,
            shown=None if later else _shown(content, sent.type),
            progress=("failed",) if later else ("sent", "delivered", "read"),
            reference=sent.biz_opaque_callback_data,
            later=later,
        )

    def said(self, line: Line, said: Said, world: World) -> tuple[str, Event]:
        """Return the value of one change with one message."""
        message_id = f"wamid.{world.hex_id(32).upper()}"
        world.inbound_ids.add(message_id)
        alias = self.alias("whatsapp_meta", said.guest)
        who: dict[str, object] = {"from_user_id": alias} if _BUSINESS_ID.fullmatch(alias) else {"from": alias}
        contact: dict[str, object] = {"profile": {"name": said.name}}
        contact |= {"user_id": alias} if "from_user_id" in who else {"wa_id": alias}
        message = {**who, "id": message_id, "timestamp": _seconds(world), **_said_content(line, said, world)}
        return message_id, _value(line) | {"contacts": [contact], "messages": [message]}

    def status(self, receipt: Receipt, world: World) -> Event | None:
        """Return the value of one change with one status."""
        alias = self.alias("whatsapp_meta", receipt.guest)
        status: dict[str, object] = {
            "id": receipt.message_id,
            "status": receipt.progress,
            "timestamp": _seconds(world),
        }
        status |= {"recipient_user_id" if _BUSINESS_ID.fullmatch(alias) else "recipient_id": alias}
        if receipt.reference:
            status["biz_opaque_callback_data"] = receipt.reference
        if receipt.progress == "failed":
            code = int(receipt.code or "131000")
            title = _ERRORS.get(code, _ERRORS[131_000])[2].partition(") ")[2]
            details = {"details": "Message failed to send."}
            status["errors"] = [{"code": code, "title": title, "message": title, "error_data": details}]
        else:
            status["pricing"] = {"billable": True, "pricing_model": "PMP", "category": "service"}
        return _value(line=receipt.line) | {"statuses": [status]}

    def wrap(self, line: Line, events: Sequence[Event], world: World) -> tuple[Incoming, ...]:
        """Put all into one signed request, its letters escaped as Meta escapes them."""
        del world
        changes = [{"value": event, "field": "messages"} for event in events]
        body = {
            "object": "whatsapp_business_account",
            "entry": [{"id": line.key.account, "changes": changes}],
        }
        return (signed_by_meta(line, body),)


def signed_by_meta(line: Line, body: Mapping[str, object]) -> Incoming:
    """Return the request as Meta makes it: escaped letters in lower-case hexadecimal, then signed."""
    raw = escaped(msgspec.json.encode(body).decode()).encode()
    secret = line.credentials.value("app_secret")
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "user-agent": "facebookexternalua",
        "x-hub-signature-256": f"sha256={signature}",
    }
    return Incoming(path=f"/webhooks/{line.channel}", headers=headers, body=raw)


def escaped(text: str) -> str:
    """Write every letter beyond ASCII as a pair of UTF-16 units, as Meta does before it signs."""
    return "".join(
        letter
        if letter.isascii()
        else "".join(
            f"\\u{int.from_bytes(unit):04x}" for unit in _pairs(letter.encode("utf-16-be", "surrogatepass"))
        )
        for letter in text
    )


def _pairs(octets: bytes) -> list[bytes]:
    return [octets[at : at + 2] for at in range(0, len(octets), 2)]


def _value(line: Line) -> dict[str, object]:
    metadata = {"display_phone_number": "15550000000", "phone_number_id": line.key.address}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _seconds(world: World) -> str:
    return str(int(world.now().timestamp()))


def _said_content(line: Line, said: Said, world: World) -> dict[str, object]:
    if said.button:
        tapped = world.tapped("whatsapp_meta", said.guest, said.button)
        kind = "list_reply" if tapped.source == "list" else "button_reply"
        reply = {"id": tapped.id, "title": tapped.title}
        return {"type": "interactive", "interactive": {"type": kind, kind: reply}}
    if said.media:
        kind = said.media if said.media in MEDIA_TYPES else "document"
        file_id, stored = store_file(line, kind, said, world, file_id=digits_of(world.hex_id(16), 15))
        file: dict[str, object] = {
            "id": file_id,
            "mime_type": stored.media_type,
            "sha256": sha256_of(stored),
        }
        if said.text and kind != "audio":
            file["caption"] = said.text
        if kind == "audio":
            file["voice"] = True
        return {"type": kind, kind: file}
    return {"type": "text", "text": {"body": said.text}}


def _marked(mark: _Mark | str, world: World) -> Taken:
    if isinstance(mark, str):
        return _refused(100, detail=mark)
    if mark.message_id not in world.inbound_ids:
        return _refused(131_009, detail="message_id")
    response = answered(200, {"success": True})
    verdict = "accepted: typing" if mark.typing_indicator else "accepted: read"
    return Taken(channel="whatsapp_meta", response=response, verdict=verdict)


def _content_of(sent: _Sent) -> _Content | None:
    given: dict[str, _Content | None] = {
        "text": sent.text,
        "interactive": sent.interactive,
        "image": sent.image,
        "audio": sent.audio,
        "video": sent.video,
        "document": sent.document,
        "template": sent.template,
    }
    return given[sent.type]


def _beyond_limits(content: _Content) -> str:
    """Return what no single field says: ids and titles that repeat, or too many rows in all."""
    match content:
        case _ButtonMessage(action=_ButtonAction(buttons=buttons)):
            replies = [button.reply for button in buttons]
        case _ListMessage(action=_ListAction(sections=sections)):
            rows = [row for section in sections for row in section.rows]
            if len(rows) > _ROWS_MAX:
                return f"Total row count exceed max allowed count: {_ROWS_MAX}"
            return "" if len({row.id for row in rows}) == len(rows) else "Duplicated row id"
        case _:
            return ""
    if len({reply.id for reply in replies}) < len(replies):
        return "Duplicated button id"
    return "" if len({reply.title for reply in replies}) == len(replies) else "Duplicated button title"


def _shown(content: _Content, kind: str) -> Shown:
    match content:
        case _TextBody(body=text):
            return Shown(text=text)
        case _ButtonMessage(body=words, action=action):
            choices = tuple(Offered(each.reply.id, each.reply.title) for each in action.buttons)
            return Shown(text=words.text, buttons=choices)
        case _ListMessage(body=words, action=action):
            rows = (row for section in action.sections for row in section.rows)
            return Shown(text=words.text, buttons=tuple(Offered(row.id, row.title, "list") for row in rows))
        case _Media(link=link, caption=caption, filename=name):
            file = {"kind": kind, "url": link, "file_name": name}
            return Shown(text=caption, attachments=(file,))
        case _Template(name=name, components=components):
            return Shown(text=f"[{name}] {msgspec.json.encode(components).decode()}")


def _refused(code: int, *, detail: str = "") -> Taken:
    status, kind, message = _ERRORS[code]
    error: dict[str, object] = {"message": message, "type": kind, "code": code, "fbtrace_id": "Asandbox"}
    if detail:
        error["error_data"] = {"messaging_product": "whatsapp", "details": detail}
    response = Response(
        status=status,
        headers={"content-type": "application/json; charset=UTF-8"},
        body=msgspec.json.encode({"error": error}),
    )
    return Taken(channel="whatsapp_meta", response=response, verdict=f"refused: {code} {detail}".strip())
