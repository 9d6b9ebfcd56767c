"""An answer ready to be sent, and the headers that every answer has."""

import msgspec

from saveit.web.wire.asgi import Headers, Message, Send

JSON = b"application/json"

# Nothing of ours is meant to be framed, guessed at, kept or run; a page that needs more says so itself. No more than these: the server
# checks every header by two expressions, and a dozen of them cost a listing from memory a tenth of its time.
SECURITY_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A whole answer."""

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    code: str | None = None
    """Of the problem, when it is one."""


class Kept:
    """A good answer that is sent again and again: its octets, with the headers that are always the same put together once."""

    __slots__ = ("_heads", "_whole", "body")

    def __init__(self, body: bytes) -> None:
        self.body: Message = {"type": "http.response.body", "body": body}
        length = (b"content-length", b"%d" % len(body))
        self._heads: Headers = [(b"content-type", JSON), length, *SECURITY_HEADERS]
        self._whole = (b"HTTP/1.1 200 OK\r\n" + _lines(self._heads), body)

    def start(self, extra: Headers) -> Message:
        """Return the beginning of the answer; `extra` are the request's own headers."""
        return {"type": "http.response.start", "status": 200, "headers": self._heads + extra}

    def octets(self, extra: Headers) -> bytes:
        """Return the whole answer as it goes over the wire of HTTP/1.1; `extra` are the request's own headers and the server's."""
        head, body = self._whole
        return b"%b%b\r\n%b" % (head, _lines(extra), body)


def _lines(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


async def send_kept(send: Send, kept: Kept, extra: Headers) -> None:
    """Send an answer that is kept."""
    await send(kept.start(extra))
    await send(kept.body)


async def send_reply(send: Send, reply: Reply, extra: Headers) -> None:
    """Send the answer with its own headers and those of every answer; `extra` are this request's."""
    headers: Headers = [
        (b"content-type", reply.media_type),
        (b"content-length", b"%d" % len(reply.body)),
    ]
    if reply.headers:
        headers = completed([*headers, *reply.headers], extra)
    else:
        headers += extra
        headers += SECURITY_HEADERS
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def completed(headers: Headers, extra: Headers) -> Headers:
    """Return an answer's headers with this request's and those of every answer; what the answer says itself, such as a policy, stands."""
    present = {name.lower() for name, _ in headers}
    return [*headers, *extra, *((name, value) for name, value in SECURITY_HEADERS if name not in present)]
