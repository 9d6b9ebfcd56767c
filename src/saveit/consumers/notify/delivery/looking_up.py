"""Sends whose answer was lost, asked about where the provider remembers: found they were sent, certainly not there they are sent again."""

from datetime import timedelta
from typing import Final, assert_never

import msgspec

from saveit.consumers.notify import store
from saveit.consumers.notify.delivery.settling import Settling
from saveit.consumers.notify.delivery.world import FindLine, Sealers, WayOut
from saveit.consumers.notify.store import ClaimRow
from saveit.conversations import opened_part
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Unreadable
from saveit.kernel.db import Actor, Database
from saveit.kernel.http import AnswerLost, NotSent
from saveit.kernel.observe import logger
from saveit.messages import (
    Channels,
    HttpCall,
    Outbound,
    Outcome,
    Refused,
    Remembers,
    RetryAfter,
    Sent,
    Unknown,
)

_log = logger("notify")
_ACTOR = Actor("system", "notify", "internal")
# Half a minute after a send the provider's list is complete; an answer of the list that is no answer is asked for again after this.
_ASKED_EVERY: Final = timedelta(minutes=2)
_AT_ONCE: Final = 20


class LookingUp:
    """Asks providers what became of sends of which nobody knows. In many processes at once: each message is one process's for a while."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        channels: Channels,
        sealers: Sealers,
        find_line: FindLine,
        way_out: WayOut,
        settling: Settling,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = {name: each for name, each in channels.items() if isinstance(each, Remembers)}
        self._sealers = sealers
        self._find_line = find_line
        self._way_out = way_out
        self._settling = settling

    async def ask(self) -> int:
        """Ask about what has been unknown for half a minute or more, and return how much was settled."""
        now = self._clock.now()
        async with self._database.ledger(_ACTOR) as tx:
            claims = await store.claim_unknown(
                tx, tuple(self._channels), now=now, again_at=now + _ASKED_EVERY, rows_max=_AT_ONCE
            )
        settled = 0
        for claim in claims:
            outcome = await self._asked(claim)
            match outcome:
                case Sent() | RetryAfter(code="not_found"):
                    settled += 1
                    await self._settling.found(claim, outcome)
                case RetryAfter() | Refused() | Unknown():
                    _log.info(
                        "message.still_unknown", message_id=str(claim.message_id), channel=claim.channel
                    )
                case _:
                    assert_never(outcome)
        return settled

    async def _asked(self, claim: ClaimRow) -> Outcome:
        channel = self._channels[claim.channel]
        sealer = await self._sealers.sealer(self._database, claim.tenant_id)
        line = await self._find_line(claim.tenant_id, claim.line_id)
        if line is None:
            return Unknown("line_unknown")
        try:
            planned = opened_part(sealer, claim.message_id, claim.part_sealed or b"")
        except (Unreadable, msgspec.DecodeError):
            return Unknown("unreadable")
        outbound = Outbound(
            message_id=claim.message_id,
            recipient=planned.recipient,
            part=planned.part,
            replies_to=planned.replies_to,
            thread=planned.thread,
        )
        call: HttpCall = channel.look_up(outbound, line.credentials, claim.created_at - timedelta(minutes=5))
        try:
            response = await self._way_out.send(call)
        except (NotSent, AnswerLost) as error:
            return Unknown(type(error).__name__)
        return channel.looked_up(outbound, response, line.credentials)
