import hmac
from uuid import UUID

import pytest

from saveit.kernel.crypto import (
    MasterKey,
    SecretKey,
    TenantKeys,
    Unreadable,
    Wrapper,
    new_wrapped_key,
    rewrap_key,
    unwrap_key,
)
from saveit.kernel.ids import TenantId

TENANT = TenantId(UUID("018f0000-0000-7000-8000-000000000001"))
OTHER_TENANT = TenantId(UUID("018f0000-0000-7000-8000-000000000002"))
OLD = b"the secret of last year, retired"
NEW = b"the secret of today, still valid"


def test_a_tenants_key_comes_back_as_it_was_made() -> None:
    wrapped = new_wrapped_key(MasterKey(SecretKey(NEW)), TENANT, entropy=lambda count: b"r" * count)

    assert unwrap_key(MasterKey(SecretKey(NEW)), TENANT, wrapped) == TenantKeys(TENANT, 1, b"r" * 32)


def test_a_wrapped_key_does_not_show_the_key() -> None:
    wrapped = new_wrapped_key(MasterKey(SecretKey(NEW)), TENANT, entropy=lambda count: b"r" * count)

    assert b"rrrr" not in wrapped[5 + 12 :]


def test_a_wrapped_key_put_into_another_tenants_row_is_unreadable() -> None:
    master = MasterKey(SecretKey(NEW))
    wrapped = new_wrapped_key(master, TENANT)

    with pytest.raises(Unreadable):
        unwrap_key(master, OTHER_TENANT, wrapped)


def test_a_wrapped_key_put_into_another_versions_row_is_unreadable() -> None:
    master = MasterKey(SecretKey(NEW))
    wrapped = new_wrapped_key(master, TENANT, version=1)

    with pytest.raises(Unreadable):
        unwrap_key(master, TENANT, wrapped, version=2)


@pytest.mark.parametrize("length", [0, 4, 5, 16, 17, 40])
def test_a_wrapped_key_cut_short_is_unreadable_and_nothing_worse(length: int) -> None:
    master = MasterKey(SecretKey(NEW))

    with pytest.raises(Unreadable):
        unwrap_key(master, TENANT, new_wrapped_key(master, TENANT)[:length])


def test_a_retired_secret_unwraps_and_never_wraps() -> None:
    wrapped = new_wrapped_key(MasterKey(SecretKey(OLD)), TENANT)
    both = MasterKey(SecretKey(NEW, retired=(OLD,)))

    assert both.is_stale(wrapped)
    assert not both.is_stale(new_wrapped_key(both, TENANT))
    assert unwrap_key(both, TENANT, wrapped) == unwrap_key(MasterKey(SecretKey(OLD)), TENANT, wrapped)


def test_after_rewrapping_the_retired_secret_can_go_and_the_tenants_key_stays() -> None:
    wrapped = new_wrapped_key(MasterKey(SecretKey(OLD)), TENANT)
    before = unwrap_key(MasterKey(SecretKey(OLD)), TENANT, wrapped)

    rewrapped = rewrap_key(MasterKey(SecretKey(NEW, retired=(OLD,))), TENANT, wrapped)

    assert unwrap_key(MasterKey(SecretKey(NEW)), TENANT, rewrapped) == before


def test_a_key_under_a_lost_secret_says_that_the_secret_is_missing() -> None:
    wrapped = new_wrapped_key(MasterKey(SecretKey(OLD)), TENANT)

    with pytest.raises(Unreadable, match="does not have"):
        unwrap_key(MasterKey(SecretKey(NEW)), TENANT, wrapped)


def test_keys_of_different_purposes_tenants_and_roots_differ() -> None:
    keys = TenantKeys(TENANT, 1, b"r" * 32)
    derived = [
        keys.data_key,
        keys.index_key,
        keys.derive("saveit check-in pass"),
        TenantKeys(OTHER_TENANT, 1, b"r" * 32).data_key,
        TenantKeys(TENANT, 1, b"s" * 32).data_key,
    ]

    assert len(set(derived)) == len(derived)
    assert {len(key) for key in derived} == {32}


def test_derived_keys_stay_what_they_were_when_data_was_sealed_with_them() -> None:
    """Whoever changes a purpose or the salt loses every sealed text; this value was computed from RFC 5869 by hand."""
    assert TenantKeys(TENANT, 1, b"r" * 32).data_key == by_rfc_5869(
        b"r" * 32, TENANT.bytes, b"saveit tenant data"
    )


@pytest.mark.parametrize(("version", "root"), [(0, bytes(32)), (256, bytes(32)), (1, bytes(16))])
def test_what_cannot_be_a_tenants_key_is_a_bug(version: int, root: bytes) -> None:
    with pytest.raises(ValueError, match="32 octets"):
        TenantKeys(TENANT, version, root)


def test_keys_do_not_print() -> None:
    printed = repr((TenantKeys(TENANT, 1, b"r" * 32), SecretKey(OLD, retired=(NEW,))))

    assert "rrr" not in printed
    assert "secret of" not in printed


def test_another_keeper_of_the_master_key_fits_the_same_door() -> None:
    class KeyService:
        """A service that keeps keys and hands out numbers for them."""

        def __init__(self) -> None:
            self.kept: list[tuple[bytes, bytes]] = []

        def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
            self.kept.append((data_key, bound_to))
            return bytes([len(self.kept) - 1])

        def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
            data_key, owner = self.kept[wrapped[0]]
            if owner != bound_to:
                raise Unreadable
            return data_key

        def is_stale(self, wrapped: bytes) -> bool:
            return not wrapped

    service: Wrapper = KeyService()

    wrapped = new_wrapped_key(service, TENANT, entropy=lambda count: b"r" * count)

    assert unwrap_key(service, TENANT, wrapped).root == b"r" * 32


def by_rfc_5869(source: bytes, salt: bytes, info: bytes) -> bytes:
    extracted = hmac.digest(salt, source, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")
