"""Booked on one channel, asked about on another, cancelled on a third; the address in between is proved by a code."""

import re

from tests.support.core import Opening
from tests.support.talk import line_of, open_chat


async def test_booked_by_phone_seen_on_another_channel_after_a_code_and_cancelled_there(
    opening: Opening,
) -> None:
    whatsapp = await open_chat(await opening.bistro())
    await whatsapp.say("mesa para 2 el miércoles a las 8 de la noche")
    assert "confirmada" in await whatsapp.say("sí")
    instagram = whatsapp.other("ig-778", name=None, line=line_of(whatsapp.bistro, account="ig"))

    assert "No veo reservas" in await instagram.say("¿tengo reserva?")
    assert "código" in await instagram.say("la hice con el +34 600 111 222")
    code = re.search(r"\b\d{6}\b", (await whatsapp.said())[-1].text)
    assert code is not None
    answer = await instagram.say(code[0])

    assert "Tienes esta reserva" in answer
    assert "¿Cancelo" in await instagram.say("cancélala por favor")
    assert "cancelé" in await instagram.say("sí")
    assert "No veo reservas" in await whatsapp.say("¿tengo reserva?")


async def test_the_bookings_own_code_opens_that_booking(opening: Opening) -> None:
    whatsapp = await open_chat(await opening.bistro())
    await whatsapp.say("mesa para 2 el miércoles a las 8 de la noche")
    booked = await whatsapp.say("sí")
    code = re.search(r"Código: (\w+)", booked)
    assert code is not None
    stranger = whatsapp.other("ig-779", name=None, line=line_of(whatsapp.bistro, account="ig"))

    assert "No veo reservas" in await stranger.say("quiero cancelar mi reserva")
    assert "¿Cancelo" in await stranger.say(f"el código es {code[1]}")


async def test_a_stranger_sees_nobodys_bookings(opening: Opening) -> None:
    whatsapp = await open_chat(await opening.bistro())
    await whatsapp.say("mesa para 2 el miércoles a las 8 de la noche")
    await whatsapp.say("sí")
    stranger = whatsapp.other("ig-780", name="Ana", line=line_of(whatsapp.bistro, account="ig"))

    assert "No veo reservas" in await stranger.say("mis reservas")
    assert "No veo reservas" in await stranger.say("cancela mi reserva del miércoles")
