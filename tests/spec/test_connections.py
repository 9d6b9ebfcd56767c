"""An act that has a connection needs no second one: else, when all are in use, everybody waits for everybody."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from saveit import reservations
from saveit.kernel.db import Database
from saveit.reservations import WalkIn, Wish
from saveit.waitlist import promote
from tests.support.core import DAY, Bistro, Opening, answer, guest, key_ring, local, rules

_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(30)]


async def made_long_ago(opening: Opening) -> tuple[Bistro, reservations.Reservation]:
    """Book a table, let a hold run out, and have the desk's knowledge of the restaurant grow old."""
    bistro = await opening.bistro(tables=(2, 2, 4), written=rules(pacing={"parties_max": 9}))
    made = await bistro.book(1)
    await bistro.hold(time="21:45")
    bistro.clock.set(local(DAY, "19:50"))
    await bistro.hold(time="20:15")
    bistro.clock.advance(timedelta(minutes=10))
    return bistro, made


@pytest.mark.parametrize("act", ["change", "move", "walk_in", "extend", "renew", "apply_rules"])
async def test_an_act_makes_do_with_the_one_connection_it_has(opening: Opening, act: str) -> None:
    bistro, made = await made_long_ago(opening)
    database = await Database.open(opening.dsn, node="narrow", connections_max=1)
    desk = reservations.open_desk(database, bistro.clock, key_ring(), promote=promote)
    narrow = replace(bistro, desk=desk)
    held = await bistro.hold(time="21:00")

    match act:
        case "change":
            await narrow.act(reservations.change, made.id, Wish(time="21:00"))
        case "move":
            await narrow.act(reservations.move, made.id, bistro.tables[2:])
        case "walk_in":
            party = WalkIn(restaurant_id=bistro.restaurant_id, party_size=2, guest=guest(9))
            await narrow.act(reservations.walk_in, party)
        case "extend":
            await narrow.act(reservations.extend, made.id, local(DAY, "21:45"))
        case "renew":
            await narrow.act(reservations.renew_hold, held.id)
        case _:
            await narrow.apply(pacing={"parties_max": 8})

    await desk.combiner.close()
    await database.close()


async def test_acts_that_wait_for_one_day_keep_nobody_from_another(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)))
    first = await bistro.book(1)
    await bistro.book(2)
    await bistro.act(reservations.cancel, first.id)
    await bistro.times(on=DAY + timedelta(days=1))
    another = await asyncpg.connect(opening.dsn)
    async with another.transaction():
        # Somebody changes this day and takes his time; ten parties wait behind him to have others re-seated.
        await another.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 9311))",
            str(bistro.restaurant_id),
            DAY.isoformat(),
        )
        waiting = [asyncio.create_task(answer(bistro.book(number, size=4))) for number in range(10, 20)]
        # So many questions take long enough for all ten to have come as far as they can.
        waiters = max([await another.fetchval(_WAITERS) for _ in range(300)])
        made = await asyncio.wait_for(bistro.book(3, date=DAY + timedelta(days=1)), timeout=3)
    await another.close()
    answers = await asyncio.gather(*waiting)

    assert (made.status, waiters > 0) == ("confirmed", True)
    assert answers.count("slot_unavailable") == 9
