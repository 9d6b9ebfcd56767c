"""Puts the policy's questions to the core, each through the door that promises what the question needs.

A booking is committed by itself, through the combiner, under a key made of the event that asked for it: killed before the answer is
written, the turn is taken again, and the key answers with the booking that was made. All other acts are done in the turn's own
transaction, together with the answer.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from saveit.conversations import Conversation
from saveit.dialogue.model import (
    Accept,
    Answer,
    Book,
    Bookings,
    ByCode,
    Cancel,
    Change,
    CheckCode,
    Checked,
    Done,
    Free,
    Known,
    Leave,
    Listed,
    Listing,
    Mine,
    Note,
    Probe,
    Question,
    Refused,
    SendCode,
    Sent,
    Start,
    Taken,
    Wait,
    Waiting,
    Wanted,
)
from saveit.guests import CodeToSend, GuestDetails, Person, ask_for_code, check_contact, family_of, say_code
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import AreaId, PersonId, ReservationId, RestaurantId, TenantId
from saveit.ledger import House, find_key
from saveit.reservations import (
    Booking,
    Desk,
    Key,
    Reservation,
    RulesRefused,
    SlotUnavailable,
    Wish,
    amend,
    answer_at,
    book,
    cancel,
    change,
    day_offers,
    find,
    list_of_code,
    list_of_person,
    nearest_offers,
)
from saveit.seating import Asking, Closed, Offer, instant_of_start, local_clock
from saveit.venues import clock_minutes
from saveit.waitlist import EntryId, accept, join, leave, list_queue
from saveit.waitlist import Wish as WaitWish

_LATELY: Final = timedelta(hours=2)
_MINE_MAX: Final = 50
_REQUESTS_LENGTH_MAX: Final = 500
_LAST_ID: Final = UUID(int=(1 << 128) - 1)

Links = Callable[[Reservation], Awaitable[tuple[str, str]]]
SendTheCode = Callable[[Transaction, CodeToSend], Awaitable[None]]
IN_THE_TURN: Final = (Change, Note, Cancel, Wait, Leave, SendCode, CheckCode)
"""Questions that are answered within the turn's own transaction."""


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """For whom the clerk works, and by which event."""

    tenant_id: TenantId
    actor: Actor
    person: Person
    phone: str | None
    conversation: Conversation
    written_from: str
    region: str
    """Whose phone numbers are written without a prefix."""
    event: str
    """What is the same whenever this event is delivered or tried again."""
    retried: bool

    @property
    def key(self) -> Key:
        """The booking's idempotency key. Its digest is of the event alone: whatever is asked the second time, the first booking answers."""
        return Key("turn", self.event, hashlib.sha256(self.event.encode()).digest())


class Clerk:
    """Answers one turn's questions."""

    def __init__(self, desk: Desk, asker: Asker, *, links: Links | None, send_code: SendTheCode) -> None:
        self._desk = desk
        self._asker = asker
        self._links = links
        self._send_code = send_code
        self.offering: RestaurantId | None = None
        """Whose free times the guest was shown in this turn."""
        self.booked: Reservation | None = None
        """What this turn has booked."""

    async def answer(self, question: Question, tx: Transaction | None) -> Answer:  # noqa: PLR0911 - one question, one door.
        """Return the core's answer. `tx` is the turn's own, which acts need and reads use when it is there."""
        match question:
            case Listing():
                return await self._listing(question)
            case Probe():
                return await self._probe(question)
            case Mine():
                return await self._reading(tx, self._mine)
            case ByCode(code=code):
                return await self._reading(tx, lambda inner: self._by_code(inner, code))
            case Book(wanted=wanted):
                return await self._refusing(lambda: self._book(wanted), wanted)
            case Accept(entry_id=entry_id):
                return await self._refusing(lambda: self._accept(entry_id), None)
            case _:
                assert tx is not None, "acts belong to the turn's transaction"
                return await self._act(tx, question)

    async def _act(self, tx: Transaction, question: Question) -> Answer:  # noqa: PLR0911 - one act, one door.
        match question:
            case Change():
                return await self._change(tx, question)
            case Note():
                return await self._in_savepoint(tx, lambda: self._note(tx, question))
            case Cancel(booking_id=booking_id, revision=revision):
                return await self._in_savepoint(tx, lambda: self._cancel(tx, booking_id, revision))
            case Wait():
                return await self._in_savepoint(tx, lambda: self._wait(tx, question))
            case Leave(entry_id=entry_id):
                return await self._in_savepoint(tx, lambda: self._leave(tx, entry_id))
            case SendCode(address=address):
                return await self._send(tx, address)
            case CheckCode(code=code):
                sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
                person = await say_code(tx, sealer, self._asker.person.id, code, now=self._desk.now())
                return Checked(person is not None)
            case _:
                raise AssertionError(question)

    # ------------------------------------------------------------------------------------------------ reading

    async def _listing(self, question: Listing) -> Answer:
        house = await self._house(question.restaurant_id)
        asking = _asking(question.party_size, question.area_id)
        found = await day_offers(self._desk, house, question.on, asking)
        starts = tuple(_start(each) for each in found if isinstance(each, Offer))
        if starts:
            self.offering = house.restaurant_id
            return Listed(starts)
        nearest = await nearest_offers(self._desk, house, asking, on=question.on, wished_at=None)
        if nearest:
            self.offering = house.restaurant_id
        return Listed(
            (), tuple(each for each in found if isinstance(each, Closed)), tuple(map(_start, nearest))
        )

    async def _probe(self, question: Probe) -> Answer:
        house = await self._house(question.restaurant_id)
        if self._asker.retried and question.excluding is None and await self._has_booked():
            # The table that is in the way may be the one that this very message booked before its turn was cut off.
            starts_at = instant_of_start(question.on, clock_minutes(question.time), house.zone)
            return Free(Start(question.on, question.time, starts_at or self._desk.now()))
        asking = _asking(question.party_size, question.area_id, question.excluding)
        found = await answer_at(self._desk, house, asking, on=question.on, time=question.time)
        if isinstance(found, Offer):
            self.offering = house.restaurant_id
            return Free(_start(found))
        return Taken(found, await self._nearest(house, asking, question.on, question.time))

    async def _has_booked(self) -> bool:
        key = self._asker.key
        async with self._desk.database.tenant(self._asker.tenant_id, self._asker.actor) as tx:
            return await find_key(tx, scope=key.scope, key=key.text) is not None

    async def _mine(self, tx: Transaction) -> Answer:
        sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
        found: list[Reservation] = []
        for person_id in await family_of(tx, self._asker.person.id):
            found += await list_of_person(
                tx, sealer, person_id, before=(date.max, _LAST_ID), rows_max=_MINE_MAX
            )
        return await self._to_come(found)

    async def _by_code(self, tx: Transaction, code: str) -> Answer:
        sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
        from_on = (self._desk.now() - timedelta(days=1)).date()
        return await self._to_come(await list_of_code(tx, sealer, code.strip().upper(), from_on=from_on))

    async def _to_come(self, found: Sequence[Reservation]) -> Bookings:
        since = self._desk.now() - _LATELY
        coming = [
            each for each in found if each.status in {"pending", "confirmed"} and each.starts_at > since
        ]
        known = [await self._known(each) for each in coming]
        return Bookings(tuple(sorted(known, key=lambda each: each.starts_at)))

    # ------------------------------------------------------------------------------------------------ acting

    async def _book(self, wanted: Wanted) -> Answer:
        house = await self._house(wanted.restaurant_id)
        guest = self._guest(wanted, house)
        booking = Booking(
            restaurant_id=RestaurantId(wanted.restaurant_id),
            date=wanted.date,
            time=wanted.time,
            party_size=wanted.party_size,
            guest=guest,
            source=self._asker.actor.channel,
            audience="guest",
            area_id=None if wanted.area_id is None else AreaId(wanted.area_id),
            written_from=self._asker.written_from,
            # The channel itself vouches for the number that the guest writes from.
            met=("phone_verification",)
            if guest.phone is not None and guest.phone == self._asker.phone
            else (),
        )
        booked = await book(
            self._desk, booking, tenant_id=self._asker.tenant_id, actor=self._asker.actor, key=self._asker.key
        )
        self.booked = booked.reservation
        return await self._done(booked.reservation)

    async def _accept(self, entry_id: UUID) -> Answer:
        booked = await accept(
            self._desk, EntryId(entry_id), tenant_id=self._asker.tenant_id, actor=self._asker.actor
        )
        self.booked = booked.reservation
        return await self._done(booked.reservation)

    async def _change(self, tx: Transaction, question: Change) -> Answer:
        wish = Wish(on=question.on, time=question.time, party_size=question.party_size)

        async def act() -> Answer:
            after = await change(
                self._desk, tx, ReservationId(question.booking_id), wish, revision=question.revision
            )
            return await self._done(after)

        answer = await self._in_savepoint(tx, act)
        if not isinstance(answer, Refused) or not answer.closed:
            return answer
        closed = answer.closed[0]
        if question.time is None or question.party_size is None:
            return answer
        found = await find(self._desk, tx, ReservationId(question.booking_id))
        house = await self._house(found.restaurant_id)
        asking = _asking(question.party_size, None, found.id)
        nearest = await self._nearest(house, asking, closed.date, question.time)
        return msgspec.structs.replace(answer, nearest=nearest)

    async def _note(self, tx: Transaction, question: Note) -> Answer:
        def written(guest: GuestDetails) -> GuestDetails:
            kept = guest.special_requests or ""
            text = question.text or ""
            joined = kept if text in kept else "; ".join(filter(None, (kept, text)))
            return msgspec.structs.replace(
                guest,
                name=question.name or guest.name,
                # The newest words are the ones the door must read.
                special_requests=joined[-_REQUESTS_LENGTH_MAX:] or None,
            )

        after = await amend(self._desk, tx, ReservationId(question.booking_id), revision=None, guest=written)
        return await self._done(after)

    async def _cancel(self, tx: Transaction, booking_id: UUID, revision: int) -> Answer:
        after = await cancel(self._desk, tx, ReservationId(booking_id), revision=revision, reason="guest")
        return await self._done(after)

    async def _wait(self, tx: Transaction, question: Wait) -> Answer:
        wanted = question.wanted
        house = await self._house(wanted.restaurant_id)
        wish = WaitWish(
            restaurant_id=RestaurantId(wanted.restaurant_id),
            date=wanted.date,
            earliest=question.earliest,
            latest=question.latest,
            party_size=wanted.party_size,
            guest=self._guest(wanted, house),
            source=self._asker.actor.channel,
        )
        entry = await join(self._desk, tx, wish)
        queue = await list_queue(self._desk, tx, wish.restaurant_id, wish.date)
        return Waiting(next((place.position for place in queue if place.entry.id == entry.id), len(queue)))

    async def _leave(self, tx: Transaction, entry_id: UUID) -> Answer:
        await leave(self._desk, tx, EntryId(entry_id))
        return Waiting(0)

    async def _send(self, tx: Transaction, address: str) -> Answer:
        sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
        made = await ask_for_code(
            tx,
            sealer,
            PersonId(self._asker.person.id),
            address,
            region=self._asker.region,
            now=self._desk.now(),
            entropy=self._desk.entropy,
        )
        if made is not None:
            await self._send_code(tx, made)
        return Sent()

    # ------------------------------------------------------------------------------------------------ helpers of both

    async def _in_savepoint(self, tx: Transaction, act: Callable[[], Awaitable[Answer]]) -> Answer:
        async def inside() -> Answer:
            async with tx.savepoint():
                return await act()

        return await self._refusing(inside, None)

    async def _refusing(self, act: Callable[[], Awaitable[Answer]], wanted: Wanted | None) -> Answer:
        """Return what an act answers, or its refusal with what is near."""
        try:
            return await act()
        except (SlotUnavailable, RulesRefused) as refusal:
            closed = refusal.broken if isinstance(refusal, RulesRefused) else (refusal.closed,)
            nearest: tuple[Start, ...] = ()
            if wanted is not None:
                house = await self._house(wanted.restaurant_id)
                asking = _asking(wanted.party_size, wanted.area_id)
                nearest = await self._nearest(house, asking, wanted.date, wanted.time)
            return Refused(refusal.code, tuple(closed), nearest)
        except Refusal as refusal:
            return Refused(refusal.code)

    async def _reading(
        self, tx: Transaction | None, read: Callable[[Transaction], Awaitable[Answer]]
    ) -> Answer:
        if tx is not None:
            return await read(tx)
        async with self._desk.database.tenant(self._asker.tenant_id, self._asker.actor) as own:
            return await read(own)

    async def _nearest(self, house: House, asking: Asking, on: date, time: str) -> tuple[Start, ...]:
        wished = instant_of_start(on, clock_minutes(time), house.zone)
        found = await nearest_offers(self._desk, house, asking, on=on, wished_at=wished)
        if found:
            self.offering = house.restaurant_id
        return tuple(map(_start, found))

    def _guest(self, wanted: Wanted, house: House) -> GuestDetails:
        """Return what the guest said of themselves. Refuses: ContactRefused."""
        return check_contact(
            name=wanted.name,
            phone=wanted.phone,
            email=wanted.email,
            language=wanted.language,
            region=house.restaurant.region,
            special_requests=(wanted.special_requests or "")[:_REQUESTS_LENGTH_MAX],
        )

    async def _done(self, reservation: Reservation) -> Done:
        links = None if self._links is None else await self._links(reservation)
        return Done(await self._known(reservation), links)

    async def _known(self, reservation: Reservation) -> Known:
        zone = ZoneInfo((await self._house(reservation.restaurant_id)).restaurant.timezone)
        policy, now = reservation.policy, self._desk.now()
        fee = reservation.fee_minor if reservation.status == "cancelled" else policy.fee_of_cancelling(now)
        return Known(
            id=reservation.id,
            restaurant_id=reservation.restaurant_id,
            code=reservation.code,
            status=reservation.status,
            date=reservation.date,
            time=local_clock(reservation.starts_at, zone),
            party_size=reservation.party_size,
            name=reservation.guest.name,
            starts_at=reservation.starts_at,
            revision=reservation.revision,
            special_requests=reservation.guest.special_requests,
            fee_minor=fee,
            late_fee_minor=policy.late_fee_minor,
            free_until=policy.free_until,
            deposit_minor=policy.deposit_minor,
            requirements=policy.requirements,
            confirm_by=reservation.confirm_by,
            kept_minutes=policy.no_show_after_minutes,
        )

    async def _house(self, restaurant_id: UUID) -> House:
        return await self._desk.house(self._asker.tenant_id, RestaurantId(restaurant_id))


def _asking(party_size: int, area_id: UUID | None, excluding: UUID | None = None) -> Asking:
    return Asking(party_size=party_size, audience="guest", area_id=area_id, excluding=excluding)


def _start(offer: Offer) -> Start:
    return Start(offer.date, offer.time, offer.starts_at)
