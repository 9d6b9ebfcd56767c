"""Setting a restaurant up: rules in plain words, a day under rules that are not in force, and a test message."""

from typing import Any

from tests.support.house import LUNCH_AND_DINNER
from tests.web.conftest import Web
from tests.web.talks import line
from tests.web.test_bookings import told

NEW: dict[str, Any] = {
    "business_hours": {
        **{day: [] for day in ("monday",)},
        **{
            day: [{"name": "cena", "opens": "19:00", "closes": "23:00", "last_seating": "21:00"}]
            for day in ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        },
    },
    "pacing": {"interval_minutes": 30, "covers_max": 2},
    "special_dates": [{"date": "2026-03-08", "type": "closed"}, {"date": "2026-01-01", "type": "closed"}],
    "cancellation_policy": {
        "free_cancellation_hours": 24,
        "no_show_penalty": True,
        "penalty_amount_minor": 5000000,
        "blocked_reservations_after_no_show": 2,
    },
    "party": {"size_min": 1, "size_max": 8},
    "capacity": {
        "turn_times": [
            {
                "party_size_min": 1,
                "party_size_max": 2,
                "minutes": 75,
                "service": "cena",
                "weekdays": ["friday"],
            }
        ]
    },
    "reminders": {"hours_before": [24]},
}


async def test_rules_are_said_in_plain_words_in_both_languages(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/rules/summary"

    spanish = (await web.client.post(path, params={"lang": "es"}, json={"rules": NEW})).json()
    english = (await web.client.post(path, params={"lang": "en"}, json={"rules": NEW})).json()
    in_force = (await web.client.get(path)).json()
    wrong = await web.client.post(path, json={"rules": {"party": {"size_min": 9, "size_max": 3}, "x": 1}})

    said = [sentence["text"] for sentence in spanish["sentences"]]
    assert said[:3] == [
        "Lunes: cerrado.",
        "De martes a domingo: cena 19:00\u201323:00 (última entrada a las 21:00).",
        "8 de marzo 2026: cerrado.",
    ]
    assert "Llegan como mucho 2 personas cada 30 minutos." in said
    assert any(
        text.startswith("Se cancela sin costo hasta 24 horas antes; después, o si no vienen, ")
        for text in said
    )
    assert any("Grupos de 1 a 2 (cena, viernes): 75 minutos." in text for text in said)
    meant = [sentence["text"] for sentence in english["sentences"]]
    assert any("Parties of 1 to 2 (cena, Friday): 75 minutes." in text for text in meant)
    assert meant[1] == "Tuesday to Sunday: cena 19:00\u201323:00 (last seating at 21:00)."
    assert "At most 2 guests arrive every 30 minutes." in meant
    assert "Reminders go out 24 hours before." in meant
    assert (
        in_force["sentences"][0]["text"]
        == "De lunes a domingo: lunch 12:00\u201316:00, dinner 19:00\u201323:00."
    )
    assert told(wrong) == (422, "rules_invalid")
    assert len(wrong.json()["errors"]) == 2


async def test_a_day_is_seen_under_rules_that_are_not_in_force_and_nothing_is_kept(web: Web) -> None:
    await web.world.booking(web.restaurant, time="20:00")
    path = f"/restaurants/{web.restaurant.id}"

    tried = (await web.client.post(f"{path}/rules/preview", json={"rules": NEW, "party_sizes": [2]})).json()
    closed = (
        await web.client.post(
            f"{path}/rules/preview", json={"rules": NEW, "date": "2026-03-09", "party_sizes": [2]}
        )
    ).json()
    kept = (await web.client.get(f"{path}/config")).json()

    (party,) = tried["parties"]
    times = {slot["time"]: slot["available"] for slot in party["slots"]}
    assert tried["date"] == "2026-03-03"
    assert times == {"19:00": True, "19:30": True, "20:00": False, "20:30": True, "21:00": True}
    assert (party["available"], party["available_now"]) == (4, 12)
    assert closed["parties"][0]["slots"] == []
    assert closed["parties"][0]["reason"] is not None
    assert (kept["version"], kept["rules"]["business_hours"]["monday"][0]["opens"]) == (2, "12:00")
    assert LUNCH_AND_DINNER["reservation_window"] == {"max_days_advance": 60}


async def test_a_line_is_tried_with_a_message_to_oneself_five_times_an_hour(web: Web) -> None:
    line_id = await line(web)
    windowed = await line(web, channel="whatsapp_meta")
    host = await web.world.session(web.tenant, {web.restaurant.id: "host"})

    sent = await web.client.post(f"/lines/{line_id}/test", json={"to": "123456"})
    followed = (await web.client.get(f"/lines/{line_id}/tests")).json()
    page = (await web.client.get(f"/conversations/{sent.json()['conversation_id']}/messages")).json()
    first_write = await web.client.post(f"/lines/{windowed}/test", json={"to": "+573001234567"})
    others = [await web.client.post(f"/lines/{line_id}/test", json={"to": f"12345{n}"}) for n in range(5)]
    async with web.visitor(host) as client:
        refused = await client.post(f"/lines/{line_id}/test", json={"to": "123456"})

    assert (sent.status_code, sent.json()["status"]) == (201, "planned")
    assert [each["message_id"] for each in followed["tests"]] == [sent.json()["message_id"]]
    assert page["messages"][0]["text"].startswith("Este es un mensaje de prueba de El Patio.")
    assert told(first_write) == (409, "reply_window_closed")
    assert [answer.status_code for answer in others] == [201] * 4 + [429]
    assert told(others[-1]) == (429, "too_many_tests")
    assert told(refused) == (403, "forbidden")
