"""An evening at the desk: who waits, who is late, who did not come, who stays longer; and what is known of them."""

import re
from datetime import datetime
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.looking import DESKTOP, PHONE, shoot
from tests.browser.staff.conftest import Demo, Screen

_WIDE = (1600, 1500)


def _opened(screen: Screen, reservation: dict[str, Any], **how: Any) -> Page:
    """The board with this party's panel open."""
    page = screen("/board?view=list", **how)
    name = re.compile(reservation["guest"]["name"])
    page.locator("main").get_by_role("button", name=name).first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page


def test_a_party_waits_is_kept_a_table_and_gets_it(demo: Demo, screen: Screen) -> None:
    """Added by the host, offered what frees, and seated at it with one touch; who leaves is off the list."""
    number = demo.free_table()
    table = next(each for each in demo.board()["tables"] if each["number"] == number)
    page = screen(size=PHONE)
    page.get_by_role("button", name="Lista de espera").first.click()
    for name in ("Wanda Espera", "Waldo Adiós"):
        page.get_by_role("button", name="Apuntar en espera").click()
        form = page.locator("[data-form=wait]")
        form.get_by_label("Desde").fill("21:00")
        form.get_by_label("Hasta").fill("22:00")
        form.get_by_label("Nombre").fill(name)
        form.get_by_role("button", name="Apuntar en espera").click()
        expect(form).to_have_count(0)
        expect(page.locator("li.card", has_text=name)).to_be_visible()
    shoot(page, "staff-waitlist")
    waiting = page.locator("li.card", has_text="Waldo Adiós")
    waiting.get_by_role("button", name="Ya no espera").click()
    expect(waiting).to_have_count(0)

    kept = page.locator("li.card", has_text="Wanda Espera")
    expect(kept.get_by_role("button", name="Dar la mesa")).to_be_visible(timeout=20_000)
    kept.get_by_role("button", name="Dar la mesa").click()
    expect(kept).to_have_count(0)
    booked = demo.reservation("Wanda Espera")
    assert booked["status"] == "confirmed"
    assert booked["table_ids"]
    assert table["id"]


def test_a_party_says_that_it_comes_late(demo: Demo, screen: Screen) -> None:
    """Everybody reads when it is expected, nobody takes it for missing before, and it is taken back with a touch."""
    booked = demo.book("Tere Tarde", "19:45", demo.free_table())
    page, other = _opened(screen, booked), screen("/board?view=timeline", size=_WIDE)
    page.get_by_role("button", name="Avisa: llega tarde").click()
    page.get_by_role("group", name="Llega a las").get_by_role("button", name="20:15").click()
    toast = page.locator(".toast", has_text="Tere Tarde llega a las 20:15")
    expect(toast).to_be_visible()
    expected = datetime.fromisoformat(demo.reservation("Tere Tarde")["expected_at"])
    assert (expected - datetime.fromisoformat(booked["starts_at"])).total_seconds() == 1800
    row = page.locator("li", has_text="Tere Tarde")
    expect(row).to_contain_text("Avisó: llega a las 20:15")
    bar = other.locator(f'.bar[data-reservation="{booked["id"]}"]')
    expect(bar).to_contain_text("20:15", timeout=20_000)
    expect(bar).to_have_accessible_name(re.compile("Avisó: llega a las 20:15"))
    shoot(page, "staff-late")
    toast.get_by_role("button", name="Deshacer").click()
    expect(row).not_to_contain_text("Avisó")


def test_who_sits_down_early_has_the_table_from_then_on(demo: Demo, screen: Screen) -> None:
    """On the timeline and the plan; a party at the door is not put there."""
    table = demo.free_table_whole()
    booked = demo.book("Elsa Temprana", "21:00", table["number"])
    page, other = _opened(screen, booked), screen("/board?view=timeline", size=_WIDE)
    bar = other.locator(f'.bar[data-reservation="{booked["id"]}"]')
    before = bar.bounding_box()
    page.get_by_role("button", name="Sentar", exact=True).click()
    expect(page.locator(".toast", has_text="Elsa Temprana")).to_be_visible()
    expect(bar).to_have_accessible_name(re.compile("En mesa"), timeout=20_000)
    now = bar.bounding_box()
    assert before is not None
    assert now is not None
    assert now["x"] < before["x"] - 20

    other.keyboard.press("w")
    offered = other.locator("[data-form=walk-in] .place b")
    expect(offered.first).to_be_visible()
    assert table["number"] not in offered.all_inner_texts()
    shoot(other, "staff-early")


def test_two_who_change_one_booking_lose_nothing(demo: Demo, screen: Screen) -> None:
    """The form goes on from what the colleague made of it; what was typed is still there, and is saved."""
    booked = demo.book("Dora Dosmanos", "21:30", demo.free_table(), party_size=2)
    page = _opened(screen, booked)
    page.get_by_role("button", name="Cambiar", exact=True).click()
    form = page.locator("[data-form=book]")
    form.get_by_label("Peticiones").fill("Junto a la ventana")
    demo.ask("PUT", f"/api/v1/reservations/{booked['id']}", json={"party_size": 1, "revision": 1})
    expect(form.get_by_role("status").filter(has_text="Otra persona acaba de cambiar")).to_be_visible(
        timeout=20_000
    )
    expect(form.get_by_role("button", name="1", exact=True)).to_have_attribute("aria-pressed", "true")
    form.get_by_role("button", name="Guardar").click()
    expect(form).to_have_count(0)
    after = demo.reservation("Dora Dosmanos")
    assert (after["party_size"], after["special_requests"]) == (1, "Junto a la ventana")


def test_a_late_cancellation_is_told_in_the_money_that_the_guest_read(demo: Demo, screen: Screen) -> None:
    """Pesos of Colombia have a hundred parts on the wire, and none on any page."""
    page = _opened(screen, demo.book("Carla Cargo", "22:00", demo.free_table()))
    page.get_by_role("button", name="Cancelar reserva").click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"\b30\.000\b"))
    expect(page.get_by_role("dialog")).not_to_contain_text("000.000")


def test_a_walk_in_is_offered_no_table_that_is_blocked(demo: Demo, screen: Screen) -> None:
    """In the order of the board; and a block does not end before it begins."""
    blocked = demo.free_table_whole()
    page = screen(size=_WIDE)
    page.keyboard.press("b")
    form = page.locator("[data-form=block]")
    form.get_by_role("button", name=blocked["number"], exact=True).click()
    form.get_by_label("Desde").fill("19:00")
    form.get_by_label("Hasta").fill("18:00")
    form.get_by_role("button", name="Bloquear").click()
    expect(form.get_by_role("alert")).to_contain_text("anterior a la de inicio")
    form.get_by_label("Hasta").fill("21:00")
    form.get_by_role("button", name="Bloquear").click()
    expect(form).to_have_count(0)

    page.keyboard.press("w")
    offered = page.locator("[data-form=walk-in] .place b")
    expect(offered.first).to_be_visible()
    numbers = offered.all_inner_texts()
    assert blocked["number"] not in numbers
    rows = page.locator(".row[data-table] .head b").all_inner_texts()
    assert numbers == [each for each in rows if each in numbers]


def test_who_did_not_come_is_noted_and_taken_back(demo: Demo, screen: Screen) -> None:
    """The fee is told before, the table is free, and a mistake is undone with a touch."""
    booked = demo.book("Nadie Vino", "19:45", demo.free_table())
    demo.stand_at(19, 46)
    page = _opened(screen, booked, size=PHONE)
    page.get_by_role("button", name="No vino", exact=True).click()
    asked = page.get_by_role("dialog", name="No vino")
    expect(asked).to_contain_text("Nadie Vino")
    shoot(page, "staff-no-show")
    asked.get_by_role("button", name="No vino").click()
    toast = page.locator(".toast", has_text="no vino")
    expect(toast).to_be_visible()
    assert demo.reservation("Nadie Vino")["status"] == "no_show"
    toast.get_by_role("button", name="Deshacer").click()
    expect(page.locator(".toast", has_text="Deshecho")).to_be_visible()
    assert demo.reservation("Nadie Vino")["status"] == "confirmed"


def test_what_is_known_of_a_guest_is_noted_and_read_by_others(demo: Demo, screen: Screen) -> None:
    """Tags, allergies and a note, written by the owner, are before the eyes of whoever opens the party."""
    person = {"name": "Flora Alérgica", "phone": "+573007770301"}
    demo.ask("POST", "/api/v1/reservations", json={**_wanted(demo, "21:15"), "guest": person})
    booked = demo.reservation("Flora Alérgica")
    page = _opened(screen, booked)
    page.get_by_role("button", name="Notas, alergias y etiquetas").click()
    page.get_by_label(re.compile("Etiquetas")).fill("VIP, prensa")
    page.get_by_label(re.compile("Alergias")).fill("nueces, marisco")
    page.get_by_label("Nota sobre el cliente").fill("Prefiere la ventana")
    page.get_by_role("region", name="Cliente").get_by_role("button", name="Guardar").click()
    expect(page.locator(".allergies")).to_contain_text("nueces, marisco")
    shoot(page, "staff-guest-card")

    other = _opened(screen, booked, who=demo.hire("host"), size=PHONE, language="en")
    card = other.get_by_role("region", name="Guest")
    expect(card.locator(".allergies")).to_contain_text("nueces, marisco")
    expect(card).to_contain_text("Prefiere la ventana")
    expect(card.locator(".chip", has_text="VIP")).to_be_visible()
    shoot(other, "staff-guest-card-phone")


def _wanted(demo: Demo, time: str) -> dict[str, Any]:
    return {
        "restaurant_id": demo.restaurant_id,
        "date": demo.today.isoformat(),
        "time": time,
        "party_size": 2,
        "beyond_pacing": True,
    }


def test_a_table_is_held_while_the_guest_decides(demo: Demo, screen: Screen) -> None:
    """Others see it held; it becomes the booking, or is let go with the form."""
    demo.free_table()
    page, other = screen(), screen()
    page.keyboard.press("n")
    form = page.locator("[data-form=book]")
    form.locator(".slot.free", has_text="21:30").click()
    form.get_by_role("button", name="Apartar mientras decide").click()
    expect(form.locator(".kept")).to_contain_text("apartada hasta las")
    shoot(page, "staff-board-hold")
    held = other.get_by_role("button", name=re.compile("Apartada"))
    expect(held.first).to_be_visible(timeout=20_000)
    form.get_by_role("button", name="Soltar").click()
    expect(held).to_have_count(0, timeout=20_000)

    form.get_by_role("button", name="Apartar mientras decide").click()
    kept = form.locator(".kept").inner_text()
    form.get_by_label("Nombre").fill("Hugo Apartado")
    form.get_by_role("button", name="Reservar").click()
    expect(page.get_by_role("heading", name="Hugo Apartado")).to_be_visible()
    numbers = {each["id"]: each["number"] for each in demo.board()["tables"]}
    table_ids = demo.reservation("Hugo Apartado")["table_ids"]
    assert f"Mesa {'+'.join(numbers[each] for each in table_ids)} apartada" in kept
    assert demo.board()["holds"] == []


def test_a_stay_is_lengthened_by_its_edge(demo: Demo, screen: Screen) -> None:
    """Dragged half an hour further, it lasts until then; taken back, as before."""
    booked = demo.book("Leila Larga", "21:00", demo.free_table())
    page = screen(size=_WIDE)
    bar = page.locator(f'.bar[data-reservation="{booked["id"]}"]').first
    bar.scroll_into_view_if_needed()
    held = bar.bounding_box()
    ticks = [page.locator(".ticks span").nth(place).bounding_box() for place in (0, 1)]
    assert held is not None
    assert ticks[0] is not None
    assert ticks[1] is not None
    half_hour = (ticks[1]["x"] - ticks[0]["x"]) / 2
    x, y = held["x"] + held["width"] - 3, held["y"] + held["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y)
    page.mouse.move(x + half_hour, y, steps=5)
    shoot(page, "staff-board-resize")
    page.mouse.up()
    toast = page.locator(".toast", has_text="Leila Larga")
    expect(toast).to_be_visible()
    before, after = (
        datetime.fromisoformat(each["leaves_at"]) for each in (booked, demo.reservation("Leila Larga"))
    )
    assert (after - before).total_seconds() == 30 * 60
    toast.get_by_role("button", name="Deshacer").click()
    expect(page.locator(".toast", has_text="Deshecho")).to_be_visible()
    assert datetime.fromisoformat(demo.reservation("Leila Larga")["leaves_at"]) == before


def test_a_drop_on_a_blocked_table_says_what_blocks_it(demo: Demo, screen: Screen) -> None:
    """Until when, and why: the host need not look for it."""
    booked = demo.book("Dante Duda", "22:00", demo.free_table())
    blocked = demo.free_table_whole()
    day = demo.today.isoformat()
    body = {
        "restaurant_id": demo.restaurant_id,
        "table_ids": [blocked["id"]],
        "starts_at": f"{day}T21:00:00-05:00",
        "ends_at": f"{day}T23:30:00-05:00",
        "reason": "Gotera",
    }
    demo.ask("POST", "/api/v1/blocks", json=body)
    page = screen(size=_WIDE)
    bar = page.locator(f'.bar[data-reservation="{booked["id"]}"]').first
    bar.focus()
    page.keyboard.press("m")
    goal = page.locator(f'.row[data-table="{blocked["id"]}"]')
    rows = page.locator(".row[data-table]")
    ids = [rows.nth(place).get_attribute("data-table") for place in range(rows.count())]
    steps = ids.index(blocked["id"]) - ids.index(booked["table"]["ids"][0])
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    expect(goal).to_be_attached()
    page.keyboard.press("Enter")
    refused = page.locator(".toast.bad")
    expect(refused).to_contain_text(f"La mesa {blocked['number']} está bloqueada de 21:00 a 23:30.")
    expect(refused).to_contain_text("Gotera")
    shoot(page, "staff-board-blocked")


def test_two_restaurants_are_seen_together_and_switched(demo: Demo, screen: Screen) -> None:
    """Figures of each, a way into each, and the switcher says where one is."""
    page = screen("/group", size=DESKTOP)
    cards = page.locator("main li.card")
    expect(cards).to_have_count(len(demo.ask("GET", "/api/v1/restaurants")["restaurants"]))
    olivar = cards.filter(has_text="Taberna del Olivar")
    expect(olivar.locator("dd").first).to_have_text(re.compile(r"\d+"))
    shoot(page, "staff-group")
    olivar.get_by_role("button").click()
    expect(page.locator("main h1")).to_contain_text("Taberna del Olivar")
    page.locator(".where select").select_option(label="Casa Candela")
    expect(page.locator("main h1")).to_contain_text("Casa Candela")


def test_who_may_only_look_acts_in_no_way(demo: Demo, screen: Screen) -> None:
    """Neither by buttons nor by keys nor by dragging; and the server would refuse it anyway."""
    booked = demo.book("Vera Vista", "21:30", demo.free_table())
    who = demo.hire("viewer")
    page = screen(who=who, size=_WIDE)
    bar = page.locator(f'.bar[data-reservation="{booked["id"]}"]').first
    bar.focus()
    for key in ("m", "r", "n", "w", "b"):
        page.keyboard.press(key)
    expect(page.locator(".telling.shown")).to_have_count(0)
    expect(page.locator("[data-form]")).to_have_count(0)
    bar.click()
    expect(page.locator(".acts")).not_to_contain_text("Sentar")
    for name in ("Sentar", "Cancelar reserva", "Cambiar"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    for hidden in ("settings/rules", "analytics", "scan", "inbox"):
        page.goto(f"{demo.url}/staff#/{hidden}")
        expect(page.get_by_role("button", name="Guardar")).to_have_count(0)
    assert demo.reservation("Vera Vista")["table_ids"] == booked["table"]["ids"]
