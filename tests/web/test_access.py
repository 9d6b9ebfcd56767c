"""Signing in, roles, keys, and the platform's own acts, over HTTP."""

from typing import Any

import pytest

from saveit.access import WrongCredentials, sign_in
from tests.support.house import PASSWORD
from tests.web.conftest import ADMIN_KEY, Web
from tests.web.test_bookings import told, wanted

pytestmark = pytest.mark.slow


def somebody(email: str, **changes: Any) -> dict[str, Any]:
    return {"name": "Ana", "email": email, "password": PASSWORD, **changes}


def own_email(web: Web) -> str:
    return f"ana.{web.tenant.id.hex}@example.com"


async def test_somebody_is_added_given_a_role_signs_in_and_signs_out(web: Web) -> None:
    email = own_email(web)
    added = (await web.client.post("/staff", json=somebody(email))).json()
    role = await web.client.put(f"/staff/{added['id']}/roles/{web.restaurant.id}", json={"role": "host"})

    async with web.visitor() as browser:
        session = await browser.post("/sessions", json={"email": email.upper(), "password": PASSWORD})
    async with web.visitor(session.json()["token"]) as host:
        made = await host.post("/reservations", json=wanted(web))
        out = await host.delete("/sessions/current")
        after = await host.get("/restaurants")

    assert role.json()["roles"] == {str(web.restaurant.id): "host"}
    assert (session.status_code, made.status_code, out.status_code) == (201, 201, 204)
    assert told(after) == (401, "unauthenticated")
    assert PASSWORD not in session.text


async def test_a_wrong_password_and_an_unknown_email_are_answered_alike(web: Web) -> None:
    email = own_email(web)
    await web.client.post("/staff", json=somebody(email))

    async with web.visitor() as browser:
        wrong = await browser.post("/sessions", json={"email": email, "password": "not the password"})
        unknown = await browser.post("/sessions", json={"email": "x" + email, "password": PASSWORD})

    assert told(wrong) == told(unknown) == (401, "wrong_credentials")
    told_alike = ("status", "code", "title")
    assert [wrong.json()[name] for name in told_alike] == [unknown.json()[name] for name in told_alike]


async def test_an_email_that_was_guessed_at_too_often_waits_and_is_told_how_long(web: Web) -> None:
    email, world = own_email(web), web.world
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            await sign_in(world.database, email, "a guess", emails=world.emails, now=world.clock.now())

    async with web.visitor() as browser:
        answer = await browser.post("/sessions", json={"email": email, "password": PASSWORD})

    assert told(answer) == (429, "sign_in_tries_used_up")
    assert answer.headers["retry-after"] == "901"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("viewer", {"GET /reservations"}),
        ("host", {"GET /reservations", "POST /reservations"}),
        (
            "manager",
            {"GET /reservations", "POST /reservations", "PATCH /restaurants", "GET /staff", "POST /staff"},
        ),
        (
            "owner",
            {"GET /reservations", "POST /reservations", "PATCH /restaurants", "GET /staff", "POST /staff"},
        ),
    ],
)
async def test_a_role_may_what_it_may(web: Web, role: Any, may: set[str]) -> None:
    token = await web.world.session(web.tenant, {web.restaurant.id: role})
    restaurant = str(web.restaurant.id)

    async with web.visitor(token) as client:
        answers = {
            "GET /reservations": await client.get("/reservations", params={"restaurant_id": restaurant}),
            "POST /reservations": await client.post("/reservations", json=wanted(web)),
            "PATCH /restaurants": await client.patch(f"/restaurants/{restaurant}", json={"phone": "1"}),
            "GET /staff": await client.get("/staff"),
            "POST /staff": await client.post("/staff", json=somebody(own_email(web))),
        }

    assert {name for name, answer in answers.items() if answer.status_code < 300} == may
    assert {answer.status_code for name, answer in answers.items() if name not in may} <= {403}


async def test_nobody_reaches_over_somebody_who_works_next_door_too(web: Web) -> None:
    next_door = await web.world.restaurant(web.tenant, "La Esquina")
    owner = await web.world.session(web.tenant, {web.restaurant.id: "owner"})
    both = f"both.{own_email(web)}"
    await web.world.session(web.tenant, {web.restaurant.id: "host", next_door.id: "owner"}, email=both)
    users = (await web.client.get("/staff")).json()["users"]
    (user_id,) = [user["id"] for user in users if user["email"] == both]

    async with web.visitor(owner) as client:
        disabled = await client.delete(f"/staff/{user_id}")
        password = await client.put(f"/staff/{user_id}/password", json={"password": "mi propia frase larga"})
        seen = (await client.get("/staff")).json()["users"]
        role = await client.put(f"/staff/{user_id}/roles/{next_door.id}", json={"role": "viewer"})

    assert told(disabled) == told(password) == (403, "forbidden")
    assert told(role) == (404, "restaurant_not_found")
    assert [user["roles"] for user in seen if user["id"] == user_id] == [{str(web.restaurant.id): "host"}]


async def test_a_key_is_shown_once_and_opens_nothing_once_ended(web: Web) -> None:
    body = {"name": "Página", "scopes": ["availability:read"], "restaurant_id": str(web.restaurant.id)}
    made = (await web.client.post("/api-keys", json=body)).json()
    path = f"/api-keys/{made['api_key']['id']}"

    async with web.visitor(made["token"]) as program:
        params = {"date": "2026-03-03", "party_size": "2"}
        before = await program.get(f"/availability/{web.restaurant.id}", params=params)
        ended = await web.client.delete(path)
        after = await program.get(f"/availability/{web.restaurant.id}", params=params)

    assert (before.status_code, ended.status_code) == (200, 204)
    assert told(after) == (401, "unauthenticated")
    assert made["token"] not in (await web.client.get(path)).text


async def test_what_is_wrong_with_a_key_is_told_whole(web: Web) -> None:
    body = {"name": "", "scopes": ["everything"], "quota_per_minute": 0}

    refused = await web.client.post("/api-keys", json=body, headers={"Accept-Language": "en"})

    assert told(refused) == (422, "access_invalid")
    assert len(refused.json()["errors"]) == 3


async def test_only_the_platform_opens_customers(web: Web) -> None:
    refused = await web.client.post("/tenants", json={"name": "Grupo"})

    async with web.visitor(ADMIN_KEY) as platform:
        made = await platform.post("/tenants", json={"name": "Grupo"})
        listed = await platform.get("/tenants", params={"limit": "200"})

    assert told(refused) == (403, "forbidden")
    assert made.status_code == 201
    assert made.json()["id"] in listed.text


async def test_the_platform_opens_a_restaurant_with_a_customer_of_its_own_once(web: Web) -> None:
    body = {"name": f"Casa {web.tenant.id.hex[-6:]}", "timezone": "Europe/Madrid"}
    headers = {"Idempotency-Key": web.tenant.id.hex}

    async with web.visitor(ADMIN_KEY) as platform:
        first = await platform.post("/restaurants", json=body, headers=headers)
        second = await platform.post("/restaurants", json=body, headers=headers)
        wrong = await platform.post("/restaurants", json={"name": "", "timezone": "Nowhere"})
        key = await platform.post(
            "/api-keys", json={"name": "k", "scopes": ["*"], "restaurant_id": first.json()["id"]}
        )

    assert (first.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json()["tenant_id"] != str(web.tenant.id)
    assert told(wrong) == (422, "venue_invalid")
    assert key.status_code == 201


async def test_a_booking_widgets_key_books_and_cancels_and_is_no_host(web: Web) -> None:
    token = await web.world.api_key(web.tenant, web.restaurant.id, scopes=["reservations:write"])
    guest = {"name": "Ana", "phone": "+573001234567"}
    wish = {"date": "2026-03-03", "time": "20:00", "party_size": 2, "guest": guest}
    async with web.visitor(token) as widget:
        made = (
            await widget.post("/reservations", json={"restaurant_id": str(web.restaurant.id)} | wish)
        ).json()
        one = f"/reservations/{made['id']}"
        hosting = [
            await widget.post(f"{one}/confirm"),
            await widget.post(f"{one}/check-in"),
            await widget.post(f"{one}/complete"),
            await widget.post(f"{one}/no-show"),
            await widget.post(f"{one}/move", json={"table_ids": [made["id"]], "revision": 1}),
            await widget.post(f"{one}/extend", json={"leaves_at": "2026-03-03T23:00:00-05:00"}),
            await widget.post("/walk-ins", json={"restaurant_id": str(web.restaurant.id), "party_size": 2}),
        ]
        cancelled = await widget.delete(one)

    assert {told(each) for each in hosting} == {(403, "forbidden")}
    assert cancelled.status_code == 200
