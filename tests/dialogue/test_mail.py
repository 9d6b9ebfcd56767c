"""A conversation by mail reads as one in any mail program."""

import pytest

from tests.support.core import Opening
from tests.support.pipeline import pipeline

pytestmark = pytest.mark.slow

GUEST = "ana@example.com"


async def test_an_answer_to_an_answer_is_still_one_answer(opening: Opening) -> None:
    """A subject that gathers one "Re:" after the other is how a machine writes."""
    async with pipeline(opening, ("email_ses",)) as house:
        await house.say(("email_ses", GUEST, "hola, ¿a qué hora abren mañana?"))
        await house.say(("email_ses", GUEST, "¿y el domingo?"))
        subjects = [text.partition("\n")[0] for text in house.seen("email_ses", GUEST)]

    assert subjects == ["Re: Reserva", "Re: Reserva"]
