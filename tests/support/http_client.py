"""Guests who ask over HTTP, each on a connection of their own, and a hundred of them at once.

A library's client opens connections, writes and reads in whatever order it likes. Here every connection is open before the first request
goes out, and all requests are written before any answer is read: what a race test needs is that they meet.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tests.support.waiting import wait_until

# A server that is behind answers late; one that hangs is a bug, and the test should end with it.
_ANSWER_WITHIN_S = 60.0
# A server takes connections before it answers: more at once than its backlog would be turned away.
_OPENING_AT_ONCE = 200
# A guest waits as long as the answer says, up to this: a test has no minutes.
_PATIENCE_S = 0.25
_TRIES_MAX = 400
_BUSY = 503


class Lost(Exception):
    """The connection ended before the whole answer was there: what became of the request is not known."""


class Request(msgspec.Struct, frozen=True):
    """One request, to a server at a port of this machine."""

    port: int
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    token: str | None = None
    key: str | None = None
    tenant: str | None = None
    headers: Mapping[str, str] = {}

    def octets(self) -> bytes:
        """Return the request as it is sent."""
        body = b"" if self.body is None else msgspec.json.encode(self.body)
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        if self.token is not None:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.key is not None:
            lines.append(f"Idempotency-Key: {self.key}")
        if self.tenant is not None:
            lines.append(f"SaveIt-Tenant: {self.tenant}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join((*lines, "", "")).encode() + body

    def at(self, port: int) -> "Request":
        """Return the same request to another server."""
        return msgspec.structs.replace(self, port=port)


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """The body, read as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def done(self) -> bool:
        """Whether the act was done."""
        return self.status < 300

    @property
    def said(self) -> str:
        """`done`, or the code of the problem."""
        return "done" if self.done else str(self.told["code"])


class Line:
    """One open connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        """Connect. Raises: Lost."""
        try:
            return cls(*await asyncio.open_connection("127.0.0.1", port))
        except OSError as error:
            raise Lost from error

    def write(self, request: Request) -> None:
        """Send a request, without waiting for anything."""
        self._writer.write(request.octets())

    async def read(self) -> Answer:
        """Return the answer to the oldest request that was sent. Raises: Lost."""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                status, *lines = head.rstrip("\r\n").split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (n.partition(":") for n in lines)
                }
                body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        except (OSError, EOFError) as error:
            raise Lost from error
        return Answer(int(status.split(" ")[1]), headers, body)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def ask(request: Request) -> Answer:
    """Send one request and return the answer. Raises: Lost."""
    line = await Line.open(request.port)
    try:
        line.write(request)
        return await line.read()
    finally:
        line.close()


async def done(request: Request) -> Any:
    """Send one request that must be done, and return what is told."""
    answer = await ask(request)
    assert answer.done, answer.body
    return answer.told if answer.body else None


async def at_once(requests: Iterable[Request]) -> list[Answer]:
    """Send all requests at once, each on a line of its own that was open before, and return the answers in their order."""
    wanted = list(requests)
    slots = asyncio.Semaphore(_OPENING_AT_ONCE)

    async def opened(request: Request) -> Line:
        async with slots:
            return await Line.open(request.port)

    lines = await asyncio.gather(*(opened(request) for request in wanted))
    try:
        for line, request in zip(lines, wanted, strict=True):
            line.write(request)
        return list(await asyncio.gather(*(line.read() for line in lines)))
    finally:
        for line in lines:
            line.close()


async def until_answered(request: Request, ports: Sequence[int]) -> Answer:
    """Send a request until it is answered by more than "try again": lost or busy, it goes to the next server, with the same key."""
    for number in range(_TRIES_MAX):
        try:
            answer = await ask(request.at(ports[number % len(ports)]))
        except Lost:
            await _a_moment(_PATIENCE_S)
            continue
        if answer.status != _BUSY:
            return answer
        assert "retry-after" in answer.headers, answer.body
        await _a_moment(float(answer.headers["retry-after"]))
    raise AssertionError(f"{request.method} {request.path} was never answered")


async def eventually(condition: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 30.0) -> None:
    """Look again and again until `condition` holds, while everything else of this loop goes on.

    Raises: AssertionError naming `what` was waited for.
    """
    loop = asyncio.get_running_loop()

    async def look() -> bool:
        return await condition()

    def looked() -> bool:
        return asyncio.run_coroutine_threadsafe(look(), loop).result()

    await asyncio.to_thread(wait_until, looked, what, within_s=within_s)


def counted(answers: Iterable[Answer]) -> dict[str, int]:
    """Count what was said."""
    return dict(Counter(answer.said for answer in answers))


async def _a_moment(wished_s: float) -> None:
    """Let the time pass that a server asks its callers for, up to a limit."""
    try:
        await asyncio.wait_for(asyncio.Event().wait(), min(wished_s, _PATIENCE_S))
    except TimeoutError:
        return
