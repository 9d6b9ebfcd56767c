"""Pools by role, and transactions that know their tenant and who acts."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from saveit.kernel.db.errors import Collision, DatabaseUnreachable, let_in, translated
from saveit.kernel.db.statements import Command, Query, Row
from saveit.kernel.ids import TenantId
from saveit.kernel.observe import trace_id

ActorKind: TypeAlias = Literal["guest", "staff", "api_key", "system", "admin"]
Role: TypeAlias = Literal["saveit_app", "saveit_ledger", "saveit_gate"]
_Pool: TypeAlias = Literal["tenant", "aside", "ledger", "gate"]
Result = TypeVar("Result")

# Longer than any act of ours takes on a busy machine; short enough that a stuck one is noticed by its caller.
_STATEMENT_TIMEOUT_MS = 15_000
_LOCK_TIMEOUT_MS = 5_000
_IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
_CONNECT_TIMEOUT_S = 10.0
_ACQUIRE_TIMEOUT_S = 10.0
_COMMAND_TIMEOUT_S = 20.0
# A collision is over when the other side has committed; five in a row means that something else is wrong.
_ATTEMPTS_MAX = 5


class Actor(msgspec.Struct, frozen=True):
    """Who acts, through which channel, in which trace. Written into every fact."""

    kind: ActorKind
    id: str
    channel: str
    trace_id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Transaction:
    """One open transaction. It is committed where it was opened, never by whoever uses it."""

    def __init__(
        self, connection: PoolConnectionProxy, *, tenant_id: TenantId | None, actor: Actor, node: str
    ) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self.actor = actor
        self.node = node
        self.afterwards: list[Callable[[], None]] = []

    @property
    def tenant_id(self) -> TenantId:
        """The tenant whose rows are seen. Asking a transaction that has none is a bug."""
        assert self._tenant_id is not None, "this transaction acts for no single tenant"
        return self._tenant_id

    async def many(self, query: Query[Row], **parameters: object) -> list[Row]:
        """Return every row."""
        with translated():
            records = await self._connection.fetch(query.statement.sql, *_ordered(query, parameters))
        row = query.row
        return [row(*record) for record in records]

    async def maybe(self, query: Query[Row], **parameters: object) -> Row | None:
        """Return the row, or None when there is none."""
        with translated():
            record = await self._connection.fetchrow(query.statement.sql, *_ordered(query, parameters))
        return None if record is None else query.row(*record)

    async def one(self, query: Query[Row], **parameters: object) -> Row:
        """Return the row, which is there: its absence is a bug."""
        row = await self.maybe(query, **parameters)
        assert row is not None, f"{query.statement.name} gave no row"
        return row

    async def run(self, command: Command, **parameters: object) -> int:
        """Run a statement and return how many rows it touched."""
        with translated():
            tag = await self._connection.execute(command.statement.sql, *_ordered(command, parameters))
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """Undo what happens inside the block, and only that, when it raises."""
        # By hand rather than by the driver's block, so that only what PostgreSQL says is translated and not what the caller raises.
        with translated():
            await self._connection.execute("SAVEPOINT inner_act")
        try:
            yield
        except BaseException:
            with suppress(DatabaseUnreachable), translated():
                await self._connection.execute("ROLLBACK TO SAVEPOINT inner_act; RELEASE SAVEPOINT inner_act")
            raise
        with translated():
            await self._connection.execute("RELEASE SAVEPOINT inner_act")

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is durable; never when it is undone."""
        self.afterwards.append(call)


class Database:
    """A pool for each role of the application, over one PostgreSQL."""

    def __init__(self, pools: dict[_Pool, asyncpg.Pool], node: str) -> None:
        self._pools = pools
        self.node = node

    @classmethod
    async def open(cls, dsn: str, *, node: str, connections_max: int = 8) -> "Database":
        """Connect. `connections_max` bounds the tenants' pool; the other pools are small.

        `node` names this process in every fact it writes.

        Raises: DatabaseUnreachable, DatabaseUnusable.
        """
        sizes: dict[_Pool, tuple[Role, int]] = {
            "tenant": ("saveit_app", connections_max),
            "aside": ("saveit_app", 4),
            "ledger": ("saveit_ledger", 6),
            "gate": ("saveit_gate", 2),
        }
        pools: dict[_Pool, asyncpg.Pool] = {}
        with let_in():
            for name, (role, size) in sizes.items():
                pools[name] = await asyncpg.create_pool(
                    dsn,
                    min_size=1,
                    max_size=size,
                    timeout=_CONNECT_TIMEOUT_S,
                    command_timeout=_COMMAND_TIMEOUT_S,
                    reset=_forget_nothing,
                    server_settings={
                        "role": role,
                        "application_name": f"saveit {name}",
                        "statement_timeout": str(_STATEMENT_TIMEOUT_MS),
                        "lock_timeout": str(_LOCK_TIMEOUT_MS),
                        "idle_in_transaction_session_timeout": str(_IDLE_IN_TRANSACTION_TIMEOUT_MS),
                        "timezone": "UTC",
                        "jit": "off",
                        # Whoever has waited for a lock must see what was committed meanwhile: the rules, above all. Under one snapshot
                        # for the whole transaction he would decide by what was so before he waited.
                        "default_transaction_isolation": "read committed",
                    },
                )
        return cls(pools, node)

    async def close(self) -> None:
        """Let running transactions end, then disconnect; what does not end in time is cut off."""
        for pool in self._pools.values():
            try:
                await asyncio.wait_for(pool.close(), timeout=_ACQUIRE_TIMEOUT_S)
            except TimeoutError:
                pool.terminate()

    @asynccontextmanager
    async def tenant(self, tenant_id: TenantId, actor: Actor) -> AsyncGenerator[Transaction]:
        """Open a transaction that sees one tenant's rows, and commit it at the end of the block."""
        async with self._transaction("tenant", tenant_id, actor) as tx:
            yield tx

    @asynccontextmanager
    async def aside(self, tenant_id: TenantId, actor: Actor) -> AsyncGenerator[Transaction]:
        """Open a tenant's transaction beside one that is open already: for what an act must read or clear away before it can go on.

        It has a pool of its own. From the tenants' pool it could wait for a connection held by acts that wait for a lock of the one
        that asks.
        """
        async with self._transaction("aside", tenant_id, actor) as tx:
            yield tx

    @asynccontextmanager
    async def ledger(self, actor: Actor) -> AsyncGenerator[Transaction]:
        """Open a transaction over the ledger's tables of all tenants: for the combiner, timers and consumers."""
        async with self._transaction("ledger", None, actor) as tx:
            yield tx

    @asynccontextmanager
    async def gate(self) -> AsyncGenerator[Transaction]:
        """Open a transaction that can find out who is calling, and little else."""
        async with self._transaction("gate", None, Actor("system", "gate", "internal")) as tx:
            yield tx

    async def attempt(
        self, tenant_id: TenantId, actor: Actor, work: Callable[[Transaction], Awaitable[Result]]
    ) -> Result:
        """Run `work` in a tenant's transaction, again from the start when it collides with another, five times at most.

        Raises: Collision when the last attempt collided too; whatever `work` raises.
        """
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                async with self.tenant(tenant_id, actor) as tx:
                    return await work(tx)
            except Collision:
                if attempt == _ATTEMPTS_MAX:
                    raise
        raise AssertionError

    async def call(self, query: Query[Row], **parameters: object) -> list[Row]:
        """Run one statement as the ledger, committed by itself: one round trip."""
        with translated():
            async with self._pools["ledger"].acquire(timeout=_ACQUIRE_TIMEOUT_S) as connection:
                records = await connection.fetch(query.statement.sql, *_ordered(query, parameters))
        row = query.row
        return [row(*record) for record in records]

    def driver_pool(self) -> asyncpg.Pool:
        """Lend the ledger's own pool to a library that speaks to the driver; only `saveit.timers` has one, the job queue."""
        return self._pools["ledger"]

    @asynccontextmanager
    async def _transaction(
        self, pool: _Pool, tenant_id: TenantId | None, actor: Actor
    ) -> AsyncGenerator[Transaction]:
        with translated():
            connection = await self._pools[pool].acquire(timeout=_ACQUIRE_TIMEOUT_S)
        try:
            with translated():
                # One round trip for both. The tenant is a UUID by type, and by this assertion: nothing else is ever spelled here.
                assert tenant_id is None or isinstance(tenant_id, UUID)
                await connection.execute(
                    "BEGIN" if tenant_id is None else f"BEGIN; SET LOCAL saveit.tenant_id = '{tenant_id}'"
                )
            tx = Transaction(connection, tenant_id=tenant_id, actor=_in_trace(actor), node=self.node)
            try:
                yield tx
            except BaseException:
                # A connection that cannot even undo is closed by the pool, and the server undoes; what went wrong before is what counts.
                with suppress(DatabaseUnreachable), translated():
                    await connection.execute("ROLLBACK")
                raise
            with translated():
                await connection.execute("COMMIT")
        finally:
            with suppress(DatabaseUnreachable), translated():
                await self._pools[pool].release(connection)
        for call in tx.afterwards:
            call()


def _in_trace(actor: Actor) -> Actor:
    """Name the trace of whoever acts by himself, a timer or a consumer; a caller brings his own."""
    present = "" if actor.trace_id else trace_id()
    return msgspec.structs.replace(actor, trace_id=present) if present else actor


async def _forget_nothing(_connection: object) -> None:
    """Spare the reset that the driver sends when a connection goes back: all we set is local to a transaction."""


def _ordered(statement: Query[Row] | Command, parameters: dict[str, object]) -> list[object]:
    """Put the parameters in the statement's order. A missing or unknown one is a bug."""
    wanted = statement.statement.parameters
    assert len(parameters) == len(wanted), f"{statement.statement.name} takes {wanted}"
    return [parameters[name] for name in wanted]
