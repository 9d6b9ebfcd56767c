"""The way out to one socket: without waiting while its reader keeps up, and bounded when it does not.

What tempts is a queue and a writing task for each socket. Of five thousand sockets that hear of one fact each task is then woken, which
takes as long again as the sending. The server's `send` only waits when the socket's buffer is full; so it is tried by hand, one step, and
in the rare case that it would wait it is given up before it has begun, and what was to be sent is kept for a task of its own.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import cast

from saveit.kernel.observe import metrics
from saveit.web.sockets.server import Share
from saveit.web.sockets.wire import SLOW, SocketSend

# What a reader may be behind by; beyond it, it is quicker to come back and be sent the rest from the log.
_FRAMES_MAX = 256
_CHARACTERS_MAX = 1_048_576
_CLOSE_WITHIN_S = 5.0


class SocketOutlet:
    """Sends frames to one socket, in order, until it is ended. `give_up` is called when the socket does not even take its end."""

    __slots__ = ("_backlog", "_characters", "_drainer", "_give_up", "_send", "_share", "code")

    def __init__(self, send: SocketSend, give_up: Callable[[], object], share: Share | None = None) -> None:
        self._send = send
        self._share = share
        self._give_up = give_up
        self._backlog: deque[str] | None = None
        self._characters = 0
        self._drainer: asyncio.Task[None] | None = None
        self.code = 0
        """With which code it was ended; 0 while it is not."""

    def share(self, frame: bytes, text: str) -> None:
        """Send a text that many are sent: as the frame that it is already, where the server takes one and nothing waits."""
        if self.code or (self._drainer is None and self._share is not None and self._share(frame)):
            return
        self.offer(text)

    def offer(self, text: str) -> None:
        """Send a frame, or keep it while the reader is slow; one that is too slow is cut off, and comes back for the rest."""
        if self.code:
            return
        if self._drainer is None:
            sending = cast(
                "Coroutine[object, None, None]", self._send({"type": "websocket.send", "text": text})
            )
            try:
                sending.send(None)
            except StopIteration:
                return
            except (OSError, RuntimeError):
                # It has gone; its own task learns that from the server.
                self.code = 1006
                return
            sending.close()
            self._backlog = deque()
            self._characters = 0
            self._drainer = asyncio.create_task(self._drain(self._backlog))
        backlog = self._backlog
        assert backlog is not None
        backlog.append(text)
        self._characters += len(text)
        if len(backlog) > _FRAMES_MAX or self._characters > _CHARACTERS_MAX:
            metrics.socket_frames_dropped.inc(len(backlog))
            self.end(SLOW)

    async def send(self, text: str) -> None:
        """Send a frame after those that are waiting, and wait until it is on its way."""
        while self._drainer is not None and not self.code:
            await asyncio.wait((self._drainer,))
        if not self.code:
            try:
                await self._send({"type": "websocket.send", "text": text})
            except (OSError, RuntimeError):
                self.code = 1006

    def end(self, code: int) -> None:
        """Close the socket; what waits is not sent."""
        if self.code:
            return
        self.code = code
        if self._drainer is not None:
            self._drainer.cancel()
        self._drainer = asyncio.create_task(self._close(code))

    async def ended(self) -> None:
        """Return once nothing of it runs any more."""
        if self._drainer is not None:
            await asyncio.wait((self._drainer,))

    async def _drain(self, backlog: deque[str]) -> None:
        try:
            while backlog:
                await self._send({"type": "websocket.send", "text": backlog[0]})
                self._characters -= len(backlog.popleft())
        except (OSError, RuntimeError):
            self.code = self.code or 1006
        finally:
            if not self.code:
                self._drainer = self._backlog = None

    async def _close(self, code: int) -> None:
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                await self._send({"type": "websocket.close", "code": code})
        except (OSError, RuntimeError, TimeoutError):
            self._give_up()
