"""Opening conversations, and planning what is said in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from saveit.conversations import store
from saveit.conversations.model import Author, Conversation, PlannedPart
from saveit.conversations.store import ConversationRow
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import TenantId, new_id
from saveit.messages import Address, Part

# A reply to what somebody said yesterday only puzzles; whoever plans something that keeps longer, or shorter, says so.
_WORTH_SENDING = timedelta(hours=24)
_part_encoder = msgspec.msgpack.Encoder()
_part_decoder = msgspec.msgpack.Decoder(PlannedPart)
_address_encoder = msgspec.json.Encoder()
_address_decoder = msgspec.json.Decoder(Address)


async def open_conversation(  # noqa: PLR0913 - who speaks, where, and what they are sealed with.
    tx: Transaction,
    sealer: Sealer,
    *,
    line_id: UUID,
    channel: str,
    address: Address,
    now: datetime,
    person_id: UUID | None = None,
    advisor_id: UUID | None = None,
    language: str = "es",
) -> Conversation:
    """Return the open conversation of an address on a line; two at once make one."""
    index = address_index(sealer, channel, address)
    row = await store.open_conversation(
        tx,
        sealer.tenant_id,
        conversation_id=new_id(now),
        advisor_id=advisor_id,
        line_id=line_id,
        channel=channel,
        # Sealed for the place it is found by: the conversation's own id may turn out to be another's, who came first.
        address_sealed=sealer.seal(_address_encoder.encode(address), line_id.bytes),
        address_index=index,
        person_id=person_id,
        language=language,
        now=now,
    )
    return opened(row, sealer)


async def heard(tx: Transaction, tenant_id: TenantId, conversation: Conversation, at: datetime) -> None:
    """Note that the guest spoke now: that opens the provider's window for replies."""
    await store.note_heard(tx, tenant_id, conversation.id, at)


async def find_conversation(tx: Transaction, sealer: Sealer, conversation_id: UUID) -> Conversation | None:
    """Return a conversation."""
    row = await store.find_conversation(tx, sealer.tenant_id, conversation_id)
    return None if row is None else opened(row, sealer)


async def find_open(
    tx: Transaction, sealer: Sealer, *, line_id: UUID, channel: str, address: str
) -> Conversation | None:
    """Return the open conversation of an address on a line, if there is one."""
    index = sealer.blind_index(f"channel:{channel}", address)
    row = await store.find_open_conversation(tx, sealer.tenant_id, line_id, index)
    return None if row is None else opened(row, sealer)


async def of_person(tx: Transaction, sealer: Sealer, person_id: UUID) -> list[Conversation]:
    """Return the open conversations of a person, the latest first."""
    rows = await store.conversations_of_person(tx, sealer.tenant_id, person_id)
    return [opened(row, sealer) for row in rows]


async def plan(  # noqa: PLR0913 - what is said, and how much it hurries.
    tx: Transaction,
    sealer: Sealer,
    conversation: Conversation,
    parts: Sequence[Part],
    *,
    author: Author,
    now: datetime,
    author_id: UUID | None = None,
    priority: int = 0,
    epoch: int | None = None,
    replies_to: str | None = None,
    thread: tuple[str, ...] = (),
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    notice_id: UUID | None = None,
) -> tuple[UUID, ...]:
    """Write down what is to be said next, in order, each part to be sent by one call. Returns the messages' ids.

    With an `epoch`, nothing is planned when a human has taken the conversation over since; the ids are then none.
    """
    if not parts:
        return ()
    last = await store.take_numbers(
        tx, sealer.tenant_id, conversation.id, count=len(parts), epoch=epoch, now=now
    )
    if last is None:
        return ()
    row = _row_of(conversation)
    planned: list[UUID] = []
    for number, part in enumerate(parts, last - len(parts) + 1):
        message_id = new_id(now)
        whole = PlannedPart(part=part, recipient=conversation.address, replies_to=replies_to, thread=thread)
        await store.plan_message(
            tx,
            sealer.tenant_id,
            row,
            message_id=message_id,
            seq=number,
            kind=type(part).__name__.lower(),
            author=author,
            author_id=author_id,
            part_sealed=sealer.seal(_part_encoder.encode(whole), message_id.bytes),
            in_reply_to=replies_to,
            epoch=epoch,
            priority=priority,
            now=now,
            due_at=due_at or now,
            expires_at=expires_at or (due_at or now) + _WORTH_SENDING,
            notice_id=notice_id,
        )
        planned.append(message_id)
    return tuple(planned)


def opened_part(sealer: Sealer, message_id: UUID, part_sealed: bytes) -> PlannedPart:
    """Return what is to be sent. Raises: Unreadable; msgspec.DecodeError where another release wrote it."""
    return _part_decoder.decode(sealer.open(part_sealed, message_id.bytes))


def address_index(sealer: Sealer, channel: str, address: Address) -> bytes:
    """Return the keyed digest by which an address is found."""
    return sealer.blind_index(f"channel:{channel}", address.value)


def opened(row: ConversationRow, sealer: Sealer) -> Conversation:
    """Return the conversation of a row."""
    address = _address_decoder.decode(sealer.open(row.address_sealed, row.line_id.bytes))
    return Conversation(
        id=row.conversation_id,
        advisor_id=row.advisor_id,
        line_id=row.line_id,
        channel=row.channel,
        address=address,
        person_id=row.person_id,
        ai_epoch=row.ai_epoch,
        ai_attention=row.ai_attention,
        language="en" if row.language == "en" else "es",
        last_inbound_at=row.last_inbound_at,
    )


def _row_of(conversation: Conversation) -> ConversationRow:
    return ConversationRow(
        conversation_id=conversation.id,
        advisor_id=conversation.advisor_id,
        line_id=conversation.line_id,
        channel=conversation.channel,
        address_sealed=b"",
        person_id=conversation.person_id,
        ai_epoch=conversation.ai_epoch,
        ai_attention=conversation.ai_attention,
        language=conversation.language,
        last_inbound_at=conversation.last_inbound_at,
    )
