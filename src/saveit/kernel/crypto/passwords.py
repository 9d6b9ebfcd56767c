"""Passwords are kept as argon2id hashes. Both verbs take a tenth of a second and 64 MiB on purpose: call them in a thread."""

import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from saveit.kernel.crypto.errors import Unreadable

# NIST SP 800-63B asks that 64 characters be accepted; without an upper limit a megabyte of password is work for us and none for the sender.
_LENGTH_MAX = 1024
# What nobody's password is compared with, so that an unknown email takes as long as a wrong password. A test holds its costs to today's.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$WtyMNIaeMco08iHAhNEu+g$K0c2U6L6VUaqTIVRA5RKIFnZtvzpPAYSdFm1tZKhstw"


@dataclass(frozen=True, slots=True)
class PasswordVerdict:
    """Whether the password is the right one, and whether its hash should be made anew at today's cost."""

    matches: bool
    stale: bool


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`, with its salt and costs (RFC 9106, low memory)."""
    if not 0 < len(password) <= _LENGTH_MAX:
        raise ValueError(f"a password has 1 to {_LENGTH_MAX} characters; the sign-up form says so before")
    return _hasher().hash(_written(password))


def verify_password(password: str, hashed: str | None) -> PasswordVerdict:
    """Compare `password` with its hash; with None, for a user who does not exist, take the same time and say no.

    Raises: Unreadable when `hashed` is no argon2 hash.
    """
    if len(password) > _LENGTH_MAX:
        return PasswordVerdict(matches=False, stale=False)
    hasher = _hasher()
    try:
        hasher.verify(_NOBODY if hashed is None else hashed, _written(password))
    except VerifyMismatchError:
        return PasswordVerdict(matches=False, stale=False)
    except (InvalidHashError, VerificationError) as error:
        raise Unreadable("the stored password hash is damaged") from error
    return PasswordVerdict(
        matches=hashed is not None, stale=hashed is not None and hasher.check_needs_rehash(hashed)
    )


def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def _written(password: str) -> str:
    """One spelling of a password: an é typed as one character on a phone and as two on a laptop is the same é (RFC 8265)."""
    return unicodedata.normalize("NFC", password)
