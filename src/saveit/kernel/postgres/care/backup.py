"""A backup is one file that restores: a dump, and a manifest that says what it is and proves that it is whole."""

import asyncio
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version as version_of
from pathlib import Path
from typing import IO, Literal, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
import msgspec

from saveit.kernel.clock import Clock, SystemClock
from saveit.kernel.logins import DatabaseUnusable, word_of
from saveit.kernel.postgres.binaries import tool
from saveit.kernel.postgres.errors import (
    BackupDamaged,
    BackupExists,
    BackupFailed,
    BackupIncomplete,
    BackupNowhere,
    DatabaseNotEmpty,
    SecretKeyDiffers,
)
from saveit.kernel.postgres.process import bare_environment
from saveit.kernel.settings import Secret

Stream = TypeVar("Stream", asyncio.StreamReader, asyncio.StreamWriter)

_DUMP = "saveit.dump"
_MANIFEST = "manifest.json"
_SECRET = "secret.key"  # noqa: S105 - a file's name.
_MEMBER_OCTETS_MAX = 1_000_000
_PIECE_OCTETS = 1 << 20
_HEAD_OCTETS = 4096
_LAST_LINES = 5
# The first PostgreSQL with the setting of this name.
_KNOWS_TRANSACTION_TIMEOUT = 17
_CONNECT_TIMEOUT_S = 15.0
# A hundred restaurants for ten years dump in minutes; an hour means that something hangs.
_WITHIN_S = 3600.0

# Opens the transaction that the dump is loaded in.
_OPENING = """\
BEGIN;
SET LOCAL client_min_messages = warning;
"""
# Whoever made what is there, a superuser may drop it.
_CLEARING = """\
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' \\gexec
"""
# It is loaded by the database's owner, so that all ends up his, as migrations leave it.
_TAKING_THE_OWNERS_ROLE = """\
SELECT format('SET LOCAL ROLE %I', pg_get_userbyid(datdba)) FROM pg_database
WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'MEMBER') \\gexec
"""
_MAKING_ROOM = """\
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says about itself."""

    format: Literal[1]
    made_at: datetime
    product_version: str
    postgres_version: str
    schema_level: int | None
    dump_octets: int
    dump_sha256: str
    # Roles that hold rights in the dump. They belong to the server, so the dump itself cannot make them.
    roles: tuple[str, ...]
    # One for each key that something in the dump may be sealed under, the current one first.
    secret_key_fingerprints: tuple[str, ...]
    with_secret: bool


class Backup(msgspec.Struct, frozen=True):
    """A backup that was made, and what its maker must be told."""

    path: Path
    manifest: Manifest
    warnings: tuple[str, ...]


class Restored(msgspec.Struct, frozen=True):
    """What was restored; `secret_key` is the one that travelled with it, for the caller to keep where there is none yet."""

    manifest: Manifest
    secret_key: Secret | None


async def backup(
    dsn: str,
    target: Path,
    *,
    secret_key: Secret,
    schema_level: int | None = None,
    with_secret: bool = False,
    clock: Clock | None = None,
    within_s: float = _WITHIN_S,
) -> Backup:
    """Write the whole database into one new file, readable by us alone, that is there complete or not at all.

    The database serves meanwhile; the backup is what was committed when it began. The login must see every row: a superuser, or one
    with BYPASSRLS. `with_secret` puts the secret key into it, and whoever has such a file can read everybody's personal data.

    Refuses: BackupExists, BackupNowhere, BackupIncomplete.
    Raises: BackupFailed, BinariesMissing, DatabaseUnusable, OSError.
    """
    if await asyncio.to_thread(target.exists):
        raise BackupExists(target=str(target))
    if not await asyncio.to_thread(target.parent.is_dir):
        raise BackupNowhere(folder=str(target.parent))
    roles, postgres_version = await _look_at_source(dsn)
    # Beside the target: only within one file system does a whole file appear at once.
    scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=f".{target.name}.", dir=target.parent))
    try:
        dump = scratch / _DUMP
        await _dump(dsn, dump, within_s)
        octets, sha256 = await asyncio.to_thread(_measure, dump)
        manifest = Manifest(
            format=1,
            made_at=(clock or SystemClock()).now(),
            product_version=version_of("saveit"),
            postgres_version=postgres_version,
            schema_level=schema_level,
            dump_octets=octets,
            dump_sha256=sha256,
            roles=roles,
            secret_key_fingerprints=fingerprints(secret_key),
            with_secret=with_secret,
        )
        await asyncio.to_thread(_pack, target, manifest, dump, secret_key if with_secret else None)
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch)
    return Backup(path=target, manifest=manifest, warnings=(_warning(manifest),))


async def restore(
    dsn: str,
    source: Path,
    *,
    secret_key: Secret | None,
    force: bool = False,
    after: Callable[[str], Awaitable[None]] | None = None,
    within_s: float = _WITHIN_S,
) -> Restored:
    """Fill an empty database from a backup, in one transaction; then await `after` with the DSN.

    Nothing else may use the database meanwhile. With `force`, what the database held is dropped in that same transaction: a restore that
    fails leaves it as it was. `secret_key` is this installation's, None if it has none yet.

    Refuses: BackupDamaged, DatabaseNotEmpty, SecretKeyDiffers.
    Raises: BackupFailed, BinariesMissing, DatabaseUnusable, OSError.
    """
    scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="saveit-restore-"))
    try:
        dump, preamble = scratch / _DUMP, scratch / "preamble.sql"
        manifest, travelled = await asyncio.to_thread(_unpack, source, dump)
        if secret_key is not None and not force:
            _refuse_other_key(manifest, secret_key)
        major = await _prepare_target(dsn, manifest, force=force)
        words = (
            (_OPENING, _CLEARING, _TAKING_THE_OWNERS_ROLE, _MAKING_ROOM)
            if force
            else (_OPENING, _TAKING_THE_OWNERS_ROLE)
        )
        await asyncio.to_thread(preamble.write_text, "".join(words), encoding="utf-8")
        await _load(dsn, dump, preamble, major=major, within_s=within_s)
    finally:
        await asyncio.to_thread(shutil.rmtree, scratch)
    if after is not None:
        await after(dsn)
    return Restored(manifest=manifest, secret_key=travelled)


def fingerprints(secret_key: Secret) -> tuple[str, ...]:
    """Return what tells secret keys apart without telling them; several are parted by commas or white space."""
    keys = secret_key.reveal().replace(",", " ").split()
    return tuple(hashlib.sha256(f"saveit backup of the key {key}".encode()).hexdigest()[:16] for key in keys)


def _refuse_other_key(manifest: Manifest, secret_key: Secret) -> None:
    ours = fingerprints(secret_key)
    missing = [theirs for theirs in manifest.secret_key_fingerprints if theirs not in ours]
    if missing:
        raise SecretKeyDiffers(theirs=", ".join(missing), ours=", ".join(ours))


def _warning(manifest: Manifest) -> str:
    if manifest.with_secret:
        return "This file holds the secret key: whoever has it can read every guest's personal data. Keep it as you keep the key."
    return (
        "This file does not hold the secret key, and guests' names, phones and emails in it cannot be read without it. "
        f"Keep the key {', '.join(manifest.secret_key_fingerprints)} (secret.key in the data directory, or SAVEIT_SECRET_KEY) "
        "somewhere else, safely."
    )


async def _connect(dsn: str) -> asyncpg.Connection:
    """Connect. Raises: DatabaseUnusable, OSError."""
    try:
        return await asyncpg.connect(dsn, timeout=_CONNECT_TIMEOUT_S)
    except asyncpg.PostgresError as error:
        word = word_of(error)
        if word is None:
            raise
        raise DatabaseUnusable(str(word)) from error


async def _look_at_source(dsn: str) -> tuple[tuple[str, ...], str]:
    connection = await _connect(dsn)
    try:
        seeing = await connection.fetchval(
            "SELECT rolsuper OR rolbypassrls OR NOT EXISTS (SELECT FROM pg_class WHERE relrowsecurity) "
            "FROM pg_roles WHERE rolname = current_user",
            timeout=_CONNECT_TIMEOUT_S,
        )
        if not seeing:
            raise BackupIncomplete(
                role=await connection.fetchval("SELECT current_user::text", timeout=_CONNECT_TIMEOUT_S)
            )
        rows = await connection.fetch(
            "SELECT DISTINCT role.rolname::text FROM pg_shdepend AS used "
            "JOIN pg_roles AS role ON role.oid = used.refobjid AND used.refclassid = 'pg_authid'::regclass "
            "JOIN pg_database AS here ON here.oid = used.dbid AND here.datname = current_database() "
            "WHERE role.oid <> here.datdba AND NOT role.rolsuper AND role.rolname !~ '^pg_' ORDER BY 1",
            timeout=_CONNECT_TIMEOUT_S,
        )
        version: str = await connection.fetchval(
            "SELECT current_setting('server_version')", timeout=_CONNECT_TIMEOUT_S
        )
    finally:
        await connection.close(timeout=_CONNECT_TIMEOUT_S)
    return tuple(str(row[0]) for row in rows), version


async def _prepare_target(dsn: str, manifest: Manifest, *, force: bool) -> int:
    """See that the database is empty and that the dump's roles exist and are granted to its owner; return the server's major version."""
    connection = await _connect(dsn)
    try:
        tables: int = await connection.fetchval(
            "SELECT count(*) FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace "
            "WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^pg_' AND nspname <> 'information_schema'",
            timeout=_CONNECT_TIMEOUT_S,
        )
        if tables and not force:
            raise DatabaseNotEmpty(tables=tables)
        for role in manifest.roles:
            statements = await connection.fetch(
                "SELECT format('CREATE ROLE %I NOLOGIN', $1::text) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) "
                "UNION ALL SELECT format('GRANT %I TO %I', $1::text, pg_get_userbyid(datdba)) FROM pg_database "
                "WHERE datname = current_database() AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)",
                role,
                timeout=_CONNECT_TIMEOUT_S,
            )
            for (statement,) in statements:
                await connection.execute(statement, timeout=_CONNECT_TIMEOUT_S)
        return connection.get_server_version().major
    finally:
        await connection.close(timeout=_CONNECT_TIMEOUT_S)


async def _dump(dsn: str, dump: Path, within_s: float) -> None:
    bare, environment = _without_password(dsn)
    # Owners are left out: in another installation the same role has another name, and all belongs to the owner of the database.
    command = [
        str(tool("pg_dump")),
        "--format=custom",
        "--no-owner",
        "--lock-wait-timeout=30s",
        f"--file={dump}",
        f"--dbname={bare}",
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=environment, umask=0o077
    )
    async with _ended_with_us(process, within_s=within_s):
        _, said = await process.communicate()
    if process.returncode != 0:
        raise BackupFailed(f"pg_dump: {_last_words(said)}")


async def _load(dsn: str, dump: Path, preamble: Path, *, major: int, within_s: float) -> None:
    """Pass the dump through pg_restore and us into psql.

    The transaction is committed by the last word we send, so whatever ends early, be it we, leaves the database as it was.
    """
    bare, environment = _without_password(dsn)
    reader = await asyncio.create_subprocess_exec(
        str(tool("pg_restore")), "--no-owner", "--file=-", str(dump), stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    command = [
        str(tool("psql")),
        "-Xq",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={bare}",
        f"--file={preamble}",
        "--file=-",
    ]
    async with _ended_with_us(reader, within_s=within_s):
        writer = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, env=environment
        )
        async with _ended_with_us(writer, within_s=within_s):
            passed, reader_said, writer_said = await asyncio.gather(
                _pass_on(reader, _there(writer.stdin), major=major),
                _there(reader.stderr).read(),
                _there(writer.stderr).read(),
            )
            await writer.wait()
    if reader.returncode != 0 and passed:
        raise BackupFailed(f"pg_restore: {_last_words(reader_said)}")
    if not passed or writer.returncode != 0:
        raise BackupFailed(f"psql: {_last_words(writer_said)}")


async def _pass_on(reader: Process, sink: asyncio.StreamWriter, *, major: int) -> bool:
    """Copy what a process says to `sink`, and say whether it took it all."""
    source = _there(reader.stdout)
    try:
        piece = await _first_piece(source)
        if major < _KNOWS_TRANSACTION_TIMEOUT:
            # pg_restore says this to every server when it writes a script, and an older one does not know the word.
            piece = piece.replace(b"\nSET transaction_timeout = 0;\n", b"\n", 1)
        while piece:
            sink.write(piece)
            await sink.drain()
            piece = await source.read(_PIECE_OCTETS)
        if await reader.wait() == 0:
            sink.write(b"\nCOMMIT;\n")
        sink.close()
        await sink.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        if reader.returncode is None:
            reader.kill()
        return False
    return True


async def _first_piece(stream: asyncio.StreamReader) -> bytes:
    """Read enough to hold a script's head in one piece."""
    try:
        return await stream.readexactly(_HEAD_OCTETS)
    except asyncio.IncompleteReadError as end:
        return end.partial


def _there(stream: Stream | None) -> Stream:
    """Return the end of a pipe that was asked for when the process was made."""
    if stream is None:
        raise BackupFailed("a process was made without its pipes")
    return stream


@asynccontextmanager
async def _ended_with_us(process: Process, *, within_s: float) -> AsyncGenerator[None]:
    """Bound what is done with a process, and leave it neither running nor unburied.

    Raises: BackupFailed when it takes longer.
    """
    try:
        async with asyncio.timeout(within_s):
            yield
    except TimeoutError as error:
        raise BackupFailed(f"it was not done within {within_s:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    """Return the DSN as a command line may show it, and an environment that carries its password."""
    parts = urlsplit(dsn)
    login, at, place = parts.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    bare = urlunsplit(parts._replace(netloc=f"{user}{at}{place}"))
    # urlunsplit drops the slashes of an empty place, as in postgresql:///saveit?host=/run.
    bare = bare if "://" in bare else bare.replace(":", "://", 1)
    return bare, {**bare_environment(), **({"PGPASSWORD": unquote(password)} if colon else {})}


def _last_words(said: bytes) -> str:
    return " / ".join(said.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]) or "it said nothing"


def _pack(target: Path, manifest: Manifest, dump: Path, secret_key: Secret | None) -> None:
    archive = dump.with_name("archive")
    descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            _add(tar, _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
            if secret_key is not None:
                _add(tar, _SECRET, secret_key.reveal().encode())
            with dump.open("rb") as dumped:
                tar.addfile(_member(_DUMP, manifest.dump_octets), dumped)
        file.flush()
        os.fsync(file.fileno())
    try:
        # Unlike a rename, a link never replaces a file that appeared meanwhile.
        target.hardlink_to(archive)
    except FileExistsError as error:
        raise BackupExists(target=str(target)) from error


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_member(name, len(content)), io.BytesIO(content))


def _member(name: str, octets: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = octets
    member.mode = 0o600
    return member


def _unpack(source: Path, dump: Path) -> tuple[Manifest, Secret | None]:
    """Copy the dump out of a backup, and see that it is the one the manifest speaks of."""
    try:
        with tarfile.open(source, mode="r:") as tar:
            manifest = msgspec.json.decode(_read_member(tar, _MANIFEST), type=Manifest)
            secret = Secret(_read_member(tar, _SECRET).decode()) if manifest.with_secret else None
            with _open_member(tar, _DUMP) as dumped, dump.open("wb") as copy:
                shutil.copyfileobj(dumped, copy, _PIECE_OCTETS)
    except (tarfile.TarError, KeyError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackupDamaged(source=str(source), why=str(error)) from error
    if _measure(dump) != (manifest.dump_octets, manifest.dump_sha256):
        raise BackupDamaged(source=str(source), why="its dump is not the one that was packed")
    if secret is not None and fingerprints(secret) != manifest.secret_key_fingerprints:
        raise BackupDamaged(source=str(source), why="its secret key is not the one that was packed")
    return manifest, secret


def _read_member(tar: tarfile.TarFile, name: str) -> bytes:
    with _open_member(tar, name) as member:
        content = member.read(_MEMBER_OCTETS_MAX + 1)
    if len(content) > _MEMBER_OCTETS_MAX:
        raise tarfile.TarError(f"{name} is too large to be ours")
    return content


def _open_member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    if member is None:
        raise tarfile.TarError(f"{name} is no file")
    return member


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
