"""A crowd that asks for the same and finds it full is answered by one look, not by one each.

Nobody is refused before what this process has on its way is decided, and a newer picture was read. With sixty-four guests at one start
that would be the same waiting, reading and reckoning forty-four times over, one after the other on one core. So whoever comes while a
look is being prepared joins it; once it has begun to read, it is too old for those who come later, and they make their own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable

import msgspec

from saveit.seating import Closed


class Seen(msgspec.Struct, frozen=True):
    """What a look found: the moment before its reading, and why there is nothing, if that is certain."""

    after: int
    closed: Closed | None


Look = Callable[[Callable[[], None]], Awaitable[Seen]]
"""Looks; it calls what it is given right before it reads."""


class Looks:
    """The looks of one process that can still be joined."""

    def __init__(self) -> None:
        self._open: dict[Hashable, asyncio.Task[Seen]] = {}

    async def share(self, wish: Hashable, look: Look) -> Seen:
        """Return what the look for this wish finds, looking only if nobody is about to. Raises: as the look."""
        looking = self._open.get(wish)
        if looking is None:
            # A task of its own: whoever began it may hang up, and the others still want to know.
            looking = self._open[wish] = asyncio.create_task(self._look(wish, look))
        return await asyncio.shield(looking)

    async def _look(self, wish: Hashable, look: Look) -> Seen:
        begun = False

        def begin() -> None:
            nonlocal begun
            if not begun:
                begun = True
                del self._open[wish]

        try:
            return await look(begin)
        finally:
            begin()
