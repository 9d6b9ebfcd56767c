"""A party that sits down before its start has its table from then on: nobody else is put there, and it is told who is in the way."""

from datetime import timedelta
from typing import Any

import pytest

from saveit import reservations
from saveit.reservations import Reservation, WalkIn
from tests.support.core import DAY, Bistro, Opening, answer, guest, local
from tests.support.races import disagreements, overlaps


def at(bistro: Bistro, clock: str) -> None:
    """Let it be a time of the day on which everybody books."""
    bistro.clock.set(local(DAY, clock))


def party_at_the_door(bistro: Bistro, number: int = 9, **options: Any) -> WalkIn:
    return WalkIn(restaurant_id=bistro.restaurant_id, party_size=2, guest=guest(number), **options)


async def seated_early(bistro: Bistro, clock: str = "19:30") -> Reservation:
    """Book for eight and sit down before."""
    made = await bistro.book(time="20:00")
    at(bistro, clock)
    return await bistro.act(reservations.check_in, made.id)


@pytest.fixture
async def bistro(opening: Opening) -> Bistro:
    return await opening.bistro(tables=(2,))


async def test_who_sits_down_early_has_the_table_from_then_on(bistro: Bistro) -> None:
    seated = await seated_early(bistro)

    named = await answer(
        bistro.act(reservations.walk_in, party_at_the_door(bistro, table_ids=bistro.tables, minutes=20))
    )
    any_table = await answer(bistro.act(reservations.walk_in, party_at_the_door(bistro, minutes=20)))

    assert (seated.seated_from, seated.starts_at) == (local(DAY, "19:30"), local(DAY, "20:00"))
    assert (named, any_table) == ("table_taken", "slot_unavailable")
    assert await bistro.rows("SELECT starts_at, ends_at FROM table_occupancy") == [
        (local(DAY, "19:30"), seated.ends_at)
    ]
    assert (await overlaps(bistro), await disagreements(bistro)) == (0, 0)


async def test_a_party_on_time_has_its_table_from_its_start(bistro: Bistro) -> None:
    on_time = await seated_early(bistro, "20:00")

    assert on_time.seated_from is None
    assert await bistro.rows("SELECT starts_at FROM table_occupancy") == [(on_time.starts_at,)]


async def test_whoever_still_sits_there_stays_and_the_early_party_follows(bistro: Bistro) -> None:
    await bistro.book(time="20:00")
    at(bistro, "19:00")
    before = await bistro.act(reservations.walk_in, party_at_the_door(bistro, minutes=40))
    at(bistro, "19:30")
    (row,) = await bistro.rows("SELECT reservation_id FROM reservations WHERE status = 'confirmed'")

    seated = await bistro.act(reservations.check_in, row[0])

    assert seated.seated_from == before.ends_at
    assert before.ends_at < seated.starts_at
    assert (await overlaps(bistro), await disagreements(bistro)) == (0, 0)


async def test_a_hold_that_is_over_is_in_nobodys_way(bistro: Bistro) -> None:
    made = await bistro.book(time="20:00")
    at(bistro, "17:00")
    held = await bistro.hold(time="18:00", audience="staff")
    bistro.clock.set(held.expires_at + timedelta(seconds=1))

    seated = await bistro.act(reservations.check_in, made.id)

    assert seated.seated_from == held.expires_at.replace(second=0)


async def test_undoing_gives_the_time_before_the_start_back(bistro: Bistro) -> None:
    seated = await seated_early(bistro)

    undone = await bistro.act(reservations.undo_check_in, seated.id)
    other = await bistro.act(reservations.walk_in, party_at_the_door(bistro, minutes=15))

    assert undone.seated_from is None
    assert other.table_ids == seated.table_ids
    assert (await overlaps(bistro), await disagreements(bistro)) == (0, 0)


async def test_an_early_party_that_left_and_comes_back_has_its_table_only_if_nobody_else_has(
    bistro: Bistro,
) -> None:
    seated = await seated_early(bistro)
    await bistro.act(reservations.complete, seated.id)
    other = await bistro.act(reservations.walk_in, party_at_the_door(bistro, minutes=15))

    refused = await answer(bistro.act(reservations.undo_completion, seated.id))
    await bistro.act(reservations.complete, other.id)
    back = await bistro.act(reservations.undo_completion, seated.id)

    assert (refused, back.status, back.seated_from) == (
        "table_taken",
        "checked_in",
        local(DAY, "19:30"),
    )
    assert (await overlaps(bistro), await disagreements(bistro)) == (0, 0)


async def test_an_early_party_is_moved_from_now_on(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    seated = await seated_early(bistro)
    (there,) = (table for table in bistro.tables if table not in seated.table_ids)
    at(bistro, "19:40")
    free_until_now = await bistro.act(
        reservations.walk_in, party_at_the_door(bistro, table_ids=(there,), minutes=10)
    )
    taken = await answer(bistro.act(reservations.move, seated.id, (there,)))
    at(bistro, "19:52")
    await bistro.act(reservations.complete, free_until_now.id)

    moved = await bistro.act(reservations.move, seated.id, (there,))

    assert (taken, moved.table_ids, moved.seated_from) == ("table_taken", (there,), local(DAY, "19:52"))
    assert (await overlaps(bistro), await disagreements(bistro)) == (0, 0)


async def test_no_stay_is_longer_than_a_day_however_early_the_party_is(bistro: Bistro) -> None:
    made = await bistro.book(time="20:00")
    longer = await bistro.act(reservations.extend, made.id, made.leaves_at + timedelta(hours=4))
    at(bistro, "00:01")
    seated = await bistro.act(reservations.check_in, made.id)

    refused = await answer(
        bistro.act(reservations.extend, seated.id, longer.leaves_at + timedelta(minutes=5))
    )

    assert longer.ends_at > local(DAY, "00:01") + timedelta(hours=24)
    assert seated.seated_from == longer.ends_at - timedelta(hours=24)
    assert refused == "stay_impossible"
