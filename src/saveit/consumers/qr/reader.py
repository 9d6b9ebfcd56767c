"""The consumer that keeps passes in step with reservations."""

from datetime import datetime

import msgspec

from saveit.consumers.qr.actions import Holder, keep_in_step
from saveit.consumers.qr.model import PassHolderStatus
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.outbox import Consumer, RecordedFact
from saveit.reservations import Desk

_KINDS = frozenset(
    (
        "reservation.created",
        "reservation.confirmed",
        "reservation.modified",
        "reservation.moved",
        "reservation.cancelled",
        "reservation.no_show",
    )
)


class _Told(msgspec.Struct, frozen=True):
    """The part of a reservation's state that a pass depends on."""

    status: PassHolderStatus
    leaves_at: datetime
    revision: int
    source: str


class _Body(msgspec.Struct, frozen=True):
    after: _Told


_decoder = msgspec.json.Decoder(_Body)


def pass_consumer(desk: Desk) -> Consumer:
    """Return the consumer that issues, replaces and revokes passes; its effects move with its cursor."""

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        after = _decoder.decode(fact.body).after
        # Who walks in is seated already.
        if after.source == "walk_in" or fact.restaurant_id is None:
            return
        holder = Holder(
            tenant_id=fact.tenant_id,
            reservation_id=ReservationId(fact.subject_id),
            restaurant_id=fact.restaurant_id,
            status=after.status,
            leaves_at=after.leaves_at,
            revision=after.revision,
        )
        await keep_in_step(desk, tx, holder)

    return Consumer(name="qr", kinds=_KINDS, handle=handle)
