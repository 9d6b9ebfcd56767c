"""A stage whose front door keeps what comes, and a clock that moves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import pytest

from saveit.channels import CHANNELS
from saveit.channels.webchat import session_token
from saveit.messages import Address, Answer, Channel, HttpCall, Outbound, Part, Request, Response
from saveit.sandbox import Incoming, Line, Stage, sandbox_lines

PUBLIC_URL = "https://saveit.example"
NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
MESSAGE_ID = UUID("01890000-0000-7000-8000-000000000001")


class MovedClock:
    def __init__(self) -> None:
        self._now = NOW

    def now(self) -> datetime:
        return self._now

    def move(self, now: datetime | None) -> None:
        self._now = NOW if now is None else now

    def advance(self, by: timedelta) -> None:
        self._now += by


@dataclass
class Door:
    """The product's front door, as a list: it answers each request with the next of `answers`, or 200."""

    came: list[Incoming] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def __call__(self, incoming: Incoming) -> Response:
        self.came.append(incoming)
        return Response(status=self.answers.pop(0) if self.answers else 200)


@dataclass
class House:
    stage: Stage
    door: Door
    clock: MovedClock
    lines: dict[str, Line]

    def request(self, incoming: Incoming) -> Request:
        path = incoming.path.partition("?")[0].split("/")
        return Request(
            method=incoming.method,
            url=PUBLIC_URL + incoming.path,
            headers=incoming.headers,
            body=incoming.body,
            opaque=path[3] if len(path) > 3 else "",
            received_at=self.clock.now(),
        )

    async def send(self, channel: str, to: str, part: Part, **wishes: object) -> Response:
        """Render a part with the product's own channel, and hand it to the stage."""
        line = self.lines[channel]
        outbound = Outbound(message_id=MESSAGE_ID, recipient=address(channel, to), part=part)
        rendered = named(channel).render(outbound, line.credentials, self.clock.now())
        assert isinstance(rendered, HttpCall) or not wishes
        assert not isinstance(rendered, Answer)
        return await self.stage.send(rendered)


def named(channel: str) -> Channel:
    return next(each for each in CHANNELS if each.name == channel)


def address(channel: str, value: str) -> Address:
    if "@" in value:
        return Address("email", value)
    kinds: dict[str, Literal["chat", "session"]] = {"telegram": "chat", "webchat": "session"}
    return Address(kinds.get(channel, "phone"), value)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock, door = MovedClock(), Door()
    lines = sandbox_lines(1, public_url=PUBLIC_URL, secret=b"a secret of the tests")
    stage = Stage(lines, public_url=PUBLIC_URL, clock=clock, deliver=door, session_token=session_token)
    yield House(stage, door, clock, {line.channel: line for line in lines})
    await stage.close()
