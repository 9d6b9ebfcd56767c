"""What is asked wrongly: said whole, in the caller's language, and never with more than it needs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from saveit.kernel import faults
from tests.support.house import open_world
from tests.web.conftest import Web, opened
from tests.web.test_bookings import told, wanted

ORIGIN = "https://tables.example"
# One house for all of them: what is refused changes nothing.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web(shared_database_dsn: str) -> AsyncIterator[Web]:
    async with open_world(shared_database_dsn) as world, opened(world) as web:
        yield web


async def test_a_fault_during_a_booking_is_answered_with_when_to_come_back(web: Web) -> None:
    with faults.armed("reservations.book.before_commit", "raise"):
        answer = await web.client.post("/reservations", json=wanted(web))

    assert told(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["content-type"] == "application/problem+json"


def bodies_of(web: Web) -> dict[str, Any]:
    return wanted(web, party_size="four", time="8pm", guest={"phone": 5, "nickname": "A"}, tip=3, date="soon")


@pytest.mark.parametrize(("method", "path"), [("POST", "/reservations"), ("POST", "/availability/check")])
async def test_every_wrong_field_is_told_at_once(web: Web, method: str, path: str) -> None:
    refused = await web.client.request(method, path, json=bodies_of(web), headers={"Accept-Language": "en"})

    assert told(refused) == (422, "request_invalid")
    errors = {error["path"]: error for error in refused.json()["errors"]}
    assert errors["party_size"]["message"] == "Expected a whole number, not text."
    assert (errors["date"]["code"], errors["time"]["code"], errors["tip"]["code"]) == (
        "wrong_format",
        "wrong_format",
        "unknown_field",
    )
    if path == "/reservations":
        assert errors["guest.name"]["code"] == "missing_field"
        assert (errors["guest.phone"]["code"], errors["guest.nickname"]["code"]) == (
            "wrong_type",
            "unknown_field",
        )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json_malformed"),
        (b"{", "json_malformed"),
        (b'{"date": "\xff"}', "json_malformed"),
        (b"[" * 60_000, "json_malformed"),
        (b"null", "request_invalid"),
        (b"[]", "request_invalid"),
        (b"{}", "request_invalid"),
    ],
)
@pytest.mark.parametrize("path", ["/reservations", "/availability/check", "/walk-ins"])
async def test_a_body_that_is_no_object_is_refused_in_words(
    web: Web, path: str, body: bytes, code: str
) -> None:
    refused = await web.client.post(path, content=body, headers={"Content-Type": "application/json"})

    assert (refused.json()["code"], refused.status_code) == (code, 400 if code == "json_malformed" else 422)


@pytest.mark.parametrize("path", ["/reservations", "/availability/check"])
async def test_a_body_longer_than_any_of_ours_is_refused(web: Web, path: str) -> None:
    body = wanted(web, special_requests="x" * 70_000)

    refused = await web.client.post(path, json=body)

    assert told(refused) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/reservations", "/availability/check"])
async def test_a_body_that_is_not_declared_as_json_is_refused(web: Web, path: str) -> None:
    refused = await web.client.post(path, content=b"a=1", headers={"Content-Type": "text/plain"})

    assert told(refused) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"X-Long": "x" * 5_000}, 431, "headers_too_large"),
        ({f"X-{number}": "x" * 3_000 for number in range(8)}, 431, "headers_too_large"),
        ({"Idempotency-Key": "k" * 201}, 422, "request_invalid"),
    ],
)
async def test_headers_have_limits(web: Web, headers: dict[str, str], status: int, code: str) -> None:
    refused = await web.client.post("/reservations", json=wanted(web), headers=headers)

    assert told(refused) == (status, code)


async def test_an_address_longer_than_any_of_ours_is_refused(web: Web) -> None:
    query = await web.client.get("/reservations", params={"cursor": "x" * 5_000})
    path = await web.client.get("/" + "x" * 2_000)

    assert (told(query), told(path)) == ((431, "headers_too_large"), (431, "headers_too_large"))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/availability/not-an-id", 404, "not_found"),
        ("GET", "/reservations/not-an-id", 404, "not_found"),
        ("GET", "/qr/picture.gif", 404, "not_found"),
        ("PATCH", "/reservations", 405, "method_not_allowed"),
        ("DELETE", "/holds", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_answered_with_a_problem_too(
    web: Web, method: str, path: str, *, status: int, code: str
) -> None:
    answer = await web.client.request(method, path)

    assert told(answer) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", {"date": "missing_field", "party_size": "missing_field"}),
        ("date=soon&party_size=many", {"date": "wrong_format", "party_size": "wrong_type"}),
        ("date=2026-03-03&party_size=0", {"party_size": "out_of_range"}),
        ("date=2026-03-03&party_size=2&days=61", {"days": "out_of_range"}),
        ("date=1026-03-03&party_size=2", {"date": "date_out_of_range"}),
        ("date=2026-03-03&party_size=2&area_id=terrace", {"area_id": "wrong_format"}),
    ],
)
async def test_every_wrong_parameter_of_a_listing_is_told(
    web: Web, query: str, wrong: dict[str, str]
) -> None:
    refused = await web.client.get(f"/availability/{web.restaurant.id}?{query}")

    assert refused.status_code == 422
    assert {error["path"]: error["code"] for error in refused.json()["errors"]} == wrong


@pytest.mark.parametrize(
    "query",
    [
        "restaurant_id=5&date=2026-03-03",
        "date=2026-03-03",
        "restaurant_id={id}&date=x",
        "restaurant_id={id}&limit=0",
    ],
)
async def test_wrong_parameters_of_a_list_are_told(web: Web, query: str) -> None:
    refused = await web.client.get("/reservations?" + query.replace("{id}", str(web.restaurant.id)))

    assert told(refused) == (422, "request_invalid")
    assert refused.json()["errors"][0]["path"] in {"restaurant_id", "date", "limit"}


@pytest.mark.parametrize("cursor", ["?", "AAAA", "é", "gqRhYmNk"])
async def test_a_cursor_that_was_made_up_is_refused(web: Web, cursor: str) -> None:
    params = {"restaurant_id": str(web.restaurant.id), "date": "2026-03-03", "cursor": cursor}

    refused = await web.client.get("/reservations", params=params)

    assert told(refused) == (422, "request_invalid")


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9,es;q=0.8", "en"),
        ("fr, es;q=0.5, en;q=0.4", "es"),
        ("de", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("*", "es"),
        (";;;,q=,", "es"),
    ],
)
async def test_problems_speak_the_language_that_is_asked_for(web: Web, asked: str, language: str) -> None:
    answer = await web.client.get("/nothing", headers={"Accept-Language": asked})

    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == {"es": "No existe", "en": "There is no such thing"}[language]


async def test_the_restaurants_language_is_spoken_when_none_is_asked_for(web: Web) -> None:
    english = await web.world.restaurant(web.tenant, "The Yard", timezone="America/New_York", language="en")

    refused = await web.client.post(
        "/reservations", json=wanted(web, restaurant_id=str(english.id), time="03:00")
    )

    assert refused.headers["content-language"] == "en"


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "X-Request-Id": "mine"}, "a" * 32),
        ({"X-Request-Id": "mine"}, "mine"),
    ],
)
async def test_a_request_is_followed_by_the_id_it_brings(
    web: Web, headers: dict[str, str], trace: str
) -> None:
    answer = await web.client.get("/nothing", headers=headers)

    assert (answer.headers["x-request-id"], answer.json()["trace_id"]) == (trace, trace)


@pytest.mark.parametrize("brought", ["", "a b", "x" * 65, "<script>"])
async def test_a_request_without_a_fit_id_gets_one(web: Web, brought: str) -> None:
    answer = await web.client.get("/nothing", headers={"X-Request-Id": brought})

    assert len(answer.headers["x-request-id"]) == 32


async def test_every_answer_says_that_it_is_not_to_be_framed_guessed_or_kept(web: Web) -> None:
    answers = [
        await web.client.get(f"/availability/{web.restaurant.id}?date=2026-03-03&party_size=2"),
        await web.client.get("/restaurants"),
        await web.client.get("/nothing"),
        await web.client.get(f"{ORIGIN}/docs"),
    ]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert len(answer.headers.get_list("content-security-policy")) == 1


async def test_a_body_in_pieces_is_read_whole(web: Web) -> None:
    content = httpx.Request("POST", ORIGIN, json=wanted(web)).content

    async def pieces() -> AsyncIterator[bytes]:
        yield content[:40]
        yield content[40:]

    made = await web.client.post(
        "/reservations", content=pieces(), headers={"Content-Type": "application/json"}
    )

    assert made.status_code == 201


@pytest.mark.parametrize("path", ["/reservations", "/availability/check"])
async def test_a_body_that_is_packed_is_refused(web: Web, path: str) -> None:
    refused = await web.client.post(path, json=wanted(web), headers={"Content-Encoding": "gzip"})

    assert told(refused) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/api/v1/reservations", "/api/v1/availability/check"])
async def test_a_body_that_never_ends_is_given_up_on(
    web: Web, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the day this was needed, half a body kept a connection and a task for as long as its sender liked."""
    monkeypatch.setattr("saveit.web.edge.bodies.BODY_TIMEOUT_S", 0.05)
    monkeypatch.setattr("saveit.web.router.BODY_TIMEOUT_S", 0.05)

    async def half() -> AsyncIterator[bytes]:
        yield b'{"restaurant_id":'
        await asyncio.Event().wait()

    refused = await web.client.post(f"{ORIGIN}{path}", content=half())

    assert told(refused) == (408, "request_timeout")
    assert refused.headers["connection"] == "close"


async def test_what_is_told_names_the_fields_it_is_about(web: Web) -> None:
    refused = await web.client.post("/reservations", json={}, headers={"Accept-Language": "en"})

    assert refused.json()["detail"].startswith("restaurant_id: This field is missing. date: This field is")


async def test_a_number_out_of_range_is_told_the_range(web: Web) -> None:
    address = f"/availability/{web.restaurant.id}?date=2026-03-03&party_size=2&days=-1"

    refused = await web.client.get(address)

    assert told(refused) == (422, "request_invalid")
    assert [(error["path"], error["code"]) for error in refused.json()["errors"]] == [
        ("days", "out_of_range")
    ]
    assert "entre 1 y 60" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "The length must be at most 480."), ("es", "La longitud debe ser como mucho 480.")],
)
async def test_a_bound_is_told_in_words(web: Web, language: str, says: str) -> None:
    body = wanted(web) | {"guest": {"name": "A" * 481, "phone": "+573001112233"}}

    refused = await web.client.post("/reservations", json=body, headers={"Accept-Language": language})

    assert [error["message"] for error in refused.json()["errors"]] == [says]


@pytest.mark.parametrize(("language", "says"), [("en", "more than 200 characters"), ("es", "más de 200")])
async def test_headers_that_are_refused_are_refused_in_the_callers_language(
    web: Web, language: str, says: str
) -> None:
    headers = {"Idempotency-Key": "k" * 300, "Accept-Language": language}

    refused = await web.client.post("/reservations", json=wanted(web), headers=headers)

    assert told(refused) == (422, "request_invalid")
    assert says in refused.json()["detail"]
