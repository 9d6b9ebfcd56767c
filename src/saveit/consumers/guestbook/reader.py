"""The consumer that enters guests into books."""

from collections.abc import Sequence

from saveit.guests import Entry, enter, open_details
from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, ReservationId, RestaurantId, TenantId
from saveit.outbox import Consumer, RecordedFact
from saveit.reservations import Desk, guests_of

_KINDS = frozenset(("reservation.created", "reservation.modified"))


def guest_book_consumer(desk: Desk) -> Consumer:
    """Return the consumer; its effects move with its cursor."""

    async def take(tx: Transaction, facts: Sequence[RecordedFact]) -> None:
        wanted = [
            (fact.tenant_id, fact.service_on, fact.subject_id)
            for fact in facts
            if fact.service_on is not None
        ]
        # Of two bookings of one guest the later name counts, and a card is written once.
        latest = {(row.restaurant_id, row.person_id): row for row in await guests_of(tx, wanted)}
        entries: list[Entry] = []
        for row in latest.values():
            sealer = await desk.keys.sealer(tx, TenantId(row.tenant_id))
            guest = open_details(sealer, row.guest_sealed, ReservationId(row.reservation_id))
            entries.append(
                Entry(
                    sealer=sealer,
                    restaurant_id=RestaurantId(row.restaurant_id),
                    person_id=PersonId(row.person_id),
                    name=guest.name,
                    phone=guest.phone,
                )
            )
        if entries:
            await enter(tx, entries, now=desk.now())

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        await take(tx, [fact])

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        await take(tx, facts)
        return len(facts)

    return Consumer(name="guest_book", kinds=_KINDS, handle=handle, ahead=ahead)
