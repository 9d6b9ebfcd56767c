"""Many workers promote at once: what has become free is given out exactly, and in order."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from types import ModuleType

import pytest

from saveit import reservations, venues
from saveit.kernel import faults
from saveit.kernel.db import Transaction
from saveit.kernel.ids import HoldId
from saveit.outbox import Runner
from saveit.waitlist import promotion, promotion_consumer, reader, store
from tests.support.core import DAY, HOST, Bistro, Opening
from tests.waitlist.conftest import Evening

_WORKERS = 10
_FREED = 3
_CROWD = 30


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


@pytest.mark.parametrize("freed", [0, 2])
async def test_many_who_joined_at_once_are_looked_after_in_one_round(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, freed: int
) -> None:
    """What a queue costs is told by its wishes and by what is given out, not by its length or by how many facts told of it."""
    evening = await _sold_out(opening)
    for number in range(_WORKERS, _CROWD):
        # Every other party would rather eat later, and nothing is free then either.
        await evening.join(number + 1, latest="20:15" if number % 2 else "20:00")
    for booked in evening.booked[:freed]:
        await evening.bistro.act(reservations.cancel, booked.id)
    runner = await _runner(evening.bistro)
    rounds, looks = (
        _counting(monkeypatch, reader, "promote"),
        _counting(monkeypatch, promotion, "decided_offers"),
    )

    await runner.drain()

    assert rounds.calls == 1
    # An offer is looked for, and looked for again under the queue's lock; each of two wishes that cannot be met is looked for once.
    assert looks.calls <= 2 * freed + 2
    queue = await evening.bistro.rows("SELECT status FROM waitlist_entries ORDER BY created_at")
    assert [status for (status,) in queue] == ["offered"] * freed + ["waiting"] * (_CROWD - freed)


async def test_a_wish_that_cannot_be_met_does_not_keep_another_from_its_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    evening = Evening(bistro, [await bistro.book(901), await bistro.book(902, size=4)])
    large = [await evening.join(number, size=4) for number in (1, 2)]
    small = [await evening.join(number) for number in (3, 4)]
    await bistro.act(reservations.cancel, evening.booked[0].id)

    given = await evening.promote()

    assert given.offered == (small[0].id,)
    assert [(await evening.entry(entry)).status for entry in (*large, small[1])] == ["waiting"] * 3


async def test_a_fact_of_a_later_step_is_looked_after_anew(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = await _sold_out(opening)
    runner = await _runner(evening.bistro)
    rounds = _counting(monkeypatch, reader, "promote")
    await runner.drain()

    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await runner.drain()

    assert (rounds.calls, await _statuses(evening)) == (2, {"offered": 1, "waiting": _WORKERS - 1})


@dataclass
class _Counted:
    calls: int = 0


def _counting(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> _Counted:
    """Count the calls of a function that a module uses."""
    counted = _Counted()
    function = getattr(module, name)

    async def counting(*arguments: object) -> object:
        counted.calls += 1
        return await function(*arguments)

    monkeypatch.setattr(module, name, counting)
    return counted


async def _runner(bistro: Bistro) -> Runner:
    runner = Runner(bistro.desk.database, bistro.clock, (promotion_consumer(bistro.desk),))
    await runner.prepare()
    return runner


async def _statuses(evening: Evening) -> dict[str, int]:
    rows = await evening.bistro.rows("SELECT status, count(*) FROM waitlist_entries GROUP BY status")
    return dict(rows)
