"""A good part of the same conversations against the real core on PostgreSQL: channel, inbox row, turn, booking, transcript."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from saveit.dialogue.model import Manners
from saveit.guests import GuestDetails
from tests.dialogue.core_in_memory import plain_rules
from tests.dialogue.players import NOW
from tests.dialogue.scripts import Expected, Script, read_scripts
from tests.support.core import Bistro, Opening
from tests.support.talk import Chat, open_chat

pytestmark = pytest.mark.slow

# What is played only against the core in memory: several restaurants, areas, addresses and texts of a restaurant's own.
_ELSEWHERE = (
    "two restaurants",
    "elsewhere",
    "menu",
    "answer",
    "no phone",
    "phone code",
    "late fee",
    "now ",
    "known as",
)
_NAMED = (
    "Casa Lola",
    "calle Mayor",
    "High Street",
    "910",
    "terra",
    "(image)",
    "(place)",
    "(sticker)",
    "MESA",
    "481",
)
_PLAYED = 3


def playable(script: Script) -> bool:
    text = " ".join(
        (
            *(each.guest for each in script.exchanges),
            *(said for each in script.exchanges for said in each.expected.said),
        )
    )
    return not any(given.startswith(_ELSEWHERE) for given in script.given) and not any(
        named in text for named in _NAMED
    )


SCRIPTS = [script for script in read_scripts() if playable(script)][::_PLAYED]


async def opened(opening: Opening, script: Script) -> Chat:
    sections: dict[str, object] = {}
    manners = Manners(formal="formal" in script.given, ask_before_booking="books at once" not in script.given)
    for given in script.given:
        match given.split():
            case ["deposit", amount]:
                sections["requirements"] = {
                    "requires_deposit": True,
                    "deposit_amount_minor": int(amount),
                    "deposit_per_guest": True,
                }
            case ["manual"]:
                sections["confirmation"] = {"mode": "manual"}
            case ["penalty", amount]:
                sections["cancellation_policy"] = {
                    "no_show_penalty": True,
                    "penalty_amount_minor": int(amount),
                    "free_cancellation_hours": 24,
                }
            case ["closed", day]:
                sections["special_dates"] = [{"date": day, "type": "closed"}]
            case _:
                pass
    written = msgspec.to_builtins(plain_rules(**sections))
    bistro = await opening.bistro(
        tables=((1, 2), (1, 2), (3, 4), (3, 4), (5, 8)),
        written=written,
        zone="Europe/London" if script.language == "en" else "Europe/Madrid",
        now=NOW.astimezone(UTC),
    )
    await _given(bistro, script)
    chat = await open_chat(bistro, manners=manners)
    # A house whose guests write English: who says nothing of a language, such as STOP, is answered in the line's.
    chat.line = msgspec.structs.replace(chat.line, language=script.language)
    chat.name = None if "stranger" in script.given else "Anne" if script.language == "en" else "Ana"
    return chat


async def _given(bistro: Bistro, script: Script) -> None:
    number = 0
    for given in script.given:
        match given.split():
            case ["booking", day, clock, size, *_]:
                guest = GuestDetails("Ana", "+34600111222", None, "es")
                await bistro.book(date=date.fromisoformat(day), time=clock, size=int(size), guest=guest)
            case ["full", day, *clocks]:
                for clock in clocks or ("13:00", "14:30", "20:00", "21:30", "23:00"):
                    for size in (2, 2, 4, 4, 8):
                        number += 1
                        await bistro.book(number, date=date.fromisoformat(day), time=clock, size=size)
            case _:
                pass


async def standing(chat: Chat) -> dict[object, tuple[str, str, int]]:
    """Return how this guest's bookings stand: status, day and time, size."""
    zone = ZoneInfo("Europe/Madrid")
    rows = await chat.bistro.rows(
        "SELECT reservation_id, status, service_on, starts_at, party_size, source FROM reservations WHERE tenant_id = $1",
        chat.bistro.tenant_id,
    )
    (house,) = {(await chat.bistro.house()).zone}
    zone = house or zone
    return {row[0]: (row[1], f"{row[2]} {_local(row[3], zone)}", row[4]) for row in rows}


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"


def became(
    before: dict[object, tuple[str, str, int]], after: dict[object, tuple[str, str, int]]
) -> list[str]:
    told: list[str] = []
    for each, (status, when, size) in after.items():
        was = before.get(each)
        if was is None:
            told.append(f"books {when} x{size}")
        elif was[0] != "cancelled" and status == "cancelled":
            told.append("cancels")
        elif was[1:] != (when, size):
            told.append(f"changes {when} x{size}")
    return told


def _wanted(expected: Expected) -> list[str]:
    return [each for each in expected.done if each.startswith(("books", "changes", "cancels"))]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
async def test_the_conversation_goes_as_written_at_the_real_core(opening: Opening, script: Script) -> None:
    chat = await opened(opening, script)
    wrong: list[str] = []

    for exchange in script.exchanges:
        before, lines = await standing(chat), len(await chat.said())
        if exchange.guest.startswith("["):
            title = exchange.guest[1:-1]
            offered = (await chat.state()).offered
            payload = next((each.payload for each in offered if each.title == title), title)
            await chat.say(title, payload=payload)
        else:
            await chat.say(
                "" if exchange.guest == "(audio)" else exchange.guest, audio=exchange.guest == "(audio)"
            )
        said = [line for line in (await chat.said())[lines:] if line.direction == "out"]
        shown = " | ".join(" | ".join((line.text, *line.choices)) for line in said)
        came, expected, asked = (
            became(before, await standing(chat)),
            exchange.expected,
            (await chat.state()).asked,
        )
        place = f"line {exchange.line}, {exchange.guest!r} → {shown!r} asks {asked} does {came}"
        wrong += [
            f"{place}: {words!r} is not said"
            for words in expected.said
            if words.casefold() not in shown.casefold()
        ]
        wrong += [
            f"{place}: {words!r} is said" for words in expected.unsaid if words.casefold() in shown.casefold()
        ]
        if expected.asked is not None and expected.asked != (asked or "nothing"):
            wrong.append(f"{place}: should ask {expected.asked}")
        if came != _wanted(expected):
            wrong.append(f"{place}: should do {_wanted(expected)}")

    assert wrong == []


def test_a_good_part_is_played_at_the_real_core() -> None:
    assert len(SCRIPTS) >= 40
