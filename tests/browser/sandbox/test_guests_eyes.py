"""Every state of the booking page, in both languages, dark and light, on a phone and at a desk, as axe and the keyboard meet it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.commands.conftest import Running

pytestmark = pytest.mark.slow


@pytest.fixture
def guest(demo: Running, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Page, str]]:
    """A guest's browser before a restaurant's page, and how the pictures of it are called."""
    language, scheme, device = request.param
    size = PHONE if device == "phone" else DESKTOP
    context: BrowserContext = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="es-CO" if language == "es" else "en-US",
        color_scheme=scheme,
        reduced_motion="reduce",
        has_touch=device == "phone",
    )
    page = context.new_page()
    page.goto(f"{demo.url}/r/casa-candela")
    yield page, f"guest-{language}-{scheme}-{device}"
    context.close()


def seen(page: Page, name: str) -> list[str]:
    """Keep a picture of a state, and return what is wrong with it: by axe, smaller than a finger, or beyond the screen's edge."""
    shoot(page, name)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a, select, input, textarea')]
            .filter(each => each.checkVisibility() && each.type !== 'checkbox')
            .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.height < 24 || box.width < 24)
            .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
    )
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return faults_of(page) + small + (["it is wider than the screen"] if wide else [])


@pytest.mark.parametrize(
    "guest",
    [("es", "dark", "phone"), ("en", "light", "desktop")],
    indirect=True,
    ids="-".join,
)
def test_every_state_of_the_page_is_for_everybody(guest: tuple[Page, str]) -> None:
    page, name = guest
    page.locator("button.day").nth(2).click()
    expect(page.locator("button.slot:not(.full)").first).to_be_visible()
    wrong = seen(page, f"{name}-1-choose")

    page.locator("button.slot:not(.full)").last.click()
    expect(page.get_by_role("timer")).to_be_visible()
    page.locator("input[name=name]").fill("Ana Torres")
    page.locator("input[name=tel]").fill("12")
    wrong += seen(page, f"{name}-2-details")
    confirm = page.get_by_role("button", name=re.compile("Confirmar reserva|Confirm booking"))
    confirm.click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    wrong += seen(page, f"{name}-3-refused")
    page.locator("input[name=tel]").fill("")
    page.locator("input[name=email]").fill(f"{name}@example.com")
    confirm.click()

    expect(page.get_by_role("img", name=re.compile("QR"))).to_be_visible()
    wrong += seen(page, f"{name}-4-ticket")
    page.get_by_role("button", name=re.compile("Cambiar día|Change day")).click()
    expect(page.locator("button.slot").first).to_be_visible()
    wrong += seen(page, f"{name}-5-move")
    page.locator("button.slot:not(.full)").first.click()
    expect(page.locator(".was")).to_be_visible()
    wrong += seen(page, f"{name}-6-moving")
    page.get_by_role("button", name=re.compile("Cambiar la reserva|Change the booking")).click()
    expect(page.get_by_role("heading", name=re.compile("Reserva cambiada|Booking changed"))).to_be_focused()

    page.get_by_role("button", name=re.compile("Cancelar reserva|Cancel booking")).press("Enter")
    expect(page.get_by_role("alertdialog")).to_be_focused()
    wrong += seen(page, f"{name}-7-cancel")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Cancelar reserva|Cancel booking")).press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("heading", name=re.compile("Reserva cancelada|Booking cancelled"))
    ).to_be_focused()
    wrong += seen(page, f"{name}-8-cancelled")
    assert wrong == []
