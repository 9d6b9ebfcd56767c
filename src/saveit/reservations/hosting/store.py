"""The typed hand that runs queries.sql of hosting: the tables that parties and blocks have."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import ConstraintBroken, Transaction, load_statements
from saveit.kernel.ids import TableId
from saveit.reservations.model import Reservation


class BlockedRow(msgspec.Struct, frozen=True):
    """A stretch of time in which staff blocked a table."""

    restaurant_id: UUID
    table_id: UUID
    starts_at: datetime
    ends_at: datetime


class OccupiedFromRow(msgspec.Struct, frozen=True):
    """Since when a table is had."""

    starts_at: datetime


class OverlappingRow(msgspec.Struct, frozen=True):
    """A stretch of time in which somebody has a table."""

    table_id: UUID
    holder_kind: str
    holder_id: UUID
    starts_at: datetime
    ends_at: datetime


_STATEMENTS = load_statements("saveit.reservations.hosting")
_RETABLE_OCCUPANCY = _STATEMENTS.command("retable_occupancy")
_ADVANCE_OCCUPANCY = _STATEMENTS.query("advance_occupancy", OccupiedFromRow)
_RESTART_OCCUPANCY = _STATEMENTS.command("restart_occupancy")
_EXTEND_OCCUPANCY = _STATEMENTS.command("extend_occupancy")
_FIND_BLOCK = _STATEMENTS.query("find_block", BlockedRow)
_FIND_OVERLAPS = _STATEMENTS.query("find_overlaps", OverlappingRow)


async def set_movable(tx: Transaction, reservation: Reservation, *, movable: bool) -> None:
    """Say whether re-seating may give the party another table."""
    await tx.run(
        _RETABLE_OCCUPANCY, tenant_id=reservation.tenant_id, holder_id=reservation.id, movable=movable
    )


async def advance_occupancy(
    tx: Transaction, reservation: Reservation, earliest_at: datetime
) -> datetime | None:
    """Give a party that came early its tables from an instant on, or from when those who are there leave; returns since when.

    None, and nothing is changed, when somebody took one of them just now.
    """
    try:
        async with tx.savepoint():
            rows = await tx.many(
                _ADVANCE_OCCUPANCY,
                tenant_id=reservation.tenant_id,
                holder_id=reservation.id,
                earliest_at=earliest_at,
            )
    except ConstraintBroken as error:
        if error.constraint == "table_held_once":
            return None
        raise
    return rows[0].starts_at


async def restart_occupancy(tx: Transaction, reservation: Reservation) -> None:
    """Let a party have its tables from its start on again."""
    await tx.run(
        _RESTART_OCCUPANCY,
        tenant_id=reservation.tenant_id,
        holder_id=reservation.id,
        starts_at=reservation.starts_at,
    )


async def extend_occupancy(tx: Transaction, reservation: Reservation, ends_at: datetime) -> bool:
    """Let the party keep its tables longer; False, and nothing is changed, when another follows before that."""
    try:
        async with tx.savepoint():
            await tx.run(
                _EXTEND_OCCUPANCY,
                tenant_id=reservation.tenant_id,
                holder_id=reservation.id,
                ends_at=ends_at,
            )
    except ConstraintBroken as error:
        if error.constraint == "table_held_once":
            return False
        raise
    return True


async def find_block(tx: Transaction, block_id: UUID) -> list[BlockedRow]:
    """Return what a block holds."""
    return await tx.many(_FIND_BLOCK, tenant_id=tx.tenant_id, block_id=block_id)


async def find_overlaps(
    tx: Transaction,
    table_ids: Sequence[TableId],
    *,
    starts_at: datetime,
    ends_at: datetime,
    besides: UUID,
    rows_max: int,
) -> list[OverlappingRow]:
    """Return who else has some of the tables in a time."""
    return await tx.many(
        _FIND_OVERLAPS,
        tenant_id=tx.tenant_id,
        table_ids=list(table_ids),
        starts_at=starts_at,
        ends_at=ends_at,
        holder_id=besides,
        rows_max=rows_max,
    )
