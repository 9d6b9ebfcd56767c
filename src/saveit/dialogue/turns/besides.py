"""What comes beside guests' messages: what became of ours, who answered by hand, who wants to hear no more, and what providers say."""

from datetime import datetime
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

import msgspec

from saveit.conversations import (
    Conversation,
    act_for_advisor,
    address_index,
    drop_unspoken,
    erase,
    find_guest_message,
    find_open,
    forget_proofs,
    is_our_echo,
    knows_message,
    note_line_word,
    note_read_up_to,
    note_status,
    open_conversation,
    readdress,
    rewrite,
    save_inbound,
    silence,
    stop_line,
    take_over,
    unsilence,
)
from saveit.dialogue.turns.hearing import kind_of
from saveit.dialogue.turns.model import Delivered, place_of
from saveit.guests import Writer, identify, move_address, say_consent
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.errors import Fault
from saveit.kernel.ids import PersonId
from saveit.messages import (
    AccountEvent,
    Address,
    CallEvent,
    Deletion,
    Echo,
    Edit,
    IdentityChanged,
    Ignored,
    OptIn,
    OptOut,
    Status,
    StatusUpTo,
    TemplateEvent,
    UnifiedMessage,
    Written,
)

Beside: TypeAlias = (
    Status
    | StatusUpTo
    | Echo
    | OptOut
    | OptIn
    | IdentityChanged
    | AccountEvent
    | TemplateEvent
    | CallEvent
    | Ignored
)
# What of a template is for a person: it is not sent any more, or soon will not be.
_TROUBLES = frozenset(
    {"REJECTED", "PAUSED", "DISABLED", "FLAGGED", "PENDING_DELETION", "DELETED", "LIMIT_EXCEEDED", "RED"}
)
# And of an account, beside what stops it.
_WARNINGS = ("VIOLATION", "RESTRICT", "BAN", "FLAG", "DISABLE", "LOWERED", "error")


class EchoTooSoon(Fault):
    """Something was sent from the line while a message of ours was on its way: which it is shows once our call is answered."""

    code: ClassVar[str] = "echo_too_soon"


async def note_beside(
    tx: Transaction, sealer: Sealer, event: Delivered, inbound: Beside, *, now: datetime
) -> None:
    """Do what follows from it, in one transaction. Raises: EchoTooSoon, to be tried again in a moment."""
    await act_for_advisor(tx, event.line.advisor_id)
    match inbound:
        case Status():
            await note_status(tx, tx.tenant_id, event.line.id, inbound, now=now)
        case StatusUpTo():
            found = await _find(tx, sealer, event, inbound.recipient)
            if found is not None:
                await note_read_up_to(
                    tx,
                    tx.tenant_id,
                    found.id,
                    line_id=event.line.id,
                    state=inbound.state,
                    up_to=inbound.up_to,
                    now=now,
                )
        case Echo():
            await _echo(tx, sealer, event, inbound, now=now)
        case OptOut() | OptIn():
            await _word_of_guest(tx, sealer, event, inbound, now=now)
        case IdentityChanged():
            await _moved(tx, sealer, event, inbound, now=now)
        case AccountEvent() | TemplateEvent():
            await _word_of_provider(tx, event, inbound, now)
        case CallEvent():
            await _call(tx, sealer, event, inbound, now=now)
        case Ignored():
            pass
        case _:
            assert_never(inbound)


async def mend(
    tx: Transaction, sealer: Sealer, conversation: Conversation, message: UnifiedMessage
) -> UnifiedMessage | None:
    """Return what of an edited or deleted message still wants a turn; None where the transcript was mended and that is all.

    An edit that comes before its message takes its place, so that the message, when it comes, is known. One that changes no word changes
    nothing. Before the turn the words are replaced; after it the edit is a correction, and has a turn of its own.
    """
    match message.content:
        case Deletion(target=target):
            found = await find_guest_message(tx, sealer, conversation, target)
            if found is not None:
                await erase(tx, found.message_id)
            return None
        case Edit(target=target, written=written):
            found = await find_guest_message(tx, sealer, conversation, target)
            if found is None:
                return msgspec.structs.replace(message, channel_message_id=target, content=written)
            if found.text == written.text:
                return None
            if not found.had_its_turn:
                await rewrite(tx, sealer, found.message_id, written.text, kind="written")
                return None
            return msgspec.structs.replace(message, replies_to=target)
        case _:
            return message


def mended(message: UnifiedMessage, behind: list[UnifiedMessage]) -> UnifiedMessage | None:
    """Return a message as its sender has it by now, before anybody answered; None where it was taken back."""
    for later in behind:
        match later.content:
            case Edit(target=target, written=written) if target == message.channel_message_id:
                message = msgspec.structs.replace(message, content=written)
            case Deletion(target=target) if target == message.channel_message_id:
                return None
            case _:
                pass
    return message


async def _find(tx: Transaction, sealer: Sealer, event: Delivered, address: Address) -> Conversation | None:
    return await find_open(
        tx, sealer, line_id=event.line.id, channel=event.line.channel, address=address.value
    )


async def _open(
    tx: Transaction,
    sealer: Sealer,
    event: Delivered,
    address: Address,
    *,
    now: datetime,
    person_id: UUID | None = None,
) -> Conversation:
    return await open_conversation(
        tx,
        sealer,
        line_id=event.line.id,
        channel=event.line.channel,
        address=address,
        now=now,
        person_id=person_id,
        advisor_id=event.line.advisor_id,
    )


async def _echo(tx: Transaction, sealer: Sealer, event: Delivered, echo: Echo, *, now: datetime) -> None:
    """Something was sent from the line, and not by us: somebody of the house answers, and the conversation is theirs from here on."""
    if not echo.by_phone_app:
        if echo.app_id is not None and echo.app_id == event.credentials.value("app_id"):
            return
        if await knows_message(tx, tx.tenant_id, event.line.id, echo.channel_message_id):
            return
    text = _text_of(echo)
    conversation = await _open(tx, sealer, event, echo.recipient, now=now)
    if not echo.by_phone_app:
        ours = await is_our_echo(
            tx,
            sealer,
            conversation,
            channel_message_id=echo.channel_message_id,
            text=text,
            now=now,
        )
        if ours:
            return
        if ours is None:
            raise EchoTooSoon(event.line.channel)
    await save_inbound(
        tx,
        sealer,
        conversation,
        kind=kind_of(echo.content),
        text=text,
        channel_message_id=echo.channel_message_id,
        replies_to=None,
        at=echo.sent_at or event.received_at,
        now=now,
        author="staff",
    )
    why = "answered_by_hand"
    by = "phone_app" if echo.by_phone_app else "provider_inbox"
    await take_over(tx, conversation, by=by, why=why, now=now)


def _text_of(echo: Echo) -> str:
    match echo.content:
        case Written(text=text):
            return text
        case Edit(written=written):
            return written.text
        case _:
            return ""


async def _word_of_guest(
    tx: Transaction, sealer: Sealer, event: Delivered, word: OptOut | OptIn, *, now: datetime
) -> None:
    """Keep what a guest told the provider; of everything it silences the address, of marketing it is a consent."""
    person_id = await _person(tx, sealer, event, word.address, now=now)
    allowed = isinstance(word, OptIn)
    await say_consent(tx, person_id, scope=word.scope, allowed=allowed, how=word.why[:200], now=now)
    if word.scope != "all":
        return
    index = address_index(sealer, event.line.channel, word.address)
    if allowed:
        await unsilence(tx, tx.tenant_id, event.line.channel, index, by_guest=True)
    else:
        await silence(tx, tx.tenant_id, event.line.channel, index, code=word.why, by_guest=True, now=now)


async def _person(
    tx: Transaction, sealer: Sealer, event: Delivered, address: Address, *, now: datetime
) -> PersonId:
    phone = address.phone if address.verified else None
    writer = Writer(
        place=place_of(event.line), identifier=address.value, phones=() if phone is None else (phone,)
    )
    return (await identify(tx, sealer, writer, now=now)).id


async def _moved(
    tx: Transaction, sealer: Sealer, event: Delivered, changed: IdentityChanged, *, now: datetime
) -> None:
    """Go on with the same person at the new address; where only the change is known, believe nothing that was proved before."""
    if changed.old is None:
        found = await _find(tx, sealer, event, changed.new)
        if found is not None:
            await forget_proofs(tx, found.id)
        return
    await move_address(
        tx,
        sealer,
        place=place_of(event.line),
        old=changed.old.value,
        new=changed.new.value,
        now=now,
    )
    found = await _find(tx, sealer, event, changed.old)
    if found is not None:
        await readdress(tx, sealer, found, changed.new)


async def _word_of_provider(
    tx: Transaction, event: Delivered, said: AccountEvent | TemplateEvent, now: datetime
) -> None:
    """Put it where people see it; what shuts the line stops it."""
    match said:
        case AccountEvent(kind=kind, detail=detail, stops_line=stops):
            subject, word = "account", kind
            needs_person = stops or any(warning in kind for warning in _WARNINGS)
            if stops:
                await stop_line(
                    tx, tx.tenant_id, event.line.id, channel=event.line.channel, code=kind, now=now
                )
        case TemplateEvent(name=name, language=language, event=word, reason=detail):
            subject = f"template {name} {language}".strip()
            needs_person = word.upper() in _TROUBLES
        case _:
            assert_never(said)
    await note_line_word(
        tx,
        event.line.id,
        channel=event.line.channel,
        subject=subject,
        word=word,
        detail=detail,
        needs_person=needs_person,
        now=now,
    )


async def _call(tx: Transaction, sealer: Sealer, event: Delivered, call: CallEvent, *, now: datetime) -> None:
    """Take back what nobody will hear once a call is over. A call to a number that only writes is noted for the house."""
    if call.caller is None:
        return
    address = call.caller.address
    if call.phase in {"ended", "failed"}:
        found = await _find(tx, sealer, event, address)
        if found is not None:
            await drop_unspoken(tx, found.id, now=now)
    elif call.phase == "started":
        person_id = await _person(tx, sealer, event, address, now=now)
        conversation = await _open(tx, sealer, event, address, now=now, person_id=person_id)
        await save_inbound(
            tx,
            sealer,
            conversation,
            kind="call",
            text="",
            channel_message_id=event.envelope.event_key,
            replies_to=None,
            at=event.received_at,
            now=now,
        )
