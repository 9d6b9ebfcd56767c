"""From a draft to what may be stored, or to everything that is wrong with it. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from saveit.advisors.errors import AdvisorInvalid, LineInvalid, line_error
from saveit.advisors.model import AdvisorDraft, Language, LineDraft
from saveit.kernel.errors import FieldError
from saveit.kernel.ids import AdvisorId, RestaurantId, UserId
from saveit.messages import Channels, Need

_NAME_LENGTH_MAX = 100
_PHONE_LENGTH_MAX = 40
_ADDRESS_LENGTH_MAX = 200
# A key in PEM takes some 3,000 characters; all of a line's together are sealed at once, which bounds them at 65,536 octets.
_CREDENTIAL_LENGTH_MAX = 8_000
# Who can guess it speaks in a guest's name.
_MADE_LENGTH_MIN = 20
_NAME_MADE_LENGTH = 12
_LANGUAGES: dict[str, Language] = {"es": "es", "en": "en"}
_OPAQUE = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)

_Errors: TypeAlias = list[FieldError]


class CheckedAdvisor(Struct, frozen=True):
    """An advisor as they may be stored."""

    name: str
    phone: str
    user_id: UserId | None
    languages: tuple[Language, ...]
    ai_attention: bool
    audio_available: bool
    active: bool

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks and logs."""
        return "CheckedAdvisor(***)"


class CheckedLine(Struct, frozen=True):
    """A line as it may be stored; `credentials` are still to be sealed."""

    channel: str
    account: str
    address: str
    restaurant_id: RestaurantId | None
    advisor_id: AdvisorId | None
    opaque: str | None
    language: Language | None
    credentials: Mapping[str, str]
    active: bool

    def __repr__(self) -> str:
        """Say nothing of its secrets: this ends up in tracebacks and logs."""
        return f"CheckedLine({self.channel})"


def check_advisor(draft: AdvisorDraft) -> CheckedAdvisor:
    """Return the advisor in our spelling.

    Refuses: AdvisorInvalid, with every error.
    """
    errors: _Errors = []
    name = _text(errors, "name", draft.name, maximum=_NAME_LENGTH_MAX)
    phone = _text(errors, "phone", draft.phone, minimum=0, maximum=_PHONE_LENGTH_MAX)
    languages: tuple[Language, ...] = tuple(
        _LANGUAGES[each] for each in dict.fromkeys(draft.languages) if each in _LANGUAGES
    )
    if not draft.languages or len(languages) != len(set(draft.languages)):
        errors.append(line_error("languages", "unknown_choice", choices=", ".join(_LANGUAGES)))
    if errors:
        raise AdvisorInvalid(errors)
    return CheckedAdvisor(
        name,
        phone,
        draft.user_id,
        languages,
        ai_attention=draft.ai_attention,
        audio_available=draft.audio_available,
        active=draft.active,
    )


def completed(draft: LineDraft, channels: Channels, make: Callable[[], str]) -> LineDraft:
    """Return the line with what nobody has to think of: secrets that only we use, the name of one that no provider names, its path."""
    channel = channels.get(draft.channel)
    if channel is None:
        return draft
    made = {need.name: make() for need in channel.needs if need.made and not draft.credentials.get(need.name)}
    account = draft.account or ("" if channel.names else f"{draft.channel}-{make()[:_NAME_MADE_LENGTH]}")
    by_path = channel.own_path and draft.opaque is None and _OPAQUE.fullmatch(account) is not None
    return replace(
        draft,
        account=account,
        opaque=account if by_path else draft.opaque,
        credentials={**draft.credentials, **made},
    )


def check_line(
    draft: LineDraft, channels: Channels, *, given: Mapping[str, str] | None = None
) -> CheckedLine:
    """Return the line in our spelling: what its channel needs is there, and nothing that the channel does not know.

    `given` are the credentials that are new with it, where these are not all.

    Refuses: LineInvalid, with every error.
    """
    errors: _Errors = []
    account = _text(errors, "account", draft.account, maximum=_ADDRESS_LENGTH_MAX)
    address = _text(errors, "address", draft.address or draft.account, maximum=_ADDRESS_LENGTH_MAX)
    channel = channels.get(draft.channel)
    credentials: dict[str, str] = {}
    if channel is None:
        errors.append(line_error("channel", "unknown_choice", choices=", ".join(sorted(channels))))
    else:
        credentials = _credentials(errors, draft.credentials, channel.needs)
        new = draft.credentials if given is None else given
        errors += [
            line_error(f"credentials.{need.name}", "secret_weak", minimum=_MADE_LENGTH_MIN)
            for need in channel.needs
            if need.made and 0 < len(new.get(need.name, "").strip()) < _MADE_LENGTH_MIN
        ]
        if channel.own_path and draft.opaque is None and draft.account.strip():
            errors.append(line_error("account", "opaque_malformed"))
    if draft.opaque is not None and not _OPAQUE.fullmatch(draft.opaque):
        errors.append(line_error("opaque", "opaque_malformed"))
    language = None if draft.language is None else _LANGUAGES.get(draft.language)
    if draft.language is not None and language is None:
        errors.append(line_error("language", "unknown_choice", choices=", ".join(_LANGUAGES)))
    if draft.restaurant_id is not None and draft.advisor_id is not None:
        errors.append(line_error("advisor_id", "two_owners"))
    if errors:
        raise LineInvalid(errors)
    return CheckedLine(
        draft.channel,
        account,
        address,
        draft.restaurant_id,
        draft.advisor_id,
        draft.opaque,
        language,
        credentials,
        draft.active,
    )


def _credentials(errors: _Errors, given: Mapping[str, str], needs: tuple[Need, ...]) -> dict[str, str]:
    """Return the values that are not empty; an empty one is an absent one."""
    known = {need.name for need in needs}
    kept: dict[str, str] = {}
    for name, value in given.items():
        path = f"credentials.{name[:60]}"
        text = value.strip()
        if name not in known:
            errors.append(line_error(path, "credential_unknown", choices=", ".join(sorted(known))))
        elif len(text) > _CREDENTIAL_LENGTH_MAX:
            errors.append(line_error(path, "wrong_length", minimum=0, maximum=_CREDENTIAL_LENGTH_MAX))
        elif not all(letter.isprintable() or letter in "\r\n" for letter in text):
            errors.append(line_error(path, "control_character"))
        elif text:
            kept[name] = text
    refused = {error.path for error in errors}
    errors += [
        line_error(
            f"credentials.{need.name}", "credential_missing", meaning=need.meaning, meaning_es=need.meaning_es
        )
        for need in needs
        if need.required and need.name not in kept and f"credentials.{need.name}" not in refused
    ]
    return kept


def _text(errors: _Errors, path: str, value: str, *, minimum: int = 1, maximum: int) -> str:
    """Return the text composed and with single spaces."""
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if not minimum <= len(text) <= maximum:
        errors.append(line_error(path, "wrong_length", minimum=minimum, maximum=maximum))
    elif not text.isprintable():
        errors.append(line_error(path, "control_character"))
    return text
