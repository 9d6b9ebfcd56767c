"""Calls that leave the house go where they are meant to and nowhere else, end in time, and say what became of them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from saveit.kernel.http import AnswerLost, HttpClient, NotSent
from tests.support.fleet import free_port

Say = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(private_allowed=True)
    yield client
    await client.close()


@asynccontextmanager
async def server(say: Say) -> AsyncGenerator[str]:
    """Lend the address of a server of this machine that says this to everybody."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await say(reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = running.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.close()


def saying(octets: bytes) -> Say:
    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()

    return say


async def test_an_answer_comes_back_whole(client: HttpClient) -> None:
    async with server(saying(b"HTTP/1.1 201 Created\r\nX-Is: a\r\nContent-Length: 2\r\n\r\nok")) as url:
        answer = await client.call("POST", f"{url}/x?y=1", headers=[("x-a", "b")], body=b"{}")

    assert (answer.status, answer.headers["x-is"], answer.body) == (201, "a", b"ok")


async def test_a_redirect_is_an_answer_and_is_not_followed(client: HttpClient) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://example.com/\r\nContent-Length: 0\r\n\r\n"
    async with server(saying(moved)) as url:
        answer = await client.call("GET", url)

    assert (answer.status, answer.headers["location"]) == (302, "http://example.com/")


async def test_an_answer_that_is_too_long_is_cut_off(client: HttpClient) -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"a" * 5000)) as url:
        with pytest.raises(AnswerLost):
            await client.call("GET", url, octets_max=4999)
        whole = await client.call("GET", url, octets_max=5000)

    assert len(whole.body) == 5000


async def test_a_call_that_nobody_takes_was_not_sent(client: HttpClient) -> None:
    with pytest.raises(NotSent):
        await client.call("POST", f"http://127.0.0.1:{free_port()}/")


async def test_a_call_whose_answer_does_not_come_may_have_been_taken(client: HttpClient) -> None:
    async def never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(saying(b"")) as hung_up, server(never) as silent:
        for url in (hung_up, silent):
            with pytest.raises(AnswerLost):
                await client.call("POST", url, timeout_s=0.5)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0:9/",
        "http://2130706433:9/",
        "http://[fd00::1]/",
        "http://[2002:7f00:1::]/",
        "http://224.0.0.1/",
    ],
)
async def test_no_call_goes_to_a_machine_of_our_own_network(url: str) -> None:
    client = HttpClient()
    try:
        with pytest.raises(NotSent):
            await client.call("GET", url, timeout_s=2)
    finally:
        await client.close()


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "http:///x", "http://a:b@c/", "http://x:y/", "x"]
)
async def test_what_is_no_address_is_not_called(client: HttpClient, url: str) -> None:
    with pytest.raises(NotSent):
        await client.call("GET", url)


async def test_a_call_goes_only_to_the_hosts_it_may_go_to(client: HttpClient) -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as url:
        with pytest.raises(NotSent):
            await client.call("GET", url, hosts=("graph.facebook.com",))
        allowed = await client.call("GET", url, hosts=("127.0.0.1",))

    assert allowed.status == 200
