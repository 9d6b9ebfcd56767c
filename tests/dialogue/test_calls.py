"""A caller books by speaking: the answer rides on the provider's own request, is taken once, and is not said to whoever hung up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID

import pytest

from saveit.advisors import LineDraft, add_line
from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.consumers.notify import Delivery, LineForSending, Speaking, channel_map
from saveit.dialogue import BuiltIn, GatewayInbox, Turns
from saveit.gateway import Gateway, open_gateway, receive
from saveit.kernel.clock import SettableClock
from saveit.kernel.http import HttpClient
from saveit.kernel.ids import TenantId
from saveit.messages import Request, Response
from saveit.sandbox import Incoming, Said, Stage, sandbox_lines
from tests.support.core import HOST, NOW, Bistro, Opening
from tests.support.waiting import until

pytestmark = pytest.mark.slow

PUBLIC_URL = "https://saveit.example"
GUEST = "+34600111222"
_NUMBERS = count(1)
ASK = "mesa para dos el miércoles a las ocho de la noche"


class StageClock:
    def __init__(self, clock: SettableClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def move(self, now: datetime | None) -> None:
        self._clock.set(NOW if now is None else now)


@dataclass
class Phones:
    """The bistro's two telephone lines, with everything behind them."""

    bistro: Bistro
    gateway: Gateway
    turns: Turns
    stage: Stage
    deaf: bool = False

    async def deliver(self, incoming: Incoming) -> Response:
        request = Request(
            method=incoming.method,
            url=PUBLIC_URL + incoming.path,
            headers=incoming.headers,
            body=incoming.body,
            received_at=self.bistro.clock.now(),
        )
        name = incoming.path.partition("?")[0].split("/")[2]
        answer = await receive(self.gateway, name, request)
        self.last = incoming
        return Response(status=answer.status, body=answer.body)

    async def say(self, channel: str, text: str) -> list[str]:
        """Say it into the call, and return what is heard."""
        before = len(self.stage.conversation(channel, GUEST).entries)
        await self.stage.say(channel, Said(guest=GUEST, text=text))
        entries = self.stage.conversation(channel, GUEST).entries[before:]
        return [entry.shown.text for entry in entries if entry.direction == "out"]

    async def states(self) -> list[tuple[str, str]]:
        return await self.bistro.rows(
            "SELECT status, error FROM messages WHERE tenant_id = $1 AND direction = 'out' ORDER BY planned_at, seq",
            self.bistro.tenant_id,
        )


@pytest.fixture
async def phones(opening: Opening) -> AsyncIterator[Phones]:
    bistro = await opening.bistro()
    desk, channels = bistro.desk, channel_map(CHANNELS)
    lines = [
        line
        for line in sandbox_lines(next(_NUMBERS), public_url=PUBLIC_URL, secret=b"a secret of the tests")
        if line.channel.startswith("voice")
    ]
    http = HttpClient()
    gateway = open_gateway(desk.database, bistro.clock, desk.keys, channels=channels, http=http)
    async with desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await desk.keys.sealer(tx, bistro.tenant_id)
        for line in lines:
            draft = LineDraft(
                channel=line.channel,
                account=line.key.account,
                address=line.key.address,
                restaurant_id=bistro.restaurant_id,
                credentials=dict(line.credentials.values),
            )
            await add_line(tx, draft, channels=channels, sealer=sealer, now=bistro.clock.now())
    gateway.spoken = Speaking(
        desk.database, bistro.clock, channels=channels, sealers=desk.keys, wait_s=3.0, looks_every_s=0.02
    )
    turns = Turns(desk, channels, BuiltIn(), GatewayInbox(gateway))
    gateway.on_arrival = turns.wake
    made: list[Phones] = []

    async def deliver(incoming: Incoming) -> Response:
        return await made[0].deliver(incoming)

    stage = Stage(
        lines,
        public_url=PUBLIC_URL,
        clock=StageClock(bistro.clock),
        deliver=deliver,
        session_token=session_token,
    )
    made.append(Phones(bistro, gateway, turns, stage))
    running = asyncio.create_task(turns.run())
    yield made[0]
    turns.close()
    await running
    await stage.close()
    await gateway.close()
    await http.close()


@pytest.mark.parametrize("channel", ["voice_twilio", "voice_connect"])
async def test_a_caller_is_greeted_asked_and_booked(phones: Phones, channel: str) -> None:
    greeting, who = await phones.say(channel, ASK)
    asked = await phones.say(channel, "a nombre de Ana")
    confirmed = await phones.say(channel, "sí")

    assert "Hola" in greeting
    assert "nombre" in who
    assert "¿La reservo?" in " ".join(asked)
    assert "confirmada" in " ".join(confirmed)
    assert await phones.bistro.rows(
        "SELECT status, party_size, source FROM reservations WHERE tenant_id = $1", phones.bistro.tenant_id
    ) == [("confirmed", 2, channel)]
    assert {status for status, _ in await phones.states()} == {"accepted"}


async def test_the_answer_is_spoken_as_soon_as_its_turn_is_over_and_nobody_looks_again_and_again(
    phones: Phones,
) -> None:
    """Looked for now and then it would come after twenty seconds."""
    desk = phones.bistro.desk
    speaking = Speaking(
        desk.database,
        phones.bistro.clock,
        channels=channel_map(CHANNELS),
        sealers=desk.keys,
        wait_s=40.0,
        looks_every_s=20.0,
    )
    phones.gateway.spoken = speaking
    phones.turns.on_answered = lambda event: speaking.wake(event.line.id, event.envelope.event_key)
    loop = asyncio.get_running_loop()
    began_s = loop.time()

    greeting, _ = await phones.say("voice_connect", ASK)

    assert "Hola" in greeting
    assert loop.time() - began_s < 10.0


async def test_the_same_request_is_told_the_same_again_and_nothing_is_planned_twice(phones: Phones) -> None:
    await phones.say("voice_connect", ASK)
    await phones.say("voice_connect", "a nombre de Ana")
    once = await phones.states()
    last = phones.last

    again = await phones.deliver(last)

    assert "reservo" in again.body.decode()
    assert await phones.states() == once


async def test_keys_choose_what_was_offered(phones: Phones) -> None:
    await phones.say("voice_twilio", ASK)
    asked = await phones.say("voice_twilio", "a nombre de Ana")
    assert "1" in " ".join(asked)

    chosen = await phones.say("voice_twilio", "1")

    assert "confirmada" in " ".join(chosen)


async def test_what_comes_after_the_caller_hung_up_is_not_said_into_the_next_call(phones: Phones) -> None:
    await phones.say("voice_twilio", ASK)
    phones.gateway.spoken = None
    line = phones.stage.world.line("voice_twilio", "")
    assert line is not None
    calls = phones.stage._voice._calls
    call = calls["voice_twilio", GUEST, line.key.address]
    await phones.stage._voice._ask(line, Said(guest=GUEST), {"SpeechResult": "sí"})

    async def planned() -> bool:
        return ("planned", "") in await phones.states()

    async def taken_back() -> bool:
        return (await phones.states())[-1] == ("dropped", "call_over")

    await until(planned, "the answer")
    calls["voice_twilio", GUEST, line.key.address] = call
    await phones.stage._voice.hang_up(line, GUEST)

    await until(taken_back, "the answer taken back")


async def test_words_that_nobody_came_back_for_are_taken_back(phones: Phones) -> None:
    await phones.say("voice_twilio", "hola")
    bistro = phones.bistro
    await bistro.rows(
        "UPDATE messages SET status = 'planned' WHERE tenant_id = $1 AND direction = 'out' RETURNING 1",
        bistro.tenant_id,
    )

    async def no_line(tenant_id: TenantId, line_id: UUID) -> LineForSending | None:
        del tenant_id, line_id
        return None

    delivery = Delivery(
        bistro.desk.database,
        bistro.clock,
        channels=channel_map(CHANNELS),
        sealers=bistro.desk.keys,
        find_line=no_line,
        way_out=phones.stage,
    )
    bistro.clock.set(datetime.fromtimestamp(bistro.clock.now().timestamp() + 300, tz=NOW.tzinfo))
    await delivery.sweep()

    assert set(await phones.states()) == {("dropped", "nobody_listened")}
