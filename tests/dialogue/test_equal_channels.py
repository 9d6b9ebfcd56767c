"""What is free, and what a guest has booked, is the same on every channel: before, within a second of a booking, and after it is undone."""

import re
from collections import Counter
from time import perf_counter

import pytest

from tests.support.core import DAY, Opening
from tests.support.pipeline import Pipeline, pipeline

pytestmark = pytest.mark.slow

PHONES = ("whatsapp_meta", "whatsapp_twilio", "sms_twilio")
CHANNELS = (*PHONES, "instagram", "messenger", "telegram", "webchat")
ASK = f"hola, soy Ana, ¿hay mesa para 2 el {DAY.day} de marzo a las 8 de la noche?"
PROMISED_S = 1.0
OWNER = "+573001112200"


def stranger(channel: str, number: int) -> str:
    """Return a guest of a channel whom nobody has met."""
    if channel in PHONES:
        return f"+57300222{PHONES.index(channel)}{number:03}"
    return f"{7_000 + number}{CHANNELS.index(channel)}" if channel == "telegram" else f"{channel}-{number:04}"


async def what_is_free(house: Pipeline, number: int) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Let a stranger ask on every channel at one instant; return for each whether the table is to be had, and which times were named."""
    await house.say(*((channel, stranger(channel, number), ASK) for channel in CHANNELS))
    heard: dict[str, tuple[bool, tuple[str, ...]]] = {}
    for channel in CHANNELS:
        shown = " ".join(
            " ".join((each.shown.text, *(offered.title for offered in each.shown.buttons)))
            for each in house.entries(channel, stranger(channel, number))
        )
        heard[channel] = ("¿La reservo?" in shown, tuple(sorted(set(re.findall(r"\d\d:\d\d", shown)))))
    return heard


async def until_equal(house: Pipeline, first: int, *, free: bool) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Ask by new strangers until every channel says the same, for as long as was promised."""
    began_s, number = perf_counter(), first
    while True:
        asked_s = perf_counter()
        heard = await what_is_free(house, number)
        number += 1
        if {each[0] for each in heard.values()} == {free} or asked_s - began_s > PROMISED_S:
            return heard


async def last(house: Pipeline, channel: str, text: str) -> str:
    """Let the owner of the phone say something on a channel, and return what they are shown."""
    before = len(house.seen(channel, OWNER))
    await house.say((channel, OWNER, text))
    return "\n".join(house.seen(channel, OWNER)[before:])


async def test_what_is_free_and_what_is_booked_is_the_same_on_every_channel_within_a_second(
    opening: Opening,
) -> None:
    async with pipeline(opening, CHANNELS, workers=3) as house:
        before = await what_is_free(house, 0)
        await last(house, "whatsapp_meta", f"mesa para 2 el {DAY.day} de marzo a las 8 de la noche, soy Ana")
        booked = await last(house, "whatsapp_meta", "sí")
        taken = await until_equal(house, 100, free=False)
        seen = {channel: await last(house, channel, "¿tengo reserva?") for channel in PHONES}
        await last(house, "sms_twilio", "cancélala por favor")
        cancelled = await last(house, "sms_twilio", "sí")
        again = await until_equal(house, 200, free=True)
        gone = {channel: await last(house, channel, "¿tengo reserva?") for channel in PHONES}
        told = await house.bistro.rows(
            "SELECT kind, channel FROM facts WHERE tenant_id = $1 AND kind LIKE 'reservation.%'",
            house.bistro.tenant_id,
        )

    assert "confirmada" in booked
    assert "cancelé" in cancelled
    for heard, is_free in ((before, True), (taken, False), (again, True)):
        assert set(heard) == set(CHANNELS)
        assert len(set(heard.values())) == 1, heard
        assert heard["webchat"][0] is is_free
    assert again == before
    assert taken["webchat"][1], "other times are offered"
    assert all("Tienes esta reserva" in text for text in seen.values()), seen
    assert all("No veo reservas" in text for text in gone.values()), gone
    assert Counter(told) == {
        ("reservation.created", "whatsapp_meta"): 1,
        ("reservation.cancelled", "sms_twilio"): 1,
    }
