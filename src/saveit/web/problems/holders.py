"""Who has the tables that staff want, in sentences: what blocks them, and from when to when."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from saveit.web.problems.words import Language

_NOBODY_NAMED = "Esa mesa ya está ocupada en ese tiempo.", "That table is taken in that time."
_BY: dict[str, tuple[str, str]] = {
    "block": ("La mesa {table} está bloqueada {when}.", "Table {table} is blocked {when}."),
    "reservation": (
        "La mesa {table} la tiene otra reserva {when}.",
        "Another booking has table {table} {when}.",
    ),
    "hold": (
        "La mesa {table} está retenida {when} para alguien que está decidiendo.",
        "Table {table} is held {when} for somebody who is making up their mind.",
    ),
}
_OTHER = "La mesa {table} está ocupada {when}.", "Table {table} is taken {when}."
# More sentences than these are not read on a toast; the list beside them has all.
_SENTENCES_MAX = 3


def who_has(taken: Sequence[Mapping[str, str]], language: Language) -> str:
    """Return who has which table and until when; that it is taken, where nobody is named."""
    column = 0 if language == "es" else 1
    told = [
        _BY.get(each["by"], _OTHER)[column].format(table=each["table"], when=_when(each, language))
        for each in taken[:_SENTENCES_MAX]
    ]
    return " ".join(told) or _NOBODY_NAMED[column]


def _when(each: Mapping[str, str], language: Language) -> str:
    """Say from when to when in the restaurant's clock; the day too where it lasts into another."""
    begins, ends = datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"])
    # A day is written as people there write it: 24/12, or 12/24.
    day = " %d/%m" if language == "es" else " %m/%d"
    clock = "%H:%M" if begins.date() == ends.date() else f"%H:%M{day}"
    joined = "de {} a {}" if language == "es" else "from {} to {}"
    return joined.format(begins.strftime(clock).strip(), ends.strftime(clock).strip())
