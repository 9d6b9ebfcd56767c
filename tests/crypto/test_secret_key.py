import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from saveit.kernel.crypto import SecretKey, SecretKeyRefused, load_secret
from saveit.kernel.settings import Secret

GOOD = "0123456789abcdef0123456789abcdef"
OLDER = "fedcba9876543210fedcba9876543210"


def test_a_given_secret_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    secret = load_secret(tmp_path / "secret.key", Secret(GOOD))

    assert secret == SecretKey(GOOD.encode())
    assert list(tmp_path.iterdir()) == []


def test_without_one_a_secret_is_made_once_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"

    made = load_secret(path, None)

    assert load_secret(path, None) == made
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_a_made_secret_and_its_directory_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"

    load_secret(path, None)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    with ThreadPoolExecutor(16) as pool:
        secrets = list(pool.map(load_secret, [path] * 64, [None] * 64))

    assert set(secrets) == {load_secret(path, None)}
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_secret_that_another_process_put_there_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    def entropy(count: int) -> bytes:
        # The other process is done at the moment at which this one draws its own.
        write_private(path, GOOD)
        return os.urandom(count)

    assert load_secret(path, None, entropy) == SecretKey(GOOD.encode())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_that_others_can_reach_is_refused_with_the_way_to_mend_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret.key"
    write_private(path, GOOD)
    path.chmod(mode)

    with pytest.raises(SecretKeyRefused, match=f"chmod 600 {path}"):
        load_secret(path, None)


@pytest.mark.parametrize("content", ["", "\n", "ñ" * 40, "0123456789abcdef" * 600])
def test_a_file_without_a_secret_is_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    write_private(path, content)

    with pytest.raises(SecretKeyRefused, match="from a backup"):
        load_secret(path, None)
    assert path.read_text(encoding="utf-8") == content


def test_something_else_in_the_files_place_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    os.mkfifo(path, 0o600)
    # A pipe opens for reading only while someone may write to it.
    writer = os.open(path, os.O_RDWR)

    with pytest.raises(SecretKeyRefused, match="is not a file"):
        load_secret(path, None)
    os.close(writer)


@pytest.mark.parametrize(
    "weak", [GOOD[:31], "changeme" * 4, "a" * 64, f"{GOOD} short", f"{GOOD},{'password' * 8}"]
)
def test_a_secret_that_could_be_guessed_is_refused(tmp_path: Path, weak: str) -> None:
    with pytest.raises(SecretKeyRefused, match="openssl rand -hex 32") as refused:
        load_secret(tmp_path / "secret.key", Secret(weak))
    assert weak not in str(refused.value)


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretKeyRefused, match="empty"):
        load_secret(tmp_path / "secret.key", Secret(" , "))


@pytest.mark.parametrize("between", [",", " ", "\n", ", "])
def test_the_first_of_several_secrets_is_current_and_the_others_are_retired(between: str) -> None:
    secret = SecretKey.parse(Secret(f"{GOOD}{between}{OLDER}"))

    assert secret == SecretKey(GOOD.encode(), retired=(OLDER.encode(),))


def test_a_file_may_hold_a_new_secret_above_the_one_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    write_private(path, f"{GOOD}\n{OLDER}\n")

    assert load_secret(path, None) == SecretKey(GOOD.encode(), retired=(OLDER.encode(),))


def test_a_purpose_has_one_key_under_each_secret_the_current_first() -> None:
    secret = SecretKey.parse(Secret(f"{GOOD},{OLDER}"))

    keys = secret.derive_each("sign-in emails")

    assert keys == (
        SecretKey(GOOD.encode()).derive("sign-in emails"),
        SecretKey(OLDER.encode()).derive("sign-in emails"),
    )
    assert len({*keys, secret.derive("something else")}) == 3


def write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
