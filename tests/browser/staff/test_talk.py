"""Talks with guests: whose they are, how far each message came, who is one with whom, and what got stuck."""

import asyncio
import re
import threading
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Page, expect

from saveit.kernel.postgres import running_dsn
from tests.browser.looking import DESKTOP, PHONE, faults_of, shoot
from tests.browser.staff.conftest import Demo, Screen
from tests.support.waiting import wait_until


def _said(demo: Demo, guest: str, text: str, *, name: str, channel: str = "whatsapp_meta") -> dict[str, Any]:
    """Let a guest say something, and return the conversation once it is answered."""
    body = {"from": guest, "text": text, "name": name}
    demo.ask("POST", f"/sandbox/api/{channel}/messages", json=body)
    demo.ask("GET", f"/sandbox/api/{channel}/conversations/{guest}", params={"after": 0, "wait_s": 8})
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        looked = {"status": "all", "channel": channel, "limit": 100}
        told = demo.ask("GET", "/api/v1/conversations", params=looked)["conversations"]
        found[:] = [each for each in told if each["name"] == name]
        return found != []

    wait_until(is_there, "the message is in the inbox", within_s=15)
    return found[0]


def _by_hand(demo: Demo, statement: str, *arguments: object) -> list[Any]:
    """Run a statement as the database's superuser: what a provider or a crash would have left behind."""
    dsn = running_dsn(demo.data_dir, superuser=True)
    assert dsn is not None
    told: list[Any] = []

    async def run() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            told.extend(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    # The browser's loop lets no other run beside it.
    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()
    return told


def _open_side(page: Page, conversation: dict[str, Any]) -> None:
    page.locator(f'[data-conversation="{conversation["id"]}"]').click()
    expect(page.get_by_role("button", name="Unir con otra persona")).to_be_visible()


def test_two_addresses_of_one_person_are_linked_and_parted(demo: Demo, screen: Screen) -> None:
    """Their talks are one thread, and the booking of one is seen beside the other; and apart again."""
    one = _said(demo, "+573007770401", "Hola, soy Uma", name="Uma Teléfono")
    _said(demo, "770402", "Hola, soy Uma también", name="Uma Telegram", channel="telegram")
    page = screen("/inbox", size=(1440, 900), restaurant_id=one["restaurant_id"])
    _open_side(page, one)
    page.get_by_role("button", name="Unir con otra persona").click()
    side = page.get_by_role("complementary", name="Cliente")
    side.get_by_role("searchbox").fill("nadie que haya")
    side.get_by_role("button", name="Buscar").click()
    expect(side.get_by_text("Nadie más con eso")).to_be_visible()
    side.get_by_role("searchbox").fill("Uma Telegram")
    side.get_by_role("button", name="Buscar").click()
    side.locator("li", has_text="Uma Telegram").get_by_role("button", name="Unir").click()
    expect(page.locator("li.said", has_text="Hola, soy Uma también")).to_be_visible()
    expect(side.get_by_text("Por el equipo")).to_be_visible()
    shoot(page, "staff-inbox-linked")
    side.get_by_role("button", name="Separar").click()
    expect(page.locator("li.said", has_text="Hola, soy Uma también")).to_have_count(0)
    expect(page.locator("li.said", has_text="Hola, soy Uma").first).to_be_visible()


def test_the_thread_shows_how_far_each_message_came(demo: Demo, screen: Screen) -> None:
    """Read by the guest; and of one of which nobody knows, that it may have arrived."""
    talk = _said(demo, "+573007770403", "Hola, ¿abren hoy?", name="Elsa Estado")
    page = screen("/inbox", restaurant_id=talk["restaurant_id"])
    page.locator(f'[data-conversation="{talk["id"]}"]').click()
    sent = page.locator("li.said.out").last
    expect(sent.locator(".state")).to_contain_text("leído", timeout=20_000)
    demo.ask(
        "POST",
        "/sandbox/api/faults",
        json={"channel": "whatsapp_meta", "lost_answer": 1.0, "lost_status": 1.0},
    )
    try:
        page.locator("footer textarea").fill("Sí, hasta las once.")
        page.keyboard.press("Enter")
        lost = page.locator("li.said.staff", has_text="hasta las once")
        expect(lost.locator(".state")).to_contain_text("quizá llegó", timeout=20_000)
        shoot(page, "staff-inbox-unknown")
    finally:
        demo.ask("POST", "/sandbox/api/faults", json={})
    expect(lost).to_contain_text("se le pregunta otra vez")
    expect(lost.get_by_role("button")).to_have_count(0)
    _bury(demo, talk)
    page.reload()
    lost.get_by_role("button", name="Enviar aunque haya llegado").click()
    expect(lost.locator(".state")).to_contain_text(re.compile("enviado|entregado|leído"), timeout=20_000)


def _bury(demo: Demo, talk: dict[str, Any]) -> str:
    """Put the latest message of ours before a person, as an hour of silence does; returns its id."""
    (letter,) = _by_hand(
        demo,
        "WITH lost AS (UPDATE messages SET status = 'unknown', error = 'timeout' WHERE message_id = ("
        " SELECT message_id FROM messages WHERE conversation_id = $1::uuid AND direction = 'out'"
        " ORDER BY seq DESC LIMIT 1) RETURNING *)"
        " INSERT INTO dead_letters (tenant_id, message_id, message_created_at, conversation_id, line_id, channel,"
        " reason, code, attempts, died_at) SELECT tenant_id, message_id, created_at, conversation_id, line_id, channel,"
        " 'outcome_unknown', 'timeout', 1, now() FROM lost RETURNING message_id",
        talk["id"],
    )
    return str(letter["message_id"])


@pytest.fixture
def stuck(demo: Demo) -> dict[str, str]:
    """An event that was put aside, and a message of which nobody knows whether it arrived."""
    (before,) = _by_hand(demo, 'SELECT coalesce(max("position"), 0) AS last FROM inbox')
    talk = _said(demo, "+573007770404", "Se me atascó la moto", name="Pía Parada")
    path = f"/api/v1/conversations/{talk['id']}/messages"

    def is_read() -> bool:
        last = [
            each
            for each in demo.ask("GET", path, params={"limit": 50})["messages"]
            if each["direction"] == "out"
        ]
        return last != [] and last[-1]["status"] == "read"

    # What a status still to come would settle is not stuck.
    wait_until(is_read, "our last answer was read", within_s=15)
    (event,) = _by_hand(
        demo,
        "UPDATE inbox SET status = 'parked', error = 'KeyError: test', settled_at = now()"
        ' WHERE inbox_id = (SELECT inbox_id FROM inbox WHERE line_id = $1::uuid AND "position" > $2::bigint'
        ' ORDER BY "position" LIMIT 1) RETURNING inbox_id',
        talk["line_id"],
        before["last"],
    )
    return {"event": str(event["inbox_id"]), "letter": _bury(demo, talk)}


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_what_is_stuck_is_looked_into_and_settled(
    demo: Demo, screen: Screen, stuck: dict[str, str], size: tuple[int, int]
) -> None:
    """An event is read, and discarded once one is sure; of a message somebody says that it arrived."""
    page = screen("/inbox/stuck", size=size)
    letter = page.locator(f'[data-letter="{stuck["letter"]}"]')
    expect(letter).to_contain_text("No se sabe si llegó")
    event = page.locator(f'[data-parked="{stuck["event"]}"]')
    expect(event).to_contain_text("KeyError")
    assert faults_of(page) == []
    shoot(page, f"staff-stuck-{size[0]}")
    letter.get_by_role("button", name="Sí llegó").click()
    expect(letter).to_have_count(0)

    event.get_by_role("button", name="Mirar").click()
    read = page.get_by_role("dialog", name="Lo que llegó")
    expect(read).to_contain_text("Se me atascó la moto")
    shoot(page, f"staff-stuck-read-{size[0]}")
    if size == PHONE:
        read.get_by_role("button", name="Tratar otra vez").click()
    else:
        read.get_by_role("button", name="Descartar").click()
        page.get_by_role("dialog", name="Descartar").get_by_role("button", name="Descartar").click()
    expect(event).to_have_count(0)
    left = {each["message_id"] for each in demo.ask("GET", "/api/v1/messages/dead")["dead_letters"]}
    parked = {each["id"] for each in demo.ask("GET", "/api/v1/inbox/parked")["events"]}
    assert stuck["letter"] not in left
    assert stuck["event"] not in parked


def test_an_advisor_sees_the_talks_of_their_own_lines_only(demo: Demo, screen: Screen) -> None:
    """And answers there; the house's talks are not theirs to read."""
    who = demo.hire("advisor")
    advisor = demo.ask("POST", "/api/v1/advisors", json={"name": "Ada Asesora", "user_id": who["id"]})
    lines = demo.ask("GET", "/api/v1/lines", params={"limit": 100})["lines"]
    line = next(
        each["line"]
        for each in lines
        if each["line"]["channel"] == "messenger" and each["line"]["restaurant_id"] == demo.restaurant_id
    )
    house = _said(demo, "+573007770405", "Hola, casa", name="Carla Casa")
    demo.ask(
        "PATCH",
        f"/api/v1/lines/{line['id']}",
        json={"advisor_id": advisor["id"], "restaurant_id": None},
    )
    body = {"from": "770406", "to": line["address"], "text": "Hola, Ada"}
    demo.ask("POST", "/sandbox/api/messenger/messages", json=body)
    page = screen("/inbox", who=who)
    rows = page.locator("[data-conversation]")
    expect(rows).to_have_count(1, timeout=20_000)
    expect(rows.first).to_contain_text("Cliente ·0406")
    rows.first.click()
    side = page.get_by_role("complementary", name="Cliente")
    side.get_by_role("button", name="Nueva reserva").click()
    side.get_by_label("Nombre").fill("Ana Atendida")
    side.get_by_label("Qué día").fill((demo.today + timedelta(days=12)).isoformat())
    side.locator(".slot.free").first.click()
    side.get_by_role("button", name="Reservar", exact=True).click()
    expect(page.locator(".toast", has_text="Ana Atendida")).to_be_visible()
    page.goto(f"{demo.url}/staff#/inbox/talk/{house['id']}")
    expect(page.locator(".toast.bad")).to_be_visible()
    expect(page.get_by_text("Hola, casa")).to_have_count(0)
    shoot(page, "staff-inbox-advisor")


def test_a_notice_is_previewed_on_every_channel(screen: Screen) -> None:
    """As it is typed: by name, with a chat's buttons, and a blank that there is not is named."""
    page = screen("/settings/templates", size=DESKTOP)
    page.locator("label.field", has_text="Mensaje").locator("select").first.select_option(
        label="Recordatorio"
    )
    text = page.get_by_label("Texto")
    text.fill("Te esperamos, {guest}, a las {time}.")
    shown = page.get_by_role("complementary").locator(".phone")
    expect(shown.first).to_contain_text("Te esperamos, María González")
    told = " ".join(shown.all_inner_texts())
    for channel in ("WhatsApp", "Telegram", "SMS", "Instagram"):
        assert channel in told
    shoot(page, "staff-templates")
    text.fill("Hola {guests}")
    expect(page.get_by_role("alert")).to_contain_text("guests")
    expect(page.get_by_role("button", name="Guardar")).to_be_disabled()


def test_a_channel_has_words_of_its_own_until_they_are_given_back(demo: Demo, screen: Screen) -> None:
    """They are told there alone; the others say what all say."""
    page = screen("/settings/templates", size=DESKTOP)
    page.get_by_label("Mensaje").select_option(label="Recordatorio")
    before = page.get_by_label("Texto").input_value()
    page.get_by_label("Canal").select_option(label="Telegram")
    expect(page.get_by_text("Este canal dice lo mismo que todos")).to_be_visible()
    assert page.get_by_label("Texto").input_value() == before
    page.get_by_label("Texto").fill("Nos vemos, {guest}: {time}.")
    expect(page.locator(".phone")).to_have_count(1)
    expect(page.locator(".phone")).to_contain_text("Nos vemos, María González")
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("Este canal tiene sus propias palabras.")).to_be_visible()
    shoot(page, "staff-templates-channel")

    path = f"/api/v1/restaurants/{demo.restaurant_id}/templates"
    own = [each for each in demo.ask("GET", path)["templates"] if each["is_own"]]
    assert [(each["kind"], each["language"], each["channel"]) for each in own] == [
        ("reminder", "es", "telegram")
    ]
    page.get_by_label("Canal").select_option(label="Todos los canales")
    expect(page.get_by_label("Texto")).to_have_value(before)
    page.get_by_label("Canal").select_option(label="Telegram (con sus palabras)")
    page.get_by_role("button", name="Como en los demás canales").click()
    expect(page.get_by_text("Este canal dice lo mismo que todos")).to_be_visible()
    assert [each for each in demo.ask("GET", path)["templates"] if each["is_own"]] == []


def test_a_table_is_booked_and_given_back_beside_the_talk(demo: Demo, screen: Screen) -> None:
    """For who writes, without leaving what they wrote."""
    talk = _said(demo, "+573007770407", "Hola, quería hablar con ustedes", name="Berta Panel")
    page = screen("/inbox", size=(1440, 900), restaurant_id=talk["restaurant_id"])
    _open_side(page, talk)
    side = page.get_by_role("complementary", name="Cliente")
    side.get_by_role("button", name="Nueva reserva").click()
    expect(side.get_by_label("Nombre")).to_have_value("Berta Panel")
    expect(side.get_by_label("Teléfono")).to_have_value("+573007770407")
    side.get_by_label("Qué día").fill((demo.today + timedelta(days=11)).isoformat())
    side.locator(".slot.free").first.click()
    shoot(page, "staff-inbox-booking")
    side.get_by_role("button", name="Reservar", exact=True).click()
    booked = side.locator("li", has_text="2 personas")
    expect(booked).to_contain_text("Confirmada")
    expect(page.locator("li.said", has_text="quería hablar").first).to_be_visible()
    booked.get_by_role("button").click()
    side.get_by_role("button", name="Cancelar reserva").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancelar reserva").click()
    expect(side.get_by_text("Cancelada").first).to_be_visible()
    side.get_by_role("button", name="Cerrar", exact=True).click()
    expect(side.locator("li", has_text="2 personas")).to_contain_text("Cancelada")


def test_what_is_often_answered_is_kept_at_hand(demo: Demo, screen: Screen) -> None:
    """Kept from what was written, called up by its short name, changed and taken away where it is used."""
    talk = _said(demo, "+573007770408", "Hola, tengo una pregunta", name="Rita Rápida")
    page = screen("/inbox", size=PHONE, restaurant_id=talk["restaurant_id"])
    page.locator(f'[data-conversation="{talk["id"]}"]').click()
    box = page.get_by_label("Escriba una respuesta")
    box.fill("Abrimos también los festivos.")
    page.get_by_role("button", name="Respuestas rápidas").click()
    dialog = page.get_by_role("dialog", name="Respuestas rápidas")
    expect(dialog.get_by_role("button", name="/mascotas Las mascotas")).to_be_visible()
    dialog.get_by_label("Nombre corto").fill("/Festivos")
    shoot(page, "staff-inbox-quick-phone")
    dialog.get_by_role("button", name="Guardar").click()
    dialog.get_by_role("button", name="Cambiar /festivos").click()
    dialog.get_by_label("Texto").fill("Abrimos todos los festivos.")
    dialog.get_by_role("button", name="Guardar").click()
    expect(dialog.get_by_text("Abrimos todos los festivos.")).to_be_visible()
    page.keyboard.press("Escape")
    box.fill("/fes")
    page.get_by_role("button", name="/festivos Abrimos").click()
    expect(box).to_have_value("Abrimos todos los festivos.")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator("li.said.out", has_text="Abrimos todos los festivos.")).to_be_visible()
    page.get_by_role("button", name="Respuestas rápidas").click()
    dialog.get_by_role("button", name="Quitar /festivos").click()
    expect(dialog.get_by_text("/festivos")).to_have_count(0)
