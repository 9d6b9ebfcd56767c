import pytest
from argon2 import PasswordHasher

from saveit.kernel.crypto import PasswordVerdict, Unreadable, hash_password, verify_password
from saveit.kernel.crypto.passwords import _NOBODY

RIGHT = PasswordVerdict(matches=True, stale=False)
WRONG = PasswordVerdict(matches=False, stale=False)


def test_the_right_password_matches_and_a_wrong_one_does_not() -> None:
    hashed = hash_password("mesa para dos a las ocho")

    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify_password("mesa para dos a las ocho", hashed) == RIGHT
    assert verify_password("mesa para dos a las nueve", hashed) == WRONG


def test_an_accent_typed_in_two_ways_is_the_same_password() -> None:
    assert verify_password("cafe\u0301", hash_password("caf\u00e9")) == RIGHT


def test_a_hash_made_at_yesterdays_cost_matches_and_asks_to_be_made_anew() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("mesa para dos")

    assert verify_password("mesa para dos", old) == PasswordVerdict(matches=True, stale=True)


def test_a_user_who_does_not_exist_costs_as_much_as_one_who_does() -> None:
    assert verify_password("mesa para dos", None) == WRONG
    assert not PasswordHasher().check_needs_rehash(_NOBODY)


def test_a_password_too_long_to_hash_is_wrong_at_once() -> None:
    assert verify_password("a" * 1025, None) == WRONG


@pytest.mark.parametrize("password", ["", "a" * 1025])
def test_a_password_without_a_sane_length_is_never_hashed(password: str) -> None:
    with pytest.raises(ValueError, match="1 to 1024"):
        hash_password(password)


@pytest.mark.parametrize("damaged", ["", "not a hash", "$argon2id$v=19$m=65536,t=3,p=4$AAAA$", "$2b$12$abc"])
def test_a_damaged_hash_is_a_fault_and_no_wrong_password(damaged: str) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        verify_password("mesa para dos", damaged)
