"""The sandbox's JSON API (design, section 10), as a plain ASGI application for the composition root to put before the product's own.

It exists only where a sandbox does. It asks for no login: it moves nothing but stand-ins, and never runs in production.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Protocol, TypeAlias
from urllib.parse import parse_qs, unquote

import msgspec

from saveit.sandbox.behind import Behind
from saveit.sandbox.model import Entry, Faults, Said
from saveit.sandbox.stage import Stage, UnknownLine

Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

PREFIX = "/sandbox/api/"
_BODY_OCTETS_MAX = 65_536
# Below the usual idle time of whatever stands between.
_WAIT_S_MAX = 55.0


class Standing(msgspec.Struct, frozen=True):
    """What the product itself knows of a guest's conversation: the slot that it waits for, and whether the bot answers."""

    asked: str | None = None
    ai_attention: bool = True


class LookUp(Protocol):
    """Asks the product about a guest's conversation; `address` is the provider's spelling, `line_address` the business's or any."""

    async def __call__(self, channel: str, address: str, line_address: str = "") -> Standing:
        """Return how the conversation stands."""
        ...


class _Message(msgspec.Struct, frozen=True, rename={"sender": "from"}, forbid_unknown_fields=True):
    sender: str
    to: str = ""
    text: str = ""
    button: str = ""
    media: str = ""
    name: str = "Ana Torres"


class _Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    now: datetime | None


class SandboxApi:
    """Answers under /sandbox/api/ and hands every other request on."""

    def __init__(self, stage: Stage, look_up: LookUp, inner: App, behind: Behind | None = None) -> None:
        self._stage = stage
        self._look_up = look_up
        self._inner = inner
        self._behind = behind

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        path = scope.get("path")
        if scope["type"] != "http" or not isinstance(path, str) or not path.startswith(PREFIX):
            await self._inner(scope, receive, send)
            return
        try:
            status, body = await self._answer(scope, path.removeprefix(PREFIX), receive)
        except (msgspec.MsgspecError, ValueError) as error:
            status, body = 400, {"code": "sandbox_request_invalid", "detail": str(error)}
        except UnknownLine as error:
            status, body = 404, {"code": "sandbox_line_unknown", "detail": str(error)}
        encoded = msgspec.json.encode(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(encoded)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": encoded})

    async def _answer(  # noqa: PLR0911 - one return for each route.
        self, scope: Message, path: str, receive: Receive
    ) -> tuple[int, object]:
        parts = [unquote(part) for part in path.split("/")]
        match scope["method"], parts:
            case "POST", ["clock"]:
                wanted = msgspec.json.decode(await _body(receive), type=_Clock)
                self._stage.clock.move(wanted.now)
                return 200, {"now": self._stage.clock.now()}
            case "POST", ["faults"]:
                self._stage.set_faults(msgspec.json.decode(await _body(receive), type=Faults))
                return 200, self._stage.faults
            case "GET", ["calls"]:
                after = int(_asked(scope, "after", "0"))
                return 200, {"calls": [call for call in self._stage.calls if call.seq > after]}
            case "GET", ["stage"] if self._behind is not None:
                return 200, self._behind.whole(self._stage)
            case "GET", ["facts"] if self._behind is not None:
                return 200, await self._behind.news(self._stage, _asked(scope, "after", "0.0"))
            case "POST", [channel, "messages"]:
                return await self._say(channel, msgspec.json.decode(await _body(receive), type=_Message))
            case "GET", [channel, "conversations", guest]:
                return await self._conversation(scope, channel, guest)
            case _:
                return 404, {"code": "not_found"}

    async def _say(self, channel: str, message: _Message) -> tuple[int, object]:
        if not message.sender:
            raise ValueError("from must not be empty")
        said = Said(
            guest=message.sender,
            text=message.text,
            button=message.button,
            media=message.media,
            name=message.name,
        )
        message_id = await self._stage.say(channel, said, to=message.to)
        return 202, {"message_id": message_id}

    async def _conversation(self, scope: Message, channel: str, guest: str) -> tuple[int, object]:
        after, wait_s = int(_asked(scope, "after", "0")), float(_asked(scope, "wait_s", "0"))
        line = _asked(scope, "line", "")
        entries = await self._stage.read(
            channel, guest, after=after, wait_s=min(wait_s, _WAIT_S_MAX), address=line
        )
        standing = await self._look_up(channel, self._stage.alias(channel, guest), line)
        return 200, {
            "messages": [_told(entry) for entry in entries],
            "asked": standing.asked,
            "ai_attention": standing.ai_attention,
        }


def _told(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "direction": entry.direction,
        "text": entry.shown.text,
        "buttons": [{"id": each.id, "title": each.title} for each in entry.shown.buttons],
        "attachments": entry.shown.attachments,
        "at": entry.at,
    }


def _asked(scope: Message, name: str, default: str) -> str:
    query = scope.get("query_string", b"")
    assert isinstance(query, bytes)
    return parse_qs(query.decode("latin-1")).get(name, [default])[-1]


async def _body(receive: Receive) -> bytes:
    read = bytearray()
    while True:
        message = await receive()
        piece = message.get("body", b"")
        assert isinstance(piece, bytes)
        read += piece
        if len(read) > _BODY_OCTETS_MAX:
            raise ValueError("the body is too long")
        if not message.get("more_body"):
            return bytes(read)
