"""What operators and developers ask: is it alive, is it ready, its numbers, and how it is spoken to."""

import re

import msgspec
import pytest

from saveit.web import create_app
from tests.web.conftest import Web, client_of, parts_of
from tests.web.test_bookings import booked, wanted

ORIGIN = "https://tables.example"


async def test_a_process_says_that_it_lives_and_is_ready(web: Web) -> None:
    async with web.visitor() as balancer:
        alive, ready = await balancer.get(f"{ORIGIN}/healthz"), await balancer.get(f"{ORIGIN}/readyz")

    assert (alive.status_code, ready.status_code, ready.json()) == (200, 200, {"ready": True, "problems": []})


async def test_a_process_whose_database_has_gone_lives_and_is_not_ready(web: Web) -> None:
    await web.world.database.close()

    async with web.visitor() as balancer:
        alive, ready = await balancer.get(f"{ORIGIN}/healthz"), await balancer.get(f"{ORIGIN}/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json()["problems"] == ["The database does not answer."]


async def test_a_database_that_lacks_migrations_is_named(web: Web, empty_database_dsn: str) -> None:

    parts = msgspec.structs.replace(parts_of(web.world), owner_dsn=empty_database_dsn)
    async with client_of(create_app(parts)) as balancer:
        ready = await balancer.get(f"{ORIGIN}/readyz")

    assert ready.status_code == 503
    assert "saveit migrate" in ready.json()["problems"][0]


async def test_requests_are_counted_by_route_and_not_by_what_was_asked(web: Web) -> None:
    made = (await web.client.post("/reservations", json=wanted(web))).json()
    await web.client.get(f"/reservations/{made['id']}")
    await web.client.get(f"/availability/{web.restaurant.id}?date=2026-03-03&party_size=2")
    await web.client.get("/nothing/at/all")

    numbers = (await web.client.get(f"{ORIGIN}/metrics")).text

    for route in (
        'route="/api/v1/reservations",status="201"',
        'route="/api/v1/reservations/{reservation_id}",status="200"',
        'route="/api/v1/availability/{restaurant_id}",status="200"',
        'route="unmatched",status="404"',
    ):
        assert route in numbers
    assert made["id"] not in numbers


async def test_the_document_tells_every_route_with_an_example_for_every_body(web: Web) -> None:
    document = (await web.client.get(f"{ORIGIN}/openapi.json")).json()

    operations = [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 50
    assert [name for name, operation in operations if not operation.get("summary")] == []
    assert [
        name
        for name, operation in operations
        for media in operation.get("requestBody", {}).get("content", {}).values()
        if not media.get("examples")
    ] == []
    assert all("default" in operation["responses"] for name, operation in operations if "/api/v1/" in name)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_the_example_of_a_booking_is_one(web: Web) -> None:
    document = (await web.client.get(f"{ORIGIN}/openapi.json")).json()
    media = document["paths"]["/api/v1/reservations"]["post"]["requestBody"]["content"]["application/json"]
    (example,) = media["examples"].values()

    made = await web.client.post(
        "/reservations",
        json=example["value"] | {"restaurant_id": str(web.restaurant.id), "date": "2026-03-14"},
    )

    assert made.status_code == 201, made.text


@pytest.mark.parametrize("path", ["/docs", "/docs/docs.js", "/docs/docs.css"])
async def test_the_pages_ask_nobody_else_for_anything(web: Web, path: str) -> None:
    async with web.visitor() as browser:
        page = await browser.get(f"{ORIGIN}{path}")

    assert page.status_code == 200
    assert re.findall(r"(?:https?:)?//[a-z]", page.text.replace("// Draws", "")) == []
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api-keys", "/nothing", "/docs/nothing", "/api/v2/restaurants", "/schema"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_address_that_is_nowhere_is_answered_by_us(web: Web, method: str, path: str) -> None:
    """On the day this was needed, the framework answered with a page of its own, or with 405."""
    answer = await web.client.request(method, f"{ORIGIN}{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/healthz", "GET, HEAD"),
        ("PUT", "/openapi.json", "GET, HEAD"),
        ("DELETE", "/docs", "GET, HEAD"),
        ("PATCH", "/api/v1/reservations", "GET, HEAD, OPTIONS, POST"),
        ("GET", "/api/v1/walk-ins", "OPTIONS, POST"),
    ],
)
async def test_a_method_that_an_address_does_not_take_is_refused_with_those_it_does(
    web: Web, method: str, path: str, allow: str
) -> None:
    answer = await web.client.request(method, f"{ORIGIN}{path}")

    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


async def test_whatever_may_be_read_may_be_asked_after(web: Web) -> None:
    made = await booked(web)
    paths = (
        "/healthz",
        "/readyz",
        "/metrics",
        "/docs",
        "/docs/docs.js",
        "/openapi.json",
        f"/api/v1/reservations/{made['id']}",
        f"/api/v1/availability/{web.restaurant.id}?date=2026-03-03&party_size=2",
    )

    for path in paths:
        asked, read = await web.client.head(f"{ORIGIN}{path}"), await web.client.get(f"{ORIGIN}{path}")
        assert (path, asked.status_code, asked.content) == (path, 200, b"")
        if path != "/metrics":
            assert asked.headers["content-length"] == read.headers["content-length"]


async def test_the_bare_address_leads_to_the_staff(web: Web) -> None:
    answer = await web.client.get(f"{ORIGIN}/")

    assert (answer.status_code, answer.headers["location"]) == (307, "/staff")
