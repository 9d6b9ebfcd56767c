"""Booking: what is asked for is written whole, once, and told; what is refused leaves nothing."""

from datetime import date, timedelta

import asyncpg
import pytest

from saveit import reservations
from saveit.kernel.db import Actor
from saveit.reservations import RulesRefused
from tests.support.core import DAY, GUEST, NOW, Bistro, Opening, answer, key, local, rules, week

pytestmark = pytest.mark.postgres


async def everything(bistro: Bistro) -> list[tuple[object, ...]]:
    """Return how many rows there are of all that a booking writes."""
    return await bistro.rows(
        "SELECT (SELECT count(*) FROM reservations), (SELECT count(*) FROM table_occupancy), (SELECT count(*) FROM guest_stays), "
        "(SELECT count(*) FROM facts), (SELECT count(*) FROM idempotency_keys), "
        "(SELECT coalesce(sum(parties), 0) FROM slot_load)"
    )


async def test_a_booking_says_when_and_where(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))

    made = await bistro.book(size=3)

    assert (made.status, made.date, made.service) == ("confirmed", DAY, "dinner")
    assert (made.starts_at, made.leaves_at) == (local(DAY, "20:00"), local(DAY, "21:30"))
    assert made.ends_at == local(DAY, "21:45")
    assert (made.table_ids, made.pinned, made.revision) == (bistro.tables[1:], False, 1)


async def test_what_is_booked_is_found_again_as_it_was_answered(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()

    found = await bistro.act(reservations.find, made.id)

    assert found == made


async def test_the_same_key_and_body_are_answered_as_the_first_time(opening: Opening) -> None:
    bistro = await opening.bistro()
    first = await bistro.book(key=key("k"))

    again = await reservations.book(
        bistro.desk, bistro.booking(), tenant_id=bistro.tenant_id, actor=GUEST, key=key("k")
    )

    assert (again.replayed, again.reservation) == (True, first)
    assert await bistro.value("SELECT count(*) FROM reservations") == 1
    assert await bistro.facts_of(first.id) == ["reservation.created"]


async def test_the_same_key_is_answered_as_before_when_its_booking_filled_the_house(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    first = await bistro.book(key=key("k"))

    again = await answer(bistro.book(key=key("k")))

    assert again == first


async def test_the_same_key_is_answered_as_before_when_the_time_has_passed(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    first = await bistro.book(key=key("k"))
    bistro.clock.set(local(DAY, "20:01"))

    again = await answer(bistro.book(key=key("k")))

    assert again == first


async def test_the_same_key_is_answered_as_before_when_the_rules_have_changed(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    first = await bistro.book(key=key("k"))
    await bistro.apply(business_hours=week({"name": "lunch", "opens": "12:00", "closes": "16:00"}))

    again = await answer(bistro.book(key=key("k")))

    assert again == first


async def test_a_key_used_for_another_body_is_refused(opening: Opening) -> None:
    bistro = await opening.bistro()
    await bistro.book(key=key("k"))

    other = await answer(bistro.book(2, key=key("k", body=b"another")))

    assert other == "idempotency_key_reused"
    assert await bistro.value("SELECT count(*) FROM reservations") == 1


async def test_a_key_used_for_another_body_is_refused_as_such_in_a_full_house(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(key=key("k"))

    other = await answer(bistro.book(2, key=key("k", body=b"another")))

    assert other == "idempotency_key_reused"


async def test_two_callers_may_use_the_same_key(opening: Opening) -> None:
    bistro = await opening.bistro()
    await bistro.book(1, key=reservations.Key("one", "k", b"1" * 32))

    await bistro.book(2, key=reservations.Key("two", "k", b"2" * 32))

    assert await bistro.value("SELECT count(*) FROM reservations") == 2


async def test_a_refusal_does_not_use_the_key_up(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    first = await bistro.book(1)
    refused = await answer(bistro.book(2, key=key("k")))
    await bistro.act(reservations.cancel, first.id)

    made = await bistro.book(2, key=key("k"))

    assert (refused, made.status) == ("slot_unavailable", "confirmed")


async def test_a_refused_booking_leaves_nothing(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(pacing={"parties_max": 2}))
    await bistro.book(1)
    before = await everything(bistro)

    refused = await answer(bistro.book(2, key=key("k")))

    assert refused == "slot_unavailable"
    assert await everything(bistro) == before


async def test_a_taken_table_asked_for_by_name_is_refused_as_such(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    await bistro.book(1, table_id=bistro.tables[0])

    refused = await answer(bistro.book(2, table_id=bistro.tables[0]))

    assert refused == "table_taken"


async def test_a_table_asked_for_by_name_is_given_and_kept(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4))

    made = await bistro.book(table_id=bistro.tables[1])

    assert (made.table_ids, made.pinned) == ((bistro.tables[1],), True)


async def test_a_combination_holds_every_table_of_it(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), combinations=(((0, 1), 3, 4),))

    made = await bistro.book(size=4)

    assert made.table_ids == tuple(sorted(bistro.tables))
    assert await bistro.taken() == 2


async def test_parties_follow_each_other_on_a_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(1, time="18:00")

    second = await bistro.book(2, time="19:45")

    assert second.starts_at == local(DAY, "19:45")


async def test_a_party_may_not_start_while_the_table_is_cleared(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(1, time="18:00")

    assert await answer(bistro.book(2, time="19:30")) == "slot_unavailable"


async def test_a_table_free_at_the_start_but_not_for_the_whole_stay_is_not_given(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(1, time="20:00")

    assert await answer(bistro.book(2, time="19:00")) == "slot_unavailable"


async def test_every_broken_rule_is_named_at_once(opening: Opening) -> None:
    written = rules(reservation_window={"min_hours_advance": 2, "max_days_advance": 7}, party={"size_max": 6})
    bistro = await opening.bistro(written=written)

    with pytest.raises(RulesRefused) as refused:
        await bistro.book(size=8, date=date(2026, 4, 4), time="03:00")

    assert {str(broken.reason) for broken in refused.value.broken} == {
        "horizon",
        "no_service",
        "party_too_large",
    }


async def test_a_party_larger_than_any_table_is_told_the_largest(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 4), combinations=(((0, 1), 5, 6),))

    with pytest.raises(RulesRefused) as refused:
        await bistro.book(size=7)

    (broken,) = refused.value.broken
    assert (str(broken.reason), broken.facts["limit"]) == ("party_too_large", 6)


async def test_what_has_begun_can_no_longer_be_booked_or_seen(opening: Opening) -> None:
    bistro = await opening.bistro()
    bistro.clock.set(local(DAY, "20:01"))

    listed = await bistro.times()

    assert listed[0] == "20:15"
    assert await answer(bistro.book(time="20:00")) == "booking_rules_broken"


async def test_another_customers_restaurant_is_unknown(opening: Opening) -> None:
    mine, theirs = await opening.bistro(), await opening.bistro()

    asked = reservations.book(
        mine.desk, theirs.booking(), tenant_id=mine.tenant_id, actor=Actor("guest", "x", "web")
    )

    assert await answer(asked) == "restaurant_not_found"


async def test_another_customers_reservation_is_unknown(opening: Opening) -> None:
    mine, theirs = await opening.bistro(), await opening.bistro()
    made = await theirs.book()

    verbs = (reservations.find, reservations.cancel, reservations.check_in, reservations.confirm)

    assert {await answer(mine.act(verb, made.id)) for verb in verbs} == {"reservation_not_found"}


async def test_what_is_listed_can_be_booked_and_the_rest_cannot(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2), written=rules(pacing={"parties_max": 3}))
    for number, time in enumerate(("18:00", "18:30", "20:00", "20:15"), 1):
        await bistro.book(number, time=time)
    listed = set(await bistro.times())
    quarters = [f"{hour:02}:{minute:02}" for hour in range(18, 24) for minute in (0, 15, 30, 45)]
    bookable: set[str] = set()
    for number, time in enumerate(quarters, 10):
        made = await answer(bistro.book(number, time=time))
        if not isinstance(made, str):
            bookable.add(time)
            await bistro.act(reservations.cancel, made.id)

    assert bookable == listed
    assert 0 < len(listed) < len(quarters)


async def test_a_booking_waits_for_staff_where_the_rules_say_so(opening: Opening) -> None:
    bistro = await opening.bistro(
        tables=(2,), written=rules(confirmation={"mode": "manual", "confirm_within_minutes": 30})
    )

    made = await bistro.book(1)

    assert (made.status, made.confirmed_at) == ("pending", None)
    assert made.confirm_by == NOW + timedelta(minutes=30)
    assert await answer(bistro.book(2)) == "slot_unavailable"


async def test_the_database_keeps_a_standing_party_from_losing_its_table(opening: Opening) -> None:
    bistro = await opening.bistro()
    await bistro.book()

    with pytest.raises(asyncpg.CheckViolationError) as broken:
        await bistro.watcher.execute("UPDATE reservations SET table_ids = '{}'")

    assert broken.value.constraint_name == "standing_party_has_a_table"


async def test_the_database_keeps_a_table_from_being_held_twice(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2, 2))
    await bistro.book(1)
    await bistro.book(2)

    with pytest.raises(asyncpg.ExclusionViolationError) as broken:
        await bistro.watcher.execute("UPDATE table_occupancy SET table_id = $1", bistro.tables[0])

    assert broken.value.constraint_name == "table_held_once"
