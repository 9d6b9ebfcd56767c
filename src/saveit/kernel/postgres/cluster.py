"""How a database is made, complete or not at all, and with which settings it runs."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from saveit.kernel.postgres.binaries import Binaries
from saveit.kernel.postgres.errors import Unstartable
from saveit.kernel.postgres.layout import (
    DEDICATED_USERS,
    Layout,
    account,
    give,
    is_account,
    socket_directory,
    sync_directory,
    write_for,
    write_private,
)
from saveit.kernel.postgres.process import Identity, run_as

OWNER = "saveit"
SUPERUSER = "postgres"
DATABASE = "saveit"

# Accounts that every system has; used for the seconds of initdb alone.
_BORROWED_USERS = ("nobody", "daemon")
_INITDB_TIMEOUT_S = 300.0

# For a machine shared with the application. An operator's ALTER SYSTEM overrules each of them.
_TUNING: Mapping[str, str] = {
    "cluster_name": "saveit",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "wal_level": "replica",
    # Compiling costs more than the short queries of a restaurant can ever win back.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    # A refused row is quoted in DETAIL, and a failed statement may hold what somebody typed: neither belongs in a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] %u@%d ",
}


def make_cluster(layout: Layout, identity: Identity, binaries: Binaries) -> None:
    """Make a new database directory with its two roles and the database, on disk and whole before it gets its name.

    Raises: Unstartable.
    """
    shutil.rmtree(layout.staging, ignore_errors=True)
    layout.staging.mkdir(mode=0o710)
    os.chown(layout.staging, -1, identity.gid)
    layout.staging.chmod(0o710)
    draft = layout.staging / "cluster"
    draft.mkdir(mode=0o700)
    maker = _maker(identity)
    give(draft, maker, layout.home)
    _keep_passwords(layout)
    _run_initdb(draft, maker, binaries)
    _make_roles(layout, draft, maker, binaries)
    if maker != identity:
        for directory, _, names in os.walk(draft):
            for path in (directory, *(os.path.join(directory, name) for name in names)):  # noqa: PTH118 - a thousand Paths cost more.
                os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
    _demand(
        run_as(
            identity,
            [str(binaries.path / "initdb"), "--sync-only", "-D", str(draft)],
            timeout_s=_INITDB_TIMEOUT_S,
        )
    )
    draft.rename(layout.cluster)
    layout.staging.rmdir()
    sync_directory(layout.home)


def _maker(identity: Identity) -> Identity:
    """Choose who runs initdb, which refuses a user without a line in /etc/passwd.

    A borrowed account serves for these seconds. Its own processes cannot follow: the draft stands in a directory that is open only to
    the server's private group, which they are not in.
    """
    if is_account(identity.uid):
        return identity
    for name in _BORROWED_USERS:
        found = account(name)
        if found is not None and found.pw_uid != 0:
            return Identity(uid=found.pw_uid, gid=identity.gid)
    raise Unstartable(
        "this system has no account but root's, and PostgreSQL does not run as root",
        mend=f"Make a user named {DEDICATED_USERS[0]}, or set SAVEIT_DATABASE_URL.",
    )


def _run_initdb(draft: Path, maker: Identity, binaries: Binaries) -> None:
    command = [
        str(binaries.path / "initdb"),
        "-D",
        str(draft),
        "-U",
        SUPERUSER,
        "--encoding=UTF8",
        "--data-checksums",
        "--auth=reject",
    ]
    # Not synced here, but once, after the roles are made: that is half a second on a laptop and many on a slow disk.
    command += ["--no-sync", "--no-instructions"]
    # Sorting by code point everywhere: the operating system's collations change under an index when it is upgraded.
    if binaries.major >= 17:  # noqa: PLR2004 - the first PostgreSQL with a collation provider of its own.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        _demand(run_as(maker, command, timeout_s=_INITDB_TIMEOUT_S))
        return
    result = run_as(maker, [*command, "--locale=C.UTF-8"], timeout_s=_INITDB_TIMEOUT_S)
    if "invalid locale" in result.stderr:
        result = run_as(maker, [*command, "--locale=C"], timeout_s=_INITDB_TIMEOUT_S)
    _demand(result)


def _make_roles(layout: Layout, draft: Path, maker: Identity, binaries: Binaries) -> None:
    """Make the owner and the database before any server listens.

    The owner is not a superuser, as on a managed PostgreSQL: what passes here passes there, and a hole in the application is not a
    shell on the machine.
    """
    statements = (
        f"ALTER ROLE {SUPERUSER} PASSWORD '{read_password(layout, SUPERUSER)}';",
        f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE PASSWORD '{read_password(layout, OWNER)}';",
        f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
    )
    command = [
        str(binaries.path / "postgres"),
        "--single",
        "-D",
        str(draft),
        "-c",
        "exit_on_error=true",
        "-c",
        "fsync=off",
    ]
    command += ["-c", "log_min_error_statement=panic", SUPERUSER]
    _demand(run_as(maker, command, given="\n".join((*statements, "")), timeout_s=_INITDB_TIMEOUT_S))


def _demand(result: subprocess.CompletedProcess[str]) -> None:
    if result.returncode != 0:
        raise Unstartable(
            "its data directory could not be made",
            log_tail=(result.stdout + result.stderr).splitlines()[-20:],
            mend="`saveit doctor` looks at permissions and free disk.",
        )


def _keep_passwords(layout: Layout) -> None:
    if not layout.passwords.exists():
        lines = (f"*:*:*:{role}:{secrets.token_urlsafe(32)}\n" for role in (OWNER, SUPERUSER))
        write_private(layout.passwords, "".join(lines))


def read_password(layout: Layout, role: str) -> str:
    """Return the password of one of the two roles.

    Raises: Unstartable when the file is lost.
    """
    try:
        lines = layout.passwords.read_text(encoding="ascii").splitlines()
    except FileNotFoundError as error:
        message = f"{layout.passwords} is gone, and with it the way into the database"
        raise Unstartable(
            message, mend="Bring that file back, or restore a backup into a new SAVEIT_DATA_DIR."
        ) from error
    return next(line.rpartition(":")[2] for line in lines if line.startswith(f"*:*:*:{role}:"))


def build_dsn(layout: Layout, role: str, database: str) -> str:
    """Return the DSN over the unix socket, password included."""
    password = read_password(layout, role)
    return f"postgresql://{role}:{password}@/{quote(database, safe='')}?host={quote(str(socket_directory(layout)), safe='/')}"


def write_settings(layout: Layout, identity: Identity, overrides: Mapping[str, str]) -> None:
    """Write the server's settings, which it can read and not change."""
    header = "# Written by SaveIt at every start. Your own settings: ALTER SYSTEM, which overrules these.\n"
    quoted = {name: value.replace("'", "''") for name, value in {**_TUNING, **overrides}.items()}
    lines = (f"{name} = '{value}'\n" for name, value in quoted.items())
    write_for(layout.settings, identity, header + "".join(lines))
    write_for(layout.access, identity, "# Written by SaveIt at every start.\nlocal all all scram-sha-256\n")


def server_command(layout: Layout, binaries: Binaries, socket: Path) -> list[str]:
    """Return how the server is started. What keeps others out stands here, where no ALTER SYSTEM reaches it."""
    quoted = '"' + str(socket).replace('"', '""') + '"'
    settings = (
        f"config_file={layout.settings}",
        f"hba_file={layout.access}",
        "listen_addresses=",
        f"unix_socket_directories={quoted}",
        "unix_socket_permissions=0700",
        "port=5432",
    )
    return [
        str(binaries.path / "postgres"),
        "-D",
        str(layout.cluster),
        *(part for each in settings for part in ("-c", each)),
    ]


def major_of(cluster: Path) -> int:
    """Return the major version that made a database directory."""
    return int((cluster / "PG_VERSION").read_text(encoding="ascii"))
