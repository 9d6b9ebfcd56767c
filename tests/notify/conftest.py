"""A restaurant whose lines are stood in for: what it plans goes through delivery to the stand-ins, and their statuses come back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from saveit import conversations
from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.consumers.notify import Delivery, LineForSending, WayOut, channel_map
from saveit.kernel.db import Actor
from saveit.kernel.ids import TenantId, new_id
from saveit.messages import Address, Part, Request, Response, Status, StatusUpTo, Text
from saveit.sandbox import Entry, Incoming, Line, Said, Stage, sandbox_lines
from tests.support.core import NOW, Bistro, Opening, opening

__all__ = ["opening"]

PUBLIC_URL = "https://saveit.example"
GUEST = "+573001234567"


class StageClock:
    """The bistro's own clock, as the stage moves it."""

    def __init__(self, bistro: Bistro) -> None:
        self._clock = bistro.clock

    def now(self) -> datetime:
        return self._clock.now()

    def move(self, now: datetime | None) -> None:
        self._clock.set(NOW if now is None else now)


@dataclass
class Room:
    """The bistro with its lines."""

    bistro: Bistro
    stage: Stage
    lines: dict[UUID, Line]
    ids: dict[str, UUID]
    refused: list[Incoming] = field(default_factory=list)
    statuses: bool = True

    async def find_line(self, tenant_id: TenantId, line_id: UUID) -> LineForSending | None:
        assert tenant_id == self.bistro.tenant_id
        line = self.lines.get(line_id)
        return None if line is None else LineForSending(line.credentials, active=True)

    def delivery(self, way_out: WayOut | None = None, **wishes: float) -> Delivery:
        desk = self.bistro.desk
        return Delivery(
            desk.database,
            self.bistro.clock,
            channels=channel_map(CHANNELS),
            sealers=desk.keys,
            find_line=self.find_line,
            way_out=way_out or self.stage,
            random=Random(1),  # noqa: S311 - it spreads retries, and guards nothing.
            **wishes,
        )

    async def hear(
        self, channel: str = "whatsapp_meta", guest: str = GUEST, **wishes: Any
    ) -> conversations.Conversation:
        """Let a guest write, and return the conversation."""
        await self.stage.say(channel, Said(guest=guest, text="hola"))
        alias = self.stage.alias(channel, guest)
        kind: dict[str, Any] = {
            "messenger": "user_id",
            "instagram": "user_id",
            "telegram": "chat",
            "webchat": "session",
        }
        address = Address("email" if "@" in alias else kind.get(channel, "phone"), alias, verified=True)
        now = self.bistro.clock.now()
        async with self.bistro.desk.database.ledger(_ACTOR) as tx:
            sealer = await self.bistro.desk.keys.sealer(tx, self.bistro.tenant_id)
            conversation = await conversations.open_conversation(
                tx,
                sealer,
                line_id=self.ids[channel],
                channel=channel,
                address=address,
                now=now,
                **wishes,
            )
            await conversations.heard(tx, self.bistro.tenant_id, conversation, now)
        return conversation

    async def plan(
        self, conversation: conversations.Conversation, *parts: Part | str, **wishes: Any
    ) -> tuple[UUID, ...]:
        """Plan parts; a text is one."""
        whole = [Text(part) if isinstance(part, str) else part for part in parts]
        wanted: dict[str, Any] = {"author": "bot", "now": self.bistro.clock.now()} | wishes
        async with self.bistro.desk.database.ledger(_ACTOR) as tx:
            sealer = await self.bistro.desk.keys.sealer(tx, self.bistro.tenant_id)
            return await conversations.plan(tx, sealer, conversation, whole, **wanted)

    async def receive(self, incoming: Incoming) -> Response:
        """Be the front door: statuses are noted, all else is the dialogue's."""
        if not self.statuses:
            return Response(status=200)
        path = incoming.path.partition("?")[0].split("/")
        channel = channel_map(CHANNELS)[path[2]]
        request = Request(
            method=incoming.method,
            url=PUBLIC_URL + incoming.path,
            headers=incoming.headers,
            body=incoming.body,
            opaque=path[3] if len(path) > 3 else "",
            received_at=self.bistro.clock.now(),
        )
        now = self.bistro.clock.now()
        for envelope in channel.envelopes(request):
            for event in channel.parse(envelope):
                async with self.bistro.desk.database.ledger(_ACTOR) as tx:
                    if isinstance(event, Status):
                        await conversations.note_status(
                            tx, self.bistro.tenant_id, self.ids[channel.name], event, now=now
                        )
                    elif isinstance(event, StatusUpTo):
                        pass
        return Response(status=200)

    async def told(self) -> None:
        """Wait until every webhook has been taken."""
        await self.stage.settle()

    def seen(self, channel: str = "whatsapp_meta", guest: str = GUEST) -> list[str]:
        """Return what the guest was told."""
        entries: list[Entry] = self.stage.conversation(channel, guest).entries
        return [entry.shown.text for entry in entries if entry.direction == "out"]

    async def states(self) -> list[tuple[int, str, str]]:
        """Return number, status and error of every message that goes out."""
        return await self.bistro.rows(
            "SELECT seq, status, error FROM messages WHERE direction = 'out' ORDER BY planned_at, seq"
        )

    async def dead(self) -> list[tuple[str, str]]:
        """Return reason and code of what waits for a person."""
        return await self.bistro.rows(
            "SELECT reason, code FROM dead_letters WHERE settled_at IS NULL ORDER BY died_at"
        )

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.bistro.clock.advance(timedelta(**by))


_ACTOR = Actor("system", "test", "internal")


@pytest.fixture
async def room(opening: Opening) -> AsyncIterator[Room]:
    bistro = await opening.bistro()
    placed = sandbox_lines(1, public_url=PUBLIC_URL, secret=b"a secret of the tests")
    ids = {line.channel: new_id(NOW) for line in placed}
    lines = {ids[line.channel]: line for line in placed}
    rooms: list[Room] = []

    async def deliver(incoming: Incoming) -> Response:
        return await rooms[0].receive(incoming)

    stage = Stage(
        placed, public_url=PUBLIC_URL, clock=StageClock(bistro), deliver=deliver, session_token=session_token
    )
    rooms.append(Room(bistro, stage, lines, ids))
    yield rooms[0]
    await stage.close()
    await asyncio.sleep(0)
