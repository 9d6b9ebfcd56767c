"""The typed hand that runs queries.sql."""

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import TenantId
from saveit.outbox.model import Fact

_STATEMENTS = load_statements("saveit.outbox")
_APPEND_FACT = _STATEMENTS.command("append_fact")


async def append_fact(tx: Transaction, fact: Fact, tenant_id: TenantId) -> None:
    """Insert the fact with the transaction's actor, channel, trace and node."""
    await tx.run(
        _APPEND_FACT,
        fact_id=fact.fact_id,
        tenant_id=tenant_id,
        restaurant_id=fact.restaurant_id,
        kind=fact.kind,
        version=fact.version,
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        service_on=fact.service_on,
        actor=str(tx.actor),
        channel=tx.actor.channel,
        trace_id=tx.actor.trace_id,
        node=tx.node,
        at=fact.at,
        body=fact.body.decode(),
    )
