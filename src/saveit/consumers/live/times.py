"""Booking pages that are open: which restaurant each looks at, and the word to each that some days of it are no longer as they were.

Nothing is said but the days. Who booked, and what is left, the page asks for like anybody else, once it has found the time to: of a
thousand pages that look at one restaurant each asks at a moment of its own.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import msgspec

from saveit.consumers.live.topics import days_of, framed
from saveit.kernel.ids import RestaurantId
from saveit.kernel.observe import metrics
from saveit.outbox import RecordedFact
from saveit.reservations import Desk

CHANGES = ("reservation.", "hold.", "availability.")
"""The beginnings of facts after which a day may have other free times."""
HOUSE_CHANGES = frozenset(("rules.changed", "floor.changed", "restaurant.changed"))
"""Facts after which every day may."""

_encoder = msgspec.json.Encoder()


class Page(Protocol):
    """The way to one page."""

    def share(self, frame: bytes, text: str) -> None:
        """Send a text that many are sent, which is written out as `frame` already."""
        ...


class Times:
    """The pages of this process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pages: dict[RestaurantId, set[Page]] = {}
        self.on_look: Callable[[], None] = _nobody_reads

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks."""
        return bool(self._pages)

    def join(self, page: Page, restaurant_id: RestaurantId) -> None:
        """Tell a page of a restaurant's days from now on."""
        self._pages.setdefault(restaurant_id, set()).add(page)
        self.on_look()

    def leave(self, page: Page, restaurant_id: RestaurantId) -> None:
        """Tell it nothing more."""
        pages = self._pages.get(restaurant_id)
        if pages is not None:
            pages.discard(page)
            if not pages:
                del self._pages[restaurant_id]

    def watch(self, facts: Sequence[RecordedFact]) -> None:
        """Tell of the days that facts have changed, each restaurant's in one word."""
        if not self._pages:
            return
        changed: dict[RestaurantId, set[date] | None] = {}
        for fact in facts:
            restaurant_id = fact.restaurant_id
            if restaurant_id is None or restaurant_id not in self._pages:
                continue
            if fact.kind in HOUSE_CHANGES:
                changed[restaurant_id] = None
            elif fact.kind.startswith(CHANGES) and fact.service_on is not None:
                days = changed.setdefault(restaurant_id, set())
                if days is not None:
                    days.update(days_of(fact))
            else:
                continue
            forget_foreign(self._desk, fact)
        for restaurant_id, days in changed.items():
            self._tell(restaurant_id, days)

    def _tell(self, restaurant_id: RestaurantId, days: set[date] | None) -> None:
        octets = _encoder.encode({"type": "changed", "days": None if days is None else sorted(days)})
        frame, text = framed(octets), octets.decode()
        pages = tuple(self._pages.get(restaurant_id, ()))
        for page in pages:
            page.share(frame, text)
        metrics.socket_frames.labels(kind="times").inc(len(pages))


def forget_foreign(desk: Desk, fact: RecordedFact) -> None:
    """Let this process's pictures forget what another process has changed: they follow at a pace of their own, which may be slower."""
    if fact.node == desk.database.node or fact.restaurant_id is None:
        return
    if fact.kind in HOUSE_CHANGES:
        desk.pictures.forget_house(fact.restaurant_id)
    elif fact.service_on is not None:
        desk.pictures.forget_day(fact.restaurant_id, fact.service_on)


def _nobody_reads() -> None:
    """Nobody reads the log yet."""
