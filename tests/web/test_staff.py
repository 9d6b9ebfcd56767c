"""People who work here over HTTP: nobody reaches above their own role, and no restaurant is left without an owner."""

import asyncio
from typing import Any

import pytest

from tests.web.conftest import Web
from tests.web.test_bookings import told

pytestmark = pytest.mark.slow


async def added(web: Web, email: str, role: str | None = None, **changes: Any) -> dict[str, Any]:
    """Add somebody with the house's own key, and return the answer."""
    roles = {} if role is None else {str(web.restaurant.id): role}
    # An email is one person's in all of the database that the tests share.
    made = await web.client.post(
        "/staff", json={"name": "Leo", "email": f"{web.tenant.id.hex}.{email}", "roles": roles, **changes}
    )
    assert made.status_code == 201, made.text
    return made.json()


async def signed_in(web: Web, who: dict[str, Any]) -> str:
    answer = await web.client.post(
        "/sessions", json={"email": who["email"], "password": who["one_time_password"]}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


async def test_somebody_is_added_with_roles_and_signs_in_with_what_was_handed_over(web: Web) -> None:
    made = await added(web, "leo@example.com", "host")

    token = await signed_in(web, made)
    async with web.visitor(token) as leo:
        seen = await leo.get("/reservations", params={"restaurant_id": str(web.restaurant.id)})
        path, chosen = f"/staff/{made['id']}/password", {"password": "mi propia frase de paso"}
        unsaid = await leo.put(path, json=chosen)
        wrong = await leo.put(path, json=chosen | {"current_password": "no es esta frase"})
        own = await leo.put(path, json=chosen | {"current_password": made["one_time_password"]})
        ended = await leo.get("/reservations", params={"restaurant_id": str(web.restaurant.id)})
    listed = (await web.client.get("/staff")).json()["users"]

    assert made["roles"] == {str(web.restaurant.id): "host"}
    assert [told(each) for each in (unsaid, wrong)] == [(422, "access_invalid")] * 2
    assert [error["path"] for error in wrong.json()["errors"]] == ["current_password"]
    assert (seen.status_code, own.status_code, ended.status_code) == (200, 204, 401)
    assert "one_time_password" not in listed[0]


async def test_a_manager_reaches_whom_stands_below_and_nobody_else(web: Web) -> None:
    here = web.restaurant.id
    owner, boss, leo = [
        await added(web, f"{name}@example.com", role)
        for name, role in (("ana", "owner"), ("eva", "manager"), ("leo", "host"))
    ]
    body = {"name": "Mia", "email": f"{web.tenant.id.hex}.mia@example.com"}

    async with web.visitor(await signed_in(web, boss)) as eva:
        lowered = await eva.put(f"/staff/{leo['id']}/roles/{here}", json={"role": "viewer"})
        refused = [
            await eva.put(f"/staff/{boss['id']}/roles/{here}", json={"role": "owner"}),
            await eva.put(f"/staff/{leo['id']}/roles/{here}", json={"role": "manager"}),
            await eva.put(f"/staff/{owner['id']}/roles/{here}", json={"role": "host"}),
            await eva.delete(f"/staff/{owner['id']}/roles/{here}"),
            await eva.post("/staff", json=body | {"roles": {str(here): "owner"}}),
        ]
        shut_out = [
            await eva.delete(f"/staff/{owner['id']}"),
            await eva.post(f"/staff/{owner['id']}/password-reset"),
            await eva.put(f"/staff/{owner['id']}/password", json={"password": "otra frase de paso"}),
        ]
        invited = await eva.post("/staff", json=body | {"roles": {str(here): "advisor"}})
        reset = await eva.post(f"/staff/{leo['id']}/password-reset")
    async with web.visitor(await signed_in(web, leo | reset.json())) as host:
        climbing = await host.put(f"/staff/{leo['id']}/roles/{here}", json={"role": "owner"})

    assert lowered.json()["roles"] == {str(here): "viewer"}
    assert [told(each) for each in refused] == [(403, "role_above_yours")] * 5
    assert [told(each) for each in shut_out] == [(403, "forbidden")] * 3
    assert (invited.status_code, reset.status_code) == (201, 200)
    assert told(climbing) == (403, "forbidden")


async def test_who_was_refused_a_role_is_not_added_either(web: Web) -> None:
    here = web.restaurant.id
    boss = await added(web, "eva@example.com", "manager")
    body = {"name": "Mia", "email": f"{web.tenant.id.hex}.mia@example.com", "roles": {str(here): "owner"}}

    async with web.visitor(await signed_in(web, boss)) as eva:
        refused = await eva.post("/staff", json=body)
        again = await eva.post("/staff", json=body | {"roles": {str(here): "host"}})

    assert told(refused) == (403, "role_above_yours")
    assert again.status_code == 201


async def test_the_last_owner_of_a_restaurant_stays(web: Web) -> None:
    here = web.restaurant.id
    ana, eva = await added(web, "ana@example.com", "owner"), await added(web, "eva@example.com", "owner")
    first = await web.client.delete(f"/staff/{eva['id']}")

    async with web.visitor(await signed_in(web, ana)) as owner:
        refused = [
            await owner.delete(f"/staff/{ana['id']}/roles/{here}"),
            await owner.put(f"/staff/{ana['id']}/roles/{here}", json={"role": "manager"}),
            await owner.delete(f"/staff/{ana['id']}"),
        ]

    assert first.status_code == 204
    assert [told(each) for each in refused] == [(409, "last_owner")] * 3


async def test_two_owners_who_shut_each_other_out_at_once_leave_one(web: Web) -> None:
    for number in range(2):
        house = await web.world.restaurant(web.tenant, f"Casa {number}")
        roles = {str(house.id): "owner"}
        ana, eva = [await added(web, f"{name}{number}@example.com", roles=roles) for name in ("ana", "eva")]

        answers = await asyncio.gather(
            web.client.delete(f"/staff/{ana['id']}/roles/{house.id}"),
            web.client.delete(f"/staff/{eva['id']}"),
        )

        assert sorted(each.status_code for each in answers) in ([200, 409], [204, 409])


async def test_an_owner_opens_another_restaurant_and_owns_it_at_once(web: Web) -> None:
    ana = await added(web, "ana@example.com", "owner")
    eva = await added(web, "eva@example.com", "manager")
    body = {"name": "La Segunda", "timezone": "America/Bogota", "slug": f"segunda-{web.tenant.id.hex[-12:]}"}

    async with web.visitor(await signed_in(web, eva)) as manager:
        refused = await manager.post("/restaurants", json=body)
    async with web.visitor(await signed_in(web, ana)) as owner:
        opened = await owner.post("/restaurants", json=body)
        path = f"/restaurants/{opened.json()['id']}"
        named = await owner.patch(path, json={"name": "La Tercera"})

    assert told(refused) == (403, "forbidden")
    assert (opened.status_code, named.status_code, named.json()["name"]) == (201, 200, "La Tercera")
