"""The typed hand that runs queries.sql."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.gateway.model import EventLine, ParkedEvent, Quarantined, Reason
from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import LineId, TenantId


class NewEvent(msgspec.Struct, frozen=True):
    """An event about to be kept."""

    tenant_id: TenantId
    line_id: LineId
    event_key: bytes
    inbox_id: UUID
    sender_index: bytes
    envelope_sealed: bytes
    trace_id: str
    received_at: datetime


class StoredRow(msgspec.Struct, frozen=True):
    """An event that was not there before."""

    id: UUID


class ParkedRow(msgspec.Struct, frozen=True):
    """A parked event, with what came."""

    id: UUID
    line_id: LineId
    position: int
    received_at: datetime
    attempts: int
    error: str
    parked_at: datetime
    envelope_sealed: bytes


class EventRow(msgspec.Struct, frozen=True):
    """An event that was claimed, sealed."""

    tenant_id: TenantId
    line_id: LineId
    inbox_id: UUID
    position: int
    sender_index: bytes
    envelope_sealed: bytes
    trace_id: str
    received_at: datetime
    attempts: int
    is_followed: bool


class BehindRow(msgspec.Struct, frozen=True):
    """An event that waits behind another, sealed."""

    inbox_id: UUID
    envelope_sealed: bytes


class HistoryRow(msgspec.Struct, frozen=True):
    """A line whose provider is to be asked, and until when nothing is missing."""

    tenant_id: TenantId
    line_id: LineId
    complete_until: datetime


class InboxState(msgspec.Struct, frozen=True):
    """How the inbox stands."""

    lag_s: float
    waiting: int
    parked: int


_STATEMENTS = load_statements("saveit.gateway")
_INSERT_EVENTS = _STATEMENTS.query("insert_events", StoredRow)
_CLAIM_EVENTS = _STATEMENTS.query("claim_events", EventRow)
_EVENTS_BEHIND = _STATEMENTS.query("events_behind", BehindRow)
_CLAIM_HISTORIES = _STATEMENTS.query("claim_histories", HistoryRow)
_COMPLETE_HISTORY = _STATEMENTS.command("complete_history")
_FINISH_EVENT = _STATEMENTS.command("finish_event")
_PARK_EVENT = _STATEMENTS.command("park_event")
_DELAY_EVENT = _STATEMENTS.command("delay_event")
_PUT_OFF_EVENT = _STATEMENTS.command("put_off_event")
_HOLD_EVENT = _STATEMENTS.command("hold_event")
_PARK_EXHAUSTED = _STATEMENTS.command("park_exhausted")
_LIST_PARKED = _STATEMENTS.query("list_parked", ParkedEvent)
_LINE_OF_EVENT = _STATEMENTS.query("line_of_event", EventLine)
_PARKED_EVENT = _STATEMENTS.query("parked_event", ParkedRow)
_DISCARD_EVENT = _STATEMENTS.command("discard_event")
_REPLAY_EVENT = _STATEMENTS.command("replay_event")
_INBOX_STATE = _STATEMENTS.query("inbox_state", InboxState)
_FORGET_EVENTS = _STATEMENTS.command("forget_events")
_QUARANTINE = _STATEMENTS.command("quarantine")
_LIST_QUARANTINE = _STATEMENTS.query("list_quarantine", Quarantined)
_FORGET_QUARANTINE = _STATEMENTS.command("forget_quarantine")


async def insert_events(database: Database, events: Sequence[NewEvent]) -> set[UUID]:
    """Keep the events, committed by itself in one round trip, and return those that were not there before."""
    rows = await database.call(
        _INSERT_EVENTS,
        tenant_ids=[event.tenant_id for event in events],
        line_ids=[event.line_id for event in events],
        event_keys=[event.event_key for event in events],
        inbox_ids=[event.inbox_id for event in events],
        sender_indexes=[event.sender_index for event in events],
        envelopes=[event.envelope_sealed for event in events],
        trace_ids=[event.trace_id for event in events],
        received_ats=[event.received_at for event in events],
    )
    return {row.id for row in rows}


async def claim_events(
    ledger_tx: Transaction, *, events_max: int, now: datetime, until: datetime
) -> list[EventRow]:
    """Claim the next events. Raises: ConstraintBroken for one_event_of_a_sender_at_a_time."""
    return await ledger_tx.many(_CLAIM_EVENTS, events_max=events_max, now=now, until=until)


async def events_behind(
    ledger_tx: Transaction, tenant_id: TenantId, line_id: LineId, *, sender_index: bytes, position: int
) -> list[BehindRow]:
    """Return what waits behind a place in a sender's queue."""
    return await ledger_tx.many(
        _EVENTS_BEHIND, tenant_id=tenant_id, line_id=line_id, sender_index=sender_index, position=position
    )


async def finish_event(tx: Transaction, inbox_id: UUID, claim: int, now: datetime) -> bool:
    """Settle the event; False when somebody else has it."""
    count = await tx.run(_FINISH_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, claim=claim, now=now)
    return count == 1


async def park_event(tx: Transaction, inbox_id: UUID, claim: int, *, error: str, now: datetime) -> bool:
    """Put the event aside; False when somebody else has it."""
    count = await tx.run(
        _PARK_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, claim=claim, error=error, now=now
    )
    return count == 1


async def park_unopened(
    ledger_tx: Transaction, tenant_id: TenantId, inbox_id: UUID, *, claim: int, error: str, now: datetime
) -> None:
    """Put an event aside, over all tenants."""
    await ledger_tx.run(
        _PARK_EVENT, tenant_id=tenant_id, inbox_id=inbox_id, claim=claim, error=error, now=now
    )


async def delay_event(tx: Transaction, inbox_id: UUID, claim: int, *, error: str, due_at: datetime) -> bool:
    """Give the event back; False when somebody else has it."""
    count = await tx.run(
        _DELAY_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, claim=claim, error=error, due_at=due_at
    )
    return count == 1


async def put_off_event(tx: Transaction, inbox_id: UUID, claim: int, due_at: datetime) -> bool:
    """Give the event back without counting the attempt; False when somebody else has it."""
    count = await tx.run(
        _PUT_OFF_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, claim=claim, due_at=due_at
    )
    return count == 1


async def hold_event(tx: Transaction, inbox_id: UUID, claim: int, until: datetime) -> bool:
    """Keep the claim for longer; False when somebody else has the event."""
    count = await tx.run(_HOLD_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, claim=claim, until=until)
    return count == 1


async def park_exhausted(ledger_tx: Transaction, *, attempts_max: int, now: datetime) -> int:
    """Put aside what nobody could finish."""
    return await ledger_tx.run(_PARK_EXHAUSTED, attempts_max=attempts_max, now=now)


async def list_parked(
    tx: Transaction, *, line_id: LineId | None, after: int | None, limit: int
) -> list[ParkedEvent]:
    """Return what is parked."""
    return await tx.many(_LIST_PARKED, tenant_id=tx.tenant_id, line_id=line_id, after=after, limit=limit)


async def line_of_event(tx: Transaction, inbox_id: UUID) -> EventLine | None:
    """Return by which line an event came."""
    return await tx.maybe(_LINE_OF_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id)


async def parked_event(tx: Transaction, inbox_id: UUID) -> ParkedRow | None:
    """Return one of the tenant's parked events."""
    return await tx.maybe(_PARKED_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id)


async def discard_event(tx: Transaction, inbox_id: UUID, now: datetime) -> bool:
    """Let a parked event rest."""
    return await tx.run(_DISCARD_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, now=now) > 0


async def replay_event(tx: Transaction, inbox_id: UUID, now: datetime) -> bool:
    """Let a parked event be taken again; False when it is not parked."""
    return await tx.run(_REPLAY_EVENT, tenant_id=tx.tenant_id, inbox_id=inbox_id, now=now) == 1


async def inbox_state(ledger_tx: Transaction, now: datetime) -> InboxState:
    """Return how the inbox stands."""
    return await ledger_tx.one(_INBOX_STATE, now=now)


async def forget_events(
    ledger_tx: Transaction, *, done_before: datetime, parked_before: datetime, rows_max: int
) -> int:
    """Remove settled events."""
    return await ledger_tx.run(
        _FORGET_EVENTS, done_before=done_before, parked_before=parked_before, rows_max=rows_max
    )


async def quarantine(  # noqa: PLR0913 - what is noted of an address.
    ledger_tx: Transaction,
    *,
    quarantine_id: UUID,
    tenant_id: TenantId | None,
    line_id: LineId | None,
    channel: str,
    account: str,
    address: str,
    reason: Reason,
    seen: int,
    octets: int,
    rows_max: int,
    now: datetime,
) -> None:
    """Note that something came for nobody."""
    await ledger_tx.run(
        _QUARANTINE,
        quarantine_id=quarantine_id,
        tenant_id=tenant_id,
        line_id=line_id,
        channel=channel,
        account=account,
        address=address,
        reason=reason,
        seen=seen,
        octets=octets,
        rows_max=rows_max,
        now=now,
    )


async def list_quarantine(tx: Transaction, tenant_id: TenantId | None, limit: int) -> list[Quarantined]:
    """Return what came for nobody: all of it, or one tenant's."""
    return await tx.many(_LIST_QUARANTINE, tenant_id=tenant_id, limit=limit)


async def forget_quarantine(ledger_tx: Transaction, *, before: datetime, rows_max: int) -> int:
    """Remove what nobody has sent to since."""
    return await ledger_tx.run(_FORGET_QUARANTINE, before=before, rows_max=rows_max)


async def claim_histories(
    ledger_tx: Transaction, channels: Sequence[str], *, now: datetime, before: datetime, rows_max: int
) -> list[HistoryRow]:
    """Take the lines whose providers are to be asked."""
    return await ledger_tx.many(
        _CLAIM_HISTORIES, channels=list(channels), now=now, before=before, rows_max=rows_max
    )


async def complete_history(
    ledger_tx: Transaction, tenant_id: TenantId, line_id: LineId, *, until: datetime
) -> None:
    """Note until when nothing is missing."""
    await ledger_tx.run(_COMPLETE_HISTORY, tenant_id=tenant_id, line_id=line_id, until=until)
