"""Every act happens once: the same key, the same button, the same cancellation, however often and from wherever they come."""

import asyncio

import pytest

from saveit import reservations
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.reservations import Reservation, Wish, store
from tests.support.core import DAY, Bistro, Opening, answer, key, local, rules
from tests.support.races import Order, at_once, disagreements, elsewhere, overlaps, without_constraint

pytestmark = pytest.mark.race

COMBINERS = pytest.mark.parametrize("combined", [True, False], ids=["combined", "one by one"])


async def two_desks(
    opening: Opening, *, combined: bool = True, tables: tuple[int, ...] = (2,) * 8, **sections: object
) -> tuple[Bistro, Bistro]:
    """Open a restaurant with room enough, and a second desk."""
    bistro = await opening.bistro(tables=tables, combined=combined, written=rules(**sections))
    beside = await opening.desk_beside(bistro, combined=combined)
    await asyncio.gather(bistro.times(), beside.times())
    return bistro, beside


@COMBINERS
async def test_a_hundred_requests_with_one_key_make_one_reservation(
    opening: Opening, *, combined: bool
) -> None:
    desks = await two_desks(opening, combined=combined)

    answers = await at_once(desks[number % 2].book(1, key=key("k")) for number in range(100))

    assert (len(answers.done), answers.refused) == (100, {})
    assert len({(made.id, made.code, made.table_ids) for made in answers.done}) == 1
    assert await desks[0].value("SELECT count(*) FROM reservations") == 1


async def test_a_hundred_requests_with_one_key_make_one_reservation_at_the_last_table(
    opening: Opening,
) -> None:
    desks = await two_desks(opening, tables=(2,))

    answers = await at_once(desks[number % 2].book(1, key=key("k")) for number in range(100))

    assert (len(answers.done), answers.refused) == (100, {})
    assert len({made.id for made in answers.done}) == 1


async def test_without_the_key_being_unique_one_request_books_twice(opening: Opening) -> None:
    desks = await two_desks(opening, guest_limits={"overlapping_allowed": True})
    await without_constraint(desks[0], "idempotency_keys", "idempotency_keys_pkey")

    answers = await at_once(desks[number % 2].book(1, key=key("k")) for number in range(20))

    assert len({made.id for made in answers.done}) > 1


async def test_processes_that_get_the_same_requests_do_each_once(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,) * 40)
    order = Order(
        dsn=bistro.dsn,
        tenant_id=str(bistro.tenant_id),
        restaurant_id=str(bistro.restaurant_id),
        first_guest=1,
        guests=60,
        times=["20:00"],
        sizes=[2],
        keys=[f"request-{number}" for number in range(30)],
    )

    answers = await elsewhere([order, order, order])

    assert (answers.count("done"), answers.count("replayed")) == (30, 150)
    assert await bistro.value("SELECT count(*) FROM reservations") == 30


async def test_one_key_for_two_requests_is_one_of_them(opening: Opening) -> None:
    desks = await two_desks(opening)

    answers = await at_once(
        desks[number // 2 % 2].book(number % 2, key=key("k", body=(b"one", b"two")[number % 2]))
        for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (50, {"idempotency_key_reused": 50})
    assert await desks[0].value("SELECT count(*) FROM reservations") == 1


async def test_a_hundred_cancellations_free_the_table_once(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2, 2), pacing={"parties_max": 5})
    made = await desks[0].book(1)
    await desks[0].book(2)

    answers = await at_once(desks[number % 2].act(reservations.cancel, made.id) for number in range(100))

    assert len({one.revision for one in answers.done}) == 1
    assert (await desks[0].taken(), await desks[0].load()) == (1, (1, 2))
    assert await desks[0].facts_of(made.id) == ["reservation.created", "reservation.cancelled"]


async def test_without_the_lock_on_the_reservation_it_is_cancelled_several_times(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = await two_desks(opening)
    made = await desks[0].book(1)
    meeting = asyncio.Barrier(2)

    async def only_read(tx: Transaction, sealer: Sealer, wanted: ReservationId) -> Reservation | None:
        found = await store.find_reservation(tx, sealer, wanted)
        await asyncio.wait_for(meeting.wait(), timeout=10)
        return found

    monkeypatch.setattr(store, "lock_reservation", only_read)

    await at_once(desks[number].act(reservations.cancel, made.id) for number in range(2))

    assert await desks[0].facts_of(made.id) == ["reservation.created"] + ["reservation.cancelled"] * 2


async def test_two_who_confirm_at_once_confirm_once(opening: Opening) -> None:
    desks = await two_desks(opening, confirmation={"mode": "manual"})
    made = await desks[0].book(1)

    answers = await at_once(desks[number % 2].act(reservations.confirm, made.id) for number in range(100))

    assert {(one.status, one.revision) for one in answers.done} == {("confirmed", 2)}
    assert await desks[0].facts_of(made.id) == ["reservation.created", "reservation.confirmed"]


async def test_two_that_wait_for_staff_do_not_wait_for_one_table(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,), confirmation={"mode": "manual"})

    pending = await at_once(desks[number % 2].book(number) for number in range(100))
    await at_once(
        desks[number % 2].act(reservations.confirm, one.id) for number, one in enumerate(pending.done)
    )

    assert (len(pending.done), pending.refused) == (1, {"slot_unavailable": 99})
    assert await overlaps(desks[0]) == 0


async def test_a_party_is_checked_in_or_cancelled_and_never_both(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,) * 50)
    parties = [await desks[0].book(number) for number in range(50)]
    desks[0].clock.set(local(DAY, "19:55"))

    answers = await at_once(
        desks[number % 2].act(
            (reservations.check_in, reservations.cancel)[(number + number // 50) % 2], one.id
        )
        for number, one in enumerate(parties * 2)
    )

    assert (len(answers.done), answers.refused) == (50, {"illegal_status": 50})
    seated = await desks[0].value("SELECT count(*) FROM reservations WHERE status = 'checked_in'")
    assert (await desks[0].taken(), await disagreements(desks[0])) == (seated, 0)


async def test_a_party_that_is_cancelled_while_it_is_changed_holds_nothing_afterwards(
    opening: Opening,
) -> None:
    desks = await two_desks(opening, tables=(2,) * 50, pacing={"parties_max": 60})
    parties = [await desks[0].book(number) for number in range(50)]

    await at_once(
        desks[number % 2].act(reservations.cancel, one.id)
        if (number + number // 50) % 2
        else desks[number % 2].act(reservations.change, one.id, Wish(time="18:00"))
        for number, one in enumerate(parties * 2)
    )

    assert await desks[0].value("SELECT count(*) FROM reservations WHERE status <> 'cancelled'") == 0
    assert (await desks[0].taken(), await desks[0].load()) == (0, (0, 0))


async def test_a_no_show_and_a_check_in_at_once_are_one_of_them(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,) * 50)
    parties = [await desks[0].book(number) for number in range(50)]
    desks[0].clock.set(local(DAY, "20:16"))

    answers = await at_once(
        desks[number % 2].act(
            (reservations.check_in, reservations.mark_no_show)[(number + number // 50) % 2], one.id
        )
        for number, one in enumerate(parties * 2)
    )

    assert (len(answers.done), answers.refused) == (50, {"illegal_status": 50})
    missed = await desks[0].value("SELECT count(*) FROM reservations WHERE status = 'no_show'")
    assert await desks[0].value("SELECT coalesce(sum(no_shows), 0) FROM guest_standings") == missed


async def test_a_no_show_is_undone_once_however_many_ask(opening: Opening) -> None:
    desks = await two_desks(opening, pacing={"interval_minutes": 15, "parties_max": 8})
    made = await desks[0].book(1)
    desks[0].clock.set(local(DAY, "20:16"))
    await desks[0].act(reservations.mark_no_show, made.id)

    answers = await at_once(
        desks[number % 2].act(reservations.undo_no_show, made.id) for number in range(100)
    )

    assert (len(answers.done), answers.refused) == (1, {"illegal_status": 99})
    assert (await desks[0].taken(), await desks[0].load()) == (1, (1, 2))
    assert (await desks[0].facts_of(made.id))[1:] == ["reservation.no_show", "reservation.no_show_undone"]
    assert await desks[0].value("SELECT coalesce(sum(no_shows), 0) FROM guest_standings") == 0


async def test_without_the_locks_a_no_show_is_undone_twice(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = await two_desks(opening)
    made = await desks[0].book(1)
    desks[0].clock.set(local(DAY, "23:30"))
    await desks[0].act(reservations.mark_no_show, made.id)
    meeting = asyncio.Barrier(2)

    async def only_read(tx: Transaction, sealer: Sealer, wanted: ReservationId) -> Reservation | None:
        found = await store.find_reservation(tx, sealer, wanted)
        await asyncio.wait_for(meeting.wait(), timeout=10)
        return found

    async def lock_nothing(*_: object) -> None:
        return

    monkeypatch.setattr(store, "lock_reservation", only_read)
    monkeypatch.setattr(store, "lock_day", lock_nothing)

    await at_once(desks[number].act(reservations.undo_no_show, made.id) for number in range(2))

    assert (await desks[0].facts_of(made.id))[2:] == ["reservation.no_show_undone"] * 2


async def test_a_hold_is_renewed_once_however_many_ask(opening: Opening) -> None:
    desks = await two_desks(opening)
    held = await desks[0].hold()

    answers = await asyncio.gather(
        *(answer(desks[number % 2].act(reservations.renew_hold, held.id)) for number in range(100))
    )

    assert answers.count("hold_already_renewed") == 99


async def test_a_hold_is_booked_or_released_and_never_both(opening: Opening) -> None:
    desks = await two_desks(opening, tables=(2,) * 50)
    held = [await desks[0].hold() for _ in range(50)]

    booked = at_once(desks[0].book(number, hold_id=one.id) for number, one in enumerate(held))
    released = asyncio.gather(*(answer(desks[1].act(reservations.release_hold, one.id)) for one in held))
    made, given_back = await asyncio.gather(booked, released)

    used = sum(one.hold_id is not None for one in made.done)
    assert len(made.done) == 50
    assert given_back.count("hold_over") == used
    assert (await desks[0].taken(), await disagreements(desks[0])) == (50, 0)
