"""Pages of ours, served from memory: /docs, which shows the OpenAPI document without asking anybody else for anything.

What tempts is one of the well-known viewers. They come from other people's servers, or weigh megabytes; ours is a page that reads one
document, and works on a restaurant's network when the way out is down.
"""

from importlib import resources

from saveit.web.edge import Call, Reply
from saveit.web.wire.asgi import Receive, Scope

_HTML_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Page:
    """One page or file."""

    def __init__(self, route: str, body: bytes, media_type: bytes) -> None:
        self.route = self.path = route
        self.methods = ("GET",)
        self._reply = Reply(
            200,
            body,
            media_type=media_type,
            headers=(
                (b"content-security-policy", _HTML_POLICY),
                (b"cache-control", b"no-cache"),
                (b"referrer-policy", b"no-referrer"),
            ),
        )

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Give the page."""
        return self._reply


class Start:
    """GET /: where somebody who types the bare address is led."""

    route = path = "/"
    methods = ("GET",)

    def __init__(self, to: str) -> None:
        self._to = to.encode()

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Lead them to the first page."""
        return Reply(307, b"", headers=((b"location", self._to),))


def pages() -> tuple[Page, ...]:
    """Return the pages, read once."""
    folder = resources.files("saveit.web.pages")
    return (
        Page("/docs", folder.joinpath("docs.html").read_bytes(), b"text/html; charset=utf-8"),
        Page("/docs/docs.js", folder.joinpath("docs.js").read_bytes(), b"text/javascript; charset=utf-8"),
        Page("/docs/docs.css", folder.joinpath("docs.css").read_bytes(), b"text/css; charset=utf-8"),
    )
