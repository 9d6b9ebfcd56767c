"""The demo as `make run` starts it, for the tests of its first page."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.looking import DESKTOP
from tests.commands.conftest import Running, bury, launch

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def demo() -> Iterator[Running]:
    """A running demo."""
    place = Path(tempfile.mkdtemp(prefix="saveit-pages-", dir="/tmp"))
    place.chmod(0o755)
    running = launch(place / "data", "--demo", out=place / "up.out")
    try:
        running.wait()
        yield running
    finally:
        bury(running.process)
        shutil.rmtree(place)


@pytest.fixture
def asking_for_phones(demo: Running) -> Iterator[Running]:
    """The demo, whose first restaurant asks that phones are verified for as long as the test lasts."""
    (first, *_) = cast("list[dict[str, str]]", demo.demo["restaurants"])
    path = f"{demo.url}/api/v1/restaurants/{first['id']}/config"
    with httpx.Client(headers={"Authorization": f"Bearer {first['api_key']}"}) as client:

        def ask(*, requires: bool) -> None:
            config = client.get(path).json()
            wanted = config["rules"]["requirements"] | {"requires_phone_verification": requires}
            rules = config["rules"] | {"requirements": wanted}
            client.put(path, json={"rules": rules, "version": config["version"]}).raise_for_status()

        ask(requires=True)
        try:
            yield demo
        finally:
            ask(requires=False)


@pytest.fixture
def open_page(demo: Running, chromium: Browser) -> Iterator[Open]:
    """Opens an address in a browser of its own; a script that fails fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def open_(path: str, *, size: tuple[int, int] = DESKTOP, language: str = "es") -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="es-CO" if language == "es" else "en-US",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(f"{demo.url}{path}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert broken == []
