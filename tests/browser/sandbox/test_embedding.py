"""The chat on the site of a restaurant whose policy lets in our address and nothing else, in the restaurant's own colours."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.looking import PHONE, faults_of, shoot
from tests.commands.conftest import Running

pytestmark = pytest.mark.slow

_PAGE = (
    '<!doctype html><html lang="es"><head><meta charset="utf-8"><title>La Terraza</title></head><body><main><h1>La Terraza</h1>'
    '</main><script src="{url}/widget.js" data-restaurant="casa-candela" {more} async></script></body></html>'
)
_POLICY = (
    "default-src 'none'; script-src {url}; connect-src {url} {socket}; img-src {url}; style-src 'none'; base-uri 'none'; "
    "form-action 'none'; "
    "require-trusted-types-for 'script'"
)
Embed = Callable[..., AbstractContextManager[Page]]


@contextmanager
def _site(url: str, more: str) -> Generator[str]:
    """Serve a restaurant's own page, of another origin than ours, under the strictest policy that the guide names."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _PAGE.format(url=url, more=more).encode() if self.path == "/" else b""
            self.send_response(200 if body else 404)
            policy = _POLICY.format(url=url, socket=url.replace("http", "ws", 1))
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", policy),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - it says nothing.
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def embed(demo: Running, chromium: Browser) -> Iterator[Embed]:
    """Opens a site with the chat in it; a script that fails there, and whatever its policy forbids, fails the test."""
    broken: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error" and "favicon" not in said.location["url"]:
            broken.append(said.text)

    @contextmanager
    def embedded(more: str = "", *, dark: bool = False, breaking: bool = False) -> Generator[Page]:
        with _site(demo.url, more) as address:
            context = chromium.new_context(
                viewport={"width": PHONE[0], "height": PHONE[1]},
                locale="es-CO",
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.on("pageerror", lambda error: broken.append(str(error)))
            if not breaking:
                page.on("console", heard)
            page.goto(address)
            yield page
            context.close()

    yield embedded
    assert broken == []


def look_of(page: Page, selector: str, *properties: str) -> list[str]:
    """Return how something in the chat is drawn."""
    read = "(element, names) => names.map(name => getComputedStyle(element).getPropertyValue(name))"
    return page.locator(selector).evaluate(read, list(properties))


def opened(page: Page) -> None:
    page.get_by_role("button", name="Abrir el chat").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_guest_is_answered_on_a_site_that_lets_in_our_address_alone(embed: Embed) -> None:
    with embed() as page:
        opened(page)
        page.get_by_role("textbox").fill("mesa para 2 mañana a las 8 de la noche, a nombre de Ana Torres")
        page.get_by_role("textbox").press("Enter")
        page.get_by_role("button", name=re.compile("^Sí")).click()

        picture = page.get_by_role("img", name="Código QR").first
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") > 100


def test_what_the_site_forbids_is_heard_of(embed: Embed) -> None:
    """The twin: a style of the page's own is refused, and said to be."""
    with (
        embed(breaking=True) as page,
        page.expect_console_message(lambda said: said.type == "error" and "style-src" in said.text),
    ):
        page.evaluate("document.body.setAttribute('style', 'color: red')")


def test_the_chat_wears_the_colours_of_the_site(embed: Embed) -> None:
    with embed(
        'data-color="rgb(120, 20, 60)" data-ink="#fffbe6" data-position="left" data-title="Terraza"'
    ) as page:
        expect(page.locator(".bubble")).to_be_visible()
        drawn = look_of(page, ".bubble", "background-color", "color")
        place = page.locator(".bubble").bounding_box()
        opened(page)
        wrong = faults_of(page)
        shoot(page, "chat-themed-phone")

    assert drawn == ["rgb(120, 20, 60)", "rgb(255, 251, 230)"]
    assert place is not None
    assert place["x"] < PHONE[0] / 2
    assert wrong == []


def test_a_colour_that_is_none_and_words_in_its_place_change_nothing(embed: Embed) -> None:
    with embed('data-color="red;background:url(https://evil.example)" data-theme="dark"') as page:
        expect(page.locator(".bubble")).to_be_visible()
        drawn = look_of(page, ".bubble", "background-color", "background-image")

    assert drawn == ["rgb(169, 192, 106)", "none"]


@pytest.mark.parametrize("dark", [True, False])
def test_the_chat_is_dark_where_the_guest_is_when_the_site_says_so(embed: Embed, *, dark: bool) -> None:
    with embed('data-theme="auto"', dark=dark) as page:
        opened(page)
        drawn = look_of(page, ".panel", "background-color")
        wrong = faults_of(page)
        shoot(page, f"chat-{'dark' if dark else 'light'}-phone")

    assert drawn == ["rgb(26, 24, 21)" if dark else "rgb(250, 247, 242)"]
    assert wrong == []
