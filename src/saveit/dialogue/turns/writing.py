"""The first step of a turn: who wrote, in which conversation, and what. It is committed by itself, for a booking must find its guest."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from saveit.advisors import find_advisor
from saveit.conversations import (
    AttentionRow,
    Conversation,
    HeardSound,
    InboundRow,
    act_for_advisor,
    address_index,
    attention_of,
    attribute,
    begin_as,
    find_heard,
    find_silence,
    note_media,
    open_conversation,
    recall,
    rewrite,
    save_inbound,
    take_over,
    unsilence,
)
from saveit.dialogue.model import State, Venue
from saveit.dialogue.policy.choices import cancels, opts_in
from saveit.dialogue.turns.besides import mend
from saveit.dialogue.turns.hearing import deserves_an_answer, is_said_aloud, kind_of, writer_of
from saveit.dialogue.turns.model import Delivered, LineOf, place_of
from saveit.dialogue.turns.places import venues_of
from saveit.guests import Person, identify
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import AdvisorId
from saveit.messages import UnifiedMessage, Written
from saveit.reservations import Desk

_states: Final = msgspec.json.Decoder(State)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the first step wrote down."""

    person: Person
    conversation: Conversation
    message: InboundRow
    venues: tuple[Venue, ...]
    state: State
    epoch: int
    said: UnifiedMessage
    """As its sender has it by now."""
    wants_an_answer: bool
    is_still_to_be_heard: bool = False


async def write_down(
    desk: Desk,
    tx: Transaction,
    event: Delivered,
    message: UnifiedMessage,
    *,
    listens: timedelta = timedelta(),
) -> Heard | None:
    """Who wrote, in which conversation, and what; None where it only mends what was written before.

    What was said aloud is asked to be heard, where that is done and allowed, and once it was heard the message reads so.
    """
    now, line = desk.now(), event.line
    sealer = await desk.keys.sealer(tx, tx.tenant_id)
    venues = await venues_of(desk, tx, line.restaurant_id)
    writer = writer_of(message, place=place_of(line))
    if message.sender.language is None:
        writer = msgspec.structs.replace(writer, language=line.language or venues[0].language)
    person = await identify(tx, sealer, writer, now=now)
    await act_for_advisor(tx, line.advisor_id)
    conversation = await _talking(tx, sealer, event, message, person, now=now)
    attention = await attention_of(tx, line.advisor_id, person.id)
    if attention is not None and not attention.ai_attention:
        await begin_as(tx, conversation.id, ai_attention=False, now=now)
    wanted = await mend(tx, sealer, conversation, message)
    if wanted is None:
        return None
    message = wanted
    is_silent = await _is_silent(tx, sealer, event, conversation, message, now=now)
    saved = await save_inbound(
        tx,
        sealer,
        conversation,
        kind=kind_of(message.content),
        text=message.text,
        channel_message_id=message.channel_message_id,
        replies_to=message.replies_to,
        at=message.sent_at or event.received_at,
        now=now,
    )
    found = None
    if isinstance(message.content, Written):
        asks = bool(listens) and not saved.had_its_turn and is_said_aloud(message.content)
        allowed = asks and await _may_listen(tx, sealer, line, attention)
        hear_in = conversation.language if allowed else ""
        found = await _noted(tx, sealer, conversation, saved, message.content, now=now, hear_in=hear_in)
        if found is not None and found.words:
            message = msgspec.structs.replace(
                message, content=Written(found.words, message.content.attachments)
            )
    memory = await recall(tx, tx.tenant_id, conversation.id)
    assert memory is not None
    wants = memory.ai_attention and not (saved.had_its_turn or is_silent) and deserves_an_answer(message)
    return Heard(
        said=message,
        wants_an_answer=wants,
        is_still_to_be_heard=wants
        and found is not None
        and found.words is None
        and now < event.received_at + listens,
        person=person,
        conversation=conversation,
        message=saved,
        venues=venues,
        state=State() if memory.state is None else _states.decode(memory.state),
        epoch=memory.ai_epoch,
    )


async def _talking(  # noqa: PLR0917 - who writes to whom.
    tx: Transaction,
    sealer: Sealer,
    event: Delivered,
    message: UnifiedMessage,
    person: Person,
    *,
    now: datetime,
) -> Conversation:
    """Return the one open conversation of this line and address, as the person's."""
    conversation = await open_conversation(
        tx,
        sealer,
        line_id=event.line.id,
        channel=event.line.channel,
        address=message.sender.address,
        now=now,
        person_id=person.id,
        advisor_id=event.line.advisor_id,
        language=person.language,
    )
    if conversation.person_id != person.id:
        await attribute(tx, conversation.id, person.id)
        return msgspec.structs.replace(conversation, person_id=person.id)
    return conversation


async def _noted(  # noqa: PLR0917 - whose files they are.
    tx: Transaction,
    sealer: Sealer,
    conversation: Conversation,
    saved: InboundRow,
    content: Written,
    *,
    now: datetime,
    hear_in: str,
) -> HeardSound | None:
    """Note a message's files, and return what became of its sound; once that was heard, the message reads so."""
    await note_media(
        tx, sealer, conversation, saved.message_id, content.attachments, now=now, hear_in=hear_in
    )
    found = await find_heard(tx, sealer, saved.message_id) if hear_in else None
    if found is not None and found.words:
        await rewrite(tx, sealer, saved.message_id, found.words, kind="transcript")
    return found


async def _may_listen(tx: Transaction, sealer: Sealer, line: LineOf, attention: AttentionRow | None) -> bool:
    """Say whether what is said aloud on a line is heard: always on the house's own, on an advisor's where it is allowed."""
    if line.advisor_id is None or (attention is not None and attention.audio_available):
        return True
    advisor = await find_advisor(tx, AdvisorId(line.advisor_id), sealer)
    return advisor is not None and advisor.audio_available


async def _is_silent(  # noqa: PLR0917 - who wrote what, where.
    tx: Transaction,
    sealer: Sealer,
    event: Delivered,
    conversation: Conversation,
    message: UnifiedMessage,
    *,
    now: datetime,
) -> bool:
    """Say whether nothing may be answered, because the guest wants to hear no more. Who was only unreachable and writes is back."""
    index = address_index(sealer, event.line.channel, message.sender.address)
    silence = await find_silence(tx, tx.tenant_id, event.line.channel, index)
    if silence is None or opts_in(message.text):
        return False
    if not silence.by_guest:
        await unsilence(tx, tx.tenant_id, event.line.channel, index, by_guest=False)
        return False
    if cancels(message.text):
        # A carrier takes "cancel" for an opt-out; the guest may have meant the booking, and we may not ask.
        await take_over(tx, conversation, by="bot", why="cancels_and_opted_out", now=now)
    return True
