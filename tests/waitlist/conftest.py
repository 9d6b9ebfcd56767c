"""An evening that is sold out: two tables, two parties, and others who wait."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from saveit import waitlist
from saveit.reservations import Reservation
from saveit.waitlist import Entry, Promotion, Wish
from tests.support.core import DAY, Bistro, Opening, guest, opening

__all__ = ["opening"]


@dataclass(frozen=True)
class Evening:
    """A restaurant, the parties that have its tables at eight, and the queue."""

    bistro: Bistro
    booked: list[Reservation]

    async def join(
        self,
        number: int,
        *,
        size: int = 2,
        earliest: str = "20:00",
        latest: str = "20:00",
        source: str = "widget",
    ) -> Entry:
        wish = Wish(
            restaurant_id=self.bistro.restaurant_id,
            date=DAY,
            earliest=earliest,
            latest=latest,
            party_size=size,
            guest=guest(number),
            source=source,
        )
        # Nobody joins at the very instant of another, and who came first is what these tests are about.
        self.bistro.clock.advance(timedelta(seconds=1))
        return await self.bistro.act(waitlist.join, wish)

    async def promote(self, at: Bistro | None = None) -> Promotion:
        bistro = at or self.bistro
        return await waitlist.promote(bistro.desk, bistro.tenant_id, bistro.restaurant_id, DAY)

    async def entry(self, entry: Entry) -> Entry:
        return await self.bistro.act(waitlist.find_entry, entry.id)


@pytest.fixture
async def evening(opening: Opening) -> Evening:
    bistro = await opening.bistro(tables=(2, 2))
    return Evening(bistro, [await bistro.book(number) for number in (901, 902)])
