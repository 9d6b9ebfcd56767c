"""What a person does with messages that were given up."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal
from uuid import UUID

from saveit.consumers.notify import store
from saveit.consumers.notify.delivery.settling import tell_moved
from saveit.consumers.notify.store import DeadLetterRow
from saveit.kernel.db import Transaction
from saveit.kernel.errors import Refusal

_ROWS_MAX = 500
_WORTH_SENDING = timedelta(hours=24)


class DeadLetterUnknown(Refusal):
    """No dead letter with this id waits for anybody."""

    code: ClassVar[str] = "dead_letter_unknown"


class OutcomeUnknown(Refusal):
    """It may have arrived. Whoever wants it sent again all the same says so."""

    code: ClassVar[str] = "outcome_unknown"


class OutcomeKnown(Refusal):
    """It is known that this one was not sent; there is nothing to find out."""

    code: ClassVar[str] = "outcome_known"


async def list_dead_letters(tx: Transaction, *, rows_max: int = 200) -> list[DeadLetterRow]:
    """Return what waits for a person, the oldest first."""
    return await store.list_dead_letters(tx, min(rows_max, _ROWS_MAX))


async def replay(
    tx: Transaction, message_id: UUID, *, now: datetime, even_if_it_arrived: bool = False
) -> None:
    """Let a message be sent again.

    Refuses: DeadLetterUnknown; OutcomeUnknown where nobody knows whether it arrived, unless told `even_if_it_arrived`.
    """
    dead = await store.settle_dead_letter(tx, tx.tenant_id, message_id, how="replayed", now=now)
    if dead is None:
        raise DeadLetterUnknown(message_id=str(message_id))
    if dead.reason == "outcome_unknown" and not even_if_it_arrived:
        raise OutcomeUnknown(message_id=str(message_id))
    await store.replan(tx, dead, expires_at=now + _WORTH_SENDING, now=now)


async def settle_outcome(tx: Transaction, message_id: UUID, *, arrived: bool, now: datetime) -> None:
    """Write down what a person found out: that a message of unknown fate arrived, or never did. It is not sent again by this.

    Refuses: DeadLetterUnknown; OutcomeKnown where it was given up for another reason.
    """
    how: Literal["arrived", "dismissed"] = "arrived" if arrived else "dismissed"
    dead = await store.settle_dead_letter(tx, tx.tenant_id, message_id, how=how, now=now)
    if dead is None:
        raise DeadLetterUnknown(message_id=str(message_id))
    if dead.reason != "outcome_unknown":
        raise OutcomeKnown(message_id=str(message_id))
    row = await store.settle_by_person(tx, dead, arrived=arrived, now=now)
    if row is not None:
        status, error = ("accepted", "") if arrived else ("failed", "not_arrived")
        await tell_moved(tx, row, was="unknown", status=status, error=error, now=now)


async def dismiss(tx: Transaction, message_id: UUID, *, now: datetime) -> None:
    """Let a message rest. Refuses: DeadLetterUnknown."""
    if await store.settle_dead_letter(tx, tx.tenant_id, message_id, how="dismissed", now=now) is None:
        raise DeadLetterUnknown(message_id=str(message_id))
