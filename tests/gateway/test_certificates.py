"""A certificate that signs is fetched once a day, and nobody can make us fetch as often as they like."""

import asyncio
from datetime import timedelta

import pytest

from saveit.channels.telegram import Telegram
from saveit.gateway import measure_inbox, receive
from saveit.gateway.certificates import Certificates, CertificateUnavailable
from saveit.kernel.clock import SettableClock
from saveit.kernel.http import HttpAnswer, HttpClient
from saveit.messages import Credentials, Forged, NeedsCertificate, Request, Verdict, Verified
from saveit.venues import Tenant
from tests.support.house import NOON, TESTER, World
from tests.support.providers import TELEGRAM_CREDENTIALS, line, telegram_post

_URL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem"


class Host(HttpClient):
    """A provider's host that answers with this status, and counts."""

    def __init__(self, status: int = 200) -> None:
        super().__init__()
        self.status = status
        self.asked: list[str] = []

    async def call(self, method: str, url: str, **_: object) -> HttpAnswer:
        assert method == "GET"
        self.asked.append(url)
        await asyncio.sleep(0)
        return HttpAnswer(status=self.status, body=b"PEM")


class Signing(Telegram):
    """A channel that verifies with a certificate."""

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        del credentials
        if request.certificate is None:
            return NeedsCertificate(_URL)
        return Verified() if request.certificate == b"PEM" else Forged("signature_wrong")


async def test_many_deliveries_at_once_and_all_day_fetch_it_once() -> None:
    clock, host = SettableClock(NOON), Host()
    certificates = Certificates(host, clock)

    at_once = await asyncio.gather(*(certificates.at(_URL) for _ in range(20)))
    clock.advance(timedelta(hours=23))
    later = await certificates.at(_URL)
    clock.advance(timedelta(hours=2))
    await certificates.at(_URL)

    assert {*at_once, later} == {b"PEM"}
    assert len(host.asked) == 2


async def test_one_that_is_not_there_is_not_asked_for_again_for_a_minute() -> None:
    clock, host = SettableClock(NOON), Host(404)
    certificates = Certificates(host, clock)

    found = [await certificates.at(_URL) for _ in range(5)]
    clock.advance(timedelta(minutes=2))
    await certificates.at(_URL)

    assert (found, len(host.asked)) == ([None] * 5, 2)


async def test_addresses_made_up_by_a_stranger_are_not_all_fetched() -> None:
    host = Host()
    certificates = Certificates(host, SettableClock(NOON))
    refused = 0

    for number in range(100):
        try:
            await certificates.at(f"{_URL}?{number}")
        except CertificateUnavailable:
            refused += 1

    # A minute may end in between.
    assert refused >= 60
    assert len(host.asked) == 100 - refused


@pytest.mark.parametrize(("status", "answered", "kept"), [(200, 200, 1), (404, 403, 0)])
async def test_a_delivery_counts_only_with_its_certificate(
    world: World, tenant: Tenant, *, status: int, answered: int, kept: int
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    world.gateway.channels = {"telegram": Signing()}
    world.gateway.certificates = Certificates(Host(status), world.clock)

    answer = await receive(world.gateway, "telegram", telegram_post("bot1", 1))
    async with world.database.ledger(TESTER) as tx:
        waiting = await measure_inbox(tx, now=NOON)

    assert (answer.status, waiting) == (answered, kept)


async def test_while_it_cannot_be_fetched_the_provider_is_to_deliver_again(
    world: World, tenant: Tenant
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    world.gateway.channels = {"telegram": Signing()}
    world.gateway.certificates = Certificates(Host(503), world.clock)

    with pytest.raises(CertificateUnavailable):
        await receive(world.gateway, "telegram", telegram_post("bot1", 1))
