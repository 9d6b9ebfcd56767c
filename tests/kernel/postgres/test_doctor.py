"""The doctor finds each thing that commonly is wrong, and says what mends it."""

# ruff: noqa: ASYNC220, ASYNC240 - nobody else waits in a test's loop.

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from saveit.kernel.postgres import EmbeddedPostgres, Finding, MigrationLevel, diagnose
from saveit.kernel.postgres.care.doctor import _judge_version, _look_at_extension
from saveit.kernel.settings import Settings
from tests.kernel.postgres.conftest import Start, run

pytestmark = pytest.mark.slow

ROLE = "doctor_role"


def settings_for(data_dir: Path, **environment: str) -> Settings:
    # No port of a test machine is surely free, so most tests ask for one that the kernel would not hand out.
    return Settings.from_environment({"SAVEIT_DATA_DIR": str(data_dir), "SAVEIT_PORT": "1023", **environment})


async def find(settings: Settings, name: str, elsewhere: Path | None = None) -> Finding:
    findings = await diagnose(
        settings, roles=(), elsewhere=elsewhere or settings.data_dir.parent / "elsewhere"
    )
    return next(finding for finding in findings if finding.name == name)


async def test_a_machine_before_its_first_start_is_well(new_data_dir: Path) -> None:
    findings = await diagnose(settings_for(new_data_dir), elsewhere=new_data_dir)

    assert [finding for finding in findings if finding.state == "bad"] == []
    assert {finding.name for finding in findings} == {
        "python", "secret_key", "data_directory", "disk", "binaries", "owner", "server", "port", "database"
    }  # fmt: skip
    assert not new_data_dir.exists()


async def test_a_running_installation_is_well(start: Start, data_dir: Path) -> None:
    start(data_dir)
    (data_dir / "secret.key").touch(mode=0o600)
    findings = await diagnose(settings_for(data_dir), roles=(), elsewhere=data_dir)

    assert [finding for finding in findings if finding.state == "bad"] == []
    assert {"cluster", "version", "btree_gist"} <= {finding.name for finding in findings}
    says = {finding.name: finding.says for finding in findings}
    assert says["owner"].startswith(f"in use by process {os.getpid()} since")
    assert says["server"].startswith("running as process")
    assert says["database"] == "reachable"


async def test_an_old_python_is_found(new_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    found = await find(settings_for(new_data_dir), "python")

    assert (found.state, found.says) == ("bad", "this is Python 3.10.4")


async def test_a_secret_key_that_others_can_read_is_found(new_data_dir: Path) -> None:
    new_data_dir.mkdir()
    (new_data_dir / "secret.key").touch()
    (new_data_dir / "secret.key").chmod(0o644)
    found = await find(settings_for(new_data_dir), "secret_key")

    assert (found.state, found.mend) == ("bad", f"chmod 600 {new_data_dir}/secret.key")


async def test_a_lost_secret_key_is_found(data_dir: Path) -> None:
    found = await find(settings_for(data_dir), "secret_key")

    assert found.state == "bad"
    assert "cannot be read" in found.mend


async def test_a_data_directory_that_everybody_may_write_to_is_found(new_data_dir: Path) -> None:
    new_data_dir.mkdir()
    new_data_dir.chmod(0o777)
    found = await find(settings_for(new_data_dir), "data_directory")

    assert (found.state, found.mend) == ("bad", f"chmod go-w {new_data_dir}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_data_directory_of_another_user_is_found() -> None:
    found = await find(settings_for(Path("/root" if Path("/root").exists() else "/")), "data_directory")

    assert found.state == "bad"


@pytest.mark.parametrize(("free", "state"), [(2 * 10**8, "bad"), (3 * 10**9, "warn"), (10**11, "ok")])
async def test_a_full_disk_is_found(
    new_data_dir: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    usage = shutil.disk_usage("/")._replace(free=free)

    def disk_usage(_: Path) -> object:
        return usage

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)

    assert (await find(settings_for(new_data_dir), "disk")).state == state


async def test_a_database_of_a_version_that_is_not_here_is_found(data_dir: Path) -> None:
    (data_dir / "postgres" / "PG_VERSION").write_text("14\n")
    found = await find(settings_for(data_dir), "binaries")

    assert found.state == "bad"
    assert "made by PostgreSQL 14" in found.says


async def test_an_open_database_directory_is_found(data_dir: Path) -> None:
    (data_dir / "postgres").chmod(0o755)
    found = await find(settings_for(data_dir), "cluster")

    assert (found.state, found.mend) == ("bad", f"chmod 700 {data_dir}/postgres")


async def test_a_lost_password_file_is_found(data_dir: Path) -> None:
    (data_dir / "postgres.pass").unlink()
    found = await find(settings_for(data_dir), "cluster")

    assert found.state == "bad"
    assert "postgres.pass is gone" in found.says


async def test_a_server_that_did_not_stop_cleanly_is_found(data_dir: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left_behind = data_dir / "postgres" / "postmaster.pid"
    left_behind.write_text(f"{ended.pid}\n{data_dir}/postgres\n1700000000\n5432\n/tmp\n\n  1 2\nready   \n")
    found = await find(settings_for(data_dir), "server")

    assert (found.state, found.mend.startswith("Nothing to do")) == ("warn", True)


async def test_a_server_that_outlived_its_owner_is_found(
    start: Start, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(data_dir)

    def nobody(_: Path) -> None:
        return None

    monkeypatch.setattr("saveit.kernel.postgres.care.doctor.owner_of", nobody)
    found = await find(settings_for(data_dir), "server")

    assert found.state == "warn"
    assert "outlived its owner" in found.says


async def test_the_database_of_a_removed_data_directory_is_found(new_data_dir: Path) -> None:
    forsaken = new_data_dir.parent / "elsewhere" / "data-1"
    forsaken.mkdir(parents=True)
    (forsaken / "made-for").write_text(f"{new_data_dir}\n")
    found = await find(settings_for(new_data_dir), "old_database", new_data_dir.parent / "elsewhere")

    assert (found.state, str(forsaken) in found.mend) == ("warn", True)


async def test_a_taken_port_is_found(new_data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = await find(settings_for(new_data_dir, SAVEIT_PORT=port), "port")

    assert found.state == "warn"
    assert f"port {port}" in found.says


async def test_a_database_that_cannot_be_reached_is_found_and_its_password_not_said(
    new_data_dir: Path,
) -> None:
    url = f"postgresql://saveit:opensesame@/saveit?host={new_data_dir}"
    found = await find(settings_for(new_data_dir, SAVEIT_DATABASE_URL=url), "database")

    assert found.state == "bad"
    assert "opensesame" not in found.says + found.mend


def test_an_old_server_is_found() -> None:
    assert _judge_version(14, "14.9").state == "bad"


async def test_a_server_without_btree_gist_is_found(empty_database_dsn: str) -> None:
    connection = await asyncpg.connect(empty_database_dsn)
    try:
        # It stands before the real one in this session.
        await connection.execute(
            "CREATE TEMP VIEW pg_available_extensions AS SELECT * FROM pg_catalog.pg_available_extensions WHERE false; "
            "SET search_path = pg_temp, pg_catalog"
        )
        found = await _look_at_extension(connection)
    finally:
        await connection.close()

    assert found.state == "bad"


@pytest.mark.parametrize(
    ("made", "mended_by"),
    [
        ("SELECT 1", "saveit migrate"),
        (f"CREATE ROLE {ROLE} BYPASSRLS", "NOBYPASSRLS"),
        (f"CREATE ROLE {ROLE} NOLOGIN", f"GRANT {ROLE}"),
        (f"CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO saveit", ""),
    ],
)
async def test_a_role_that_cannot_be_taken_or_sees_too_much_is_found(
    postgres: EmbeddedPostgres, new_data_dir: Path, made: str, mended_by: str
) -> None:
    superuser = postgres.dsn(superuser=True)
    await run(superuser, made)
    try:
        settings = settings_for(new_data_dir, SAVEIT_DATABASE_URL=postgres.dsn())
        findings = await diagnose(settings, roles=(ROLE,))
    finally:
        await run(superuser, f"DROP ROLE IF EXISTS {ROLE}")
    found = next(finding for finding in findings if finding.name == f"role {ROLE}")

    assert (found.state, mended_by in found.mend) == ("bad" if mended_by else "ok", True)


@pytest.mark.parametrize(("applied", "state"), [(3, "warn"), (5, "ok"), (6, "bad")])
async def test_a_database_of_another_level_is_found(
    postgres: EmbeddedPostgres, new_data_dir: Path, applied: int, state: str
) -> None:
    async def level(_: str) -> MigrationLevel:
        return MigrationLevel(frozenset(range(applied)), frozenset(range(5)))

    settings = settings_for(new_data_dir, SAVEIT_DATABASE_URL=postgres.dsn())
    findings = await diagnose(settings, roles=(), migrations=level)

    assert [finding.state for finding in findings if finding.name == "migrations"] == [state]
