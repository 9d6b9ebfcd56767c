"""Looks at an installation without changing it, and says of each thing whether it is well, and what mends it."""

import os
import shutil
import socket
import stat
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal

import asyncpg
import msgspec

from saveit.kernel.logins import ROLES_MEND, word_of
from saveit.kernel.postgres.binaries import MAJOR_MIN, find_binaries
from saveit.kernel.postgres.cluster import major_of
from saveit.kernel.postgres.errors import BinariesMissing, Unstartable
from saveit.kernel.postgres.layout import ELSEWHERE, Layout, existing_layout, forsaken_homes
from saveit.kernel.postgres.process import exists, is_postmaster_of, read_postmaster_file
from saveit.kernel.postgres.server import owner_of, running_dsn
from saveit.kernel.settings import Settings

_PYTHON_MIN = (3, 11)
# The server's own log of changes may take 2 GB before a checkpoint trims it (max_wal_size).
_FREE_OCTETS_WARN = 5_000_000_000
_FREE_OCTETS_BAD = 1_000_000_000
_CONNECT_TIMEOUT_S = 10.0
_QUERY_TIMEOUT_S = 10.0
_ROLES = ("saveit_app", "saveit_ledger", "saveit_gate")


class Finding(msgspec.Struct, frozen=True):
    """One thing the doctor looked at."""

    name: str
    state: Literal["ok", "warn", "bad"]
    says: str
    mend: str = ""


class MigrationLevel(msgspec.Struct, frozen=True):
    """The migrations that a database has, and those that we bring, by their numbers."""

    applied: frozenset[int]
    known: frozenset[int]


async def diagnose(
    settings: Settings,
    *,
    migrations: Callable[[str], Awaitable[MigrationLevel]] | None = None,
    sealed: Callable[[str], Awaitable[Finding]] | None = None,
    roles: Sequence[str] = _ROLES,
    elsewhere: Path = ELSEWHERE,
) -> list[Finding]:
    """Look at everything that commonly is wrong, the foundations first; starts and changes nothing.

    `migrations` tells the level of the database behind a DSN, `sealed` whether the secret key opens what is in it. `roles` are those the
    application takes; `elsewhere` is what it is to EmbeddedPostgres.start.
    """
    findings = [_look_at_python(), _look_at_secret_key(settings)]
    findings += _look_at_data_directory(settings.data_dir)
    dsn = _chosen_dsn(settings)
    if dsn is None and _is_open(settings.data_dir):
        findings += _look_at_embedded(settings.data_dir, elsewhere)
        dsn = _running(settings.data_dir)
    findings.append(_look_at_port(settings))
    if dsn is None:
        findings.append(
            Finding("database", "ok", "the embedded database is not running; `saveit up` starts it")
        )
        return findings
    findings += await _look_at_database(dsn, migrations, roles)
    well = all(finding.state == "ok" for finding in findings)
    return [*findings, await sealed(dsn)] if sealed is not None and well else findings


def _chosen_dsn(settings: Settings) -> str | None:
    chosen = settings.migrate_database_url or settings.database_url
    return None if chosen is None else chosen.reveal()


def _running(data_dir: Path) -> str | None:
    try:
        return running_dsn(data_dir)
    except (Unstartable, OSError):
        # Said already, as a finding about its directory.
        return None


def _look_at_python() -> Finding:
    have = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < _PYTHON_MIN:
        return Finding(
            "python",
            "bad",
            f"this is Python {have}",
            "Install Python 3.11 or newer, remove .venv, and try again.",
        )
    return Finding("python", "ok", f"Python {have}")


def _look_at_secret_key(settings: Settings) -> Finding:
    if settings.secret_key is not None:
        return Finding("secret_key", "ok", "set by SAVEIT_SECRET_KEY")
    path = settings.data_dir / "secret.key"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        if existing_layout(settings.data_dir).cluster.exists():
            mend = "Bring it back from where you keep it. Without it the guests' names, phones and emails cannot be read."
            return Finding("secret_key", "bad", f"there is a database, but {path} is gone", mend)
        return Finding("secret_key", "ok", "none yet; the first start makes one")
    except OSError as error:
        return Finding(
            "secret_key", "bad", f"{path}: {error.strerror}", "Run this as the user who runs SaveIt."
        )
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding(
            "secret_key", "bad", f"{path} can be read by others (mode {mode:o})", f"chmod 600 {path}"
        )
    return Finding("secret_key", "ok", f"{path}, readable by its owner alone; keep a copy elsewhere")


def _look_at_data_directory(data_dir: Path) -> list[Finding]:
    if not data_dir.exists():
        return [
            Finding("data_directory", "ok", f"{data_dir} does not exist yet; the first start makes it"),
            _look_at_disk(data_dir),
        ]
    if not _is_open(data_dir):
        mend = "Run this as the user who runs SaveIt, or give the directory to that user."
        return [Finding("data_directory", "bad", f"{data_dir} cannot be written to by this user", mend)]
    status = data_dir.stat()
    if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX:
        finding = Finding(
            "data_directory", "bad", f"everybody may write to {data_dir}", f"chmod go-w {data_dir}"
        )
    else:
        finding = Finding("data_directory", "ok", f"{data_dir}")
    return [finding, _look_at_disk(data_dir)]


def _is_open(data_dir: Path) -> bool:
    """Say whether this user may use a directory; one that is not there yet is in nobody's way."""
    return not os.path.lexists(data_dir) or os.access(data_dir, os.R_OK | os.W_OK | os.X_OK)


def _look_at_disk(data_dir: Path) -> Finding:
    existing = next(path for path in (data_dir, *data_dir.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    says = f"{free / 1e9:.1f} GB free"
    if free < _FREE_OCTETS_BAD:
        return Finding("disk", "bad", says, "Free some: PostgreSQL stops when it cannot write.")
    if free < _FREE_OCTETS_WARN:
        return Finding(
            "disk",
            "warn",
            says,
            "Free some soon: a busy evening needs a few GB for the server's log of changes.",
        )
    return Finding("disk", "ok", says)


def _look_at_embedded(data_dir: Path, elsewhere: Path) -> list[Finding]:
    layout = existing_layout(data_dir)
    findings = [_look_at_binaries(layout)]
    if layout.cluster.exists():
        findings.append(_look_at_cluster(layout))
    owner = owner_of(data_dir)
    if owner is not None:
        findings.append(
            Finding(
                "owner",
                "ok",
                f"in use by process {owner.pid} since {owner.started_at.isoformat(timespec='seconds')}",
            )
        )
    else:
        findings.append(Finding("owner", "ok", "not in use"))
    findings.append(_look_at_postmaster(layout, is_owned=owner is not None))
    findings += [
        Finding(
            "old_database",
            "warn",
            f"{home} holds the database of a removed data directory",
            f"When you do not need it: rm -r {home}",
        )
        for home in forsaken_homes(elsewhere)
    ]
    return findings


def _look_at_binaries(layout: Layout) -> Finding:
    try:
        found = find_binaries(major_of(layout.cluster) if layout.cluster.exists() else None)
    except PermissionError:
        return Finding(
            "binaries",
            "bad",
            f"{layout.cluster} belongs to another user",
            "Run this as the user who runs SaveIt.",
        )
    except (BinariesMissing, OSError, ValueError) as error:
        return Finding(
            "binaries", "bad", str(error), "Install PostgreSQL 15 or newer, or set SAVEIT_DATABASE_URL."
        )
    return Finding("binaries", "ok", f"PostgreSQL {found.version} in {found.path}")


def _look_at_cluster(layout: Layout) -> Finding:
    mode = stat.S_IMODE(layout.cluster.stat().st_mode)
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        return Finding(
            "cluster",
            "bad",
            f"others may enter {layout.cluster} (mode {mode:o})",
            f"chmod 700 {layout.cluster}",
        )
    if not layout.passwords.exists():
        mend = "Bring it back, or restore a backup into a new SAVEIT_DATA_DIR."
        return Finding(
            "cluster", "bad", f"{layout.passwords} is gone, and with it the way into the database", mend
        )
    return Finding("cluster", "ok", f"{layout.cluster}, closed to others")


def _look_at_postmaster(layout: Layout, *, is_owned: bool) -> Finding:
    try:
        told = read_postmaster_file(layout.cluster)
    except OSError as error:
        return Finding(
            "server", "bad", f"{layout.cluster}: {error.strerror}", "Run this as the user who runs SaveIt."
        )
    if told is None:
        return Finding("server", "ok", "not running")
    if is_postmaster_of(told.pid, layout.cluster):
        if is_owned:
            return Finding("server", "ok", f"running as process {told.pid}")
        return Finding(
            "server",
            "warn",
            f"process {told.pid} outlived its owner",
            "`saveit up` stops it and starts its own.",
        )
    whose = "is another program's number now" if exists(told.pid) else "is gone"
    mend = "Nothing to do: `saveit up` clears it, and replays what was committed."
    return Finding("server", "warn", f"it did not stop cleanly; process {told.pid} {whose}", mend)


def _look_at_port(settings: Settings) -> Finding:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    where = f"{settings.host} port {settings.port}"
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            mend = "Fine if it is SaveIt that runs there; else choose another by --port or SAVEIT_PORT."
            return Finding("port", "warn", f"{where}: {error.strerror}", mend)
    return Finding("port", "ok", f"{where} is free")


async def _look_at_database(
    dsn: str, migrations: Callable[[str], Awaitable[MigrationLevel]] | None, roles: Sequence[str]
) -> list[Finding]:
    try:
        connection = await asyncpg.connect(dsn, timeout=_CONNECT_TIMEOUT_S)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # The DSN is not repeated: it holds the password.
        word = word_of(error)
        mend = (
            "Check SAVEIT_DATABASE_URL, the network between, and that the server runs."
            if word is None
            else word.mend
        )
        return [Finding("database", "bad", f"it cannot be reached: {error or type(error).__name__}", mend)]
    try:
        # Since PostgreSQL 10 the second number is what the library calls micro.
        version = connection.get_server_version()
        findings = [
            Finding("database", "ok", "reachable"),
            _judge_version(version.major, f"{version.major}.{version.micro}"),
        ]
        findings.append(await _look_at_encoding(connection))
        findings.append(await _look_at_extension(connection))
        findings += [await _look_at_role(connection, role) for role in roles]
    finally:
        await connection.close(timeout=_CONNECT_TIMEOUT_S)
    if migrations is not None:
        findings.append(_judge_level(await migrations(dsn)))
    return findings


def _judge_version(major: int, version: str) -> Finding:
    if major < MAJOR_MIN:
        return Finding(
            "version",
            "bad",
            f"PostgreSQL {version}",
            f"SaveIt needs PostgreSQL {MAJOR_MIN} or newer: upgrade the server.",
        )
    return Finding("version", "ok", f"PostgreSQL {version}")


async def _look_at_encoding(connection: "asyncpg.Connection[asyncpg.Record]") -> Finding:
    encoding = await connection.fetchval(
        "SELECT current_setting('server_encoding')", timeout=_QUERY_TIMEOUT_S
    )
    if encoding != "UTF8":
        mend = "Make the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        return Finding("encoding", "bad", f"text is kept as {encoding}", mend)
    return Finding("encoding", "ok", "UTF8")


async def _look_at_extension(connection: "asyncpg.Connection[asyncpg.Record]") -> Finding:
    there = await connection.fetchval(
        "SELECT true FROM pg_available_extensions WHERE name = 'btree_gist'", timeout=_QUERY_TIMEOUT_S
    )
    if not there:
        mend = "Install PostgreSQL's contrib modules on the server: without btree_gist no table can be held."
        return Finding("btree_gist", "bad", "not available", mend)
    return Finding("btree_gist", "ok", "available")


async def _look_at_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str) -> Finding:
    name = f"role {role}"
    row = await connection.fetchrow(
        "SELECT rolsuper OR rolbypassrls AS sees_all, pg_has_role(current_user, oid, 'MEMBER') AS usable FROM pg_roles WHERE rolname = $1",
        role,
        timeout=_QUERY_TIMEOUT_S,
    )
    if row is None:
        may_make = await connection.fetchval(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user",
            timeout=_QUERY_TIMEOUT_S,
        )
        if may_make:
            return Finding(name, "bad", "does not exist", "`saveit migrate` makes it.")
        return Finding(name, "bad", "does not exist, and this login may not make it", ROLES_MEND)
    if row["sees_all"]:
        return Finding(
            name, "bad", "it is not held to row-level security", f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
        )
    if not row["usable"]:
        return Finding(
            name,
            "bad",
            "our login may not take it",
            f"GRANT {role} TO our login, or run `saveit migrate` with it.",
        )
    return Finding(name, "ok", "usable, and held to row-level security")


def _judge_level(level: MigrationLevel) -> Finding:
    unknown = sorted(level.applied - level.known)
    if unknown:
        mend = "This SaveIt is older than the database: install the newer one again."
        return Finding("migrations", "bad", f"the database has {unknown}, which we do not know", mend)
    says = f"{len(level.applied)} of {len(level.known)}"
    if level.applied < level.known:
        mend = "`saveit migrate` brings the database up to date; `saveit up` does it by itself."
        return Finding("migrations", "warn", says, mend)
    return Finding("migrations", "ok", says)
