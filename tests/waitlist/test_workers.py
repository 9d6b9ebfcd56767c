"""Many workers promote at once: what has become free is given out exactly, and in order."""

import asyncio
from collections import Counter
from datetime import datetime
from itertools import count

import pytest

from saveit import reservations, venues
from saveit.kernel import faults
from saveit.kernel.db import Transaction
from saveit.kernel.ids import HoldId
from saveit.outbox import Runner
from saveit.waitlist import promotion_consumer, store
from tests.support.core import DAY, HOST, Bistro, Opening
from tests.waitlist.conftest import Evening

_WORKERS = 10
_FREED = 3


async def _sold_out(opening: Opening) -> Evening:
    """Return an evening of six tables, and as many parties that wait as workers."""
    bistro = await opening.bistro(tables=(2,) * 6)
    evening = Evening(bistro, [await bistro.book(900 + number) for number in range(6)])
    for number in range(_WORKERS):
        await evening.join(number + 1)
    return evening


async def _workers(opening: Opening, bistro: Bistro) -> list[Bistro]:
    """Return desks of five processes, two workers at each."""
    desks = [bistro, *[await opening.desk_beside(bistro) for _ in range(4)]]
    return desks * 2


@pytest.mark.race
async def test_ten_workers_give_out_exactly_the_freed_tables_to_the_first_in_the_queue(
    opening: Opening,
) -> None:
    evening = await _sold_out(opening)
    workers = await _workers(opening, evening.bistro)
    for booked in evening.booked[:_FREED]:
        await evening.bistro.act(reservations.cancel, booked.id)

    given = await asyncio.gather(*(evening.promote(worker) for worker in workers))

    offered = [entry_id for one in given for entry_id in one.offered]
    queue = await evening.bistro.rows("SELECT entry_id, status FROM waitlist_entries ORDER BY created_at")
    assert sorted(offered) == [entry_id for entry_id, _ in queue[:_FREED]]
    assert Counter(status for _, status in queue) == {"offered": _FREED, "waiting": _WORKERS - _FREED}
    assert await evening.bistro.value("SELECT count(*) FROM holds") == _FREED


@pytest.mark.race
async def test_without_the_lock_on_the_entry_one_guest_is_given_several_tables(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: workers that only look at the entry all see it waiting, and each holds a table for it."""
    evening = await _sold_out(opening)
    workers = (await _workers(opening, evening.bistro))[:_FREED]
    for booked in evening.booked[:_FREED]:
        await evening.bistro.act(reservations.cancel, booked.id)
    looked, held = asyncio.Barrier(len(workers)), asyncio.Barrier(len(workers))
    looks = count()
    find_kept_hold = store.find_kept_hold

    async def look_together(tx: Transaction, holder: str, now: datetime) -> HoldId | None:
        found = await find_kept_hold(tx, holder, now)
        if next(looks) < len(workers):
            await looked.wait()
        return found

    async def hold_together() -> None:
        await held.wait()

    async def unlocked(*_: object) -> None:
        return None

    monkeypatch.setattr(store, "claim_entry", store.find_entry)
    monkeypatch.setattr(store, "lock_queue", unlocked)
    monkeypatch.setattr(store, "find_kept_hold", look_together)
    with faults.armed("waitlist.promote.after_hold", hold_together):
        await asyncio.gather(*(evening.promote(worker) for worker in workers))

    kept = await evening.bistro.rows("SELECT count(*) FROM holds GROUP BY holder")
    assert kept == [(_FREED,)]


async def test_the_consumer_promotes_when_a_party_cancels(opening: Opening) -> None:
    evening = await _sold_out(opening)
    runner = await _runner(evening.bistro)
    await runner.drain()
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)

    await runner.drain()

    assert await _statuses(evening) == {"offered": 1, "waiting": _WORKERS - 1}


async def test_the_consumer_offers_the_table_on_when_an_offer_is_left(opening: Opening) -> None:
    evening = await _sold_out(opening)
    runner = await _runner(evening.bistro)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await runner.drain()
    (hold_id,) = (await evening.bistro.rows("SELECT hold_id FROM holds"))[0]

    await evening.bistro.act(reservations.release_hold, hold_id)
    await runner.drain()

    assert await _statuses(evening) == {"passed": 1, "offered": 1, "waiting": _WORKERS - 2}


async def test_the_consumer_hears_that_a_party_moved_to_another_day(opening: Opening) -> None:
    evening = await _sold_out(opening)
    runner = await _runner(evening.bistro)
    await runner.drain()
    elsewhere = reservations.Wish(on=DAY.replace(day=20))

    await evening.bistro.act(reservations.change, evening.booked[0].id, elsewhere)
    await runner.drain()

    assert await _statuses(evening) == {"offered": 1, "waiting": _WORKERS - 1}


async def test_a_restaurant_that_grows_offers_what_is_new(opening: Opening) -> None:
    evening = await _sold_out(opening)
    runner = await _runner(evening.bistro)
    await runner.drain()
    draft = venues.TableDraft(number="new", covers_min=1, covers_max=2)
    bistro = evening.bistro
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        await venues.add_table(tx, bistro.restaurant_id, draft, now=bistro.clock.now())
    bistro.desk.pictures.forget_house(bistro.restaurant_id)

    await runner.drain()

    assert await _statuses(evening) == {"offered": 1, "waiting": _WORKERS - 1}


async def _runner(bistro: Bistro) -> Runner:
    runner = Runner(bistro.desk.database, bistro.clock, (promotion_consumer(bistro.desk),))
    await runner.prepare()
    return runner


async def _statuses(evening: Evening) -> dict[str, int]:
    rows = await evening.bistro.rows("SELECT status, count(*) FROM waitlist_entries GROUP BY status")
    return dict(rows)
