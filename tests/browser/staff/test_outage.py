"""The server is killed while a host looks at the board."""

import re
from contextlib import ExitStack

from playwright.sync_api import Browser, expect

from tests.browser.looking import shoot
from tests.browser.staff.conftest import Demo, screens, serving


def test_a_board_outlives_the_server_that_it_looks_at(chromium: Browser) -> None:
    """It says so, and from when what it shows is; an act meanwhile is refused; and it goes on by itself when the server is back."""
    with ExitStack() as stack:
        server = stack.enter_context(serving())
        demo = Demo(server.url, server.data_dir)
        stack.callback(demo.close)
        demo.book("Camila Corte", "21:45")
        screen = stack.enter_context(screens(demo, chromium))
        page = screen("/board?view=list")
        party = page.get_by_role("button", name=re.compile("Camila Corte")).first
        expect(page.locator(".link.live")).to_be_visible()
        party.click()
        expect(page.get_by_role("button", name="Cambiar", exact=True)).to_be_visible()
        server.kill()

        lost = page.get_by_text("Sin conexión con el servidor")
        expect(lost).to_be_visible(timeout=30_000)
        expect(party).to_be_visible()
        page.get_by_role("button", name="+15 min").click()
        expect(page.locator(".toast.bad")).to_be_visible(timeout=30_000)
        shoot(page, "staff-board-server-gone")

        server.start()
        expect(lost).to_have_count(0, timeout=30_000)
        expect(page.locator(".link.live")).to_be_visible(timeout=60_000)
        demo.book("Valeria Vuelta", "21:45")
        expect(page.get_by_role("button", name=re.compile("Valeria Vuelta")).first).to_be_visible()
        page.get_by_role("button", name="+15 min").click()
        expect(page.locator(".toast.good")).to_be_visible()
