from typing import TypedDict
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saveit.guests import (
    ContactError,
    ContactRefused,
    GuestDetails,
    check_contact,
    email_index,
    email_key,
    normal_email,
    normal_name,
    normal_special_requests,
    open_details,
    seal_details,
)
from saveit.kernel.crypto import Sealer, TenantKeys, Unreadable
from saveit.kernel.ids import TenantId

SEALER = Sealer(TenantKeys(TenantId(UUID(int=1)), 1, bytes(32)))
PERSON = UUID(int=7)
ANA = GuestDetails("Ana Pérez", "+573001234567", "ana@example.com", "es", "Una silla para bebé\ny sin gluten")


class Said(TypedDict):
    name: str
    phone: str | None
    email: str | None
    language: str
    region: str
    special_requests: str | None


def test_a_guests_words_are_kept_in_one_spelling() -> None:
    details = check_contact(
        name="  Ana   Pe\u0301rez ",
        phone="300 123 4567",
        email="ana@EXAMPLE.com",
        language="es-CO",
        region="CO",
        special_requests=" Una silla para bebé\r\ny sin gluten ",
    )

    assert details == ANA


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_phone_email_and_wishes_may_be_left_blank(blank: str | None) -> None:
    details = check_contact(
        name="Ana", phone=blank, email=blank, language="en", region="ES", special_requests=blank
    )

    assert details == GuestDetails("Ana", None, None, "en")


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(ContactRefused) as refused:
        check_contact(
            name="\u200b",
            phone="12",
            email="ana@",
            language="tlh",
            region="CO",
            special_requests="x" * 501,
        )

    assert refused.value.code == "contact_refused"
    assert refused.value.facts == {
        "errors": [
            {"field": "name", "code": "name_control_character"},
            {"field": "phone", "code": "phone_invalid"},
            {"field": "email", "code": "email_invalid"},
            {"field": "language", "code": "language_unknown"},
            {"field": "special_requests", "code": "special_requests_too_long", "length_max": 500},
        ]
    }


def test_a_refusal_repeats_nothing_of_what_the_guest_wrote() -> None:
    said = Said(
        name="Ana\x07",
        phone="ana's",
        email="ana at x",
        language="ana",
        region="ES",
        special_requests="ana\x00",
    )

    with pytest.raises(ContactRefused) as refused:
        check_contact(**said)

    assert len(refused.value.errors) == 5
    assert "ana" not in str(refused.value).lower()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana", "Ana"),
        (" Ana ", "Ana"),
        ("\u00a0Ana\u2003María\u00a0", "Ana María"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("O'Brien-Núñez, Jr.", "O'Brien-Núñez, Jr."),
        ("佐藤 花子", "佐藤 花子"),
        ("محمد", "محمد"),
        ("نی\u200cلوفر", "نی\u200cلوفر"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("4", "4"),
        ("ñ" * 120, "ñ" * 120),
        ("n\u0303" * 120, "ñ" * 120),
    ],
)
def test_names_of_all_people_are_kept(text: str, name: str) -> None:
    assert normal_name(text) == name


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ContactError("name", "name_empty")),
        ("   ", ContactError("name", "name_empty")),
        ("\u0301", ContactError("name", "name_empty")),
        ("\u200d", ContactError("name", "name_empty")),
        ("a" * 121, ContactError("name", "name_too_long", 120)),
        ("n\u0303" * 121, ContactError("name", "name_too_long", 120)),
        ("a" * 1_000_000, ContactError("name", "name_too_long", 120)),
        ("Ana\nPérez", ContactError("name", "name_control_character")),
        ("Ana\tPérez", ContactError("name", "name_control_character")),
        ("Ana\x00", ContactError("name", "name_control_character")),
        ("Ana\u202egnp", ContactError("name", "name_control_character")),
        ("A\u00adna", ContactError("name", "name_control_character")),
        ("Ana\u2028Pérez", ContactError("name", "name_control_character")),
        ("Ana\ud800", ContactError("name", "name_control_character")),
        ("Ana\ue000", ContactError("name", "name_control_character")),
    ],
)
def test_what_cannot_be_read_aloud_at_the_door_is_no_name(text: str, error: ContactError) -> None:
    assert normal_name(text) == error


@given(st.text(max_size=200))
def test_a_kept_name_is_kept_as_it_is_the_second_time(text: str) -> None:
    name = normal_name(text)

    assert isinstance(name, ContactError) or normal_name(name) == name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("Alergia: nueces.\n\tMesa tranquila 🙏", "Alergia: nueces.\n\tMesa tranquila 🙏"),
        ("x" * 500, "x" * 500),
        ("x" * 501, ContactError("special_requests", "special_requests_too_long", 500)),
        ("a\x00b", ContactError("special_requests", "special_requests_control_character")),
        ("a\x1b[31mb", ContactError("special_requests", "special_requests_control_character")),
        ("a\u202eb", ContactError("special_requests", "special_requests_control_character")),
    ],
)
def test_wishes_may_have_lines_and_nothing_invisible(text: str, kept: str | ContactError) -> None:
    assert normal_special_requests(text) == kept


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("ana@example.com", "ana@example.com"),
        (" Ana.Perez@Example.COM ", "Ana.Perez@example.com"),
        ("ana+mesa@example.com", "ana+mesa@example.com"),
        ("ana@xn--bcher-kva.example.com", "ana@bücher.example.com"),
        ("jose\u0301@example.com", "josé@example.com"),
        ("ana@saveit.test", "ana@saveit.test"),
    ],
)
def test_an_email_is_kept_as_it_is_written_to(text: str, email: str) -> None:
    assert normal_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "ana @example.com",
        "ana@example..com",
        "Ana <ana@example.com>",
        "ana@example.com, leo@example.com",
        "ana@[127.0.0.1]",
        "ana@example.com\nBcc: leo@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_what_cannot_be_written_to_is_no_email(text: str) -> None:
    assert normal_email(text) is None


def test_capitals_do_not_make_another_mailbox() -> None:
    spellings = ["ana.perez@example.com", "Ana.Perez@Example.com", "ANA.PEREZ@EXAMPLE.COM"]

    kept = [normal_email(each) or "" for each in spellings]

    assert {email_key(each) for each in kept} == {"ana.perez@example.com"}
    assert len({email_index(SEALER, each) for each in kept}) == 1


def test_a_phone_and_an_email_of_one_text_have_two_indexes() -> None:
    assert SEALER.blind_index("phone", "x") != SEALER.blind_index("email", "x")


@pytest.mark.parametrize("details", [ANA, GuestDetails("Ana", None, None, "en")])
def test_details_are_sealed_as_one_text_and_opened_whole(details: GuestDetails) -> None:
    sealed = seal_details(SEALER, details, PERSON)

    assert open_details(SEALER, sealed, PERSON) == details
    assert b"Ana" not in sealed


def test_details_put_into_another_persons_row_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        open_details(SEALER, seal_details(SEALER, ANA, PERSON), UUID(int=8))


def test_details_sealed_before_wishes_existed_still_open() -> None:
    # A list of four, as MessagePack writes it.
    before = b"\x94\xa3Ana\xc0\xc0\xa2es"

    assert open_details(SEALER, SEALER.seal(before, PERSON.bytes), PERSON) == GuestDetails(
        "Ana", None, None, "es"
    )


def test_what_was_sealed_but_is_no_guest_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no guest's details"):
        open_details(SEALER, SEALER.seal(b"\x01", PERSON.bytes), PERSON)


def test_details_have_names_wherever_they_are_not_sealed() -> None:
    assert msgspec.to_builtins(GuestDetails("Ana", None, None, "en")) == {
        "name": "Ana",
        "phone": None,
        "email": None,
        "language": "en",
        "special_requests": None,
    }


def test_details_do_not_print() -> None:
    assert f"{ANA} {ANA!r}" == "GuestDetails(***) GuestDetails(***)"
