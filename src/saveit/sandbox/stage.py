"""The stage: where guests speak and see, webhooks leave, calls arrive, and things go wrong on purpose."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

import msgspec

from saveit.kernel.http import AnswerLost, NotSent
from saveit.kernel.observe import logger
from saveit.messages import HttpCall, Mail, Response, SocketPush
from saveit.sandbox.calls import Calls, Deliver
from saveit.sandbox.model import Call, Entry, Faults, Incoming, Line, Outgoing, Receipt, Said, Shown, Taken
from saveit.sandbox.providers import (
    Amazon,
    Answering,
    Event,
    Files,
    OpenAIAudio,
    StandIn,
    TelegramApi,
    Threads,
    Transcribe,
    TwilioMessages,
    WhatsAppGraph,
    echo,
    mail_of,
    take_mail,
    take_push,
    web_frame,
)
from saveit.sandbox.world import Conversation, World

_log = logger("sandbox")

SessionToken: TypeAlias = Callable[[str, str], str]
"""Signs a web chat's session with a line's secret, as the product does when it opens one."""

_CALLS_MAX = 5_000
_OK = range(200, 300)
# Statuses follow each other so; a real provider takes longer, and a test does not want to wait.
_STATUS_GAP_S = 0.02
_BATCH_WAIT_S = 0.05


class ClockThatMoves(Protocol):
    """The product's clock, as far as the stage moves it."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...

    def move(self, now: datetime | None) -> None:
        """Go on from `now`, or with real time again."""
        ...


class UnknownLine(Exception):
    """No line of the channel has this address."""


class Stage:
    """Every provider at once, for one process. `send` is the product's way out, `deliver` its front door.

    Webhooks are delivered by tasks of their own, in order for each guest, and repeated as the provider repeats them; `settle` waits for
    all of them, for tests.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        *,
        public_url: str,
        clock: ClockThatMoves,
        deliver: Deliver,
        session_token: SessionToken,
    ) -> None:
        self.clock = clock
        self.world = World(lines, public_url=public_url, now=clock.now)
        self.faults = Faults()
        self.calls: list[Call] = []
        self._deliver = deliver
        self._session_token = session_token
        self._stand_ins: tuple[StandIn, ...] = (
            WhatsAppGraph(),
            Threads(),
            TwilioMessages(),
            TelegramApi(),
            Amazon(),
        )
        # Asked first: files lie at hosts that also carry channels.
        self._besides: tuple[Answering, ...] = (Files(), OpenAIAudio(), Transcribe())
        self._voice = Calls(self.world, deliver)
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}
        self._waiting: dict[str, list[tuple[Line, Event]]] = {}
        self._call_seq = 0
        self._chance = random.Random(self.faults.seed)  # noqa: S311 - it decides what goes wrong in a play, and guards nothing.

    def set_faults(self, faults: Faults) -> None:
        """Let these things go wrong from now on, by a draw that begins anew."""
        self.faults = faults
        self._chance.seed(faults.seed)

    def set_deliver(self, deliver: Deliver) -> None:
        """Deliver webhooks here from now on: the product's front door exists only after its way out does."""
        self._deliver = deliver
        self._voice = Calls(self.world, deliver)

    async def say(self, channel: str, said: Said, *, to: str = "") -> str:
        """Let a guest say something to a line; returns the provider's id of it. The webhook is delivered beside.

        Raises: UnknownLine.
        """
        line = self.world.line(channel, to)
        if line is None:
            raise UnknownLine(channel)
        if channel in Calls.channels:
            return await self._voice.say(line, said)
        alias = self.alias(channel, said.guest)
        self.world.met(channel, said.guest, alias, line)
        message_id, event, whole = self._heard(line, said, alias)
        title = self.world.tapped(channel, said.guest, said.button).title if said.button else said.text
        files = ({"kind": said.media},) if said.media else ()
        shown = Shown(text=title, attachments=files)
        self.conversation(channel, said.guest).add(
            "in", shown, address=line.key.address, message_id=message_id, at=self.world.now()
        )
        if whole is not None:
            self._spawn(self._post_in_turn(line, said.guest, whole))
        elif event is not None:
            self._spawn(self._tell(line, said.guest, event))
        return message_id

    async def send(self, call: Outgoing) -> Response:
        """Be the world outside for the product: judge the call, show it to its guest, and tell what becomes of it.

        Raises: NotSent, AnswerLost, when a fault says so.
        """
        await asyncio.sleep(0)
        if isinstance(call, SocketPush):
            return self._note(call, take_push(call, self.world)).response
        channel = self._channel_of(call)
        faulty = self.faults.channel in {None, channel}
        if faulty and self._drawn(self.faults.unreachable):
            raise NotSent("sandbox")
        if faulty and self._drawn(self.faults.throttled):
            return self._note(
                call, Taken(channel=channel, response=_throttled(channel), verdict="fault: 429")
            ).response
        if faulty and self._drawn(self.faults.broken):
            response = Response(status=503, body=b"upstream connect error or disconnect/reset before headers")
            return self._note(call, Taken(channel=channel, response=response, verdict="fault: 503")).response
        taken = self._note(call, self._judge(call))
        if faulty and self._drawn(self.faults.lost_answer):
            raise AnswerLost("sandbox")
        return taken.response

    def conversation(self, channel: str, guest: str) -> Conversation:
        """Return what this guest sees on this channel."""
        return self.world.conversations[channel, guest]

    async def read(
        self, channel: str, guest: str, *, after: int, wait_s: float, address: str = ""
    ) -> list[Entry]:
        """Return the lines after a number, of all threads or of the one with a line, waiting for the first of them so long."""
        conversation = self.conversation(channel, guest)
        if not conversation.since(after, address) and wait_s > 0:
            try:
                async with asyncio.timeout(wait_s):
                    while not conversation.since(after, address):
                        await conversation.grown.wait()
            except TimeoutError:
                pass
        return conversation.since(after, address)

    async def settle(self) -> None:
        """Return once every webhook under way was delivered or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop delivering."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def alias(self, channel: str, guest: str) -> str:
        """Return how the channel's provider spells a guest."""
        for stand_in in self._stand_ins:
            if channel in stand_in.channels:
                return stand_in.alias(channel, guest)
        if channel == "webchat":
            return f"guest-{guest}".replace("+", "").replace("@", "-").replace(".", "-")
        return guest

    def _heard(self, line: Line, said: Said, alias: str) -> tuple[str, Event | None, Incoming | None]:
        """Return what the provider tells: an event that it may batch, or a whole request of our own making."""
        if line.channel == "webchat":
            token = self._session_token(alias, line.credentials.value("session_secret"))
            frame_id, frame = web_frame(line, said, token, self.world)
            return frame_id, None, frame
        if line.channel == "email_smtp":
            mail = mail_of(line, said, alias, self.world)
            headers = {
                "x-saveit-listener": line.credentials.value("listener_secret"),
                "x-saveit-rcpt-to": line.key.address,
                "x-saveit-mail-from": alias,
            }
            incoming = Incoming(
                method="SMTP", path="/webhooks/email_smtp", headers=headers, body=mail.as_bytes()
            )
            return str(mail["Message-ID"]), None, incoming
        message_id, event = self._stand_in(line.channel).said(line, said, self.world)
        return message_id, event, None

    def _stand_in(self, channel: str) -> StandIn:
        return next(each for each in self._stand_ins if channel in each.channels)

    def _channel_of(self, call: HttpCall | Mail) -> str:
        if isinstance(call, Mail):
            return "email_smtp"
        if any(each.hears(call) for each in self._besides):
            return ""
        return next((each.channels[0] for each in self._stand_ins if each.hears(call)), "")

    def _judge(self, call: HttpCall | Mail) -> Taken:
        if isinstance(call, Mail):
            return take_mail(call, self.world)
        for each in (*self._besides, *self._stand_ins):
            if each.hears(call):
                return each.take(call, self.world)
        raise NotSent("nobody stands in for this host")

    def _note(self, call: Outgoing, taken: Taken) -> Taken:
        """Keep the call and its verdict, show it to its guest, and begin to tell what becomes of it."""
        self._call_seq += 1
        url = "" if not isinstance(call, HttpCall) else _without_secrets(call.url, taken.line)
        self.calls.append(
            Call(
                seq=self._call_seq,
                channel=taken.channel,
                method=call.method if isinstance(call, HttpCall) else type(call).__name__,
                url=url,
                status=taken.response.status,
                verdict=taken.verdict,
                message_id=taken.message_id,
                to=taken.guest,
                at=self.world.now(),
            )
        )
        del self.calls[:-_CALLS_MAX]
        if taken.shown is not None:
            conversation = self.conversation(taken.channel, taken.guest)
            address = "" if taken.line is None else taken.line.key.address
            conversation.add(
                "out", taken.shown, address=address, message_id=taken.message_id, at=self.world.now()
            )
        if taken.line is not None and (taken.progress or self.faults.echoes):
            self._spawn(self._tell_progress(taken, taken.line))
        return taken

    async def _tell_progress(self, taken: Taken, line: Line) -> None:
        stand_in = self._stand_in(taken.channel)
        if taken.channel in {"messenger", "instagram"} and taken.shown and self._drawn(self.faults.echoes):
            alias = self.alias(taken.channel, taken.guest)
            event = echo(line, alias, taken.message_id, text=taken.shown.text, world=self.world)
            await self._tell(line, taken.guest, event)
        for progress in taken.progress:
            await asyncio.sleep(_STATUS_GAP_S)
            receipt = Receipt(
                line=line,
                guest=taken.guest,
                message_id=taken.message_id,
                progress=progress,
                reference=taken.reference,
                callback=taken.callback,
                code=taken.later,
            )
            event = stand_in.status(receipt, self.world)
            if event is not None and not self._drawn(self.faults.lost_status):
                await self._tell(line, taken.guest, event)

    async def _tell(self, line: Line, guest: str, event: Event) -> None:
        """Deliver an event, perhaps with others of its line in one request."""
        stand_in = self._stand_in(line.channel)
        if self.faults.batch <= 1 or len(stand_in.wrap(line, (event, event), self.world)) > 1:
            for incoming in stand_in.wrap(line, (event,), self.world):
                await self._post_in_turn(line, guest, incoming)
            return
        waiting = self._waiting.setdefault(line.channel, [])
        waiting.append((line, event))
        if len(waiting) < self.faults.batch:
            await asyncio.sleep(_BATCH_WAIT_S)
        together, self._waiting[line.channel] = self._waiting.get(line.channel, []), []
        for each in {id(found): found for found, _ in together}.values():
            events = [told for found, told in together if found is each]
            for incoming in stand_in.wrap(each, events, self.world):
                await self._post_in_turn(each, "", incoming)

    async def _post_in_turn(self, line: Line, guest: str, incoming: Incoming) -> None:
        """Deliver after what this guest said before, unless a fault lets it be overtaken; twice, if a fault says so."""
        if self.faults.delay_s:
            await asyncio.sleep(self.faults.delay_s)
        if self._drawn(self.faults.reorder):
            await asyncio.sleep(_BATCH_WAIT_S)
            await self._post(line, incoming)
        else:
            async with self._turns.setdefault((line.channel, guest), asyncio.Lock()):
                await self._post(line, incoming)
        if self._drawn(self.faults.duplicates):
            await self._post(line, incoming)

    async def _post(self, line: Line, incoming: Incoming) -> None:
        """Deliver, and again as this provider does when the answer is no 2xx."""
        retries_s = next((each.retries_s for each in self._stand_ins if line.channel in each.channels), ())
        for wait_s in (*retries_s, None):
            response = await self._deliver(incoming)
            if response.status in _OK:
                return
            _log.warning("webhook.refused", channel=line.channel, status=response.status)
            if wait_s is None:
                return
            await asyncio.sleep(wait_s)

    def _drawn(self, share: float) -> bool:
        return share > 0 and self._chance.random() < share

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _without_secrets(url: str, line: Line | None) -> str:
    """Return an address without the token that Telegram's holds."""
    host, found, rest = url.partition("/bot")
    if found and "api.telegram.org" in host:
        return f"{host}/bot***/{rest.partition('/')[2]}"
    del line
    return url


def _throttled(channel: str) -> Response:
    """Return how this provider says that it is too much."""
    match channel:
        case "whatsapp_meta":
            body: dict[str, object] = {
                "error": {"message": "(#130429) Rate limit hit", "type": "OAuthException", "code": 130_429}
            }
        case "messenger" | "instagram":
            body = {
                "error": {"message": "(#613) Calls to this api have exceeded the rate limit.", "code": 613}
            }
        case "telegram":
            parameters = {"retry_after": 1}
            body = {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests",
                "parameters": parameters,
            }
        case "email_smtp":
            return Response(status=451, body=b"4.7.1 Please try again later")
        case "email_ses" | "sms_aws":
            body = {"__type": "TooManyRequestsException", "message": "Maximum sending rate exceeded."}
        case _:
            body = {"code": 20_429, "message": "Too Many Requests", "status": 429}
    return Response(status=429, headers={"content-type": "application/json"}, body=msgspec.json.encode(body))
