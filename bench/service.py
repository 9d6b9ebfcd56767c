"""The product as a process of its own, and the server without the product."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from bench.client import ask_once, request
from bench.town import SECRET

_READY_WITHIN_S = 60.0
_ENDED_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.01
_LAST_WORDS_LENGTH = 300


class NotServingError(Exception):
    """It did not come up; says why."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@asynccontextmanager
async def saveit_up(
    data_dir: Path, *, dsn: str | None = None, workers: int = 1
) -> AsyncGenerator[tuple[int, float]]:
    """Lend the port of `saveit up`, and how many seconds it took to be ready. Raises: NotServingError."""
    port = free_port()
    settings = {
        "SAVEIT_DATA_DIR": str(data_dir),
        "SAVEIT_PORT": str(port),
        "SAVEIT_WORKERS": str(workers),
        "SAVEIT_SECRET_KEY": SECRET.reveal(),
        # One client asks for thousands.
        "SAVEIT_RATE_LIMIT_IP": "0",
        "SAVEIT_RATE_LIMIT_KEY": "0",
        "SAVEIT_SOCKETS_PER_ADDRESS": "0",
        "SAVEIT_SOCKETS_PER_HOLDER": "0",
        # A line for each request is written to a file, as in a container.
        "SAVEIT_LOG": "info",
    }
    if dsn is not None:
        settings["SAVEIT_DATABASE_URL"] = dsn
    command = (sys.executable, "-m", "saveit", "up")
    async with _process(command, settings, data_dir / "bench.log") as process:
        yield port, await _ready_s(process, port, "/readyz", data_dir / "bench.log")


@asynccontextmanager
async def hello_up(directory: Path, application: str = "bench.hello:app") -> AsyncGenerator[int]:
    """Lend the port of the same server with an application that does next to nothing. Raises: NotServingError."""
    port = free_port()
    arguments = (
        "--http",
        "saveit.web:RequestProtocol",
        "--loop",
        "uvloop",
        "--no-access-log",
        "--no-server-header",
    )
    sockets = ("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--log-level", "warning")
    command = (sys.executable, "-m", "uvicorn", application, "--port", str(port), *arguments, *sockets)
    async with _process(command, {}, directory / "hello.log") as process:
        await _ready_s(process, port, "/", directory / "hello.log")
        yield port


@asynccontextmanager
async def _process(
    command: tuple[str, ...], settings: Mapping[str, str], log: Path
) -> AsyncGenerator[asyncio.subprocess.Process]:
    # An installation keeps what Python compiled; a shell for developing may not.
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SAVEIT_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**others, **settings},
            cwd=Path(__file__).parents[1],
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), _ENDED_WITHIN_S)


async def _ready_s(process: asyncio.subprocess.Process, port: int, path: str, log: Path) -> float:
    """Return the seconds until it says that it is ready."""
    began = perf_counter()
    while perf_counter() - began < _READY_WITHIN_S:
        if process.returncode is not None:
            break
        try:
            answer = await ask_once(port, request("GET", path))
        except OSError:
            answer = None
        if answer is not None and answer.status == 200:  # noqa: PLR2004 - HTTP's own.
            return perf_counter() - began
        await asyncio.sleep(_LOOK_EVERY_S)
    told = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
    last_words = told.strip().splitlines()[-1:]
    raise NotServingError(f"it did not come up: {' '.join(last_words)[-_LAST_WORDS_LENGTH:]}")
