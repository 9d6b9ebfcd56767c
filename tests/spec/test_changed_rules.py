"""Rules and zone that change while bookings stand: what stands is counted anew, and nothing is decided by what was."""

from datetime import timedelta

import pytest

from saveit import reservations, venues
from tests.support.core import DAY, HOST, NOW, Bistro, Opening, answer, local, rules, week

pytestmark = pytest.mark.postgres


async def counted(bistro: Bistro) -> list[tuple[str, int, int]]:
    """Return the counters of pacing by the clock of Bogotá."""
    return await bistro.rows(
        "SELECT to_char(counted_at AT TIME ZONE 'America/Bogota', 'HH24:MI'), parties, covers FROM slot_load "
        "WHERE kind = 'pacing' ORDER BY 1"
    )


async def moved_to(bistro: Bistro, timezone: str) -> None:
    """Put the restaurant into another zone."""
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        await venues.change_restaurant(
            tx, bistro.restaurant_id, venues.RestaurantChange(timezone=timezone), now=NOW
        )
    bistro.desk.pictures.forget_house(bistro.restaurant_id)


async def test_other_intervals_count_what_stands_anew(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2, 2, 4), written=rules(pacing={"parties_max": 5}))
    for number, time in enumerate(("20:00", "20:15", "20:30"), 1):
        await bistro.book(number, time=time)
    before = await counted(bistro)

    await bistro.apply(pacing={"parties_max": 2, "interval_minutes": 30})

    assert before == [("20:00", 1, 2), ("20:15", 1, 2), ("20:30", 1, 2)]
    assert await counted(bistro) == [("20:00", 2, 4), ("20:30", 1, 2)]
    assert await answer(bistro.book(4, time="20:15")) == "slot_unavailable"
    assert (await bistro.book(4, time="20:30")).status == "confirmed"


async def test_pacing_that_begins_counts_what_stands(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    await bistro.book(1)

    await bistro.apply(pacing={"parties_max": 1})

    assert await answer(bistro.book(2)) == "slot_unavailable"


async def test_what_is_cancelled_after_the_rules_changed_gives_its_new_counts_back(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 5}))
    made = await bistro.book(1, time="20:15")
    await bistro.apply(pacing={"parties_max": 2, "interval_minutes": 30})

    await bistro.act(reservations.cancel, made.id)

    assert await bistro.load() == (0, 0)


async def test_a_hold_taken_before_the_rules_changed_gives_its_counts_back(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 5}))
    held = await bistro.hold(time="20:15")
    await bistro.apply(pacing={"parties_max": 2, "interval_minutes": 30})
    counted_with_it = await bistro.load()

    await bistro.act(reservations.release_hold, held.id)

    assert (counted_with_it, await bistro.load()) == ((1, 2), (0, 0))


async def test_a_hold_taken_before_the_rules_changed_counts_in_the_new_interval(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2, 2), written=rules(pacing={"parties_max": 5}))
    await bistro.hold(time="20:15")
    await bistro.book(1, time="20:00")

    await bistro.apply(pacing={"parties_max": 2, "interval_minutes": 30})

    assert await counted(bistro) == [("20:00", 2, 4)]
    assert await answer(bistro.book(4, time="20:00")) == "slot_unavailable"


@pytest.mark.parametrize(("audience", "answered"), [("staff", "confirmed"), ("guest", "slot_unavailable")])
async def test_what_staff_took_down_is_not_online_wherever_it_came_from(
    opening: Opening, audience: str, answered: str
) -> None:
    """The source is what the guest used; who was at the desk is another thing, and decides in which count the party is."""
    written = {"online_release": {"held_back_percent": 50, "released_days_before": 0}}
    bistro = await opening.bistro(tables=(2, 2), written=rules(**written))
    await bistro.book(1, audience=audience, source="instagram")

    await bistro.apply(**written)

    asked = await answer(bistro.book(2))
    assert (asked if isinstance(asked, str) else asked.status) == answered


async def test_bookings_stand_when_their_hours_are_no_more(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    made = await bistro.book(1)

    await bistro.apply(business_hours=week({"name": "lunch", "opens": "12:00", "closes": "16:00"}))

    assert (await bistro.act(reservations.find, made.id)).status == "confirmed"
    assert await bistro.taken() == 1
    assert await answer(bistro.book(2)) == "booking_rules_broken"


async def test_a_desk_that_has_not_heard_yet_decides_by_the_new_rules(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    late = await opening.desk_beside(bistro)
    await late.book(1)

    await bistro.apply(party={"size_max": 1})

    assert await answer(late.book(2)) == "booking_rules_broken"


async def test_a_desk_that_has_not_heard_yet_does_not_refuse_by_the_old_rules(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(party={"size_max": 1}))
    late = await opening.desk_beside(bistro)
    await late.book(1, size=1)

    await bistro.apply(party={"size_max": 2})

    assert await answer(late.book(2, size=2)) != "booking_rules_broken"


async def test_a_desk_that_has_not_heard_yet_does_not_give_away_a_retired_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    late = await opening.desk_beside(bistro)
    await late.book(1, time="18:00")
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        await venues.retire_table(tx, bistro.restaurant_id, bistro.tables[1], now=NOW)

    answers = [await answer(late.book(number, time="21:00")) for number in (2, 3)]

    assert getattr(answers[0], "table_ids", None) == bistro.tables[:1]
    assert answers[1] == "slot_unavailable"


async def test_bookings_keep_their_instants_when_the_restaurant_changes_its_zone(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(pacing={"parties_max": 1}))
    made = await bistro.book(1)

    await moved_to(bistro, "America/Mexico_City")

    found = await bistro.act(reservations.find, made.id)
    assert (found.starts_at, found.status) == (local(DAY, "20:00"), "confirmed")
    # Eight in the evening in Bogotá is seven in Mexico City.
    assert await answer(bistro.book(2, time="19:00")) == "slot_unavailable"
    assert (await bistro.book(2, time="21:00")).starts_at == local(DAY, "22:00")


async def test_a_reservation_of_another_zone_can_be_changed_and_cancelled(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(pacing={"parties_max": 1}))
    made = await bistro.book(1)
    await moved_to(bistro, "Asia/Kathmandu")

    changed = await bistro.act(
        reservations.change, made.id, reservations.Wish(on=DAY + timedelta(days=2), time="20:00")
    )
    await bistro.act(reservations.cancel, made.id)

    assert changed.starts_at == local(DAY + timedelta(days=2), "20:00", "Asia/Kathmandu")
    assert (await bistro.taken(), await bistro.load()) == (0, (0, 0))
