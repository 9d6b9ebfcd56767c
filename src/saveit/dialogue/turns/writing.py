"""The first step of a turn: who wrote, in which conversation, and what. It is committed by itself, for a booking must find its guest."""

from datetime import datetime
from typing import Final

import msgspec

from saveit.conversations import (
    Conversation,
    InboundRow,
    act_for_advisor,
    address_index,
    attention_of,
    attribute,
    begin_as,
    find_silence,
    note_media,
    open_conversation,
    recall,
    save_inbound,
    take_over,
    unsilence,
)
from saveit.dialogue.model import State, Venue
from saveit.dialogue.policy.choices import cancels, opts_in
from saveit.dialogue.turns.besides import mend
from saveit.dialogue.turns.hearing import deserves_an_answer, kind_of, writer_of
from saveit.dialogue.turns.model import Delivered, place_of
from saveit.dialogue.turns.places import venues_of
from saveit.guests import Person, identify
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
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


async def write_down(desk: Desk, tx: Transaction, event: Delivered, message: UnifiedMessage) -> Heard | None:
    """Who wrote, in which conversation, and what; None where it only mends what was written before."""
    now, line = desk.now(), event.line
    sealer = await desk.keys.sealer(tx, tx.tenant_id)
    venues = await venues_of(desk, tx, line.restaurant_id)
    writer = writer_of(message, place=place_of(line))
    if message.sender.language is None:
        writer = msgspec.structs.replace(writer, language=line.language or venues[0].language)
    person = await identify(tx, sealer, writer, now=now)
    await act_for_advisor(tx, line.advisor_id)
    conversation = await open_conversation(
        tx,
        sealer,
        line_id=line.id,
        channel=line.channel,
        address=message.sender.address,
        now=now,
        person_id=person.id,
        advisor_id=line.advisor_id,
        language=person.language,
    )
    if conversation.person_id != person.id:
        await attribute(tx, conversation.id, person.id)
        conversation = msgspec.structs.replace(conversation, person_id=person.id)
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
    if isinstance(message.content, Written):
        files = message.content.attachments
        await note_media(tx, sealer, conversation, saved.message_id, files, now=now)
    memory = await recall(tx, tx.tenant_id, conversation.id)
    assert memory is not None
    wants = memory.ai_attention and not (saved.had_its_turn or is_silent) and deserves_an_answer(message)
    return Heard(
        said=message,
        wants_an_answer=wants,
        person=person,
        conversation=conversation,
        message=saved,
        venues=venues,
        state=State() if memory.state is None else _states.decode(memory.state),
        epoch=memory.ai_epoch,
    )


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
