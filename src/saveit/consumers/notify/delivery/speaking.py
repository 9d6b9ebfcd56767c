"""Answers that ride on the provider's own request: a call's next words are waited for, taken once, and spoken.

A turn plans them like any other answer, beside this and perhaps in another process. Whoever holds the caller's request looks for them at
once, when the turn of this very request is over (`wake`, in this process), and now and then for what another process plans, until its
time is over; the first who finds them marks them accepted in the same transaction. The same request made again gets the same
words again, since a provider asks twice when it has not heard us; another request never does.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from saveit.advisors import Route
from saveit.consumers.notify import store
from saveit.consumers.notify.delivery.settling import tell_moved
from saveit.consumers.notify.delivery.world import Sealers
from saveit.consumers.notify.store import SpokenRow
from saveit.conversations import Conversation, PlannedPart, find_open, opened_part
from saveit.gateway import nothing_to_say
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Actor, Database, Transaction
from saveit.messages import (
    Address,
    Answer,
    CallEvent,
    Channels,
    Envelope,
    Inbound,
    Outbound,
    Request,
    Speech,
    UnifiedMessage,
)

_ACTOR = Actor("system", "notify", "internal")
# Twilio hangs up after fifteen seconds, a Lambda of Connect after eight; and silence of more than this sounds like a dead line.
_WAIT_S: Final = 4.0
# A turn of this process wakes who waits for it; this is for answers that another one plans.
_LOOKS_EVERY_S: Final = 0.25
# What was planned for an earlier call is not said into this one.
_SAID_LATELY: Final = timedelta(minutes=5)
_OVER = frozenset({"ended", "failed"})


class Speaking:
    """The mouth of calls; the gateway calls it once a request's event is kept."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        channels: Channels,
        sealers: Sealers,
        wait_s: float = _WAIT_S,
        looks_every_s: float = _LOOKS_EVERY_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._sealers = sealers
        self._wait_s = wait_s
        self._looks_every_s = looks_every_s
        self._waiting: dict[tuple[UUID, str], asyncio.Event] = {}

    def wake(self, line_id: UUID, event_key: str) -> None:
        """Look at once for what answers this event, where somebody here waits for it; to be called after the commit that planned it."""
        waiting = self._waiting.get((line_id, event_key))
        if waiting is not None:
            waiting.set()

    async def __call__(self, route: Route, envelope: Envelope, request: Request) -> Answer | None:
        """Return what is spoken now, or None where there is nothing yet: then the channel says how the caller waits."""
        channel = self._channels[route.line.channel]
        found = channel.parse(envelope)
        caller = _caller(found)
        if caller is None:
            return nothing_to_say(channel, request)
        # A request that is made again meanwhile waits for the same turn.
        place = (route.line.id, envelope.event_key)
        woken = self._waiting.setdefault(place, asyncio.Event())
        try:
            return await self._listen(route, envelope, caller, woken)
        finally:
            if self._waiting.get(place) is woken:
                del self._waiting[place]

    async def _listen(
        self, route: Route, envelope: Envelope, caller: Address, woken: asyncio.Event
    ) -> Answer | None:
        """Look until there is something to say, or nothing to wait for, or no time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._wait_s
        while True:
            woken.clear()
            answer, goes_on = await self._look(route, envelope, caller)
            if answer is not None or not goes_on or loop.time() >= until:
                return answer
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self._looks_every_s, until - loop.time())):
                    await woken.wait()

    async def _look(self, route: Route, envelope: Envelope, caller: Address) -> tuple[Answer | None, bool]:
        """Return what is planned for this request, and whether it is worth waiting for: a human on the line's other end types nothing."""
        line, channel = route.line, self._channels[route.line.channel]
        sealer = await self._sealers.sealer(self._database, line.tenant_id)
        async with self._database.ledger(_ACTOR) as tx:
            conversation = await find_open(
                tx, sealer, line_id=line.id, channel=channel.name, address=caller.value
            )
            if conversation is None:
                return None, True
            planned = await self._take(tx, sealer, conversation, envelope)
            now = self._clock.now()
        if not planned:
            return None, conversation.ai_attention
        last_row, last = planned[-1]
        assert isinstance(last.part, Speech)
        words = " ".join(each.part.text for _, each in planned if isinstance(each.part, Speech))
        outbound = Outbound(
            message_id=last_row.message_id,
            recipient=last.recipient,
            part=msgspec.structs.replace(last.part, text=words[: channel.can.text.max]),
        )
        rendered = channel.render(outbound, route.credentials, now)
        return (rendered if isinstance(rendered, Answer) else None), False

    async def _take(
        self, tx: Transaction, sealer: Sealer, conversation: Conversation, envelope: Envelope
    ) -> list[tuple[SpokenRow, PlannedPart]]:
        """Mark accepted what is to be said now, and return it; what this very request was told before is told again."""
        now = self._clock.now()
        tenant_id = sealer.tenant_id
        rows = await store.spoken_parts(tx, tenant_id, conversation.id, since=now - _SAID_LATELY)
        of_call = [
            (row, part)
            for row in rows
            if (part := _opened(sealer, row)) is not None and envelope.sender in part.thread
        ]
        chosen = [each for each in of_call if each[1].replies_to == envelope.event_key] or [
            each for each in of_call if each[0].status == "planned"
        ]
        fresh: Sequence[SpokenRow] = [row for row, _ in chosen if row.status == "planned"]
        await store.accept_spoken(tx, tenant_id, [row.message_id for row in fresh], now)
        for row in fresh:
            await tell_moved(tx, row, was="planned", status="accepted", error="", now=now)
        return chosen


def _opened(sealer: Sealer, row: SpokenRow) -> PlannedPart | None:
    """Return words that are to be spoken, None where they cannot be read, or are no words."""
    try:
        planned = opened_part(sealer, row.message_id, row.part_sealed or b"")
    except (Unreadable, msgspec.DecodeError):
        return None
    return planned if isinstance(planned.part, Speech) else None


def _caller(found: Sequence[Inbound]) -> Address | None:
    """Return who is on the line, or None where nobody is any more, or nobody was."""
    for each in found:
        match each:
            case UnifiedMessage(sender=sender):
                return sender.address
            case CallEvent(phase=phase, caller=caller) if caller is not None and phase not in _OVER:
                return caller.address
            case _:
                pass
    return None
