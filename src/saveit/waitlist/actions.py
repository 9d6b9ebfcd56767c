"""What a guest does on the waitlist: join, look, accept what is offered, leave."""

import hashlib
from datetime import date, datetime, timedelta

import msgspec

from saveit.guests import GuestDetails, email_index, phone_index
from saveit.kernel import faults
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import ReservationId, RestaurantId, TenantId, new_id
from saveit.ledger import House
from saveit.outbox import append
from saveit.reservations import (
    Booked,
    Booking,
    Desk,
    Hold,
    HoldOver,
    Key,
    book,
    day_offers,
    find,
    find_hold,
    release_hold,
)
from saveit.seating import Asking, Closed, Reason, instant_of_end, instant_of_start, local_clock
from saveit.venues import DAY_MINUTES, clock_minutes
from saveit.waitlist import store
from saveit.waitlist.errors import EntryOver, EntryUnknown, NoSuchStart, NothingOffered, WaitlistFull
from saveit.waitlist.facts import waiting_changed
from saveit.waitlist.model import WAITING_MAX, Entry, EntryId, Place, Wish, keeper_of
from saveit.waitlist.quote import quoted_wait

# Closed for want of room, which may come; any other reason will be as true tonight as it is now.
_HOPEFUL = frozenset((Reason.FULL, Reason.PACING_PARTIES, Reason.PACING_COVERS, Reason.ONLINE_HELD_BACK))
_MINUTE = timedelta(minutes=1)
_NIGHT_ENDS_MINUTES = 6 * 60


async def join(desk: Desk, tx: Transaction, wish: Wish) -> Entry:
    """Take down a party that waits. What is free already is offered to it by the next promotion, as to any other.

    Refuses: RestaurantUnknown, NoSuchStart, AlreadyWaiting, WaitlistFull.
    """
    house = await desk.house(tx.tenant_id, wish.restaurant_id)
    earliest_at, latest_at = await _window(desk, house, wish)
    if await store.count_queue(tx, wish.restaurant_id, wish.date) >= WAITING_MAX:
        raise WaitlistFull(limit=WAITING_MAX)
    now = desk.now()
    entry = Entry(
        id=EntryId(new_id(now, desk.entropy)),
        tenant_id=tx.tenant_id,
        restaurant_id=wish.restaurant_id,
        date=wish.date,
        party_size=wish.party_size,
        earliest_at=earliest_at,
        latest_at=latest_at,
        guest=wish.guest,
        status="waiting",
        hold_id=None,
        offered_until=None,
        reservation_id=None,
        source=wish.source,
        created_at=now,
        updated_at=now,
    )
    await store.insert_entry(tx, house.sealer, entry, _guest_index(house.sealer, wish.guest))
    await append(tx, waiting_changed("waitlist.joined", entry, now))
    return entry


async def find_entry(desk: Desk, tx: Transaction, entry_id: EntryId) -> Entry:
    """Return an entry of the transaction's tenant. Refuses: EntryUnknown."""
    entry = await store.find_entry(tx, await desk.keys.sealer(tx, tx.tenant_id), entry_id)
    if entry is None:
        raise EntryUnknown(entry_id=str(entry_id))
    return entry


async def list_queue(
    desk: Desk, tx: Transaction, restaurant_id: RestaurantId, service_on: date
) -> list[Place]:
    """Return who waits on a day or has an offer, in order, each with its quoted wait. Refuses: RestaurantUnknown."""
    house = await desk.house(tx.tenant_id, restaurant_id)
    queue = await store.list_queue(tx, house.sealer, restaurant_id, service_on, rows_max=WAITING_MAX)
    if not queue:
        return []
    picture = await desk.pictures.day(house, service_on)
    places: list[Place] = []
    # A party with an offer holds its table already, so it is not ahead of anybody.
    ahead = 0
    for position, entry in enumerate(queue, start=1):
        if entry.status == "offered":
            places.append(Place(entry, position, 0))
            continue
        ahead += 1
        wait = quoted_wait(
            house.floor,
            picture.day.stays,
            party_size=entry.party_size,
            place=ahead,
            earliest_at=entry.earliest_at,
            latest_at=entry.latest_at,
            now=desk.now(),
        )
        places.append(Place(entry, position, None if wait is None else -(-wait // _MINUTE)))
    return places


async def leave(desk: Desk, tx: Transaction, entry_id: EntryId) -> Entry:
    """Wait no more; a table that is kept goes back. Leaving twice changes nothing.

    Refuses: EntryUnknown, EntryOver once it was booked or has passed.
    """
    entry = await _lock(desk, tx, entry_id)
    if entry.status == "left":
        return entry
    if not entry.waits:
        raise EntryOver(status=entry.status)
    hold_id = entry.hold_id or await store.find_kept_hold(tx, str(keeper_of(entry.id)), desk.now())
    if hold_id is not None:
        try:
            await release_hold(desk, tx, hold_id)
        except HoldOver as over:
            raise EntryOver(status="booked") from over
    now = desk.now()
    left = msgspec.structs.replace(entry, status="left", offered_until=None, updated_at=now)
    await store.save_entry(tx, left)
    await append(tx, waiting_changed("waitlist.left", left, now))
    return left


async def accept(desk: Desk, entry_id: EntryId, *, tenant_id: TenantId, actor: Actor) -> Booked:
    """Book the table that is kept for an entry. Accepting twice is answered alike.

    The booking is committed by itself and the entry after it; killed in between, accepting again finds the booking by its key, and so
    does the next promotion by the hold. Nothing is locked while it is booked: a guest who leaves at the same moment has booked.

    Refuses: EntryUnknown, NothingOffered, EntryOver once the offer has run out, and as `saveit.reservations.book`.
    """
    async with desk.database.tenant(tenant_id, actor) as tx:
        entry = await find_entry(desk, tx, entry_id)
        if entry.reservation_id is not None:
            return Booked(await find(desk, tx, entry.reservation_id), replayed=True)
        kept = await _kept_table(desk, tx, entry)
    house = await desk.house(tenant_id, entry.restaurant_id)
    booking = Booking(
        restaurant_id=entry.restaurant_id,
        date=entry.date,
        time=local_clock(kept.starts_at, house.zone),
        party_size=entry.party_size,
        guest=entry.guest,
        source=entry.source,
        audience=entry.audience,
        hold_id=kept.id,
    )
    key = Key("waitlist", f"{entry.id}:{kept.id}", hashlib.sha256(entry.id.bytes).digest())
    booked = await book(desk, booking, tenant_id=tenant_id, actor=actor, key=key)
    await faults.reach("waitlist.accept.after_booking")
    async with desk.database.tenant(tenant_id, actor) as tx:
        entry = await _lock(desk, tx, entry_id)
        if entry.reservation_id is None:
            await note_booked(desk, tx, entry, booked.reservation.id)
    return booked


async def note_booked(desk: Desk, tx: Transaction, entry: Entry, reservation_id: ReservationId) -> None:
    """Write that an offer became a reservation. The entry is locked by the caller."""
    now = desk.now()
    done = msgspec.structs.replace(
        entry, status="booked", offered_until=None, reservation_id=reservation_id, updated_at=now
    )
    await store.save_entry(tx, done)
    await append(tx, waiting_changed("waitlist.booked", done, now))


async def _kept_table(desk: Desk, tx: Transaction, entry: Entry) -> Hold:
    """Return the table that is kept for an entry. Refuses: NothingOffered, EntryOver."""
    if entry.status == "waiting":
        raise NothingOffered
    if entry.status != "offered" or entry.hold_id is None:
        raise EntryOver(status=entry.status)
    kept = await find_hold(tx, entry.hold_id)
    over = kept.released_at is not None or kept.expires_at <= desk.now()
    if kept.reservation_id is None and over:
        raise EntryOver(status="passed", offered_until=kept.expires_at.isoformat())
    return kept


async def _lock(desk: Desk, tx: Transaction, entry_id: EntryId) -> Entry:
    entry = await store.lock_entry(tx, await desk.keys.sealer(tx, tx.tenant_id), entry_id)
    if entry is None:
        raise EntryUnknown(entry_id=str(entry_id))
    return entry


async def _window(desk: Desk, house: House, wish: Wish) -> tuple[datetime, datetime]:
    """Return the wished times as instants; they hold a start that others' tables, and nothing else, may be in the way of.

    Times before the day's first service may be meant after its midnight, so both readings are tried.
    """
    asking = Asking(party_size=wish.party_size, audience="staff" if wish.source == "staff" else "guest")
    answers = await day_offers(desk, house, wish.date, asking)
    first, last = clock_minutes(wish.earliest), clock_minutes(wish.latest)
    if last < first:
        if last > _NIGHT_ENDS_MINUTES:
            # No service of an evening lasts until the next one: the times were given the wrong way round.
            raise NoSuchStart(reason=str(Reason.NO_SERVICE))
        last += DAY_MINUTES
    refused: Closed | None = None
    for later in (0, DAY_MINUTES):
        earliest_at = _instant(house, wish.date, first + later)
        latest_at = instant_of_end(wish.date, last + later, house.zone)
        for answer in answers:
            if answer.starts_at is None or earliest_at <= answer.starts_at <= latest_at:
                if not isinstance(answer, Closed) or answer.reason in _HOPEFUL:
                    return earliest_at, latest_at
                refused = refused or answer
    reason = Reason.NO_SERVICE if refused is None else refused.reason
    raise NoSuchStart(reason=str(reason), **({} if refused is None else refused.facts))


def _instant(house: House, on: date, minute: int) -> datetime:
    """Return the first instant of a local time; when the clock skips it, the instant at which it does."""
    return instant_of_start(on, minute, house.zone) or instant_of_end(on, minute, house.zone)


def _guest_index(sealer: Sealer, guest: GuestDetails) -> bytes | None:
    if guest.phone:
        return phone_index(sealer, guest.phone)
    return email_index(sealer, guest.email) if guest.email else None
