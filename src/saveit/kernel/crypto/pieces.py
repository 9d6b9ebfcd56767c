"""Sealing what is larger than is sealed at once: in pieces, each bound to its owner, its place and their number."""

import msgspec

from saveit.kernel.crypto.errors import Unreadable
from saveit.kernel.crypto.seal import Sealer

# Below what a sealer takes at once, with room for what is put around it.
_PIECE_OCTETS = 60_000
_NUMBER_OCTETS = 3


def seal_in_pieces(sealer: Sealer, plaintext: bytes, bound_to: bytes) -> bytes:
    """Return `plaintext` of any length sealed for its tenant and for `bound_to`."""
    pieces = [plaintext[start : start + _PIECE_OCTETS] for start in range(0, len(plaintext), _PIECE_OCTETS)]
    return msgspec.msgpack.encode(
        [sealer.seal(piece, _place(bound_to, number, len(pieces))) for number, piece in enumerate(pieces)]
    )


def open_pieces(sealer: Sealer, sealed: bytes, bound_to: bytes) -> bytes:
    """Return what was sealed. Raises: Unreadable, also when a piece is missing or out of place."""
    try:
        pieces = msgspec.msgpack.decode(sealed, type=list[bytes])
    except msgspec.DecodeError as error:
        raise Unreadable("what was sealed here is not in pieces") from error
    return b"".join(
        sealer.open(piece, _place(bound_to, number, len(pieces))) for number, piece in enumerate(pieces)
    )


def _place(bound_to: bytes, number: int, count: int) -> bytes:
    return bound_to + number.to_bytes(_NUMBER_OCTETS) + count.to_bytes(_NUMBER_OCTETS)
