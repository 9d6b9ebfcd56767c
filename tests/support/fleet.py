"""Real server processes over one PostgreSQL, started for a test and ended with it.

    with fleet_over(dsn, size=2, log_dir=tmp_path) as fleet:
        fleet.ports

Each is `saveit up` as an operator starts it: an operating-system process with its own memory, its own pools and its own picture of the
day. They share the database, the secret key and nothing else.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from tests.support.waiting import wait_until

ADMIN_KEY = "the-key-of-the-platform-in-tests-of-many-processes"
_SECRET_KEY = "a-secret-key-of-the-tests-of-many-processes"
SOURCES = Path(__file__).parents[2] / "src"
# On a machine with two cores that starts several at once.
_READY_WITHIN_S = 60.0
_ENDED_WITHIN_S = 40.0
_LOOK_TIMEOUT_S = 10.0
_LAST_WORDS = 4_000


class Server:
    """One `saveit up` that this test started."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port = port
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def is_ready(self) -> bool:
        """Ask /readyz. Raises: AssertionError with its last words when it has ended."""
        assert self.lives, f"the server has ended:\n{self.last_words()}"
        return self.readiness() == 200

    def readiness(self) -> int:
        """Return the status of /readyz, 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_LOOK_TIMEOUT_S)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def await_ready(self) -> None:
        """Return once it serves."""
        wait_until(self.is_ready, f"the server at port {self.port}", within_s=_READY_WITHIN_S)

    def await_ready_or_death(self) -> None:
        """Return once it serves, or has ended: some servers are made to die early."""
        wait_until(
            lambda: not self.lives or self.readiness() == 200,
            f"the server at port {self.port}",
            within_s=_READY_WITHIN_S,
        )

    def await_death(self) -> int:
        """Return the number of the signal that ended it, once it has ended."""
        wait_until(lambda: not self.lives, f"the death of the server at port {self.port}")
        return -self._process.wait()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.lives:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait(_ENDED_WITHIN_S)

    def stop(self) -> None:
        """Tell it to end, and see that it does."""
        if self.lives:
            self._process.terminate()
        try:
            self._process.wait(_ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop:\n{self.last_words()}") from None

    def last_words(self) -> str:
        """Return the end of what it said."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:]


class Fleet:
    """Server processes over one database."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = tuple(servers)

    @property
    def ports(self) -> tuple[int, ...]:
        """Where they listen."""
        return tuple(server.port for server in self.servers)


_numbers = count(1)


@contextmanager
def server_over(
    dsn: str | None,
    directory: Path,
    *,
    settings: Mapping[str, str] | None = None,
    sources: Path = SOURCES,
    port: int | None = None,
    program: str = "saveit",
) -> Generator[Server]:
    """Start one server and end it after the block; nobody waits for it to be ready yet.

    Without a DSN it has an embedded database, in `directory`. `program` is the module to start in place of the product's own.
    """
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    port = port or free_port()
    log = directory / f"server-{next(_numbers)}.log"
    told = {
        # Nothing of the test's own environment may change what the server is.
        **{name: value for name, value in os.environ.items() if not name.startswith("SAVEIT_")},
        "PYTHONPATH": f"{sources}{os.pathsep}{Path(__file__).parents[2]}",
        "SAVEIT_ADMIN_KEY": ADMIN_KEY,
        "SAVEIT_SECRET_KEY": _SECRET_KEY,
        # One address for all of them, as behind a balancer: their answers to one question are then the same to the octet.
        "SAVEIT_PUBLIC_URL": "https://tables.example",
        "SAVEIT_DATA_DIR": str(directory / "data"),
        "SAVEIT_LOG": "warning",
        "SAVEIT_RATE_LIMIT_IP": "0",
        "SAVEIT_RATE_LIMIT_KEY": "0",
        **({} if dsn is None else {"SAVEIT_DATABASE_URL": dsn}),
        **(settings or {}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", program, "up", "--port", str(port)],
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(port, process, log)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def fleet_over(
    dsn: str,
    directory: Path,
    *,
    size: int = 2,
    settings: Sequence[Mapping[str, str]] = (),
    sources: Path = SOURCES,
) -> Generator[Fleet]:
    """Start servers over one database, wait until all serve, and end them after the block. `settings` are each server's own, in turn."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                server_over(
                    dsn,
                    directory / str(number),
                    settings=settings[number % len(settings)] if settings else None,
                    sources=sources,
                )
            )
            for number in range(size)
        ]
        for server in servers:
            server.await_ready()
        yield Fleet(servers)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
