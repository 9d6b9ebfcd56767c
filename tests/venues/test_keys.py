import pytest

from saveit.kernel.crypto import MasterKey, SecretKey, Unreadable
from saveit.kernel.db import Database
from saveit.kernel.ids import TenantId, new_id
from saveit.venues import Tenant, TenantKeyMissing, TenantKeyRing, open_tenant
from tests.venues.conftest import ANA, NOW


class CountingWrapper(MasterKey):
    def __init__(self, secret: bytes = b"a secret of the tests, 32 octets ") -> None:
        super().__init__(SecretKey(current=secret))
        self.unwrapped = 0

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        self.unwrapped += 1
        return super().unwrap(wrapped, bound_to)


async def test_what_one_process_seals_another_opens(
    db: Database, keys: TenantKeyRing, tenant: Tenant
) -> None:
    sealed = (await keys.sealer(db, tenant.id)).seal(b"Ana", b"row")
    other_process = TenantKeyRing(CountingWrapper())

    async with db.tenant(tenant.id, ANA) as tx:
        opened = (await other_process.sealer(tx, tenant.id)).open(sealed, b"row")

    assert opened == b"Ana"


async def test_the_ledger_s_transaction_finds_the_key_too(
    db: Database, keys: TenantKeyRing, tenant: Tenant
) -> None:
    async with db.ledger(ANA) as tx:
        derived = (await keys.keys(tx, tenant.id)).derive("passes")

    assert derived == (await keys.keys(db, tenant.id)).derive("passes")


async def test_a_key_is_unwrapped_once_while_there_is_room(db: Database, tenant: Tenant) -> None:
    wrapper = CountingWrapper()
    ring = TenantKeyRing(wrapper, tenants_max=2)
    second, third = [await open_tenant(db, name, keys=ring, actor=ANA, now=NOW) for name in ("Two", "Three")]

    for tenant_id in (tenant.id, second.id, tenant.id, third.id, tenant.id):
        await ring.sealer(db, tenant_id)
    while_there_was_room = wrapper.unwrapped
    await ring.sealer(db, second.id)
    ring.forget(second.id)
    await ring.sealer(db, second.id)

    assert (while_there_was_room, wrapper.unwrapped) == (3, 5)


async def test_a_customer_who_is_not_there_has_no_key(db: Database, keys: TenantKeyRing) -> None:
    with pytest.raises(TenantKeyMissing):
        await keys.sealer(db, TenantId(new_id(NOW)))


async def test_a_customer_cannot_read_another_s_key(
    db: Database, keys: TenantKeyRing, tenant: Tenant, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as tx:
        with pytest.raises(TenantKeyMissing):
            await keys.sealer(tx, tenant.id)


async def test_under_another_secret_nothing_opens(db: Database, tenant: Tenant) -> None:
    stranger = TenantKeyRing(CountingWrapper(b"another secret of the tests, longer"))

    with pytest.raises(Unreadable):
        await stranger.sealer(db, tenant.id)
