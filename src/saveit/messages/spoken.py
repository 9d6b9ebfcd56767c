"""From words to be read to words that are heard: nobody hears an emoji, the end of a line, or a code said as a word."""

import re
import unicodedata
from typing import Final, Literal

from babel.core import Locale
from babel.numbers import get_currency_name

from saveit.messages.outbound import Choice

_Language = Literal["es", "en"]

_WEB_ADDRESS: Final = re.compile(r"https?://\S+")
# What a provider's voice reads aloud as a word ("check mark", "hash"), or not at all where it means something.
_BETWEEN_TIMES: Final = re.compile(r"(?<=[\dm])\s?[\u2013-]\s?(?=\d{1,2}(?::\d\d|\s?[ap]m))")
_HOURS: Final = re.compile(r"(?<=\d)\s?h\b")
_BESIDE: Final = re.compile(r"\s*[·•]\s*")
_NUMBER_SIGN: Final = re.compile(r"(?:#|\bn[º°]\.?|\bNo\.)\s*(?=\d)")
# A code follows the word for it; every other word in capitals is a name.
_CODE: Final = re.compile(r"((?i:código|code)(?::| es| sigue siendo| is| is still| stays)? )([0-9A-Z]{6})\b")
_SUM_THEN_CURRENCY: Final = re.compile(r"(\d[\d.,]*)\s?([A-Z]{3})\b")
_CURRENCY_THEN_SUM: Final = re.compile(r"\b([A-Z]{3})\s?(\d[\d.,]*\d|\d)")
_JOINING: Final = frozenset("\u200d\ufe0e\ufe0f")
_SENTENCE_ENDS: Final = (".", "!", "?", "…", ":", ";", ",")
_WORDS: Final = {
    "es": {"to": " a ", "hours": " horas", "number": "número ", "option": "Opción"},
    "en": {"to": " to ", "hours": " hours", "number": "number ", "option": "Option"},
}


def spoken(text: str, choices: tuple[Choice, ...], language: _Language) -> str:
    """Return the text, and its choices by their numbers, as a caller should hear them: one paragraph of sentences.

    A sentence that only leads to an address of the web is left out, since nobody can tap it; codes are said letter by letter, and
    currencies by their names.
    """
    lines = [_line(line, language) for line in text.splitlines()]
    option = _WORDS[language]["option"]
    lines += [
        _ended(f"{option} {number}: {_line(choice.title, language)}" + _described(choice, language))
        for number, choice in enumerate(choices, 1)
    ]
    return " ".join(_ended(line) for line in lines if line)


def _line(line: str, language: _Language) -> str:
    if _WEB_ADDRESS.search(line):
        return ""
    words = _WORDS[language]
    line = _NUMBER_SIGN.sub(words["number"], line)
    line = _BETWEEN_TIMES.sub(words["to"], line)
    line = _HOURS.sub(words["hours"], line)
    line = "".join(" " if _is_picture(character) else character for character in line)
    line = _BESIDE.sub(", ", line.strip(" ·•"))
    line = _CODE.sub(lambda found: found[1] + ", ".join(found[2]), line)
    line = _SUM_THEN_CURRENCY.sub(lambda found: _money(found[1], found[2], found[0], language), line)
    line = _CURRENCY_THEN_SUM.sub(lambda found: _money(found[2], found[1], found[0], language), line)
    line = re.sub(r"\s+([.,;:!?])", r"\1", line)
    return " ".join(line.split())


def _described(choice: Choice, language: _Language) -> str:
    described = _line(choice.description, language)
    return f", {described}" if described else ""


def _ended(line: str) -> str:
    return line if line.endswith(_SENTENCE_ENDS) else f"{line}."


def _is_picture(character: str) -> bool:
    """Say whether it is an emoji, or one of the unseen marks which join and colour them."""
    return character in _JOINING or (
        not character.isascii() and unicodedata.category(character) in {"So", "Sk", "Cf"}
    )


def _money(amount: str, currency: str, written: str, language: _Language) -> str:
    """Return "30.000 pesos colombianos"; what is no currency stays as it is written."""
    if currency not in Locale(language).currencies:
        return written
    return f"{amount} {get_currency_name(currency, count=1 if amount == '1' else 2, locale=language)}"
