"""What a process believes decides nothing: a wrong picture gives nothing away and turns nobody away; a collision is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from saveit import reservations
from saveit.kernel import faults
from saveit.kernel.db import Collision, Database, DatabaseUnreachable, Transaction
from saveit.kernel.observe import metrics
from saveit.ledger import House
from saveit.reservations import Desk
from saveit.seating import Asking, Stay
from tests.support.core import DAY, HOST, NOW, Bistro, Opening, answer, local

pytestmark = pytest.mark.postgres

ATTEMPTS_MAX = 5

Look = Callable[[Desk, House, Transaction], Awaitable[None]]


async def picture_of(bistro: Bistro) -> Any:
    """Return what the desk believes of the day."""
    await bistro.times()
    return await bistro.desk.pictures.day(await bistro.house(), DAY)


async def test_a_picture_that_shows_a_taken_table_as_free_gives_it_to_nobody(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    made = await bistro.book(1)
    picture = await picture_of(bistro)
    picture.day.remove(made.id)

    assert await answer(bistro.book(2)) == "slot_unavailable"
    assert await bistro.taken() == 1


async def test_a_picture_that_shows_a_free_table_as_taken_turns_nobody_away(opening: Opening) -> None:
    bistro = await opening.bistro(tables=(2,))
    picture = await picture_of(bistro)
    picture.day.add(
        Stay(
            holder_kind="reservation",
            holder_id=uuid4(),
            table_ids=bistro.tables,
            starts_at=local(DAY, "19:00"),
            ends_at=local(DAY, "22:00"),
            party_size=2,
            movable=False,
            expires_at=None,
        )
    )

    assert (await bistro.book(1)).table_ids == bistro.tables


async def test_a_desk_that_knows_nothing_of_another_gives_nothing_twice_and_turns_nobody_away(
    opening: Opening,
) -> None:
    bistro = await opening.bistro(tables=(2,))
    other = await opening.desk_beside(bistro)
    await other.times()
    made = await bistro.book(1)
    refused = await answer(other.book(2))
    await bistro.act(reservations.cancel, made.id)

    assert refused == "slot_unavailable"
    assert (await other.book(2)).table_ids == bistro.tables


async def test_a_booking_that_collides_is_tried_again_and_counted(opening: Opening) -> None:
    bistro = await opening.bistro()
    collisions = 1
    retries = metrics.retries.labels(act="book", reason="collision")
    before = retries._value.get()

    async def collide() -> None:
        nonlocal collisions
        if collisions:
            collisions -= 1
            raise Collision("40P01")

    with faults.armed("ledger.commit.before", collide):
        made = await bistro.book()

    assert made.status == "confirmed"
    assert retries._value.get() == before + 1


async def test_a_booking_that_always_collides_is_given_up_after_five_more_tries_and_the_next_is_taken(
    opening: Opening,
) -> None:
    bistro = await opening.bistro()
    tries = 0

    async def collide() -> None:
        nonlocal tries
        tries += 1
        raise Collision("40P01")

    with faults.armed("ledger.commit.before", collide), pytest.raises(Collision):
        await bistro.book(1)

    assert tries == 1 + ATTEMPTS_MAX
    assert (await bistro.book(2)).status == "confirmed"


async def test_a_database_that_goes_away_between_two_tries_is_told_and_the_next_booking_is_taken(
    opening: Opening,
) -> None:
    bistro = await opening.bistro()

    collided = False

    async def collide_then_go_away() -> None:
        nonlocal collided
        collided = not collided
        if collided:
            raise Collision("40P01")
        raise DatabaseUnreachable("the server closed the connection")

    async def book(number: int) -> None:
        with faults.armed("ledger.commit.before", collide_then_go_away), pytest.raises(DatabaseUnreachable):
            await bistro.book(number)

    # Once for each of the combiner's writers, and once more.
    for number in range(3):
        async with asyncio.timeout(10):
            await book(number)

    async with asyncio.timeout(10):
        assert (await bistro.book(9)).status == "confirmed"


async def test_an_act_that_always_collides_is_given_up_after_five_tries(opening: Opening) -> None:
    bistro = await opening.bistro()
    tries = 0

    async def collide(_: Transaction) -> None:
        nonlocal tries
        tries += 1
        raise Collision("40001")

    with pytest.raises(Collision):
        await bistro.desk.database.attempt(bistro.tenant_id, HOST, collide)

    assert tries == ATTEMPTS_MAX


async def listing(desk: Desk, house: House, _tx: Transaction) -> None:
    desk.pictures.forget_day(house.restaurant_id, DAY)
    await reservations.day_offers(desk, house, DAY, Asking(party_size=2, audience="guest"))


async def calendar(desk: Desk, house: House, _tx: Transaction) -> None:
    desk.pictures.forget_everything()
    asking = Asking(party_size=2, audience="guest")
    await reservations.calendar_offers(desk, house, asking, first_on=DAY, count=60)


async def the_day(_desk: Desk, house: House, tx: Transaction) -> None:
    await reservations.list_of_day(
        tx,
        house.sealer,
        house.restaurant_id,
        service_on=DAY,
        statuses=None,
        after=(NOW, UUID(int=0)),
        rows_max=200,
    )


@pytest.mark.parametrize(("look", "questions"), [(listing, 2), (calendar, 2), (the_day, 1)])
async def test_as_much_is_asked_for_a_full_day_as_for_an_empty_one(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, look: Look, questions: int
) -> None:
    bistro = await opening.bistro(tables=(2,) * 12)
    fresh = await opening.desk_beside(bistro)
    house = await fresh.house()
    asked: list[str] = []

    def counting(kind: type, name: str) -> None:
        ask = getattr(kind, name)

        async def counted(self: object, *arguments: Any, **parameters: Any) -> Any:
            asked.append(name)
            return await ask(self, *arguments, **parameters)

        monkeypatch.setattr(kind, name, counted)

    async def count() -> int:
        async with fresh.desk.database.tenant(bistro.tenant_id, HOST) as tx:
            asked.clear()
            await look(fresh.desk, house, tx)
            return len(asked)

    counting(Database, "call")
    for name in ("many", "maybe", "run"):
        counting(Transaction, name)
    empty = await count()
    for number in range(30):
        await bistro.book(number, time=("18:00", "20:00", "22:00")[number % 3])

    assert (empty, await count()) == (questions, questions)
