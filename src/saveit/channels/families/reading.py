"""Reading what providers send without ever falling over it: bad JSON, half surrogates, numbers as text, clocks in four spellings."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Raw

from saveit.messages import NOBODY, Envelope, Need, clean

Loose: TypeAlias = str | int | float | bool | None
"""A field of which the provider promises nothing: ids come as numbers, clocks as text."""

Several: TypeAlias = tuple[Raw, ...] | None
"""A list whose elements are read one by one, so that a bad one spoils no other."""

Read = TypeVar("Read")

NOTHING = Raw(b"null")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Beyond this a count of seconds is the year 5138, and a count of milliseconds is 1973: Meta sends both under one name.
_SECONDS_MAX = 100_000_000_000
# What a field may say of itself in a key or a log: providers' ids are below 300 characters.
_WORD_LENGTH_MAX = 512

API_BASE = Need(
    name="api_base",
    meaning="Where the provider's interface is reached; only a stand-in for tests has another than the provider's own",
    meaning_es="Dónde se llama al proveedor; solo para pruebas es otra dirección que la suya",
    required=False,
)

NUMBER = Need(
    name="address",
    meaning="The number, with + and the country's code",
    meaning_es="El número, con + y el prefijo del país",
)


def decoded(body: bytes | Raw, kind: type[Read]) -> Read | None:
    """Read JSON into `kind`, or return None where it is no JSON or has another shape.

    Half a surrogate pair or a byte that is no UTF-8 makes strict readers refuse the whole batch; here a mark takes its place.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        mended = _mended(bytes(body))
    if mended is None:
        return None
    try:
        return msgspec.json.decode(mended, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def word(value: Loose) -> str:
    """Return an id or a name as clean text, empty when it did not come."""
    if value is None or isinstance(value, bool):
        return ""
    return clean(str(value))[:_WORD_LENGTH_MAX]


def words(value: Loose) -> str:
    """Return what somebody wrote as clean text, of any length."""
    return clean(value) if isinstance(value, str) else word(value)


def number(value: Loose) -> float | None:
    """Return the number, also where it came as text; None where there is none, or none that is finite."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < float("inf") else None


def whole(value: Loose) -> int | None:
    """Return the whole number, also where it came as text."""
    found = number(value)
    return None if found is None else int(found)


def instant(value: Loose) -> datetime | None:
    """Return the instant: seconds, milliseconds, either as text, or ISO 8601. None where there is none, or 0, by which Telegram says so."""
    count = number(value)
    if count is None:
        return _iso_instant(value) if isinstance(value, str) else None
    if count <= 0:
        return None
    try:
        return _EPOCH + timedelta(seconds=count if count < _SECONDS_MAX else count / 1000)
    except OverflowError:
        return None


def digest(*parts: bytes) -> str:
    """Return a key for an event to which its provider gives none: the same bytes are the same event."""
    keyed = hashlib.sha256()
    for part in parts:
        keyed.update(len(part).to_bytes(8) + part)
    return f"sha256:{keyed.hexdigest()}"


def meaning(raw: Raw) -> bytes:
    """Return JSON in one spelling: a batch that had to be mended is spaced and escaped otherwise, and its events are still the same."""
    read = decoded(raw, object)
    return bytes(raw) if read is None else msgspec.json.encode(read, order="deterministic")


def unreadable(body: bytes) -> Envelope:
    """Return the envelope of what nobody can read: for nobody, kept whole for a person to look at."""
    return Envelope(line=NOBODY, event_key=digest(body), sender="", body=body)


def query(url: str) -> tuple[tuple[str, str], ...]:
    """Return the names and values in a URL, blank ones included."""
    try:
        return tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    except ValueError:
        return ()


def form(body: bytes) -> tuple[tuple[str, str], ...] | None:
    """Return a form's names and values, blank and repeated ones included; None where it is too long to be one.

    A thousand fields are more than any provider sends.
    """
    try:
        return tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1_000))
    except ValueError:
        return None


def same(expected: str, given: str) -> bool:
    """Compare two secrets in a time that does not tell how much of them agrees. An empty secret is like none."""
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def _mended(body: bytes) -> bytes | None:
    try:
        read: object = json.loads(body.decode("utf-8", "replace"))
        return clean(json.dumps(read, ensure_ascii=False)).encode()
    except (ValueError, RecursionError):
        return None


def _iso_instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
