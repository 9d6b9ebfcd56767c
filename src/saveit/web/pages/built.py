"""The pages that people see, as `ui/` was built: read once, and served from memory as each browser takes them.

A name that holds the hash of what it names never changes, and is kept for a year; every other file is asked about again and has a
tag, so that a page that has not changed costs a line. What a browser may do here stands in one policy: our own files and sockets,
pictures that the page has made itself, and such scripts and styles in a page as it was built with, by their hashes.
"""

import base64
import hashlib
import re
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from saveit.web.edge import Call, Reply
from saveit.web.problems import NotFound
from saveit.web.wire.asgi import Headers, Receive, Scope

BOOKING = "/r/"
"""Where the booking pages are: below it, each restaurant's by its slug."""

_FOLDER = "built"
_POLICY = (
    b"default-src 'none'; script-src 'self'%b; style-src 'self'%b; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    b"media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_INSIDE = {
    kind: re.compile(rb"<%b>(.*?)</%b>" % (begin, end), re.DOTALL)
    for kind, begin, end in (
        ("script", rb'script type="module"', rb"script"),
        ("style", rb"style", rb"style"),
    )
}
_MEDIA_TYPES = {
    "css": b"text/css; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "ico": b"image/x-icon",
    "jpg": b"image/jpeg",
    "js": b"text/javascript; charset=utf-8",
    "json": b"application/json",
    "mp3": b"audio/mpeg",
    "png": b"image/png",
    "svg": b"image/svg+xml",
    "wasm": b"application/wasm",
    "webmanifest": b"application/manifest+json",
    "webp": b"image/webp",
    "woff2": b"font/woff2",
}
_PACKED = ((b"br", ".br"), (b"gzip", ".gz"))
_HASHED = re.compile(r"-[\w-]{8}\.\w+$")
_YEAR = b"public, max-age=31536000, immutable"
_NOT_BUILT = (
    "Las páginas no están construidas: ejecute `make pages` y vuelva a arrancar.\n"
    "The pages are not built: run `make pages`, and start again.\n"
)


class File(msgspec.Struct, frozen=True):
    """One built file: its octets plain and packed, its tag, and whether its name changes with its content."""

    media_type: bytes
    tag: bytes
    policy: bytes
    lasting: bool
    plain: bytes
    packed: dict[bytes, bytes]

    @property
    def headers(self) -> Headers:
        """What every browser is told with it."""
        return [
            (b"vary", b"accept-encoding"),
            (b"referrer-policy", b"no-referrer"),
            (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
            (b"content-security-policy", self.policy),
            # The staff app's service worker lies below the page that it keeps.
            (b"service-worker-allowed", b"/staff"),
        ]

    def reply(self, scope: Scope) -> Reply:
        """Answer with the smallest form that the browser takes; without a body when it has this very one."""
        sent = dict(scope["headers"])
        headers = [
            *self.headers,
            (b"cache-control", _YEAR if self.lasting else b"no-cache"),
            (b"etag", self.tag),
        ]
        if self.tag in sent.get(b"if-none-match", b""):
            return Reply(304, b"", media_type=self.media_type, headers=tuple(headers))
        taken = codings_taken(scope)
        for coding, body in self.packed.items():
            if coding in taken:
                headers.append((b"content-encoding", coding))
                return Reply(200, body, media_type=self.media_type, headers=tuple(headers))
        return Reply(200, self.plain, media_type=self.media_type, headers=tuple(headers))


def codings_taken(scope: Scope) -> set[bytes]:
    """Return the codings that a browser unpacks."""
    told = dict(scope["headers"]).get(b"accept-encoding", b"")
    return {each.partition(b";")[0].strip() for each in told.split(b",")}


class BuiltPage:
    """One page at `path`; with a slash at its end, at every address that begins so: the page itself reads the rest."""

    methods = ("GET",)

    def __init__(self, path: str, file: File | None) -> None:
        self.path = path
        self.route = f"{path}{{rest}}" if path.endswith("/") else path
        self.file = file

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Give the page, or say how it is built."""
        if self.file is None:
            return Reply(503, _NOT_BUILT.encode(), media_type=b"text/plain; charset=utf-8")
        return self.file.reply(scope)


class BuiltFiles:
    """The files of one page, below the page's own address."""

    methods = ("GET",)

    def __init__(self, path: str, files: dict[str, File]) -> None:
        self.path = path
        self.route = f"{path}{{file}}"
        self._files = files

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Give the file. Refuses: NotFound."""
        file = self._files.get(scope["path"].removeprefix(self.path))
        if file is None:
            raise NotFound
        return file.reply(scope)


def built_pages(*, sandbox: bool, folder: Traversable | None = None) -> tuple[BuiltPage | BuiltFiles, ...]:
    """Return what `ui/` was built to, in `folder` if given. The sandbox's page is there only where a sandbox is."""
    built = folder or resources.files("saveit.web.pages").joinpath(_FOLDER)
    staff, booking, chat = (_files(built.joinpath(name)) for name in ("staff", "booking", "chat-widget"))
    served: list[BuiltPage | BuiltFiles] = [
        BuiltPage("/staff", staff.get("index.html")),
        BuiltFiles("/staff/", staff),
        BuiltPage(BOOKING, booking.get("index.html")),
        BuiltPage("/w/", booking.get("index.html")),
        BuiltFiles("/booking/", booking),
        BuiltPage("/widget.js", chat.get("widget.js")),
        BuiltPage("/chat-demo", chat.get("demo.html")),
        BuiltFiles("/chat-widget/", chat),
    ]
    if sandbox:
        stage = _files(built.joinpath("sandbox"))
        served += [BuiltPage("/sandbox", stage.get("index.html")), BuiltFiles("/sandbox/", stage)]
    return tuple(served)


def _files(folder: Traversable) -> dict[str, File]:
    octets = {name: each.read_bytes() for name, each in _walk(folder, "")}
    return {
        name: _file(name, body, octets)
        for name, body in octets.items()
        if not name.endswith(tuple(suffix for _, suffix in _PACKED))
    }


def _walk(folder: Traversable, above: str) -> list[tuple[str, Traversable]]:
    if not folder.is_dir():
        return []
    found: list[tuple[str, Traversable]] = []
    for each in folder.iterdir():
        name = f"{above}{each.name}"
        found += _walk(each, f"{name}/") if each.is_dir() else [(name, each)]
    return found


def _file(name: str, body: bytes, octets: dict[str, bytes]) -> File:
    packed = {coding: octets[name + suffix] for coding, suffix in _PACKED if name + suffix in octets}
    return File(
        media_type=_MEDIA_TYPES.get(name.rpartition(".")[2], b"application/octet-stream"),
        policy=_POLICY % (_hashes(body, "script"), _hashes(body, "style")),
        tag=b'"%s"' % hashlib.sha256(body).hexdigest()[:20].encode(),
        lasting=_HASHED.search(name) is not None,
        plain=body,
        packed=packed,
    )


def _hashes(body: bytes, kind: Literal["script", "style"]) -> bytes:
    """Return by what a browser knows the scripts or styles that stand in a page (CSP level 3, §2.3.1)."""
    return b"".join(
        b" 'sha256-%b'" % base64.b64encode(hashlib.sha256(inside).digest())
        for inside in _INSIDE[kind].findall(body)
    )
