"""/ws/chat: a guest's conversation with the house, on the house's own pages."""

import asyncio
from datetime import date
from typing import assert_never
from uuid import UUID

import msgspec

from saveit.consumers.live import (
    SESSION_LASTS,
    Chat,
    Look,
    Said,
    Session,
    SessionForged,
    enter,
    hear,
)
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.ids import LineId, time_of
from saveit.kernel.observe import logger
from saveit.web.parts import Live, Parts
from saveit.web.sockets.door import Door
from saveit.web.sockets.open import OpenSocket
from saveit.web.sockets.origins import is_allowed
from saveit.web.sockets.wire import (
    BUSY,
    FORBIDDEN,
    MALFORMED,
    NOBODY,
    ChatFrame,
    ChatHello,
    LookAt,
    Message,
    Ping,
    Pong,
    Received,
    Seen,
    SocketReceive,
    SocketSend,
    Start,
    Tap,
    TypingNow,
)
from saveit.web.wire.chat import ChatRestaurant

_log = logger("live")
_decoder = msgspec.json.Decoder(ChatFrame)
_encoder = msgspec.json.Encoder()
_TEXT_LENGTH_MAX = 4_000
# Sentences in bits come fast; a person who goes on so for a minute is none.
_MESSAGES_AT_ONCE = 20.0
_MESSAGES_PER_S = 0.5
_SAY_AGAIN_S = 2
_TYPING = '{"type":"typing"}'


class ChatSocket(OpenSocket[ChatFrame]):
    """One window. Its task takes what the guest says; what is said to them comes from the chats of the process."""

    __slots__ = ("_allowed_to_say", "_chat", "_language", "_live", "_parts", "_said_at", "_session")

    def __init__(self, parts: Parts, live: Live, receive: SocketReceive, send: SocketSend) -> None:
        task = asyncio.current_task()
        assert task is not None
        super().__init__(receive, send, _decoder.decode, task.cancel)
        self._parts = parts
        self._live = live
        self._session: Session | None = None
        self._chat: Chat | None = None
        self._language = ""
        self._allowed_to_say = _MESSAGES_AT_ONCE
        self._said_at = self.heard_at

    async def run(self, door: Door, *, origin: str, host: str) -> None:
        """Serve until the socket is closed. Raises: Gone; Fault."""
        hello = await self.hello()
        if not isinstance(hello, ChatHello):
            raise self.over(MALFORMED)
        session = self._session = await self._entered(hello.token)
        allowed = session.route.credentials.value("allowed_origins")
        if not is_allowed(origin, allowed, own=self._parts.public_url, host=host):
            raise self.over(FORBIDDEN)
        self._language = hello.language
        try:
            door.enter(self, "chat")
            await self._begin(session, hello.after)
            while True:
                await self._take(session, await self.next())
        finally:
            door.leave(self, "chat")
            if self._chat is not None:
                self._live.chats.leave(self._chat)

    def ping(self) -> str:
        """Return the question whether it lives, with the number up to which it has everything."""
        return self._lives("ping")

    def review(self) -> None:
        """A session has no rights that change; a line that is switched off takes nothing more."""

    def fail(self) -> None:
        """End the socket: it comes back and goes on."""
        self.outlet.end(BUSY)

    async def _entered(self, token: str) -> Session:
        """Return the session of a token. Raises: Gone."""
        line, _, rest = token.partition(".")
        name, _, signature = rest.partition(".")
        try:
            session = await enter(
                self._live.chats, self._parts.gateway, LineId(UUID(line)), name=name, signature=signature
            )
        except (ValueError, SessionForged):
            raise self.over(NOBODY) from None
        except Refusal:
            raise self.over(BUSY) from None
        if _is_over(name, self._parts):
            raise self.over(NOBODY)
        return session

    async def _begin(self, session: Session, after: int) -> None:
        """Say what there is, and let it come."""
        last = await self._live.chats.last_seq(session.seat)
        line = session.route.line
        restaurant = None
        if line.restaurant_id is not None:
            house = await self._parts.desk.house(line.tenant_id, line.restaurant_id)
            restaurant = ChatRestaurant.of(house.restaurant)
        self._say(type="welcome", session_id=session.name, seq=last, restaurant=restaurant)
        self._chat = Chat(self, min(after, last))
        self._live.chats.join(self._chat, session.seat, session.sealer)

    async def _take(self, session: Session, frame: ChatFrame) -> None:
        match frame:
            case Message() | Tap() | Start():
                await self._said(session, frame)
            case Received(seq=seq):
                await self._live.chats.mark(session.route, session.seat, delivered_seq=seq, read_seq=0)
            case Seen(seq=seq):
                await self._live.chats.mark(session.route, session.seat, delivered_seq=seq, read_seq=seq)
            case LookAt(date=on, party_size=party_size):
                self._look(session, on, party_size)
            case Ping():
                self.outlet.offer(self._lives("pong"))
            case Pong() | TypingNow():
                pass
            case ChatHello():
                raise self.over(MALFORMED)
            case _:
                assert_never(frame)

    async def _said(self, session: Session, frame: Message | Tap | Start) -> None:
        """Take what is right in its form. Raises: Gone."""
        match frame:
            case Message(id=own_id, text=text, replies_to=replies_to, name=name):
                if not text.strip() or len(text) > _TEXT_LENGTH_MAX:
                    self._refuse(own_id, "text_too_long" if text.strip() else "frame_invalid")
                    return
                said = Said(type="message", id=own_id, text=text, replies_to=replies_to, name=name)
            case Tap(id=own_id, payload=payload, title=title):
                said = Said(type="tap", id=own_id, payload=payload, title=title)
            case Start(id=own_id, payload=payload):
                said = Said(type="start", id=own_id, payload=payload)
            case _:
                assert_never(frame)
        await self._hear(session, said)

    async def _hear(self, session: Session, said: Said) -> None:
        """Take what the guest says, and acknowledge it once it is durable. Raises: Gone."""
        if not self._may_say():
            self._refuse(said.id, "rate_limited", _SAY_AGAIN_S)
            return
        said = msgspec.structs.replace(said, language=self._language)
        try:
            seq = await hear(self._live.chats, self._parts.gateway, session, said)
        except SessionForged:
            raise self.over(NOBODY) from None
        except (Fault, Refusal) as error:
            _log.warning("chat.not_taken", error=type(error).__name__)
            self._refuse(said.id, "unavailable", _SAY_AGAIN_S)
            return
        self._say(type="ack", id=said.id, seq=seq)
        room = None if self._chat is None else self._chat.room
        if room is not None and not room.unattended and seq == await self._live.chats.last_seq(session.seat):
            self._live.chats.show(session.seat, _TYPING)

    def _may_say(self) -> bool:
        now = self.heard_at
        self._allowed_to_say = min(
            _MESSAGES_AT_ONCE, self._allowed_to_say + (now - self._said_at) * _MESSAGES_PER_S
        )
        self._said_at = now
        if self._allowed_to_say < 1:
            return False
        self._allowed_to_say -= 1
        return True

    def _look(self, session: Session, on: date | None, party_size: int) -> None:
        line = session.route.line
        if self._chat is None or line.restaurant_id is None:
            return
        look = None if on is None else Look(line.tenant_id, line.restaurant_id, on, party_size)
        self._live.chats.look(self._chat, look)

    def _refuse(self, own_id: str, code: str, retry_after_s: int | None = None) -> None:
        again = {} if retry_after_s is None else {"retry_after_s": retry_after_s}
        self._say(type="nack", id=own_id, code=code, **again)

    def _lives(self, word: str) -> str:
        seq = 0 if self._chat is None else self._chat.sent_seq
        return f'{{"type":"{word}","seq":{seq}}}'

    def _say(self, **frame: object) -> None:
        self.outlet.offer(_encoder.encode(frame).decode())


def _is_over(name: str, parts: Parts) -> bool:
    """Say whether a session is too old to be gone on with; its name tells when it began."""
    try:
        began_at = time_of(UUID(name))
    except (ValueError, OverflowError):
        return False
    return parts.desk.now() - began_at > SESSION_LASTS
