"""The sandbox inside one process: webhooks go into the product's own ASGI application, and its way out leads to the stage."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import cast
from urllib.parse import unquote, urlsplit

from saveit.kernel.http import HttpAnswer, HttpClient
from saveit.messages import HttpCall, Response
from saveit.sandbox.api import App, Message
from saveit.sandbox.model import Incoming
from saveit.sandbox.stage import Stage


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


def deliver_to(
    app: App, public_url: str, *, receive_mail: Callable[[Incoming], Awaitable[Response]]
) -> Callable[[Incoming], Awaitable[Response]]:
    """Return a delivery to an application of this process. Mail comes by its own protocol, so it has its own door."""

    async def deliver(incoming: Incoming) -> Response:
        if incoming.method == "SMTP":
            return await receive_mail(incoming)
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
