"""Takes events out of the inbox, in order for one guest and side by side for many, and gives each its turn.

A turn has three steps. First it is written down who wrote and what. Then the policy thinks, asking the core; a booking is committed in this
step, under the event's key. At last acts, state, answer and the inbox's row are written in one transaction, unless a human took over since
the first step: then the answer is dropped in that same transaction. Killed anywhere, the event is delivered again and each step finds
what the one before it left.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar, Final, assert_never
from uuid import UUID

import msgspec

from saveit.conversations import (
    Author,
    Conversation,
    act_for_advisor,
    address_index,
    note_booked,
    note_offered,
    note_turn,
    of_person,
    plan,
    recall,
    remember,
    say_farewell,
    silence,
    take_over,
    unsilence,
)
from saveit.dialogue.model import (
    Accept,
    Answer,
    Book,
    Decision,
    Effect,
    Guest,
    HandOver,
    OptInEffect,
    OptOutEffect,
    Situation,
)
from saveit.dialogue.nlu.model import Engine
from saveit.dialogue.policy import QUESTIONS_MAX, decide, good_name
from saveit.dialogue.turns.besides import Beside, mended, note_beside
from saveit.dialogue.turns.clerk import IN_THE_TURN, Asker, Clerk, Links
from saveit.dialogue.turns.hearing import (
    context_of,
    corrected,
    hear,
    speaks,
    spoken_to,
    writer_of,
)
from saveit.dialogue.turns.model import CallOut, Delivered, Inbox, place_of
from saveit.dialogue.turns.writing import Heard, write_down
from saveit.dialogue.words import Voice
from saveit.guests import (
    CodeToSend,
    Writer,
    channel_key,
    introduce,
    normal_phone,
    say_consent,
)
from saveit.kernel import faults
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Actor, Transaction
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.observe import logger
from saveit.messages import (
    AccountEvent,
    CallEvent,
    Can,
    Channels,
    Chosen,
    Collects,
    Confirmation,
    Deletion,
    Edit,
    Elsewhere,
    Ignored,
    Inbound,
    Part,
    Sender,
    TapAnswer,
    UnifiedMessage,
    UnifiedResponse,
    fit,
)
from saveit.reservations import Desk

_log = logger("dialogue")
# What is answered a second time has it already: one is enough.
_ANSWERED: Final = re.compile(r"^(?:re\s*:\s*)+", re.IGNORECASE)
_CLAIMED_AT_ONCE: Final = 32
# Each turn holds a tenant's connection, and the web needs some too.
_THINKING_AT_ONCE: Final = 5
# An arrival wakes the worker; this is for what other processes took in, and for what waits to be tried again.
_LOOKS_EVERY_S: Final = 0.25
# Sounds are heard by a worker of its own; a turn only looks whether it is done.
_LISTENS_AGAIN: Final = timedelta(seconds=0.5)
_OK: Final = 200
_json = msgspec.json.Encoder()


class ProviderSaysNo(Fault):
    """A provider did not answer a call that it had asked for."""

    code: ClassVar[str] = "provider_says_no"


class StillToBeHeard(Exception):
    """A guest said something aloud that nobody has put into words yet: the event is given back for a moment."""


class Turns:
    """The turns of one process. `links` makes the addresses of a booking's pass, `call_out` calls providers back.

    `listens_s` is how long what guests say aloud is waited for to be put into words; 0 where nobody listens.
    `on_answered` is called with each event whose turn is over: by then its answer is planned, and somebody in this process may wait for it.
    """

    def __init__(
        self,
        desk: Desk,
        channels: Channels,
        engine: Engine,
        inbox: Inbox,
        *,
        links: Links | None = None,
        call_out: CallOut | None = None,
        listens_s: float = 0.0,
    ) -> None:
        self._desk = desk
        self._channels = channels
        self._engine = engine
        self._inbox = inbox
        self._links = links
        self._call_out = call_out
        self._listens = timedelta(seconds=listens_s)
        self.on_answered: Callable[[Delivered], None] = _nobody_waits
        self._thinking = asyncio.Semaphore(_THINKING_AT_ONCE)
        self._woken = asyncio.Event()
        self._over = False

    def wake(self) -> None:
        """Look at once: something arrived."""
        self._woken.set()

    def close(self) -> None:
        """Take nothing new; `run` returns when the turns under way are over."""
        self._over = True
        self._woken.set()

    async def run(self) -> None:
        """Give turns until closed. A lost database is waited for."""
        while not self._over:
            self._woken.clear()
            try:
                taken = await self.take_next()
            except Fault as error:
                _log.warning("turns.waiting", error=type(error).__name__)
                taken = 0
            if not taken:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOKS_EVERY_S)

    async def take_next(self, events_max: int = _CLAIMED_AT_ONCE) -> int:
        """Take what waits, side by side, and return how many there were."""
        events = await self._inbox.claim(events_max)
        await asyncio.gather(*(self.take(event) for event in events))
        return len(events)

    async def take(self, event: Delivered) -> None:
        """Give one event its turn; what fails is tried again later, and never stops the others."""
        async with self._thinking:
            await self._take_or_delay(event)

    async def _take_or_delay(self, event: Delivered) -> None:
        try:
            await self._take(event)
            self.on_answered(event)
        except StillToBeHeard:
            with suppress(Fault, Refusal):
                async with self._desk.database.tenant(event.tenant_id, self._actor(event)) as tx:
                    await self._inbox.put_off(tx, event, _LISTENS_AGAIN)
        except (Refusal, Fault) as error:
            await self._delay(event, error)
        except Exception as error:  # noqa: BLE001 - the edge of a process: one bad event must not stop the others.
            _log.exception("turn.failed", inbox_id=str(event.inbox_id), error=type(error).__name__)
            await self._delay(event, error)

    async def _delay(self, event: Delivered, error: BaseException) -> None:
        """Give the event back. Where even that fails its claim runs out, and it is taken again."""
        with suppress(Fault, Refusal):
            await self._give_back(event, error)

    async def _give_back(self, event: Delivered, error: BaseException) -> None:
        async with self._desk.database.tenant(event.tenant_id, self._actor(event)) as tx:
            await self._inbox.delay(tx, event, type(error).__name__)

    async def _take(self, event: Delivered) -> None:
        channel = self._channels[event.line.channel]
        found = channel.parse(event.envelope)
        if len(found) == 1 and isinstance(found[0], Confirmation | Elsewhere):
            found = await self._fetched(event, found[0])
        for number, each in enumerate(found, 1):
            last = number == len(found)
            match each:
                case UnifiedMessage():
                    await self._message(event, each, number=number, last=last)
                case CallEvent(phase="started" | "no_input", caller=Sender()) if speaks(channel.can):
                    await self._message(event, spoken_to(each, event), number=number, last=last)
                case Confirmation() | Elsewhere():
                    if last:
                        await self._finish(event)
                case _:
                    await self._beside(event, each, last=last)

    # ------------------------------------------------------------------------------------------------ a message

    async def _message(self, event: Delivered, message: UnifiedMessage, *, number: int, last: bool) -> None:
        database = self._desk.database
        actor = self._actor(event)
        current = await self._current(event, message)

        async def write(tx: Transaction) -> Heard | None:
            return await write_down(self._desk, tx, event, current, listens=self._listens)

        heard = await database.attempt(event.tenant_id, actor, write)
        await faults.reach("dialogue.turn.after_hearing")
        if heard is not None and heard.is_still_to_be_heard:
            raise StillToBeHeard
        if heard is None or not heard.wants_an_answer:
            if last:
                await self._finish(event)
            return
        message = heard.said
        situation = await self._situation(event, message, heard)
        if situation is None:
            if last:
                await self._finish(event)
            return
        clerk = self._clerk(event, message, heard, number=number, actor=actor)
        answers: list[Answer] = []
        step = decide(situation, answers)
        while not isinstance(step, Decision) and not isinstance(step, IN_THE_TURN):
            assert len(answers) < QUESTIONS_MAX
            if isinstance(step, Book | Accept) and not await self._is_ours(event, heard, actor):
                break  # A human took over while we thought; what follows finds the same.
            answers.append(await clerk.answer(step, None))
            step = decide(situation, answers)
        await faults.reach("dialogue.turn.before_commit")

        async def settle(tx: Transaction) -> None:
            await self._settle(tx, event, message, heard, situation, clerk, tuple(answers), last=last)

        await self._desk.attempt(event.tenant_id, actor, settle)

    async def _is_ours(self, event: Delivered, heard: Heard, actor: Actor) -> bool:
        """Say whether the bot still speaks for this conversation; a booking commits by itself, so this is asked before it, too."""
        async with self._desk.database.tenant(event.tenant_id, actor) as tx:
            now = await recall(tx, tx.tenant_id, heard.conversation.id)
            return now is not None and now.ai_attention and now.ai_epoch == heard.epoch

    async def _current(self, event: Delivered, message: UnifiedMessage) -> UnifiedMessage:
        """Return a message as its sender has it by now: mended or taken back while it waited here."""
        if not event.is_followed or isinstance(message.content, Edit | Deletion):
            return message
        channel = self._channels[event.line.channel]
        behind = [
            each
            for envelope in await self._inbox.behind(event)
            for each in channel.parse(envelope)
            if isinstance(each, UnifiedMessage)
        ]
        return mended(message, behind) or msgspec.structs.replace(
            message, content=Deletion(message.channel_message_id)
        )

    async def _situation(self, event: Delivered, message: UnifiedMessage, heard: Heard) -> Situation | None:
        now = self._desk.now()
        state, venues = heard.state, heard.venues
        venue = next((each for each in venues if each.id == state.restaurant_id), venues[0])
        if state.language is None:
            state = msgspec.structs.replace(state, language=heard.person.language)
        content = await hear(message.content, self._engine, context_of(state, venue, now, venues))
        if content is None:
            return None
        if isinstance(message.content, Edit):
            content = corrected(content, state)
        writer = writer_of(message, place=place_of(event.line))
        guest = Guest(
            name=good_name(heard.person.name),
            phone=_first_phone(writer),
            email=writer.emails[0] if writer.emails else None,
        )
        return Situation(state=state, heard=content, now=now, venues=venues, guest=guest)

    def _clerk(
        self, event: Delivered, message: UnifiedMessage, heard: Heard, *, number: int, actor: Actor
    ) -> Clerk:
        writer = writer_of(message, place=place_of(event.line))

        async def send_code(tx: Transaction, made: CodeToSend) -> None:
            await self._send_code(tx, heard, made)

        asker = Asker(
            tenant_id=event.tenant_id,
            actor=msgspec.structs.replace(actor, id=f"conversation:{heard.conversation.id}"),
            person=heard.person,
            phone=_first_phone(writer),
            conversation=heard.conversation,
            written_from=channel_key(writer.place, writer.identifier),
            region=heard.venues[0].region,
            event=f"{event.line.id}:{event.envelope.event_key}:{number}",
            retried=event.attempt > 1,
        )
        links = self._links if event.line.advisor_id else None  # Others are brought the pass with the notice.
        return Clerk(self._desk, asker, links=links, send_code=send_code)

    async def _settle(  # noqa: PLR0917 - all that a turn led to.
        self,
        tx: Transaction,
        event: Delivered,
        message: UnifiedMessage,
        heard: Heard,
        situation: Situation,
        clerk: Clerk,
        before: tuple[Answer, ...],
        *,
        last: bool,
    ) -> None:
        """Write acts, state, answer and the inbox's row together, or nothing of the bot's when a human took over meanwhile."""
        now, conversation = self._desk.now(), heard.conversation
        sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
        await act_for_advisor(tx, event.line.advisor_id)
        memory = await recall(tx, tx.tenant_id, conversation.id, lock=True)
        assert memory is not None
        if memory.ai_epoch == heard.epoch:
            answers = list(before)
            step = decide(situation, answers)
            while not isinstance(step, Decision):
                assert len(answers) < QUESTIONS_MAX
                answers.append(await clerk.answer(step, tx))
                step = decide(situation, answers)
            written = await remember(
                tx,
                conversation,
                _json.encode(step.state),
                language=step.state.language or "es",
                epoch=heard.epoch,
                now=now,
            )
            assert written, "the conversation is locked"
            await _tell_progress(tx, conversation, clerk, now)
            if heard.person.name is None and situation.state.draft.name:
                await introduce(
                    tx, sealer, msgspec.structs.replace(heard.person, name=situation.state.draft.name)
                )
            handed_over = await self._effects(tx, heard, step.effects, now)
            parts = _parts(step.replies, message, self._channels[event.line.channel].can, over=handed_over)
            author: Author = "system" if handed_over else "bot"
            planned = await plan(
                tx,
                sealer,
                conversation,
                parts,
                author=author,
                now=now,
                epoch=None if handed_over else heard.epoch,
                replies_to=message.channel_message_id
                if _threads(self._channels[event.line.channel].can)
                else None,
                thread=(message.thread,) if message.thread else (),
            )
            await self._silence(tx, sealer, conversation, step.effects, planned)
        await note_turn(tx, heard.message.message_id, memory.ai_epoch)
        if last:
            await self._inbox.finish(tx, event)
        await faults.reach("dialogue.turn.in_commit")

    async def _effects(self, tx: Transaction, heard: Heard, effects: Sequence[Effect], now: datetime) -> bool:
        """Do what a decision has besides its answer, and say whether a human answers from here on."""
        handed_over = False
        for effect in effects:
            match effect:
                case HandOver(why=why):
                    await take_over(tx, heard.conversation, by="bot", why=why, now=now)
                    handed_over = True
                case OptOutEffect() | OptInEffect():
                    await say_consent(
                        tx,
                        heard.person.id,
                        scope="all",
                        allowed=isinstance(effect, OptInEffect),
                        how=f"said on {heard.conversation.channel}",
                        now=now,
                    )
                case _:
                    assert_never(effect)
        return handed_over

    async def _silence(  # noqa: PLR0917 - whose word it is, and what still goes out.
        self,
        tx: Transaction,
        sealer: Sealer,
        conversation: Conversation,
        effects: Sequence[Effect],
        planned: Sequence[UUID],
    ) -> None:
        """Let nothing but the answer to a guest's opt-out go to this address from here on, until the guest takes it back."""
        place = (
            tx.tenant_id,
            conversation.channel,
            address_index(sealer, conversation.channel, conversation.address),
        )
        for effect in effects:
            if isinstance(effect, OptOutEffect):
                await silence(tx, *place, code="said", by_guest=True, now=self._desk.now())
                await say_farewell(tx, *place, planned)
            elif isinstance(effect, OptInEffect):
                await unsilence(tx, *place, by_guest=True)

    async def _send_code(self, tx: Transaction, heard: Heard, made: CodeToSend) -> None:
        """Plan the code to the other addresses of the person that it proves, never to the one that asks."""
        sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
        venue, now = heard.venues[0], self._desk.now()
        for conversation in await of_person(tx, sealer, made.person_id):
            if conversation.id == heard.conversation.id:
                continue
            voice = Voice(
                conversation.language, formal=venue.manners.formal, region=venue.region, today=now.date()
            )
            reply = UnifiedResponse(
                text=voice.say("code_message", code=made.code), language=conversation.language
            )
            parts = fit(reply, self._channels[conversation.channel].can)
            await plan(tx, sealer, conversation, parts, author="system", now=now)

    # ------------------------------------------------------------------------------------------------ besides messages

    async def _beside(self, event: Delivered, inbound: Beside, *, last: bool) -> None:
        async def work(tx: Transaction) -> None:
            sealer = await self._desk.keys.sealer(tx, tx.tenant_id)
            await note_beside(tx, sealer, event, inbound, now=self._desk.now())
            if last:
                await self._inbox.finish(tx, event)

        await self._desk.database.attempt(event.tenant_id, self._actor(event), work)

    async def _fetched(self, event: Delivered, asked: Confirmation | Elsewhere) -> tuple[Inbound, ...]:
        """Call the provider back as it asks, and return what came of it: nothing more, or the event itself."""
        channel = self._channels[event.line.channel]
        if isinstance(asked, Confirmation):
            call = asked.call
        elif isinstance(channel, Collects):
            call = channel.collect(asked.reference, event.credentials, self._desk.now())
        else:
            call = None
        if call is None or self._call_out is None:
            return (Ignored(kind=type(asked).__name__.lower(), why="incomplete"),)
        response = await self._call_out(call)
        if response.status != _OK:
            raise ProviderSaysNo(f"status {response.status}")
        if isinstance(asked, Confirmation):
            return (AccountEvent(kind="SubscriptionConfirmed", detail="webhooks come from here on"),)
        return channel.parse(msgspec.structs.replace(event.envelope, body=response.body))

    async def _finish(self, event: Delivered) -> None:
        async with self._desk.database.tenant(event.tenant_id, self._actor(event)) as tx:
            await self._inbox.finish(tx, event)

    def _actor(self, event: Delivered) -> Actor:
        return Actor("guest", "unknown", event.line.channel, event.trace_id)


def _first_phone(writer: Writer) -> str | None:
    return next(filter(None, (normal_phone(phone, "") for phone in writer.phones)), None)


def _threads(can: Can) -> bool:
    """Say whether an answer names what it answers: letters and calls do; in a chat it would quote every message."""
    return can.shape != "chat"


def _nobody_waits(event: Delivered) -> None:
    """Nothing in this process sends or speaks what is planned."""
    del event


async def _tell_progress(tx: Transaction, conversation: Conversation, clerk: Clerk, now: datetime) -> None:
    """Write down how far the talk has come by this turn."""
    if clerk.offering is not None:
        await note_offered(tx, conversation, clerk.offering, now=now)
    if clerk.booked is not None:
        await note_booked(tx, conversation, clerk.booked.restaurant_id, clerk.booked.id, now=now)


def _parts(
    replies: Sequence[UnifiedResponse], message: UnifiedMessage, can: Can, *, over: bool
) -> tuple[Part, ...]:
    parts: list[Part] = []
    if isinstance(message.content, Chosen) and message.content.tap_id is not None:
        parts.append(TapAnswer(message.content.tap_id))
    for reply in replies:
        subject = f"Re: {_ANSWERED.sub('', message.subject)}" if message.subject else reply.subject
        # Nobody else is on the line who could go on with a call.
        ends_call = reply.ends_call or (over and can.shape == "speech")
        parts += fit(msgspec.structs.replace(reply, subject=subject, ends_call=ends_call), can)
    return tuple(parts)
