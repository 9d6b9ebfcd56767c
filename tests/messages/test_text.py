"""Counting, splitting and cleaning text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saveit.messages import Limit, SmsSize, Unit, clean, length, shortened, sms_size, split

UNITS: list[Unit] = ["characters", "octets", "utf16", "sms_parts"]
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=400)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("está", "characters", 4),
        ("está", "octets", 5),
        ("👍", "utf16", 2),
        ("👍", "octets", 4),
        ("x" * 161, "sms_parts", 2),
        ("", "sms_parts", 0),
    ],
)
def test_a_text_is_measured_in_the_providers_unit(text: str, unit: Unit, expected: int) -> None:
    assert length(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("é" * 160, SmsSize("gsm7", 160, 1)),
        ("ñ¿¡üà" * 32 + "a", SmsSize("gsm7", 161, 2)),
        ("a" * 306, SmsSize("gsm7", 306, 2)),
        ("a" * 307, SmsSize("gsm7", 307, 3)),
        ("€" * 80, SmsSize("gsm7", 160, 1)),
        ("€" * 81, SmsSize("gsm7", 162, 2)),
        # 152 septets and an escape with its letter: the two do not fit into the part's last one.
        ("a" * 152 + "€" + "a" * 152, SmsSize("gsm7", 306, 3)),
        ("reservación", SmsSize("ucs2", 11, 1)),
        ("á" * 70, SmsSize("ucs2", 70, 1)),
        ("á" * 71, SmsSize("ucs2", 71, 2)),
        ("á" * 134, SmsSize("ucs2", 134, 2)),
        # A pair is not torn: 66 units and a pair leave the first part one unit short.
        ("á" * 66 + "👍" + "á" * 66, SmsSize("ucs2", 134, 3)),
        ("“", SmsSize("ucs2", 1, 1)),
    ],
)
def test_sms_costs_what_the_standard_says(text: str, expected: SmsSize) -> None:
    assert sms_size(text) == expected


def test_a_text_is_split_where_a_reader_would_pause() -> None:
    text = "Hola, Ana. Su mesa está lista.\n\nLe esperamos a las 20:30. ¡Gracias!"

    assert split(text, Limit(40)) == ("Hola, Ana. Su mesa está lista.", "Le esperamos a las 20:30. ¡Gracias!")
    assert split(text, Limit(31)) == (
        "Hola, Ana. Su mesa está lista.",
        "Le esperamos a las 20:30.",
        "¡Gracias!",
    )
    assert split("una mesa para cuatro", Limit(12)) == ("una mesa", "para cuatro")


def test_what_is_seen_as_one_letter_is_not_torn() -> None:
    family = "👨\u200d👩\u200d👧"

    assert split(family * 3, Limit(6)) == (family, family, family)
    assert split("e\u0301" * 4, Limit(3)) == ("e\u0301", "e\u0301", "e\u0301", "e\u0301")
    assert split("🇨🇴🇲🇽🇦🇷", Limit(3)) == ("🇨🇴", "🇲🇽", "🇦🇷")


@given(text=ANY_TEXT, unit=st.sampled_from(UNITS), room=st.integers(4, 60))
@settings(deadline=None, max_examples=300)
def test_no_piece_is_too_long_and_nothing_but_space_is_lost(text: str, unit: Unit, room: int) -> None:
    limit = Limit(1 if unit == "sms_parts" else room, unit)

    pieces = split(text, limit)

    assert all(limit.holds(piece) and piece.strip() == piece and piece for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(text=ANY_TEXT, unit=st.sampled_from(UNITS), room=st.integers(4, 60))
@settings(deadline=None, max_examples=300)
def test_a_shortened_text_is_one_line_within_its_limit(text: str, unit: Unit, room: int) -> None:
    limit = Limit(1 if unit == "sms_parts" else room, unit)

    short = shortened(text, limit)

    assert limit.holds(short)
    assert "\n" not in short
    assert bool(short) == bool(text.split())


def test_a_limit_smaller_than_a_letter_is_a_bug() -> None:
    with pytest.raises(ValueError, match="smaller than one character"):
        split("👍", Limit(1, "utf16"))


def test_a_long_text_is_split_in_no_time() -> None:
    assert len(split("palabra " * 20_000, Limit(1000, "octets"))) == 160


def test_nul_and_half_a_pair_are_cleaned_away() -> None:
    assert clean("ho\x00la \ud83d!") == "hola \ufffd!"
    assert clean("está 👍") == "está 👍"
