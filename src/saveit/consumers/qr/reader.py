"""The consumer that keeps passes in step with reservations."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

import msgspec

from saveit.consumers.qr.actions import Holder, issue_first, keep_in_step, let_in_again
from saveit.consumers.qr.model import PassHolderStatus
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ReservationId
from saveit.outbox import Consumer, RecordedFact
from saveit.reservations import STANDING, Desk

_UNDONE = frozenset(
    ("reservation.check_in_undone", "reservation.cancellation_undone", "reservation.no_show_undone")
)
_KINDS = _UNDONE | frozenset(
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
        holder = _holder_of(fact)
        if holder is not None and fact.kind in _UNDONE:
            await let_in_again(desk, tx, holder)
        elif holder is not None:
            await keep_in_step(desk, tx, holder)

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        """Issue the passes of all that was just booked, up to the first fact of another kind: most facts are bookings."""
        booked = list(takewhile(lambda fact: fact.kind == "reservation.created", facts))
        holders = [holder for holder in map(_holder_of, booked) if holder is not None]
        standing = [holder for holder in holders if holder.status in STANDING]
        if standing:
            await issue_first(desk, tx, standing)
        return len(booked)

    return Consumer(name="qr", kinds=_KINDS, handle=handle, ahead=ahead)


def _holder_of(fact: RecordedFact) -> Holder | None:
    """Return what a pass must know of the reservation; None for who walks in, who is seated already."""
    after = _decoder.decode(fact.body).after
    if after.source == "walk_in" or fact.restaurant_id is None:
        return None
    return Holder(
        tenant_id=fact.tenant_id,
        reservation_id=ReservationId(fact.subject_id),
        restaurant_id=fact.restaurant_id,
        status=after.status,
        leaves_at=after.leaves_at,
        revision=after.revision,
    )
