"""One caller keeps so many tables at once, exactly, however many requests he sends at the same moment and to how many processes."""

import asyncio
from collections import Counter
from datetime import datetime
from itertools import count

import pytest

from saveit import reservations
from saveit.kernel import faults
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import RestaurantId
from saveit.reservations import Hold, Holding, store
from tests.support.core import DAY, HOST, Bistro, Opening, answer, key, rules

CROWD = 30
# As many as two processes have connections for, with some to spare.
FEW = 8
BOUND = 3
GUEST = Actor("guest", "one and the same", "web")
OTHER = Actor("guest", "somebody else", "web")
PROGRAM = Actor("api_key", "a program", "api")


async def bistro_with_a_bound(opening: Opening) -> Bistro:
    """Return a house with more tables than one caller may keep."""
    written = rules(holds={"open_max_per_caller": BOUND, "open_max_per_key": BOUND + 1})
    return await opening.bistro(tables=(2,) * (CROWD + 5), written=written)


async def held(bistro: Bistro, actor: Actor, *, keyed: str | None = None) -> Hold | str:
    """Hold a table for somebody, and return the hold or why there is none."""
    holding = Holding(
        restaurant_id=bistro.restaurant_id,
        date=DAY,
        time="20:00",
        party_size=2,
        source="api",
        audience="guest",
    )
    act = reservations.hold_once(
        bistro.desk,
        holding,
        tenant_id=bistro.tenant_id,
        actor=actor,
        key=None if keyed is None else key(keyed),
    )
    found = await answer(act)
    return found if isinstance(found, str) else found.hold


async def crowd(opening: Opening, bistro: Bistro, size: int = CROWD) -> Counter[str]:
    """Let one caller ask two processes for many tables at once, and count what he is answered."""
    desks = (bistro, await opening.desk_beside(bistro))
    found = await asyncio.gather(*(held(desks[number % 2], GUEST) for number in range(size)))
    return Counter(one if isinstance(one, str) else "held" for one in found)


async def kept(bistro: Bistro) -> int:
    return await bistro.value("SELECT count(*) FROM holds WHERE released_at IS NULL")


@pytest.mark.race
async def test_a_crowd_of_one_caller_keeps_exactly_as_many_as_it_may(opening: Opening) -> None:
    bistro = await bistro_with_a_bound(opening)

    answers = await crowd(opening, bistro)

    assert answers == {"held": BOUND, "too_many_holds": CROWD - BOUND}
    assert (await kept(bistro), await bistro.taken()) == (BOUND, BOUND)


@pytest.mark.race
async def test_without_the_second_count_a_crowd_keeps_more(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: everybody counted before anybody held, and nobody looks again."""
    bistro = await bistro_with_a_bound(opening)
    together, looks = asyncio.Barrier(FEW), count()
    count_open_holds = store.count_open_holds

    async def look_together_once(tx: Transaction, restaurant_id: RestaurantId, now: datetime) -> int:
        if next(looks) >= FEW:
            return 0
        found = await count_open_holds(tx, restaurant_id, now)
        await together.wait()
        return found

    monkeypatch.setattr(store, "count_open_holds", look_together_once)

    await crowd(opening, bistro, FEW)

    assert await kept(bistro) == FEW


async def test_callers_are_bounded_each_by_himself_and_staff_not_at_all(opening: Opening) -> None:
    bistro = await bistro_with_a_bound(opening)

    found = {
        actor.id: sum([isinstance(await held(bistro, actor), Hold) for _ in range(BOUND + 2)])
        for actor in (GUEST, OTHER, PROGRAM, HOST)
    }

    assert found == {GUEST.id: BOUND, OTHER.id: BOUND, PROGRAM.id: BOUND + 1, HOST.id: BOUND + 2}


async def test_what_is_released_or_over_may_be_held_again(opening: Opening) -> None:
    bistro = await bistro_with_a_bound(opening)
    first, *_ = [await held(bistro, GUEST) for _ in range(BOUND)]
    assert isinstance(first, Hold)
    refused = await held(bistro, GUEST)
    await bistro.act(reservations.release_hold, first.id)

    again = await held(bistro, GUEST)
    bistro.clock.set(first.expires_at)

    assert (refused, isinstance(again, Hold)) == ("too_many_holds", True)
    assert isinstance(await held(bistro, GUEST), Hold)


async def test_a_key_is_answered_as_before_at_the_bound_too(opening: Opening) -> None:
    bistro = await bistro_with_a_bound(opening)
    holds = [await held(bistro, GUEST, keyed=f"key {number}") for number in range(BOUND)]

    assert [await held(bistro, GUEST, keyed=f"key {number}") for number in range(BOUND)] == holds


async def test_who_was_refused_after_all_may_use_the_key_again(opening: Opening) -> None:
    """Two ask at once for the last place: one is told no when it is counted again, and nothing of it stays."""
    bistro = await bistro_with_a_bound(opening)
    others = [await held(bistro, GUEST) for _ in range(BOUND - 1)]

    async def another_is_quicker() -> None:
        faults.disarm("reservations.hold.before_count")
        others.append(await held(bistro, GUEST))

    with faults.armed("reservations.hold.before_count", another_is_quicker):
        first = await held(bistro, GUEST, keyed="mine")
    left = next(one for one in others if isinstance(one, Hold))
    await bistro.act(reservations.release_hold, left.id)

    assert sorted(isinstance(one, Hold) for one in (first, others[-1])) == [False, True]
    assert isinstance(await held(bistro, GUEST, keyed="mine"), Hold)
