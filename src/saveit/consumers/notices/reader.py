"""The consumer that tells guests what became of their reservations."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.advisors import Line, lines_of_house, list_lines
from saveit.consumers.notices import store
from saveit.consumers.notices.actions import About, Recipient, notify_person, template_for, template_key
from saveit.consumers.notices.model import Language, NoticeKind, Papers, Template, Told
from saveit.guests import owners_of
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import PersonId, ReservationId, RestaurantId, TenantId, new_id
from saveit.ledger import House
from saveit.messages import Channel
from saveit.outbox import Consumer, Fact, Handle, RecordedFact
from saveit.reservations import STANDING, Desk, Reservation, ReservationUnknown, find
from saveit.waitlist import Entry, EntryId, EntryUnknown, find_entry

MakePapers: TypeAlias = Callable[[Reservation, House], Awaitable[Papers]]

_ACTOR = Actor("system", "notices", "internal")
# What happened longer ago is no news; it is in the log all the same.
_NEWS_FOR = timedelta(hours=24)
# Planning one takes milliseconds, and the cursor stands open for all of them.
_FACTS_AT_ONCE = 50
_OF_RESERVATIONS: Mapping[str, NoticeKind] = {
    "reservation.created": "confirmed",
    "reservation.confirmed": "confirmed",
    "reservation.modified": "changed",
    "reservation.cancelled": "cancelled",
    "reservation.cancellation_undone": "confirmed",
    "reservation.no_show": "no_show",
    "reservation.reminder_due": "reminder",
    "reservation.table_ready": "table_ready",
    "reservation.seated_from_overbooking": "table_ready",
}
_OF_WAITING: Mapping[str, NoticeKind] = {
    "waitlist.offered": "waitlist_offer",
    "waitlist.passed": "waitlist_passed",
    "waitlist.table_ready": "table_ready",
}
_KINDS = frozenset((*_OF_RESERVATIONS, *_OF_WAITING))
_NEED_STANDING = frozenset({"confirmed", "pending", "changed", "reminder", "table_ready"})
# A party that was admitted beyond the tables and is given one days before need not come running.
_AT_THE_DOOR = timedelta(minutes=45)
# What was undone at once, as a slip is, is no news.
_NEED_ENDED = frozenset({"cancelled", "no_show"})


PlaceUrl: TypeAlias = Callable[[Entry, str], Awaitable[str]]
"""Returns where a guest who waits at a restaurant (its slug) sees their place and takes the table that is kept."""


class _State(msgspec.Struct, frozen=True):
    starts_at: datetime
    party_size: int


class _Body(msgspec.Struct, frozen=True):
    before: _State | None = None
    after: _State | None = None


_decoder = msgspec.json.Decoder(_Body)


class _News(msgspec.Struct, frozen=True, kw_only=True):
    """A notice ready to be planned."""

    told: Told
    recipient: Recipient
    templates: Mapping[str, Template]
    papers: Papers | None
    lines: tuple[Line, ...]


class _Step:
    """What restaurants say and by which lines, read once for all facts of a step: it takes seconds at most."""

    def __init__(self) -> None:
        self.templates: dict[tuple[RestaurantId, NoticeKind, Language], dict[str, Template]] = {}
        self.lines: dict[TenantId, tuple[Line, ...]] = {}


def notices_consumer(
    desk: Desk,
    channels: Mapping[str, Channel],
    make_papers: MakePapers,
    *,
    place_url: PlaceUrl,
    wake: Callable[[], None],
) -> Consumer:
    """Return the consumer. Its effects are planned messages, in the transaction that moves its cursor: each fact is told of once.

    `wake` is called when something was planned, so that nobody waits for the next look.
    """

    async def take(tx: Transaction, fact: RecordedFact, step: _Step) -> None:
        if fact.restaurant_id is None or desk.now() - fact.at > _NEWS_FOR:
            return
        if fact.kind in _OF_WAITING:
            news = await _of_waiting(desk, fact, fact.restaurant_id, step, place_url=place_url)
        else:
            news = await _of_reservation(desk, fact, fact.restaurant_id, make_papers, step=step)
        if news is None:
            return
        about = About(
            tenant_id=fact.tenant_id,
            restaurant_id=fact.restaurant_id,
            subject_id=fact.subject_id,
            fact_id=fact.fact_id,
        )
        sealer = await desk.keys.sealer(tx, fact.tenant_id)
        reached = await notify_person(
            tx,
            sealer,
            news.recipient,
            news.told,
            about=about,
            templates=news.templates,
            papers=news.papers,
            channels=channels,
            lines=news.lines,
            now=desk.now(),
        )
        if reached:
            tx.after_commit(wake)

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        await take(tx, fact, _Step())

    def begin() -> Handle:
        step = _Step()
        return lambda tx, fact: take(tx, fact, step)

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        """Pass over the bookings of whom no line and no conversation reaches, up to the first who can be told."""
        now = desk.now()
        booked = list(
            takewhile(lambda fact: fact.kind == "reservation.created" and now - fact.at <= _NEWS_FOR, facts)
        )
        if not booked:
            return 0
        return await store.pass_over(tx, booked, notice_ids=[new_id(now) for _ in booked], now=now)

    return Consumer(
        name="notices",
        kinds=_KINDS,
        handle=handle,
        begin=begin,
        ahead=ahead,
        batch_max=_FACTS_AT_ONCE,
        since="now",
    )


async def _of_reservation(
    desk: Desk, fact: RecordedFact, restaurant_id: RestaurantId, make_papers: MakePapers, *, step: _Step
) -> _News | None:
    """Return what to tell of a reservation as it is now, or None where there is nothing to tell any more."""
    kind = _OF_RESERVATIONS[fact.kind]
    if kind == "changed" and not _concerns_the_guest(fact):
        return None
    async with desk.database.aside(fact.tenant_id, _ACTOR) as reading:
        try:
            reservation = await find(desk, reading, ReservationId(fact.subject_id))
        except ReservationUnknown:
            return None
    if reservation.source == "walk_in":
        return None
    if kind == "confirmed" and reservation.status == "pending":
        kind = "pending"
    stands = reservation.status in STANDING
    if (kind in _NEED_STANDING and not stands) or (kind in _NEED_ENDED and stands):
        return None
    if (
        fact.kind == "reservation.seated_from_overbooking"
        and reservation.starts_at > desk.now() + _AT_THE_DOOR
    ):
        return None
    house = await desk.house(fact.tenant_id, restaurant_id)
    papers = (
        await make_papers(reservation, house)
        if kind in {"confirmed", "changed", "cancelled", "reminder"}
        else None
    )
    told = told_of(reservation, house, kind, papers)
    recipient = Recipient(
        person_id=reservation.person_id, email=reservation.guest.email, phone=reservation.guest.phone
    )
    return await _news(desk, step, house, told, recipient, papers)


async def _of_waiting(
    desk: Desk, fact: RecordedFact, restaurant_id: RestaurantId, step: _Step, *, place_url: PlaceUrl
) -> _News | None:
    async with desk.database.aside(fact.tenant_id, _ACTOR) as reading:
        try:
            entry: Entry = await find_entry(desk, reading, EntryId(fact.subject_id))
        except EntryUnknown:
            return None
        person_id = await _person(desk, reading, fact.tenant_id, entry)
    kind = _OF_WAITING[fact.kind]
    if kind == "waitlist_offer" and entry.status != "offered":
        return None
    if kind == "table_ready" and not entry.waits:
        return None
    house = await desk.house(fact.tenant_id, restaurant_id)
    restaurant = house.restaurant
    told = Told(
        kind=kind,
        language=entry.guest.language,
        guest=entry.guest.name,
        restaurant=restaurant.name,
        address=restaurant.address,
        phone=restaurant.phone,
        timezone=restaurant.timezone,
        starts_at=entry.offered_starts_at or entry.earliest_at,
        ends_at=entry.latest_at,
        party_size=entry.party_size,
        code="",
        until=entry.offered_until,
        manage_url=await place_url(entry, restaurant.slug),
        entry_id=entry.id,
    )
    recipient = Recipient(person_id=person_id, email=entry.guest.email, phone=entry.guest.phone)
    return await _news(desk, step, house, told, recipient, None)


async def _person(desk: Desk, reading: Transaction, tenant_id: TenantId, entry: Entry) -> PersonId | None:
    """Return whose phone an entry was left with, so that they are told where they wrote; None where it is nobody's."""
    if entry.guest.phone is None:
        return None
    sealer = await desk.keys.sealer(reading, tenant_id)
    owners = await owners_of(reading, sealer, entry.guest.phone, "")
    return owners[0] if owners else None


def told_of(reservation: Reservation, house: House, kind: NoticeKind, papers: Papers | None) -> Told:
    """Return a reservation as its guest should read of it."""
    restaurant = house.restaurant
    return Told(
        kind=kind,
        language=reservation.guest.language,
        guest=reservation.guest.name,
        restaurant=restaurant.name,
        address=restaurant.address,
        phone=restaurant.phone,
        timezone=restaurant.timezone,
        starts_at=reservation.starts_at,
        ends_at=reservation.leaves_at,
        party_size=reservation.party_size,
        code=reservation.code,
        tables=house.table_numbers(reservation.table_ids),
        pass_url="" if papers is None else papers.pass_url,
        calendar_url="" if papers is None else papers.calendar_url,
        manage_url="" if papers is None else papers.manage_url,
        reservation_id=reservation.id,
    )


async def _news(  # noqa: PLR0917 - what is told, to whom, of which restaurant.
    desk: Desk, step: _Step, house: House, told: Told, recipient: Recipient, papers: Papers | None
) -> _News:
    tenant_id, restaurant_id = house.tenant_id, house.restaurant_id
    wanted: list[tuple[RestaurantId, NoticeKind, Language]] = [
        (restaurant_id, told.kind, told.language),
        (restaurant_id, "pass", told.language),
    ]
    unread = [each for each in wanted if each not in step.templates]
    if unread or tenant_id not in step.lines:
        async with desk.database.aside(tenant_id, _ACTOR) as reading:
            for each in unread:
                step.templates[each] = await _templates(reading, *each)
            if tenant_id not in step.lines:
                step.lines[tenant_id] = tuple(await list_lines(reading))
    templates = {name: words for each in wanted for name, words in step.templates[each].items()}
    lines = lines_of_house(step.lines[tenant_id], restaurant_id)
    return _News(told=told, recipient=recipient, templates=templates, papers=papers, lines=lines)


async def _templates(
    reading: Transaction, restaurant_id: RestaurantId, kind: NoticeKind, language: Language
) -> dict[str, Template]:
    """Return what is said of a kind, on all channels and on those that have words of their own."""
    own = await store.find_templates(reading, reading.tenant_id, restaurant_id, kind, language=language)
    general = template_for(kind, language, own.pop("", None))
    return {kind: general} | {template_key(kind, channel): words for channel, words in own.items()}


def _concerns_the_guest(fact: RecordedFact) -> bool:
    """Say whether the time or the size changed: other words of the guest's own are no news to the guest."""
    body = _decoder.decode(fact.body)
    return body.before is None or body.after is None or body.before != body.after


def ready_fact(
    kind: Literal["reservation.table_ready", "waitlist.table_ready"],
    restaurant_id: RestaurantId,
    subject_id: UUID,
    *,
    service_on: date,
    at: datetime,
) -> Fact:
    """Return that a host says that a party's table is ready: the guest is told of it."""
    return Fact(
        fact_id=new_id(at),
        kind=kind,
        restaurant_id=restaurant_id,
        subject_kind="reservation" if kind == "reservation.table_ready" else "waitlist_entry",
        subject_id=subject_id,
        service_on=service_on,
        at=at,
        body=b"{}",
    )
