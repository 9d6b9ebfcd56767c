"""Words of notices, dead letters and outgoing webhooks over HTTP."""

from tests.web.conftest import Web
from tests.web.test_bookings import booked, told


async def test_a_restaurant_writes_its_own_words_sees_them_and_goes_back(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/templates"
    words = {"subject": "¡Listo!", "text": "Qué alegría, {guest}: {date}"}

    wrong = await web.client.put(f"{path}/confirmed/es", json=words | {"text": "{nombre}"})
    unknown = await web.client.put(f"{path}/birthday/es", json=words)
    seen = await web.client.post(f"{path}/confirmed/es/preview", json=words)
    written = await web.client.put(f"{path}/confirmed/es", json=words)
    listed = (await web.client.get(path)).json()
    gone = await web.client.delete(f"{path}/confirmed/es")
    after = (await web.client.get(path)).json()

    assert told(wrong) == (422, "template_invalid")
    assert told(unknown) == (404, "notice_kind_unknown")
    assert seen.json()["text"].startswith("Qué alegría, María González: ")
    assert "FoodEstablishmentReservation" in seen.json()["html"]
    assert written.json()["is_own"]
    assert [each["kind"] for each in listed["templates"] if each["is_own"]] == ["confirmed"]
    assert gone.status_code == 204
    assert not any(each["is_own"] for each in after["templates"])


async def test_an_endpoint_is_added_with_a_secret_that_is_shown_once(web: Web) -> None:
    added = await web.client.post("/webhooks", json={"url": "https://pos.example/hook"})
    refused = await web.client.post("/webhooks", json={"url": "http://pos.example/hook"})
    listed = (await web.client.get("/webhooks")).json()
    endpoint_id = added.json()["endpoint"]["id"]
    rotated = await web.client.post(f"/webhooks/{endpoint_id}/secret")
    deliveries = await web.client.get(f"/webhooks/{endpoint_id}/deliveries")
    removed = await web.client.delete(f"/webhooks/{endpoint_id}")
    again = await web.client.delete(f"/webhooks/{endpoint_id}")

    assert added.json()["secret"].startswith("whsec_")
    assert told(refused) == (422, "endpoint_invalid")
    assert "secret" not in str(listed["endpoints"])
    assert rotated.json()["secret"] != added.json()["secret"]
    assert deliveries.json() == {"deliveries": []}
    assert removed.status_code == 204
    assert told(again) == (404, "endpoint_unknown")


async def test_dead_letters_and_pauses_are_for_who_runs_the_house(web: Web) -> None:
    made = await booked(web)

    letters = await web.client.get("/messages/dead")
    pauses = await web.client.get("/lines/pauses")
    notices = await web.client.get(f"/reservations/{made['id']}/notices")
    nobody = await web.client.post(f"/messages/dead/{made['id']}/replay", json={})
    stranger = await web.visitor().get("/messages/dead")

    assert letters.json() == {"dead_letters": []}
    assert pauses.json() == {"pauses": []}
    assert notices.json() == {"notices": []}
    assert told(nobody) == (404, "dead_letter_unknown")
    assert stranger.status_code == 401


async def test_an_endpoint_is_added_and_its_secret_changed_once_under_one_key(web: Web) -> None:
    wanted, key = {"url": "https://pos.example/hook"}, {"Idempotency-Key": "hook-1"}

    first = await web.client.post("/webhooks", json=wanted, headers=key)
    again = await web.client.post("/webhooks", json=wanted, headers=key)
    other = await web.client.post("/webhooks", json=wanted | {"kinds": []}, headers=key)
    moved = await web.client.post("/webhooks", json=wanted | {"url": "https://pos.example/b"}, headers=key)
    path = f"/webhooks/{first.json()['endpoint']['id']}/secret"
    turned = await web.client.post(path, headers={"Idempotency-Key": "turn-1"})
    turned_again = await web.client.post(path, headers={"Idempotency-Key": "turn-1"})
    listed = (await web.client.get("/webhooks")).json()["endpoints"]

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert told(moved) == (422, "idempotency_key_reused")
    assert turned.json()["secret"] == turned_again.json()["secret"] != first.json()["secret"]
    assert len(listed) == 1


async def test_every_fault_of_a_template_is_told_at_once(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/templates/confirmed/es"
    words = {"subject": " ", "text": "Hola {nombre}, {mesa} }", "provider_parameters": ["guest", "nadie"]}

    refused = await web.client.put(path, json=words)

    assert told(refused) == (422, "template_invalid")
    assert [(each["path"], each["code"]) for each in refused.json()["errors"]] == [
        ("subject", "wrong_length"),
        ("text", "placeholder_unknown"),
        ("text", "placeholder_unknown"),
        ("text", "brace_stray"),
        ("provider_parameters[1]", "placeholder_unknown"),
        ("provider_name", "template_unnamed"),
    ]
    assert "«mesa»" in str(refused.json()["errors"][1])


async def test_words_for_one_channel_stand_beside_those_for_all_and_go_by_themselves(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/templates"
    long, short = {"subject": "¡Listo!", "text": "Te esperamos, {guest}"}, {"subject": "-", "text": "{code}"}

    await web.client.put(f"{path}/confirmed/es", json=long)
    written = await web.client.put(f"{path}/confirmed/es", params={"channel": "sms_twilio"}, json=short)
    nowhere = await web.client.put(f"{path}/confirmed/es", params={"channel": "pigeon"}, json=short)
    both = (await web.client.get(path)).json()["templates"]
    await web.client.delete(f"{path}/confirmed/es", params={"channel": "sms_twilio"})
    one = (await web.client.get(path)).json()["templates"]

    assert written.json()["channel"] == "sms_twilio"
    assert told(nowhere) == (404, "notice_channel_unknown")
    assert [(each["channel"], each["template"]["text"]) for each in both if each["is_own"]] == [
        ("", "Te esperamos, {guest}"),
        ("sms_twilio", "{code}"),
    ]
    assert [each["channel"] for each in one if each["is_own"]] == [""]


async def test_a_preview_shows_each_channel_with_its_buttons_or_without(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/templates/confirmed/es/preview"
    words = {"subject": "¡Listo!", "text": "Te esperamos, {guest}"}

    seen = (await web.client.post(path, json=words)).json()
    one = (await web.client.post(path, params={"channel": "telegram"}, json=words)).json()
    named = words | {"provider_name": "reserva_lista", "provider_parameters": ["guest"]}
    approved = (await web.client.post(path, params={"channel": "whatsapp_meta"}, json=named)).json()

    shown = {each["channel"]: each for each in seen["channels"]}
    choices = ["Cambiar reserva", "Cancelar reserva", "Cómo llegar"]
    assert shown["whatsapp_meta"]["parts"][-1] == {
        "kind": "buttons",
        "text": "Te esperamos, María González",
        "choices": choices,
        "file_name": "",
    }
    assert shown["whatsapp_meta"]["template_needed"]
    assert [part["choices"] for part in shown["sms_twilio"]["parts"]] == [[]]
    assert shown["email_smtp"]["parts"][0]["kind"] == "letter"
    assert "voice_twilio" not in shown
    assert [each["channel"] for each in one["channels"]] == ["telegram"]
    assert not approved["channels"][0]["template_needed"]


async def test_a_host_tells_a_party_that_its_table_is_ready_once_under_a_key(web: Web) -> None:
    made = await booked(web)
    host = await web.world.session(web.tenant, {web.restaurant.id: "host"})
    advisor = await web.world.session(web.tenant, {web.restaurant.id: "advisor"})
    path = f"/reservations/{made['id']}"

    async with web.visitor(host, **{"Idempotency-Key": "ready"}) as client:
        first = await client.post(f"{path}/table-ready")
        again = await client.post(f"{path}/table-ready")
    async with web.visitor(advisor) as client:
        refused = await client.post(f"{path}/table-ready")
    await web.client.delete(path)
    gone = await web.client.post(f"{path}/table-ready")
    history = (await web.client.get(f"{path}/history")).json()["history"]

    assert (first.status_code, again.json()) == (202, first.json())
    assert told(refused) == (403, "forbidden")
    assert told(gone) == (409, "illegal_status")
    assert [each["kind"] for each in history].count("reservation.table_ready") == 1
