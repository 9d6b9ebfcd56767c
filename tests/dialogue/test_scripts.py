"""Every conversation of tests/spec/dialogues, played against the policy over a core in memory."""

import pytest

from tests.dialogue.players import player_of
from tests.dialogue.scripts import Script, read_scripts

SCRIPTS = read_scripts()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_conversation_goes_as_written(script: Script) -> None:
    player = player_of(script)
    wrong: list[str] = []

    for exchange in script.exchanges:
        came = player.say(exchange.guest)
        shown = " | ".join((came.text, *came.buttons))
        expected = exchange.expected
        place = f"line {exchange.line}, {exchange.guest!r} → {shown!r} asks {came.asked} does {came.done}"
        wrong += [
            f"{place}: {words!r} is not said"
            for words in expected.said
            if words.casefold() not in shown.casefold()
        ]
        wrong += [
            f"{place}: {words!r} is said" for words in expected.unsaid if words.casefold() in shown.casefold()
        ]
        if expected.asked is not None and expected.asked != (came.asked or "nothing"):
            wrong.append(f"{place}: should ask {expected.asked}")
        if expected.done != came.done:
            wrong.append(f"{place}: should do {expected.done}")

    assert wrong == []


def test_there_are_a_hundred_conversations_in_spanish_and_fifty_in_english() -> None:
    assert sum(script.language == "es" for script in SCRIPTS) >= 100
    assert sum(script.language == "en" for script in SCRIPTS) >= 50
    assert len({script.name for script in SCRIPTS}) == len(SCRIPTS)
