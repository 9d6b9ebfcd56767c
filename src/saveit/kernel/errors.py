"""The two errors that are not bugs: a rule said no, or the world failed. What neither fits is a bug and is left to crash."""

from typing import ClassVar


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


class Fault(Exception):
    """The world failed: a database, a provider, a disk. It is retried with a limit, then parked where a person sees it."""
