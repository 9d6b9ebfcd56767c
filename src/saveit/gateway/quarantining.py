"""Noting what comes for nobody, without letting nobody's senders write as often as they like."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta

import msgspec

from saveit.gateway import store
from saveit.gateway.model import Reason
from saveit.kernel.clock import Clock
from saveit.kernel.db import Actor, Database
from saveit.kernel.ids import LineId, TenantId, new_id
from saveit.kernel.observe import logger
from saveit.messages import LineKey, clean

_log = logger("gateway")
_ACTOR = Actor("system", "gateway", "internal")

# An address is written down when it is first seen, and then so often; in between it is counted here.
_WRITTEN_EVERY = timedelta(seconds=30)
_WRITES_PER_S = 20
_NOTED_MAX = 10_000
# More addresses than this that nobody has are noise: they are counted in the metric, and those that are here stay.
_ROWS_MAX = 10_000
_TEXT_LENGTH_MAX = 200


class Nobodys(msgspec.Struct, frozen=True):
    """Whom something was for that no line took: an address, and the line it would be if it were switched on."""

    channel: str
    key: LineKey
    reason: Reason
    tenant_id: TenantId | None = None
    line_id: LineId | None = None


class _Seen:
    __slots__ = ("count", "due_at")

    def __init__(self) -> None:
        self.count = 0
        self.due_at: datetime | None = None


class Quarantine:
    """Counts what comes for nobody, and writes it down now and then."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: OrderedDict[Nobodys, _Seen] = OrderedDict()
        self._second = 0
        self._writes = 0

    async def note(self, nobodys: Nobodys, octets: int) -> None:
        """Count one more, and write down how many there were if it is time. Raises: DatabaseUnreachable."""
        now = self._clock.now()
        seen = self._seen.get(nobodys)
        if seen is None:
            seen = self._seen[nobodys] = _Seen()
            if len(self._seen) > _NOTED_MAX:
                self._seen.popitem(last=False)
        self._seen.move_to_end(nobodys)
        seen.count += 1
        if (seen.due_at is not None and seen.due_at > now) or not self._may_write():
            return
        count, seen.count, seen.due_at = seen.count, 0, now + _WRITTEN_EVERY
        async with self._database.ledger(_ACTOR) as tx:
            await store.quarantine(
                tx,
                quarantine_id=new_id(now),
                tenant_id=nobodys.tenant_id,
                line_id=nobodys.line_id,
                channel=nobodys.channel,
                account=clean(nobodys.key.account)[:_TEXT_LENGTH_MAX],
                address=clean(nobodys.key.address)[:_TEXT_LENGTH_MAX],
                reason=nobodys.reason,
                seen=count,
                octets=octets,
                rows_max=_ROWS_MAX,
                now=now,
            )
        _log.warning(
            "webhook.quarantined",
            channel=nobodys.channel,
            reason=nobodys.reason,
            line_id=str(nobodys.line_id),
        )

    def _may_write(self) -> bool:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._writes = second, 0
        self._writes += 1
        return self._writes <= _WRITES_PER_S
