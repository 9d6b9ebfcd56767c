"""Every closed start explains itself, in both languages, to both audiences."""

import pytest

from saveit.seating import Closed, Reason, explain
from tests.seating.floors import FRIDAY

FACTS: dict[Reason, dict[str, object]] = {
    Reason.CLOSED: {"weekday": 4, "note": None},
    Reason.NO_SERVICE: {"hours": "13:00-16:00"},
    Reason.HORIZON: {"days": 30, "opens_on": "2026-04-15"},
    Reason.NOTICE: {"hours": 2.0},
    Reason.NOT_A_SLOT: {"nearest": "20:30"},
    Reason.AFTER_LAST_SEATING: {"service": "dinner"},
    Reason.ENDS_AFTER_CLOSE: {"minutes": 90, "closes": "16:00"},
    Reason.PARTY_TOO_LARGE: {"party_size": 9, "limit": 8},
    Reason.PARTY_TOO_SMALL: {"party_size": 1, "limit": 2},
    Reason.UNIT_TOO_SMALL: {"party_size": 9, "limit": 8},
    Reason.UNIT_TOO_LARGE: {"party_size": 1, "limit": 2},
    Reason.FULL: {"party_size": 4},
    Reason.PACING_PARTIES: {"parties": 3, "covers": 9, "limit": 3},
    Reason.PACING_COVERS: {"parties": 3, "covers": 38, "limit": 40},
    Reason.ONLINE_HELD_BACK: {"parties": 3, "covers": 20, "limit": 20, "released_on": "2026-05-13"},
    Reason.GUEST_LIMIT: {"reservations": 3, "limit": 3},
}


def closed(reason: Reason, **facts: object) -> Closed:
    return Closed(FRIDAY, "20:30", None, reason, facts or FACTS.get(reason, {}))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_in_both_languages_to_both_audiences(reason: Reason) -> None:
    for audience in ("guest", "staff"):
        spanish, english = explain(closed(reason), "es", audience), explain(closed(reason), "en", audience)

        assert spanish != english
        for sentence in (spanish, english):
            assert sentence.endswith(".")
            assert "{" not in sentence
            assert "None" not in sentence


def test_staff_are_told_the_figures_and_guests_are_not() -> None:
    full = closed(Reason.PACING_COVERS)

    assert explain(full, "en", "staff") == "Pacing: 38 of 40 covers in that interval."
    assert explain(full, "es", "staff") == "Ritmo: 38 de 40 comensales en ese intervalo."
    assert explain(full, "en") == "Too many people already arrive at that time."


def test_numbers_and_notes_are_said_as_people_say_them() -> None:
    assert explain(closed(Reason.NOTICE), "es") == "Hay que reservar con al menos 2 h de antelación."
    assert explain(closed(Reason.NOTICE, hours=0.5), "en") == "Please book at least 0.5 h ahead."
    assert explain(closed(Reason.CLOSED, note="boda"), "es", "staff") == "Cerrado ese día: boda."
    assert explain(closed(Reason.CLOSED, note="boda"), "es") == "El restaurante está cerrado ese día."
    assert explain(closed(Reason.NOT_A_SLOT, nearest=None), "en").endswith("the nearest is —.")
