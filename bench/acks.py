"""Signed webhooks to their durable acknowledgement, beside pgbench doing the bare insert into the same table.

One delivery in ten comes a second time, as providers send it. The yardstick inserts a row of the same size for each delivery, by one
prepared statement each, and neither looks anything up nor verifies, seals or answers anybody.
"""

import asyncio
import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from uuid import UUID

import asyncpg
import msgspec

from bench.client import Load, hammer, paced, request
from bench.ground import Ground
from bench.report import Measure, middle, percentile, skipped
from bench.service import NotServingError, saveit_up
from bench.sizes import Sizes
from bench.town import ACTOR, Town, desk_at
from saveit.advisors import LineDraft, add_line
from saveit.channels import CHANNELS
from saveit.kernel.postgres import pgbench_path

_CONNECTIONS = 64
_CLIENTS = 16
_WORKERS = 2
_LINES = 7
_DUPLICATES = 10
"""One in so many comes again."""
_TIMEOUT_S = 60.0
_TURNS_WITHIN_S = 120.0
_LOOK_EVERY_S = 0.05
_SIGNED_WITH = "the bench's own app secret"
_ACCOUNT = "102290129340398"
_PROGRESS = re.compile(r"progress: [\d.]+ s, ([\d.]+) tps")
# What a text message takes once it is sealed.
_SEALED_OCTETS = 700
_GOALS: dict[str, Measure] = {
    "webhook_acks_vs_floor": skipped("webhooks/s", "", limit=0.4, at_least=True),
    "webhook_ack_p99_ms": skipped("ms", "", limit=100.0),
    "turns_per_s": skipped("turns/s", ""),
}
_LEFT = "SELECT count(*) FROM inbox WHERE tenant_id = $1 AND status IN ('waiting', 'claimed')"
_PARKED = "SELECT count(*) FROM inbox WHERE tenant_id = $1 AND status = 'parked'"


class Provider:
    """Delivers messages of a great many guests to a few numbers; every tenth comes twice."""

    def __init__(self) -> None:
        self._next = 0

    def deliveries(self, count: int) -> list[bytes]:
        """Return so many requests, some of them repeated."""
        made: list[bytes] = []
        while len(made) < count:
            octets = self._delivery()
            made.append(octets)
            if self._next % _DUPLICATES == 0:
                made.append(octets)
        return made[:count]

    def _delivery(self) -> bytes:
        self._next += 1
        number = self._next
        message = {
            "from": f"57300{number % 100_000:07d}",
            "id": f"wamid.{number:040d}",
            "timestamp": "1772470800",
            "type": "text",
            "text": {"body": "mesa para 4 mañana a las 8 y media, somos alérgicos al maní"},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": f"n{number % _LINES}"},
            "contacts": [{"profile": {"name": "Ana Gómez"}, "wa_id": message["from"]}],
            "messages": [message],
        }
        body = msgspec.json.encode(
            {
                "object": "whatsapp_business_account",
                "entry": [{"id": _ACCOUNT, "changes": [{"field": "messages", "value": value}]}],
            }
        )
        signed = hmac.new(_SIGNED_WITH.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": f"sha256={signed}"}
        return request("POST", "/webhooks/whatsapp_meta", body=body, headers=headers)


async def measure_acks(ground: Ground, town: Town, sizes: Sizes, directory: Path) -> dict[str, Measure]:
    """Measure deliveries through two processes, in turns with the yardstick; then at half of the rate."""
    provider = Provider()
    rates: list[float] = []
    ratios: list[float] = []
    try:
        async with ground.database() as floor_dsn, ground.database() as dsn:
            tenant_id = town.places[0].tenant_id
            await _add_lines(dsn, town)
            script = _floor_script(directory, tenant_id)
            async with saveit_up(directory, dsn=dsn, workers=_WORKERS) as (port, _):
                await _hammered(port, provider.deliveries(_CONNECTIONS * _LINES), seconds=sizes.http_s)
                for _ in range(sizes.rounds):
                    floor = await _floor_round(floor_dsn, script, seconds=sizes.floor_s)
                    wanted = provider.deliveries(int(sizes.http_per_s * sizes.http_s))
                    load = await _hammered(port, wanted, seconds=sizes.http_s)
                    rates.append(load.per_s)
                    ratios.append(load.per_s / max(1.0, floor))
                half = middle(rates) / 2
                wanted = provider.deliveries(max(1, int(half * sizes.paced_s)))
                pace = await paced(port, wanted, connections=_CONNECTIONS, per_s=max(1.0, half))
                _demand_good(pace)
            await _demand_kept(dsn, tenant_id)
        async with ground.database() as dsn:
            await _add_lines(dsn, town)
            turns = await _turns(provider, dsn, tenant_id, sizes=sizes, directory=directory)
    except NotServingError as error:
        return {name: msgspec.structs.replace(goal, skipped=str(error)) for name, goal in _GOALS.items()}
    return {
        "webhook_acks_vs_floor": msgspec.structs.replace(
            _GOALS["webhook_acks_vs_floor"],
            value=middle(rates),
            ratio=middle(ratios),
            note=f"{_WORKERS} processes, one in {_DUPLICATES} again",
            skipped="",
        ),
        "webhook_ack_p99_ms": msgspec.structs.replace(
            _GOALS["webhook_ack_p99_ms"],
            value=percentile(pace.took_ms, 0.99),
            note=f"at {half:,.0f} webhooks/s, open loop",
            skipped="",
        ),
        "turns_per_s": turns,
    }


async def _turns(provider: Provider, dsn: str, tenant_id: UUID, *, sizes: Sizes, directory: Path) -> Measure:
    """Measure from the first delivery until the last guest's message is understood, acted on, and its answer planned."""
    wanted = list(dict.fromkeys(provider.deliveries(sizes.turns)))
    async with saveit_up(directory, dsn=dsn, workers=_WORKERS) as (port, _):
        # The first of all waits for whatever is made once.
        await _hammered(port, provider.deliveries(_LINES), seconds=sizes.http_s)
        connection = await asyncpg.connect(dsn, server_settings={"role": "saveit_ledger"}, timeout=_TIMEOUT_S)
        try:
            await _all_taken(connection, tenant_id)
            began = perf_counter()
            await _hammered(port, wanted, seconds=_TIMEOUT_S)
            await _all_taken(connection, tenant_id)
            took_s = perf_counter() - began
            parked: int = await connection.fetchval(_PARKED, tenant_id)
        finally:
            await connection.close(timeout=_TIMEOUT_S)
    if parked:
        raise NotServingError(f"{parked} messages could not be taken")
    note = f"{len(wanted)} guests at once, {_WORKERS} processes; from delivery to the planned answer"
    return msgspec.structs.replace(_GOALS["turns_per_s"], value=len(wanted) / took_s, note=note, skipped="")


async def _all_taken(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    """Return once nothing waits in the inbox. Raises: TimeoutError."""
    async with asyncio.timeout(_TURNS_WITHIN_S):
        while await connection.fetchval(_LEFT, tenant_id):  # noqa: ASYNC110 - a table tells nobody that it is empty.
            await asyncio.sleep(_LOOK_EVERY_S)


async def _add_lines(dsn: str, town: Town) -> None:
    tenant_id = town.places[0].tenant_id
    channels = {channel.name: channel for channel in CHANNELS}
    credentials = {"app_secret": _SIGNED_WITH, "verify_token": "agreed", "access_token": "EAAG"}
    async with desk_at(dsn) as desk:
        sealer = await desk.keys.sealer(desk.database, tenant_id)
        async with desk.database.tenant(tenant_id, ACTOR) as tx:
            for number in range(_LINES):
                draft = LineDraft(
                    channel="whatsapp_meta", account=_ACCOUNT, address=f"n{number}", credentials=credentials
                )
                await add_line(tx, draft, channels=channels, sealer=sealer, now=desk.now())


def _floor_script(directory: Path, tenant_id: UUID) -> Path:
    script = directory / "acks.sql"
    script.write_text(
        "\\set sender random(1, 100000)\n"
        "INSERT INTO inbox (tenant_id, line_id, event_key, inbox_id, sender_index, envelope_sealed, trace_id, received_at, due_at) "
        f"VALUES ('{tenant_id}', '{tenant_id}', uuid_send(gen_random_uuid()), gen_random_uuid(), int8send(:sender), "
        f"decode(repeat('5a', {_SEALED_OCTETS}), 'hex'), 'bench', now(), now()) "
        "ON CONFLICT ON CONSTRAINT event_is_kept_once DO NOTHING;\n",
        encoding="utf-8",
    )
    return script


async def _floor_round(dsn: str, script: Path, *, seconds: int) -> float:
    """Return how many bare inserts a second pgbench commits, after one second to warm up."""
    process = await asyncio.create_subprocess_exec(
        str(pgbench_path()),
        *("-n", "-P", "1", "-M", "prepared", "-c", str(_CLIENTS), "-j", "1"),
        *("-T", str(seconds + 1), "-f", str(script), dsn),
        env={**os.environ, "PGOPTIONS": "-c role=saveit_ledger -c jit=off -c timezone=UTC"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complained = await asyncio.wait_for(process.communicate(), seconds + _TIMEOUT_S)
    rates = [float(rate) for rate in _PROGRESS.findall(complained.decode())]
    if process.returncode != 0 or not rates:
        raise RuntimeError(f"pgbench failed: {complained.decode()[:2000]}")
    steady = rates[1:] or rates
    return sum(steady) / len(steady)


async def _hammered(port: int, requests: list[bytes], *, seconds: float) -> Load:
    load = await hammer(port, _each(requests), connections=_CONNECTIONS, seconds=seconds)
    _demand_good(load)
    return load


def _each(requests: list[bytes]) -> Iterator[bytes]:
    yield from requests


def _demand_good(load: Load) -> None:
    """An acknowledgement that is none is a bug, and its speed means nothing."""
    if load.bad:
        raise NotServingError(f"it answered {load.bad} where every answer should be good")


async def _demand_kept(dsn: str, tenant_id: UUID) -> None:
    """See that what was acknowledged is there at all: the fastest acknowledgement is a lie."""
    connection = await asyncpg.connect(dsn, server_settings={"role": "saveit_ledger"}, timeout=_TIMEOUT_S)
    try:
        kept = await connection.fetchval("SELECT count(*) FROM inbox WHERE tenant_id = $1", tenant_id)
    finally:
        await connection.close(timeout=_TIMEOUT_S)
    if not kept:
        raise NotServingError("it acknowledged and kept nothing")
