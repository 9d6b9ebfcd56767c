"""An envelope as it lies in the inbox: sealed for its tenant and its row, in pieces, because what is sealed at once is bounded.

Of the envelope only digests are in the open: of its key, which providers make from phone numbers, and of its sender.
"""

import hashlib
from uuid import UUID

import msgspec

from saveit.kernel.crypto import Sealer, Unreadable, open_pieces, seal_in_pieces
from saveit.messages import Envelope, LineKey

_KEY_OCTETS = 20


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed. A field is added at the end, with a default."""

    account: str
    address: str
    event_key: bytes
    sender: bytes
    body: bytes


def event_digest(envelope: Envelope) -> bytes:
    """Return the key under which an event is kept once; the line's id stands beside it."""
    return hashlib.sha256(_octets(envelope.event_key)).digest()[:_KEY_OCTETS]


def sender_index(envelope: Envelope, sealer: Sealer) -> bytes:
    """Return what events of one sender share, empty for nobody."""
    if not envelope.sender:
        return b""
    return sealer.blind_index("sender", _octets(envelope.sender).hex())


def seal_envelope(envelope: Envelope, inbox_id: UUID, sealer: Sealer) -> bytes:
    """Return the envelope sealed."""
    packed = msgspec.msgpack.encode(
        _Packed(
            envelope.line.account,
            envelope.line.address,
            _octets(envelope.event_key),
            _octets(envelope.sender),
            envelope.body,
        )
    )
    return seal_in_pieces(sealer, packed, inbox_id.bytes)


def open_envelope(sealed: bytes, inbox_id: UUID, sealer: Sealer) -> Envelope:
    """Return the envelope. Raises: Unreadable, also when a piece is missing or out of place."""
    try:
        packed = msgspec.msgpack.decode(open_pieces(sealer, sealed, inbox_id.bytes), type=_Packed)
    except msgspec.DecodeError as error:
        raise Unreadable("what was sealed here is no envelope") from error
    return Envelope(
        line=LineKey(packed.account, packed.address),
        event_key=_text(packed.event_key),
        sender=_text(packed.sender),
        body=packed.body,
    )


def _octets(text: str) -> bytes:
    """Return the text as octets, half a surrogate pair included."""
    return text.encode("utf-8", "surrogatepass")


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogatepass")
