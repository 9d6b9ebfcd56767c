"""A Redis or Valkey in which several processes count together. It may go away at any time: whoever asks it has another way.

Nothing that matters is in it. When it does not answer, nobody waits for it again until one who tries finds it back.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import cast

import redis.asyncio as driver
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from saveit.kernel.observe import logger
from saveit.kernel.settings import Secret

# It answers in a fraction of a millisecond; a loop that is busy may look at the answer later. Who waits longer than this counts alone.
_ANSWERS_WITHIN_S = 0.5
_TRIED_AGAIN_AFTER_S = 2.0
_CONNECTIONS_MAX = 16

_log = logger("kernel")


class Redis:
    """One Redis. It belongs to whoever opened it, and is closed by them."""

    def __init__(self, url: Secret, *, seconds: Callable[[], float] = monotonic) -> None:
        """Connect with the first question; `seconds` is a clock that only runs forward."""
        pool = driver.BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] - it says no types.
            url.reveal(),
            max_connections=_CONNECTIONS_MAX,
            timeout=_ANSWERS_WITHIN_S,
            socket_timeout=_ANSWERS_WITHIN_S,
            socket_connect_timeout=_ANSWERS_WITHIN_S,
            # Who is not answered goes its other way at once.
            retry=Retry(NoBackoff(), 0),
        )
        self._client = driver.Redis(connection_pool=pool)
        asking = self._client.execute_command  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - it says no types.
        self._ask = cast("Callable[..., Awaitable[list[int]]]", asking)
        self._seconds = seconds
        self._lost = False
        self._tried_again_at = 0.0

    async def evaluate(self, script: str, key: str, *arguments: int) -> list[int] | None:
        """Run a script of one key that returns whole numbers; None while Redis is lost, and that is said once."""
        if self._lost:
            now = self._seconds()
            if now < self._tried_again_at:
                return None
            # One tries, and the others go on without.
            self._tried_again_at = now + _TRIED_AGAIN_AFTER_S
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN_S):
                answer = await self._ask("EVAL", script, 1, key, *arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._lose(error)
            return None
        if self._lost:
            self._lost = False
            _log.info("redis is back")
        return answer

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    def _lose(self, error: Exception) -> None:
        self._tried_again_at = self._seconds() + _TRIED_AGAIN_AFTER_S
        if not self._lost:
            self._lost = True
            _log.warning("REDIS_UNAVAILABLE", reason=type(error).__name__)


def find_redis(url: Secret | None) -> Redis | None:
    """Return the Redis at an address, without asking it anything; None where there is none."""
    return None if url is None else Redis(url)


@asynccontextmanager
async def hanging_up(redis: Redis | None) -> AsyncGenerator[None]:
    """Hang up at the end of the block."""
    try:
        yield
    finally:
        if redis is not None:
            await redis.close()
