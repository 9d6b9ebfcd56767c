"""One open socket: its frames in, bounded in size, number and silence."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from saveit.web.sockets.outlet import SocketOutlet
from saveit.web.sockets.server import Share
from saveit.web.sockets.wire import (
    FRAME_OCTETS_MAX,
    MALFORMED,
    SILENT,
    TOO_MANY,
    SocketReceive,
    SocketSend,
)

HELLO_WITHIN_S = 10.0
# A person types a message a second at most; a program that sends more is not a guest and not a screen.
_FRAMES_AT_ONCE = 60.0
_FRAMES_PER_S = 10.0

Frame = TypeVar("Frame")


class Gone(Exception):
    """The socket is closed, by either side."""


class OpenSocket(Generic[Frame]):
    """A socket that was accepted. Reading raises Gone once it is closed."""

    __slots__ = ("_allowance", "_allowed_at", "_decode", "_receive", "heard_at", "outlet")

    def __init__(
        self,
        receive: SocketReceive,
        send: SocketSend,
        decode: Callable[[str], Frame],
        give_up: Callable[[], object],
        *,
        share: Share | None = None,
    ) -> None:
        self._receive = receive
        self._decode = decode
        self.outlet = SocketOutlet(send, give_up, share)
        self.heard_at = self._allowed_at = asyncio.get_running_loop().time()
        self._allowance = _FRAMES_AT_ONCE

    async def hello(self) -> Frame:
        """Return the first frame. Raises: Gone, also when it does not come in time."""
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                return await self.next()
        except TimeoutError:
            raise self.over(SILENT) from None

    async def next(self) -> Frame:
        """Return the next frame. Raises: Gone, also for a frame that is none of ours: that ends the socket."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            self.outlet.code = self.outlet.code or message.get("code", 1005)
            raise Gone
        self._take_one()
        text = message.get("text")
        if text is None or len(text) > FRAME_OCTETS_MAX:
            raise self.over(MALFORMED)
        try:
            return self._decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise self.over(MALFORMED) from None

    def over(self, code: int) -> Gone:
        """End the socket, and return what its reader raises."""
        self.outlet.end(code)
        return Gone()

    def _take_one(self) -> None:
        """Count a frame against the socket's allowance. Raises: Gone."""
        now = self.heard_at = asyncio.get_running_loop().time()
        self._allowance = min(_FRAMES_AT_ONCE, self._allowance + (now - self._allowed_at) * _FRAMES_PER_S)
        self._allowed_at = now
        if self._allowance < 1:
            raise self.over(TOO_MANY)
        self._allowance -= 1
