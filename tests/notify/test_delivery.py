"""What is planned reaches its guest once and in order, and what does not is known not to have."""

import asyncio
from contextlib import suppress

import msgspec
import pytest

from saveit import conversations
from saveit.channels import CHANNELS
from saveit.consumers.notify import (
    OutcomeKnown,
    OutcomeUnknown,
    dismiss,
    list_dead_letters,
    replay,
    settle_outcome,
)
from saveit.kernel import faults
from saveit.kernel.db import Actor
from saveit.messages import (
    Buttons,
    Choice,
    HttpCall,
    Letter,
    Mail,
    Response,
    SocketPush,
    Status,
    StatusState,
    Template,
    TemplateUse,
)
from saveit.sandbox import Faults
from tests.notify.conftest import GUEST, Room

pytestmark = pytest.mark.slow

HOST = Actor("staff", "ana", "dashboard")
Outgoing = HttpCall | Mail | SocketPush
_CHATS = [channel.name for channel in CHANNELS if channel.can.shape == "chat"]


@pytest.mark.parametrize("channel", _CHATS)
async def test_an_answer_arrives_in_its_order_on_every_channel(room: Room, channel: str) -> None:
    conversation = await room.hear(channel)
    await room.plan(conversation, "Uno", "Dos", Buttons("¿Tres?", (Choice("a", "Sí"), Choice("b", "No"))))

    await room.delivery().drain()
    await room.told()

    assert [text.partition("\n")[0] for text in room.seen(channel)] == ["Uno", "Dos", "¿Tres?"]
    assert {status for _, status, _ in await room.states()} <= {"accepted", "sent", "delivered", "read"}


@pytest.mark.parametrize("channel", ["email_ses", "email_smtp"])
async def test_a_letter_arrives(room: Room, channel: str) -> None:
    conversation = await room.hear(channel, "ana@mail.example")
    await room.plan(conversation, Letter("Reserva", "Su mesa", "<p>Su mesa</p>"))

    await room.delivery().drain()

    assert "Su mesa" in room.seen(channel, "ana@mail.example")[0]


async def test_statuses_raise_a_message_and_never_lower_it(room: Room) -> None:
    conversation = await room.hear()
    await room.plan(conversation, "Listo")
    await room.delivery().drain()
    await room.told()
    (message,) = [
        entry for entry in room.stage.conversation("whatsapp_meta", GUEST).entries if entry.direction == "out"
    ]

    async with room.bistro.desk.database.ledger(HOST) as tx:
        states: tuple[StatusState, ...] = ("sent", "delivered", "failed")
        for state in states:
            late = Status(channel_message_id=message.message_id, state=state)
            await conversations.note_status(
                tx, room.bistro.tenant_id, conversation.line_id, late, now=room.bistro.clock.now()
            )

    assert await room.states() == [(1, "read", "")]


async def test_a_status_that_comes_before_its_message_waits_for_it(room: Room) -> None:
    conversation = await room.hear("messenger")
    orphan = Status(channel_message_id="m_early", state="delivered")
    async with room.bistro.desk.database.ledger(HOST) as tx:
        now = room.bistro.clock.now()
        await conversations.note_status(tx, room.bistro.tenant_id, conversation.line_id, orphan, now=now)
    await room.plan(conversation, "Listo")

    class Early:
        async def send(self, call: Outgoing) -> Response:
            answer = await room.stage.send(call)
            return msgspec.structs.replace(answer, body=b'{"recipient_id":"1","message_id":"m_early"}')

    await room.delivery(Early()).drain()

    assert [status for _, status, _ in await room.states()] == ["delivered"]


async def test_a_provider_in_trouble_is_tried_again_later_and_order_is_kept(room: Room) -> None:
    conversation = await room.hear()
    await room.plan(conversation, "Uno", "Dos")
    delivery = room.delivery()
    room.stage.set_faults(Faults(unreachable=1.0))
    await delivery.drain()
    assert [status for _, status, _ in await room.states()] == ["planned", "planned"]

    room.stage.set_faults(Faults())
    await delivery.drain()
    assert room.seen() == []
    room.later(seconds=3)
    await delivery.drain()

    assert room.seen() == ["Uno", "Dos"]


async def test_a_throttled_line_waits_as_a_whole_and_then_goes_on(room: Room) -> None:
    first, second = await room.hear(), await room.hear(guest="+573009999999")
    await room.plan(first, "Uno")
    delivery = room.delivery()
    room.stage.set_faults(Faults(throttled=1.0))
    await delivery.drain()
    room.stage.set_faults(Faults())
    await room.plan(second, "Dos")
    await delivery.drain()
    assert room.seen() + room.seen(guest="+573009999999") == []

    room.later(seconds=5)
    await delivery.drain()

    assert (room.seen(), room.seen(guest="+573009999999")) == (["Uno"], ["Dos"])


async def test_a_lost_answer_is_never_sent_again_and_its_status_settles_it(room: Room) -> None:
    conversation = await room.hear()
    await room.plan(conversation, "Uno", "Dos")
    room.stage.set_faults(Faults(lost_answer=1.0, lost_status=1.0))
    delivery = room.delivery()
    await delivery.drain()
    await room.told()
    room.later(minutes=30)
    await delivery.drain()
    assert room.seen() == ["Uno", "Dos"]
    assert [status for _, status, _ in await room.states()] == ["unknown", "unknown"]

    room.stage.set_faults(Faults(lost_answer=1.0))
    await room.plan(conversation, "Tres")
    await delivery.drain()
    await room.told()

    assert [status for _, status, _ in await room.states()] == ["unknown", "unknown", "read"]


async def test_what_nobody_tells_about_waits_for_a_person_who_says_so_to_repeat_it(room: Room) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Uno")
    room.stage.set_faults(Faults(lost_answer=1.0, lost_status=1.0))
    delivery = room.delivery()
    await delivery.drain()
    await room.told()
    room.later(hours=1, minutes=1)
    await delivery.sweep()
    assert [reason for reason, _ in await room.dead()] == ["outcome_unknown"]

    room.stage.set_faults(Faults())
    now = room.bistro.clock.now()
    with pytest.raises(OutcomeUnknown):
        async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
            await replay(tx, message_id, now=now)
    async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        await replay(tx, message_id, now=now, even_if_it_arrived=True)
    await delivery.drain()

    assert room.seen() == ["Uno", "Uno"]
    assert await room.dead() == []


async def test_a_message_that_arrived_after_all_leaves_the_list(room: Room) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Uno")
    room.stage.set_faults(Faults(lost_answer=1.0, lost_status=1.0))
    delivery = room.delivery()
    await delivery.drain()
    await room.told()
    room.later(hours=2)
    await delivery.sweep()

    word = Status(channel_message_id="wamid.X", state="delivered", own_reference=str(message_id))
    async with room.bistro.desk.database.ledger(HOST) as tx:
        now = room.bistro.clock.now()
        await conversations.note_status(tx, room.bistro.tenant_id, conversation.line_id, word, now=now)
    await delivery.sweep()

    assert await room.dead() == []


async def test_tries_are_counted_and_end_before_a_person(room: Room) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Uno")
    room.stage.set_faults(Faults(unreachable=1.0))
    delivery = room.delivery()
    for _ in range(20):
        await delivery.drain()
        room.later(minutes=11)
    assert [(status, error) for _, status, error in await room.states()] == [
        ("failed", "attempts_used_up:not_sent:sandbox")
    ]
    async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        (dead,) = await list_dead_letters(tx)
        assert (dead.reason, dead.attempts) == ("attempts_used_up", 8)
        await replay(tx, message_id, now=room.bistro.clock.now())

    room.stage.set_faults(Faults())
    await delivery.drain()

    assert room.seen() == ["Uno"]


async def test_a_wrong_token_stops_the_line_once_and_loses_nothing(room: Room) -> None:
    conversation = await room.hear()
    await room.plan(conversation, "Uno", "Dos")
    line = room.lines[conversation.line_id]
    wrong = type(line.credentials)(line.key, {**line.credentials.values, "access_token": "gone"})
    room.lines[conversation.line_id] = type(line)(channel=line.channel, key=line.key, credentials=wrong)
    delivery = room.delivery()
    for _ in range(3):
        await delivery.drain()
        room.later(minutes=1)
    assert len(room.stage.calls) == 1
    assert await room.bistro.facts_of(conversation.line_id) == ["line.stopped"]

    room.lines[conversation.line_id] = line
    async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        assert [pause.code for pause in await conversations.list_pauses(tx, now=room.bistro.clock.now())] == [
            "190"
        ]
        await conversations.resume_line(
            tx, room.bistro.tenant_id, conversation.line_id, now=room.bistro.clock.now()
        )
    await delivery.drain()

    assert room.seen() == ["Uno", "Dos"]


async def test_a_closed_window_is_known_before_the_call_and_a_template_passes_it(room: Room) -> None:
    conversation = await room.hear()
    room.later(hours=24)
    await room.plan(
        conversation, "Tarde", Template(TemplateUse(name="reserva", language="es", parameters=("Ana",)))
    )

    await room.delivery().drain()

    _, status, error = (await room.states())[0]
    assert (status, error) == ("failed", "window_closed:before_the_call")
    assert [call.verdict for call in room.stage.calls] == ["accepted"]


async def test_who_opted_out_is_not_called_again(room: Room) -> None:
    conversation = await room.hear("telegram")
    room.stage.world.blocked.add(("telegram", room.stage.alias("telegram", GUEST)))
    await room.plan(conversation, "Uno", "Dos")

    await room.delivery().drain()

    assert [error.partition(":")[0] for _, _, error in await room.states()] == ["opted_out", "opted_out"]
    assert len(room.stage.calls) == 1


async def test_a_burst_to_one_guest_is_spread_and_none_meets_the_limit(room: Room) -> None:
    conversation = await room.hear()
    await room.plan(conversation, *(f"{n}" for n in range(14)))
    delivery = room.delivery()
    await delivery.drain()
    assert len(room.seen()) == 10

    for _ in range(30):
        room.later(seconds=1)
        await delivery.drain()

    assert room.seen() == [f"{n}" for n in range(14)]
    assert {call.verdict for call in room.stage.calls} == {"accepted"}


async def test_what_is_urgent_goes_before_what_is_not(room: Room) -> None:
    guests = [await room.hear(guest=f"+5730000000{n:02}") for n in range(20)]
    for conversation in guests[:19]:
        await room.plan(conversation, "Recordatorio", priority=1)
    room.later(seconds=1)
    await room.plan(guests[19], "Respuesta", priority=0)

    delivery = room.delivery()
    await delivery._claim_some()
    await asyncio.gather(*delivery._under_way)

    assert room.seen(guest="+573000000019") == ["Respuesta"]


async def test_a_bot_that_was_overtaken_says_nothing_more(room: Room) -> None:
    conversation = await room.hear()
    await room.plan(conversation, "Del bot", epoch=0)
    await room.bistro.watcher.execute("UPDATE conversations SET ai_epoch = 1, ai_attention = false")
    assert await room.plan(conversation, "Tarde", epoch=0) == ()

    await room.delivery().drain()

    assert room.seen() == []
    assert [status for _, status, _ in await room.states()] == ["dropped"]


async def test_what_is_too_old_is_not_sent_any_more(room: Room) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Uno")
    room.later(days=7)
    delivery = room.delivery()

    await delivery.drain()
    await delivery.sweep()

    assert room.seen() == []
    assert [reason for reason, _ in await room.dead()] == ["expired"]
    async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        await dismiss(tx, message_id, now=room.bistro.clock.now())
    assert await room.dead() == []


async def test_four_processes_send_each_message_once_and_in_order(room: Room) -> None:
    guests = [f"+5730000000{n:02}" for n in range(30)]
    for guest in guests:
        conversation = await room.hear(guest=guest)
        await room.plan(conversation, *(f"{n}" for n in range(5)))

    # The line itself takes 80 a second.
    for _ in range(3):
        await asyncio.gather(*(room.delivery().drain() for _ in range(4)))
        room.later(seconds=1)

    assert [room.seen(guest=guest) for guest in guests] == [[f"{n}" for n in range(5)]] * 30


async def test_a_sender_that_dies_leaves_a_message_that_is_not_sent_twice(room: Room) -> None:
    points = (
        ("notify.claim.after_commit", 0),
        ("notify.deliver.before_call", 0),
        ("notify.deliver.after_call", 1),
    )
    for number, (point, sent) in enumerate(points):
        guest = f"+57300000000{number}"
        conversation = await room.hear(guest=guest)
        await room.plan(conversation, "Uno", "Dos")
        room.stage.set_faults(Faults(lost_status=1.0))

        delivery = room.delivery()
        with faults.armed(point, "raise"), suppress(faults.FaultPointReached):
            await delivery.drain()
        await asyncio.sleep(0)
        room.later(seconds=61)
        await room.delivery().sweep()
        await room.delivery().drain()

        # The first is in doubt and left alone; what comes after it goes on.
        assert room.seen(guest=guest) == ["Uno"] * sent + ["Dos"]
        await room.told()


async def test_status_before_the_answer_is_kept(room: Room) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Uno")

    class Hasty:
        async def send(self, call: Outgoing) -> Response:
            answer = await room.stage.send(call)
            await room.told()
            return answer

    await room.delivery(Hasty()).drain()

    assert [status for _, status, _ in await room.states()] == ["read"]
    rows = await room.bistro.rows("SELECT channel_message_id FROM messages WHERE message_id = $1", message_id)
    assert rows[0][0].startswith("wamid.")


async def test_running_delivery_is_woken_and_closes(room: Room) -> None:
    delivery = room.delivery(poll_s=5.0)
    task = asyncio.create_task(delivery.run())
    conversation = await room.hear()
    await room.plan(conversation, "Uno")

    delivery.wake()
    async with asyncio.timeout(2):
        while not room.seen():
            await room.stage.conversation("whatsapp_meta", GUEST).grown.wait()
    delivery.close()
    await asyncio.wait_for(task, 5)

    assert room.seen() == ["Uno"]


async def test_a_lost_answer_is_looked_up_and_found_sent_where_the_provider_remembers(room: Room) -> None:
    conversation = await room.hear("sms_twilio")
    await room.plan(conversation, "Uno")
    room.stage.set_faults(Faults(lost_answer=1.0, lost_status=1.0))
    delivery = room.delivery()
    await delivery.drain()
    await room.told()
    room.stage.set_faults(Faults())
    await delivery.sweep()
    assert [status for _, status, _ in await room.states()] == ["unknown"], "the list is not complete yet"

    room.later(seconds=40)
    await delivery.sweep()
    await delivery.drain()

    assert [status for _, status, _ in await room.states()] == ["accepted"]
    assert room.seen("sms_twilio") == ["Uno"]


async def test_what_its_provider_never_had_is_sent_again_once(room: Room) -> None:
    conversation = await room.hear("whatsapp_twilio")
    await room.plan(conversation, "Uno")

    class Broken:
        async def send(self, call: Outgoing) -> Response:
            del call
            return Response(status=503)

    await room.delivery(Broken()).drain()
    assert [status for _, status, _ in await room.states()] == ["unknown"]
    delivery = room.delivery()
    room.later(seconds=40)
    await delivery.sweep()
    room.later(minutes=3)
    await delivery.sweep()
    await delivery.drain()
    await room.told()

    assert room.seen("whatsapp_twilio") == ["Uno"]
    assert [status for _, status, _ in await room.states()] == ["read"]


async def test_what_a_dead_process_was_saying_in_a_web_chat_is_shown_once_and_waits_for_nobody(
    room: Room,
) -> None:
    """The widget knows a frame by its id: here alone it may be sent again without asking anybody."""
    conversation = await room.hear("webchat")
    await room.plan(conversation, "Listo")
    doomed = room.delivery()
    with faults.armed("notify.deliver.after_call", "raise"), suppress(faults.FaultPointReached):
        await doomed.drain()
    assert [status for _, status, _ in await room.states()] == ["sending"]

    room.later(minutes=2)
    survivor = room.delivery()
    await survivor.sweep()
    await survivor.drain()

    assert [status for _, status, _ in await room.states()] == ["accepted"]
    assert await room.dead() == []
    assert len({entry.message_id for entry in room.stage.conversation("webchat", GUEST).entries[1:]}) == 1


@pytest.mark.parametrize(("arrived", "status"), [(True, "accepted"), (False, "failed")])
async def test_a_person_says_what_became_of_a_message_of_unknown_fate_and_it_is_not_sent_by_that(
    room: Room, *, arrived: bool, status: str
) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Listo")
    room.stage.set_faults(Faults(lost_answer=1.0, lost_status=1.0))
    delivery = room.delivery()
    await delivery.drain()
    room.later(hours=2)
    await delivery.sweep()
    assert await room.dead() == [("outcome_unknown", "answer_lost:sandbox")]

    async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
        await settle_outcome(tx, message_id, arrived=arrived, now=room.bistro.clock.now())
    await delivery.drain()

    assert [each for _, each, _ in await room.states()] == [status]
    assert (await room.dead(), len(room.seen())) == ([], 1)


async def test_what_certainly_was_not_sent_is_not_said_to_have_arrived(room: Room) -> None:
    conversation = await room.hear()
    (message_id,) = await room.plan(conversation, "Listo")
    room.later(days=2)
    await room.delivery().sweep()
    assert [reason for reason, _ in await room.dead()] == ["expired"]

    with pytest.raises(OutcomeKnown):
        async with room.bistro.desk.database.tenant(room.bistro.tenant_id, HOST) as tx:
            await settle_outcome(tx, message_id, arrived=True, now=room.bistro.clock.now())

    assert [reason for reason, _ in await room.dead()] == ["expired"]
