"""The typed hand that runs queries.sql of overviews."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import PersonId, RestaurantId


class OpenHoldRow(msgspec.Struct, frozen=True):
    """A table that is kept for somebody; `holder` is the actor who keeps it, spelled out."""

    hold_id: UUID
    table_ids: list[UUID]
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    party_size: int
    holder: str


class BlockNoteRow(msgspec.Struct, frozen=True):
    """Why tables are out of service."""

    block_id: UUID
    reason: str


class GuestFiguresRow(msgspec.Struct, frozen=True):
    """How often a guest came to a restaurant, did not come, and cancelled."""

    person_id: UUID
    visits: int
    no_shows: int
    cancellations: int
    last_visit_on: date | None


class DayCoversRow(msgspec.Struct, frozen=True):
    """How many came on a service day."""

    service_on: date
    covers: int
    walk_in_covers: int


class GuestOfRow(msgspec.Struct, frozen=True):
    """Who booked a reservation."""

    tenant_id: UUID
    restaurant_id: UUID
    reservation_id: UUID
    person_id: UUID
    guest_sealed: bytes


_STATEMENTS = load_statements("saveit.reservations.overview")
_OPEN_HOLDS_OF_DAY = _STATEMENTS.query("open_holds_of_day", OpenHoldRow)
_NOTE_BLOCK = _STATEMENTS.command("note_block")
_FORGET_BLOCK_NOTE = _STATEMENTS.command("forget_block_note")
_BLOCK_NOTES_OF = _STATEMENTS.query("block_notes_of", BlockNoteRow)
_GUEST_FIGURES = _STATEMENTS.query("guest_figures", GuestFiguresRow)
_COVERS_OF_DAYS = _STATEMENTS.query("covers_of_days", DayCoversRow)
_GUESTS_OF = _STATEMENTS.query("guests_of", GuestOfRow)


async def open_holds_of_day(
    tx: Transaction, restaurant_id: RestaurantId, service_on: date, *, now: datetime
) -> list[OpenHoldRow]:
    """Return what is kept on a service day for somebody who makes up his mind."""
    return await tx.many(
        _OPEN_HOLDS_OF_DAY,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        now=now,
    )


async def note_block(
    tx: Transaction, restaurant_id: RestaurantId, block_id: UUID, *, reason: str, now: datetime
) -> None:
    """Keep why tables are out of service."""
    await tx.run(
        _NOTE_BLOCK,
        tenant_id=tx.tenant_id,
        block_id=block_id,
        restaurant_id=restaurant_id,
        reason=reason,
        noted_by=str(tx.actor),
        now=now,
    )


async def forget_block_note(tx: Transaction, block_id: UUID) -> None:
    """Forget why tables were out of service."""
    await tx.run(_FORGET_BLOCK_NOTE, tenant_id=tx.tenant_id, block_id=block_id)


async def block_notes_of(tx: Transaction, block_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return why tables are out of service, by block."""
    rows = await tx.many(_BLOCK_NOTES_OF, tenant_id=tx.tenant_id, block_ids=list(block_ids))
    return {row.block_id: row.reason for row in rows}


async def guest_figures(
    tx: Transaction, restaurant_id: RestaurantId, person_ids: Sequence[PersonId]
) -> dict[PersonId, GuestFiguresRow]:
    """Return how often guests came to a restaurant; who never booked there is not among them."""
    rows = await tx.many(
        _GUEST_FIGURES, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, person_ids=list(person_ids)
    )
    return {PersonId(row.person_id): row for row in rows}


async def covers_of_days(
    tx: Transaction, restaurant_id: RestaurantId, days: Sequence[date]
) -> list[DayCoversRow]:
    """Return how many came on those service days on which anybody did."""
    return await tx.many(
        _COVERS_OF_DAYS, tenant_id=tx.tenant_id, restaurant_id=restaurant_id, days=list(days)
    )


async def guests_of(ledger_tx: Transaction, wanted: Sequence[tuple[UUID, date, UUID]]) -> list[GuestOfRow]:
    """Return who booked reservations, each named by its tenant, day and id; over all tenants, with the guest still sealed."""
    return await ledger_tx.many(
        _GUESTS_OF,
        tenant_ids=[each[0] for each in wanted],
        days=[each[1] for each in wanted],
        reservation_ids=[each[2] for each in wanted],
    )
