"""What the runbooks tell people to type works as it stands."""

import re

import asyncpg
import pytest

from saveit.timers import core_jobs
from tests.house.sources import ROOT
from tests.support.core import Opening

RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
_BLOCK = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.postgres
@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
async def test_every_statement_of_a_runbook_runs(opening: Opening, path: object) -> None:
    bistro = await opening.bistro()
    await bistro.book()
    blocks = _BLOCK.findall((ROOT / str(path)).read_text(encoding="utf-8"))
    owner = await asyncpg.connect(opening.dsn)
    try:
        for block in blocks:
            await owner.execute(block)
    finally:
        await owner.close()

    assert blocks


async def test_every_job_has_its_row_in_the_runbook_and_no_row_is_left_over(opening: Opening) -> None:
    bistro = await opening.bistro()
    text = (ROOT / "docs" / "runbooks" / "maintenance.md").read_text(encoding="utf-8")
    section = text.split("## What runs by itself")[1].split("\n##")[0]

    rows = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)

    assert sorted(rows) == sorted(job.name for job in core_jobs(bistro.desk))
