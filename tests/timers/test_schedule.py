"""The job queue that keeps the schedules."""

import asyncio

import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings

from saveit.kernel.db import Database
from saveit.timers import Job, Schedule, core_jobs
from saveit.timers.queue import SCHEMA
from tests.support.core import Opening

pytestmark = pytest.mark.slow


@pytest.mark.postgres
async def test_the_tables_are_those_that_the_installed_release_expects(database_dsn: str) -> None:
    database = await Database.open(database_dsn, node="n1")
    try:
        settings = DBSettings(db_schema=SCHEMA)
        queries = Queries(AsyncpgPoolDriver(database.driver_pool()), qbe=QueryBuilderEnvironment(settings))
        plan = await queries.plan_upgrade()
    finally:
        await database.close()

    assert plan.statements == ()


async def test_a_scheduled_job_runs_and_stops_when_told(database_dsn: str) -> None:
    ran = asyncio.Event()

    async def run() -> int:
        ran.set()
        return 1

    database = await Database.open(database_dsn, node="n1")
    schedule = Schedule(database, (Job("every_second", "* * * * * *", run),))
    running = asyncio.create_task(schedule.run())
    try:
        await asyncio.wait_for(ran.wait(), 30)
    finally:
        schedule.close()
        await asyncio.wait_for(running, 30)
        await database.close()

    assert running.done()


async def test_every_job_has_a_name_of_its_own_and_a_rhythm(opening: Opening) -> None:
    bistro = await opening.bistro()
    jobs = core_jobs(bistro.desk)

    done = {job.name: await job.run() for job in jobs}

    assert len(done) == len(jobs)
