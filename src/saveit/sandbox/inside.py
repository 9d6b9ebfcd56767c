"""The sandbox inside one process: webhooks go into the product's own ASGI application, and its way out leads to the stage."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import cast
from urllib.parse import unquote, urlsplit

import msgspec

from saveit.consumers.live import CHANNEL, Chats, Said, SessionForged, enter, hear
from saveit.gateway import Gateway
from saveit.kernel.errors import Fault
from saveit.kernel.http import HttpAnswer, HttpClient, NotSent
from saveit.messages import HttpCall, Mail, Response, SocketPush
from saveit.sandbox.api import App, Message
from saveit.sandbox.model import Incoming
from saveit.sandbox.stage import Stage

_FRAMES = f"/webhooks/{CHANNEL}/"


class StageClient(HttpClient):
    """The product's HTTP client, whose every call ends on the stage: nothing of a sandbox leaves the machine."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

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
        """Make the call to the stand-in. Raises: NotSent; AnswerLost."""
        del timeout_s, octets_max, hosts
        call = HttpCall(method=method, url=url, headers=tuple(headers), body=body)
        answer = await self._stage.send(call)
        return HttpAnswer(status=answer.status, headers=answer.headers, body=answer.body)


class StageWayOut:
    """The way out of a sandbox: to the stage, and for a web chat to the product's own sockets as well, which are no provider's."""

    def __init__(self, stage: Stage, push: Callable[[SocketPush], Awaitable[str]]) -> None:
        self._stage = stage
        self._push = push

    async def send(self, call: HttpCall | Mail | SocketPush) -> Response:
        """Make the call. Raises: NotSent; AnswerLost."""
        if isinstance(call, SocketPush):
            try:
                await self._push(call)
            except Fault as fault:
                raise NotSent(type(fault).__name__) from fault
        return await self._stage.send(call)


def frames_into(chats: Chats, gateway: Gateway) -> Callable[[Incoming], Awaitable[Response]]:
    """Return a delivery of web chats' frames: from a stand-in's guest they go the same way as from a socket."""

    async def deliver(incoming: Incoming) -> Response:
        opaque = incoming.path.rpartition("/")[2]
        name, _, signature = incoming.headers["x-saveit-session"].partition(".")
        routes = await gateway.lines.candidates(CHANNEL, opaque=opaque)
        try:
            said = msgspec.json.decode(incoming.body, type=Said)
            session = await enter(chats, gateway, routes[0].line.id, name=name, signature=signature)
            await hear(chats, gateway, session, said)
        except (IndexError, SessionForged):
            return Response(status=403)
        return Response(status=200)

    return deliver


def deliver_to(
    app: App,
    public_url: str,
    *,
    receive_mail: Callable[[Incoming], Awaitable[Response]],
    receive_frame: Callable[[Incoming], Awaitable[Response]],
) -> Callable[[Incoming], Awaitable[Response]]:
    """Return a delivery to an application of this process. Mail and web chats come by their own protocols, so they have their own doors."""

    async def deliver(incoming: Incoming) -> Response:
        if incoming.method == "SMTP":
            return await receive_mail(incoming)
        if incoming.path.startswith(_FRAMES):
            return await receive_frame(incoming)
        return await _called(app, public_url, incoming)

    return deliver


async def _called(app: App, public_url: str, incoming: Incoming) -> Response:
    """Call the application once, as its server would."""
    parts = urlsplit(public_url)
    path, _, query = incoming.path.partition("?")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in incoming.headers.items()]
    headers += [(b"host", parts.netloc.encode()), (b"content-length", str(len(incoming.body)).encode())]
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": incoming.method,
        "scheme": parts.scheme,
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "root_path": "",
        "query_string": query.encode("latin-1"),
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname, parts.port or 0),
        "extensions": {},
        "state": {},
    }
    pieces: list[Message] = [{"type": "http.request", "body": incoming.body, "more_body": False}]
    status, given, body = 500, dict[str, str](), bytearray()

    async def receive() -> Message:
        return pieces.pop() if pieces else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            found = message["status"]
            assert isinstance(found, int)
            pairs = cast("Iterable[tuple[bytes, bytes]]", message.get("headers", ()))
            status = found
            given.update({name.decode().lower(): value.decode("latin-1") for name, value in pairs})
        elif message["type"] == "http.response.body":
            piece = message.get("body", b"")
            assert isinstance(piece, bytes)
            body.extend(piece)

    await app(scope, receive, send)
    return Response(status=status, headers=given, body=bytes(body))
