"""Passes at a real door: issued, shown, used once."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from saveit import reservations
from saveit.consumers import qr
from saveit.consumers.qr import (
    PassExpired,
    PassForged,
    PassMalformed,
    PassOfAnotherRestaurant,
    PassRevoked,
    PassTooEarly,
    PassTooLate,
    PassUnconfirmed,
    PassUsed,
    actions,
    new_pass,
    pass_consumer,
    pass_key,
    reader,
    sign_pass,
    store,
)
from saveit.kernel import faults
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.errors import Refusal
from saveit.kernel.faults import FaultPointReached
from saveit.kernel.ids import ReservationId, RestaurantId, new_id
from saveit.outbox import Runner
from saveit.reservations import Desk, IllegalStatus, Reservation, Wish
from tests.support.core import DAY, Bistro, Opening, answer, local, rules

_SYSTEM = Actor("system", "tests", "internal")
_MINUTE = timedelta(minutes=1)


@pytest.fixture
async def bistro(opening: Opening) -> Bistro:
    return await opening.bistro(tables=(2, 4))


async def token_of(bistro: Bistro, reservation: Reservation) -> str:
    return (await bistro.act(qr.generate, reservation.id)).token


async def read_facts(bistro: Bistro) -> None:
    runner = Runner(bistro.desk.database, bistro.clock, (pass_consumer(bistro.desk),))
    await runner.prepare()
    await runner.drain()


async def passes(bistro: Bistro) -> list[tuple[object, ...]]:
    """Return for each pass whether it counts and whether it was used, in the order they were issued."""
    return await bistro.rows(
        "SELECT revoked_at IS NULL, used_at IS NOT NULL FROM check_in_passes ORDER BY revision, issued_at"
    )


async def test_a_party_is_let_in_with_its_pass(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)

    seated = await bistro.act(qr.check_in, token, bistro.restaurant_id)

    assert (seated.id, seated.status, await passes(bistro)) == (booked.id, "checked_in", [(True, True)])
    assert await bistro.facts_of(booked.id) == [
        "reservation.created",
        "reservation.checked_in",
        "qr.validated",
    ]


async def test_a_pass_in_json_is_as_good_as_the_symbol(bistro: Bistro) -> None:
    booked = await bistro.book()
    issued = await bistro.act(qr.generate, booked.id)
    bistro.clock.set(booked.starts_at)

    seated = await bistro.act(qr.check_in, issued.document, bistro.restaurant_id)

    assert seated.status == "checked_in"


async def test_validating_changes_nothing(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)

    found = [await qr.validate(bistro.desk, bistro.tenant_id, token, bistro.restaurant_id) for _ in range(2)]

    assert ([each.id for each in found], await passes(bistro)) == ([booked.id] * 2, [(True, False)])
    assert await bistro.facts_of(booked.id) == ["reservation.created"]


async def test_asked_for_twice_it_is_the_same_pass(bistro: Bistro) -> None:
    booked = await bistro.book()

    assert await token_of(bistro, booked) == await token_of(bistro, booked)


async def test_the_consumer_issues_a_pass_for_every_reservation_and_for_no_walk_in(bistro: Bistro) -> None:
    await bistro.book(1)
    await bistro.book(2, size=4)
    await read_facts(bistro)
    await read_facts(bistro)

    assert await passes(bistro) == [(True, False), (True, False)]


async def test_the_passes_of_many_bookings_are_issued_at_once_and_none_for_what_was_given_up(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    bistro = await opening.bistro(tables=(2,) * 8)
    booked = [await bistro.book(number) for number in range(8)]
    token = await token_of(bistro, booked[3])
    gone = actions.Holder(
        tenant_id=bistro.tenant_id,
        reservation_id=booked[5].id,
        restaurant_id=bistro.restaurant_id,
        status="cancelled",
        leaves_at=booked[5].leaves_at,
        revision=2,
    )
    await token_of(bistro, booked[5])
    async with bistro.desk.database.ledger(_SYSTEM) as tx:
        await actions.keep_in_step(bistro.desk, tx, gone)
    one_by_one = 0
    keep_in_step = actions.keep_in_step

    async def counted(desk: Desk, tx: Transaction, holder: actions.Holder) -> None:
        nonlocal one_by_one
        one_by_one += 1
        await keep_in_step(desk, tx, holder)

    monkeypatch.setattr(reader, "keep_in_step", counted)
    await read_facts(bistro)
    await read_facts(bistro)

    counting = "SELECT count(*) FILTER (WHERE revoked_at IS NULL), count(*) FROM check_in_passes"
    assert (await bistro.rows(counting), one_by_one) == ([(7, 8)], 0)
    assert await token_of(bistro, booked[3]) == token


async def test_the_consumer_and_a_guest_who_cannot_wait_share_one_pass(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)

    await read_facts(bistro)

    assert (await passes(bistro), await token_of(bistro, booked)) == ([(True, False)], token)


async def test_a_moved_party_gets_a_new_pass_and_the_old_one_counts_no_longer(bistro: Bistro) -> None:
    booked = await bistro.book()
    old = await token_of(bistro, booked)
    await bistro.act(reservations.change, booked.id, Wish(time="21:00"))
    await read_facts(bistro)
    bistro.clock.set(local(DAY, "21:00"))

    new = await token_of(bistro, booked)

    assert await answer(qr.validate(bistro.desk, bistro.tenant_id, old, bistro.restaurant_id)) == "qr_revoked"
    assert (await qr.validate(bistro.desk, bistro.tenant_id, new, bistro.restaurant_id)).id == booked.id


async def test_a_cancelled_partys_pass_counts_no_longer(bistro: Bistro) -> None:
    booked = await bistro.book()
    await read_facts(bistro)
    await bistro.act(reservations.cancel, booked.id)
    await read_facts(bistro)

    assert await passes(bistro) == [(False, False)]
    with pytest.raises(IllegalStatus):
        await token_of(bistro, booked)


async def test_an_older_fact_read_after_a_newer_one_issues_nothing(bistro: Bistro) -> None:
    """Facts come in the order transactions began, so a cancellation may be read before what it cancelled."""
    booked = await bistro.book()
    await token_of(bistro, booked)
    holder = actions.Holder(
        tenant_id=bistro.tenant_id,
        reservation_id=booked.id,
        restaurant_id=bistro.restaurant_id,
        status="cancelled",
        leaves_at=booked.leaves_at,
        revision=3,
    )
    async with bistro.desk.database.ledger(_SYSTEM) as tx:
        await actions.keep_in_step(bistro.desk, tx, holder)

    older = msgspec.structs.replace(holder, status="confirmed", revision=2)
    async with bistro.desk.database.ledger(_SYSTEM) as tx:
        await actions.keep_in_step(bistro.desk, tx, older)

    assert await passes(bistro) == [(False, False)]


async def test_a_forged_pass_is_refused(bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at)
    made_up = sign_pass(
        new_pass(booked.id, bistro.restaurant_id, now=bistro.clock.now(), expires_at=booked.leaves_at),
        b"not the key of the house, 32 octs",
    )

    with pytest.raises(PassForged):
        await bistro.act(qr.check_in, made_up, bistro.restaurant_id)


async def test_a_pass_signed_with_our_key_that_nobody_issued_is_refused(bistro: Bistro) -> None:
    booked = await bistro.book()
    bistro.clock.set(booked.starts_at)
    key = pass_key(await bistro.desk.keys.keys(bistro.desk.database, bistro.tenant_id))
    leaked = sign_pass(
        new_pass(booked.id, bistro.restaurant_id, now=bistro.clock.now(), expires_at=booked.leaves_at), key
    )

    with pytest.raises(PassForged):
        await bistro.act(qr.check_in, leaked, bistro.restaurant_id)


async def test_some_other_symbol_is_no_pass(bistro: Bistro) -> None:
    with pytest.raises(PassMalformed):
        await bistro.act(qr.check_in, "https://menu.test/", bistro.restaurant_id)


async def test_a_pass_of_another_customer_is_forged_here(opening: Opening, bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    other = await opening.bistro()

    with pytest.raises(PassForged):
        await other.act(qr.check_in, token, other.restaurant_id)


async def test_a_pass_for_another_door_is_told_so(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)

    with pytest.raises(PassOfAnotherRestaurant):
        await bistro.act(qr.check_in, token, RestaurantId(new_id(bistro.clock.now())))


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [(-16, PassTooEarly), (-15, None), (15, None), (16, PassTooLate), (90, PassExpired)],
)
async def test_the_door_opens_from_the_tolerance_before_until_as_long_after(
    bistro: Bistro, minutes: int, refusal: type[Refusal] | None
) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)

    bistro.clock.set(booked.starts_at + minutes * _MINUTE)
    answered = await answer(qr.validate(bistro.desk, bistro.tenant_id, token, bistro.restaurant_id))

    assert (answered if isinstance(answered, str) else None) == (None if refusal is None else refusal.code)


async def test_an_unconfirmed_party_waits_for_the_house(opening: Opening) -> None:
    bistro = await opening.bistro(
        written=rules(confirmation={"mode": "manual", "confirm_within_minutes": 10080})
    )
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)

    with pytest.raises(PassUnconfirmed):
        await bistro.act(qr.check_in, token, bistro.restaurant_id)


async def test_a_pass_opens_the_door_once(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)
    await bistro.act(qr.check_in, token, bistro.restaurant_id)

    with pytest.raises(PassUsed):
        await bistro.act(qr.check_in, token, bistro.restaurant_id)


async def test_a_missed_partys_pass_is_revoked_at_once_whatever_the_consumer_does(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)
    await bistro.act(reservations.mark_no_show, booked.id)

    with pytest.raises(PassRevoked):
        await bistro.act(qr.check_in, token, bistro.restaurant_id)


@pytest.mark.race
async def test_of_many_scans_at_once_one_lets_the_party_in(opening: Opening, bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)
    doors = [bistro, await opening.desk_beside(bistro)] * 8

    answers = await asyncio.gather(
        *(answer(door.act(qr.check_in, token, bistro.restaurant_id)) for door in doors)
    )

    assert sorted(one if isinstance(one, str) else one.status for one in answers) == [
        "checked_in",
        *["qr_used"] * 15,
    ]
    assert await bistro.facts_of(booked.id) == [
        "reservation.created",
        "reservation.checked_in",
        "qr.validated",
    ]


@pytest.mark.race
async def test_without_the_lock_on_the_pass_two_scans_both_find_it_good(
    opening: Opening, bistro: Bistro, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: without the locks of pass and reservation both doors open."""
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)
    doors = [bistro, await opening.desk_beside(bistro)]
    let_in: list[ReservationId] = []
    both = asyncio.Barrier(2)

    async def only_looked_at(_desk: Desk, _tx: Transaction, reservation_id: ReservationId) -> Reservation:
        await both.wait()
        let_in.append(reservation_id)
        return booked

    unlocked = store.PASS_TO_LOCK.statement.sql.replace("FOR NO KEY UPDATE", "")
    statement = msgspec.structs.replace(store.PASS_TO_LOCK.statement, sql=unlocked)
    monkeypatch.setattr(store.PASS_TO_LOCK, "statement", statement)
    monkeypatch.setattr(actions, "seat", only_looked_at)
    await asyncio.gather(*(door.act(qr.check_in, token, bistro.restaurant_id) for door in doors))

    assert let_in == [booked.id, booked.id]


async def test_a_crash_before_the_commit_lets_nobody_in(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)

    with faults.armed("qr.check_in.before_commit", "raise"), pytest.raises(FaultPointReached):
        await bistro.act(qr.check_in, token, bistro.restaurant_id)

    assert (await bistro.act(reservations.find, booked.id)).status == "confirmed"
    assert (await bistro.act(qr.check_in, token, bistro.restaurant_id)).status == "checked_in"


async def test_passes_of_long_ago_are_removed(bistro: Bistro) -> None:
    await token_of(bistro, await bistro.book())

    async with bistro.desk.database.ledger(_SYSTEM) as tx:
        kept = await qr.forget_old_passes(tx, bistro.clock.now() + timedelta(days=30), 10)
    async with bistro.desk.database.ledger(_SYSTEM) as tx:
        gone = await qr.forget_old_passes(tx, bistro.clock.now() + timedelta(days=40), 10)

    assert (kept, gone, await passes(bistro)) == (0, 1, [])


async def test_the_pass_of_a_party_whose_end_was_a_mistake_lets_it_in_again(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at)
    await bistro.act(qr.check_in, token, bistro.restaurant_id)
    await bistro.act(reservations.undo_check_in, booked.id)
    await read_facts(bistro)
    in_again = await bistro.act(qr.check_in, token, bistro.restaurant_id)
    await bistro.act(reservations.undo_check_in, booked.id)
    bistro.clock.advance(timedelta(minutes=20))
    await bistro.act(reservations.mark_no_show, booked.id)
    await read_facts(bistro)
    revoked = await answer(bistro.act(qr.check_in, token, bistro.restaurant_id))
    await bistro.act(reservations.undo_no_show, booked.id)
    await read_facts(bistro)

    at_last = await bistro.act(qr.check_in, token, bistro.restaurant_id)

    assert (in_again.status, revoked, at_last.status) == ("checked_in", "qr_revoked", "checked_in")
    assert await passes(bistro) == [(True, True)]


async def test_a_party_that_said_it_comes_late_is_let_in_late(bistro: Bistro) -> None:
    booked = await bistro.book()
    token = await token_of(bistro, booked)
    bistro.clock.set(booked.starts_at + timedelta(minutes=40))

    too_late = await answer(bistro.act(qr.check_in, token, bistro.restaurant_id))
    await bistro.act(reservations.expect_late, booked.id, timedelta(minutes=30))
    seated = await bistro.act(qr.check_in, token, bistro.restaurant_id)

    assert (too_late, seated.status) == ("qr_too_late", "checked_in")
