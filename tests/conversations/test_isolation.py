"""An advisor's conversations are that advisor's: a canary word of one is never in a turn of another."""

from uuid import uuid4

from saveit.conversations import act_for_advisor
from tests.support.core import HOST, Opening, shared_database_dsn
from tests.support.core import shared_opening as opening
from tests.support.talk import Chat, line_of, open_chat

__all__ = ["opening", "shared_database_dsn"]


async def seen(chat: Chat, advisor: object) -> set[object]:
    """Return the advisors whose conversations a transaction acting for one can read."""
    async with chat.bistro.desk.database.tenant(chat.bistro.tenant_id, HOST) as tx:
        if advisor is not ...:
            await act_for_advisor(tx, advisor)  # type: ignore[arg-type]
        rows = await tx._connection.fetch(
            "SELECT advisor_id FROM conversations UNION ALL SELECT advisor_id FROM messages"
        )
        return {row["advisor_id"] for row in rows}


async def test_a_turn_of_one_advisor_reads_no_row_of_another(opening: Opening) -> None:
    one, two = uuid4(), uuid4()
    chat = await open_chat(await opening.bistro(), advisor_id=one)
    other = chat.other(chat.sender, name="Ana", line=line_of(chat.bistro, advisor_id=two, account="two"))
    house = chat.other(chat.sender, name="Ana", line=line_of(chat.bistro, account="house"))
    for each in (chat, other, house):
        await each.say("mesa para 2, soy alérgico al canario-9")

    assert await seen(chat, one) == {one}
    assert await seen(chat, two) == {two}
    assert await seen(chat, None) == {None}
    assert await seen(chat, ...) == {one, two, None}


async def test_what_was_said_to_one_advisor_is_not_known_to_another(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro(), advisor_id=uuid4())
    other = chat.other(chat.sender, name="Ana", line=line_of(chat.bistro, advisor_id=uuid4(), account="two"))
    await chat.say("mesa para 2 el miércoles, soy alérgico al canario-9")

    answer = await other.say("mesa para 2 el miércoles a las 8 de la noche")

    assert "canario" not in answer
    assert (await other.state()).draft.special_requests is None


async def test_taken_over_for_one_advisor_the_other_advisors_bot_still_answers(opening: Opening) -> None:
    chat = await open_chat(await opening.bistro(), advisor_id=uuid4())
    other = chat.other(chat.sender, name="Ana", line=line_of(chat.bistro, advisor_id=uuid4(), account="two"))
    await chat.say("quiero hablar con una persona")

    assert await chat.say("hola") == ""
    assert await other.say("hola") != ""


async def test_taken_over_on_one_channel_the_bot_is_silent_on_the_persons_other_ones(
    opening: Opening,
) -> None:
    chat = await open_chat(await opening.bistro())
    other = chat.other(chat.sender, name="Ana", line=line_of(chat.bistro, account="two"))
    await chat.say("quiero hablar con una persona")

    assert await other.say("hola") == ""
