"""The typed hand that runs queries.sql."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.consumers.qr.model import CheckInPass, PassHolderStatus
from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import ReservationId, RestaurantId, TenantId
from saveit.reservations import ReservationRow


class PassIdRow(msgspec.Struct, frozen=True):
    """A pass that was issued."""

    pass_id: UUID


class PassRow(msgspec.Struct, frozen=True):
    """A row of `check_in_passes`."""

    pass_id: UUID
    reservation_id: ReservationId
    restaurant_id: RestaurantId
    nonce: bytes
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    revision: int

    @property
    def shown(self) -> CheckInPass:
        """Return what the pass says."""
        return CheckInPass(
            reservation_id=self.reservation_id,
            restaurant_id=self.restaurant_id,
            issued_at=self.issued_at,
            expires_at=self.expires_at,
            nonce=self.nonce,
        )


class DayPassRow(msgspec.Struct, frozen=True):
    """A pass that counts, and when it lets its party in."""

    reservation_id: ReservationId
    restaurant_id: RestaurantId
    nonce: bytes
    issued_at: datetime
    expires_at: datetime
    status: PassHolderStatus
    starts_at: datetime
    expected_at: datetime | None
    tolerance_minutes: int


class ShownRow(ReservationRow, frozen=True):
    """A reservation, and what became of a pass of its."""

    used_at: datetime | None
    revoked_at: datetime | None


_STATEMENTS = load_statements("saveit.consumers.qr")
_INSERT_PASS = _STATEMENTS.query("insert_pass", PassIdRow)
_INSERT_FIRST_PASSES = _STATEMENTS.command("insert_first_passes")
_LOCK_LATEST_PASS = _STATEMENTS.query("lock_latest_pass", PassRow)
_PASSES_OF_DAY = _STATEMENTS.query("passes_of_day", DayPassRow)
_FIND_SHOWN = _STATEMENTS.query("find_shown", ShownRow)
PASS_TO_LOCK = _STATEMENTS.query("lock_pass", PassRow)
_REVOKE_PASS = _STATEMENTS.command("revoke_pass")
_REOPEN_PASS = _STATEMENTS.command("reopen_pass")
_USE_PASS = _STATEMENTS.command("use_pass")
_FORGET_PASSES = _STATEMENTS.command("forget_passes")


async def insert_pass(
    tx: Transaction, tenant_id: TenantId, shown: CheckInPass, *, pass_id: UUID, revision: int
) -> bool:
    """Issue a pass; False when the reservation has one that counts."""
    inserted = await tx.many(
        _INSERT_PASS,
        tenant_id=tenant_id,
        pass_id=pass_id,
        reservation_id=shown.reservation_id,
        restaurant_id=shown.restaurant_id,
        nonce=shown.nonce,
        issued_at=shown.issued_at,
        expires_at=shown.expires_at,
        revision=revision,
    )
    return bool(inserted)


async def insert_first_passes(
    ledger_tx: Transaction, passes: Sequence[tuple[TenantId, UUID, CheckInPass, int]]
) -> None:
    """Issue the first passes of reservations: for each its tenant, the pass's id, the pass, and the reservation's revision."""
    await ledger_tx.run(
        _INSERT_FIRST_PASSES,
        tenant_ids=[tenant_id for tenant_id, _, _, _ in passes],
        pass_ids=[pass_id for _, pass_id, _, _ in passes],
        reservation_ids=[shown.reservation_id for _, _, shown, _ in passes],
        restaurant_ids=[shown.restaurant_id for _, _, shown, _ in passes],
        nonces=[shown.nonce for _, _, shown, _ in passes],
        issued_ats=[shown.issued_at for _, _, shown, _ in passes],
        expires_ats=[shown.expires_at for _, _, shown, _ in passes],
        revisions=[revision for _, _, _, revision in passes],
    )


async def lock_latest_pass(
    tx: Transaction, tenant_id: TenantId, reservation_id: ReservationId
) -> PassRow | None:
    """Return the pass of a reservation that counts, or else the last that did, locked."""
    return await tx.maybe(_LOCK_LATEST_PASS, tenant_id=tenant_id, reservation_id=reservation_id)


async def passes_of_day(tx: Transaction, restaurant_id: RestaurantId, on: date) -> list[DayPassRow]:
    """Return the passes that count of a service day's parties, by their start."""
    return await tx.many(_PASSES_OF_DAY, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, service_on=on)


async def find_shown(database: Database, tenant_id: TenantId, shown: CheckInPass) -> ShownRow | None:
    """Return the reservation of a pass of this tenant's that was issued with these words, in one round trip."""
    rows = await database.call(
        _FIND_SHOWN,
        tenant_id=tenant_id,
        nonce=shown.nonce,
        reservation_id=shown.reservation_id,
        restaurant_id=shown.restaurant_id,
        issued_at=shown.issued_at,
        expires_at=shown.expires_at,
    )
    return rows[0] if rows else None


async def lock_pass(tx: Transaction, nonce: bytes) -> PassRow | None:
    """Return the pass of the transaction's tenant with this nonce, locked."""
    return await tx.maybe(PASS_TO_LOCK, tenant_id=tx.tenant_id, nonce=nonce)


async def revoke_pass(
    tx: Transaction, tenant_id: TenantId, pass_id: UUID, *, revoked_at: datetime, revision: int
) -> None:
    """Let a pass count no longer."""
    await tx.run(_REVOKE_PASS, tenant_id=tenant_id, pass_id=pass_id, revoked_at=revoked_at, revision=revision)


async def reopen_pass(tx: Transaction, tenant_id: TenantId, pass_id: UUID, *, revision: int) -> None:
    """Let a pass count again."""
    await tx.run(_REOPEN_PASS, tenant_id=tenant_id, pass_id=pass_id, revision=revision)


async def use_pass(tx: Transaction, pass_id: UUID, used_at: datetime) -> None:
    """Note that a pass has opened the door."""
    await tx.run(_USE_PASS, tenant_id=tx.tenant_id, pass_id=pass_id, used_at=used_at)


async def forget_passes(ledger_tx: Transaction, *, before: datetime, rows_max: int) -> int:
    """Remove passes that ended before an instant, and return how many."""
    return await ledger_tx.run(_FORGET_PASSES, before=before, rows_max=rows_max)
