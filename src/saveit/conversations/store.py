"""The typed hand that runs queries.sql."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import TenantId


class ConversationRow(msgspec.Struct, frozen=True):
    """A row of `conversations`."""

    conversation_id: UUID
    advisor_id: UUID | None
    line_id: UUID
    channel: str
    address_sealed: bytes
    person_id: UUID | None
    ai_epoch: int
    ai_attention: bool
    language: str
    last_inbound_at: datetime | None


class NumberRow(msgspec.Struct, frozen=True):
    """The last number taken."""

    seq: int


class StatusRow(msgspec.Struct, frozen=True):
    """A message whose status rose."""

    message_id: UUID
    conversation_id: UUID
    line_id: UUID
    channel: str
    was: str
    status: str
    error: str
    notice_id: UUID | None


class KnownRow(msgspec.Struct, frozen=True):
    """Whether something is there."""

    known: bool


class OrphanRow(msgspec.Struct, frozen=True):
    """A status that waited."""

    status: str
    error: str
    at: datetime


class MessageIdRow(msgspec.Struct, frozen=True):
    """A message, with the key of its month."""

    message_id: UUID
    created_at: datetime


_STATEMENTS = load_statements("saveit.conversations")
_OPEN_CONVERSATION = _STATEMENTS.query("open_conversation", ConversationRow)
_NOTE_HEARD = _STATEMENTS.command("note_heard")
_FIND_CONVERSATION = _STATEMENTS.query("find_conversation", ConversationRow)
_FIND_OPEN_CONVERSATION = _STATEMENTS.query("find_open_conversation", ConversationRow)
_CONVERSATIONS_OF_PERSON = _STATEMENTS.query("conversations_of_person", ConversationRow)
_TAKE_NUMBERS = _STATEMENTS.query("take_numbers", NumberRow)
_PLAN_MESSAGE = _STATEMENTS.command("plan_message")
_RAISE_BY_REFERENCE = _STATEMENTS.query("raise_status_by_reference", StatusRow)
_RAISE_BY_PROVIDER_ID = _STATEMENTS.query("raise_status_by_provider_id", StatusRow)
_KNOWS_MESSAGE = _STATEMENTS.query("knows_message", KnownRow)
_KEEP_ORPHAN = _STATEMENTS.command("keep_orphan")
_TAKE_ORPHANS = _STATEMENTS.query("take_orphans", OrphanRow)
_FORGET_ORPHANS = _STATEMENTS.command("forget_orphans")
_MESSAGES_UP_TO = _STATEMENTS.query("messages_up_to", MessageIdRow)


async def open_conversation(  # noqa: PLR0913 - the columns of a conversation.
    tx: Transaction,
    tenant_id: TenantId,
    *,
    conversation_id: UUID,
    advisor_id: UUID | None,
    line_id: UUID,
    channel: str,
    address_sealed: bytes,
    address_index: bytes,
    person_id: UUID | None,
    language: str,
    now: datetime,
) -> ConversationRow:
    """Return the open conversation, made when there is none."""
    return await tx.one(
        _OPEN_CONVERSATION,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        advisor_id=advisor_id,
        line_id=line_id,
        channel=channel,
        address_sealed=address_sealed,
        address_index=address_index,
        person_id=person_id,
        language=language,
        now=now,
    )


async def note_heard(tx: Transaction, tenant_id: TenantId, conversation_id: UUID, at: datetime) -> None:
    """Note when the guest spoke."""
    await tx.run(_NOTE_HEARD, tenant_id=tenant_id, conversation_id=conversation_id, at=at)


async def find_conversation(
    tx: Transaction, tenant_id: TenantId, conversation_id: UUID
) -> ConversationRow | None:
    """Return a conversation."""
    return await tx.maybe(_FIND_CONVERSATION, tenant_id=tenant_id, conversation_id=conversation_id)


async def find_open_conversation(
    tx: Transaction, tenant_id: TenantId, line_id: UUID, address_index: bytes
) -> ConversationRow | None:
    """Return the open conversation of an address."""
    return await tx.maybe(
        _FIND_OPEN_CONVERSATION, tenant_id=tenant_id, line_id=line_id, address_index=address_index
    )


async def conversations_of_person(
    tx: Transaction, tenant_id: TenantId, person_id: UUID
) -> list[ConversationRow]:
    """Return a person's open conversations."""
    return await tx.many(_CONVERSATIONS_OF_PERSON, tenant_id=tenant_id, person_id=person_id)


async def take_numbers(
    tx: Transaction,
    tenant_id: TenantId,
    conversation_id: UUID,
    *,
    count: int,
    epoch: int | None,
    now: datetime,
) -> int | None:
    """Return the last of so many numbers, or None when the epoch is over."""
    row = await tx.maybe(
        _TAKE_NUMBERS,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        count=count,
        epoch=epoch,
        now=now,
    )
    return None if row is None else row.seq


async def plan_message(  # noqa: PLR0913 - the columns of a message.
    tx: Transaction,
    tenant_id: TenantId,
    conversation: ConversationRow,
    *,
    message_id: UUID,
    seq: int,
    kind: str,
    author: str,
    author_id: UUID | None,
    part_sealed: bytes,
    in_reply_to: str | None,
    epoch: int | None,
    priority: int,
    now: datetime,
    due_at: datetime,
    expires_at: datetime,
    notice_id: UUID | None,
) -> None:
    """Write down a message that is to go out."""
    await tx.run(
        _PLAN_MESSAGE,
        tenant_id=tenant_id,
        message_id=message_id,
        now=now,
        conversation_id=conversation.conversation_id,
        advisor_id=conversation.advisor_id,
        line_id=conversation.line_id,
        channel=conversation.channel,
        seq=seq,
        kind=kind,
        author=author,
        author_id=author_id,
        part_sealed=part_sealed,
        in_reply_to=in_reply_to,
        epoch=epoch,
        priority=priority,
        due_at=due_at,
        expires_at=expires_at,
        notice_id=notice_id,
    )


async def raise_by_reference(  # noqa: PLR0913 - what is told of a message.
    tx: Transaction,
    tenant_id: TenantId,
    *,
    line_id: UUID,
    message_id: UUID,
    near_at: datetime,
    channel_message_id: str,
    status: str,
    error: str,
    at: datetime,
) -> StatusRow | None:
    """Raise a status, by our own id."""
    return await tx.maybe(
        _RAISE_BY_REFERENCE,
        tenant_id=tenant_id,
        line_id=line_id,
        message_id=message_id,
        near_at=near_at,
        channel_message_id=channel_message_id,
        status=status,
        error=error,
        at=at,
    )


async def raise_by_provider_id(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    line_id: UUID,
    channel_message_id: str,
    status: str,
    error: str,
    at: datetime,
) -> StatusRow | None:
    """Raise a status, by the provider's id."""
    return await tx.maybe(
        _RAISE_BY_PROVIDER_ID,
        tenant_id=tenant_id,
        line_id=line_id,
        channel_message_id=channel_message_id,
        status=status,
        error=error,
        at=at,
    )


async def knows_message(tx: Transaction, tenant_id: TenantId, line_id: UUID, channel_message_id: str) -> bool:
    """Say whether we sent this."""
    row = await tx.one(
        _KNOWS_MESSAGE, tenant_id=tenant_id, line_id=line_id, channel_message_id=channel_message_id
    )
    return row.known


async def keep_orphan(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    line_id: UUID,
    channel_message_id: str,
    status: str,
    error: str,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Keep a status for a message to come."""
    await tx.run(
        _KEEP_ORPHAN,
        tenant_id=tenant_id,
        line_id=line_id,
        channel_message_id=channel_message_id,
        status=status,
        error=error,
        at=at,
        expires_at=expires_at,
    )


async def take_orphans(
    tx: Transaction, tenant_id: TenantId, line_id: UUID, channel_message_id: str
) -> list[OrphanRow]:
    """Return the statuses that waited, and keep them no longer."""
    return await tx.many(
        _TAKE_ORPHANS, tenant_id=tenant_id, line_id=line_id, channel_message_id=channel_message_id
    )


async def forget_orphans(ledger_tx: Transaction, now: datetime) -> int:
    """Remove what nobody claimed."""
    return await ledger_tx.run(_FORGET_ORPHANS, now=now)


async def messages_up_to(
    tx: Transaction, tenant_id: TenantId, conversation_id: UUID, up_to: datetime
) -> list[MessageIdRow]:
    """Return the messages that a watermark covers."""
    return await tx.many(_MESSAGES_UP_TO, tenant_id=tenant_id, conversation_id=conversation_id, up_to=up_to)
