"""Who has a socket open in this process: how many, and whether they still live."""

import asyncio
from collections import Counter
from typing import Protocol
from uuid import UUID

from saveit.kernel.observe import metrics
from saveit.web.parts import Limits
from saveit.web.sockets.outlet import SocketOutlet
from saveit.web.sockets.wire import SILENT

# Balancers end what is silent for a minute; twice within it something is said.
_PING_EACH_S = 25
_SILENT_S = 60.0
# Rights that were changed are heard of by facts; this finds a session whose time is over.
_REVIEW_EACH_S = 60


class Guest(Protocol):
    """A socket as the door knows it."""

    outlet: SocketOutlet
    heard_at: float

    def ping(self) -> str:
        """Return the frame that asks whether it lives."""
        ...

    def review(self) -> None:
        """Look whether it may still be here."""
        ...


class Door:
    """Counts the sockets of this process, and keeps them alive or ends them. Its pulse beats while there are any."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._guests: dict[Guest, int] = {}
        self._of_address: Counter[str] = Counter()
        self._of_holder: Counter[UUID] = Counter()
        self._number = 0
        self._pulse: asyncio.Task[None] | None = None

    def comes(self, address: str) -> bool:
        """Count a socket of an address; False, and it is not counted, when it has too many."""
        limit = self._limits.sockets_per_address
        if limit and self._of_address[address] >= limit:
            return False
        self._of_address[address] += 1
        return True

    def goes(self, address: str) -> None:
        """Count a socket no more."""
        _less(self._of_address, address)

    def holds(self, holder_id: UUID) -> bool:
        """Count a socket of a member of staff or a key; False, and it is not counted, when they have too many."""
        limit = self._limits.sockets_per_holder
        if limit and self._of_holder[holder_id] >= limit:
            return False
        self._of_holder[holder_id] += 1
        return True

    def releases(self, holder_id: UUID) -> None:
        """Count it no more."""
        _less(self._of_holder, holder_id)

    def enter(self, guest: Guest, kind: str) -> None:
        """Keep a socket alive from now on."""
        self._number += 1
        self._guests[guest] = self._number
        metrics.sockets_open.labels(kind=kind).inc()
        if self._pulse is None:
            self._pulse = asyncio.create_task(self._beat(), name="sockets")

    def leave(self, guest: Guest, kind: str) -> None:
        """It has gone."""
        if self._guests.pop(guest, None) is not None:
            metrics.sockets_open.labels(kind=kind).dec()
            metrics.sockets_closed.labels(kind=kind, code=str(guest.outlet.code or 1000)).inc()

    async def _beat(self) -> None:
        """Ask a part of them each second whether they live: all at once would be felt by everybody else."""
        loop = asyncio.get_running_loop()
        second = 0
        while self._guests:
            await asyncio.sleep(1)
            second += 1
            for guest, number in tuple(self._guests.items()):
                if number % _REVIEW_EACH_S == second % _REVIEW_EACH_S:
                    guest.review()
                if number % _PING_EACH_S == second % _PING_EACH_S:
                    if loop.time() - guest.heard_at > _SILENT_S:
                        guest.outlet.end(SILENT)
                    else:
                        guest.outlet.offer(guest.ping())
        self._pulse = None


def _less(counter: Counter[str] | Counter[UUID], key: str | UUID) -> None:
    counter[key] -= 1  # pyright: ignore[reportArgumentType] - each counter is asked with its own keys.
    if counter[key] <= 0:  # pyright: ignore[reportArgumentType] - as above.
        del counter[key]
