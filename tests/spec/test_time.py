"""Time at the desk: services past midnight, days of 23 and 25 hours, leap days, and a server that lives elsewhere."""

import time as machine_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from saveit import reservations
from tests.support.core import DAY, Bistro, Opening, answer, local, rules, week

pytestmark = pytest.mark.postgres

NIGHT = {"name": "night", "opens": "20:00", "closes": "04:00"}
QUARTERS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]


@pytest.fixture
def auckland(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine live in New Zealand."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    machine_time.tzset()
    yield
    monkeypatch.undo()
    machine_time.tzset()


async def bookable(bistro: Bistro, on: date) -> dict[str, datetime]:
    """Book every quarter of a day in turn, giving each back; return the starts that were accepted."""
    starts: dict[str, datetime] = {}
    for number, time in enumerate(QUARTERS, 1):
        made = await answer(bistro.book(number, date=on, time=time))
        if not isinstance(made, str):
            starts[time] = made.starts_at
            await bistro.act(reservations.cancel, made.id)
    return starts


async def test_a_party_after_midnight_belongs_to_the_evening_before(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,), written=rules(business_hours=week(NIGHT)))

    made = await bistro.book(1, time="00:30")

    assert (made.date, made.starts_at) == (DAY, local(DAY + timedelta(days=1), "00:30"))
    assert made.service == "night"


async def test_a_table_taken_past_midnight_is_taken_on_the_next_day_too(opening: Opening) -> None:
    late = {"name": "late", "opens": "20:00", "closes": "03:00", "last_seating": "02:30"}
    early = {"name": "early", "opens": "03:00", "closes": "10:00"}
    bistro = await opening.bistro(tables=(2,), written=rules(business_hours=week(early, late)))
    other = await opening.desk_beside(bistro)
    tomorrow = DAY + timedelta(days=1)
    await other.times(on=tomorrow)
    await bistro.book(1, time="02:30")

    refused = [
        await answer(desk.book(number, date=tomorrow, time=time))
        for desk in (bistro, other)
        for number, time in ((2, "03:30"), (3, "04:00"))
    ]

    assert refused == ["slot_unavailable"] * 4
    assert (await other.book(4, date=tomorrow, time="04:15")).table_ids == bistro.tables


async def test_the_last_party_leaves_when_the_day_ends(opening: Opening) -> None:
    until_midnight = {"name": "dinner", "opens": "18:00", "closes": "24:00"}
    bistro = await opening.bistro(tables=(2,), written=rules(business_hours=week(until_midnight)))

    listed = await bistro.times()

    assert listed[-1] == "22:30"
    assert (await bistro.book(1, time="22:30")).leaves_at == local(DAY + timedelta(days=1), "00:00")
    assert await answer(bistro.book(2, time="22:45")) == "booking_rules_broken"


@pytest.mark.parametrize(
    ("night", "starts"),
    [(date(2026, 3, 27), 27), (date(2026, 3, 28), 23), (date(2026, 10, 24), 28)],
    ids=["24 hours", "23 hours", "25 hours"],
)
async def test_a_night_lists_what_can_be_booked_and_nothing_else(
    opening: Opening, night: date, starts: int
) -> None:
    bistro = await opening.bistro(
        tables=(2,),
        zone="Europe/Madrid",
        written=rules(business_hours=week(NIGHT)),
        now=datetime.combine(night, datetime.min.time(), UTC),
    )

    listed = await bistro.times(on=night)
    accepted = await bookable(bistro, night)

    assert sorted(accepted) == sorted(listed)
    assert len(set(accepted.values())) == len(accepted)
    assert len(listed) == starts


async def test_a_start_in_a_skipped_hour_is_neither_offered_nor_booked(opening: Opening) -> None:
    night = date(2026, 3, 28)
    bistro = await opening.bistro(
        zone="Europe/Madrid",
        written=rules(business_hours=week(NIGHT)),
        now=datetime(2026, 3, 20, tzinfo=UTC),
    )

    assert "02:15" not in await bistro.times(on=night)
    assert await answer(bistro.book(date=night, time="02:15")) == "booking_rules_broken"


async def test_a_party_in_the_hour_that_comes_twice_holds_its_table_for_its_real_minutes(
    opening: Opening,
) -> None:
    night = date(2026, 10, 24)
    bistro = await opening.bistro(
        tables=(2,),
        zone="Europe/Madrid",
        written=rules(business_hours=week(NIGHT)),
        now=datetime(2026, 10, 20, tzinfo=UTC),
    )

    made = await bistro.book(1, date=night, time="02:30")

    assert made.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert made.ends_at - made.starts_at == timedelta(minutes=105)
    assert await answer(bistro.book(2, date=night, time="02:45")) == "slot_unavailable"


async def test_notice_and_free_cancelling_are_real_hours_over_a_clock_change(opening: Opening) -> None:
    night = date(2026, 3, 28)
    bistro = await opening.bistro(
        zone="Europe/Madrid",
        written=rules(
            business_hours=week(NIGHT | {"closes": "06:00"}),
            reservation_window={"min_hours_advance": 4, "max_days_advance": 90},
            cancellation_policy={"free_cancellation_hours": 4},
        ),
        now=datetime(2026, 3, 28, 21, 15, tzinfo=UTC),
    )

    too_soon = await answer(bistro.book(1, date=night, time="03:00"))
    bistro.clock.set(datetime(2026, 3, 28, 21, 0, tzinfo=UTC))
    made = await bistro.book(1, date=night, time="03:00")

    assert too_soon == "booking_rules_broken"
    assert made.starts_at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert made.policy.free_until == datetime(2026, 3, 28, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize("on", [date(2028, 2, 29), date(2026, 12, 31)])
async def test_leap_days_and_the_last_day_of_the_year_are_days(opening: Opening, on: date) -> None:
    bistro = await opening.bistro(
        written=rules(business_hours=week(NIGHT)),
        now=datetime.combine(on - timedelta(days=9), datetime.min.time(), UTC),
    )

    made = await bistro.book(date=on, time="01:30")

    assert (made.date, made.starts_at) == (on, local(on + timedelta(days=1), "01:30"))
    assert await bistro.act(reservations.find, made.id) == made


async def test_a_guest_across_the_date_line_books_the_restaurants_day(opening: Opening) -> None:
    kiritimati = "Pacific/Kiritimati"
    bistro = await opening.bistro(zone=kiritimati, now=datetime(2026, 3, 2, 12, 0, tzinfo=UTC))

    made = await bistro.book(date=date(2026, 3, 3), time="20:00")

    assert made.starts_at == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


@pytest.mark.usefixtures("auckland")
async def test_where_the_machine_lives_changes_nothing(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))

    made = await bistro.book(1)

    assert made.starts_at == datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
    assert await bistro.rows("SELECT starts_at FROM table_occupancy") == [(made.starts_at,)]
    assert await answer(bistro.book(2, time="21:30")) == "slot_unavailable"
    assert (await bistro.book(2, time="21:45")).status == "confirmed"
