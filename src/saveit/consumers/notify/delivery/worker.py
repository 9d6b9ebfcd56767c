"""Moving messages from planned to accepted, one call each, never one twice.

The order of things is the whole point. A claim is committed before the call: whoever dies in between leaves a message that says "sending",
which after its lease is called unknown and not sent again, since it may have arrived. What tempts is to send it again "to be safe"; a guest
who gets two confirmations calls the restaurant, and one who gets two offers books twice. We pay with a message that now and then waits for
a person; its provider's status usually settles it first.

Several processes do this at once. Of each conversation one message is under way at a time, so that order survives a delay.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import assert_never

import msgspec

from saveit.consumers.notify import store
from saveit.consumers.notify.delivery.looking_up import LookingUp
from saveit.consumers.notify.delivery.rules import (
    ATTEMPTS_MAX,
    RECIPIENT_BURST,
    human_window_is_open,
    sendable,
    window_is_open,
)
from saveit.consumers.notify.delivery.settling import Settling
from saveit.consumers.notify.delivery.world import FindLine, Sealers, WayOut
from saveit.consumers.notify.store import ClaimRow
from saveit.conversations import find_silence, opened_part
from saveit.kernel import faults
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Unreadable
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.errors import Fault
from saveit.kernel.http import AnswerLost, NotSent
from saveit.kernel.observe import logger, metrics
from saveit.kernel.waiting import wait_for
from saveit.messages import (
    Answer,
    Channel,
    Credentials,
    HttpCall,
    Mail,
    Outbound,
    Outcome,
    Refused,
    RetryAfter,
    Sent,
    SocketPush,
    Unknown,
)

_log = logger("notify")
_ACTOR = Actor("system", "notify", "internal")

# A quarter of a second is what a guest may wait when nobody told us that something was planned; `wake` looks at once.
_POLL_S = 0.25
# The longest call has a time-out of thirty seconds; twice that, and its caller is dead or will never say.
_LEASE = timedelta(seconds=60)
_AT_ONCE_MAX = 16
# Reminders never fill the house: so many places are kept for whoever waits for an answer.
_AT_ONCE_ORDINARY_MAX = 12
_URGENT, _ALL = 0, 32_767
_SWEEP_S = 5.0


class Prepared(msgspec.Struct, frozen=True):
    """A message ready to be called out."""

    channel: Channel
    rendered: HttpCall | Mail | SocketPush
    repeatable: bool


class Delivery:
    """Delivers until it is closed; made to run in many processes at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        channels: Mapping[str, Channel],
        sealers: Sealers,
        find_line: FindLine,
        way_out: WayOut,
        random: Random | None = None,
        poll_s: float = _POLL_S,
    ) -> None:
        self._database = database
        self._clock = clock
        # What is spoken rides on the caller's own request; nobody calls it out.
        self._channels = {name: channel for name, channel in channels.items() if channel.can.reply == "later"}
        self._spoken = tuple(name for name in channels if name not in self._channels)
        self._repeatable = tuple(name for name, each in self._channels.items() if each.can.twice_is_once)
        self._sealers = sealers
        self._find_line = find_line
        self._way_out = way_out
        self._random = random or Random()  # noqa: S311 - it spreads retries.
        self._poll_s = poll_s
        self._settling = Settling(database, clock, self._random)
        self._looking_up = LookingUp(
            database,
            clock,
            channels=channels,
            sealers=sealers,
            find_line=find_line,
            way_out=way_out,
            settling=self._settling,
        )
        self._woken = asyncio.Event()
        self._closing = False
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look for planned messages now; to be called after the commit that planned them."""
        self._woken.set()

    def close(self) -> None:
        """Let `run` return once what is under way has been settled."""
        self._closing = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver until `close` is called. A lost database is logged and tried again."""
        loop = asyncio.get_running_loop()
        swept_s = 0.0
        while not self._closing:
            try:
                claimed = await self._claim_some()
                if loop.time() - swept_s >= _SWEEP_S:
                    swept_s = loop.time()
                    await self.sweep()
            except Fault as error:
                _log.warning("delivery.waits", error=type(error).__name__)
                claimed = 0
            if not claimed or len(self._under_way) >= _AT_ONCE_MAX:
                await self._pause()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def drain(self, *, rounds_max: int = 1000) -> int:
        """Deliver all that is due now and return how many calls were made; for tests and for the end of a batch."""
        made = 0
        for _ in range(rounds_max):
            claimed = await self._claim_some()
            made += claimed
            await asyncio.gather(*self._under_way)
            if not claimed:
                break
        return made

    async def sweep(self) -> None:
        """Settle what nobody else will: messages of dead senders, old ones, unknown ones; and count what waits for a person."""
        now = self._clock.now()
        async with self._database.ledger(_ACTOR) as tx:
            await store.resume_stale(tx, self._repeatable, attempts_max=ATTEMPTS_MAX, now=now)
            await self._settling.sweep(tx, tuple(self._channels), self._spoken, now)
            watched = await store.count_dead(tx, now)
        if await self._looking_up.ask():
            self.wake()
        metrics.dead_letters.set(watched.dead)
        metrics.lines_stopped.set(watched.stopped)
        metrics.messages_lag_s.set(max(0.0, watched.lag_s))

    async def _pause(self) -> None:
        await wait_for(self._woken, within_s=self._poll_s)
        self._woken.clear()

    async def _claim_some(self) -> int:
        """Claim what there is room for, and begin to send it. Places are kept for what is urgent."""
        room = _AT_ONCE_MAX - len(self._under_way)
        if room <= 0:
            return 0
        ordinary = _AT_ONCE_ORDINARY_MAX - len(self._under_way)
        ready: list[ClaimRow] = []
        now = self._clock.now()
        async with self._database.ledger(_ACTOR) as tx:
            claims = await store.claim_messages(
                tx,
                now=now,
                lease_until=now + _LEASE,
                channels=tuple(self._channels),
                priority_max=_ALL if ordinary > 0 else _URGENT,
                rows_max=ordinary if ordinary > 0 else room,
            )
            # In one order everywhere, so that two processes never wait for each other's rates.
            for claim in sorted(claims, key=lambda each: (each.line_id, each.conversation_id)):
                if claim.overtaken:
                    await self._settling.dropped(tx, claim, now)
                elif await self._has_rate(tx, claim, now):
                    ready.append(claim)
        await faults.reach("notify.claim.after_commit")
        for claim in ready:
            task = asyncio.create_task(self._deliver(claim))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        return len(claims)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._woken.set()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # Not the traceback: its frames hold the line's secrets and the guest's words.
            _log.error("message.stuck", error=type(error).__name__)

    async def _has_rate(self, tx: Transaction, claim: ClaimRow, now: datetime) -> bool:
        """Use up the guest's and the line's allowance, or put the message back until there is some."""
        can = self._channels[claim.channel].can
        limits = (
            (claim.conversation_id, can.per_recipient_s, float(RECIPIENT_BURST)),
            (claim.line_id, can.per_line_s, can.per_line_s or 1.0),
        )
        for subject_id, rate_s, burst in limits:
            if rate_s is None:
                continue
            burst_s = (max(burst, 1.0) - 1) / rate_s
            used_until = await store.take_rate(
                tx, claim, subject_id, each_s=1 / rate_s, burst_s=burst_s, now=now
            )
            if used_until is not None:
                due_at = used_until - timedelta(seconds=burst_s)
                await store.settle(
                    tx,
                    claim,
                    status="planned",
                    error="rate",
                    due_at=max(due_at, now + timedelta(milliseconds=10)),
                    now=now,
                    attempts_back=1,
                )
                return False
        return True

    async def _deliver(self, claim: ClaimRow) -> None:
        """Send one message and settle it. Whatever fails here leaves it "sending", and so in time unknown."""
        channel = self._channels[claim.channel]
        prepared = await self._prepared(claim, channel)
        if not isinstance(prepared, Prepared):
            await self._settling.settle(claim, prepared)
            return
        outcome = await self._called(prepared)
        await faults.reach("notify.deliver.after_call")
        await self._settling.settle(claim, outcome)
        await faults.reach("notify.deliver.after_settling")

    async def _prepared(self, claim: ClaimRow, channel: Channel) -> Prepared | Refused | RetryAfter:
        """Return the call, or why there is none. Nothing has left the house yet, so any refusal is certain."""
        sealer = await self._sealers.sealer(self._database, claim.tenant_id)
        async with self._database.ledger(_ACTOR) as tx:
            silenced = await find_silence(tx, claim.tenant_id, claim.channel, claim.address_index)
            if silenced is not None and claim.message_id not in silenced.farewell_ids:
                return Refused("opted_out", "before_the_call")
        line = await self._find_line(claim.tenant_id, claim.line_id)
        if line is None or not line.active:
            return RetryAfter("call", "line_inactive", 60.0)
        try:
            planned = opened_part(sealer, claim.message_id, claim.part_sealed or b"")
        except (Unreadable, msgspec.DecodeError):
            return Refused("bug", "unreadable")
        now = self._clock.now()
        is_open = window_is_open(channel.can, claim.last_inbound_at, now)
        by_human = (
            not is_open
            and claim.author == "staff"
            and human_window_is_open(channel.can, claim.last_inbound_at, now)
        )
        part = sendable(planned.part, channel.can, window_open=is_open or by_human)
        if isinstance(part, Refused):
            return part
        outbound = Outbound(
            message_id=claim.message_id,
            recipient=planned.recipient,
            part=part,
            author=claim.author,
            replies_to=planned.replies_to,
            thread=planned.thread,
            by_human=by_human,
        )
        return _rendered(channel, outbound, line.credentials, now)

    async def _called(self, prepared: Prepared) -> Outcome:
        """Make the call and read what came of it."""
        await faults.reach("notify.deliver.before_call")
        try:
            response = await self._way_out.send(prepared.rendered)
        except NotSent as error:
            return RetryAfter("call", f"not_sent:{error}")
        except AnswerLost as error:
            return (
                RetryAfter("call", "answer_lost") if prepared.repeatable else Unknown(f"answer_lost:{error}")
            )
        outcome = prepared.channel.read(response)
        if (
            isinstance(outcome, Sent)
            and not outcome.channel_message_id
            and isinstance(prepared.rendered, Mail)
        ):
            return Sent(prepared.rendered.message_id)
        if isinstance(outcome, Unknown) and prepared.repeatable:
            return RetryAfter("call", outcome.code)
        return outcome


def _rendered(
    channel: Channel, outbound: Outbound, credentials: Credentials, now: datetime
) -> Prepared | Refused:
    try:
        rendered = channel.render(outbound, credentials, now)
    except ValueError as error:
        _log.error("message.unrenderable", channel=channel.name, part=type(outbound.part).__name__)
        return Refused("bug", "unrenderable", str(error))
    match rendered:
        case HttpCall():
            return Prepared(channel, rendered, rendered.repeatable)
        case Mail():
            return Prepared(channel, rendered, repeatable=False)
        case SocketPush():
            # The widget knows a frame by its id, so twice is once.
            return Prepared(channel, rendered, repeatable=True)
        case Answer():
            return Refused("bug", "spoken")
        case _:
            assert_never(rendered)


def channel_map(channels: Sequence[Channel]) -> dict[str, Channel]:
    """Return channels by their names."""
    return {channel.name: channel for channel in channels}
