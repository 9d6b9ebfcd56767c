"""The board of the day: what a host does there, by mouse and by keys, and what other screens see of it."""

import re
from time import monotonic
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.looking import DESKTOP, PHONE, shoot
from tests.browser.staff.conftest import Demo, Screen

_SEEN_WITHIN_MS = 20_000
_TALL = (1280, 1500)
"""Every row of the floor is seen at once: a drag from the first to the last needs no scrolling on the way."""


def _bar(page: Page, reservation_id: str):  # noqa: ANN202 - a locator, whose type says nothing more.
    return page.locator(f'.bar[data-reservation="{reservation_id}"]').first


def _pull(page: Page, reservation_id: str, *, to_table: str, by_minutes: int = 0) -> None:
    """Drag a bar with the mouse onto another table's row, and so many minutes later; both are on the screen."""
    bar = _bar(page, reservation_id)
    bar.scroll_into_view_if_needed()
    row = page.locator(f'.row[data-table="{to_table}"]')
    held, goal = bar.bounding_box(), row.bounding_box()
    assert held is not None
    assert goal is not None
    hour = page.locator(".ticks span").nth(1).bounding_box()
    before = page.locator(".ticks span").nth(0).bounding_box()
    assert hour is not None
    assert before is not None
    x, y = held["x"] + 30, held["y"] + held["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y)
    page.mouse.move(x + (hour["x"] - before["x"]) * by_minutes / 60, goal["y"] + goal["height"] / 2, steps=6)


def test_a_booking_is_dragged_to_another_table_and_taken_back(demo: Demo, screen: Screen) -> None:
    """The ledger has the new table at once, and the old one again after the undo."""
    first = demo.free_table()
    booked = demo.book("Paola Drag", "22:00", first)
    target = demo.free_table_whole()
    page = screen(size=_TALL)
    _pull(page, booked["id"], to_table=target["id"])
    expect(page.locator(".telling")).to_contain_text(f"Mesa {target['number']}")
    shoot(page, "staff-board-drag")
    page.mouse.up()
    expect(page.locator(".toast").first).to_contain_text("Paola Drag")
    assert demo.reservation("Paola Drag")["table_ids"] == [target["id"]]

    page.locator(".toast").first.get_by_role("button", name="Deshacer").click()
    expect(page.locator(".toast", has_text="Deshecho")).to_be_visible()
    assert demo.reservation("Paola Drag")["table_ids"] == booked["table"]["ids"]


def test_a_party_at_a_table_too_small_is_told_so_and_taken_back_as_it_was(demo: Demo, screen: Screen) -> None:
    """The host may want it; what is undone is not kept at its table, and nobody is said to have made room."""
    demo.free_table(least=4)
    small = {"number": "P2", "covers_min": 1, "covers_max": 2}
    table = demo.ask("POST", f"/api/v1/restaurants/{demo.restaurant_id}/tables", json=small)
    booked = demo.book("Pía Pequeña", "22:00", party_size=4)
    page = screen(size=_TALL)
    _pull(page, booked["id"], to_table=table["id"])
    page.mouse.up()
    toast = page.locator(".toast", has_text="Pía Pequeña")
    expect(toast).to_contain_text("Ahí caben 2 y son 4.")
    assert demo.reservation("Pía Pequeña")["pinned"]
    toast.get_by_role("button", name="Deshacer").click()
    expect(page.locator(".toast", has_text="Deshecho")).to_be_visible()
    expect(page.locator(".toast", has_text="Para hacer sitio")).to_have_count(0)
    after = demo.reservation("Pía Pequeña")
    assert (after["table_ids"], after["pinned"]) == (booked["table"]["ids"], False)


def test_a_booking_is_dragged_to_another_time(demo: Demo, screen: Screen) -> None:
    """Half an hour later at the same table."""
    booked = demo.book("Rita Tarde", "20:30", demo.free_table())
    page = screen(size=_TALL)
    _pull(page, booked["id"], to_table=booked["table"]["id"], by_minutes=30)
    page.mouse.up()
    expect(page.locator(".toast").first).to_contain_text("21:00")
    assert demo.reservation("Rita Tarde")["time"] == "21:00"


def test_a_finger_that_rests_on_a_party_drags_it(demo: Demo, screen: Screen) -> None:
    """On a phone too: what moves at once scrolls, what rests first holds."""
    booked = demo.book("Dora Dedo", "22:00", demo.free_table())
    target = demo.free_table_whole()
    page = screen("/board?view=timeline", size=(PHONE[0], 1500))
    bar = _bar(page, booked["id"])
    bar.scroll_into_view_if_needed()
    held, goal = bar.bounding_box(), page.locator(f'.row[data-table="{target["id"]}"]').bounding_box()
    assert held is not None
    assert goal is not None
    finger = page.context.new_cdp_session(page)
    x, y = max(held["x"], 80) + 20, held["y"] + held["height"] / 2

    def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": across, "y": down} for across, down in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    touch("touchStart", (x, y))
    expect(page.locator(".telling.shown")).to_be_visible()
    for part in range(1, 7):
        touch("touchMove", (x, y + (goal["y"] + goal["height"] / 2 - y) * part / 6))
    expect(page.locator(".telling")).to_contain_text(f"Mesa {target['number']} · 22:00")
    shoot(page, "staff-board-finger")
    touch("touchEnd")
    expect(page.locator(".toast").first).to_contain_text("Dora Dedo")
    assert demo.reservation("Dora Dedo")["table_ids"] == [target["id"]]


def test_a_refusal_is_told_in_the_ledgers_words(demo: Demo, screen: Screen) -> None:
    """A blocked table takes nobody, and the host reads why."""
    booked = demo.book("Nora Firme", "22:00", demo.free_table())
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
    page = screen(size=_TALL)
    _pull(page, booked["id"], to_table=blocked["id"])
    expect(page.locator(".warning")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".toast.bad")).to_be_visible()
    shoot(page, "staff-board-refused")
    assert demo.reservation("Nora Firme")["table_ids"] == booked["table"]["ids"]


def test_a_drag_goes_on_while_the_day_changes_under_it(demo: Demo, screen: Screen) -> None:
    """The day begins an hour earlier and the party has a note: it stays under the hand, at its time, and is dropped there."""
    booked = demo.book("Alma Firme", "22:00", demo.free_table())
    target = demo.free_table_whole()
    page = screen(size=_TALL)
    _pull(page, booked["id"], to_table=target["id"])
    first_hour = page.locator(".ticks span").first
    expect(first_hour).to_have_text("12:00")
    noted = {"special_requests": "Ventana", "revision": booked["revision"]}
    demo.ask("PUT", f"/api/v1/reservations/{booked['id']}", json=noted)
    with demo.opening_at("11:00"):
        expect(first_hour).to_have_text("11:00")
        expect(page.locator(".telling")).to_contain_text(f"Mesa {target['number']} · 22:00\u201323:30")
        page.mouse.up()
        expect(page.locator(".toast").first).to_contain_text("Alma Firme")
    after = demo.reservation("Alma Firme")
    assert (after["table_ids"], after["time"]) == ([target["id"]], "22:00")


def test_a_day_is_drawn_once_its_hours_are_known(demo: Demo, screen: Screen) -> None:
    """Else it is drawn anew when they come, and the hand that reaches for a party takes hold of nothing."""
    page = screen("/settings/hours")
    withheld: list[Route] = []

    def withhold(route: Route) -> None:
        withheld.append(route)

    page.route("**/config", withhold)
    with page.expect_response("**/board?*"), page.expect_request("**/config"):
        page.goto(f"{demo.url}/staff#/board?date={demo.today.isoformat()}")
    expect(page.get_by_text("Un momento")).to_be_visible()
    assert page.locator(".bar[data-reservation]").count() == 0
    withheld[0].continue_()
    expect(page.locator(".bar[data-reservation]").first).to_be_visible()
    assert len(withheld) == 1


def test_a_booking_is_moved_and_lengthened_from_the_keyboard(demo: Demo, screen: Screen) -> None:
    """M and arrows choose another table, R and arrows another end; Enter drops."""
    booked = demo.book("Teo Teclas", "22:00", demo.free_table())
    page = screen()
    bar = _bar(page, booked["id"])
    bar.focus()
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").first).to_contain_text("Teo Teclas")
    assert demo.reservation("Teo Teclas")["leaves_at"] > booked["leaves_at"]
    expect(bar).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".telling")).to_contain_text("Moviendo a Teo Teclas")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".toast", has_text="21:45")).to_be_visible()
    expect(bar).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator(".toast", has_text="Deshecho")).to_be_visible()
    expect(bar).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".telling")).to_contain_text("Moviendo a Teo Teclas")
    page.keyboard.press("Escape")
    expect(page.locator(".telling")).not_to_contain_text("Moviendo")


def test_two_screens_see_each_others_changes(demo: Demo, screen: Screen) -> None:
    """What one host books by the form, the other sees on the timeline; within a second, by the socket."""
    one, other = screen(), screen(size=PHONE, language="en")
    expect(other.locator(".link.live")).to_be_visible()
    one.keyboard.press("n")
    form = one.locator("[data-form=book]")
    form.get_by_label("Nombre").fill("Inés Espejo")
    form.locator("input[type=time]").fill("21:30")
    form.get_by_role("button", name="Reservar").click()
    expect(one.get_by_role("heading", name="Inés Espejo")).to_be_visible()
    shoot(one, "staff-board-booked")
    seen = other.get_by_role("button", name=re.compile("Inés Espejo")).first
    expect(seen).to_be_visible(timeout=_SEEN_WITHIN_MS)
    shoot(other, "staff-board-phone")

    # The quickest of three: what else this machine does is not the socket's.
    took: list[float] = []
    for time in ("21:00", "21:30", "22:00"):
        name = f"Eco {time[:2]} {time[3:]}"
        demo.book(name, time)
        begun = monotonic()
        expect(other.get_by_role("button", name=re.compile(name)).first).to_be_visible(
            timeout=_SEEN_WITHIN_MS
        )
        took.append(monotonic() - begun)
    assert min(took) < 1


def test_a_board_that_lost_the_network_catches_up(demo: Demo, screen: Screen) -> None:
    """It says that it is cut off, and shows what was booked and cancelled meanwhile as soon as it is back."""
    leaving = demo.book("Ulises Adiós", "21:45")
    page = screen("/board?view=list")
    expect(page.locator(".link.live")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Ulises Adiós")).first).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator(".link.off")).to_be_visible()
    lost = page.get_by_text("Sin conexión con el servidor")
    expect(lost).to_be_visible()
    shoot(page, "staff-board-offline")
    demo.book("Penélope Vuelta", "21:45")
    demo.ask("DELETE", f"/api/v1/reservations/{leaving['id']}", params={"reason": "restaurant"})
    page.context.set_offline(False)
    expect(page.locator(".link.live")).to_be_visible()
    expect(lost).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Penélope Vuelta")).first).to_be_visible()
    gone = page.get_by_role("button", name=re.compile("Ulises Adiós.*Cancelada", re.DOTALL))
    expect(gone.first).to_be_visible()


def test_a_booking_by_whatsapp_appears_on_the_board(demo: Demo, screen: Screen) -> None:
    """A guest writes, answers and confirms; the host looks on."""
    page = screen("/board?view=list")
    guest = "+573007770011"

    def say(text: str) -> None:
        body = {"from": guest, "text": text, "name": "Gabriela Chat"}
        demo.ask("POST", "/sandbox/api/whatsapp_meta/messages", json=body)

    def heard(after: int) -> dict[str, Any]:
        path = f"/sandbox/api/whatsapp_meta/conversations/{guest}"
        return demo.ask("GET", path, params={"after": after, "wait_s": 8})

    say(
        f"Hola, soy Gabriela Chat. Mesa para 2 el {demo.today.isoformat()} a las 22:00 en Casa Candela, por favor"
    )
    seen = 0
    for _ in range(8):
        told = heard(seen)
        messages = told["messages"]
        seen = messages[-1]["seq"] if messages else seen
        if any(each["guest"]["name"] == "Gabriela Chat" for each in demo.board()["reservations"]):
            break
        if not messages or messages[-1]["direction"] == "in":
            continue
        buttons = messages[-1].get("buttons") or []
        say(buttons[0]["title"] if buttons else "Gabriela Chat" if told["asked"] == "name" else "sí")
    expect(page.get_by_role("button", name=re.compile("Gabriela Chat")).first).to_be_visible(
        timeout=_SEEN_WITHIN_MS
    )


def test_a_walk_in_is_seated_and_leaves(demo: Demo, screen: Screen) -> None:
    """Seated at the table that the host chose, and undone when the host was too quick."""
    number = demo.free_table()
    page = screen("/board?view=floor")
    page.keyboard.press("w")
    form = page.locator("[data-form=walk-in]")
    form.locator(".place", has=page.locator("b", has_text=re.compile(rf"^{number}$"))).click()
    form.get_by_label(re.compile("Nombre")).fill("Pepe Puerta")
    form.get_by_role("button", name="Sentar ahora").click()
    expect(page.get_by_role("heading", name="Pepe Puerta")).to_be_visible()
    assert demo.reservation("Pepe Puerta")["status"] == "checked_in"
    shoot(page, "staff-floor")
    page.get_by_role("button", name="Ya se fueron").click()
    expect(page.locator(".toast", has_text="mesa libre")).to_be_visible()
    assert demo.reservation("Pepe Puerta")["status"] == "completed"


def test_who_may_only_look_is_offered_nothing_to_do(demo: Demo, screen: Screen) -> None:
    """A viewer sees the day and no button that the server would refuse."""
    page = screen(role="viewer", size=DESKTOP, language="en", restaurant_id="none")
    expect(page.locator(".chip", has_text="You may only look")).to_be_visible()
    expect(page.get_by_role("button", name="New booking")).to_have_count(0)
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    assert demo.who("viewer")["role"] == "viewer"
