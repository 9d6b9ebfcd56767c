"""The two errors that are not bugs: a rule said no, or the world failed. What neither fits is a bug and is left to crash."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import msgspec


class Refusal(Exception):
    """A rule said no, and the caller can be told which one.

    A subclass sets `code`, which is promised to API users and never changes, and its docstring's first line says what was refused.
    `facts` are what a person needs to choose otherwise ("held until", "alternatives"); they hold no personal data, since they are logged.
    The HTTP status is not known here: the web room maps codes to it.
    """

    code: ClassVar[str] = "refused"
    facts: dict[str, object]

    def __init__(self, **facts: object) -> None:
        """Refuse, with the facts that explain it."""
        super().__init__(facts)
        self.facts = facts

    def __str__(self) -> str:
        """Say the code and the facts, as logs and tests want them."""
        listed = ", ".join(f"{name}={fact!r}" for name, fact in self.facts.items())
        return f"{self.code}({listed})"


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong with what somebody wrote: which field, which code, and the facts its message needs. Never what was written there.

    `texts` are the message in Spanish and in English, with the facts left open; `message_key` finds them in the room's catalogue.
    """

    path: str
    code: str
    message_key: str
    facts: dict[str, object]
    texts: tuple[str, str]

    def message(self, language: Literal["es", "en"]) -> str:
        """Say it in one sentence."""
        spanish, english = self.texts
        return (spanish if language == "es" else english).format_map(self.facts)

    @property
    def message_es(self) -> str:
        """Say it in Spanish."""
        return self.message("es")

    @property
    def message_en(self) -> str:
        """Say it in English."""
        return self.message("en")


class FieldsRefused(Refusal):
    """What somebody wrote is wrong; every error in it is listed, none hides another."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            errors=[{"path": error.path, "code": error.code, "facts": error.facts} for error in errors]
        )
        self.errors = tuple(errors)


class Fault(Exception):
    """The world failed: a database, a provider, a disk. It is retried with a limit, then parked where a person sees it."""
