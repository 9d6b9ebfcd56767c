"""What is refused of advisors and lines, by which constraint, and how a wrong draft is explained in Spanish and in English."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from saveit.kernel.db import refused_by
from saveit.kernel.errors import Fault, FieldError, FieldsRefused, Refusal

_MESSAGES: dict[str, tuple[str, str]] = {
    "wrong_length": (
        "Debe tener entre {minimum} y {maximum} letras o elementos.",
        "It must have from {minimum} to {maximum} letters or items.",
    ),
    "unknown_choice": ("Debe ser uno de: {choices}.", "It must be one of: {choices}."),
    "control_character": (
        "Contiene caracteres que no se pueden ver.",
        "It contains characters that cannot be seen.",
    ),
    "opaque_malformed": (
        "Solo letras sin acento, cifras, - y _; 128 como mucho.",
        "Only letters without accents, digits, - and _; 128 at most.",
    ),
    "credential_missing": ("Falta: {meaning_es}.", "It is missing: {meaning}."),
    "credential_unknown": (
        "Este canal no conoce este dato; conoce: {choices}.",
        "This channel knows no such value; it knows: {choices}.",
    ),
    "secret_weak": (
        "Es fácil de adivinar: al menos {minimum} letras, o déjelo vacío y lo creamos.",
        "It is easily guessed: at least {minimum} letters, or leave it out and one is made.",
    ),
    "two_owners": (
        "Una línea es de un restaurante o de un asesor, no de ambos.",
        "A line is a restaurant's or an advisor's, not both.",
    ),
}


def line_error(path: str, code: str, **facts: object) -> FieldError:
    """Make an error whose message is looked up by its code."""
    return FieldError(path, code, f"lines.{code}", facts, _MESSAGES[code])


def line_message_keys() -> Mapping[str, tuple[str, str]]:
    """Return every message by its key, Spanish then English, for catalogues and tests."""
    return {f"lines.{code}": texts for code, texts in _MESSAGES.items()}


class LineInvalid(FieldsRefused):
    """A line is wrongly described; every error is listed, none hides another."""

    code: ClassVar[str] = "line_invalid"


class AdvisorInvalid(FieldsRefused):
    """An advisor is wrongly described; every error is listed, none hides another."""

    code: ClassVar[str] = "advisor_invalid"


class LineTaken(Refusal):
    """This address of the channel is a line already, here or at another customer's."""

    code: ClassVar[str] = "line_taken"


class LineUnknown(Refusal):
    """There is no such line."""

    code: ClassVar[str] = "line_unknown"


class AdvisorUnknown(Refusal):
    """There is no such advisor."""

    code: ClassVar[str] = "advisor_unknown"


class AdvisorTaken(Refusal):
    """This member of staff is an advisor already."""

    code: ClassVar[str] = "advisor_taken"


class PlaceUnknown(Refusal):
    """There is no such restaurant, or not for this tenant, which is the same to whoever asks."""

    code: ClassVar[str] = "restaurant_unknown"


class PersonOfStaffUnknown(Refusal):
    """There is no such staff user."""

    code: ClassVar[str] = "staff_user_unknown"


class AdvisorRevisionConflict(Refusal):
    """Somebody changed it since it was read."""

    code: ClassVar[str] = "revision_conflict"


class TooManyUnknownLines(Refusal):
    """More addresses that no process knows are asked for at once than may cost a query; ask again in `retry_after_s`."""

    code: ClassVar[str] = "too_many_unknown_lines"


class LineUnreadable(Fault):
    """A line's credentials were sealed under a key that is not here."""


_REFUSALS: dict[str, type[Refusal]] = {
    "address_has_one_line": LineTaken,
    "user_is_one_advisor": AdvisorTaken,
    # PostgreSQL names a foreign key by its table and columns.
    "advisors_tenant_id_user_id_fkey": PersonOfStaffUnknown,
    "lines_tenant_id_restaurant_id_fkey": PlaceUnknown,
    "lines_tenant_id_advisor_id_fkey": AdvisorUnknown,
}


def refusing(**facts: object) -> AbstractContextManager[None]:
    """Turn a broken constraint of ours into its refusal with these facts; any other stays what it is."""
    return refused_by(_REFUSALS, **facts)
