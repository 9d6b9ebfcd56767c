"""Both languages say everything, with the same blanks; every sentence is said somewhere; and nothing promises too early."""

import re
import string
from datetime import date
from pathlib import Path

import pytest

import saveit.dialogue
from saveit.dialogue.words import Voice, en, es
from saveit.seating import Closed, Reason

_CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(saveit.dialogue.__file__).parent.rglob("*.py")
)
_MADE_UP = ("why.", "refused.", "unread.", "info.", "doubt.")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts(sentence: str | tuple[str, str]) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else sentence


def test_both_languages_have_the_same_sentences() -> None:
    assert set(es.SENTENCES) == set(en.SENTENCES)


@pytest.mark.parametrize("name", sorted(es.SENTENCES))
def test_a_sentence_has_the_same_blanks_however_it_is_said(name: str) -> None:
    said = [blanks(text) for language in (es, en) for text in texts(language.SENTENCES[name])]

    # A language may leave out a time that its sentence does not need.
    assert all(each <= set().union(*said) for each in said)
    assert len({frozenset(each) for each in said if name not in {"why.horizon", "why.full"}}) <= 1


@pytest.mark.parametrize("name", [name for name in sorted(es.SENTENCES) if not name.startswith(_MADE_UP)])
def test_every_sentence_is_said_somewhere(name: str) -> None:
    # Once in each language, and once where it is said.
    assert len(re.findall(rf"[\"']{re.escape(name)}[\"']", _CODE)) > 2


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("formal", [True, False])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_a_sentence(reason: Reason, language: str, formal: bool) -> None:
    facts: dict[str, object] = {
        "hours": 2, "nearest": "20:00", "closes": "23:30", "minutes": 90, "party_size": 4, "limit": 8, "reservations": 3,
        "opens_on": "2026-12-01", "released_on": "2026-12-01", "parties": 1, "covers": 2, "note": None, "weekday": 1,
    }  # fmt: skip
    voice = Voice(language, formal=formal, region="ES", today=date(2026, 11, 24))  # type: ignore[arg-type]

    for time in ("21:00", None):
        said = voice.why(Closed(date(2026, 11, 27), time, None, reason, facts))
        assert said
        assert "{" not in said


def test_only_a_booking_that_stands_is_said_to_be_confirmed() -> None:
    early = re.compile(r"confirmad|confirmed", re.IGNORECASE)
    said = {
        name
        for words in (es, en)
        for name, each in words.SENTENCES.items()
        if any(map(early.search, texts(each)))
    }

    assert said == {"booked"}


def test_usted_never_says_tu() -> None:
    familiar = re.compile(
        r"\b(?:tú|te|ti|tu|tus|contigo|tienes|quieres|puedes|dime|eres|prefieres)\b", re.IGNORECASE
    )
    formal = {name: each[1] for name, each in es.SENTENCES.items() if isinstance(each, tuple)}

    assert {name: text for name, text in formal.items() if familiar.search(text)} == {}


@pytest.mark.parametrize(
    ("language", "region", "said"),
    [
        ("es", "ES", "viernes 27 de noviembre a las 20:30"),
        ("es", "MX", "viernes 27 de noviembre a las 20:30"),
        ("en", "GB", "Friday 27 November at 8:30 pm"),
        ("en", "US", "Friday, November 27 at 8:30 pm"),
    ],
)
def test_a_date_is_said_whole(language: str, region: str, said: str) -> None:
    voice = Voice(language, formal=False, region=region, today=date(2026, 11, 24))  # type: ignore[arg-type]

    assert voice.when(date(2026, 11, 27), "20:30") == said


def test_small_hours_belong_to_the_evening_before_and_it_says_so() -> None:
    voice = Voice("es", formal=False, region="ES", today=date(2026, 11, 24))

    assert voice.when(date(2026, 11, 27), "00:30") == "viernes 27 de noviembre a las 00:30 (ya de madrugada)"


def test_o_and_y_change_before_their_own_sound() -> None:
    voice = Voice("es", formal=False, region="ES", today=date(2026, 11, 24))

    assert voice.either(["7", "8"]) == "7 u 8"
    assert voice.together(["Ana", "Inés"]) == "Ana e Inés"
