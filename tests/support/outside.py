"""Providers that go on living when a server is killed: the stand-ins, in the test's own process, and servers that call them there.

`python -m tests.support.outside up` is `saveit up` whose way out leads to the port in PROVIDERS_PORT instead of into a stage of its own.
A killed server so leaves behind what a provider really has: what it took, and what it knows of it.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from saveit import app
from saveit.__main__ import main
from saveit.channels.webchat import session_token
from saveit.consumers.notify import RealWayOut
from saveit.consumers.notify.delivery import worker
from saveit.consumers.notify.delivery.world import Push
from saveit.kernel.http import AnswerLost, HttpAnswer, HttpClient
from saveit.messages import HttpCall, Response
from saveit.sandbox import Incoming, Said, Stage, sandbox_lines
from tests.support.http_client import Request, ask

PUBLIC_URL = "https://tables.example"
_REDELIVERED_MAX = 400
_REDELIVERED_EVERY_S = 0.1


class Outside(HttpClient):
    """The product's HTTP client, whose every call goes to the stand-ins of the test."""

    def __init__(self, *_instead_of: object, private_allowed: bool = False) -> None:
        super().__init__(private_allowed=private_allowed)
        self._port = int(os.environ["PROVIDERS_PORT"])

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        timeout_s: float = 10.0,
        octets_max: int = 0,
        hosts: Collection[str] | None = None,
    ) -> HttpAnswer:
        """Make the call. Raises: AnswerLost."""
        del timeout_s, octets_max, hosts
        call = HttpCall(method=method, url=url, headers=tuple(headers), body=body)
        told = await ask(Request(self._port, "POST", "/", msgspec.to_builtins(call)))
        if told.status != 200:
            raise AnswerLost("the test's own fault")
        answer = msgspec.json.decode(told.body, type=Response)
        return HttpAnswer(status=answer.status, headers=answer.headers, body=answer.body)


class MovedClock:
    """Real time, and what a test has added to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC) + self.ahead

    def move(self, now: datetime | None) -> None:
        """Nobody but the test moves it."""


class Providers:
    """The stand-ins. They deliver to the server at `deliver_to`, again and again until they are answered, as providers do."""

    def __init__(self, number: int) -> None:
        self.clock = MovedClock()
        self.lines = sandbox_lines(number, public_url=PUBLIC_URL, secret=b"a secret of the tests")
        self.deliver_to = 0
        self.port = 0
        self.stage = Stage(
            self.lines,
            public_url=PUBLIC_URL,
            clock=self.clock,
            deliver=self._deliver,
            session_token=session_token,
        )
        self._client = httpx.AsyncClient()

    async def say(self, channel: str, guest: str, text: str) -> None:
        """Let a guest write."""
        await self.stage.say(channel, Said(guest=guest, text=text))

    def seen(self, channel: str, guest: str) -> list[str]:
        """Return what a guest was shown, each message once for each time that it arrived."""
        entries = self.stage.conversation(channel, guest).entries
        return [entry.shown.text for entry in entries if entry.direction == "out"]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call of a server."""
        with suppress(OSError, EOFError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            call = msgspec.json.decode(await reader.readexactly(length), type=HttpCall)
            try:
                status, body = 200, msgspec.json.encode(await self.stage.send(call))
            except AnswerLost:
                status, body = 504, b""
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()

    async def _deliver(self, incoming: Incoming) -> Response:
        for _ in range(_REDELIVERED_MAX):
            with suppress(httpx.HTTPError):
                answer = await self._client.request(
                    incoming.method,
                    f"http://127.0.0.1:{self.deliver_to}{incoming.path}",
                    headers=dict(incoming.headers),
                    content=incoming.body,
                )
                if answer.status_code < 300:
                    return Response(status=answer.status_code, body=answer.content)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), _REDELIVERED_EVERY_S)
        raise AssertionError("a delivery that nobody took")

    async def close(self) -> None:
        """Stop delivering."""
        await self.stage.close()
        await self._client.aclose()


@asynccontextmanager
async def providers(number: int) -> AsyncGenerator[Providers]:
    """Lend the stand-ins of restaurant `number`, from 1 to 9: two of one number share addresses."""
    made = Providers(number)
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()


def _way_out(_stage: Stage | None, push: Push) -> RealWayOut:
    return RealWayOut(Outside(), push)


if __name__ == "__main__":
    for name, instead in {"StageClient": Outside, "StageWayOut": _way_out}.items():
        setattr(app, name, instead)
    # What a dead process left is looked for every few seconds; a test does not want to wait.
    for name, seconds in {"_SWEEP_S": 0.2}.items():
        setattr(worker, name, seconds)
    main()
