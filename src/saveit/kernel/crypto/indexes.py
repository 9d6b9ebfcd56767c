"""Finding what is sealed: the same value gives the same 16 octets under one key, and tells nothing without the key."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

# 128 bits: two of a billion values collide once in 10²⁰ tables, and an index entry stays as small as a UUID.
_INDEX_OCTETS = 16


class BlindIndex:
    """A keyed digest for equality look-ups. Whoever has the key can try values against it, so the key is guarded like the data."""

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes) -> None:
        """Prepare the key once: its copies cost a quarter of a fresh HMAC."""
        self._keyed = HMAC(key, SHA256())

    def of(self, kind: str, value: str) -> bytes:
        """Return HMAC-SHA256 cut to 16 octets. A phone and an email of the same text differ by their `kind`."""
        keyed = self._keyed.copy()
        # The length keeps the border between kind and value: ("ab", "c") is not ("a", "bc").
        keyed.update(f"{len(kind)}:{kind}:{value}".encode())
        return keyed.finalize()[:_INDEX_OCTETS]
