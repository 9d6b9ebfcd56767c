"""What becomes of a reservation: each step is legal or refused, is told once, and gives back exactly what was taken."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Protocol

import msgspec
import pytest

from saveit import reservations
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.reservations import Desk, Reservation, Status
from tests.support.core import DAY, Bistro, Opening, answer, local, rules

pytestmark = pytest.mark.postgres

PENALTY = {"free_cancellation_hours": 24, "no_show_penalty": True, "penalty_amount_minor": 5000}


class Verb(Protocol):
    """An act on a reservation."""

    def __call__(
        self, desk: Desk, tx: Transaction, reservation_id: ReservationId, /
    ) -> Awaitable[Reservation]:
        """Do it."""
        ...


VERBS: dict[str, Verb] = {
    "confirm": reservations.confirm,
    "cancel": reservations.cancel,
    "check_in": reservations.check_in,
    "complete": reservations.complete,
    "no_show": reservations.mark_no_show,
}
STEPS: dict[Status, tuple[str, ...]] = {
    "pending": (),
    "confirmed": ("confirm",),
    "checked_in": ("confirm", "check_in"),
    "completed": ("confirm", "check_in", "complete"),
    "cancelled": ("cancel",),
    "no_show": ("confirm", "no_show"),
}
ANSWERS: dict[Status, dict[str, str]] = {
    "pending": {
        "confirm": "confirmed",
        "cancel": "cancelled",
        "check_in": "illegal_status",
        "complete": "illegal_status",
        "no_show": "illegal_status",
    },
    "confirmed": {
        "confirm": "confirmed",
        "cancel": "cancelled",
        "check_in": "checked_in",
        "complete": "illegal_status",
        "no_show": "no_show",
    },
    "checked_in": {
        "confirm": "illegal_status",
        "cancel": "illegal_status",
        "check_in": "illegal_status",
        "complete": "completed",
        "no_show": "illegal_status",
    },
    "completed": {
        "confirm": "illegal_status",
        "cancel": "illegal_status",
        "check_in": "illegal_status",
        "complete": "completed",
        "no_show": "illegal_status",
    },
    "cancelled": {
        "confirm": "illegal_status",
        "cancel": "cancelled",
        "check_in": "illegal_status",
        "complete": "illegal_status",
        "no_show": "illegal_status",
    },
    "no_show": {
        "confirm": "illegal_status",
        "cancel": "illegal_status",
        "check_in": "illegal_status",
        "complete": "illegal_status",
        "no_show": "no_show",
    },
}


class _Undo(Exception):
    """Ends a transaction whose outcome has been seen."""


async def manual(opening: Opening, **sections: object) -> Bistro:
    """Open a restaurant whose bookings wait for staff, so that every status can be reached."""
    written = rules(confirmation={"mode": "manual"}, pacing={"parties_max": 9}, **sections)
    return await opening.bistro(written=written)


async def in_status(bistro: Bistro, status: Status) -> Reservation:
    """Book, and lead the reservation to a status after its start."""
    made = await bistro.book()
    bistro.clock.set(local(DAY, "20:01"))
    for step in STEPS[status]:
        made = await bistro.act(VERBS[step], made.id)
    return made


async def tried(bistro: Bistro, verb: Verb, made: Reservation) -> str:
    """Return the status that an act leads to, or the code of its refusal, and undo it."""
    outcomes: list[str] = []

    async def act_and_undo(desk: Desk, tx: Transaction) -> None:
        after = await answer(verb(desk, tx, made.id))
        outcomes.append(after if isinstance(after, str) else after.status)
        raise _Undo

    with pytest.raises(_Undo):
        await bistro.act(act_and_undo)
    return outcomes[-1]


@pytest.mark.parametrize("status", sorted(STEPS))
async def test_every_act_on_every_status_is_legal_or_refused(opening: Opening, status: Status) -> None:
    bistro = await manual(opening)
    made = await in_status(bistro, status)

    found = {name: await tried(bistro, verb, made) for name, verb in VERBS.items()}

    assert made.status == status
    assert found == ANSWERS[status]


async def test_each_step_is_told_once_with_the_revision_raised(opening: Opening) -> None:
    bistro = await manual(opening)
    made = await in_status(bistro, "completed")

    assert made.revision == 4
    assert await bistro.facts_of(made.id) == [
        "reservation.created",
        "reservation.confirmed",
        "reservation.checked_in",
        "reservation.completed",
    ]


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
async def test_a_party_that_does_not_come_gives_back_all_it_took(opening: Opening, status: Status) -> None:
    bistro = await manual(opening)

    await in_status(bistro, status)

    assert (await bistro.taken(), await bistro.load()) == (0, (0, 0))
    assert await bistro.value("SELECT count(*) FROM guest_stays") == 0


async def test_a_party_that_has_left_gives_its_table_back_and_stays_counted(opening: Opening) -> None:
    bistro = await manual(opening)

    await in_status(bistro, "completed")

    assert (await bistro.taken(), await bistro.load()) == (0, (1, 2))
    assert await bistro.value("SELECT count(*) FROM guest_stays") == 0


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show"])
async def test_a_table_that_is_given_back_can_be_booked_at_once(opening: Opening, status: Status) -> None:
    bistro = await opening.bistro(
        tables=(2,), written=rules(confirmation={"mode": "manual"}, time_slots={"slot_duration": 5})
    )
    await in_status(bistro, status)

    made = await bistro.book(2, time="20:05")

    assert made.table_ids == bistro.tables


async def test_a_party_that_is_late_keeps_its_table(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(1)
    bistro.clock.set(local(DAY, "20:40"))

    assert await answer(bistro.book(2, time="20:45")) == "slot_unavailable"


async def test_a_party_is_no_no_show_before_its_time(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()

    assert await answer(bistro.act(reservations.mark_no_show, made.id)) == "illegal_status"


@pytest.mark.parametrize(("seconds", "fee_minor"), [(-1, 0), (0, 0), (1, 5000)])
async def test_cancelling_is_free_up_to_and_including_the_last_free_second(
    opening: Opening, seconds: int, fee_minor: int
) -> None:
    bistro = await opening.bistro(written=rules(cancellation_policy=PENALTY))
    made = await bistro.book()
    bistro.clock.set(local(DAY, "20:00") - timedelta(hours=24) + timedelta(seconds=seconds))

    cancelled = await bistro.act(reservations.cancel, made.id)

    assert cancelled.fee_minor == fee_minor


async def test_the_terms_of_a_booking_outlive_a_change_of_the_rules(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(cancellation_policy=PENALTY))
    made = await bistro.book()
    await bistro.apply(cancellation_policy=PENALTY | {"penalty_amount_minor": 9000})
    bistro.clock.set(local(DAY, "19:00"))

    cancelled = await bistro.act(reservations.cancel, made.id)

    assert cancelled.fee_minor == 5000


async def test_a_penalty_that_came_later_is_not_asked_of_an_earlier_booking(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()
    await bistro.apply(cancellation_policy=PENALTY)
    bistro.clock.set(local(DAY, "20:30"))

    missed = await bistro.act(reservations.mark_no_show, made.id)

    assert missed.fee_minor == 0


async def test_a_date_in_high_demand_multiplies_the_penalty(opening: Opening) -> None:
    special = [{"date": DAY.isoformat(), "type": "high_demand", "multiplier": 1.5}]
    bistro = await opening.bistro(
        written=rules(cancellation_policy=PENALTY | {"penalty_amount_minor": 5001}, special_dates=special)
    )

    made = await bistro.book()

    assert made.policy.no_show_fee_minor == 7502


async def test_cancelling_twice_changes_nothing_and_costs_nothing_more(opening: Opening) -> None:
    bistro = await opening.bistro(
        tables=(2,), written=rules(cancellation_policy=PENALTY, pacing={"parties_max": 9})
    )
    made = await bistro.book(1)
    first = await bistro.act(reservations.cancel, made.id)
    await bistro.book(2)
    bistro.clock.set(local(DAY, "19:00"))

    again = await bistro.act(reservations.cancel, made.id)

    assert again == first
    assert (await bistro.taken(), await bistro.load()) == (1, (1, 2))
    assert await bistro.facts_of(made.id) == ["reservation.created", "reservation.cancelled"]


async def test_staff_may_waive_the_fee(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(cancellation_policy=PENALTY))
    made = await bistro.book()
    bistro.clock.set(local(DAY, "19:00"))

    cancelled = await bistro.act(reservations.cancel, made.id, reason="staff", waive_fee=True)

    assert (cancelled.fee_minor, cancelled.cancel_reason) == (0, "staff")


async def test_a_booking_that_nobody_confirmed_costs_nothing_to_give_up(opening: Opening) -> None:
    bistro = await manual(opening, cancellation_policy=PENALTY)
    made = await bistro.book()
    bistro.clock.set(local(DAY, "19:00"))

    assert (await bistro.act(reservations.cancel, made.id)).fee_minor == 0


async def test_a_cancellation_decided_on_an_old_reading_is_refused(opening: Opening) -> None:
    bistro = await manual(opening)
    made = await bistro.book()
    await bistro.act(reservations.confirm, made.id)

    assert await answer(bistro.act(reservations.cancel, made.id, revision=1)) == "revision_conflict"


async def test_a_guests_own_words_are_amended_and_nothing_else(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()

    amended = await bistro.act(
        reservations.amend,
        made.id,
        revision=1,
        guest=lambda words: msgspec.structs.replace(words, special_requests="A quiet corner"),
    )

    assert amended.guest.special_requests == "A quiet corner"
    assert (amended.starts_at, amended.table_ids, amended.calendar_sequence) == (
        made.starts_at,
        made.table_ids,
        made.calendar_sequence,
    )


async def test_amending_nothing_is_told_to_nobody(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book()

    await bistro.act(reservations.amend, made.id, revision=1, guest=lambda words: words)

    assert await bistro.facts_of(made.id) == ["reservation.created"]
