"""The consumer that promotes whenever something may have become free."""

from datetime import date, datetime, timedelta

import msgspec

from saveit.kernel.db import Transaction
from saveit.outbox import Consumer, RecordedFact
from saveit.reservations import Desk
from saveit.waitlist.promotion import days_to_promote, promote

_KINDS = frozenset(
    (
        "reservation.cancelled",
        "reservation.no_show",
        "reservation.completed",
        "reservation.modified",
        "reservation.moved",
        "reservation.extended",
        "hold.expired",
        "hold.released",
        "availability.changed",
        "floor.changed",
        "rules.changed",
        "waitlist.joined",
        "waitlist.left",
    )
)
_DAY = timedelta(days=1)


class _Before(msgspec.Struct, frozen=True):
    starts_at: datetime | None = None


class _Body(msgspec.Struct, frozen=True):
    before: _Before | None = None


_decoder = msgspec.json.Decoder(_Body)


def promotion_consumer(desk: Desk) -> Consumer:
    """Return the consumer that promotes the days a fact may have freed something on.

    Its effects are committed by themselves, so they may happen again after a crash; a promotion that finds nothing free does nothing.
    """

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        if fact.restaurant_id is None:
            return
        first_on = desk.now().date() - _DAY
        days = await days_to_promote(tx, first_on=first_on, restaurant_id=fact.restaurant_id)
        touched = _days_touched(fact)
        for day in days:
            if touched is None or day.service_on in touched:
                await promote(desk, day.tenant_id, day.restaurant_id, day.service_on)

    # Each may take tens of milliseconds, and the cursor is kept meanwhile.
    return Consumer(name="waitlist", kinds=_KINDS, handle=handle, batch_max=20)


def _days_touched(fact: RecordedFact) -> set[date] | None:
    """Return the days on which the fact may have freed something; None is all of them."""
    if fact.service_on is None:
        return None
    if not fact.kind.startswith("reservation."):
        return {fact.service_on}
    before = _decoder.decode(fact.body).before
    if before is None or before.starts_at is None:
        return {fact.service_on}
    # The service day that a party was moved away from is not told, but it is within a day of its start.
    was_on = before.starts_at.date()
    return {fact.service_on, was_on - _DAY, was_on, was_on + _DAY}
