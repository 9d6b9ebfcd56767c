"""A restaurant with lines, in whose conversations guests are choosing a time."""

from dataclasses import dataclass

import pytest

from saveit.channels import CHANNELS
from saveit.consumers.news import news_consumer
from saveit.consumers.notify import channel_map
from saveit.outbox import Runner
from tests.notify.conftest import Room, room
from tests.support.core import DAY, opening

__all__ = ["opening", "room"]


@dataclass
class Square:
    room: Room
    runner: Runner

    async def choosing(self, channel: str, guest: str, *, time: str = "20:00", size: int = 2) -> None:
        """Let a guest be choosing Wednesday at eight."""
        conversation = await self.room.hear(channel, guest)
        state = (
            f'{{"dialogue": {{"restaurant_id": "{self.room.bistro.restaurant_id}", '
            f'"draft": {{"date": "{DAY}", "time": "{time}", "party_size": {size}}}}}}}'
        )
        await self.room.bistro.watcher.execute(
            "UPDATE conversations SET state = $1 WHERE conversation_id = $2", state, conversation.id
        )

    async def told(self) -> None:
        await self.runner.drain()
        await self.room.delivery().drain()


@pytest.fixture
async def square(room: Room) -> Square:
    desk = room.bistro.desk
    consumer = news_consumer(desk, channel_map(CHANNELS), wake=lambda: None)
    runner = Runner(desk.database, room.bistro.clock, [consumer])
    await runner.prepare()
    return Square(room, runner)
