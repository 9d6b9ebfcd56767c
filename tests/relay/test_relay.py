"""A restaurant's own system hears what happens: signed, at least once, under one id, and never inside our own network."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from saveit.channels.families.standard_webhooks import verify_standard
from saveit.consumers import relay
from saveit.consumers.relay import Endpoint
from saveit.kernel.http import AnswerLost, HttpAnswer, HttpClient, NotSent
from saveit.messages import Credentials, LineKey, Request, Verified
from saveit.outbox import Runner
from tests.support.core import HOST, Bistro, Opening

pytestmark = pytest.mark.slow


@dataclass
class Call:
    url: str
    headers: dict[str, str]
    body: bytes


class System(HttpClient):
    """The other side: it answers with the next of `answers`, or 204."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.answers: list[int | Exception] = []

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        **_limits: object,
    ) -> HttpAnswer:
        assert method == "POST"
        self.calls.append(Call(url, dict(headers), body))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return HttpAnswer(status=answer)


@dataclass
class Place:
    bistro: Bistro
    system: System
    runner: Runner
    relay: relay.Relay
    woken: list[int] = field(default_factory=list)

    async def endpoint(self, **wishes: Any) -> tuple[Endpoint, str]:
        desk = self.bistro.desk
        wanted: dict[str, Any] = {
            "url": "https://pos.example/hook",
            "kinds": (),
            "restaurant_id": None,
        } | wishes
        async with desk.database.tenant(self.bistro.tenant_id, HOST) as tx:
            sealer = await desk.keys.sealer(tx, self.bistro.tenant_id)
            return await relay.add_endpoint(tx, sealer, now=desk.now(), **wanted)

    async def go(self) -> None:
        await self.runner.drain()
        while await self.relay.step():
            pass

    async def states(self) -> list[tuple[str, str, int, str]]:
        return await self.bistro.rows(
            "SELECT kind, status, attempts::int, last_answer FROM webhook_deliveries ORDER BY created_at, kind"
        )


@pytest.fixture
async def place(opening: Opening) -> AsyncIterator[Place]:
    bistro = await opening.bistro()
    desk, system, woken = bistro.desk, System(), list[int]()
    runner = Runner(
        desk.database, bistro.clock, [relay.relay_consumer(bistro.clock, wake=lambda: woken.append(1))]
    )
    await runner.prepare()
    yield Place(
        bistro,
        system,
        runner,
        relay.Relay(desk.database, bistro.clock, sealers=desk.keys, http=system),
        woken,
    )
    await system.close()


def believed(call: Call, secret: str, now: datetime) -> bool:
    request = Request(method="POST", url=call.url, headers=call.headers, body=call.body, received_at=now)
    return verify_standard(request, Credentials(LineKey("", ""), {"webhook_secret": secret})) == Verified()


async def test_a_booking_is_told_signed_and_without_the_guest(place: Place) -> None:
    _, secret = await place.endpoint(kinds=("reservation.created",))
    booked = await place.bistro.book()

    await place.go()

    (call,) = place.system.calls
    assert believed(call, secret, place.bistro.clock.now())
    told = msgspec.json.decode(call.body)
    assert (told["type"], told["data"]["subject_id"]) == ("reservation.created", str(booked.id))
    assert told["data"]["body"]["after"]["code"] == booked.code
    assert b"Guest 1" not in call.body
    assert b"+57300" not in call.body
    assert await place.states() == [("reservation.created", "delivered", 1, "204")]


async def test_a_system_that_is_down_is_tried_again_by_the_schedule_under_one_id(place: Place) -> None:
    await place.endpoint()
    place.system.answers = [500, NotSent("x"), AnswerLost("x"), 302]
    await place.bistro.book()
    waits = []
    await place.go()

    for expected_s in relay.RETRIES_S[:4]:
        before = len(place.system.calls)
        place.bistro.clock.advance(timedelta(seconds=expected_s - 1))
        await place.go()
        assert len(place.system.calls) == before
        place.bistro.clock.advance(timedelta(seconds=1))
        await place.go()
        waits.append(len(place.system.calls))

    assert waits == [2, 3, 4, 5]
    assert len({call.headers["webhook-id"] for call in place.system.calls}) == 1
    assert [status for _, status, _, _ in await place.states()] == ["delivered"]


async def test_after_three_days_it_is_given_up_and_can_be_replayed(place: Place) -> None:
    endpoint, _ = await place.endpoint()
    place.system.answers = [500] * 10
    await place.bistro.book()
    for _ in range(12):
        await place.go()
        place.bistro.clock.advance(timedelta(days=1))
    assert [(status, attempts) for _, status, attempts, _ in await place.states()] == [("failed", 10)]

    async with place.bistro.desk.database.tenant(place.bistro.tenant_id, HOST) as tx:
        (delivery,) = await relay.list_deliveries(tx, endpoint.id)
        await relay.replay_delivery(tx, delivery.delivery_id, now=place.bistro.clock.now())
    await place.go()

    assert [status for _, status, _, _ in await place.states()] == ["delivered"]


async def test_a_system_that_says_gone_is_called_no_more(place: Place) -> None:
    await place.endpoint()
    place.system.answers = [410]
    await place.bistro.book(1)
    await place.go()
    await place.bistro.book(2)

    await place.go()

    assert len(place.system.calls) == 1
    async with place.bistro.desk.database.tenant(place.bistro.tenant_id, HOST) as tx:
        (endpoint,) = await relay.list_endpoints(tx)
    assert (endpoint.active, endpoint.stopped_why) == (False, "410 Gone")


async def test_both_secrets_sign_while_one_is_changed(place: Place) -> None:
    endpoint, old = await place.endpoint()
    desk = place.bistro.desk
    async with desk.database.tenant(place.bistro.tenant_id, HOST) as tx:
        sealer = await desk.keys.sealer(tx, place.bistro.tenant_id)
        new = await relay.rotate_secret(tx, sealer, endpoint.id, now=desk.now())
    await place.bistro.book()

    await place.go()

    now = place.bistro.clock.now()
    assert [believed(place.system.calls[0], secret, now) for secret in (old, new)] == [True, True]


async def test_a_dead_sender_is_replaced_and_two_do_not_send_at_once(place: Place) -> None:
    await place.endpoint()
    for number in range(5):
        await place.bistro.book(number, time="18:00" if number < 3 else "20:30")
    await place.runner.drain()
    other = relay.Relay(
        place.bistro.desk.database, place.bistro.clock, sealers=place.bistro.desk.keys, http=place.system
    )

    await asyncio.gather(place.relay.step(), other.step())

    assert len(place.system.calls) == 5
    assert len({call.headers["webhook-id"] for call in place.system.calls}) == 5


@pytest.mark.parametrize(
    "url",
    [
        "http://pos.example/",
        "https://user:pass@pos.example/",
        "ftp://pos.example",
        "https://",
        "https://a b/",
        "x" * 9,
    ],
)
async def test_an_address_that_cannot_be_called_is_refused(place: Place, url: str) -> None:
    with pytest.raises(relay.EndpointInvalid):
        await place.endpoint(url=url)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "localhost"]
)
async def test_no_webhook_goes_into_our_own_network(place: Place, host: str) -> None:
    await place.endpoint(url=f"https://{host}/latest/meta-data")
    client = HttpClient()
    careful = relay.Relay(
        place.bistro.desk.database, place.bistro.clock, sealers=place.bistro.desk.keys, http=client
    )
    await place.bistro.book()
    await place.runner.drain()

    await careful.step()
    await client.close()

    ((_, status, _, answer),) = await place.states()
    assert (status, answer.partition(":")[0]) == ("waiting", "NotSent")


def test_the_standards_own_vector_is_signed_as_it_says() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = dict(relay.signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", body, [secret], at))

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert base64.b64decode(secret.removeprefix("whsec_"))
    assert UUID(int=0)
