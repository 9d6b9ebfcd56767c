"""The booking page: a table in three taps, on a phone and at a desk, in Spanish and in English."""

import re

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.browser.sandbox.conftest import Open
from tests.browser.sandbox.small_house import SmallHouse, slot_at_eight
from tests.commands.conftest import Running

pytestmark = pytest.mark.slow

SIZES = {"phone": (PHONE, "es"), "desktop": (DESKTOP, "en")}
CONFIRM = re.compile("Confirmar reserva|Confirm booking")
WAIT = "Avísame si se libera una mesa"
BOOKED = re.compile("confirmada|Your table is booked")


def choose(page: Page, *, day: int = 3) -> None:
    """Tap a day in the strip, and then its last free time."""
    page.locator("button.day").nth(day).click()
    expect(page.locator("button.day").nth(day)).to_have_attribute("aria-pressed", "true")
    page.locator("button.slot:not(.full)").last.click()
    expect(page.get_by_role("timer")).to_be_visible()


def tell(page: Page, name: str, phone: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=tel]").fill(phone)


@pytest.mark.parametrize("device", SIZES)
def test_a_guest_has_a_table_in_three_taps_and_a_name(open_page: Open, device: str) -> None:
    size, language = SIZES[device]
    page = open_page("/r/casa-candela", size=size, language=language)
    page.get_by_role("button", name=re.compile("3 (personas|people)")).click()
    expect(page.locator("button.slot").first).to_be_visible()
    wrong = faults_of(page)
    shoot(page, f"booking-choose-{device}")

    choose(page)
    wrong += faults_of(page)
    shoot(page, f"booking-details-{device}")
    tell(page, "Ana Torres", f"+57 310 555 01{'10' if device == 'phone' else '11'}")
    page.get_by_role("checkbox", name=re.compile("novedades|news")).check()
    with page.expect_request(
        lambda sent: sent.method == "POST" and sent.url.endswith("/reservations")
    ) as sent:
        page.get_by_role("button", name=CONFIRM).click()

    expect(page.get_by_role("heading", name=BOOKED)).to_be_visible()
    assert (sent.value.post_data_json or {}).get("news_text") == {"version": 1, "language": language[:2]}
    expect(page).to_have_url(re.compile("/r/casa-candela#"))
    picture = page.get_by_role("img", name=re.compile("QR"))
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 100
    wrong += faults_of(page)
    shoot(page, f"booking-ticket-{device}")
    assert wrong == []


@pytest.mark.parametrize("device", SIZES)
def test_a_phone_is_verified_by_a_code_before_the_booking_stands(
    open_page: Open, asking_for_phones: Running, device: str
) -> None:
    size, language = SIZES[device]
    phone = f"+57310555019{len(device)}"
    page = open_page("/r/casa-candela", size=size, language=language)
    choose(page)
    tell(page, "Ana Torres", phone)
    page.get_by_role("button", name=re.compile("Enviarme el código|Send me the code")).click()
    field = page.locator("input[name=code]")
    expect(field).to_be_focused()
    wrong = faults_of(page)
    shoot(page, f"booking-code-{device}")

    field.fill("000000")
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("alert")).to_contain_text(
        re.compile("El código no es correcto|The code is not right")
    )
    wrong += faults_of(page)
    heard = httpx.get(
        f"{asking_for_phones.url}/sandbox/api/sms_twilio/conversations/{phone}",
        params={"after": 0, "wait_s": 8},
        timeout=20,
    ).json()
    field.fill(heard["messages"][-1]["text"][:6])
    page.get_by_role("button", name=CONFIRM).click()

    expect(page.get_by_role("heading", name=BOOKED)).to_be_visible()
    assert wrong == []


def test_what_was_not_heard_is_said_again_and_done_once(open_page: Open) -> None:
    """The network goes as the guest confirms, and the answer of the first try is lost on the way; so with the cancellation."""
    page = open_page("/r/casa-candela", size=PHONE)
    choose(page, day=4)
    tell(page, "Nora Sinred", "+57 310 555 0177")
    tries: list[str] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method not in {"POST", "DELETE"}:
            route.fallback()
            return
        tries.append(route.request.headers.get("idempotency-key", ""))
        if len(tries) > 1:
            route.fallback()
        else:
            route.fetch()
            route.abort("connectionreset")

    page.route(re.compile("/public/restaurants/casa-candela/reservations"), lose_the_first)
    page.context.set_offline(True)
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("alert")).to_contain_text("No hay conexión")
    shoot(page, "booking-offline-phone")
    page.context.set_offline(False)

    expect(page.get_by_role("heading", name=BOOKED)).to_be_visible()
    expect(page.get_by_text("No hay conexión")).to_have_count(0)
    assert len(tries) > 1
    assert len(set(tries)) == 1
    page.get_by_role("button", name="Cancelar reserva").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Sí, cancelar").click()
    expect(page.get_by_text("No hay conexión")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Reserva cancelada")).to_be_visible()
    expect(page.get_by_text("No hay conexión")).to_have_count(0)


def test_the_link_moves_and_cancels_and_says_first_what_it_costs(open_page: Open) -> None:
    page = open_page("/r/pier-and-pine", language="en")
    choose(page, day=5)
    tell(page, "Eva Stone", "+1 212 555 0147")
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("heading", name=BOOKED)).to_be_visible()

    later = open_page(
        page.url.partition("//")[2].partition("/")[2].join(("/", "")), size=PHONE, language="en"
    )
    later.get_by_role("button", name="Change day, time or party").click()
    later.locator("button.slot:not(.full)").first.click()
    later.get_by_role("button", name="Change the booking").click()
    expect(later.get_by_role("heading", name="Booking changed")).to_be_visible()
    later.get_by_role("button", name="Cancel booking").click()
    expect(later.get_by_role("alertdialog")).to_contain_text("costs nothing")
    shoot(later, "booking-cancel-phone")
    later.get_by_role("button", name="Yes, cancel").click()

    expect(later.get_by_role("heading", name="Booking cancelled")).to_be_visible()


def test_who_books_again_from_an_old_page_sees_the_times_of_now(open_page: Open) -> None:
    page = open_page("/r/pier-and-pine", language="en")
    choose(page, day=6)
    tell(page, "Eva Stone", "+1 212 555 0148")
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("heading", name=BOOKED)).to_be_visible()
    opened = open_page(page.url.partition("//")[2].partition("/")[2].join(("/", "")), language="en")

    # The page came with free times, and they are as old as the page.
    with opened.expect_response(re.compile(r"/availability\?")):
        opened.get_by_role("button", name="Make another booking").click()

    expect(opened.locator("button.slot").first).to_be_visible()


def test_a_time_that_is_full_says_why_and_a_guest_may_wait_for_it(demo: Running, open_page: Open) -> None:
    with SmallHouse(demo) as house:
        house.book(3)
        page = open_page(f"/r/{house.slug}?party=2&date={house.day(3)}", size=PHONE)
        slot_at_eight(page).click()
        expect(page.locator(".note")).not_to_be_empty()
        expect(page.get_by_role("heading", name="Lo más cercano")).to_be_visible()
        shoot(page, "booking-full-phone")
        page.get_by_role("button", name=WAIT).click()
        # Between the times around it that the booking takes with it, and no free one: that could be booked.
        assert page.get_by_label("Desde").input_value() == "19:00"
        assert page.get_by_label("Hasta").input_value() == "21:30"
        tell(page, "Leo Paz", "+57 310 555 0133")
        wrong = faults_of(page)
        page.get_by_role("button", name="Entrar en la lista").click()

        expect(page.get_by_role("heading", name="Estás en la lista")).to_be_visible()
        assert wrong == []


def test_a_wait_that_ends_before_it_begins_is_told_so(demo: Running, open_page: Open) -> None:
    with SmallHouse(demo) as house:
        house.book(3)
        page = open_page(f"/r/{house.slug}?party=2&date={house.day(3)}", size=PHONE)
        slot_at_eight(page).click()
        page.get_by_role("button", name=WAIT).click()
        page.get_by_label("Hasta").fill("18:00")
        tell(page, "Leo Paz", "+57 310 555 0134")
        page.get_by_role("button", name="Entrar en la lista").click()
        expect(page.get_by_role("alert")).to_contain_text("«Hasta» es anterior")


def test_back_is_one_step_back_and_gives_the_table_back(demo: Running, open_page: Open) -> None:
    """On a phone it is what a thumb finds: from who comes to the times, from a change to the ticket."""
    with SmallHouse(demo) as house:
        page = open_page(f"/r/{house.slug}?party=2&date={house.day(6)}", size=PHONE)
        slot_at_eight(page).click()
        expect(page.get_by_role("timer")).to_be_visible()
        other = open_page(f"/r/{house.slug}?party=2&date={house.day(6)}")
        expect(slot_at_eight(other)).to_have_class(re.compile("full"))
        page.go_back()
        expect(slot_at_eight(page)).to_be_visible()
        expect(slot_at_eight(other)).not_to_have_class(re.compile("full"))

        page.go_forward()
        expect(page.get_by_role("timer")).to_be_visible()
        tell(page, "Leo Paz", "+57 310 555 0135")
        page.get_by_role("button", name=CONFIRM).click()
        expect(page.get_by_role("heading", name=BOOKED)).to_be_visible()
        page.get_by_role("button", name="Cambiar día, hora o personas").click()
        slot_at_eight(page).click()
        expect(page.get_by_role("button", name="Cambiar la reserva")).to_be_visible()
        page.go_back()
        expect(slot_at_eight(page)).to_be_visible()
        page.go_back()
        expect(page.get_by_role("img", name=re.compile("QR"))).to_be_visible()
        page.go_back()
        expect(page.locator("button.day").first).to_be_visible()


def test_a_fee_is_said_before_a_change_and_after_a_cancellation(demo: Running, open_page: Open) -> None:
    """Once cancelling is not free any more, moving the booking does not make it so."""
    with SmallHouse(demo) as house:
        house.charge(30_000_00)
        page = open_page(f"/r/{house.slug}?party=2&date={house.day(3)}")
        slot_at_eight(page).click()
        tell(page, "Ana Torres", "+57 310 555 0136")
        page.get_by_role("button", name=CONFIRM).click()
        page.get_by_role("button", name="Cambiar día, hora o personas").click()
        page.locator("button.day").nth(7).click()
        slot_at_eight(page).click()
        expect(page.locator("main")).to_contain_text(re.compile(r"se cobran \$\s?30\.000"))
        page.get_by_role("button", name="Cambiar la reserva").click()
        expect(page.get_by_role("heading", name="Reserva cambiada")).to_be_visible()
        page.get_by_role("button", name="Cancelar reserva").click()
        page.get_by_role("button", name="Sí, cancelar").click()
        expect(page.locator("main")).to_contain_text(re.compile(r"el restaurante cobra \$\s?30\.000"))


def test_nobody_is_asked_to_wait_for_a_time_that_no_cancellation_frees(
    demo: Running, open_page: Open
) -> None:
    with SmallHouse(demo) as house:
        page = open_page(f"/r/{house.slug}?party=2&date={house.day(3)}", size=PHONE)
        page.locator("button.slot.full").last.click()
        expect(page.get_by_role("heading", name="Lo más cercano")).to_be_visible()
        expect(page.get_by_role("button", name=WAIT)).to_have_count(0)


def test_the_keyboard_alone_books_a_table(open_page: Open) -> None:
    page = open_page("/r/casa-candela", language="es")
    page.locator("button.day").nth(4).focus()
    page.keyboard.press("Enter")
    page.locator("button.slot:not(.full)").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_be_focused()

    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("Mar Gil")
    page.keyboard.press("Tab")
    page.keyboard.type("+57 310 555 0144")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=BOOKED)).to_be_focused()


def test_an_address_of_nobody_says_so_and_the_language_can_be_changed(open_page: Open) -> None:
    page = open_page("/r/nowhere", language="es")

    expect(page.get_by_role("heading", name="No encontramos este restaurante")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="We cannot find this restaurant")).to_be_visible()
