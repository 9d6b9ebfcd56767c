"""What time does, once, whoever else does it too."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import asyncpg
import pytest

from saveit import reservations
from saveit.kernel.db import Transaction
from saveit.kernel.ids import HoldId, ReservationId
from saveit.kernel.observe import metrics
from saveit.reservations import Desk, Wish
from saveit.timers import Job, jobs, run_job
from tests.support.core import DAY, NOW, Bistro, Opening, local, rules

pytestmark = pytest.mark.slow

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

Work = Callable[[Desk], Awaitable[int]]


@pytest.fixture
async def bistro(opening: Opening) -> Bistro:
    return await opening.bistro(tables=(2, 2, 4))


async def both(opening: Opening, bistro: Bistro, work: Work) -> int:
    """Let two processes do the same work at once, and return how many acts they did together."""
    beside = await opening.desk_beside(bistro)
    done = await asyncio.gather(work(bistro.desk), work(beside.desk))
    return sum(done)


async def test_two_workers_end_each_hold_once(opening: Opening, bistro: Bistro) -> None:
    held = [await bistro.hold() for _ in range(3)]
    bistro.clock.advance(timedelta(minutes=5))

    done = await both(opening, bistro, jobs.expire_holds)

    assert (done, await bistro.taken()) == (3, 0)
    assert [await bistro.facts_of(each.id) for each in held] == [["hold.created", "hold.expired"]] * 3


async def test_rows_that_cannot_be_worked_on_keep_nobody_elses_waiting(
    opening: Opening, bistro: Bistro, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill = await opening.bistro()
    held = [await ill.hold(), await ill.hold()]
    good = await bistro.hold()
    bistro.clock.advance(timedelta(minutes=5))
    monkeypatch.setattr(jobs, "_ACTS_MAX", 2)
    expire = reservations.expire_hold

    async def expire_unless_ill(desk: Desk, tx: Transaction, hold_id: HoldId) -> bool:
        if hold_id in {each.id for each in held}:
            raise AssertionError("what nobody has thought of")
        return await expire(desk, tx, hold_id)

    monkeypatch.setattr(jobs, "expire_hold", expire_unless_ill)

    assert await jobs.expire_holds(bistro.desk) == 1
    assert await bistro.facts_of(good.id) == ["hold.created", "hold.expired"]


async def test_a_hold_gives_back_what_it_was_counted_in(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(pacing={"covers_max": 2}))
    await bistro.hold()
    bistro.clock.advance(timedelta(minutes=5))

    await jobs.expire_holds(bistro.desk)

    assert (await bistro.load(), (await bistro.book()).status) == ((0, 0), "confirmed")


async def test_a_hold_whose_time_is_not_over_stays(bistro: Bistro) -> None:
    await bistro.hold()
    bistro.clock.advance(timedelta(minutes=5) - timedelta(seconds=1))

    assert (await jobs.expire_holds(bistro.desk), await bistro.taken()) == (0, 1)


async def test_a_party_that_has_not_come_in_its_time_is_missed_once(opening: Opening, bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at + 15 * _MINUTE)

    done = await both(opening, bistro, jobs.mark_no_shows)

    found = await bistro.act(reservations.find, booked.id)
    assert (done, found.status, await bistro.taken()) == (1, "no_show", 0)
    assert await bistro.value("SELECT no_shows FROM guest_standings") == 1
    assert await bistro.facts_of(booked.id) == ["reservation.created", "reservation.no_show"]


async def test_running_late_does_not_free_the_table(bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at + 15 * _MINUTE - timedelta(seconds=1))

    assert (await jobs.mark_no_shows(bistro.desk), await bistro.taken()) == (0, 1)


async def test_a_seated_party_that_stays_longer_keeps_its_table(bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at)
    await bistro.act(reservations.check_in, booked.id)
    bistro.clock.set(booked.ends_at + 2 * _HOUR)

    for work in (jobs.mark_no_shows, jobs.complete_forgotten, jobs.expire_holds, jobs.forget_old_rows):
        await work(bistro.desk)

    found = await bistro.act(reservations.find, booked.id)
    assert (found.status, await bistro.taken()) == ("checked_in", 1)


async def test_the_terms_of_the_booking_say_when_a_party_is_missed(bistro: Bistro) -> None:
    booked = await bistro.book()
    await bistro.apply(check_in={"no_show_after_minutes": 1})
    bistro.clock.set(booked.starts_at + 10 * _MINUTE)

    assert await jobs.mark_no_shows(bistro.desk) == 0


async def test_a_party_moved_to_later_is_not_missed_at_its_former_time(bistro: Bistro) -> None:
    booked = await bistro.book()
    await bistro.act(reservations.change, booked.id, Wish(time="21:30"))
    bistro.clock.set(booked.starts_at + 20 * _MINUTE)

    assert await jobs.mark_no_shows(bistro.desk) == 0


async def test_a_party_that_was_given_no_table_is_not_blamed(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(capacity={"overbooking_percent": 100}))
    await bistro.book(1)
    beyond = await bistro.book(2)
    bistro.clock.set(beyond.starts_at + _HOUR)

    await jobs.mark_no_shows(bistro.desk)

    assert (await bistro.act(reservations.find, beyond.id)).status == "confirmed"


async def test_a_booking_that_nobody_confirms_is_given_up_free_of_charge(opening: Opening) -> None:
    bistro = await opening.bistro(
        written=rules(
            confirmation={"mode": "manual"},
            cancellation_policy={
                "free_cancellation_hours": 720,
                "no_show_penalty": True,
                "penalty_amount_minor": 5000,
            },
        )
    )
    booked = await bistro.book()
    bistro.clock.advance(30 * _MINUTE)

    done = await both(opening, bistro, jobs.cancel_unconfirmed)

    found = await bistro.act(reservations.find, booked.id)
    assert (done, found.status, found.cancel_reason, found.fee_minor) == (1, "cancelled", "not_confirmed", 0)


async def test_a_confirmed_booking_is_not_given_up(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(confirmation={"mode": "manual"}))
    booked = await bistro.book()
    await bistro.act(reservations.confirm, booked.id)
    bistro.clock.advance(_HOUR)

    assert await jobs.cancel_unconfirmed(bistro.desk) == 0


async def test_a_party_that_nobody_saw_out_has_left_by_the_next_morning(bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at)
    await bistro.act(reservations.check_in, booked.id)
    bistro.clock.set(booked.ends_at + 12 * _HOUR)

    done = await jobs.complete_forgotten(bistro.desk)

    assert (done, (await bistro.act(reservations.find, booked.id)).status) == (1, "completed")


async def reminders(bistro: Bistro) -> list[float]:
    """Return the hours of the reminders told, in order."""
    rows = await bistro.rows(
        "SELECT (body ->> 'hours_before')::float FROM facts WHERE kind = 'reservation.reminder_due' ORDER BY position"
    )
    return [hours for (hours,) in rows]


async def test_each_reminder_is_told_once_in_its_hour(opening: Opening, bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at - 24 * _HOUR - _MINUTE)
    before = await jobs.tell_reminders(bistro.desk)
    bistro.clock.advance(_MINUTE)
    first = await both(opening, bistro, jobs.tell_reminders)
    bistro.clock.set(booked.starts_at - 2 * _HOUR)
    second = await both(opening, bistro, jobs.tell_reminders)

    assert (before, first, second, await reminders(bistro)) == (0, 1, 1, [24, 2])


async def test_who_books_later_than_the_hour_of_a_reminder_is_spared_it(bistro: Bistro) -> None:
    bistro.clock.set(local(DAY, "19:00"))
    await bistro.book()

    assert await jobs.tell_reminders(bistro.desk) == 0


async def test_a_moved_party_is_reminded_of_its_new_time(bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at - 24 * _HOUR)
    await jobs.tell_reminders(bistro.desk)

    await bistro.act(reservations.change, booked.id, Wish(on=DAY + 2 * _DAY))
    bistro.clock.advance(2 * _DAY)
    await jobs.tell_reminders(bistro.desk)

    assert await reminders(bistro) == [24, 24]


async def test_a_restaurant_chooses_its_own_hours(bistro: Bistro) -> None:
    booked = await bistro.book()
    await bistro.apply(reminders={"hours_before": [3.5]})
    bistro.clock.set(booked.starts_at - timedelta(hours=3.5))

    await jobs.tell_reminders(bistro.desk)

    assert await reminders(bistro) == [3.5]


async def test_a_cancelled_party_is_not_reminded(bistro: Bistro) -> None:
    booked = await bistro.book()
    await bistro.act(reservations.cancel, booked.id)
    bistro.clock.set(booked.starts_at - 24 * _HOUR)

    assert await jobs.tell_reminders(bistro.desk) == 0


async def test_what_fell_outside_the_months_is_moved_into_its_month(opening: Opening, bistro: Bistro) -> None:
    await _as_owner(opening, "DROP TABLE IF EXISTS reservations_2026_12")
    booked = await bistro.book(date=date(2026, 12, 24))
    stray = await bistro.value("SELECT tableoid::regclass::text FROM reservations")

    made = await jobs.make_months(bistro.desk)

    found = await bistro.act(reservations.find, booked.id)
    assert made > 0
    assert (stray, await bistro.value("SELECT tableoid::regclass::text FROM reservations")) == (
        "reservations_default",
        "reservations_2026_12",
    )
    assert (found, _value("saveit_default_partition_rows")) == (booked, 0)


async def test_months_are_made_once(opening: Opening, bistro: Bistro) -> None:
    made = await both(opening, bistro, jobs.make_months)

    assert made > 0
    assert await jobs.make_months(bistro.desk) == 0


async def test_a_month_made_late_has_all_that_the_others_have(opening: Opening, bistro: Bistro) -> None:
    await _as_owner(opening, "DROP TABLE IF EXISTS reservations_2026_12")
    await bistro.book(date=date(2026, 12, 24))
    await jobs.make_months(bistro.desk)

    rows = await bistro.rows(
        "SELECT tablename, count(*) FROM pg_indexes"
        " WHERE tablename IN ('reservations_2026_12', 'reservations_2026_03') GROUP BY 1"
    )
    triggers = await bistro.value(
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'reservations_2026_12'::regclass"
    )
    assert (len({number for _, number in rows}), len(rows), triggers) == (1, 2, 1)


async def test_rows_that_serve_nobody_any_more_go_and_facts_stay(bistro: Bistro) -> None:
    held = await bistro.hold()
    await bistro.book(key=reservations.Key("web", "k", b"." * 32))
    cancelled = await bistro.book(2)
    await bistro.act(reservations.cancel, cancelled.id)
    await bistro.watcher.execute(
        "INSERT INTO promotions_due (tenant_id, restaurant_id, service_on) VALUES ($1, $2, $3)",
        bistro.tenant_id,
        bistro.restaurant_id,
        DAY,
    )
    facts = await bistro.value("SELECT count(*) FROM facts")
    bistro.clock.advance(6 * _MINUTE)
    await jobs.expire_holds(bistro.desk)

    bistro.clock.set(held.expires_at + 31 * _DAY)
    await jobs.mark_no_shows(bistro.desk)
    await jobs.forget_old_rows(bistro.desk)

    left = [
        await bistro.value(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this test.
        for table in (
            "holds",
            "idempotency_keys",
            "table_occupancy",
            "slot_load",
            "promotions_due",
            "reservations",
        )
    ]
    assert left == [0, 0, 0, 0, 0, 2]
    assert await bistro.value("SELECT count(*) FROM facts") == facts + 2


async def test_keys_of_the_last_days_are_kept(bistro: Bistro) -> None:
    await bistro.book(key=reservations.Key("web", "k", b"." * 32))
    bistro.clock.advance(6 * _DAY)

    await jobs.forget_old_rows(bistro.desk)

    assert await bistro.value("SELECT count(*) FROM idempotency_keys") == 1


async def test_a_block_of_the_past_is_forgotten(bistro: Bistro) -> None:
    await bistro.act(
        reservations.block,
        bistro.restaurant_id,
        bistro.tables[:1],
        starts_at=NOW,
        ends_at=NOW + 3 * _DAY,
    )
    bistro.clock.advance(2 * _DAY + _HOUR)

    await jobs.forget_old_rows(bistro.desk)

    assert await bistro.taken() == 2


async def test_the_detector_is_silent_while_the_constraint_stands(bistro: Bistro) -> None:
    await bistro.book(1)
    await bistro.book(2, time="21:45")

    assert (await jobs.detect_double_bookings(bistro.desk), _value("saveit_double_bookings")) == (0, 0)


async def test_the_detector_sees_what_a_lost_constraint_let_through(bistro: Bistro, opening: Opening) -> None:
    first, second = await bistro.book(1), await bistro.book(2)
    await _as_owner(
        opening,
        "UPDATE reservations SET table_ids = $1 WHERE reservation_id = $2",
        list(first.table_ids),
        second.id,
    )

    found = await jobs.detect_double_bookings(bistro.desk)

    assert (found, _value("saveit_double_bookings")) == (1, 1)


async def test_statistics_are_gathered(bistro: Bistro) -> None:
    assert await jobs.gather_statistics(bistro.desk) == 1


async def test_one_act_that_fails_does_not_keep_the_others_from_being_done(
    bistro: Bistro, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = [await bistro.book(number) for number in (1, 2, 3)]
    bistro.clock.set(booked[0].starts_at + _HOUR)
    refused = booked[1].id
    act = reservations.mark_no_show_when_due

    async def stumbling(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> bool:
        if reservation_id == refused:
            raise reservations.ReservationUnknown
        return await act(desk, tx, reservation_id)

    monkeypatch.setattr(jobs, "mark_no_show_when_due", stumbling)
    done = await jobs.mark_no_shows(bistro.desk)

    assert (done, await bistro.taken()) == (2, 1)


async def test_a_job_that_fails_is_counted_and_says_so() -> None:
    async def fail() -> int:
        raise ValueError("broken")

    before = _value("saveit_timer_runs_total", job="failing", outcome="failed")
    with pytest.raises(ValueError, match="broken"):
        await run_job(Job("failing", "* * * * *", fail))

    assert _value("saveit_timer_runs_total", job="failing", outcome="failed") == before + 1


async def _as_owner(opening: Opening, sql: str, *arguments: object) -> None:
    owner = await asyncpg.connect(opening.dsn)
    try:
        await owner.execute(sql, *arguments)
    finally:
        await owner.close()


def _value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0
