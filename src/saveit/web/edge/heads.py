"""The headers that mean something to us, read in one pass, each bounded."""

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

import msgspec

from saveit.web.problems import HeadersTooLarge, Language, RequestInvalid, request_error
from saveit.web.wire.asgi import Headers

HEADERS_OCTETS_MAX = 16_384
HEADER_OCTETS_MAX = 4_096
QUERY_OCTETS_MAX = 4_096
# The same limit as the column's.
_KEY_LENGTH_MAX = 200
_LANGUAGES_KEPT = 512
_BEARER_LENGTH = len(b"bearer ")

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_NO_TRACE = b"0" * 32


class Heads(msgspec.Struct):
    """What the headers say; absent ones are empty."""

    token: str = ""
    content_type: bytes = b""
    content_encoding: bytes = b""
    content_length: int | None = None
    language: Language | None = None
    key: str | None = None
    trace_id: str = ""
    forwarded_for: bytes = b""
    tenant: str = ""


NO_HEADS = Heads()
"""Before any were read. Never changed."""


def read_heads(headers: Headers) -> Heads:
    """Read the headers. Refuses: HeadersTooLarge; RequestInvalid for an idempotency key that is too long."""
    heads = Heads()
    total = 0
    for name, value in headers:
        total += len(name) + len(value)
        if len(value) > HEADER_OCTETS_MAX:
            raise HeadersTooLarge(limit=HEADER_OCTETS_MAX)
        note = _NOTES.get(name)
        if note is not None:
            note(heads, value)
    if total > HEADERS_OCTETS_MAX:
        raise HeadersTooLarge(limit=HEADERS_OCTETS_MAX)
    return heads


def read_language(headers: Headers) -> Heads:
    """Return heads with nothing but the language: for a caller whose headers are refused, and who wants to know why."""
    heads = Heads()
    for name, value in headers:
        if name == b"accept-language" and len(value) <= HEADER_OCTETS_MAX:
            _note_language(heads, value)
    return heads


def _note_token(heads: Heads, value: bytes) -> None:
    """Note the text of a bearer token; another scheme is as good as a wrong token."""
    text = value[_BEARER_LENGTH:].strip().decode("latin-1")
    heads.token = text if text and value[:_BEARER_LENGTH].lower() == b"bearer " else "?"


def _note_content_type(heads: Heads, value: bytes) -> None:
    heads.content_type = value


def _note_content_encoding(heads: Heads, value: bytes) -> None:
    heads.content_encoding = value


def _note_content_length(heads: Heads, value: bytes) -> None:
    heads.content_length = int(value) if value.isdigit() else None


def _note_language(heads: Heads, value: bytes) -> None:
    heads.language = preferred_language(value)


def _note_key(heads: Heads, value: bytes) -> None:
    key = value.decode("latin-1").strip()
    if len(key) > _KEY_LENGTH_MAX:
        raise RequestInvalid(request_error("Idempotency-Key", "key_too_long"))
    heads.key = key or None


def _note_trace(heads: Heads, value: bytes) -> None:
    found = _TRACEPARENT.fullmatch(value)
    if found is not None and found[1] != _NO_TRACE:
        heads.trace_id = found[1].decode()


def _note_request_id(heads: Heads, value: bytes) -> None:
    """A trace says more than a request's id, whichever comes first."""
    if not heads.trace_id and _REQUEST_ID.fullmatch(value):
        heads.trace_id = value.decode()


def _note_forwarded_for(heads: Heads, value: bytes) -> None:
    heads.forwarded_for = heads.forwarded_for + b"," + value if heads.forwarded_for else value


def _note_tenant(heads: Heads, value: bytes) -> None:
    heads.tenant = value.decode("latin-1")


_NOTES: dict[bytes, Callable[[Heads, bytes], None]] = {
    b"authorization": _note_token,
    b"content-type": _note_content_type,
    b"content-encoding": _note_content_encoding,
    b"content-length": _note_content_length,
    b"accept-language": _note_language,
    b"idempotency-key": _note_key,
    b"traceparent": _note_trace,
    b"x-request-id": _note_request_id,
    b"x-forwarded-for": _note_forwarded_for,
    b"saveit-tenant": _note_tenant,
}


@lru_cache(maxsize=_LANGUAGES_KEPT)
def preferred_language(value: bytes) -> Language | None:
    """Return the one of our languages that an Accept-Language header wants most, or None when it wants neither."""
    best: tuple[float, Language] | None = None
    for piece in value.decode("latin-1").split(","):
        tag, _, parameters = piece.strip().partition(";")
        weight = _weight(parameters)
        language = tag.strip().lower().replace("_", "-").split("-", maxsplit=1)[0]
        wanted: Language | None = "es" if language == "es" else "en" if language == "en" else None
        if wanted is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, wanted)
    return None if best is None else best[1]


def caller_address(peer: str, forwarded_for: bytes, trusted: tuple[IPv4Network | IPv6Network, ...]) -> str:
    """Return who is calling: the peer, or whom the last of our own proxies says it calls for.

    The header is read from its end, where our proxies write; what a caller wrote before that is not believed.
    """
    if not trusted or not forwarded_for or not _is_trusted(peer, trusted):
        return peer
    address = peer
    for piece in reversed(forwarded_for.decode("latin-1").split(",")):
        candidate = piece.strip()
        if not _is_address(candidate):
            return address
        address = candidate
        if not _is_trusted(candidate, trusted):
            break
    return address


def _weight(parameters: str) -> float:
    name, _, number = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str, trusted: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in trusted)
