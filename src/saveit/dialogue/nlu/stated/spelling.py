"""From what was typed to the one spelling that the grammar reads.

The canonical text is lower case without accents, one space between tokens and one at each end. Weekdays are written D0 to D6, months M1 to
M12, numbers as digits, ordinals as "2 th". What is neither a letter nor a digit stands alone, but for what joins digits: "20:30", "3/4".
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from saveit.dialogue.nlu.stated.words import (
    ABBREVIATIONS,
    ENGLISH,
    HONEST,
    MENDED,
    MONTHS,
    ORDINALS,
    SPANISH,
    TENS,
    UNITS,
    WEEKDAYS,
)

TEXT_LENGTH_MAX: Final = 1000
"""Characters that are looked at: a minute of speech. What follows in a longer text is junk, or a contract."""

_TOKEN = re.compile(r"2(?:moro|morrow|nite|night|day)\b|\d+(?:[:.,/-]\d+)*|[a-z]+(?:'[a-z]+)*|[^\sa-z\d]")
# Beyond these, a character is a space to the grammar.
_KEPT_SIGNS: Final = frozenset(":.,;/-+@?!$€£%()&¤")
_SIGNS: Final = {
    # Quotation marks, accents and dashes that stand for an apostrophe and a hyphen.
    "\u2019": "'",
    "\u2018": "'",
    "`": "'",
    "\u00b4": "'",
    "\u2013": "-",
    "\u2014": "-",
    "º": " ro ",
    "°": " ro ",
    "ª": " ro ",
    "👍": " ok ",
    "👌": " ok ",
    "✅": " ok ",
    "🙏": " gracias ",
    "👋": " hola ",
    "👎": " no ",
    "½": ".5",
    "\x00": " ",
}
_TRANSLATED: Final = {ord(sign): written for sign, written in _SIGNS.items()}
_TEXT_WITH_SIGN = re.compile("[" + "".join(map(re.escape, _SIGNS)) + "]")
_HALF_OF_DAY = re.compile(r"(?<![a-z'])([ap]) ?\.? ?m\b ?\.?(?! ?\d)")
# "7p" is an hour in English; "4p" is a party in Spanish.
_HALF_LETTER_ENGLISH = re.compile(r"(?<![\d/])(\d{1,2}(?:[:.]\d\d)?\.?)([ap])\b(?!')")
_PEOPLE_LETTER_SPANISH = re.compile(r"\b(\d{1,2}) ?p\b(?![/.']?\w)")
_MENDED_LENGTH_MIN: Final = 4
# A text of so few words has no room for a verb.
_FEW: Final = 2
_TWICE = re.compile(r"(.)\1+")
# What Spanish ears do not tell apart, in the order in which it is written as one.
_SOUNDS: Final = (
    ("ch", "X"),
    ("sh", "X"),
    ("qu", "k"),
    ("ce", "se"),
    ("ci", "si"),
    ("c", "k"),
    ("z", "s"),
    ("v", "b"),
    ("ll", "y"),
    ("ge", "je"),
    ("gi", "ji"),
    ("w", "u"),
    ("h", ""),
)


def plain(text: str) -> str:
    """Return the text in lower case without accents, signs kept; as long as it is ASCII it keeps its length."""
    if not text.isascii():
        if _TEXT_WITH_SIGN.search(text):
            text = text.translate(_TRANSLATED)
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    return text.replace("\x00", " ").lower()


def canonical(text: str, *, english: bool, names: frozenset[str] = frozenset()) -> str:
    """Return the canonical text of `text` in plain letters. `english` decides what the words that both languages have mean.

    The words in `names` are meant as they stand: "candela" is no slip of "cancela" where a restaurant is called so.
    """
    text = _HALF_OF_DAY.sub(r" \1m ", text)
    text = (_HALF_LETTER_ENGLISH if english else _PEOPLE_LETTER_SPANISH).sub(
        r"\1 \2m " if english else r"\1 personas ", text
    )
    words = " ".join(word if word in names else _mended(word) for word in _tokens(text)).split(" ")
    return f" {' '.join(_numbered(words, english=english))} "


def speaks_english(text: str, *, default: bool) -> bool:
    """Tell English from Spanish by the words that only one of them has; `default` where there is none."""
    score = -1 if "¿" in text or "¡" in text else 0
    for token in _TOKEN.findall(text):
        # A single letter is as often the end of a number: "7p".
        word = ABBREVIATIONS.get(token, token) if len(token) > 1 else token
        if word in SPANISH:
            score -= 0 if word in ENGLISH else 1
        elif word in ENGLISH:
            score += 1
        elif len(word) >= _MENDED_LENGTH_MIN and (meant := _MENDING.get(word)):
            score += 1 if meant in ENGLISH else -1
    return default if score == 0 else score > 0


def is_known(word: str) -> bool:
    """Tell whether a plain word is one of the vocabulary, and so hardly a guest's name."""
    return word in _KNOWN


def is_common(word: str) -> bool:
    """Tell whether a plain word is one that sentences are made of; those that only resemble such a word are not."""
    return word in _COMMON


def _tokens(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        if token[0].isalnum() or token in _KEPT_SIGNS:
            yield token


def _mended(word: str) -> str:
    """Return the word that was meant, or the word itself."""
    if (written_out := ABBREVIATIONS.get(word)) is not None:
        return written_out
    if len(word) < _MENDED_LENGTH_MIN or word in _KNOWN or not word[0].isalpha():
        return word
    meant = _MENDING.get(word) or _BY_SOUND.get(_sound(word))
    if meant is None:
        meant = next(
            (found for short in _shortened(word) if (found := _MENDING.get(short)) and _is_slip(word, found)),
            None,
        )
    return meant or word


def _is_slip(word: str, meant: str) -> bool:
    """Tell whether one letter too many or one wrong makes `word` of `meant`."""
    if len(word) == len(meant):
        return sum(typed != right for typed, right in zip(word, meant, strict=True)) == 1
    return len(word) == len(meant) + 1


def _sound(word: str) -> str:
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", word)


def _shortened(word: str) -> Iterator[str]:
    """Yield the word with each one letter left out, the first kept: where fingers slip, the first letter is mostly right."""
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _swapped(word: str) -> Iterator[str]:
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _mending() -> dict[str, str]:
    """Map what is one slip away from a word to that word: a letter left out, two swapped, and by `_mended` one too many or wrong."""
    meant: dict[str, str] = {}
    for word in sorted(MENDED):
        if len(word) <= _MENDED_LENGTH_MIN:
            continue
        for slip in (*_shortened(word), *_swapped(word)):
            if len(slip) >= _MENDED_LENGTH_MIN:
                meant.setdefault(slip, word)
    return {**meant, **{word: word for word in MENDED}}


_COMMON: Final = (
    SPANISH
    | ENGLISH
    | MENDED
    | WEEKDAYS.keys()
    | MONTHS.keys()
    | UNITS.keys()
    | TENS.keys()
    | ORDINALS.keys()
)
_KNOWN: Final = _COMMON | HONEST
_MENDING: Final = _mending()
_BY_SOUND: Final = {_sound(word): word for word in sorted(MENDED)}


def _numbered(words: list[str], *, english: bool) -> list[str]:
    """Write weekdays, months, numbers and ordinals as the grammar knows them."""
    written: list[str] = []
    place = 0
    while place < len(words):
        taken, token = _number_at(words, place, english=english)
        if taken:
            written.append(token)
            place += taken
            continue
        word = words[place]
        written.append(_named(word, words, place, english=english))
        place += 1
    return written


def _named(word: str, words: list[str], place: int, *, english: bool) -> str:
    if (weekday := WEEKDAYS.get(word.removesuffix("'s"))) is not None:
        return f"D{weekday}"
    if (month := MONTHS.get(word)) is not None:
        return f"M{month}"
    if word in {"mar", "may", "sun"}:
        return _short_named(word, words, place, english=english)
    if word in {"st", "nd", "rd", "th", "er", "ro", "do", "mo", "vo", "to", "no"} and _follows_digits(
        words, place
    ):
        # "10 to 8" and "22 do" are not ordinals.
        return word if word in {"to", "no", "do", "mo"} else "th"
    return word


def _follows_digits(words: list[str], place: int) -> bool:
    return place > 0 and words[place - 1].isdigit()


def _short_named(word: str, words: list[str], place: int, *, english: bool) -> str:
    """Tell a shortened day or month from the word it looks like by its neighbours."""
    around = words[max(0, place - 2) : place] + words[place + 1 : place + 3]
    numbered = any(each[0].isdigit() or each in UNITS or each in TENS or each in ORDINALS for each in around)
    alone = len(words) <= _FEW or (
        place == len(words) - 1 and place > 0 and words[place - 1] not in {"el", "la", "the", "del", "al"}
    )
    match word:
        case "may" if numbered and not (place + 1 < len(words) and words[place + 1] in {"i", "we"}):
            return "M5"
        case "mar" if english and numbered:
            return "M3"
        case "mar" if numbered or alone:
            return "D1"
        case "sun" if numbered or len(words) <= _FEW:
            return "D6"
        case _:
            return word


def _number_at(words: list[str], place: int, *, english: bool) -> tuple[int, str]:
    """Return how many words make the number that begins here, and the number; 0 words when none does."""
    word = words[place]
    following = words[place + 1 : place + 5]
    if word in {"once", "ten"}:
        return _either_language(word, words, place, english=english)
    if (tens := TENS.get(word)) is not None:
        return _compound(int(tens), following)
    if (unit := UNITS.get(word)) is not None:
        return _sixteen(unit, following)
    nth = ORDINALS.get(word)
    if nth is None:
        return 0, ""
    if word == "vigesimo" and following and (more := ORDINALS.get(following[0])):
        return 2, f"{20 + int(more)} th"
    return 1, f"{nth} th"


def _either_language(word: str, words: list[str], place: int, *, english: bool) -> tuple[int, str]:
    """Read what is a number in one language only. "Once" is also tea in Chile: "la once a las 6"."""
    if word == "ten":
        return (1, "10") if english else (0, "")
    is_tea = place > 0 and words[place - 1] in {"la", "de"}
    return (0, "") if english or is_tea else (1, "11")


def _sixteen(unit: str, following: list[str]) -> tuple[int, str]:
    """Write "diez y seis" as the old school does; every other unit stands for itself."""
    if unit == "10" and len(following) > 1 and following[0] == "y":
        more = UNITS.get(following[1])
        if more is not None and 6 <= int(more) <= 9:  # noqa: PLR2004 - dieciséis to diecinueve.
            return 3, str(10 + int(more))
    return 1, unit


def _compound(tens: int, following: list[str]) -> tuple[int, str]:
    """Return "treinta y cinco", "thirty five", "twenty-first" or the tens alone."""
    joined = 1 if following and following[0] in {"y", "-"} else 0
    if len(following) > joined:
        unit = following[joined]
        value = UNITS.get(unit, {"un": "1", "uno": "1", "una": "1", "one": "1"}.get(unit, unit))
        if value.isdigit() and 1 <= int(value) <= 9 and tens < 100:  # noqa: PLR2004 - the digits below ten.
            return 2 + joined, str(tens + int(value))
        nth = ORDINALS.get(unit)
        if nth is not None and int(nth) <= 9:  # noqa: PLR2004 - the same.
            return 2 + joined, f"{tens + int(nth)} th"
    return 1, str(tens)
