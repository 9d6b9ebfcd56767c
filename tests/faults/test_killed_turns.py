"""A server is killed between a guest's message and its answer; another goes on, on the same database, with the same providers.

Nothing is lost, nobody is booked twice, and no message is sent twice where its provider can tell whether it has it.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.audit import IN_ORDER, Auditor
from tests.support.fleet import Server, server_over
from tests.support.http_client import Request, ask, done, eventually
from tests.support.outside import Providers, providers
from tests.support.taverns import Tavern
from tests.support.town import auditor_of

pytestmark = pytest.mark.fault

GUEST = "+573001234567"
_numbers = count(1)
_restaurants = count(1)
_MANNERS = """
INSERT INTO restaurant_manners (tenant_id, restaurant_id, manners, changed_by, changed_at)
VALUES ($1, $2, '{"ask_before_booking": false}', 'test', now())
"""
_MESSAGES = "SELECT array_agg(status ORDER BY seq) FROM messages WHERE tenant_id = $1 AND direction = 'out'"


class Scene:
    """A restaurant whose servers come and go, and the providers of its lines, which stay."""

    def __init__(self, dsn: str, directory: Path, outside: Providers, auditor: Auditor) -> None:
        self.outside = outside
        self.auditor = auditor
        self._dsn = dsn
        self._directory = directory
        self._stack = ExitStack()
        self.tavern: Tavern

    async def start(self, point: str = "") -> Server:
        """Start a server that is killed when it comes to a point, and let providers deliver to it."""
        settings = {
            "SAVEIT_SANDBOX": "on",
            "SAVEIT_FAULTS": f"{point}=kill" if point else "",
            "PROVIDERS_PORT": str(self.outside.port),
        }
        directory = self._directory / f"server-{next(_numbers)}"
        starting = server_over(self._dsn, directory, settings=settings, program="tests.support.outside")
        server = self._stack.enter_context(starting)
        await asyncio.to_thread(server.await_ready)
        self.outside.deliver_to = server.port
        return server

    async def open(self, server: Server, channel: str) -> None:
        """Open the restaurant, which books without asking first, and its line."""
        self.tavern = await Tavern.open([server.port], tables=(2,))
        await self.auditor.run(_MANNERS, self.tavern.tenant_id, self.tavern.id)
        line = next(each for each in self.outside.lines if each.channel == channel)
        needed = {name: line.credentials.value(name) for name in _CREDENTIALS[channel]}
        body = {"channel": channel, "account": line.key.account, "address": line.key.address}
        body |= {"credentials": needed, "restaurant_id": self.tavern.id}
        await done(self.tavern.request(0, "POST", "/lines", body))

    async def later(self, server: Server, **by: float) -> None:
        """Let time pass, for a server and for the providers."""
        self.outside.clock.ahead += timedelta(**by)
        moved = {"now": self.outside.clock.now().isoformat()}
        assert (await ask(Request(server.port, "POST", "/sandbox/api/clock", moved))).done

    async def messages(self) -> list[str]:
        """Return the status of each message that goes out."""
        found = await self.auditor.value(_MESSAGES, self.tavern.tenant_id)
        return list(found or ())

    def close(self) -> None:
        """Stop what still runs."""
        self._stack.close()


_CREDENTIALS = {
    "whatsapp_meta": ("app_secret", "verify_token", "access_token"),
    "whatsapp_twilio": ("auth_token", "status_callback"),
}


@pytest.fixture
async def scene(database: str, postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Scene]:
    async with (
        providers(next(_restaurants)) as outside,
        auditor_of(postgres.dsn(database, superuser=True)) as auditor,
    ):
        made = Scene(postgres.dsn(database), tmp_path, outside, auditor)
        yield made
        await asyncio.to_thread(made.close)


async def killed_at(scene: Scene, point: str, channel: str) -> Server:
    """Let a guest's message kill a server at a point, and return the one that is started after it."""
    doomed = await scene.start(point)
    await scene.open(doomed, channel)
    day = scene.tavern.day
    await scene.outside.say(channel, GUEST, f"mesa para 2 el {day.day}/{day.month} a las 12:00")
    assert await asyncio.to_thread(doomed.await_death) == signal.SIGKILL
    survivor = await scene.start()
    # What the dead one had claimed is taken again once its lease is over.
    await scene.later(survivor, minutes=2)
    return survivor


def confirmations(scene: Scene, channel: str) -> list[str]:
    """Return each time that the guest was answered that it is booked; the notice of the booking comes besides."""
    return [
        text for text in scene.outside.seen(channel, GUEST) if "tu reserva está confirmada" in text.lower()
    ]


async def in_order(scene: Scene, channel: str) -> None:
    """See that there is one booking and one confirmation, and that nothing was shown twice."""
    seen = scene.outside.seen(channel, GUEST)
    assert len(confirmations(scene, channel)) == 1, seen
    assert len(seen) == len(set(seen))
    assert await scene.auditor.statuses(scene.tavern.id) == {"confirmed": 1}
    assert await scene.auditor.look(scene.tavern.id) == IN_ORDER
    people = "SELECT count(*) FROM conversations WHERE tenant_id = $1"
    assert await scene.auditor.value(people, scene.tavern.tenant_id) == 1


@pytest.mark.parametrize(
    "point",
    [
        "gateway.receive.after_insert",
        "dialogue.turn.before_commit",
        "notify.deliver.before_call",
        "notify.deliver.after_call",
    ],
)
async def test_killed_anywhere_between_message_and_answer_the_guest_has_one_table_and_one_answer(
    scene: Scene, point: str
) -> None:
    channel = "whatsapp_twilio"
    survivor = await killed_at(scene, point, channel)

    async def answered() -> bool:
        # The provider is asked about what may have been sent, half a minute after it is known to be lost.
        await scene.later(survivor, seconds=40)
        told = await scene.messages()
        return bool(confirmations(scene, channel)) and not {"planned", "sending", "unknown"} & set(told)

    await eventually(answered, "every message settled")

    await in_order(scene, channel)


async def test_where_the_provider_cannot_be_asked_its_status_settles_what_was_sent(scene: Scene) -> None:
    survivor = await killed_at(scene, "notify.deliver.after_call", "whatsapp_meta")

    async def settled() -> bool:
        await scene.later(survivor, seconds=5)
        told = set(await scene.messages())
        return bool(told) and told <= {"read", "delivered"}

    await eventually(settled, "a status for every message")

    await in_order(scene, "whatsapp_meta")


async def test_what_nobody_knows_of_is_never_sent_by_itself_and_a_person_sends_it_once(scene: Scene) -> None:
    channel = "whatsapp_meta"
    survivor = await killed_at(scene, "notify.deliver.before_call", channel)
    tavern = scene.tavern

    def asked(method: str, path: str, body: dict[str, object] | None = None) -> Request:
        return tavern.request(0, method, path, body).at(survivor.port)

    async def buried() -> bool:
        await scene.later(survivor, minutes=10)
        return bool((await done(asked("GET", "/messages/dead")))["dead_letters"])

    await eventually(buried, "a message that waits for a person")
    (letter,) = (await done(asked("GET", "/messages/dead")))["dead_letters"]
    assert letter["reason"] == "outcome_unknown"
    assert confirmations(scene, channel) == []
    path = f"/messages/dead/{letter['message_id']}/replay"
    assert (await ask(asked("POST", path, {}))).said == "outcome_unknown"
    assert (await ask(asked("POST", path, {"even_if_it_arrived": True}))).status == 202

    async def told() -> bool:
        return len(confirmations(scene, channel)) == 1

    await eventually(told, "the answer")
    await in_order(scene, channel)
