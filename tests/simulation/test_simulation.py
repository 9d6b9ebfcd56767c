"""Three evenings of a small restaurant, thousands of acts, each held against an auditor who knows how it must end.

The seed is printed when a run fails; SAVEIT_SIMULATION_SEED repeats it.
"""

import asyncio
import os
import secrets
import sys
from collections.abc import Awaitable
from datetime import timedelta
from random import Random
from typing import Any

import asyncpg
import pytest

from saveit import reservations
from saveit.kernel.ids import ReservationId
from saveit.reservations import Wish
from tests.simulation.auditor import PARTIES_MAX
from tests.simulation.world import COVERS, GUESTS, TIMES, World, in_force
from tests.support.core import DAY, Bistro, Opening, answer, local, rules
from tests.support.history import clashes, history
from tests.support.races import disagreements, guest_overlaps, overlaps, without_constraint

pytestmark = [pytest.mark.slow, pytest.mark.race]

STEPS = 1500
BATCHES = 30
BATCH = 40


def seed_of_run() -> int:
    """Return the seed to repeat, or a new one, and say it: pytest shows what a failing test said."""
    seed = int(os.environ.get("SAVEIT_SIMULATION_SEED") or secrets.randbelow(10**9))
    sys.stdout.write(f"SAVEIT_SIMULATION_SEED={seed}\n")
    return seed


def seeded(seed: int) -> Random:
    """Return chance that repeats itself."""
    return Random(seed)  # noqa: S311 - it guards nothing.


async def small_restaurant(opening: Opening) -> Bistro:
    """Open the restaurant that the auditor knows."""
    written = rules(
        pacing={"parties_max": PARTIES_MAX},
        cancellation_policy={"blocked_reservations_after_no_show": 0},
        business_hours={
            day: [{"name": "dinner", "opens": "18:00", "closes": "24:00"}]
            for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        },
    )
    return await opening.bistro(tables=COVERS, written=written, now=local(DAY - timedelta(days=1), "12:00"))


async def test_every_act_of_three_evenings_ends_as_the_auditor_says(opening: Opening) -> None:
    seed = seed_of_run()
    bistro = await small_restaurant(opening)
    world = World(bistro, seeded(seed))

    for number in range(STEPS):
        await world.step()
        if number % 50 == 0:
            await check(world)

    await check(world)
    assert world.steps == STEPS
    assert clashes(await history(bistro)) == []


async def check(world: World) -> None:
    """Compare the auditor's restaurant with the ledger's, whole."""
    now = world.now
    held = await world.bistro.rows(
        "SELECT holder_id, table_id, starts_at, ends_at FROM table_occupancy WHERE expires_at IS NULL OR expires_at > $1",
        now,
    )
    assert world.auditor.clashes(now) == []
    assert set(held) == in_force(world.auditor.parties, now)
    assert (await overlaps(world.bistro), await guest_overlaps_forbidden(world)) == (0, 0)


async def guest_overlaps_forbidden(world: World) -> int:
    """Count guests in two places, those left out whose stay ran on."""
    return await world.bistro.value(
        "SELECT count(*) FROM guest_stays a JOIN guest_stays b ON a.person_id = b.person_id "
        "AND a.reservation_id < b.reservation_id AND a.during && b.during "
        "WHERE NOT a.overlap_allowed AND NOT b.overlap_allowed"
    )


async def a_crowd(desks: tuple[Bistro, Bistro], random: Random) -> list[object]:
    """Let many people act at once at two desks."""
    (standing,) = await desks[0].rows(
        "SELECT array_agg(reservation_id) FROM reservations WHERE status IN ('confirmed', 'checked_in')"
    )
    known = [ReservationId(one) for one in standing[0] or ()]

    def act(desk: Bistro) -> Awaitable[object]:
        on = DAY + timedelta(days=random.randrange(2))
        time, size = random.choice(TIMES), random.choice((1, 2, 2, 3, 4, 6))
        wishes: dict[str, Any] = {"date": on, "time": time, "size": size}
        choice = random.random()
        if choice < 0.6 or not known:
            return desk.book(random.randrange(GUESTS * 5), **wishes)
        made = random.choice(known)
        if choice < 0.7:
            return desk.act(reservations.cancel, made)
        if choice < 0.85:
            return desk.act(reservations.change, made, Wish(on=on, time=time, party_size=size))
        if choice < 0.92:
            return desk.act(reservations.move, made, (random.choice(desk.tables),))
        return desk.hold(**wishes)

    return await asyncio.gather(*(answer(act(random.choice(desks))) for _ in range(BATCH)))


async def test_crowds_at_two_desks_keep_every_promise(opening: Opening) -> None:
    seed = seed_of_run()
    random = seeded(seed)
    bistro = await small_restaurant(opening)
    desks = bistro, await opening.desk_beside(bistro)
    codes: set[str] = set()

    for _ in range(BATCHES):
        codes |= {one for one in await a_crowd(desks, random) if isinstance(one, str)}
        assert (await overlaps(bistro), await disagreements(bistro), await guest_overlaps(bistro)) == (
            0,
            0,
            0,
        )
        bistro.clock.advance(timedelta(minutes=6))

    assert codes <= {"slot_unavailable", "guest_overlap", "illegal_status", "table_taken"}
    assert clashes(await history(bistro)) == []


async def test_the_history_tells_of_a_table_given_twice_when_the_constraint_is_gone(opening: Opening) -> None:
    random = seeded(7)
    bistro = await small_restaurant(opening)
    desks = bistro, await opening.desk_beside(bistro)
    await without_constraint(bistro, "table_occupancy", "table_held_once")

    for _ in range(6):
        await a_crowd(desks, random)

    found = clashes(await history(bistro))
    assert found != []
    assert await overlaps(bistro) > 0


async def test_the_auditor_notices_a_table_given_twice(opening: Opening) -> None:
    bistro = await small_restaurant(opening)
    world = World(bistro, seeded(7))
    for _ in range(60):
        world.steps += 1
        await world.books()
    await without_constraint(bistro, "table_occupancy", "table_held_once")
    owner = await asyncpg.connect(opening.dsn)
    await owner.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(bistro.tenant_id))
    await owner.execute("SET ROLE saveit_app")
    await owner.execute(
        "UPDATE table_occupancy SET table_id = (SELECT min(table_id::text)::uuid FROM table_occupancy)"
    )
    await owner.close()

    with pytest.raises(AssertionError):
        await check(world)
