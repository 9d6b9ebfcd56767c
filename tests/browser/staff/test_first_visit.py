"""Somebody who has never seen the product, from its first page to a restaurant of their own.

But for the clock, nothing is used that the pages do not say.
"""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from tests.browser.looking import DESKTOP, PHONE, shoot
from tests.browser.staff.conftest import Demo, serving

pytestmark = pytest.mark.slow


def _phone(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def _ask(page: Page, name: str, text: str) -> None:
    """Write, and return once it is asked whether that is to be booked."""
    _write(page, name, text)
    expect(_phone(page, name).get_by_text("¿La reservo?")).to_be_visible()


def _write(page: Page, name: str, text: str) -> None:
    field = _phone(page, name).get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def _signed_in(context: BrowserContext, url: str, who: tuple[str, str]) -> Page:
    page = context.new_page()
    page.goto(f"{url}/staff")
    page.locator("input[type=email]").fill(who[0])
    page.locator("#password").fill(who[1])
    page.locator("form button.primary").click()
    page.locator(".shell").wait_for()
    return page


def _party(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(name)).first


def _book_by_three_channels(sandbox: Page, board: Page) -> None:
    """By buttons, by numbers and by call; the board that stands open shows each."""
    _ask(sandbox, "WhatsApp", "hola! mesa pa 2 hoy a las 10 de la noche, a nombre de Inés Prado")
    _phone(sandbox, "WhatsApp").get_by_role("button", name="Sí, reservar").click()
    expect(_party(board, "Inés Prado")).to_be_visible()
    _ask(sandbox, "SMS", "mesa para 4 hoy a las 22:00 a nombre de Luis Peña")
    _write(sandbox, "SMS", "1")
    expect(_party(board, "Luis Peña")).to_be_visible()
    call = "Llamada (como texto)"
    _ask(sandbox, call, "una mesa para dos hoy a las nueve y media de la noche a nombre de Marta Gil")
    _write(sandbox, call, "sí")
    expect(_party(board, "Marta Gil")).to_be_visible()


def _open_a_restaurant(page: Page) -> None:
    """By the guide, going on with what it proposes."""
    page.goto(page.url.split("#", maxsplit=1)[0] + "#/settings/new")
    page.get_by_label("Nombre").fill("La Esquina")
    page.get_by_role("button", name="Siguiente").click()
    expect(page.get_by_role("heading", name="Horario", exact=True)).to_be_visible()
    page.get_by_role("link", name="Siguiente").click()
    page.get_by_role("button", name="Lista", exact=True).click()
    page.get_by_label("Cuántas mesas").fill("4")
    page.locator(".bulk").get_by_role("button", name="Añadir").click()
    expect(page.locator(".scroll tbody tr")).to_have_count(4)
    page.get_by_role("link", name="Siguiente").click()
    expect(page.get_by_label("En pocas palabras").locator(".slots .free").first).to_be_visible()
    for _ in ("rules", "staff", "lines"):
        page.get_by_role("link", name="Siguiente").click()
    page.get_by_role("link", name="Abrir la sala").click()
    expect(page.locator(".row[data-table]")).to_have_count(4)


def test_a_stranger_books_looks_on_lets_a_guest_in_and_opens_a_restaurant(chromium: Browser) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving())
        demo = Demo(server.url, server.data_dir)
        stack.callback(demo.close)

        def somebody(size: tuple[int, int]) -> BrowserContext:
            context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="es-CO")
            context.set_default_timeout(20_000)
            stack.callback(context.close)
            return context

        desk = somebody(DESKTOP)
        sandbox = desk.new_page()
        sandbox.goto(server.url)
        owner = sandbox.locator("li", has_text="Propiedad").filter(has_text="casa-candela")
        told = owner.locator("code").all_inner_texts()
        board = _signed_in(desk, server.url, (told[0], told[1]))
        board.goto(f"{server.url}/staff#/board?view=list&date={demo.today.isoformat()}")
        _book_by_three_channels(sandbox, board)
        shoot(board, "visit-board")

        code = _phone(sandbox, "WhatsApp").get_by_role("img", name="Código QR").first
        picture = sandbox.request.get(str(code.evaluate("image => image.src"))).body()
        demo.stand_at(21, 50)
        door = _signed_in(somebody(PHONE), server.url, (told[0], told[1]))
        door.goto(f"{server.url}/staff#/scan")
        upload: FilePayload = {"name": "pass.png", "mimeType": "image/png", "buffer": picture}
        door.locator("input[type=file]").set_input_files(upload)
        expect(door.locator("[data-verdict=in]")).to_contain_text("Inés Prado")
        shoot(door, "visit-door")
        expect(board.locator(".arrival, .toast", has_text="Inés Prado").first).to_be_visible()

        _open_a_restaurant(board)
        guest = somebody(PHONE).new_page()
        guest.goto(f"{server.url}/r/la-esquina")
        guest.locator("button.day").nth(2).click()
        guest.locator("button.slot:not(.full)").first.click()
        guest.locator("input[name=name]").fill("Rosa Nueva")
        guest.locator("input[name=tel]").fill("+57 310 555 0123")
        guest.get_by_role("button", name="Confirmar reserva").click()
        expect(guest.get_by_role("heading", name=re.compile("confirmada"))).to_be_visible()
        shoot(guest, "visit-booked")
        day = guest.url
        assert "/r/la-esquina#" in day
        board.goto(f"{server.url}/staff#/board?view=list&date={demo.today.isoformat()}")
        for _ in range(2):
            board.get_by_role("button", name="Día siguiente").click()
        expect(_party(board, "Rosa Nueva")).to_be_visible()
        shoot(board, "visit-own-board")
