"""How often one may ask."""

from ipaddress import ip_network

import pytest

from saveit.web import Limits
from saveit.web.edge import Buckets
from saveit.web.edge.heads import caller_address
from tests.support.skin import skin_over
from tests.web.conftest import Web, client_of, parts_of
from tests.web.test_bookings import told


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_a_minutes_worth_in_and_then_as_they_come_back() -> None:
    seconds = Seconds()
    buckets = Buckets(seconds=seconds)

    at_once = [buckets.take("ana", 60).allowed for _ in range(61)]
    seconds.now += 1.5
    later = [buckets.take("ana", 60).allowed for _ in range(2)]

    assert (at_once.count(True), at_once[-1], later) == (60, False, [True, False])


def test_a_refusal_says_when_to_come_back() -> None:
    buckets = Buckets(seconds=Seconds())
    buckets.take("ana", 1)

    verdict = buckets.take("ana", 1)

    assert (verdict.allowed, verdict.retry_after_s) == (False, 61)


def test_callers_do_not_share_a_bucket() -> None:
    buckets = Buckets(seconds=Seconds())

    assert [buckets.take(caller, 1).allowed for caller in ("ana", "luis", "ana")] == [True, True, False]


def test_only_so_many_buckets_are_kept() -> None:
    buckets = Buckets(buckets_max=2, seconds=Seconds())

    seen = [buckets.take(caller, 1).allowed for caller in ("a", "b", "c", "b", "a")]

    # "a" made room for "c" and begins anew; "b" did not.
    assert seen == [True, True, True, False, True]


TRUSTED = (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("10.0.0.1", b"203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", b"1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        ("10.0.0.1", b"forged, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", b"nonsense", "10.0.0.1"),
        ("10.0.0.1", b"", "10.0.0.1"),
        ("198.51.100.2", b"203.0.113.7", "198.51.100.2"),
        ("", b"203.0.113.7", ""),
    ],
)
def test_only_our_own_proxies_say_for_whom_they_call(peer: str, forwarded: bytes, caller: str) -> None:
    assert caller_address(peer, forwarded, TRUSTED) == caller


def test_without_proxies_nobody_is_believed() -> None:
    assert caller_address("10.0.0.1", b"203.0.113.7", ()) == "10.0.0.1"


async def test_an_address_that_asks_too_often_is_told_when_to_come_back(web: Web) -> None:
    app = skin_over(parts_of(web.world, limits=Limits(ip_per_minute=3, key_per_minute=0)))

    async with client_of(app) as client:
        answers = [await client.get("/restaurants") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) in range(1, 62)
    assert answers[-1].headers["ratelimit"].startswith("limit=3, remaining=0, reset=")


async def test_whoever_guesses_keys_too_often_is_not_even_looked_up(web: Web) -> None:
    app = skin_over(parts_of(web.world, limits=Limits(ip_per_minute=2, key_per_minute=0)))

    async with client_of(app, "saveit_aaaaaaaa_" + "b" * 43) as guesser:
        answers = [await guesser.get("/restaurants") for _ in range(3)]
    async with client_of(app, web.token) as known:
        caught = await known.get("/restaurants")

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    # The price: a guesser's neighbours behind one address wait with it.
    assert told(caught) == (429, "rate_limited")


async def test_an_address_is_not_held_against_a_key_that_is_known(web: Web) -> None:
    app = skin_over(parts_of(web.world, limits=Limits(ip_per_minute=2, key_per_minute=0)))

    async with client_of(app, web.token) as partner:
        statuses = [(await partner.get("/restaurants")).status_code for _ in range(5)]

    assert statuses == [200] * 5


async def test_a_key_has_the_quota_in_its_row(web: Web) -> None:
    token = await web.world.api_key(web.tenant, quota_per_minute=2)

    async with web.visitor(token) as client:
        statuses = [(await client.get("/restaurants")).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert (await web.client.get("/restaurants")).status_code == 200


async def test_signing_in_is_tried_thirty_times_a_minute_from_one_address(web: Web) -> None:
    body = {"email": "nobody@example.com"}

    async with web.visitor() as client:
        answers = [await client.post("/sessions", json=body) for _ in range(31)]

    assert [answer.status_code for answer in answers[:30]] == [422] * 30
    assert told(answers[-1]) == (429, "rate_limited")


async def test_each_of_several_processes_lets_in_its_share_of_a_quota(web: Web) -> None:
    """On the day this was needed, four workers gave a key four times its quota."""
    limits = Limits(ip_per_minute=8, key_per_minute=0, processes=4)
    app = skin_over(parts_of(web.world, limits=limits))
    token = await web.world.api_key(web.tenant, quota_per_minute=2)

    async with client_of(app) as nobody, client_of(app, token) as known:
        by_key = [(await known.get("/restaurants")).status_code for _ in range(2)]
        by_address = [(await nobody.get("/restaurants")).status_code for _ in range(3)]

    assert (by_key, by_address) == ([200, 429], [401, 401, 429])
