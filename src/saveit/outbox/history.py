"""What happened to one thing, for people who ask: the audit trail of a reservation, and whose a thing is."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import TenantId

FACTS_MAX = 200

_STATEMENTS = load_statements("saveit.outbox")


class ToldFact(msgspec.Struct, frozen=True):
    """A fact as it is read back. `position` is its place among all; `body` is JSON."""

    position: int
    fact_id: UUID
    kind: str
    version: int
    restaurant_id: UUID | None
    actor: str
    channel: str
    trace_id: str
    at: datetime
    body: str


class TenantRow(msgspec.Struct, frozen=True):
    """Whose something is."""

    tenant_id: UUID


_HISTORY = _STATEMENTS.query("history", ToldFact)
_TENANT_OF_SUBJECT = _STATEMENTS.query("tenant_of_subject", TenantRow)


async def history(
    tx: Transaction, subject_id: UUID, *, after: int = 0, facts_max: int = FACTS_MAX
) -> list[ToldFact]:
    """Return what happened to one thing of the transaction's tenant, in order, after a position; at most 200 facts at once."""
    return await tx.many(
        _HISTORY,
        tenant_id=tx.tenant_id,
        subject_id=subject_id,
        after=after,
        facts_max=min(facts_max, FACTS_MAX),
    )


async def tenant_of_subject(ledger_tx: Transaction, subject_id: UUID) -> TenantId | None:
    """Return whose thing this is, or None when nothing ever happened to it. For the platform, which acts for every customer."""
    row = await ledger_tx.maybe(_TENANT_OF_SUBJECT, subject_id=subject_id)
    return None if row is None else TenantId(row.tenant_id)
