"""Two people change the same thing of the house: the second sees it, and nothing of the first is lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.web.conftest import Web
from tests.web.test_bookings import told


async def things(web: Web) -> dict[str, tuple[str, int]]:
    """Return the address and the revision of one thing of each kind."""
    house = f"/restaurants/{web.restaurant.id}"
    tables = await web.world.table_ids(web.restaurant)
    area = (await web.client.post(f"{house}/areas", json={"name": "Terraza"})).json()
    joined = {"table_ids": [str(tables["1"]), str(tables["2"])], "covers_min": 3, "covers_max": 6}
    combination = (await web.client.post(f"{house}/combinations", json=joined)).json()
    (table,) = [
        each
        for each in (await web.client.get(f"{house}/tables")).json()["tables"]
        if each["id"] == str(tables["2"])
    ]
    restaurant = (await web.client.get(f"{house}/config")).json()["restaurant"]
    return {
        "restaurant": (house, restaurant["revision"]),
        "area": (f"{house}/areas/{area['id']}", area["revision"]),
        "table": (f"{house}/tables/{table['id']}", table["revision"]),
        "combination": (f"{house}/combinations/{combination['id']}", combination["revision"]),
    }


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("restaurant", {"phone": "+57 601 1"}, {"address": "Carrera 7"}),
        ("area", {"name": "Patio"}, {"position": 4}),
        ("table", {"number": "2b"}, {"covers_max": 5}),
        ("combination", {"covers_max": 7}, {"covers_min": 2}),
    ],
)
async def test_the_second_of_two_editors_is_told_and_nothing_of_the_first_is_lost(
    web: Web, kind: str, first: Mapping[str, Any], second: Mapping[str, Any]
) -> None:
    path, revision = (await things(web))[kind]

    done = await web.client.patch(path, json={**first, "revision": revision})
    refused = await web.client.patch(path, json={**second, "revision": revision})
    unsaid = await web.client.patch(path, json=second)

    assert (done.status_code, done.json()["revision"]) == (200, revision + 1)
    assert told(refused) == (409, "revision_conflict")
    assert refused.json()["current"] == revision + 1
    # Whoever does not say what was read still loses nothing: what is left out of a change stays.
    assert (unsaid.status_code, unsaid.json()["revision"]) == (200, revision + 2)
    assert unsaid.json().items() >= {**first, **second}.items()


@pytest.mark.parametrize(
    ("kind", "change"),
    [("area", {"name": "Patio"}), ("table", {"number": "3b"}), ("combination", {"covers_max": 7})],
)
async def test_what_somebody_else_has_just_changed_is_not_removed_unseen(
    web: Web, kind: str, change: Mapping[str, Any]
) -> None:
    path, revision = (await things(web))[kind]
    if kind == "table":
        # The others are joined, which would keep them.
        path = f"{path.rsplit('/', 1)[0]}/{(await web.world.table_ids(web.restaurant))['3']}"

    await web.client.patch(path, json=change)
    refused = await web.client.delete(path, params={"revision": revision})
    removed = await web.client.delete(path, params={"revision": revision + 1})

    assert told(refused) == (409, "revision_conflict")
    assert refused.json()["current"] == revision + 1
    assert removed.status_code in {200, 204}


async def test_a_change_that_changes_nothing_leaves_the_revision_alone(web: Web) -> None:
    path, revision = (await things(web))["area"]

    same = await web.client.patch(path, json={"name": "Terraza", "revision": revision})

    assert (same.status_code, same.json()["revision"]) == (200, revision)


async def test_an_edit_whose_answer_was_lost_is_answered_alike_under_its_key(web: Web) -> None:
    """Without the key the same editor would be told that somebody else was quicker."""
    path, revision = (await things(web))["table"]
    edit = {"covers_max": 5, "revision": revision}
    headers = {"Idempotency-Key": "edit-1"}

    first = await web.client.patch(path, json=edit, headers=headers)
    again = await web.client.patch(path, json=edit, headers=headers)
    bare = await web.client.patch(path, json=edit)

    assert (first.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert told(bare) == (409, "revision_conflict")


async def test_rules_put_in_force_twice_under_one_key_are_one_version(web: Web) -> None:
    path = f"/restaurants/{web.restaurant.id}/config"
    read = (await web.client.get(path)).json()
    edit = {"rules": read["rules"] | {"party": {"size_max": 9}}, "version": read["version"]}
    headers = {"Idempotency-Key": "rules-1"}

    first = await web.client.put(path, json=edit, headers=headers)
    again = await web.client.put(path, json=edit, headers=headers)
    stale = await web.client.put(path, json=edit)

    assert (first.status_code, first.json()["version"]) == (200, read["version"] + 1)
    assert again.json() == first.json()
    assert told(stale) == (409, "revision_conflict")
