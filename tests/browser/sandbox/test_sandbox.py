"""The first page of `make run`: phones that write to the product, and what stands behind them."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.browser.sandbox.conftest import Open

pytestmark = pytest.mark.slow


def phone(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def write(page: Page, name: str, text: str) -> None:
    phone(page, name).get_by_role("textbox").fill(text)
    phone(page, name).get_by_role("textbox").press("Enter")


def test_the_bare_address_of_a_demo_leads_to_the_phones(open_page: Open) -> None:
    page = open_page("/")

    expect(page).to_have_url(re.compile("/sandbox$"))
    expect(page.locator("section.phone")).to_have_count(8)


def test_a_guest_books_by_tapping_and_sees_the_code_and_the_fact(open_page: Open) -> None:
    page = open_page("/sandbox")
    whatsapp = phone(page, "WhatsApp")

    whatsapp.get_by_role("button", name=re.compile("mesa pa 4")).first.click()
    whatsapp.get_by_role("button", name="Sí, reservar").click()

    expect(whatsapp.get_by_text(re.compile("confirmada"))).to_be_visible()
    expect(whatsapp.get_by_role("img", name="Código QR").first).to_be_visible()
    expect(page.get_by_text("reservation.created").first).to_be_visible()
    picture = whatsapp.get_by_role("img", name="Código QR").first
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 100
    shoot(page, "sandbox-booked")


def test_a_faulty_provider_delays_and_loses_nothing(open_page: Open) -> None:
    page = open_page("/sandbox")
    page.get_by_role("tab", name="Averías y reloj").click()
    page.get_by_role("checkbox", name="Webhooks duplicados").check()

    write(page, "SMS", "a qué hora abren el domingo?")

    sms = phone(page, "SMS")
    expect(sms.locator("article.out")).to_have_count(1)
    page.get_by_role("checkbox", name="Webhooks duplicados").uncheck()


def test_the_page_speaks_english_to_an_english_browser_and_spanish_when_asked(open_page: Open) -> None:
    page = open_page("/sandbox", language="en")

    expect(page.get_by_role("heading", level=1)).to_have_text("Book by any channel. There is only one table.")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Reserve por donde quiera. La mesa es una sola."
    )


@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_page_fits_and_has_no_fault_for_those_who_do_not_see_it(
    open_page: Open, name: str, size: tuple[int, int]
) -> None:
    page = open_page("/sandbox", size=size)
    expect(page.locator("section.phone")).to_have_count(8)

    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults = faults_of(page)

    shoot(page, f"sandbox-{name}")
    assert wide == 0
    assert faults == []
