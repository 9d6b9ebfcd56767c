"""What is sent without a task of its own is what would have been sent with one: over real connections."""

import asyncio
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus

from saveit.kernel.observe import metrics
from saveit.web import RequestProtocol
from tests.live.conftest import WITHIN_S, House
from tests.live.test_screens import book
from tests.support.house import TUESDAY

_ASKED_UNTIL_AT_HAND = 3


class Caller:
    """A connection that writes octets and reads answers."""

    def __init__(self, house: House, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._house = house
        self._reader = reader
        self._writer = writer

    @classmethod
    async def of(cls, house: House) -> "Caller":
        return cls(house, *await asyncio.open_connection("127.0.0.1", house.here.port))

    def listing(self, method: str = "GET", *, token: str | None = None, header: str = "") -> bytes:
        path = f"/api/v1/availability/{self._house.restaurant.id}?date={TUESDAY}&party_size=1"
        head = f"{method} {path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {token or self._house.token}\r\n"
        return f"{head}{header}\r\n".encode()

    def write(self, *requests: bytes) -> None:
        self._writer.write(b"".join(requests))

    async def read(self, *, bodiless: bool = False) -> tuple[int, Message, bytes]:
        async with asyncio.timeout(WITHIN_S):
            line, _, rest = (await self._reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            heads = BytesParser().parsebytes(rest)
            length = 0 if bodiless else int(heads["content-length"])
            return int(line.split()[1]), heads, await self._reader.readexactly(length)

    async def at_hand(self) -> bytes:
        """Ask until the answer is at hand, and return it."""
        answers = [await self.ask(self.listing()) for _ in range(_ASKED_UNTIL_AT_HAND)]
        return answers[-1][2]

    async def ask(self, request: bytes) -> tuple[int, Message, bytes]:
        self.write(request)
        return await self.read()

    async def is_cut(self) -> bool:
        async with asyncio.timeout(WITHIN_S):
            return await self._reader.read() == b""

    def close(self) -> None:
        self._writer.close()


def answered() -> float:
    """Return how many listings have been counted."""
    labels = ("/api/v1/availability/{restaurant_id}", "GET", "200")
    return metrics.http_requests.labels(*labels)._value.get()


async def test_answer_at_hand_is_the_answer_and_counts_as_one(house: House) -> None:
    caller = await Caller.of(house)
    before = answered()

    told = [await caller.ask(caller.listing()) for _ in range(5)]
    caller.close()

    ((status, names, body),) = {
        (status, tuple(sorted(name.lower() for name in heads)), body) for status, heads, body in told
    }
    assert (status, b'"time":"20:00"' in body) == (HTTPStatus.OK, True)
    assert {"content-security-policy", "x-content-type-options", "x-request-id", "date"} <= set(names)
    assert len({heads["x-request-id"] for _, heads, _ in told}) == 5
    assert answered() - before == 5


async def test_answer_at_hand_is_forgotten_when_somebody_books(house: House) -> None:
    caller = await Caller.of(house)
    before = await caller.at_hand()

    number = 0
    while before == (await caller.ask(caller.listing()))[2]:
        number += 1
        await book(house, number)
    caller.close()

    assert number > 0


async def test_requests_that_come_in_one_piece_are_answered_in_their_order(house: House) -> None:
    caller = await Caller.of(house)
    body = await caller.at_hand()
    nowhere = b"GET /nowhere HTTP/1.1\r\nhost: here\r\n\r\n"

    caller.write(caller.listing(), nowhere, *[caller.listing()] * 500, nowhere)
    told = [await caller.read() for _ in range(503)]
    caller.close()

    assert [status for status, _, _ in told] == [200, 404, *[200] * 500, 404]
    assert {body} == {each for status, _, each in told if status == HTTPStatus.OK}


async def test_caller_who_wants_no_body_or_no_more_of_the_connection_gets_neither(house: House) -> None:
    caller = await Caller.of(house)
    await caller.at_hand()

    caller.write(caller.listing("HEAD"))
    status, heads, _ = await caller.read(bodiless=True)
    last = await caller.ask(caller.listing(header="connection: close\r\n"))

    assert (status, heads["content-length"]) == (HTTPStatus.OK, last[1]["content-length"])
    assert (last[0], last[1]["connection"], await caller.is_cut()) == (HTTPStatus.OK, "close", True)
    caller.close()


async def test_server_that_stops_before_an_answer_at_hand_has_left_sends_it_and_cuts(house: House) -> None:
    caller = await Caller.of(house)
    await caller.at_hand()
    (connection,) = house.here.server.server_state.connections
    assert isinstance(connection, RequestProtocol)

    connection.data_received(caller.listing())
    connection.shutdown()

    status, _, _ = await caller.read()
    assert (status, await caller.is_cut()) == (HTTPStatus.OK, True)
    caller.close()


async def test_answer_at_hand_is_for_whom_it_was_given_and_within_his_quota(house: House) -> None:
    token = await house.world.api_key(house.tenant, quota_per_minute=5)
    caller = await Caller.of(house)

    statuses = [(await caller.ask(caller.listing(token=token)))[0] for _ in range(7)]
    stranger, _, _ = await caller.ask(caller.listing(token="sk_nobody"))
    caller.close()

    assert (statuses, stranger) == ([200] * 5 + [429] * 2, 401)
