"""The tenants' data keys as this process holds them: fetched and unwrapped once, kept while there is room.

Passed to whoever seals or opens; there is one a process.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, TypeVar

from saveit.kernel.crypto import (
    Sealer,
    SecretKeyRefused,
    TenantKeys,
    Unreadable,
    Wrapper,
    new_wrapped_key,
    unwrap_key,
)
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.ids import TenantId
from saveit.venues import store
from saveit.venues.errors import KeyServiceSlow, TenantKeyMissing

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# A sealer takes some kilobytes: a thousand tenants fit anywhere, and who has more of them spreads them over processes.
_TENANTS_MAX = 1000
# A key service across the network answers in milliseconds; one that takes longer than this is down.
_WRAPPER_TIMEOUT_S = 5.0
_FIRST_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Held:
    keys: TenantKeys = field(repr=False)
    sealer: Sealer = field(repr=False)


async def sealed_key(database: Database) -> store.OwnedKeyRow | None:
    """Return a key that this installation's secret must open, or None while nothing is sealed."""
    async with database.ledger(Actor("system", "start", "internal")) as ledger_tx:
        return await store.newest_tenant_key(ledger_tx)


def require_opens(wrapper: Wrapper, sealed: store.OwnedKeyRow) -> None:
    """Return if this secret opens what is sealed. Raises: SecretKeyRefused."""
    try:
        unwrap_key(wrapper, TenantId(sealed.tenant_id), sealed.wrapped_key, version=sealed.version)
    except Unreadable as error:
        raise SecretKeyRefused(
            "this database is sealed under another secret key: bring the right one back (secret.key in the data directory, or "
            "SAVEIT_SECRET_KEY; after a change of keys, the new one and the old one, parted by a comma)"
        ) from error


class TenantKeyRing:
    """Sealers and keys by tenant, the most recently used ones in memory.

    A key that another process renews is known here only after `forget`, or when this process starts again.
    """

    def __init__(self, wrapper: Wrapper, *, tenants_max: int = _TENANTS_MAX) -> None:
        self._wrapper = wrapper
        self._tenants_max = tenants_max
        self._held: OrderedDict[TenantId, _Held] = OrderedDict()

    async def sealer(self, source: Database | Transaction, tenant_id: TenantId) -> Sealer:
        """Return the tenant's sealer. Inside a transaction give that one, so as not to wait for a second connection.

        Raises: TenantKeyMissing; KeyServiceSlow; Unreadable when the key was wrapped under a secret that is not here.
        """
        return (await self._hold(source, tenant_id)).sealer

    async def keys(self, source: Database | Transaction, tenant_id: TenantId) -> TenantKeys:
        """Return the tenant's newest keys, to derive one for another purpose from. Raises: as `sealer`."""
        return (await self._hold(source, tenant_id)).keys

    def forget(self, tenant_id: TenantId) -> None:
        """Fetch the tenant's keys anew next time."""
        self._held.pop(tenant_id, None)

    async def make_first(self, tx: Transaction, *, now: datetime) -> bool:
        """Give the transaction's tenant its first data key, or say that it has one. It is kept wrapped, and known here once asked for."""
        wrapped = await self._in_thread(self._wrap_new, tx.tenant_id)
        return await store.insert_tenant_key(tx, store.TenantKeyRow(_FIRST_VERSION, wrapped), now)

    async def _hold(self, source: Database | Transaction, tenant_id: TenantId) -> _Held:
        held = self._held.get(tenant_id)
        if held is None:
            held = await self._fetched(source, tenant_id)
            self._held[tenant_id] = held
            if len(self._held) > self._tenants_max:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(tenant_id)
        return held

    async def _fetched(self, source: Database | Transaction, tenant_id: TenantId) -> _Held:
        rows = await store.list_tenant_keys(source, tenant_id)
        if not rows:
            raise TenantKeyMissing(str(tenant_id))
        newest, *retired = await self._in_thread(self._unwrap_all, tenant_id, rows)
        return _Held(newest, Sealer(newest, retired=retired))

    def _wrap_new(self, tenant_id: TenantId) -> bytes:
        return new_wrapped_key(self._wrapper, tenant_id, version=_FIRST_VERSION)

    def _unwrap_all(self, tenant_id: TenantId, rows: list[store.TenantKeyRow]) -> list[TenantKeys]:
        return [unwrap_key(self._wrapper, tenant_id, row.wrapped_key, version=row.version) for row in rows]

    async def _in_thread(
        self, call: Callable[_Arguments, _Result], *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        try:
            return await asyncio.wait_for(asyncio.to_thread(call, *arguments, **named), _WRAPPER_TIMEOUT_S)
        except TimeoutError as error:
            raise KeyServiceSlow(f"no answer in {_WRAPPER_TIMEOUT_S} s") from error
