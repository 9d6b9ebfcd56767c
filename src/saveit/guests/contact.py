"""From what a guest typed to what we keep: one spelling per name, phone and email, and the key under which each is found again.

A guest who is blocked, or known, is so under every spelling of the number. So a look-up never compares texts: it compares keys.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from saveit.guests.model import ContactError, ContactRefused, GuestDetails, Language
from saveit.kernel.crypto import Sealer

NAME_LENGTH_MAX = 120
SPECIAL_REQUESTS_LENGTH_MAX = 500
# Unicode composition at worst makes one character of three; longer texts are too long before the work of composing them.
_COMPOSITION_FACTOR = 3
# Fifteen digits (E.164), a prefix, and as many separators again.
_PHONE_LENGTH_MAX = 40
# RFC 5321: what fits between the brackets of a mail command.
_EMAIL_LENGTH_MAX = 254
# Spellings remembered per process, so that a guest's second message costs nothing. They are personal: in memory only, and few.
_REMEMBERED_MAX = 2048

# Joiners shape letters in Persian, Hindi and emoji. Every other invisible format character turns or hides what is read.
_JOINERS = frozenset("\u200c\u200d")
_LINE_CHARACTERS = frozenset("\n\t")
# C: control, format, surrogate, private, unassigned. Zl and Zp break a line without being a line break.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_VISIBLE_CATEGORIES = frozenset("LNPS")

# A name of letters, digits and single dots, as nearly all are.
_PLAIN_EMAIL = re.compile(r"(?=[^@]{1,64}@)([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)@([A-Za-z0-9.-]+)", re.ASCII)
_PLAIN_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
# People write "+34 (0) 612…" to mean: the 0 only from within.
_INNER_ZERO = re.compile(r"\(0\)")
_PHONE_SEPARATORS = frozenset("().-/")
# Until 2019 a Mexican mobile was dialled with 1 from abroad and 044, 045 or 01 from within. WhatsApp still says 521.
_MEXICAN_MOBILE_PREFIX = re.compile(r"(?:\+?52)?(?:1|01|044|045)([2-9][0-9]{9})", re.ASCII)
_BRAZILIAN_MOBILE = re.compile(r"\+55([1-9][0-9])([6-9][0-9]{7})", re.ASCII)
_ARGENTINE_MOBILE = re.compile(r"\+549([0-9]{10})", re.ASCII)


def check_contact(
    *,
    name: str,
    phone: str | None,
    email: str | None,
    language: str,
    region: str,
    special_requests: str | None = None,
    reachable: bool = False,
) -> GuestDetails:
    """Return the details in our spelling; blank optional fields count as absent.

    `reachable` asks for one way to reach the guest, a phone or an email: without either nobody can be reminded, blocked, or found again.

    `region` is the restaurant's country (ISO 3166, two letters): a number without its country is one of there.

    Refuses: ContactRefused, with every wrong field at once.
    """
    errors: list[ContactError] = []
    checked_name = _collected(errors, normal_name(name))
    checked_phone = _checked_phone(errors, phone, region)
    checked_email = _checked_email(errors, email)
    if reachable and not (phone or "").strip() and not (email or "").strip():
        errors.append(ContactError("phone", "contact_missing"))
    checked_language = _known_language(language)
    if checked_language is None:
        errors.append(ContactError("language", "language_unknown"))
    checked_requests = _collected(errors, normal_special_requests(special_requests or ""))
    if errors or checked_name is None or checked_language is None:
        raise ContactRefused(errors)
    return GuestDetails(
        checked_name, checked_phone, checked_email, checked_language, checked_requests or None
    )


def normal_name(text: str) -> str | ContactError:
    """Return the name composed (NFC) with single spaces, or what is wrong with it: 1 to 120 characters that can be seen."""
    name = _composed(text, length_max=NAME_LENGTH_MAX)
    if name is None:
        return ContactError("name", "name_too_long", NAME_LENGTH_MAX)
    if not (name.isascii() and name.isprintable()) and _has_unsafe(name):
        return ContactError("name", "name_control_character")
    name = " ".join(name.split())
    if not any(unicodedata.category(character)[0] in _VISIBLE_CATEGORIES for character in name):
        return ContactError("name", "name_empty")
    return name


def normal_special_requests(text: str) -> str | ContactError:
    """Return the wishes composed and trimmed, perhaps empty, or what is wrong with them: 500 characters, lines allowed."""
    wishes = _composed(text.replace("\r\n", "\n"), length_max=SPECIAL_REQUESTS_LENGTH_MAX)
    if wishes is None:
        return ContactError("special_requests", "special_requests_too_long", SPECIAL_REQUESTS_LENGTH_MAX)
    if not (wishes.isascii() and wishes.isprintable()) and _has_unsafe(wishes, allowed=_LINE_CHARACTERS):
        return ContactError("special_requests", "special_requests_control_character")
    return wishes


def normal_phone(text: str, region: str) -> str | None:
    """Return the number in E.164, or None if it is no number that someone in `region` could mean.

    A national number must lie in a range that is in use. One written with its country need only have a length that the country uses:
    new ranges come into use before any list knows them, and turning that guest away would be worse than one undeliverable reminder.
    """
    return _normal_phone(text.strip(), region)


def normal_email(text: str) -> str | None:
    """Return the address as it is written to, or None if mail cannot be addressed so. Nothing is asked of the network."""
    return _normal_email(text.strip())


def phone_key(phone: str) -> str:
    """Return the text that all spellings of one subscriber share; `phone` is in E.164. It is for look-ups, not for dialling.

    Argentine mobiles are written with and without the 9 of a call from abroad, and no landline has the digits of a mobile. Brazilian
    mobiles were given a ninth digit until 2016, and WhatsApp still tells some without it; landlines begin with 2 to 5 and have none.
    """
    mobile = _ARGENTINE_MOBILE.fullmatch(phone)
    if mobile is not None:
        return f"+54{mobile[1]}"
    short = _BRAZILIAN_MOBILE.fullmatch(phone)
    return phone if short is None else f"+55{short[1]}9{short[2]}"


def email_key(email: str) -> str:
    """Return the text that all spellings of one mailbox share: hardly any server tells capitals apart, and no guest does."""
    return unicodedata.normalize("NFC", email.casefold())


def phone_index(sealer: Sealer, phone: str) -> bytes:
    """Return the blind index of a number in E.164 within the sealer's tenant."""
    return sealer.blind_index("phone", phone_key(phone))


def email_index(sealer: Sealer, email: str) -> bytes:
    """Return the blind index of an email address within the sealer's tenant."""
    return sealer.blind_index("email", email_key(email))


def _collected(errors: list[ContactError], checked: str | ContactError) -> str | None:
    if isinstance(checked, ContactError):
        errors.append(checked)
        return None
    return checked


def _checked_phone(errors: list[ContactError], phone: str | None, region: str) -> str | None:
    if phone is None or not phone.strip():
        return None
    checked = normal_phone(phone, region)
    if checked is None:
        errors.append(ContactError("phone", "phone_invalid"))
    return checked


def _checked_email(errors: list[ContactError], email: str | None) -> str | None:
    if email is None or not email.strip():
        return None
    checked = normal_email(email)
    if checked is None:
        errors.append(ContactError("email", "email_invalid"))
    return checked


def _known_language(language: str) -> Language | None:
    """Return the language of a tag such as es, es-CO or EN_us."""
    match language.replace("_", "-").split("-", maxsplit=1)[0].lower():
        case "es":
            return "es"
        case "en":
            return "en"
        case _:
            return None


def _composed(text: str, *, length_max: int) -> str | None:
    """Return the text trimmed and composed, or None if it is longer than `length_max` characters."""
    trimmed = text.strip()
    if len(trimmed) > length_max * _COMPOSITION_FACTOR:
        return None
    composed = trimmed if trimmed.isascii() else unicodedata.normalize("NFC", trimmed)
    return composed if len(composed) <= length_max else None


def _has_unsafe(text: str, allowed: frozenset[str] = frozenset()) -> bool:
    return any(
        unicodedata.category(character) in _UNSAFE_CATEGORIES
        and character not in _JOINERS
        and character not in allowed
        for character in text
    )


@lru_cache(maxsize=_REMEMBERED_MAX)
def _normal_phone(text: str, region: str) -> str | None:
    if len(text) > _PHONE_LENGTH_MAX:
        return None
    compact = text if _PLAIN_PHONE.fullmatch(text) else _compact_phone(text)
    if compact is None:
        return None
    fallback: str | None = None
    for spelling in _phone_spellings(compact, region):
        try:
            number = phonenumbers.parse(spelling, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if fallback is None and spelling[0] == "+" and _has_a_length_in_use(number):
            fallback = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return fallback


def _compact_phone(text: str) -> str | None:
    """Return the digits, after a plus if there was one; None where anything stands that is no part of a number."""
    composed = unicodedata.normalize("NFKC", text)
    # Numbers copied from a contact list are wrapped in invisible marks of direction.
    visible = "".join(character for character in composed if unicodedata.category(character) != "Cf").strip()
    if visible.startswith(("+", "00")):
        visible = _INNER_ZERO.sub("", visible, count=1)
    plus, rest = ("+", visible[1:]) if visible.startswith("+") else ("", visible)
    digits: list[str] = []
    for character in rest:
        if character.isdecimal():
            digits.append(str(unicodedata.decimal(character)))
        elif character not in _PHONE_SEPARATORS and unicodedata.category(character) not in {"Zs", "Pd"}:
            return None
    return plus + "".join(digits) if digits else None


def _phone_spellings(compact: str, region: str) -> Iterator[str]:
    """Yield what the digits may mean, the likeliest first."""
    if compact.startswith("00"):
        # In most of the world 00 is the plus. Where it is not (Colombia puts a carrier's digit behind it, the United States dial
        # 011), people still copy it from abroad, and no national number begins so.
        yield from _phone_spellings(f"+{compact[2:]}", region)
    if compact.startswith("+52") or region == "MX":
        mobile = _MEXICAN_MOBILE_PREFIX.fullmatch(compact)
        if mobile is not None:
            yield f"+52{mobile[1]}"
    yield compact
    if compact.startswith("+549"):
        # 9 is for calls from abroad and 15 for calls from within; who writes both means the one number.
        yield f"+54{compact[4:]}"


def _has_a_length_in_use(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


@lru_cache(maxsize=_REMEMBERED_MAX)
def _normal_email(text: str) -> str | None:
    if len(text) > _EMAIL_LENGTH_MAX:
        return None
    plain = _PLAIN_EMAIL.fullmatch(text)
    if plain is None:
        return _judged_email(text)
    # Nothing can be wrong with such a name. So only the domain is judged, and most guests share a few.
    domain = _normal_domain(plain[2])
    return None if domain is None else f"{plain[1]}@{domain}"


@lru_cache(maxsize=_REMEMBERED_MAX)
def _normal_domain(text: str) -> str | None:
    judged = _judged_email(f"a@{text}")
    return None if judged is None else judged[2:]


def _judged_email(text: str) -> str | None:
    try:
        # .test is let through: demonstrations and rehearsals book with it, and RFC 6761 promises that it reaches nobody.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None
