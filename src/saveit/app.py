"""The composition root: from settings to the parts of one process, and from the parts to a server that answers.

Everything is put together here and nowhere else, by hand: whoever wants to know what a process is made of reads this file from top to
bottom. Only the commands import it. The web is imported when it is served: a command that lists restaurants need not wait for it.
"""

import asyncio
import importlib
import resource
import secrets
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from uuid import UUID

import msgspec

from saveit.access import EmailIndex, PrincipalCache
from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.consumers.analytics import analytics_consumer
from saveit.consumers.guestbook import guest_book_consumer
from saveit.consumers.live import CHANNEL, Chats, Hub, Tail, Times
from saveit.consumers.media import Copying
from saveit.consumers.news import news_consumer
from saveit.consumers.notices import notices_consumer
from saveit.consumers.notify import Delivery, LineForSending, RealWayOut, Speaking, WayOut, channel_map
from saveit.consumers.qr import pass_consumer
from saveit.consumers.relay import Relay, relay_consumer
from saveit.dialogue import BuiltIn, Delivered, GatewayInbox, Listening, Turns, engine_of, listener_of
from saveit.gateway import Gateway, open_gateway
from saveit.kernel import cycles, faults
from saveit.kernel.clock import Clock, MovableClock, SystemClock
from saveit.kernel.crypto import MasterKey, SecretKey, load_secret
from saveit.kernel.db import Database
from saveit.kernel.http import HttpClient, NotSent
from saveit.kernel.ids import LineId, TenantId
from saveit.kernel.observe import configure_logging, configure_tracing, logger, stop_tracing
from saveit.kernel.redis import find_redis, hanging_up
from saveit.kernel.settings import Settings
from saveit.mailroom import open_mailroom
from saveit.messages import Channels, Response, SocketPush
from saveit.outbox import Consumer, Runner
from saveit.papers import papers_of, place_url_of
from saveit.reservations import Desk, open_desk
from saveit.sandbox import (
    SANDBOX_RESTAURANTS_MAX,
    App,
    Incoming,
    Stage,
    StageClient,
    StageWayOut,
    put_on_stage,
    sandbox_lines,
)
from saveit.upkeep import upkeep_jobs
from saveit.venues import TenantKeyRing, require_opens, sealed_key
from saveit.waitlist import promote, promotion_consumer

if TYPE_CHECKING:
    from saveit.web import Limits, Live

Result = TypeVar("Result")

_log = logger("app")

# A stopping server waits so long for answers under way; Kubernetes and ECS kill after 30 s.
_GRACE_S = 10
# Longer than the idle time of the balancers in front of us (60 s is common): they must never use a connection that we just closed.
_KEEP_ALIVE_S = 75
_BACKLOG = 2048
# A request line and its headers; bodies are bounded where they are read.
_HEAD_OCTETS_MAX = 32_768
# Before a frame is read; the sockets themselves take half of it.
_FRAME_OCTETS_MAX = 65_536
_NODE_OCTETS = 3
_ONCE_S = 1 << 30
# The embedded server takes a hundred connections. The ledger's and the gate's pools take nine a process, a listener and a command the rest.
_CONNECTIONS_OF_ALL = 80
_CONNECTIONS_BESIDES = 9
_CONNECTIONS_MAX = 10
_CONNECTIONS_MIN = 2


class Core(msgspec.Struct, frozen=True):
    """What every process has, whether it serves the web, works, or runs one command."""

    settings: Settings
    clock: Clock
    secret: SecretKey
    database: Database
    keys: TenantKeyRing
    emails: EmailIndex


def _call_nobody() -> None:
    """Nobody has to be woken."""


@asynccontextmanager
async def open_core(settings: Settings, dsn: str) -> AsyncGenerator[Core]:
    """Connect to the database at `dsn` with this installation's keys, and disconnect at the end.

    Raises: DatabaseUnreachable; SecretKeyRefused, also when the database is sealed under another key.
    """
    database = await Database.open(dsn, node=_node(), connections_max=_connections(settings.workers))
    try:
        sealed = await sealed_key(database)
        path = settings.data_dir / "secret.key"
        secret = await asyncio.to_thread(
            load_secret, path, settings.secret_key, sealed_already=sealed is not None
        )
        master = MasterKey(secret)
        if sealed is not None:
            require_opens(master, sealed)
        yield Core(
            settings=settings,
            clock=MovableClock() if settings.sandbox else SystemClock(),
            secret=secret,
            database=database,
            keys=TenantKeyRing(master),
            emails=EmailIndex(secret),
        )
    finally:
        await database.close()


@asynccontextmanager
async def open_reservations(core: Core) -> AsyncGenerator[Desk]:
    """Open the reservation desk, and commit what waits before it closes."""
    desk = open_desk(core.database, core.clock, core.keys, promote=promote, combined=core.settings.combiner)
    try:
        yield desk
    finally:
        await desk.combiner.close()


def channels_by_name() -> Channels:
    """Return every channel there is."""
    return {channel.name: channel for channel in CHANNELS}


def open_stage(core: Core) -> Stage | None:
    """Return the stand-ins of the providers where this process is a sandbox, and None everywhere else: there providers are called."""
    if not isinstance(core.clock, MovableClock):
        return None
    secret, public_url = sandbox_secret(core), core.settings.public_url
    lines = [
        line
        for number in range(1, SANDBOX_RESTAURANTS_MAX + 1)
        for line in sandbox_lines(number, public_url=public_url, secret=secret)
    ]

    async def nobody(_incoming: Incoming) -> Response:
        return Response(status=503)

    return Stage(lines, public_url=public_url, clock=core.clock, deliver=nobody, session_token=session_token)


def sandbox_secret(core: Core) -> bytes:
    """Return what the credentials of the sandbox's lines are made from: the installation's own, so that nobody outside can sign."""
    return core.secret.derive("saveit sandbox lines")


@asynccontextmanager
async def open_front_door(core: Core, stage: Stage | None = None) -> AsyncGenerator[Gateway]:
    """Open the front door of the channels, and write down what was received before it closes."""
    http = HttpClient(private_allowed=core.settings.sandbox) if stage is None else StageClient(stage)
    gateway = open_gateway(core.database, core.clock, core.keys, channels=channels_by_name(), http=http)
    try:
        yield gateway
    finally:
        await gateway.close()
        await http.close()


def serve(
    settings: Settings, dsn: str, listener: socket.socket, *, owner_dsn: str, ready: Callable[[], None]
) -> None:
    """Answer requests that come to `listener` until SIGTERM or SIGINT, then finish what is under way.

    `ready` is called once requests are answered. `owner_dsn` is the migrating login, for /readyz.
    """

    async def until_told() -> None:
        async with (
            open_core(settings, dsn) as core,
            open_reservations(core) as desk,
            open_front_door(core, stage := open_stage(core)) as gateway,
            open_way_out(stage, live := open_live(core, desk, gateway), gateway) as way_out,
            open_mailroom(gateway, settings.mail_listener),
        ):
            delivery = _delivery(core, gateway, way_out)
            await _serve(
                core,
                desk,
                gateway,
                delivery,
                live=live,
                stage=stage,
                listener=listener,
                owner_dsn=owner_dsn,
                ready=ready,
            )

    run(until_told())


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:  # pyright: ignore[reportExplicitAny] - the standard library's own signature.
    """Run a coroutine on the faster loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


def set_up_process(settings: Settings) -> None:
    """Prepare what belongs to the process as a whole: logs, traces, fault points, and room for many connections. Once."""
    configure_logging(settings.log_level, json=settings.log_json)
    configure_tracing(settings.otel_endpoint)
    for name, action in settings.fault_points:
        faults.arm(name, action)
    # Each guest's browser is an open file; the usual limit of 1024 is from another time, and the hard one is the operator's.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tear_down_process() -> None:
    """Send the last spans."""
    stop_tracing()


@contextmanager
def told_to_stop(stop: Callable[[], None]) -> Generator[None]:
    """Call `stop` at SIGTERM and SIGINT, inside a running loop, instead of what they did before."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Worker(Protocol):
    """What runs beside the server until it is closed."""

    async def run(self) -> None: ...
    def close(self) -> None: ...


class Called(msgspec.Struct, frozen=True):
    """Whom the consumers call once something is planned; nobody where a command takes one fact by hand: the servers look by themselves."""

    deliver: Callable[[], None] = _call_nobody
    relay: Callable[[], None] = _call_nobody


def consumers_of(core: Core, desk: Desk, called: Called) -> tuple[Consumer, ...]:
    """Return everything that follows from facts."""
    channels = channel_map(CHANNELS)
    return (
        pass_consumer(desk),
        promotion_consumer(desk),
        guest_book_consumer(desk),
        notices_consumer(
            desk,
            channels,
            papers_of(desk, public_url := core.settings.public_url),
            place_url=place_url_of(desk, public_url),
            wake=called.deliver,
        ),
        relay_consumer(core.clock, wake=called.relay),
        analytics_consumer(),
        news_consumer(desk, channels, wake=called.deliver),
    )


def _speak_and_send(core: Core, gateway: Gateway, delivery: Delivery) -> Callable[[Delivered], None]:
    """Let answers be spoken where a caller waits, and return what speaks or sends one as soon as its turn has planned it."""
    speaking = Speaking(core.database, core.clock, channels=gateway.channels, sealers=core.keys)
    gateway.spoken = speaking

    def answered(event: Delivered) -> None:
        delivery.wake()
        speaking.wake(event.line.id, event.envelope.event_key)

    return answered


@asynccontextmanager
async def open_background(
    core: Core, desk: Desk, gateway: Gateway, delivery: Delivery, *, live: "Live", failed: Callable[[], None]
) -> AsyncGenerator[None]:
    """Run the consumers, the timers, delivery and the tail beside whatever the block does; all of them are safe in many processes at once.

    Each outlives a lost database by itself. One that ends all the same is a bug: it is logged, and `failed` is called.
    """
    # The job queue takes as long to import as all the rest.
    from saveit.timers import Schedule, core_jobs
    from saveit.web import Links

    # A restaurant's own system is called for real, also by a sandbox; it is never one of ours.
    http = HttpClient()
    relay = Relay(core.database, core.clock, sealers=core.keys, http=http)
    called = Called(deliver=delivery.wake, relay=relay.wake)
    runner = Runner(core.database, core.clock, consumers_of(core, desk, called))
    links = Links(desk, core.settings.public_url)
    listening = _listening(core, gateway)
    turns = Turns(
        desk,
        channels_by_name(),
        engine_of(core.settings.understanding, BuiltIn(), http=http, clock=core.clock),
        GatewayInbox(gateway),
        links=links.of,
        call_out=gateway.call_out,
        listens_s=0.0 if listening is None else core.settings.hearing.wait_s,
    )
    gateway.on_arrival = turns.wake
    turns.on_answered = _speak_and_send(core, gateway, delivery)
    tail = Tail(core.database, desk.pictures, lines=gateway.lines)
    schedule = Schedule(core.database, (*core_jobs(desk), *upkeep_jobs(gateway)))
    await runner.prepare()
    workers: dict[str, _Worker] = {
        "consumers": runner,
        "turns": turns,
        "delivery": delivery,
        "relay": relay,
        "media": _copying(core, gateway),
        "tail": tail,
        "screens": live.hub,
        "chats": live.chats,
        "timers": schedule,
    }
    if listening is not None:
        workers["listening"] = listening
    tasks = [asyncio.create_task(each.run(), name=name) for name, each in workers.items()]
    looking = asyncio.create_task(cycles.look_at_everything(), name="cycles")
    cycles.look_at_the_young_only()

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.error("background.ended", task=task.get_name(), exc_info=task.exception())
            failed()

    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        looking.cancel()
        for each in workers.values():
            each.close()
        _, late = await asyncio.wait(tasks, timeout=_GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await http.close()


def _listening(core: Core, gateway: Gateway) -> Listening | None:
    """Return who puts into words what guests say aloud, None where the settings name nobody. A sandbox's ends on the stage."""
    listener = listener_of(core.settings.hearing, http=gateway.http, clock=core.clock)
    if listener is None:
        return None
    timeout_s = float(core.settings.hearing.wait_s)
    return Listening(core.database, core.clock, sealers=core.keys, listener=listener, timeout_s=timeout_s)


def _copying(core: Core, gateway: Gateway) -> Copying:
    return Copying(
        core.database,
        core.clock,
        channels=gateway.channels,
        sealers=core.keys,
        find_credentials=gateway.credentials_of,
        call_out=gateway.call_out,
    )


async def work(settings: Settings, dsn: str) -> None:
    """Run the consumers and timers without serving anybody, until SIGTERM or SIGINT."""
    over = asyncio.Event()
    with told_to_stop(over.set):
        async with (
            open_core(settings, dsn) as core,
            open_reservations(core) as desk,
            open_front_door(core, stage := open_stage(core)) as gateway,
            open_way_out(stage, live := open_live(core, desk, gateway), gateway) as way_out,
            open_background(
                core, desk, gateway, _delivery(core, gateway, way_out), live=live, failed=over.set
            ),
        ):
            _log.info("worker.ready", node=core.database.node)
            await over.wait()


async def _serve(  # noqa: PLR0913 - the parts of a server.
    core: Core,
    desk: Desk,
    gateway: Gateway,
    delivery: Delivery,
    *,
    live: "Live",
    stage: Stage | None,
    listener: socket.socket,
    owner_dsn: str,
    ready: Callable[[], None],
) -> None:
    import uvicorn

    from saveit.web import Parts, RequestProtocol, SocketProtocol, create_app

    settings = core.settings
    redis = find_redis(settings.redis_url)
    parts = Parts(
        desk=desk,
        gateway=gateway,
        principals=PrincipalCache(core.database, core.clock, admin_key=settings.admin_key),
        emails=core.emails,
        public_url=settings.public_url,
        limits=_limits(settings),
        redis=redis,
        live=live,
        deliver=delivery.wake,
        owner_dsn=owner_dsn,
        sandbox=stage is not None,
        trusted_proxies=settings.trusted_proxies,
    )

    async def tell() -> None:
        ready()
        # Wanted with the first message of a guest, and by nobody before.
        await asyncio.to_thread(importlib.import_module, "saveit.dialogue.nlu.grammar")

    app = cast("App", create_app(parts))
    config = uvicorn.Config(
        app if stage is None else put_on_stage(stage, app, gateway, live.chats, settings=settings),
        lifespan="off",
        http=RequestProtocol,
        ws=SocketProtocol,
        ws_max_size=_FRAME_OCTETS_MAX,
        # A compressor for each of thousands of sockets costs more memory than everything else of them.
        ws_per_message_deflate=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Whose word on the caller's address is taken is decided in the web room, by the list in its parts.
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        h11_max_incomplete_event_size=_HEAD_OCTETS_MAX,
        # The server calls this as soon as it answers; once is enough.
        callback_notify=tell,
        timeout_notify=_ONCE_S,
    )
    server = uvicorn.Server(config)

    def give_up() -> None:
        server.should_exit = True

    async with hanging_up(redis), open_background(core, desk, gateway, delivery, live=live, failed=give_up):
        await server.serve([listener])


def _limits(settings: Settings) -> "Limits":
    from saveit.web import Limits

    return Limits(
        ip_per_minute=settings.rate_limit_ip_per_minute,
        key_per_minute=settings.rate_limit_key_per_minute,
        processes=settings.workers,
        sockets_per_address=settings.sockets_per_address,
        sockets_per_holder=settings.sockets_per_holder,
    )


def open_live(core: Core, desk: Desk, gateway: Gateway) -> "Live":
    """Return what sockets are served from; it begins with the background."""
    from saveit.web import Live

    chats = Chats(desk)
    times = Times(desk)
    hub = Hub(core.database, gateway.lines, chats=chats, times=times)
    return Live(hub, chats, times, session_token)


@asynccontextmanager
async def open_way_out(stage: Stage | None, live: "Live", gateway: Gateway) -> AsyncGenerator[WayOut]:
    """Lend the way to the providers; in a sandbox it ends on the stage, and nothing leaves the machine."""

    async def push(frame: SocketPush) -> str:
        route = await gateway.lines.find(CHANNEL, frame.line)
        if route is None:
            raise NotSent("line_unknown")
        return await live.chats.push(route, frame.session, frame.body)

    if stage is not None:
        yield StageWayOut(stage, push)
        await stage.close()
        return
    http = HttpClient()
    try:
        yield RealWayOut(http, push)
    finally:
        await http.close()


def _delivery(core: Core, gateway: Gateway, way_out: WayOut) -> Delivery:
    async def find_line(tenant_id: TenantId, line_id: UUID) -> LineForSending | None:
        route = await gateway.lines.by_id(LineId(line_id))
        if route is None or route.line.tenant_id != tenant_id:
            return None
        return LineForSending(route.credentials, active=route.active)

    return Delivery(
        core.database,
        core.clock,
        channels=channel_map(CHANNELS),
        sealers=core.keys,
        find_line=find_line,
        way_out=way_out,
    )


def _node() -> str:
    """Name this process among all that ever write facts. Host and number alone come again: in two containers both may be 1."""
    return f"{socket.gethostname()}.{secrets.token_hex(_NODE_OCTETS)}"


def _connections(workers: int) -> int:
    """Return how many connections this process may use for its tenants, so that all workers together fit the embedded server."""
    share = _CONNECTIONS_OF_ALL // workers - _CONNECTIONS_BESIDES
    return max(_CONNECTIONS_MIN, min(_CONNECTIONS_MAX, share))
