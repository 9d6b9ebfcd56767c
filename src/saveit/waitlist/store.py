"""The typed hand that runs queries.sql, and the one place where rows become entries."""

from datetime import date, datetime, timedelta

import msgspec

from saveit.guests import open_details, seal_details
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import ConstraintBroken, Transaction, load_statements
from saveit.kernel.ids import HoldId, ReservationId, RestaurantId, TenantId
from saveit.waitlist.errors import AlreadyWaiting
from saveit.waitlist.model import Entry, EntryId, EntryStatus, WaitingDay

# As long as a guest may ask what became of it.
_KEPT = timedelta(days=30)


class EntryRow(msgspec.Struct, frozen=True):
    """A row of `waitlist_entries`."""

    entry_id: EntryId
    tenant_id: TenantId
    restaurant_id: RestaurantId
    service_on: date
    party_size: int
    earliest_at: datetime
    latest_at: datetime
    guest_sealed: bytes
    status: EntryStatus
    hold_id: HoldId | None
    offered_until: datetime | None
    reservation_id: ReservationId | None
    source: str
    created_at: datetime
    updated_at: datetime
    offered_starts_at: datetime | None


class KeptHoldRow(msgspec.Struct, frozen=True):
    """A hold that was made for an entry."""

    hold_id: HoldId


class KeptRow(msgspec.Struct, frozen=True):
    """The name under which a table is kept, and how long."""

    holder: str
    expires_at: datetime


class CountRow(msgspec.Struct, frozen=True):
    """A number of entries."""

    counted: int


_STATEMENTS = load_statements("saveit.waitlist")
_INSERT_ENTRY = _STATEMENTS.command("insert_entry")
_FIND_ENTRY = _STATEMENTS.query("find_entry", EntryRow)
_LOCK_ENTRY = _STATEMENTS.query("lock_entry", EntryRow)
_CLAIM_ENTRY = _STATEMENTS.query("claim_entry", EntryRow)
_LIST_QUEUE = _STATEMENTS.query("list_queue", EntryRow)
_COUNT_QUEUE = _STATEMENTS.query("count_queue", CountRow)
_SAVE_ENTRY = _STATEMENTS.command("save_entry")
_LOCK_QUEUE = _STATEMENTS.command("lock_queue")
_FIND_KEPT_HOLD = _STATEMENTS.query("find_kept_hold", KeptHoldRow)
_LIST_KEPT = _STATEMENTS.query("list_kept", KeptRow)
_WAITING_DAYS = _STATEMENTS.query("waiting_days", WaitingDay)
_FORGET_ENTRIES = _STATEMENTS.command("forget_entries")


async def insert_entry(tx: Transaction, sealer: Sealer, entry: Entry, guest_index: bytes | None) -> None:
    """Write down a party that waits. Refuses: AlreadyWaiting."""
    try:
        async with tx.savepoint():
            await tx.run(
                _INSERT_ENTRY,
                tenant_id=entry.tenant_id,
                entry_id=entry.id,
                restaurant_id=entry.restaurant_id,
                service_on=entry.date,
                party_size=entry.party_size,
                earliest_at=entry.earliest_at,
                latest_at=entry.latest_at,
                guest_sealed=seal_details(sealer, entry.guest, entry.id),
                guest_index=guest_index,
                language=entry.guest.language,
                source=entry.source,
                created_at=entry.created_at,
            )
    except ConstraintBroken as broken:
        if broken.constraint == "guest_waits_once":
            raise AlreadyWaiting(date=entry.date.isoformat()) from broken
        raise


async def find_entry(tx: Transaction, sealer: Sealer, entry_id: EntryId) -> Entry | None:
    """Return one entry."""
    row = await tx.maybe(_FIND_ENTRY, tenant_id=sealer.tenant_id, entry_id=entry_id)
    return None if row is None else _entry_of(row, sealer)


async def lock_entry(tx: Transaction, sealer: Sealer, entry_id: EntryId) -> Entry | None:
    """Return one entry and keep it from changing until the transaction ends."""
    row = await tx.maybe(_LOCK_ENTRY, tenant_id=sealer.tenant_id, entry_id=entry_id)
    return None if row is None else _entry_of(row, sealer)


async def claim_entry(tx: Transaction, sealer: Sealer, entry_id: EntryId) -> Entry | None:
    """Return the same, or None when somebody else is at it."""
    row = await tx.maybe(_CLAIM_ENTRY, tenant_id=sealer.tenant_id, entry_id=entry_id)
    return None if row is None else _entry_of(row, sealer)


async def list_queue(
    tx: Transaction, sealer: Sealer, restaurant_id: RestaurantId, service_on: date, *, rows_max: int
) -> list[Entry]:
    """Return who waits on a day or has an offer, in order."""
    rows = await tx.many(
        _LIST_QUEUE,
        tenant_id=sealer.tenant_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        rows_max=rows_max,
    )
    return [_entry_of(row, sealer) for row in rows]


async def count_queue(tx: Transaction, restaurant_id: RestaurantId, service_on: date) -> int:
    """Return how many wait on a day or have an offer."""
    row = await tx.one(
        _COUNT_QUEUE, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, service_on=service_on
    )
    return row.counted


async def save_entry(tx: Transaction, entry: Entry) -> None:
    """Write what has become of an entry."""
    await tx.run(
        _SAVE_ENTRY,
        status=entry.status,
        hold_id=entry.hold_id,
        offered_until=entry.offered_until,
        offered_starts_at=entry.offered_starts_at,
        reservation_id=entry.reservation_id,
        updated_at=entry.updated_at,
        tenant_id=entry.tenant_id,
        entry_id=entry.id,
    )


async def lock_queue(tx: Transaction, restaurant_id: RestaurantId, service_on: date) -> None:
    """Wait until no other promotion of this day is at a party."""
    await tx.run(_LOCK_QUEUE, restaurant_id=restaurant_id, service_on=service_on)


async def find_kept_hold(tx: Transaction, holder: str, now: datetime) -> HoldId | None:
    """Return the hold of this holder that still stands."""
    row = await tx.maybe(_FIND_KEPT_HOLD, tenant_id=tx.tenant_id, holder=holder, now=now)
    return None if row is None else row.hold_id


async def list_kept(
    tx: Transaction, restaurant_id: RestaurantId, service_on: date, now: datetime
) -> dict[str, datetime]:
    """Return the names under which tables are kept for who waits on a day, and until when."""
    rows = await tx.many(
        _LIST_KEPT,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        now=now,
    )
    return {row.holder: row.expires_at for row in rows}


async def waiting_days(
    ledger_tx: Transaction, *, first_on: date, restaurant_id: RestaurantId | None, rows_max: int
) -> list[WaitingDay]:
    """Return the service days on which somebody waits, of one restaurant or of all."""
    return await ledger_tx.many(
        _WAITING_DAYS, first_on=first_on, restaurant_id=restaurant_id, rows_max=rows_max
    )


async def forget_old_entries(ledger_tx: Transaction, now: datetime, rows_max: int) -> int:
    """Remove entries of service days a month ago, and return how many."""
    return await ledger_tx.run(_FORGET_ENTRIES, before_on=(now - _KEPT).date(), rows_max=rows_max)


def _entry_of(row: EntryRow, sealer: Sealer) -> Entry:
    return Entry(
        id=row.entry_id,
        tenant_id=row.tenant_id,
        restaurant_id=row.restaurant_id,
        date=row.service_on,
        party_size=row.party_size,
        earliest_at=row.earliest_at,
        latest_at=row.latest_at,
        guest=open_details(sealer, row.guest_sealed, row.entry_id),
        status=row.status,
        hold_id=row.hold_id,
        offered_until=row.offered_until,
        reservation_id=row.reservation_id,
        source=row.source,
        created_at=row.created_at,
        updated_at=row.updated_at,
        offered_starts_at=row.offered_starts_at,
    )
