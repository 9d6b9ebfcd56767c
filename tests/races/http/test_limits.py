"""How often one may ask is one limit at two server processes, when they have a Redis to count in."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.fleet import Fleet, fleet_over
from tests.support.http_client import Request, at_once, counted
from tests.support.redis_server import RedisServer, redis_server
from tests.support.taverns import API

pytestmark = pytest.mark.race

_PER_MINUTE = 20


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with (
        tempfile.TemporaryDirectory(prefix="saveit-redis-") as directory,
        redis_server(Path(directory)) as lent,
    ):
        yield lent


@pytest.fixture(scope="module")
def fleet(
    redis: RedisServer, postgres: EmbeddedPostgres, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    settings = {
        "SAVEIT_REDIS_URL": redis.url,
        "SAVEIT_RATE_LIMIT_IP": str(_PER_MINUTE),
        # We are the proxy that says for whom it asks.
        "SAVEIT_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    directory = tmp_path_factory.mktemp("limits")
    with fleet_over(postgres.dsn(database), directory, settings=(settings, settings)) as started:
        yield started


def a_hundred_from(address: str, fleet: Fleet) -> list[Request]:
    told = {"X-Forwarded-For": address}
    return [
        Request(fleet.ports[number % 2], "GET", f"{API}/restaurants", headers=told) for number in range(100)
    ]


async def test_of_a_hundred_requests_at_two_servers_one_limit_is_let_in(
    fleet: Fleet, redis: RedisServer
) -> None:
    together = counted(await at_once(a_hundred_from("203.0.113.7", fleet)))
    redis.kill()
    apart = counted(await at_once(a_hundred_from("203.0.113.8", fleet)))

    assert together == {"unauthenticated": _PER_MINUTE, "rate_limited": 100 - _PER_MINUTE}
    # The twin: without it, each lets in what it takes for its share, which for one process of one machine is all.
    assert apart == {"unauthenticated": 2 * _PER_MINUTE, "rate_limited": 100 - 2 * _PER_MINUTE}
