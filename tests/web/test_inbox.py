"""The inbox of staff: who sees which conversations, who answers in them, and what late answers of the bot come to."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from saveit.consumers.guestbook import guest_book_consumer
from saveit.conversations import find_conversation, plan
from saveit.kernel.clock import SettableClock
from saveit.messages import Text
from saveit.outbox import Runner
from tests.support.house import NOON, TESTER, guest_named
from tests.web.conftest import Web
from tests.web.talks import handed_over, line, talk
from tests.web.test_bookings import told

pytestmark = pytest.mark.slow


async def test_a_conversation_that_the_bot_handed_over_waits_for_a_human_until_one_takes_it(web: Web) -> None:
    line_id = await line(web)
    calm, urgent = await talk(web, line_id), await talk(web, line_id, text="Quiero hablar con alguien")
    await handed_over(web, urgent.id)

    waiting = (await web.client.get("/conversations", params={"needs_human": "true"})).json()
    everything = (await web.client.get("/conversations")).json()
    taken = (await web.client.post(f"/conversations/{urgent.id}/take-over", json={})).json()
    after = (await web.client.get("/conversations", params={"needs_human": "true"})).json()
    back = (await web.client.post(f"/conversations/{urgent.id}/hand-back")).json()

    assert [each["id"] for each in waiting["conversations"]] == [str(urgent.id)]
    assert waiting["conversations"][0]["answering"] == "nobody"
    assert waiting["conversations"][0]["handed_over_why"] == "asked"
    assert waiting["counts"] == {"open": 2, "needs_human": 1, "unread": 1}
    assert {each["id"] for each in everything["conversations"]} == {str(calm.id), str(urgent.id)}
    assert (taken["answering"], taken["needs_human"]) == ("human", False)
    assert after["conversations"] == []
    assert (back["answering"], back["handed_over_at"]) == ("bot", None)


async def test_a_humans_answer_is_sent_once_and_fences_what_the_bot_was_about_to_say(web: Web) -> None:
    said = await talk(web, await line(web))
    host = await web.world.session(web.tenant, {web.restaurant.id: "host"})
    async with web.world.database.tenant(web.tenant.id, TESTER) as tx:
        sealer = await web.world.keys.sealer(tx, web.tenant.id)
        conversation = await find_conversation(tx, sealer, said.id)
        assert conversation is not None
        await plan(
            tx, sealer, conversation, [Text("del bot")], author="bot", now=NOON, epoch=conversation.ai_epoch
        )

    async with web.visitor(host, **{"Idempotency-Key": "once"}) as client:
        first = await client.post(f"/conversations/{said.id}/messages", json={"text": "Soy Ana"})
        again = await client.post(f"/conversations/{said.id}/messages", json={"text": "Soy Ana"})
        other = await client.post(f"/conversations/{said.id}/messages", json={"text": "Otra"})
    async with web.world.database.tenant(web.tenant.id, TESTER) as tx:
        late = await plan(
            tx, sealer, conversation, [Text("tarde")], author="bot", now=NOON, epoch=conversation.ai_epoch
        )
    page = (await web.client.get(f"/conversations/{said.id}/messages")).json()

    assert (first.status_code, again.json()) == (201, first.json())
    assert told(other) == (422, "idempotency_key_reused")
    assert late == ()
    assert [(each["author"], each["text"], each["status"]) for each in page["messages"]] == [
        ("guest", "Hola, ¿tienen mesa?", "received"),
        ("bot", "del bot", "dropped"),
        ("staff", "Soy Ana", "planned"),
    ]
    assert page["messages"][2]["author_user"]["name"] == "Ana"
    assert first.json()["conversation"]["taken_by"]["name"] == "Ana"


async def test_outside_the_window_only_an_approved_template_passes(web: Web) -> None:
    line_id = await line(web, channel="whatsapp_meta")
    said = await talk(web, line_id, channel="whatsapp_meta", at=NOON - timedelta(hours=25))

    words = await web.client.post(f"/conversations/{said.id}/messages", json={"text": "Hola"})
    template = {"name": "reserva_recordatorio", "language": "es", "parameters": ["Paz"]}
    passed = await web.client.post(f"/conversations/{said.id}/messages", json={"template": template})
    both = await web.client.post(
        f"/conversations/{said.id}/messages", json={"text": "Hola", "template": template}
    )

    assert told(words) == (409, "reply_window_closed")
    assert passed.status_code == 201
    assert passed.json()["messages"][0]["kind"] == "template"
    assert not passed.json()["conversation"]["window"]["open"]
    assert told(both) == (422, "request_invalid")


async def test_all_channels_of_a_person_are_one_thread(web: Web) -> None:
    phone = "+573009998877"
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    first = await talk(web, await line(web), text="uno", phone=phone)
    clock.set(NOON + timedelta(minutes=1))
    line_id = await line(web, channel="whatsapp_meta")
    second = await talk(web, line_id, text="dos", phone=phone, channel="whatsapp_meta")

    thread = (await web.client.get(f"/people/{first.person.id}/thread")).json()
    newest = (await web.client.get(f"/people/{first.person.id}/thread", params={"limit": 1})).json()
    older = (
        await web.client.get(
            f"/people/{first.person.id}/thread", params={"limit": 1, "before": newest["before"]}
        )
    ).json()
    taken = (await web.client.post(f"/conversations/{first.id}/take-over", json={})).json()
    other = (await web.client.get(f"/conversations/{second.id}")).json()

    assert first.person.id == second.person.id
    assert [(each["text"], each["channel"]) for each in thread["messages"]] == [
        ("uno", "telegram"),
        ("dos", "whatsapp_meta"),
    ]
    assert len(thread["conversations"]) == 2
    assert [each["text"] for each in newest["messages"] + older["messages"]] == ["dos", "uno"]
    assert (taken["answering"], other["answering"]) == ("human", "human")


async def test_an_advisor_sees_their_own_conversations_and_no_others(web: Web) -> None:
    """The canary: an advisor's words are never among a host's, nor the house's or another's among an advisor's."""
    world, restaurant = web.world, web.restaurant
    tokens: dict[str, str] = {}
    talks: dict[str, str] = {"house": str((await talk(web, await line(web), text="canario house")).id)}
    for name in ("mar", "sol"):
        tokens[name] = await world.session(web.tenant, {restaurant.id: "advisor"})
        async with web.visitor(tokens[name]) as client:
            user_id = (await client.get("/sessions/current")).json()["user_id"]
        made = await web.client.post("/advisors", json={"name": name, "user_id": user_id})
        advisor_id = made.json()["id"]
        line_id = await line(web, advisor_id=advisor_id)
        talks[name] = str((await talk(web, line_id, text=f"canario {name}", advisor_id=advisor_id)).id)
    tokens["host"] = await world.session(web.tenant, {restaurant.id: "host"})
    tokens["manager"] = await world.session(web.tenant, {restaurant.id: "manager"})
    tokens["viewer"] = await world.session(web.tenant, {restaurant.id: "viewer"})
    seen = {"mar": ["mar"], "sol": ["sol"], "host": ["house"], "manager": ["house", "mar", "sol"]}

    for who, expected in seen.items():
        async with web.visitor(tokens[who]) as client:
            listed = await client.get("/conversations")
            found = [name for name in talks if talks[name] in listed.text]
            assert sorted(found) == expected, who
            for name, conversation_id in talks.items():
                one = await client.get(f"/conversations/{conversation_id}/messages")
                taken = await client.post(f"/conversations/{conversation_id}/read", json={"seq": 1})
                if name in expected:
                    assert (one.status_code, taken.status_code) == (200, 204)
                else:
                    assert told(one) == told(taken) == (404, "conversation_unknown")
                    assert f"canario {name}" not in one.text + listed.text
    async with web.visitor(tokens["viewer"]) as client:
        assert told(await client.get("/conversations")) == (403, "forbidden")
    async with web.visitor(tokens["host"]) as client:
        assert told(await client.get(f"/people/{UUID_OF_NOBODY}/thread")) == (404, "user_not_found")


UUID_OF_NOBODY = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"


async def test_a_closed_conversation_is_answered_no_more_and_the_next_one_is_the_bots(web: Web) -> None:
    said = await talk(web, await line(web))
    await handed_over(web, said.id)

    closed = (await web.client.post(f"/conversations/{said.id}/close")).json()
    again = (await web.client.post(f"/conversations/{said.id}/close")).json()
    answer = await web.client.post(f"/conversations/{said.id}/messages", json={"text": "Hola"})
    manners = (await web.client.get(f"/people/{said.person.id}/manners")).json()
    listed = (await web.client.get("/conversations", params={"status": "closed"})).json()

    assert (closed["status"], closed["answering"], closed["unread"]) == ("closed", "bot", 0)
    assert again["closed_at"] == closed["closed_at"]
    assert told(answer) == (409, "conversation_closed")
    assert manners == {"advisor_id": None, "ai_attention": True, "audio_available": False}
    assert [each["id"] for each in listed["conversations"]] == [str(said.id)]


async def test_manners_turn_the_bot_off_on_every_channel_of_a_person(web: Web) -> None:
    said = await talk(web, await line(web))
    path = f"/people/{said.person.id}/manners"

    off = (await web.client.put(path, json={"ai_attention": False, "audio_available": True})).json()
    silent = (await web.client.get(f"/conversations/{said.id}")).json()
    on = (await web.client.put(path, json={"ai_attention": True})).json()
    spoken = (await web.client.get(f"/conversations/{said.id}")).json()

    assert off == {"advisor_id": None, "ai_attention": False, "audio_available": True}
    assert on == {"advisor_id": None, "ai_attention": True, "audio_available": True}
    assert (silent["answering"], spoken["answering"]) == ("human", "bot")


async def test_answers_at_hand_are_kept_changed_used_and_removed(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/quick-answers"
    said = await talk(web, await line(web))
    draft = {"language": "es", "shortcut": "horario", "text": "De 12 a 16."}

    made = (await web.client.post(path, json=draft)).json()
    twice = await web.client.post(path, json=draft)
    changed = await web.client.patch(
        f"/quick-answers/{made['id']}", json={"text": "De 12 a 17.", "revision": 1}
    )
    stale = await web.client.patch(f"/quick-answers/{made['id']}", json={"text": "X", "revision": 1})
    used = await web.client.post(f"/conversations/{said.id}/messages", json={"quick_answer_id": made["id"]})
    listed = (await web.client.get(path, params={"language": "es"})).json()
    gone = await web.client.delete(f"/quick-answers/{made['id']}")
    missing = await web.client.delete(f"/quick-answers/{made['id']}")

    assert told(twice) == (409, "shortcut_taken")
    assert (changed.json()["text"], changed.json()["revision"]) == ("De 12 a 17.", 2)
    assert told(stale) == (409, "revision_conflict")
    assert used.json()["messages"][0]["text"] == "De 12 a 17."
    assert listed == {"quick_answers": [changed.json()]}
    assert gone.status_code == 204
    assert told(missing) == (404, "quick_answer_unknown")


async def test_two_people_are_linked_by_hand_and_parted_again_with_who_did_it(web: Web) -> None:
    one, two = await talk(web, await line(web)), await talk(web, await line(web))
    path = f"/people/{one.person.id}/links"

    made = await web.client.post(path, json={"into_person_id": str(two.person.id)})
    twice = await web.client.post(path, json={"into_person_id": str(two.person.id)})
    thread = (await web.client.get(f"/people/{two.person.id}/thread")).json()
    listed = (await web.client.get(f"/people/{two.person.id}/links")).json()
    undone = (await web.client.post(f"/links/{made.json()['id']}/undo")).json()
    apart = (await web.client.get(f"/people/{two.person.id}/thread")).json()

    assert (made.status_code, made.json()["how"]) == (201, "staff")
    assert made.json()["linked_by"].startswith("api_key:")
    assert told(twice) == (409, "already_linked")
    assert len(thread["conversations"]) == 2
    assert [each["id"] for each in listed["links"]] == [made.json()["id"]]
    assert undone["undone_by"].startswith("api_key:")
    assert len(apart["conversations"]) == 1


async def test_a_code_that_is_sent_to_the_other_address_links_and_a_wrong_one_does_not(web: Web) -> None:
    known = await talk(web, await line(web), phone="+573007776655")
    asking = await talk(web, await line(web))
    path = f"/people/{asking.person.id}/link-code"

    sent = await web.client.post(path, json={"address": "+57 300 777 66 55"})
    wrong = await web.client.post(f"{path}/confirm", json={"code": "000000"})
    page = (await web.client.get(f"/conversations/{known.id}/messages")).json()
    code = "".join(filter(str.isdigit, page["messages"][-1]["text"]))[:6]
    rightly = await web.client.post(f"{path}/confirm", json={"code": code})

    assert sent.status_code == 202
    assert told(wrong) == (422, "code_wrong")
    assert rightly.status_code == 200, (rightly.text, page)
    assert rightly.json()["how"] == "code"


async def test_a_conversation_is_found_by_phone_and_by_the_name_that_was_booked_with(web: Web) -> None:
    said = await talk(web, await line(web), phone="+573005554433")
    await talk(web, await line(web))
    await web.world.booking(web.restaurant, guest=guest_named("Zoé Prado", "+573005554433"))
    consumer = guest_book_consumer(web.world.desk)
    runner = Runner(web.world.database, web.world.clock, (consumer,))
    await runner.prepare()
    await runner.drain()
    found: list[list[str]] = []

    for search in ("300 555 44 33", "zoe pra", "prad zo", "zoe perez", "4433"):
        params = {"restaurant_id": str(web.restaurant.id), "search": search}
        page = (await web.client.get("/conversations", params=params)).json()
        found.append([each["id"] for each in page["conversations"]])

    mine = [str(said.id)]
    assert found == [mine, mine, mine, [], mine]


async def test_who_wrote_nothing_of_themselves_is_called_as_they_booked(web: Web) -> None:
    """By those who may read the books; the name that a person writes under goes before."""
    said = await talk(web, await line(web), phone="+573005554433", name=None)
    named = await talk(web, await line(web), phone="+573005554444")
    for phone in ("+573005554433", "+573005554444"):
        await web.world.booking(web.restaurant, guest=guest_named("Zoé Prado", phone))
    runner = Runner(web.world.database, web.world.clock, (guest_book_consumer(web.world.desk),))
    await runner.prepare()
    await runner.drain()

    page = (await web.client.get("/conversations")).json()

    assert {each["id"]: each["name"] for each in page["conversations"]} == {
        str(said.id): "Zoé Prado",
        str(named.id): "Paz",
    }


async def test_what_did_not_arrive_is_listed_for_who_sees_its_conversation(web: Web) -> None:
    said = await talk(web, await line(web))
    sent = (await web.client.post(f"/conversations/{said.id}/messages", json={"text": "Hola"})).json()
    message_id = sent["messages"][0]["id"]
    connection = await asyncpg.connect(web.world.dsn)
    try:
        await connection.execute(
            "UPDATE messages SET status = 'failed', error = '63016' WHERE message_id = $1", UUID(message_id)
        )
    finally:
        await connection.close()
    advisor = await web.world.session(web.tenant, {web.restaurant.id: "advisor"})

    failed = (await web.client.get("/messages/failed")).json()
    unknown = (await web.client.get("/messages/failed", params={"status": "unknown"})).json()
    async with web.visitor(advisor) as client:
        theirs = (await client.get("/messages/failed")).json()

    assert [(each["id"], each["error"]) for each in failed["messages"]] == [(message_id, "63016")]
    assert unknown["messages"] == theirs["messages"] == []
