"""From what a channel read to what the policy hears: words understood, a tap, or something that nobody can read."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from saveit.dialogue.model import Heard, Spoken, State, Tapped, Unread, UnreadKind, Venue
from saveit.dialogue.nlu import Context, Engine, OpenHours, Slot, Slots, Understanding, understand
from saveit.dialogue.turns.model import Delivered
from saveit.guests import Writer
from saveit.messages import (
    Address,
    CallEvent,
    Can,
    Cards,
    Chosen,
    Content,
    Deletion,
    Edit,
    Form,
    Keyed,
    MediaKind,
    Order,
    Place,
    Reaction,
    Said,
    UnifiedMessage,
    Unsupported,
    Written,
)
from saveit.venues import WEEKDAYS

_SLOTS: Final[Mapping[str, Slot]] = {
    "date": "date",
    "time": "time",
    "party_size": "party_size",
    "name": "name",
    "phone": "phone",
    "email": "email",
    "code": "code",
}
_UNREAD: Final[Mapping[MediaKind, UnreadKind]] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
}
# A guest who mends a typo within moments means the mended text; later the answer stands, and the next message counts.
_TEXT_LENGTH_MAX: Final = 2_000


class BuiltIn:
    """The engine that comes with us: offline, the same answer each time."""

    async def understand(self, text: str, context: Context) -> Understanding:
        """Return what the text means."""
        return understand(text, context)


def deserves_an_answer(message: UnifiedMessage) -> bool:
    """Say whether a message is one to answer: not in groups, not to machines, not where another application speaks, and no reaction."""
    if message.group is not None or message.automatic or message.standby:
        return False
    return not isinstance(message.content, Reaction | Deletion)


def is_said_aloud(content: Written) -> bool:
    """Say whether a message is a sound and nothing else."""
    return not content.text.strip() and bool(content.attachments) and content.attachments[0].kind == "audio"


async def hear(content: Content, engine: Engine, context: Context) -> Heard | None:  # noqa: C901, PLR0911 - one content, one hearing.
    """Return what was heard, or None where there is nothing to hear."""
    match content:
        case Written(text=text, attachments=attachments):
            if text.strip():
                return await _spoken(text, engine, context)
            return Unread(_UNREAD[attachments[0].kind]) if attachments else None
        case Said(text=text) | Order(text=text):
            return await _spoken(text, engine, context) if text.strip() else Unread("silence")
        case Keyed(digits=digits):
            return await _spoken(digits, engine, context)
        case Edit(written=written):
            return await _spoken(written.text, engine, context) if written.text.strip() else None
        case Chosen(payload=payload, title=title, source=source):
            # A template's button and a bot's start button carry payloads of others' making: their words are what they mean.
            if source == "start":
                return await _spoken("hola" if context.language == "es" else "hello", engine, context)
            return Tapped(payload, title) if payload else await _spoken(title, engine, context)
        case Place():
            return Unread("place")
        case Cards():
            return Unread("contact")
        case Form() | Unsupported():
            return Unread("other")
        case Reaction() | Deletion():
            return None
        case _:
            assert_never(content)


def context_of(state: State, venue: Venue, now: datetime, venues: tuple[Venue, ...]) -> Context:
    """Return what is known before a message to `venue`, one of the `venues` of its line, is read."""
    draft = state.draft
    hours = sorted(
        {
            (each.opens, "00:00" if each.closes == "24:00" else each.closes)
            for weekday in range(len(WEEKDAYS))
            for each in venue.rules.business_hours.of(weekday)
        }
    )
    return Context(
        now=now.astimezone(ZoneInfo(venue.timezone)),
        language=state.language or venue.language,
        region=venue.region,
        requested=_SLOTS.get(state.asked or ""),
        hours=tuple(
            OpenHours(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in hours
        ),
        draft=Slots(
            date=draft.date,
            time=None if draft.time is None else time.fromisoformat(draft.time),
            party_size=draft.party_size,
            name=draft.name,
        ),
        houses=tuple(each.name for each in venues),
    )


def writer_of(message: UnifiedMessage, *, place: str) -> Writer:
    """Return who writes, with the addresses that the provider vouches for."""
    sender = message.sender
    addresses = (sender.address, *sender.others)
    return Writer(
        place=place,
        identifier=sender.address.value,
        phones=tuple(filter(None, (_verified_phone(each) for each in addresses))),
        emails=tuple(each.value for each in addresses if each.kind == "email" and each.verified),
        name=sender.name,
        language="en" if (sender.language or "").startswith("en") else "es",
    )


def corrected(heard: Heard, state: State) -> Heard:
    """Return an edit of what was answered already as the correction that it is: of the booking just made, not a wish for another one."""
    books = isinstance(heard, Spoken) and heard.understanding.intent in {
        "make_reservation",
        "check_availability",
    }
    if not isinstance(heard, Spoken) or not books or state.topic is not None or state.last_booking_id is None:
        return heard
    return replace(heard, understanding=replace(heard.understanding, intent="modify"))


def speaks(can: Can) -> bool:
    """Say whether a channel is one that is spoken into."""
    return can.shape == "speech"


def spoken_to(call: CallEvent, event: Delivered) -> UnifiedMessage:
    """Return a call's beginning, or silence in it, as something that wants an answer: a greeting, or the question again."""
    assert call.caller is not None
    return UnifiedMessage(
        channel_message_id=event.envelope.event_key,
        sender=call.caller,
        content=Chosen("", "", "start") if call.phase == "started" else Said(""),
        thread=call.call_id,
    )


def kind_of(content: Content) -> str:
    """Return the word under which a message is kept."""
    return type(content).__name__.lower()


async def _spoken(text: str, engine: Engine, context: Context) -> Spoken:
    kept = text[:_TEXT_LENGTH_MAX]
    return Spoken(kept, await engine.understand(kept, context))


def _verified_phone(address: Address) -> str | None:
    return address.phone if address.verified else None
