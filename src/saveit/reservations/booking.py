"""Booking and holding: choose a table from the picture, ask the ledger for it, and believe only the ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import TypeAlias, assert_never

import msgspec
from prometheus_client import Counter

from saveit.guests import GuestDetails, email_index, phone_index, seal_details
from saveit.kernel import faults
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Actor, Collision
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import HoldId, PersonId, ReservationId, TableId, TenantId, new_id
from saveit.kernel.observe import metrics
from saveit.ledger import Act, DayPicture, House, Outcome, Verdict, find_key, hexed, load_rows
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import (
    GuestBlocked,
    GuestLimit,
    GuestOverlap,
    HoldMismatch,
    HoldOver,
    HoldUnknown,
    KeyReused,
    RulesRefused,
    SlotUnavailable,
    TableTaken,
)
from saveit.reservations.facts import created_body, hold_body
from saveit.reservations.holds import expire_holds_seen
from saveit.reservations.model import (
    Booked,
    Booking,
    Held,
    Hold,
    Holding,
    Key,
    Reservation,
    awaits_confirmation,
    policy_of,
)
from saveit.reservations.reseating import reseat_and_commit
from saveit.reservations.wishes import broken_rules, is_capacity, offer_of
from saveit.seating import Asking, Closed, Day, Offer, Reason, Stay, Unit, offer_at, plan_of

# Each turn of the loop means that somebody else won a table or a counter, or that the rules changed: a restaurant runs out of
# tables long before this runs out of turns.
_TURNS_MAX = 200
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 6
# Three ids of ten random octets each, and the code.
_DRAFT_OCTETS = 36
_json = msgspec.json.Encoder()
_answers = msgspec.msgpack.Encoder()
_answer_decoder = msgspec.msgpack.Decoder(Reservation)
_hold_decoder = msgspec.msgpack.Decoder(Hold)
_MINUTE = timedelta(minutes=1)


class _Placed(msgspec.Struct, frozen=True):
    """What a table is asked for: the house and day it was decided on, the offer, and the unit chosen."""

    house: House
    picture: DayPicture
    offer: Offer
    unit: Unit | None

    @property
    def table_ids(self) -> tuple[TableId, ...]:
        return () if self.unit is None else tuple(TableId(table_id) for table_id in self.unit.table_ids)


_ActFor: TypeAlias = Callable[[_Placed], Act]


async def book(
    desk: Desk, booking: Booking, *, tenant_id: TenantId, actor: Actor, key: Key | None = None
) -> Booked:
    """Book a table, or answer as before when the key has booked already.

    A hold that fits is turned into the reservation; one whose time is over is as good as none, and the table is asked for anew.

    Refuses: RulesRefused (every broken rule), SlotUnavailable, TableTaken, GuestBlocked, GuestOverlap, GuestLimit, KeyReused,
    RestaurantUnknown, HoldUnknown, HoldMismatch. Raises: DatabaseUnreachable when it is not known whether it was booked.
    """
    async with desk.turns.of(_mark(tenant_id, key)) as waited:
        house = await desk.house(tenant_id, booking.restaurant_id)
        draft = _Draft(desk, booking, actor, key)
        before = await _answered_before(desk, tenant_id, actor, key) if waited else None
        if before is not None:
            return _counted(draft.booked(house, before), actor)
        try:
            return _counted(await _book(desk, house, draft, tenant_id), actor)
        except Refusal as refusal:
            # Its own booking may be what stands in the way of a request that is sent again: the key is asked before the refusal is told.
            before = await _answered_before(desk, tenant_id, actor, key)
            if before is not None:
                return _counted(draft.booked(house, before), actor)
            _outcomes(refusal.code, actor.channel).inc()
            raise


async def _book(desk: Desk, house: House, draft: "_Draft", tenant_id: TenantId) -> Booked:
    """Book what is drafted: the table held for it, or one that is free."""
    booking = draft.booking
    if booking.hold_id is not None:
        booked = await _book_held(desk, house, draft, booking.hold_id)
        if booked is not None:
            return booked
    asking = Asking(
        party_size=booking.party_size,
        audience=booking.audience,
        area_id=booking.area_id,
        table_id=booking.table_id,
        beyond_pacing=booking.beyond_pacing,
    )
    placed, outcome = await _place(desk, _Wish(booking, asking, tenant_id, draft.actor), draft.act)
    return draft.booked(placed.house, outcome)


async def hold(desk: Desk, holding: Holding, *, tenant_id: TenantId, actor: Actor) -> Hold:
    """Keep a table for a while, so that a guest can finish typing.

    Refuses: RulesRefused, SlotUnavailable, TableTaken, RestaurantUnknown.
    """
    return (await hold_once(desk, holding, tenant_id=tenant_id, actor=actor, key=None)).hold


async def hold_once(
    desk: Desk, holding: Holding, *, tenant_id: TenantId, actor: Actor, key: Key | None
) -> Held:
    """Keep a table for a while, or answer as before when the key has kept one already.

    Refuses: RulesRefused, SlotUnavailable, TableTaken, RestaurantUnknown, KeyReused.
    """
    house = await desk.house(tenant_id, holding.restaurant_id)
    asking = Asking(
        party_size=holding.party_size,
        audience=holding.audience,
        area_id=holding.area_id,
        table_id=holding.table_id,
    )
    hold_id = HoldId(new_id(desk.now(), desk.entropy))
    held: list[Hold] = []

    def act(placed: _Placed) -> Act:
        now = desk.now()
        ttl_s = holding.ttl_s or placed.house.rules.holds.ttl_s
        kept = _hold_of(hold_id, holding, placed, expires_at=now + timedelta(seconds=ttl_s))
        held[:] = [kept]
        made = _hold_act(desk, kept, placed, holding=holding, actor=actor)
        if key is None:
            return made
        sealed = placed.house.sealer.seal(_answers.encode(kept), key.digest)
        return msgspec.structs.replace(
            made,
            key_scope=key.scope,
            key=key.text,
            body_digest=hexed(key.digest),
            answer_sealed=hexed(sealed),
        )

    async with desk.turns.of(_mark(tenant_id, key)) as waited:
        outcome = await _answered_before(desk, tenant_id, actor, key) if waited else None
        try:
            if outcome is None:
                _, outcome = await _place(desk, _Wish(holding, asking, tenant_id, actor), act)
        except Refusal:
            outcome = await _answered_before(desk, tenant_id, actor, key)
            if outcome is None:
                raise
    if outcome.answer_sealed is not None and key is not None:
        return Held(_hold_decoder.decode(house.sealer.open(outcome.answer_sealed, key.digest)), replayed=True)
    return Held(held[0], replayed=False)


def _mark(tenant_id: TenantId, key: Key | None) -> object | None:
    return None if key is None else (tenant_id, key.scope, key.text)


async def _answered_before(desk: Desk, tenant_id: TenantId, actor: Actor, key: Key | None) -> Outcome | None:
    """Return what the key was answered before, or None when it has not acted. Refuses: KeyReused."""
    if key is None:
        return None
    async with desk.database.tenant(tenant_id, actor) as tx:
        found = await find_key(tx, scope=key.scope, key=key.text)
    if found is None:
        return None
    if found.body_digest != key.digest:
        raise KeyReused
    person_id = None if found.person_id is None else PersonId(found.person_id)
    return Outcome(Verdict.REPLAYED, person_id, found.answer_sealed)


class _Wish(msgspec.Struct, frozen=True):
    """What is wished, by whom."""

    wished: Booking | Holding
    asking: Asking
    tenant_id: TenantId
    actor: Actor


async def _place(desk: Desk, wish: _Wish, act_for: _ActFor) -> tuple[_Placed, Outcome]:
    """Find a table and commit the act on it, however many others want it."""
    wished, after = wish.wished, 0
    for _ in range(_TURNS_MAX):
        house = await desk.house(wish.tenant_id, wished.restaurant_id)
        picture = await desk.pictures.day(house, wished.date, after=after)
        if after > 0 and await expire_holds_seen(desk, picture, wish.actor):
            picture = await desk.pictures.day(house, wished.date, after=desk.pictures.tick())
        answer = _answer(house, picture.day, wish, desk.now())
        reseated = None
        if isinstance(answer, Closed) or answer.overbooked:
            if after == 0 or picture.superseded or _hangs_on_others(picture, wish, desk.now()):
                # Nothing is refused before what is undecided is decided, nor without a reading newer than the request that also
                # says that the rules are still in force.
                await picture.undecided.next()
                after = desk.pictures.tick()
                continue
            if isinstance(answer, Closed) and not is_capacity(answer.reason):
                raise RulesRefused(_broken(picture, wish, answer, desk.now()))
            reseated = await _reseat(desk, wish, picture, answer, act_for=act_for)
            if reseated is None:
                answer = _beyond_the_tables(answer, wish)
        if reseated is not None:
            placed, outcome = reseated
        else:
            assert isinstance(answer, Offer)
            placed = _Placed(house, picture, answer, answer.units[0] if answer.units else None)
            outcome = await _commit(desk, wish, placed, act_for)
        if is_decided(outcome.verdict, house):
            return placed, outcome
        after = desk.pictures.tick()
        if outcome.verdict is Verdict.RULES_CHANGED:
            desk.pictures.forget_house(wished.restaurant_id)
    raise Collision("no table could be agreed on")


def _answer(house: House, day: Day, wish: _Wish, now: datetime) -> Offer | Closed:
    """Ask the engine."""
    wished = wish.wished
    return offer_at(house.rules, house.floor, day, wish.asking, wished.date, wished.time, now, house.zone)


def _broken(picture: DayPicture, wish: _Wish, first: Closed, now: datetime) -> tuple[Closed, ...]:
    wished = wish.wished
    return broken_rules(picture.house, picture.day, wish.asking, wished.date, wished.time, now, first)


def _hangs_on_others(picture: DayPicture, wish: _Wish, now: datetime) -> bool:
    """Say whether there would be a table but for acts of this process that are not decided yet."""
    if not picture.undecided.acts:
        return False
    answer = _answer(picture.house, picture.decided(), wish, now)
    return isinstance(answer, Offer) and not answer.overbooked


def _beyond_the_tables(answer: Offer | Closed, wish: _Wish) -> Offer:
    """Return the offer of a place beyond the tables. A hold promises a table, so it is given none. Refuses: SlotUnavailable, TableTaken."""
    if isinstance(answer, Offer) and isinstance(wish.wished, Booking):
        return answer
    closed = answer
    if isinstance(closed, Offer):
        facts: dict[str, object] = {"party_size": wish.asking.party_size}
        closed = Closed(closed.date, closed.time, closed.starts_at, Reason.FULL, facts)
    if closed.reason is Reason.FULL and wish.asking.table_id is not None:
        raise TableTaken(closed)
    raise SlotUnavailable(closed)


def is_decided(verdict: Verdict, house: House) -> bool:
    """Say whether an act is settled; if not, look for another table. Refuses: GuestBlocked, GuestOverlap, GuestLimit, KeyReused."""
    match verdict:
        case Verdict.DONE | Verdict.REPLAYED:
            return True
        case (
            Verdict.TABLE_TAKEN
            | Verdict.LOAD_FULL
            | Verdict.RULES_CHANGED
            | Verdict.AGAIN
            | Verdict.HOLD_GONE
        ):
            return False
        case Verdict.GUEST_BLOCKED:
            raise GuestBlocked
        case Verdict.GUEST_OVERLAP:
            raise GuestOverlap
        case Verdict.GUEST_LIMIT:
            raise GuestLimit(limit=house.rules.guest_limits.active_reservations_max)
        case Verdict.KEY_REUSED:
            raise KeyReused
        case _:
            assert_never(verdict)


async def _commit(desk: Desk, wish: _Wish, placed: _Placed, act_for: _ActFor) -> Outcome:
    """Show the table as taken, ask the ledger, and set the picture right whatever it answers."""
    act = act_for(placed)
    stay = _stay(act, placed)
    placed.picture.take(stay)
    done = False
    try:
        await faults.reach("reservations.book.before_commit")
        outcome = await desk.combiner.commit(act)
        done = outcome.verdict is Verdict.DONE
        await faults.reach("reservations.book.after_commit")
    except BaseException:
        # It may have been committed all the same: what is not known is read again.
        desk.pictures.forget_day(wish.wished.restaurant_id, wish.wished.date)
        raise
    finally:
        desk.pictures.settle(placed.picture, wish.wished.date, stay, done=done, replaces=act.hold_id)
    return outcome


async def _reseat(
    desk: Desk, wish: _Wish, picture: DayPicture, answer: Offer | Closed, *, act_for: _ActFor
) -> tuple[_Placed, Outcome] | None:
    """Seat the party by moving others; None when no seating is found."""
    window = answer.window if isinstance(answer, Closed) else answer
    if window is None or wish.asking.table_id is not None:
        return None
    found = picture.reseating(window, wish.asking, desk.now())
    if found is None:
        return None
    offer = offer_of(window, found.unit)
    placed = _Placed(picture.house, picture, offer, found.unit)
    act = act_for(placed)
    outcome = await reseat_and_commit(desk, picture.house, act, found, actor=wish.actor)
    desk.pictures.forget_day(wish.wished.restaurant_id, wish.wished.date)
    return placed, outcome


async def _book_held(desk: Desk, house: House, draft: "_Draft", hold_id: HoldId) -> Booked | None:
    """Turn a hold into the reservation; None when its time is over and the table must be asked for anew."""
    booking = draft.booking
    async with desk.database.tenant(house.tenant_id, draft.actor) as tx:
        held = await store.find_hold(tx, hold_id)
    if held is None:
        raise HoldUnknown(hold_id=str(hold_id))
    if held.reservation_id is not None:
        # The second click on one hold: it has its reservation.
        raise HoldOver(why="booked", reservation_id=str(held.reservation_id))
    plan = plan_of(house.rules, booking.date, house.zone)
    found = plan.by_time.get(booking.time)
    starts_at = None if found is None else found[1].starts_at
    if (held.restaurant_id, held.date, held.party_size) != (
        booking.restaurant_id,
        booking.date,
        booking.party_size,
    ) or starts_at not in {None, held.starts_at}:
        raise HoldMismatch(
            date=held.date.isoformat(), starts_at=held.starts_at.isoformat(), party_size=held.party_size
        )
    picture = await desk.pictures.day(house, booking.date)
    offer = Offer(
        service=held.service,
        service_index=0,
        date=held.date,
        time=booking.time,
        starts_at=held.starts_at,
        leaves_at=held.leaves_at,
        ends_at=held.ends_at,
        minute=(held.starts_at - plan.origin_at) // _MINUTE,
        claims=(),
    )
    placed = _Placed(house, picture, offer, None)
    act = draft.act(placed, held)
    outcome = await desk.combiner.commit(act)
    if outcome.verdict is Verdict.DONE:
        desk.pictures.settle(picture, booking.date, _stay(act, placed), done=True, replaces=held.id)
    if is_decided(outcome.verdict, house):
        return draft.booked(house, outcome)
    if outcome.verdict is Verdict.RULES_CHANGED:
        desk.pictures.forget_house(booking.restaurant_id)
    if outcome.verdict is Verdict.RULES_CHANGED or await _was_used(desk, house, draft, hold_id):
        return await _book_held(
            desk, await desk.house(house.tenant_id, booking.restaurant_id), draft, hold_id
        )
    return None


async def _was_used(desk: Desk, house: House, draft: "_Draft", hold_id: HoldId) -> bool:
    """Say whether a hold that is gone was booked meanwhile, rather than over."""
    async with desk.database.tenant(house.tenant_id, draft.actor) as tx:
        held = await store.find_hold(tx, hold_id)
    return held is not None and held.reservation_id is not None


class _Draft:
    """A reservation in the making: the same id, code and sealed guest in every attempt."""

    def __init__(self, desk: Desk, booking: Booking, actor: Actor, key: Key | None) -> None:
        now = desk.now()
        self.booking = booking
        self.actor = actor
        self._desk = desk
        self._key = key
        self._now = now
        # Drawn at once: each call to the system costs as much as all the rest of an id.
        drawn = BytesIO(desk.entropy(_DRAFT_OCTETS))
        self._id = ReservationId(new_id(now, drawn.read))
        self._person_id = new_id(now, drawn.read)
        self._fact_id = new_id(now, drawn.read)
        self._code = "".join(_CODE_LETTERS[octet & 31] for octet in drawn.read(_CODE_LENGTH))
        self._made: Reservation | None = None
        self._sealed: tuple[Sealer, bytes, bytes] | None = None

    def act(self, placed: _Placed, held: Hold | None = None) -> Act:
        """Return the act that makes the reservation of this offer."""
        made = self._made = self._reservation(placed, held)
        booking, house, guest = self.booking, placed.house, self.booking.guest
        sealer, guest_sealed, person_sealed = self._seal(house.sealer)
        kind, index = _identity(sealer, guest)
        mention = email_index(sealer, guest.email) if guest.phone and guest.email else None
        for_guest = booking.audience == "guest"
        key, rules = self._key, house.rules
        return Act(
            kind="book",
            tenant_id=house.tenant_id,
            restaurant_id=house.restaurant_id,
            made_at=made.created_at,
            rules_version=house.restaurant.rules_version,
            floor_version=house.restaurant.floor_version,
            service_on=made.date,
            holder_id=made.id,
            hold_id=made.hold_id,
            table_ids=made.table_ids,
            starts_at=made.starts_at,
            leaves_at=made.leaves_at,
            ends_at=made.ends_at,
            expires_at=None,
            party_size=made.party_size,
            movable=not made.pinned,
            loads=msgspec.Raw(made.loads.encode()),
            key_scope=None if key is None else key.scope,
            key=None if key is None else key.text,
            body_digest=None if key is None else hexed(key.digest),
            answer_sealed=None if key is None else hexed(sealer.seal(_answers.encode(made), key.digest)),
            person_id=None if index is None else self._person_id,
            address_kind=kind,
            address_index=hexed(index),
            mention_index=hexed(mention),
            person_sealed=hexed(person_sealed),
            no_shows_max=rules.cancellation_policy.blocked_reservations_after_no_show if for_guest else None,
            overlap_allowed=rules.guest_limits.overlapping_allowed or not for_guest,
            active_max=rules.guest_limits.active_reservations_max if for_guest else None,
            code=made.code,
            status=made.status,
            guest_sealed=hexed(guest_sealed),
            language=guest.language,
            service=made.service,
            overbooked=made.overbooked,
            source=made.source,
            policy=msgspec.Raw(_json.encode(made.policy)),
            confirm_by=made.confirm_by,
            fact_id=self._fact_id,
            fact_kind="reservation.created",
            fact_body=msgspec.Raw(created_body(made)),
            actor=str(self.actor),
            channel=self.actor.channel,
            trace_id=self.actor.trace_id,
            node=self._desk.database.node,
        )

    def booked(self, house: House, outcome: Outcome) -> Booked:
        """Return the reservation as it was committed, now or the first time."""
        if outcome.answer_sealed is not None and self._key is not None:
            answer = _answer_decoder.decode(house.sealer.open(outcome.answer_sealed, self._key.digest))
            return Booked(msgspec.structs.replace(answer, person_id=outcome.person_id), replayed=True)
        assert self._made is not None
        return Booked(msgspec.structs.replace(self._made, person_id=outcome.person_id), replayed=False)

    def _reservation(self, placed: _Placed, held: Hold | None) -> Reservation:
        booking, house, offer, now = self.booking, placed.house, placed.offer, self._now
        plan = plan_of(house.rules, offer.date, house.zone)
        policy = policy_of(
            house.rules,
            on=offer.date,
            starts_at=offer.starts_at,
            party_size=booking.party_size,
            currency=house.restaurant.currency,
        )
        pending = awaits_confirmation(house.rules, policy, booking.audience)
        confirm_within = timedelta(minutes=house.rules.confirmation.confirm_within_minutes)
        claims = offer.claims if offer.overbooking is None else (*offer.claims, offer.overbooking)
        return Reservation(
            id=self._id,
            tenant_id=house.tenant_id,
            restaurant_id=house.restaurant_id,
            code=self._code,
            status="pending" if pending else "confirmed",
            person_id=None,
            guest=booking.guest,
            date=offer.date,
            service=offer.service,
            starts_at=offer.starts_at,
            leaves_at=offer.leaves_at,
            ends_at=offer.ends_at,
            party_size=booking.party_size,
            table_ids=placed.table_ids if held is None else held.table_ids,
            pinned=booking.table_id is not None,
            overbooked=offer.overbooked,
            source=booking.source,
            policy=policy,
            loads=load_rows(plan, claims, booking.party_size) if held is None else held.loads,
            revision=1,
            calendar_sequence=0,
            created_at=now,
            updated_at=now,
            hold_id=None if held is None else held.id,
            confirm_by=now + confirm_within if pending else None,
            confirmed_at=None if pending else now,
        )

    def _seal(self, sealer: Sealer) -> tuple[Sealer, bytes, bytes]:
        if self._sealed is None or self._sealed[0] is not sealer:
            guest = self.booking.guest
            self._sealed = (
                sealer,
                seal_details(sealer, guest, self._id),
                seal_details(sealer, guest, self._person_id),
            )
        return self._sealed


def _identity(sealer: Sealer, guest: GuestDetails) -> tuple[str | None, bytes | None]:
    """Return the address that says who the guest is: the phone, else the e-mail. Without either he is nobody in particular."""
    if guest.phone:
        return "phone", phone_index(sealer, guest.phone)
    if guest.email:
        return "email", email_index(sealer, guest.email)
    return None, None


def _stay(act: Act, placed: _Placed) -> Stay:
    """Return what the act takes, as the picture shows it."""
    claims = placed.offer.claims
    if placed.offer.overbooking is not None:
        claims = (*claims, placed.offer.overbooking)
    return Stay(
        holder_kind="hold" if act.kind == "hold" else "reservation",
        holder_id=act.holder_id,
        table_ids=act.table_ids,
        starts_at=act.starts_at,
        ends_at=act.ends_at,
        party_size=act.party_size,
        movable=act.movable,
        expires_at=act.expires_at,
        load_keys=tuple(claim.key for claim in claims),
    )


def _hold_of(hold_id: HoldId, holding: Holding, placed: _Placed, *, expires_at: datetime) -> Hold:
    offer, house = placed.offer, placed.house
    claims = offer.claims if offer.overbooking is None else (*offer.claims, offer.overbooking)
    return Hold(
        id=hold_id,
        restaurant_id=house.restaurant_id,
        date=offer.date,
        service=offer.service,
        starts_at=offer.starts_at,
        leaves_at=offer.leaves_at,
        ends_at=offer.ends_at,
        party_size=holding.party_size,
        table_ids=placed.table_ids,
        loads=load_rows(plan_of(house.rules, offer.date, house.zone), claims, holding.party_size),
        expires_at=expires_at,
    )


def _hold_act(desk: Desk, kept: Hold, placed: _Placed, *, holding: Holding, actor: Actor) -> Act:
    house = placed.house
    return Act(
        kind="hold",
        tenant_id=house.tenant_id,
        restaurant_id=house.restaurant_id,
        made_at=desk.now(),
        rules_version=house.restaurant.rules_version,
        floor_version=house.restaurant.floor_version,
        service_on=kept.date,
        holder_id=kept.id,
        hold_id=None,
        table_ids=kept.table_ids,
        starts_at=kept.starts_at,
        leaves_at=kept.leaves_at,
        ends_at=kept.ends_at,
        expires_at=kept.expires_at,
        party_size=kept.party_size,
        movable=holding.table_id is None,
        overlap_allowed=True,
        overbooked=False,
        loads=msgspec.Raw(kept.loads.encode()),
        service=kept.service,
        source=holding.source,
        fact_id=new_id(desk.now(), desk.entropy),
        fact_kind="hold.created",
        fact_body=msgspec.Raw(hold_body(kept)),
        actor=str(actor),
        channel=actor.channel,
        trace_id=actor.trace_id,
        node=desk.database.node,
    )


@lru_cache(maxsize=256)
def _outcomes(outcome: str, channel: str) -> Counter:
    """Return the counter of an outcome; finding it by its labels costs more than counting."""
    return metrics.bookings.labels(outcome=outcome, channel=channel)


def _counted(booked: Booked, actor: Actor) -> Booked:
    _outcomes("replayed" if booked.replayed else "booked", actor.channel).inc()
    return booked
