"""What to try, in words and lines that work as printed."""

import json
import secrets
import shlex
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from saveit.demo.credentials import Demo, DemoKey, demo_file
from saveit.demo.guests import phone_number
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.ledger import House
from saveit.reservations import Desk, day_offers
from saveit.seating import Asking, Offer, local_date
from saveit.venues import tenant_of

_DAYS_LOOKED_AT = 7
_DINNER_TIME = "20:00"
_PARTY_SIZE = 2
_KEY_OCTETS = 4


class _Free(msgspec.Struct, frozen=True):
    """A start that can be booked."""

    house: House
    date: date
    time: str


async def what_to_try(desk: Desk, demo: Demo, *, data_dir: Path) -> str:
    """Return the greeting: where it runs, who may sign in, and a line that books a table which is free as this is written."""
    shown = demo.restaurants[0]
    free = await _free_table(desk, shown)
    lines = [
        f"SaveIt is running at {demo.url}",
        "",
        *(f"  {each.name:<20} {each.timezone:<18} {each.id}" for each in demo.restaurants),
        "",
        "Staff (each with a password of their own in demo.json):",
        *(f"  {each.email:<28} {each.role:<8} {each.password}" for each in demo.staff),
        "",
        f"  {demo.url}/sandbox   start here: the guests' phones, and what follows from them",
        f"  {demo.url}/staff     the restaurant's own pages",
        f"  {demo.url}/r/{shown.slug}   where guests book",
        f"  {demo.url}/docs      every route, with examples",
        f"  {demo_file(data_dir)}   all keys and passwords of the demo",
        "",
    ]
    if free is not None:
        lines += ["Book a table:", "", _curl(demo, shown, free), ""]
    return "\n".join(lines)


async def _free_table(desk: Desk, shown: DemoKey) -> _Free | None:
    """Look for a table for two from tomorrow on, at dinner time if it can be."""
    restaurant_id = RestaurantId(UUID(shown.id))
    async with desk.database.gate() as gate_tx:
        tenant_id: TenantId | None = await tenant_of(gate_tx, restaurant_id)
    if tenant_id is None:
        return None
    house = await desk.house(tenant_id, restaurant_id)
    today = local_date(desk.now(), house.zone)
    asking = Asking(party_size=_PARTY_SIZE, audience="guest")
    for away in range(1, _DAYS_LOOKED_AT + 1):
        on = today + timedelta(days=away)
        free = [each.time for each in await day_offers(desk, house, on, asking) if isinstance(each, Offer)]
        if free:
            return _Free(house, on, _DINNER_TIME if _DINNER_TIME in free else free[-1])
    return None


def _curl(demo: Demo, shown: DemoKey, free: _Free) -> str:
    # A new guest and a new key each time: the same guest is refused a second table at the same time, and the same key another wish.
    random = Random(secrets.randbits(64))  # noqa: S311 - a number that nobody answers.
    body = {
        "restaurant_id": shown.id,
        "date": free.date.isoformat(),
        "time": free.time,
        "party_size": _PARTY_SIZE,
        "guest": {"name": "Ana Torres", "phone": phone_number(random, free.house.restaurant.region)},
    }
    return " \\\n".join(
        (
            f"curl -sS -X POST {demo.url}/api/v1/reservations",
            f"  -H 'Authorization: Bearer {shown.api_key}'",
            "  -H 'Content-Type: application/json'",
            f"  -H 'Idempotency-Key: try-{secrets.token_hex(_KEY_OCTETS)}'",
            f"  -d {shlex.quote(json.dumps(body))}",
        )
    )
