"""Telling screens what happens, in order, without loss or repeat, from the log of facts alone.

What tempts is a message bus between the processes: whoever commits an act tells the others. A process that misses a message then shows
something wrong until somebody reloads the page, and nobody knows. The log is there already, in the order in which transactions began and
only as far as all older ones have ended; each process reads it by itself while anybody listens. A socket that comes back says what it had
last and is given the rest, from this process's memory when that reaches back so far, else from the log.

A fact is encoded once, and handed to each socket without waiting for any: whoever reads more slowly than things happen is cut off by its
outlet, and comes back for the rest.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from msgspec.structs import replace

from saveit.advisors import LineDirectory, LineUnreadable, TooManyUnknownLines
from saveit.consumers.live.chats import Chats
from saveit.consumers.live.times import Times
from saveit.consumers.live.topics import (
    NOBODYS,
    Group,
    Item,
    Owner,
    Topic,
    follows,
    group_of,
    item_of,
    line_of,
)
from saveit.kernel.db import Database
from saveit.kernel.errors import Fault
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.kernel.observe import logger, metrics
from saveit.kernel.waiting import wait_for
from saveit.outbox import Place, RecordedFact, facts_after, present

_Key = TypeVar("_Key", RestaurantId, TenantId)

_log = logger("live")

# A screen is told within 200 ms: half of it is left for the way.
_POLL_S = 0.05
_REST_S = 0.005
_PAGE_LENGTH = 500
# Some six megabytes. What a screen missed while it found another connection is nearly always among them.
_KEPT_MAX = 5_000
# Beyond this a screen reads its restaurant anew in less time than it would take to follow.
_REPLAYED_MAX = 20_000
# Handed out without a pause; then others of this process have their turn.
_AT_ONCE = 256
# A transaction number so far ahead is another server's.
_FOREIGN = 1_000_000
_RIGHTS = ("staff.", "api_key.", "advisor.")


class Outlet(Protocol):
    """The way to one screen."""

    def offer(self, text: str) -> None:
        """Send a frame, or keep it while the reader is slow; a reader that is too slow is cut off."""
        ...

    def share(self, frame: bytes, text: str) -> None:
        """Send a text that many are sent, which is written out as `frame` already."""
        ...

    async def send(self, text: str) -> None:
        """Send a frame, waiting for a slow reader."""
        ...


class Screen:
    """One socket of staff, what it follows, and how far it is."""

    __slots__ = ("holder_ids", "outlet", "place", "review", "tenant_id", "topics")

    def __init__(
        self,
        outlet: Outlet,
        *,
        tenant_id: TenantId | None,
        holder_ids: Iterable[UUID],
        review: Callable[[], None],
    ) -> None:
        self.outlet = outlet
        self.tenant_id = tenant_id
        # Whose rights these are: a fact about one of them lets `review` look at them anew.
        self.holder_ids = frozenset(holder_ids)
        self.review = review
        self.topics: tuple[Topic, ...] = ()
        self.place = Place(0, 0)

    def wants(self, item: Item) -> bool:
        """Say whether a fact is to be told here, and note that it was looked at."""
        if item.place <= self.place:
            return False
        self.place = item.place
        return any(follows(topic, item) for topic in self.topics)


Missed = Callable[[Topic], Awaitable[None]]
"""Tells a screen that it must read a topic anew."""


class Hub:
    """Reads the log for this process's screens, and for the days that its chats and pages look at, until it is closed."""

    def __init__(
        self,
        database: Database,
        lines: LineDirectory,
        *,
        chats: Chats,
        times: Times,
        poll_s: float = _POLL_S,
    ) -> None:
        self._database = database
        self._lines = lines
        self._chats = chats
        chats.on_look = self.wake
        self._times = times
        times.on_look = self.wake
        self._poll_s = poll_s
        self._place: Place | None = None
        self._told = Place(0, 0)
        self._kept: deque[Item] = deque()
        # The place after which everything is in `_kept`.
        self._kept_from = Place(0, 0)
        self._screens: set[Screen] = set()
        self._catching_up = 0
        self._of_restaurant: dict[RestaurantId, set[Screen]] = {}
        self._of_tenant: dict[TenantId, set[Screen]] = {}
        self._reading = asyncio.Lock()
        self._woken = asyncio.Event()
        self._closed = False

    @property
    def told(self) -> Place:
        """Up to where every screen has been told everything."""
        return self._told

    def close(self) -> None:
        """Let `run` return."""
        self._closed = True
        self._woken.set()

    def wake(self) -> None:
        """Read now: somebody listens again, or something was done here. Made to be called often: it is read once for many calls."""
        self._woken.set()

    async def run(self) -> None:
        """Tell until `close` is called. A lost database is waited for; nothing is lost meanwhile."""
        while not self._closed:
            wanted = (
                bool(self._screens or self._catching_up) or self._chats.is_watching or self._times.is_watching
            )
            if wanted:
                try:
                    await self.step()
                except Fault as fault:
                    _log.warning("screens.wait", error=type(fault).__name__)
            elif self._place is not None:
                # Nobody listens: the log is not read, and whoever comes begins anew.
                self._place = None
                self._kept.clear()
            # One act may be followed by hundreds: those of a moment are told together.
            await asyncio.sleep(_REST_S)
            await wait_for(self._woken, within_s=self._poll_s if wanted else None)
            self._woken.clear()

    async def step(self) -> int:
        """Read what is new and tell it; return how many facts that was. The first step begins at the present."""
        async with self._reading:
            place = self._place
            if place is None:
                self._place = self._kept_from = self._told = await present(self._database)
                self._kept.clear()
                return 0
            seen = 0
            while True:
                facts, place = await facts_after(self._database, place, rows_max=_PAGE_LENGTH)
                if facts:
                    self._chats.watch(facts)
                    self._times.watch(facts)
                items = await self._items(facts)
                self._keep(items, place)
                for item in items:
                    await self._tell(item)
                self._told = place
                self._review(facts)
                seen += len(facts)
                if len(facts) < _PAGE_LENGTH:
                    return seen

    async def begin(self) -> None:
        """Return once this process knows where the log is. Raises: DatabaseUnreachable."""
        if self._place is None:
            await self.step()
        self._woken.set()

    async def follow(self, screen: Screen, topics: Sequence[Topic], missed: Missed) -> None:
        """Let a screen follow these topics from their floors on: first what it missed, then what comes.

        Called by one task of a screen. Raises: DatabaseUnreachable.
        """
        self.leave(screen)
        self._catching_up += 1
        try:
            await self._catch_up(screen, topics, missed)
            self._join(screen)
        finally:
            self._catching_up -= 1

    async def _catch_up(self, screen: Screen, topics: Sequence[Topic], missed: Missed) -> None:
        await self.begin()
        assert self._place is not None
        here = self._place
        screen.topics = tuple(
            replace(topic, floor=Place(0, 0)) if topic.floor.txid > here.txid + _FOREIGN else topic
            for topic in topics
        )
        foreign = screen.topics != tuple(topics)
        screen.place = min((topic.floor for topic in topics), default=here)
        if foreign:
            screen.place = await self._give_up(screen, missed)
        await self._replay(screen, missed)
        # What is left is in memory. It is sent by pieces; the last piece and the registration are one step, in which nothing comes between.
        while True:
            rest = [item for item in self._kept if item.place > screen.place]
            if len(rest) <= _AT_ONCE:
                break
            for item in rest[:_AT_ONCE]:
                if screen.wants(item):
                    await screen.outlet.send(item.text)
        for item in rest:
            if screen.wants(item):
                screen.outlet.offer(item.text)

    async def _replay(self, screen: Screen, missed: Missed) -> None:
        """Tell a screen what this process does not remember."""
        cursor, seen = screen.place, 0
        while cursor < self._kept_from:
            if seen >= _REPLAYED_MAX:
                screen.place = await self._give_up(screen, missed)
                return
            facts, cursor = await facts_after(self._database, cursor, rows_max=_PAGE_LENGTH)
            seen += len(facts)
            for item in await self._items([fact for fact in facts if fact.tenant_id == screen.tenant_id]):
                if screen.wants(item):
                    await screen.outlet.send(item.text)
            screen.place = max(screen.place, cursor)

    def leave(self, screen: Screen) -> None:
        """Tell a screen nothing more."""
        self._screens.discard(screen)
        for topic in screen.topics:
            if topic.restaurant_id is not None:
                _drop(self._of_restaurant, topic.restaurant_id, screen)
        if screen.tenant_id is not None:
            _drop(self._of_tenant, screen.tenant_id, screen)

    def _join(self, screen: Screen) -> None:
        self._screens.add(screen)
        for topic in screen.topics:
            if topic.restaurant_id is not None:
                self._of_restaurant.setdefault(topic.restaurant_id, set()).add(screen)
        if screen.tenant_id is not None:
            self._of_tenant.setdefault(screen.tenant_id, set()).add(screen)

    async def _give_up(self, screen: Screen, missed: Missed) -> Place:
        """Tell a screen to read anew what it follows from too long ago, and go on from the present."""
        assert self._place is not None
        here = self._place
        for topic in screen.topics:
            if topic.floor < here:
                await missed(topic)
        return here

    async def _items(self, facts: Sequence[RecordedFact]) -> list[Item]:
        items: list[Item] = []
        for fact in facts:
            group = group_of(fact.kind)
            if group is not None:
                items.append(item_of(fact, group, await self._owner(fact, group)))
        return items

    async def _owner(self, fact: RecordedFact, group: Group) -> Owner:
        """Return whose line a conversation is on; for what is on no line, nobody's."""
        line_id = line_of(fact) if group == "inbox" else None
        if line_id is None:
            return NOBODYS
        try:
            route = await self._lines.by_id(line_id)
        except (LineUnreadable, TooManyUnknownLines) as error:
            _log.warning("line.unknown_to_screens", line_id=str(line_id), error=type(error).__name__)
            return NOBODYS
        return NOBODYS if route is None else Owner(route.line.restaurant_id, route.line.advisor_id)

    def _keep(self, items: Sequence[Item], place: Place) -> None:
        self._kept.extend(items)
        self._place = place
        while len(self._kept) > _KEPT_MAX:
            self._kept_from = self._kept.popleft().place

    async def _tell(self, item: Item) -> None:
        """Hand a fact to everyone who follows it. Whoever joins meanwhile has it from memory, and is past it."""
        known = self._of_tenant if item.restaurant_id is None or item.group == "inbox" else None
        found = self._of_restaurant.get(item.restaurant_id) if item.restaurant_id is not None else None
        screens = known.get(item.tenant_id) if known is not None else found
        if not screens:
            return
        sent = 0
        for screen in tuple(screens):
            if screen in self._screens and screen.wants(item):
                screen.outlet.share(item.frame, item.text)
                sent += 1
                if sent % _AT_ONCE == 0:
                    await asyncio.sleep(0)
        metrics.socket_frames.labels(kind="staff").inc(sent)

    def _review(self, facts: Sequence[RecordedFact]) -> None:
        """Let those be looked at again whose rights were changed."""
        changed = {fact.subject_id for fact in facts if fact.kind.startswith(_RIGHTS)}
        if changed:
            for screen in tuple(self._screens):
                if not changed.isdisjoint(screen.holder_ids):
                    screen.review()


def _drop(index: dict[_Key, set[Screen]], key: _Key, screen: Screen) -> None:
    known = index.get(key)
    if known is not None:
        known.discard(screen)
        if not known:
            del index[key]
