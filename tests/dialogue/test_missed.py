"""What no webhook brought is asked for, and has its turn once, whether it was missed or not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from saveit.advisors import LineDraft, add_line
from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.consumers.notify import channel_map
from saveit.dialogue import BuiltIn, GatewayInbox, Turns
from saveit.gateway import Gateway, catch_up, open_gateway, receive
from saveit.messages import Request, Response
from saveit.sandbox import Faults, Incoming, Said, Stage, StageClient, sandbox_lines
from tests.dialogue.test_calls import PUBLIC_URL, StageClock
from tests.support.core import HOST, Bistro, Opening

GUEST = "+34600111222"
_NUMBERS = count(70)


@dataclass
class Post:
    bistro: Bistro
    gateway: Gateway
    turns: Turns
    stage: Stage
    is_up: bool = True

    async def deliver(self, incoming: Incoming) -> Response:
        if not self.is_up:
            return Response(status=503)
        request = Request(
            method=incoming.method,
            url=PUBLIC_URL + incoming.path,
            headers=incoming.headers,
            body=incoming.body,
            received_at=self.bistro.clock.now(),
        )
        answer = await receive(self.gateway, "sms_twilio", request)
        return Response(status=answer.status, body=answer.body)

    async def say(self, text: str) -> None:
        await self.stage.say("sms_twilio", Said(guest=GUEST, text=text))
        await self.stage.settle()

    async def answered(self) -> list[tuple[str, int]]:
        while await self.turns.take_next():
            pass
        return await self.bistro.rows(
            "SELECT direction, count(*) FROM messages WHERE tenant_id = $1 GROUP BY direction ORDER BY direction",
            self.bistro.tenant_id,
        )


@pytest.fixture
async def post(opening: Opening) -> AsyncIterator[Post]:
    bistro = await opening.bistro()
    desk, channels = bistro.desk, channel_map(CHANNELS)
    made: list[Post] = []

    async def deliver(incoming: Incoming) -> Response:
        return await made[0].deliver(incoming)

    # Of a restaurant that no other test of this database has.
    lines = [
        line
        for line in sandbox_lines(next(_NUMBERS), public_url=PUBLIC_URL, secret=b"a secret of the tests")
        if line.channel == "sms_twilio"
    ]
    clock = StageClock(bistro.clock)
    stage = Stage(lines, public_url=PUBLIC_URL, clock=clock, deliver=deliver, session_token=session_token)
    http = StageClient(stage)
    gateway = open_gateway(desk.database, bistro.clock, desk.keys, channels=channels, http=http)
    async with desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await desk.keys.sealer(tx, bistro.tenant_id)
        draft = LineDraft(
            channel="sms_twilio",
            account=lines[0].key.account,
            address=lines[0].key.address,
            restaurant_id=bistro.restaurant_id,
            credentials=dict(lines[0].credentials.values),
        )
        await add_line(tx, draft, channels=channels, sealer=sealer, now=bistro.clock.now())
    made.append(Post(bistro, gateway, Turns(desk, channels, BuiltIn(), GatewayInbox(gateway)), stage))
    yield made[0]
    await stage.close()
    await gateway.close()
    await http.close()


async def test_after_an_outage_what_was_missed_has_its_turn_once(post: Post) -> None:
    await post.say("hola")
    assert await post.answered() == [("in", 1), ("out", 1)]
    post.is_up = False
    await post.say("mesa para 2 el miércoles a las 8 de la noche")
    post.is_up = True
    assert await post.answered() == [("in", 1), ("out", 1)]

    assert await catch_up(post.gateway) == 1
    found = await post.answered()
    post.bistro.clock.advance(timedelta(minutes=11))
    await catch_up(post.gateway)

    assert found[0] == ("in", 2)
    assert await post.answered() == found


async def test_a_provider_that_cannot_tell_is_asked_for_the_same_time_again(post: Post) -> None:
    post.is_up = False
    await post.say("hola")
    post.is_up = True
    post.stage.set_faults(Faults(broken=1.0))
    assert await catch_up(post.gateway) == 0
    assert await catch_up(post.gateway) == 0, "not before its turn"

    post.stage.set_faults(Faults())
    post.bistro.clock.advance(timedelta(minutes=11))

    assert await catch_up(post.gateway) == 1
