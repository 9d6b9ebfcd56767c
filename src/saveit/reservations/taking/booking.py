"""Booking and holding, once for each request however often it is sent."""

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
from prometheus_client import Counter

from saveit.kernel.db import Actor
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import HoldId, PersonId, TenantId, new_id
from saveit.kernel.observe import metrics
from saveit.ledger import Act, House, Outcome, Verdict, find_key, hexed, load_rows
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import (
    HoldMismatch,
    HoldOver,
    HoldUnknown,
    KeyReused,
)
from saveit.reservations.facts import hold_body
from saveit.reservations.model import (
    Booked,
    Booking,
    Held,
    Hold,
    Holding,
    Key,
)
from saveit.reservations.taking.drafts import Draft
from saveit.reservations.taking.placing import Placed, Wanted, is_decided, place, stay_of
from saveit.seating import Asking, Offer, local_clock, plan_of

_answers = msgspec.msgpack.Encoder()
_hold_decoder = msgspec.msgpack.Decoder(Hold)
_MINUTE = timedelta(minutes=1)


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
        draft = Draft(desk, booking, actor, key)
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


async def _book(desk: Desk, house: House, draft: Draft, tenant_id: TenantId) -> Booked:
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
    placed, outcome = await place(desk, Wanted(booking, asking, tenant_id, draft.actor), draft.act)
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

    def act(placed: Placed) -> Act:
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
                _, outcome = await place(desk, Wanted(holding, asking, tenant_id, actor), act)
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


async def _book_held(desk: Desk, house: House, draft: Draft, hold_id: HoldId) -> Booked | None:
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
    if not _is_held(house, booking, held):
        raise HoldMismatch(
            date=held.date.isoformat(),
            starts_at=held.starts_at.isoformat(),
            party_size=held.party_size,
            tables=house.table_numbers(held.table_ids),
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
        overbooked=held.overbooked,
    )
    placed = Placed(house, picture, offer, None)
    act = draft.act(placed, held)
    outcome = await desk.combiner.commit(act)
    if outcome.verdict is Verdict.DONE:
        desk.pictures.settle(picture, booking.date, stay_of(act, placed), done=True, replaces=held.id)
    if is_decided(outcome.verdict, house):
        return draft.booked(house, outcome)
    if outcome.verdict is Verdict.RULES_CHANGED:
        desk.pictures.forget_house(booking.restaurant_id)
    if outcome.verdict is Verdict.RULES_CHANGED or await _was_used(desk, house, draft, hold_id):
        return await _book_held(
            desk, await desk.house(house.tenant_id, booking.restaurant_id), draft, hold_id
        )
    return None


def _is_held(house: House, booking: Booking, held: Hold) -> bool:
    """Say whether a hold is of what the booking asks for."""
    if (held.restaurant_id, held.date, held.party_size) != (
        booking.restaurant_id,
        booking.date,
        booking.party_size,
    ):
        return False
    listed = plan_of(house.rules, booking.date, house.zone).by_time.get(booking.time)
    # A start that new rules have taken off the list is still held, at what the clock on the wall will show then.
    shown = local_clock(held.starts_at, house.zone)
    if listed[1].starts_at != held.starts_at if listed is not None else shown != booking.time:
        return False
    tables = [
        house.floor.tables[house.floor.index_of[each]]
        for each in held.table_ids
        if each in house.floor.index_of
    ]
    in_area = booking.area_id is None or all(table.area_id == booking.area_id for table in tables)
    return in_area and booking.table_id in {None, *held.table_ids}


async def _was_used(desk: Desk, house: House, draft: Draft, hold_id: HoldId) -> bool:
    """Say whether a hold that is gone was booked meanwhile, rather than over."""
    async with desk.database.tenant(house.tenant_id, draft.actor) as tx:
        held = await store.find_hold(tx, hold_id)
    return held is not None and held.reservation_id is not None


def _hold_of(hold_id: HoldId, holding: Holding, placed: Placed, *, expires_at: datetime) -> Hold:
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


def _hold_act(desk: Desk, kept: Hold, placed: Placed, *, holding: Holding, actor: Actor) -> Act:
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
