"""A restaurant that one booking fills, so that a test knows which of its times are full."""

import re
from datetime import date, timedelta
from typing import Any, Self
from uuid import uuid4

import httpx
from playwright.sync_api import Locator, Page

from tests.commands.conftest import Running

EIGHT = "20:00"


class SmallHouse:
    """A restaurant of one table, asked as a guest's browser asks."""

    def __init__(self, demo: Running) -> None:
        key = {"Authorization": f"Bearer {demo.demo['admin_key']}"}
        self._http = httpx.Client(base_url=f"{demo.url}/api/v1", timeout=20)
        draft = {"name": "La Mesa Única", "timezone": "America/Bogota", "language": "es"}
        made = self._http.post("/restaurants", json=draft, headers=key).raise_for_status().json()
        self.slug: str = made["slug"]
        self._config = f"/restaurants/{made['id']}/config"
        self._key = key
        table = {"number": "1", "covers_min": 1, "covers_max": 4}
        self._http.post(f"/restaurants/{made['id']}/tables", json=table, headers=key).raise_for_status()
        self._first_on = date.fromisoformat(self._http.get(self._at()).raise_for_status().json()["first_on"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def day(self, ahead: int) -> str:
        return (self._first_on + timedelta(days=ahead)).isoformat()

    def book(self, ahead: int) -> str:
        """Take the table at eight; returns the link."""
        body: dict[str, Any] = {
            "date": self.day(ahead),
            "time": EIGHT,
            "party_size": 2,
            "guest": {"name": "Otra Ana", "email": f"{uuid4().hex[:8]}@example.com"},
        }
        answer = self._http.post(self._at("/reservations"), json=body).raise_for_status().json()
        return answer["manage_url"].partition("#")[2]

    def charge(self, minor: int) -> None:
        """Let whoever cancels pay, however early."""
        config = self._http.get(self._config, headers=self._key).raise_for_status().json()
        terms = {"free_cancellation_hours": 8760, "no_show_penalty": True, "penalty_amount_minor": minor}
        rules = config["rules"] | {"cancellation_policy": config["rules"]["cancellation_policy"] | terms}
        body = {"rules": rules, "version": config["version"]}
        self._http.put(self._config, json=body, headers=self._key).raise_for_status()

    def cancel(self, link: str) -> None:
        self._http.delete("/public/reservation", params={"link": link}).raise_for_status()

    def _at(self, rest: str = "") -> str:
        return f"/public/restaurants/{self.slug}{rest}"


def slot_at_eight(page: Page) -> Locator:
    return page.locator("button.slot", has_text=re.compile(r"20:00|8:00 pm"))
