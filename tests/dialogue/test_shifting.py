"""By how much a message moves a time, and that words which only look alike move none."""

import pytest

from saveit.dialogue.policy.shifting import minutes_shifted, shifted


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("¿la podemos retrasar media hora?", 30),
        ("media hora más tarde", 30),
        ("córrela una hora", 60),
        ("¿se puede correr la reserva media hora?", 30),
        ("hora y media no, una hora y media más tarde", 90),
        ("adelántala un cuarto de hora", -15),
        ("20 minutos antes, por favor", -20),
        ("can we push it back half an hour?", 30),
        ("could you bring the booking forward by an hour", -60),
        ("2 hours later", 120),
    ],
)
def test_a_time_is_moved_by_what_is_said(text: str, minutes: int) -> None:
    assert minutes_shifted(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "te mando mi correo en media hora",
        "es correcto, en una hora salimos",
        "we bring a pushchair for an hour",
        "mesa para 2 a las 9",
        "llegaremos antes",
    ],
)
def test_what_only_looks_like_it_moves_nothing(text: str) -> None:
    assert minutes_shifted(text) is None


def test_a_time_is_not_moved_into_another_day() -> None:
    assert [shifted("23:30", 30), shifted("23:30", 29), shifted("00:10", -15)] == [None, "23:59", None]
