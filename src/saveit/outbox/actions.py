"""Writing facts, reading them back, and setting right what could not be taken."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.ids import TenantId
from saveit.outbox import store
from saveit.outbox.model import Change, Consumer, Fact, ParkedFact, Place, RecordedFact

_PAGE_LENGTH_MAX = 500
# Before the first fact there is, and before the first server gave out a number.
_BEGINNING = Place(0, 0)


async def append(tx: Transaction, fact: Fact, tenant_id: TenantId | None = None) -> None:
    """Write a fact in the caller's transaction; one over all tenants says whose fact it is."""
    await store.append_fact(tx, fact, tx.tenant_id if tenant_id is None else tenant_id)


async def history(
    tx: Transaction, subject_id: UUID, *, after: int = 0, rows_max: int = 200
) -> list[RecordedFact]:
    """Return what happened to one subject of the transaction's tenant after a position, oldest first, 500 facts at most."""
    return await store.read_history(tx, subject_id, after=after, rows_max=min(rows_max, _PAGE_LENGTH_MAX))


async def tenant_of_subject(ledger_tx: Transaction, subject_id: UUID) -> TenantId | None:
    """Return whose subject this is, or None when nothing ever happened to it: for the platform, which acts for every customer."""
    return await store.tenant_of_subject(ledger_tx, subject_id)


async def list_parked(tx: Transaction, *, rows_max: int = 200) -> list[ParkedFact]:
    """Return the facts that wait for a person: the transaction's tenant's, or in the ledger's all."""
    return await store.list_parked(tx, min(rows_max, _PAGE_LENGTH_MAX))


async def unpark(ledger_tx: Transaction, consumer: Consumer, fact_id: UUID, *, now: datetime) -> bool:
    """Let the consumer try a parked fact again, and settle it; False when it is not parked, or settled already.

    Raises: whatever the consumer raises; the fact stays parked when the caller's transaction is undone by it.
    """
    parked = await store.lock_parked(ledger_tx, consumer.name, fact_id)
    if parked is None:
        return False
    fact = await store.read_fact(ledger_tx, parked.place)
    assert fact is not None, "facts are never removed"
    await consumer.handle(ledger_tx, fact)
    await store.settle_parked(ledger_tx, parked, now)
    return True


async def mend_restored_log(database: Database) -> int:
    """Bring a log in order that was restored from another server, before anybody serves; return how many facts were moved.

    Costs one reading of an index when there is nothing to do. To be called after a restore and when a process starts.
    """
    async with database.ledger(Actor("system", "outbox", "internal")) as tx:
        return await store.renumber_facts(tx) if await store.facts_out_of_reach(tx) else 0


async def rewind(ledger_tx: Transaction, consumer: str, *, now: datetime) -> bool:
    """Let a consumer read the whole log anew, after the caller has undone, in this transaction, all it ever did; False while it is reading.

    What was parked for it is settled: it is read again with the rest.
    """
    if await store.lock_cursor(ledger_tx, consumer) is None:
        return False
    await store.move_cursor(ledger_tx, consumer, _BEGINNING, attempts=0, now=now)
    for parked in await store.list_parked(ledger_tx, _PAGE_LENGTH_MAX):
        if parked.consumer == consumer:
            await store.settle_parked(ledger_tx, parked, now)
    return True


async def present(database: Database) -> Place:
    """Return the place in the log from which on everything is yet to come."""
    rows = await store.read_changes(database, _BEGINNING, node="", rows_max=0)
    return Place(rows[0].readable_before, 0)


async def facts_after(database: Database, after: Place, *, rows_max: int) -> tuple[list[RecordedFact], Place]:
    """Return the facts that follow a place, and the place to go on from. Nothing that commits late is skipped.

    For readers without a cursor of their own in the database: a process that shows what happens.
    """
    rows = await store.read_log(database, after, rows_max=rows_max)
    facts = [_recorded(row) for row in rows if row.txid is not None]
    if len(facts) == rows_max:
        return facts, facts[-1].place
    return facts, max(after, Place(rows[-1].readable_before, 0))


def _recorded(row: store.LogRow) -> RecordedFact:
    """Return the fact of a row that has one: all its columns are there then, as the table says."""
    values = msgspec.structs.asdict(row)
    del values["readable_before"]
    return RecordedFact(**values)


async def latest(ledger_tx: Transaction, after: Place, *, rows_max: int) -> list[RecordedFact]:
    """Return the newest facts of all tenants after a place, oldest first. For people who look on: what commits late may be missed."""
    return (await store.read_latest(ledger_tx, after, rows_max))[::-1]


async def changes_of_others(
    database: Database, after: Place, *, rows_max: int
) -> tuple[Sequence[Change], Place]:
    """Return what other processes did after a place, and the place to go on from. Nothing that commits late is skipped."""
    rows = await store.read_changes(database, after, node=database.node, rows_max=rows_max)
    changes = [
        Change(row.kind, row.restaurant_id, row.service_on, row.was_on, row.subject_id)
        for row in rows
        if row.kind is not None and row.subject_id is not None
    ]
    last = rows[-1]
    if len(changes) == rows_max and last.txid is not None and last.position is not None:
        return changes, Place(last.txid, last.position)
    # All that is left before this transaction is this process's own; of that transaction nothing has been read.
    return changes, Place(last.readable_before, 0)
