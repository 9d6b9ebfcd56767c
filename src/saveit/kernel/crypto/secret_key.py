"""The installation's secret key: given from outside, or made once and kept in a private file.

All other keys are derived from it, so a backup must carry it: without it personal data stays sealed for good.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from saveit.kernel.crypto.errors import SecretKeyRefused
from saveit.kernel.settings import Secret

_DERIVED_OCTETS = 32
_SECRET_OCTETS = 32
# 32 hexadecimal characters drawn at random are 128 bits, the least that is out of reach of trying.
_LENGTH_MIN = 32
# No secret of that length drawn at random has fewer kinds of characters (once in 10¹⁰ for hexadecimal); "changeme" four times over does.
_KINDS_OF_CHARACTERS_MIN = 8
# Room for 32 long secrets; a file beyond it is some other file.
_FILE_OCTETS_MAX = 8192


@dataclass(frozen=True, slots=True)
class SecretKey:
    """The secret that new keys are derived from, and older ones under which something may still be wrapped."""

    current: bytes = field(repr=False)
    retired: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def parse(cls, secret: Secret) -> "SecretKey":
        """Read one secret, or several parted by commas or white space: the first is current, the others only open what is old.

        Raises: SecretKeyRefused when there is none, or one could be guessed.
        """
        listed = tuple(secret.reveal().replace(",", " ").split())
        if not listed:
            raise SecretKeyRefused(
                "the secret key is empty; set SAVEIT_SECRET_KEY, for instance to the output of: openssl rand -hex 32"
            )
        for text in listed:
            if len(text) < _LENGTH_MIN or len(set(text)) < _KINDS_OF_CHARACTERS_MIN:
                raise SecretKeyRefused(
                    f"a secret key is {_LENGTH_MIN} or more random characters, for instance the output of: openssl rand -hex 32"
                )
        current, *retired = (text.encode() for text in listed)
        return cls(current=current, retired=tuple(retired))

    def derive(self, purpose: str) -> bytes:
        """Return the 32-octet key for one purpose; keys of different purposes tell nothing of each other."""
        return derive_key(self.current, purpose=purpose)

    def derive_each(self, purpose: str) -> tuple[bytes, ...]:
        """Return the keys for one purpose under every secret, the current one's first: for look-ups while a secret is being replaced."""
        return tuple(derive_key(secret, purpose=purpose) for secret in (self.current, *self.retired))


def derive_key(source: bytes, *, purpose: str, salt: bytes | None = None) -> bytes:
    """Return 32 octets for `purpose` by HKDF-SHA256. `source` is random already: this is no way to stretch a password."""
    return HKDF(algorithm=SHA256(), length=_DERIVED_OCTETS, salt=salt, info=purpose.encode()).derive(source)


def load_secret(
    path: Path,
    given: Secret | None,
    entropy: Callable[[int], bytes] = os.urandom,
    *,
    sealed_already: bool = False,
) -> SecretKey:
    """Return the secret key that was given, else the one in the file at `path`, which is made at the first call.

    Where something is `sealed_already` none is made: it could open nothing, and what it sealed would be lost with the return of the
    right one. Several processes may call this at once and get the same key. A key that was made is on disk before it is returned.

    Raises: SecretKeyRefused when the key is weak or missing, or anyone but the file's owner can reach the file.
    """
    if given is not None:
        return SecretKey.parse(given)
    with suppress(FileNotFoundError):
        return SecretKey.parse(_read_private(path))
    if sealed_already:
        raise SecretKeyRefused(
            f"{path} is gone, and the database holds what is sealed under it; bring it back from where you keep a copy, "
            "or set SAVEIT_SECRET_KEY to it"
        )
    _write_once(path, entropy(_SECRET_OCTETS).hex())
    return SecretKey.parse(_read_private(path))


def _read_private(path: Path) -> Secret:
    with path.open("rb") as file:
        # The open file is asked, not the path: what is behind a path can change between the question and the reading.
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise SecretKeyRefused(
                f"{path} is not a file; move it away, and a secret key will be made in its place"
            )
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretKeyRefused(
                f"{path} can be reached by other users (mode {stat.S_IMODE(status.st_mode):o}); run: chmod 600 {path}"
            )
        content = file.read(_FILE_OCTETS_MAX + 1)
    if len(content) > _FILE_OCTETS_MAX or not content.isascii() or not content.strip():
        raise SecretKeyRefused(
            f"{path} holds no secret key; bring it back from a backup, because what it sealed cannot be opened without it"
        )
    return Secret(content.decode("ascii"))


def _write_once(path: Path, text: str) -> None:
    """Put the file in place whole, or leave the one that another process put there first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Such a file is its owner's alone from the start, and its name is drawn at random: in two containers on one directory,
    # both processes may be number 1.
    with NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f"{path.name}.") as draft:
        draft.write(f"{text}\n")
        draft.flush()
        os.fsync(draft.fileno())
        # A link fails where the name is taken. A rename would overwrite the key that the other process already uses.
        with suppress(FileExistsError):
            path.hardlink_to(draft.name)
    # Without this a power cut could keep what was sealed and lose the key's name.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
