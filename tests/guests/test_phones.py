"""One number has one spelling here, whoever typed it and wherever they copied it from."""

from random import Random
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saveit.guests import normal_phone, phone_index, phone_key
from saveit.kernel.crypto import Sealer, TenantKeys
from saveit.kernel.ids import TenantId

SEALER = Sealer(TenantKeys(TenantId(UUID(int=1)), 1, bytes(32)))

# The number, the restaurant's country, and how its guests write it.
SPELLINGS: dict[tuple[str, str], list[str]] = {
    ("+573001234567", "CO"): [
        "+57 300 123 4567",
        "0057 300 123 4567",
        "00573001234567",
        "300 1234567",
        "3001234567",
        "(300) 123-4567",
        "300.123.45.67",
        "57 300 123 4567",
        "+57 (300) 1234567",
        "+57-300-123-4567",
        "03 300 123 4567",
        "009 57 300 123 4567",
        "  +573001234567\n",
        "\u202a+57 300 123 4567\u202c",
        "+57\u00a0300\u00a0123\u00a04567",
        "+57 300 123\u20134567",
        "\uff0b57\u3000300\u30001234567",
        "\u0663\u0660\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
    ],
    ("+576012345678", "CO"): ["601 234 5678", "(601) 2345678", "+57 601 2345678", "00576012345678"],
    ("+34612345678", "ES"): [
        "612345678",
        "612 34 56 78",
        "612-345-678",
        "34 612 345 678",
        "0034 612 345 678",
        "+34 612 345 678",
        "+34 (0) 612 345 678",
        "+34 (612) 345.678",
        "+0034 612 345 678",
    ],
    ("+34910123456", "ES"): ["91 012 34 56", "910123456", "+34 91 012 34 56", "0034910123456"],
    ("+12127365000", "US"): [
        "(212) 736-5000",
        "212-736-5000",
        "212.736.5000",
        "2127365000",
        "1 212 736 5000",
        "1-212-736-5000",
        "+1 (212) 736-5000",
        "+1.212.736.5000",
        "001 212 736 5000",
        "011 1 212 736 5000",
        "212/736-5000",
    ],
    ("+525512345678", "MX"): [
        "55 1234 5678",
        "+52 55 1234 5678",
        "+52 1 55 1234 5678",
        "5215512345678",
        "525512345678",
        "044 55 1234 5678",
        "045 55 1234 5678",
        "01 55 1234 5678",
        "+52 044 55 1234 5678",
        "0052 1 55 1234 5678",
        "1 55 1234 5678",
    ],
    ("+5491123456789", "AR"): [
        "+54 9 11 2345-6789",
        "+54 11 15 2345-6789",
        "011 15 2345-6789",
        "(011) 15-2345-6789",
        "9 11 2345 6789",
        "54 9 11 2345 6789",
        "0054 9 11 2345 6789",
        "+54 9 11 15 2345-6789",
        "+54 9 (0) 11 2345-6789",
    ],
    ("+5493512345678", "AR"): ["0351 15 234-5678", "+54 9 351 234 5678", "+54 351 15 2345678"],
}
SPELLED = [
    pytest.param(number, region, spelling, id=f"{region}-{spelling.strip()}")
    for (number, region), spellings in SPELLINGS.items()
    for spelling in spellings
]


@pytest.mark.parametrize(("number", "region", "spelling"), SPELLED)
def test_every_spelling_is_the_one_number(number: str, region: str, spelling: str) -> None:
    assert normal_phone(spelling, region) == number


@pytest.mark.parametrize(("number", "region", "spelling"), SPELLED)
def test_every_spelling_has_the_one_index(number: str, region: str, spelling: str) -> None:
    found = normal_phone(spelling, region)

    assert found is not None
    assert phone_index(SEALER, found) == phone_index(SEALER, number)


@pytest.mark.parametrize("region", ["CO", "ES", "US", "MX", "AR"])
@pytest.mark.parametrize("number", [number for number, _ in SPELLINGS])
def test_a_traveller_gives_the_number_with_its_country_anywhere(number: str, region: str) -> None:
    spelled = [number, f"{number[:3]} {number[3:]}", f"00{number[1:]}"]

    assert [normal_phone(each, region) for each in spelled] == [number] * 3


def test_an_argentine_mobile_is_found_with_and_without_its_nine() -> None:
    written_at_home = normal_phone("11 2345 6789", "AR")
    written_abroad = normal_phone("+54 9 11 2345 6789", "ES")

    assert (written_at_home, written_abroad) == ("+541123456789", "+5491123456789")
    assert phone_key("+541123456789") == phone_key("+5491123456789")


def test_two_numbers_have_two_indexes() -> None:
    numbers = {number for number, _ in SPELLINGS}

    assert len({phone_index(SEALER, number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("", "CO"),
        ("+", "CO"),
        ("hola", "ES"),
        ("call me on 612345678", "ES"),
        ("1-800-FLOWERS", "US"),
        ("+34 612 345 678 ext 5", "ES"),
        ("+34612345678;x=1", "ES"),
        ("612345678, 612345679", "ES"),
        ("+34 123", "ES"),
        ("112", "ES"),
        ("12345", "CO"),
        ("15 2345 6789", "AR"),
        ("123 456 789", "ES"),
        ("+999 123 456 789", "ES"),
        ("++34612345678", "ES"),
        ("612345678", "XX"),
        ("+34612345678" + " " * 40 + "1", "ES"),
        ("\u0969" * 41, "ES"),
        ("²³⁴", "ES"),
    ],
)
def test_what_is_no_number_is_refused(text: str, region: str) -> None:
    assert normal_phone(text, region) is None


def test_a_number_of_a_range_too_new_to_be_known_is_taken_when_its_country_is_written() -> None:
    assert normal_phone("+1 555 123 4567", "ES") == "+15551234567"
    assert normal_phone("555 123 4567", "US") is None


REGIONS = ["CO", "ES", "US", "MX", "AR", "CL", "PE", "BR", "FR", "DE", "IT", "GB"]


@given(
    region=st.sampled_from(REGIONS), tail=st.text("0123456789", min_size=4, max_size=4), chooser=st.randoms()
)
def test_how_the_digits_are_parted_does_not_matter(region: str, tail: str, chooser: Random) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[:-4] + tail
    parted = number[0] + "".join(
        digit + chooser.choice(["", " ", "-", ".", "\u00a0"]) for digit in number[1:]
    )

    assert normal_phone(parted, "US") == normal_phone(number, region)


@given(st.sampled_from(REGIONS), st.text(max_size=45))
def test_any_text_is_a_number_or_none_and_a_number_is_its_own_spelling(region: str, text: str) -> None:
    number = normal_phone(text, region)

    assert number is None or normal_phone(number, "ES") == number
