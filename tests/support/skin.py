"""The skin over a test's parts. The framework's routes take half a second to make and know nobody: they are made once a process."""

from collections.abc import Hashable
from functools import cache
from typing import cast

from litestar import Litestar

from saveit.ledger import House
from saveit.web import Parts, create_app
from saveit.web.desk import Alternatives
from saveit.web.hot.memory import Seen
from saveit.web.router import make_router
from saveit.web.wire import Alternative
from saveit.web.wire.asgi import App


class _Latest:
    """The memory of whichever skin was made last; what another remembers is not found good by it."""

    def __init__(self) -> None:
        self.memory: Alternatives | None = None

    def find(self, asked: Hashable, house: House) -> tuple[Alternative, ...] | None:
        return None if self.memory is None else self.memory.find(asked, house)

    def keep(self, asked: Hashable, seen: Seen, kept: tuple[Alternative, ...]) -> None:
        if self.memory is not None:
            self.memory.keep(asked, seen, kept)


@cache
def _made_once() -> tuple[_Latest, Litestar]:
    latest = _Latest()
    return latest, make_router(cast("Alternatives", latest))


def _routes(alternatives: Alternatives) -> Litestar:
    latest, router = _made_once()
    latest.memory = alternatives
    return router


def skin_over(parts: Parts) -> App:
    """Return the application, with everything of its own but the framework's routes."""
    return create_app(parts, route=_routes)
