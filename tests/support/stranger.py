"""Another process of SaveIt, as far as booking goes: reads an order, says that it is ready, and on "go" lets its guests book at once."""

import asyncio
import sys
from uuid import UUID

import msgspec

from saveit import reservations
from saveit.kernel.clock import SettableClock
from saveit.kernel.db import Database
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.waitlist import promote
from tests.support.core import DAY, GUEST, NOW, answer, guest, key, key_ring
from tests.support.races import Order


async def carry_out(order: Order) -> list[str]:
    """Book as ordered."""
    database = await Database.open(order.dsn, node=f"stranger-{order.first_guest}")
    desk = reservations.open_desk(
        database, SettableClock(NOW), key_ring(), promote=promote, combined=order.combined
    )
    tenant_id, restaurant_id = TenantId(UUID(order.tenant_id)), RestaurantId(UUID(order.restaurant_id))

    async def book(number: int) -> str:
        booking = reservations.Booking(
            restaurant_id=restaurant_id,
            date=DAY,
            time=order.times[number % len(order.times)],
            party_size=order.sizes[number % len(order.sizes)],
            guest=guest(order.first_guest + number),
            source="api",
            audience="staff",
        )
        text = order.keys[number % len(order.keys)] if order.keys else None
        booked = await answer(
            reservations.book(
                desk,
                booking,
                tenant_id=tenant_id,
                actor=GUEST,
                key=None if text is None else key(text, body=text.encode()),
            )
        )
        return booked if isinstance(booked, str) else ("replayed" if booked.replayed else "done")

    await desk.house(tenant_id, restaurant_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    answers = await asyncio.gather(*(book(number) for number in range(order.guests)))
    await desk.combiner.close()
    await database.close()
    return answers


if __name__ == "__main__":
    found = asyncio.run(carry_out(msgspec.json.decode(sys.stdin.readline(), type=Order)))
    sys.stdout.write(msgspec.json.encode(found).decode())
