"""A picture that was being read when the news came is not kept, in whatever order readings begin and end."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from saveit import reservations
from saveit.ledger import pictures
from tests.support.core import DAY, Opening, rules

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(60)]

ORDERS = [(0, 1), (1, 0)]
YOUNG = timedelta(days=1)


class Held:
    """Readings of one kind that have read and do not end before they are told to."""

    def __init__(self, name: str, patch: Callable[[], AbstractContextManager[pytest.MonkeyPatch]]) -> None:
        self._name = name
        self._patch = patch
        self._read = getattr(pictures, name)
        self._have_read: asyncio.Queue[asyncio.Event] = asyncio.Queue()
        self._begun: list[tuple[asyncio.Event, asyncio.Task[Any]]] = []

    async def begin(self, reading: Coroutine[Any, Any, object]) -> None:
        """Let a reading read, and hold it there."""

        async def held(*arguments: object, **named: object) -> object:
            found = await self._read(*arguments, **named)
            gate = asyncio.Event()
            await self._have_read.put(gate)
            await gate.wait()
            return found

        with self._patch() as patch:
            patch.setattr(pictures, self._name, held)
            task = asyncio.create_task(reading)
            self._begun.append((await self._have_read.get(), task))

    async def end(self, order: tuple[int, ...]) -> None:
        """Let them end, one after the other."""
        for number in order:
            gate, task = self._begun[number]
            gate.set()
            await task


@pytest.mark.parametrize("order", ORDERS)
async def test_a_house_read_before_its_rules_changed_is_not_kept(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    bistro = await opening.bistro()
    seen = (await opening.desk_beside(bistro)).desk.pictures
    held = Held("read_house", monkeypatch.context)

    def look() -> Coroutine[Any, Any, Any]:
        return seen.house(bistro.tenant_id, bistro.restaurant_id)

    await held.begin(look())
    stricter = rules(pacing={"parties_max": 3})
    changed = await bistro.act(
        reservations.apply_rules, bistro.restaurant_id, stricter, expected_version=None
    )
    seen.forget_house(bistro.restaurant_id)
    await held.begin(look())
    await held.end(order)

    assert (await look()).restaurant.rules_version == changed.version


@pytest.mark.parametrize("order", ORDERS)
async def test_a_day_read_before_a_booking_made_elsewhere_is_not_kept(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    bistro = await opening.bistro(tables=(2,))
    beside = await opening.desk_beside(bistro)
    house, seen = await beside.house(), beside.desk.pictures
    held = Held("read_days", monkeypatch.context)

    await held.begin(seen.days(house, DAY, 1, age_max=YOUNG))
    await bistro.book(1)
    seen.forget_day(bistro.restaurant_id, DAY)
    await held.begin(seen.days(house, DAY, 1, age_max=YOUNG))
    await held.end(order)

    (kept,) = await seen.days(house, DAY, 1, age_max=YOUNG)
    assert len(kept.day.stays) == 1
