"""A guest at a real core: a channel we wrote, an inbox in memory, and turns over the test's own database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import msgspec

from saveit.conversations import SaidLine, transcript
from saveit.dialogue.model import Manners, State
from saveit.dialogue.nlu.grammar import understand
from saveit.dialogue.nlu.model import Context, Understanding
from saveit.dialogue.turns.model import Delivered, LineOf
from saveit.dialogue.turns.places import change_manners
from saveit.dialogue.turns.worker import Turns
from saveit.kernel.db import Transaction
from saveit.messages import (
    Address,
    Can,
    ChoiceLimits,
    Chosen,
    Content,
    Envelope,
    Ignored,
    Inbound,
    Limit,
    LineKey,
    ReceivedMedia,
    Sender,
    UnifiedMessage,
    Written,
)
from tests.support.core import HOST, Bistro

CAN = Can(
    text=Limit(4096),
    buttons=ChoiceLimits(count_max=3, title=Limit(20), id_octets_max=64, text=Limit(1024)),
    menu=ChoiceLimits(
        count_max=10,
        title=Limit(24),
        id_octets_max=64,
        text=Limit(1024),
        description=Limit(72),
        label=Limit(20),
    ),
    media=frozenset({"image"}),
)


class Pigeon(msgspec.Struct, frozen=True):
    """What a pigeon carries."""

    text: str = ""
    payload: str = ""
    sender: str = "+34600111222"
    verified: bool = True
    audio: bool = False
    name: str | None = "Ana"
    junk: bool = False


class PigeonPost:
    """A channel without a provider."""

    name = "pigeon"
    can = CAN

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        carried = msgspec.json.decode(envelope.body, type=Pigeon)
        if carried.junk:
            return (Ignored(kind="junk", why="unknown_kind"),)
        content: Content = Written(carried.text)
        if carried.payload:
            content = Chosen(carried.payload, carried.text, "button")
        elif carried.audio:
            content = Written("", (ReceivedMedia(kind="audio", is_voice=True),))
        kind = "phone" if carried.sender.startswith("+") else "user_id"
        sender = Sender(
            address=Address(kind, carried.sender, carried.verified and kind == "phone"), name=carried.name
        )
        return (UnifiedMessage(channel_message_id=envelope.event_key, sender=sender, content=content),)


class Grammar:
    """The built-in engine."""

    async def understand(self, text: str, context: Context) -> Understanding:
        return understand(text, context)


@dataclass
class Basket:
    """An inbox in memory: what waits, what was finished, what came back."""

    waiting: list[Delivered] = field(default_factory=list)
    finished: list[UUID] = field(default_factory=list)
    delayed: list[tuple[UUID, str]] = field(default_factory=list)

    async def claim(self, events_max: int) -> Sequence[Delivered]:
        taken, self.waiting = self.waiting[:events_max], self.waiting[events_max:]
        return taken

    async def finish(self, tx: Transaction, event: Delivered) -> None:
        tx.after_commit(lambda: self.finished.append(event.inbox_id))

    async def put_off(self, _tx: Transaction, event: Delivered, wait: object) -> None:
        raise AssertionError(f"{event.inbox_id} waits {wait}")

    async def delay(self, _tx: Transaction, event: Delivered, why: str) -> None:
        self.delayed.append((event.inbox_id, why))


@dataclass
class Chat:
    """One guest's chat with one restaurant."""

    bistro: Bistro
    turns: Turns
    basket: Basket
    line: LineOf
    sender: str = "+34600111222"
    name: str | None = "Ana"
    numbers: int = 0

    def event(
        self,
        text: str = "",
        *,
        payload: str = "",
        audio: bool = False,
        junk: bool = False,
        key: str | None = None,
    ) -> Delivered:
        self.numbers += 1
        carried = Pigeon(
            text=text, payload=payload, sender=self.sender, audio=audio, name=self.name, junk=junk
        )
        return Delivered(
            tenant_id=self.bistro.tenant_id,
            inbox_id=uuid4(),
            line=self.line,
            envelope=Envelope(
                line=LineKey(self.line.account, "line"),
                event_key=key or f"{self.sender}-{self.numbers}",
                sender=self.sender,
                body=msgspec.json.encode(carried),
            ),
            received_at=self.bistro.clock.now(),
            trace_id="trace",
            attempt=1,
        )

    async def say(self, text: str = "", **how: object) -> str:
        """Send a message, let it have its turn, and return what was answered."""
        before = len(await self.said())
        await self.turns.take(self.event(text, **how))  # type: ignore[arg-type]
        assert self.basket.delayed == []
        return "\n".join(line.text for line in (await self.said())[before:] if line.direction == "out")

    async def said(self) -> list[SaidLine]:
        """Return the whole transcript of this guest's conversation."""
        async with self.bistro.desk.database.tenant(self.bistro.tenant_id, HOST) as tx:
            sealer = await self.bistro.desk.keys.sealer(tx, self.bistro.tenant_id)
            conversation_id = await self.conversation_id()
            return (
                [] if conversation_id is None else await transcript(tx, sealer, conversation_id, rows_max=500)
            )

    async def conversation_id(self) -> UUID | None:
        found = await self.bistro.rows(
            "SELECT conversation_id, address_sealed FROM conversations WHERE tenant_id = $1 AND line_id = $2 ORDER BY opened_at",
            self.bistro.tenant_id,
            self.line.id,
        )
        async with self.bistro.desk.database.tenant(self.bistro.tenant_id, HOST) as tx:
            sealer = await self.bistro.desk.keys.sealer(tx, self.bistro.tenant_id)
        for conversation_id, sealed in found:
            if (
                msgspec.json.decode(sealer.open(sealed, self.line.id.bytes), type=Address).value
                == self.sender
            ):
                return conversation_id
        return None

    async def state(self) -> State:
        found = await self.bistro.value(
            "SELECT (state -> 'dialogue')::text FROM conversations WHERE conversation_id = $1",
            await self.conversation_id(),
        )
        return State() if found is None else msgspec.json.decode(found, type=State)

    def other(self, sender: str, *, name: str | None = None, line: LineOf | None = None) -> "Chat":
        """Return another guest's chat, or the same guest's from another address."""
        return replace(self, sender=sender, name=name, numbers=0, line=line or self.line)


def line_of(bistro: Bistro, *, advisor_id: UUID | None = None, account: str = "acct") -> LineOf:
    return LineOf(
        id=uuid4(),
        channel="pigeon",
        account=account,
        restaurant_id=bistro.restaurant_id,
        advisor_id=advisor_id,
        language=None,
    )


async def open_chat(
    bistro: Bistro, *, manners: Manners | None = None, advisor_id: UUID | None = None
) -> Chat:
    basket = Basket()
    turns = Turns(bistro.desk, {"pigeon": PigeonPost()}, Grammar(), basket)  # type: ignore[dict-item]
    if manners is not None:
        async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
            await change_manners(tx, bistro.restaurant_id, manners, now=bistro.clock.now())
    return Chat(bistro, turns, basket, line_of(bistro, advisor_id=advisor_id))
