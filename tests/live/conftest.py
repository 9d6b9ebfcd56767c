"""A house whose sockets are served by a real server, with real clients; a second process beside it when a test wants one."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from saveit.access import PrincipalCache
from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.consumers.live import CHANNEL, Chats, Hub, Times
from saveit.consumers.notify import Delivery, LineForSending, RealWayOut, channel_map
from saveit.kernel.http import HttpClient
from saveit.kernel.ids import LineId, TenantId
from saveit.messages import SocketPush
from saveit.venues import Restaurant, Tenant
from saveit.web import Limits, Live, Parts, RequestProtocol, SocketProtocol
from tests.support.fleet import free_port
from tests.support.house import World, open_world
from tests.support.providers import line
from tests.support.skin import skin_over

SECRET = "a secret of web chats in tests"
WITHIN_S = 10.0
NO_LIMITS = Limits(ip_per_minute=0, key_per_minute=0)


class Ear:
    """A client's socket that keeps what it hears by its type."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def say(self, **frame: object) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self, *kinds: str) -> dict[str, Any]:
        """Return the next frame of these types, or of any; the others are kept in `heard`."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                self.heard.append(frame)
                if not kinds or frame["type"] in kinds:
                    return frame

    async def several(self, count: int, kind: str) -> list[dict[str, Any]]:
        return [await self.next(kind) for _ in range(count)]

    async def closing_code(self) -> int:
        """Return with which code the server closed."""
        async with asyncio.timeout(WITHIN_S):
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code


@dataclass
class Process:
    """One process's sockets, served."""

    world: World
    live: Live
    port: int
    server: uvicorn.Server = field(repr=False)
    stack: AsyncExitStack = field(repr=False)

    async def open(self, path: str, **options: Any) -> Ear:
        return Ear(
            await self.stack.enter_async_context(
                connect(
                    f"ws://127.0.0.1:{self.port}{path}", open_timeout=WITHIN_S, close_timeout=1, **options
                )
            )
        )

    async def staff(self, token: str, *topics: dict[str, object], **more: Any) -> Ear:
        """Open a screen, and return once it is live."""
        ear = await self.open("/ws/staff")
        await ear.say(type="hello", token=token, topics=topics, **more)
        await ear.next("subscribed")
        return ear

    async def delivered(self, tenant: Tenant) -> None:
        """Send what is planned, as this process's delivery does."""

        async def push(frame: SocketPush) -> str:
            route = await self.world.gateway.lines.find(CHANNEL, frame.line)
            assert route is not None
            return await self.live.chats.push(route, frame.session, frame.body)

        async def find_line(tenant_id: TenantId, line_id: Any) -> LineForSending | None:
            assert tenant_id == tenant.id
            route = await self.world.gateway.lines.by_id(LineId(line_id))
            return None if route is None else LineForSending(route.credentials, active=route.active)

        http = HttpClient()
        delivery = Delivery(
            self.world.database,
            self.world.clock,
            channels=channel_map(CHANNELS),
            sealers=self.world.keys,
            find_line=find_line,
            way_out=RealWayOut(http, push),
        )
        await delivery.drain()
        await http.close()


@asynccontextmanager
async def served(world: World, *, limits: Limits = NO_LIMITS) -> AsyncGenerator[Process]:
    """Serve a world's sockets as `saveit up` does."""
    chats = Chats(world.desk)
    times = Times(world.desk)
    hub = Hub(world.database, world.gateway.lines, chats=chats, times=times)
    live = Live(hub, chats, times, session_token)
    parts = Parts(
        desk=world.desk,
        gateway=world.gateway,
        principals=PrincipalCache(world.database, world.clock, admin_key=None),
        emails=world.emails,
        public_url="https://tables.example",
        live=live,
        limits=limits,
    )
    port = free_port()
    started = asyncio.Event()

    async def tell() -> None:
        started.set()

    config = uvicorn.Config(
        skin_over(parts),
        port=port,
        lifespan="off",
        http=RequestProtocol,
        ws=SocketProtocol,
        ws_per_message_deflate=False,
        # As in the product: what the server would put around the application knows of no answers at hand.
        proxy_headers=False,
        # Longer than anything here is waited for: what is cut is cut for another reason.
        timeout_keep_alive=60,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=2,
        callback_notify=tell,
        timeout_notify=1 << 30,
    )
    server = uvicorn.Server(config)
    # The tests have signals of their own.
    server.capture_signals = _no_signals
    tasks = [asyncio.create_task(each) for each in (server.serve(), hub.run(), chats.run())]
    async with asyncio.timeout(WITHIN_S):
        await started.wait()
    try:
        async with AsyncExitStack() as stack:
            yield Process(world, live, port, server, stack)
    finally:
        server.should_exit = True
        hub.close()
        chats.close()
        await asyncio.gather(*tasks)


@contextmanager
def _no_signals() -> Generator[None]:
    yield


@dataclass
class House:
    """A restaurant with a web chat, and the process that serves it."""

    tenant: Tenant
    restaurant: Restaurant
    here: Process
    token: str
    line_id: LineId

    @property
    def world(self) -> World:
        return self.here.world

    def chat_token(self, session: str = "session-0001") -> str:
        return f"{self.line_id.hex}.{session_token(session, SECRET)}"

    async def chat(self, session: str = "session-0001", *, after: int = 0, at: Process | None = None) -> Ear:
        """Open a window, and return once it is in."""
        ear = await (at or self.here).open("/ws/chat")
        await ear.say(type="hello", token=self.chat_token(session), after=after)
        await ear.next("welcome")
        return ear


@pytest.fixture
async def house(database_dsn: str) -> AsyncIterator[House]:
    async with open_world(database_dsn) as world, served(world) as here:
        tenant = await world.tenant()
        restaurant = await world.restaurant(tenant)
        made = await line(
            world,
            tenant,
            CHANNEL,
            "casa",
            credentials={"session_secret": SECRET},
            restaurant_id=restaurant.id,
        )
        yield House(tenant, restaurant, here, await world.api_key(tenant), made.id)


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[Process]:
    """Another process over the same database."""
    async with open_world(house.world.dsn, node="n2") as world, served(world) as there:
        yield there
