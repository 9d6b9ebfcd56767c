"""The platform opens a customer once under a key, however many ask at once and wherever the first was cut off."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import httpx
import pytest

from saveit.kernel import faults
from saveit.kernel.db import Transaction
from saveit.venues import Tenant, store
from tests.support.house import World, open_world
from tests.support.skin import skin_over
from tests.web.conftest import ADMIN_KEY, client_of, parts_of

CROWD = 12
BODIES = [
    ("/tenants", {"name": "Grupo Once"}),
    ("/restaurants", {"name": "Once", "timezone": "America/Bogota"}),
]
KINDS = pytest.mark.parametrize(("path", "body"), BODIES, ids=["customer", "restaurant"])


def platform(world: World) -> httpx.AsyncClient:
    return client_of(skin_over(parts_of(world)), ADMIN_KEY)


async def opened(world: World, name: str) -> int:
    """Count the customers of a name, past all of our code."""
    watcher = await asyncpg.connect(world.dsn, server_settings={"role": "saveit_gate"})
    try:
        return await watcher.fetchval("SELECT count(*) FROM tenants WHERE name = $1", name)
    finally:
        await watcher.close()


async def crowd(world: World, path: str, body: dict[str, str]) -> list[httpx.Response]:
    """Ask two processes for the same under one key, all at once."""
    key = {"Idempotency-Key": uuid4().hex}
    async with open_world(world.dsn, node="n2") as other, platform(world) as here, platform(other) as there:
        return await asyncio.gather(
            *((here, there)[number % 2].post(path, json=body, headers=key) for number in range(CROWD))
        )


@pytest.mark.race
@KINDS
async def test_the_same_key_at_once_opens_one_customer(world: World, path: str, body: dict[str, str]) -> None:
    body = body | {"name": uuid4().hex}

    answers = await crowd(world, path, body)

    assert Counter(answer.status_code for answer in answers) == {201: CROWD}
    assert len({answer.text for answer in answers}) == 1
    assert await opened(world, body["name"]) == 1


@pytest.mark.race
@KINDS
async def test_without_the_key_in_the_customers_row_several_are_opened(
    world: World, path: str, body: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the constraint has nothing to hold on to, and each request opens its own."""
    insert, body = store.insert_tenant, body | {"name": uuid4().hex}

    async def without_key(tx: Transaction, tenant: Tenant, _opened_under: object) -> Tenant:
        return await insert(tx, tenant, None)

    monkeypatch.setattr(store, "insert_tenant", without_key)

    await crowd(world, path, body)

    assert await opened(world, body["name"]) > 1


@KINDS
async def test_who_was_cut_off_goes_on_with_the_customer_that_is_there(
    world: World, path: str, body: dict[str, str]
) -> None:
    key, body = {"Idempotency-Key": uuid4().hex}, body | {"name": uuid4().hex}
    async with platform(world) as client:
        with faults.armed("venues.open_tenant.after_name", "raise"):
            cut_off = await client.post(path, json=body, headers=key)
        again = await client.post(path, json=body, headers=key)
        once_more = await client.post(path, json=body, headers=key)

    assert [answer.status_code for answer in (cut_off, again, once_more)] == [503, 201, 201]
    assert again.json() == once_more.json()
    assert await opened(world, body["name"]) == 1


async def test_a_key_opens_one_thing(world: World) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with platform(world) as client:
        for path, body in BODIES:
            first = await client.post(path, json=body, headers=key)
            other = await client.post(path, json=body | {"name": "Doce"}, headers=key)
            assert (first.status_code, other.status_code) == (
                (201, 422) if path == "/tenants" else (422, 422)
            )
            assert other.json()["code"] == "idempotency_key_reused"


async def test_a_key_that_was_cut_off_is_not_taken_for_another_customers(world: World) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with platform(world) as client:
        with faults.armed("venues.open_tenant.after_name", "raise"):
            await client.post("/tenants", json={"name": "Once"}, headers=key)
        other = await client.post("/tenants", json={"name": "Doce"}, headers=key)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_without_a_key_each_request_opens_a_customer(world: World) -> None:
    async with platform(world) as client:
        ids = {(await client.post("/tenants", json={"name": "Once"})).json()["id"] for _ in range(2)}

    assert len(ids) == 2
