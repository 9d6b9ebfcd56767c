"""Who works where and may do what: setting up a restaurant, its staff and lines, and what each role is shown."""

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import DESKTOP, PHONE, shoot
from tests.browser.staff.conftest import Demo, Screen
from tests.support.waiting import wait_until


def test_a_restaurant_is_set_up_in_minutes(demo: Demo, screen: Screen) -> None:
    """Named, its hours, tables from a list, rules with a preview, somebody hired: it is open for bookings."""
    page = screen("/settings/new")
    page.get_by_label("Nombre").fill("Bar Prueba")
    page.get_by_role("button", name="Siguiente").click()

    expect(page.get_by_role("heading", name="Horario", exact=True)).to_be_visible()
    page.get_by_label("lunes: Desde").first.fill("13:00")
    page.get_by_role("button", name="Igual todos los días").click()
    shoot(page, "staff-setup-hours")
    # Going on keeps what was changed: nobody loses an evening to a button they did not see.
    page.get_by_role("link", name="Siguiente").click()
    expect(page.locator(".toast", has_text="Guardado")).to_be_visible()

    page.get_by_role("button", name="Lista", exact=True).click()
    page.get_by_label("Cuántas mesas").fill("6")
    page.locator(".bulk").get_by_role("button", name="Añadir").click()
    expect(page.locator(".scroll tbody tr")).to_have_count(6)
    shoot(page, "staff-setup-tables")
    page.get_by_role("link", name="Siguiente").click()

    words = page.get_by_label("En pocas palabras")
    expect(words).to_contain_text("Almuerzo 13:00")
    expect(words.get_by_role("heading", name="Así quedaría")).to_be_visible()
    expect(words.locator(".slots .free").first).to_be_visible()
    shoot(page, "staff-setup-rules")
    page.get_by_role("link", name="Siguiente").click()

    form = page.locator("form", has_text="Añadir a alguien")
    form.get_by_label("Nombre").fill("Quim Nuevo")
    form.get_by_label("Correo").fill("quim@candela.example.com")
    form.get_by_role("button", name="Añadir").click()
    expect(page.locator(".made")).to_contain_text("quim@candela.example.com")
    password = page.locator(".made code").inner_text()
    shoot(page, "staff-setup-staff")
    page.get_by_role("link", name="Siguiente").click()
    page.get_by_role("link", name="Siguiente").click()
    expect(page.locator(".bubble").first).to_be_visible()
    page.get_by_role("link", name="Abrir la sala").click()
    expect(page.locator(".row[data-table]")).to_have_count(6)

    signed_in = {"email": "quim@candela.example.com", "password": password}
    session = demo.ask("POST", "/api/v1/sessions", json=signed_in)
    assert session["token"]
    opened = {each["slug"] for each in demo.ask("GET", "/api/v1/restaurants")["restaurants"]}
    assert "bar-prueba" in opened


def test_somebody_chooses_a_password_of_their_own(demo: Demo, screen: Screen) -> None:
    """The one they were handed opens nothing any more, and they go on where they are."""
    who = demo.hire("host")
    page = screen(who=who)
    page.locator("header button[aria-haspopup=dialog]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Elegir otra contraseña").click()
    dialog.get_by_label("Contraseña actual").fill("no es esta frase")
    dialog.get_by_label("Contraseña nueva").fill("una frase mejor que esa")
    dialog.get_by_label("La nueva, otra vez").fill("una frase peor que esa")
    dialog.get_by_role("button", name="Guardar").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no es la misma")
    dialog.get_by_label("La nueva, otra vez").fill("una frase mejor que esa")
    dialog.get_by_role("button", name="Guardar").click()
    expect(dialog.get_by_role("alert")).to_contain_text("No es la contraseña actual")
    dialog.get_by_label("Contraseña actual").fill(who["password"])
    dialog.get_by_role("button", name="Guardar").click()
    expect(page.locator(".toast", has_text="Guardado")).to_be_visible()
    expect(page.locator(".shell")).to_be_visible()
    chosen = {"email": who["email"], "password": "una frase mejor que esa"}
    assert demo.ask("POST", "/api/v1/sessions", json=chosen)["user_id"] == who["id"]


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("manager", ["Sala", "Escanear", "Mensajes", "Cifras", "Ajustes"]),
        ("host", ["Sala", "Escanear", "Mensajes"]),
        ("advisor", ["Mensajes"]),
        ("viewer", ["Sala"]),
    ],
)
def test_each_role_is_shown_what_it_may_do(demo: Demo, screen: Screen, role: str, pages: list[str]) -> None:
    """And is told of nothing that the server would refuse."""
    page = screen(who=demo.hire(role), size=DESKTOP)
    expect(page.locator("nav.rail a")).to_have_count(len(pages))
    assert [each.strip() for each in page.locator("nav.rail a").all_inner_texts()] == pages
    expect(page.locator("main h1").first).to_be_attached()
    expect(page.locator(".toast.bad, .error")).to_have_count(0)


def test_a_manager_hires_only_below_them(demo: Demo, screen: Screen) -> None:
    """Owners and managers are an owner's to make."""
    page = screen("/settings/staff", who=demo.hire("manager"))
    offered = page.locator("form", has_text="Añadir a alguien").locator("option")
    expect(offered).to_have_count(3)
    assert "Propietario" not in " ".join(offered.all_inner_texts())


def test_a_line_sends_a_test_message(demo: Demo, screen: Screen) -> None:
    """And the phone that was named has it."""
    phone = "+573007770044"
    page = screen("/settings/lines")
    field = page.get_by_label("A quién enviar la prueba: SMS (Twilio)")
    field.fill(phone)
    page.locator("form", has=field).get_by_role("button", name="Probar").click()
    expect(page.locator(".toast", has_text="Mensaje de prueba enviado")).to_be_visible()
    path = f"/sandbox/api/sms_twilio/conversations/{phone}"
    heard = demo.ask("GET", path, params={"after": 0, "wait_s": 8})
    assert heard["messages"]


def test_a_web_chat_is_one_tap_and_a_line_to_copy(demo: Demo, screen: Screen) -> None:
    """Nobody thinks of a secret; it is stopped and changed where it was added."""
    page = screen("/settings/lines", size=PHONE)
    before = {each["line"]["id"] for each in demo.ask("GET", "/api/v1/lines", params={"limit": 100})["lines"]}
    page.get_by_label("Canal").select_option(label="Chat web")
    page.get_by_role("button", name="Añadir").click()
    cards = page.locator("[data-line]", has_text='data-restaurant="casa-candela"')
    expect(cards).to_have_count(2)
    (made,) = {
        each["line"]["id"] for each in demo.ask("GET", "/api/v1/lines", params={"limit": 100})["lines"]
    } - before
    card = page.locator(f"[data-line='{made}']")
    expect(card.locator("code")).to_contain_text(f'src="{demo.url}/widget.js"')
    card.get_by_role("button", name="Cambiar").click()
    card.get_by_text("Más opciones").click()
    shoot(page, "staff-line-change-phone")
    card.get_by_label("Páginas que pueden mostrar el chat").fill("https://casacandela.example.com")
    card.get_by_role("button", name="Guardar").click()
    expect(card.get_by_role("button", name="Guardar")).to_have_count(0)
    card.get_by_role("button", name="Parar").click()
    expect(card).to_contain_text("Parada")
    line = demo.ask("GET", f"/api/v1/lines/{made}")["line"]
    assert (line["active"], line["credential_names"]) == (False, ["allowed_origins", "session_secret"])


def test_a_line_is_given_to_whoever_was_hired_to_attend_it(demo: Demo, screen: Screen) -> None:
    """They become an advisor by it; given back, it is the restaurant's again."""
    named = "Irene Instagram"
    hired = demo.hire("advisor", name=named)
    lines = demo.ask("GET", "/api/v1/lines", params={"limit": 100})["lines"]
    line = next(
        each["line"]
        for each in lines
        if each["line"]["channel"] == "instagram" and each["line"]["restaurant_id"] == demo.restaurant_id
    )
    page = screen("/settings/lines", size=DESKTOP)
    card = page.locator(f"[data-line='{line['id']}']")
    card.get_by_label("Quién atiende").select_option(label=named)
    expect(page.locator(".toast", has_text="Guardado")).to_be_visible()
    shoot(page, "staff-lines")
    given = demo.ask("GET", f"/api/v1/lines/{line['id']}")["line"]
    advisor = demo.ask("GET", f"/api/v1/advisors/{given['advisor_id']}")
    assert (advisor["user_id"], given["restaurant_id"]) == (hired["id"], None)
    card.get_by_label("Quién atiende").select_option(label="El restaurante")
    expect(card.get_by_label("Quién atiende")).to_have_value("")
    wait_until(
        lambda: demo.ask("GET", f"/api/v1/lines/{line['id']}")["line"]["restaurant_id"] == demo.restaurant_id,
        "the line to be the restaurant's again",
    )


def test_figures_are_taken_away_as_a_table(screen: Screen) -> None:
    """What the charts show, a line for each hour and source."""
    page = screen("/analytics")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="CSV").click()
    lines = downloading.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("restaurant")
    assert len(lines) > 10


def test_the_app_is_installable_and_opens_without_the_network(demo: Demo, chromium: Browser) -> None:
    """Its manifest has what a phone asks for, and its own worker keeps the page."""
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="es-CO")
    try:
        page = context.new_page()
        page.goto(f"{demo.url}/staff")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        address = page.locator("link[rel=manifest]").get_attribute("href")
        manifest = json.loads(page.evaluate("address => fetch(address).then(told => told.text())", address))
        assert {"name", "start_url", "display", "icons"} <= set(manifest)
        page.reload()
        expect(page.locator("#password")).to_be_visible()
        page.evaluate("() => navigator.serviceWorker.controller !== null || Promise.reject('uncontrolled')")
        context.set_offline(True)
        page.reload()
        expect(page.locator("#password")).to_be_visible()
    finally:
        context.close()
