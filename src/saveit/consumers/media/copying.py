"""From a file's note to its copy, call by call."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Protocol, TypeAlias
from uuid import UUID

import msgspec

from saveit.conversations import WaitingMedia, claim_media, keep_media, noted_media, put_media_off
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.errors import Fault
from saveit.kernel.http import AnswerLost, NotSent
from saveit.kernel.ids import TenantId
from saveit.kernel.observe import logger, metrics
from saveit.kernel.waiting import wait_for
from saveit.messages import (
    Channel,
    Channels,
    Credentials,
    HttpCall,
    ReceivedMedia,
    Refused,
    Response,
    RetryAfter,
)

_log = logger("media")
_ACTOR = Actor("system", "media", "internal")

OCTETS_MAX = 16 * 1_048_576
"""What WhatsApp lets a voice note or a video be; nobody books a table with more."""

_POLL_S: Final = 0.5
_AT_ONCE: Final = 4
# Three calls of half a minute each, and the writing.
_LEASE: Final = timedelta(minutes=3)
_ATTEMPTS_MAX: Final = 9
_WAIT_FIRST_S: Final = 5.0
_WAIT_MAX_S: Final = 1200.0
_HOPS_MAX: Final = 4
_KINDS: Final = (
    "image/",
    "audio/",
    "video/",
    "application/pdf",
    "application/ogg",
    "text/",
    "application/vnd.",
)
_REFUSED: Final = (
    "image/svg",
    "text/html",
    "text/javascript",
    "application/vnd.microsoft.portable-executable",
)

CallOut: TypeAlias = Callable[[HttpCall], Awaitable[Response]]
"""Makes a call; never into a private network. Raises: NotSent, AnswerLost."""

FindCredentials: TypeAlias = Callable[[TenantId, UUID], Awaitable[Credentials | None]]
"""Returns a line's credentials."""


class Sealers(Protocol):
    """Who knows each tenant's key."""

    async def sealer(self, source: Database | Transaction, tenant_id: TenantId) -> Sealer:
        """Return the tenant's sealer."""
        ...


class Copying:
    """Copies until it is closed; made to run in many processes at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        channels: Channels,
        sealers: Sealers,
        find_credentials: FindCredentials,
        call_out: CallOut,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._sealers = sealers
        self._find_credentials = find_credentials
        self._call_out = call_out
        self._over = asyncio.Event()

    def close(self) -> None:
        """Let `run` return."""
        self._over.set()

    async def run(self) -> None:
        """Copy until closed. A lost database is waited for."""
        while not self._over.is_set():
            try:
                copied = await self.copy_next()
            except Fault as error:
                _log.warning("media.waits", error=type(error).__name__)
                copied = 0
            if not copied:
                await wait_for(self._over, within_s=_POLL_S)

    async def copy_next(self) -> int:
        """Copy what is due, some side by side, and return how many were tried."""
        now = self._clock.now()
        async with self._database.ledger(_ACTOR) as tx:
            waiting = await claim_media(tx, now=now, lease_until=now + _LEASE, rows_max=_AT_ONCE)
        await asyncio.gather(*(self._copy(each) for each in waiting))
        return len(waiting)

    async def _copy(self, waiting: WaitingMedia) -> None:
        sealer = await self._sealers.sealer(self._database, waiting.tenant_id)
        found = await self._fetched(waiting, sealer)
        now = self._clock.now()
        async with self._database.ledger(_ACTOR) as tx:
            match found:
                case ReceivedMedia(content=content):
                    await keep_media(tx, sealer, waiting, content, media_type=_plain(found.media_type))
                    outcome = "kept"
                case RetryAfter(code=code) if waiting.attempts < _ATTEMPTS_MAX:
                    wait_s = min(_WAIT_FIRST_S * 2 ** (waiting.attempts - 1), _WAIT_MAX_S)
                    due_at = now + timedelta(seconds=max(wait_s, found.after_s or 0.0))
                    await put_media_off(tx, waiting, code, due_at=due_at, given_up=False)
                    outcome = "retry"
                case RetryAfter(code=code) | Refused(code=code):
                    await put_media_off(tx, waiting, code, due_at=now, given_up=True)
                    outcome = "failed"
                    _log.warning(
                        "media.given_up",
                        message_id=str(waiting.message_id),
                        channel=waiting.channel,
                        code=code,
                    )
        metrics.media_copies.labels(waiting.channel, outcome).inc()

    async def _fetched(self, waiting: WaitingMedia, sealer: Sealer) -> ReceivedMedia | RetryAfter | Refused:
        channel = self._channels.get(waiting.channel)
        credentials = await self._find_credentials(waiting.tenant_id, waiting.line_id)
        if channel is None or credentials is None:
            return RetryAfter("call", "line_unknown")
        try:
            media = noted_media(sealer, waiting)
        except (Unreadable, msgspec.DecodeError):
            return Refused("bug", "unreadable")
        for _ in range(_HOPS_MAX):
            if media.content:
                return _acceptable(media)
            hop = await self._hop(channel, media, credentials)
            if not isinstance(hop, ReceivedMedia):
                return hop
            media = hop
        return _acceptable(media) if media.content else Refused("undeliverable", "no_content")

    async def _hop(
        self, channel: Channel, media: ReceivedMedia, credentials: Credentials
    ) -> ReceivedMedia | RetryAfter | Refused:
        if (media.size_octets or 0) > OCTETS_MAX:
            return Refused("undeliverable", "too_large")
        call = channel.fetch(media, credentials)
        if call is None:
            return Refused("undeliverable", "nowhere")
        try:
            response = await self._call_out(call)
        except (NotSent, AnswerLost) as error:
            return RetryAfter("call", type(error).__name__)
        return channel.fetched(media, response, credentials)


def _acceptable(media: ReceivedMedia) -> ReceivedMedia | Refused:
    """Return a file if it is one that people may be shown."""
    if len(media.content) > OCTETS_MAX:
        return Refused("undeliverable", "too_large")
    told = _plain(media.media_type)
    if told.startswith(_REFUSED) or not (told.startswith(_KINDS) or told == "application/octet-stream"):
        return Refused("undeliverable", "media_type")
    return media


def _plain(media_type: str) -> str:
    """Return a media type without its parameters; what is none is just octets."""
    told = media_type.partition(";")[0].strip().lower()
    return told if "/" in told and told.isascii() and len(told) < 100 else "application/octet-stream"  # noqa: PLR2004 - longer is no type.
