"""What becomes of a message after its call, or without one: each outcome has one place in which it is written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import assert_never
from uuid import UUID

import msgspec

from saveit.consumers.notify import store
from saveit.consumers.notify.delivery.rules import ATTEMPTS_MAX, DeadReason, wait_s
from saveit.consumers.notify.store import ClaimRow, SpokenRow, StaleRow
from saveit.conversations import forget_orphans, pause_line, settle_orphans, silence, stop_line
from saveit.kernel.clock import Clock
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.ids import new_id
from saveit.kernel.observe import logger, metrics
from saveit.messages import Outcome, Refused, RetryAfter, Sent, Unknown
from saveit.outbox import Fact, append

_log = logger("notify")
_ACTOR = Actor("system", "notify", "internal")
# Statuses come within seconds, or not at all; after this a person had better look.
_UNKNOWN_FOR = timedelta(hours=1)
_REMEMBERED_AFTER = timedelta(seconds=30)
# A caller comes back for an answer within half a minute, or not at all.
_HEARD_WITHIN = timedelta(minutes=2)
_ERROR_LENGTH_MAX = 200
_encoder = msgspec.json.Encoder()


class Settling:
    """Writes down what came of messages."""

    def __init__(self, database: Database, clock: Clock, random: Random) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    async def settle(self, claim: ClaimRow, outcome: Outcome) -> None:
        """Write down what came of a call, in one transaction."""
        now = self._clock.now()
        metrics.message_outcomes.labels(channel=claim.channel, outcome=_word(outcome)).inc()
        async with self._database.ledger(_ACTOR) as tx:
            match outcome:
                case Sent():
                    await self._accepted(tx, claim, outcome, now)
                case RetryAfter():
                    await self._again(tx, claim, outcome, now)
                case Refused():
                    await self._refused(tx, claim, outcome, now)
                case Unknown():
                    await self._lost(tx, claim, outcome, now)
                case _:
                    assert_never(outcome)

    async def found(self, claim: ClaimRow, outcome: Sent | RetryAfter) -> None:
        """Write down what its provider remembers of a send whose answer was lost: that it was made, or never was."""
        now = self._clock.now()
        metrics.message_outcomes.labels(channel=claim.channel, outcome="looked_up").inc()
        async with self._database.ledger(_ACTOR) as tx:
            if isinstance(outcome, Sent):
                await self._accepted(tx, claim, outcome, now)
                return
            row = await store.replan_unknown(tx, claim, now)
            if row is not None:
                await tell_moved(tx, claim, was=row.was, status=row.status, error="not_found", now=now)

    async def dropped(self, tx: Transaction, claim: ClaimRow, now: datetime) -> None:
        """Say nothing: a human answers in this conversation since it was planned."""
        await self._moved(tx, claim, "dropped", "overtaken", now)

    async def sweep(
        self, tx: Transaction, channels: Sequence[str], spoken: Sequence[str], now: datetime
    ) -> None:
        """Settle what nobody else will: of channels that are called, and of those that are spoken into."""
        for row in await store.drop_unheard(tx, spoken, before=now - _HEARD_WITHIN, now=now):
            await tell_moved(tx, row, was="planned", status="dropped", error="nobody_listened", now=now)
        for row in await store.abandon_stale(tx, now):
            _log.warning("message.sender_lost", message_id=str(row.message_id), channel=row.channel)
            await tell_moved(tx, row, was="sending", status="unknown", error="sender_lost", now=now)
        for row in await store.expire_planned(tx, channels, now):
            await store.bury(tx, row, reason="expired", code="", now=now)
            await tell_moved(tx, row, was="planned", status="failed", error="expired", now=now)
        await store.settle_arrived(tx, now)
        await store.bury_unknown(tx, before=now - _UNKNOWN_FOR, now=now)
        await forget_orphans(tx, now)
        await store.forget_rates(tx, now - _UNKNOWN_FOR)

    async def _accepted(self, tx: Transaction, claim: ClaimRow, sent: Sent, now: datetime) -> None:
        row = await store.settle_accepted(tx, claim, channel_message_id=sent.channel_message_id, now=now)
        if row is not None and row.was != row.status:
            await tell_moved(tx, claim, was=row.was, status=row.status, error="", now=now)
        if sent.channel_message_id:
            await settle_orphans(tx, claim.tenant_id, claim.line_id, sent.channel_message_id, now=now)

    async def _again(self, tx: Transaction, claim: ClaimRow, retry: RetryAfter, now: datetime) -> None:
        """Plan it anew, later; a line in trouble waits as a whole. Nobody tries for ever."""
        due_at = now + timedelta(seconds=wait_s(claim.attempts, retry.after_s, self._random))
        if retry.scope == "line":
            await pause_line(tx, claim.tenant_id, claim.line_id, until_at=due_at, code=retry.code, now=now)
        # A line that is throttled, or off, is no fault of this message; its own time to live bounds it.
        own_fault = retry.scope == "call" and retry.code != "line_inactive"
        if own_fault and claim.attempts >= ATTEMPTS_MAX:
            await self._given_up(tx, claim, "attempts_used_up", retry.code, now)
            return
        await store.settle(
            tx,
            claim,
            status="planned",
            error=_short(f"retry:{retry.code}"),
            due_at=due_at,
            now=now,
            attempts_back=0 if own_fault else 1,
        )

    async def _refused(self, tx: Transaction, claim: ClaimRow, refused: Refused, now: datetime) -> None:
        match refused.kind:
            case "stop_line":
                await self._stop_line(tx, claim, refused, now)
            case "opted_out":
                await silence(
                    tx,
                    claim.tenant_id,
                    claim.channel,
                    claim.address_index,
                    code=refused.code,
                    by_guest=False,
                    now=now,
                )
                await self._moved(tx, claim, "failed", f"opted_out:{refused.code}", now)
            case "bug":
                reason: DeadReason = "unreadable" if refused.code == "unreadable" else "bug"
                _log.error("message.refused_as_wrong", channel=claim.channel, code=refused.code)
                await self._given_up(tx, claim, reason, refused.code, now)
            case "undeliverable" | "window_closed":
                # Whoever planned it hears of it by the fact, and may go another way; only what had no other way is a dead letter.
                await self._moved(tx, claim, "failed", f"{refused.kind}:{refused.code}", now)
            case _:
                assert_never(refused.kind)

    async def _stop_line(self, tx: Transaction, claim: ClaimRow, refused: Refused, now: datetime) -> None:
        """Use the line no more until a person acts; the message waits with all the others."""
        await stop_line(tx, claim.tenant_id, claim.line_id, channel=claim.channel, code=refused.code, now=now)
        await store.settle(
            tx,
            claim,
            status="planned",
            error=f"stop_line:{refused.code}",
            due_at=now,
            now=now,
            attempts_back=1,
        )

    async def _given_up(  # noqa: PLR0917 - what is given up, and why.
        self, tx: Transaction, claim: ClaimRow, reason: DeadReason, code: str, now: datetime
    ) -> None:
        await store.bury(tx, claim, reason=reason, code=_short(code), now=now)
        await self._moved(tx, claim, "failed", f"{reason}:{code}", now)

    async def _lost(self, tx: Transaction, claim: ClaimRow, lost: Unknown, now: datetime) -> None:
        """Nobody knows. Where the provider remembers it is asked, once its memory is complete."""
        error = _short(lost.code)
        row = await store.settle(
            tx, claim, status="unknown", error=error, due_at=now + _REMEMBERED_AFTER, now=now
        )
        if row is not None:
            await tell_moved(tx, claim, was="sending", status="unknown", error=error, now=now)

    async def _moved(  # noqa: PLR0917 - what moves where, and why.
        self, tx: Transaction, claim: ClaimRow, status: str, error: str, now: datetime
    ) -> None:
        row = await store.settle(tx, claim, status=status, error=_short(error), due_at=now, now=now)
        if row is not None:
            await tell_moved(tx, claim, was="sending", status=status, error=_short(error), now=now)


class _Told(msgspec.Struct, frozen=True):
    """The body of `message.status_changed`, as the conversations' room writes it too."""

    was: str
    status: str
    channel: str
    conversation_id: UUID
    line_id: UUID
    error: str
    notice_id: UUID | None


async def tell_moved(
    tx: Transaction, row: ClaimRow | StaleRow | SpokenRow, *, was: str, status: str, error: str, now: datetime
) -> None:
    """Write the fact of a message that was moved here."""
    body = _Told(was, status, row.channel, row.conversation_id, row.line_id, error, row.notice_id)
    fact = Fact(
        fact_id=new_id(now),
        kind="message.status_changed",
        restaurant_id=None,
        subject_kind="message",
        subject_id=row.message_id,
        service_on=None,
        at=now,
        body=_encoder.encode(body),
    )
    await append(tx, fact, row.tenant_id)


def _word(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "accepted"
        case RetryAfter(scope=scope):
            return f"retry_{scope}"
        case Refused(kind=kind):
            return kind
        case Unknown():
            return "unknown"
        case _:
            assert_never(outcome)


def _short(text: str) -> str:
    return text[:_ERROR_LENGTH_MAX]
