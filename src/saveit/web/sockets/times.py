"""/ws/times: which days of a restaurant have changed, told to booking pages that are open."""

import asyncio

import msgspec

from saveit.kernel.ids import RestaurantId
from saveit.venues import find_slug
from saveit.web.parts import Live, Parts
from saveit.web.sockets.door import Door
from saveit.web.sockets.open import OpenSocket
from saveit.web.sockets.server import Share
from saveit.web.sockets.wire import (
    BUSY,
    MALFORMED,
    UNKNOWN,
    Ping,
    Pong,
    SocketReceive,
    SocketSend,
    TimesFrame,
    TimesHello,
)

_decoder = msgspec.json.Decoder(TimesFrame)


class TimesSocket(OpenSocket[TimesFrame]):
    """One page. It says nothing after its first word; what it is told comes from the hub."""

    __slots__ = ("_live", "_parts")

    def __init__(
        self, parts: Parts, live: Live, receive: SocketReceive, send: SocketSend, *, share: Share | None
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        super().__init__(receive, send, _decoder.decode, task.cancel, share=share)
        self._parts = parts
        self._live = live

    async def run(self, door: Door) -> None:
        """Serve until the socket is closed. Raises: Gone; Fault."""
        hello = await self.hello()
        if not isinstance(hello, TimesHello):
            raise self.over(MALFORMED)
        restaurant_id = await self._restaurant(hello.restaurant)
        # What is told begins here: a page that lists its days after this word misses nothing.
        await self._live.hub.begin()
        door.enter(self, "times")
        self._live.times.join(self.outlet, restaurant_id)
        try:
            self.outlet.offer('{"type":"watching"}')
            while True:
                match await self.next():
                    case Ping():
                        self.outlet.offer('{"type":"pong"}')
                    case Pong():
                        pass
                    case TimesHello():
                        raise self.over(MALFORMED)
        finally:
            self._live.times.leave(self.outlet, restaurant_id)
            door.leave(self, "times")

    def ping(self) -> str:
        """Return the question whether it lives."""
        return '{"type":"ping"}'

    def review(self) -> None:
        """Whoever opens the page may look: there are no rights that change."""

    def fail(self) -> None:
        """End the socket: it comes back and looks again."""
        self.outlet.end(BUSY)

    async def _restaurant(self, slug: str) -> RestaurantId:
        """Return whose slug it is. Raises: Gone."""
        async with self._parts.desk.database.gate() as gate_tx:
            entry = await find_slug(gate_tx, slug)
        if entry is None:
            raise self.over(UNKNOWN)
        return entry.restaurant_id
