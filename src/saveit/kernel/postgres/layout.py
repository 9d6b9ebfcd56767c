"""Where a database lives, who may touch it, and where its socket is."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from saveit.kernel.postgres.binaries import reachable
from saveit.kernel.postgres.errors import DataDirectoryUnusable
from saveit.kernel.postgres.process import Identity

# Where a root-run database goes when its data directory is closed to all but root.
ELSEWHERE = Path("/var/lib/saveit-postgres")

# In such a place, the file that says whose it is.
_MADE_FOR = "made-for"

# sockaddr_un.sun_path has 108 octets on Linux and 104 on macOS, the last is a zero.
_SOCKET_PATH_OCTETS_MAX = 103
_SOCKET_NAME = ".s.PGSQL.5432"
# Ids that systemd's list of ranges leaves unused, and that exist in containers whose ids end at 65535.
_FREE_UIDS = range(60_706, 61_184)
# Accounts an administrator may have made for us, in order. Not "postgres": that one owns the system's databases.
DEDICATED_USERS = ("saveit-postgres", "saveit")


class Layout(msgspec.Struct, frozen=True):
    """The names in a data directory. `home` holds what the server touches; it is the data directory wherever that can be reached."""

    data_dir: Path
    home: Path

    @property
    def cluster(self) -> Path:
        """The server's own directory; who owns it is who the server runs as."""
        return self.home / "postgres"

    @property
    def staging(self) -> Path:
        """Where a new one is made before it gets its name."""
        return self.home / "postgres.new"

    @property
    def settings(self) -> Path:
        """The server's settings, written at every start."""
        return self.home / "postgresql.conf"

    @property
    def access(self) -> Path:
        """Who may connect, written at every start."""
        return self.home / "pg_hba.conf"

    @property
    def passwords(self) -> Path:
        """The two passwords, in the form that psql reads as PGPASSFILE."""
        return self.data_dir / "postgres.pass"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data_dir / "postgres.log"

    @property
    def socket_record(self) -> Path:
        """Where the socket is, when it cannot be in the home."""
        return self.data_dir / "postgres.socket"


def home_record(data_dir: Path) -> Path:
    """Return the file that names the home, when that is not the data directory."""
    return data_dir / "postgres.home"


def existing_layout(data_dir: Path) -> Layout:
    """Return where the database of this data directory is, or would be; changes nothing."""
    record = home_record(data_dir)
    home = Path(record.read_text(encoding="utf-8").strip()) if record.exists() else data_dir
    return Layout(data_dir=data_dir, home=home)


def holds_database(data_dir: Path) -> bool:
    """Say whether a database was ever made here; changes nothing."""
    return existing_layout(data_dir).cluster.exists()


def settle(data_dir: Path, *, elsewhere: Path = ELSEWHERE) -> tuple[Layout, Identity]:
    """Decide where the database lives and who runs it; the same at every start.

    Refuses: DataDirectoryUnusable where its server could not read it.
    """
    layout = existing_layout(data_dir)
    if os.geteuid() != 0:
        identity = Identity(uid=os.geteuid(), gid=os.getegid())
        if layout.cluster.exists() and layout.cluster.stat().st_uid != identity.uid:
            raise DataDirectoryUnusable(
                data_dir, "its database belongs to another user", "Start SaveIt as the user who made it"
            )
        return layout, identity
    identity = _server_identity(layout)
    if layout.home == data_dir and not layout.cluster.exists():
        layout = _find_home(data_dir, identity, elsewhere)
    _let_in(layout.home, identity)
    if not reachable(layout.home, identity):
        raise DataDirectoryUnusable(
            layout.home,
            f"PostgreSQL does not run as root, and user {identity.uid} cannot get there",
            f"Move the data directory, or let that user pass through each directory above it (the first: {layout.home.resolve().parent})",
        )
    return layout, identity


def _server_identity(layout: Layout) -> Identity:
    """Choose whom root's server runs as. The owner of an existing database is the record of what was chosen for it."""
    if layout.cluster.exists():
        status = layout.cluster.stat()
        if status.st_uid == 0:
            raise DataDirectoryUnusable(
                layout.cluster,
                "it belongs to root, as a copy made by root does, and PostgreSQL does not run as root",
                f"Give it back: chown -R {_FREE_UIDS[0]}:{_FREE_UIDS[0]} {layout.cluster}",
            )
        return Identity(uid=status.st_uid, gid=status.st_gid)
    for name in DEDICATED_USERS:
        found = account(name)
        if found is not None and found.pw_uid != 0:
            return Identity(uid=found.pw_uid, gid=found.pw_gid)
    # By the path, so that two installations on a machine have two users, and neither can read or signal the other's server.
    first = int.from_bytes(hashlib.sha256(os.fsencode(layout.data_dir)).digest()[:4])
    for step in range(len(_FREE_UIDS)):
        uid = _FREE_UIDS[(first + step) % len(_FREE_UIDS)]
        if not is_account(uid):
            return Identity(uid=uid, gid=uid)
    raise DataDirectoryUnusable(
        layout.data_dir, "every user id is taken", f"Make a user named {DEDICATED_USERS[0]}"
    )


def _find_home(data_dir: Path, identity: Identity, elsewhere: Path) -> Layout:
    """Keep the database in the data directory, unless a directory above it is closed to all but root: those are not ours to open."""
    if reachable(data_dir.parent, identity):
        _let_in(data_dir, identity)
        if reachable(data_dir, identity):
            return Layout(data_dir=data_dir, home=data_dir)
    if not elsewhere.exists():
        elsewhere.mkdir(parents=True)
        elsewhere.chmod(0o755)
    # A new name each time: a data directory that was removed must not come back with its old rows.
    home = Path(tempfile.mkdtemp(prefix=f"{data_dir.name}-", dir=elsewhere))
    write_private(home / _MADE_FOR, f"{data_dir}\n")
    write_private(home_record(data_dir), f"{home}\n")
    return Layout(data_dir=data_dir, home=home)


def forsaken_homes(elsewhere: Path = ELSEWHERE) -> Iterator[Path]:
    """Yield the homes whose data directory is gone, or has another home now; they hold old databases that nobody uses."""
    for made_for in elsewhere.glob(f"*/{_MADE_FOR}"):
        data_dir = Path(made_for.read_text(encoding="utf-8").strip())
        if existing_layout(data_dir).home != made_for.parent:
            yield made_for.parent


def _let_in(directory: Path, identity: Identity) -> None:
    """Let the server's private group, and nobody else, pass through a directory of ours that is closed to all but root."""
    status = directory.stat()
    closed = status.st_uid == 0 and stat.S_IMODE(status.st_mode) & (stat.S_IRWXG | stat.S_IRWXO) == 0
    if closed:
        os.chown(directory, 0, identity.gid)
        directory.chmod(0o710)


def account(name: str) -> pwd.struct_passwd | None:
    """Return an account of this system, if there is one of this name."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def is_account(uid: int) -> bool:
    """Say whether an account of this system has this id."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def give(path: Path, identity: Identity, home: Path) -> None:
    """Make `identity` the owner of a path in `home`.

    Refuses: DataDirectoryUnusable where the id does not exist, as in a container that maps root alone.
    """
    if os.geteuid() != 0:
        return
    try:
        os.chown(path, identity.uid, identity.gid)
    except OSError as error:
        message = f"user {identity.uid} does not exist in this container"
        mend = "Start SaveIt as a user other than root, or set SAVEIT_DATABASE_URL"
        raise DataDirectoryUnusable(home, message, mend) from error


def socket_directory(layout: Layout) -> Path:
    """Return where the socket is."""
    if layout.socket_record.exists():
        return Path(layout.socket_record.read_text(encoding="utf-8").strip())
    return layout.home / "socket"


def prepare_socket_directory(layout: Layout, identity: Identity) -> Path:
    """Return a directory, open to the server alone, whose socket's path is short enough for the kernel."""
    directory = layout.home / "socket"
    if len(os.fsencode(directory / _SOCKET_NAME)) <= _SOCKET_PATH_OCTETS_MAX:
        layout.socket_record.unlink(missing_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
    else:
        directory = _short_socket_directory(layout, identity)
    give(directory, identity, layout.home)
    directory.chmod(0o700)
    return directory


def _short_socket_directory(layout: Layout, identity: Identity) -> Path:
    if layout.socket_record.exists():
        known = socket_directory(layout)
        # Anyone may make a directory of this name after ours was cleaned away: it serves only if it is the server's own.
        if not known.is_symlink() and known.is_dir() and known.stat().st_uid == identity.uid:
            return known
    # Not $TMPDIR, which is often long itself.
    made = Path(tempfile.mkdtemp(prefix="saveit-", dir="/tmp"))
    write_private(layout.socket_record, f"{made}\n")
    return made


def remove_short_socket_directory(layout: Layout) -> None:
    """Leave nothing behind in the system's temporary directory."""
    if layout.socket_record.exists():
        shutil.rmtree(socket_directory(layout), ignore_errors=True)
        layout.socket_record.unlink()


def write_private(path: Path, text: str) -> None:
    """Put a file in place whole, for us alone, and on disk."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_directory(path.parent)


def write_for(path: Path, identity: Identity, text: str) -> None:
    """Put a file in place that the server can read, and only we can change."""
    write_private(path, text)
    if os.geteuid() == 0:
        os.chown(path, 0, identity.gid)
        path.chmod(0o640)


def sync_directory(directory: Path) -> None:
    """Put on disk which names a directory holds."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
