"""From the text of a bearer token to who is calling; and the few seconds for which the answer is remembered."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never
from uuid import UUID

from saveit.access import store
from saveit.access.model import Principal
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import digests_match, read_token, token_digest
from saveit.kernel.db import Database
from saveit.kernel.ids import RestaurantId
from saveit.kernel.settings import Secret

# For so long an ended key may still be taken by a process that did not end it itself.
CACHE_TTL = timedelta(seconds=5)
# A principal takes about a kilobyte.
_PRINCIPALS_MAX = 10_000
# No token of ours is longer; what is need not be hashed.
_TOKEN_LENGTH_MAX = 512

PLATFORM = Principal(kind="platform", id=None, tenant_id=None, restaurants=None)


async def identify(
    db: Database, token_text: str, now: datetime, *, admin_key: Secret | None
) -> Principal | None:
    """Return who holds this API key or session token, or None for whatever opens nothing; `admin_key` is the platform's.

    Text that has not the form of a token of ours costs no question to the database.
    """
    if len(token_text) > _TOKEN_LENGTH_MAX:
        return None
    # Digests have one length, so that comparing them tells nothing of the key's.
    if admin_key is not None and digests_match(token_digest(token_text), token_digest(admin_key.reveal())):
        return PLATFORM
    shown = read_token(token_text)
    if shown is None:
        return None
    async with db.gate() as gate_tx:
        match shown.kind:
            case "api_key":
                key = await store.identify_api_key(gate_tx, shown.digest, now)
                return None if key is None else _program(key)
            case "session":
                session = await store.identify_session(gate_tx, shown.digest, now)
                return None if session is None else _person(session)
            case _:
                assert_never(shown.kind)


class PrincipalCache:
    """Remembers who holds a token for five seconds. Never remembers that one is unknown: guesses would push out who is known."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        admin_key: Secret | None,
        principals_max: int = _PRINCIPALS_MAX,
    ) -> None:
        self._db = db
        self._clock = clock
        self._admin_key = admin_key
        self._principals_max = principals_max
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    def at_hand(self, token_text: str, now: datetime) -> Principal | None:
        """Return who holds this token if that was asked less than five seconds ago."""
        known = self._known.get(token_digest(token_text))
        return known.principal if known is not None and known.serves(now) else None

    async def identify(self, token_text: str) -> Principal | None:
        """Return who holds this token, from memory when it was asked less than five seconds ago."""
        if len(token_text) > _TOKEN_LENGTH_MAX:
            return None
        now = self._clock.now()
        digest = token_digest(token_text)
        known = self._known.get(digest)
        if known is not None and known.serves(now):
            return known.principal
        principal = await identify(self._db, token_text, now, admin_key=self._admin_key)
        if principal is None:
            self.forget(digest)
            return None
        self._known[digest] = _Known(principal, now)
        self._known.move_to_end(digest)
        if len(self._known) > self._principals_max:
            self._known.popitem(last=False)
        return principal

    def forget(self, digest: bytes) -> None:
        """Ask again who holds this token. Call it after the commit that ended the token."""
        self._known.pop(digest, None)

    def forget_holder(self, holder_id: UUID) -> None:
        """Ask again about every token of a user or key: after the commit that changed what they may do."""
        held = [digest for digest, known in self._known.items() if known.principal.id == holder_id]
        for digest in held:
            self.forget(digest)


class _Known(NamedTuple):
    principal: Principal
    since: datetime

    def serves(self, now: datetime) -> bool:
        """Say whether the answer still counts; a clock that was set back makes it old, not young."""
        expires_at = self.principal.expires_at
        return timedelta() <= now - self.since < CACHE_TTL and (expires_at is None or now < expires_at)


def _program(row: store.KeyHolderRow) -> Principal:
    return Principal(
        kind="api_key",
        id=row.api_key_id,
        tenant_id=row.tenant_id,
        restaurants=None if row.restaurant_id is None else frozenset({row.restaurant_id}),
        scopes=frozenset(row.scopes),
        quota_per_minute=row.quota_per_minute,
        expires_at=row.expires_at,
    )


def _person(row: store.SessionHolderRow) -> Principal:
    roles = dict(zip((RestaurantId(each) for each in row.restaurant_ids), row.roles, strict=True))
    return Principal(
        kind="staff",
        id=row.user_id,
        tenant_id=row.tenant_id,
        restaurants=frozenset(roles),
        roles=roles,
        language=row.language,
        session_id=row.session_id,
        expires_at=row.expires_at,
    )
