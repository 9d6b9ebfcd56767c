"""Holds: a table kept while a guest types, for a while, for one booking."""

from datetime import timedelta

import pytest

from saveit import reservations
from saveit.guests import GuestDetails
from saveit.seating import Asking
from tests.support.core import DAY, NOW, Opening, answer, key, rules

pytestmark = pytest.mark.postgres

TTL = timedelta(seconds=300)
NOBODY = GuestDetails("Nobody in particular", None, None, "es")


async def test_a_held_table_is_not_given_to_others(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))

    held = await bistro.hold()

    assert held.expires_at == NOW + TTL
    assert await answer(bistro.book(2)) == "slot_unavailable"
    assert "20:00" not in await bistro.times()


async def test_ones_own_hold_does_not_hide_the_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    held = await bistro.hold()
    asking = Asking(party_size=2, audience="guest", excluding=held.id)

    listed = await reservations.day_offers(bistro.desk, await bistro.house(), DAY, asking)

    assert [one.time for one in listed if one.time == "20:00" and not hasattr(one, "reason")] == ["20:00"]


async def test_a_hold_becomes_the_reservation_at_its_very_tables(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(pacing={"parties_max": 1}))
    held = await bistro.hold()

    made = await bistro.book(hold_id=held.id)

    assert (made.table_ids, made.hold_id, made.starts_at) == (held.table_ids, held.id, held.starts_at)
    assert await bistro.rows("SELECT holder_kind, holder_id, expires_at FROM table_occupancy") == [
        ("reservation", made.id, None)
    ]
    assert await bistro.load() == (1, 2)


async def test_a_booking_of_a_hold_is_replayed_by_its_key(opening: Opening) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold()
    first = await bistro.book(hold_id=held.id, key=key("k"))

    again = await bistro.book(hold_id=held.id, key=key("k"))

    assert again == first


@pytest.mark.parametrize(("seconds", "expected"), [(299, "slot_unavailable"), (300, "confirmed")])
async def test_a_hold_is_over_from_the_second_it_expires(
    opening: Opening, seconds: int, expected: str
) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.hold()
    bistro.clock.advance(timedelta(seconds=seconds))

    other = await answer(bistro.book(2))

    assert (other if isinstance(other, str) else other.status) == expected


async def test_a_hold_that_is_over_is_as_good_as_none(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    held = await bistro.hold()
    bistro.clock.advance(TTL)

    made = await bistro.book(hold_id=held.id)

    assert (made.status, made.hold_id) == ("confirmed", None)
    assert await bistro.taken() == 1


async def test_who_lets_a_hold_run_out_may_lose_the_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    held = await bistro.hold()
    bistro.clock.advance(TTL)
    await bistro.book(2)

    assert await answer(bistro.book(1, hold_id=held.id)) == "slot_unavailable"


async def test_a_hold_is_renewed_once(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    held = await bistro.hold()
    bistro.clock.advance(timedelta(seconds=200))

    renewed = await bistro.act(reservations.renew_hold, held.id)

    assert renewed.expires_at == NOW + timedelta(seconds=500)
    assert await answer(bistro.act(reservations.renew_hold, held.id)) == "hold_already_renewed"
    bistro.clock.set(NOW + timedelta(seconds=499))
    assert await answer(bistro.book(2)) == "slot_unavailable"


async def test_a_hold_that_is_over_is_not_renewed(opening: Opening) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold()
    bistro.clock.advance(TTL)

    assert await answer(bistro.act(reservations.renew_hold, held.id)) == "hold_over"


async def test_a_released_hold_gives_table_and_counts_back(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(pacing={"parties_max": 1}))
    held = await bistro.hold()

    released = await bistro.act(reservations.release_hold, held.id)

    assert released.released_at == NOW
    assert (await bistro.taken(), await bistro.load()) == (0, (0, 0))
    assert (await bistro.book(2)).status == "confirmed"


async def test_releasing_twice_changes_nothing(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(pacing={"parties_max": 5}))
    held = await bistro.hold()
    await bistro.book(2)
    first = await bistro.act(reservations.release_hold, held.id)

    again = await bistro.act(reservations.release_hold, held.id)

    assert again == first
    assert await bistro.load() == (1, 2)
    assert await bistro.facts_of(held.id) == ["hold.created", "hold.released"]


async def test_a_booked_hold_is_neither_released_nor_renewed_nor_expired(opening: Opening) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold()
    await bistro.book(hold_id=held.id)
    bistro.clock.advance(TTL)

    assert await answer(bistro.act(reservations.release_hold, held.id)) == "hold_over"
    assert await answer(bistro.act(reservations.renew_hold, held.id)) == "hold_over"
    assert await bistro.act(reservations.expire_hold, held.id) is False
    assert await bistro.taken() == 1


async def test_a_hold_is_ended_once_when_its_time_is_over(opening: Opening) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold()
    early = await bistro.act(reservations.expire_hold, held.id)
    bistro.clock.advance(TTL)

    ended = [await bistro.act(reservations.expire_hold, held.id) for _ in range(2)]

    assert (early, ended) == (False, [True, False])
    assert await bistro.facts_of(held.id) == ["hold.created", "hold.expired"]
    assert await bistro.taken() == 0


async def test_a_hold_makes_one_reservation_however_often_it_is_clicked(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    held = await bistro.hold()
    await bistro.book(hold_id=held.id, guest=NOBODY)

    again = await answer(bistro.book(hold_id=held.id, guest=NOBODY))

    assert again == "hold_over"
    assert await bistro.value("SELECT count(*) FROM reservations") == 1


async def test_a_hold_for_another_time_or_party_is_refused(opening: Opening) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold()

    others = [
        await answer(bistro.book(hold_id=held.id, time="20:15")),
        await answer(bistro.book(hold_id=held.id, size=3)),
        await answer(bistro.book(hold_id=held.id, date=DAY + timedelta(days=1))),
    ]

    assert others == ["hold_mismatch"] * 3


@pytest.mark.parametrize("time", ["20:17", "20:30", "23:59"])
async def test_a_hold_is_not_booked_at_another_time_listed_or_not(opening: Opening, time: str) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold()

    assert await answer(bistro.book(hold_id=held.id, time=time)) == "hold_mismatch"


async def test_a_hold_is_booked_at_its_own_table_and_no_other(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    held = await bistro.hold()
    (other,) = set(bistro.tables) - set(held.table_ids)

    refused = await answer(bistro.book(hold_id=held.id, table_id=other))
    made = await bistro.book(hold_id=held.id, table_id=held.table_ids[0])

    assert (refused, made.table_ids, made.pinned) == ("hold_mismatch", held.table_ids, True)


async def test_a_held_start_that_new_rules_took_off_the_list_can_still_be_booked(opening: Opening) -> None:
    bistro = await opening.bistro()
    held = await bistro.hold(time="20:15")
    await bistro.act(
        reservations.apply_rules,
        bistro.restaurant_id,
        rules(time_slots={"slot_duration": 60}),
        expected_version=None,
    )

    made = await bistro.book(hold_id=held.id, time="20:15")

    assert (made.starts_at, made.hold_id) == (held.starts_at, held.id)


async def test_an_unknown_hold_is_unknown(opening: Opening) -> None:
    mine, theirs = await opening.bistro(), await opening.bistro()
    held = await theirs.hold()

    assert await answer(mine.book(hold_id=held.id)) == "hold_not_found"
    assert await answer(mine.act(reservations.release_hold, held.id)) == "hold_not_found"


async def test_a_hold_outlives_the_process_that_took_it(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    held = await bistro.hold()
    after_restart = await opening.desk_beside(bistro)

    other = await answer(after_restart.book(2))
    made = await after_restart.book(1, hold_id=held.id)

    assert (other, made.table_ids) == ("slot_unavailable", held.table_ids)


async def test_what_an_expired_hold_was_counted_in_is_free_for_the_next_guest(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    await bistro.hold()
    bistro.clock.advance(TTL)

    made = await bistro.book(2)

    assert made.status == "confirmed"


async def test_what_an_expired_hold_was_counted_in_is_free_also_when_its_table_went_first(
    opening: Opening,
) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 2}))
    await bistro.hold(table_id=bistro.tables[0])
    bistro.clock.advance(TTL)
    await bistro.book(1, table_id=bistro.tables[0])

    second = await answer(bistro.book(2))

    assert second != "slot_unavailable"


_BEYOND = rules(capacity={"overbooking_percent": 100})


async def test_a_place_beyond_the_tables_that_is_listed_is_held_and_booked(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=_BEYOND)
    await bistro.book(1)

    listed = await bistro.times()
    held = await bistro.hold()
    other = await answer(bistro.hold())
    made = await bistro.book(2, hold_id=held.id)

    assert "20:00" in listed
    assert (held.table_ids, other) == ((), "slot_unavailable")
    assert (made.overbooked, made.table_ids, made.hold_id) == (True, (), held.id)
    assert await bistro.load("overbooked") == (1, 2)


async def test_a_place_beyond_the_tables_is_anybodys_once_its_hold_is_over(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=_BEYOND)
    await bistro.book(1)
    released, expired = await bistro.hold(), None
    await bistro.act(reservations.release_hold, released.id)
    expired = await bistro.hold()
    bistro.clock.advance(TTL)

    made = await bistro.book(2)

    assert (expired.overbooked, made.overbooked) == (True, True)
    assert await bistro.load("overbooked") == (1, 2)


async def test_a_place_beyond_the_tables_that_is_held_is_counted_anew_with_the_rules(
    opening: Opening,
) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=_BEYOND)
    for number in (1, 2):
        await bistro.book(number)
    await bistro.hold()
    halved = rules(capacity={"overbooking_percent": 50})
    await bistro.act(reservations.apply_rules, bistro.restaurant_id, halved, expected_version=None)

    assert await bistro.load("overbooked") == (1, 2)
    assert await answer(bistro.book(3)) == "slot_unavailable"
