"""Over HTTP: a server as it is installed, and a client that has to share its cores."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec

from bench.client import Load, hammer, paced, request
from bench.door import measure_door, open_door
from bench.floor import Floor, floor_round, lay_floor
from bench.ground import Ground
from bench.report import Measure, middle, percentile, skipped
from bench.service import NotServingError, hello_up, saveit_up
from bench.sizes import Sizes
from bench.town import ACTOR, STARTS, Cell, Town, desk_at
from saveit import access

_API = "/api/v1"
_CONNECTIONS = 64
# Whichever process takes a connection answers it; asked so often, hardly any restaurant is unknown to one of two.
_TIMES_ASKED = 4
_WARMING_S_MAX = 30.0
_READ_WITHIN_S = 300.0
_LOOK_EVERY_S = 0.2
_BEHIND = (
    "SELECT EXISTS (SELECT FROM consumer_cursors c "
    "WHERE EXISTS (SELECT FROM facts f WHERE (f.txid, f.position) > (c.txid, c.position)))"
)
_GOALS: dict[str, Measure] = {
    "http_bookings_vs_floor": skipped("bookings/s", "", limit=0.7, at_least=True),
    "availability_cached_vs_hello": skipped("requests/s", "", limit=0.6, at_least=True),
    "qr_validate_p95_ms": skipped("ms", "", limit=20.0),
    "booking_p95_ms": skipped("ms", "", limit=50.0),
    "booking_p99_ms": skipped("ms", "", limit=100.0),
}


class Visitor:
    """Knows the keys of the town's tenants, and never books a cell twice."""

    def __init__(self, town: Town, tokens: Sequence[str]) -> None:
        self._town = town
        self._tokens = tokens
        self._next = 0
        self._floor_rounds = 0

    def floor_cells(self, sizes: Sizes) -> int:
        """Return where the yardstick, in its own database, finds cells that it has not booked yet."""
        self._floor_rounds += 1
        return self._floor_rounds * sizes.http_per_s * (sizes.floor_s + 1)

    def cells(self, count: int) -> list[Cell]:
        """Return cells that nobody has booked yet."""
        cells = list(self._town.scattered(self._next, count))
        self._next += count
        return cells

    def token(self, cell: Cell) -> str:
        """Return the key of a cell's tenant."""
        return self._tokens[cell.place]

    def bookings(self, count: int) -> list[bytes]:
        """Return so many requests for a table each."""
        return [self.booking(cell) for cell in self.cells(count)]

    def booking(self, cell: Cell) -> bytes:
        """Return the request for a cell."""
        town = self._town
        body = {
            "restaurant_id": town.places[cell.place].restaurant_id,
            "date": town.first_on + timedelta(days=cell.day),
            "time": STARTS[cell.start],
            "party_size": cell.party_size,
            "guest": {
                "name": f"Ana Gómez {cell.number}",
                "phone": f"+57300{cell.number:07d}",
                "email": f"ana.{cell.number}@example.com",
            },
        }
        return request(
            "POST",
            f"{_API}/reservations",
            token=self.token(cell),
            body=msgspec.json.encode(body),
            key=f"bench-{cell.number}",
        )

    def listing(self, cell: Cell) -> bytes:
        """Return the request for the starts of a cell's date."""
        on = self._town.first_on + timedelta(days=cell.day)
        return self._asking(cell.place, f"date={on}&party_size=2")

    def calendars(self) -> list[bytes]:
        """Return the requests for all dates of each restaurant."""
        question = f"date={self._town.first_on}&party_size=2&days={self._town.days}"
        return [self._asking(place, question) for place in range(len(self._town.places))]

    def _asking(self, place: int, question: str) -> bytes:
        path = f"{_API}/availability/{self._town.places[place].restaurant_id}?{question}"
        return request("GET", path, token=self._tokens[place])


async def measure_web(ground: Ground, town: Town, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Measure what goes over HTTP, or say for each why it could not be measured."""
    try:
        async with ground.database() as floor_dsn, ground.database() as dsn:
            floor = await lay_floor(floor_dsn, town, directory, server_version=ground.version)
            tokens = await _tokens(dsn, town)
            visitor = Visitor(town, tokens)
            door = await open_door(dsn, town.places[0].tenant_id)
            booked, workers = await _bookings(visitor, floor, sizes, dsn=dsn, directory=directory)
            async with saveit_up(directory, dsn=dsn) as (port, _):
                await _all_read(dsn)
                listing = await _listings(visitor, port, sizes, directory)
            async with saveit_up(directory, dsn=dsn, workers=workers) as (port, _):
                await _all_read(dsn)
                await _warmed(visitor, port)
                half = (booked.value or 1.0) / 2
                pace = await _pace(visitor, port, sizes, per_s=half)
                passes = await measure_door(
                    port, door, sizes, token=tokens[0], now=datetime.now(UTC), per_s=half
                )
    except NotServingError as error:
        return {name: msgspec.structs.replace(goal, skipped=str(error)) for name, goal in _GOALS.items()}
    return {"http_bookings_vs_floor": booked, **listing, **passes, **pace}


async def _bookings(
    visitor: Visitor, floor: Floor, sizes: Sizes, *, dsn: str, directory: Path
) -> tuple[Measure, int]:
    """Book through one process and through two, each beside the yardstick; return also how many processes were better."""
    told: list[tuple[float, float, int]] = []
    for workers in (1, 2):
        ratios: list[float] = []
        rates: list[float] = []
        async with saveit_up(directory, dsn=dsn, workers=workers) as (port, _):
            await _warmed(visitor, port)
            for _ in range(-(-sizes.rounds // 2)):
                theirs = await floor_round(floor, first=visitor.floor_cells(sizes), seconds=sizes.floor_s)
                requests = visitor.bookings(int(sizes.http_per_s * sizes.http_s))
                ours = await _hammered(port, requests, seconds=sizes.http_s)
                rates.append(ours.per_s)
                ratios.append(ours.per_s / max(1.0, theirs.per_s))
        told.append((middle(ratios), middle(rates), workers))
    ratio, rate, workers = max(told)
    each = ", ".join(f"{count}: {share:.2f}" for share, _, count in told)
    goal = _GOALS["http_bookings_vs_floor"]
    note = f"by processes {each}; value of {workers}"
    return msgspec.structs.replace(goal, value=rate, ratio=ratio, note=note, skipped=""), workers


async def _warmed(visitor: Visitor, port: int) -> None:
    """Let every process read every restaurant and date, as one that has served for a while has."""
    calendars = visitor.calendars() * _TIMES_ASKED
    load = await hammer(port, iter(calendars), connections=_CONNECTIONS, seconds=_WARMING_S_MAX)
    _demand_good(load)


async def _listings(visitor: Visitor, port: int, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Ask for starts that are in memory, in turns with a server that only says hello."""
    listings = [visitor.listing(cell) for cell in visitor.cells(_CONNECTIONS)]
    await _hammered(port, listings, seconds=sizes.http_s)
    ours: list[float] = []
    ratios: list[float] = []
    hello = [request("GET", "/hello")]
    async with hello_up(directory) as hello_port:
        for _ in range(sizes.rounds):
            empty = await hammer(hello_port, _forever(hello), connections=_CONNECTIONS, seconds=sizes.hello_s)
            full = await hammer(port, _forever(listings), connections=_CONNECTIONS, seconds=sizes.hello_s)
            _demand_good(full)
            ours.append(full.per_s)
            ratios.append(full.per_s / max(1.0, empty.per_s))
    return {
        "availability_cached_vs_hello": msgspec.structs.replace(
            _GOALS["availability_cached_vs_hello"], value=middle(ours), ratio=middle(ratios), skipped=""
        )
    }


async def _all_read(dsn: str) -> None:
    """Return once consumers have read what was booked: what they do for the thousands before is no part of what is measured next."""
    connection = await asyncpg.connect(dsn, server_settings={"role": "saveit_ledger"}, timeout=_WARMING_S_MAX)
    try:
        async with asyncio.timeout(_READ_WITHIN_S):
            while await connection.fetchval(_BEHIND):  # noqa: ASYNC110 - a table tells nobody that it is read.
                await asyncio.sleep(_LOOK_EVERY_S)
    finally:
        await connection.close(timeout=_WARMING_S_MAX)


async def _pace(visitor: Visitor, port: int, sizes: Sizes, *, per_s: float) -> dict[str, Measure]:
    """Book at half of the greatest rate, as guests do who do not wait for each other."""
    requests = visitor.bookings(max(1, int(per_s * sizes.paced_s)))
    load = await paced(port, requests, connections=_CONNECTIONS, per_s=per_s)
    _demand_good(load)
    note = f"at {per_s:,.0f} bookings/s, open loop"
    return {
        f"booking_p{share}_ms": msgspec.structs.replace(
            _GOALS[f"booking_p{share}_ms"], value=percentile(load.took_ms, share / 100), note=note, skipped=""
        )
        for share in (95, 99)
    }


async def _tokens(dsn: str, town: Town) -> list[str]:
    """Make a key for each tenant, and return for each restaurant its tenant's."""
    tokens: dict[object, str] = {}
    async with desk_at(dsn) as desk:
        for tenant_id in dict.fromkeys(place.tenant_id for place in town.places):
            draft = access.ApiKeyDraft(
                name="bench", scopes=(access.EVERYTHING,), quota_per_minute=access.QUOTA_PER_MINUTE_MAX
            )
            async with desk.database.tenant(tenant_id, ACTOR) as tx:
                made = await access.create_api_key(tx, draft, now=desk.now())
            tokens[tenant_id] = made.text
    return [tokens[place.tenant_id] for place in town.places]


async def _hammered(port: int, requests: Sequence[bytes], *, seconds: float) -> Load:
    load = await hammer(port, iter(requests), connections=_CONNECTIONS, seconds=seconds)
    _demand_good(load)
    return load


def _demand_good(load: Load) -> None:
    """A refusal where there is room is a bug, of ours or of the product's, and its speed means nothing."""
    if load.bad:
        raise NotServingError(f"it answered {load.bad} where every answer should be good")


def _forever(requests: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests
