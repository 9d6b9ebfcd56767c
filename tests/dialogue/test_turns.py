"""Turns at a real core: what a guest says becomes bookings and answers, once, whatever happens in between."""

import asyncio

import asyncpg
import msgspec
import pytest

from saveit.conversations import find_conversation, hand_back, take_over
from saveit.conversations import store as conversations
from saveit.conversations.store import ConversationRow
from saveit.dialogue.model import Manners
from saveit.dialogue.turns import worker
from saveit.guests.people import store as people
from saveit.guests.people.store import AddressRow
from saveit.kernel import faults
from saveit.kernel.db import Query
from saveit.kernel.db.statements import parse_statements
from tests.support.core import HOST, Opening
from tests.support.talk import Chat, open_chat

ASK = "mesa para 2 el miércoles a las 8 de la noche"


async def reservations_of(chat: Chat) -> list[tuple[str, int]]:
    return await chat.bistro.rows(
        "SELECT status, party_size FROM reservations WHERE tenant_id = $1 ORDER BY created_at",
        chat.bistro.tenant_id,
    )


async def test_a_guest_books_by_talking_and_asks_and_cancels(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())

    assert "¿La reservo?" in await chat.say(ASK)
    assert "confirmada" in await chat.say("sí")
    assert await reservations_of(chat) == [("confirmed", 2)]
    assert "Tienes esta reserva" in await chat.say("¿tengo reserva?")
    assert "¿Cancelo" in await chat.say("cancélala")
    assert "cancelé" in await chat.say("sí")
    assert await reservations_of(chat) == [("cancelled", 2)]


async def test_a_guest_changes_a_booking_by_talking(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())
    await chat.say(ASK)
    await chat.say("sí")

    assert "¿Hago el cambio?" in await chat.say("quiero cambiar mi reserva a las 9 de la noche")
    assert "21:00" in await chat.say("sí")

    assert (
        await chat.bistro.value(
            "SELECT revision FROM reservations WHERE tenant_id = $1", chat.bistro.tenant_id
        )
        == 2
    )


@pytest.mark.parametrize("filling", ["bla ", "🍝"])
async def test_a_message_as_long_as_a_book_is_answered_and_its_sender_heard_again(
    opening: Opening, filling: str
) -> None:
    chat = await open_chat(await opening.bistro())

    assert "¿La reservo?" in await chat.say(f"{ASK}. {filling * 70_000}")
    assert "confirmada" in await chat.say("sí")


async def test_the_full_restaurant_offers_other_times_and_never_says_confirmed(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    await bistro.book(9)
    chat = await open_chat(bistro)

    answer = await chat.say(ASK)

    assert "ya no me queda mesa" in answer
    assert "confirmada" not in answer
    assert "lista de espera" in (await chat.say(payload="wait", text="Lista de espera")).lower()


async def test_the_same_message_delivered_twice_has_one_turn(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())
    await chat.say(ASK)

    await chat.say("sí", key="yes")
    again = await chat.say("sí", key="yes")

    assert again == ""
    assert await reservations_of(chat) == [("confirmed", 2)]


async def test_killed_between_booking_and_answer_the_next_try_answers_with_the_same_booking(
    opening: Opening,
) -> None:
    chat = await open_chat(await opening.bistro(tables=(2,)))
    await chat.say(ASK)
    event = chat.event("sí", key="yes")

    with faults.armed("dialogue.turn.before_commit", "raise"):
        await chat.turns.take(event)
    assert len(chat.basket.delayed) == 1
    assert await reservations_of(chat) == [("confirmed", 2)]
    chat.basket.delayed.clear()
    answer = await chat.say("sí", key="yes")

    assert "confirmada" in answer
    assert await reservations_of(chat) == [("confirmed", 2)]


async def test_booked_at_once_and_killed_the_last_table_is_not_said_to_be_gone(opening: Opening) -> None:
    """Without a question the turn looks before it books: the second look must not find its own table taken."""
    chat = await open_chat(await opening.bistro(tables=(2,)), manners=Manners(ask_before_booking=False))
    event = chat.event(ASK, key="one")

    with faults.armed("dialogue.turn.in_commit", "raise"):
        await chat.turns.take(event)
    assert await reservations_of(chat) == [("confirmed", 2)]
    chat.basket.delayed.clear()
    await chat.turns.take(msgspec.structs.replace(event, attempt=2))

    assert "confirmada" in "\n".join(line.text for line in await chat.said())
    assert await reservations_of(chat) == [("confirmed", 2)]


async def test_an_audio_gets_a_helpful_answer_and_junk_none(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())

    assert "No puedo oír audios" in await chat.say(audio=True)
    assert await chat.say(junk=True) == ""
    assert len(chat.basket.finished) == 2


async def _all_write_twice_at_once(chat: Chat, guests_count: int) -> tuple[int, int, int]:
    """Let new guests write, each twice at one instant as an album of photos does; return how many people, conversations and messages."""
    guests = [chat.other(f"+3460022{number:04}") for number in range(guests_count)]
    chat.basket.waiting = [
        guest.event("hola", key=f"{guest.sender}-{nth}") for guest in guests for nth in (1, 2)
    ]

    await asyncio.gather(*(chat.turns.take_next(40) for _ in range(guests_count // 20)))

    assert chat.basket.delayed == []
    tenant = chat.bistro.tenant_id
    met = await chat.bistro.value("SELECT count(*) FROM people WHERE tenant_id = $1", tenant)
    opened = await chat.bistro.value("SELECT count(*) FROM conversations WHERE tenant_id = $1", tenant)
    heard = await chat.bistro.value(
        "SELECT count(*) FROM messages WHERE tenant_id = $1 AND direction = 'in'", tenant
    )
    return met, opened, heard


async def test_two_hundred_new_contacts_at_once_are_two_hundred_people_and_conversations(
    opening: Opening,
) -> None:
    chat = await open_chat(await opening.bistro())

    assert await _all_write_twice_at_once(chat, 200) == (200, 200, 400)


_LOOKS_AND_THEN_MAKES = """
-- claim_address :one AddressRow
-- Looks whose an address is, and where it is nobody's gives it away.
WITH known AS (
    SELECT person_id
    FROM addresses
    WHERE tenant_id = :tenant_id::uuid
        AND kind = :kind::text
        AND blind_index = :blind_index::bytea
    LIMIT 1
), made AS (
    INSERT INTO addresses (tenant_id, kind, blind_index, person_id, verified_at, created_at)
    SELECT :tenant_id::uuid, :kind::text, :blind_index::bytea, :person_id::uuid, :verified_at::timestamptz, :now::timestamptz
    WHERE NOT EXISTS (SELECT FROM known)
    RETURNING person_id
)
SELECT person_id FROM known UNION ALL SELECT person_id FROM made

-- open_conversation :one ConversationRow
-- Looks for an open conversation, and where there is none makes one.
WITH known AS (
    SELECT conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
    FROM conversations
    WHERE tenant_id = :tenant_id::uuid
        AND line_id = :line_id::uuid
        AND address_index = :address_index::bytea
        AND status = 'open'
    LIMIT 1
), made AS (
    INSERT INTO conversations (
        tenant_id, conversation_id, advisor_id, line_id, channel, address_sealed, address_index, person_id, status, language, opened_at)
    SELECT
        :tenant_id::uuid, :conversation_id::uuid, :advisor_id::uuid, :line_id::uuid, :channel::text, :address_sealed::bytea,
        :address_index::bytea, :person_id::uuid, 'open', :language::text, :now::timestamptz
    WHERE NOT EXISTS (SELECT FROM known)
    RETURNING conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
)
SELECT conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
FROM known
UNION ALL
SELECT conversation_id, advisor_id, line_id, channel, address_sealed, person_id, ai_epoch, ai_attention, language, last_inbound_at
FROM made
"""


async def test_without_the_guards_new_contacts_who_write_twice_are_met_twice(
    own_opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the race above is real, for who looks first and makes what is missing makes it twice."""
    chat = await open_chat(await own_opening.bistro())
    owner = await asyncpg.connect(own_opening.dsn)
    await owner.execute("DROP INDEX one_open_conversation")
    await owner.execute("ALTER TABLE addresses DROP CONSTRAINT addresses_pkey")
    await owner.close()
    unguarded = parse_statements(_LOOKS_AND_THEN_MAKES, "tests")
    monkeypatch.setattr(people, "CLAIM_ADDRESS", Query(unguarded["claim_address"], AddressRow))
    monkeypatch.setattr(
        conversations, "_OPEN_CONVERSATION", Query(unguarded["open_conversation"], ConversationRow)
    )

    met, opened, heard = await _all_write_twice_at_once(chat, 60)

    assert met > 60
    assert opened > 60
    assert heard == 120


async def _taken_over(chat: Chat) -> None:
    conversation_id = await chat.conversation_id()
    assert conversation_id is not None
    database, tenant = chat.bistro.desk.database, chat.bistro.tenant_id
    async with database.tenant(tenant, HOST) as tx:
        sealer = await chat.bistro.desk.keys.sealer(tx, tenant)
        conversation = await find_conversation(tx, sealer, conversation_id)
        assert conversation is not None
        await take_over(tx, conversation, by="ana", why="asked", now=chat.bistro.clock.now())


async def test_a_human_who_takes_over_silences_the_answer_that_was_on_its_way(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())
    await chat.say("hola")

    async def human() -> None:
        await _taken_over(chat)

    with faults.armed("dialogue.turn.before_commit", human):
        answer = await chat.say("quiero una mesa")

    assert answer == ""
    assert await chat.say("hola?") == ""


async def test_without_the_epoch_the_late_answer_would_go_out(opening: Opening, monkeypatch) -> None:  # noqa: ANN001 - pytest's own.
    """The twin: the race above is real, for a turn that does not look at the epoch answers after the human came."""
    chat = await open_chat(await opening.bistro())
    await chat.say("hola")
    true_recall = worker.recall

    async def blind(tx, tenant_id, conversation_id, *, lock=False):  # noqa: ANN001, ANN202
        found = await true_recall(tx, tenant_id, conversation_id, lock=lock)
        return msgspec.structs.replace(found, ai_epoch=0) if found is not None else None

    async def sees_nothing(*_: object, **__: object) -> bool:
        return True

    async def plans_without_epoch(*arguments, **named):  # noqa: ANN002, ANN003, ANN202
        return await true_plan(*arguments, **(named | {"epoch": None}))

    true_plan = worker.plan
    monkeypatch.setattr(worker, "recall", blind)
    monkeypatch.setattr(worker, "remember", sees_nothing)
    monkeypatch.setattr(worker, "plan", plans_without_epoch)

    async def human() -> None:
        await _taken_over(chat)

    with faults.armed("dialogue.turn.before_commit", human):
        answer = await chat.say("quiero una mesa")

    assert answer != ""


async def _booked_while_a_human_takes_over(chat: Chat) -> list[tuple[str, int]]:
    await chat.say(ASK)

    async def human() -> None:
        await _taken_over(chat)

    with faults.armed("dialogue.turn.after_hearing", human):
        assert await chat.say("sí") == ""
    return await reservations_of(chat)


async def test_nothing_is_booked_for_a_guest_whom_a_human_has_taken_over(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())

    assert await _booked_while_a_human_takes_over(chat) == []


async def test_without_a_look_before_the_booking_the_table_would_be_taken(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what is looked at only when the answer is written comes too late for the table."""
    chat = await open_chat(await opening.bistro())

    async def always(*_: object) -> bool:
        return True

    monkeypatch.setattr(worker.Turns, "_is_ours", always)

    assert await _booked_while_a_human_takes_over(chat) == [("confirmed", 2)]


async def test_handed_back_the_bot_answers_again(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro())
    await chat.say("hola")
    assert "persona del equipo" in await chat.say("quiero hablar con una persona")
    assert await chat.say("hola?") == ""

    conversation_id = await chat.conversation_id()
    assert conversation_id is not None
    async with chat.bistro.desk.database.tenant(chat.bistro.tenant_id, HOST) as tx:
        sealer = await chat.bistro.desk.keys.sealer(tx, chat.bistro.tenant_id)
        conversation = await find_conversation(tx, sealer, conversation_id)
        assert conversation is not None
        await hand_back(tx, conversation, by="ana", now=chat.bistro.clock.now())

    assert await chat.say("hola") != ""
