"""What changes after it was said: a guest's message rewritten or taken back, an address that moved, a call that ended, an echo."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from saveit.conversations.actions import address_index
from saveit.conversations.memory.talk import kept, spoken_words
from saveit.conversations.model import Conversation, PlannedPart
from saveit.conversations.statuses import note_status
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Transaction, load_statements
from saveit.messages import Address, Status

# An answer whose id is not written down yet comes within its call's time-out.
_STILL_COMING: Final = timedelta(minutes=1)


class GuestMessageRow(msgspec.Struct, frozen=True):
    """A guest's message, and whether it had its turn."""

    message_id: UUID
    content_sealed: bytes | None
    had_its_turn: bool


class SendRow(msgspec.Struct, frozen=True):
    """A message of ours that has no provider's id yet."""

    message_id: UUID
    created_at: datetime
    status: str
    part_sealed: bytes | None


class GuestMessage(msgspec.Struct, frozen=True):
    """A guest's message as it stands."""

    message_id: UUID
    text: str
    had_its_turn: bool

    def __repr__(self) -> str:
        """Say which, not what it says."""
        return f"GuestMessage({self.message_id})"


_STATEMENTS = load_statements("saveit.conversations.memory")
_FIND_GUEST_MESSAGE = _STATEMENTS.query("find_guest_message", GuestMessageRow)
_REWRITE_INBOUND = _STATEMENTS.command("rewrite_inbound")
_UNANSWERED_SENDS = _STATEMENTS.query("unanswered_sends", SendRow)
_READDRESS = _STATEMENTS.command("readdress_conversation")
_FORGET_STATE = _STATEMENTS.command("forget_state")
_DROP_UNSPOKEN = _STATEMENTS.command("drop_unspoken")
_addresses = msgspec.json.Encoder()
_parts = msgspec.msgpack.Decoder(PlannedPart)


async def find_guest_message(
    tx: Transaction, sealer: Sealer, conversation: Conversation, channel_message_id: str
) -> GuestMessage | None:
    """Return a guest's message by its provider's id."""
    row = await tx.maybe(
        _FIND_GUEST_MESSAGE,
        tenant_id=tx.tenant_id,
        line_id=conversation.line_id,
        channel_message_id=channel_message_id,
        conversation_id=conversation.id,
    )
    if row is None:
        return None
    sealed = row.content_sealed
    text = "" if sealed is None else sealer.open(sealed, row.message_id.bytes).decode()
    return GuestMessage(row.message_id, text, row.had_its_turn)


async def rewrite(tx: Transaction, sealer: Sealer, message_id: UUID, text: str, *, kind: str) -> None:
    """Let a guest's message read as the guest has it now."""
    sealed = sealer.seal(kept(text), message_id.bytes)
    await tx.run(
        _REWRITE_INBOUND, tenant_id=tx.tenant_id, message_id=message_id, content_sealed=sealed, kind=kind
    )


async def erase(tx: Transaction, message_id: UUID) -> None:
    """Keep that a guest wrote, and not what: it was taken back."""
    await tx.run(
        _REWRITE_INBOUND, tenant_id=tx.tenant_id, message_id=message_id, content_sealed=None, kind="deleted"
    )


async def is_our_echo(
    tx: Transaction,
    sealer: Sealer,
    conversation: Conversation,
    *,
    channel_message_id: str,
    text: str,
    now: datetime,
) -> bool | None:
    """Say whether an echo is of a message of ours that has no provider's id yet; None where a send under way may still turn out to be it.

    One whose answer was lost is settled by its echo: it did arrive.
    """
    rows = await tx.many(
        _UNANSWERED_SENDS, tenant_id=tx.tenant_id, conversation_id=conversation.id, since=now - _STILL_COMING
    )
    for row in rows:
        if _said(sealer, row) == text:
            status = Status(
                channel_message_id=channel_message_id, state="sent", own_reference=str(row.message_id)
            )
            await note_status(tx, tx.tenant_id, conversation.line_id, status, now=now)
            return True
    return None if any(row.status == "sending" for row in rows) else False


async def readdress(tx: Transaction, sealer: Sealer, conversation: Conversation, new: Address) -> bool:
    """Go on with a guest at the address that their account has now; False where a conversation is open there already."""
    moved = await tx.run(
        _READDRESS,
        tenant_id=tx.tenant_id,
        conversation_id=conversation.id,
        address_sealed=sealer.seal(_addresses.encode(new), conversation.line_id.bytes),
        address_index=address_index(sealer, conversation.channel, new),
    )
    return moved == 1


async def forget_proofs(tx: Transaction, conversation_id: UUID) -> None:
    """Forget what a conversation was about and has proved: its account may be somebody else's now."""
    await tx.run(_FORGET_STATE, tenant_id=tx.tenant_id, conversation_id=conversation_id)


async def drop_unspoken(tx: Transaction, conversation_id: UUID, *, now: datetime) -> int:
    """Take back what was to be said into a call that is over; nobody would hear it, and the next call is another one."""
    return await tx.run(_DROP_UNSPOKEN, tenant_id=tx.tenant_id, conversation_id=conversation_id, now=now)


def _said(sealer: Sealer, row: SendRow) -> str | None:
    try:
        planned = _parts.decode(sealer.open(row.part_sealed or b"", row.message_id.bytes))
    except (Unreadable, msgspec.DecodeError):
        return None
    return spoken_words(planned)[0]
