"""One message in, one state on, one answer planned; and who answers from here on."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from saveit.conversations.model import Conversation, PlannedPart
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from saveit.messages import Buttons, File, Letter, Menu, QuickReplies, Speech, Text
from saveit.outbox import Fact, append

_NOBODY: Final = UUID(int=0)
_TRANSCRIPT_MAX: Final = 500
# A sealed value holds no more; nobody reads a message as long as a novella, and as it came it is in the inbox.
_KEPT_OCTETS_MAX: Final = 60_000


class RecallRow(msgspec.Struct, frozen=True):
    """What is remembered: the state as JSON text, None before the first turn."""

    state: str | None
    ai_epoch: int
    ai_attention: bool
    person_id: UUID | None


class SeqRow(msgspec.Struct, frozen=True):
    """A number of a message."""

    seq: int


class InboundRow(msgspec.Struct, frozen=True):
    """A message that was taken down before."""

    message_id: UUID
    had_its_turn: bool


class TranscriptRow(msgspec.Struct, frozen=True):
    """A row of `messages`, as a transcript needs it."""

    message_id: UUID
    seq: int
    direction: str
    author: str
    kind: str
    content_sealed: bytes | None
    part_sealed: bytes | None
    status: str
    created_at: datetime


class AttentionRow(msgspec.Struct, frozen=True):
    """Whether the bot answers, and may answer with audio."""

    ai_attention: bool
    audio_available: bool


class TurnedRow(msgspec.Struct, frozen=True):
    """A conversation in which the bot was turned on or off."""

    conversation_id: UUID


class SaidLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a transcript."""

    message_id: UUID
    seq: int
    direction: Literal["in", "out"]
    author: str
    kind: str
    text: str
    choices: tuple[str, ...]
    status: str
    at: datetime

    def __repr__(self) -> str:
        """Say which line, not what it says."""
        return f"SaidLine({self.seq}, {self.author})"


class _Told(msgspec.Struct, frozen=True):
    channel: str
    line_id: UUID
    person_id: UUID | None
    advisor_id: UUID | None
    ai_epoch: int
    why: str = ""
    conversation_id: UUID | None = None
    reservation_id: UUID | None = None


_STATEMENTS = load_statements("saveit.conversations.memory")
_ACT_FOR_ADVISOR = _STATEMENTS.command("act_for_advisor")
_RECALL = _STATEMENTS.query("recall", RecallRow)
_RECALL_LOCKED = _STATEMENTS.query("recall_locked", RecallRow)
_REMEMBER = _STATEMENTS.command("remember")
_NOTE_INBOUND = _STATEMENTS.query("note_inbound", SeqRow)
_FIND_INBOUND = _STATEMENTS.query("find_inbound", InboundRow)
_NOTE_TURN = _STATEMENTS.command("note_turn")
_ATTRIBUTE = _STATEMENTS.command("attribute")
_MUTE = _STATEMENTS.command("mute")
_SAVE_INBOUND = _STATEMENTS.command("save_inbound")
_TRANSCRIPT = _STATEMENTS.query("transcript", TranscriptRow)
_PAY_ATTENTION = _STATEMENTS.command("pay_attention")
_ALLOW_AUDIO = _STATEMENTS.command("allow_audio")
_FIND_ATTENTION = _STATEMENTS.query("find_attention", AttentionRow)
_SET_ATTENTION = _STATEMENTS.query("set_attention", TurnedRow)
_DROP_PLANNED = _STATEMENTS.command("drop_planned")
_parts = msgspec.msgpack.Decoder(PlannedPart)
_facts = msgspec.json.Encoder()


def kept(text: str) -> bytes:
    """Return what is kept of a guest's message: all of it, or its beginning where it is longer than anybody types."""
    octets = text.encode()
    return (
        octets
        if len(octets) <= _KEPT_OCTETS_MAX
        else octets[:_KEPT_OCTETS_MAX].decode(errors="ignore").encode()
    )


async def act_for_advisor(tx: Transaction, advisor_id: UUID | None) -> None:
    """Let the transaction see this advisor's conversations and no others; None is a line that is no advisor's."""
    await tx.run(_ACT_FOR_ADVISOR, advisor="none" if advisor_id is None else str(advisor_id))


async def recall(
    tx: Transaction, tenant_id: TenantId, conversation_id: UUID, *, lock: bool = False
) -> RecallRow | None:
    """Return what is remembered; locked, nobody takes over before the transaction ends."""
    query = _RECALL_LOCKED if lock else _RECALL
    return await tx.maybe(query, tenant_id=tenant_id, conversation_id=conversation_id)


async def remember(
    tx: Transaction,
    conversation: Conversation,
    state: bytes,
    *,
    language: str,
    epoch: int,
    now: datetime,
) -> bool:
    """Write the state that a turn ended in; False, and nothing is written, when a human has taken over since."""
    written = await tx.run(
        _REMEMBER,
        tenant_id=tx.tenant_id,
        conversation_id=conversation.id,
        state=state.decode(),
        language=language,
        epoch=epoch,
    )
    if written:
        await append(tx, conversation_fact("conversation.context.updated", conversation, epoch, now))
    return written == 1


async def save_inbound(  # noqa: PLR0913 - what came, from where and when.
    tx: Transaction,
    sealer: Sealer,
    conversation: Conversation,
    *,
    kind: str,
    text: str,
    channel_message_id: str,
    replies_to: str | None,
    at: datetime,
    now: datetime,
    author: Literal["guest", "staff"] = "guest",
) -> InboundRow:
    """Write down what was sent to the line, sealed; one that was taken down before is not written again.

    An echo of staff's own phone is theirs, not the guest's.
    """
    before = await tx.maybe(
        _FIND_INBOUND,
        tenant_id=tx.tenant_id,
        line_id=conversation.line_id,
        channel_message_id=channel_message_id,
        conversation_id=conversation.id,
    )
    if before is not None:
        return before
    message_id = new_id(now)
    row = await tx.one(
        _NOTE_INBOUND,
        tenant_id=tx.tenant_id,
        conversation_id=conversation.id,
        # Only the guest's own words open the provider's window for replies.
        at=at if author == "guest" else None,
        now=now,
    )
    await tx.run(
        _SAVE_INBOUND,
        tenant_id=tx.tenant_id,
        message_id=message_id,
        conversation_id=conversation.id,
        advisor_id=conversation.advisor_id,
        line_id=conversation.line_id,
        channel=conversation.channel,
        seq=row.seq,
        kind=kind,
        author=author,
        content_sealed=sealer.seal(kept(text), message_id.bytes),
        channel_message_id=channel_message_id,
        in_reply_to=replies_to,
        at=at,
        now=now,
    )
    await append(
        tx,
        conversation_fact(
            "message.received", conversation, conversation.ai_epoch, now, why=kind, subject=message_id
        ),
    )
    return InboundRow(message_id, had_its_turn=False)


async def note_offered(
    tx: Transaction, conversation: Conversation, restaurant_id: RestaurantId, *, now: datetime
) -> None:
    """Write down that free times were shown to the guest."""
    told = conversation_fact("conversation.offered", conversation, conversation.ai_epoch, now)
    await append(tx, msgspec.structs.replace(told, restaurant_id=restaurant_id))


async def note_booked(
    tx: Transaction,
    conversation: Conversation,
    restaurant_id: RestaurantId,
    reservation_id: UUID,
    *,
    now: datetime,
) -> None:
    """Write down that the talk has led to a reservation."""
    told = conversation_fact(
        "conversation.booked", conversation, conversation.ai_epoch, now, reservation_id=reservation_id
    )
    await append(tx, msgspec.structs.replace(told, restaurant_id=restaurant_id))


async def note_turn(tx: Transaction, message_id: UUID, epoch: int) -> None:
    """Note that a message has had its turn: delivered again, it has no other."""
    await tx.run(_NOTE_TURN, tenant_id=tx.tenant_id, message_id=message_id, epoch=epoch)


async def attribute(tx: Transaction, conversation_id: UUID, person_id: UUID) -> None:
    """Say whose conversation it is."""
    await tx.run(_ATTRIBUTE, tenant_id=tx.tenant_id, conversation_id=conversation_id, person_id=person_id)


async def begin_as(tx: Transaction, conversation_id: UUID, *, ai_attention: bool, now: datetime) -> None:
    """Let a conversation in which nothing was said yet begin with the bot on or off; off, a human is needed."""
    await tx.run(
        _MUTE, tenant_id=tx.tenant_id, conversation_id=conversation_id, ai_attention=ai_attention, now=now
    )


async def take_over(tx: Transaction, conversation: Conversation, *, by: str, why: str, now: datetime) -> None:
    """Let a human answer from here on, on every channel of this person and advisor: what the bot was about to say is dropped."""
    await _turn(tx, conversation, on=False, by=by, why=why, now=now)


async def hand_back(tx: Transaction, conversation: Conversation, *, by: str, now: datetime) -> None:
    """Let the bot answer again."""
    await _turn(tx, conversation, on=True, by=by, why="handed_back", now=now)


async def allow_audio(
    tx: Transaction, conversation: Conversation, *, allowed: bool, by: str, now: datetime
) -> None:
    """Say whether the bot may answer this person with audio. Nobody has been told who it is: then nothing is written."""
    if conversation.person_id is None:
        return
    await tx.run(
        _ALLOW_AUDIO,
        tenant_id=tx.tenant_id,
        advisor_id=conversation.advisor_id or _NOBODY,
        person_id=conversation.person_id,
        audio_available=allowed,
        now=now,
        changed_by=by,
    )


async def say_manners(
    tx: Transaction,
    advisor_id: UUID | None,
    person_id: UUID,
    *,
    ai_attention: bool | None,
    audio_available: bool | None,
    now: datetime,
) -> None:
    """Say whether the bot answers a person for an advisor, and may with audio; what is None stays. Open conversations are not turned."""
    whose = {
        "tenant_id": tx.tenant_id,
        "advisor_id": advisor_id or _NOBODY,
        "person_id": person_id,
        "now": now,
        "changed_by": str(tx.actor),
    }
    if ai_attention is not None:
        await tx.run(_PAY_ATTENTION, **whose, ai_attention=ai_attention)
    if audio_available is not None:
        await tx.run(_ALLOW_AUDIO, **whose, audio_available=audio_available)


async def attention_of(tx: Transaction, advisor_id: UUID | None, person_id: UUID) -> AttentionRow | None:
    """Return whether the bot answers a person for an advisor, or None where nobody ever said."""
    return await tx.maybe(
        _FIND_ATTENTION, tenant_id=tx.tenant_id, advisor_id=advisor_id or _NOBODY, person_id=person_id
    )


async def transcript(
    tx: Transaction, sealer: Sealer, conversation_id: UUID, *, after: int = 0, rows_max: int = 100
) -> list[SaidLine]:
    """Return what was said after a number, oldest first; at most 500 lines."""
    rows = await tx.many(
        _TRANSCRIPT,
        tenant_id=sealer.tenant_id,
        conversation_id=conversation_id,
        after=after,
        rows_max=min(rows_max, _TRANSCRIPT_MAX),
    )
    return [_line(row, sealer) for row in rows]


async def _turn(
    tx: Transaction, conversation: Conversation, *, on: bool, by: str, why: str, now: datetime
) -> None:
    tenant_id, person_id = tx.tenant_id, conversation.person_id
    if person_id is not None:
        await tx.run(
            _PAY_ATTENTION,
            tenant_id=tenant_id,
            advisor_id=conversation.advisor_id or _NOBODY,
            person_id=person_id,
            ai_attention=on,
            now=now,
            changed_by=by,
        )
    turned = await tx.many(
        _SET_ATTENTION,
        tenant_id=tenant_id,
        conversation_id=conversation.id,
        person_id=person_id,
        advisor_id=conversation.advisor_id,
        ai_attention=on,
        is_taken=not on and by != "bot",
        why=why,
        now=now,
    )
    if not on:
        for row in turned:
            await tx.run(_DROP_PLANNED, tenant_id=tenant_id, conversation_id=row.conversation_id, now=now)
    if turned:
        epoch = conversation.ai_epoch + 1
        if on:
            await append(tx, conversation_fact("conversation.handed_back", conversation, epoch, now, why=why))
        else:
            await append(tx, conversation_fact("conversation.handed_over", conversation, epoch, now, why=why))


def _line(row: TranscriptRow, sealer: Sealer) -> SaidLine:
    text, choices = "", ()
    if row.content_sealed is not None:
        text = sealer.open(row.content_sealed, row.message_id.bytes).decode()
    elif row.part_sealed is not None:
        text, choices = spoken_words(_parts.decode(sealer.open(row.part_sealed, row.message_id.bytes)))
    return SaidLine(
        message_id=row.message_id,
        seq=row.seq,
        direction="in" if row.direction == "in" else "out",
        author=row.author,
        kind=row.kind,
        text=text,
        choices=choices,
        status=row.status,
        at=row.created_at,
    )


def spoken_words(planned: PlannedPart) -> tuple[str, tuple[str, ...]]:
    """Return what a part says, and what can be tapped under it."""
    match planned.part:
        case Text(text=text) | Speech(text=text) | Letter(text=text):
            return text, ()
        case (
            Buttons(text=text, choices=choices)
            | QuickReplies(text=text, choices=choices)
            | Menu(text=text, choices=choices)
        ):
            return text, tuple(choice.title for choice in choices)
        case File(attachment=attachment):
            return attachment.caption, ()
        case _:
            return "", ()


def conversation_fact(  # noqa: PLR0917 - the parts of a fact.
    kind: str,
    conversation: Conversation,
    epoch: int,
    now: datetime,
    why: str = "",
    subject: UUID | None = None,
    reservation_id: UUID | None = None,
) -> Fact:
    """Return what happened to a conversation, or to a message in it."""
    body = _Told(
        channel=conversation.channel,
        line_id=conversation.line_id,
        person_id=conversation.person_id,
        advisor_id=conversation.advisor_id,
        ai_epoch=epoch,
        why=why,
        conversation_id=conversation.id,
        reservation_id=reservation_id,
    )
    return Fact(
        fact_id=new_id(now),
        kind=kind,
        restaurant_id=None,
        subject_kind="conversation" if subject is None else "message",
        subject_id=conversation.id if subject is None else subject,
        service_on=None,
        at=now,
        body=_facts.encode(body),
    )
