"""The verbs on programs' keys: made and shown once, listed without the key, ended."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from saveit.access import store
from saveit.access.checks import check_api_key
from saveit.access.errors import ApiKeyUnknown, refusing
from saveit.access.model import ApiKey, ApiKeyDraft, NewApiKey
from saveit.kernel.crypto import new_api_key
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ApiKeyId, RestaurantId, new_id
from saveit.outbox import Fact, append

PAGE_LENGTH_MAX = 200


async def create_api_key(tx: Transaction, draft: ApiKeyDraft, *, now: datetime) -> NewApiKey:
    """Make a key. Its text is in the answer and nowhere else.

    Refuses: AccessInvalid, with every error; RestaurantNotYours.
    """
    checked = check_api_key(draft, now)
    token = new_api_key()
    key = ApiKey(
        id=ApiKeyId(new_id(now)),
        restaurant_id=checked.restaurant_id,
        name=checked.name,
        scopes=checked.scopes,
        quota_per_minute=checked.quota_per_minute,
        created_at=now,
        expires_at=checked.expires_at,
        revoked_at=None,
    )
    with refusing():
        await store.insert_api_key(tx, key, token.digest)
    told = {"scopes": key.scopes, "quota_per_minute": key.quota_per_minute, "expires_at": key.expires_at}
    await _record(tx, "api_key.created", key, body=told, now=now)
    return NewApiKey(key, token.text)


async def revoke_api_key(tx: Transaction, api_key_id: ApiKeyId, *, now: datetime) -> bytes:
    """End a key and return its digest, to be forgotten by caches; again does no harm. Other processes see it within five seconds.

    Refuses: ApiKeyUnknown.
    """
    before = await store.list_api_keys(tx, api_key_id=api_key_id)
    digest = await store.revoke_api_key(tx, api_key_id, now)
    if digest is None:
        raise ApiKeyUnknown(api_key_id=str(api_key_id))
    if before and before[0].revoked_at is None:
        await _record(tx, "api_key.revoked", before[0], body={}, now=now)
    return digest


async def list_api_keys(
    tx: Transaction,
    *,
    restaurant_id: RestaurantId | None = None,
    after: ApiKeyId | None = None,
    limit: int = PAGE_LENGTH_MAX,
) -> list[ApiKey]:
    """Return the tenant's keys, or those of one restaurant, ended ones too; at most 200 at once."""
    return await store.list_api_keys(
        tx, restaurant_id=restaurant_id, after=after, limit=min(limit, PAGE_LENGTH_MAX)
    )


async def find_api_key(tx: Transaction, api_key_id: ApiKeyId) -> ApiKey | None:
    """Return one of the tenant's keys, or None."""
    found = await store.list_api_keys(tx, api_key_id=api_key_id)
    return found[0] if found else None


async def _record(
    tx: Transaction, kind: str, key: ApiKey, *, body: Mapping[str, object], now: datetime
) -> None:
    await append(
        tx,
        Fact(
            fact_id=new_id(now),
            kind=kind,
            restaurant_id=key.restaurant_id,
            subject_kind="api_key",
            subject_id=key.id,
            service_on=None,
            at=now,
            body=msgspec.json.encode(body),
        ),
    )
