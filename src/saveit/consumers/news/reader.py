"""The consumer that tells whoever is choosing a time that it has just gone, before they choose it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from babel.dates import format_date

from saveit.consumers.news import store
from saveit.consumers.news.store import TalkRow
from saveit.conversations import Conversation, find_conversation, plan, recall
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger import House
from saveit.messages import Channel, UnifiedResponse, fit
from saveit.outbox import Consumer, RecordedFact
from saveit.reservations import Desk, answer_at, nearest_offers
from saveit.seating import Asking, Offer

# What may take a table from whoever is choosing one.
_KINDS = frozenset(
    (
        "reservation.created",
        "reservation.modified",
        "reservation.moved",
        "reservation.extended",
        "reservation.no_show_undone",
        "reservation.cancellation_undone",
        "availability.changed",
    )
)
# Who has said nothing for so long is not choosing any more.
_TALKING_FOR = timedelta(minutes=30)
_NEWS_FOR = timedelta(minutes=5)
_ALTERNATIVES_MAX = 3
_USUAL_PARTY = 2
_GONE: Mapping[str, str] = {
    "es": "Las {time} del {date} se acaban de ocupar 😕 Todavía hay mesa a las {others}. ¿Te sirve alguna?",
    "en": "{time} on {date} has just been taken 😕 There is still a table at {others}. Would one of these do?",
}
_NONE_LEFT: Mapping[str, str] = {
    "es": "Las {time} del {date} se acaban de ocupar y no queda otra mesa cerca de esa hora 😕 ¿Quieres probar otro día?",
    "en": "{time} on {date} has just been taken, and no table is left around it 😕 Would another day do?",
}


class _Draft(msgspec.Struct, frozen=True):
    time: str | None = None
    party_size: int | None = None


class _State(msgspec.Struct, frozen=True):
    """The part of a conversation's state that news depend on."""

    draft: _Draft = _Draft()


class _Body(msgspec.Struct, frozen=True):
    person_id: UUID | None = None


_states = msgspec.json.Decoder(_State)
_bodies = msgspec.json.Decoder(_Body)


def news_consumer(
    desk: Desk,
    channels: Mapping[str, Channel],
    *,
    wake: Callable[[], None],
) -> Consumer:
    """Return the consumer. What it plans is in the transaction that moves its cursor."""

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        now = desk.now()
        on = fact.service_on
        if fact.restaurant_id is None or on is None or now - fact.at > _NEWS_FOR:
            return
        person = _bodies.decode(fact.body).person_id
        talks = await store.talking_about(
            tx,
            fact.tenant_id,
            fact.restaurant_id,
            on,
            since=now - _TALKING_FOR,
            person_id=person,
        )
        if not talks:
            return
        house = await desk.house(fact.tenant_id, fact.restaurant_id)
        sealer = await desk.keys.sealer(tx, fact.tenant_id)
        for talk in talks:
            conversation = await find_conversation(tx, sealer, talk.conversation_id)
            if conversation is None or not talk.ai_attention:
                continue
            state = await _state(tx, fact, talk)
            if await _tell(desk, tx, sealer, house, conversation, state=state, on=on, channels=channels):
                tx.after_commit(wake)

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        return await _pass_over(tx, facts, desk.now())

    return Consumer(name="news", kinds=_KINDS, handle=handle, ahead=ahead, since="now")


async def _pass_over(tx: Transaction, facts: Sequence[RecordedFact], now: datetime) -> int:
    """Return how many of the first facts are of days that nobody is talking about: most days of most restaurants."""
    about: list[tuple[TenantId, RestaurantId, date]] = []
    for fact in facts:
        if fact.restaurant_id is None or fact.service_on is None:
            break
        about.append((fact.tenant_id, fact.restaurant_id, fact.service_on))
    if not about:
        return 0
    first = await store.first_talked_about(tx, about, since=now - _TALKING_FOR)
    return len(about) if first is None else first


async def _state(tx: Transaction, fact: RecordedFact, talk: TalkRow) -> _Draft:
    row = await recall(tx, fact.tenant_id, talk.conversation_id)
    return _Draft() if row is None or row.state is None else _states.decode(row.state).draft


async def _tell(  # noqa: PLR0917 - who is told what, of which time.
    desk: Desk,
    tx: Transaction,
    sealer: Sealer,
    house: House,
    conversation: Conversation,
    *,
    state: _Draft,
    on: date,
    channels: Mapping[str, Channel],
) -> bool:
    """Tell a conversation that its time is gone, if it is, and was not said; with what is left."""
    channel = channels.get(conversation.channel)
    if state.time is None or channel is None or channel.can.reply != "later":
        return False
    asking = Asking(party_size=state.party_size or _USUAL_PARTY, audience="guest")
    if isinstance(await answer_at(desk, house, asking, on=on, time=state.time), Offer):
        return False
    now = desk.now()
    fresh = await store.note_told(
        tx,
        sealer.tenant_id,
        conversation.id,
        restaurant_id=RestaurantId(house.restaurant_id),
        service_on=on,
        slot=state.time,
        now=now,
    )
    if not fresh:
        return False
    others = await nearest_offers(
        desk, house, asking, on=on, wished_at=_instant(house, on, state.time), offers_max=_ALTERNATIVES_MAX
    )
    text = _words(conversation.language, on, state.time, [_clock(house, each) for each in others])
    parts = fit(UnifiedResponse(text=text, language=conversation.language), channel.can)
    planned = await plan(
        tx,
        sealer,
        conversation,
        parts,
        author="bot",
        now=now,
        epoch=conversation.ai_epoch,
        expires_at=now + _NEWS_FOR,
    )
    return bool(planned)


def _words(language: str, on: date, time: str, others: Sequence[str]) -> str:
    locale, day_format = ("en_US", "MMMM d") if language == "en" else ("es_MX", "d 'de' MMMM")
    told = format_date(on, day_format, locale=locale)
    if not others:
        return _NONE_LEFT[language].format(time=time, date=told)
    joint = " or " if language == "en" else " o "
    listed = joint.join(filter(None, (", ".join(others[:-1]), others[-1])))
    return _GONE[language].format(time=time, date=told, others=listed)


def _clock(house: House, offer: Offer) -> str:
    return offer.starts_at.astimezone(house.zone).strftime("%H:%M")


def _instant(house: House, on: date, time: str) -> datetime | None:
    try:
        hour, minute = (int(piece) for piece in time.split(":"))
        return datetime(on.year, on.month, on.day, hour, minute, tzinfo=house.zone)
    except ValueError:
        return None
