"""The chat that a restaurant puts on its own site, on a page that stands for one."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.browser.sandbox.conftest import Open

pytestmark = pytest.mark.slow

ASKED = "mesa para 2 mañana a las 8 de la noche, a nombre de Ana Torres"


def opened(page: Page) -> Page:
    page.get_by_role("button", name=re.compile("Abrir el chat|Open the chat")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator(".line").first).to_be_visible()
    return page


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("textbox").press("Enter")


@pytest.mark.parametrize(("device", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_a_guest_books_in_the_chat_and_sees_the_code(
    open_page: Open, device: str, size: tuple[int, int]
) -> None:
    page = opened(open_page("/chat-demo?restaurant=casa-candela", size=size))
    wrong = faults_of(page)

    write(page, ASKED)
    yes = page.get_by_role("group", name="Respuestas rápidas").get_by_role("button", name=re.compile("^Sí"))
    yes.click()

    expect(page.get_by_role("img", name="Código QR").first).to_be_visible()
    wrong += faults_of(page)
    shoot(page, f"chat-{device}")
    assert wrong == []


def test_what_is_written_without_a_network_is_sent_when_it_is_back(open_page: Open) -> None:
    page = opened(open_page("/chat-demo?language=en", language="en"))
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    before = page.locator(".line:not(.guest)").count()

    write(page, "what are your opening hours?")
    page.context.set_offline(False)

    expect(page.locator(".line.guest:not(.waiting)").last).to_have_text("what are your opening hours?")
    expect(page.locator(".line:not(.guest)").nth(before)).to_be_visible()


def test_a_conversation_is_there_again_when_the_page_is_opened_again(open_page: Open) -> None:
    page = opened(open_page("/chat-demo"))
    write(page, "hola")
    expect(page.locator(".line.guest:not(.waiting)")).to_have_count(1)
    lines = page.locator(".line:not(.guest):not(.typing)")
    expect(lines).not_to_have_count(0)

    page.reload()
    opened(page)

    expect(page.locator(".line.guest")).to_have_count(1)
