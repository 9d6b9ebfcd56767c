"""The whole way of a message in one process: stand-ins, front door, inbox, turns, core, delivery, and back to the stand-ins.

`turns` are as many workers as a test wants, each at a desk of its own, which learns of the others' acts as another process would.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from saveit.advisors import LineDraft, add_line
from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.consumers.live import Chats, Tail
from saveit.consumers.notify import Delivery, LineForSending, channel_map
from saveit.dialogue import BuiltIn, GatewayInbox, Turns
from saveit.gateway import Gateway, open_gateway, receive
from saveit.kernel.ids import LineId, TenantId
from saveit.messages import Request, Response, SocketPush
from saveit.sandbox import (
    Entry,
    Incoming,
    Line,
    Said,
    Stage,
    StageClient,
    StageWayOut,
    frames_into,
    sandbox_lines,
)
from tests.support.core import HOST, NOW, Bistro, Opening

PUBLIC_URL = "https://saveit.example"
# Of restaurants that no other test of this database has.
_NUMBERS = count(200)
_ROUNDS_MAX = 30


class StageClock:
    """The bistro's own clock, as the stage moves it."""

    def __init__(self, bistro: Bistro) -> None:
        self._clock = bistro.clock

    def now(self) -> datetime:
        """Return the present instant."""
        return self._clock.now()

    def move(self, now: datetime | None) -> None:
        """Go on from `now`."""
        self._clock.set(NOW if now is None else now)


@dataclass
class Pipeline:
    """A restaurant with a line on each of some channels."""

    bistro: Bistro
    desks: list[Bistro]
    gateway: Gateway
    turns: list[Turns]
    delivery: Delivery
    stage: Stage
    lines: dict[str, Line]
    ids: dict[str, UUID]

    async def receive(self, incoming: Incoming) -> Response:
        """Be the front door."""
        path = incoming.path.partition("?")[0].split("/")
        request = Request(
            method=incoming.method,
            url=PUBLIC_URL + incoming.path,
            headers=incoming.headers,
            body=incoming.body,
            opaque=path[3] if len(path) > 3 else "",
            received_at=self.bistro.clock.now(),
        )
        answer = await receive(self.gateway, path[2], request)
        return Response(status=answer.status, body=answer.body)

    async def take_some(self) -> int:
        """Let every worker take what waits, once."""
        return sum(await asyncio.gather(*(each.take_next() for each in self.turns)))

    async def take_all(self) -> None:
        """Let all that waits have its turn, what failed a while later too."""
        for _ in range(_ROUNDS_MAX):
            while await self.take_some():
                pass
            waiting = "SELECT count(*) FROM inbox WHERE tenant_id = $1 AND status IN ('waiting', 'claimed')"
            if not await self.bistro.value(waiting, self.bistro.tenant_id):
                return
            self.bistro.clock.advance(timedelta(minutes=2))
        raise AssertionError("something waits for ever")

    async def say(self, *said: tuple[str, str, str]) -> None:
        """Let guests say things at one instant, each (channel, guest, text), and go on until everybody has been answered."""
        for channel, guest, text in said:
            await self.stage.say(channel, Said(guest=guest, text=text), to=self.lines[channel].key.address)
        await self.go_on()

    async def go_on(self) -> None:
        """Let everything that can happen happen."""
        while True:
            await self.stage.settle()
            if not await self.take_some() + await self.delivery.drain():
                return

    def seen(self, channel: str, guest: str) -> list[str]:
        """Return what a guest was shown."""
        return [entry.shown.text for entry in self.entries(channel, guest)]

    def entries(self, channel: str, guest: str) -> list[Entry]:
        """Return what a guest was shown, with its buttons."""
        return [each for each in self.stage.conversation(channel, guest).entries if each.direction == "out"]


@asynccontextmanager
async def pipeline(
    opening: Opening,
    channels: Sequence[str],
    *,
    tables: Sequence[int] = (2,),
    workers: int = 1,
    listens_s: float = 0.0,
) -> AsyncGenerator[Pipeline]:
    """Lend a restaurant with a line on each channel."""
    bistro = await opening.bistro(tables=tables)
    desk, known = bistro.desk, channel_map(CHANNELS)
    placed = sandbox_lines(next(_NUMBERS), public_url=PUBLIC_URL, secret=b"a secret of the tests")
    lines = {line.channel: line for line in placed if line.channel in channels}
    made: list[Pipeline] = []
    chats = Chats(desk)

    async def deliver(incoming: Incoming) -> Response:
        if incoming.path.startswith("/webhooks/webchat/"):
            return await frames(incoming)
        return await made[0].receive(incoming)

    async def push(frame: SocketPush) -> str:
        route = await gateway.lines.find("webchat", frame.line)
        assert route is not None
        return await chats.push(route, frame.session, frame.body)

    async def find_line(tenant_id: TenantId, line_id: UUID) -> LineForSending | None:
        route = await gateway.lines.by_id(LineId(line_id))
        assert route is None or route.line.tenant_id == tenant_id
        return None if route is None else LineForSending(route.credentials, active=route.active)

    stage = Stage(
        tuple(lines.values()),
        public_url=PUBLIC_URL,
        clock=StageClock(bistro),
        deliver=deliver,
        session_token=session_token,
    )
    http = StageClient(stage)
    gateway = open_gateway(desk.database, bistro.clock, desk.keys, channels=known, http=http)
    frames = frames_into(chats, gateway)
    ids = {channel: await _line(bistro, line) for channel, line in lines.items()}
    desks = [bistro, *[await opening.desk_beside(bistro) for _ in range(workers - 1)]]
    tails = [Tail(each.desk.database, each.desk.pictures, lines=gateway.lines) for each in desks]
    reading = [asyncio.create_task(each.run()) for each in tails]
    delivery = Delivery(
        desk.database,
        bistro.clock,
        channels=known,
        sealers=desk.keys,
        find_line=find_line,
        way_out=StageWayOut(stage, push),
    )
    turns = [Turns(each.desk, known, BuiltIn(), GatewayInbox(gateway), listens_s=listens_s) for each in desks]
    made.append(Pipeline(bistro, desks, gateway, turns, delivery, stage, lines, ids))
    try:
        yield made[0]
    finally:
        for each in tails:
            each.close()
        await asyncio.gather(*reading)
        await stage.close()
        await gateway.close()
        await http.close()


async def _line(bistro: Bistro, line: Line) -> UUID:
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        sealer = await bistro.desk.keys.sealer(tx, bistro.tenant_id)
        draft = LineDraft(
            channel=line.channel,
            account=line.key.account,
            address=line.key.address,
            opaque=line.opaque or None,
            restaurant_id=bistro.restaurant_id,
            credentials=dict(line.credentials.values),
        )
        channels = channel_map(CHANNELS)
        return (await add_line(tx, draft, channels=channels, sealer=sealer, now=bistro.clock.now())).id
