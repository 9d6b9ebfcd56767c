"""The one way out over HTTP: a call with a time limit, a bound on what may come back, and hosts that it will not go to.

What tempts is a client that follows redirects, reads proxies from the environment and decodes whatever it is sent. Each of these has let
somebody else choose where a server of ours calls. Here a call goes to the address it names or nowhere. A name is resolved once, by us, and
the connection is made to the address that was looked at: a name that points at a machine of our own network is refused, also when it
points there only the second time it is asked.

Retries are the caller's, who alone knows whether a call may be made twice. So the two failures are told apart: `NotSent` means that
nothing left, `AnswerLost` that it may have arrived.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import cast
from urllib.parse import urlsplit

import httpcore
import httpx
import msgspec

from saveit.kernel.errors import Fault

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_CONNECTIONS_MAX = 100
_KEPT_MAX = 50
_KEPT_FOR_S = 60.0
_CONNECT_TIMEOUT_S = 5.0
_OCTETS_MAX = 1_048_576


class NotSent(Fault):
    """The call never left: the name is unknown or not allowed, or no connection came about. It may be made again."""


class AnswerLost(Fault):
    """The connection was there and the answer was not, or was longer than allowed: whether the call was taken is not known."""


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Header names are in lower case; a repeated one is joined by commas."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""

    def __repr__(self) -> str:
        """Leave the body out."""
        return f"HttpAnswer({self.status}, {len(self.body)} octets)"


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom this machine trusts, read once: it takes as long as connecting to the database, and a process has three clients."""
    return ssl.create_default_context()


class HttpClient:
    """Makes calls, keeping connections for the next one. `private_allowed` lets it reach this machine's own network: for a sandbox.

    Close it at the end.
    """

    def __init__(self, *, private_allowed: bool = False) -> None:
        context = _trusted()
        transport = httpx.AsyncHTTPTransport(verify=context, retries=0)
        # The library has no public way in for the part that opens sockets, and that part is where an address can be looked at.
        transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - see above.
            ssl_context=context,
            max_connections=_CONNECTIONS_MAX,
            max_keepalive_connections=_KEPT_MAX,
            keepalive_expiry=_KEPT_FOR_S,
            network_backend=_Guarded(private_allowed=private_allowed),
        )
        # No cookies, no redirects, no proxies and no logins from the environment.
        self._client = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        timeout_s: float = 10.0,
        octets_max: int = _OCTETS_MAX,
        hosts: Collection[str] | None = None,
    ) -> HttpAnswer:
        """Make one call and return the whole answer, a redirect included; nothing is followed and nothing is tried again.

        `hosts` are the only names it may go to, where the caller knows them. `timeout_s` is for all of it.

        Raises: NotSent; AnswerLost.
        """
        _check(url, hosts)
        sent = False
        try:
            async with asyncio.timeout(timeout_s):
                request = self._client.build_request(
                    method,
                    url,
                    headers=[*headers, ("accept-encoding", "identity")],
                    content=body or None,
                    timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S)),
                )
                request.extensions["trace"] = trace = _Trace()
                try:
                    answer = await self._client.send(request, stream=True)
                finally:
                    sent = trace.sent
                try:
                    return await _read(answer, octets_max)
                finally:
                    await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, OSError) as error:
            kind = AnswerLost if sent else NotSent
            raise kind(f"{urlsplit(url).hostname}: {type(error).__name__}") from error


class _Trace:
    """Notes the moment from which on the other side may have heard of the call."""

    def __init__(self) -> None:
        self.sent = False

    async def __call__(self, event: str, _about: Mapping[str, object]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True


class _Guarded(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that were looked at."""

    def __init__(self, *, private_allowed: bool) -> None:
        # The library chooses among its backends while it is imported, which hides the type of the one it chose.
        self._inner = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._private_allowed = private_allowed

    async def connect_tcp(  # noqa: PLR0917 - the library's own signature.
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature.
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve the name, refuse what is not out in the world, and connect to the first address."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            # Too late counts too: a time-out is one of the system's errors.
            raise httpcore.ConnectError(f"{host} is unknown") from error
        addresses = [str(each[4][0]) for each in found]
        if not self._private_allowed and not all(map(_is_out_in_the_world, addresses)):
            raise httpcore.ConnectError(f"{host} is not out in the world")
        return await self._inner.connect_tcp(
            addresses[0], port, timeout, local_address=local_address, socket_options=socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature.
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: nothing of ours is reached so."""
        del path, timeout, socket_options
        raise httpcore.ConnectError("no call goes to a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait, as the library does between tries of its own."""
        await self._inner.sleep(seconds)


def _is_out_in_the_world(address: str) -> bool:
    """Tell whether an address is nobody's own: not this machine, not this network, not a provider's metadata service."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # An IPv4 address can be written as an IPv6 one, in three ways.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return inner.is_global
    return found.is_global and not found.is_multicast


def _check(url: str, hosts: Collection[str] | None) -> None:
    """Return if the address may be called. Raises: NotSent."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        # A port that is no number is found only when it is asked for.
        _ = parts.port
    except ValueError as error:
        raise NotSent("the address cannot be read") from error
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise NotSent("the address is not one that is called")
    if hosts is not None and host not in hosts:
        raise NotSent(f"{host} is not among the hosts that are allowed here")


async def _read(answer: httpx.Response, octets_max: int) -> HttpAnswer:
    pieces: list[bytes] = []
    length = 0
    async for piece in answer.aiter_raw():
        length += len(piece)
        if length > octets_max:
            raise AnswerLost(f"the answer is longer than {octets_max} octets")
        pieces.append(piece)
    headers = MappingProxyType({name.lower(): value for name, value in answer.headers.items()})
    return HttpAnswer(status=answer.status_code, headers=headers, body=b"".join(pieces))
