"""Events are handed out in their order, one of each sender at a time, and what cannot be taken is put where a person sees it."""

from collections.abc import Callable
from datetime import timedelta

import asyncpg
import pytest

from saveit.gateway import (
    ATTEMPTS_MAX,
    ClaimedEvent,
    ClaimLost,
    EventUnknown,
    Gateway,
    claim,
    delay,
    finish,
    forget_old_events,
    hold,
    list_parked,
    measure_inbox,
    park,
    receive,
    replay,
)
from saveit.kernel.db import Actor
from saveit.kernel.observe import metrics
from saveit.venues import Tenant
from tests.support.house import TESTER, World
from tests.support.providers import TELEGRAM_CREDENTIALS, line, moved, telegram_post

LEDGER = Actor("system", "tests", "tests")


@pytest.fixture
async def gateway(world: World, tenant: Tenant) -> Gateway:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    return world.gateway


async def deliver(gateway: Gateway, *updates: tuple[int, int]) -> None:
    """Deliver updates of (number, chat)."""
    for number, chat in updates:
        answer = await receive(gateway, "telegram", telegram_post("bot1", number, chat=chat))
        assert answer.status == 200


def keys(events: list[ClaimedEvent]) -> list[str]:
    return [event.envelope.event_key for event in events]


async def finished(world: World, event: ClaimedEvent) -> None:
    async with world.database.tenant(event.tenant_id, TESTER) as tx:
        await finish(tx, event, now=world.clock.now())


async def delayed(world: World, event: ClaimedEvent, why: str = "tests") -> bool:
    async with world.database.tenant(event.tenant_id, TESTER) as tx:
        return await delay(tx, event, why, now=world.clock.now())


async def parked(world: World, event: ClaimedEvent) -> None:
    async with world.database.tenant(event.tenant_id, TESTER) as tx:
        await park(tx, event, "bad_shape", now=world.clock.now())


async def test_events_of_one_sender_are_taken_one_by_one_in_their_order(
    world: World, gateway: Gateway
) -> None:
    await deliver(gateway, (1, 7), (2, 8), (3, 7), (4, 7))

    first = await claim(gateway)
    nothing = await claim(gateway)
    await finished(world, first[0])
    second = await claim(gateway)

    assert (keys(first), nothing, keys(second)) == (["update:1", "update:2"], [], ["update:3"])


async def test_what_was_finished_is_not_taken_again(world: World, gateway: Gateway) -> None:
    await deliver(gateway, (1, 7))
    (event,) = await claim(gateway)
    await finished(world, event)
    moved(world, timedelta(hours=1))
    await deliver(gateway, (1, 7))

    assert await claim(gateway) == []


async def test_a_worker_that_dies_leaves_its_event_to_another_and_cannot_finish_it_afterwards(
    world: World, gateway: Gateway
) -> None:
    await deliver(gateway, (1, 7), (2, 7))
    (dead,) = await claim(gateway)
    moved(world, timedelta(seconds=59))
    too_early = await claim(gateway)
    moved(world, timedelta(seconds=2))

    (taken,) = await claim(gateway)

    assert (too_early, keys([taken]), taken.claim) == ([], ["update:1"], 2)
    for act in (finished, delayed, parked):
        with pytest.raises(ClaimLost):
            await act(world, dead)
    await finished(world, taken)


async def test_a_claim_that_is_held_outlives_its_lease(world: World, gateway: Gateway) -> None:
    await deliver(gateway, (1, 7))
    (event,) = await claim(gateway)
    moved(world, timedelta(seconds=50))
    async with world.database.tenant(event.tenant_id, TESTER) as tx:
        await hold(tx, event, now=world.clock.now())
    moved(world, timedelta(seconds=50))

    assert await claim(gateway) == []
    await finished(world, event)


async def test_what_led_to_nothing_is_undone_with_the_finishing(world: World, gateway: Gateway) -> None:
    """The turn and the finishing are one transaction: either both are there or neither."""
    await deliver(gateway, (1, 7))
    (event,) = await claim(gateway)

    async def turn() -> None:
        async with world.database.tenant(event.tenant_id, TESTER) as tx:
            await finish(tx, event, now=world.clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await turn()
    moved(world, timedelta(minutes=2))

    assert keys(await claim(gateway)) == ["update:1"]


async def test_an_event_that_fails_waits_longer_each_time_and_those_of_its_sender_wait_behind_it(
    world: World, gateway: Gateway
) -> None:
    await deliver(gateway, (1, 7), (2, 7), (3, 8))
    waits: list[float] = []

    (event, other) = await claim(gateway)
    await finished(world, other)
    for _ in range(ATTEMPTS_MAX - 1):
        assert not await delayed(world, event)
        began = world.clock.now()
        while not (found := await claim(gateway)):
            moved(world, timedelta(seconds=1))
        waits.append((world.clock.now() - began).total_seconds())
        (event,) = found
        assert keys([event]) == ["update:1"]
    given_up = await delayed(world, event)

    assert (waits, given_up) == ([2, 4, 8, 16, 32], True)
    assert keys(await claim(gateway)) == ["update:2"]


async def test_what_nobody_ever_gives_back_is_parked_too(
    world: World, gateway: Gateway, tenant: Tenant
) -> None:
    """What kills its worker must not kill one after the other for ever."""
    await deliver(gateway, (1, 7), (2, 7))
    for _ in range(ATTEMPTS_MAX):
        assert keys(await claim(gateway)) == ["update:1"]
        moved(world, timedelta(minutes=2))

    assert keys(await claim(gateway)) == ["update:2"]
    async with world.database.tenant(tenant.id, TESTER) as tx:
        (event,) = await list_parked(tx)
    assert event.error == "claim_lost"


async def test_a_parked_event_is_seen_counted_and_taken_again_when_a_person_says_so(
    world: World, gateway: Gateway, tenant: Tenant
) -> None:
    await deliver(gateway, (1, 7))
    (event,) = await claim(gateway)
    await parked(world, event)
    async with world.database.ledger(LEDGER) as tx:
        await measure_inbox(tx, now=world.clock.now())
    counted = metrics.registry.get_sample_value("saveit_inbox_parked")

    async with world.database.tenant(tenant.id, TESTER) as tx:
        (seen,) = await list_parked(tx)
        await replay(tx, seen.id, now=world.clock.now())
        with pytest.raises(EventUnknown):
            await replay(tx, seen.id, now=world.clock.now())
    (again,) = await claim(gateway)

    assert (seen.id, seen.error, seen.attempts, counted) == (event.inbox_id, "bad_shape", 1, 1)
    assert (again.inbox_id, again.claim) == (event.inbox_id, 1)


async def test_another_customer_neither_sees_nor_replays_what_is_parked(
    world: World, gateway: Gateway
) -> None:
    await deliver(gateway, (1, 7))
    (event,) = await claim(gateway)
    await parked(world, event)
    other = await world.tenant("Casa Berta")

    async with world.database.tenant(other.id, TESTER) as tx:
        assert await list_parked(tx) == []
        with pytest.raises(EventUnknown):
            await replay(tx, event.inbox_id, now=world.clock.now())


async def test_an_event_that_cannot_be_opened_is_parked_and_the_rest_go_on(
    world: World, gateway: Gateway, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await deliver(gateway, (1, 7), (2, 8), (3, 7))
    await watcher.execute(
        "UPDATE inbox SET envelope_sealed = '\\x00' WHERE position = (SELECT min(position) FROM inbox)"
    )

    first = await claim(gateway)
    second = await claim(gateway)

    assert (keys(first), keys(second)) == (["update:2"], ["update:3"])
    async with world.database.tenant(tenant.id, TESTER) as tx:
        assert [event.error for event in await list_parked(tx)] == ["Unreadable"]


async def test_an_event_copied_to_another_row_cannot_be_opened_there(
    gateway: Gateway, watcher: asyncpg.Connection
) -> None:
    await deliver(gateway, (1, 7), (2, 8))
    await watcher.execute(
        "UPDATE inbox SET envelope_sealed = (SELECT envelope_sealed FROM inbox ORDER BY position LIMIT 1)"
    )

    assert keys(await claim(gateway)) == ["update:1"]


async def test_what_is_delivered_again_within_a_week_is_known_and_what_is_older_is_forgotten(
    world: World, gateway: Gateway, watcher: asyncpg.Connection
) -> None:
    await deliver(gateway, (1, 7), (2, 8), (3, 9))
    done, aside, _ = await claim(gateway)
    await finished(world, done)
    await parked(world, aside)

    async def forgotten(after: timedelta) -> int:
        moved(world, after)
        async with world.database.ledger(LEDGER) as tx:
            await forget_old_events(tx, world.clock.now(), 100)
        return await watcher.fetchval("SELECT count(*) FROM inbox")

    left = [await forgotten(timedelta(days=days)) for days in (7, 2, 22)]

    assert left == [3, 2, 1]


async def test_whoever_works_is_told_when_something_new_arrives(gateway: Gateway) -> None:
    told: list[int] = []
    gateway.on_arrival = _counting(told)

    await deliver(gateway, (1, 7), (1, 7), (2, 7))

    assert len(told) == 2


def _counting(told: list[int]) -> Callable[[], None]:
    return lambda: told.append(1)
