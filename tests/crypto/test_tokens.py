import hashlib
import re

import pytest

from saveit.kernel.crypto import (
    NewToken,
    ShownToken,
    digests_match,
    new_api_key,
    new_session_token,
    read_token,
    token_digest,
)


def counting(count: int) -> bytes:
    return bytes(range(count))


def test_an_api_key_is_a_prefix_an_id_and_a_secret() -> None:
    key = new_api_key(counting)

    text = "saveit_aaaqeaye_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert key == NewToken(text=text, token_id="aaaqeaye", digest=hashlib.sha256(text.encode()).digest())


def test_every_token_has_the_promised_form_and_is_read_back() -> None:
    for _ in range(200):
        key, session = new_api_key(), new_session_token()

        assert re.fullmatch(r"saveit_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", key.text)
        assert read_token(key.text) == ShownToken(kind="api_key", token_id=key.token_id, digest=key.digest)
        assert read_token(session.text) == ShownToken("session", session.token_id, session.digest)


def test_no_two_tokens_are_alike() -> None:
    assert len({new_api_key().digest for _ in range(500)}) == 500


@pytest.mark.parametrize(
    "text",
    [
        "",
        "saveit",
        "saveit_aaaqeaye_short",
        "SAVEIT_aaaqeaye_" + "A" * 43,
        "saveit_AAAQEAYE_" + "A" * 43,
        "saveit_aaaqeaye_" + "A" * 42 + "=",
        "saveit_aaaqeaye_" + "A" * 44,
        "saveit_aaaqeaye_" + "A" * 43 + "\n",
        "other_aaaqeaye_" + "A" * 43,
        "saveit_aaaqeaye_" + "Á" * 43,
    ],
)
def test_what_cannot_be_a_token_needs_no_look_up(text: str) -> None:
    assert read_token(text) is None


def test_a_digest_tells_tokens_apart() -> None:
    assert digests_match(token_digest("one"), token_digest("one"))
    assert not digests_match(token_digest("one"), token_digest("other"))


def test_any_text_has_a_digest_even_half_a_character() -> None:
    assert len(token_digest("\ud800")) == 32


def test_a_token_does_not_print_its_secret() -> None:
    key = new_api_key(counting)

    assert repr(key) == "NewToken(token_id='aaaqeaye')"
