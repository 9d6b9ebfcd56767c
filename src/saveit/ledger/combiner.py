"""Acts of one process, gathered and committed together.

What tempts: a connection and a transaction for each act. It is wrong here because commits and round trips are what a booking costs, not
rows: sixty-four in one transaction cost a quarter of sixty-four transactions, and sixty-four guests who want the same twenty tables
are decided in a few milliseconds instead of hundreds. What we pay is that neighbours in a batch share its commit, and so its delay.

There is no timer. A batch is whatever came while the last one was being committed, so a lone act waits for nobody.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from saveit.kernel import faults
from saveit.kernel.clock import Clock
from saveit.kernel.db import Collision, Database, DatabaseUnreachable
from saveit.kernel.observe import Span, metrics, present_span, span
from saveit.ledger.model import Act, Outcome
from saveit.ledger.store import commit_acts

# Measured: beyond 64 acts a batch only makes its first act wait longer (contracts measured 20,000 to 36,000 rows/s there).
_BATCH_MAX = 64
# One connection commits while the other gathers; a third finds nothing to do on two cores.
_WRITERS = 2
_ATTEMPTS_MAX = 5
# More waiting than this and the process is behind by seconds: better to say so than to answer too late.
_WAITING_MAX = 4096


class CombinerFull(Collision):
    """More acts wait than this process can commit in good time."""


class _Waiting:
    __slots__ = ("act", "asked_in", "outcome")

    def __init__(self, act: Act, outcome: "asyncio.Future[Outcome]") -> None:
        self.act = act
        self.outcome = outcome
        self.asked_in = present_span()


class Combiner:
    """Commits acts; with `combined=False` each by itself, which changes the speed and nothing else."""

    def __init__(self, database: Database, clock: Clock, *, combined: bool = True) -> None:
        self._database = database
        self._now: Callable[[], datetime] = clock.now
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._writers = [asyncio.create_task(self._write()) for _ in range(_WRITERS)] if combined else []

    async def commit(self, act: Act) -> Outcome:
        """Commit one act and say what became of it.

        Raises: DatabaseUnreachable when it is not known whether the act took place; Collision when it did not, five times over.
        """
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(act, outcome)
        if not self._writers:
            await self._settle([waiting])
        elif self._closing or len(self._waiting) >= _WAITING_MAX:
            raise CombinerFull(len(self._waiting))
        else:
            self._waiting.append(waiting)
            self._wake.set()
        return await outcome

    async def close(self) -> None:
        """Commit what waits, then stop."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(*self._writers)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            batch = self._next_batch()
            if batch:
                await self._settle(batch)
            elif self._closing:
                return
            else:
                self._wake.clear()

    def _next_batch(self) -> list[_Waiting]:
        """Take what waits, in order, but of acts with the same key or the same guest only the first: the others see its result."""
        batch: list[_Waiting] = []
        put_off: list[_Waiting] = []
        seen: set[object] = set()
        while self._waiting and len(batch) < _BATCH_MAX:
            waiting = self._waiting.popleft()
            if waiting.outcome.cancelled():
                continue
            marks = _marks(waiting.act)
            if seen.isdisjoint(marks):
                seen.update(marks)
                batch.append(waiting)
            else:
                put_off.append(waiting)
        self._waiting.extendleft(reversed(put_off))
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        """Commit a batch and tell each act's caller what became of it."""
        metrics.combiner_batch_size.observe(len(batch))
        found = await self._attempt(batch)
        if isinstance(found, Exception) and not isinstance(found, DatabaseUnreachable):
            await self._settle_singly(batch, found)
        else:
            # When the database was lost the commit may have taken place. Trying again here could do an act twice; its caller does, with
            # its key.
            _tell(batch, found)

    async def _settle_singly(self, batch: list[_Waiting], found: Exception) -> None:
        """Commit each act of a failed batch by itself, so that one bad act does not spoil its neighbours; try one that collided again."""
        if len(batch) > 1:
            metrics.retries.labels(act="batch", reason=type(found).__name__).inc()
            for waiting in batch:
                await self._settle([waiting])
            return
        last: list[Outcome] | Exception = found
        for _ in range(_ATTEMPTS_MAX):
            if not isinstance(last, Collision):
                break
            metrics.retries.labels(act=batch[0].act.kind, reason="collision").inc()
            last = await self._attempt(batch)
        _tell(batch, last)

    async def _attempt(self, batch: list[_Waiting]) -> list[Outcome] | Exception:
        """Commit a batch once; return what was raised instead of raising it, because the writer must outlive any act."""
        try:
            await faults.reach("ledger.commit.before")
            outcomes = await self._commit(batch)
            await faults.reach("ledger.commit.after")
        except Exception as error:  # noqa: BLE001 - the edge of a task: the error goes to the act's caller.
            return error
        return outcomes

    async def _commit(self, batch: list[_Waiting]) -> list[Outcome]:
        with _span_of(batch) as here:
            acts = [waiting.act for waiting in batch]
            outcomes = await commit_acts(self._database, acts, acted_at=self._now())
            if here.is_recording():
                for verdict, count in Counter(outcome.verdict for outcome in outcomes).items():
                    here.set_attribute(f"saveit.verdict.{verdict}", count)
        return outcomes


def _tell(batch: list[_Waiting], found: list[Outcome] | Exception) -> None:
    """Tell whoever still waits what became of their act, or what went wrong."""
    for number, waiting in enumerate(batch):
        if waiting.outcome.done():
            continue
        if isinstance(found, Exception):
            waiting.outcome.set_exception(found)
        else:
            waiting.outcome.set_result(found[number])


def _span_of(batch: list[_Waiting]) -> AbstractContextManager[Span]:
    """Open the batch's span below the act that waited longest; the other acts are linked, since a span has one parent."""
    first, *others = batch
    if first.asked_in is None:
        return span("ledger.commit")
    links = [waiting.asked_in for waiting in others if waiting.asked_in is not None]
    return span("ledger.commit", {"saveit.batch_size": len(batch)}, parent=first.asked_in, links=links)


def _marks(act: Act) -> tuple[object, ...]:
    """Return what two acts of one batch must not share."""
    marks: list[object] = []
    if act.key is not None:
        marks.append((act.tenant_id, act.key_scope, act.key))
    if act.address_index is not None:
        marks.append((act.tenant_id, act.address_kind, act.address_index))
    if act.hold_id is not None:
        marks.append(act.hold_id)
    return tuple(marks)
