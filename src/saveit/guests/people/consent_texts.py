"""The texts that guests agree to, by version. A text that was shown once is never changed here: a new wording is a new version."""

from typing import Literal

import msgspec

NEWS_TEXTS = {
    1: {"es": "Quiero recibir novedades de {name}", "en": "I would like to hear news from {name}"},
}


class Agreed(msgspec.Struct, frozen=True):
    """Which text of ours somebody agreed to, in the language in which they read it."""

    version: Literal[1]
    language: Literal["es", "en"]


class Read(msgspec.Struct, frozen=True):
    """A text of ours as it was read: which, and what it called the restaurant."""

    text: Agreed
    house: str


def text_of(version: int, language: str, *, house: str) -> str:
    """Return a text as it was read at a restaurant."""
    return NEWS_TEXTS[version][language].format(name=house)
