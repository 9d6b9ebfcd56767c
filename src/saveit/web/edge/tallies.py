"""What callers have taken of one limit: counted by all processes together in Redis, or by each alone within its share.

A question to Redis for every request would cost each a round trip. So a process takes requests ahead for whoever asks much, twice as
many each time up to a sixtieth of a minute's worth, and hands them out from memory: together they never let in more than the limit.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from time import monotonic

from saveit.kernel.redis import Redis
from saveit.web.edge.buckets import Buckets, Verdict

_CALLERS_MAX = 50_000
# What was taken ahead and not used by then is not missed: as much has come back meanwhile.
_AHEAD_FOR_S = 5.0
_AHEAD_PARTS = 60
_DIGEST_OCTETS = 16

# The bucket of web/edge/buckets.py, by the server's own clock. It is full again after a minute, so it need not be kept longer.
_TAKE = """
local most, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = most
if kept[1] then level = math.min(most, kept[1] + math.max(0, now - kept[2]) * most / 60) end
local given = math.min(wanted, math.floor(level))
redis.call('HSET', KEYS[1], 'level', level - given, 'at', now)
redis.call('EXPIRE', KEYS[1], 61)
local wait_ms = 0
if given < 1 then wait_ms = math.ceil((1 - level) * 60000 / most) end
return {given, math.floor(level - given), wait_ms}
"""


class _Ahead:
    """What one process has taken ahead for one caller."""

    __slots__ = ("left", "lock", "remaining", "shut_until", "size", "until")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.left = 0
        self.remaining = 0
        self.size = 1
        self.until = 0.0
        self.shut_until = 0.0


class Tally:
    """One limit and its callers. A caller is told by a text: an address or an id; Redis sees a digest of it, for a minute."""

    def __init__(
        self,
        name: str,
        *,
        processes: int = 1,
        redis: Redis | None = None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Count under `name`; without Redis, or while it is lost, this process lets in its share of `processes`."""
        self._name = name
        self._processes = processes
        self._redis = redis
        self._seconds = seconds
        self._own = Buckets(seconds=seconds)
        self._ahead: OrderedDict[str, _Ahead] = OrderedDict()

    def is_empty(self, caller: str, per_minute: int) -> bool:
        """Say whether this caller would be refused now, as far as this process knows, without taking anything."""
        ahead = self._ahead.get(caller)
        if ahead is not None and self._seconds() < ahead.shut_until:
            return True
        return self._own.is_empty(caller, self._share(per_minute))

    async def take(self, caller: str, per_minute: int) -> Verdict:
        """Let one request in, or say when."""
        if self._redis is not None:
            verdict = await self._take_together(self._redis, caller, per_minute)
            if verdict is not None:
                return verdict
        return self._own.take(caller, self._share(per_minute))

    def take_at_hand(self, caller: str, per_minute: int) -> Verdict | None:
        """Let one request in, or say when, if that needs no question to Redis; None if it does."""
        if self._redis is None:
            return self._own.take(caller, self._share(per_minute))
        ahead = self._ahead.get(caller)
        if ahead is None or ahead.lock.locked() or ahead.left < 1 or self._seconds() >= ahead.until:
            return None
        ahead.left -= 1
        return Verdict(
            allowed=True, limit=per_minute, remaining=ahead.remaining + ahead.left, retry_after_s=0
        )

    def _share(self, per_minute: int) -> int:
        """Return what this process lets in of a limit that all of them keep together: callers come to each about as often."""
        return max(1, per_minute // self._processes)

    async def _take_together(self, redis: Redis, caller: str, per_minute: int) -> Verdict | None:
        """Let one in of what all processes let in together; None when nobody knows how much that is."""
        ahead = self._ahead_of(caller)
        async with ahead.lock:
            now = self._seconds()
            if now < ahead.shut_until:
                return _refused(per_minute, ahead.shut_until - now)
            if ahead.left < 1 or now >= ahead.until:
                most = max(1, per_minute // _AHEAD_PARTS)
                ahead.size = min(ahead.size * 2, most) if now < ahead.until else 1
                told = await redis.evaluate(_TAKE, self._key(caller), per_minute, ahead.size)
                if told is None:
                    return None
                ahead.left, ahead.remaining, wait_ms = told
                ahead.until = now + _AHEAD_FOR_S
                if ahead.left < 1:
                    ahead.shut_until = now + wait_ms / 1000
                    return _refused(per_minute, wait_ms / 1000)
            ahead.left -= 1
            remaining = ahead.remaining + ahead.left
        return Verdict(allowed=True, limit=per_minute, remaining=remaining, retry_after_s=0)

    def _ahead_of(self, caller: str) -> _Ahead:
        ahead = self._ahead.get(caller)
        if ahead is None:
            ahead = self._ahead[caller] = _Ahead()
            if len(self._ahead) > _CALLERS_MAX:
                self._ahead.popitem(last=False)
        else:
            self._ahead.move_to_end(caller)
        return ahead

    def _key(self, caller: str) -> str:
        return f"saveit:{self._name}:{blake2b(caller.encode(), digest_size=_DIGEST_OCTETS).hexdigest()}"


def _refused(per_minute: int, wait_s: float) -> Verdict:
    return Verdict(allowed=False, limit=per_minute, remaining=0, retry_after_s=max(1, math.ceil(wait_s)))
