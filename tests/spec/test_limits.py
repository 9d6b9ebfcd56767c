"""What is counted rather than held: pacing, places beyond the tables, and seats kept from online guests."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from saveit import reservations
from saveit.reservations import Reservation, SlotUnavailable
from tests.support.core import DAY, HOST, Bistro, Opening, answer, local, rules

pytestmark = pytest.mark.postgres


async def reason(bistro: Bistro, number: int, **wishes: Any) -> str:
    """Return why a booking is refused."""
    with pytest.raises(SlotUnavailable) as refused:
        await bistro.book(number, **wishes)
    return str(refused.value.closed.reason)


async def test_so_many_parties_start_in_one_interval(opening: Opening) -> None:
    written = rules(pacing={"interval_minutes": 30, "parties_max": 2})
    bistro = await opening.bistro(tables=(2,) * 5, written=written)
    await bistro.book(1, time="20:00")
    await bistro.book(2, time="20:15")

    assert await reason(bistro, 3, time="20:15") == "pacing_parties"
    assert (await bistro.book(3, time="20:30")).status == "confirmed"


async def test_covers_are_counted_to_the_last_one(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2, 4, 4), written=rules(pacing={"covers_max": 7}))
    await bistro.book(1, size=4)
    await bistro.book(2, size=2)

    assert await reason(bistro, 3, size=2) == "pacing_covers"
    assert (await bistro.book(3, size=1)).status == "confirmed"
    assert await bistro.load() == (3, 7)


async def test_staff_may_go_beyond_pacing_when_they_say_so_and_it_is_told_who_did(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1, "covers_max": 3}))
    await bistro.book(1)

    made = await _beyond_pacing(bistro, 2)

    assert await bistro.load() == (2, 4)
    assert await bistro.rows("SELECT actor FROM facts WHERE subject_id = $1", made.id) == [("staff:ana",)]
    assert await _passed(bistro, made) == [
        {"limit": "pacing_parties", "maximum": 1, "counted": 2, "by": "staff:ana"},
        {"limit": "pacing_covers", "maximum": 3, "counted": 4, "by": "staff:ana"},
    ]


async def test_who_may_go_beyond_pacing_and_need_not_passes_no_limit(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 2}))

    within, without = await _beyond_pacing(bistro, 1), await bistro.book(2)

    assert (await _passed(bistro, within), await _passed(bistro, without)) == (None, None)
    # Within the limit it is kept to like any other: the third is refused, whoever came second.
    assert await reason(bistro, 3) in {"pacing_parties", "full"}


async def test_a_change_beyond_pacing_says_so_too(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    await bistro.book(1)
    made = await bistro.book(2, time="21:30")

    wish = reservations.Wish(time="20:00", audience="staff", beyond_pacing=True)
    await bistro.act(reservations.change, made.id, wish)

    assert await _passed(bistro, made) == [
        {"limit": "pacing_parties", "maximum": 1, "counted": 2, "by": "staff:ana"}
    ]


async def test_staff_who_do_not_say_so_are_paced_as_anybody(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    await bistro.book(1)

    assert await reason(bistro, 2, audience="staff", source="staff") == "pacing_parties"


async def test_a_change_beyond_pacing_for_which_others_move_says_so_too(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4), written=rules(pacing={"parties_max": 2}))
    first = await bistro.book(1)
    await bistro.book(2)
    await bistro.act(reservations.cancel, first.id)
    made = await bistro.book(3, time="18:00")
    await bistro.act(
        reservations.apply_rules,
        bistro.restaurant_id,
        rules(pacing={"parties_max": 1}),
        expected_version=None,
    )
    wish = reservations.Wish(time="20:00", party_size=4, audience="staff", beyond_pacing=True)
    changed = await bistro.act(reservations.change, made.id, wish)

    assert changed.table_ids == (bistro.tables[1],)
    assert await _passed(bistro, made) == [
        {"limit": "pacing_parties", "maximum": 1, "counted": 2, "by": "staff:ana"}
    ]


async def test_a_guest_who_asks_to_go_beyond_pacing_is_paced_all_the_same(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    await bistro.book(1)

    assert await reason(bistro, 2, beyond_pacing=True) == "pacing_parties"


async def test_so_many_are_admitted_beyond_the_tables_and_no_more(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(capacity={"overbooking_percent": 50}))
    for number in (1, 2):
        await bistro.book(number)

    beyond = await bistro.book(3)

    assert (beyond.overbooked, beyond.table_ids) == (True, ())
    assert await answer(bistro.book(4)) == "slot_unavailable"
    assert await bistro.load("overbooked") == (1, 2)


async def test_who_waits_beyond_the_tables_gets_the_first_that_frees(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(capacity={"overbooking_percent": 50}))
    first = await bistro.book(1)
    await bistro.book(2)
    waiting = await bistro.book(3)
    none_yet = await bistro.act(reservations.seat_overbooked, await bistro.house(), waiting)
    await bistro.act(reservations.cancel, first.id)

    seated = await bistro.act(reservations.seat_overbooked, await bistro.house(), waiting)

    assert none_yet is None
    assert seated is not None
    assert (seated.overbooked, seated.table_ids) == (False, first.table_ids)
    assert await bistro.load("overbooked") == (0, 0)


async def test_nobody_sits_at_no_table(opening: Opening) -> None:
    """Whoever was admitted beyond the tables is given the first that is free when they come, and waits while none is."""
    bistro = await opening.bistro(tables=(2, 2), written=rules(capacity={"overbooking_percent": 50}))
    first = await bistro.book(1)
    await bistro.book(2)
    waiting = await bistro.book(3)
    bistro.clock.set(local(DAY, "19:50"))

    too_soon = await answer(bistro.act(reservations.check_in, waiting.id))
    await bistro.act(reservations.cancel, first.id)
    seated = await bistro.act(reservations.check_in, waiting.id)

    assert too_soon == "no_table_yet"
    assert (seated.status, seated.overbooked, seated.table_ids) == ("checked_in", False, first.table_ids)
    assert await bistro.load("overbooked") == (0, 0)


async def test_a_place_beyond_the_tables_is_given_back_when_cancelled(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(capacity={"overbooking_percent": 50}))
    for number in (1, 2):
        await bistro.book(number)
    waiting = await bistro.book(3)
    await bistro.act(reservations.cancel, waiting.id)

    assert (await bistro.book(4)).overbooked is True


async def test_seats_kept_from_online_guests_are_not_sold_online(opening: Opening) -> None:
    written = rules(online_release={"held_back_percent": 50, "released_days_before": 1})
    bistro = await opening.bistro(tables=(2, 2), written=written)
    await bistro.book(1)

    assert await reason(bistro, 2) == "online_held_back"
    assert (await bistro.book(2, audience="staff", source="staff")).status == "confirmed"


async def test_seats_kept_back_are_released_in_time(opening: Opening) -> None:
    written = rules(online_release={"held_back_percent": 50, "released_days_before": 1})
    bistro = await opening.bistro(tables=(2, 2), written=written)
    await bistro.book(1)
    bistro.clock.set(local(DAY - timedelta(days=1), "00:00"))

    assert (await bistro.book(2)).status == "confirmed"


async def test_what_is_cancelled_no_longer_counts(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    made = await bistro.book(1)
    await bistro.act(reservations.cancel, made.id)

    assert (await bistro.book(2)).status == "confirmed"
    assert await bistro.load() == (1, 2)


async def _beyond_pacing(bistro: Bistro, number: int) -> Reservation:
    booked = await reservations.book(
        bistro.desk,
        bistro.booking(number, audience="staff", source="staff", beyond_pacing=True),
        tenant_id=bistro.tenant_id,
        actor=HOST,
    )
    return booked.reservation


async def _passed(bistro: Bistro, made: Reservation) -> object:
    """Return the limits that the last fact of a reservation says were passed."""
    told = await bistro.value(
        "SELECT body -> 'limits_passed' FROM facts WHERE subject_id = $1 ORDER BY position DESC LIMIT 1",
        made.id,
    )
    return None if told is None else msgspec.json.decode(told)
