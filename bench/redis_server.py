"""A Redis for the flow of the design documents, which cannot do without one. The product can."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.ground import temporary_directory

_INSTALL_TIMEOUT_S = 120.0
_START_TIMEOUT_S = 10.0
_STOP_TIMEOUT_S = 10.0


@asynccontextmanager
async def redis_server() -> AsyncGenerator[Path | str]:
    """Lend the socket of a Redis that keeps nothing, or the reason why there is none."""
    program = shutil.which("redis-server") or await _installed()
    if program is None:
        yield "no redis-server here, and it cannot be installed"
        return
    with temporary_directory() as directory:
        socket = directory / "redis.sock"
        arguments = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no")
        process = await asyncio.create_subprocess_exec(
            program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            yield socket if await _ready(process) else "redis-server did not start"
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.communicate(), _STOP_TIMEOUT_S)


async def _ready(process: asyncio.subprocess.Process) -> bool:
    assert process.stdout is not None
    async with asyncio.timeout(_START_TIMEOUT_S):
        async for line in process.stdout:
            if b"ready to accept connections" in line.lower():
                return True
    return False


async def _installed() -> str | None:
    """Install it where we may: as root, on a system with apt."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", "redis-server")):
        process = await asyncio.create_subprocess_exec(
            "apt-get",
            *arguments,
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.wait_for(process.wait(), _INSTALL_TIMEOUT_S)
    return shutil.which("redis-server")
