"""Whether the process lives, whether it can serve, and its numbers: answered in front of the router, without a key."""

import asyncio
from datetime import datetime, timedelta

import msgspec

from saveit.kernel.db import DatabaseUnreachable, DatabaseUnusable, applied_migrations, migrations
from saveit.kernel.observe import metrics, render_metrics
from saveit.web.edge import Call, Reply
from saveit.web.parts import Parts
from saveit.web.wire.asgi import Receive, Scope

# A balancer that asks every second from three places must not open three connections a second.
_REMEMBERED = timedelta(seconds=2)
_TIMEOUT_S = 3.0
_encode = msgspec.json.Encoder().encode


class Readiness(msgspec.Struct, frozen=True):
    """Whether requests can be served, and everything that keeps them from it."""

    ready: bool
    problems: tuple[str, ...]


class Alive:
    """GET /healthz: the process answers, whatever it leans on."""

    route = path = "/healthz"
    methods = ("GET",)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Say so."""
        return Reply(200, b'{"alive":true}')


class Ready:
    """GET /readyz: the database is there and has every migration."""

    route = path = "/readyz"
    methods = ("GET",)

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: Readiness | None = None
        self._known_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """200, or 503 with what is wrong."""
        async with self._asking:
            now = call.now
            if self._known is None or self._known_at is None or now - self._known_at > _REMEMBERED:
                self._known, self._known_at = await self._ask(), now
            known = self._known
        return Reply(200 if known.ready else 503, _encode(known))

    async def _ask(self) -> Readiness:
        problems: list[str] = []
        try:
            await asyncio.wait_for(self._reach(), _TIMEOUT_S)
        except (DatabaseUnreachable, TimeoutError):
            problems.append("The database does not answer.")
        else:
            problems += await self._migrated()
        return Readiness(not problems, tuple(problems))

    async def _reach(self) -> None:
        async with self._parts.desk.database.gate():
            pass

    async def _migrated(self) -> list[str]:
        if self._parts.owner_dsn is None:
            return []
        try:
            applied = await asyncio.wait_for(applied_migrations(self._parts.owner_dsn), _TIMEOUT_S)
        except (DatabaseUnreachable, DatabaseUnusable, TimeoutError):
            return ["The database does not let its owner in, so its migrations cannot be compared."]
        wanted = {migration.number: migration.digest for migration in migrations()}
        if applied == wanted:
            return []
        missing = sorted(wanted.keys() - applied.keys())
        if missing:
            return [f"The database lacks migrations {missing}: run `saveit migrate`."]
        return ["The database has other migrations than this release: run the release that made them."]


class Numbers:
    """GET /metrics, in Prometheus's text format."""

    route = path = "/metrics"
    methods = ("GET",)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Give all numbers."""
        return Reply(200, render_metrics(), media_type=metrics.CONTENT_TYPE.encode())
