"""Processes: run as somebody else, recognise a server, wait and signal without ever hitting a stranger."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from saveit.kernel.postgres.errors import Unstoppable

# Between two looks, where the system cannot wake us.
_LOOK_EVERY_S = 0.02
# A fast shutdown writes a checkpoint: seconds on a slow disk. An immediate one only has to end its children (it allows them 5 s).
FAST_SHUTDOWN_S = 30.0
IMMEDIATE_SHUTDOWN_S = 10.0


class Identity(msgspec.Struct, frozen=True):
    """Who a process runs as. It is root for nobody: PostgreSQL refuses it."""

    uid: int
    gid: int


class PostmasterFile(msgspec.Struct, frozen=True):
    """What a server writes about itself into postmaster.pid."""

    pid: int
    status: str


def run_as(
    identity: Identity, command: Sequence[str], *, given: str = "", timeout_s: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as `identity`, with a bare environment and no way to read our files.

    Raises: subprocess.TimeoutExpired, OSError. A failure of the command is in the result.
    """
    drops = os.geteuid() == 0
    return subprocess.run(  # noqa: S603 - commands are ours, lists, without a shell.
        list(command),
        input=given,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        cwd="/",
        env=dict(bare_environment()),
        user=identity.uid if drops else None,
        group=identity.gid if drops else None,
        extra_groups=[] if drops else None,
        umask=0o077,
    )


def launch(identity: Identity, command: Sequence[str], *, output: int) -> subprocess.Popen[bytes]:
    """Start a server as `identity`, in a session of its own, writing to the file descriptor `output`.

    The kernel sends it SIGINT when the *thread* that calls this ends, so call it from a thread that lives as long as the server.
    """
    script = str(Path(__file__).with_name("launch.py"))
    return subprocess.Popen(  # noqa: S603 - commands are ours, lists, without a shell.
        [
            sys.executable,
            "-I",
            "-S",
            script,
            str(identity.uid),
            str(identity.gid),
            str(os.getpid()),
            *command,
        ],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        env=dict(bare_environment()),
        # Without a session of its own, Ctrl-C in the terminal would stop the database before the requests that still need it.
        start_new_session=True,
    )


def bare_environment() -> Mapping[str, str]:
    """Return the environment of a server: ours may hold PG* variables that would change it, and secrets that are not its business."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}


def read_postmaster_file(cluster: Path) -> PostmasterFile | None:
    """Read what the server of `cluster` says about itself; None where there is none, or it is still being written."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        # The status is its eighth line, and the last that is written.
        return PostmasterFile(pid=int(lines[0]), status="".join(lines[7:8]).strip() or "starting")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def exists(pid: int) -> bool:
    """Say whether a process of this id exists, be it whose it may and dead but unburied."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_postmaster_of(pid: int, cluster: Path) -> bool:
    """Say whether `pid` is alive and a PostgreSQL server of exactly this directory; a process id alone may have been used again."""
    proc = Path("/proc") / str(pid)
    try:
        if not proc.parent.joinpath("self").exists():
            return _is_postmaster_by_ps(pid, cluster)
        command = (proc / "cmdline").read_bytes().decode(errors="replace").split("\0")
        if Path(command[0]).name != "postgres":
            return False
        # The directory may have been renamed under the server; its working directory follows, its command line does not.
        return str(cluster) in command or (proc / "cwd").readlink() == cluster
    except OSError:
        return False


def _is_postmaster_by_ps(pid: int, cluster: Path) -> bool:
    told = subprocess.run(  # noqa: S603 - a fixed command.
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    ).stdout
    return "postgres -D " in told and str(cluster) in told


def clear_leftovers(cluster: Path, socket: Path) -> None:
    """Remove the locks of a server that is dead, for the owner of `cluster` to call before it starts one.

    PostgreSQL only looks whether the number in a lock is alive. It refuses to start when that number passed to a stranger, or its dead
    process was never buried, as happens in a container without an init. Whether old children still use the memory, it finds out
    without these files.
    """
    told = read_postmaster_file(cluster)
    if told is not None and exists(told.pid) and not is_postmaster_of(told.pid, cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (socket / name).unlink(missing_ok=True)


def wait_until_gone(pid: int, timeout_s: float, *, still: Callable[[], bool]) -> bool:
    """Wait until a process has ended, and say whether it has; `still` looks whether it is the one we mean."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except (AttributeError, OSError):
        return _look_until_gone(timeout_s, still)
    try:
        return bool(not still() or wait_readable(descriptor, timeout_s))
    finally:
        os.close(descriptor)


def wait_readable(descriptor: int, timeout_s: float) -> bool:
    """Wait until a file descriptor can be read, and say whether it can."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(int(timeout_s * 1000)))


def _look_until_gone(timeout_s: float, still: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + timeout_s
    while still():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True


def stop_postmaster(pid: int, cluster: Path) -> None:
    """Stop the server `pid` of `cluster`, which need not be our child: fast, and at once if that takes too long.

    Raises: Unstoppable.
    """

    def still() -> bool:
        return is_postmaster_of(pid, cluster)

    for order, timeout_s in ((signal.SIGINT, FAST_SHUTDOWN_S), (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_S)):
        if not _signal_if(pid, order, still) or wait_until_gone(pid, timeout_s, still=still):
            return
    raise Unstoppable(f"process {pid} is still there after SIGINT and SIGQUIT")


def _signal_if(pid: int, order: signal.Signals, still: Callable[[], bool]) -> bool:
    """Send a signal if `still`, and say whether it was sent. The open descriptor keeps the id from passing to a stranger in between."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except (AttributeError, OSError):
        if still():
            os.kill(pid, order)
            return True
        return False
    try:
        if not still():
            return False
        signal.pidfd_send_signal(descriptor, order)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True
