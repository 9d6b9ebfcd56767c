import json
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import httpx
import pytest

from saveit.kernel.postgres import running_dsn
from tests.commands.conftest import ROOT, Made, Running, Start, free_port, postgres_of, saveit
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_stranger_starts_the_demo_and_books_with_the_printed_line(demo_made: Made) -> None:
    assert demo_made.tried == 201, demo_made.said


def test_the_printed_line_twice_is_one_booking(running_demo: Running) -> None:
    assert [running_demo.try_printed_line(), running_demo.try_printed_line()] == [201, 201]


@pytest.mark.parametrize(
    ("readme", "cancelled"),
    [
        ("README.md", "I've cancelled your table"),
        ("README.es.md", "cancelé tu mesa"),
    ],
)
def test_the_lines_of_the_readme_work_as_printed(
    readme: str, cancelled: str, place: Path, running_demo: Running
) -> None:
    """A booking over HTTP; then one made on WhatsApp, asked about on Instagram and cancelled in the web chat."""
    (place / ".saveit").symlink_to(running_demo.data_dir)
    (place / ".venv").symlink_to(sys.prefix)
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    lines = "\n".join(block for block in blocks if "curl" in block)

    done = subprocess.run(
        ["bash", "-euc", lines.replace("curl -sS", "curl -sSf")],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert '"status":"confirmed"' in done.stdout
    assert cancelled in done.stdout


def test_demo_json_has_the_promised_fields_and_is_for_its_owner_alone(running_demo: Running) -> None:
    demo = running_demo.demo

    assert list(demo) == ["url", "admin_key", "restaurants", "staff", "sandbox_url"]
    assert demo["url"] == running_demo.url
    assert isinstance(demo["restaurants"], list)
    assert [list(each) for each in demo["restaurants"]] == [["id", "slug", "name", "timezone", "api_key"]] * 3
    assert isinstance(demo["staff"], list)
    assert {tuple(each) for each in demo["staff"]} == {("email", "password", "role", "restaurants")}
    slugs = {each["slug"] for each in demo["restaurants"]}
    owned = [slug for each in demo["staff"] if each["role"] == "owner" for slug in each["restaurants"]]
    assert set(owned) == slugs
    assert stat.S_IMODE((running_demo.data_dir / "demo.json").stat().st_mode) == 0o600


def test_every_credential_of_the_demo_opens_something(running_demo: Running) -> None:
    demo = running_demo.demo
    assert isinstance(demo["restaurants"], list)
    assert isinstance(demo["staff"], list)
    api = f"{running_demo.url}/api/v1"

    def status(path: str, token: object) -> int:
        return httpx.get(f"{api}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code

    def sign_in(login: dict[str, str]) -> int:
        body = {"email": login["email"], "password": login["password"]}
        return httpx.post(f"{api}/sessions", json=body, timeout=30).status_code

    assert status("/restaurants", demo["admin_key"]) == 200
    assert {status(f"/restaurants/{each['id']}/config", each["api_key"]) for each in demo["restaurants"]} == {
        200
    }
    assert {sign_in(login) for login in demo["staff"]} == {201}


def test_a_second_up_on_the_same_directory_is_told_who_has_it(running_demo: Running) -> None:
    answer = saveit("up", "--data-dir", running_demo.data_dir, "--port", str(free_port()))

    assert answer.code == 1
    assert f"{running_demo.data_dir} is in use by process {running_demo.process.pid} since" in answer.err
    assert running_demo.is_ready()


def test_a_second_start_keeps_the_demo_and_lost_credentials_are_made_anew(
    demo_dir: Path, demo_made: Made, start: Start
) -> None:
    before = json.loads((demo_made.data_dir / "demo.json").read_bytes())
    first = start(demo_dir, "--demo")
    kept = first.demo
    assert first.told_to_end() == 0
    (demo_dir / "demo.json").unlink()

    second = start(demo_dir, "--demo")

    assert kept == before | {"url": first.url, "sandbox_url": f"{first.url}/sandbox"}
    assert second.first_key()[0] == first_id(kept)
    assert second.try_printed_line() == 201


def first_id(demo: dict[str, object]) -> str:
    restaurants = demo["restaurants"]
    assert isinstance(restaurants, list)
    return restaurants[0]["id"]


@pytest.mark.fault
def test_a_booking_outlives_kill_9_of_everything(demo_dir: Path, start: Start) -> None:
    first = start(demo_dir, "--demo")
    _, api_key = first.first_key()
    body = first.wish(guest=4567)
    booked = first.book(body, key="before-the-crash", api_key=api_key)
    assert booked.status_code == 201
    first.kill_all()

    second = start(demo_dir, "--demo")
    again = second.book(body, key="before-the-crash", api_key=api_key)

    assert (again.status_code, again.json()["id"]) == (201, booked.json()["id"])


def test_a_port_that_is_taken_is_named_before_anything_is_made(place: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        answer = saveit("up", "--data-dir", place / "data", "--port", str(port))

    assert answer.code == 1
    assert f"127.0.0.1 port {port} is taken by another program" in answer.err
    assert not (place / "data").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_ends_all_of_it_cleanly(workers: str, demo_dir: Path, start: Start) -> None:
    running = start(demo_dir, "--workers", workers)

    assert running.told_to_end() == 0
    assert not (postgres_of(demo_dir) / "postmaster.pid").exists()
    assert "database system is shut down" in (demo_dir / "postgres.log").read_text()
    with socket.socket() as freed:
        freed.bind(("127.0.0.1", running.port))


def test_being_told_to_stop_while_it_starts_leaves_no_server_behind(demo_dir: Path, start: Start) -> None:
    running = start(demo_dir, ready=False)
    wait_until((postgres_of(demo_dir) / "postmaster.pid").exists, "its server starts")

    assert running.told_to_end() == 0
    assert not (postgres_of(demo_dir) / "postmaster.pid").exists()


def test_wrong_settings_are_all_named_and_nothing_is_started(place: Path) -> None:
    answer = saveit("up", "--data-dir", place / "data", "--port", "eighty", SAVEIT_WORKERS="many")

    assert answer.code == 1
    assert "SAVEIT_PORT" in answer.err
    assert "SAVEIT_WORKERS" in answer.err
    assert list(place.iterdir()) == []


async def test_the_demo_has_parties_in_every_state_and_none_of_them_twice_at_a_table(
    running_demo: Running,
) -> None:
    dsn = running_dsn(running_demo.data_dir, superuser=True)
    assert dsn is not None
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        states = await connection.fetch("SELECT DISTINCT status FROM reservations")
        waiting = await connection.fetchval("SELECT count(*) FROM waitlist_entries")
        twice = await connection.fetchval("SELECT count(*) FROM double_bookings")
    finally:
        await connection.close(timeout=30)

    assert {row["status"] for row in states} == {
        *("pending", "confirmed", "checked_in", "completed", "cancelled", "no_show")
    }
    assert waiting >= 1
    assert twice == 0
