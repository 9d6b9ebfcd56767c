"""What a person of the house does in a conversation: takes it, answers, reads, closes; and keeps answers at hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

import msgspec

from saveit.conversations.actions import plan
from saveit.conversations.inbox import store
from saveit.conversations.inbox.store import QuickAnswerRow
from saveit.conversations.memory.talk import conversation_fact, hand_back, take_over
from saveit.conversations.model import Conversation
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import ConstraintBroken, Transaction
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import RestaurantId, new_id
from saveit.messages import Part
from saveit.outbox import append

SHORTCUT_LENGTH_MAX: Final = 40
QUICK_ANSWER_LENGTH_MAX: Final = 2_000


class ConversationUnknown(Refusal):
    """There is no such conversation, or not for whoever asks."""

    code: ClassVar[str] = "conversation_unknown"


class ConversationClosed(Refusal):
    """The conversation is closed; the guest's next word begins another."""

    code: ClassVar[str] = "conversation_closed"


class QuickAnswerUnknown(Refusal):
    """There is no such quick answer."""

    code: ClassVar[str] = "quick_answer_unknown"


class ShortcutTaken(Refusal):
    """Another answer of the restaurant's in that language has this shortcut."""

    code: ClassVar[str] = "shortcut_taken"


class QuickAnswerConflict(Refusal):
    """Somebody changed it meanwhile; `revision` is the one that stands."""

    code: ClassVar[str] = "revision_conflict"


async def take(
    tx: Transaction, conversation: Conversation, *, user_id: UUID | None, why: str, now: datetime
) -> None:
    """Let a human attend this person from here on, in every channel. Taken from the bot, or from nobody, or from a colleague."""
    await take_over(tx, conversation, by=str(tx.actor), why=why, now=now)
    taken = await tx.many(
        store.TAKE_CONVERSATION,
        tenant_id=tx.tenant_id,
        conversation_id=conversation.id,
        person_id=conversation.person_id,
        advisor_id=conversation.advisor_id,
        taken_by=user_id,
        now=now,
    )
    if taken:
        await append(
            tx, conversation_fact("conversation.taken", conversation, conversation.ai_epoch + 1, now, why=why)
        )


async def answer(
    tx: Transaction,
    sealer: Sealer,
    conversation: Conversation,
    parts: Sequence[Part],
    *,
    user_id: UUID | None,
    replies_to: str | None = None,
    now: datetime,
) -> tuple[UUID, ...]:
    """Plan what a human answers, and take the conversation: a reply of the bot that comes later is dropped. Returns the messages' ids."""
    await take(tx, conversation, user_id=user_id, why="answered", now=now)
    planned = await plan(
        tx, sealer, conversation, parts, author="staff", author_id=user_id, replies_to=replies_to, now=now
    )
    for message_id in planned:
        fact = conversation_fact(
            "message.planned", conversation, conversation.ai_epoch, now, why="staff", subject=message_id
        )
        await append(tx, fact)
    return planned


async def note_read(tx: Transaction, conversation_id: UUID, seq: int) -> None:
    """Note up to which number somebody of the house has read; it only rises."""
    await tx.run(store.NOTE_READ, tenant_id=tx.tenant_id, conversation_id=conversation_id, seq=seq)


async def close(tx: Transaction, conversation: Conversation, *, now: datetime) -> bool:
    """End a conversation and let the bot attend the person's next one; False where it was closed already."""
    await hand_back(tx, conversation, by=str(tx.actor), now=now)
    closed = await tx.maybe(
        store.CLOSE_CONVERSATION, tenant_id=tx.tenant_id, conversation_id=conversation.id, now=now
    )
    if closed is None:
        return False
    await append(tx, conversation_fact("conversation.closed", conversation, conversation.ai_epoch + 1, now))
    return True


async def list_quick_answers(
    tx: Transaction, restaurant_id: RestaurantId, language: str | None = None
) -> list[QuickAnswerRow]:
    """Return a restaurant's answers at hand, by shortcut."""
    return await tx.many(
        store.LIST_QUICK_ANSWERS, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, language=language
    )


async def find_quick_answer(tx: Transaction, quick_answer_id: UUID) -> QuickAnswerRow:
    """Return an answer at hand, locked. Refuses: QuickAnswerUnknown."""
    row = await tx.maybe(store.FIND_QUICK_ANSWER, tenant_id=tx.tenant_id, quick_answer_id=quick_answer_id)
    if row is None:
        raise QuickAnswerUnknown(quick_answer_id=str(quick_answer_id))
    return row


async def save_quick_answer(
    tx: Transaction, wanted: QuickAnswerRow, *, revision: int | None, now: datetime
) -> QuickAnswerRow:
    """Write an answer at hand; `revision` is the one that was read, None where it is new.

    Refuses: QuickAnswerConflict, ShortcutTaken.
    """
    if revision is not None and revision != wanted.revision:
        raise QuickAnswerConflict(revision=wanted.revision)
    after = msgspec.structs.replace(wanted, revision=1 if revision is None else revision + 1)
    columns = msgspec.structs.asdict(after)
    try:
        await tx.run(store.SAVE_QUICK_ANSWER, tenant_id=tx.tenant_id, **columns, now=now)
    except ConstraintBroken as error:
        if error.constraint == "shortcut_stands_for_one_answer":
            raise ShortcutTaken(shortcut=after.shortcut) from error
        raise
    return after


def new_quick_answer(
    restaurant_id: RestaurantId, *, language: str, shortcut: str, text: str, now: datetime
) -> QuickAnswerRow:
    """Return an answer that is not kept yet."""
    return QuickAnswerRow(new_id(now), restaurant_id, language, shortcut, text, 0)


async def remove_quick_answer(tx: Transaction, quick_answer_id: UUID) -> None:
    """Remove an answer at hand."""
    await tx.run(store.REMOVE_QUICK_ANSWER, tenant_id=tx.tenant_id, quick_answer_id=quick_answer_id)
