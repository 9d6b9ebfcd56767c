"""An application that does nothing but say to all sockets what it is told: what the server alone costs for a fan-out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

_Message = Mapping[str, object]
_Send = Callable[[_Message], Awaitable[None]]
_Receive = Callable[[], Awaitable[_Message]]

_START: _Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
_BODY: _Message = {"type": "http.response.body", "body": b""}
_open: set[_Send] = set()


async def app(scope: _Message, receive: _Receive, send: _Send) -> None:
    """Keep every socket, and send each what is posted."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        _open.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        _open.discard(send)
    elif scope["type"] == "http":
        body = cast("bytes", (await receive()).get("body", b""))
        if body:
            for each in tuple(_open):
                await each({"type": "websocket.send", "text": body.decode()})
        await send(_START)
        await send(_BODY)
