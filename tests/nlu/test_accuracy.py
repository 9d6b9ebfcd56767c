"""How much of what guests write is understood, as a ratchet: the floors are what was measured, and only rise."""

import pytest

from saveit.dialogue.nlu.wanted import leaning
from tests.nlu.corpus import (
    Case,
    development_cases,
    development_set,
    fourth_cases,
    is_held_out,
    lessons,
    own_cases,
    second_cases,
    third_cases,
)
from tests.nlu.report import Figures, intent_right, measured, party_right, when_right
from tests.nlu.train import digest, learned_from

pytestmark = pytest.mark.slow

# Cases of the tuned set that we know are misunderstood, each with what would have to be known.
KNOWN_MISSES: dict[str, str] = {
    "es-es-0438": "a company after de looks like the end of a surname",
    "es-es-0442": "a house may be a name",
    "es-es-0606": "a month after a name looks like the day of the booking",
    "second-en-us-0099": "seniors are people",
    "second-es-es-0109": "now, beside an hour, is today",
}


HELD_OUT_ES = {"frames": 94.5, "when": 97.5, "party": 97.5, "intent": 97.0, "slotless": 98.0, "lang": 99.0}
HELD_OUT_EN = {"frames": 95.5, "when": 98.0, "party": 98.5, "intent": 98.5, "slotless": 98.0, "lang": 99.0}


SECOND_ES = {"frames": 97.0, "when": 98.0, "party": 99.0, "intent": 99.0, "slotless": 98.0, "lang": 99.0}
SECOND_EN = {"frames": 96.0, "when": 96.0, "party": 98.0, "intent": 99.5, "slotless": 98.0, "lang": 99.0}


# Written last, to be as far from the tables as we could: slang, hints, mishaps. Of these 73 and 75 in a hundred wants were met unprepared.
THIRD_ES = {"frames": 96.0, "when": 97.0, "party": 98.0, "intent": 94.0, "slotless": 98.5, "lang": 99.0}
THIRD_EN = {"frames": 94.5, "when": 94.5, "party": 98.5, "intent": 89.0, "slotless": 95.5, "lang": 98.5}


# Nobody has looked at what is missed here, and no weight is learned from it: this is the set by which the engine is judged.
FOURTH_ES = {"frames": 97.5, "when": 99.0, "party": 98.5, "intent": 91.0, "slotless": 99.0, "lang": 99.5}
FOURTH_EN = {"frames": 96.5, "when": 98.5, "party": 98.0, "intent": 93.0, "slotless": 99.5, "lang": 99.5}


def tuned() -> list[Case]:
    return [case for case in (*own_cases(), *second_cases()) if not case.held_out]


def held_out(lang: str) -> Figures:
    return measured([case for case in own_cases() if case.held_out and case.lang == lang])


def test_a_third_is_held_out_by_the_hash_of_the_id_and_marked_so() -> None:
    cases = [*own_cases(), *second_cases(), *third_cases()]

    assert len(cases) >= 1_400
    assert [case.id for case in cases if case.held_out is not is_held_out(case.id)] == []
    assert len({case.id for case in cases}) == len(cases)


def test_every_tuned_message_is_understood_but_for_the_known_misses() -> None:
    missed = set(measured(tuned()).missed)

    assert missed - KNOWN_MISSES.keys() == set()
    assert KNOWN_MISSES.keys() - missed == set(), "these are understood now: strike them out"


@pytest.mark.parametrize(("lang", "floors"), [("es", HELD_OUT_ES), ("en", HELD_OUT_EN)])
def test_messages_never_looked_at_are_understood(lang: str, floors: dict[str, float]) -> None:
    figures = held_out(lang)

    below = {name: getattr(figures, name) for name, floor in floors.items() if getattr(figures, name) < floor}
    assert below == {}


@pytest.mark.parametrize(("lang", "floors"), [("es", SECOND_ES), ("en", SECOND_EN)])
def test_messages_of_the_second_set_that_were_set_aside_are_understood(
    lang: str, floors: dict[str, float]
) -> None:
    figures = measured([case for case in second_cases() if case.held_out and case.lang == lang])

    below = {name: getattr(figures, name) for name, floor in floors.items() if getattr(figures, name) < floor}
    assert below == {}


@pytest.mark.parametrize(("lang", "floors"), [("es", THIRD_ES), ("en", THIRD_EN)])
def test_messages_of_the_third_set_that_were_set_aside_are_understood(
    lang: str, floors: dict[str, float]
) -> None:
    figures = measured([case for case in third_cases() if case.held_out and case.lang == lang])

    below = {name: getattr(figures, name) for name, floor in floors.items() if getattr(figures, name) < floor}
    assert below == {}


@pytest.mark.parametrize(("lang", "floors"), [("es", FOURTH_ES), ("en", FOURTH_EN)])
def test_messages_of_the_fourth_set_are_understood_though_nothing_was_tuned_on_it(
    lang: str, floors: dict[str, float]
) -> None:
    figures = measured([case for case in fourth_cases() if case.lang == lang])

    below = {name: getattr(figures, name) for name, floor in floors.items() if getattr(figures, name) < floor}
    assert below == {}


def test_no_lesson_is_a_message_of_the_fourth_set() -> None:
    judged = {case.text.lower() for case in fourth_cases() if case.text.count(" ") > 2}

    assert [case.id for case in lessons() if case.text.lower() in judged] == []


def test_the_learned_weights_are_of_the_cases_that_may_be_learned_from() -> None:
    """When cases change, `python -m tests.nlu.train` is run again."""
    first = leaning.FILE.read_text(encoding="utf-8").splitlines()[0]

    assert first == f"# {digest(learned_from())}"


@pytest.mark.parametrize(("lang", "when", "party"), [("es", 98.5, 100.0), ("en", 96.5, 96.0)])
def test_the_development_set_is_understood(lang: str, when: float, party: float) -> None:
    path = development_set()
    if path is None:
        pytest.skip("the shared development set does not lie beside this checkout")
    cases = [case for case in development_cases(path) if case.lang == lang]

    assert when_right(cases) >= when
    assert party_right(cases) >= party
    assert lang == "es" or intent_right(cases) >= 80
