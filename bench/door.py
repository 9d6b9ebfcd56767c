"""The door: guests show their passes, and the host's scanner asks whether they may come in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from zoneinfo import ZoneInfo

import msgspec

from bench.client import ask_once, paced, request
from bench.report import Measure, percentile, skipped
from bench.sizes import Sizes
from bench.town import ZONE, Place, desk_at, open_place
from saveit.kernel.ids import TenantId
from saveit.venues import WEEKDAYS

_CONNECTIONS = 64
_GOAL = skipped("ms", "", limit=20.0)
_API = "/api/v1"
_TABLES = 20
_HALF_AN_HOUR = timedelta(minutes=30)
# Two sittings, far enough apart for every table to be given twice and near enough to now for every pass to be true.
_SITTINGS = (timedelta(0), timedelta(hours=2))
_RULES: dict[str, object] = {
    "business_hours": {
        day: [{"name": "always", "opens": "00:00", "closes": "24:00", "last_seating": "23:30"}]
        for day in WEEKDAYS
    },
    "reservation_window": {"min_hours_advance": 0},
    "check_in": {"tolerance_minutes": 240},
}


class _Made(msgspec.Struct, frozen=True):
    """What is read of an answer to a booking."""

    id: str


class _Pass(msgspec.Struct, frozen=True):
    """What is read of an answer to a pass asked for."""

    token: str


async def open_door(dsn: str, tenant_id: TenantId) -> Place:
    """Open a restaurant that is never closed, so that there is somebody at its door now."""
    async with desk_at(dsn) as desk:
        return await open_place(desk, tenant_id, "Casa de siempre", tables=_TABLES, rules=_RULES)


async def measure_door(
    port: int, place: Place, sizes: Sizes, *, token: str, now: datetime, per_s: float
) -> dict[str, Measure]:
    """Book for tonight, make the passes, and validate them at a steady rate."""
    shown: list[bytes] = []
    for booking in islice(_bookings(place, token, now), sizes.passes):
        made = msgspec.json.decode((await ask_once(port, booking)).body, type=_Made)
        wish = msgspec.json.encode({"reservation_id": made.id})
        told = await ask_once(port, request("POST", f"{_API}/qr/generate", token=token, body=wish))
        body = {
            "restaurant_id": place.restaurant_id,
            "token": msgspec.json.decode(told.body, type=_Pass).token,
        }
        shown.append(request("POST", f"{_API}/qr/validate", token=token, body=msgspec.json.encode(body)))
    requests = list(islice(cycle(shown), max(1, int(per_s * sizes.paced_s))))
    load = await paced(port, requests, connections=_CONNECTIONS, per_s=per_s)
    if load.bad:
        why = f"it answered {load.bad} where every pass is true"
        return {"qr_validate_p95_ms": msgspec.structs.replace(_GOAL, skipped=why)}
    note = f"at {per_s:,.0f} passes/s, open loop"
    return {
        "qr_validate_p95_ms": msgspec.structs.replace(
            _GOAL, value=percentile(load.took_ms, 0.95), note=note, skipped=""
        )
    }


def _bookings(place: Place, token: str, now: datetime) -> Iterator[bytes]:
    """Yield a request for every table at each sitting."""
    local = now.astimezone(ZoneInfo(ZONE)).replace(second=0, microsecond=0)
    first_at = local - timedelta(minutes=local.minute % 30) + _HALF_AN_HOUR
    for later in _SITTINGS:
        starts_at = first_at + later
        for number in range(len(place.table_ids)):
            body = {
                "restaurant_id": place.restaurant_id,
                "date": f"{starts_at:%Y-%m-%d}",
                "time": f"{starts_at:%H:%M}",
                "party_size": 2,
                "guest": {"name": "Ana Gómez", "phone": f"+57310{number:05d}{later.seconds // 3600:02d}"},
            }
            yield request(
                "POST",
                f"{_API}/reservations",
                token=token,
                body=msgspec.json.encode(body),
                key=f"door-{later.seconds}-{number}",
            )
