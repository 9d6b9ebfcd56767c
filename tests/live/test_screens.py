"""Screens of the house hear what happens: in order, once, and only what is theirs to hear."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosedError

from saveit.access import set_role
from saveit.conversations import open_conversation, save_inbound
from saveit.kernel.ids import AdvisorId, UserId, new_id
from saveit.messages import Address
from saveit.outbox import Fact, append
from saveit.web import Limits
from tests.live.conftest import House, Process, served
from tests.support.house import NOON, TESTER, TUESDAY, guest_named
from tests.support.providers import advisor, line

pytestmark = pytest.mark.slow


def topic(house: House, **more: object) -> dict[str, object]:
    return {"restaurant_id": str(house.restaurant.id)} | more


async def book(house: House, number: int, *, time: str = "20:00") -> str:
    """Book a table for one of many guests; returns its id."""
    guest = guest_named(f"Luis {number}", f"+57300111{number:04}")
    made = await house.world.booking(house.restaurant, time=time, guest=guest, party_size=1)
    return str(made.id)


async def tell(house: House, count: int, *, size: int = 10) -> list[str]:
    """Let so many facts happen, each in a transaction of its own; returns their ids."""
    told: list[str] = []
    for _ in range(count):
        fact = fact_of(house, size=size)
        async with house.world.database.tenant(house.tenant.id, TESTER) as tx:
            await append(tx, fact)
        told.append(str(fact.fact_id))
    return told


def fact_of(house: House, *, size: int = 10) -> Fact:
    return Fact(
        fact_id=uuid4(),
        kind="availability.changed",
        restaurant_id=house.restaurant.id,
        subject_kind="restaurant",
        subject_id=house.restaurant.id,
        service_on=TUESDAY,
        at=NOON,
        body=b'{"because":"%s"}' % (b"x" * size),
    )


async def ids_of(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["id"] for frame in frames]


async def test_a_screen_hears_of_a_booking_without_a_word_about_the_guest(house: House) -> None:
    screen = await house.here.staff(house.token, topic(house))

    booked = await book(house, 1)

    fact = await screen.next("fact")
    assert (fact["kind"], fact["subject_id"], fact["service_on"]) == (
        "reservation.created",
        booked,
        "2026-03-03",
    )
    assert fact["body"]["after"]["status"] == "confirmed"
    assert "Luis" not in str(fact)


async def test_what_happened_meanwhile_is_told_after_a_break_once_and_in_order(
    house: House, elsewhere: Process
) -> None:
    screen = await house.here.staff(house.token, topic(house))
    await tell(house, 3)
    last = (await screen.several(3, "fact"))[-1]["seq"]
    await screen.socket.close()
    missed = await tell(house, 5)

    here = await house.here.staff(house.token, topic(house), after=last)
    there = await elsewhere.staff(house.token, topic(house), after=last)
    later = await tell(house, 1)

    for each in (here, there):
        await each.next("fact") if not any(one["type"] == "fact" for one in each.heard) else None
        while len([one for one in each.heard if one["type"] == "fact"]) < 6:
            await each.next("fact")
        assert await ids_of([one for one in each.heard if one["type"] == "fact"]) == missed + later


async def test_two_processes_hear_of_each_others_acts(house: House, elsewhere: Process) -> None:
    there = await elsewhere.staff(house.token, topic(house))

    booked = await book(house, 1)

    assert (await there.next("fact"))["subject_id"] == booked


async def test_nothing_that_commits_late_is_left_out_and_the_order_is_that_of_the_transactions(
    house: House,
) -> None:
    screen = await house.here.staff(house.token, topic(house))
    early = fact_of(house)
    async with house.world.database.tenant(house.tenant.id, TESTER) as tx:
        await append(tx, early)
        # Another has committed by now; the older transaction is still open, so that nothing may be told yet.
        (late,) = await tell(house, 1)
        await screen.say(type="ping")
        held = [each for each in [await screen.next("pong")] if each["type"] == "fact"]

    told = await ids_of(await screen.several(2, "fact"))
    assert (held, told) == ([], [str(early.fact_id), late])


async def test_facts_of_many_writers_come_in_one_order_to_all_screens(
    house: House, elsewhere: Process
) -> None:
    screens = [
        await process.staff(house.token, topic(house)) for process in (house.here, house.here, elsewhere)
    ]

    written = await asyncio.gather(*(tell(house, 10) for _ in range(6)))

    told = [await ids_of(await screen.several(60, "fact")) for screen in screens]
    assert told[0] == told[1] == told[2]
    assert sorted(told[0]) == sorted(each for some in written for each in some)


async def test_a_screen_hears_only_of_the_days_it_shows_and_of_one_that_a_party_left(house: House) -> None:
    other = await house.here.staff(house.token, topic(house, days=["2026-03-09"]))
    own = await house.here.staff(house.token, topic(house, days=["2026-03-03"]))

    booked = await book(house, 1)
    rules = await tell(house, 0)

    assert rules == []
    assert (await own.next("fact"))["subject_id"] == booked
    await other.say(type="subscribe", topics=[topic(house, days=["2026-03-03"], after=own.heard[0]["seq"])])
    assert (await other.next("fact"))["subject_id"] == booked


async def test_what_is_too_long_ago_is_to_be_read_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saveit.consumers.live.hub._PAGE_LENGTH", 5)
    monkeypatch.setattr("saveit.consumers.live.hub._REPLAYED_MAX", 5)
    await tell(house, 20)

    screen = await house.here.staff(house.token, topic(house), after="0.0")

    resync = next(each for each in screen.heard if each["type"] == "resync")
    assert resync["restaurant_id"] == str(house.restaurant.id)
    (later,) = await tell(house, 1)
    assert (await screen.next("fact"))["id"] == later


async def test_a_stranger_and_another_customer_hear_nothing(house: House) -> None:
    stranger = await house.here.open("/ws/staff")
    await stranger.say(type="hello", token="saveit_key_of_nobody", topics=[topic(house)])
    their_tenant = await house.world.tenant("Otra casa")
    neighbour = await house.here.staff(await house.world.api_key(their_tenant), topic(house))

    await book(house, 1)
    await neighbour.say(type="ping")

    assert await stranger.closing_code() == 4401
    assert (await neighbour.next("pong"))["type"] == "pong"
    kinds = [each["type"] for each in neighbour.heard]
    assert "fact" not in kinds
    assert {
        "type": "refused",
        "restaurant_id": str(house.restaurant.id),
        "code": "restaurant_not_found",
    } in neighbour.heard


async def test_whoever_speaks_wrongly_or_says_no_hello_is_sent_away(house: House) -> None:
    wrong = await house.here.open("/ws/staff")
    await wrong.socket.send("{")
    unknown = await house.here.open("/ws/staff")
    await unknown.say(type="subscribe", topics=[])

    assert (await wrong.closing_code(), await unknown.closing_code()) == (4400, 4400)


async def test_a_role_that_is_taken_ends_what_is_told_and_an_ended_session_the_socket(house: House) -> None:
    token = await house.world.session(house.tenant, {house.restaurant.id: "host"})
    screen = await house.here.staff(token, topic(house))
    user_id = UserId(await user_of(house))

    async with house.world.database.tenant(house.tenant.id, TESTER) as tx:
        await set_role(tx, user_id, house.restaurant.id, role=None, now=NOON)

    assert (await screen.next("refused"))["code"] == "restaurant_not_found"
    await tell(house, 1)
    await screen.say(type="ping")
    assert (await screen.next("fact", "pong"))["type"] == "pong"


async def user_of(house: House) -> Any:
    return (await _rows(house, "SELECT user_id FROM staff_users"))[0]["user_id"]


async def _rows(house: House, sql: str, *arguments: object) -> list[Any]:
    connection = await asyncpg.connect(house.world.dsn)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


async def test_whoever_reads_too_slowly_is_cut_off_and_comes_back_for_the_rest(house: House) -> None:
    slow = await house.here.open("/ws/staff", max_queue=1)
    await slow.say(type="hello", token=house.token, topics=[topic(house)])
    await slow.next("subscribed")
    quick = await house.here.staff(house.token, topic(house))

    # Larger than all buffers on the way, while one of the two does not read; the other is never behind by as much as is forgiven.
    told: list[str] = []
    heard: list[str] = []
    for _ in range(12):
        told += await tell(house, 10, size=60_000)
        heard += await ids_of(await quick.several(10, "fact"))

    got: list[dict[str, Any]] = []
    try:
        while True:
            got.append(await slow.next("fact"))
    except ConnectionClosedError:
        assert slow.socket.close_code == 4409
    back = await house.here.staff(house.token, topic(house), after=got[-1]["seq"])
    while len(got) + len([each for each in back.heard if each["type"] == "fact"]) < 120:
        await back.next("fact")
    rest = [each for each in back.heard if each["type"] == "fact"]
    assert len(got) < 120
    assert (heard, await ids_of([*got, *rest])) == (told, told)


async def test_two_hundred_screens_hear_of_each_act_once(house: House) -> None:
    screens = [await house.here.staff(house.token, topic(house)) for _ in range(200)]

    told = await tell(house, 3)

    for screen in screens:
        assert await ids_of(await screen.several(3, "fact")) == told


async def test_nobody_has_more_sockets_than_they_may(house: House) -> None:
    limits = Limits(ip_per_minute=0, key_per_minute=0, sockets_per_holder=2, sockets_per_address=4)
    async with served(house.world, limits=limits) as process:
        kept = [await process.staff(house.token, topic(house)) for _ in range(2)]
        third = await process.open("/ws/staff")
        await third.say(type="hello", token=house.token, topics=[])
        others = [await process.open("/ws/chat") for _ in range(3)]

        assert await third.closing_code() == 4429
        assert await others[-1].closing_code() == 4429
        await kept[0].socket.close()
        await others[0].socket.close()
        assert await process.staff(house.token, topic(house))


async def test_an_advisor_hears_only_of_their_own_conversations_and_the_door_of_none_of_theirs(
    house: House,
) -> None:
    ana, eva = [await advisor(house.world, house.tenant, name) for name in ("Ana", "Eva")]
    chats = [await chat_of(house, "ana", ana), await chat_of(house, "eva", eva), await chat_of(house, "casa")]
    sessions = {
        role: await house.world.session(house.tenant, {house.restaurant.id: role})
        for role in ("advisor", "host", "manager", "viewer")
    }
    await be_advisor(house, ana)
    screens = {
        role: await house.here.staff(token, topic(house, inbox=True, days=["2030-01-01"]))
        for role, token in sessions.items()
    }

    heard_of = [await hear(house, *chat) for chat in chats]

    seen: dict[str, list[str]] = {}
    for role, screen in screens.items():
        await tell_end(house, screen)
        facts = [
            each for each in screen.heard if each["type"] == "fact" and each["kind"] == "message.received"
        ]
        seen[role] = [each["subject_id"] for each in facts]
    assert seen == {
        "advisor": heard_of[:1],
        "host": heard_of[2:],
        "manager": heard_of,
        "viewer": [],
    }


async def test_a_key_of_one_restaurant_hears_of_its_lines_and_of_none_that_serves_the_whole_group(
    house: House,
) -> None:
    """What it may not read by HTTP it does not learn the id of by the socket; neither live nor after a break."""
    own = await chat_of(house, "casa")
    shared = await chat_of(house, "grupo", serves_all=True)
    scopes = ("inbox:read", "restaurants:read")
    one = await house.world.api_key(house.tenant, house.restaurant.id, scopes=scopes)
    everywhere = await house.world.api_key(house.tenant, scopes=scopes)
    screens = {
        "one": await house.here.staff(one, topic(house, inbox=True)),
        "one, asking for all": await house.here.staff(one, topic(house), {"inbox": True}),
        "everywhere": await house.here.staff(everywhere, topic(house, inbox=True)),
    }
    begun = screens["one"].heard[-1]["seq"]

    heard_of = [await hear(house, *chat) for chat in (own, shared)]

    seen = {name: await messages_until_end(house, screen) for name, screen in screens.items()}
    late = await house.here.staff(one, topic(house, inbox=True), after=begun)
    seen["one, after a break"] = await messages_until_end(house, late)
    assert seen == {
        "one": heard_of[:1],
        "one, asking for all": heard_of[:1],
        "everywhere": heard_of,
        "one, after a break": heard_of[:1],
    }


async def messages_until_end(house: House, screen: Any) -> list[str]:
    """Return of which messages a screen hears until now."""
    await tell_end(house, screen)
    return [each["subject_id"] for each in screen.heard if each.get("kind") == "message.received"]


async def tell_end(house: House, screen: Any) -> None:
    """Let a screen hear all that happened until now."""
    end = Fact(
        fact_id=uuid4(),
        kind="rules.changed",
        restaurant_id=house.restaurant.id,
        subject_kind="restaurant",
        subject_id=house.restaurant.id,
        service_on=None,
        at=NOON,
        body=b"{}",
    )
    async with house.world.database.tenant(house.tenant.id, TESTER) as tx:
        await append(tx, end)
    while (await screen.next("fact"))["id"] != str(end.fact_id):
        pass


async def chat_of(
    house: House, name: str, advisor_id: AdvisorId | None = None, *, serves_all: bool = False
) -> tuple[Any, Any, str]:
    """Return a line with a guest on it."""
    made = await line(
        house.world,
        house.tenant,
        "telegram",
        f"bot-{name}",
        credentials={"bot_token": "1:abc", "secret_token": "agreed"},
        advisor_id=advisor_id,
        restaurant_id=None if advisor_id or serves_all else house.restaurant.id,
    )
    return made.id, advisor_id, name


async def hear(house: House, line_id: Any, advisor_id: Any, name: str) -> str:
    """Let a guest write to a line; returns the message's id."""
    async with house.world.database.tenant(house.tenant.id, TESTER) as tx:
        sealer = await house.world.keys.sealer(tx, house.tenant.id)
        conversation = await open_conversation(
            tx,
            sealer,
            line_id=line_id,
            channel="telegram",
            address=Address("chat", name),
            now=NOON,
            advisor_id=advisor_id,
        )
        row = await save_inbound(
            tx,
            sealer,
            conversation,
            kind="written",
            text="hola",
            channel_message_id=str(new_id(NOON)),
            replies_to=None,
            at=NOON,
            now=NOON,
        )
    return str(row.message_id)


async def be_advisor(house: House, advisor_id: AdvisorId) -> None:
    """Let the member of staff with the role of an advisor be this one."""
    await _rows(
        house,
        "UPDATE advisors SET user_id = (SELECT user_id FROM staff_roles WHERE role = 'advisor') WHERE advisor_id = $1",
        advisor_id,
    )
