"""Changing when, how many and where: the old place stands until the new one is taken, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from saveit.kernel import faults
from saveit.kernel.db import Actor, Collision, Transaction
from saveit.kernel.ids import AreaId, ReservationId, TableId
from saveit.ledger import (
    House,
    LoadRow,
    load_rows,
    note_freed,
    promotions_due,
    release_loads,
    release_tables,
    take_loads,
    take_tables,
)
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import (
    GuestOverlap,
    IllegalStatus,
    RulesRefused,
    SlotUnavailable,
    StayImpossible,
    TableTaken,
)
from saveit.reservations.facts import LimitPassed, limits_passed
from saveit.reservations.hosting.changes import find, lock, save
from saveit.reservations.hosting.in_the_way import taken
from saveit.reservations.hosting.store import extend_occupancy
from saveit.reservations.model import Policy, Reservation, policy_of
from saveit.reservations.queue import QueueFirst
from saveit.reservations.taking.holds import fresh_day
from saveit.reservations.taking.reseating import NoRoomMade, make_room
from saveit.reservations.taking.wishes import broken_rules, is_capacity, offer_of
from saveit.seating import (
    Asking,
    Audience,
    Closed,
    Day,
    Offer,
    Reason,
    Reseating,
    Window,
    free_units,
    local_clock,
    offer_at,
    plan_of,
    reseat,
    stay_minutes,
)

# Each turn means that somebody else was quicker at the table chosen; the restaurant runs out of tables first.
_TURNS_MAX = 50
_STAY_MAX = timedelta(hours=24)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; what is absent stays."""

    on: date | None = None
    time: str | None = None
    party_size: int | None = None
    table_id: TableId | None = None
    area_id: AreaId | None = None
    audience: Audience = "guest"
    beyond_pacing: bool = False


class _Place(msgspec.Struct, frozen=True):
    """Where a changed party goes: the offer, the limits that it passes, and who has to move for it."""

    offer: Offer
    passed: tuple[LimitPassed, ...] = ()
    reseating: Reseating | None = None


class Quicker(Exception):
    """Somebody took what was free in the picture."""


async def change(
    desk: Desk, tx: Transaction, reservation_id: ReservationId, wish: Wish, *, revision: int | None = None
) -> Reservation:
    """Give the party another date, time, size or table, or leave everything as it was.

    Raises QueueFirst when others wait for a table of that day: `Desk.attempt` serves them and runs the transaction again.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus once the party is seated or gone, RulesRefused, SlotUnavailable,
    TableTaken, GuestOverlap.
    """
    seen = await find(desk, tx, reservation_id)
    on = wish.on or seen.date
    # Days before reservations before tables, as a re-seating takes them: nobody waits in a circle.
    for day in sorted({seen.date, on}):
        await store.lock_day(tx, seen.restaurant_id, day)
    before = await lock(desk, tx, reservation_id, revision=revision)
    if before.status not in {"pending", "confirmed"}:
        raise IllegalStatus(status=before.status)
    if before.date != seen.date:
        raise Collision("the reservation went to another day meanwhile")
    for _ in range(_TURNS_MAX):
        house = await house_now(desk, tx, before)
        try:
            place = await _offer(desk, house, before, wish=wish, on=on, actor=tx.actor)
        except TableTaken as refused:
            raise await _named(tx, house, before, wish, refused) from None
        # After the tables were read: what an act reads as free because another freed it, it also reads the other's note of.
        if await promotions_due(tx, before.restaurant_id, on):
            raise QueueFirst(before.restaurant_id, on)
        try:
            async with tx.savepoint():
                if place.reseating is not None:
                    # Others may be given what this party leaves.
                    await release_tables(tx, before.tenant_id, before.id)
                    await make_room(desk, tx, house, place.reseating)
                after = await _take_place(desk, tx, house, before, place.offer, wish)
        except (Quicker, NoRoomMade):
            continue
        await faults.reach("reservations.change.before_commit")
        return await save(desk, tx, "reservation.modified", before=before, after=after, passed=place.passed)
    raise SlotUnavailable(full(before, on, wish.time))


async def move(
    desk: Desk,
    tx: Transaction,
    reservation_id: ReservationId,
    table_ids: Sequence[TableId],
    *,
    pinned: bool = True,
    revision: int | None = None,
) -> Reservation:
    """Give the party the tables that staff chose, seated or not, and keep it there unless it is not to be `pinned`.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus, TableTaken, RulesRefused for tables the restaurant does not have.
    """
    seen = await find(desk, tx, reservation_id)
    await store.lock_day(tx, seen.restaurant_id, seen.date)
    before = await lock(desk, tx, reservation_id, revision=revision)
    if not before.stands:
        raise IllegalStatus(status=before.status)
    house = await house_now(desk, tx, before)
    wanted = tuple(sorted(set(table_ids)))
    if not wanted or any(table_id not in house.floor.index_of for table_id in wanted):
        raise RulesRefused((Closed(before.date, None, before.starts_at, Reason.TABLE_UNKNOWN, {}),))
    await fresh_day(desk, house, before.date, tx.actor)
    await release_tables(tx, before.tenant_id, before.id)
    after = msgspec.structs.replace(before, table_ids=wanted, pinned=pinned, overbooked=False)
    if before.seated_from is not None:
        # Whoever was at the new tables until now is no longer in the way.
        now = desk.now().replace(second=0, microsecond=0)
        after = msgspec.structs.replace(after, seated_from=now if now < before.starts_at else None)
    if not await _take_tables(tx, after):
        raise await held(tx, house, after)
    return await save(desk, tx, "reservation.moved", before=before, after=after)


async def extend(
    desk: Desk,
    tx: Transaction,
    reservation_id: ReservationId,
    leaves_at: datetime,
    *,
    revision: int | None = None,
) -> Reservation:
    """Let a party stay longer, or shorter, at its tables.

    Refuses: ReservationUnknown, RevisionConflict, IllegalStatus, TableTaken when another party follows before that, StayImpossible
    for an end that is not after the start or more than a day later.
    """
    before = await lock(desk, tx, reservation_id, revision=revision)
    if not before.stands:
        raise IllegalStatus(status=before.status)
    ends_at = leaves_at + (before.ends_at - before.leaves_at)
    if not before.starts_at < leaves_at or ends_at > before.holds_from + _STAY_MAX:
        zone = (await desk.house(before.tenant_id, before.restaurant_id)).zone
        raise StayImpossible(
            leaves_at=leaves_at.astimezone(zone).isoformat(),
            after=before.starts_at.astimezone(zone).isoformat(),
            until=(before.holds_from + _STAY_MAX).astimezone(zone).isoformat(),
        )
    after = msgspec.structs.replace(before, leaves_at=leaves_at, ends_at=ends_at)
    if not await extend_occupancy(tx, before, ends_at):
        raise await held(tx, await desk.house(before.tenant_id, before.restaurant_id), after)
    if ends_at < before.ends_at:
        await note_freed(tx, before.tenant_id, before.restaurant_id, before.starts_at)
    await keep_stay(tx, before, after)
    return await save(desk, tx, "reservation.extended", before=before, after=after)


async def seat_overbooked(
    desk: Desk, tx: Transaction, house: House, waiting: Reservation
) -> Reservation | None:
    """Give a party that was admitted beyond the tables the best one that is free for its stay; None when there is none yet.

    `waiting` is locked by the caller.
    """
    picture = await fresh_day(desk, house, waiting.date, tx.actor)
    asking = Asking(party_size=waiting.party_size, audience="guest")
    units = free_units(
        house.floor,
        # Acts that are still on their way may be those of newcomers, which the ledger sends back.
        picture.decided(),
        asking,
        starts_at=waiting.starts_at,
        ends_at=waiting.ends_at,
        now=desk.now(),
    )
    for unit in units:
        table_ids = tuple(TableId(table_id) for table_id in unit.table_ids)
        kept, given_back = _without_overbooking(waiting.loads)
        after = msgspec.structs.replace(waiting, table_ids=table_ids, overbooked=False, loads=kept)
        try:
            async with tx.savepoint():
                await take_or_leave(tx, after)
        except Quicker:
            continue
        await release_loads(tx, (waiting.tenant_id, waiting.restaurant_id), waiting.date, given_back)
        return await save(desk, tx, "reservation.seated_from_overbooking", before=waiting, after=after)
    return None


def full(reservation: Reservation, on: date, time: str | None) -> Closed:
    """Say that nothing is left for this party."""
    facts: dict[str, object] = {"party_size": reservation.party_size}
    return Closed(on, time, reservation.starts_at if time is None else None, Reason.FULL, facts)


async def held(tx: Transaction, house: House, wanted: Reservation) -> TableTaken:
    """Return the refusal of the tables that a party is to have: who has them meanwhile."""
    closed = full(wanted, wanted.date, None)
    return await taken(
        tx, house, closed, wanted.table_ids, wanted.holds_from, wanted.ends_at, besides=wanted.id
    )


async def _named(  # noqa: PLR0917 - the old place, the wish and what became of it.
    tx: Transaction, house: House, before: Reservation, wish: Wish, refused: TableTaken
) -> TableTaken:
    """Return the refusal of the table that was wished for, with who has it."""
    stay = refused.closed.window
    if wish.table_id is None or stay is None:
        return refused
    return await taken(
        tx, house, refused.closed, (wish.table_id,), stay.starts_at, stay.ends_at, besides=before.id
    )


async def house_now(desk: Desk, tx: Transaction, reservation: Reservation) -> House:
    """Return the restaurant as it is and stays until this transaction ends: its rules and floor wait for the lock taken here."""
    await store.share_restaurant(tx, reservation.restaurant_id)
    house = await desk.house(reservation.tenant_id, reservation.restaurant_id)
    if await store.versions(tx, reservation.restaurant_id) != (
        house.restaurant.rules_version,
        house.restaurant.floor_version,
    ):
        desk.pictures.forget_house(reservation.restaurant_id)
        house = await desk.house(reservation.tenant_id, reservation.restaurant_id)
    return house


async def _offer(
    desk: Desk, house: House, before: Reservation, *, wish: Wish, on: date, actor: Actor
) -> _Place:
    """Return the offer that fits the wish, its tables read just now, also by moving others, as a listing counts it.

    Acts of this process that are still on their way count for nothing: waiting for them would hold the day's lock, and who of us is
    quicker is found out when the table is taken.
    """
    time = wish.time or local_clock(before.starts_at, house.zone)
    asking = Asking(
        party_size=wish.party_size or before.party_size,
        audience=wish.audience,
        area_id=wish.area_id,
        table_id=wish.table_id,
        beyond_pacing=wish.beyond_pacing,
    )
    picture = await fresh_day(desk, house, on, actor)
    now = desk.now()
    day = picture.without(before.id, before.loads if before.date == on else "[]", before.party_size)
    answer = offer_at(house.rules, house.floor, day, asking, on, time, now, house.zone)
    if isinstance(answer, Closed) and not is_capacity(answer.reason):
        raise RulesRefused(broken_rules(house, day, asking, on, time, now, answer))
    found = _by_moving(house, day, asking, answer, now=now)
    offer = answer if found is None else offer_of(found[0], found[1].unit)
    if isinstance(offer, Offer) and not offer.overbooked:
        offer = _as_long(house, day, asking, before=before, offer=offer, now=now)
        passed = limits_passed(house.rules, day, offer, party_size=asking.party_size, by=actor)
        return _Place(offer, passed, None if found is None else found[1])
    # A party that has a table is not changed into one that waits for one.
    closed = answer if isinstance(answer, Closed) else full(before, on, time)
    if closed.reason is Reason.FULL and wish.table_id is not None:
        raise TableTaken(closed)
    raise SlotUnavailable(closed)


def _by_moving(
    house: House, day: Day, asking: Asking, answer: Offer | Closed, *, now: datetime
) -> tuple[Window, Reseating] | None:
    """Return how others would have to move for a start that has no table of its own; None where nothing helps."""
    window = answer.window if isinstance(answer, Closed) else answer
    has_table = not answer.overbooked if isinstance(answer, Offer) else answer.reason is not Reason.FULL
    if window is None or has_table or asking.table_id is not None:
        return None
    found = reseat(house.floor, day, window, asking, now=now)
    return None if found is None else (window, found)


def _as_long(
    house: House, day: Day, asking: Asking, *, before: Reservation, offer: Offer, now: datetime
) -> Offer:
    """Let a party that keeps its start stay as long as it was told it may. Refuses: SlotUnavailable when no table is free so long."""
    weekday = before.date.weekday()
    usual = timedelta(minutes=stay_minutes(house.rules, before.service, weekday, before.party_size))
    was_extended = before.leaves_at > before.starts_at + usual
    if offer.starts_at != before.starts_at or not was_extended or before.leaves_at <= offer.leaves_at:
        return offer
    ends_at = before.leaves_at + (offer.ends_at - offer.leaves_at)
    units = free_units(house.floor, day, asking, starts_at=offer.starts_at, ends_at=ends_at, now=now)
    if not units:
        raise SlotUnavailable(full(before, offer.date, offer.time))
    return msgspec.structs.replace(offer, leaves_at=before.leaves_at, ends_at=ends_at, units=tuple(units))


async def _take_place(  # noqa: PLR0917 - the old place, the new one and the means.
    desk: Desk, tx: Transaction, house: House, before: Reservation, offer: Offer, wish: Wish
) -> Reservation:
    """Give up the old place and take the new one, in the ledger's order: tables, loads, guest."""
    unit = _unit(offer, before)
    restaurant = (before.tenant_id, before.restaurant_id)
    party_size = wish.party_size or before.party_size
    plan = plan_of(house.rules, offer.date, house.zone)
    after = msgspec.structs.replace(
        before,
        date=offer.date,
        service=offer.service,
        starts_at=offer.starts_at,
        leaves_at=offer.leaves_at,
        ends_at=offer.ends_at,
        party_size=party_size,
        table_ids=unit,
        pinned=(before.pinned and unit == before.table_ids) or wish.table_id is not None,
        overbooked=False,
        expected_at=None if offer.starts_at != before.starts_at else before.expected_at,
        loads=load_rows(plan, offer.claims, party_size),
        # What it is counted in was decided under the rules of whoever moved it.
        policy=_moved_policy(house, before, offer, party_size=party_size, wish=wish, now=desk.now()),
    )
    may_overlap = await store.guest_may_overlap(tx, before)
    await release_tables(tx, before.tenant_id, before.id)
    await take_or_leave(tx, after)
    await release_loads(tx, restaurant, before.date, before.loads)
    if not await take_loads(tx, restaurant, after.date, after.loads):
        raise Quicker
    await store.end_guest_stay(tx, before)
    if after.person_id is not None and not await store.keep_guest_stay(
        tx, after, overlap_allowed=may_overlap
    ):
        raise GuestOverlap
    return after


def _unit(offer: Offer, before: Reservation) -> tuple[TableId, ...]:
    """Return the tables to take: those it has, when they are among the free ones that fit, so that nobody moves for nothing."""
    fitting = [tuple(TableId(table_id) for table_id in unit.table_ids) for unit in offer.units]
    return before.table_ids if before.table_ids in fitting else fitting[0]


def _moved_policy(
    house: House, before: Reservation, offer: Offer, *, party_size: int, wish: Wish, now: datetime
) -> Policy:
    """Carry the terms over to another place: the same notice before it, unless it has already passed for the old one.

    For another date or size the dearer of the old terms and those of now hold, amount by amount: else a quiet Tuesday moved to New Year's
    Eve would keep a Tuesday's penalty, and two guests who become ten the deposit of two.
    """
    policy = msgspec.structs.replace(before.policy, audience=wish.audience)
    if (offer.date, party_size) != (before.date, before.party_size):
        anew = policy_of(
            house.rules,
            on=offer.date,
            starts_at=offer.starts_at,
            party_size=party_size,
            currency=policy.currency,
            audience=wish.audience,
            met=policy.met,
        )
        policy = msgspec.structs.replace(
            policy,
            late_fee_minor=max(policy.late_fee_minor, anew.late_fee_minor),
            no_show_fee_minor=max(policy.no_show_fee_minor, anew.no_show_fee_minor),
            deposit_minor=max(policy.deposit_minor, anew.deposit_minor),
            requirements=tuple(dict.fromkeys((*policy.requirements, *anew.requirements))),
        )
    if now > policy.free_until:
        return policy
    return msgspec.structs.replace(
        policy, free_until=offer.starts_at - (before.starts_at - policy.free_until)
    )


async def _take_tables(tx: Transaction, after: Reservation) -> bool:
    return await take_tables(
        tx,
        tenant_id=after.tenant_id,
        restaurant_id=after.restaurant_id,
        table_ids=after.table_ids,
        starts_at=after.holds_from,
        ends_at=after.ends_at,
        holder_kind="reservation",
        holder_id=after.id,
        party_size=after.party_size,
        movable=not after.pinned and after.status != "checked_in",
        expires_at=None,
    )


async def take_or_leave(tx: Transaction, after: Reservation) -> None:
    """Take the party's tables. Raises: Quicker, and the caller undoes what was taken."""
    if not await _take_tables(tx, after):
        raise Quicker


async def keep_stay(tx: Transaction, before: Reservation, after: Reservation) -> None:
    """Note that the guest is here until later; a stay that runs on is a fact, whatever else the guest has booked."""
    if after.person_id is None:
        return
    await store.end_guest_stay(tx, before)
    await store.keep_guest_stay(tx, after, overlap_allowed=True)


def _without_overbooking(loads: str) -> tuple[str, str]:
    """Split what a party is counted in: what stays, and the place beyond the tables that it gives back."""
    rows = msgspec.json.decode(loads, type=list[LoadRow])
    kept = [row for row in rows if row.kind != "overbooked"]
    given_back = [row for row in rows if row.kind == "overbooked"]
    return msgspec.json.encode(kept).decode(), msgspec.json.encode(given_back).decode()
