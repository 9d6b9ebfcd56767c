"""Endpoints, and what a person does with their deliveries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.consumers.relay import store
from saveit.consumers.relay.model import (
    DeliveryUnknown,
    Endpoint,
    EndpointUnknown,
    check_url,
    new_secret,
)
from saveit.consumers.relay.store import DeliveryRow, EndpointRow
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, new_id

_ROWS_MAX = 500
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[str])


async def add_endpoint(
    tx: Transaction,
    sealer: Sealer,
    *,
    url: str,
    kinds: Sequence[str],
    restaurant_id: RestaurantId | None,
    now: datetime,
    plain_allowed: bool = False,
) -> tuple[Endpoint, str]:
    """Add an endpoint and return it with its secret, which is shown this once. Refuses: EndpointInvalid."""
    checked, secret, endpoint_id = check_url(url, plain_allowed=plain_allowed), new_secret(), new_id(now)
    await store.insert_endpoint(
        tx,
        endpoint_id=endpoint_id,
        restaurant_id=restaurant_id,
        url=checked,
        secrets_sealed=sealer.seal(_encoder.encode([secret]), endpoint_id.bytes),
        kinds=sorted(set(kinds)),
        now=now,
    )
    return endpoint_of(await _found(tx, endpoint_id)), secret


async def list_endpoints(tx: Transaction) -> list[Endpoint]:
    """Return the tenant's endpoints, without their secrets."""
    return [endpoint_of(row) for row in await store.list_endpoints(tx)]


async def rotate_secret(tx: Transaction, sealer: Sealer, endpoint_id: UUID, *, now: datetime) -> str:
    """Give an endpoint a new secret, and go on signing with the one before beside it. Refuses: EndpointUnknown."""
    row = await _found(tx, endpoint_id)
    secret = new_secret()
    kept = [secret, *opened_secrets(sealer, row.endpoint_id, row.secrets_sealed)[:1]]
    await store.change_endpoint(
        tx,
        endpoint_id,
        secrets_sealed=sealer.seal(_encoder.encode(kept), endpoint_id.bytes),
        active=row.active,
        stopped_why=row.stopped_why,
        now=now,
    )
    return secret


async def switch_endpoint(tx: Transaction, endpoint_id: UUID, *, active: bool, now: datetime) -> Endpoint:
    """Switch an endpoint on or off. Refuses: EndpointUnknown."""
    row = await _found(tx, endpoint_id)
    await store.change_endpoint(
        tx, endpoint_id, secrets_sealed=row.secrets_sealed, active=active, stopped_why="", now=now
    )
    return endpoint_of(await _found(tx, endpoint_id))


async def remove_endpoint(tx: Transaction, endpoint_id: UUID) -> None:
    """Remove an endpoint, and what is under way to it. Refuses: EndpointUnknown."""
    if not await store.remove_endpoint(tx, endpoint_id):
        raise EndpointUnknown(endpoint_id=str(endpoint_id))


async def list_deliveries(tx: Transaction, endpoint_id: UUID, *, rows_max: int = 100) -> list[DeliveryRow]:
    """Return what went to an endpoint, the latest first. Refuses: EndpointUnknown."""
    await _found(tx, endpoint_id)
    return await store.list_deliveries(tx, endpoint_id, min(rows_max, _ROWS_MAX))


async def replay_delivery(tx: Transaction, delivery_id: UUID, *, now: datetime) -> None:
    """Make a delivery again under the same id, by which the other side knows it. Refuses: DeliveryUnknown."""
    if not await store.replay_delivery(tx, delivery_id, now):
        raise DeliveryUnknown(delivery_id=str(delivery_id))


def opened_secrets(sealer: Sealer, endpoint_id: UUID, sealed: bytes) -> list[str]:
    """Return an endpoint's secrets, the newest first. Raises: Unreadable."""
    return _decoder.decode(sealer.open(sealed, endpoint_id.bytes))


def endpoint_of(row: EndpointRow) -> Endpoint:
    """Return an endpoint without its secrets."""
    return Endpoint(
        id=row.endpoint_id,
        restaurant_id=row.restaurant_id,
        url=row.url,
        kinds=tuple(row.kinds),
        active=row.active,
        stopped_why=row.stopped_why,
        created_at=row.created_at,
    )


async def _found(tx: Transaction, endpoint_id: UUID) -> EndpointRow:
    row = await store.find_endpoint(tx, endpoint_id)
    if row is None:
        raise EndpointUnknown(endpoint_id=str(endpoint_id))
    return row
