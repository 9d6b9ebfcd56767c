"""The typed hand that runs queries.sql."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec

from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import PersonId, RestaurantId, TenantId
from saveit.ledger.model import (
    Act,
    CountedRow,
    CountRow,
    DuePromotionRow,
    GrantedRow,
    Outcome,
    StayRow,
    TableIdRow,
    Verdict,
    VerdictRow,
)

_encode = msgspec.json.Encoder().encode
_STATEMENTS = load_statements("saveit.ledger")
_COMMIT_ACTS = _STATEMENTS.query("commit_acts", VerdictRow)
_READ_STAYS = _STATEMENTS.query("read_stays", StayRow)
_READ_COUNTS = _STATEMENTS.query("read_counts", CountedRow)
_TAKE_TABLES = _STATEMENTS.query("take_tables", TableIdRow)
_RELEASE_TABLES = _STATEMENTS.command("release_tables")
_VACATE_TABLES = _STATEMENTS.command("vacate_tables")
_NOTE_FREED = _STATEMENTS.command("note_freed")
_PROMOTIONS_DUE = _STATEMENTS.query("promotions_due", DuePromotionRow)
_SETTLE_PROMOTIONS = _STATEMENTS.command("settle_promotions")
_TAKE_LOADS = _STATEMENTS.query("take_loads", GrantedRow)
_RELEASE_LOADS = _STATEMENTS.command("release_loads")
# A stay reaches into the next date at most.
_AROUND = timedelta(days=1)


async def commit_acts(
    at: Database | Transaction, acts: Sequence[Act], *, acted_at: datetime
) -> list[Outcome]:
    """Commit acts by themselves in one round trip, or as part of a ledger transaction; the outcomes are in their order."""
    # The number is spliced in, which is cheaper than a copy of each act that carries it.
    numbered = b",".join(
        b'{"act_no":%d,%b' % (number, _encode(act)[1:]) for number, act in enumerate(acts, start=1)
    )
    listed = f"[{numbered.decode()}]"
    if isinstance(at, Database):
        rows = await at.call(_COMMIT_ACTS, acts=listed, acted_at=acted_at)
    else:
        rows = await at.many(_COMMIT_ACTS, acts=listed, acted_at=acted_at)
    return [
        Outcome(
            Verdict(row.verdict),
            None if row.person_id is None else PersonId(row.person_id),
            row.answer_sealed,
        )
        for row in rows
    ]


async def read_days(
    database: Database,
    tenant_id: TenantId,
    restaurant_id: RestaurantId,
    *,
    first_on: date,
    last_on: date,
    first_at: datetime,
    last_at: datetime,
) -> tuple[list[StayRow], list[CountRow], tuple[int, int] | None]:
    """Return what holds tables between two instants, the counters of some service days, and the versions of rules and floor in force."""
    stays = await database.call(
        _READ_STAYS, tenant_id=tenant_id, restaurant_id=restaurant_id, first_at=first_at, last_at=last_at
    )
    counts = await database.call(
        _READ_COUNTS,
        tenant_id=tenant_id,
        restaurant_id=restaurant_id,
        first_on=first_on,
        last_on=last_on,
    )
    versions = (counts[0].rules_version, counts[0].floor_version) if counts else None
    return stays, [_count(row) for row in counts if row.kind is not None], versions


def _count(row: CountedRow) -> CountRow:
    assert row.service_on is not None
    assert row.kind is not None
    assert row.counted_at is not None
    return CountRow(row.service_on, row.kind, row.counted_at, row.parties or 0, row.covers or 0)


async def take_tables(  # noqa: PLR0913 - the columns of a row.
    tx: Transaction,
    *,
    tenant_id: TenantId,
    restaurant_id: RestaurantId,
    table_ids: Sequence[UUID],
    starts_at: datetime,
    ends_at: datetime,
    holder_kind: str,
    holder_id: UUID,
    party_size: int,
    movable: bool,
    expires_at: datetime | None,
) -> bool:
    """Take all the tables for one holder and say whether all were free. When not, the caller undoes the act."""
    taken = await tx.many(
        _TAKE_TABLES,
        tenant_id=tenant_id,
        restaurant_id=restaurant_id,
        starts_at=starts_at,
        ends_at=ends_at,
        holder_kind=holder_kind,
        holder_id=holder_id,
        party_size=party_size,
        movable=movable,
        expires_at=expires_at,
        table_ids=sorted(table_ids),
    )
    return len(taken) == len(table_ids)


async def release_tables(tx: Transaction, tenant_id: TenantId, holder_id: UUID) -> None:
    """Free whatever the holder holds; where anybody waits, a promotion is due before others take it."""
    await tx.run(_RELEASE_TABLES, tenant_id=tenant_id, holder_id=holder_id)


async def vacate_tables(tx: Transaction, tenant_id: TenantId, holder_id: UUID) -> int:
    """Let a holder stand up that sits down elsewhere in this transaction, and return how many tables it had."""
    return await tx.run(_VACATE_TABLES, tenant_id=tenant_id, holder_id=holder_id)


async def note_freed(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, starts_at: datetime
) -> None:
    """Note that a stay which began then gave back some of its time: where anybody waits, a promotion is due."""
    freed_on = starts_at.astimezone(UTC).date()
    await tx.run(_NOTE_FREED, tenant_id=tenant_id, restaurant_id=restaurant_id, freed_on=freed_on)


async def promotions_due(
    tx: Transaction, restaurant_id: RestaurantId, service_on: date
) -> list[DuePromotionRow]:
    """Return why promotions are due on a service day and those beside it: none of their tables is given to a newcomer before."""
    return await tx.many(
        _PROMOTIONS_DUE,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        first_on=service_on - _AROUND,
        last_on=service_on + _AROUND,
    )


async def settle_promotions(
    tx: Transaction, restaurant_id: RestaurantId, service_on: date, cause_ids: Sequence[UUID]
) -> None:
    """Note that a promotion has answered these causes."""
    await tx.run(
        _SETTLE_PROMOTIONS,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        cause_ids=list(cause_ids),
    )


async def take_loads(
    tx: Transaction, restaurant: tuple[TenantId, RestaurantId], service_on: date, loads: str
) -> bool:
    """Count loads (a JSON list of LoadRow) and say whether every one was within its limit. When not, the caller undoes the act."""
    wanted = len(msgspec.json.decode(loads, type=list[object]))
    if wanted == 0:
        return True
    row = await tx.one(
        _TAKE_LOADS,
        tenant_id=restaurant[0],
        restaurant_id=restaurant[1],
        service_on=service_on,
        loads=loads,
    )
    return row.granted == wanted


async def release_loads(
    tx: Transaction, restaurant: tuple[TenantId, RestaurantId], service_on: date, loads: str
) -> None:
    """Uncount what an act counted."""
    await tx.run(
        _RELEASE_LOADS,
        tenant_id=restaurant[0],
        restaurant_id=restaurant[1],
        service_on=service_on,
        loads=loads,
    )
