"""What is refused to whoever signs in or gives access, and how a wrong draft is explained in Spanish and in English."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from saveit.kernel.db import refused_by
from saveit.kernel.errors import FieldError, FieldsRefused, Refusal

_MESSAGES: dict[str, tuple[str, str]] = {
    "wrong_length": (
        "Debe tener entre {minimum} y {maximum} letras o elementos.",
        "It must have from {minimum} to {maximum} letters or items.",
    ),
    "out_of_range": (
        "Debe estar entre {minimum} y {maximum}.",
        "It must be between {minimum} and {maximum}.",
    ),
    "unknown_choice": ("Debe ser uno de: {choices}.", "It must be one of: {choices}."),
    "control_character": (
        "Contiene caracteres que no se pueden ver.",
        "It contains characters that cannot be seen.",
    ),
    "email_invalid": ("No es una dirección de correo.", "This is not an email address."),
    "password_too_short": (
        "La contraseña debe tener al menos {minimum} caracteres.",
        "The password must have at least {minimum} characters.",
    ),
    "password_too_long": (
        "La contraseña puede tener {maximum} caracteres como mucho.",
        "The password may have {maximum} characters at most.",
    ),
    "password_wrong": ("No es la contraseña actual.", "This is not the present password."),
    "in_the_past": ("Ya ha pasado.", "It has passed already."),
}


def access_error(path: str, code: str, **facts: object) -> FieldError:
    """Make an error whose message is looked up by its code."""
    return FieldError(path, code, f"access.{code}", facts, _MESSAGES[code])


def access_message_keys() -> Mapping[str, tuple[str, str]]:
    """Return every message by its key, Spanish then English, for catalogues and tests."""
    return {f"access.{code}": texts for code, texts in _MESSAGES.items()}


class AccessInvalid(FieldsRefused):
    """A user or a key is wrongly described; every error is listed, none hides another."""

    code: ClassVar[str] = "access_invalid"


class WrongCredentials(Refusal):
    """Email and password do not open a session. Which of the two is wrong, or that the user is disabled, is not said."""

    code: ClassVar[str] = "wrong_credentials"


class TriesUsedUp(Refusal):
    """Signing in with this email was tried too often, by whomever; `retry_after_s` says when it may be again."""

    code: ClassVar[str] = "sign_in_tries_used_up"


class EmailTaken(Refusal):
    """Somebody signs in with this email already, here or at another customer's."""

    code: ClassVar[str] = "email_taken"


class StaffUserUnknown(Refusal):
    """There is no such staff user."""

    code: ClassVar[str] = "staff_user_unknown"


class LastOwner(Refusal):
    """The restaurant would be left without anybody who owns it; `restaurant_id` says which."""

    code: ClassVar[str] = "last_owner"


class RoleAboveYours(Refusal):
    """Only those below one's own role are given or taken; `restaurant_id` says where."""

    code: ClassVar[str] = "role_above_yours"


class ApiKeyUnknown(Refusal):
    """There is no such API key."""

    code: ClassVar[str] = "api_key_unknown"


class RestaurantNotYours(Refusal):
    """There is no such restaurant, or not for this tenant, which is the same to whoever asks."""

    code: ClassVar[str] = "restaurant_unknown"


_REFUSALS: dict[str, type[Refusal]] = {
    "email_signs_in_once": EmailTaken,
    # PostgreSQL names a foreign key by its table and columns.
    "staff_roles_tenant_id_user_id_fkey": StaffUserUnknown,
    "staff_roles_tenant_id_restaurant_id_fkey": RestaurantNotYours,
    "api_keys_tenant_id_restaurant_id_fkey": RestaurantNotYours,
}


refusing = partial(refused_by, _REFUSALS)
