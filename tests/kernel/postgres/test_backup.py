"""A backup restores what was committed, or says why not and changes nothing."""

# ruff: noqa: ASYNC240 - nobody else waits in a test's loop.

import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import asyncpg
import msgspec
import pytest

from saveit.kernel.clock import SettableClock
from saveit.kernel.postgres import (
    BackupDamaged,
    BackupExists,
    BackupFailed,
    BackupIncomplete,
    DatabaseNotEmpty,
    EmbeddedPostgres,
    Manifest,
    SecretKeyDiffers,
    backup,
    restore,
)
from saveit.kernel.postgres.care.backup import fingerprints
from saveit.kernel.settings import Secret
from tests.kernel.postgres.conftest import ask, run

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

KEY = Secret("0123456789abcdef0123456789abcdef")
OTHER_KEY = Secret("fedcba9876543210fedcba9876543210")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def source(postgres: EmbeddedPostgres, empty_database_dsn: str) -> str:
    """A database with what makes ours hard to copy: row-level security, an exclusion constraint, a role's rights."""
    await run(
        empty_database_dsn,
        "CREATE EXTENSION btree_gist",
        "DO $$ BEGIN CREATE ROLE backup_reader NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "CREATE TABLE held (place int, during tstzrange, note text, "
        "CONSTRAINT held_once EXCLUDE USING gist (place WITH =, during WITH &&))",
        "INSERT INTO held SELECT n, '[2026-03-02 20:00+00,2026-03-02 22:00+00)', 'ñ' || n FROM generate_series(1, 500) n",
        "ALTER TABLE held ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE held FORCE ROW LEVEL SECURITY",
        "CREATE POLICY readable ON held TO backup_reader USING (true)",
        "GRANT SELECT ON held TO backup_reader",
    )
    return as_superuser(postgres, empty_database_dsn)


@pytest.fixture
async def target(postgres: EmbeddedPostgres, source: str) -> str:
    """Another database, with nothing in it, on the same server."""
    name = f"{database_of(source)}_restored"
    await run(postgres.dsn("postgres"), f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    return postgres.dsn(name, superuser=True)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "evening.backup"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def as_superuser(postgres: EmbeddedPostgres, dsn: str) -> str:
    return postgres.dsn(database_of(dsn), superuser=True)


def database_of(dsn: str) -> str:
    return dsn.rpartition("@/")[2].partition("?")[0]


async def test_a_backup_restores_rows_rights_and_constraints(source: str, target: str, file: Path) -> None:
    made = await backup(source, file, secret_key=KEY, schema_level=7, clock=SettableClock(NOW))
    # Rights belong to roles, and a new server has none of them yet.
    await run(
        source, "DROP POLICY readable ON held", "DROP OWNED BY backup_reader", "DROP ROLE backup_reader"
    )
    seen: list[str] = []

    async def remember(dsn: str) -> None:
        seen.append(dsn)

    restored = await restore(target, file, secret_key=KEY, after=remember)

    assert restored.manifest == made.manifest
    assert restored.manifest.schema_level == 7
    assert restored.manifest.made_at == NOW
    assert restored.secret_key is None
    assert seen == [target]
    assert await ask(target, "SELECT count(*) FROM held WHERE note = 'ñ' || place") == 500
    assert await ask(target, "SELECT has_table_privilege('backup_reader', 'held', 'SELECT')") is True
    assert await ask(target, "SELECT tableowner = 'saveit' FROM pg_tables WHERE tablename = 'held'") is True
    assert await ask(target, "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'held'") is True
    with pytest.raises(asyncpg.ExclusionViolationError, match="held_once"):
        await run(target, "INSERT INTO held VALUES (3, '[2026-03-02 21:00+00,2026-03-02 23:00+00)')")


async def test_a_backup_is_private_and_says_that_the_key_is_not_in_it(source: str, file: Path) -> None:
    made = await backup(source, file, secret_key=KEY)

    assert file.stat().st_mode & 0o777 == 0o600
    assert "does not hold the secret key" in made.warnings[0]
    assert KEY.reveal().encode() not in file.read_bytes()


async def test_a_backup_carries_the_key_when_asked_and_warns_of_it(
    source: str, target: str, file: Path
) -> None:
    made = await backup(source, file, secret_key=KEY, with_secret=True)
    restored = await restore(target, file, secret_key=None)

    assert "holds the secret key" in made.warnings[0]
    assert restored.secret_key == KEY


async def test_a_backup_never_overwrites_a_file(source: str, file: Path) -> None:
    file.write_text("precious")

    with pytest.raises(BackupExists):
        await backup(source, file, secret_key=KEY)
    assert file.read_text() == "precious"


async def test_a_login_that_does_not_see_every_row_makes_no_backup(
    source: str, postgres: EmbeddedPostgres, file: Path
) -> None:
    with pytest.raises(BackupIncomplete, match="saveit is held to row-level security"):
        await backup(postgres.dsn(database_of(source)), file, secret_key=KEY)
    assert not file.exists()


async def test_a_backup_that_takes_too_long_is_given_up(source: str, file: Path) -> None:
    with pytest.raises(BackupFailed, match="not done within"):
        await backup(source, file, secret_key=KEY, within_s=0.001)
    assert not file.exists()


async def test_a_database_that_holds_something_is_not_restored_over(
    source: str, target: str, file: Path
) -> None:
    await backup(source, file, secret_key=KEY)
    await run(target, "CREATE TABLE precious (n int)")

    with pytest.raises(DatabaseNotEmpty, match="holds 1 tables"):
        await restore(target, file, secret_key=KEY)


async def test_force_replaces_what_the_database_held(source: str, target: str, file: Path) -> None:
    await backup(source, file, secret_key=KEY)
    await run(target, "CREATE TABLE held (other text)", "CREATE SCHEMA extra CREATE TABLE more (n int)")
    await restore(target, file, secret_key=KEY, force=True)

    assert await ask(target, "SELECT count(*) FROM held") == 500
    assert await ask(target, "SELECT to_regclass('extra.more')::text") is None


async def test_a_forced_restore_that_fails_leaves_everything_as_it_was(target: str, file: Path) -> None:
    write_backup(file, dump=b"PGDMP but not a dump")
    await run(target, "CREATE TABLE precious AS SELECT 7 AS n")

    with pytest.raises(BackupFailed, match="pg_restore"):
        await restore(target, file, secret_key=KEY, force=True)
    assert await ask(target, "SELECT n FROM precious") == 7


async def test_a_backup_with_a_changed_octet_is_refused(source: str, target: str, file: Path) -> None:
    await backup(source, file, secret_key=KEY)
    octets = bytearray(file.read_bytes())
    octets[octets.index(b"PGDMP") + 1000] ^= 1
    file.write_bytes(octets)

    with pytest.raises(BackupDamaged, match="not the one that was packed"):
        await restore(target, file, secret_key=KEY)


@pytest.mark.parametrize("octets", [b"", b"a letter", b"\0" * 20_000])
async def test_a_file_that_is_no_backup_is_refused(target: str, file: Path, octets: bytes) -> None:
    file.write_bytes(octets)

    with pytest.raises(BackupDamaged):
        await restore(target, file, secret_key=KEY)


async def test_a_backup_under_another_secret_key_is_refused(source: str, target: str, file: Path) -> None:
    await backup(source, file, secret_key=KEY)

    with pytest.raises(SecretKeyDiffers, match=fingerprints(KEY)[0]):
        await restore(target, file, secret_key=OTHER_KEY)


async def test_a_backup_under_a_retired_key_is_taken(source: str, target: str, file: Path) -> None:
    await backup(source, file, secret_key=KEY)
    await restore(target, file, secret_key=Secret(f"{OTHER_KEY.reveal()}, {KEY.reveal()}"))

    assert await ask(target, "SELECT count(*) FROM held") == 500


def write_backup(file: Path, *, dump: bytes) -> None:
    """Make a backup by hand, whole in all but the dump's sense."""
    manifest = Manifest(
        format=1,
        made_at=NOW,
        product_version="0",
        postgres_version="18",
        schema_level=None,
        dump_octets=len(dump),
        dump_sha256=sha256(dump).hexdigest(),
        roles=(),
        secret_key_fingerprints=fingerprints(KEY),
        with_secret=False,
    )
    with tarfile.open(file, "w") as tar:
        for name, content in (("manifest.json", msgspec.json.encode(manifest)), ("saveit.dump", dump)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, BytesIO(content))
