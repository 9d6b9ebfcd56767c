"""What the host does at the door: seat who walks in, take tables out of service, and let new rules take hold."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TableId, new_id
from saveit.ledger import House, load_rows, read_house, release_tables, take_tables
from saveit.outbox import append
from saveit.reservations import store
from saveit.reservations.desk import Desk
from saveit.reservations.errors import BlockOverlaps, RestaurantUnknown, RulesRefused
from saveit.reservations.facts import Blocked, availability_changed
from saveit.reservations.hosting.changes import save
from saveit.reservations.hosting.in_the_way import in_the_way
from saveit.reservations.hosting.store import find_block
from saveit.reservations.model import Hold, Reservation
from saveit.reservations.overview.store import forget_block_note, note_block
from saveit.reservations.taking.holds import fresh_day
from saveit.seating import (
    Claim,
    Closed,
    Reason,
    load_limits,
    local_date,
    pacing_key,
    plan_of,
)
from saveit.venues import Restaurant, RestaurantChange, RulesVersion, change_restaurant, change_rules

_MINUTE = timedelta(minutes=1)
# What bookings say of themselves from before their audience was written down.
_OFFLINE = frozenset(("staff", "walk_in"))
_DAY = timedelta(days=1)
# A table that is out for longer has left the floor: retire it.
_BLOCK_DAYS_MAX = 62


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Tables out of service for a while."""

    id: UUID
    restaurant_id: RestaurantId
    table_ids: tuple[TableId, ...]
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


async def block(
    desk: Desk,
    tx: Transaction,
    restaurant_id: RestaurantId,
    table_ids: Sequence[TableId],
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
) -> Block:
    """Take tables out of service, all of them or none.

    Refuses: RestaurantUnknown, RulesRefused for a wrong table or time, BlockOverlaps when a party holds one of them in that time.
    """
    house = await desk.house(tx.tenant_id, restaurant_id)
    wanted = tuple(sorted(set(table_ids)))
    if not wanted or any(table_id not in house.floor.index_of for table_id in wanted):
        raise RulesRefused((Closed(local_date(starts_at, house.zone), None, None, Reason.TABLE_UNKNOWN, {}),))
    if not starts_at < ends_at <= starts_at + _BLOCK_DAYS_MAX * _DAY:
        raise RulesRefused(
            (
                Closed(
                    local_date(starts_at, house.zone),
                    None,
                    starts_at,
                    Reason.NO_SERVICE,
                    {"hours": "00:00-24:00"},
                ),
            )
        )
    made = Block(
        id=new_id(desk.now(), desk.entropy),
        restaurant_id=restaurant_id,
        table_ids=wanted,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
    )
    for on in _dates(house, starts_at, ends_at):
        await fresh_day(desk, house, on, tx.actor)
    begins = starts_at
    while begins < ends_at:
        ends = min(begins + _DAY, ends_at)
        taken = await take_tables(
            tx,
            tenant_id=tx.tenant_id,
            restaurant_id=restaurant_id,
            table_ids=wanted,
            starts_at=begins,
            ends_at=ends,
            holder_kind="block",
            holder_id=made.id,
            party_size=0,
            movable=False,
            expires_at=None,
        )
        if not taken:
            found = await in_the_way(tx, house, made.table_ids, begins, ends, besides=made.id)
            raise BlockOverlaps(taken=found)
        begins = ends
    if reason:
        await note_block(tx, restaurant_id, made.id, reason=reason, now=desk.now())
    await _tell(desk, tx, house, made, because="block")
    return made


async def unblock(desk: Desk, tx: Transaction, block_id: UUID) -> bool:
    """Put blocked tables back into service; False when there is no such block, or no more."""
    rows = await find_block(tx, block_id)
    if not rows:
        return False
    restaurant_id = RestaurantId(rows[0].restaurant_id)
    house = await desk.house(tx.tenant_id, restaurant_id)
    await release_tables(tx, tx.tenant_id, block_id)
    await forget_block_note(tx, block_id)
    lifted = Block(
        id=block_id,
        restaurant_id=restaurant_id,
        table_ids=tuple(sorted({TableId(row.table_id) for row in rows})),
        starts_at=min(row.starts_at for row in rows),
        ends_at=max(row.ends_at for row in rows),
    )
    await _tell(desk, tx, house, lifted, because="unblock")
    return True


async def refresh(desk: Desk, tx: Transaction, restaurant_id: RestaurantId, on: date | None = None) -> date:
    """Read a restaurant again with all its days, in other processes the day given (or today), and return the day told of.

    Nothing promised rests on it: it is for whoever changed the database by hand. Refuses: RestaurantUnknown.
    """
    house = await desk.house(tx.tenant_id, restaurant_id)
    now = desk.now()
    told_on = on or local_date(now, house.zone)
    body = Blocked("refresh")
    fact = availability_changed(restaurant_id, told_on, now, body=body, subject_id=restaurant_id)
    await append(tx, fact)

    def forget() -> None:
        desk.pictures.forget_house(restaurant_id)
        desk.pictures.forget_day(restaurant_id, told_on)

    tx.after_commit(forget)
    return told_on


async def apply_rules(
    desk: Desk,
    tx: Transaction,
    restaurant_id: RestaurantId,
    raw: bytes | Mapping[str, object],
    *,
    expected_version: int | None,
) -> RulesVersion:
    """Let new rules take hold: no booking is decided meanwhile, and what stands is counted anew under their intervals and limits.

    Refuses: RulesRefused of `saveit.venues` with every error, its revision conflict, RestaurantUnknown.
    """
    await store.lock_restaurant(tx, restaurant_id)
    changed = await change_rules(tx, restaurant_id, raw, expected_version=expected_version, now=desk.now())
    await _recount(desk, tx, restaurant_id)
    return changed


async def apply_restaurant(
    desk: Desk, tx: Transaction, restaurant_id: RestaurantId, change: RestaurantChange
) -> Restaurant:
    """Let a restaurant's new name, zone or currency take hold; what stands keeps its instants and is counted by the new clock.

    Refuses: as `venues.change_restaurant`.
    """
    await store.lock_restaurant(tx, restaurant_id)
    before = await read_house(tx, desk.keys, restaurant_id, desk.now())
    changed = await change_restaurant(tx, restaurant_id, change, now=desk.now())
    tx.after_commit(lambda: desk.pictures.forget_house(restaurant_id))
    if before is not None and changed.rules_version != before.restaurant.rules_version:
        await _redate(desk, tx, restaurant_id)
        await _recount(desk, tx, restaurant_id)
    return changed


async def _redate(desk: Desk, tx: Transaction, restaurant_id: RestaurantId) -> None:
    """Give what stands the service day of its instant on the new clock.

    An instant is a promise and stays; but the day it is filed under must be the one on which its clock shows its time, or every answer
    would tell a date and a time that are a day apart, and a later change would be decided for the wrong evening.
    """
    house = await _house_as_written(desk, tx, restaurant_id)
    first_on = local_date(desk.now(), house.zone) - 2 * _DAY
    for before in await store.standing_from(tx, house.sealer, restaurant_id, first_on):
        on, service = _service_of(house, before)
        if on != before.date:
            after = msgspec.structs.replace(before, date=on, service=service)
            await save(desk, tx, "reservation.modified", before=before, after=after)


def _service_of(house: House, party: Reservation) -> tuple[date, str]:
    """Return the day and service that a party's start falls into; the calendar's day, where none is open then."""
    local_on = local_date(party.starts_at, house.zone)
    for on in (local_on, local_on - _DAY):
        for service in plan_of(house.rules, on, house.zone).services:
            if service.window.opens_at <= party.starts_at < service.window.closes_at:
                return on, service.window.name
    return local_on, party.service


async def _house_as_written(desk: Desk, tx: Transaction, restaurant_id: RestaurantId) -> House:
    """Return the restaurant as this transaction has made it. Refuses: RestaurantUnknown."""
    house = await read_house(tx, desk.keys, restaurant_id, desk.now())
    if house is None:
        raise RestaurantUnknown(restaurant_id=str(restaurant_id))
    return house


async def _recount(desk: Desk, tx: Transaction, restaurant_id: RestaurantId) -> None:
    """Count what stands and what is held under the rules as this transaction has made them."""
    now = desk.now()
    house = await _house_as_written(desk, tx, restaurant_id)
    first_on = local_date(now, house.zone) - _DAY
    standing = await store.standing_from(tx, house.sealer, restaurant_id, first_on)
    held = await store.open_holds_from(tx, restaurant_id, first_on)
    await store.count_anew(
        tx,
        restaurant_id,
        first_on,
        recounted=[msgspec.structs.replace(each, loads=counted_in(house, each, now)) for each in standing],
        recounted_holds=[msgspec.structs.replace(each, loads=counted_in(house, each, now)) for each in held],
    )
    tx.after_commit(lambda: desk.pictures.forget_house(restaurant_id))


def counted_in(house: House, party: Reservation | Hold, now: datetime) -> str:
    """Return what a party is counted in under the rules of this house, as `load_rows` writes it."""
    plan = plan_of(house.rules, party.date, house.zone)
    limits = load_limits(house.rules, house.floor, party.date, local_date(now, house.zone))
    claims: list[Claim] = []
    minute = (party.starts_at - plan.origin_at) // _MINUTE
    if limits.parties_max is not None or limits.covers_max is not None:
        key = pacing_key(limits.interval_minutes, minute)
        claims.append(Claim(key, limits.parties_max, limits.covers_max))
    for service in plan.services:
        if not service.window.opens_at <= party.starts_at < service.window.closes_at:
            continue
        # A hold is taken by guests nearly always, and counts as theirs.
        online = isinstance(party, Hold) or _is_online(party)
        if limits.online_covers_max is not None and online:
            claims.append(Claim(("online", service.window.index), covers_max=limits.online_covers_max))
        if party.overbooked:
            beyond = Claim(("overbooked", service.window.index), covers_max=limits.overbooked_covers_max)
            claims.append(beyond)
    return load_rows(plan, claims, party.party_size)


def _is_online(party: Reservation) -> bool:
    """Say whether a guest booked for himself. Where a booking came from does not tell: staff take them down from every channel."""
    audience = party.policy.audience
    return party.source not in _OFFLINE if audience is None else audience == "guest"


def _dates(house: House, starts_at: datetime, ends_at: datetime) -> list[date]:
    first, last = local_date(starts_at, house.zone), local_date(ends_at, house.zone)
    return [first + number * _DAY for number in range((last - first).days + 1)]


async def _tell(desk: Desk, tx: Transaction, house: House, changed: Block, *, because: str) -> None:
    """Say for each date touched that what is free there has changed."""
    days = _dates(house, changed.starts_at, changed.ends_at)
    now = desk.now()
    body = Blocked(because, changed.table_ids, changed.starts_at, changed.ends_at)
    for each in days:
        fact = availability_changed(changed.restaurant_id, each, now, body=body, subject_id=changed.id)
        await append(tx, fact)

    def forget() -> None:
        for each in days:
            desk.pictures.forget_day(changed.restaurant_id, each)

    tx.after_commit(forget)
