"""One table and every channel: who is first has it, the others are offered what is left, and all see the same."""

import re
from datetime import timedelta

import pytest

from tests.support.core import DAY, Opening
from tests.support.pipeline import Pipeline, pipeline

pytestmark = pytest.mark.slow

_CHANNELS = ("whatsapp_meta", "instagram", "webchat")
_ROUNDS = 6


def guest(channel: str, number: int) -> str:
    """Return a guest of a channel whom nobody has met."""
    return f"+5730011122{number:02}" if channel == "whatsapp_meta" else f"{channel}-guest-{number:02}"


def last(house: Pipeline, channel: str, number: int) -> str:
    """Return what a guest was shown last."""
    return house.seen(channel, guest(channel, number))[-1]


async def all_say(house: Pipeline, number: int, text: str) -> dict[str, str]:
    """Let guest `number` of every channel say the same at one instant, and return what each was answered."""
    await house.say(*((channel, guest(channel, number), text) for channel in _CHANNELS))
    return {channel: last(house, channel, number) for channel in _CHANNELS}


async def test_of_three_guests_who_confirm_one_table_at_one_instant_one_has_it_and_the_others_hear_what_is_left(
    opening: Opening,
) -> None:
    async with pipeline(opening, _CHANNELS, workers=3) as house:
        winners: list[str] = []
        for number in range(_ROUNDS):
            day = DAY + timedelta(days=number)
            asked = await all_say(house, number, f"mesa para 2 el {day.day} de marzo a las 8 de la noche")
            named = await all_say(house, number, "me llamo Ana")
            answered = await all_say(house, number, "sí")

            assert all("¿La reservo?" in text for text in (asked | named).values()), (asked, named)
            won = [channel for channel in _CHANNELS if "confirmada" in answered[channel]]
            assert len(won) == 1, answered
            winners += won
            for channel in set(_CHANNELS) - set(won):
                assert re.search(r"\d\d:\d\d", answered[channel]), answered[channel]

        standing = "SELECT count(*), count(DISTINCT starts_at) FROM reservations WHERE tenant_id = $1 AND status = 'confirmed'"
        assert await house.bistro.rows(standing, house.bistro.tenant_id) == [(_ROUNDS, _ROUNDS)]
        assert len(winners) == _ROUNDS
