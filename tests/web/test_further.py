"""Whoever describes the house wrongly is told all of it at once: what cannot be read, and what the rules say of the rest."""

from typing import Any

import pytest

from tests.web.conftest import Web

RIGHT: dict[str, dict[str, Any]] = {
    "/restaurants": {"name": "La Esquina", "timezone": "America/Bogota"},
    "/restaurants/{id}/areas": {"name": "Sala"},
    "/restaurants/{id}/tables": {"number": "9", "covers_min": 1, "covers_max": 4},
    "/restaurants/{id}/config": {"rules": {}, "version": 1},
    "/staff": {"name": "Ana", "email": "ana@example.com", "password": "una frase larga de paso"},
    "/waitlist": {
        "date": "2026-03-03",
        "time": "20:00",
        "party_size": 2,
        "guest": {"name": "Eva", "phone": "+573004445566"},
    },
}


@pytest.mark.parametrize(
    ("path", "wrong", "errors"),
    [
        (
            "/restaurants",
            {"name": 7, "timezone": "Mars/Olympus", "colour": "red", "language": "fr"},
            {
                ("name", "wrong_type"),
                ("colour", "unknown_field"),
                ("timezone", "timezone_unknown"),
                ("language", "unknown_choice"),
            },
        ),
        (
            "/restaurants/{id}/areas",
            {"name": "", "position": "first"},
            {("position", "wrong_type"), ("name", "wrong_length")},
        ),
        (
            "/restaurants/{id}/tables",
            {"number": 9, "covers_min": 6, "covers_max": "four", "shape": "heart"},
            {("number", "wrong_type"), ("covers_max", "wrong_type"), ("shape", "unknown_choice")},
        ),
        (
            "/restaurants/{id}/combinations",
            {"table_ids": ["0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"], "covers_min": 2, "covers_max": None},
            {("covers_max", "wrong_type"), ("table_ids", "wrong_length")},
        ),
        (
            "/staff",
            {"name": None, "email": "ana", "password": "short"},
            {("name", "wrong_type"), ("email", "email_invalid"), ("password", "password_too_short")},
        ),
    ],
)
async def test_everything_that_is_wrong_is_told_in_one_round(
    web: Web, path: str, wrong: dict[str, Any], errors: set[tuple[str, str]]
) -> None:
    answer = await web.client.post(path.format(id=web.restaurant.id), json=RIGHT.get(path, {}) | wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")
    assert {(each["path"], each["code"]) for each in answer.json()["errors"]} == errors
    assert all(each["message"] for each in answer.json()["errors"])


async def test_rules_without_the_version_that_was_read_are_looked_at_all_the_same(web: Web) -> None:
    body = {"rules": {"reservation_window": {"max_days_advance": -1}}}

    answer = await web.client.put(f"/restaurants/{web.restaurant.id}/config", json=body)

    assert answer.json()["code"] == "request_invalid"
    paths = [each["path"] for each in answer.json()["errors"]]
    assert paths[0] == "version"
    assert any("max_days_advance" in path for path in paths[1:])


async def test_who_waits_is_told_of_the_party_and_of_the_phone(web: Web) -> None:
    wrong = {"party_size": "two", "guest": {"name": "Eva", "phone": "12"}}
    body = RIGHT["/waitlist"] | {"restaurant_id": str(web.restaurant.id)} | wrong

    answer = await web.client.post("/waitlist", json=body)

    assert {each["path"] for each in answer.json()["errors"]} == {"party_size", "guest.phone"}


@pytest.mark.parametrize("path", ["/restaurants/{id}/areas", "/restaurants/{id}/tables"])
async def test_a_body_of_which_only_the_shape_is_wrong_names_nothing_else(web: Web, path: str) -> None:
    answer = await web.client.post(path.format(id=web.restaurant.id), json=RIGHT[path] | {"colour": "red"})

    assert [each["path"] for each in answer.json()["errors"]] == ["colour"]
