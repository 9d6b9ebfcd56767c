"""Writing facts."""

from saveit.kernel.db import Transaction
from saveit.kernel.ids import TenantId
from saveit.outbox import store
from saveit.outbox.model import Fact


async def append(tx: Transaction, fact: Fact, tenant_id: TenantId | None = None) -> None:
    """Write a fact in the caller's transaction; one over all tenants says whose fact it is."""
    await store.append_fact(tx, fact, tx.tenant_id if tenant_id is None else tenant_id)
