"""SaveIt as a stranger runs it: its own processes, on a free port, in a data directory that any user can reach."""

import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from saveit.kernel.postgres import owner_of
from tests.support.commands import Answer, bare_environment, forked
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
STARTED_WITHIN_S = 90.0
ENDED_WITHIN_S = 60.0


class Running:
    """One `saveit up`: where it answers, and how it is ended."""

    def __init__(self, process: subprocess.Popen[str], data_dir: Path, port: int, out: Path) -> None:
        self.process = process
        self.data_dir = data_dir
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._out = out

    @property
    def greeting(self) -> str:
        """What it has printed."""
        return self._out.read_text(encoding="utf-8")

    @property
    def demo(self) -> dict[str, object]:
        """What demo.json says."""
        return json.loads((self.data_dir / "demo.json").read_bytes())

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}: {self.said()}")
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def wait(self) -> None:
        """Wait until it answers and has said so."""
        wait_until(self.is_ready, "it is ready", within_s=STARTED_WITHIN_S)
        wait_until(lambda: self.greeting != "", "it says so")

    def first_key(self) -> tuple[str, str]:
        """Return the id and the API key of the demo's first restaurant."""
        restaurants = self.demo["restaurants"]
        assert isinstance(restaurants, list)
        return restaurants[0]["id"], restaurants[0]["api_key"]

    def wish(self, guest: int) -> dict[str, object]:
        """Return what the printed line books, for another guest."""
        return {
            "restaurant_id": self.first_key()[0],
            "date": re.findall(r'"date": "([0-9-]+)"', self.greeting)[0],
            "time": re.findall(r'"time": "([0-9:]+)"', self.greeting)[0],
            "party_size": 2,
            "guest": {"name": "Ana Torres", "phone": f"+57 300 123 {guest:04d}"},
        }

    def try_printed_line(self) -> int:
        """Run the line as a stranger would, and return the status it is answered with."""
        line = self.greeting[self.greeting.index("curl ") :].strip()
        done = subprocess.run(
            ["bash", "-c", f"{line} -o /dev/null -w '%{{http_code}}'"],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    def said(self) -> str:
        """Return its log."""
        return self._out.with_suffix(".err").read_text(encoding="utf-8")[-4000:]

    def book(self, body: Mapping[str, object], *, key: str, api_key: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/api/v1/reservations",
            json=body,
            headers={"Authorization": f"Bearer {api_key}", "Idempotency-Key": key},
            timeout=30,
        )

    def workers(self) -> list[int]:
        """Return the process ids of its web processes."""
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "web-process"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(line) for line in found.stdout.split()]

    def told_to_end(self) -> int:
        """Send SIGTERM, and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(ENDED_WITHIN_S)

    def kill_all(self) -> None:
        """Kill -9 it with all it has started, as a power cut would."""
        postmaster = int((postgres_of(self.data_dir) / "postmaster.pid").read_text().split()[0])
        for pid in (self.process.pid, postmaster, *self.workers()):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(ENDED_WITHIN_S)
        wait_until(lambda: owner_of(self.data_dir) is None, "the data directory is free")


def postgres_of(data_dir: Path) -> Path:
    """Return where the database's own files are."""
    elsewhere = data_dir / "postgres.home"
    return (Path(elsewhere.read_text().strip()) if elsewhere.exists() else data_dir) / "postgres"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def saveit(*arguments: str | Path, stdin: str = "", **variables: str) -> Answer:
    """Run one command to its end."""
    return forked([str(each) for each in arguments], stdin=stdin, variables=variables)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory of the test's own that the database's user may pass through."""
    parent = Path(tempfile.mkdtemp(prefix="saveit-commands-", dir="/tmp"))
    parent.chmod(0o755)
    yield parent
    shutil.rmtree(parent)


Start = Callable[..., Running]


def launch(data_dir: Path, *options: str, out: Path, **variables: str) -> Running:
    """Start `saveit up`; it writes what it says beside `out`."""
    port = free_port()
    with out.open("w") as told, out.with_suffix(".err").open("w") as said:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "saveit", "up", *options),
                *("--port", str(port), "--data-dir", str(data_dir)),
            ],
            env=bare_environment() | variables,
            stdout=told,
            stderr=said,
            text=True,
        )
    return Running(process, data_dir, port, out)


@pytest.fixture
def start(place: Path) -> Iterator[Start]:
    """Starts `saveit up` and waits until it is ready; whatever still runs when the test ends is ended."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def start_one(data_dir: Path, *options: str, ready: bool = True, **variables: str) -> Running:
            running = launch(data_dir, *options, out=place / f"up-{next(numbers)}.out", **variables)
            stack.callback(bury, running.process)
            if ready:
                running.wait()
            return running

        yield start_one


def bury(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(ENDED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Made(NamedTuple):
    """A demo that was started for the first time, tried with its printed line, and stopped."""

    data_dir: Path
    tried: int
    said: str


@pytest.fixture(scope="session")
def demo_made() -> Iterator[Made]:
    """The demo, to be copied: making one takes some seconds, copying it a tenth of one."""
    parent = Path(tempfile.mkdtemp(prefix="saveit-demo-", dir="/tmp"))
    parent.chmod(0o755)
    running = launch(parent / "data", "--demo", out=parent / "up.out")
    try:
        running.wait()
        tried = running.try_printed_line()
    finally:
        bury(running.process)
    yield Made(parent / "data", tried, running.said())
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def running_demo(demo_made: Made) -> Iterator[Running]:
    """A running demo for tests that leave it as it is, but for a booking or two."""
    parent = Path(tempfile.mkdtemp(prefix="saveit-demo-", dir="/tmp"))
    parent.chmod(0o755)
    subprocess.run(["cp", "-a", demo_made.data_dir, parent / "data"], check=True)
    running = launch(parent / "data", "--demo", out=parent / "up.out")
    try:
        running.wait()
        yield running
    finally:
        bury(running.process)
        shutil.rmtree(parent)


@pytest.fixture
def demo_dir(place: Path, demo_made: Made) -> Path:
    """A data directory of this test alone, with the demo in it."""
    subprocess.run(["cp", "-a", demo_made.data_dir, place / "data"], check=True)
    return place / "data"
