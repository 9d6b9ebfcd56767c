"""Issuing passes, and letting parties in with them."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from saveit.consumers.qr import store
from saveit.consumers.qr.model import (
    CheckInPass,
    PassDocument,
    PassForged,
    PassHolderStatus,
    judge_pass,
    new_pass,
    pass_document,
    pass_key,
    read_document,
    read_pass,
    sign_pass,
)
from saveit.consumers.qr.store import DayPassRow, PassRow
from saveit.kernel import faults
from saveit.kernel.db import Database, Transaction
from saveit.kernel.ids import ReservationId, RestaurantId, TenantId, new_id
from saveit.outbox import Fact, append
from saveit.reservations import STANDING, Desk, IllegalStatus, Reservation, find, reservation_of
from saveit.reservations import check_in as seat

# The day after a dispute is over nobody asks for a pass; a month is what the owner's documents keep logs for.
_KEPT = timedelta(days=30)
_TOLD_LATE_MAX = timedelta(days=1)
_encoder = msgspec.json.Encoder()


class IssuedPass(msgspec.Struct, frozen=True):
    """A pass ready to be shown: `token` goes into the symbol or a link, `document` to programs."""

    reservation_id: ReservationId
    token: str
    document: PassDocument
    issued_at: datetime
    expires_at: datetime


class DayPass(msgspec.Struct, frozen=True):
    """What a scanner knows of one pass without the network: `digest` is SHA-256 of the pass's text, in hexadecimal digits."""

    digest: str
    reservation_id: ReservationId
    opens_at: datetime
    closes_at: datetime
    status: PassHolderStatus


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The reservation a pass stands for, as a fact or the reservation itself tells it."""

    tenant_id: TenantId
    reservation_id: ReservationId
    restaurant_id: RestaurantId
    status: PassHolderStatus
    leaves_at: datetime
    revision: int


async def generate(desk: Desk, tx: Transaction, reservation_id: ReservationId) -> IssuedPass:
    """Return the reservation's pass, issued now when it has none that counts. Asked twice it is the same pass.

    Refuses: ReservationUnknown; IllegalStatus once the reservation no longer stands.
    """
    reservation = await find(desk, tx, reservation_id)
    if not reservation.stands:
        raise IllegalStatus(status=reservation.status)
    row = await issue(desk, tx, _holder_of(reservation))
    key = pass_key(await desk.keys.keys(tx, tx.tenant_id))
    return IssuedPass(
        reservation_id=row.reservation_id,
        token=sign_pass(row.shown, key),
        document=pass_document(row.shown, key),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )


async def issue(desk: Desk, tx: Transaction, holder: Holder) -> PassRow:
    """Return the pass that counts for the reservation as it is, after replacing one made for another time.

    In a tenant's transaction or the ledger's.
    """
    latest = await store.lock_latest_pass(tx, holder.tenant_id, holder.reservation_id)
    if latest is not None and latest.revoked_at is None:
        if latest.revision >= holder.revision or latest.expires_at == _cut(holder.leaves_at):
            return latest
        await _revoke(desk, tx, holder, latest)
    now = desk.now()
    shown = new_pass(
        holder.reservation_id,
        holder.restaurant_id,
        now=now,
        expires_at=holder.leaves_at,
        entropy=desk.entropy,
    )
    # When another transaction issues one at this very moment, this waits for it, and takes that one.
    await store.insert_pass(
        tx, holder.tenant_id, shown, pass_id=new_id(now, desk.entropy), revision=holder.revision
    )
    row = await store.lock_latest_pass(tx, holder.tenant_id, holder.reservation_id)
    assert row is not None, "a pass was inserted, or was there"
    return row


async def issue_first(desk: Desk, ledger_tx: Transaction, holders: Sequence[Holder]) -> None:
    """Issue passes of reservations that were just made, all at once; whoever has one, or is known in a later state, is left alone."""
    now = desk.now()
    await store.insert_first_passes(
        ledger_tx,
        [
            (
                holder.tenant_id,
                new_id(now, desk.entropy),
                new_pass(
                    holder.reservation_id,
                    holder.restaurant_id,
                    now=now,
                    expires_at=holder.leaves_at,
                    entropy=desk.entropy,
                ),
                holder.revision,
            )
            for holder in holders
        ],
    )


async def keep_in_step(desk: Desk, tx: Transaction, holder: Holder) -> None:
    """Let the reservation have one pass that counts while it stands and none after; a state older than the last seen changes nothing."""
    latest = await store.lock_latest_pass(tx, holder.tenant_id, holder.reservation_id)
    if latest is not None and latest.revision >= holder.revision:
        return
    if holder.status in STANDING:
        if latest is None or latest.used_at is None:
            await issue(desk, tx, holder)
    elif latest is not None and latest.revoked_at is None and latest.used_at is None:
        await _revoke(desk, tx, holder, latest)


async def let_in_again(desk: Desk, tx: Transaction, holder: Holder) -> None:
    """Let the pass in the guest's hand count again after what ended it was undone; a state older than the last seen changes nothing."""
    latest = await store.lock_latest_pass(tx, holder.tenant_id, holder.reservation_id)
    if latest is not None and latest.revision >= holder.revision:
        return
    if latest is not None and latest.expires_at == _cut(holder.leaves_at):
        await store.reopen_pass(tx, holder.tenant_id, latest.pass_id, revision=holder.revision)
    elif holder.status in STANDING:
        await issue(desk, tx, holder)


async def validate(
    desk: Desk, tenant_id: TenantId, shown: str | PassDocument, restaurant_id: RestaurantId
) -> Reservation:
    """Return the reservation whose party this pass lets in now, and change nothing.

    Scanners ask this for each party that comes, so it is one statement and no transaction.

    Refuses: PassMalformed, PassForged, PassOfAnotherRestaurant, PassRevoked, PassUnconfirmed, PassUsed, PassExpired, PassTooEarly,
    PassTooLate.
    """
    true_pass = await _read(desk, desk.database, tenant_id, shown)
    row = await store.find_shown(desk.database, tenant_id, true_pass)
    if row is None:
        # A true signature without a row is somebody else with our key.
        raise PassForged
    reservation = reservation_of(row, await desk.keys.sealer(desk.database, tenant_id))
    _judge(
        true_pass,
        reservation,
        restaurant_id,
        now=desk.now(),
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
    return reservation


async def day_passes(desk: Desk, tx: Transaction, restaurant_id: RestaurantId, on: date) -> list[DayPass]:
    """Return a digest of every pass that counts on a service day, for a scanner that may lose its network: no pass can be made of it."""
    key = pass_key(await desk.keys.keys(tx, tx.tenant_id))
    return [_day_pass(row, key) for row in await store.passes_of_day(tx, restaurant_id, on)]


def _day_pass(row: DayPassRow, key: bytes) -> DayPass:
    shown = CheckInPass(
        reservation_id=row.reservation_id,
        restaurant_id=row.restaurant_id,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        nonce=row.nonce,
    )
    tolerance = timedelta(minutes=row.tolerance_minutes)
    return DayPass(
        digest=hashlib.sha256(sign_pass(shown, key).encode()).hexdigest(),
        reservation_id=row.reservation_id,
        opens_at=row.starts_at - tolerance,
        closes_at=max(row.starts_at, row.expected_at or row.starts_at) + tolerance,
        status=row.status,
    )


async def check_in(
    desk: Desk,
    tx: Transaction,
    shown: str | PassDocument,
    restaurant_id: RestaurantId,
    *,
    scanned_at: datetime | None = None,
) -> Reservation:
    """Let a party in with its pass: the pass is used up and the party seated, both or neither. Of two scans at once one is let in.

    A scanner that was without a network tells when it let the party in, within the last day: the pass is judged as of then.

    Refuses: as `validate`.
    """
    now = desk.now()
    at = now if scanned_at is None else min(now, max(now - _TOLD_LATE_MAX, scanned_at))
    true_pass = await _read(desk, tx, tx.tenant_id, shown)
    row = await store.lock_pass(tx, true_pass.nonce)
    # A true signature without a row is somebody else with our key.
    if row is None or row.shown != true_pass:
        raise PassForged
    # Read after the pass was locked.
    before = await find(desk, tx, true_pass.reservation_id)
    _judge(true_pass, before, restaurant_id, now=at, used_at=row.used_at, revoked_at=row.revoked_at)
    seated = await seat(desk, tx, before.id)
    await store.use_pass(tx, row.pass_id, now)
    await append(tx, _validated(before, row, now))
    await faults.reach("qr.check_in.before_commit")
    return seated


async def forget_old_passes(ledger_tx: Transaction, now: datetime, rows_max: int) -> int:
    """Remove passes whose stay ended a month ago, and return how many."""
    return await store.forget_passes(ledger_tx, before=now - _KEPT, rows_max=rows_max)


async def _read(
    desk: Desk, source: Database | Transaction, tenant_id: TenantId, shown: str | PassDocument
) -> CheckInPass:
    key = pass_key(await desk.keys.keys(source, tenant_id))
    return read_pass(shown, key) if isinstance(shown, str) else read_document(shown, key)


def _judge(
    shown: CheckInPass,
    reservation: Reservation,
    restaurant_id: RestaurantId,
    *,
    now: datetime,
    used_at: datetime | None,
    revoked_at: datetime | None,
) -> None:
    judge_pass(
        shown,
        restaurant_id=restaurant_id,
        starts_at=reservation.starts_at,
        expected_at=reservation.expected_at,
        status=reservation.status,
        used_at=used_at,
        now=now,
        tolerance_minutes=reservation.policy.tolerance_minutes,
        revoked_at=revoked_at,
    )


async def _revoke(desk: Desk, tx: Transaction, holder: Holder, row: PassRow) -> None:
    await store.revoke_pass(
        tx, holder.tenant_id, row.pass_id, revoked_at=desk.now(), revision=holder.revision
    )


def _holder_of(reservation: Reservation) -> Holder:
    return Holder(
        tenant_id=reservation.tenant_id,
        reservation_id=reservation.id,
        restaurant_id=reservation.restaurant_id,
        status=reservation.status,
        leaves_at=reservation.leaves_at,
        revision=reservation.revision,
    )


def _cut(instant: datetime) -> datetime:
    """Cut to the whole second, as a pass says it."""
    return instant.replace(microsecond=0)


def _validated(reservation: Reservation, row: PassRow, now: datetime) -> Fact:
    return Fact(
        fact_id=new_id(now),
        kind="qr.validated",
        restaurant_id=reservation.restaurant_id,
        subject_kind="reservation",
        subject_id=reservation.id,
        service_on=reservation.date,
        at=now,
        body=_encoder.encode({"pass_id": row.pass_id, "issued_at": row.issued_at}),
    )
