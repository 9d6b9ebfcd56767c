"""The certificates with which some providers sign, fetched once and kept: a channel says where, and has checked that the host is theirs."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta

from saveit.kernel.clock import Clock
from saveit.kernel.errors import Fault
from saveit.kernel.http import HttpClient
from saveit.kernel.observe import logger

_log = logger("gateway")

# Providers change theirs every some months, and put the new one at a new address.
_KEPT_FOR = timedelta(hours=24)
_MISSING_FOR = timedelta(minutes=1)
_KEPT_MAX = 64
_OCTETS_MAX = 65_536
_TIMEOUT_S = 5.0
# Anybody can name an address on the provider's host. What is known is not fetched; what is not known is one or two a year.
_FETCHES_PER_MINUTE = 20
_MINUTE_S = 60
_OK = 200


class CertificateUnavailable(Fault):
    """The certificate cannot be fetched just now, so nobody can say who signed; whoever delivered it delivers it again."""


class Certificates:
    """Certificates by their address."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._kept: OrderedDict[str, tuple[bytes | None, datetime]] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[bytes | None]] = {}
        self._minute = 0
        self._fetches = 0

    async def at(self, url: str) -> bytes | None:
        """Return the certificate at this address, or None when there is none. Raises: CertificateUnavailable, NotSent, AnswerLost."""
        kept = self._kept.get(url)
        if kept is not None and kept[1] > self._clock.now():
            self._kept.move_to_end(url)
            return kept[0]
        task = self._fetching.get(url)
        if task is None:
            self._count_fetch()
            task = self._fetching[url] = asyncio.create_task(self._fetch(url))
            task.add_done_callback(lambda _: self._fetching.pop(url, None))
        return await asyncio.shield(task)

    async def _fetch(self, url: str) -> bytes | None:
        answer = await self._http.call("GET", url, timeout_s=_TIMEOUT_S, octets_max=_OCTETS_MAX)
        if answer.status >= 500 or answer.status == 429:  # noqa: PLR2004 - what HTTP says of a server that cannot just now.
            raise CertificateUnavailable(f"status {answer.status}")
        pem = answer.body if answer.status == _OK else None
        if pem is None:
            _log.warning("certificate.missing", status=answer.status)
        self._kept[url] = pem, self._clock.now() + (_MISSING_FOR if pem is None else _KEPT_FOR)
        if len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return pem

    def _count_fetch(self) -> None:
        minute = int(asyncio.get_running_loop().time()) // _MINUTE_S
        if minute != self._minute:
            self._minute, self._fetches = minute, 0
        self._fetches += 1
        if self._fetches > _FETCHES_PER_MINUTE:
            raise CertificateUnavailable("more addresses than a provider has")
