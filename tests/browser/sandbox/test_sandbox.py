"""The first page of `make run`: phones that write to the product, and what stands behind them."""

import re
from datetime import datetime

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


@pytest.mark.parametrize("channel", ["Telegram", "Correo"])
def test_the_code_is_seen_where_it_comes_as_a_file(open_page: Open, channel: str) -> None:
    page = open_page("/sandbox")
    shown = phone(page, channel)
    write(page, channel, "mesa para 2 pasado mañana a las 13:30, a nombre de Eva")
    expect(shown.get_by_text(re.compile("pasado mañana|13:30")).last).to_be_visible()
    expect(shown.locator("article.out")).not_to_have_count(0)
    write(page, channel, "sí")

    picture = shown.get_by_role("img", name="Código QR").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_each_restaurant_has_a_thread_of_its_own_in_a_phone(open_page: Open) -> None:
    page = open_page("/sandbox")
    messenger = phone(page, "Messenger")
    write(page, "Messenger", "hasta qué hora abren mañana?")
    expect(messenger.locator("article.out")).not_to_have_count(0)

    page.get_by_role("button", name="Taberna del Olivar").click()
    expect(messenger.get_by_text("Escriba como lo haría un comensal")).to_be_visible()
    write(page, "Messenger", "tienen parqueadero?")
    expect(messenger.locator("article.out")).not_to_have_count(0)
    expect(messenger.get_by_text("hasta qué hora abren mañana?")).to_have_count(0)
    page.get_by_role("button", name="Casa Candela").click()
    expect(messenger.locator("article.in")).to_have_text(re.compile("hasta qué hora abren mañana"))


def test_what_is_broken_and_what_time_it_is_stand_there_after_a_reload(open_page: Open) -> None:
    page = open_page("/sandbox")
    page.get_by_role("tab", name="Averías y reloj").click()
    delay, twice = (page.get_by_role("checkbox", name=name) for name in ("Dos segundos", "duplicados"))
    delay.check()
    before = page.get_by_role("tabpanel").locator("time").get_attribute("datetime")
    page.get_by_role("button", name="+24 h").click()
    expect(page.get_by_role("tabpanel").locator("time")).not_to_have_attribute("datetime", before or "")
    page.reload()
    page.get_by_role("tab", name="Averías y reloj").click()

    expect(delay).to_be_checked()
    expect(twice).not_to_be_checked()
    after = page.get_by_role("tabpanel").locator("time").get_attribute("datetime")
    assert (datetime.fromisoformat(after or "") - datetime.fromisoformat(before or "")).days == 1
    page.get_by_role("button", name="Hora real").click()
    delay.uncheck()
    expect(delay).not_to_be_checked()


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
