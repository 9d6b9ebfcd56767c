"""One fact to thousands of idle sockets, beside a bare application that broadcasts a text of the same length on the same server.

Ours is measured from the commit of the fact, in another process, to the last socket that has it: the log is read, the fact encoded, and
each socket looked up. The yardstick is told by a request, and knows nothing but its sockets.
"""

import asyncio
import base64
import json
import os
import resource
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import cast
from uuid import uuid4

import msgspec

from bench.client import ask_once, request
from bench.ground import Ground
from bench.report import Measure, middle, percentile, skipped
from bench.service import NotServingError, hello_up, saveit_up
from bench.sizes import Sizes
from bench.town import ACTOR, Place, Town, desk_at
from saveit.access import ApiKeyDraft, create_api_key
from saveit.outbox import Fact, append
from saveit.reservations import Desk

_WITHIN_S = 60.0
_PARTS_OF_RHYTHM, _PART_S = 7, 0.011
_AT_ONCE = 64
_SPARE_FILES = 500
_OCTETS_OF_A_KILOBYTE = 1024
_GOALS: dict[str, Measure] = {
    "live_fanout_vs_raw": skipped("ms", "", limit=0.7, at_least=True),
    "socket_memory_kb": skipped("kB", "", limit=30.0),
    "fact_to_screen_p95_ms": skipped("ms", "", limit=200.0),
    "fact_to_screen_worst_ms": skipped("ms", "", limit=1000.0),
}


class Socket(asyncio.Protocol):
    """A client that counts what it is sent. Masks are zeros: nobody is between us."""

    def __init__(self, crowd: "Crowd", hello: bytes) -> None:
        self._crowd = crowd
        self._hello = hello
        self._unread = b""
        self._transport: asyncio.Transport | None = None
        self.upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a socket."""
        # uvloop's own is one, and no subclass.
        self._transport = transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._crowd.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Count the frames that say what is waited for."""
        if not self.upgraded:
            self._unread += data
            head, found, rest = self._unread.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                self._crowd.fail(head[:80].decode("latin-1"))
                return
            self.upgraded = True
            assert self._transport is not None
            if self._hello:
                self._transport.write(_masked(self._hello))
            else:
                self._crowd.ready()
            data = rest
        if b'"subscribed"' in data:
            self._crowd.ready()
        if self._crowd.awaited and self._crowd.awaited in data:
            self._crowd.heard()

    def close(self) -> None:
        """Go."""
        if self._transport is not None:
            self._transport.close()


class Crowd:
    """Sockets of one server, and how many of them have heard."""

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.size = size
        self.sockets: list[Socket] = []
        self.awaited = b""
        self._count = 0
        self._all = asyncio.Event()
        self._failure = ""
        self._at_s = 0.0

    def ready(self) -> None:
        """One more is in."""
        self._one_more()

    def heard(self) -> None:
        """One more has it."""
        self._at_s = perf_counter()
        self._one_more()

    def fail(self, why: str) -> None:
        """It cannot be."""
        self._failure = why
        self._all.set()

    async def all_in(self) -> None:
        """Return once everybody has done it. Raises: NotServingError."""
        try:
            await asyncio.wait_for(self._all.wait(), _WITHIN_S)
        except TimeoutError as error:
            raise NotServingError(f"{self._count} of {self.size} sockets in {_WITHIN_S:g} s") from error
        if self._failure:
            raise NotServingError(self._failure)

    def expect(self, text: bytes) -> None:
        """Wait for this from now on."""
        self.awaited, self._count = text, 0
        self._all.clear()

    async def heard_after_s(self, began_s: float) -> float:
        """Return how long after `began_s` the last had it."""
        await self.all_in()
        return self._at_s - began_s

    def _one_more(self) -> None:
        self._count += 1
        if self._count == self.size:
            self._all.set()


async def measure_sockets(ground: Ground, town: Town, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Measure the fan-out of one fact, and what a socket costs in memory."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < sizes.sockets + _SPARE_FILES:
        why = f"only {most} files may be open"
        return {name: msgspec.structs.replace(goal, skipped=why) for name, goal in _GOALS.items()}
    try:
        async with ground.database() as dsn:
            return await _measured(dsn, town, sizes, directory)
    except NotServingError as error:
        return {name: msgspec.structs.replace(goal, skipped=str(error)) for name, goal in _GOALS.items()}


async def _measured(dsn: str, town: Town, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    place = town.places[0]
    ours_ms: list[float] = []
    raw_ms: list[float] = []
    async with (
        desk_at(dsn) as desk,
        saveit_up(directory, dsn=dsn) as (port, _),
        hello_up(directory, "bench.broadcast:app") as raw_port,
    ):
        before = _memory_kb(port)
        topics = [{"restaurant_id": str(place.restaurant_id)}]
        hello = json.dumps({"type": "hello", "token": await _key(desk, place), "topics": topics}).encode()
        async with _crowd(port, "/ws/staff", sizes.screens, hello) as screens:
            told_ms = await _told_ms(desk, place, screens, sizes.facts)
        async with _crowd(port, "/ws/staff", sizes.sockets, hello) as ours:
            each_kb = (_memory_kb(port) - before) / sizes.sockets
            async with _crowd(raw_port, "/", sizes.sockets, b"") as raw:
                # The first is to warm up: buffers and code are there afterwards.
                for number in range(sizes.rounds + 1):
                    mine = await _fact_ms(desk, place, ours)
                    bare = await _broadcast_ms(raw_port, raw, length=700)
                    if number:
                        ours_ms.append(mine)
                        raw_ms.append(bare)
    return {
        "live_fanout_vs_raw": msgspec.structs.replace(
            _GOALS["live_fanout_vs_raw"],
            value=middle(ours_ms),
            ratio=middle([bare / mine for mine, bare in zip(ours_ms, raw_ms, strict=True)]),
            note=f"{sizes.sockets} sockets; raw {middle(raw_ms):.0f} ms",
            skipped="",
        ),
        "socket_memory_kb": msgspec.structs.replace(
            _GOALS["socket_memory_kb"], value=each_kb, note=f"of {sizes.sockets}", skipped=""
        ),
        **{
            name: msgspec.structs.replace(
                _GOALS[name], value=value, note=f"{sizes.facts} facts, {sizes.screens} screens", skipped=""
            )
            for name, value in (
                ("fact_to_screen_p95_ms", percentile(told_ms, 0.95)),
                ("fact_to_screen_worst_ms", max(told_ms)),
            )
        },
    }


async def _told_ms(desk: Desk, place: Place, screens: Crowd, count: int) -> list[float]:
    """Return how long after the commit of each fact, in another process, the last screen of a house had it."""
    took_ms: list[float] = []
    for number in range(count):
        # At every part of the process's own rhythm, and not always right after it has looked.
        await asyncio.sleep(number % _PARTS_OF_RHYTHM * _PART_S)
        took_ms.append(await _fact_ms(desk, place, screens))
    return took_ms


async def _fact_ms(desk: Desk, place: Place, crowd: Crowd) -> float:
    """Return how long after its commit the last socket has a fact."""
    fact = Fact(
        fact_id=uuid4(),
        kind="availability.changed",
        restaurant_id=place.restaurant_id,
        subject_kind="restaurant",
        subject_id=place.restaurant_id,
        service_on=None,
        at=desk.now(),
        body=b'{"because":"%s"}' % (b"x" * 250),
    )
    crowd.expect(str(fact.fact_id).encode())
    async with desk.database.tenant(place.tenant_id, ACTOR) as tx:
        await append(tx, fact)
    return await crowd.heard_after_s(perf_counter()) * 1000


async def _broadcast_ms(port: int, crowd: Crowd, *, length: int) -> float:
    """Return how long after the request the last socket has a text."""
    text = uuid4().hex.encode()
    crowd.expect(text)
    began_s = perf_counter()
    asking = asyncio.create_task(ask_once(port, request("POST", "/", body=text.ljust(length, b"."))))
    took_s = await crowd.heard_after_s(began_s)
    await asking
    return took_s * 1000


async def _key(desk: Desk, place: Place) -> str:
    draft = ApiKeyDraft(name="bench", scopes=("*",))
    async with desk.database.tenant(place.tenant_id, ACTOR) as tx:
        return (await create_api_key(tx, draft, now=desk.now())).text


@asynccontextmanager
async def _crowd(port: int, path: str, size: int, hello: bytes) -> AsyncGenerator[Crowd]:
    """Open so many sockets, some at a time, and close them after the block."""
    crowd = Crowd(path, size)
    loop = asyncio.get_running_loop()
    for first in range(0, size, _AT_ONCE):
        made = await asyncio.gather(
            *(
                loop.create_connection(lambda: Socket(crowd, hello), "127.0.0.1", port)
                for _ in range(min(_AT_ONCE, size - first))
            )
        )
        crowd.sockets += [socket for _, socket in made]
    await crowd.all_in()
    try:
        yield crowd
    finally:
        for socket in crowd.sockets:
            socket.close()


def _masked(text: bytes) -> bytes:
    """Return a text as a client's frame."""
    # Ours are longer than what fits one octet (RFC 6455, 5.2).
    length = bytes((0x80 | 126,)) + len(text).to_bytes(2)
    return b"\x81" + length + b"\0\0\0\0" + text


def _memory_kb(port: int) -> float:
    """Return what the processes of the server at a port have in memory."""
    told = f"SAVEIT_PORT={port}".encode()
    octets = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if told in (process / "environ").read_bytes().split(b"\0"):
                pages = int((process / "statm").read_text(encoding="ascii").split()[1])
                octets += pages * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return octets / _OCTETS_OF_A_KILOBYTE
