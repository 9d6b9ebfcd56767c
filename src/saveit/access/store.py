"""The typed hand that runs queries.sql."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.access.model import ApiKey, Language, Role
from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import ApiKeyId, RestaurantId, TenantId, UserId


class SignInRow(msgspec.Struct, frozen=True):
    """Who signs in with an email."""

    tenant_id: TenantId
    user_id: UserId
    email_index: bytes
    password_hash: str
    language: Language
    disabled_at: datetime | None
    familiar: bool


class TriesRow(msgspec.Struct, frozen=True):
    """Since when tries to sign in are counted."""

    counted_from: datetime


class StaffUserRow(msgspec.Struct, frozen=True):
    """A staff user, sealed. The roles stand in the order of the restaurants."""

    user_id: UserId
    details_sealed: bytes
    language: Language
    created_at: datetime
    disabled_at: datetime | None
    restaurant_ids: list[UUID]
    roles: list[Role]


class RoleRow(msgspec.Struct, frozen=True):
    """What someone is in a restaurant."""

    role: Role


class OwnerRow(msgspec.Struct, frozen=True):
    """Somebody who owns a restaurant."""

    user_id: UserId


class OwnedRow(msgspec.Struct, frozen=True):
    """A restaurant that somebody owns."""

    restaurant_id: RestaurantId


class DigestRow(msgspec.Struct, frozen=True):
    """The digest of a token."""

    token_digest: bytes


class ApiKeyRow(msgspec.Struct, frozen=True):
    """A key as it is stored."""

    id: ApiKeyId
    restaurant_id: RestaurantId | None
    name: str
    scopes: list[str]
    quota_per_minute: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyHolderRow(msgspec.Struct, frozen=True):
    """Whose key it is."""

    tenant_id: TenantId
    api_key_id: ApiKeyId
    restaurant_id: RestaurantId | None
    scopes: list[str]
    quota_per_minute: int
    expires_at: datetime | None


class SessionHolderRow(msgspec.Struct, frozen=True):
    """Whose session it is. The roles stand in the order of the restaurants."""

    tenant_id: TenantId
    user_id: UserId
    session_id: UUID
    language: Language
    expires_at: datetime
    restaurant_ids: list[UUID]
    roles: list[Role]


_STATEMENTS = load_statements("saveit.access")
_INSERT_USER = _STATEMENTS.command("insert_user")
_FIND_SIGN_IN = _STATEMENTS.query("find_sign_in", SignInRow)
_FORGET_TRIES = _STATEMENTS.command("forget_tries")
_TAKE_TRY = _STATEMENTS.command("take_try")
_FIND_TRIES = _STATEMENTS.query("find_tries", TriesRow)
_GIVE_TRY_BACK = _STATEMENTS.command("give_try_back")
_LIST_USERS = _STATEMENTS.query("list_users", StaffUserRow)
_RENEW_SIGN_IN = _STATEMENTS.command("renew_sign_in")
_SET_PASSWORD = _STATEMENTS.command("set_password")
_DISABLE_USER = _STATEMENTS.command("disable_user")
_FIND_ROLE = _STATEMENTS.query("find_role", RoleRow)
_LOCK_OWNERS = _STATEMENTS.command("lock_owners")
_LIST_OWNERS = _STATEMENTS.query("list_owners", OwnerRow)
_LIST_OWNED = _STATEMENTS.query("list_owned", OwnedRow)
_PUT_ROLE = _STATEMENTS.command("put_role")
_DELETE_ROLE = _STATEMENTS.command("delete_role")
_INSERT_SESSION = _STATEMENTS.command("insert_session")
_REVOKE_SESSION = _STATEMENTS.query("revoke_session", DigestRow)
_REVOKE_SESSIONS_OF_USER = _STATEMENTS.command("revoke_sessions_of_user")
_INSERT_API_KEY = _STATEMENTS.command("insert_api_key")
_REVOKE_API_KEY = _STATEMENTS.query("revoke_api_key", DigestRow)
_LIST_API_KEYS = _STATEMENTS.query("list_api_keys", ApiKeyRow)
_IDENTIFY_API_KEY = _STATEMENTS.query("identify_api_key", KeyHolderRow)
_IDENTIFY_SESSION = _STATEMENTS.query("identify_session", SessionHolderRow)


async def insert_user(
    tx: Transaction,
    user_id: UserId,
    *,
    email_index: bytes,
    details_sealed: bytes,
    password_hash: str,
    language: Language,
    now: datetime,
) -> None:
    """Insert the user. Raises: ConstraintBroken for email_signs_in_once."""
    await tx.run(
        _INSERT_USER,
        tenant_id=tx.tenant_id,
        user_id=user_id,
        email_index=email_index,
        details_sealed=details_sealed,
        password_hash=password_hash,
        language=language,
        created_at=now,
    )


async def find_sign_in(
    gate_tx: Transaction,
    email_indexes: list[bytes],
    *,
    address_indexes: list[bytes],
    familiar_since: datetime,
) -> SignInRow | None:
    """Return who signs in with the email of these indexes, and whether they did so from an address of these since then."""
    return await gate_tx.maybe(
        _FIND_SIGN_IN,
        email_indexes=email_indexes,
        address_indexes=address_indexes,
        familiar_since=familiar_since,
    )


async def take_try(
    gate_tx: Transaction, try_index: bytes, *, tries_max: int, over_before: datetime, now: datetime
) -> datetime | None:
    """Count a try and return None; at the limit return since when tries are counted, and count nothing."""
    await gate_tx.run(_FORGET_TRIES, over_before=over_before)
    taken = await gate_tx.run(
        _TAKE_TRY, try_index=try_index, tries_max=tries_max, over_before=over_before, now=now
    )
    if taken:
        return None
    found = await gate_tx.maybe(_FIND_TRIES, try_index=try_index)
    return now if found is None else found.counted_from


async def give_try_back(gate_tx: Transaction, try_index: bytes) -> None:
    """Count one try less."""
    await gate_tx.run(_GIVE_TRY_BACK, try_index=try_index)


async def list_users(
    tx: Transaction, *, user_id: UserId | None = None, after: UserId | None = None, limit: int = 1
) -> list[StaffUserRow]:
    """Return the users after one, or one."""
    return await tx.many(_LIST_USERS, tenant_id=tx.tenant_id, user_id=user_id, after=after, limit=limit)


async def renew_sign_in(
    tx: Transaction, verified: SignInRow, *, email_index: bytes, password_hash: str
) -> None:
    """Write index and hash anew."""
    await tx.run(
        _RENEW_SIGN_IN,
        tenant_id=tx.tenant_id,
        user_id=verified.user_id,
        email_index=email_index,
        password_hash=password_hash,
        verified_hash=verified.password_hash,
    )


async def set_password(tx: Transaction, user_id: UserId, password_hash: str) -> bool:
    """Write the hash; False when there is no such user."""
    count = await tx.run(_SET_PASSWORD, tenant_id=tx.tenant_id, user_id=user_id, password_hash=password_hash)
    return count == 1


async def disable_user(tx: Transaction, user_id: UserId, now: datetime) -> bool:
    """Disable the user; False when there is no such user who is enabled."""
    return await tx.run(_DISABLE_USER, tenant_id=tx.tenant_id, user_id=user_id, disabled_at=now) == 1


async def find_role(tx: Transaction, user_id: UserId, restaurant_id: RestaurantId) -> Role | None:
    """Return the role, locked."""
    row = await tx.maybe(_FIND_ROLE, tenant_id=tx.tenant_id, user_id=user_id, restaurant_id=restaurant_id)
    return None if row is None else row.role


async def lock_owners(tx: Transaction, restaurant_id: RestaurantId) -> list[UserId]:
    """Return who owns the restaurant and may sign in; nobody else asks this before the transaction ends."""
    where = {"tenant_id": tx.tenant_id, "restaurant_id": restaurant_id}
    await tx.run(_LOCK_OWNERS, **where)
    # Asked again once the lock is there: who was disabled while this waited is in no row that was locked.
    return [row.user_id for row in await tx.many(_LIST_OWNERS, **where)]


async def list_owned(tx: Transaction, user_id: UserId) -> list[RestaurantId]:
    """Return the restaurants that a user owns."""
    rows = await tx.many(_LIST_OWNED, tenant_id=tx.tenant_id, user_id=user_id)
    return [row.restaurant_id for row in rows]


async def put_role(tx: Transaction, user_id: UserId, restaurant_id: RestaurantId, role: Role) -> None:
    """Write the role. Raises: ConstraintBroken when user or restaurant are not the tenant's."""
    await tx.run(_PUT_ROLE, tenant_id=tx.tenant_id, user_id=user_id, restaurant_id=restaurant_id, role=role)


async def delete_role(tx: Transaction, user_id: UserId, restaurant_id: RestaurantId) -> None:
    """Delete the role."""
    await tx.run(_DELETE_ROLE, tenant_id=tx.tenant_id, user_id=user_id, restaurant_id=restaurant_id)


async def insert_session(
    tx: Transaction,
    session_id: UUID,
    verified: SignInRow,
    *,
    token_digest: bytes,
    now: datetime,
    expires_at: datetime,
    address_index: bytes | None,
) -> bool:
    """Insert the session; False when the password is no longer the verified one, or the user is disabled."""
    count = await tx.run(
        _INSERT_SESSION,
        tenant_id=tx.tenant_id,
        session_id=session_id,
        user_id=verified.user_id,
        verified_hash=verified.password_hash,
        token_digest=token_digest,
        created_at=now,
        expires_at=expires_at,
        address_index=address_index,
    )
    return count == 1


async def revoke_session(tx: Transaction, session_id: UUID, now: datetime) -> bytes | None:
    """End the session and return its digest; None when it had ended."""
    row = await tx.maybe(_REVOKE_SESSION, tenant_id=tx.tenant_id, session_id=session_id, revoked_at=now)
    return None if row is None else row.token_digest


async def revoke_sessions_of_user(tx: Transaction, user_id: UserId, now: datetime) -> None:
    """End the user's sessions."""
    await tx.run(_REVOKE_SESSIONS_OF_USER, tenant_id=tx.tenant_id, user_id=user_id, revoked_at=now)


async def insert_api_key(tx: Transaction, key: ApiKey, token_digest: bytes) -> None:
    """Insert the key. Raises: ConstraintBroken when its restaurant is not the tenant's."""
    await tx.run(
        _INSERT_API_KEY,
        tenant_id=tx.tenant_id,
        api_key_id=key.id,
        restaurant_id=key.restaurant_id,
        name=key.name,
        token_digest=token_digest,
        scopes=list(key.scopes),
        quota_per_minute=key.quota_per_minute,
        created_at=key.created_at,
        expires_at=key.expires_at,
    )


async def revoke_api_key(tx: Transaction, api_key_id: ApiKeyId, now: datetime) -> bytes | None:
    """End the key and return its digest; None when there is no such key."""
    row = await tx.maybe(_REVOKE_API_KEY, tenant_id=tx.tenant_id, api_key_id=api_key_id, revoked_at=now)
    return None if row is None else row.token_digest


async def list_api_keys(
    tx: Transaction,
    *,
    api_key_id: ApiKeyId | None = None,
    restaurant_id: RestaurantId | None = None,
    after: ApiKeyId | None = None,
    limit: int = 1,
) -> list[ApiKey]:
    """Return the keys after one, or one."""
    rows = await tx.many(
        _LIST_API_KEYS,
        tenant_id=tx.tenant_id,
        api_key_id=api_key_id,
        restaurant_id=restaurant_id,
        after=after,
        limit=limit,
    )
    return [
        ApiKey(
            id=row.id,
            restaurant_id=row.restaurant_id,
            name=row.name,
            scopes=tuple(row.scopes),
            quota_per_minute=row.quota_per_minute,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


async def identify_api_key(gate_tx: Transaction, digest: bytes, now: datetime) -> KeyHolderRow | None:
    """Return whose key it is."""
    return await gate_tx.maybe(_IDENTIFY_API_KEY, token_digest=digest, now=now)


async def identify_session(gate_tx: Transaction, digest: bytes, now: datetime) -> SessionHolderRow | None:
    """Return whose session it is."""
    return await gate_tx.maybe(_IDENTIFY_SESSION, token_digest=digest, now=now)
