"""Guests go into the book by the hundred, beside whoever books in the same process."""

import asyncio
from typing import cast
from uuid import UUID

from saveit import guests
from saveit.kernel.crypto import Sealer, TenantKeys
from saveit.kernel.db import Transaction
from saveit.kernel.ids import PersonId, RestaurantId, TenantId
from tests.support.house import NOON

_KEYS = TenantKeys(TenantId(UUID(int=1)), 1, b"k" * 32)
_GUESTS = 100


class _Nowhere:
    """Writes nothing, and waits for nothing."""

    async def run(self, _query: object, **_parameters: object) -> None:
        """Take it."""


async def test_whoever_books_meanwhile_has_a_turn_after_each_guest_who_is_entered() -> None:
    turns = 0
    at_turns: list[int] = []

    def noting(count: int) -> bytes:
        at_turns.append(turns)
        return b"n" * count

    async def book() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    sealer = Sealer(_KEYS, entropy=noting)
    entries = [
        guests.Entry(
            sealer=sealer,
            restaurant_id=RestaurantId(UUID(int=2)),
            person_id=PersonId(UUID(int=number)),
            name=f"Ana Gómez {number}",
            phone=None,
        )
        for number in range(_GUESTS)
    ]
    booking = asyncio.create_task(book())
    await guests.enter(cast("Transaction", _Nowhere()), entries, now=NOON)
    booking.cancel()

    assert len(set(at_turns)) == _GUESTS
