from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from saveit import reservations, waitlist
from saveit.kernel import faults
from saveit.kernel.db import Transaction
from saveit.kernel.errors import Refusal
from saveit.reservations import SlotUnavailable
from saveit.waitlist import (
    AlreadyWaiting,
    Entry,
    EntryOver,
    NoSuchStart,
    NothingOffered,
    Promotion,
    WaitlistFull,
)
from tests.support.core import DAY, GUEST, local
from tests.waitlist.conftest import Evening


async def test_a_party_that_joins_waits_within_its_window(evening: Evening) -> None:
    entry = await evening.join(1, earliest="19:30", latest="21:00")

    found = await evening.entry(entry)
    assert (found.status, found.earliest_at, found.latest_at) == (
        "waiting",
        local(DAY, "19:30"),
        local(DAY, "21:00"),
    )
    assert await evening.bistro.facts_of(entry.id) == ["waitlist.joined"]


async def test_the_same_guest_waits_once_a_day(evening: Evening) -> None:
    await evening.join(1)

    with pytest.raises(AlreadyWaiting):
        await evening.join(1, latest="21:00")


async def test_who_has_left_may_join_again(evening: Evening) -> None:
    entry = await evening.join(1)
    await evening.bistro.act(waitlist.leave, entry.id)

    again = await evening.join(1)

    assert again.id != entry.id


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"earliest": "10:00", "latest": "11:00"}, "no_service"),
        ({"earliest": "21:00", "latest": "20:00"}, "no_service"),
        ({"size": 9}, "party_too_large"),
    ],
)
async def test_nobody_waits_for_what_cannot_come(
    evening: Evening, wish: dict[str, object], reason: str
) -> None:
    with pytest.raises(NoSuchStart) as refused:
        await evening.join(1, **wish)  # pyright: ignore[reportArgumentType] - a parametrised wish.

    assert refused.value.facts["reason"] == reason


async def test_a_day_takes_so_many_and_no_more(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saveit.waitlist.actions.WAITING_MAX", 1)
    await evening.join(1)

    with pytest.raises(WaitlistFull):
        await evening.join(2)


async def test_nothing_is_offered_while_nothing_is_free(evening: Evening) -> None:
    await evening.join(1)

    assert await evening.promote() == Promotion()


async def test_a_freed_table_is_held_for_the_first_who_fits(evening: Evening) -> None:
    first, second = await evening.join(1), await evening.join(2)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)

    given = await evening.promote()

    entry = await evening.entry(first)
    assert (given.offered, entry.status, (await evening.entry(second)).status) == (
        (first.id,),
        "offered",
        "waiting",
    )
    assert entry.offered_until == evening.bistro.clock.now() + timedelta(minutes=10)
    told = await evening.bistro.value(
        "SELECT body->>'offered_starts_at' FROM facts WHERE kind = 'waitlist.offered'"
    )
    assert entry.offered_starts_at is not None
    assert datetime.fromisoformat(told) == entry.offered_starts_at
    assert entry.earliest_at <= entry.offered_starts_at <= entry.latest_at
    assert "20:00" not in await evening.bistro.times()


async def test_who_does_not_fit_is_passed_over_and_keeps_its_place(evening: Evening) -> None:
    for number in (911, 912):
        await evening.bistro.book(number, time="22:00")
    another_time, fitting = await evening.join(1, earliest="22:00", latest="22:00"), await evening.join(2)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)

    given = await evening.promote()

    assert (given.offered, (await evening.entry(another_time)).status) == ((fitting.id,), "waiting")


async def test_what_was_freed_is_no_newcomers_however_late_the_worker_is(evening: Evening) -> None:
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)

    for newcomer in (911, 912):
        with pytest.raises(SlotUnavailable):
            await evening.bistro.book(newcomer)

    assert (await evening.entry(entry)).status == "offered"
    assert await evening.bistro.value("SELECT count(*) FROM promotions_due") == 0


async def test_nobody_changes_into_what_was_freed_for_who_waits(evening: Evening) -> None:
    bistro, entry = evening.bistro, await evening.join(1)
    other = await bistro.book(911, time="22:00")
    await bistro.act(reservations.cancel, evening.booked[0].id)

    async def change(tx: Transaction) -> reservations.Reservation:
        return await reservations.change(bistro.desk, tx, other.id, reservations.Wish(time="20:00"))

    with pytest.raises(SlotUnavailable):
        await bistro.desk.attempt(bistro.tenant_id, GUEST, change)

    assert (await evening.entry(entry)).status == "offered"
    assert await bistro.value("SELECT count(*) FROM promotions_due") == 0


async def test_time_that_a_party_gives_back_is_first_for_who_waits(evening: Evening) -> None:
    bistro = evening.bistro
    seated = evening.booked[0]
    entry = await evening.join(1, earliest="21:00", latest="21:00")
    await bistro.act(reservations.extend, seated.id, local(DAY, "20:30"))

    with pytest.raises(SlotUnavailable):
        await bistro.book(911, time="21:00")

    assert (await evening.entry(entry)).status == "offered"


async def test_where_nobody_waits_what_was_freed_is_anybodys_at_once(evening: Evening) -> None:
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)

    assert await evening.bistro.value("SELECT count(*) FROM promotions_due") == 0
    assert (await evening.bistro.book(911)).table_ids == evening.booked[0].table_ids


async def test_a_queue_that_cannot_be_served_does_not_close_the_restaurant(evening: Evening) -> None:
    bistro = evening.bistro

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    await evening.join(1)
    await bistro.act(reservations.cancel, evening.booked[0].id)
    without = msgspec.structs.replace(bistro.desk, promote=broken)

    assert (await replace(bistro, desk=without).book(911)).table_ids == evening.booked[0].table_ids


async def test_an_offer_is_accepted_with_the_table_that_was_held(evening: Evening) -> None:
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await evening.promote()

    booked = await waitlist.accept(
        evening.bistro.desk, entry.id, tenant_id=evening.bistro.tenant_id, actor=GUEST
    )

    done = await evening.entry(entry)
    assert (done.status, done.reservation_id, booked.reservation.hold_id) == (
        "booked",
        booked.reservation.id,
        done.hold_id,
    )
    assert await evening.bistro.facts_of(entry.id) == [
        "waitlist.joined",
        "waitlist.offered",
        "waitlist.booked",
    ]


async def test_accepting_twice_is_answered_alike(evening: Evening) -> None:
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await evening.promote()
    desk, tenant_id = evening.bistro.desk, evening.bistro.tenant_id

    first = await waitlist.accept(desk, entry.id, tenant_id=tenant_id, actor=GUEST)
    second = await waitlist.accept(desk, entry.id, tenant_id=tenant_id, actor=GUEST)

    assert (second.reservation.id, second.replayed) == (first.reservation.id, True)


async def test_an_offer_that_runs_out_rolls_on_to_the_next(evening: Evening) -> None:
    first, second = await evening.join(1), await evening.join(2)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await evening.promote()

    evening.bistro.clock.advance(timedelta(minutes=10))
    given = await evening.promote()

    assert (given.passed, given.offered) == ((first.id,), (second.id,))
    with pytest.raises(EntryOver):
        await waitlist.accept(evening.bistro.desk, first.id, tenant_id=evening.bistro.tenant_id, actor=GUEST)


async def test_who_leaves_gives_the_kept_table_back(evening: Evening) -> None:
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await evening.promote()

    left = await evening.bistro.act(waitlist.leave, entry.id)

    assert (left.status, "20:00" in await evening.bistro.times()) == ("left", True)


async def test_nobody_accepts_what_was_not_offered(evening: Evening) -> None:
    entry = await evening.join(1)

    with pytest.raises(NothingOffered):
        await waitlist.accept(evening.bistro.desk, entry.id, tenant_id=evening.bistro.tenant_id, actor=GUEST)


async def test_who_waited_until_the_time_was_over_has_passed(evening: Evening) -> None:
    entry = await evening.join(1)

    evening.bistro.clock.set(local(DAY, "20:01"))
    given = await evening.promote()

    assert (given.passed, (await evening.entry(entry)).status) == ((entry.id,), "passed")


async def test_a_party_admitted_beyond_the_tables_comes_before_all_who_wait(evening: Evening) -> None:
    bistro = evening.bistro
    await bistro.apply(capacity={"overbooking_percent": 50})
    beyond = await bistro.book(903)
    waiting = await evening.join(1)
    await bistro.act(reservations.cancel, evening.booked[0].id)

    given = await evening.promote()

    seated = await bistro.act(reservations.find, beyond.id)
    assert (given.seated, given.offered, seated.overbooked) == ((beyond.id,), (), False)
    assert (await evening.entry(waiting)).status == "waiting"


async def test_a_crash_between_the_hold_and_its_entry_is_mended_by_the_next_promotion(
    evening: Evening,
) -> None:
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    with _dies("waitlist.promote.after_hold"), pytest.raises(_Died):
        await evening.promote()
    between = await evening.entry(entry)
    held = await evening.bistro.value("SELECT hold_id FROM holds")

    given = await evening.promote()

    done = await evening.entry(entry)
    assert (between.status, given.offered, done.hold_id) == ("waiting", (entry.id,), held)
    assert await evening.bistro.value("SELECT count(*) FROM holds") == 1


async def test_a_crash_between_the_booking_and_its_entry_is_mended_by_accepting_again(
    evening: Evening,
) -> None:
    entry = await _accepted_and_died(evening)

    booked = await waitlist.accept(
        evening.bistro.desk, entry.id, tenant_id=evening.bistro.tenant_id, actor=GUEST
    )

    assert (booked.replayed, (await evening.entry(entry)).status) == (True, "booked")
    assert await _of_the_widget(evening) == 1


async def test_a_crash_between_the_booking_and_its_entry_is_mended_by_the_next_promotion(
    evening: Evening,
) -> None:
    entry = await _accepted_and_died(evening)

    evening.bistro.clock.advance(timedelta(minutes=11))
    given = await evening.promote()

    assert (given.passed, (await evening.entry(entry)).status) == ((), "booked")
    assert await _of_the_widget(evening) == 1


async def test_the_queue_tells_places_and_quoted_waits(evening: Evening) -> None:
    await evening.join(1, latest="22:00")
    await evening.join(2, latest="22:00")
    await evening.join(3, latest="22:00")

    queue = await evening.bistro.act(waitlist.list_queue, evening.bistro.restaurant_id, DAY)

    # Both tables fall free at a quarter to ten, and there is none for the third.
    assert [(place.position, place.wait_minutes) for place in queue] == [(1, 105), (2, 105), (3, None)]


async def test_a_guest_who_is_no_longer_welcome_cannot_accept(evening: Evening) -> None:
    other = await evening.bistro.book(1, date=DAY + timedelta(days=1))
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await evening.promote()
    assert other.person_id is not None
    async with evening.bistro.desk.database.tenant(evening.bistro.tenant_id, GUEST) as tx:
        await reservations.block_guest(
            tx,
            evening.bistro.restaurant_id,
            other.person_id,
            blocked_at=evening.bistro.clock.now(),
            reason="rude",
        )

    with pytest.raises(Refusal) as refused:
        await waitlist.accept(evening.bistro.desk, entry.id, tenant_id=evening.bistro.tenant_id, actor=GUEST)

    assert refused.value.code == "guest_blocked"


class _Died(Exception):
    """The process ended here."""


def _dies(point: str) -> AbstractContextManager[None]:
    async def die() -> None:
        raise _Died

    return faults.armed(point, die)


async def _accepted_and_died(evening: Evening) -> Entry:
    entry = await evening.join(1)
    await evening.bistro.act(reservations.cancel, evening.booked[0].id)
    await evening.promote()
    with _dies("waitlist.accept.after_booking"), pytest.raises(_Died):
        await waitlist.accept(evening.bistro.desk, entry.id, tenant_id=evening.bistro.tenant_id, actor=GUEST)
    return entry


async def _of_the_widget(evening: Evening) -> int:
    return await evening.bistro.value("SELECT count(*) FROM reservations WHERE source = 'widget'")
