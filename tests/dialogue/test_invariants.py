"""Whatever order, repetition, packing, delay and crash webhooks meet on their way: the end is the same, and nobody is answered twice.

What guests write is drawn, and so is all that happens to it between the provider and its turn. What a guest wrote first comes first: a
provider may mix guests, not the words of one whom it waits to see acknowledged.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saveit.conversations import note_status, transcript
from saveit.gateway import receive
from saveit.kernel import faults
from saveit.kernel.errors import Fault
from saveit.messages import Request, Status, StatusState
from tests.support.core import HOST, Opening, shared_opening
from tests.support.pipeline import PUBLIC_URL, Pipeline, pipeline
from tests.support.providers import meta_batch, meta_headers, meta_text

__all__ = ["shared_opening"]

_CRASHES = (
    "dialogue.turn.after_hearing",
    "dialogue.turn.before_commit",
    "dialogue.turn.in_commit",
)
_CRASHES_AT_THE_DOOR = ("gateway.receive.before_insert", "gateway.receive.after_insert")
_SCRIPTS = (
    ("mesa para 2 el miércoles a las 8 de la noche", "me llamo Ana", "sí"),
    ("hola", "quiero una mesa para 2 el jueves a las 9 de la noche, soy Luis", "sí", "gracias"),
    ("¿tienen parqueadero?",),
)
_SETTINGS = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_ids = count(1)


def guest(number: int) -> str:
    """Return the number of a guest."""
    return f"5730055{number:05}"


class Post:
    """A provider that brings what guests wrote, each piece perhaps with others, twice, late, or into a server that dies of it."""

    def __init__(self, house: Pipeline, data: st.DataObject) -> None:
        self._house = house
        self._data = data
        line = house.lines["whatsapp_meta"]
        self._place = (line.key.account, line.key.address)
        self._secret = line.credentials.value("app_secret")

    async def bring(self, messages: list[dict[str, Any]]) -> None:
        """Bring messages in one request, until they are acknowledged."""
        body = meta_batch({self._place: messages})
        request = Request(
            method="POST",
            url=f"{PUBLIC_URL}/webhooks/whatsapp_meta",
            headers=meta_headers(body, self._secret),
            body=body,
            received_at=self._house.bistro.clock.now(),
        )
        crash = self._data.draw(st.sampled_from((None, *_CRASHES_AT_THE_DOOR)))
        if crash is not None:
            with faults.armed(crash, "raise"), suppress(Fault):
                await receive(self._house.gateway, "whatsapp_meta", request)
        answer = await receive(self._house.gateway, "whatsapp_meta", request)
        assert answer.status == 200

    async def work(self) -> None:
        """Let turns be taken, perhaps by a process that dies of one."""
        crash = self._data.draw(st.sampled_from((None, *_CRASHES)))
        if crash is None:
            await self._house.take_some()
            return
        with faults.armed(crash, "raise"):
            await self._house.take_some()
        self._house.bistro.clock.advance(timedelta(minutes=2))


def drawn_order(data: st.DataObject, scripts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Mix the guests' messages, each guest's own in their order, and repeat some of them later."""
    left = [list(each) for each in scripts]
    order: list[dict[str, Any]] = []
    while any(left):
        chosen = data.draw(st.sampled_from([each for each in left if each]))
        order.append(chosen.pop(0))
        if data.draw(st.integers(0, 3)) == 0:
            order.append(data.draw(st.sampled_from(order)))
    return order


def chunked(data: st.DataObject, order: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Pack messages into requests."""
    chunks: list[list[dict[str, Any]]] = []
    while order:
        size = data.draw(st.integers(1, 4))
        chunks.append(order[:size])
        order = order[size:]
    return chunks


@_SETTINGS
@given(data=st.data())
async def test_any_repetition_packing_delay_and_crash_ends_as_if_each_word_had_come_once(
    shared_opening: Opening, data: st.DataObject
) -> None:
    async with pipeline(shared_opening, ("whatsapp_meta",), tables=(2, 2), workers=2) as house:
        scripts = [
            [meta_text(f"wamid.{next(_ids)}", guest(number), text) for text in _SCRIPTS[number % 3]]
            for number in range(data.draw(st.integers(1, 3)))
        ]
        post = Post(house, data)
        for chunk in chunked(data, drawn_order(data, scripts)):
            await post.bring(chunk)
            if data.draw(st.booleans()):
                await post.work()
        await house.take_all()

        await sees_each_word_once(house, scripts)


async def sees_each_word_once(house: Pipeline, scripts: list[list[dict[str, Any]]]) -> None:
    """See one row, at most one turn and one answer for each message, one conversation for each guest, one booking for each yes."""
    bistro, tenant = house.bistro, house.bistro.tenant_id
    sent = sum(len(script) for script in scripts)
    assert await bistro.rows(
        "SELECT status, count(*) FROM inbox WHERE tenant_id = $1 GROUP BY 1", tenant
    ) == [("done", sent)]
    turns = "SELECT count(*), count(DISTINCT channel_message_id) FROM messages WHERE tenant_id = $1 AND direction = 'in'"
    assert await bistro.rows(turns, tenant) == [(sent, sent)]
    people = "SELECT (SELECT count(*) FROM people WHERE tenant_id = $1), (SELECT count(*) FROM conversations WHERE tenant_id = $1)"
    assert await bistro.rows(people, tenant) == [(len(scripts), len(scripts))]
    booked = sum("sí" in _SCRIPTS[number % 3] for number in range(len(scripts)))
    standing = "SELECT count(*) FROM reservations WHERE tenant_id = $1 AND status = 'confirmed'"
    assert await bistro.value(standing, tenant) == booked
    found = await bistro.rows("SELECT conversation_id FROM conversations WHERE tenant_id = $1", tenant)
    talks = [await said(house, conversation_id) for (conversation_id,) in found]
    wanted = [tuple(_SCRIPTS[number % 3]) for number in range(len(scripts))]
    assert Counter(tuple(text for way, text in talk if way == "in") for talk in talks) == Counter(wanted)
    confirmed = sum("confirmada" in text for talk in talks for way, text in talk if way == "out")
    assert confirmed == booked


async def said(house: Pipeline, conversation_id: UUID) -> list[tuple[str, str]]:
    """Return who said what."""
    bistro = house.bistro
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        lines = await transcript(tx, sealer, conversation_id, rows_max=100)
    return [(line.direction, line.text) for line in lines]


_RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3}
_STATES: tuple[StatusState, ...] = ("sent", "delivered", "read", "failed")


@_SETTINGS
@given(told=st.lists(st.sampled_from(_STATES), max_size=8))
async def test_whatever_statuses_come_in_whatever_order_a_message_never_goes_down(
    shared_opening: Opening, told: list[StatusState]
) -> None:
    async with pipeline(shared_opening, ("whatsapp_meta",)) as house:
        house.stage.set_faults(msgspec.structs.replace(house.stage.faults, lost_status=1.0))
        await house.say(("whatsapp_meta", f"+{guest(77)}", "hola"))
        bistro = house.bistro
        mine = "FROM messages WHERE tenant_id = $1 AND direction = 'out' ORDER BY seq LIMIT 1"
        ((message_id, line_id, before),) = await bistro.rows(
            f"SELECT channel_message_id, line_id, status {mine}", bistro.tenant_id
        )
        seen = [before]
        for state in told:
            async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
                status = Status(channel_message_id=message_id, state=state)
                await note_status(tx, bistro.tenant_id, line_id, status, now=bistro.clock.now())
            seen.append(await bistro.value(f"SELECT status {mine}", bistro.tenant_id))

        known = [_RANK[each] for each in seen if each != "failed"]
        assert known == sorted(known)
        # "Failed" wins below "delivered" and never above it.
        assert not ({"delivered", "read"} & set(told)) or seen[-1] in {"delivered", "read"}
