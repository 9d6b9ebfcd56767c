"""The way out over HTTP: one call, one time-out, no redirects; and where it failed, whether it can have arrived.

The difference between "never sent" and "answer lost" decides whether a message may be sent again, so the two are different faults here.
Nothing outside this room knows the library.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from saveit.kernel.errors import Fault

# Providers' answers are a few hundred octets; a file fetched from one is the largest thing that comes this way.
_BODY_OCTETS_MAX = 20 * 1024 * 1024
_CONNECTIONS_MAX = 100
_CONNECT_S = 5.0


class HttpFault(Fault):
    """A call got no answer."""


class NotConnected(HttpFault):
    """The connection was never made: the call was certainly not received."""


class LostAnswer(HttpFault):
    """The call went out and no answer came: it may or may not have been received."""


class AddressNotPublic(NotConnected):
    """The address is inside our own network, where nobody outside may have us call."""


class HttpRequest(Protocol):
    """A call as its maker describes it."""

    @property
    def method(self) -> str:
        """Return the verb."""
        ...

    @property
    def url(self) -> str:
        """Return the whole address."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """Return the headers; their names may come twice."""
        ...

    @property
    def body(self) -> bytes:
        """Return the body."""
        ...

    @property
    def timeout_s(self) -> float:
        """Return how long the answer may take."""
        ...


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Leave the body out."""
        return f"HttpAnswer({self.status})"


class Http:
    """A pool of connections. It follows no redirects and takes nothing from the environment's proxies but what the library's own rules say."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def open(cls) -> "AsyncGenerator[Http]":
        """Lend a pool, and close it after the block."""
        limits = httpx.Limits(max_connections=_CONNECTIONS_MAX)
        async with httpx.AsyncClient(follow_redirects=False, limits=limits) as client:
            yield cls(client)

    async def send(self, call: HttpRequest, *, public_only: bool = False) -> HttpAnswer:
        """Make the call and return the answer, whatever its status. With `public_only` an address of our own network is refused.

        Raises: NotConnected, of which AddressNotPublic is one; LostAnswer.
        """
        url, headers, extensions = call.url, list(call.headers), dict[str, str]()
        if public_only:
            url, host = await _pinned(call.url)
            headers.append(("host", urlsplit(call.url).netloc))
            extensions = {"sni_hostname": host}
        timeout = httpx.Timeout(call.timeout_s, connect=min(_CONNECT_S, call.timeout_s))
        try:
            async with (
                asyncio.timeout(call.timeout_s),
                self._client.stream(
                    call.method,
                    url,
                    headers=headers,
                    content=call.body,
                    timeout=timeout,
                    extensions=extensions,
                ) as answer,
            ):
                body = await _read(answer)
                return HttpAnswer(status=answer.status_code, headers=dict(answer.headers), body=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotConnected(type(error).__name__) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise NotConnected("the address is none") from error
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            raise LostAnswer(type(error).__name__) from error


async def _read(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) > _BODY_OCTETS_MAX:
            raise LostAnswer("the answer is too long")
    return bytes(read)


async def _pinned(url: str) -> tuple[str, str]:
    """Return the address with a public IP in the host's place, and the host's name for the certificate.

    The IP that was judged is the one that is called: a name that resolves to another one a moment later gains nothing.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError) as error:
        raise NotConnected("the host has no address") from error
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise AddressNotPublic("the host is inside a network of its own")
    address = addresses[0]
    netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return parts._replace(netloc=netloc).geturl(), host


def _is_public(address: str) -> bool:
    """Say whether an address is anybody's: not our network's, not this machine's, not a cloud's own (169.254.169.254)."""
    read = ip_address(address.partition("%")[0])
    mapped = getattr(read, "ipv4_mapped", None)
    return (mapped or read).is_global and not (mapped or read).is_multicast
