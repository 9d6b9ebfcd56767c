"""Whoever is choosing a time hears once that it is gone, with what is left."""

from tests.news.conftest import Square


async def fill(square: Square, time: str = "20:00") -> None:
    """Take every table at this time."""
    for number in range(3):
        await square.room.bistro.book(number, time=time)


async def test_who_is_choosing_the_time_hears_that_it_is_gone_with_what_is_left(square: Square) -> None:
    await square.choosing("whatsapp_meta", "+573001111111")
    await square.choosing("telegram", "+573002222222", time="18:00")
    await fill(square)

    await square.told()
    await square.told()

    (text,) = square.room.seen("whatsapp_meta", "+573001111111")
    assert text.startswith("Las 20:00 del 4 de marzo se acaban de ocupar")
    assert "¿Te sirve alguna?" in text
    assert square.room.seen("telegram", "+573002222222") == []


async def test_nobody_hears_while_there_is_a_table_left(square: Square) -> None:
    await square.choosing("whatsapp_meta", "+573001111111")
    await square.room.bistro.book(1)

    await square.told()

    assert square.room.seen("whatsapp_meta", "+573001111111") == []


async def test_who_fell_silent_half_an_hour_ago_is_left_in_peace(square: Square) -> None:
    await square.choosing("whatsapp_meta", "+573001111111")
    square.room.later(minutes=31)
    await fill(square)

    await square.told()

    assert square.room.seen("whatsapp_meta", "+573001111111") == []


async def test_a_web_chat_is_told_like_any_other(square: Square) -> None:
    await square.choosing("webchat", "ana-of-the-web")
    await fill(square)

    await square.told()

    assert len(square.room.seen("webchat", "ana-of-the-web")) == 1
