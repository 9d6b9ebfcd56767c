"""The sockets, as the server calls them: plain ASGI, because five thousand of them are open at once.

What tempts is the framework's WebSocket handler. It keeps for each socket a connection object, a handler, signatures and dependencies, half
as much again as the server's own share; and a broadcast pays its layers for every frame. What a socket needs of it is a path.
"""

import asyncio
from typing import cast

from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.observe import logger
from saveit.web.edge import read_heads
from saveit.web.edge.heads import caller_address
from saveit.web.parts import Parts
from saveit.web.sockets.chat import ChatSocket
from saveit.web.sockets.door import Door
from saveit.web.sockets.open import Gone
from saveit.web.sockets.origins import is_allowed
from saveit.web.sockets.server import SocketProtocol, share_of
from saveit.web.sockets.staff import StaffSocket
from saveit.web.sockets.times import TimesSocket
from saveit.web.sockets.wire import BROKEN, BUSY, TOO_MANY, SocketReceive, SocketSend
from saveit.web.wire.asgi import Headers, Receive, Scope, Send

__all__ = ["CHAT", "STAFF", "TIMES", "SocketProtocol", "Sockets", "is_allowed"]

CHAT = "/ws/chat"
STAFF = "/ws/staff"
TIMES = "/ws/times"

_log = logger("live")


class Sockets:
    """Answers everything that is asked for as a WebSocket."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._door = Door(parts.limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it is closed."""
        path, live = scope["path"], self._parts.live
        hear, say = cast("SocketReceive", receive), cast("SocketSend", send)
        await hear()
        if live is None or path not in {CHAT, STAFF, TIMES}:
            # Before it is accepted, closing is 403 to whoever asked.
            await say({"type": "websocket.close", "code": BUSY})
            return
        address = self._address(scope)
        await say({"type": "websocket.accept"})
        if not self._door.comes(address):
            await say({"type": "websocket.close", "code": TOO_MANY})
            return
        socket: ChatSocket | StaffSocket | TimesSocket
        match path:
            case "/ws/chat":
                socket = ChatSocket(self._parts, live, hear, say)
            case "/ws/times":
                socket = TimesSocket(self._parts, live, hear, say, share=share_of(scope))
            case _:
                socket = StaffSocket(self._parts, live, hear, say, share=share_of(scope))
        try:
            await self._serve(socket, scope["headers"])
        except Gone:
            pass
        except (Fault, Refusal) as error:
            _log.warning("socket.lost", error=type(error).__name__)
            socket.outlet.end(BUSY)
        except asyncio.CancelledError:
            # The outlet gave it up; anything else that cancels is the server's end.
            if not socket.outlet.code:
                raise
        except Exception as error:  # noqa: BLE001 - the edge of a socket: the others go on.
            _log.error("socket.failed", exc_info=error)
            socket.outlet.end(BROKEN)
        finally:
            self._door.goes(address)
        await socket.outlet.ended()

    async def _serve(self, socket: ChatSocket | StaffSocket | TimesSocket, headers: Headers) -> None:
        match socket:
            case StaffSocket():
                await socket.run(self._door, read_heads(headers).token)
            case TimesSocket():
                await socket.run(self._door)
            case ChatSocket():
                await socket.run(self._door, origin=header(headers, b"origin"), host=header(headers, b"host"))

    def _address(self, scope: Scope) -> str:
        client = scope.get("client")
        address = client[0] if client else ""
        forwarded = header(scope["headers"], b"x-forwarded-for")
        if forwarded:
            address = caller_address(address, forwarded.encode("latin-1"), self._parts.trusted_proxies)
        return address


def header(headers: Headers, name: bytes) -> str:
    """Return the last value of a header, empty where there is none."""
    found = [value for known, value in headers if known == name]
    return found[-1].decode("latin-1") if found else ""
