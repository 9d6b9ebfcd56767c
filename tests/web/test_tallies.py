"""One limit that several processes keep together in a real Redis, and what they do while it is lost."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from saveit.kernel.redis import Redis
from saveit.kernel.settings import Secret
from saveit.web.edge import Tally
from tests.support.redis_server import RedisServer, redis_server


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[RedisServer]:
    # A socket's path has room for a hundred characters, which pytest's own directory may fill.
    with (
        tempfile.TemporaryDirectory(prefix="saveit-redis-") as directory,
        redis_server(Path(directory)) as lent,
    ):
        yield lent


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def tallies(server: RedisServer, seconds: Seconds) -> AsyncIterator[list[Tally]]:
    """The tallies of one limit in four processes."""
    redises = [Redis(Secret(server.url), seconds=seconds) for _ in range(4)]
    yield [Tally("key", processes=4, redis=redis, seconds=seconds) for redis in redises]
    for redis in redises:
        await redis.close()


async def let_in(tallies: list[Tally], number: int, *, per_minute: int, caller: str = "ana") -> int:
    """Ask so often at once, in turn of each process, and count who was let in."""
    asked = (tallies[each % len(tallies)].take(caller, per_minute) for each in range(number))
    return sum(verdict.allowed for verdict in await asyncio.gather(*asked))


async def test_of_a_hundred_requests_at_four_processes_ten_are_let_in_together(tallies: list[Tally]) -> None:
    assert await let_in(tallies, 100, per_minute=10) == 10


async def test_a_caller_who_comes_to_one_process_alone_has_the_whole_limit(tallies: list[Tally]) -> None:
    assert await let_in(tallies[:1], 40, per_minute=20) == 20


async def test_without_a_redis_a_caller_has_as_many_limits_as_there_are_processes() -> None:
    apart = [Tally("key", processes=1) for _ in range(4)]

    assert await let_in(apart, 100, per_minute=10) == 40


async def test_what_is_taken_ahead_never_lets_in_more_than_the_limit(tallies: list[Tally]) -> None:
    let = await let_in(tallies, 3_000, per_minute=1_200)

    # What one process has taken ahead and not handed out is another's loss: a sixtieth of a minute's worth at most for each.
    assert 1_200 - 4 * 20 <= let <= 1_200 + 20


async def test_callers_are_counted_each_by_himself_and_limits_too(
    tallies: list[Tally], server: RedisServer
) -> None:
    redis = Redis(Secret(server.url))
    other = Tally("address", processes=4, redis=redis)

    counts = [
        await let_in(tallies, 5, per_minute=2),
        await let_in(tallies, 5, per_minute=2, caller="luis"),
        await let_in([other], 5, per_minute=2),
    ]
    await redis.close()

    assert counts == [2, 2, 2]


async def test_who_is_refused_is_told_when_to_come_back(tallies: list[Tally]) -> None:
    await tallies[0].take("ana", 1)

    verdict = await tallies[1].take("ana", 1)

    assert (verdict.allowed, verdict.limit, verdict.remaining) == (False, 1, 0)
    assert verdict.retry_after_s in range(58, 61)
    assert tallies[1].is_empty("ana", 1)


async def test_while_redis_is_lost_each_lets_in_its_share_and_finds_it_again(
    tallies: list[Tally], server: RedisServer, seconds: Seconds
) -> None:
    with capture_logs() as said:
        before = await let_in(tallies, 20, per_minute=8)
        server.kill()
        alone = await let_in(tallies, 40, per_minute=8, caller="luis")
        server.start()
        still_alone = await let_in(tallies, 40, per_minute=8, caller="eva")
        seconds.now += 2
        together = await let_in(tallies[:1], 20, per_minute=8, caller="bea")

    # Alone each of four lets in a quarter; together one of them may let in all.
    assert (before, alone, still_alone, together) == (8, 8, 8, 8)
    assert [line["event"] for line in said] == ["REDIS_UNAVAILABLE"] * 4 + ["redis is back"]


async def test_nobody_waits_for_a_redis_that_is_not_there(tmp_path: Path) -> None:
    redis = Redis(Secret(f"unix://{tmp_path}/nothing.sock"))
    tally = Tally("key", processes=2, redis=redis)
    loop = asyncio.get_running_loop()

    begun = loop.time()
    let = await let_in([tally], 200, per_minute=100)
    took_s = loop.time() - begun
    await redis.close()

    assert let == 50
    assert took_s < 2
