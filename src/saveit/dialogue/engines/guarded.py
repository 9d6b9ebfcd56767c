"""An engine that asks a provider within limits, and answers by itself where the provider does not."""

import asyncio
from typing import Final

from saveit.dialogue.engines.model import CannotUnderstand, Proposal, Provider, meant
from saveit.dialogue.nlu import Context, Understanding, understand
from saveit.kernel.clock import Clock
from saveit.kernel.observe import logger

_log = logger("dialogue.engines")
# All tries together: what a guest waits for at most before the built-in engine answers.
_ANSWER_TIMEOUT_S: Final = 6.0
_TRIES_MAX: Final = 2
# A provider is paid by length, and a booking is said in far less.
_TEXT_LENGTH_MAX: Final = 600
_FAILURES_MAX: Final = 5
_RESTS_S: Final = 30.0


class Guarded:
    """A provider with a bound on its time, tries and length. After five failures in a row it is left alone for half a minute."""

    def __init__(self, provider: Provider, clock: Clock, *, timeout_s: float = _ANSWER_TIMEOUT_S) -> None:
        self._provider = provider
        self._clock = clock
        self._timeout_s = timeout_s
        self._failures = 0
        self._rests_until = 0.0

    async def understand(self, text: str, context: Context) -> Understanding:
        """Return what the text means. Total: where the provider fails the built-in engine answers."""
        if not text.strip() or len(text) > _TEXT_LENGTH_MAX or self._now() < self._rests_until:
            return understand(text, context)
        try:
            async with asyncio.timeout(self._timeout_s):
                proposal = await self._asked(text, context)
        except (CannotUnderstand, TimeoutError) as error:
            self._failed(str(error) or "timeout")
            return understand(text, context)
        self._failures = 0
        return meant(text, context, proposal)

    async def _asked(self, text: str, context: Context) -> Proposal:
        for _ in range(_TRIES_MAX - 1):
            try:
                return await self._provider.propose(text, context)
            except CannotUnderstand as error:
                if not error.again:
                    raise
        return await self._provider.propose(text, context)

    def _failed(self, why: str) -> None:
        self._failures += 1
        _log.warning("nlu.fell_back", engine=self._provider.name, why=why, failures=self._failures)
        if self._failures >= _FAILURES_MAX:
            self._failures = 0
            self._rests_until = self._now() + _RESTS_S

    def _now(self) -> float:
        return self._clock.now().timestamp()
