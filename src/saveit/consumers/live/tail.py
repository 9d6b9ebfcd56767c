"""Following the facts of other processes from now on, with a cursor in memory."""

import asyncio
from datetime import date
from typing import Protocol

from saveit.kernel.db import Database
from saveit.kernel.errors import Fault
from saveit.kernel.ids import AdvisorId, LineId, RestaurantId
from saveit.kernel.observe import logger
from saveit.outbox import Change, Place, changes_of_others, present

_log = logger("live")

_POLL_S = 0.25
_PAGE_LENGTH = 500
# A process that is further behind than this forgets everything in less time than it would take to follow.
_PAGES_MAX = 10
_HOUSE_KINDS = frozenset(("rules.changed", "floor.changed", "restaurant.changed"))
_DAY_KINDS = ("reservation.", "hold.", "waitlist.", "availability.")


class Forgetful(Protocol):
    """The pictures of a process: what is forgotten is read again before its next use."""

    def forget_day(self, restaurant_id: RestaurantId, service_on: date) -> None:
        """Forget a service day and those beside it."""
        ...

    def forget_house(self, restaurant_id: RestaurantId) -> None:
        """Forget a restaurant and its days."""
        ...

    def forget_everything(self) -> None:
        """Forget all."""
        ...


class ForgetfulOfLines(Protocol):
    """The lines that a process knows: what is forgotten is looked up again before its next use."""

    def forget_line(self, line_id: LineId) -> None:
        """Forget a line, whatever its address was."""
        ...

    def forget_advisor(self, advisor_id: AdvisorId) -> None:
        """Forget the lines of an advisor."""
        ...

    def forget_everything(self) -> None:
        """Forget all."""
        ...


class Tail:
    """Keeps pictures, and lines where they are given, in step with the other processes until it is closed."""

    def __init__(
        self,
        database: Database,
        pictures: Forgetful,
        *,
        lines: ForgetfulOfLines | None = None,
        poll_s: float = _POLL_S,
    ) -> None:
        self._database = database
        self._pictures = pictures
        self._lines = lines
        self._poll_s = poll_s
        self._place: Place | None = None
        self._closed = asyncio.Event()

    def close(self) -> None:
        """Let `run` return."""
        self._closed.set()

    async def run(self) -> None:
        """Follow until `close` is called. When the database is lost the pictures are forgotten once it is back."""
        while not self._closed.is_set():
            try:
                await self.step()
            except Fault as fault:
                _log.warning("tail.lost", error=type(fault).__name__)
                self._place = None
            await _wait(self._closed, self._poll_s)

    async def step(self) -> int:
        """Take what others did since the last step and return how much that was; the first step begins at the present."""
        if self._place is None:
            # The place first, then the forgetting: what happens in between is forgotten twice rather than never.
            self._place = await present(self._database)
            self._pictures.forget_everything()
            if self._lines is not None:
                self._lines.forget_everything()
            return 0
        seen = 0
        for _ in range(_PAGES_MAX):
            changes, self._place = await changes_of_others(self._database, self._place, rows_max=_PAGE_LENGTH)
            for change in changes:
                self._forget(change)
            seen += len(changes)
            if len(changes) < _PAGE_LENGTH:
                return seen
        _log.warning("tail.behind", fact_count=seen)
        self._place = None
        await self.step()
        return seen

    def _forget(self, change: Change) -> None:
        if self._lines is not None:
            match change.kind:
                case "line.changed":
                    self._lines.forget_line(LineId(change.subject_id))
                case "advisor.changed":
                    self._lines.forget_advisor(AdvisorId(change.subject_id))
                case _:
                    pass
        if change.restaurant_id is None:
            return
        if change.kind in _HOUSE_KINDS:
            self._pictures.forget_house(change.restaurant_id)
        elif change.kind.startswith(_DAY_KINDS):
            for day in {change.service_on, change.was_on} - {None}:
                assert day is not None
                self._pictures.forget_day(change.restaurant_id, day)


async def _wait(event: asyncio.Event, within_s: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), within_s)
    except TimeoutError:
        return
