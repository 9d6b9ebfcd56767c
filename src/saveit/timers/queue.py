"""The job queue itself: what a manager of pgqueuer is made of. Imported when the first schedule runs."""

from collections.abc import Awaitable, Callable, Sequence

from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import AsyncCrontab
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Schedule as DueSchedule
from pgqueuer.domain.settings import DBSettings

from saveit.kernel.db import Database
from saveit.timers.model import Job

SCHEMA = "jobs"


def manager_of(
    database: Database, jobs: Sequence[Job], run_job: Callable[[Job], Awaitable[int]]
) -> SchedulerManager:
    """Return a manager that runs these jobs when they are due."""
    settings = DBSettings(db_schema=SCHEMA)
    queries = Queries(
        AsyncpgPoolDriver(database.driver_pool()),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
    manager = SchedulerManager(queries)
    for job in jobs:
        # A job whose rhythm has changed leaves its old one behind otherwise, and would run to both.
        manager.schedule(job.name, job.cron, clean_old=True)(_crontab(job, run_job))
    return manager


def _crontab(job: Job, run_job: Callable[[Job], Awaitable[int]]) -> AsyncCrontab:
    async def run(_schedule: DueSchedule) -> None:
        await run_job(job)

    return run
