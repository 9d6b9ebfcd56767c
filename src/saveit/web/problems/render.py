"""From an exception to a problem document."""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from saveit.access import TriesUsedUp
from saveit.advisors import TooManyUnknownLines
from saveit.guests import ContactRefused, TooManyPhoneCodes
from saveit.kernel.db import Collision, DatabaseUnreachable, TooSlow
from saveit.kernel.errors import Fault, FieldsRefused, Refusal
from saveit.reservations import BlockOverlaps, SlotUnavailable, TableTaken
from saveit.reservations import RulesRefused as BookingRulesRefused
from saveit.seating import Audience, explain
from saveit.web.problems.holders import who_has
from saveit.web.problems.refusals import (
    MethodNotAllowed,
    RateLimited,
    RefusedTogether,
    RequestInvalid,
    RequestTimeout,
)
from saveit.web.problems.table import PROBLEMS
from saveit.web.problems.words import Language

MEDIA_TYPE = b"application/problem+json"
# A collision is over in a moment; a database that went away needs some more.
_RETRY_AFTER_BUSY_S = 1
_RETRY_AFTER_GONE_S = 3

_FOR_GUESTS = frozenset(("reason", "alternatives"))

_encode = msgspec.json.Encoder().encode


class Problem(msgspec.Struct, frozen=True):
    """A problem document and the headers that belong to it."""

    status: int
    code: str
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


def problem_of(
    error: BaseException,
    language: Language,
    *,
    instance: str,
    trace_id: str = "",
    audience: Audience = "guest",
) -> Problem:
    """Return what the caller is told of an error. Whatever is neither a refusal nor a fault of the world is an internal error.

    `instance` is the address that was asked.
    """
    said: Mapping[str, object] = {}
    retry_after_s: int | None = None
    match error:
        case Refusal():
            code, retry_after_s = _public_code(error), _retry_after(error)
            said = _said(error, language, audience)
        case Collision() | TooSlow():
            code, retry_after_s = "busy", _RETRY_AFTER_BUSY_S
        case DatabaseUnreachable():
            code, retry_after_s = "database_unreachable", _RETRY_AFTER_GONE_S
        case Fault():
            code, retry_after_s = "unavailable", _RETRY_AFTER_GONE_S
        case _:
            code = "internal_error"
    line = PROBLEMS[code]
    document: dict[str, object] = {
        "type": f"urn:saveit:problem:{code}",
        "title": line.es if language == "es" else line.en,
        "status": line.status,
        "code": code,
        "instance": instance,
    }
    # A fact called `status` is the thing's status, not the answer's.
    document |= {f"current_{name}" if name in document else name: fact for name, fact in said.items()}
    if trace_id:
        document["trace_id"] = trace_id
    headers: list[tuple[bytes, bytes]] = [(b"content-language", language.encode())]
    if retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % retry_after_s))
    if line.status == 401:  # noqa: PLR2004 - the one status that owes a challenge (RFC 9110, 15.5.2).
        headers.append((b"www-authenticate", b'Bearer realm="saveit"'))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if isinstance(error, RequestTimeout):
        # What is still to come of the body must not be taken for the next request.
        headers.append((b"connection", b"close"))
    return Problem(line.status, code, _encode(document), tuple(headers))


def _public_code(refusal: Refusal) -> str:
    """Return the code that callers see: two rooms refuse an unknown restaurant, and outside that is one thing."""
    if isinstance(refusal, RefusedTogether):
        return refusal.refusals[0].code
    return "restaurant_not_found" if refusal.code == "restaurant_unknown" else refusal.code


def _retry_after(refusal: Refusal) -> int | None:
    match refusal:
        case RateLimited() | TooManyUnknownLines() | TriesUsedUp() | TooManyPhoneCodes():
            seconds = refusal.facts.get("retry_after_s")
            return seconds if isinstance(seconds, int) else 1
        case _:
            return None


def _said(refusal: Refusal, language: Language, audience: Audience) -> Mapping[str, object]:
    """Return the details of a refusal: every error with its sentence, or the facts as they are."""
    match refusal:
        case (
            RefusedTogether() | BookingRulesRefused() | RequestInvalid() | FieldsRefused() | ContactRefused()
        ):
            errors = _errors(refusal, language, audience)
            return {"detail": " ".join(map(_sentence, errors)), "errors": errors}
        case BlockOverlaps():
            return {"detail": who_has(_taken(refusal), language), **refusal.facts}
        case SlotUnavailable():
            detail = (
                who_has(_taken(refusal), language)
                if isinstance(refusal, TableTaken) and audience == "staff"
                else explain(refusal.closed, language, audience)
            )
            # The figures of the house (38 of 40) are for those who work there.
            told = {
                name: fact
                for name, fact in refusal.facts.items()
                if audience == "staff" or name in _FOR_GUESTS
            }
            return {"detail": detail, **told}
        case _:
            # The title has said it all.
            return refusal.facts


def _taken(refusal: Refusal) -> Sequence[Mapping[str, str]]:
    return cast("Sequence[Mapping[str, str]]", refusal.facts.get("taken", ()))


def _errors(refusal: Refusal, language: Language, audience: Audience) -> list[dict[str, object]]:
    """Return every error that a refusal lists, with its sentence."""
    match refusal:
        case RefusedTogether():
            return [error for each in refusal.refusals for error in _errors(each, language, audience)]
        case BookingRulesRefused():
            return [
                {
                    "code": str(closed.reason),
                    "message": explain(closed, language, audience),
                    "facts": closed.facts,
                }
                for closed in refusal.broken
            ]
        case RequestInvalid() | FieldsRefused():
            return [
                {"path": error.path, "code": error.code, "message": error.message(language)}
                for error in refusal.errors
            ]
        case ContactRefused():
            return [
                {
                    "path": f"guest.{error.field}",
                    "code": error.code,
                    "message": _contact(error.code, language),
                }
                for error in refusal.errors
            ]
        case _:
            return []


def _sentence(error: Mapping[str, object]) -> str:
    """Return an error with the field that it is about: five times "missing" tells nobody what is."""
    path = error.get("path")
    return f"{path}: {error['message']}" if path else str(error["message"])


_CONTACT: dict[str, tuple[str, str]] = {
    "name_empty": ("Falta el nombre.", "The name is missing."),
    "name_too_long": ("El nombre es demasiado largo.", "The name is too long."),
    "name_control_character": (
        "El nombre contiene caracteres que no se pueden ver.",
        "The name contains characters that cannot be seen.",
    ),
    "phone_invalid": ("No es un número de teléfono.", "This is not a phone number."),
    "email_invalid": ("No es una dirección de correo.", "This is not an email address."),
    "contact_missing": (
        "Hace falta un teléfono o un correo para avisar al cliente.",
        "A phone number or an email is needed, to reach the guest.",
    ),
    "language_unknown": ("El idioma debe ser es o en.", "The language must be es or en."),
    "special_requests_too_long": ("Las peticiones son demasiado largas.", "The requests are too long."),
    "special_requests_control_character": (
        "Las peticiones contienen caracteres que no se pueden ver.",
        "The requests contain characters that cannot be seen.",
    ),
}


def _contact(code: str, language: Language) -> str:
    return _CONTACT[code][0 if language == "es" else 1]
