"""Two guests and one table: what the one does, the other sees; and who waits is given what the other lets go."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.browser.sandbox.conftest import Open
from tests.browser.sandbox.small_house import EIGHT, SmallHouse, slot_at_eight
from tests.commands.conftest import Running

pytestmark = pytest.mark.slow

# Less than the page would take that read the times again by itself.
SOON_MS = 5_000


def wait_for_eight(page: Page, name: str, phone: str) -> None:
    """Ask for a table at eight alone, from a time that is full."""
    slot_at_eight(page).click()
    page.get_by_role("button", name=re.compile("Avísame|Tell me if")).click()
    for label in ("Desde|From", "Hasta|Until"):
        page.get_by_label(re.compile(f"^({label})")).fill(EIGHT)
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=tel]").fill(phone)
    page.get_by_role("button", name=re.compile("Entrar en la lista|Join the waitlist")).click()


def test_the_table_that_one_guest_takes_is_closed_on_the_others_page(demo: Running, open_page: Open) -> None:
    with SmallHouse(demo) as house:
        path = f"/r/{house.slug}?date={house.day(3)}"
        one, other = open_page(path, size=PHONE), open_page(path)
        for page in (one, other):
            expect(slot_at_eight(page)).not_to_have_class(re.compile("full"))

        slot_at_eight(other).click()
        expect(other.get_by_role("timer")).to_be_visible()
        expect(slot_at_eight(one)).to_have_class(re.compile("full"), timeout=SOON_MS)
        other.get_by_role("button", name="Cambiar").click()
        expect(slot_at_eight(one)).not_to_have_class(re.compile("full"), timeout=SOON_MS)


def test_who_waits_sees_the_place_then_the_kept_table_and_takes_it(demo: Running, open_page: Open) -> None:
    with SmallHouse(demo) as house:
        theirs = house.book(4)
        page = open_page(f"/r/{house.slug}?date={house.day(4)}", size=PHONE)
        wait_for_eight(page, "Leo Paz", "+57 310 555 0161")
        expect(page).to_have_url(re.compile(f"/w/{house.slug}#"))
        expect(page.get_by_role("heading", name="Estás en la lista")).to_be_focused()
        expect(page.get_by_role("status")).to_contain_text("primera mesa")
        wrong = faults_of(page)
        shoot(page, "waiting-phone")

        house.cancel(theirs)
        offered = page.get_by_role("heading", name="¡Hay una mesa para ti!")
        expect(offered).to_be_focused(timeout=SOON_MS)
        expect(page.get_by_role("timer")).to_be_visible()
        wrong += faults_of(page)
        shoot(page, "waiting-offer-phone")
        page.get_by_role("button", name="Tomar la mesa").press("Enter")
        expect(page.get_by_role("heading", name="¡La mesa es tuya!")).to_be_focused()
        page.get_by_role("link", name="Ver mi reserva").click()

        expect(page.get_by_role("img", name=re.compile("QR"))).to_be_visible()
        assert wrong == []


def test_who_waits_no_more_leaves_and_is_told_first_what_is_lost(demo: Running, open_page: Open) -> None:
    with SmallHouse(demo) as house:
        house.book(5)
        page = open_page(f"/r/{house.slug}?date={house.day(5)}", size=DESKTOP, language="en")
        wait_for_eight(page, "Eva Stone", "+1 212 555 0162")
        page.get_by_role("button", name="Leave the list").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("You lose your place")
        wrong = faults_of(page)
        shoot(page, "waiting-leave-desktop")
        page.get_by_role("button", name="Leave the list").click()

        expect(page.get_by_role("heading", name="You are no longer on the list")).to_be_focused()
        wrong += faults_of(page)
        nobody = open_page(f"/w/{house.slug}#made.up", language="en")
        expect(nobody.get_by_role("heading", name="This link opens no place on the list")).to_be_visible()
        assert wrong + faults_of(nobody) == []
