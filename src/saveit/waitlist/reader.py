"""The consumer that promotes whenever something may have become free."""

from datetime import date, datetime, timedelta

import msgspec

from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId
from saveit.outbox import Consumer, RecordedFact
from saveit.reservations import Desk
from saveit.waitlist.model import WaitingDay
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


# So many parties may join at once, and all of them are one look.
_FACTS_AT_ONCE = 200


def promotion_consumer(desk: Desk) -> Consumer:
    """Return the consumer that promotes the days a fact may have freed something on.

    Its effects are committed by themselves, so they may happen again after a crash; a promotion that finds nothing free does nothing.
    """

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        await _Round(desk).take(tx, fact)

    return Consumer(
        name="waitlist",
        kinds=_KINDS,
        handle=handle,
        begin=lambda: _Round(desk).take,
        batch_max=_FACTS_AT_ONCE,
    )


class _Round:
    """Facts that were all at hand before the first is taken: one look at a day answers every one of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._days: dict[RestaurantId, list[WaitingDay]] = {}
        self._promoted: set[WaitingDay] = set()

    async def take(self, tx: Transaction, fact: RecordedFact) -> None:
        """Promote the days that the fact touched and no earlier one has."""
        if fact.restaurant_id is None:
            return
        touched = _days_touched(fact)
        for day in await self._waiting_days(tx, fact.restaurant_id):
            if day not in self._promoted and (touched is None or day.service_on in touched):
                await promote(self._desk, day.tenant_id, day.restaurant_id, day.service_on)
                self._promoted.add(day)

    async def _waiting_days(self, tx: Transaction, restaurant_id: RestaurantId) -> list[WaitingDay]:
        if restaurant_id not in self._days:
            first_on = self._desk.now().date() - _DAY
            self._days[restaurant_id] = await days_to_promote(
                tx, first_on=first_on, restaurant_id=restaurant_id
            )
        return self._days[restaurant_id]


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
