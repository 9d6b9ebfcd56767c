"""Running jobs by the clock on the wall, of all processes one at a time.

pgqueuer keeps when each job runs next in a row; the process that locks the row runs the job. It goes by the machine's clock, while what a
job finds due goes by the product's.
"""

import asyncio
import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from saveit.kernel.db import Database
from saveit.kernel.observe import logger, metrics, span
from saveit.timers.model import Job

if TYPE_CHECKING:
    from pgqueuer.core.sm import SchedulerManager

_log = logger("timers")

_QUEUE = "saveit.timers.queue"
_RESTART_S = 5.0


class Schedule:
    """The jobs of an installation, run by whichever process comes first, until it is closed."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = tuple(jobs)
        self._closing = asyncio.Event()
        self._manager: SchedulerManager | None = None

    def close(self) -> None:
        """Let `run` return once the jobs under way are done."""
        self._closing.set()
        if self._manager is not None:
            self._manager.shutdown.set()

    async def run(self) -> None:
        """Run jobs until `close` is called; begins again when the database was lost."""
        # The queue takes as long to import as a quarter of us; nobody waits for it, so no start of ours does.
        await asyncio.to_thread(importlib.import_module, _QUEUE)
        while not self._closing.is_set():
            manager = self._manager = self._new_manager()
            try:
                await manager.run()
            except Exception as error:  # noqa: BLE001 - the edge of a task that must outlive a lost database.
                _log.warning("schedule.stopped", error=type(error).__name__)
                try:
                    await asyncio.wait_for(self._closing.wait(), _RESTART_S)
                except TimeoutError:
                    continue

    def _new_manager(self) -> "SchedulerManager":
        from saveit.timers.queue import manager_of  # noqa: PLC0415 - imported by `run`, in a thread.

        return manager_of(self._database, self._jobs, run_job)


async def run_job(job: Job) -> int:
    """Run a job now and return how many acts it did; a failure is logged, counted and raised."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    try:
        with span("timer.run", {"saveit.job": job.name}) as here:
            done = await job.run()
            here.set_attribute("saveit.acts_done", done)
    except Exception as error:
        metrics.timer_runs.labels(job=job.name, outcome="failed").inc()
        _log.error("job.failed", job=job.name, error=type(error).__name__, exc_info=True)
        raise
    metrics.timer_runs.labels(job=job.name, outcome="done").inc()
    if done:
        _log.info("job.done", job=job.name, act_count=done, duration_s=round(loop.time() - began_s, 3))
    return done
