"""Restaurants, rules and floors over HTTP."""

from tests.web.conftest import Web
from tests.web.test_bookings import booked, told


async def test_a_restaurant_is_opened_furnished_and_booked(web: Web) -> None:
    opened = await web.client.post("/restaurants", json={"name": "La Esquina", "timezone": "Europe/Madrid"})
    path = f"/restaurants/{opened.json()['id']}"

    area = await web.client.post(f"{path}/areas", json={"name": "Terraza"})
    tables = [
        await web.client.post(
            f"{path}/tables",
            json={"number": number, "covers_min": 1, "covers_max": 4, "area_id": area.json()["id"]},
        )
        for number in ("1", "2")
    ]
    ids = [table.json()["id"] for table in tables]
    joined = await web.client.post(
        f"{path}/combinations", json={"table_ids": ids, "covers_min": 5, "covers_max": 8}
    )
    made = await booked(
        web,
        restaurant_id=opened.json()["id"],
        party_size=7,
        guest={"name": "Ana", "email": "ana@example.com"},
    )

    assert [each.status_code for each in (opened, area, *tables, joined)] == [201] * 5
    assert (set(made["table"]["numbers"]), made["table"]["ids"]) == ({"1", "2"}, sorted(ids))
    assert made["starts_at"] == "2026-03-03T20:00:00+01:00"


async def test_a_restaurant_is_opened_once_under_a_key(web: Web) -> None:
    body = {"name": "La Esquina", "timezone": "Europe/Madrid"}

    answers = [
        await web.client.post("/restaurants", json=body, headers={"Idempotency-Key": "1"}) for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()


async def test_rules_are_put_in_force_as_they_were_read_and_kept_by_version(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}"
    config = (await web.client.get(f"{path}/config")).json()
    rules = config["rules"] | {"pacing": {"parties_max": 4}}

    changed = await web.client.put(f"{path}/config", json={"rules": rules, "version": config["version"]})
    late = await web.client.put(f"{path}/config", json={"rules": rules, "version": config["version"]})
    versions = (await web.client.get(f"{path}/rules", params={"limit": "2"})).json()

    assert (changed.status_code, changed.json()["version"]) == (200, config["version"] + 1)
    assert told(late) == (409, "revision_conflict")
    assert [each["version"] for each in versions["versions"]] == [config["version"] + 1, config["version"]]
    assert versions["versions"][0]["changed_by"].startswith("api_key:")


async def test_everything_that_is_wrong_with_rules_is_told(web: Web) -> None:
    rules = {
        "reservation_window": {"max_days_advance": -1},
        "pacing": {"parties": 3},
        "party": {"size_min": "two"},
    }

    refused = await web.client.put(
        f"/restaurants/{web.restaurant.id}/config", json={"rules": rules, "version": 1}
    )

    assert told(refused) == (422, "rules_invalid")
    assert {error["path"] for error in refused.json()["errors"]} == {
        "reservation_window.max_days_advance",
        "pacing.parties",
        "party.size_min",
    }


async def test_what_is_left_out_of_a_change_stays(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}"
    tables = await web.world.table_ids(web.restaurant)

    changed = await web.client.patch(path, json={"phone": "+57 601 123"})
    table = await web.client.patch(f"{path}/tables/{tables['2']}", json={"covers_max": 5})
    clash = await web.client.patch(f"{path}/tables/{tables['2']}", json={"number": "3"})

    assert (changed.json()["phone"], changed.json()["name"]) == ("+57 601 123", "El Patio")
    assert (table.json()["covers_max"], table.json()["number"]) == (5, "2")
    assert told(clash) == (409, "table_number_taken")


async def test_a_table_leaves_the_floor_once_nobody_has_it(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/tables"
    tables = await web.world.table_ids(web.restaurant)
    made = await booked(web, table_id=str(tables["3"]))

    refused = await web.client.delete(f"{path}/{tables['3']}")
    await web.client.delete(f"/reservations/{made['id']}")
    gone = await web.client.delete(f"{path}/{tables['3']}")
    listed = (await web.client.get(path)).json()["tables"]
    all_of_them = (await web.client.get(path, params={"with_retired": "true"})).json()["tables"]

    assert told(refused) == (409, "table_in_use")
    assert (gone.status_code, len(listed), len(all_of_them)) == (200, 2, 3)


async def test_an_empty_area_is_removed(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/areas"
    made = (await web.client.post(path, json={"name": "Terraza"})).json()

    renamed = await web.client.patch(f"{path}/{made['id']}", json={"name": "Patio"})
    removed = await web.client.delete(f"{path}/{made['id']}")
    listed = (await web.client.get(path)).json()

    assert (renamed.json()["name"], removed.status_code, listed) == ("Patio", 204, {"areas": []})


async def test_a_slug_is_taken_once(web: Web) -> None:
    body = {"name": "Otra", "timezone": "Europe/Madrid", "slug": web.restaurant.slug}

    refused = await web.client.post("/restaurants", json=body)

    assert told(refused) == (409, "slug_taken")


async def test_rules_are_not_overwritten_without_having_been_read(web: Web) -> None:
    """On the day this was needed, `{"rules": {}}` closed a restaurant on all days without a word."""
    refused = await web.client.put(f"/restaurants/{web.restaurant.id}/config", json={"rules": {}})

    assert told(refused) == (422, "request_invalid")
    assert [(error["path"], error["code"]) for error in refused.json()["errors"]] == [
        ("version", "missing_field")
    ]


async def test_a_reservation_keeps_its_instant_and_tells_it_by_the_clock_of_a_new_zone(web: Web) -> None:
    made = await booked(web)
    path = f"/reservations/{made['id']}"

    changed = await web.client.patch(f"/restaurants/{web.restaurant.id}", json={"timezone": "Europe/Madrid"})
    read = (await web.client.get(path)).json()
    listed = await web.client.get(
        "/reservations", params={"restaurant_id": str(web.restaurant.id), "date": read["date"]}
    )

    assert changed.status_code == 200, changed.text
    # 20:00 in Bogotá is 02:00 of the next day in Madrid.
    assert (made["date"], made["time"]) == ("2026-03-03", "20:00")
    assert (read["date"], read["time"], read["starts_at"]) == (
        "2026-03-04",
        "02:00",
        "2026-03-04T02:00:00+01:00",
    )
    assert [each["id"] for each in listed.json()["reservations"]] == [made["id"]]


async def test_a_change_after_a_new_zone_is_decided_for_the_same_evening(web: Web) -> None:
    made = await booked(web)
    await web.client.patch(f"/restaurants/{web.restaurant.id}", json={"timezone": "America/Caracas"})

    read = (await web.client.get(f"/reservations/{made['id']}")).json()
    changed = await web.client.put(f"/reservations/{made['id']}", json={"party_size": 1})

    assert (read["date"], read["time"]) == ("2026-03-03", "21:00")
    assert changed.status_code == 200, changed.text
    assert changed.json()["starts_at"] == read["starts_at"]
