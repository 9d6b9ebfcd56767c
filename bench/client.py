"""An HTTP client that costs next to nothing, because it shares its cores with what it measures.

Requests are octets made beforehand, and of an answer only the status is looked at. Connections are kept; one that is closed on us is a bug.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from types import MappingProxyType

from msgspec import Struct

_TIMEOUT_S = 60.0
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_HEADER_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_GOOD = range(200, 300)


class Load(Struct, frozen=True):
    """What came back: how many answers of each status, and how long each took."""

    statuses: dict[int, int]
    took_ms: list[float]
    seconds: float

    @property
    def per_s(self) -> float:
        """Good answers a second."""
        return sum(count for status, count in self.statuses.items() if status in _GOOD) / self.seconds

    @property
    def bad(self) -> dict[int, int]:
        """The other answers."""
        return {status: count for status, count in self.statuses.items() if status not in _GOOD}


class Answer(Struct, frozen=True):
    """One answer, whole."""

    status: int
    body: bytes


def request(
    method: str,
    path: str,
    *,
    token: str = "",
    body: bytes = b"",
    key: str = "",
    headers: Mapping[str, str] = _NO_HEADERS,
) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "host: bench", "accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if token:
        lines.append(f"authorization: Bearer {token}")
    if key:
        lines.append(f"idempotency-key: {key}")
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode() + body


class Line(asyncio.Protocol):
    """One kept connection, with one request on its way at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._body_at = 0
        self._length = 0
        self.on_answer: Callable[[Line, Answer], None] = _ignored
        self.due_at = 0.0

    def ask(self, octets: bytes, due_at: float) -> None:
        """Send a request, and remember when it was due."""
        assert self._transport is not None, "the line is not connected"
        self.due_at = due_at
        self._transport.write(octets)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the line."""
        # The loop's own transports are not all subclasses of asyncio's.
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue] - a stream's transport can write.

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer, then tell."""
        self._buffer += data
        if not self._length:
            end = self._buffer.find(_HEADER_END)
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            at = head.find(_LENGTH)
            told = 0 if at < 0 else int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
            self._body_at = end + len(_HEADER_END)
            self._length = self._body_at + told
        if len(self._buffer) >= self._length:
            answer = Answer(int(self._buffer[9:12]), bytes(self._buffer[self._body_at : self._length]))
            del self._buffer[: self._length]
            self._length = 0
            self.on_answer(self, answer)


def _ignored(_line: Line, _answer: Answer) -> None:
    """Nobody has asked."""


@asynccontextmanager
async def lines(port: int, count: int) -> AsyncGenerator[list[Line]]:
    """Lend so many connections to a server on this machine."""
    loop = asyncio.get_running_loop()
    opened: list[Line] = []
    try:
        for _ in range(count):
            _, line = await loop.create_connection(Line, "127.0.0.1", port)
            opened.append(line)
        yield opened
    finally:
        for line in opened:
            line.close()


async def ask_once(port: int, octets: bytes) -> Answer:
    """Ask one thing. Raises: OSError where nobody listens."""
    told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def tell(_line: Line, answer: Answer) -> None:
        told.set_result(answer)

    async with lines(port, 1) as (line,):
        line.on_answer = tell
        line.ask(octets, perf_counter())
        return await asyncio.wait_for(told, _TIMEOUT_S)


async def hammer(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """Ask as fast as answers come, on every connection, until the time or the requests are over."""
    statuses: Counter[int] = Counter()
    took_ms: list[float] = []
    over = asyncio.Event()
    idle = 0
    began = perf_counter()

    def go_on(line: Line) -> None:
        nonlocal idle
        now = perf_counter()
        octets = next(requests, None) if now - began < seconds else None
        if octets is not None:
            line.ask(octets, now)
            return
        idle += 1
        if idle == connections:
            over.set()

    def take(line: Line, answer: Answer) -> None:
        statuses[answer.status] += 1
        took_ms.append((perf_counter() - line.due_at) * 1000)
        go_on(line)

    async with lines(port, connections) as opened:
        began = perf_counter()
        for line in opened:
            line.on_answer = take
            go_on(line)
        await asyncio.wait_for(over.wait(), seconds + _TIMEOUT_S)
        return Load(dict(statuses), took_ms, perf_counter() - began)


async def paced(port: int, requests: Sequence[bytes], *, connections: int, per_s: float) -> Load:
    """Ask at a steady rate, whatever the answers do; the time of each runs from when it was due, so that waiting counts."""
    statuses: Counter[int] = Counter()
    took_ms: list[float] = []
    over = asyncio.Event()
    waiting: deque[tuple[bytes, float]] = deque()

    def take(line: Line, answer: Answer) -> None:
        statuses[answer.status] += 1
        took_ms.append((perf_counter() - line.due_at) * 1000)
        if waiting:
            line.ask(*waiting.popleft())
        else:
            free.append(line)
        if len(took_ms) == len(requests):
            over.set()

    async with lines(port, connections) as opened:
        free = list(opened)
        for line in opened:
            line.on_answer = take
        began = perf_counter()
        for number, octets in enumerate(requests):
            due_at = began + number / per_s
            pause = due_at - perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            if free:
                free.pop().ask(octets, due_at)
            else:
                waiting.append((octets, due_at))
        await asyncio.wait_for(over.wait(), _TIMEOUT_S)
        return Load(dict(statuses), took_ms, perf_counter() - began)
