"""The other screens: the door, the inbox, settings and figures; and all of them for those who use no mouse."""

import contextlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from io import BytesIO
from typing import Any
from urllib.parse import urlparse

import httpx
import pytest
import segno
from playwright.sync_api import Error, FilePayload, expect

from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.browser.staff.conftest import Demo, Screen
from tests.support.waiting import wait_until


def test_a_pass_is_scanned_from_a_picture(demo: Demo, screen: Screen) -> None:
    """The party is let in once; the second time the door says that the pass was used."""
    booked = demo.book("Quique Erre", "19:45", demo.free_table())
    made = demo.ask("POST", "/api/v1/qr/generate", json={"reservation_id": booked["id"]})
    picture = httpx.get(demo.url + urlparse(made["png_url"]).path).raise_for_status().content
    page = screen("/scan", size=PHONE)
    upload: FilePayload = {"name": "pass.png", "mimeType": "image/png", "buffer": picture}
    page.locator("input[type=file]").set_input_files(upload)
    expect(page.locator("[data-verdict=in]")).to_contain_text("Quique Erre")
    shoot(page, "staff-scan-in")
    assert demo.reservation("Quique Erre")["status"] == "checked_in"
    page.locator("input[type=file]").set_input_files(upload)
    expect(page.locator("[data-verdict=out]")).to_be_visible()


def _picture_of(text: str) -> FilePayload:
    drawn = BytesIO()
    segno.make(text).save(drawn, kind="png", scale=6, border=4)
    return {"name": "pass.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


def test_the_door_goes_on_without_the_network(demo: Demo, screen: Screen) -> None:
    """What was issued is let in and told later; what is made up or over is not, and who was seated elsewhere meanwhile is told."""
    names = "Alba Lejos", "Bruno Lejos"
    booked = {name: demo.book(name, "19:45", demo.free_table()) for name in names}
    tokens = [
        demo.ask("POST", "/api/v1/qr/generate", json={"reservation_id": each["id"]})["token"]
        for each in booked.values()
    ]
    page = screen("/scan", size=PHONE)
    expect(page.get_by_text("Listo para trabajar sin conexión")).to_be_visible()
    door = page.locator("input[type=file]")

    page.context.set_offline(True)
    expect(page.get_by_text("Sin conexión").first).to_be_visible()
    for name, token in zip(names, tokens, strict=True):
        door.set_input_files(_picture_of(token))
        expect(page.locator("[data-verdict=in]")).to_contain_text(name)
        expect(page.locator("[data-verdict=in]")).to_contain_text("Comprobado sin conexión")
    shoot(page, "staff-scan-offline")
    door.set_input_files(_picture_of(tokens[0]))
    expect(page.locator("[data-verdict=out]")).to_contain_text("Ya entró")
    octets = bytearray(urlsafe_b64decode(tokens[0]))
    octets[-1] ^= 1
    door.set_input_files(_picture_of(urlsafe_b64encode(octets).decode()))
    expect(page.locator("[data-verdict=out]")).to_contain_text("No está en la lista de hoy")
    octets[41:49] = bytes(8)
    door.set_input_files(_picture_of(urlsafe_b64encode(octets).decode()))
    expect(page.locator("[data-verdict=out]")).to_contain_text("El pase ha caducado")
    assert demo.reservation(names[0])["status"] == "confirmed"

    demo.ask("POST", f"/api/v1/reservations/{booked[names[1]]['id']}/check-in")
    page.context.set_offline(False)
    queue = page.locator(".queue")
    expect(queue).not_to_contain_text(names[0])
    expect(queue.locator("li", has_text=names[1]).locator(".refused")).to_be_visible()
    shoot(page, "staff-scan-synced")
    assert demo.reservation(names[0])["status"] == "checked_in"
    queue.get_by_role("button", name="Cerrar").click()
    expect(queue).to_have_count(0)


def test_a_party_is_let_in_by_its_code(demo: Demo, screen: Screen) -> None:
    """For a guest whose phone is flat."""
    booked = demo.book("Cora Código", "19:45", demo.free_table())
    page = screen("/scan", size=PHONE, language="en")
    expect(page.locator("form .code")).to_be_visible()
    page.locator("form .code").fill(booked["code"])
    page.get_by_role("button", name="Seat").click()
    expect(page.locator("[data-verdict=in]")).to_contain_text("Cora Código")


def test_a_code_of_the_evening_lets_nobody_in_at_noon(demo: Demo, screen: Screen) -> None:
    """As the pass itself is judged; and who is inside is said to be."""
    late = demo.book("Tania Tardes", "22:00", demo.free_table())
    inside = demo.book("Ines Dentro", "19:45", demo.free_table())
    page = screen("/scan", size=PHONE)
    form = page.locator("form", has=page.locator(".code"))
    told = page.locator("[data-verdict=out]")
    for booked, said in ((late, "Aún es pronto"), (inside, "Ya entró")):
        if booked is inside:
            demo.ask("POST", f"/api/v1/reservations/{inside['id']}/check-in")
        form.locator(".code").fill(booked["code"])
        form.get_by_role("button").click()
        expect(told).to_contain_text(said)
    assert demo.reservation("Tania Tardes")["status"] == "confirmed"


def test_a_code_lets_in_without_the_network_too(demo: Demo, screen: Screen) -> None:
    """Judged by the list that was read before, told once the network is back; what is not on it is said to be that."""
    booked = demo.book("Celia Lejos", "19:45", demo.free_table())
    page = screen("/scan", size=PHONE)
    expect(page.get_by_text("Listo para trabajar sin conexión")).to_be_visible()
    form = page.locator("form", has=page.locator(".code"))

    page.context.set_offline(True)
    expect(page.get_by_text("Sin conexión").first).to_be_visible()
    form.locator(".code").fill(booked["code"].lower())
    form.get_by_role("button").click()
    expect(page.locator("[data-verdict=in]")).to_contain_text("Comprobado sin conexión")
    form.get_by_role("button").click()
    expect(page.locator("[data-verdict=out]")).to_contain_text("Ya entró")
    form.locator(".code").fill("ZZZZZZ")
    form.get_by_role("button").click()
    expect(page.locator("[data-verdict=out]")).to_contain_text("no está en la lista de hoy")
    shoot(page, "staff-scan-code-offline")
    assert demo.reservation("Celia Lejos")["status"] == "confirmed"

    page.context.set_offline(False)
    expect(page.locator(".queue")).to_have_count(0)
    assert demo.reservation("Celia Lejos")["status"] == "checked_in"


def test_an_advisor_takes_over_answers_and_hands_back(demo: Demo, screen: Screen) -> None:
    """The guest hears the person, and then the bot again."""
    guest = "+573007770022"
    body = {"from": guest, "text": "Quiero hablar con una persona", "name": "Olga Inbox"}
    demo.ask("POST", "/sandbox/api/whatsapp_meta/messages", json=body)
    path = f"/sandbox/api/whatsapp_meta/conversations/{guest}"
    demo.ask("GET", path, params={"after": 0, "wait_s": 8})
    looked = {"status": "all", "channel": "whatsapp_meta", "limit": 100}

    def of_guest() -> list[dict[str, Any]]:
        told = demo.ask("GET", "/api/v1/conversations", params=looked)["conversations"]
        return [each for each in told if each["address"].endswith(guest[-10:])]

    wait_until(lambda: of_guest() != [], "the message is in the inbox", within_s=15)
    (conversation,) = of_guest()
    page = screen("/inbox", restaurant_id=conversation["restaurant_id"])
    page.locator(f'[data-conversation="{conversation["id"]}"]').click()
    expect(page.get_by_text("Quiero hablar con una persona").first).to_be_visible()
    page.locator("footer textarea").fill("Hola Olga, soy Lucía.")
    page.keyboard.press("Enter")
    expect(page.locator("li.said.staff")).to_contain_text("Hola Olga, soy Lucía.")
    shoot(page, "staff-inbox")
    page.get_by_role("button", name="Devolver a SaveIt").click()
    expect(page.get_by_role("button", name="Responder yo")).to_be_visible()
    heard = demo.ask("GET", path, params={"after": 0, "wait_s": 8})
    assert "Hola Olga, soy Lucía." in [each["text"] for each in heard["messages"]]


def test_what_needs_a_person_has_a_page(screen: Screen) -> None:
    """What could not be sent, what could not be read, what came for nobody."""
    page = screen("/inbox/stuck")
    for heading in ("Mensajes que no salieron", "Entradas apartadas", "Para nadie"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator(".error")).to_have_count(0)


def test_an_advisor_without_lines_of_their_own_sees_no_conversation(demo: Demo, screen: Screen) -> None:
    """The house's are the house's."""
    assert demo.ask("GET", "/api/v1/conversations", params={"status": "all"})["conversations"]
    page = screen("/inbox", who=demo.hire("advisor"))
    page.get_by_role("combobox").first.wait_for()
    expect(page.locator("[data-conversation]")).to_have_count(0)
    expect(page.locator(".toast.bad, .error")).to_have_count(0)


def test_a_table_is_drawn_and_a_rule_is_changed(demo: Demo, screen: Screen) -> None:
    """The floor has the table at once, and the rules a new version."""
    before = len(demo.board()["tables"])
    page = screen("/settings/floor")
    page.get_by_role("button", name="Redonda").click()
    expect(page.locator("g.table")).to_have_count(before + 1)
    page.locator("g.table.chosen").focus()
    page.keyboard.press("ArrowRight")
    shoot(page, "staff-settings-floor")
    page.get_by_role("button", name="Quitar la mesa").click()
    expect(page.locator("g.table")).to_have_count(before)

    page.goto(f"{demo.url}/staff#/settings/rules")
    page.get_by_label("Máximo de días antes").fill("44")
    page.get_by_role("button", name="Guardar").click()
    expect(page.locator(".toast", has_text="Guardado")).to_be_visible()
    config = demo.ask("GET", f"/api/v1/restaurants/{demo.restaurant_id}/config")
    assert config["rules"]["reservation_window"]["max_days_advance"] == 44
    shoot(page, "staff-settings-rules")


@pytest.mark.parametrize(
    "look",
    [
        ("/board?view=timeline", DESKTOP, "es", False),
        ("/board?view=floor", DESKTOP, "en", True),
        ("/board?view=list", PHONE, "en", False),
        ("/scan", PHONE, "es", True),
        ("/inbox", DESKTOP, "es", False),
        ("/analytics", DESKTOP, "en", False),
        ("/settings/hours", PHONE, "es", False),
        ("/settings/floor", DESKTOP, "es", False),
        ("/settings/rules", DESKTOP, "en", True),
        ("/settings/templates", DESKTOP, "es", False),
        ("/settings/staff", PHONE, "en", False),
        ("/settings/lines", DESKTOP, "es", False),
        ("/group", PHONE, "es", False),
    ],
)
def test_axe_finds_nothing_wrong(screen: Screen, look: tuple[str, tuple[int, int], str, bool]) -> None:
    """Each page, in light and dark, on phone and desktop."""
    at, size, language, dark = look
    page = screen(at, size=size, language=language, dark=dark)
    expect(page.locator("main h1")).to_have_count(1)
    # A screen that follows the news is never idle for long.
    with contextlib.suppress(Error):
        page.wait_for_load_state("networkidle", timeout=3_000)
    assert faults_of(page) == []
    name = re.sub(r"\W+", "-", at.strip("/"))
    shoot(
        page,
        f"staff-{name}-{'phone' if size == PHONE else 'desktop'}-{'dark' if dark else 'light'}-{language}",
    )


def test_the_sign_in_page_speaks_both_languages(demo: Demo, screen: Screen) -> None:
    """And says in the server's words what was wrong."""
    page = screen()
    page.evaluate("localStorage.clear()")
    page.goto(f"{demo.url}/staff")
    page.reload()
    page.get_by_role("button", name="English").click()
    page.get_by_label("Email").fill("nobody@example.com")
    page.locator("#password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Wrong email or password")
    assert faults_of(page) == []
    shoot(page, "staff-sign-in")


@pytest.mark.parametrize(
    "at", ["/board", "/board?view=timeline", "/board?view=floor", "/inbox", "/settings/rules"]
)
def test_a_real_phone_shows_the_page_as_wide_as_itself(screen: Screen, at: str) -> None:
    """A phone zooms out of what is wider than its screen, and then what is told stands where nobody looks."""
    page = screen(at, size=PHONE, handheld=True)
    expect(page.locator("main")).to_be_visible()
    assert page.evaluate("innerWidth") == PHONE[0]
