"""A restaurant that is opened, and visited, over HTTP alone; its servers are other processes.

`tavern = await Tavern.open(ports, tables=(2, 2, 4))` is a restaurant of a customer of its own, so that tests share servers and database and
never meet. What it returns are requests: a test sends them at once, each to another server than the one before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from saveit.kernel.clock import SystemClock
from saveit.venues import WEEKDAYS
from tests.support.fleet import ADMIN_KEY
from tests.support.http_client import Request, at_once, done

ZONE = ZoneInfo("America/Bogota")
"""It keeps no summer time: a day has 24 hours whenever the tests run."""
API = "/api/v1"
_numbers = count(1)


def rules(**sections: object) -> dict[str, object]:
    """Return rules in which little is in the way: open round the clock, slots of a quarter, 90 minutes and 15 to clear the table."""
    round_the_clock = [{"name": "all day", "opens": "00:00", "closes": "24:00", "last_seating": "23:45"}]
    plain: dict[str, object] = {
        "business_hours": dict.fromkeys(WEEKDAYS, round_the_clock),
        "reservation_window": {"min_hours_advance": 0, "max_days_advance": 365},
        "time_slots": {"slot_duration": 15, "turnover_time": 15},
        # The next start is up to sixteen minutes away, by the real clock.
        "check_in": {"tolerance_minutes": 30},
    }
    return plain | sections


def guest(number: int) -> dict[str, str]:
    """Return a guest with a phone of their own."""
    return {"name": f"Guest {number}", "phone": f"+57300{number:07d}"}


@dataclass(frozen=True)
class Tavern:
    """One restaurant and the servers that know it. Request number n goes to server n, in turn."""

    ports: tuple[int, ...]
    id: str
    tenant_id: str
    token: str
    tables: tuple[str, ...]
    day: date

    @classmethod
    async def open(
        cls,
        ports: Sequence[int],
        *,
        tables: Sequence[int | tuple[int, int]] = (2,),
        combinations: Sequence[tuple[tuple[int, ...], int, int]] = (),
        written: Mapping[str, object] | None = None,
    ) -> "Tavern":
        """Open a restaurant. A table is its covers, from one up, or (fewest, most); a combination (indices, fewest, most)."""
        port = ports[0]
        # A name alone is given a number when others have it, and there are more taverns than numbers.
        slug = f"taberna-{next(_numbers)}"
        plain = {"name": "La Taberna", "slug": slug, "timezone": ZONE.key, "language": "en"}
        made = await done(Request(port, "POST", f"{API}/restaurants", plain, ADMIN_KEY))
        place, tenant_id = f"{API}/restaurants/{made['id']}", made["tenant_id"]

        def ordered(method: str, path: str, body: Mapping[str, Any]) -> Request:
            return Request(port, method, path, body, ADMIN_KEY, tenant=tenant_id)

        drafts = [_table(number, covers) for number, covers in enumerate(tables, 1)]
        table_ids = [(await done(ordered("POST", f"{place}/tables", draft)))["id"] for draft in drafts]
        for indices, fewest, most in combinations:
            joined = [table_ids[index] for index in indices]
            body = {"table_ids": joined, "covers_min": fewest, "covers_max": most}
            await done(ordered("POST", f"{place}/combinations", body))
        first = {"version": 1, "rules": rules() if written is None else written}
        await done(ordered("PUT", f"{place}/config", first))
        scopes = {"name": "tests", "scopes": ["*"], "quota_per_minute": 60_000}
        token = (await done(ordered("POST", f"{API}/api-keys", scopes)))["token"]
        day = SystemClock().now().astimezone(ZONE).date() + timedelta(days=7)
        tavern = cls(tuple(ports), made["id"], tenant_id, token, tuple(table_ids), day)
        await tavern.looked_at()
        return tavern

    async def looked_at(self) -> None:
        """Let every server look at the day, so that none learns of another's first act by looking late."""
        path = f"{API}/availability/{self.id}?date={self.day}&party_size=1"
        await at_once(Request(port, "GET", path, None, self.token) for port in self.ports)

    def on(self, day: date) -> "Tavern":
        """Return the restaurant with another day to book."""
        return replace(self, day=day)

    def request(
        self,
        number: int,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
    ) -> Request:
        """Return request number n to the restaurant's API."""
        return Request(self.ports[number % len(self.ports)], method, f"{API}{path}", body, self.token, key)

    def post(self, number: int, path: str, *, key: str | None = None, **body: object) -> Request:
        """Return a request to make something in this restaurant."""
        return self.request(number, "POST", path, {"restaurant_id": self.id, **body}, key=key)

    def booking(self, number: int, *, size: int = 2, key: str | None = None, **wishes: object) -> Request:
        """Return the request of guest `number` for a table at noon, unless the wishes say otherwise."""
        return self.post(
            number, "/reservations", key=key, **self._wished(size, {"guest": guest(number)} | wishes)
        )

    def soon(self, number: int) -> Request:
        """Return the request of guest `number` for a table that is to be taken today, within sixteen minutes."""
        day, time = next_start()
        return self.on(day).booking(number, time=time)

    def hold(self, number: int, *, size: int = 2, key: str | None = None, **wishes: object) -> Request:
        """Return a request to keep a table at noon, unless the wishes say otherwise."""
        return self.post(number, "/holds", key=key, **self._wished(size, wishes))

    def wait(self, number: int, who: int, *, size: int = 2) -> Request:
        """Return a request of guest `who` to wait for a table at noon."""
        return self.post(number, "/waitlist", **self._wished(size, {"guest": guest(who)}))

    def act(self, number: int, reservation_id: str, verb: str, *, key: str | None = None) -> Request:
        """Return a request that does `verb` (confirm, check-in, complete, no-show) with a reservation."""
        return self.request(number, "POST", f"/reservations/{reservation_id}/{verb}", key=key)

    def change(
        self, number: int, reservation_id: str, *, key: str | None = None, **wishes: object
    ) -> Request:
        """Return a request to change a reservation."""
        return self.request(number, "PUT", f"/reservations/{reservation_id}", wishes, key=key)

    def cancel(self, number: int, reservation_id: str, *, key: str | None = None) -> Request:
        """Return a request to cancel a reservation."""
        return self.request(number, "DELETE", f"/reservations/{reservation_id}", key=key)

    def instant(self, clock: str) -> datetime:
        """Return a time of the day, on the restaurant's clock, as an instant."""
        return datetime.combine(self.day, time.fromisoformat(clock), ZONE)

    def _wished(self, size: int, wishes: Mapping[str, Any]) -> dict[str, Any]:
        return {"date": str(self.day), "time": "12:00", "party_size": size, **wishes}


def next_start() -> tuple[date, str]:
    """Return the date and the time of the next quarter that can be booked, which begins within sixteen minutes."""
    now = SystemClock().now().astimezone(ZONE) + timedelta(minutes=1)
    start = datetime.fromtimestamp(-(-now.timestamp() // 900) * 900, ZONE)
    return start.date(), start.strftime("%H:%M")


def _table(number: int, covers: int | tuple[int, int]) -> dict[str, object]:
    fewest, most = (1, covers) if isinstance(covers, int) else covers
    return {"number": str(number), "covers_min": fewest, "covers_max": most}
