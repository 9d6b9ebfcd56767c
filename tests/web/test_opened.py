"""The booking page comes with what it would ask for first, and is the bare page where there is nothing to give."""

import json
import re
from typing import Any

import pytest

from saveit.kernel.db import DatabaseUnreachable
from tests.web.conftest import Web
from tests.web.test_requests import ORIGIN

_GIVEN = re.compile(r'<script type="application/json" id="given">(.*?)</script>', re.DOTALL)


async def opened(web: Web, slug: str, **query: str) -> tuple[str, dict[str, Any] | None]:
    """Return a page and what it was given, as a browser of an English guest gets it."""
    async with web.visitor() as guest:
        answer = await guest.get(f"{ORIGIN}/r/{slug}", params=query, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    found = _GIVEN.search(answer.text)
    return answer.text, None if found is None else json.loads(found[1])


async def test_the_page_comes_with_the_house_and_the_days_that_the_api_would_tell(web: Web) -> None:
    slug = web.restaurant.slug
    _, given = await opened(web, slug)
    async with web.visitor() as guest:
        house = (await guest.get(f"/public/restaurants/{slug}")).json()
        asked = {"date": house["first_on"], "party_size": 2, "days": 14}
        days = (
            await guest.get(
                f"/public/restaurants/{slug}/availability", params=asked, headers={"Accept-Language": "en"}
            )
        ).json()["days"]

    assert given == {"house": house, "language": "en", "party_size": 2, "days": days}
    assert sum(day["available"] for day in days) > 0


async def test_the_page_is_given_what_its_address_asks_for(web: Web) -> None:
    _, given = await opened(web, web.restaurant.slug, party="4", lang="es")
    _, far = await opened(web, web.restaurant.slug, date="2026-04-20", party="many")

    assert given is not None
    assert (given["party_size"], given["language"], len(given["days"])) == (4, "es", 14)
    # A day beyond those in view is asked for by the page itself.
    assert far is not None
    assert (far["party_size"], far["days"]) == (2, [])


async def test_the_name_of_a_house_ends_no_script(web: Web) -> None:
    slug = web.restaurant.slug
    renamed = await web.client.patch(
        f"/restaurants/{web.restaurant.id}",
        json={"name": "</script><script>alert(1)</script>", "revision": 1},
    )
    page, given = await opened(web, slug)

    assert renamed.status_code == 200, renamed.text
    assert "<script>alert" not in page
    assert given is not None
    assert given["house"]["name"] == "</script><script>alert(1)</script>"


async def test_a_house_that_is_not_there_has_the_bare_page(web: Web) -> None:
    page, given = await opened(web, "nowhere-at-all")

    assert (given, 'id="app"' in page) == (None, True)


async def test_without_its_database_the_page_comes_all_the_same(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise DatabaseUnreachable("ConnectionRefusedError")

    monkeypatch.setattr("saveit.web.hot.opened.enter", gone)
    page, given = await opened(web, web.restaurant.slug)

    assert (given, 'id="app"' in page) == (None, True)
