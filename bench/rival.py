"""The flow of the design documents, as they draw it: a lock in Redis, then a SERIALIZABLE transaction, tried again until decided.

It is given every advantage. Its rows are narrow, it writes neither facts nor guests, it is free to skip the read replica and the event bus,
and who does not get the lock asks again instead of being told 409. Without that last kindness it would sell one table in sixty-four tries.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from random import Random
from time import perf_counter

import asyncpg
import redis.asyncio

from bench.redis_server import redis_server

_LOCK_TTL_MS = 30_000
# A lock that is polled too seldom is idle, one polled too often is busy with saying no; this is about the time it is held.
_POLL_S = 0.004
_TRIES_MAX = 5_000
_CAP_S = 15.0
_CONNECTIONS = 20
_TIMEOUT_S = 20.0
_SEED = 2
_SCHEMA = """
CREATE SCHEMA rival;
CREATE TABLE rival.tables (table_no integer PRIMARY KEY, status text NOT NULL DEFAULT 'free');
CREATE TABLE rival.reservations (
    reservation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_no integer NOT NULL REFERENCES rival.tables,
    booked_on date NOT NULL,
    booked_at text NOT NULL,
    guest integer NOT NULL
);
CREATE INDEX ON rival.reservations (booked_on, table_no);
"""
_FREE_TABLE = """
SELECT t.table_no
FROM rival.tables t
WHERE NOT EXISTS (
    SELECT FROM rival.reservations r
    WHERE r.table_no = t.table_no
        AND r.booked_on = $1
        AND r.booked_at = $2)
ORDER BY t.table_no
LIMIT 1
"""
# Whoever finds the lock expired must not take away another's.
_UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


class Rival:
    """The other design, ready to be asked."""

    def __init__(self, pool: asyncpg.Pool, lock: redis.asyncio.Redis) -> None:
        self._pool = pool
        self._redis = lock
        self._random = Random(_SEED)

    async def crowd(self, guests: int, on: date) -> float:
        """Let so many guests ask for one time of one date, and return the milliseconds until all are decided, 15,000 at most."""
        began = perf_counter()
        try:
            async with asyncio.timeout(_CAP_S):
                await asyncio.gather(*(self._book(guest, on, "20:00") for guest in range(guests)))
        except TimeoutError:
            pass
        return (perf_counter() - began) * 1000

    async def _book(self, guest: int, on: date, time: str) -> bool:
        name, token = f"reservation:lock:casa:{on}:{time}", secrets.token_hex(8)
        for _ in range(_TRIES_MAX):
            if not await self._redis.set(name, token, nx=True, px=_LOCK_TTL_MS):
                await asyncio.sleep(_POLL_S * (0.5 + self._random.random()))
                continue
            try:
                return await self._insert(guest, on, time)
            except asyncpg.SerializationError:
                continue
            finally:
                await self._redis.eval(_UNLOCK, 1, name, token)
        return False

    async def _insert(self, guest: int, on: date, time: str) -> bool:
        async with self._pool.acquire() as connection, connection.transaction(isolation="serializable"):
            table_no: int | None = await connection.fetchval(_FREE_TABLE, on, time)
            if table_no is None:
                return False
            await connection.execute(
                "INSERT INTO rival.reservations (table_no, booked_on, booked_at, guest) VALUES ($1, $2, $3, $4)",
                table_no,
                on,
                time,
                guest,
            )
            await connection.execute(
                "UPDATE rival.tables SET status = 'reserved' WHERE table_no = $1", table_no
            )
        await self._redis.delete(f"availability:casa:{on}")
        await self._redis.publish("websocket:availability", str(on))  # pyright: ignore[reportUnknownMemberType] - it says no types.
        return True


@asynccontextmanager
async def rival(dsn: str, *, tables: int) -> AsyncGenerator[Rival | str]:
    """Lend the rival over the same PostgreSQL, or the reason why there is none."""
    async with redis_server() as socket:
        if not isinstance(socket, Path):
            yield socket
            return
        pool = await asyncpg.create_pool(
            dsn, min_size=_CONNECTIONS, max_size=_CONNECTIONS, command_timeout=_TIMEOUT_S
        )
        lock = redis.asyncio.Redis(unix_socket_path=str(socket), socket_timeout=_TIMEOUT_S)
        try:
            await pool.execute(_SCHEMA)
            await pool.execute("INSERT INTO rival.tables SELECT generate_series(1, $1::integer)", tables)
            yield Rival(pool, lock)
        finally:
            await lock.aclose()
            await pool.close()
