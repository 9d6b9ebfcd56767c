"""A check-in pass: signed text that names a reservation, and the judgement of it at the door. Pure: no clock, no database.

One signature, HMAC-SHA256 over the octets of (version, reservation, restaurant, issued, expires, nonce), serves both forms: the compact
text in the QR symbol, and the JSON document for programs. Octets are signed rather than JSON because JSON of one meaning has many
spellings.
"""

import hmac
import os
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal, TypeAlias, assert_never
from uuid import UUID

import msgspec

from saveit.kernel.crypto import TenantKeys
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import ReservationId, RestaurantId

PassHolderStatus: TypeAlias = Literal[
    "pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"
]

_VERSION = 1
# Version, reservation, restaurant, issued, expires (Unix seconds), nonce.
_BODY = struct.Struct(">B16s16sQQ12s")
_SIGNATURE_OCTETS = 32
_NONCE_OCTETS = 12
_PASS_OCTETS = _BODY.size + _SIGNATURE_OCTETS
# The last second of the year 9999, beyond which there is no datetime.
_SECONDS_MAX = 253_402_300_799

# The octets fill whole groups of base64, so a pass has exactly one spelling: no padding, no idle bits to vary.
assert _PASS_OCTETS % 3 == 0
_COMPACT = re.compile(rf"[A-Za-z0-9_-]{{{_PASS_OCTETS * 4 // 3}}}", re.ASCII)


class CheckInPass(msgspec.Struct, frozen=True):
    """What a true pass says. Instants are whole seconds; the nonce tells apart two passes of one reservation."""

    reservation_id: ReservationId
    restaurant_id: RestaurantId
    issued_at: datetime
    expires_at: datetime
    nonce: bytes


class PassDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pass as JSON: instants in Unix seconds, nonce and signature in hexadecimal."""

    reservation_id: UUID
    restaurant_id: UUID
    timestamp: int
    expires_at: int
    nonce: str
    signature: str


class PassMalformed(Refusal):
    """This is no pass of ours: some other QR code, or a part of one."""

    code: ClassVar[str] = "qr_malformed"


class PassForged(Refusal):
    """The signature is not ours: the pass was altered, made up, or signed by another house."""

    code: ClassVar[str] = "qr_forged"


class PassOfAnotherRestaurant(Refusal):
    """The pass is true, and for another door."""

    code: ClassVar[str] = "qr_other_restaurant"


class PassRevoked(Refusal):
    """The pass no longer counts: its reservation was cancelled or missed, or a newer pass took its place."""

    code: ClassVar[str] = "qr_revoked"


class PassUnconfirmed(Refusal):
    """The restaurant has not confirmed the reservation yet."""

    code: ClassVar[str] = "qr_unconfirmed"


class PassUsed(Refusal):
    """The party has been checked in already."""

    code: ClassVar[str] = "qr_used"


class PassExpired(Refusal):
    """The pass is past its end."""

    code: ClassVar[str] = "qr_expired"


class PassTooEarly(Refusal):
    """The door does not open for this reservation yet."""

    code: ClassVar[str] = "qr_too_early"


class PassTooLate(Refusal):
    """The time to check in is over."""

    code: ClassVar[str] = "qr_too_late"


def pass_key(keys: TenantKeys) -> bytes:
    """Return the key that signs a tenant's passes."""
    return keys.derive("saveit check-in pass")


def new_pass(
    reservation_id: ReservationId,
    restaurant_id: RestaurantId,
    *,
    now: datetime,
    expires_at: datetime,
    entropy: Callable[[int], bytes] = os.urandom,
) -> CheckInPass:
    """Make a pass issued now, its instants cut to whole seconds. `now` and `expires_at` are aware."""
    return CheckInPass(
        reservation_id=reservation_id,
        restaurant_id=restaurant_id,
        issued_at=_instant(int(now.timestamp())),
        expires_at=_instant(int(expires_at.timestamp())),
        nonce=entropy(_NONCE_OCTETS),
    )


def sign_pass(shown: CheckInPass, key: bytes) -> str:
    """Return the pass as compact text, safe in a URL."""
    body = _body(shown)
    return urlsafe_b64encode(body + _signature(body, key)).decode("ascii")


def pass_document(shown: CheckInPass, key: bytes) -> PassDocument:
    """Return the pass as a JSON document, under the same signature as its compact text."""
    return PassDocument(
        reservation_id=shown.reservation_id,
        restaurant_id=shown.restaurant_id,
        timestamp=int(shown.issued_at.timestamp()),
        expires_at=int(shown.expires_at.timestamp()),
        nonce=shown.nonce.hex(),
        signature=_signature(_body(shown), key).hex(),
    )


def read_pass(text: str, key: bytes) -> CheckInPass:
    """Return what a true pass says; whether it opens the door now is `judge_pass`'s question.

    Refuses: PassMalformed, PassForged.
    """
    if _COMPACT.fullmatch(text) is None:
        raise PassMalformed
    octets = urlsafe_b64decode(text)
    if octets[0] != _VERSION:
        raise PassMalformed
    return _verified(octets[: _BODY.size], octets[_BODY.size :], key)


def claimed_restaurant(text: str) -> RestaurantId:
    """Return for which restaurant a pass says it is. Nothing is proven yet: it is to find the key that will tell.

    Refuses: PassMalformed.
    """
    if _COMPACT.fullmatch(text) is None:
        raise PassMalformed
    _, _, restaurant, *_ = _unpacked(urlsafe_b64decode(text)[: _BODY.size])
    return RestaurantId(UUID(bytes=restaurant))


def read_document(document: PassDocument, key: bytes) -> CheckInPass:
    """Return what a true pass in JSON says.

    Refuses: PassMalformed, PassForged.
    """
    try:
        nonce, signature = bytes.fromhex(document.nonce), bytes.fromhex(document.signature)
    except ValueError as error:
        raise PassMalformed from error
    instants = (document.timestamp, document.expires_at)
    if (
        len(nonce) != _NONCE_OCTETS
        or len(signature) != _SIGNATURE_OCTETS
        or not all(0 <= each <= _SECONDS_MAX for each in instants)
    ):
        raise PassMalformed
    body = _BODY.pack(_VERSION, document.reservation_id.bytes, document.restaurant_id.bytes, *instants, nonce)
    return _verified(body, signature, key)


def judge_pass(  # noqa: PLR0913 - what a door knows of a party.
    shown: CheckInPass,
    *,
    restaurant_id: RestaurantId,
    starts_at: datetime,
    status: PassHolderStatus,
    used_at: datetime | None,
    now: datetime,
    tolerance_minutes: int,
    revoked_at: datetime | None = None,
    expected_at: datetime | None = None,
) -> None:
    """Return if the pass lets its party in now: from `tolerance_minutes` before the start until as long after it, both included.

    A party that said it comes late is let in until as long after `expected_at`.

    Judging changes nothing, so a pass may be validated any number of times; it is checking in that sets `used_at`, once.

    Refuses: PassOfAnotherRestaurant, PassRevoked, PassUnconfirmed, PassUsed, PassExpired, PassTooEarly, PassTooLate. The first that
    holds is told, so that a host hears "already seated" rather than "too late".
    """
    if shown.restaurant_id != restaurant_id:
        raise PassOfAnotherRestaurant
    if revoked_at is not None:
        raise PassRevoked(status=status, revoked_at=revoked_at.isoformat())
    _judge_status(status, used_at)
    if now >= shown.expires_at:
        raise PassExpired(expired_at=shown.expires_at.isoformat())
    tolerance = timedelta(minutes=tolerance_minutes)
    if now < starts_at - tolerance:
        raise PassTooEarly(starts_at=starts_at.isoformat(), opens_at=(starts_at - tolerance).isoformat())
    closes_at = max(starts_at, expected_at or starts_at) + tolerance
    if now > closes_at:
        raise PassTooLate(starts_at=starts_at.isoformat(), closed_at=closes_at.isoformat())


def _judge_status(status: PassHolderStatus, used_at: datetime | None) -> None:
    match status:
        case "cancelled" | "no_show":
            raise PassRevoked(status=status)
        case "checked_in" | "completed":
            raise PassUsed(used_at=None if used_at is None else used_at.isoformat())
        case "pending":
            raise PassUnconfirmed
        case "confirmed":
            if used_at is not None:
                raise PassUsed(used_at=used_at.isoformat())
        case _:
            assert_never(status)


def _body(shown: CheckInPass) -> bytes:
    return _BODY.pack(
        _VERSION,
        shown.reservation_id.bytes,
        shown.restaurant_id.bytes,
        int(shown.issued_at.timestamp()),
        int(shown.expires_at.timestamp()),
        shown.nonce,
    )


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")


def _verified(body: bytes, signature: bytes, key: bytes) -> CheckInPass:
    if not hmac.compare_digest(signature, _signature(body, key)):
        raise PassForged
    _, reservation, restaurant, issued, expires, nonce = _unpacked(body)
    return CheckInPass(
        reservation_id=ReservationId(UUID(bytes=reservation)),
        restaurant_id=RestaurantId(UUID(bytes=restaurant)),
        issued_at=_instant(issued),
        expires_at=_instant(expires),
        nonce=nonce,
    )


def _unpacked(body: bytes) -> tuple[int, bytes, bytes, int, int, bytes]:
    return _BODY.unpack(body)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
