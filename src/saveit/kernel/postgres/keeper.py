"""Keeps one PostgreSQL process alive: starts it, buries it, starts it again when it was killed, and bounds its log."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from saveit.kernel.postgres.errors import Unstartable, Unstoppable
from saveit.kernel.postgres.layout import Layout
from saveit.kernel.postgres.process import (
    FAST_SHUTDOWN_S,
    IMMEDIATE_SHUTDOWN_S,
    Identity,
    clear_leftovers,
    launch,
    read_postmaster_file,
    wait_readable,
)

# Kept twice: the present log and the one before.
_LOG_OCTETS_MAX = 10_000_000
_LOG_LOOK_S = 60.0
_TAIL_LINES = 20
_TAIL_OCTETS_MAX = 16_000
_READY_LOOK_S = 0.01
# A server that dies more often than this is ill, and starting it again only hides it.
_RESTARTS_MAX = 5
_RESTARTS_WITHIN_S = 60.0
_RESTART_DELAY_S = 0.25
# After a kill -9 the server's children need a moment to notice; until then a new one refuses to start.
_LEFTOVERS_PATIENCE_S = 15.0
_LEFTOVERS = "pre-existing shared memory block"


class Log(Protocol):
    """Where events go: an event's name, and what belongs to it as fields. A structlog logger is one."""

    def info(self, event: str, **fields: object) -> object:
        """Say something that happened."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Say something that a person may want to look at."""
        ...


def tell_nobody() -> None:
    """Tell nobody."""


class Keeper:
    """Owns one server process through a thread of its own.

    The thread is there for two reasons: the kernel tells a child of the death of the *thread* that made it, so that thread must live as
    long as the server; and somebody must wait for the server in order to know that it died.
    """

    def __init__(
        self,
        layout: Layout,
        identity: Identity,
        command: Sequence[str],
        *,
        socket: Path,
        log: Log,
        given_up: Callable[[], None] = tell_nobody,
    ) -> None:
        """Prepare; nothing runs until `start`. `given_up` is called, in the keeper's thread, when the server is not started again."""
        self._layout = layout
        self._identity = identity
        self._command = tuple(command)
        self._socket = socket
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._said_from = 0
        self._was_ready = False
        self._stopping = threading.Event()
        self._failure: OSError | None = None
        self._given_up = given_up
        self._thread = threading.Thread(target=self._keep, name="saveit-postgres", daemon=True)

    @property
    def pid(self) -> int:
        """The server's process id; another one after it was killed and started again."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether somebody still looks after the server; false once it was stopped, or given up."""
        return self._thread.is_alive()

    def start(self, *, within_s: float) -> None:
        """Start the server and wait until it takes connections, which after a crash is when its log has been replayed.

        Raises: Unstartable with the server's last words.
        """
        self._thread.start()
        try:
            self._await_ready(within_s)
        except BaseException:
            self.stop()
            raise
        self._was_ready = True

    def stop(self) -> None:
        """Stop the server: fast, and at once if that takes too long. Harmless when it has ended.

        Raises: Unstoppable.
        """
        self._stopping.set()
        for order, timeout_s in ((signal.SIGINT, FAST_SHUTDOWN_S), (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_S)):
            if not self._thread.is_alive():
                return
            process = self._process
            if process is not None:
                # Popen sends nothing once the process was waited for, so no stranger with its id can be hit.
                process.send_signal(order)
            self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise Unstoppable(f"process {self.pid} is still there after SIGINT and SIGQUIT")

    def last_words(self) -> tuple[str, ...]:
        """Return the end of what the server has said since it was last started."""
        try:
            with self._layout.log.open("rb") as file:
                octets = file.seek(0, os.SEEK_END)
                file.seek(max(min(self._said_from, octets), octets - _TAIL_OCTETS_MAX))
                return tuple(file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:])
        except FileNotFoundError:
            return ()

    def _await_ready(self, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not self._is_ready():
            if not self._thread.is_alive():
                raise self._unstartable("it ended by itself" if self._failure is None else str(self._failure))
            if time.monotonic() > deadline:
                raise self._unstartable(f"it was not ready within {within_s:.0f} s")
            time.sleep(_READY_LOOK_S)

    def _unstartable(self, why: str) -> Unstartable:
        tail = self.last_words()
        return Unstartable(why, log_tail=tail, mend=_mend(tail, self._layout.log))

    def _is_ready(self) -> bool:
        process = self._process
        told = read_postmaster_file(self._layout.cluster)
        return process is not None and told is not None and told.pid == process.pid and told.status == "ready"

    def failure(self) -> Unstartable | None:
        """Return why nobody looks after the server any more, or None while somebody does and once it was stopped."""
        if self._thread.is_alive() or self._stopping.is_set():
            return None
        return self._unstartable("it keeps dying" if self._failure is None else str(self._failure))

    def _keep(self) -> None:
        began_at = time.monotonic()
        deaths: list[float] = []
        while not self._stopping.is_set():
            try:
                process = self._launch()
            except OSError as error:
                self._failure = error
                if not self._was_ready:
                    return
                self._log.warning("postgres.not_launched", error=str(error))
            else:
                self._failure = None
                self._bury(process)
                if self._stopping.is_set():
                    return
                if not self._was_ready and not self._waits_for_leftovers(began_at):
                    return
                if self._was_ready:
                    self._log.warning(
                        "postgres.died", pid=process.pid, status=process.returncode, log=str(self._layout.log)
                    )
            if self._was_ready:
                now = time.monotonic()
                deaths = [death for death in deaths if now - death < _RESTARTS_WITHIN_S] + [now]
                if len(deaths) > _RESTARTS_MAX:
                    self._log.warning("postgres.given_up", deaths=len(deaths), within_s=_RESTARTS_WITHIN_S)
                    self._given_up()
                    return
            self._stopping.wait(_RESTART_DELAY_S)

    def _waits_for_leftovers(self, began_at: float) -> bool:
        """Say whether a server that did not come up only has to wait for the children of the one before."""
        patient = time.monotonic() - began_at <= _LEFTOVERS_PATIENCE_S
        return patient and any(_LEFTOVERS in line for line in self.last_words())

    def _launch(self) -> subprocess.Popen[bytes]:
        clear_leftovers(self._layout.cluster, self._socket)
        descriptor = os.open(self._layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._said_from = os.fstat(descriptor).st_size
            process = launch(self._identity, self._command, output=descriptor)
        finally:
            os.close(descriptor)
        self._process = process
        if self._stopping.is_set():
            # `stop` may have looked for a process to signal a moment before there was one.
            process.send_signal(signal.SIGINT)
        return process

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server has ended, and keep its log from filling the disk meanwhile."""
        wait = _waiter(process)
        while not wait(_LOG_LOOK_S):
            bound_log(self._layout.log)
        process.wait()


def _waiter(process: subprocess.Popen[bytes]) -> Callable[[float], bool]:
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        # Without a descriptor to poll there is no cheap wait with a limit; the log is then bounded at starts only.
        return lambda _: True

    def wait(timeout_s: float) -> bool:
        gone = wait_readable(descriptor, timeout_s)
        if gone:
            os.close(descriptor)
        return gone

    return wait


def bound_log(path: Path, octets_max: int = _LOG_OCTETS_MAX) -> None:
    """Set a log that grew too long aside, in place of the one before; the server goes on writing to the same file, now empty.

    What it says between the copy and the cut is lost, which a log can bear.
    """
    try:
        if path.stat().st_size <= octets_max:
            return
    except FileNotFoundError:
        return
    aside = path.with_name(f"{path.name}.1")
    shutil.copyfile(path, aside)
    aside.chmod(0o600)
    os.truncate(path, 0)


def _mend(tail: Sequence[str], log: Path) -> str:
    said = "\n".join(tail)
    if "No space left" in said:
        return "The disk is full: free some, then start again; nothing is lost."
    if "could not map anonymous shared memory" in said or "could not create shared memory" in said:
        return "The machine is short of memory: end something else, or ALTER SYSTEM SET shared_buffers lower."
    if "Permission denied" in said:
        return "It may not read or run something of its own: `saveit doctor` looks at permissions."
    if "invalid checkpoint" in said or "could not locate a valid checkpoint" in said:
        return "Its files are damaged: keep a copy of the data directory, then restore the last backup into a new SAVEIT_DATA_DIR."
    return f"Its whole log is {log}; `saveit doctor` looks at what commonly is wrong."
