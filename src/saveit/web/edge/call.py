"""One request, as whoever answers it needs to know it: who calls, for which customer, in which language, under which key."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from saveit.access import Permission, Principal
from saveit.kernel import faults
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger import House, claim_key, keep_answer
from saveit.outbox import tenant_of_subject
from saveit.reservations import Desk, Key, KeyReused, RestaurantUnknown
from saveit.seating import Audience
from saveit.venues import tenant_of
from saveit.web.edge.heads import NO_HEADS
from saveit.web.links import Links
from saveit.web.parts import Parts
from saveit.web.problems import (
    Forbidden,
    Language,
    RequestInvalid,
    TenantRequired,
    Unauthenticated,
    request_error,
)

Result = TypeVar("Result")

_json = msgspec.json.Encoder()


class Call:
    """One request. The tenant of a platform call is known only once something in the request says for whom it acts."""

    __slots__ = (
        "_guest",
        "_principal",
        "_tenant_id",
        "address",
        "heads",
        "house_language",
        "links",
        "method",
        "parts",
        "path",
    )

    def __init__(self, parts: Parts, links: Links, *, method: str, path: str, address: str) -> None:
        self.parts = parts
        self.links = links
        self.heads = NO_HEADS
        self.method = method
        self.path = path
        self.address = address
        self.house_language: Language | None = None
        self._principal: Principal | None = None
        self._tenant_id: TenantId | None = None
        self._guest: str | None = None

    def is_from(self, principal: Principal) -> None:
        """Note who is calling."""
        self._principal = principal
        self._tenant_id = principal.tenant_id
        if principal.kind == "platform" and self.heads.tenant:
            self._tenant_id = _tenant_named(self.heads.tenant)

    def is_of_a_guest(self, guest: str, tenant_id: TenantId) -> None:
        """Note that a guest acts for himself, known by `guest` alone: whatever key came along opens nothing more."""
        self._principal = None
        self._guest = guest
        self._tenant_id = tenant_id

    @property
    def desk(self) -> Desk:
        """The reservation desk."""
        return self.parts.desk

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.parts.desk.now()

    @property
    def known(self) -> Principal | None:
        """Who is calling, if it is known."""
        return self._principal

    @property
    def principal(self) -> Principal:
        """Who is calling. Refuses: Unauthenticated."""
        if self._principal is None:
            raise Unauthenticated
        return self._principal

    @property
    def tenant_id(self) -> TenantId:
        """The customer for whom this call acts. Refuses: Unauthenticated, TenantRequired."""
        if self._tenant_id is None:
            _ = self.principal
            raise TenantRequired(header="SaveIt-Tenant")
        return self._tenant_id

    @property
    def tenant_known(self) -> bool:
        """Say whether it is settled for whom this call acts."""
        return self._tenant_id is not None

    @property
    def language(self) -> Language:
        """The language to answer in: what the caller asked for, the user's own, the restaurant's, Spanish."""
        own = None if self._principal is None else self._principal.language
        return self.heads.language or own or self.house_language or "es"

    @property
    def audience(self) -> Audience:
        """Staff may do what guests may not; a program books for guests."""
        return "staff" if self._principal is not None and self._principal.kind == "staff" else "guest"

    @property
    def actor(self) -> Actor:
        """Who acts, as facts name it."""
        if self._guest is not None:
            return Actor("guest", self._guest, "web", self.heads.trace_id)
        principal = self.principal
        channel = "staff" if principal.kind == "staff" else "api"
        return principal.actor(channel, self.heads.trace_id)

    def acts_for(self, tenant_id: TenantId) -> None:
        """Settle for whom the platform acts."""
        self._tenant_id = tenant_id

    def require(self, permission: Permission, restaurant_id: RestaurantId | None) -> None:
        """Return if the caller may do this there; with None, in the customer's house as a whole.

        A restaurant that the caller was not given is one that does not exist for them, whosever it is.

        Refuses: Unauthenticated, RestaurantUnknown, Forbidden.
        """
        principal = self.principal
        if restaurant_id is not None and principal.restaurants is not None:
            if restaurant_id not in principal.restaurants:
                raise RestaurantUnknown(restaurant_id=str(restaurant_id))
        elif restaurant_id is None and principal.restaurants is not None:
            raise Forbidden(permission=permission)
        if not principal.permits(permission, restaurant_id):
            raise Forbidden(permission=permission)

    def sees_guests(self, restaurant_id: RestaurantId) -> bool:
        """Say whether the caller is told how to reach the guests of what it may read: all but staff without that permission."""
        principal = self._principal
        return (
            principal is None or principal.kind != "staff" or principal.permits("guests:read", restaurant_id)
        )

    def require_somewhere(self, permission: Permission) -> None:
        """Return if the caller may do this in some restaurant; which, is then for the rows to say. Refuses: Unauthenticated, Forbidden."""
        principal = self.principal
        somewhere = (None,) if principal.restaurants is None else tuple(principal.restaurants)
        if not any(principal.permits(permission, restaurant_id) for restaurant_id in somewhere):
            raise Forbidden(permission=permission)

    async def house(self, permission: Permission, restaurant_id: RestaurantId) -> House:
        """Return a restaurant in which the caller may do this.

        Refuses: Unauthenticated, Forbidden, RestaurantUnknown.
        """
        self.require(permission, restaurant_id)
        if self._tenant_id is None:
            await self.settle_tenant(restaurant_id)
        house = await self.parts.desk.house(self.tenant_id, restaurant_id)
        self.house_language = house.restaurant.language
        return house

    async def settle_tenant(self, restaurant_id: RestaurantId) -> None:
        """Let the platform act for whose restaurant this is. Refuses: RestaurantUnknown."""
        async with self.desk.database.gate() as gate_tx:
            tenant_id = await tenant_of(gate_tx, restaurant_id)
        if tenant_id is None:
            raise RestaurantUnknown(restaurant_id=str(restaurant_id))
        self._tenant_id = tenant_id

    async def settle_subject(self, subject_id: UUID) -> None:
        """Let the platform act for whose reservation, hold or entry this is; nothing to do for anybody else. Refuses: TenantRequired."""
        if self._tenant_id is None and self.principal.kind == "platform":
            async with self.desk.database.ledger(self.actor) as ledger_tx:
                self._tenant_id = await tenant_of_subject(ledger_tx, subject_id)

    async def act(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run `work` in a transaction of the customer's, again when it collides or when others waited for what it takes."""
        return await self.desk.attempt(self.tenant_id, self.actor, work)

    def key_for(self, request: msgspec.Struct | None) -> Key | None:
        """Return the idempotency key of this request, if it has one: its digest is over what is asked, however it is spelled."""
        if self.heads.key is None:
            return None
        asked = b"" if request is None else _json.encode(request)
        digest = hashlib.sha256(b"%b %b\n%b" % (self.method.encode(), self.path.encode(), asked)).digest()
        scope = (
            f"{self.principal.kind}:{self.principal.id}" if self._guest is None else f"guest:{self._guest}"
        )
        return Key(scope, self.heads.key, digest)

    async def sealer(self, tx: Transaction) -> Sealer:
        """Return the customer's sealer."""
        return await self.desk.keys.sealer(tx, tx.tenant_id)

    async def once(
        self,
        request: msgspec.Struct | None,
        kind: type[Result],
        work: Callable[[Transaction], Awaitable[Result]],
    ) -> tuple[Result, bool]:
        """Run `work` in a transaction of the customer's, or return what it gave under the same key before; say whether it was before.

        The key is claimed, and the answer kept, in the transaction of the act: both are there or neither.

        Refuses: KeyReused; what `work` refuses.
        """
        key = self.key_for(request)
        if key is None:
            return await self.act(work), False

        async def keyed(tx: Transaction) -> tuple[Result, bool]:
            before = await claim_key(tx, scope=key.scope, key=key.text, body_digest=key.digest, now=self.now)
            sealer = await self.sealer(tx)
            if before is not None:
                if before.body_digest != key.digest:
                    raise KeyReused
                return msgspec.json.decode(sealer.open(before.answer_sealed, key.digest), type=kind), True
            result = await work(tx)
            sealed = sealer.seal(_json.encode(result), key.digest)
            await keep_answer(tx, scope=key.scope, key=key.text, answer_sealed=sealed)
            return result, False

        done = await self.act(keyed)
        await faults.reach("web.once.after_commit")
        return done


def _tenant_named(text: str) -> TenantId:
    try:
        return TenantId(UUID(text))
    except ValueError as error:
        raise RequestInvalid(request_error("SaveIt-Tenant", "wrong_format")) from error
