"""What staff do in the room: tables out of service, parties at the door, and re-seating that nobody notices."""

from datetime import timedelta
from typing import Any

import pytest

from saveit import reservations
from saveit.reservations import WalkIn
from tests.support.core import DAY, Bistro, Opening, answer, guest, local, rules

pytestmark = pytest.mark.postgres


async def blocked(bistro: Bistro, start: str, end: str, *indices: int) -> reservations.Block:
    """Take tables out of service on the day."""
    return await bistro.act(
        reservations.block,
        bistro.restaurant_id,
        [bistro.tables[index] for index in indices],
        starts_at=local(DAY, start),
        ends_at=local(DAY, end),
    )


async def at_the_door(bistro: Bistro, clock: str = "20:00", size: int = 2, **wishes: Any) -> object:
    """Seat a party that comes at this time, or return the code of the refusal."""
    bistro.clock.set(local(DAY, clock))
    party = WalkIn(restaurant_id=bistro.restaurant_id, party_size=size, guest=guest(99), **wishes)
    return await answer(bistro.act(reservations.walk_in, party))


async def test_a_blocked_table_is_given_to_nobody_until_it_is_unblocked(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    made = await blocked(bistro, "19:00", "22:00", 0)
    refused = await answer(bistro.book(1))

    lifted = [await bistro.act(reservations.unblock, made.id) for _ in range(2)]

    assert (refused, lifted) == ("slot_unavailable", [True, False])
    assert (await bistro.book(1)).status == "confirmed"


async def test_a_table_that_somebody_holds_is_not_blocked_nor_any_with_it(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    await bistro.book(1, table_id=bistro.tables[0])

    refused = await answer(blocked(bistro, "19:00", "20:01", 0, 1))

    assert refused == "block_overlaps"
    assert await bistro.taken() == 1


async def test_a_block_over_several_days_holds_the_table_on_each(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.act(
        reservations.block,
        bistro.restaurant_id,
        bistro.tables,
        starts_at=local(DAY, "12:00"),
        ends_at=local(DAY + timedelta(days=3), "12:00"),
    )

    answers = [await answer(bistro.book(number, date=DAY + timedelta(days=number))) for number in range(4)]

    assert answers[:3] == ["slot_unavailable"] * 3
    assert answers[3] != "slot_unavailable"


async def test_a_party_at_the_door_is_seated_at_once(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))

    seated = await at_the_door(bistro)

    assert isinstance(seated, reservations.Reservation)
    assert (seated.status, seated.source, seated.table_ids) == ("checked_in", "walk_in", bistro.tables[:1])
    assert await bistro.facts_of(seated.id) == ["reservation.created", "reservation.checked_in"]


async def test_a_party_at_the_door_does_not_sit_where_somebody_is_expected(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(1, time="21:00")

    assert await at_the_door(bistro, "20:00") == "slot_unavailable"
    assert await at_the_door(bistro, "20:00", table_ids=bistro.tables) == "table_taken"


async def test_a_party_at_the_door_may_stay_until_the_next_one_comes(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(1, time="21:00")

    seated = await at_the_door(bistro, "20:00", minutes=45)

    assert isinstance(seated, reservations.Reservation)
    assert seated.ends_at == local(DAY, "21:00")


async def test_a_party_at_the_door_is_counted_and_not_refused_for_pacing(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 1}))
    await bistro.book(1)

    seated = await at_the_door(bistro)

    assert isinstance(seated, reservations.Reservation)
    assert await bistro.load() == (2, 4)


async def test_a_party_at_the_door_between_services_is_let_in_too(opening: Opening) -> None:
    bistro = await opening.bistro()

    seated = await at_the_door(bistro, "15:00")

    assert isinstance(seated, reservations.Reservation)
    assert seated.service == "walk_in"


async def test_a_party_at_the_door_may_take_the_table_of_a_hold_that_is_over(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    bistro.clock.set(local(DAY, "19:50"))
    await bistro.hold()

    seated = await at_the_door(bistro, "19:55")

    assert isinstance(seated, reservations.Reservation)


async def cornered(bistro: Bistro) -> reservations.Reservation:
    """Leave a party of two at the table for four while the table for two is free again."""
    first = await bistro.book(1)
    second = await bistro.book(2)
    await bistro.act(reservations.cancel, first.id)
    return second


async def test_a_party_is_accepted_that_only_another_seating_has_room_for(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)))
    small = await cornered(bistro)

    large = await bistro.book(3, size=4)

    moved = await bistro.act(reservations.find, small.id)
    assert (large.table_ids, moved.table_ids) == ((bistro.tables[1],), (bistro.tables[0],))
    assert await bistro.facts_of(small.id) == ["reservation.created", "reservation.reseated"]
    assert moved.revision == 2


async def test_what_another_seating_has_room_for_is_listed_too(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)))
    await cornered(bistro)

    assert "20:00" in await bistro.times(size=4)


async def test_a_party_that_staff_placed_is_not_moved_for_another(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)))
    await bistro.book(1, table_id=bistro.tables[1])

    assert await answer(bistro.book(3, size=4)) == "slot_unavailable"


async def test_a_party_that_sits_is_not_moved_for_another(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)))
    small = await cornered(bistro)
    bistro.clock.set(local(DAY, "17:30"))
    await bistro.act(reservations.check_in, small.id)

    assert await answer(bistro.book(3, size=4)) == "slot_unavailable"


async def test_a_hold_is_moved_for_another_and_booked_at_its_new_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)))
    first = await bistro.book(1)
    held = await bistro.hold()
    await bistro.act(reservations.cancel, first.id)
    await bistro.book(3, size=4)

    made = await bistro.book(2, hold_id=held.id)

    assert (held.table_ids, made.table_ids) == ((bistro.tables[1],), (bistro.tables[0],))


async def test_a_reseating_that_the_limits_refuse_moves_nobody(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4)), written=rules(pacing={"covers_max": 4}))
    small = await cornered(bistro)

    refused = await answer(bistro.book(3, size=4))

    assert refused == "slot_unavailable"
    assert (await bistro.act(reservations.find, small.id)).table_ids == small.table_ids


async def test_a_reseating_for_a_guest_who_is_elsewhere_moves_nobody(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, (1, 4), 2))
    await bistro.book(3, time="19:30", table_id=bistro.tables[2])
    small = await cornered(bistro)

    refused = await answer(bistro.book(3, size=4))

    assert refused == "guest_overlap"
    assert (await bistro.act(reservations.find, small.id)).table_ids == small.table_ids
