"""Figures are what happened, counted once each, by day, hour and source."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from saveit import conversations, reservations
from saveit.consumers.analytics import (
    Analytics,
    Figures,
    OpenSeats,
    analytics_consumer,
    csv_of,
    forget_figures,
    read_figures,
    read_table,
)
from saveit.conversations import note_booked, note_offered, open_conversation, save_inbound
from saveit.kernel import faults
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.faults import FaultPointReached
from saveit.kernel.ids import AdvisorId, RestaurantId, new_id
from saveit.messages import Address
from saveit.outbox import Fact, Runner, append, rewind
from saveit.reservations import WalkIn
from tests.support.core import DAY, HOST, Bistro, Opening, guest, local

pytestmark = pytest.mark.slow

READER = Actor("system", "tests", "tests")
LINE = UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e")
LAST = DAY + timedelta(days=1)


@pytest.fixture
async def bistro(opening: Opening) -> Bistro:
    return await opening.bistro()


def runner_of(bistro: Bistro) -> Runner:
    return Runner(bistro.desk.database, bistro.clock, (analytics_consumer(),))


async def counted(bistro: Bistro, runner: Runner | None = None) -> None:
    """Let all that happened be counted."""
    runner = runner or runner_of(bistro)
    await runner.prepare()
    await runner.drain()


async def figures(bistro: Bistro, *, advisor_id: AdvisorId | None = None, from_on: date = DAY) -> Analytics:
    seats = OpenSeats(bistro.restaurant_id, "Bistro", "COP", "America/Bogota", {DAY: 480})
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        return await read_figures(
            tx, [seats], from_on=from_on, to_on=LAST, of_the_house=True, advisor_id=advisor_id
        )


async def an_evening(bistro: Bistro) -> None:
    """Let six parties book and two walk in: three come, one cancels, one stays away, and one is still to come."""
    made = [await bistro.book(number, time=time) for number, time in enumerate(("20:00", "20:30", "21:00"))]
    await bistro.act(reservations.cancel, made[2].id)
    other = await bistro.book(3, time="18:00", source="whatsapp_meta")
    next_day = await bistro.book(4, size=4, date=LAST)
    assert next_day.date == LAST
    bistro.clock.set(local(DAY, "18:00"))
    await bistro.act(reservations.check_in, other.id)
    bistro.clock.set(local(DAY, "19:00"))
    await bistro.act(reservations.complete, other.id)
    await bistro.act(
        reservations.walk_in, WalkIn(restaurant_id=bistro.restaurant_id, party_size=4, guest=guest(9))
    )
    bistro.clock.set(local(DAY, "20:20"))
    await bistro.act(reservations.check_in, made[0].id)
    bistro.clock.set(local(DAY, "20:50"))
    await bistro.act(reservations.mark_no_show, made[1].id)


async def test_an_evening_is_counted_by_day_hour_and_source(bistro: Bistro) -> None:
    await an_evening(bistro)
    await counted(bistro)

    found = await figures(bistro)

    # Sixty minutes of two; the walk-in's stay of four as it is planned; two from 20:20 to 21:30.
    minutes = 2 * 60 + 4 * 90 + 2 * 70
    evening = Figures(
        bookings=4,
        covers=4,
        walk_ins=1,
        walk_in_covers=4,
        check_ins=2,
        cancellations=1,
        no_shows=1,
        seat_minutes=minutes,
        open_seat_minutes=480,
    )
    morrow = Figures(bookings=1, covers=4)
    assert [(each.date, each.figures) for each in found.days] == [(DAY, evening), (LAST, morrow)]
    assert found.totals == evening + morrow
    assert [(each.hour, each.figures.bookings, each.figures.walk_ins) for each in found.hours] == [
        (18, 1, 0),
        (19, 0, 1),
        (20, 3, 0),
        (21, 1, 0),
    ]
    assert [(each.source, each.figures.bookings, each.figures.cancellations) for each in found.sources] == [
        ("api", 4, 1),
        ("walk_in", 0, 0),
        ("whatsapp_meta", 1, 0),
    ]
    assert found.restaurants[0].figures == found.totals


async def test_what_is_undone_is_as_if_it_had_never_been(bistro: Bistro) -> None:
    one, two, three = [await bistro.book(number) for number in range(3)]
    await bistro.act(reservations.cancel, one.id)
    await bistro.act(reservations.undo_cancellation, one.id)
    bistro.clock.set(local(DAY, "20:10"))
    await bistro.act(reservations.check_in, two.id)
    await bistro.act(reservations.undo_check_in, two.id)
    await bistro.act(reservations.mark_no_show, three.id)
    await bistro.act(reservations.undo_no_show, three.id)
    await counted(bistro)

    found = await figures(bistro)

    assert found.totals == Figures(bookings=3, covers=8 - 2, open_seat_minutes=480)


async def test_a_fact_counts_once_however_often_a_reader_dies(bistro: Bistro) -> None:
    await an_evening(bistro)
    runner = runner_of(bistro)
    await runner.prepare()
    with faults.armed("outbox.consume.before_commit", "raise"), pytest.raises(FaultPointReached):
        await runner.step("analytics")
    await counted(bistro, runner)
    await counted(bistro)
    once = await figures(bistro)

    assert once.totals.bookings == 5
    assert once.totals.walk_ins == 1


async def test_a_fact_that_is_read_late_changes_nothing(bistro: Bistro) -> None:
    made = await bistro.book()
    await counted(bistro)
    await bistro.act(reservations.cancel, made.id)
    await counted(bistro)

    async with bistro.desk.database.ledger(READER) as tx:
        (body,) = (await bistro.rows("SELECT body::text FROM facts WHERE kind = 'reservation.created'"))[0]
        late = Fact(
            fact_id=new_id(bistro.clock.now()),
            kind="reservation.modified",
            restaurant_id=bistro.restaurant_id,
            subject_kind="reservation",
            subject_id=made.id,
            service_on=DAY,
            at=bistro.clock.now(),
            body=body.encode(),
        )
        await append(tx, late, bistro.tenant_id)
    await counted(bistro)

    assert (await figures(bistro)).totals.cancellations == 1


async def test_figures_are_made_anew_from_the_log(bistro: Bistro) -> None:
    await an_evening(bistro)
    await a_talk(bistro)
    await counted(bistro)
    before = await figures(bistro)

    async with bistro.desk.database.ledger(READER) as tx:
        assert await rewind(tx, "analytics", now=bistro.clock.now())
        await forget_figures(tx)
    emptied = await figures(bistro)
    await counted(bistro)

    assert emptied.totals.bookings == emptied.funnel.conversations == 0
    assert await figures(bistro) == before


async def test_who_waits_is_counted(bistro: Bistro) -> None:
    async with bistro.desk.database.ledger(READER) as tx:
        for kind in ("joined", "joined", "joined", "offered", "offered", "booked", "passed", "left"):
            await append(tx, _waiting(bistro, kind), bistro.tenant_id)
    await counted(bistro)

    found = (await figures(bistro)).waitlist

    assert (found.joined, found.offered, found.booked, found.passed, found.left) == (3, 2, 1, 1, 1)


def _waiting(bistro: Bistro, kind: str) -> Fact:
    return Fact(
        fact_id=new_id(bistro.clock.now()),
        kind=f"waitlist.{kind}",
        restaurant_id=bistro.restaurant_id,
        subject_kind="waitlist_entry",
        subject_id=new_id(bistro.clock.now()),
        service_on=DAY,
        at=bistro.clock.now(),
        body=b"{}",
    )


async def a_talk(
    bistro: Bistro, *, advisor_id: AdvisorId | None = None, answered_after_s: int = 4, books: bool = True
) -> None:
    """Let a guest write on the day, be answered, be offered times, and book."""
    bistro.clock.set(local(DAY, "10:00"))
    made = await bistro.book(7, time="18:15", source="telegram") if books else None
    who = new_id(bistro.clock.now()).hex
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        await conversations.act_for_advisor(tx, advisor_id)
        conversation = await open_conversation(
            tx,
            sealer,
            line_id=LINE,
            channel="telegram",
            address=Address("chat", who),
            now=bistro.clock.now(),
            advisor_id=advisor_id,
        )
        for number in range(2):
            await save_inbound(
                tx,
                sealer,
                conversation,
                kind="written",
                text="hola",
                channel_message_id=f"{who}{number}",
                replies_to=None,
                at=bistro.clock.now(),
                now=bistro.clock.now(),
            )
        bistro.clock.advance(timedelta(seconds=answered_after_s))
        await _sent(tx, bistro, conversation.id)
        if made is not None:
            await note_offered(tx, conversation, bistro.restaurant_id, now=bistro.clock.now())
            await note_booked(tx, conversation, bistro.restaurant_id, made.id, now=bistro.clock.now())


async def _sent(tx: Transaction, bistro: Bistro, conversation_id: UUID) -> None:
    body = (
        f'{{"was":"sending","status":"accepted","channel":"telegram","conversation_id":"{conversation_id}",'
        f'"line_id":"{LINE}","error":"","notice_id":null}}'
    )
    sent = Fact(
        fact_id=new_id(bistro.clock.now()),
        kind="message.status_changed",
        restaurant_id=None,
        subject_kind="message",
        subject_id=new_id(bistro.clock.now()),
        service_on=None,
        at=bistro.clock.now(),
        body=body.encode(),
    )
    await append(tx, sent)


async def test_a_talk_is_followed_from_the_first_word_to_the_booking(bistro: Bistro) -> None:
    await a_talk(bistro)
    await a_talk(bistro, books=False, answered_after_s=8)
    await counted(bistro)

    found = await figures(bistro)

    funnel = found.funnel
    assert (funnel.conversations, funnel.offered, funnel.booked, funnel.answered) == (2, 1, 1, 2)
    assert (funnel.response_median_s, funnel.response_p90_s) == (6.0, pytest.approx(7.6))
    assert [(each.channel, each.talks) for each in found.channels] == [("telegram", funnel)]
    assert [(each.advisor_id, each.talks) for each in found.advisors] == [(None, funnel)]


async def test_an_advisors_figures_are_of_what_came_by_their_talks(bistro: Bistro) -> None:
    ana, eva = AdvisorId(new_id(bistro.clock.now())), AdvisorId(new_id(bistro.clock.now()))
    await bistro.book(1)
    await a_talk(bistro, advisor_id=ana)
    await a_talk(bistro, advisor_id=eva, books=False)
    await counted(bistro)

    of_ana, of_eva = await figures(bistro, advisor_id=ana), await figures(bistro, advisor_id=eva)
    of_all = await figures(bistro)

    assert (of_ana.totals.bookings, of_ana.funnel.booked, of_ana.funnel.conversations) == (1, 1, 1)
    assert (of_eva.totals.bookings, of_eva.funnel.booked, of_eva.funnel.conversations) == (0, 0, 1)
    assert (of_all.totals.bookings, of_all.funnel.conversations) == (2, 2)
    assert {each.advisor_id for each in of_all.advisors} == {ana, eva}


async def test_a_guest_who_writes_again_the_next_week_is_another_talk(bistro: Bistro) -> None:
    await a_talk(bistro)
    (conversation,) = await bistro.rows("SELECT conversation_id FROM conversations")
    told = f'{{"channel":"telegram","line_id":"{LINE}","conversation_id":"{conversation[0]}"}}'
    for at in (local(DAY, "22:00"), local(LAST, "23:00")):
        async with bistro.desk.database.ledger(READER) as tx:
            await append(tx, _received(bistro, told, at), bistro.tenant_id)
    await counted(bistro)

    found = await figures(bistro)

    assert (found.funnel.conversations, found.funnel.booked) == (2, 1)


def _received(bistro: Bistro, told: str, at: datetime) -> Fact:
    return Fact(
        fact_id=new_id(bistro.clock.now()),
        kind="message.received",
        restaurant_id=None,
        subject_kind="message",
        subject_id=new_id(bistro.clock.now()),
        service_on=None,
        at=at,
        body=told.encode(),
    )


async def test_a_table_for_a_spreadsheet_runs_no_formula(bistro: Bistro) -> None:
    await bistro.book(1)
    await counted(bistro)
    seats = OpenSeats(bistro.restaurant_id, "Bistro", "COP", "America/Bogota", {})
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        rows = await read_table(tx, [seats], from_on=DAY, to_on=DAY)

    text = csv_of(rows, {RestaurantId(bistro.restaurant_id): '=HYPERLINK("https://evil.example";"Café")'})

    assert text.startswith(b"\xef\xbb\xbfrestaurant,date,hour,source,bookings")
    assert text.decode("utf-8-sig").splitlines()[1] == (
        '"\'=HYPERLINK(""https://evil.example"";""Café"")",2026-03-04,20,api,1,2,0,0,0,0,0,0'
    )
