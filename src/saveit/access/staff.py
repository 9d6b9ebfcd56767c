"""The verbs on people who work with SaveIt: adding them, what they are where, signing in and out.

Hashing a password takes a tenth of a second and 64 MiB on purpose. It runs in a thread, and the threads of a process are few, so that a
storm of sign-ins waits instead of filling the memory.
"""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from saveit.access import store
from saveit.access.checks import check_password, check_user
from saveit.access.emails import EmailIndex
from saveit.access.errors import (
    AccessInvalid,
    LastOwner,
    RoleAboveYours,
    StaffUserUnknown,
    TriesUsedUp,
    WrongCredentials,
    access_error,
    refusing,
)
from saveit.access.model import Principal, Role, SignedIn, StaffUser, StaffUserDraft
from saveit.kernel.crypto import Sealer, Unreadable, hash_password, new_session_token, verify_password
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.ids import RestaurantId, UserId, new_id
from saveit.outbox import Fact, append

# A long service and what comes before and after; counted from signing in, not from the last click.
SESSION_LASTS = timedelta(hours=12)
PAGE_LENGTH_MAX = 200
# Who forgot which of their passwords it was finds it within so many; at 960 guesses a day no password that we take is found.
TRIES_MAX = 10
TRIES_COUNT_FOR = timedelta(minutes=15)
# Who comes once a month, as a bookkeeper does, is not taken for a stranger.
_FAMILIAR_FOR = timedelta(days=35)
# Without i, l, o, u, 0 and 1.
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
_LETTERS_AT_ONCE = 5


def new_password() -> str:
    """Return a password to hand over: a hundred bits in letters that nobody confuses, as they are read aloud."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_AT_ONCE))
        for _ in range(_LETTERS_AT_ONCE - 1)
    )


class _Details(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed of a user. A field is added at the end, with a default."""

    name: str
    email: str


async def add_user(
    tx: Transaction, draft: StaffUserDraft, *, sealer: Sealer, emails: EmailIndex, now: datetime
) -> StaffUser:
    """Add somebody who may sign in and, before a role is given, do nothing.

    Refuses: AccessInvalid, with every error; EmailTaken.
    """
    checked = check_user(draft)
    user_id = UserId(new_id(now))
    password_hash = await asyncio.to_thread(hash_password, draft.password)
    details = msgspec.msgpack.encode(_Details(checked.name, checked.email))
    with refusing():
        await store.insert_user(
            tx,
            user_id,
            email_index=emails.current(checked.email),
            details_sealed=sealer.seal(details, user_id.bytes),
            password_hash=password_hash,
            language=checked.language,
            now=now,
        )
    await _record(tx, "staff.added", user_id, body={}, now=now)
    return StaffUser(user_id, checked.name, checked.email, checked.language, {}, now, None)


async def list_users(
    tx: Transaction, sealer: Sealer, *, after: UserId | None = None, limit: int = PAGE_LENGTH_MAX
) -> list[StaffUser]:
    """Return the tenant's staff with their roles, disabled ones too; at most 200 at once.

    Raises: Unreadable.
    """
    rows = await store.list_users(tx, after=after, limit=min(limit, PAGE_LENGTH_MAX))
    return [_opened(row, sealer) for row in rows]


async def find_user(tx: Transaction, user_id: UserId, sealer: Sealer) -> StaffUser | None:
    """Return one of the tenant's staff, or None. Raises: Unreadable."""
    rows = await store.list_users(tx, user_id=user_id)
    return _opened(rows[0], sealer) if rows else None


async def set_role(
    tx: Transaction,
    user_id: UserId,
    restaurant_id: RestaurantId,
    *,
    role: Role | None,
    now: datetime,
    by: Principal | None = None,
) -> None:
    """Make a user something in a restaurant; None makes them nothing there. Other processes see it within five seconds.

    `by` is held to what their own role reaches; None is whoever has the keyboard.

    Refuses: StaffUserUnknown; RestaurantNotYours; RoleAboveYours; LastOwner.
    """
    owners = await store.lock_owners(tx, restaurant_id)
    before = await store.find_role(tx, user_id, restaurant_id)
    if by is not None and not by.may_change_role(restaurant_id, before, role):
        raise RoleAboveYours(restaurant_id=str(restaurant_id))
    if before == role:
        return
    if before == "owner" and not set(owners) - {user_id}:
        raise LastOwner(restaurant_id=str(restaurant_id))
    if role is None:
        await store.delete_role(tx, user_id, restaurant_id)
    else:
        with refusing():
            await store.put_role(tx, user_id, restaurant_id, role)
    body = {"before": before, "after": role}
    await _record(tx, "staff.role_changed", user_id, body=body, restaurant_id=restaurant_id, now=now)


async def set_password(tx: Transaction, user_id: UserId, password: str, *, now: datetime) -> None:
    """Replace a password and end all sessions that were begun with the former.

    Refuses: AccessInvalid; StaffUserUnknown.
    """
    check_password(password)
    password_hash = await asyncio.to_thread(hash_password, password)
    # The user's row first: whoever is signing in holds it, and their session is there when the sessions are ended.
    if not await store.set_password(tx, user_id, password_hash):
        raise StaffUserUnknown(user_id=str(user_id))
    await store.revoke_sessions_of_user(tx, user_id, now)
    await _record(tx, "staff.password_changed", user_id, body={}, now=now)


async def disable_user(tx: Transaction, user_id: UserId, *, now: datetime) -> None:
    """Let a user sign in no more and end their sessions; they stay known to what they did.

    Refuses: StaffUserUnknown, also when they are disabled already; LastOwner.
    """
    for restaurant_id in await store.list_owned(tx, user_id):
        owners = await store.lock_owners(tx, restaurant_id)
        if owners == [user_id]:
            raise LastOwner(restaurant_id=str(restaurant_id))
    if not await store.disable_user(tx, user_id, now):
        raise StaffUserUnknown(user_id=str(user_id))
    await store.revoke_sessions_of_user(tx, user_id, now)
    await _record(tx, "staff.disabled", user_id, body={}, now=now)


async def sign_in(
    db: Database,
    email: str,
    password: str,
    *,
    emails: EmailIndex,
    now: datetime,
    address: str = "",
    channel: str = "web",
    trace_id: str = "",
) -> SignedIn:
    """Begin a session of twelve hours. An email that nobody has takes as long as a wrong password, and is tried as seldom.

    A try is counted before the password is looked at, so that a thousand at once are not all looked at, and given back if it was right.
    Strangers share the tries of an email; an `address` that it has signed in from has its own, so that they shut out nobody who works
    here. Tries that are refused count for nothing: a quarter of an hour after the first, there are as many again.

    Refuses: WrongCredentials; TriesUsedUp.
    """
    proven = await _prove(db, email, password, emails=emails, now=now, address=address)
    found = proven.found
    actor = Actor("staff", str(found.user_id), channel, trace_id)
    async with db.tenant(found.tenant_id, actor) as tx:
        signed_in = await _begin_session(tx, found, now, address_index=proven.address_index)
    async with db.gate() as gate_tx:
        await store.give_try_back(gate_tx, proven.try_index)
    if proven.stale or found.email_index != emails.current(email):
        password_hash = await asyncio.to_thread(hash_password, password)
        # After the session, in a transaction of its own: two sign-ins that share the user's row would wait for each other.
        async with db.tenant(found.tenant_id, actor) as tx:
            await store.renew_sign_in(
                tx, found, email_index=emails.current(email), password_hash=password_hash
            )
    return signed_in


async def check_own_password(
    db: Database, email: str, password: str, *, emails: EmailIndex, now: datetime, address: str = ""
) -> None:
    """Return if the password is the one that this email signs in with now. Tries are counted with those of signing in.

    Refuses: AccessInvalid; TriesUsedUp.
    """
    try:
        proven = await _prove(db, email, password, emails=emails, now=now, address=address)
    except WrongCredentials as wrong:
        raise AccessInvalid([access_error("current_password", "password_wrong")]) from wrong
    async with db.gate() as gate_tx:
        await store.give_try_back(gate_tx, proven.try_index)


class _Proven(msgspec.Struct, frozen=True):
    """Whose password it is, the try that was counted for it, and whether its hash is of an older make."""

    found: store.SignInRow
    try_index: bytes
    address_index: bytes | None
    stale: bool


async def _prove(
    db: Database, email: str, password: str, *, emails: EmailIndex, now: datetime, address: str
) -> _Proven:
    """Count a try and look at the password. Refuses: WrongCredentials; TriesUsedUp."""
    addresses = emails.each_from(email, address)
    async with db.gate() as gate_tx:
        found = await store.find_sign_in(
            gate_tx, emails.each(email), address_indexes=addresses, familiar_since=now - _FAMILIAR_FOR
        )
        try_index = addresses[0] if found is not None and found.familiar else emails.current(email)
        counted_from = await store.take_try(
            gate_tx, try_index, tries_max=TRIES_MAX, over_before=now - TRIES_COUNT_FOR, now=now
        )
    if counted_from is not None:
        until = counted_from + TRIES_COUNT_FOR - now
        raise TriesUsedUp(retry_after_s=int(until.total_seconds()) + 1)
    verdict = await asyncio.to_thread(
        verify_password, password, None if found is None else found.password_hash
    )
    if found is None or not verdict.matches or found.disabled_at is not None:
        raise WrongCredentials
    return _Proven(found, try_index, addresses[0] if addresses else None, verdict.stale)


async def sign_out(tx: Transaction, session_id: UUID, user_id: UserId, *, now: datetime) -> bytes | None:
    """End a session and return its token's digest, to be forgotten by caches; None when it had ended before."""
    digest = await store.revoke_session(tx, session_id, now)
    if digest is not None:
        await _record(tx, "staff.signed_out", user_id, body={"session_id": str(session_id)}, now=now)
    return digest


async def _begin_session(
    tx: Transaction, found: store.SignInRow, now: datetime, *, address_index: bytes | None
) -> SignedIn:
    token = new_session_token()
    session_id = new_id(now)
    expires_at = now + SESSION_LASTS
    begun = await store.insert_session(
        tx,
        session_id,
        found,
        token_digest=token.digest,
        now=now,
        expires_at=expires_at,
        address_index=address_index,
    )
    if not begun:
        raise WrongCredentials
    await _record(tx, "staff.signed_in", found.user_id, body={"session_id": str(session_id)}, now=now)
    return SignedIn(token.text, session_id, found.user_id, found.tenant_id, found.language, expires_at)


def _opened(row: store.StaffUserRow, sealer: Sealer) -> StaffUser:
    plaintext = sealer.open(row.details_sealed, row.user_id.bytes)
    try:
        details = msgspec.msgpack.decode(plaintext, type=_Details)
    except msgspec.DecodeError as error:
        raise Unreadable("what was sealed here are no staff user's details") from error
    roles = dict(zip((RestaurantId(each) for each in row.restaurant_ids), row.roles, strict=True))
    return StaffUser(
        row.user_id, details.name, details.email, row.language, roles, row.created_at, row.disabled_at
    )


async def _record(
    tx: Transaction,
    kind: str,
    user_id: UserId,
    *,
    body: Mapping[str, object],
    now: datetime,
    restaurant_id: RestaurantId | None = None,
) -> None:
    await append(
        tx,
        Fact(
            fact_id=new_id(now),
            kind=kind,
            restaurant_id=restaurant_id,
            subject_kind="staff_user",
            subject_id=user_id,
            service_on=None,
            at=now,
            body=msgspec.json.encode(body),
        ),
    )
