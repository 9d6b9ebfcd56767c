"""Text as providers count it: measured in their unit, split where a reader would pause, and free of what databases refuse."""

import re
import unicodedata
from typing import Literal, TypeAlias, assert_never

import msgspec

Unit: TypeAlias = Literal["characters", "octets", "utf16", "sms_parts"]

# GSM 03.38. It holds é ù ì ò à ñ ¿ ¡ ü ö ä but not á í ó ú, so ordinary Spanish leaves it.
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes an escape septet before it.
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
# One message alone, and each part of several: six octets of every part say which part it is.
_GSM_SEPTETS, _GSM_SEPTETS_OF_PART = 160, 153
_UCS2_UNITS, _UCS2_UNITS_OF_PART = 70, 67

# Beyond it UTF-16 takes two units.
_ONE_UNIT_MAX = 0xFFFF

_JOINER = "\u200d"
_SKIN_TONES = frozenset(chr(code) for code in range(0x1F3FB, 0x1F400))
_FLAG_LETTERS = frozenset(chr(code) for code in range(0x1F1E6, 0x1F200))
# Beyond this a cluster is an attack on renderers rather than a letter, and is cut like anything else.
_CLUSTER_LENGTH_MAX = 32
# Where a reader pauses, the best first: a paragraph, a line, a sentence, a clause, a word.
_PAUSES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"'»”)\]]?\s"),
    re.compile(r"(?<=[;:,])\s"),
    re.compile(r"\s"),
)
_ELLIPSIS = "…"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class Limit(msgspec.Struct, frozen=True):
    """A length in the unit in which it is counted."""

    max: int
    unit: Unit = "characters"

    def holds(self, text: str) -> bool:
        """Tell whether the text is within it."""
        return length(text, self.unit) <= self.max


class SmsSize(msgspec.Struct, frozen=True):
    """What a text costs as SMS: units are septets in GSM-7 and UTF-16 units in UCS-2."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    parts: int


def length(text: str, unit: Unit) -> int:
    """Measure the text: code points, UTF-8 octets, UTF-16 units, or parts of an SMS."""
    match unit:
        case "characters":
            return len(text)
        case "octets":
            return len(text.encode("utf-8", "replace"))
        case "utf16":
            return _utf16_units(text)
        case "sms_parts":
            return sms_size(text).parts
        case _:
            assert_never(unit)


def sms_size(text: str) -> SmsSize:
    """Measure the text as SMS. One letter outside GSM-7 turns the whole of it to UCS-2, at less than half the room."""
    septets = 0
    for character in text:
        if character in _GSM_BASIC:
            septets += 1
        elif character in _GSM_EXTENDED:
            septets += 2
        else:
            return _ucs2_size(text)
    if septets <= _GSM_SEPTETS:
        return SmsSize("gsm7", septets, 1 if septets else 0)
    # An escape and its letter stay together, so a part may end one septet early.
    parts, room = 1, _GSM_SEPTETS_OF_PART
    for character in text:
        width = 1 if character in _GSM_BASIC else 2
        if width > room:
            parts, room = parts + 1, _GSM_SEPTETS_OF_PART
        room -= width
    return SmsSize("gsm7", septets, parts)


def split(text: str, limit: Limit) -> tuple[str, ...]:
    """Split the text into pieces within the limit, at a paragraph, line, sentence or word where there is one; nothing but space is lost.

    A limit smaller than one character is a bug of the caller.
    """
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        end = _longest_prefix(rest, limit)
        if end < len(rest):
            end = _pause_before(rest, end)
        piece = rest[:end].rstrip()
        if piece:
            pieces.append(piece)
        rest = rest[end:].lstrip()
    return tuple(pieces)


def shortened(text: str, limit: Limit) -> str:
    """Return the text on one line, cut with an ellipsis where it is too long."""
    line = " ".join(text.split())
    if limit.holds(line):
        return line
    # The ellipsis may cost more than its own width: in SMS it turns the whole text to UCS-2.
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if limit.holds(line[:middle].rstrip() + _ELLIPSIS):
            low = middle
        else:
            high = middle - 1
    return (
        line[: _cluster_start(line, low)].rstrip() + _ELLIPSIS
        if low
        else line[: _longest_prefix(line, limit)]
    )


def clean(text: str) -> str:
    """Return the text without NUL, which PostgreSQL refuses, and with a mark in place of half a surrogate pair, which UTF-8 refuses."""
    return _LONE_SURROGATES.sub("\ufffd", text.replace("\x00", ""))


def _ucs2_size(text: str) -> SmsSize:
    units = _utf16_units(text)
    if units <= _UCS2_UNITS:
        return SmsSize("ucs2", units, 1)
    parts, room = 1, _UCS2_UNITS_OF_PART
    for character in text:
        width = 2 if ord(character) > _ONE_UNIT_MAX else 1
        if width > room:
            parts, room = parts + 1, _UCS2_UNITS_OF_PART
        room -= width
    return SmsSize("ucs2", units, parts)


def _utf16_units(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > _ONE_UNIT_MAX)


def _longest_prefix(text: str, limit: Limit) -> int:
    """Return how many characters fit, without tearing one that is seen as one."""
    if limit.holds(text):
        return len(text)
    # No unit counts less than a fraction of 160 per character, so what cannot fit is not measured.
    low, high = 0, min(len(text), limit.max * _GSM_SEPTETS)
    while low < high:
        middle = (low + high + 1) // 2
        if limit.holds(text[:middle]):
            low = middle
        else:
            high = middle - 1
    if low == 0:
        raise ValueError("the limit is smaller than one character")
    return _cluster_start(text, low) or low


def _cluster_start(text: str, end: int) -> int:
    """Return the last place at or before `end` where a letter or emoji begins that is seen as one."""
    start = end
    for _ in range(_CLUSTER_LENGTH_MAX):
        if start <= 0 or start >= len(text) or not _continues(text, start):
            return start
        start -= 1
    return end


def _continues(text: str, at: int) -> bool:
    """Tell whether the character at `at` belongs to the one before it."""
    here, before = text[at], text[at - 1]
    if _JOINER in {before, here} or here in _SKIN_TONES or unicodedata.category(here)[0] == "M":
        return True
    if here in _FLAG_LETTERS and before in _FLAG_LETTERS:
        run = 0
        while run < at and text[at - 1 - run] in _FLAG_LETTERS:
            run += 1
        return run % 2 == 1
    return here == "\n" and before == "\r"


def _pause_before(text: str, end: int) -> int:
    """Return where to cut at or before `end`: at the best pause in the second half, or at any word, or right there."""
    # The character after the cut counts: a word that ends exactly there is whole.
    window = text[: end + 1]
    for pause in _PAUSES:
        last = None
        for found in pause.finditer(window, end // 2):
            last = found
        if last is not None and 0 < last.end() - 1 <= end:
            return min(last.end(), end)
    space = max(window.rfind(" "), window.rfind("\n"))
    return space if space > 0 else end
