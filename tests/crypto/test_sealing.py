from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saveit.kernel.crypto import BlindIndex, Sealer, TenantKeys, Unreadable
from saveit.kernel.ids import TenantId

TENANT = TenantId(UUID("018f0000-0000-7000-8000-000000000001"))
OTHER_TENANT = TenantId(UUID("018f0000-0000-7000-8000-000000000002"))
ROOT = bytes(range(32))
KEYS = TenantKeys(TENANT, 1, ROOT)
ROW = b"row of a reservation"
# HMAC-SHA256 of "5:phone:+573001234567", computed with another tool.
KNOWN_INDEX = "11d763efc222de934c29c3f37472a9b1"


@given(plaintext=st.binary(max_size=300), bound_to=st.binary(max_size=40))
def test_what_is_sealed_for_an_owner_opens_for_that_owner(plaintext: bytes, bound_to: bytes) -> None:
    sealer = Sealer(KEYS)

    assert sealer.open(sealer.seal(plaintext, bound_to), bound_to) == plaintext


def test_a_sealed_text_is_version_key_nonce_ciphertext_and_tag() -> None:
    sealer = Sealer(TenantKeys(TENANT, 7, ROOT), entropy=lambda count: b"n" * count)

    sealed = sealer.seal(b"Ana", ROW)

    assert (sealed[:2], sealed[2:14], len(sealed)) == (b"\x01\x07", b"n" * 12, 2 + 12 + 3 + 16)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    sealer = Sealer(KEYS)

    assert len({sealer.seal(b"Ana", ROW) for _ in range(100)}) == 100


def test_a_sealed_text_moved_to_another_row_does_not_open() -> None:
    sealer = Sealer(KEYS)
    sealed = sealer.seal(b"Ana", ROW)

    with pytest.raises(Unreadable):
        sealer.open(sealed, b"another row")


def test_a_sealed_text_moved_to_another_tenant_does_not_open_even_under_the_same_root() -> None:
    sealed = Sealer(KEYS).seal(b"Ana", ROW)

    with pytest.raises(Unreadable):
        Sealer(TenantKeys(OTHER_TENANT, 1, ROOT)).open(sealed, ROW)


def test_owner_and_tenant_do_not_run_into_each_other() -> None:
    sealed = Sealer(KEYS).seal(b"Ana", b"abc")

    with pytest.raises(Unreadable):
        Sealer(KEYS).open(sealed, b"ab")


def test_no_bit_of_a_sealed_text_can_be_changed() -> None:
    sealer = Sealer(KEYS)
    sealed = sealer.seal(b"Ana", ROW)
    altered = [
        sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :]
        for place in range(len(sealed))
        for bit in range(8)
    ]

    assert [text for text in altered if opens(sealer, text)] == []


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 29])
def test_a_sealed_text_cut_short_is_unreadable_and_nothing_worse(length: int) -> None:
    sealer = Sealer(KEYS)

    assert not opens(sealer, sealer.seal(b"", ROW)[:length])


def test_a_retired_key_opens_what_it_sealed_and_seals_nothing_more() -> None:
    new = TenantKeys(TENANT, 2, bytes(32))
    old_text = Sealer(KEYS).seal(b"Ana", ROW)

    sealer = Sealer(new, retired=[KEYS])

    assert sealer.open(old_text, ROW) == b"Ana"
    assert sealer.seal(b"Ana", ROW)[1] == 2
    assert not opens(Sealer(new), old_text)


def test_a_sealer_never_mixes_tenants() -> None:
    with pytest.raises(ValueError, match="one tenant"):
        Sealer(KEYS, retired=[TenantKeys(OTHER_TENANT, 2, ROOT)])


def test_what_no_row_should_hold_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="65536"):
        Sealer(KEYS).seal(bytes(65_537), ROW)


def test_the_same_value_has_the_same_index_within_a_tenant_and_another_elsewhere() -> None:
    here = Sealer(KEYS)
    there = Sealer(TenantKeys(OTHER_TENANT, 1, ROOT))

    assert here.blind_index("phone", "+573001234567") == Sealer(KEYS).blind_index("phone", "+573001234567")
    assert here.blind_index("phone", "+573001234567") != there.blind_index("phone", "+573001234567")


def test_an_index_is_sixteen_octets_of_a_known_hmac() -> None:
    """Stored indexes are compared with new ones for years, so the construction may not change unnoticed."""
    index = BlindIndex(b"k" * 32)

    assert index.of("phone", "+573001234567").hex() == KNOWN_INDEX


@given(
    one=st.tuples(st.text(max_size=5), st.text(max_size=5)),
    other=st.tuples(st.text(max_size=5), st.text(max_size=5)),
)
def test_kinds_and_values_never_share_an_index(one: tuple[str, str], other: tuple[str, str]) -> None:
    index = BlindIndex(b"k" * 32)

    assert (index.of(*one) == index.of(*other)) == (one == other)


def opens(sealer: Sealer, sealed: bytes) -> bool:
    try:
        sealer.open(sealed, ROW)
    except Unreadable:
        return False
    return True
