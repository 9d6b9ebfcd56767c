"""What a guest tells us, in the one form in which we keep it, and how it is sealed: as a whole, for one row of one tenant."""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.errors import Refusal

Language: TypeAlias = Literal["es", "en"]
ContactField: TypeAlias = Literal["name", "phone", "email", "language", "special_requests"]
ContactErrorCode: TypeAlias = Literal[
    "name_empty",
    "name_too_long",
    "name_control_character",
    "phone_invalid",
    "email_invalid",
    "contact_missing",
    "language_unknown",
    "special_requests_too_long",
    "special_requests_control_character",
]

_SHOWN_DIGITS: Final = 3


class GuestDetails(msgspec.Struct, frozen=True):
    """A guest's own words, checked: `phone` in E.164, `email` as it is written to, `special_requests` for one reservation."""

    name: str
    phone: str | None
    email: str | None
    language: Language
    special_requests: str | None = None

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks and logs."""
        return "GuestDetails(***)"

    def masked(self) -> "GuestDetails":
        """Return what whoever may not read guests is shown: enough to tell two of one name apart, and not to reach either."""
        return GuestDetails(self.name, _masked_phone(self.phone), _masked_email(self.email), self.language)


def _masked_phone(phone: str | None) -> str | None:
    return None if phone is None else "•" * 6 + phone[-_SHOWN_DIGITS:]


def _masked_email(email: str | None) -> str | None:
    if email is None:
        return None
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


class ContactError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field that is wrong and why, without the text itself; `length_max` where it was too long."""

    field: ContactField
    code: ContactErrorCode
    length_max: int | None = None


class ContactRefused(Refusal):
    """What the guest said of themselves cannot be kept; `errors` names every wrong field at once."""

    code: ClassVar[str] = "contact_refused"

    def __init__(self, errors: Sequence[ContactError]) -> None:
        super().__init__(errors=msgspec.to_builtins(errors))
        self.errors = tuple(errors)


def seal_details(sealer: Sealer, details: GuestDetails, bound_to: UUID) -> bytes:
    """Return the details as one sealed text for the row `bound_to`, a person's or a reservation's: it opens in no other."""
    plaintext = _Sealed(
        details.name, details.phone, details.email, details.language, details.special_requests
    )
    return sealer.seal(_encoder.encode(plaintext), bound_to.bytes)


def open_details(sealer: Sealer, sealed: bytes, bound_to: UUID) -> GuestDetails:
    """Return what `seal_details` sealed for this row. Raises: Unreadable."""
    plaintext = sealer.open(sealed, bound_to.bytes)
    try:
        told = _decoder.decode(plaintext)
    except msgspec.DecodeError as error:
        raise Unreadable("what was sealed here are no guest's details") from error
    return GuestDetails(told.name, told.phone, told.email, told.language, told.special_requests)


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    """The details as they lie sealed: a list without names. A field is added at the end, with a default, so the older ones still open."""

    name: str
    phone: str | None
    email: str | None
    language: Language
    special_requests: str | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Sealed)
