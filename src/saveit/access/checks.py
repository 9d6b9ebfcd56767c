"""From a draft to what may be stored, or to everything that is wrong with it. Pure."""

import unicodedata
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from saveit.access.emails import normal_email
from saveit.access.errors import AccessInvalid, access_error
from saveit.access.model import SCOPES, ApiKeyDraft, Language, StaffUserDraft
from saveit.kernel.errors import FieldError

# NIST SP 800-63B asks for eight at least and no rules about their kinds; two more cost nobody anything.
PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 1024
QUOTA_PER_MINUTE_MAX = 1_000_000

_NAME_LENGTH_MAX = 120
_KEY_NAME_LENGTH_MAX = 80
_LANGUAGES: dict[str, Language] = {"es": "es", "en": "en"}

_Errors: TypeAlias = list[FieldError]


class CheckedUser(Struct, frozen=True):
    """A staff user as they may be stored, but for the password, which is only ever stored as a hash."""

    name: str
    email: str
    language: Language

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks and logs."""
        return "CheckedUser(***)"


def check_user(draft: StaffUserDraft) -> CheckedUser:
    """Return the user in our spelling.

    Refuses: AccessInvalid, with every error.
    """
    errors: _Errors = []
    name = _text(errors, "name", draft.name, maximum=_NAME_LENGTH_MAX)
    email = normal_email(draft.email)
    if email is None:
        errors.append(access_error("email", "email_invalid"))
    _check_password(errors, draft.password)
    language = _LANGUAGES.get(draft.language)
    if language is None:
        errors.append(access_error("language", "unknown_choice", choices=", ".join(_LANGUAGES)))
    if errors or email is None or language is None:
        raise AccessInvalid(errors)
    return CheckedUser(name, email, language)


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long. Refuses: AccessInvalid."""
    errors: _Errors = []
    _check_password(errors, password)
    if errors:
        raise AccessInvalid(errors)


def check_api_key(draft: ApiKeyDraft, now: datetime) -> ApiKeyDraft:
    """Return the key's draft with its name trimmed and each scope once, in order.

    Refuses: AccessInvalid, with every error.
    """
    errors: _Errors = []
    name = _text(errors, "name", draft.name, maximum=_KEY_NAME_LENGTH_MAX)
    if not 1 <= len(draft.scopes) <= len(SCOPES):
        errors.append(access_error("scopes", "wrong_length", minimum=1, maximum=len(SCOPES)))
    else:
        choices = ", ".join(sorted(SCOPES))
        errors += [
            access_error(f"scopes[{index}]", "unknown_choice", choices=choices)
            for index, scope in enumerate(draft.scopes)
            if scope not in SCOPES
        ]
    if not 1 <= draft.quota_per_minute <= QUOTA_PER_MINUTE_MAX:
        errors.append(
            access_error("quota_per_minute", "out_of_range", minimum=1, maximum=QUOTA_PER_MINUTE_MAX)
        )
    if draft.expires_at is not None and draft.expires_at <= now:
        errors.append(access_error("expires_at", "in_the_past"))
    if errors:
        raise AccessInvalid(errors)
    return ApiKeyDraft(
        name=name,
        scopes=tuple(sorted(set(draft.scopes))),
        restaurant_id=draft.restaurant_id,
        quota_per_minute=draft.quota_per_minute,
        expires_at=draft.expires_at,
    )


def _check_password(errors: _Errors, password: str) -> None:
    if len(password) < PASSWORD_LENGTH_MIN:
        errors.append(access_error("password", "password_too_short", minimum=PASSWORD_LENGTH_MIN))
    elif len(password) > PASSWORD_LENGTH_MAX:
        errors.append(access_error("password", "password_too_long", maximum=PASSWORD_LENGTH_MAX))


def _text(errors: _Errors, path: str, value: str, *, maximum: int) -> str:
    """Return the text composed and with single spaces."""
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if not 1 <= len(text) <= maximum:
        errors.append(access_error(path, "wrong_length", minimum=1, maximum=maximum))
    elif not text.isprintable():
        errors.append(access_error(path, "control_character"))
    return text
