"""A table over HTTP: booked, read, changed, ended."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from saveit.kernel.clock import SettableClock
from tests.support.house import guest_named
from tests.web.conftest import Web


def wanted(web: Web, **changes: Any) -> dict[str, Any]:
    """Return the body of a booking for two on Tuesday at eight."""
    return {
        "restaurant_id": str(web.restaurant.id),
        "date": "2026-03-03",
        "time": "20:00",
        "party_size": 2,
        "guest": {"name": "Ana Rivas", "phone": "300 123 4567", "email": "Ana@Example.com"},
        **changes,
    }


def nobody(number: int) -> dict[str, str]:
    """Return a guest whom nobody else is."""
    return {"name": f"Guest {number}", "phone": f"+5730055500{number:02}"}


async def booked(web: Web, **changes: Any) -> dict[str, Any]:
    made = await web.client.post("/reservations", json=wanted(web, **changes))
    assert made.status_code == 201, made.text
    return made.json()


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_guest_books_a_table_and_reads_it_back(web: Web) -> None:
    made = await web.client.post("/reservations", json=wanted(web, special_requests="Ventana"))

    assert made.status_code == 201, made.text
    answer = made.json()
    assert (answer["status"], answer["date"], answer["time"]) == ("confirmed", "2026-03-03", "20:00")
    assert answer["starts_at"] == "2026-03-03T20:00:00-05:00"
    assert answer["leaves_at"] == "2026-03-03T21:30:00-05:00"
    assert answer["table"]["number"] == "1"
    assert answer["guest"]["phone"] == "+573001234567"
    assert answer["special_requests"] == "Ventana"
    assert (answer["source"], answer["revision"], answer["party_size"]) == ("api", 1, 2)
    assert made.headers["location"] == f"/api/v1/reservations/{answer['id']}"
    read = await web.client.get(f"/reservations/{answer['id']}")
    assert read.json() == answer


async def test_the_same_request_under_the_same_key_books_once_and_is_answered_alike(web: Web) -> None:
    headers = {"Idempotency-Key": "click-1"}
    first = await web.client.post("/reservations", json=wanted(web), headers=headers)

    second = await web.client.post("/reservations", json=wanted(web), headers=headers)

    assert (second.status_code, second.json()) == (201, first.json())
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_repeated_request_is_answered_alike_though_its_own_booking_filled_the_house(web: Web) -> None:
    for number in range(2):
        await booked(web, guest=nobody(number))
    headers = {"Idempotency-Key": "the last table"}
    first = await web.client.post("/reservations", json=wanted(web), headers=headers)

    second = await web.client.post("/reservations", json=wanted(web), headers=headers)

    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())


async def test_another_request_under_the_same_key_is_refused(web: Web) -> None:
    headers = {"Idempotency-Key": "click-1"}
    await web.client.post("/reservations", json=wanted(web), headers=headers)

    other = await web.client.post("/reservations", json=wanted(web, party_size=3), headers=headers)

    assert told(other) == (422, "idempotency_key_reused")


async def test_a_refused_request_may_be_sent_again_under_its_key(web: Web) -> None:
    headers = {"Idempotency-Key": "click-1"}
    refused = await web.client.post("/reservations", json=wanted(web, time="03:00"), headers=headers)

    made = await web.client.post("/reservations", json=wanted(web), headers=headers)

    assert (refused.status_code, made.status_code) == (422, 201)


async def test_two_guests_may_use_the_same_key_text(web: Web) -> None:
    other = await web.world.api_key(web.tenant)
    headers = {"Idempotency-Key": "1"}
    first = await web.client.post("/reservations", json=wanted(web), headers=headers)

    async with web.visitor(other) as client:
        second = await client.post("/reservations", json=wanted(web, guest=nobody(1)), headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)


async def test_a_full_time_is_refused_with_what_there_is_instead(web: Web) -> None:
    for number in range(3):
        await booked(web, guest=nobody(number))

    refused = await web.client.post("/reservations", json=wanted(web))

    assert told(refused) == (409, "slot_unavailable")
    problem = refused.json()
    assert problem["reason"] == "full"
    nearest = problem["alternatives"][0]
    # Dinner is full from 19:00 until it is too late to begin; lunch is not.
    assert (nearest["date"], nearest["time"]) == ("2026-03-03", "14:30")
    again = await web.client.post("/reservations", json=wanted(web, time=nearest["time"]))
    assert again.status_code == 201


async def test_a_table_that_is_taken_is_refused_by_its_own_code(web: Web) -> None:
    tables = await web.world.table_ids(web.restaurant)
    await booked(web, table_id=str(tables["2"]), guest=nobody(1))

    refused = await web.client.post("/reservations", json=wanted(web, table_id=str(tables["2"])))

    assert told(refused) == (409, "table_taken")
    # The other tables are free at this very time, but a wish for a table names none of them.
    assert refused.json()["alternatives"]


async def test_every_rule_that_says_no_is_told(web: Web) -> None:
    refused = await web.client.post(
        "/reservations", json=wanted(web, time="03:00", party_size=50), headers={"Accept-Language": "en"}
    )

    assert told(refused) == (422, "booking_rules_broken")
    errors = refused.json()["errors"]
    assert {error["code"] for error in errors} == {"party_too_large", "no_service"}
    assert all(error["message"] for error in errors)


async def test_every_wrong_word_of_a_guest_is_told(web: Web) -> None:
    guest = {"name": " ", "phone": "12", "email": "nobody"}

    refused = await web.client.post("/reservations", json=wanted(web, guest=guest))

    assert told(refused) == (422, "contact_refused")
    paths = [error["path"] for error in refused.json()["errors"]]
    assert paths == ["guest.name", "guest.phone", "guest.email"]


async def test_all_that_is_wrong_with_a_booking_is_told_in_one_round(web: Web) -> None:
    """A field that cannot be read once hid the guest's wrong number, and that the rules that say no."""
    guest = {"name": " ", "phone": "12", "colour": "red"}
    body = wanted(web, guest=guest, party_size=50, time="03:00", beyond_pacing=True, table_id="the best")

    refused = await web.client.post("/reservations", json=body, headers={"Accept-Language": "en"})

    assert told(refused) == (422, "request_invalid")
    errors = refused.json()["errors"]
    assert {(error.get("path"), error["code"]) for error in errors} == {
        ("table_id", "wrong_format"),
        ("guest.colour", "unknown_field"),
        ("beyond_pacing", "not_allowed"),
        ("guest.name", "name_empty"),
        ("guest.phone", "phone_invalid"),
        (None, "party_too_large"),
        (None, "no_service"),
    }
    assert all(error["message"] for error in errors)


async def test_a_wrong_number_and_a_closed_hour_are_told_in_one_round(web: Web) -> None:
    refused = await web.client.post("/reservations", json=wanted(web, guest={"name": "Ana"}, time="03:00"))

    assert told(refused) == (422, "contact_refused")
    assert [error["code"] for error in refused.json()["errors"]] == ["contact_missing", "no_service"]


async def test_one_fault_alone_is_told_alone(web: Web) -> None:
    """The twin: what can be read is not called wrong because something else cannot."""
    shape = await web.client.post("/reservations", json=wanted(web, party_size="two"))
    nowhere = await web.client.post(
        "/reservations", json=wanted(web, restaurant_id="here", guest={"name": "Ana"})
    )
    no_text = await web.client.post("/reservations", json=wanted(web, guest={"name": "Ana", "phone": 5}))
    no_object = await web.client.post("/reservations", content=b"[]")

    assert [error["path"] for error in shape.json()["errors"]] == ["party_size"]
    assert [error["path"] for error in nowhere.json()["errors"]] == ["restaurant_id"]
    assert [error["path"] for error in no_text.json()["errors"]] == ["guest.phone"]
    assert told(no_object) == (422, "request_invalid")


async def test_a_reservation_is_changed_only_as_it_was_read(web: Web) -> None:
    made = await booked(web)
    path = f"/reservations/{made['id']}"

    changed = await web.client.put(path, json={"time": "21:00", "party_size": 4, "revision": 1})
    late = await web.client.put(path, json={"time": "19:00", "revision": 1})

    assert changed.status_code == 200, changed.text
    answer = changed.json()
    assert (answer["time"], answer["party_size"], answer["revision"]) == ("21:00", 4, 2)
    assert told(late) == (409, "revision_conflict")
    assert late.json()["revision"] == 2


async def test_a_guests_words_are_changed_one_by_one(web: Web) -> None:
    made = await booked(web, special_requests="Ventana")

    changed = await web.client.put(
        f"/reservations/{made['id']}", json={"guest": {"email": None}, "special_requests": "Cumpleaños"}
    )

    guest = changed.json()["guest"]
    assert (guest["name"], guest["phone"], guest["email"]) == ("Ana Rivas", "+573001234567", None)
    assert changed.json()["special_requests"] == "Cumpleaños"


async def test_a_change_that_finds_no_place_leaves_the_reservation_and_says_what_there_is(web: Web) -> None:
    for number in range(3):
        await booked(web, guest=nobody(number), time="21:30")
    made = await booked(web, time="19:00")

    refused = await web.client.put(f"/reservations/{made['id']}", json={"time": "21:30"})

    assert told(refused) == (409, "slot_unavailable")
    assert refused.json()["alternatives"]
    assert (await web.client.get(f"/reservations/{made['id']}")).json() == made


async def test_a_change_of_nothing_is_refused(web: Web) -> None:
    made = await booked(web)

    refused = await web.client.put(f"/reservations/{made['id']}", json={"revision": 1})

    assert told(refused) == (422, "request_invalid")


async def test_cancelling_twice_frees_the_table_once(web: Web) -> None:
    made = await booked(web)

    first = await web.client.delete(f"/reservations/{made['id']}")
    second = await web.client.delete(f"/reservations/{made['id']}")

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert second.json() == first.json()


async def test_only_staff_waive_a_fee(web: Web) -> None:
    made = await booked(web)

    refused = await web.client.delete(f"/reservations/{made['id']}", params={"waive_fee": "true"})

    assert told(refused) == (422, "request_invalid")


async def test_a_party_is_seated_stays_longer_and_leaves(web: Web) -> None:
    made = await booked(web)
    path = f"/reservations/{made['id']}"
    early = await web.client.post(f"{path}/check-in")
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(hours=32))

    seated = await web.client.post(f"{path}/check-in")
    twice = await web.client.post(f"{path}/check-in")
    extended = await web.client.post(f"{path}/extend", json={"leaves_at": "2026-03-03T22:15:00-05:00"})
    left = await web.client.post(f"{path}/complete")

    assert [each.json()["status"] for each in (seated, extended, left)] == [
        "checked_in",
        "checked_in",
        "completed",
    ]
    assert extended.json()["leaves_at"] == "2026-03-03T22:15:00-05:00"
    assert told(early) == (409, "check_in_too_early")
    assert told(twice) == (409, "illegal_status")
    assert twice.json()["current_status"] == "checked_in"


async def test_nobody_is_missing_before_the_time_has_come(web: Web) -> None:
    made = await booked(web)
    clock = web.world.clock
    assert isinstance(clock, SettableClock)

    early = await web.client.post(f"/reservations/{made['id']}/no-show")
    clock.advance(timedelta(hours=36))
    missed = await web.client.post(f"/reservations/{made['id']}/no-show")

    assert told(early) == (409, "illegal_status")
    assert missed.json()["status"] == "no_show"


async def test_staff_move_a_party_to_the_tables_they_choose(web: Web) -> None:
    tables = await web.world.table_ids(web.restaurant)
    made = await booked(web)

    moved = await web.client.post(f"/reservations/{made['id']}/move", json={"table_ids": [str(tables["3"])]})

    assert (moved.json()["table"]["number"], moved.json()["pinned"]) == ("3", True)


async def test_a_day_is_listed_page_by_page(web: Web) -> None:
    for number, time in enumerate(("19:00", "19:30", "20:00")):
        await booked(web, time=time, guest=nobody(number))
    params = {"restaurant_id": str(web.restaurant.id), "date": "2026-03-03", "limit": "2"}

    first = (await web.client.get("/reservations", params=params)).json()
    second = (await web.client.get("/reservations", params={**params, "cursor": first["next"]})).json()

    assert [each["time"] for each in first["reservations"]] == ["19:00", "19:30"]
    assert ([each["time"] for each in second["reservations"]], second["next"]) == (["20:00"], None)


async def test_a_day_is_listed_by_status(web: Web) -> None:
    kept, gone = await booked(web), await booked(web, guest=nobody(1), time="19:00")
    await web.client.delete(f"/reservations/{gone['id']}")
    params = {"restaurant_id": str(web.restaurant.id), "date": "2026-03-03"}

    standing = await web.client.get("/reservations", params={**params, "status": "pending,confirmed"})
    wrong = await web.client.get("/reservations", params={**params, "status": "eaten"})

    assert [each["id"] for each in standing.json()["reservations"]] == [kept["id"]]
    assert told(wrong) == (422, "request_invalid")


async def test_a_guests_reservations_are_listed_the_latest_first(web: Web) -> None:
    first = await booked(web)
    second = await booked(web, date="2026-03-05")

    page = await web.client.get(f"/reservations/user/{first['user_id']}", params={"limit": "1"})
    rest = await web.client.get(
        f"/reservations/user/{first['user_id']}", params={"limit": "1", "cursor": page.json()["next"]}
    )

    assert [each["id"] for each in page.json()["reservations"]] == [second["id"]]
    assert [each["id"] for each in rest.json()["reservations"]] == [first["id"]]


async def test_what_happened_is_told_with_who_and_through_which_channel(web: Web) -> None:
    made = await booked(web)
    await web.client.delete(f"/reservations/{made['id']}", headers={"X-Request-Id": "my-request"})

    history = (await web.client.get(f"/reservations/{made['id']}/history")).json()["history"]

    assert [each["kind"] for each in history] == ["reservation.created", "reservation.cancelled"]
    assert {each["channel"] for each in history} == {"api"}
    assert history[1]["trace_id"] == "my-request"
    assert history[1]["body"]["before"]["status"] == "confirmed"


async def test_staff_book_under_the_houses_rules(web: Web) -> None:
    session = await web.world.session(web.tenant, {web.restaurant.id: "host"})
    # In half an hour: too short a notice for a guest.
    soon = wanted(web, date="2026-03-02", time="12:30")

    as_guest = await web.client.post("/reservations", json=soon)
    async with web.visitor(session) as host:
        as_staff = await host.post("/reservations", json=soon)

    assert told(as_guest) == (422, "booking_rules_broken")
    assert (as_staff.status_code, as_staff.json()["source"]) == (201, "staff")


async def test_a_program_may_not_pass_for_staff(web: Web) -> None:
    refused = await web.client.post("/reservations", json=wanted(web, source="staff"))

    assert told(refused) == (422, "request_invalid")


@pytest.mark.parametrize("path", ["/holds", "/walk-ins", "/waitlist"])
async def test_what_creates_acts_once_under_its_key(web: Web, path: str) -> None:
    body = wanted(web)
    match path:
        case "/holds":
            del body["guest"]
        case "/walk-ins":
            body = {"restaurant_id": body["restaurant_id"], "party_size": 2}
        case _:
            pass
    headers = {"Idempotency-Key": "once"}

    first = await web.client.post(path, json=body, headers=headers)
    second = await web.client.post(path, json=body, headers=headers)
    other = await web.client.post(path, json=body | {"party_size": 1}, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert (second.json(), second.headers["idempotency-replayed"]) == (first.json(), "true")
    assert told(other) == (422, "idempotency_key_reused")


async def test_a_hold_becomes_a_reservation_is_renewed_once_or_given_back(web: Web) -> None:
    body = wanted(web)
    guest = body.pop("guest")
    held = (await web.client.post("/holds", json=body)).json()

    renewed = await web.client.post(f"/holds/{held['id']}/renew")
    again = await web.client.post(f"/holds/{held['id']}/renew")
    made = await booked(web, hold_id=held["id"], guest=guest)
    late = await web.client.delete(f"/holds/{held['id']}")

    assert renewed.status_code == 200
    assert told(again) == (409, "hold_already_renewed")
    assert made["table"] == held["table"]
    assert told(late) == (409, "hold_over")


async def test_tables_are_taken_out_of_service_and_put_back(web: Web) -> None:
    tables = await web.world.table_ids(web.restaurant)
    block = {
        "restaurant_id": str(web.restaurant.id),
        "table_ids": [str(table_id) for table_id in tables.values()],
        "starts_at": "2026-03-03T18:00:00-05:00",
        "ends_at": "2026-03-03T23:00:00-05:00",
    }
    made = await web.client.post("/blocks", json=block)

    refused = await web.client.post("/reservations", json=wanted(web))
    lifted = await web.client.delete(f"/blocks/{made.json()['id']}")
    twice = await web.client.delete(f"/blocks/{made.json()['id']}")

    assert (made.status_code, refused.status_code, lifted.status_code) == (201, 409, 204)
    assert told(twice) == (404, "block_not_found")
    await booked(web)


async def test_a_blocked_guest_is_refused_under_any_spelling_until_unblocked(web: Web) -> None:
    known = await web.world.booking(web.restaurant, guest=guest_named("Rosa", "+573009998877"), time="12:00")
    body = {"restaurant_id": str(web.restaurant.id)}
    rosa = {"name": "R.", "phone": "(300) 999-8877"}

    blocked = await web.client.post(f"/guests/{known.person_id}/block", json=body)
    refused = await web.client.post("/reservations", json=wanted(web, guest=rosa))
    await web.client.post(f"/guests/{known.person_id}/unblock", json=body)

    assert blocked.status_code == 204
    assert told(refused) == (403, "guest_blocked")
    await booked(web, guest=rosa)


async def test_whoever_books_for_himself_leaves_one_way_to_be_reached(web: Web) -> None:
    """On the day this was needed, a guest who was blocked left the phone out."""
    wish = wanted(web, guest={"name": "Zoe", "phone": " "})

    spanish = await web.client.post("/reservations", json=wish)
    english = await web.client.post("/reservations", json=wish, headers={"Accept-Language": "en"})
    by_mail = await web.client.post(
        "/reservations", json=wanted(web, guest={"name": "Zoe", "email": "zoe@example.com"})
    )
    path = f"/reservations/{by_mail.json()['id']}"
    struck_out = await web.client.put(path, json={"guest": {"email": None}})

    assert told(spanish) == told(struck_out) == (422, "contact_refused")
    assert spanish.json()["errors"] == [
        {
            "path": "guest.phone",
            "code": "contact_missing",
            "message": "Hace falta un teléfono o un correo para avisar al cliente.",
        }
    ]
    assert (
        english.json()["detail"] == "guest.phone: A phone number or an email is needed, to reach the guest."
    )
    assert by_mail.status_code == 201, by_mail.text


async def test_a_block_that_somebody_is_in_the_way_of_names_them(web: Web) -> None:
    tables = await web.world.table_ids(web.restaurant)
    made = await booked(web, table_id=str(tables["1"]))
    block = {
        "restaurant_id": str(web.restaurant.id),
        "table_ids": [str(table_id) for table_id in tables.values()],
        "starts_at": "2026-03-03T19:00:00-05:00",
        "ends_at": "2026-03-03T21:00:00-05:00",
    }

    refused = await web.client.post("/blocks", json=block)

    assert told(refused) == (409, "block_overlaps")
    (taken,) = refused.json()["taken"]
    assert (taken["table"], taken["by"], taken["id"]) == ("1", "reservation", made["id"])
    assert taken["starts_at"] == "2026-03-03T20:00:00-05:00"


async def test_a_stay_that_would_end_before_it_begins_is_refused_as_that(web: Web) -> None:
    made = await booked(web)

    refused = await web.client.post(
        f"/reservations/{made['id']}/extend", json={"leaves_at": "2026-03-03T14:00:00-05:00"}
    )

    assert told(refused) == (422, "stay_impossible")
    assert refused.json()["after"] == "2026-03-03T20:00:00-05:00"
    assert "detail" not in refused.json()


async def test_what_a_host_did_by_mistake_is_undone_and_who_is_late_is_waited_for(web: Web) -> None:
    made = await booked(web)
    path = f"/reservations/{made['id']}"

    late = await web.client.post(f"{path}/late", json={"minutes": 20, "revision": 1})
    nothing = await web.client.post(f"{path}/undo", json={"act": "check_in"})
    await web.client.delete(path)
    key = {"Idempotency-Key": "undo-1"}
    undone = await web.client.post(f"{path}/undo", json={"act": "cancellation"}, headers=key)
    again = await web.client.post(f"{path}/undo", json={"act": "cancellation"}, headers=key)
    history = (await web.client.get(f"{path}/history")).json()["history"]

    assert late.json()["expected_at"] == "2026-03-03T20:20:00-05:00"
    assert told(nothing) == (409, "illegal_status")
    assert (undone.status_code, undone.json()["status"], again.json()) == (200, "confirmed", undone.json())
    assert [each["kind"] for each in history] == [
        "reservation.created",
        "reservation.running_late",
        "reservation.cancelled",
        "reservation.cancellation_undone",
    ]


async def test_what_cannot_be_undone_for_want_of_a_table_is_told_with_what_there_is(web: Web) -> None:
    made = [await booked(web, guest=nobody(number)) for number in range(3)]
    await web.client.delete(f"/reservations/{made[0]['id']}")
    await booked(web, guest=nobody(9))

    refused = await web.client.post(
        f"/reservations/{made[0]['id']}/undo", json={"act": "cancellation"}, headers={"Accept-Language": "en"}
    )

    assert told(refused) == (409, "slot_unavailable")
    assert refused.json()["alternatives"]
