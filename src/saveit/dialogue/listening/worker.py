"""From a copied voice note to its words."""

import asyncio
from datetime import timedelta
from typing import Final, Protocol

from saveit.conversations import WaitingSound, claim_hearing, keep_heard, put_hearing_off, sound_of
from saveit.dialogue.listening.model import CannotHear, Listener, sound_from
from saveit.kernel import faults
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.errors import Fault
from saveit.kernel.ids import TenantId
from saveit.kernel.observe import logger, metrics
from saveit.kernel.waiting import wait_for

_log = logger("listening")
_ACTOR = Actor("system", "listening", "internal")
_POLL_S: Final = 0.5
_AT_ONCE: Final = 4
_ATTEMPTS_MAX: Final = 3
_AGAIN: Final = timedelta(seconds=1)
# Longer than one hearing may take with the writing, so that nobody else begins it meanwhile.
_LEASE_BESIDES: Final = timedelta(seconds=30)
_WORDS_LENGTH_MAX: Final = 4_000


class Sealers(Protocol):
    """Who knows each tenant's key."""

    async def sealer(self, source: Database | Transaction, tenant_id: TenantId) -> Sealer:
        """Return the tenant's sealer."""
        ...


class Listening:
    """Hears until it is closed; made to run in many processes at once. `timeout_s` is what one hearing may take."""

    def __init__(
        self, database: Database, clock: Clock, *, sealers: Sealers, listener: Listener, timeout_s: float
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealers = sealers
        self._listener = listener
        self._timeout_s = timeout_s
        self._over = asyncio.Event()

    def close(self) -> None:
        """Let `run` return."""
        self._over.set()

    async def run(self) -> None:
        """Hear until closed. A lost database is waited for."""
        while not self._over.is_set():
            try:
                heard = await self.hear_next()
            except Fault as error:
                _log.warning("listening.waits", error=type(error).__name__)
                heard = 0
            if not heard:
                await wait_for(self._over, within_s=_POLL_S)

    async def hear_next(self) -> int:
        """Hear what was copied, some side by side, and return how many were tried. Nothing is held meanwhile but a lease."""
        now = self._clock.now()
        lease_until = now + timedelta(seconds=self._timeout_s) + _LEASE_BESIDES
        async with self._database.ledger(_ACTOR) as tx:
            waiting = await claim_hearing(tx, now=now, lease_until=lease_until, rows_max=_AT_ONCE)
        await asyncio.gather(*(self._hear(each) for each in waiting))
        return len(waiting)

    async def _hear(self, waiting: WaitingSound) -> None:
        sealer = await self._sealers.sealer(self._database, waiting.tenant_id)
        words, again = await self._words(waiting, sealer)
        await faults.reach("dialogue.listening.after_hearing")
        async with self._database.ledger(_ACTOR) as tx:
            if again:
                await put_hearing_off(tx, waiting, due_at=self._clock.now() + _AGAIN)
            else:
                await keep_heard(tx, sealer, waiting, words)
        outcome = "again" if again else "heard" if words else "unheard"
        metrics.sounds_heard.labels(self._listener.name, outcome).inc()

    async def _words(self, waiting: WaitingSound, sealer: Sealer) -> tuple[str | None, bool]:
        """Return what was said, and whether to try again."""
        if waiting.hearing_attempts > _ATTEMPTS_MAX:
            return None, False
        try:
            sound = sound_from(
                sound_of(sealer, waiting),
                waiting.media_type,
                name=waiting.message_id.hex,
                language=waiting.hearing_language,
            )
            async with asyncio.timeout(self._timeout_s):
                words = await self._listener.hear(sound)
        except (CannotHear, TimeoutError, Unreadable) as error:
            again = isinstance(error, TimeoutError) or (isinstance(error, CannotHear) and error.again)
            _log.warning(
                "listening.failed", engine=self._listener.name, why=str(error) or type(error).__name__
            )
            return None, again and waiting.hearing_attempts < _ATTEMPTS_MAX
        kept = " ".join(words.replace("\x00", "").split())[:_WORDS_LENGTH_MAX]
        return kept or None, False
