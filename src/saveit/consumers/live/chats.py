"""Web chats: what is said in them is numbered and kept, and whoever has a socket open hears of it, in whatever process.

What tempts is to push a message to the sockets and be done. A guest in a lift misses it, a guest whose socket is at another process
never gets it, and one who loads the page anew has an empty window. So the frame is the row: it has the next number of its session, and a
socket is only a reader that goes on after the last number it has. Processes find what is new in the table, twenty times a second while a
chat is open, and at once after writing themselves.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import msgspec

from saveit.advisors import Route
from saveit.consumers.live import store
from saveit.consumers.live.store import Seat
from saveit.consumers.live.times import CHANGES, HOUSE_CHANGES, forget_foreign
from saveit.conversations import note_status
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Actor
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.kernel.observe import logger, metrics
from saveit.kernel.waiting import wait_for
from saveit.messages import Status, StatusState
from saveit.outbox import RecordedFact
from saveit.reservations import Desk, day_offers
from saveit.seating import Asking, Offer

if TYPE_CHECKING:
    from saveit.consumers.live.hub import Outlet

_log = logger("live")
_ACTOR = Actor("system", "live", "webchat")

SESSION_LASTS = timedelta(days=90)
"""How long a session may be gone on with; what was shown in it is kept as long."""

_POLL_S = 0.05
_PAGE_LENGTH = 200
# A day that many act on is shown four times a second, not forty.
_LOOK_EACH_S = 0.25
_USUAL_PARTY = 2
# No transaction has this number.
_NEVER = (1 << 62) - 1


class Look(msgspec.Struct, frozen=True):
    """A day as somebody looks at it."""

    tenant_id: TenantId
    restaurant_id: RestaurantId
    on: date
    party_size: int


class Listener(Protocol):
    """What a chat needs of a socket: its outlet, and to be told of a failure from which it cannot go on."""

    @property
    def outlet(self) -> "Outlet":
        """The way to the guest."""
        ...

    def fail(self) -> None:
        """End the socket: it comes back and goes on."""
        ...


class Chat:
    """One socket of a guest: which session, and up to where it has been sent."""

    __slots__ = ("listener", "own_look", "room", "sent_seq")

    def __init__(self, listener: Listener, sent_seq: int) -> None:
        self.listener = listener
        self.sent_seq = sent_seq
        self.own_look: Look | None = None
        self.room: Room | None = None


class Room:
    """A session with open sockets here."""

    __slots__ = ("busy", "chats", "dirty", "is_fresh", "look", "sealer", "seat", "unattended")

    def __init__(self, seat: Seat, sealer: Sealer) -> None:
        self.seat = seat
        self.sealer = sealer
        self.chats: set[Chat] = set()
        self.look: Look | None = None
        self.is_fresh = True
        # A human answers here, or nobody: the bot is not writing.
        self.unattended = False
        self.dirty = False
        self.busy = False


class _Frame(msgspec.Struct, frozen=True):
    type: str = ""
    id: str = ""


_frames = msgspec.json.Decoder(_Frame)
_encoder = msgspec.json.Encoder()


class Chats:
    """The web chats of this process, until it is closed."""

    def __init__(self, desk: Desk, *, poll_s: float = _POLL_S) -> None:
        self._desk = desk
        self._database = desk.database
        self._poll_s = poll_s
        self._rooms: dict[tuple[UUID, bytes], Room] = {}
        self._looks: dict[Look, set[Chat]] = {}
        self._shown: dict[Look, str] = {}
        self._stale: set[Look] = set()
        self._since_txid = _NEVER
        self._woken = asyncio.Event()
        self._closed = False
        # Called when somebody begins to look at a day: the log is read from then on.
        self.on_look: Callable[[], None] = _nobody_reads
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_watching(self) -> bool:
        """Whether anybody looks at a day."""
        return bool(self._looks)

    def close(self) -> None:
        """Let `run` return."""
        self._closed = True
        self._woken.set()

    async def run(self) -> None:
        """Look for what other processes have written, until `close` is called."""
        while not self._closed:
            if self._rooms:
                try:
                    await self._find_news()
                except Fault as fault:
                    _log.warning("chats.wait", error=type(fault).__name__)
            else:
                self._since_txid = _NEVER
            await wait_for(self._woken, within_s=self._poll_s if self._rooms else None)
            self._woken.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def seat_of(self, route: Route, session: str) -> tuple[Seat, Sealer]:
        """Return where a session's rows are."""
        line = route.line
        sealer = await self._desk.keys.sealer(self._database, line.tenant_id)
        return Seat(line.tenant_id, line.id, sealer.blind_index("channel:webchat", session)), sealer

    async def last_seq(self, seat: Seat) -> int:
        """Return the number of a session's last frame."""
        return (await store.find_session(self._database, seat)).seq

    async def keep(
        self, seat: Seat, sealer: Sealer, key: str, frame: bytes, *, message_id: UUID | None = None
    ) -> int:
        """Keep a frame, an object in JSON, under the session's next number and return that; kept before, return the number of then."""
        kept = await store.keep_frame(
            self._database, seat, key, message_id, sealer.seal(frame, _bound(seat, key)), self._desk.now()
        )
        self._stir(seat)
        return kept.seq

    async def push(self, route: Route, session: str, body: bytes) -> str:
        """Say something in a session: a message is kept and pushed, anything else shown to who is there now. Returns the message's id."""
        seat, sealer = await self.seat_of(route, session)
        frame = _frames.decode(body)
        if frame.type != "message":
            self.show(seat, body.decode())
            return frame.id
        await self.keep(seat, sealer, frame.id, body, message_id=UUID(frame.id))
        return frame.id

    def show(self, seat: Seat, text: str, *, but: Chat | None = None) -> None:
        """Show a frame that is not kept to the sockets that are open here."""
        room = self._rooms.get((seat.line_id, seat.session_index))
        for chat in () if room is None else tuple(room.chats):
            if chat is not but:
                chat.listener.outlet.offer(text)

    def join(self, chat: Chat, seat: Seat, sealer: Sealer) -> None:
        """Let a socket hear all after its number, and what comes."""
        place = (seat.line_id, seat.session_index)
        room = self._rooms.get(place)
        if room is None:
            room = self._rooms[place] = Room(seat, sealer)
        room.chats.add(chat)
        chat.room = room
        if room.look is not None:
            self._look_also(chat, room.look)
        self._woken.set()
        self._stir(seat)

    def leave(self, chat: Chat) -> None:
        """Tell a socket nothing more."""
        self.look(chat, None)
        room, chat.room = chat.room, None
        if room is None:
            return
        room.chats.discard(chat)
        self._unlook(chat, room.look)
        if not room.chats:
            self._rooms.pop((room.seat.line_id, room.seat.session_index), None)

    def look(self, chat: Chat, look: Look | None) -> None:
        """Show a socket a day whenever it changes, in place of the one before."""
        if chat.own_look == look:
            return
        before, chat.own_look = chat.own_look, look
        if before is not None and (chat.room is None or chat.room.look != before):
            self._unlook(chat, before)
        if look is not None:
            self._look_also(chat, look)
            shown = self._shown.get(look)
            if shown is not None:
                chat.listener.outlet.offer(shown)
            self._see(look)

    async def mark(self, route: Route, seat: Seat, *, delivered_seq: int, read_seq: int) -> None:
        """Note how far a guest has received and read, and raise the messages' statuses. Raises: DatabaseUnreachable, Collision."""
        now = self._desk.now()
        async with self._database.ledger(_ACTOR) as tx:
            moved = await store.mark_session(tx, seat, delivered_seq=delivered_seq, read_seq=read_seq)
            if moved is None:
                return
            spans: tuple[tuple[StatusState, int, int], ...] = (
                ("delivered", max(moved.delivered_before, moved.read_seq), moved.delivered_seq),
                ("read", moved.read_before, moved.read_seq),
            )
            for state, after, up_to in spans:
                for message in await store.messages_between(tx, seat, after, up_to):
                    status = Status(
                        channel_message_id="", own_reference=str(message.message_id), state=state, at=now
                    )
                    await note_status(tx, seat.tenant_id, route.line.id, status, now=now)

    def watch(self, facts: Sequence[RecordedFact]) -> None:
        """Show days anew that facts have changed."""
        if not self._looks:
            return
        for fact in facts:
            whole = fact.kind in HOUSE_CHANGES
            if fact.restaurant_id is None or not (whole or fact.kind.startswith(CHANGES)):
                continue
            for look in tuple(self._looks):
                if look.restaurant_id != fact.restaurant_id:
                    continue
                forget_foreign(self._desk, fact)
                # A reservation that was moved leaves a day that its fact does not name: every day is looked at then.
                if whole or fact.service_on == look.on or fact.kind == "reservation.modified":
                    self._see(look)

    async def _find_news(self) -> None:
        rows = await store.sessions_with_news(self._database, self._since_txid)
        # Where nobody had asked before, every room is read once.
        places = (
            tuple(self._rooms)
            if self._since_txid == _NEVER
            else tuple((row.line_id, row.session_index) for row in rows)
        )
        for line_id, session_index in places:
            if line_id is not None and session_index is not None:
                self._stir_place((line_id, session_index))
        self._since_txid = rows[0].next_txid

    def _stir(self, seat: Seat) -> None:
        self._stir_place((seat.line_id, seat.session_index))

    def _stir_place(self, place: tuple[UUID, bytes]) -> None:
        """Let a room be read, once at a time; stirred meanwhile, once more."""
        room = self._rooms.get(place)
        if room is None:
            return
        room.dirty = True
        if not room.busy:
            room.busy = True
            self._spawn(self._read(room))

    async def _read(self, room: Room) -> None:
        try:
            while room.dirty and room.chats:
                room.dirty = False
                told = await self._tell(room)
                if told or room.is_fresh:
                    room.is_fresh = False
                    await self._see_what_is_spoken_of(room)
        except Fault as error:
            _log.warning("chat.lost", error=type(error).__name__)
            for chat in tuple(room.chats):
                chat.listener.fail()
        finally:
            room.busy = False

    async def _tell(self, room: Room) -> int:
        """Send every socket of a session what it has not been sent; return how much that was."""
        told = 0
        while room.chats:
            after = min(chat.sent_seq for chat in room.chats)
            rows = await store.frames_after(self._database, room.seat, after, rows_max=_PAGE_LENGTH)
            for row in rows:
                frame = room.sealer.open(row.frame_sealed, _bound(room.seat, row.frame_key))
                text = f'{{"seq":{row.seq},{frame[1:].decode()}'
                for chat in tuple(room.chats):
                    # One that joined meanwhile with a smaller number is read for again: it misses what was not read here.
                    if after <= chat.sent_seq < row.seq:
                        chat.sent_seq = row.seq
                        chat.listener.outlet.offer(text)
                        told += 1
            if len(rows) < _PAGE_LENGTH:
                break
        metrics.socket_frames.labels(kind="chat").inc(told)
        return told

    async def _see_what_is_spoken_of(self, room: Room) -> None:
        """Let a session look at the day that its conversation is about."""
        talk = await store.talk_of(self._database, room.seat)
        look = None
        room.unattended = talk is not None and not talk.ai_attention
        if talk is not None and talk.service_on is not None and talk.restaurant_id is not None:
            look = Look(
                room.seat.tenant_id,
                RestaurantId(UUID(talk.restaurant_id)),
                date.fromisoformat(talk.service_on),
                talk.party_size or _USUAL_PARTY,
            )
        before, room.look = room.look, look
        for chat in tuple(room.chats):
            if before is not None and before not in {look, chat.own_look}:
                self._unlook(chat, before)
            if look is not None:
                self._look_also(chat, look)
        if look is not None and look != before:
            self._see(look)

    def _look_also(self, chat: Chat, look: Look) -> None:
        self._looks.setdefault(look, set()).add(chat)
        self.on_look()

    def _unlook(self, chat: Chat, look: Look | None) -> None:
        chats = self._looks.get(look) if look is not None else None
        if chats is None or look is None:
            return
        chats.discard(chat)
        if not chats:
            del self._looks[look]
            self._shown.pop(look, None)

    def _see(self, look: Look) -> None:
        """Show a day soon; asked again meanwhile, once."""
        if look not in self._stale:
            self._stale.add(look)
            self._spawn(self._show_day(look))

    async def _show_day(self, look: Look) -> None:
        await asyncio.sleep(_LOOK_EACH_S if look in self._shown else 0)
        self._stale.discard(look)
        try:
            house = await self._desk.house(look.tenant_id, look.restaurant_id)
            asking = Asking(party_size=look.party_size, audience="guest")
            listed = await day_offers(self._desk, house, look.on, asking)
        except (Fault, Refusal) as error:
            _log.warning("day.not_shown", error=type(error).__name__)
            return
        frame = {
            "type": "availability_update",
            "restaurant_id": look.restaurant_id,
            "date": look.on,
            "party_size": look.party_size,
            "times": [each.time for each in listed if isinstance(each, Offer)],
        }
        text = _encoder.encode(frame).decode()
        chats = self._looks.get(look)
        if chats is None or self._shown.get(look) == text:
            return
        self._shown[look] = text
        for chat in tuple(chats):
            chat.listener.outlet.offer(text)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nobody_reads() -> None:
    """No hub runs in this process."""


def _bound(seat: Seat, key: str) -> bytes:
    """Return what a frame is sealed for: its place, so that no other can be put there."""
    return seat.line_id.bytes + seat.session_index + key.encode()
