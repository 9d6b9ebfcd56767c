"""Changing when, how many and where: the new place is taken whole, or the old one stands as it was."""

from datetime import timedelta

import pytest

from saveit import reservations
from saveit.reservations import Reservation, Wish
from saveit.seating import Asking, Offer
from tests.support.core import DAY, Bistro, Opening, answer, local, rules

pytestmark = pytest.mark.postgres


async def stands(bistro: Bistro, made: Reservation) -> tuple[object, ...]:
    """Return all that the database holds of a reservation, its neighbours included."""
    return (
        await bistro.act(reservations.find, made.id),
        await bistro.rows(
            "SELECT table_id, starts_at, ends_at, movable FROM table_occupancy WHERE holder_id = $1 ORDER BY 1",
            made.id,
        ),
        await bistro.rows("SELECT kind, counted_at, parties, covers FROM slot_load ORDER BY 1, 2"),
        await bistro.rows("SELECT starts_at, ends_at FROM guest_stays WHERE reservation_id = $1", made.id),
        await bistro.facts_of(made.id),
    )


async def test_a_party_comes_at_another_time(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    made = await bistro.book()

    changed = await bistro.act(reservations.change, made.id, Wish(time="18:30"))

    assert (changed.starts_at, changed.ends_at) == (local(DAY, "18:30"), local(DAY, "20:15"))
    assert (changed.revision, changed.calendar_sequence, changed.table_ids) == (2, 1, made.table_ids)
    assert await answer(bistro.book(2, time="20:15")) != "slot_unavailable"


async def test_a_party_comes_on_another_day_of_another_month(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(pacing={"parties_max": 1}))
    made = await bistro.book()
    later = DAY + timedelta(days=40)

    changed = await bistro.act(reservations.change, made.id, Wish(on=later))

    assert changed.starts_at == local(later, "20:00")
    found = await bistro.act(reservations.find, made.id)
    assert (found.date, found.starts_at, found.revision) == (later, changed.starts_at, 2)
    assert await bistro.rows("SELECT service_on, parties FROM slot_load WHERE parties > 0") == [(later, 1)]


async def test_a_change_that_is_listed_is_made_also_where_somebody_has_to_move(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    first, other = await bistro.book(1), await bistro.book(2)
    await bistro.act(reservations.cancel, first.id)
    made = await bistro.book(3, time="18:00")
    asking = Asking(party_size=4, audience="guest", excluding=made.id)

    listed = await reservations.day_offers(bistro.desk, await bistro.house(), DAY, asking)
    changed = await bistro.act(reservations.change, made.id, Wish(time="20:00", party_size=4))

    assert "20:00" in [one.time for one in listed if isinstance(one, Offer)]
    assert (changed.party_size, changed.table_ids) == (4, (bistro.tables[1],))
    moved = await bistro.act(reservations.find, other.id)
    assert (other.table_ids, moved.table_ids) == ((bistro.tables[1],), (bistro.tables[0],))
    assert await bistro.facts_of(other.id) == ["reservation.created", "reservation.reseated"]
    assert await bistro.taken() == 2


async def test_a_change_that_finds_no_room_moves_nobody(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    for number in (1, 2):
        await bistro.book(number)
    made = await bistro.book(3, time="18:00")
    before = await bistro.rows("SELECT table_id, holder_id FROM table_occupancy ORDER BY 1, 2")

    refused = await answer(bistro.act(reservations.change, made.id, Wish(time="20:00", party_size=4)))

    assert refused == "slot_unavailable"
    assert await bistro.rows("SELECT table_id, holder_id FROM table_occupancy ORDER BY 1, 2") == before


async def test_a_party_that_grows_gets_a_table_that_fits(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    made = await bistro.book()

    changed = await bistro.act(reservations.change, made.id, Wish(party_size=4))

    assert (changed.party_size, changed.table_ids) == (4, (bistro.tables[1],))
    assert await bistro.taken() == 1


async def test_a_party_keeps_its_table_when_that_is_free_at_the_other_time(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    made = await bistro.book(table_id=bistro.tables[1])

    changed = await bistro.act(reservations.change, made.id, Wish(time="20:30"))

    assert (changed.table_ids, changed.pinned) == ((bistro.tables[1],), True)


async def test_a_party_is_not_in_its_own_way(opening: Opening) -> None:
    bistro = await opening.bistro(
        tables=((1, 4),), written=rules(pacing={"parties_max": 1, "covers_max": 4, "interval_minutes": 30})
    )
    made = await bistro.book(size=2)

    changed = await bistro.act(reservations.change, made.id, Wish(party_size=4, time="20:15"))

    assert changed.party_size == 4
    assert await bistro.load() == (1, 4)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(time="18:00"), "slot_unavailable"),
        (Wish(time="03:00"), "booking_rules_broken"),
        (Wish(party_size=9), "booking_rules_broken"),
        (Wish(on=DAY + timedelta(days=900)), "booking_rules_broken"),
    ],
)
async def test_a_change_that_is_refused_leaves_the_old_place_as_it_was(
    opening: Opening, wish: Wish, code: str
) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(pacing={"parties_max": 4}))
    await bistro.book(1, time="18:00")
    made = await bistro.book(2)
    before = await stands(bistro, made)

    refused = await answer(bistro.act(reservations.change, made.id, wish))

    assert refused == code
    assert await stands(bistro, made) == before


async def test_a_change_to_where_the_guest_is_already_expected_leaves_the_old_place(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    await bistro.book(1, time="18:00")
    made = await bistro.book(1, time="20:00")
    before = await stands(bistro, made)

    refused = await answer(bistro.act(reservations.change, made.id, Wish(time="19:00")))

    assert refused == "guest_overlap"
    assert await stands(bistro, made) == before


async def test_a_change_into_a_full_interval_is_refused(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    await bistro.book(1, time="18:00")
    made = await bistro.book(2)

    refused = await answer(bistro.act(reservations.change, made.id, Wish(time="18:00")))

    assert refused == "slot_unavailable"
    assert await bistro.load() == (2, 4)


async def test_a_change_decided_on_an_old_reading_is_refused(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()
    await bistro.act(reservations.change, made.id, Wish(time="18:00"), revision=1)

    refused = await answer(bistro.act(reservations.change, made.id, Wish(time="21:00"), revision=1))

    assert refused == "revision_conflict"


async def test_a_seated_party_is_not_changed(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()
    bistro.clock.set(local(DAY, "17:30"))
    await bistro.act(reservations.check_in, made.id)

    assert await answer(bistro.act(reservations.change, made.id, Wish(time="18:00"))) == "illegal_status"


async def test_the_notice_for_free_cancelling_moves_with_the_party(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(cancellation_policy={"free_cancellation_hours": 10}))
    made = await bistro.book()

    changed = await bistro.act(reservations.change, made.id, Wish(time="18:00"))

    assert changed.policy.free_until == local(DAY, "08:00")


async def test_moving_out_of_reach_of_a_fee_does_not_make_cancelling_free_again(opening: Opening) -> None:
    written = rules(
        cancellation_policy={
            "free_cancellation_hours": 10,
            "no_show_penalty": True,
            "penalty_amount_minor": 700,
        }
    )
    bistro = await opening.bistro(written=written)
    made = await bistro.book()
    bistro.clock.set(local(DAY, "19:00"))
    await bistro.act(reservations.change, made.id, Wish(on=DAY + timedelta(days=9)))

    assert (await bistro.act(reservations.cancel, made.id)).fee_minor == 700


async def test_staff_put_a_party_where_they_like_and_it_stays_there(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4, 4))
    made = await bistro.book()

    moved = await bistro.act(reservations.move, made.id, bistro.tables[1:])

    assert (moved.table_ids, moved.pinned) == (tuple(sorted(bistro.tables[1:])), True)
    assert await bistro.rows("SELECT movable FROM table_occupancy") == [(False,), (False,)]


async def test_a_move_to_a_table_that_is_taken_leaves_both_parties_where_they_were(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    first, second = await bistro.book(1), await bistro.book(2)
    before = await stands(bistro, second)

    refused = await answer(bistro.act(reservations.move, second.id, first.table_ids))

    assert refused == "table_taken"
    assert await stands(bistro, second) == before


async def test_a_move_to_tables_that_are_not_there_is_refused(opening: Opening) -> None:
    mine, theirs = await opening.bistro(), await opening.bistro()
    made = await mine.book()

    refused = [
        await answer(mine.act(reservations.move, made.id, wanted)) for wanted in ((), theirs.tables[:1])
    ]

    assert refused == ["booking_rules_broken"] * 2


async def test_a_seated_party_may_be_moved(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    made = await bistro.book()
    bistro.clock.set(local(DAY, "17:30"))
    await bistro.act(reservations.check_in, made.id)

    moved = await bistro.act(reservations.move, made.id, bistro.tables[1:])

    assert (moved.status, moved.table_ids) == ("checked_in", bistro.tables[1:])


async def test_a_party_stays_longer_when_nobody_follows(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    made = await bistro.book()

    longer = await bistro.act(reservations.extend, made.id, local(DAY, "22:00"))

    assert (longer.leaves_at, longer.ends_at) == (local(DAY, "22:00"), local(DAY, "22:15"))
    assert await answer(bistro.book(2, time="22:00")) == "slot_unavailable"


async def test_a_party_that_may_stay_longer_still_may_when_one_more_comes(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(4, 4))
    made = await bistro.book()
    await bistro.act(reservations.extend, made.id, local(DAY, "22:00"))

    larger = await bistro.act(reservations.change, made.id, reservations.Wish(party_size=3))
    other_time = await bistro.act(reservations.change, made.id, reservations.Wish(time="20:30"))

    assert (larger.party_size, larger.leaves_at, larger.ends_at) == (
        3,
        local(DAY, "22:00"),
        local(DAY, "22:15"),
    )
    # At another time it is another evening.
    assert other_time.leaves_at == local(DAY, "22:00")
    assert await bistro.taken() == 1


async def test_a_longer_stay_is_not_cut_for_a_size_that_no_table_is_free_for_so_long(
    opening: Opening,
) -> None:
    bistro = await opening.bistro(tables=(2, 4))
    made = await bistro.book(table_id=None)
    await bistro.book(2, size=4, time="22:00")
    await bistro.act(reservations.extend, made.id, local(DAY, "23:00"))

    refused = await answer(bistro.act(reservations.change, made.id, reservations.Wish(party_size=3)))

    assert refused == "slot_unavailable"
    assert (await bistro.act(reservations.find, made.id)).leaves_at == local(DAY, "23:00")


async def test_a_party_does_not_stay_into_the_next_one(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    first = await bistro.book(1, time="18:00")
    await bistro.book(2, time="19:45")
    before = await stands(bistro, first)

    refused = await answer(bistro.act(reservations.extend, first.id, local(DAY, "19:31")))

    assert refused == "table_taken"
    assert await stands(bistro, first) == before


async def test_a_party_that_leaves_earlier_gives_the_rest_back(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    first = await bistro.book(1, time="18:00")
    await bistro.act(reservations.extend, first.id, local(DAY, "19:00"))

    second = await bistro.book(2, time="19:15")

    assert second.table_ids == first.table_ids


@pytest.mark.parametrize("hours", [0, 24])
async def test_a_stay_ends_after_it_begins_and_within_a_day(opening: Opening, hours: int) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()

    refused = await answer(bistro.act(reservations.extend, made.id, made.starts_at + timedelta(hours=hours)))

    assert refused == "stay_impossible"


async def test_a_party_that_moves_to_a_dearer_date_or_grows_takes_the_dearer_terms(opening: Opening) -> None:
    """A quiet Wednesday moved to New Year's Eve kept Wednesday's penalty: the multiplier could be walked around with two requests."""
    bistro = await opening.bistro(
        written=rules(
            cancellation_policy={"no_show_penalty": True, "penalty_amount_minor": 500},
            requirements={"deposit_amount_minor": 100, "deposit_per_guest": True, "requires_deposit": True},
            special_dates=[{"date": "2026-03-05", "type": "high_demand", "multiplier": 2}],
        )
    )
    made = await bistro.book(size=2)

    dearer = await bistro.act(reservations.change, made.id, Wish(on=DAY + timedelta(days=1)))
    back = await bistro.act(reservations.change, made.id, Wish(on=DAY))
    larger = await bistro.act(reservations.change, made.id, Wish(party_size=4))
    later = await bistro.act(reservations.change, made.id, Wish(time="18:00"))

    terms = [
        (each.policy.no_show_fee_minor, each.policy.late_fee_minor, each.policy.deposit_minor)
        for each in (made, dearer, back, larger, later)
    ]
    assert terms == [
        (500, 500, 200),
        (1000, 1000, 400),
        (1000, 1000, 400),
        (1000, 1000, 400),
        (1000, 1000, 400),
    ]
