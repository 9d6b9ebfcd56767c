"""Giving what has become free to those who wait.

An offer is two rows in two transactions: the hold, which the ledger commits by itself, and the entry that knows of it. The order is fixed:

1. The entry is locked, in a transaction that stays open.
2. The hold is asked for under a holder's name made from the entry's id, and committed by the ledger.
3. The entry is written as offered, with the hold's id and end, and its fact; the transaction commits.

Killed between 2 and 3, the entry still waits and its table is kept. The next promotion looks for a hold under that name before it asks for
one, and goes on at 3; if none comes in time, the hold ends by itself and nothing is lost but minutes.

The entry's lock lets one worker at it, and the ledger decides about the table: that is what makes the number right. A lock over the day's
queue lets workers go one after the other, so that the order is right as well.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, assert_never
from uuid import UUID

import msgspec

from saveit.kernel import faults
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import ReservationId, RestaurantId, TenantId
from saveit.ledger import House, promotions_due, settle_promotions
from saveit.outbox import append
from saveit.reservations import (
    Desk,
    Hold,
    Holding,
    RulesRefused,
    SlotUnavailable,
    decided_offers,
    expire_hold,
    find_hold,
    hold,
    overbooked_days,
    seat_overbooked,
    waiting_for_a_table,
)
from saveit.seating import Asking, Audience, Offer
from saveit.waitlist import store
from saveit.waitlist.actions import note_booked
from saveit.waitlist.facts import waiting_changed
from saveit.waitlist.model import WAITING_MAX, Entry, EntryId, Promotion, WaitingDay, keeper_of

_ACTOR = Actor("system", "waitlist", "internal")
# Who types a booking looks at the screen; who waits has to see a message first, so the table is kept twice as long.
_TTL_FACTOR = 2
# Somebody else may be quicker at the first start that suits; three in a row means that the evening is being sold out.
_STARTS_TRIED_MAX = 3


async def promote(
    desk: Desk, tenant_id: TenantId, restaurant_id: RestaurantId, service_on: date
) -> Promotion:
    """Seat the parties admitted beyond the tables, then offer what is left to those who wait, first come first served.

    Refuses: RestaurantUnknown. Raises: as the database does; running it again goes on where it stopped.
    """
    house = await desk.house(tenant_id, restaurant_id)
    causes, queue, kept_until = await _queue(desk, house, service_on)
    # What made this promotion necessary may not have reached the picture yet.
    desk.pictures.forget_day(restaurant_id, service_on)
    passed = {
        entry.id
        for entry in queue
        if _has_changed(entry, kept_until, desk.now()) and await _settle(desk, house, entry)
    }
    seated = await _seat_overbooked(desk, house, service_on)
    waiting = [entry for entry in queue if entry.status == "waiting" and entry.id not in passed]
    offered: list[EntryId] = []
    # Tables only go while this runs, so what could not be had for one party need not be looked for again for the next.
    in_vain: set[_Sought] = set()
    for entry in waiting:
        sought = _sought(entry)
        # A table that is kept without the entry knowing is not free to anybody, so it is asked for first.
        if str(keeper_of(entry.id)) in kept_until or (
            sought not in in_vain and await _starts(desk, house, entry)
        ):
            outcome = await _offer(desk, house, entry)
            match outcome:
                case "offered":
                    offered.append(entry.id)
                case "full":
                    in_vain.add(sought)
                case "elsewhere":
                    pass
                case _:
                    assert_never(outcome)
        else:
            in_vain.add(sought)
    if causes:
        # Last: were it killed before, it would be made again, and nobody could be quicker meanwhile.
        async with desk.database.tenant(tenant_id, _ACTOR) as tx:
            await settle_promotions(tx, restaurant_id, service_on, causes)
    return Promotion(tuple(seated), tuple(offered), tuple(passed))


async def days_to_promote(
    ledger_tx: Transaction, *, first_on: date, restaurant_id: RestaurantId | None = None, rows_max: int = 500
) -> list[WaitingDay]:
    """Return the service days on which anybody waits for a table, on the list or admitted beyond the tables."""
    waiting = await store.waiting_days(
        ledger_tx, first_on=first_on, restaurant_id=restaurant_id, rows_max=rows_max
    )
    overbooked = await overbooked_days(
        ledger_tx, first_on=first_on, restaurant_id=restaurant_id, rows_max=rows_max
    )
    days = dict.fromkeys(waiting)
    days |= dict.fromkeys(WaitingDay(day.tenant_id, day.restaurant_id, day.service_on) for day in overbooked)
    return sorted(days, key=lambda day: day.service_on)


class _Sought(msgspec.Struct, frozen=True):
    """All that decides whether there is a table for an entry; who asks alike is answered alike."""

    party_size: int
    audience: Audience
    earliest_at: datetime
    latest_at: datetime


def _sought(entry: Entry) -> _Sought:
    return _Sought(entry.party_size, entry.audience, entry.earliest_at, entry.latest_at)


async def _queue(
    desk: Desk, house: House, service_on: date
) -> tuple[list[UUID], list[Entry], dict[str, datetime]]:
    """Return why a promotion is due, who waits on a day or has an offer, in order, and for whom tables are kept until when."""
    async with desk.database.tenant(house.tenant_id, _ACTOR) as tx:
        due = await promotions_due(tx, house.restaurant_id, service_on)
        kept = await store.list_kept(tx, house.restaurant_id, service_on, desk.now())
        queue = await store.list_queue(
            tx, house.sealer, house.restaurant_id, service_on, rows_max=WAITING_MAX
        )
    return [each.cause_id for each in due if each.service_on == service_on], queue, kept


def _has_changed(seen: Entry, kept_until: Mapping[str, datetime], now: datetime) -> bool:
    """Say whether an entry's time is over, or its table is no longer kept as it was told."""
    if seen.status == "waiting":
        return seen.latest_at < now
    return kept_until.get(str(keeper_of(seen.id))) != seen.offered_until


async def _settle(desk: Desk, house: House, seen: Entry) -> bool:
    """Note what became of an offer, or that the time wished is over; say whether the entry has passed."""
    async with desk.database.tenant(house.tenant_id, _ACTOR) as tx:
        entry = await store.claim_entry(tx, house.sealer, seen.id)
        if entry is None or not entry.waits:
            return False
        now = desk.now()
        if entry.hold_id is None:
            if entry.latest_at < now:
                await _pass(desk, tx, entry, "time_over")
            return entry.latest_at < now
        kept = await find_hold(tx, entry.hold_id)
        if kept.reservation_id is not None:
            await note_booked(desk, tx, entry, kept.reservation_id)
            return False
        if kept.released_at is None and kept.expires_at > now:
            if kept.expires_at != entry.offered_until:
                await store.save_entry(tx, msgspec.structs.replace(entry, offered_until=kept.expires_at))
            return False
        await expire_hold(desk, tx, kept.id)
        await _pass(desk, tx, entry, "offer_over")
    return True


async def _pass(desk: Desk, tx: Transaction, entry: Entry, reason: str) -> None:
    now = desk.now()
    passed = msgspec.structs.replace(
        entry, status="passed", offered_until=None, offered_starts_at=None, updated_at=now
    )
    await store.save_entry(tx, passed)
    await append(tx, waiting_changed("waitlist.passed", passed, now, reason=reason))


async def _seat_overbooked(desk: Desk, house: House, service_on: date) -> Sequence[ReservationId]:
    """Give tables to the parties that were admitted beyond them, those first who booked first."""

    async def seat(tx: Transaction) -> list[ReservationId]:
        waiting = await waiting_for_a_table(tx, house.sealer, house.restaurant_id, service_on)
        return [party.id for party in waiting if await seat_overbooked(desk, tx, house, party) is not None]

    return await desk.database.attempt(house.tenant_id, _ACTOR, seat)


async def _starts(desk: Desk, house: House, entry: Entry) -> list[Offer]:
    """Return the starts within the wished times at which a table is free, the earliest first."""
    asking = Asking(party_size=entry.party_size, audience=entry.audience)
    answers = await decided_offers(desk, house, entry.date, asking)
    return [
        answer
        for answer in answers
        if isinstance(answer, Offer)
        and not answer.overbooked
        and entry.earliest_at <= answer.starts_at <= entry.latest_at
    ]


async def _offer(desk: Desk, house: House, seen: Entry) -> Literal["offered", "full", "elsewhere"]:
    """Keep a table for an entry and say so, unless none is left, or the entry is in somebody else's hands."""
    async with desk.database.tenant(house.tenant_id, _ACTOR) as tx:
        await store.lock_queue(tx, house.restaurant_id, seen.date)
        entry = await store.claim_entry(tx, house.sealer, seen.id)
        if entry is None or entry.status != "waiting":
            return "elsewhere"
        kept = await _found_hold(desk, tx, entry.id) or await _new_hold(desk, house, entry)
        if kept is None:
            return "full"
        await faults.reach("waitlist.promote.after_hold")
        offered = msgspec.structs.replace(
            entry,
            status="offered",
            hold_id=kept.id,
            offered_until=kept.expires_at,
            offered_starts_at=kept.starts_at,
            updated_at=desk.now(),
        )
        await store.save_entry(tx, offered)
        await append(tx, waiting_changed("waitlist.offered", offered, desk.now()))
    return "offered"


async def _found_hold(desk: Desk, tx: Transaction, entry_id: EntryId) -> Hold | None:
    """Return the table that was kept for the entry by somebody who did not live to say so."""
    hold_id = await store.find_kept_hold(tx, str(keeper_of(entry_id)), desk.now())
    return None if hold_id is None else await find_hold(tx, hold_id)


async def _new_hold(desk: Desk, house: House, entry: Entry) -> Hold | None:
    for start in (await _starts(desk, house, entry))[:_STARTS_TRIED_MAX]:
        holding = Holding(
            restaurant_id=entry.restaurant_id,
            date=entry.date,
            time=start.time,
            party_size=entry.party_size,
            source="waitlist",
            audience=entry.audience,
            ttl_s=house.rules.holds.ttl_s * _TTL_FACTOR,
            beyond_tables=False,
        )
        try:
            return await hold(desk, holding, tenant_id=entry.tenant_id, actor=keeper_of(entry.id))
        except (SlotUnavailable, RulesRefused):
            continue
    return None
