"""What a host did by mistake is set right: what was given back is taken again, or it is refused."""

from datetime import timedelta

import pytest

from saveit import reservations
from saveit.kernel.errors import Refusal
from saveit.reservations import WalkIn
from tests.support.core import DAY, HOST, Bistro, Opening, answer, guest, local, rules

PACED = rules(pacing={"interval_minutes": 15, "parties_max": 5})
NO_SHOWS = "SELECT coalesce(sum(no_shows), 0)::int FROM guest_standings"


@pytest.fixture
async def bistro(opening: Opening) -> Bistro:
    return await opening.bistro(written=PACED)


def at(bistro: Bistro, clock: str) -> None:
    """Let it be a time of the day on which everybody books."""
    bistro.clock.set(local(DAY, clock))


async def test_a_party_is_not_seated_before_its_day(bistro: Bistro) -> None:
    made = await bistro.book()

    early = await answer(bistro.act(reservations.check_in, made.id))
    at(bistro, "00:05")
    seated = await bistro.act(reservations.check_in, made.id)

    assert (early, seated.status) == ("check_in_too_early", "checked_in")


async def test_a_check_in_is_undone_and_the_party_is_waited_for(bistro: Bistro) -> None:
    made = await bistro.book()
    at(bistro, "20:10")
    await bistro.act(reservations.check_in, made.id)

    undone = await bistro.act(reservations.undo_check_in, made.id)
    at(bistro, "20:20")
    missed = await bistro.act(reservations.mark_no_show_when_due, made.id)
    at(bistro, "20:26")
    missed_later = await bistro.act(reservations.mark_no_show_when_due, made.id)

    assert (undone.status, undone.checked_in_at, undone.table_ids) == ("confirmed", None, made.table_ids)
    assert (missed, missed_later) == (False, True)
    assert await bistro.facts_of(made.id) == [
        "reservation.created",
        "reservation.checked_in",
        "reservation.check_in_undone",
        "reservation.no_show",
    ]


async def test_only_what_is_so_is_undone(bistro: Bistro) -> None:
    made = await bistro.book()
    walked_in = await bistro.act(
        reservations.walk_in, WalkIn(restaurant_id=bistro.restaurant_id, party_size=2, guest=guest(9))
    )
    verbs = (
        reservations.undo_check_in,
        reservations.undo_completion,
        reservations.undo_no_show,
        reservations.undo_cancellation,
    )

    found = [await answer(bistro.act(verb, made.id)) for verb in verbs]
    of_walk_in = await answer(bistro.act(reservations.undo_check_in, walked_in.id))
    stale = await answer(bistro.act(reservations.undo_check_in, made.id, revision=7))

    assert found == ["illegal_status"] * 4
    assert (of_walk_in, stale) == ("illegal_status", "revision_conflict")


async def test_a_party_that_has_not_left_has_its_table_again(bistro: Bistro) -> None:
    made = await bistro.book()
    at(bistro, "20:00")
    await bistro.act(reservations.check_in, made.id)
    await bistro.act(reservations.complete, made.id)
    freed = await bistro.taken()

    undone = await bistro.act(reservations.undo_completion, made.id)

    assert (freed, await bistro.taken()) == (0, 1)
    assert (undone.status, undone.completed_at, undone.table_ids) == ("checked_in", None, made.table_ids)
    assert await bistro.load() == (1, 2)


async def test_a_table_that_somebody_else_has_by_now_is_not_given_back(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    made = await bistro.book()
    at(bistro, "20:00")
    await bistro.act(reservations.check_in, made.id)
    await bistro.act(reservations.complete, made.id)
    await bistro.act(
        reservations.walk_in, WalkIn(restaurant_id=bistro.restaurant_id, party_size=2, guest=guest(9))
    )

    refused = await answer(bistro.act(reservations.undo_completion, made.id))

    assert refused == "table_taken"
    assert (await bistro.act(reservations.find, made.id)).status == "completed"
    assert await bistro.taken() == 1


async def test_a_completion_is_undone_within_two_hours(bistro: Bistro) -> None:
    made = await bistro.book()
    at(bistro, "20:00")
    await bistro.act(reservations.check_in, made.id)
    await bistro.act(reservations.complete, made.id)
    bistro.clock.advance(timedelta(hours=2, seconds=1))

    assert await answer(bistro.act(reservations.undo_completion, made.id)) == "undo_too_late"


async def test_a_no_show_who_comes_is_forgiven_and_has_a_table(opening: Opening) -> None:
    written = rules(
        cancellation_policy={"no_show_penalty": True, "penalty_amount_minor": 500},
        pacing={"interval_minutes": 15, "parties_max": 1},
    )
    bistro = await opening.bistro(written=written)
    made = await bistro.book()
    at(bistro, "20:20")
    missed = await bistro.act(reservations.mark_no_show, made.id)
    struck = await bistro.value(NO_SHOWS)

    undone = await bistro.act(reservations.undo_no_show, made.id)
    at(bistro, "20:34")
    missed_again = await bistro.act(reservations.mark_no_show_when_due, made.id)

    assert (missed.fee_minor, struck) == (500, 1)
    assert (undone.status, undone.fee_minor, undone.no_show_at) == ("confirmed", 0, None)
    assert undone.expected_at == local(DAY, "20:20")
    assert not missed_again
    assert (await bistro.value(NO_SHOWS), await bistro.taken(), await bistro.load()) == (0, 1, (1, 2))


async def test_a_no_show_that_was_none_is_set_right_the_next_day(bistro: Bistro) -> None:
    made = await bistro.book()
    at(bistro, "20:20")
    await bistro.act(reservations.mark_no_show, made.id)
    bistro.clock.advance(timedelta(days=1))

    undone = await bistro.act(reservations.undo_no_show, made.id)
    bistro.clock.advance(timedelta(days=7))

    assert (undone.status, undone.completed_at) == ("completed", made.leaves_at)
    assert (await bistro.value(NO_SHOWS), await bistro.taken()) == (0, 0)
    assert await answer(bistro.act(reservations.undo_completion, made.id)) == "illegal_status"


async def test_a_cancellation_is_undone_at_the_same_table(bistro: Bistro) -> None:
    made = await bistro.book()
    await bistro.act(reservations.cancel, made.id)
    bistro.clock.advance(timedelta(minutes=30))

    undone = await bistro.act(reservations.undo_cancellation, made.id)

    assert (undone.status, undone.table_ids, undone.cancelled_at) == ("confirmed", made.table_ids, None)
    assert undone.calendar_sequence == made.calendar_sequence + 2
    assert (await bistro.taken(), await bistro.load()) == (1, (1, 2))
    # The guest is here again at this time, and nowhere else.
    assert await answer(bistro.book(1)) == "guest_overlap"


async def test_a_cancellation_is_undone_only_as_far_as_the_guest_may_book(opening: Opening) -> None:
    limited = rules(guest_limits={"active_reservations_max": 1, "overlapping_allowed": True})
    bistro = await opening.bistro(tables=(2, 2), written=limited)
    one = await bistro.book(1)
    await bistro.act(reservations.cancel, one.id)
    two = await bistro.book(1)

    over_the_limit = await answer(bistro.act(reservations.undo_cancellation, one.id))
    await bistro.act(reservations.cancel, two.id)
    assert one.person_id is not None
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        await reservations.block_guest(
            tx, bistro.restaurant_id, one.person_id, blocked_at=bistro.clock.now(), reason="rude"
        )
    blocked = await answer(bistro.act(reservations.undo_cancellation, one.id))

    assert (over_the_limit, blocked) == ("guest_limit", "guest_blocked")
    assert await bistro.taken() == 0


async def test_who_lost_the_table_to_another_is_given_one_like_it_and_else_refused(
    opening: Opening,
) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=PACED)
    one, two = await bistro.book(1), await bistro.book(2)
    await bistro.act(reservations.cancel, one.id)
    await bistro.act(reservations.cancel, two.id)
    three = await bistro.book(3)

    first = await bistro.act(reservations.undo_cancellation, one.id)
    second = await answer(bistro.act(reservations.undo_cancellation, two.id))

    assert first.table_ids != three.table_ids
    assert second == "slot_unavailable"
    assert (await bistro.act(reservations.find, two.id)).status == "cancelled"
    assert (await bistro.taken(), await bistro.load()) == (2, (2, 4))


async def test_a_cancellation_is_undone_within_half_an_hour(bistro: Bistro) -> None:
    made = await bistro.book()
    await bistro.act(reservations.cancel, made.id)
    bistro.clock.advance(timedelta(minutes=30, seconds=1))

    with pytest.raises(Refusal) as refused:
        await bistro.act(reservations.undo_cancellation, made.id)

    assert refused.value.code == "undo_too_late"
    assert refused.value.facts["until"]


async def test_a_guest_who_booked_elsewhere_at_this_time_meanwhile_is_not_in_two_places(
    bistro: Bistro,
) -> None:
    made = await bistro.book(1)
    await bistro.act(reservations.cancel, made.id)
    await bistro.book(1, time="20:30")

    refused = await answer(bistro.act(reservations.undo_cancellation, made.id))

    assert refused == "guest_overlap"
    assert await bistro.taken() == 1


async def test_a_pending_booking_that_was_cancelled_waits_for_confirmation_again(
    opening: Opening,
) -> None:
    bistro = await opening.bistro(written=rules(confirmation={"mode": "manual"}))
    made = await bistro.book()
    await bistro.act(reservations.cancel, made.id)

    undone = await bistro.act(reservations.undo_cancellation, made.id)

    assert (made.status, undone.status) == ("pending", "pending")
    assert undone.confirm_by is not None


async def test_a_party_that_comes_late_is_waited_for(bistro: Bistro) -> None:
    made = await bistro.book()
    late = await bistro.act(reservations.expect_late, made.id, timedelta(minutes=40))
    at(bistro, "20:54")
    missed = await bistro.act(reservations.mark_no_show_when_due, made.id)
    at(bistro, "20:55")
    missed_later = await bistro.act(reservations.mark_no_show_when_due, made.id)

    assert late.expected_at == local(DAY, "20:40")
    assert (missed, missed_later) == (False, True)


async def test_who_is_late_is_on_time_again_and_never_later_than_its_stay(bistro: Bistro) -> None:
    made = await bistro.book()

    beyond = await answer(bistro.act(reservations.expect_late, made.id, timedelta(minutes=90)))
    await bistro.act(reservations.expect_late, made.id, timedelta(minutes=20))
    moved = await bistro.act(reservations.change, made.id, reservations.Wish(time="21:00"))
    again = await bistro.act(reservations.expect_late, made.id, timedelta(minutes=20))
    on_time = await bistro.act(reservations.expect_late, made.id, timedelta())

    assert beyond == "late_beyond_stay"
    assert moved.expected_at is None
    assert (again.expected_at, on_time.expected_at) == (local(DAY, "21:20"), None)


async def test_what_is_undone_is_counted_as_the_rules_count_by_now(opening: Opening) -> None:
    """Not in the intervals of the day on which it was booked: nobody would look for it there."""
    bistro = await opening.bistro(written=rules(pacing={"interval_minutes": 15, "parties_max": 1}))
    made = await bistro.book(1, time="20:15")
    await bistro.act(reservations.cancel, made.id)
    await bistro.apply(pacing={"interval_minutes": 30, "parties_max": 1})

    undone = await bistro.act(reservations.undo_cancellation, made.id)

    assert undone.status == "confirmed"
    assert "20:00" not in await bistro.times()
    await bistro.act(reservations.cancel, made.id)
    assert (await bistro.book(2, time="20:00")).status == "confirmed"
