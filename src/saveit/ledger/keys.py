"""Idempotency keys of the acts that run in a transaction of their own; those of bookings and holds are claimed by the batch itself."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements

_STATEMENTS = load_statements("saveit.ledger")


class ClaimedRow(msgspec.Struct, frozen=True):
    """A key that was claimed."""

    key: str


class AnsweredRow(msgspec.Struct, frozen=True):
    """What a key was used for."""

    body_digest: bytes
    answer_sealed: bytes
    person_id: UUID | None


_CLAIM_KEY = _STATEMENTS.query("claim_key", ClaimedRow)
_FIND_KEY = _STATEMENTS.query("find_key", AnsweredRow)
_KEEP_ANSWER = _STATEMENTS.command("keep_answer")
_FORGET_KEY = _STATEMENTS.command("forget_key")


async def claim_key(
    tx: Transaction, *, scope: str, key: str, body_digest: bytes, now: datetime
) -> AnsweredRow | None:
    """Claim a key for this transaction's act, and return None; or return what it was used for before.

    Two at once: the second waits for the first, and sees its answer or, when it was undone, has the key.
    """
    for _ in range(2):
        claimed = await tx.many(
            _CLAIM_KEY, tenant_id=tx.tenant_id, scope=scope, key=key, body_digest=body_digest, created_at=now
        )
        if claimed:
            return None
        found = await find_key(tx, scope=scope, key=key)
        if found is not None:
            return found
    raise AssertionError("a key that cannot be claimed is there, unless the clean-up took it twice in a row")


async def find_key(tx: Transaction, *, scope: str, key: str) -> AnsweredRow | None:
    """Return what a key was used for, or None when it has not acted."""
    return await tx.maybe(_FIND_KEY, tenant_id=tx.tenant_id, scope=scope, key=key)


async def keep_answer(tx: Transaction, *, scope: str, key: str, answer_sealed: bytes) -> None:
    """Keep the answer to a key that this transaction has claimed."""
    await tx.run(_KEEP_ANSWER, tenant_id=tx.tenant_id, scope=scope, key=key, answer_sealed=answer_sealed)


async def forget_key(tx: Transaction, *, scope: str, key: str) -> None:
    """Let a key act again, since this transaction takes back what it did."""
    await tx.run(_FORGET_KEY, tenant_id=tx.tenant_id, scope=scope, key=key)
