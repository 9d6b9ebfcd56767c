"""How a guest is found by the beginning of a name though no name can be read: by keyed digests of beginnings. Pure.

A digest has eight octets and is made with the customer's key for one restaurant, so equal beginnings in two books have different marks.
Words are told apart without accents or capitals. Two letters are the least that find anybody, six the most that are kept: what is typed
beyond six is compared with the opened name.
"""

import unicodedata
from typing import Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.kernel.crypto import Sealer

MarkKind: TypeAlias = Literal["name", "digits", "tag"]

BEGINNING_MIN: Final = 2
_BEGINNING_MAX: Final = 6
# A name of more words is an organisation's, or a joke.
_WORDS_MAX: Final = 8
_MARK_OCTETS: Final = 8
_DIGITS: Final = 4


class Mark(msgspec.Struct, frozen=True):
    """One thing a guest is found by."""

    kind: MarkKind
    mark: bytes


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name or a search as they are compared: without accents, capitals or punctuation."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", text.casefold())
        if not unicodedata.combining(letter)
    )
    return tuple("".join(letter if letter.isalnum() else " " for letter in plain).split())


def marks_of(sealer: Sealer, restaurant_id: UUID, name: str, phone: str | None) -> tuple[Mark, ...]:
    """Return what a guest of this name and phone is found by."""
    beginnings = {
        word[:length]
        for word in words_of(name)[:_WORDS_MAX]
        for length in range(min(len(word), BEGINNING_MIN), min(len(word), _BEGINNING_MAX) + 1)
    }
    marks = [mark_of(sealer, restaurant_id, "name", beginning) for beginning in sorted(beginnings)]
    if phone is not None:
        marks.append(mark_of(sealer, restaurant_id, "digits", phone[-_DIGITS:]))
    return tuple(marks)


def mark_of(sealer: Sealer, restaurant_id: UUID, kind: MarkKind, text: str) -> Mark:
    """Return the mark of one beginning, of four digits, or of a tag."""
    return Mark(kind, sealer.blind_index(f"guest_{kind}:{restaurant_id}", text)[:_MARK_OCTETS])


def wanted_marks(sealer: Sealer, restaurant_id: UUID, search: str) -> tuple[Mark, ...]:
    """Return the marks that whoever is searched for has all of; none where too little is typed to find anybody by."""
    if search.isascii() and search.isdecimal() and len(search) == _DIGITS:
        return (mark_of(sealer, restaurant_id, "digits", search),)
    words = [word for word in words_of(search)[:_WORDS_MAX] if len(word) >= BEGINNING_MIN]
    return tuple(mark_of(sealer, restaurant_id, "name", word[:_BEGINNING_MAX]) for word in words)


def is_named(search: str, name: str) -> bool:
    """Say whether every word that is searched for begins a word of the name."""
    named = words_of(name)
    return all(any(word.startswith(wanted) for word in named) for wanted in words_of(search))
