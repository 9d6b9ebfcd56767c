"""From a provider's account and address to one of our lines, from memory.

What tempts is a cache that merely forgets after a while: an advisor who was switched off would then be answered for another day. So what is
known is kept for a day and dropped at once when its line or advisor changes, here by whoever changed it and in the other processes by the
fact. An address that nobody has is remembered too, briefly, and the look-ups of unknown addresses are bounded by the second: requests for
such addresses come from anybody, and must not cost a query each.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

import msgspec

from saveit.advisors import store
from saveit.advisors.actions import line_of, opened_credentials
from saveit.advisors.errors import LineUnreadable, TooManyUnknownLines
from saveit.advisors.model import Route
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Database, Transaction
from saveit.kernel.ids import AdvisorId, LineId, TenantId
from saveit.kernel.observe import metrics
from saveit.messages import Credentials, LineKey

_KNOWN_FOR = timedelta(hours=24)
_UNKNOWN_FOR = timedelta(seconds=30)
_Place: TypeAlias = tuple[str | LineId | None, ...]
"""What was asked: its kind first."""

# A line with its credentials takes some two kilobytes.
_KNOWN_MAX = 20_000
_UNKNOWN_MAX = 20_000
# A process that has just started looks up every line once; more than this in a second are not lines.
_LOOKUPS_PER_S = 200
# Lines that a handshake, or an event about a whole account, may be for.
_CANDIDATES_MAX = 500


class Sealers(Protocol):
    """Who knows each tenant's key."""

    async def sealer(self, source: Database | Transaction, tenant_id: TenantId) -> Sealer:
        """Return the tenant's sealer."""
        ...


class _Found(msgspec.Struct, frozen=True):
    routes: tuple[Route, ...]
    until: datetime


class LineDirectory:
    """Lines by their address, the most recently used ones in memory."""

    def __init__(self, database: Database, clock: Clock, sealers: Sealers) -> None:
        self._database = database
        self._clock = clock
        self._sealers = sealers
        self._known: OrderedDict[_Place, _Found] = OrderedDict()
        self._unknown: OrderedDict[_Place, datetime] = OrderedDict()
        self._asking: dict[_Place, asyncio.Task[tuple[Route, ...]]] = {}
        # Rises whenever something is forgotten: what was asked before that may be out of date when it arrives.
        self._generation = 0
        self._second = 0
        self._lookups = 0

    async def find(self, channel: str, key: LineKey) -> Route | None:
        """Return the line of an address, active or not, or None when no line has it.

        Refuses: TooManyUnknownLines. Raises: DatabaseUnreachable; LineUnreadable.
        """
        place = ("address", channel, key.account, key.address)

        async def look() -> list[store.LineRow]:
            row = await store.route_by_address(self._database, channel, key.account, key.address)
            return [] if row is None else [row]

        found = await self._routes(place, look)
        return found[0] if found else None

    async def by_id(self, line_id: LineId) -> Route | None:
        """Return a line by its id, active or not. Refuses and raises: as `find`."""

        async def look() -> list[store.LineRow]:
            row = await store.route_by_id(self._database, line_id)
            return [] if row is None else [row]

        found = await self._routes(("id", line_id), look)
        return found[0] if found else None

    async def candidates(
        self, channel: str, *, account: str | None = None, opaque: str | None = None
    ) -> tuple[Route, ...]:
        """Return the active lines that a request may be for which names none: those of an account or a path, or all of the channel.

        At most 500, in the order in which they were made. Refuses and raises: as `find`.
        """

        async def look() -> list[store.LineRow]:
            return await store.routes_like(
                self._database, channel, account=account, opaque=opaque, limit=_CANDIDATES_MAX
            )

        return await self._routes(("like", channel, account, opaque), look)

    def forget_line(self, line_id: LineId) -> None:
        """Look the line up anew, under whatever address it has now."""
        self._forget(lambda route: route.line.id == line_id)

    def forget_advisor(self, advisor_id: AdvisorId) -> None:
        """Look the advisor's lines up anew."""
        self._forget(lambda route: route.line.advisor_id == advisor_id)

    def forget_everything(self) -> None:
        """Look everything up anew."""
        self._generation += 1
        self._known.clear()
        self._unknown.clear()

    def _forget(self, is_gone: Callable[[Route], bool]) -> None:
        self._generation += 1
        # The line may have taken an address that nobody had, and become one of any group.
        self._unknown.clear()
        for place, found in list(self._known.items()):
            if place[0] == "like" or any(is_gone(route) for route in found.routes):
                del self._known[place]

    async def _routes(
        self, place: _Place, look: Callable[[], Awaitable[list[store.LineRow]]]
    ) -> tuple[Route, ...]:
        now = self._clock.now()
        found = self._known.get(place)
        if found is not None and found.until > now:
            self._known.move_to_end(place)
            return found.routes
        unknown_until = self._unknown.get(place)
        if unknown_until is not None and unknown_until > now:
            return ()
        task = self._asking.get(place)
        if task is None:
            self._count_lookup()
            task = self._asking[place] = asyncio.create_task(self._ask(place, look))
            task.add_done_callback(lambda _: self._asking.pop(place, None))
        # A caller who gives up leaves the look-up to the others who wait for it.
        return await asyncio.shield(task)

    async def _ask(
        self, place: _Place, look: Callable[[], Awaitable[list[store.LineRow]]]
    ) -> tuple[Route, ...]:
        generation = self._generation
        rows = await look()
        routes = tuple([await self._opened(row) for row in rows])
        metrics.line_lookups.labels("found" if routes else "unknown").inc()
        if generation != self._generation:
            return routes
        now = self._clock.now()
        if routes:
            self._known[place] = _Found(routes, now + _KNOWN_FOR)
            if len(self._known) > _KNOWN_MAX:
                self._known.popitem(last=False)
        else:
            self._unknown[place] = now + _UNKNOWN_FOR
            self._unknown.move_to_end(place)
            if len(self._unknown) > _UNKNOWN_MAX:
                self._unknown.popitem(last=False)
        return routes

    async def _opened(self, row: store.LineRow) -> Route:
        sealer = await self._sealers.sealer(self._database, row.tenant_id)
        try:
            values = opened_credentials(row, sealer)
        except Unreadable as error:
            raise LineUnreadable(str(row.id)) from error
        return Route(
            line_of(row), Credentials(LineKey(row.account, row.address), values), active=row.answering
        )

    def _count_lookup(self) -> None:
        """Count a look-up against this second's. Refuses: TooManyUnknownLines."""
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._lookups = second, 0
        self._lookups += 1
        if self._lookups > _LOOKUPS_PER_S:
            raise TooManyUnknownLines(retry_after_s=1)
