"""The house of tests/venues, with someone who works there."""

import pytest

from saveit.access import EmailIndex, StaffUser, StaffUserDraft, add_user
from saveit.kernel.crypto import SecretKey
from saveit.kernel.db import Database
from saveit.venues import Tenant, TenantKeyRing
from tests.venues.conftest import ANA, NOW, db, facts, keys, other_tenant, restaurant, tenant

__all__ = ["db", "facts", "keys", "other_tenant", "restaurant", "tenant"]

PASSWORD = "una contraseña larga"
SECRET = SecretKey(current=b"a secret of the tests, 32 octets ")


@pytest.fixture
def emails() -> EmailIndex:
    return EmailIndex(SECRET)


@pytest.fixture
async def bea(db: Database, keys: TenantKeyRing, emails: EmailIndex, tenant: Tenant) -> StaffUser:
    draft = StaffUserDraft(name="Bea Ruiz", email="Bea@casa-ana.test", password=PASSWORD, language="en")
    sealer = await keys.sealer(db, tenant.id)
    async with db.tenant(tenant.id, ANA) as tx:
        return await add_user(tx, draft, sealer=sealer, emails=emails, now=NOW)
