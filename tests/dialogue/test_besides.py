"""What comes beside guests' messages has its effect: edits, echoes, opt-outs, changed accounts, and what providers say of lines."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import msgspec

from saveit import conversations
from saveit.conversations import find_conversation, hand_back, list_line_words, list_pauses, plan
from saveit.dialogue.turns.worker import Turns
from saveit.messages import (
    AccountEvent,
    Address,
    Confirmation,
    Credentials,
    Deletion,
    Echo,
    Edit,
    Elsewhere,
    Envelope,
    HttpCall,
    IdentityChanged,
    Inbound,
    LineKey,
    OptIn,
    OptOut,
    Reaction,
    Response,
    Sender,
    StatusUpTo,
    TemplateEvent,
    Text,
    UnifiedMessage,
    Written,
)
from tests.support.core import HOST, Bistro, Opening
from tests.support.talk import Basket, Chat, Grammar, PigeonPost, open_chat

ASK = "mesa para 2 el miércoles a las 8 de la noche"
GUEST = Address("phone", "+34600111222", verified=True)


class Loft(PigeonPost):
    """Pigeons whose letters are given by their keys; what lies elsewhere is collected."""

    def __init__(self) -> None:
        self.letters: dict[str, tuple[Inbound, ...]] = {}

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        if envelope.body == b"collected":
            return (written("hola", key=envelope.event_key),)
        return self.letters.get(envelope.event_key) or super().parse(envelope)

    def collect(self, reference: str, credentials: Credentials, now: object) -> HttpCall:
        del credentials, now
        return HttpCall(method="GET", url=f"https://bucket.example/{reference}")


class Patient(Basket):
    """A basket that knows what waits behind an event."""

    queue: list[Envelope]

    async def behind(self, _event: object) -> list[Envelope]:
        return self.queue


@dataclass
class Room:
    chat: Chat
    loft: Loft
    basket: Patient
    called: list[HttpCall] = field(default_factory=list)
    answer: Response = field(default_factory=lambda: Response(status=200))

    async def tell(self, *inbound: Inbound, key: str, **how: object) -> None:
        self.loft.letters[key] = inbound
        await self.chat.turns.take(msgspec.structs.replace(self.chat.event(key=key), **how))

    async def said(self) -> list[tuple[str, str, str]]:
        return [(line.author, line.kind, line.text) for line in await self.chat.said()]

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        return await self.chat.bistro.rows(query, self.chat.bistro.tenant_id)

    async def attended(self) -> bool:
        return bool(
            await self.chat.bistro.value(
                "SELECT ai_attention FROM conversations WHERE conversation_id = $1",
                await self.chat.conversation_id(),
            )
        )


def written(text: str, *, key: str) -> UnifiedMessage:
    return UnifiedMessage(
        channel_message_id=key, sender=Sender(address=GUEST, name="Ana"), content=Written(text)
    )


def edited(text: str, *, target: str, key: str) -> UnifiedMessage:
    return UnifiedMessage(
        channel_message_id=key,
        sender=Sender(address=GUEST, name="Ana"),
        content=Edit(target, Written(text)),
    )


def deleted(target: str, *, key: str) -> UnifiedMessage:
    return UnifiedMessage(channel_message_id=key, sender=Sender(address=GUEST), content=Deletion(target))


async def open_room(bistro: Bistro) -> Room:
    chat = await open_chat(bistro)
    loft, basket = Loft(), Patient()
    room = Room(chat, loft, basket)

    async def call_out(call: HttpCall) -> Response:
        room.called.append(call)
        return room.answer

    turns = Turns(bistro.desk, {"pigeon": loft}, Grammar(), basket, call_out=call_out)  # type: ignore[dict-item]
    room.chat = replace(chat, turns=turns, basket=basket)
    return room


def letter(key: str) -> Envelope:
    return Envelope(line=LineKey("acct", "line"), event_key=key, sender=GUEST.value, body=b"")


async def test_an_edit_that_waits_behind_its_message_replaces_the_words_before_the_turn(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    edit = edited("mesa para 3 el miércoles a las 8 de la noche", target="one", key="one-edit")
    room.loft.letters["one-edit"] = (edit,)
    room.basket.queue = [letter("one-edit")]

    await room.tell(written(ASK, key="one"), key="one", is_followed=True)
    await room.tell(edit, key="one-edit")

    said = await room.said()
    assert [kind for author, kind, _ in said if author == "guest"] == ["written"]
    assert next(line for line in said if line[0] == "bot")[2].count("3 personas") == 1
    assert len(said) == 2


async def test_an_edit_after_the_booking_changes_it_and_books_no_second_one(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    await room.tell(written(ASK, key="one"), key="one")
    await room.chat.say("sí")

    await room.tell(
        edited("mesa para 2 el miércoles a las 9 de la noche", target="one", key="edit"), key="edit"
    )
    await room.chat.say("sí")

    assert await room.rows("SELECT status, revision FROM reservations WHERE tenant_id = $1") == [
        ("confirmed", 2)
    ]


async def test_an_edit_that_changes_no_word_has_no_turn_and_one_that_comes_first_is_the_message(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())

    await room.tell(edited(ASK, target="one", key="edit"), key="edit")
    await room.tell(written("mesa para 2", key="one"), key="one")
    await room.tell(edited(ASK, target="one", key="again"), key="again")

    said = await room.said()
    assert [text for author, _, text in said if author == "guest"] == [ASK]
    assert len(said) == 2


async def test_a_message_taken_back_before_its_turn_has_none_and_later_its_words_are_gone(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    gone = deleted("one", key="gone")
    room.loft.letters["gone"] = (gone,)
    room.basket.queue = [letter("gone")]
    await room.tell(written("hola, soy yo", key="one"), key="one", is_followed=True)
    await room.tell(gone, key="gone")
    assert await room.said() == []

    room.basket.queue = []
    await room.tell(written("hola otra vez", key="two"), key="two")
    await room.tell(deleted("two", key="gone-two"), key="gone-two")

    assert ("guest", "deleted", "") in await room.said()


async def test_a_reaction_is_noted_and_not_answered(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say("hola")
    reaction = UnifiedMessage(
        channel_message_id="r", sender=Sender(address=GUEST), content=Reaction("x", "❤️")
    )

    await room.tell(reaction, key="r")

    assert (await room.said())[-1][:2] == ("guest", "reaction")


async def test_somebody_who_answers_in_the_providers_own_inbox_has_the_conversation_from_then_on(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say("hola")
    window = "SELECT last_inbound_at FROM conversations WHERE tenant_id = $1"
    before = await room.rows(window)
    later = room.chat.bistro.clock.now() + timedelta(minutes=5)
    room.chat.bistro.clock.set(later)
    echo = Echo(channel_message_id="m-human", recipient=GUEST, content=Written("Soy Marta, ahora le ayudo"))

    await room.tell(echo, key="echo")

    assert ("staff", "written", "Soy Marta, ahora le ayudo") in await room.said()
    assert before == await room.rows(window), "an echo opens no window"
    assert not await room.attended()
    assert await room.chat.say("gracias") == ""


async def test_our_own_echo_is_known_by_its_id_by_the_app_and_by_its_words(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say("hola")
    [(message_id, text)] = [
        (line.message_id, line.text) for line in await room.chat.said() if line.direction == "out"
    ]

    async def status(word: str) -> None:
        await room.chat.bistro.rows(
            "UPDATE messages SET status = $2 WHERE message_id = $1 RETURNING 1", message_id, word
        )

    await status("sending")
    await room.tell(
        Echo(channel_message_id="m1", recipient=GUEST, content=Written("Otra cosa")), key="while-sending"
    )
    assert [why for _, why in room.basket.delayed] == ["EchoTooSoon"]
    await status("unknown")
    await room.tell(Echo(channel_message_id="m1", recipient=GUEST, content=Written(text)), key="settles")
    await room.tell(Echo(channel_message_id="m1", recipient=GUEST, content=Written(text)), key="known")
    own = Echo(channel_message_id="m2", recipient=GUEST, content=Written("x"), app_id="42")
    await room.tell(own, key="app", credentials=Credentials(LineKey("a", "b"), {"app_id": "42"}))

    assert await room.rows(
        "SELECT status, channel_message_id FROM messages WHERE tenant_id = $1 AND direction = 'out'"
    ) == [("sent", "m1")]
    assert await room.attended()


async def test_reading_up_to_an_instant_marks_what_was_sent_before_it(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say("hola")
    await room.chat.bistro.rows(
        "UPDATE messages SET status = 'sent' WHERE tenant_id = $1 AND direction = 'out' RETURNING 1",
        room.chat.bistro.tenant_id,
    )
    now = room.chat.bistro.clock.now()

    await room.tell(StatusUpTo(recipient=GUEST, state="read", up_to=now - timedelta(hours=1)), key="early")
    await room.tell(StatusUpTo(recipient=Address("phone", "+340"), state="read", up_to=now), key="other")
    statuses = "SELECT status FROM messages WHERE tenant_id = $1 AND direction = 'out'"
    assert await room.rows(statuses) == [("sent",)]
    await room.tell(StatusUpTo(recipient=GUEST, state="read", up_to=now), key="now")

    assert await room.rows(statuses) == [("read",)]


async def _silence(room: Room) -> tuple[bool, list[UUID]] | None:
    bistro = room.chat.bistro
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        index = conversations.address_index(sealer, "pigeon", GUEST)
        found = await conversations.find_silence(tx, bistro.tenant_id, "pigeon", index)
    return None if found is None else (found.by_guest, found.farewell_ids)


async def test_after_baja_only_its_confirmation_goes_and_alta_brings_the_bot_back(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say("hola")

    assert "ALTA" in await room.chat.say("Baja.")
    farewell = (await room.chat.said())[-1].message_id
    assert await _silence(room) == (True, [farewell])
    assert await room.chat.say(ASK) == ""
    assert await room.chat.say("STOP") == ""
    assert await room.chat.say("ALTA") != ""
    assert await _silence(room) is None
    assert "¿La reservo?" in await room.chat.say(ASK)


async def test_cancelar_is_about_the_booking(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say(ASK)
    await room.chat.say("sí")

    assert "¿Cancelo" in await room.chat.say("cancelar")
    assert await _silence(room) is None


async def test_a_provider_that_takes_an_opt_out_silences_the_address_and_cancel_is_shown_to_a_person(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say("hola")

    out = OptOut(address=GUEST, scope="all", why="STOP")
    await room.tell(out, written("CANCEL", key="cancel"), key="cancel")

    assert await _silence(room) == (True, [])
    assert (await room.said())[-1] == ("guest", "written", "CANCEL")
    assert not await room.attended()
    await room.tell(OptIn(address=GUEST, scope="all", why="START"), key="start")
    assert await _silence(room) is None


async def test_marketing_alone_silences_nothing_and_a_refusal_ends_when_the_guest_writes(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    bistro = room.chat.bistro
    await room.tell(OptOut(address=GUEST, scope="marketing", why="stop"), key="marketing")
    assert await _silence(room) is None
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        index = conversations.address_index(sealer, "pigeon", GUEST)
        await conversations.silence(
            tx, bistro.tenant_id, "pigeon", index, code="551", by_guest=False, now=bistro.clock.now()
        )

    assert await room.chat.say("hola") != ""

    assert await _silence(room) is None


async def test_a_changed_account_goes_on_as_the_same_person_in_the_same_conversation(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say(ASK)
    await room.chat.say("sí")
    new = Address("user_id", "ES.9912")

    await room.tell(IdentityChanged(old=GUEST, new=new, why="user_changed_user_id"), key="moved")

    moved = room.chat.other("ES.9912", name="Ana")
    assert "Tienes esta reserva" in await moved.say("¿tengo reserva?")
    assert await room.rows("SELECT count(*) FROM conversations WHERE tenant_id = $1") == [(1,)]


async def test_where_only_a_change_of_account_is_known_nothing_proved_before_is_believed(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    await room.chat.say(ASK)
    assert (await room.chat.state()).topic == "book"

    await room.tell(IdentityChanged(old=None, new=GUEST, why="customer_identity_changed"), key="changed")

    assert (await room.chat.state()).topic is None


async def test_what_shuts_a_line_stops_it_and_a_paused_template_waits_for_a_person(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    bistro = room.chat.bistro

    await room.tell(AccountEvent(kind="DISABLED_UPDATE", stops_line=True), key="shut")
    await room.tell(TemplateEvent(name="reminder", language="es", event="PAUSED"), key="paused")
    await room.tell(TemplateEvent(name="offer", language="es", event="APPROVED"), key="approved")

    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        words = await list_line_words(tx)
        pauses = await list_pauses(tx, now=bistro.clock.now())
    assert [pause.code for pause in pauses] == ["DISABLED_UPDATE"]
    assert sorted((word.needs_person, word.subject, word.word) for word in words) == [
        (False, "template offer es", "APPROVED"),
        (True, "account", "DISABLED_UPDATE"),
        (True, "template reminder es", "PAUSED"),
    ]
    assert await bistro.facts_of(room.chat.line.id) == ["line.stopped"]


async def test_a_subscription_is_confirmed_by_one_call_and_a_failed_one_is_tried_again(
    opening: Opening,
) -> None:
    room = await open_room(await opening.bistro())
    call = HttpCall(method="GET", url="https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription")
    room.answer = Response(status=503)
    await room.tell(Confirmation(call=call), key="confirm")
    assert [why for _, why in room.basket.delayed] == ["ProviderSaysNo"]

    room.answer = Response(status=200)
    await room.tell(Confirmation(call=call), key="confirm")

    assert room.called == [call, call]
    assert len(room.basket.finished) == 1


async def test_a_message_that_lies_elsewhere_is_collected_and_then_has_its_turn(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    room.answer = Response(status=200, body=b"collected")

    await room.tell(Elsewhere(reference="mail-1"), key="elsewhere")

    assert [call.url for call in room.called] == ["https://bucket.example/mail-1"]
    assert [author for author, _, _ in await room.said()] == ["guest", "bot"]


async def test_what_a_human_plans_is_not_dropped_by_an_echo(opening: Opening) -> None:
    room = await open_room(await opening.bistro())
    bistro = room.chat.bistro
    await room.chat.say("hola")
    conversation_id = await room.chat.conversation_id()
    assert conversation_id is not None
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        conversation = await find_conversation(tx, sealer, conversation_id)
        assert conversation is not None
        await plan(tx, sealer, conversation, [Text("De la casa")], author="staff", now=bistro.clock.now())

    await room.tell(
        Echo(channel_message_id="e", recipient=GUEST, content=Written("Hola"), by_phone_app=True), key="e"
    )

    assert await room.rows(
        "SELECT author, status FROM messages WHERE tenant_id = $1 AND direction = 'out' ORDER BY seq"
    ) == [("bot", "dropped"), ("staff", "planned")]
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        conversation = await find_conversation(tx, sealer, conversation_id)
        assert conversation is not None
        await hand_back(tx, conversation, by="ana", now=bistro.clock.now())
    assert await room.chat.say("hola") != ""
