"""The typed hand that runs queries.sql."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.outbox import RecordedFact


class EndpointRow(msgspec.Struct, frozen=True):
    """A row of `webhook_endpoints`."""

    endpoint_id: UUID
    restaurant_id: RestaurantId | None
    url: str
    secrets_sealed: bytes
    kinds: list[str]
    active: bool
    stopped_why: str
    created_at: datetime


class DueRow(msgspec.Struct, frozen=True):
    """A delivery that was taken, with where it goes."""

    tenant_id: TenantId
    delivery_id: UUID
    endpoint_id: UUID
    body: bytes
    attempts: int
    url: str
    secrets_sealed: bytes
    active: bool


class DeliveryRow(msgspec.Struct, frozen=True):
    """A delivery as people see it."""

    delivery_id: UUID
    endpoint_id: UUID
    kind: str
    status: str
    attempts: int
    due_at: datetime
    last_answer: str
    created_at: datetime
    settled_at: datetime | None


class TenantRow(msgspec.Struct, frozen=True):
    """A tenant."""

    tenant_id: UUID


_STATEMENTS = load_statements("saveit.consumers.relay")
_INSERT_ENDPOINT = _STATEMENTS.command("insert_endpoint")
_FIND_ENDPOINT = _STATEMENTS.query("find_endpoint", EndpointRow)
_LIST_ENDPOINTS = _STATEMENTS.query("list_endpoints", EndpointRow)
_CHANGE_ENDPOINT = _STATEMENTS.command("change_endpoint")
_REMOVE_ENDPOINT = _STATEMENTS.command("remove_endpoint")
_LIST_LISTENERS = _STATEMENTS.query("list_listeners", TenantRow)
_PLAN_DELIVERIES = _STATEMENTS.command("plan_deliveries")
_CLAIM_DELIVERIES = _STATEMENTS.query("claim_deliveries", DueRow)
_SETTLE_DELIVERY = _STATEMENTS.command("settle_delivery")
_STOP_ENDPOINT = _STATEMENTS.command("stop_endpoint")
_LIST_DELIVERIES = _STATEMENTS.query("list_deliveries", DeliveryRow)
_REPLAY_DELIVERY = _STATEMENTS.command("replay_delivery")
_FORGET_DELIVERIES = _STATEMENTS.command("forget_deliveries")


async def insert_endpoint(
    tx: Transaction,
    *,
    endpoint_id: UUID,
    restaurant_id: RestaurantId | None,
    url: str,
    secrets_sealed: bytes,
    kinds: Sequence[str],
    now: datetime,
) -> None:
    """Add an endpoint."""
    await tx.run(
        _INSERT_ENDPOINT,
        tenant_id=tx.tenant_id,
        endpoint_id=endpoint_id,
        restaurant_id=restaurant_id,
        url=url,
        secrets_sealed=secrets_sealed,
        kinds=list(kinds),
        now=now,
    )


async def find_endpoint(tx: Transaction, endpoint_id: UUID) -> EndpointRow | None:
    """Return an endpoint."""
    return await tx.maybe(_FIND_ENDPOINT, tenant_id=tx.tenant_id, endpoint_id=endpoint_id)


async def list_endpoints(tx: Transaction) -> list[EndpointRow]:
    """Return the tenant's endpoints."""
    return await tx.many(_LIST_ENDPOINTS, tenant_id=tx.tenant_id)


async def change_endpoint(
    tx: Transaction,
    endpoint_id: UUID,
    *,
    secrets_sealed: bytes,
    active: bool,
    stopped_why: str,
    now: datetime,
) -> None:
    """Replace secrets, or switch on or off."""
    await tx.run(
        _CHANGE_ENDPOINT,
        tenant_id=tx.tenant_id,
        endpoint_id=endpoint_id,
        secrets_sealed=secrets_sealed,
        active=active,
        stopped_why=stopped_why,
        now=now,
    )


async def remove_endpoint(tx: Transaction, endpoint_id: UUID) -> int:
    """Remove an endpoint."""
    return await tx.run(_REMOVE_ENDPOINT, tenant_id=tx.tenant_id, endpoint_id=endpoint_id)


async def list_listeners(ledger_tx: Transaction, tenant_ids: Collection[TenantId]) -> frozenset[UUID]:
    """Return which of these tenants have an endpoint."""
    rows = await ledger_tx.many(_LIST_LISTENERS, tenant_ids=list(tenant_ids))
    return frozenset(row.tenant_id for row in rows)


async def plan_deliveries(
    ledger_tx: Transaction, facts: Sequence[tuple[RecordedFact, bytes]], *, now: datetime
) -> int:
    """Plan facts, each with what is sent of it, for every endpoint that wants them."""
    return await ledger_tx.run(
        _PLAN_DELIVERIES,
        tenant_ids=[fact.tenant_id for fact, _ in facts],
        restaurant_ids=[fact.restaurant_id for fact, _ in facts],
        fact_ids=[fact.fact_id for fact, _ in facts],
        kinds=[fact.kind for fact, _ in facts],
        bodies=[body for _, body in facts],
        now=now,
    )


async def claim_deliveries(
    ledger_tx: Transaction, *, now: datetime, lease_until: datetime, rows_max: int
) -> list[DueRow]:
    """Take what is due."""
    return await ledger_tx.many(_CLAIM_DELIVERIES, now=now, lease_until=lease_until, rows_max=rows_max)


async def settle_delivery(
    ledger_tx: Transaction, due: DueRow, *, status: str, due_at: datetime, last_answer: str, now: datetime
) -> None:
    """Write down what came of a delivery."""
    await ledger_tx.run(
        _SETTLE_DELIVERY,
        tenant_id=due.tenant_id,
        delivery_id=due.delivery_id,
        status=status,
        due_at=due_at,
        last_answer=last_answer,
        now=now,
    )


async def stop_endpoint(ledger_tx: Transaction, due: DueRow, *, why: str, now: datetime) -> None:
    """Turn an endpoint off."""
    await ledger_tx.run(
        _STOP_ENDPOINT, tenant_id=due.tenant_id, endpoint_id=due.endpoint_id, why=why, now=now
    )


async def list_deliveries(tx: Transaction, endpoint_id: UUID, rows_max: int) -> list[DeliveryRow]:
    """Return what went to an endpoint."""
    return await tx.many(_LIST_DELIVERIES, tenant_id=tx.tenant_id, endpoint_id=endpoint_id, rows_max=rows_max)


async def replay_delivery(tx: Transaction, delivery_id: UUID, now: datetime) -> int:
    """Make a delivery again."""
    return await tx.run(_REPLAY_DELIVERY, tenant_id=tx.tenant_id, delivery_id=delivery_id, now=now)


async def forget_deliveries(ledger_tx: Transaction, before: datetime) -> int:
    """Remove what is long over."""
    return await ledger_tx.run(_FORGET_DELIVERIES, before=before)
