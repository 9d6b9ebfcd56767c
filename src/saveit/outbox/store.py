"""The typed hand that runs queries.sql."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.outbox.model import Fact, ParkedFact, Place, RecordedFact


class AnswerRow(msgspec.Struct, frozen=True):
    """Yes or no."""

    answer: bool


class CountRow(msgspec.Struct, frozen=True):
    """A number of rows."""

    counted: int


class CursorRow(msgspec.Struct, frozen=True):
    """How far a consumer has read, and how often it failed at what comes next."""

    txid: int
    position: int
    attempts: int


class PeekRow(msgspec.Struct, frozen=True):
    """How a consumer stands without reading anything."""

    consumer: str
    lag_s: float
    readable: bool
    parked: int


class ChangeRow(msgspec.Struct, frozen=True):
    """One fact of another process, or none, and the first transaction that may not be read yet."""

    readable_before: int
    txid: int | None
    position: int | None
    kind: str | None
    restaurant_id: RestaurantId | None
    service_on: date | None
    was_on: date | None
    subject_id: UUID | None


class LogRow(msgspec.Struct, frozen=True):
    """One fact, or none, and the first transaction that may not be read yet."""

    readable_before: int
    txid: int | None
    position: int | None
    fact_id: UUID | None
    tenant_id: TenantId | None
    restaurant_id: RestaurantId | None
    kind: str | None
    version: int | None
    subject_kind: str | None
    subject_id: UUID | None
    service_on: date | None
    actor: str | None
    channel: str | None
    trace_id: str | None
    node: str | None
    at: datetime | None
    body: str | None


class TenantRow(msgspec.Struct, frozen=True):
    """Whose something is."""

    tenant_id: UUID


_STATEMENTS = load_statements("saveit.outbox")
_TENANT_OF_SUBJECT = _STATEMENTS.query("tenant_of_subject", TenantRow)
_APPEND_FACT = _STATEMENTS.command("append_fact")
_FACTS_OUT_OF_REACH = _STATEMENTS.query("facts_out_of_reach", AnswerRow)
_RENUMBER_FACTS = _STATEMENTS.query("renumber_facts", CountRow)
_MAKE_CURSOR = _STATEMENTS.command("make_cursor")
_LOCK_CURSOR = _STATEMENTS.query("lock_cursor", CursorRow)
_MOVE_CURSOR = _STATEMENTS.command("move_cursor")
_READ_FACTS = _STATEMENTS.query("read_facts", RecordedFact)
_READ_FACT = _STATEMENTS.query("read_fact", RecordedFact)
_PEEK = _STATEMENTS.query("peek", PeekRow)
_PARK_FACT = _STATEMENTS.command("park_fact")
_LIST_PARKED = _STATEMENTS.query("list_parked", ParkedFact)
_LOCK_PARKED = _STATEMENTS.query("lock_parked", ParkedFact)
_SETTLE_PARKED = _STATEMENTS.command("settle_parked")
_READ_HISTORY = _STATEMENTS.query("read_history", RecordedFact)
_READ_LOG = _STATEMENTS.query("read_log", LogRow)
_READ_LATEST = _STATEMENTS.query("read_latest", RecordedFact)
_READ_CHANGES = _STATEMENTS.query("read_changes", ChangeRow)


async def append_fact(tx: Transaction, fact: Fact, tenant_id: TenantId) -> None:
    """Insert the fact with the transaction's actor, channel, trace and node."""
    await tx.run(
        _APPEND_FACT,
        fact_id=fact.fact_id,
        tenant_id=tenant_id,
        restaurant_id=fact.restaurant_id,
        kind=fact.kind,
        version=fact.version,
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        service_on=fact.service_on,
        actor=str(tx.actor),
        channel=tx.actor.channel,
        trace_id=tx.actor.trace_id,
        node=tx.node,
        at=fact.at,
        body=fact.body.decode(),
    )


async def facts_out_of_reach(tx: Transaction) -> bool:
    """Say whether the log carries transaction numbers that this server has not given out yet."""
    return (await tx.one(_FACTS_OUT_OF_REACH)).answer


async def renumber_facts(tx: Transaction) -> int:
    """Bring a restored log in order, and return how many facts were moved."""
    return (await tx.one(_RENUMBER_FACTS)).counted


async def make_cursor(tx: Transaction, consumer: str, *, from_now: bool, now: datetime) -> None:
    """Give a consumer its cursor, unless it has one."""
    await tx.run(_MAKE_CURSOR, consumer=consumer, from_now=from_now, now=now)


async def lock_cursor(tx: Transaction, consumer: str) -> CursorRow | None:
    """Return the cursor, kept for this transaction; None when another has it."""
    return await tx.maybe(_LOCK_CURSOR, consumer=consumer)


async def move_cursor(tx: Transaction, consumer: str, place: Place, *, attempts: int, now: datetime) -> None:
    """Note how far the consumer has read."""
    await tx.run(
        _MOVE_CURSOR,
        consumer=consumer,
        txid=place.txid,
        position=place.position,
        attempts=attempts,
        now=now,
    )


async def read_facts(
    tx: Transaction, after: Place, *, kinds: Collection[str], rows_max: int
) -> list[RecordedFact]:
    """Return the facts that follow, of all kinds; only those of the kinds asked for have their bodies."""
    return await tx.many(
        _READ_FACTS, txid=after.txid, position=after.position, kinds=list(kinds), rows_max=rows_max
    )


async def read_fact(tx: Transaction, place: Place) -> RecordedFact | None:
    """Return the fact at a place."""
    return await tx.maybe(_READ_FACT, txid=place.txid, position=place.position)


async def peek(database: Database, consumers: Sequence[str]) -> list[PeekRow]:
    """Return how the consumers stand."""
    return await database.call(_PEEK, consumers=list(consumers))


async def park_fact(
    tx: Transaction, consumer: str, fact: RecordedFact, *, reason: str, attempts: int, now: datetime
) -> None:
    """Put a fact aside."""
    await tx.run(
        _PARK_FACT,
        tenant_id=fact.tenant_id,
        consumer=consumer,
        txid=fact.txid,
        position=fact.position,
        fact_id=fact.fact_id,
        kind=fact.kind,
        reason=reason,
        attempts=attempts,
        parked_at=now,
    )


async def list_parked(tx: Transaction, rows_max: int) -> list[ParkedFact]:
    """Return what is parked."""
    return await tx.many(_LIST_PARKED, rows_max=rows_max)


async def lock_parked(tx: Transaction, consumer: str, fact_id: UUID) -> ParkedFact | None:
    """Return a parked fact, kept for this transaction."""
    return await tx.maybe(_LOCK_PARKED, consumer=consumer, fact_id=fact_id)


async def settle_parked(tx: Transaction, parked: ParkedFact, now: datetime) -> None:
    """Note that a parked fact is done with."""
    await tx.run(
        _SETTLE_PARKED,
        tenant_id=parked.tenant_id,
        consumer=parked.consumer,
        position=parked.position,
        now=now,
    )


async def read_history(tx: Transaction, subject_id: UUID, *, after: int, rows_max: int) -> list[RecordedFact]:
    """Return what happened to one subject of the transaction's tenant."""
    return await tx.many(
        _READ_HISTORY, tenant_id=tx.tenant_id, subject_id=subject_id, after=after, rows_max=rows_max
    )


async def read_latest(tx: Transaction, after: Place, rows_max: int) -> list[RecordedFact]:
    """Return the newest facts, newest first."""
    return await tx.many(_READ_LATEST, txid=after.txid, position=after.position, rows_max=rows_max)


async def read_changes(database: Database, after: Place, *, node: str, rows_max: int) -> list[ChangeRow]:
    """Return what processes other than `node` did; one row at least, which says how far the log may be read."""
    return await database.call(
        _READ_CHANGES, txid=after.txid, position=after.position, node=node, rows_max=rows_max
    )


async def read_log(database: Database, after: Place, *, rows_max: int) -> list[LogRow]:
    """Return the facts that follow; one row at least, which says how far the log may be read."""
    return await database.call(_READ_LOG, txid=after.txid, position=after.position, rows_max=rows_max)


async def tenant_of_subject(ledger_tx: Transaction, subject_id: UUID) -> TenantId | None:
    """Return whose subject this is."""
    row = await ledger_tx.maybe(_TENANT_OF_SUBJECT, subject_id=subject_id)
    return None if row is None else TenantId(row.tenant_id)
