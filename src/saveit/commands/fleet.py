"""Several web processes behind one socket: started, watched, replaced when they die, and ended together.

They are spawned, never forked: a fork takes along the threads' locks and the database's keeper in the state they happen to be in. All
inherit one listening socket, so a process that is killed leaves the connections that nobody has taken yet to the others. What it had
taken is answered to nobody; the guest's program sends it again with the same key, and nothing happens twice.
"""

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from prometheus_client import multiprocess

from saveit.app import told_to_stop
from saveit.commands.installation import CannotBeDone
from saveit.kernel.observe import logger
from saveit.kernel.settings import Settings

_log = logger("fleet")

_PR_SET_PDEATHSIG = 1
# The server's grace of 10 s for answers under way, and as much again for what it then closes.
_ENDED_WITHIN_S = 25.0
# A process that dies more often than this is ill, and starting it again only hides it.
_DEATHS_MAX = 5
_DEATHS_WITHIN_S = 60.0
_RESTART_DELAY_S = 0.2


class Fleet:
    """The web processes of one `saveit up`. `environment` is all they are told; `ready` is called when the first one answers."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        *,
        environment: Mapping[str, str],
        ready: Callable[[], None],
    ) -> None:
        self._size = settings.workers
        self._listener = listener
        self._metrics = settings.data_dir / "metrics"
        # Their numbers are added up through files in a directory; its name must be there before the metrics are imported.
        self._environment = {
            **environment,
            "PROMETHEUS_MULTIPROC_DIR": str(self._metrics),
            # Whoever wakes first would otherwise take all connections that wait, and keep them for as long as they are open.
            "UV_TCP_SINGLE_ACCEPT": "1",
        }
        self._tell_ready = ready
        self._stopping = asyncio.Event()
        self._is_ill = False

    async def run(self) -> None:
        """Keep the processes until SIGTERM or SIGINT, then end them, each with what it is doing.

        Raises: CannotBeDone when one keeps dying.
        """
        await asyncio.to_thread(_make_empty, self._metrics)
        heard, said = os.pipe()
        loop = asyncio.get_running_loop()

        def hear() -> None:
            loop.remove_reader(heard)
            self._tell_ready()

        loop.add_reader(heard, hear)
        try:
            with told_to_stop(self._stopping.set):
                await asyncio.gather(*(self._keep(said) for _ in range(self._size)))
        finally:
            loop.remove_reader(heard)
            os.close(heard)
            os.close(said)
        if self._is_ill:
            raise CannotBeDone(
                f"A web process died {_DEATHS_MAX} times within {_DEATHS_WITHIN_S:.0f} s; its last words are above."
            )

    async def _keep(self, said: int) -> None:
        """Keep one of them alive."""
        deaths: deque[float] = deque(maxlen=_DEATHS_MAX)
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            process = await self._spawn(said)
            try:
                await self._until_gone_or_told(process)
            finally:
                await _end(process)
            multiprocess.mark_process_dead(process.pid, str(self._metrics))  # pyright: ignore[reportUnknownMemberType] - it says no types.
            if self._stopping.is_set():
                return
            _log.warning("web_process.died", pid=process.pid, status=process.returncode)
            deaths.append(clock())
            if len(deaths) == _DEATHS_MAX and deaths[-1] - deaths[0] < _DEATHS_WITHIN_S:
                self._is_ill = True
                self._stopping.set()
            await _wait(self._stopping, _RESTART_DELAY_S)

    async def _spawn(self, said: int) -> Process:
        listener = self._listener.fileno()
        command = (
            "-m",
            "saveit",
            "web-process",
            f"--socket={listener}",
            f"--ready={said}",
            f"--parent={os.getpid()}",
        )
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdin=DEVNULL,
            env=self._environment,
            pass_fds=(listener, said),
            # Ctrl-C in a terminal is sent to everybody there; they are told by us alone, and once.
            start_new_session=True,
        )

    async def _until_gone_or_told(self, process: Process) -> None:
        waits = [asyncio.create_task(process.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()


def hear_of_death(parent: int) -> None:
    """Let this web process die with the one that started it, however that ends.

    Killed without warning, it has taken the embedded database along, and a new `saveit up` will want the port.

    Raises: CannotBeDone when it is gone already.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        raise CannotBeDone("A web process is started by `saveit up` alone, and that one is gone.")


async def _end(process: Process) -> None:
    """Ask the process to end; see that it does."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _ENDED_WITHIN_S)
    except TimeoutError:
        _log.warning("web_process.killed", pid=process.pid)
        process.kill()
        await process.wait()


async def _wait(event: asyncio.Event, within_s: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), within_s)
    except TimeoutError:
        return


def _make_empty(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700, parents=True)
