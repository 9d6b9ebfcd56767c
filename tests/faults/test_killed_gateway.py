"""A server is killed while it takes in what a provider delivers; the provider delivers again, and it is kept once.

And two servers agree on who is answered, though each has looked the line up for the day.
"""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.fleet import Fleet, Server, fleet_over, server_over
from tests.support.http_client import Lost, Request, ask, done, eventually, until_answered
from tests.support.providers import TELEGRAM_CREDENTIALS, telegram_headers, telegram_update
from tests.support.taverns import Tavern
from tests.support.town import Town, auditor_of

pytestmark = pytest.mark.fault

Arming = Callable[[str], AbstractContextManager[Server]]
_KEPT = "SELECT count(*) FROM inbox WHERE tenant_id = $1"


@pytest.fixture
def armed(postgres: EmbeddedPostgres, database: str, tmp_path: Path) -> Arming:
    """Return what starts a server that is killed when it comes to a point."""

    @contextmanager
    def start(point: str) -> Generator[Server]:
        settings = {"SAVEIT_SANDBOX": "on", "SAVEIT_FAULTS": f"{point}=kill"}
        with server_over(postgres.dsn(database), tmp_path / point, settings=settings) as server:
            server.await_ready()
            yield server

    return start


async def bot(tavern: Tavern) -> tuple[str, str]:
    """Add a line, and return its name and id."""
    name = f"bot{tavern.id.replace('-', '')}"
    body = {"channel": "telegram", "account": name, "opaque": name, "credentials": TELEGRAM_CREDENTIALS}
    return name, (await done(tavern.request(0, "POST", "/lines", body)))["line"]["id"]


def update(port: int, name: str, number: int) -> Request:
    """Return a delivery."""
    body = msgspec.json.decode(telegram_update(number))
    headers = {key: value for key, value in telegram_headers().items() if key != "content-type"}
    return Request(port, "POST", f"/webhooks/telegram/{name}", body, headers=headers)


@pytest.mark.parametrize("point", ["gateway.receive.before_insert", "gateway.receive.after_insert"])
async def test_what_was_not_acknowledged_when_the_server_died_is_kept_once_when_it_comes_again(
    town: Town, armed: Arming, point: str
) -> None:
    tavern = await town.tavern()
    name, _ = await bot(tavern)

    with armed(point) as doomed:
        request = update(doomed.port, name, 1)
        with pytest.raises(Lost):
            await ask(request)
        assert await asyncio.to_thread(doomed.await_death) == signal.SIGKILL
    left = await town.auditor.value(_KEPT, tavern.tenant_id)
    again = await until_answered(request, tavern.ports)
    twice = await ask(request.at(tavern.ports[0]))

    assert left == (1 if point.endswith("after_insert") else 0)
    assert (again.status, twice.status) == (200, 200)
    assert await town.auditor.value(_KEPT, tavern.tenant_id) == 1


async def test_a_line_that_is_switched_off_at_one_server_is_off_at_the_other_within_a_second(
    postgres: EmbeddedPostgres, database: str, tmp_path: Path
) -> None:
    with fleet_over(postgres.dsn(database), tmp_path, size=2) as fleet:
        async with auditor_of(postgres.dsn(database, superuser=True)) as auditor:
            tavern = await Town(fleet, auditor).tavern()
            name, line_id = await bot(tavern)
            for number, port in enumerate(fleet.ports):
                assert (await ask(update(port, name, number))).status == 200
            off = {"active": False}
            await done(tavern.request(0, "PATCH", f"/lines/{line_id}", off))
            here = update(fleet.ports[0], name, 100)
            assert (await ask(here)).status == 200
            at_once = await auditor.value(_KEPT, tavern.tenant_id)

            # The other server still knows the line as it was, for as long as the news takes.
            await eventually(lambda: ignores(fleet, name), "a server that has heard", within_s=2)
            before = await auditor.value(_KEPT, tavern.tenant_id)
            await ask(update(fleet.ports[1], name, 999))

            assert at_once == 2
            assert await auditor.value(_KEPT, tavern.tenant_id) == before


_asked = iter(range(200, 900))


async def ignores(fleet: Fleet, name: str) -> bool:
    """Tell whether the second server quarantines what comes by the line."""
    number = next(_asked)
    await ask(update(fleet.ports[1], name, number))
    metrics = await ask(Request(fleet.ports[1], "GET", "/metrics"))
    wanted = b'saveit_webhook_events_total{channel="telegram",outcome="line_inactive"}'
    return wanted in metrics.body
