"""A real Redis for tests that count in one, on a socket in a directory of its own. Only machines that have the program run these."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.programs import find_program
from tests.support.waiting import wait_until

_ENDED_WITHIN_S = 10.0


class RedisServer:
    """One that can be stopped and started again; it keeps nothing."""

    def __init__(self, directory: Path) -> None:
        self._socket = directory / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What SAVEIT_REDIS_URL is set to."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Return once it takes connections."""
        program = find_program("redis-server")
        if program is None:
            pytest.skip("no redis-server on this machine")
        arguments = ("--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        wait_until(self._socket.exists, "redis-server takes connections", within_s=_ENDED_WITHIN_S)

    def kill(self) -> None:
        """Kill it, and return once it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_ENDED_WITHIN_S)
            self._socket.unlink(missing_ok=True)
            self._process = None


@contextmanager
def redis_server(directory: Path) -> Generator[RedisServer]:
    """Lend one for the length of a block."""
    server = RedisServer(directory)
    server.start()
    try:
        yield server
    finally:
        server.kill()
