"""Token buckets in memory: so many requests a minute, a full minute's worth at once, then as they come back.

They are this process's own; web/edge/tallies.py says how several processes keep one limit.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

import msgspec

# A bucket takes some 200 octets; whoever floods us from more addresses than this meets other limits.
_BUCKETS_MAX = 50_000
_MINUTE_S = 60.0


class Verdict(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Whether one more request is let in, how many more would be, and in how many seconds the next is if none."""

    allowed: bool
    limit: int
    remaining: int
    retry_after_s: int


class _Bucket:
    __slots__ = ("at", "level")

    def __init__(self, level: float, at: float) -> None:
        self.level = level
        self.at = at


class Buckets:
    """A bucket per caller, the most recently seen ones kept."""

    def __init__(self, *, buckets_max: int = _BUCKETS_MAX, seconds: Callable[[], float] = monotonic) -> None:
        self._buckets: OrderedDict[object, _Bucket] = OrderedDict()
        self._buckets_max = buckets_max
        self._seconds = seconds

    def is_empty(self, caller: object, per_minute: int) -> bool:
        """Say whether this caller would be refused now, without taking anything."""
        bucket = self._buckets.get(caller)
        if bucket is None:
            return False
        return bucket.level + (self._seconds() - bucket.at) * per_minute / _MINUTE_S < 1

    def take(self, caller: object, per_minute: int) -> Verdict:
        """Let one request in, or say when."""
        now = self._seconds()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(float(per_minute), now)
            if len(self._buckets) > self._buckets_max:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(caller)
            level = bucket.level + (now - bucket.at) * per_minute / _MINUTE_S
            bucket.level = level if level < per_minute else float(per_minute)
            bucket.at = now
        if bucket.level >= 1:
            bucket.level -= 1
            return Verdict(allowed=True, limit=per_minute, remaining=int(bucket.level), retry_after_s=0)
        wait_s = (1 - bucket.level) * _MINUTE_S / per_minute
        return Verdict(allowed=False, limit=per_minute, remaining=0, retry_after_s=int(wait_s) + 1)
