"""Reading conversations as a person of the house does. Whose they are is the transaction's to say, and row-level security's to hold."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from saveit.conversations.inbox import store
from saveit.conversations.inbox.store import CountsRow, InboxRow, MessageRow
from saveit.conversations.model import PlannedPart
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.messages import Address, Buttons, File, Letter, Menu, QuickReplies, Speech, Template, Text

FROM_THE_LATEST: Final = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))
_LAST: Final = (1 << 63) - 1
_addresses = msgspec.json.Decoder(Address)
_parts = msgspec.msgpack.Decoder(PlannedPart)


class SentFile(msgspec.Struct, frozen=True):
    """A file that was sent. `url` is where its reader fetched it from."""

    kind: str
    file_name: str
    media_type: str
    url: str | None
    caption: str

    def __repr__(self) -> str:
        """Say the kind."""
        return f"SentFile({self.kind})"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One message, opened."""

    id: UUID
    conversation_id: UUID
    line_id: UUID
    channel: str
    seq: int
    direction: Literal["in", "out"]
    author: str
    author_id: UUID | None
    kind: str
    text: str
    choices: tuple[str, ...]
    attachments: tuple[SentFile, ...]
    status: str
    error: str
    at: datetime
    status_at: datetime

    def __repr__(self) -> str:
        """Say which, not what it says."""
        return f"Said({self.seq}, {self.author})"


class InboxFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations are asked for; what is None is not asked."""

    line_ids: tuple[UUID, ...] | None = None
    status: Literal["open", "closed"] | None = None
    channel: str | None = None
    advisor_id: UUID | None = None
    person_ids: tuple[UUID, ...] | None = None
    needs_human: bool = False


async def list_inbox(
    tx: Transaction, wanted: InboxFilter, *, before: tuple[datetime, UUID] = FROM_THE_LATEST, rows_max: int
) -> list[InboxRow]:
    """Return conversations, the latest word first."""
    return await tx.many(
        store.LIST_INBOX,
        tenant_id=tx.tenant_id,
        line_ids=_listed(wanted.line_ids),
        status=wanted.status,
        channel=wanted.channel,
        advisor_id=wanted.advisor_id,
        person_ids=_listed(wanted.person_ids),
        needs_human=wanted.needs_human,
        before_at=before[0],
        before_id=before[1],
        rows_max=rows_max,
    )


async def find_in_inbox(tx: Transaction, conversation_id: UUID) -> InboxRow | None:
    """Return one conversation as the list shows it."""
    return await tx.maybe(store.FIND_IN_INBOX, tenant_id=tx.tenant_id, conversation_id=conversation_id)


async def count_inbox(tx: Transaction, line_ids: Sequence[UUID] | None) -> CountsRow:
    """Return how many conversations of these lines are open, need a human, and have something unread for one."""
    return await tx.one(store.COUNT_INBOX, tenant_id=tx.tenant_id, line_ids=_listed(line_ids))


def address_of(row: InboxRow, sealer: Sealer) -> Address:
    """Return where the guest of a conversation is reached."""
    return _addresses.decode(sealer.open(row.address_sealed, row.line_id.bytes))


async def last_heard(tx: Transaction, conversation_id: UUID) -> str | None:
    """Return the provider's id of the guest's last message, which a mail's answer names."""
    row = await tx.maybe(store.LAST_HEARD, tenant_id=tx.tenant_id, conversation_id=conversation_id)
    return None if row is None else row.channel_message_id


async def messages_by_id(tx: Transaction, sealer: Sealer, message_ids: Sequence[UUID]) -> dict[UUID, Said]:
    """Return some messages by their ids."""
    rows = await tx.many(store.MESSAGES_BY_ID, tenant_id=tx.tenant_id, message_ids=list(message_ids))
    return {row.message_id: said_of(row, sealer) for row in rows}


async def messages_of(
    tx: Transaction,
    sealer: Sealer,
    conversation_id: UUID,
    *,
    before: int | None = None,
    after: int | None = None,
    rows_max: int,
) -> list[Said]:
    """Return a page of a conversation, oldest first: what follows a number, or else what precedes one, or the latest."""
    place = {"tenant_id": tx.tenant_id, "conversation_id": conversation_id, "rows_max": rows_max}
    if after is not None:
        rows = await tx.many(store.MESSAGES_AFTER, **place, after=after)
    else:
        rows = await tx.many(store.MESSAGES_BEFORE, **place, before=_LAST if before is None else before)
        rows.reverse()
    return [said_of(row, sealer) for row in rows]


async def thread_of(
    tx: Transaction,
    sealer: Sealer,
    person_ids: Sequence[UUID],
    *,
    line_ids: Sequence[UUID] | None,
    before: tuple[datetime, UUID] = FROM_THE_LATEST,
    rows_max: int,
) -> list[Said]:
    """Return what was said with some people on every channel, oldest first; the latest before a place."""
    rows = await tx.many(
        store.MESSAGES_OF_PEOPLE,
        tenant_id=tx.tenant_id,
        person_ids=list(person_ids),
        line_ids=_listed(line_ids),
        before_at=before[0],
        before_id=before[1],
        rows_max=rows_max,
    )
    rows.reverse()
    return [said_of(row, sealer) for row in rows]


async def unsettled_messages(
    tx: Transaction,
    sealer: Sealer,
    status: Literal["failed", "unknown"],
    *,
    conversation_id: UUID | None,
    line_ids: Sequence[UUID] | None,
    before: tuple[datetime, UUID] = FROM_THE_LATEST,
    rows_max: int,
) -> list[Said]:
    """Return what failed, or of which nobody knows whether it arrived, the latest first."""
    rows = await tx.many(
        store.MESSAGES_UNSETTLED,
        tenant_id=tx.tenant_id,
        status=status,
        conversation_id=conversation_id,
        line_ids=_listed(line_ids),
        before_at=before[0],
        before_id=before[1],
        rows_max=rows_max,
    )
    return [said_of(row, sealer) for row in rows]


def said_of(row: MessageRow, sealer: Sealer) -> Said:
    """Return a message opened. Raises: Unreadable."""
    text, choices, files = "", (), ()
    if row.content_sealed is not None:
        text = sealer.open(row.content_sealed, row.message_id.bytes).decode()
    elif row.part_sealed is not None:
        text, choices, files = _words(_parts.decode(sealer.open(row.part_sealed, row.message_id.bytes)))
    return Said(
        id=row.message_id,
        conversation_id=row.conversation_id,
        line_id=row.line_id,
        channel=row.channel,
        seq=row.seq,
        direction="in" if row.direction == "in" else "out",
        author=row.author,
        author_id=row.author_id,
        kind=row.kind,
        text=text,
        choices=choices,
        attachments=files,
        status=row.status,
        error=row.error,
        at=row.created_at,
        status_at=row.status_at,
    )


def _words(planned: PlannedPart) -> tuple[str, tuple[str, ...], tuple[SentFile, ...]]:
    """Return what a part says, what can be tapped under it, and what hangs on it."""
    match planned.part:
        case Text(text=text) | Speech(text=text):
            return text, (), ()
        case (
            Buttons(text=text, choices=choices)
            | QuickReplies(text=text, choices=choices)
            | Menu(text=text, choices=choices)
        ):
            return text, tuple(choice.title for choice in choices), ()
        case Letter(subject=subject, text=text, attachments=attachments):
            files = tuple(
                SentFile(each.kind, each.file_name, each.media_type, None, "") for each in attachments
            )
            return f"{subject}\n\n{text}" if subject else text, (), files
        case File(attachment=one):
            return (
                one.caption,
                (),
                (SentFile(one.kind, one.file_name, one.media_type, one.url or None, one.caption),),
            )
        case Template(use=use):
            return " · ".join((use.name or use.reference, *use.parameters)), (), ()
        case _:
            return "", (), ()


def _listed(ids: Sequence[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
