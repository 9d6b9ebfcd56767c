"""JSON bodies: read strictly and fast when they are right, and explained whole when they are not.

What tempts is to tell the first error that the decoder meets. A person who mends one field a request gives up at the third, so a body
that is refused is looked at again, field by field.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Generic, TypeVar, cast, get_args

import msgspec

from saveit.web.problems import (
    BodyTooLarge,
    JsonMalformed,
    RequestError,
    RequestInvalid,
    RequestTimeout,
    UnsupportedMedia,
    request_error,
)
from saveit.web.wire.asgi import Receive

# The largest request of ours is a whole set of rules, which its room bounds at this size too.
BODY_OCTETS_MAX = 65_536
# So many octets come in a second over the slowest telephone; whoever needs ten keeps a connection and does not want to ask.
BODY_TIMEOUT_S = 10.0
# What a wrong body may make us say; whoever sends more errors than this is not a person.
_ERRORS_MAX = 50

_EXPECTED = re.compile(r"Expected `(?P<expected>[^`]+)`, got `(?P<got>[^`]+)`")
_RANGE = re.compile(r"Expected `(?:int|float)` (?P<limit>[<>]=? \S+)")
_LENGTH = re.compile(r"of length (?P<limit>[<>]=? \d+)")

Body = TypeVar("Body", bound=msgspec.Struct)


class Reader(Generic[Body]):
    """Reads bodies of one kind; made once."""

    __slots__ = ("_decode", "kind")

    def __init__(self, kind: type[Body]) -> None:
        self.kind = kind
        self._decode = msgspec.json.Decoder(kind).decode

    def read(self, octets: bytes) -> Body:
        """Return the body. Refuses: JsonMalformed, RequestInvalid with every error."""
        try:
            return self._decode(octets)
        except msgspec.ValidationError as error:
            raise _explained(octets, self.kind, error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise JsonMalformed from error


def require_json(content_type: bytes, content_encoding: bytes) -> None:
    """Return if a body is declared to be what we read, or not declared at all. Refuses: UnsupportedMedia."""
    if content_type and not content_type.lower().startswith(b"application/json"):
        raise UnsupportedMedia(content_type=content_type[:80].decode("latin-1"))
    # A packed body could be anything's size once unpacked, and none of ours is worth packing.
    if content_encoding and content_encoding.strip().lower() != b"identity":
        raise UnsupportedMedia(content_encoding=content_encoding[:80].decode("latin-1"))


async def read_body(receive: Receive, content_length: int | None, octets_max: int = BODY_OCTETS_MAX) -> bytes:
    """Return the whole body. Refuses: BodyTooLarge, as soon as it is known to be; RequestTimeout."""
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _received(receive, content_length, octets_max)
    except TimeoutError as error:
        raise RequestTimeout(limit_s=BODY_TIMEOUT_S) from error


async def _received(receive: Receive, content_length: int | None, octets_max: int) -> bytes:
    if content_length is not None and content_length > octets_max:
        raise BodyTooLarge(limit=octets_max)
    message = await receive()
    octets = message.get("body", b"")
    if not message.get("more_body", False):
        if len(octets) > octets_max:
            raise BodyTooLarge(limit=octets_max)
        return octets
    pieces, length = [octets], len(octets)
    while message.get("more_body", False):
        message = await receive()
        octets = message.get("body", b"")
        length += len(octets)
        if length > octets_max:
            raise BodyTooLarge(limit=octets_max)
        pieces.append(octets)
    return b"".join(pieces)


def _explained(
    octets: bytes, kind: type[msgspec.Struct], first: msgspec.ValidationError
) -> RequestInvalid | JsonMalformed:
    try:
        plain: object = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # The decoder meets a wrong type before it meets the end of a body that ends too early.
        return JsonMalformed()
    errors: list[RequestError] = []
    for error in _errors(plain, kind, ""):
        errors.append(error)
        if len(errors) >= _ERRORS_MAX:
            break
    return RequestInvalid(*(errors or [_error("", str(first))]))


def _errors(plain: object, kind: type[msgspec.Struct], path: str) -> Iterator[RequestError]:
    """Yield what is wrong with an object that should be of this kind."""
    if not isinstance(plain, dict):
        yield request_error(path, "wrong_type", expected="object", got=_name(plain))
        return
    told = cast("dict[str, object]", plain)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, field in fields.items():
        where = f"{path}.{name}" if path else name
        if name not in told:
            if field.required:
                yield request_error(where, "missing_field")
            continue
        inner = _struct_in(field.type)
        value = told[name]
        if inner is not None and isinstance(value, dict):
            yield from _errors(cast("dict[str, object]", value), inner, where)
            continue
        try:
            msgspec.convert(value, field.type)
        except msgspec.ValidationError as error:
            yield _error(where, str(error))
    for name in sorted(told.keys() - fields.keys()):
        yield request_error(f"{path}.{name[:60]}" if path else name[:60], "unknown_field")


def _struct_in(kind: object) -> type[msgspec.Struct] | None:
    """Return the struct that a field holds, also when it may be absent."""
    for each in (kind, *cast("tuple[object, ...]", get_args(kind))):
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            return each
    return None


def _error(path: str, text: str) -> RequestError:
    """Return the decoder's sentence as one of ours: its own are English, and quote."""
    inside = re.search(r" - at `\$(?P<place>[^`]*)`$", text)
    if inside is not None:
        path = f"{path}{inside['place']}".lstrip(".")
    if "missing required field" in text:
        return request_error(path, "missing_field")
    if "unknown field" in text:
        return request_error(path, "unknown_field")
    for pattern, code in ((_RANGE, "out_of_range"), (_LENGTH, "wrong_length"), (_EXPECTED, "wrong_type")):
        found = pattern.search(text)
        if found is not None:
            return request_error(path, code, **found.groupdict())
    return request_error(path, "unknown_choice" if "Invalid enum value" in text else "wrong_format")


def _name(plain: object) -> str:
    """Name the type of a JSON value; true is no number here."""
    return next((name for kind, name in _KINDS if isinstance(plain, kind)), "object")


_KINDS: tuple[tuple[type, str], ...] = (
    (type(None), "null"),
    (bool, "bool"),
    (int, "int"),
    (float, "float"),
    (str, "str"),
    (list, "array"),
)
