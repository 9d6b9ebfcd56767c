"""API keys and session tokens: shown to their owner once, kept by us only as a SHA-256 digest.

A digest without salt or stretching is right here, and would be wrong for a password: a token is 256 random bits, which nobody tries out.
"""

import hashlib
import hmac
import os
import re
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

TokenKind: TypeAlias = Literal["api_key", "session"]

_ID_OCTETS = 5  # Eight characters of base 32: enough for a person to tell keys apart in a list.
_SECRET_OCTETS = 32
# A prefix of our own lets secret scanners find a key that was committed by mistake.
_API_KEY_PREFIX = "saveit"
_SESSION_PREFIX = "saveitsession"
_SHAPE = re.compile(r"(saveit|saveitsession)_([a-z2-7]{8})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: `text` is for its owner's eyes, once; `token_id` may be shown and logged; `digest` is stored."""

    text: str = field(repr=False)
    token_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token that someone showed us and that has the right form; whether it is known is for the database to say."""

    kind: TokenKind
    token_id: str
    digest: bytes = field(repr=False)


def new_api_key(entropy: Callable[[int], bytes] = os.urandom) -> NewToken:
    """Make an API key, `saveit_<8 characters>_<43 characters>`."""
    return _new_token(_API_KEY_PREFIX, entropy)


def new_session_token(entropy: Callable[[int], bytes] = os.urandom) -> NewToken:
    """Make a session token, `saveitsession_<8 characters>_<43 characters>`."""
    return _new_token(_SESSION_PREFIX, entropy)


def read_token(text: str) -> ShownToken | None:
    """Return the token in `text`, or None if it is none of ours: then nobody needs to be asked."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    kind: TokenKind = "api_key" if found[1] == _API_KEY_PREFIX else "session"
    return ShownToken(kind=kind, token_id=found[2], digest=token_digest(text))


def token_digest(text: str) -> bytes:
    """Return the 32 octets under which a token is stored and looked up."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def digests_match(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not tell how much of the two is alike."""
    return hmac.compare_digest(one, other)


def _new_token(prefix: str, entropy: Callable[[int], bytes]) -> NewToken:
    token_id = b32encode(entropy(_ID_OCTETS)).decode("ascii").lower()
    secret = urlsafe_b64encode(entropy(_SECRET_OCTETS)).decode("ascii").rstrip("=")
    text = f"{prefix}_{token_id}_{secret}"
    return NewToken(text=text, token_id=token_id, digest=token_digest(text))
