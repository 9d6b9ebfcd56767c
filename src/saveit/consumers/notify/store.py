"""The typed hand that runs queries.sql of delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import TenantId


class ClaimRow(msgspec.Struct, frozen=True):
    """A message taken for sending."""

    tenant_id: TenantId
    message_id: UUID
    created_at: datetime
    conversation_id: UUID
    line_id: UUID
    channel: str
    author: Literal["bot", "staff", "system"]
    part_sealed: bytes | None
    attempts: int
    expires_at: datetime
    last_inbound_at: datetime | None
    address_index: bytes
    overtaken: bool
    notice_id: UUID | None


class RateRow(msgspec.Struct, frozen=True):
    """Until when a rate is used up."""

    used_until: datetime


class SettledRow(msgspec.Struct, frozen=True):
    """What a message was and is."""

    was: str
    status: str


class StaleRow(msgspec.Struct, frozen=True):
    """A message that was given up without a word from its provider."""

    tenant_id: TenantId
    message_id: UUID
    created_at: datetime
    conversation_id: UUID
    line_id: UUID
    channel: str
    attempts: int
    notice_id: UUID | None


class SpokenRow(msgspec.Struct, frozen=True):
    """Words that are to be spoken into a call, or were a moment ago."""

    tenant_id: TenantId
    message_id: UUID
    created_at: datetime
    conversation_id: UUID
    line_id: UUID
    channel: str
    attempts: int
    notice_id: UUID | None
    status: str
    part_sealed: bytes | None


class DeadLetterRow(msgspec.Struct, frozen=True):
    """A message that a person must look at."""

    message_id: UUID
    message_created_at: datetime
    conversation_id: UUID
    line_id: UUID
    channel: str
    reason: str
    code: str
    attempts: int
    died_at: datetime


class DeadRow(msgspec.Struct, frozen=True):
    """What an operator watches."""

    dead: int
    stopped: int
    lag_s: float


_STATEMENTS = load_statements("saveit.consumers.notify")
_CLAIM = _STATEMENTS.query("claim_messages", ClaimRow)
_TAKE_RATE = _STATEMENTS.query("take_rate", RateRow)
_FIND_RATE = _STATEMENTS.query("find_rate", RateRow)
_SETTLE_ACCEPTED = _STATEMENTS.query("settle_accepted", SettledRow)
_SETTLE = _STATEMENTS.query("settle", SettledRow)
_RESUME_STALE = _STATEMENTS.command("resume_stale")
_ABANDON_STALE = _STATEMENTS.query("abandon_stale", StaleRow)
_EXPIRE_PLANNED = _STATEMENTS.query("expire_planned", StaleRow)
_CLAIM_UNKNOWN = _STATEMENTS.query("claim_unknown", ClaimRow)
_REPLAN_UNKNOWN = _STATEMENTS.query("replan_unknown", SettledRow)
_SPOKEN_PARTS = _STATEMENTS.query("spoken_parts", SpokenRow)
_ACCEPT_SPOKEN = _STATEMENTS.command("accept_spoken")
_DROP_UNHEARD = _STATEMENTS.query("drop_unheard", StaleRow)
_BURY_UNKNOWN = _STATEMENTS.command("bury_unknown")
_SETTLE_ARRIVED = _STATEMENTS.command("settle_arrived")
_BURY = _STATEMENTS.command("bury")
_SETTLE_DEAD = _STATEMENTS.query("settle_dead_letter", DeadLetterRow)
_LIST_DEAD = _STATEMENTS.query("list_dead_letters", DeadLetterRow)
_REPLAN = _STATEMENTS.command("replan")
_SETTLE_BY_PERSON = _STATEMENTS.query("settle_by_person", StaleRow)
_FORGET_RATES = _STATEMENTS.command("forget_rates")
_COUNT_DEAD = _STATEMENTS.query("count_dead", DeadRow)


async def claim_messages(
    ledger_tx: Transaction,
    *,
    now: datetime,
    lease_until: datetime,
    channels: Sequence[str],
    priority_max: int,
    rows_max: int,
) -> list[ClaimRow]:
    """Take what is due."""
    return await ledger_tx.many(
        _CLAIM,
        now=now,
        lease_until=lease_until,
        channels=list(channels),
        priority_max=priority_max,
        rows_max=rows_max,
    )


async def take_rate(
    ledger_tx: Transaction, claim: ClaimRow, subject_id: UUID, *, each_s: float, burst_s: float, now: datetime
) -> datetime | None:
    """Use up one place in a rate; None when there was one, else until when there is none."""
    place = {"tenant_id": claim.tenant_id, "line_id": claim.line_id, "subject_id": subject_id}
    taken = await ledger_tx.maybe(_TAKE_RATE, **place, each_s=each_s, burst_s=burst_s, now=now)
    if taken is not None:
        return None
    row = await ledger_tx.maybe(_FIND_RATE, **place)
    return now if row is None else row.used_until


async def settle_accepted(
    tx: Transaction, claim: ClaimRow, *, channel_message_id: str, now: datetime
) -> SettledRow | None:
    """Note that the provider has it."""
    return await tx.maybe(
        _SETTLE_ACCEPTED,
        tenant_id=claim.tenant_id,
        message_id=claim.message_id,
        created_at=claim.created_at,
        channel_message_id=channel_message_id,
        now=now,
    )


async def settle(
    tx: Transaction,
    claim: ClaimRow,
    *,
    status: str,
    error: str,
    due_at: datetime,
    now: datetime,
    attempts_back: int = 0,
) -> SettledRow | None:
    """Give a message that is being sent its next status; None when it has one already."""
    return await tx.maybe(
        _SETTLE,
        tenant_id=claim.tenant_id,
        message_id=claim.message_id,
        created_at=claim.created_at,
        status=status,
        error=error,
        due_at=due_at,
        now=now,
        attempts_back=attempts_back,
    )


async def resume_stale(
    ledger_tx: Transaction, channels: Sequence[str], *, attempts_max: int, now: datetime
) -> int:
    """Plan anew what a dead process was sending, on channels where twice is once."""
    return await ledger_tx.run(_RESUME_STALE, channels=list(channels), attempts_max=attempts_max, now=now)


async def abandon_stale(ledger_tx: Transaction, now: datetime) -> list[StaleRow]:
    """Call unknown what a dead process was sending."""
    return await ledger_tx.many(_ABANDON_STALE, now=now)


async def expire_planned(ledger_tx: Transaction, channels: Sequence[str], now: datetime) -> list[StaleRow]:
    """Give up what is no longer worth sending."""
    return await ledger_tx.many(_EXPIRE_PLANNED, channels=list(channels), now=now)


async def claim_unknown(
    ledger_tx: Transaction, channels: Sequence[str], *, now: datetime, again_at: datetime, rows_max: int
) -> list[ClaimRow]:
    """Take sends of which nobody knows."""
    return await ledger_tx.many(
        _CLAIM_UNKNOWN, channels=list(channels), now=now, again_at=again_at, rows_max=rows_max
    )


async def replan_unknown(ledger_tx: Transaction, claim: ClaimRow, now: datetime) -> SettledRow | None:
    """Plan anew what was certainly not sent; None where its provider has spoken of it."""
    return await ledger_tx.maybe(
        _REPLAN_UNKNOWN,
        tenant_id=claim.tenant_id,
        message_id=claim.message_id,
        created_at=claim.created_at,
        now=now,
    )


async def spoken_parts(
    ledger_tx: Transaction, tenant_id: TenantId, conversation_id: UUID, *, since: datetime
) -> list[SpokenRow]:
    """Return what was planned lately for a call, in order."""
    return await ledger_tx.many(
        _SPOKEN_PARTS, tenant_id=tenant_id, conversation_id=conversation_id, since=since
    )


async def accept_spoken(
    ledger_tx: Transaction, tenant_id: TenantId, message_ids: Sequence[UUID], now: datetime
) -> int:
    """Note that words were spoken."""
    return await ledger_tx.run(_ACCEPT_SPOKEN, tenant_id=tenant_id, message_ids=list(message_ids), now=now)


async def drop_unheard(
    ledger_tx: Transaction, channels: Sequence[str], *, before: datetime, now: datetime
) -> list[StaleRow]:
    """Take back what nobody asked to hear."""
    return await ledger_tx.many(_DROP_UNHEARD, channels=list(channels), before=before, now=now)


async def bury_unknown(ledger_tx: Transaction, *, before: datetime, now: datetime) -> int:
    """Put old unknown outcomes before a person."""
    return await ledger_tx.run(_BURY_UNKNOWN, before=before, now=now)


async def settle_arrived(ledger_tx: Transaction, now: datetime) -> int:
    """Take off the list what arrived after all."""
    return await ledger_tx.run(_SETTLE_ARRIVED, now=now)


async def bury(tx: Transaction, row: ClaimRow | StaleRow, *, reason: str, code: str, now: datetime) -> None:
    """Put a message before a person."""
    await tx.run(
        _BURY,
        tenant_id=row.tenant_id,
        message_id=row.message_id,
        created_at=row.created_at,
        conversation_id=row.conversation_id,
        line_id=row.line_id,
        channel=row.channel,
        reason=reason,
        code=code,
        attempts=row.attempts,
        now=now,
    )


async def settle_dead_letter(
    tx: Transaction, tenant_id: TenantId, message_id: UUID, *, how: str, now: datetime
) -> DeadLetterRow | None:
    """End a dead letter's wait."""
    return await tx.maybe(_SETTLE_DEAD, tenant_id=tenant_id, message_id=message_id, how=how, now=now)


async def list_dead_letters(tx: Transaction, rows_max: int) -> list[DeadLetterRow]:
    """Return what waits for a person."""
    return await tx.many(_LIST_DEAD, tenant_id=tx.tenant_id, rows_max=rows_max)


async def replan(tx: Transaction, dead: DeadLetterRow, *, expires_at: datetime, now: datetime) -> int:
    """Let a message be sent again."""
    return await tx.run(
        _REPLAN,
        tenant_id=tx.tenant_id,
        message_id=dead.message_id,
        created_at=dead.message_created_at,
        expires_at=expires_at,
        now=now,
    )


async def settle_by_person(
    tx: Transaction, dead: DeadLetterRow, *, arrived: bool, now: datetime
) -> StaleRow | None:
    """Note whether a message arrived; None where its provider has spoken meanwhile."""
    return await tx.maybe(
        _SETTLE_BY_PERSON,
        tenant_id=tx.tenant_id,
        message_id=dead.message_id,
        created_at=dead.message_created_at,
        arrived=arrived,
        now=now,
    )


async def forget_rates(ledger_tx: Transaction, before: datetime) -> int:
    """Remove rates that nobody uses."""
    return await ledger_tx.run(_FORGET_RATES, before=before)


async def count_dead(ledger_tx: Transaction, now: datetime) -> DeadRow:
    """Return what an operator watches."""
    return await ledger_tx.one(_COUNT_DEAD, now=now)
