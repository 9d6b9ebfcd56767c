"""What became of our messages, as providers tell it: unordered, repeated, sometimes before we know that we sent them.

A status only moves a message up (`message_rises_v1` has the last word, in the database); one for a message that is not known yet waits
for it.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from saveit.conversations import store
from saveit.conversations.model import StatusChange
from saveit.conversations.store import StatusRow
from saveit.kernel.db import Transaction
from saveit.kernel.ids import TenantId, new_id, time_of
from saveit.messages import Refused, Status, StatusState
from saveit.outbox import Fact, append

# A send whose answer was lost is known by its status at the latest when providers stop telling, a day later.
_ORPHANS_WAIT = timedelta(hours=24)
_STATES: dict[StatusState, str] = {
    "queued": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_encoder = msgspec.json.Encoder()


class _Told(msgspec.Struct, frozen=True):
    """The body of `message.status_changed`."""

    was: str
    status: str
    channel: str
    conversation_id: UUID
    line_id: UUID
    error: str
    notice_id: UUID | None


async def note_status(
    tx: Transaction, tenant_id: TenantId, line_id: UUID, status: Status, *, now: datetime
) -> StatusChange | None:
    """Move a message to what its provider says, or keep the word until the message is known; None where nothing moved."""
    word = _STATES[status.state]
    error = _error_of(status)
    # The provider's clock orders nothing here; ours says when we learned it.
    row = await _raise_by_reference(tx, tenant_id, line_id, status, word=word, error=error, now=now)
    if row is None and status.channel_message_id:
        row = await store.raise_by_provider_id(
            tx,
            tenant_id,
            line_id=line_id,
            channel_message_id=status.channel_message_id,
            status=word,
            error=error,
            at=now,
        )
        if row is None and not await store.knows_message(tx, tenant_id, line_id, status.channel_message_id):
            await store.keep_orphan(
                tx,
                tenant_id,
                line_id=line_id,
                channel_message_id=status.channel_message_id,
                status=word,
                error=error,
                at=now,
                expires_at=now + _ORPHANS_WAIT,
            )
    return None if row is None else await tell(tx, tenant_id, row, now)


async def note_read_up_to(
    tx: Transaction,
    tenant_id: TenantId,
    conversation_id: UUID,
    *,
    line_id: UUID,
    state: StatusState,
    up_to: datetime,
    now: datetime,
) -> int:
    """Move all messages of a conversation that were planned until `up_to`, and return how many moved."""
    moved = 0
    for message in await store.messages_up_to(tx, tenant_id, conversation_id, up_to):
        row = await store.raise_by_reference(
            tx,
            tenant_id,
            line_id=line_id,
            message_id=message.message_id,
            near_at=message.created_at,
            channel_message_id="",
            status=_STATES[state],
            error="",
            at=now,
        )
        if row is not None:
            await tell(tx, tenant_id, row, now)
            moved += 1
    return moved


async def settle_orphans(
    tx: Transaction, tenant_id: TenantId, line_id: UUID, channel_message_id: str, *, now: datetime
) -> None:
    """Give a message that was just accepted the statuses that came before it was."""
    for orphan in await store.take_orphans(tx, tenant_id, line_id, channel_message_id):
        row = await store.raise_by_provider_id(
            tx,
            tenant_id,
            line_id=line_id,
            channel_message_id=channel_message_id,
            status=orphan.status,
            error=orphan.error,
            at=orphan.at,
        )
        if row is not None:
            await tell(tx, tenant_id, row, now)


async def tell(tx: Transaction, tenant_id: TenantId, row: StatusRow, now: datetime) -> StatusChange:
    """Write the fact of a status that rose."""
    body = _Told(
        was=row.was,
        status=row.status,
        channel=row.channel,
        conversation_id=row.conversation_id,
        line_id=row.line_id,
        error=row.error if row.status == "failed" else "",
        notice_id=row.notice_id,
    )
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
    await append(tx, fact, tenant_id)
    return StatusChange(
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        was=row.was,
        status=row.status,
        error=row.error,
    )


async def _raise_by_reference(
    tx: Transaction, tenant_id: TenantId, line_id: UUID, status: Status, *, word: str, error: str, now: datetime
) -> StatusRow | None:
    try:
        message_id = UUID(status.own_reference or "")
    except ValueError:
        return None
    if message_id.version != 7:  # noqa: PLR2004 - the version of our ids; others' tell no time.
        return None
    return await store.raise_by_reference(
        tx,
        tenant_id,
        line_id=line_id,
        message_id=message_id,
        near_at=time_of(message_id),
        channel_message_id=status.channel_message_id,
        status=word,
        error=error,
        at=now,
    )


def _error_of(status: Status) -> str:
    if status.state != "failed":
        return ""
    failure = status.failure
    if failure is None:
        return "undeliverable"
    return f"{failure.kind}:{failure.code}" if isinstance(failure, Refused) else f"retry:{failure.code}"
