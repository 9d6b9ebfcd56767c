"""Telegram's Bot API: a token in the path, a secret word in the header, an update at a time for each chat."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from saveit.messages import HttpCall
from saveit.sandbox.model import Incoming, Line, Offered, Receipt, Said, Shown, Taken
from saveit.sandbox.providers.base import Event, answered, form_of, header, picture_of, strictly
from saveit.sandbox.providers.files import store_file
from saveit.sandbox.world import World, digits_of

_PATH = re.compile(r"/bot([^/]+)/([A-Za-z]+)", re.ASCII)
_FILES = {"sendPhoto": "photo", "sendAudio": "audio", "sendVideo": "video", "sendDocument": "document"}
_TEXT_MAX, _CAPTION_MAX, _DATA_MAX = 4096, 1024, 64
_PER_BOT_S, _PER_CHAT_S, _CHAT_BURST = 30, 1.0, 20


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1)]
    callback_data: str = ""
    url: str = ""


class _Markup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inline_keyboard: tuple[tuple[_Key, ...], ...] = ()


class _Body(msgspec.Struct, frozen=True):
    chat_id: int | str | None = None
    text: str = ""
    caption: str = ""
    action: str = ""
    callback_query_id: str = ""
    reply_markup: _Markup | None = None
    photo: str = ""
    audio: str = ""
    video: str = ""
    document: str = ""


class TelegramApi:
    """The Bot API. It tells no statuses; an update that is not answered with 200 holds up its chat."""

    channels: tuple[str, ...] = ("telegram",)
    retries_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)

    def hears(self, call: HttpCall) -> bool:
        """Everything at its host."""
        return urlsplit(call.url).hostname == "api.telegram.org"

    def alias(self, channel: str, guest: str) -> str:
        """Return a chat's number."""
        del channel
        return digits_of(guest, 10)

    def take(self, call: HttpCall, world: World) -> Taken:  # noqa: PLR0911 - one return for each of its refusals.
        """Judge a call by its method."""
        found = _PATH.fullmatch(urlsplit(call.url).path)
        if found is None:
            return _refused(404, "Not Found")
        line = next((each for each in world.lines if _token(each) == found[1]), None)
        if line is None:
            return _refused(401, "Unauthorized")
        method = found[2]
        body = _read(call)
        if isinstance(body, str):
            return _refused(400, "Bad Request: can't parse JSON object")
        if method == "answerCallbackQuery":
            if body.callback_query_id not in world.inbound_ids:
                told = "Bad Request: query is too old and response timeout expired or query ID is invalid"
                return _refused(400, told)
            return _done(f"accepted: {method}")
        if method not in {"sendMessage", "sendChatAction", *_FILES}:
            return _refused(404, "Not Found")
        alias = str(body.chat_id if body.chat_id is not None else "")
        if not world.knows("telegram", line, alias):
            return _refused(400, "Bad Request: chat not found")
        if ("telegram", alias) in world.blocked:
            return _refused(403, "Forbidden: bot was blocked by the user")
        if method == "sendChatAction":
            return _done("accepted: typing")
        return _take_message(method, body, line, alias=alias, world=world, uploaded=not _is_json(call))

    def said(self, line: Line, said: Said, world: World) -> tuple[str, Event]:
        """Return one update."""
        chat = int(self.alias("telegram", said.guest))
        user = {"id": chat, "is_bot": False, "first_name": said.name, "language_code": "es"}
        number = world.random.getrandbits(31)
        update: dict[str, object] = {"update_id": world.random.getrandbits(31)}
        at = int(world.now().timestamp())
        place = {"id": chat, "first_name": said.name, "type": "private"}
        message: dict[str, object] = {"message_id": number, "from": user, "chat": place, "date": at}
        if said.button:
            tapped = world.tapped("telegram", said.guest, said.button)
            query_id = str(world.random.getrandbits(60))
            world.inbound_ids.add(query_id)
            query = {
                "id": query_id,
                "from": user,
                "chat_instance": "1",
                "data": tapped.id,
                "message": message | {"reply_markup": {"inline_keyboard": [[_key(tapped)]]}},
            }
            return query_id, update | {"callback_query": query}
        if said.media:
            file_id, stored = store_file(line, said.media, said, world, file_id=world.hex_id(32))
            size = len(stored.content)
            file = {"file_id": file_id, "file_unique_id": world.hex_id(12), "file_size": size}
            sized = file | {"width": 10, "height": 10}
            kind = {"image": "photo", "audio": "voice"}.get(said.media, said.media)
            content: dict[str, object] = {kind: [sized] if kind == "photo" else file | {"duration": 1}}
            return f"{chat}:{number}", update | {
                "message": message | content | {"caption": "" if said.media == "audio" else said.text}
            }
        return f"{chat}:{number}", update | {"message": message | {"text": said.text}}

    def status(self, receipt: Receipt, world: World) -> Event | None:
        """Telegram tells nothing of what became of a message."""
        del receipt, world

    def wrap(self, line: Line, events: Sequence[Event], world: World) -> tuple[Incoming, ...]:
        """Each update is a request of its own."""
        del world
        headers = {
            "content-type": "application/json",
            "x-telegram-bot-api-secret-token": line.credentials.value("secret_token"),
        }
        path = f"/webhooks/telegram/{line.opaque}" if line.opaque else "/webhooks/telegram"
        return tuple(
            Incoming(path=path, headers=headers, body=msgspec.json.encode(event)) for event in events
        )


def _take_message(  # noqa: PLR0911 - one return for each of Telegram's own refusals.
    method: str, body: _Body, line: Line, *, alias: str, world: World, uploaded: bool
) -> Taken:
    if method == "sendMessage" and not body.text.strip():
        return _refused(400, "Bad Request: message text is empty")
    if _utf16(body.text) > _TEXT_MAX:
        return _refused(400, "Bad Request: message is too long")
    if _utf16(body.caption) > _CAPTION_MAX:
        return _refused(400, "Bad Request: message caption is too long")
    file = (
        ""
        if method == "sendMessage"
        else {"photo": body.photo, "audio": body.audio}.get(_FILES[method], body.video or body.document)
    )
    if method != "sendMessage" and not file and not uploaded:
        return _refused(400, f"Bad Request: there is no {_FILES[method]} in the request")
    keys = [key for row in (body.reply_markup.inline_keyboard if body.reply_markup else ()) for key in row]
    if any(not 0 < len(key.callback_data.encode()) <= _DATA_MAX for key in keys if not key.url):
        return _refused(400, "Bad Request: BUTTON_DATA_INVALID")
    wait_s = world.throttled(("telegram", line.key.address, ""), _PER_BOT_S, _PER_BOT_S) or world.throttled(
        ("telegram", line.key.address, alias), _PER_CHAT_S, _CHAT_BURST
    )
    if wait_s:
        retry = int(wait_s) + 1
        told = f"Too Many Requests: retry after {retry}"
        return _refused(429, told, parameters={"retry_after": retry})
    number = world.random.getrandbits(31)
    place = {"id": int(alias), "type": "private"}
    result = {"message_id": number, "chat": place, "date": int(world.now().timestamp()), "text": body.text}
    attachments = () if method == "sendMessage" else ({"kind": _FILES[method], "url": file},)
    return Taken(
        channel="telegram",
        response=answered(200, {"ok": True, "result": result}),
        verdict="accepted",
        line=line,
        guest=world.guest_of("telegram", alias),
        message_id=f"{alias}:{number}",
        shown=Shown(
            text=body.text or body.caption,
            buttons=tuple(Offered(key.callback_data, key.text) for key in keys),
            attachments=attachments,
        ),
    )


def _read(call: HttpCall) -> _Body | str:
    if _is_json(call):
        return strictly(call.body, _Body)
    form = form_of(call)
    chat_id, caption = (
        form.get(name, ("", b""))[1].decode("utf-8", "replace") for name in ("chat_id", "caption")
    )
    photo = picture_of("image/png", form["photo"][1]) if "photo" in form else ""
    return _Body(chat_id=chat_id or None, caption=caption, photo=photo)


def _is_json(call: HttpCall) -> bool:
    return header(call, "content-type").startswith("application/json")


def _token(line: Line) -> str:
    return line.credentials.value("bot_token") if line.channel == "telegram" else ""


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _done(verdict: str) -> Taken:
    return Taken(channel="telegram", response=answered(200, {"ok": True, "result": True}), verdict=verdict)


def _refused(code: int, description: str, parameters: Mapping[str, object] | None = None) -> Taken:
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    if parameters is not None:
        body["parameters"] = parameters
    response = answered(code, body)
    return Taken(channel="telegram", response=response, verdict=f"refused: {code} {description}")


def _key(tapped: Offered) -> dict[str, str]:
    return {"text": tapped.title, "callback_data": tapped.id}
