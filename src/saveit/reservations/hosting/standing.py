"""How a guest stands with a restaurant when staff say so: blocked, and taken back."""

from datetime import datetime

from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, RestaurantId, new_id
from saveit.outbox import Fact, append
from saveit.reservations import store


async def block_guest(
    tx: Transaction, restaurant_id: RestaurantId, person_id: PersonId, *, blocked_at: datetime, reason: str
) -> None:
    """Take no more bookings from a guest. Who did it is a fact; the reason, which may name people, stays in the row."""
    await store.block_guest(tx, restaurant_id, person_id, blocked_at=blocked_at, reason=reason)
    await append(tx, _told("guest.blocked", restaurant_id, person_id, blocked_at))


async def unblock_guest(
    tx: Transaction, restaurant_id: RestaurantId, person_id: PersonId, *, unblocked_at: datetime
) -> None:
    """Take bookings from a guest again, and forget the no-shows."""
    await store.unblock_guest(tx, restaurant_id, person_id)
    await append(tx, _told("guest.unblocked", restaurant_id, person_id, unblocked_at))


def _told(kind: str, restaurant_id: RestaurantId, person_id: PersonId, at: datetime) -> Fact:
    return Fact(
        fact_id=new_id(at),
        kind=kind,
        restaurant_id=restaurant_id,
        subject_kind="person",
        subject_id=person_id,
        service_on=None,
        at=at,
        body=b"{}",
    )
