"""Test messages: few, and followed like any other."""

from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from saveit.conversations.actions import open_conversation, plan
from saveit.conversations.inbox import store
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import LineId
from saveit.messages import Address, Part

# Enough to set a few lines up; who sends more is sending to strangers.
TESTS_AN_HOUR_MAX: Final = 5
_HOUR: Final = timedelta(hours=1)


class TooManyTests(Refusal):
    """The customer sent as many test messages as it may in an hour."""

    code: ClassVar[str] = "too_many_tests"


async def send_test(  # noqa: PLR0913 - by which line, to whom, and what.
    tx: Transaction,
    sealer: Sealer,
    *,
    line_id: LineId,
    channel: str,
    advisor_id: UUID | None,
    address: Address,
    parts: tuple[Part, ...],
    language: str,
    now: datetime,
) -> UUID:
    """Plan a test message and return its id. Refuses: TooManyTests."""
    await tx.run(store.LOCK_LINE_TESTS, tenant_id=tx.tenant_id)
    sent = await tx.one(store.COUNT_LINE_TESTS, tenant_id=tx.tenant_id, since=now - _HOUR)
    if sent.counted >= TESTS_AN_HOUR_MAX:
        raise TooManyTests(limit=TESTS_AN_HOUR_MAX)
    conversation = await open_conversation(
        tx,
        sealer,
        line_id=line_id,
        channel=channel,
        address=address,
        now=now,
        advisor_id=advisor_id,
        language=language,
    )
    (message_id, *_) = await plan(tx, sealer, conversation, parts, author="system", now=now)
    await tx.run(
        store.NOTE_LINE_TEST,
        tenant_id=tx.tenant_id,
        message_id=message_id,
        line_id=line_id,
        tested_by=str(tx.actor),
        now=now,
    )
    return message_id


async def tests_of(tx: Transaction, line_id: LineId) -> list[UUID]:
    """Return the latest test messages of a line."""
    rows = await tx.many(store.LIST_LINE_TESTS, tenant_id=tx.tenant_id, line_id=line_id)
    return [row.message_id for row in rows]
