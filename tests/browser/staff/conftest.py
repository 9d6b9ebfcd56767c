"""The staff app in a real Chromium, against one server of the demo whose clock stands at a busy evening."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looking import DESKTOP, PHONE
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
_STARTED_WITHIN_S = 90.0
_EVENING = 19, 40


class Demo:
    """The running demo: who may sign in, and what the API says of it."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self.url = url
        self.data_dir = data_dir
        told: dict[str, Any] = json.loads((data_dir / "demo.json").read_bytes())
        self._told = told
        self.restaurant_id: str = next(
            each["id"] for each in told["restaurants"] if each["slug"] == "casa-candela"
        )
        self.today: date = datetime.now(ZoneInfo("America/Bogota")).date() + timedelta(days=1)
        """The day that the clock stands on: tomorrow, whose evening is booked and has not begun."""
        self._http = httpx.Client(base_url=url, timeout=20)
        # Signed in afterwards: a session does not outlast the jump.
        self.stand_at(*_EVENING)
        self._http.headers["Authorization"] = f"Bearer {self.token()}"

    def close(self) -> None:
        self._http.close()

    def who(self, role: str) -> dict[str, str]:
        return next(each for each in self._told["staff"] if each["role"] == role)

    def hire(self, role: str, *, name: str = "") -> dict[str, str]:
        """Add somebody with this role at the restaurant; returns how they sign in."""
        email = f"{role}-{uuid4().hex[:8]}@candela.example.com"
        body = {"name": name or role.title(), "email": email, "roles": {self.restaurant_id: role}}
        added = self.ask("POST", "/api/v1/staff", json=body)
        return {"email": email, "password": added["one_time_password"], "role": role, "id": added["id"]}

    def token(self, role: str = "owner") -> str:
        who = self.who(role)
        body = {"email": who["email"], "password": who["password"]}
        return self._http.post("/api/v1/sessions", json=body).raise_for_status().json()["token"]

    def ask(self, method: str, path: str, **told: Any) -> Any:
        answer = self._http.request(
            method, path, headers={"Idempotency-Key": str(uuid4())}, **told
        ).raise_for_status()
        return answer.json() if answer.content else None

    def stand_at(self, hour: int, minute: int) -> None:
        """Let the product's clock stand there on the demo's day; it goes on by itself."""
        at = datetime(*self.today.timetuple()[:3], hour, minute, tzinfo=ZoneInfo("America/Bogota"))
        self.ask("POST", "/sandbox/api/clock", json={"now": at.astimezone(UTC).isoformat()})

    @contextmanager
    def opening_at(self, opens: str) -> Generator[None]:
        """Let the first service of each day open then, and afterwards as before."""
        path = f"/api/v1/restaurants/{self.restaurant_id}/config"
        before = self.ask("GET", path)
        week = before["rules"]["business_hours"]
        hours = {day: [{**of_day[0], "opens": opens}, *of_day[1:]] for day, of_day in week.items() if of_day}
        changed = {**before["rules"], "business_hours": {**week, **hours}}
        after = self.ask("PUT", path, json={"rules": changed, "version": before["version"]})
        try:
            yield
        finally:
            self.ask("PUT", path, json={"rules": before["rules"], "version": after["version"]})

    def board(self) -> dict[str, Any]:
        path = f"/api/v1/restaurants/{self.restaurant_id}/board"
        return self.ask("GET", path, params={"date": self.today.isoformat()})

    def reservation(self, name: str) -> dict[str, Any]:
        return next(each for each in self.board()["reservations"] if each["guest"]["name"] == name)

    def book(self, name: str, time: str, number: str | None = None, party_size: int = 2) -> dict[str, Any]:
        tables = {each["number"]: each["id"] for each in self.board()["tables"]}
        body: dict[str, Any] = {
            "restaurant_id": self.restaurant_id,
            "date": self.today.isoformat(),
            "time": time,
            "party_size": party_size,
            "guest": {"name": name},
            "beyond_pacing": True,
        }
        if number is not None:
            body["table_id"] = tables[number]
        return self.ask("POST", "/api/v1/reservations", json=body)

    def free_table(self, least: int = 2) -> str:
        """Return the number of a table that nobody has from now on, so that a test stands in nobody's way."""
        board = self.board()
        taken = {
            table
            for each in [*board["reservations"], *board["blocks"]]
            if each.get("status", "confirmed") in {"pending", "confirmed", "checked_in"}
            for table in each["table_ids"]
        }
        free = [t for t in board["tables"] if t["id"] not in taken and t["covers_max"] >= least]
        return free[0]["number"] if free else self._another_table(f"N{len(board['tables'])}")

    def free_table_whole(self) -> dict[str, Any]:
        """Return such a table as the board shows it; the board is read after it was put there."""
        number = self.free_table()
        return next(each for each in self.board()["tables"] if each["number"] == number)

    def _another_table(self, number: str) -> str:
        """Put another table into the room: the tests before took all there were."""
        body = {"number": number, "covers_min": 1, "covers_max": 4}
        return self.ask("POST", f"/api/v1/restaurants/{self.restaurant_id}/tables", json=body)["number"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A demo of its own in a process that can be killed and started again."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it answers."""
        command = [sys.executable, "-m", "saveit", "up", "--demo", "--port", str(self._port)]
        command += ["--data-dir", str(self.data_dir)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        with (self.data_dir / "out.log").open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        wait_until(lambda: _is_ready(self.url), "the demo answers", within_s=_STARTED_WITHIN_S)

    def kill(self) -> None:
        """End it at once: it has no moment to say goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(60)

    def stop(self) -> None:
        """End it in order."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)


@contextmanager
def serving() -> Generator[Server]:
    """Have a demo that is gone afterwards, with all that it kept."""
    server = Server(Path(tempfile.mkdtemp(prefix="saveit-staff-")))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with serving() as server:
        running = Demo(server.url, server.data_dir)
        yield running
        running.close()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


Screen = Callable[..., Page]


@pytest.fixture
def screen(demo: Demo, chromium: Browser) -> Iterator[Screen]:
    with screens(demo, chromium) as open_:
        yield open_


@contextmanager
def screens(demo: Demo, chromium: Browser) -> Generator[Screen]:
    """Open the app as somebody, at a place; what goes wrong in the page fails the test."""
    opened: list[Any] = []
    broken: list[str] = []

    def open_(
        at: str = "/board",
        *,
        role: str = "owner",
        who: dict[str, str] | None = None,
        size: tuple[int, int] = DESKTOP,
        language: str = "es",
        dark: bool = False,
        restaurant_id: str | None = None,
        handheld: bool = False,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale="es-CO" if language == "es" else "en-US",
            has_touch=size[0] == PHONE[0],
            is_mobile=handheld,
            service_workers="block",
            reduced_motion="reduce",
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: broken.append(error.message))
        page.add_init_script(
            f"localStorage.setItem('saveit.staff.language', {json.dumps(language)});"
            f"localStorage.setItem('saveit.staff.restaurant', {json.dumps(restaurant_id or demo.restaurant_id)});"
        )
        who = who or demo.who(role)
        page.goto(f"{demo.url}/staff#{at}{'&' if '?' in at else '?'}date={demo.today.isoformat()}")
        page.locator("input[type=email]").fill(who["email"])
        page.locator("#password").fill(who["password"])
        page.locator("form button.primary").click()
        page.locator(".shell").wait_for()
        return page

    yield open_
    for context in opened:
        context.close()
    assert broken == []
