"""How a process hears what the others did."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from saveit import reservations
from saveit.consumers.live import Tail
from saveit.kernel.ids import RestaurantId
from tests.support.core import DAY, Bistro, Opening, opening

__all__ = ["opening"]

_DAY = timedelta(days=1)


@dataclass
class Notes:
    """Pictures that only note what they were told to forget."""

    days: list[date] = field(default_factory=list)
    houses: int = 0
    everything: int = 0

    def forget_day(self, restaurant_id: RestaurantId, service_on: date) -> None:
        assert restaurant_id is not None
        self.days.append(service_on)

    def forget_house(self, restaurant_id: RestaurantId) -> None:
        assert restaurant_id is not None
        self.houses += 1

    def forget_everything(self) -> None:
        self.everything += 1


@pytest.fixture
async def bistro(opening: Opening) -> Bistro:
    return await opening.bistro(tables=(2, 2))


async def test_a_day_that_another_process_books_on_is_forgotten(opening: Opening, bistro: Bistro) -> None:
    notes = Notes()
    beside = await opening.desk_beside(bistro)
    tail = Tail(beside.desk.database, notes)
    await tail.step()

    await bistro.book()
    await tail.step()

    assert (notes.days, notes.everything) == ([DAY], 1)


async def test_a_process_does_not_hear_of_itself(bistro: Bistro) -> None:
    notes = Notes()
    tail = Tail(bistro.desk.database, notes)
    await tail.step()

    await bistro.book()
    await tail.step()

    assert notes.days == []


async def test_new_rules_of_another_process_are_heard_of(opening: Opening, bistro: Bistro) -> None:
    notes = Notes()
    tail = Tail((await opening.desk_beside(bistro)).desk.database, notes)
    await tail.step()

    await bistro.apply(pacing={"covers_max": 4})
    await tail.step()

    assert notes.houses == 1


async def test_both_days_of_a_move_are_forgotten(opening: Opening, bistro: Bistro) -> None:
    booked = await bistro.book()
    notes = Notes()
    tail = Tail((await opening.desk_beside(bistro)).desk.database, notes)
    await tail.step()

    await bistro.act(reservations.change, booked.id, reservations.Wish(on=DAY + 7 * _DAY))
    await tail.step()

    # Eight in the evening in Bogotá is the next day in UTC, and a day's neighbours are forgotten with it.
    assert sorted(notes.days) == [DAY + _DAY, DAY + 7 * _DAY]


async def test_a_table_that_another_process_freed_is_offered_here(opening: Opening, bistro: Bistro) -> None:
    booked = [await bistro.book(number) for number in (1, 2)]
    beside = await opening.desk_beside(bistro)
    tail = Tail(beside.desk.database, beside.desk.pictures)
    await tail.step()
    offered_before = "20:00" in await beside.times()

    await bistro.act(reservations.cancel, booked[0].id)
    await tail.step()

    assert (offered_before, "20:00" in await beside.times()) == (False, True)


async def test_who_is_far_behind_forgets_everything_instead(
    opening: Opening, bistro: Bistro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saveit.consumers.live.tail._PAGE_LENGTH", 2)
    monkeypatch.setattr("saveit.consumers.live.tail._PAGES_MAX", 2)
    notes = Notes()
    tail = Tail((await opening.desk_beside(bistro)).desk.database, notes)
    await tail.step()
    for number in range(1, 7):
        await bistro.book(number, date=DAY + number * _DAY)

    await tail.step()
    await bistro.book(9, date=DAY + 20 * _DAY)
    await tail.step()

    assert (notes.everything, notes.days[-1]) == (2, DAY + 20 * _DAY)
