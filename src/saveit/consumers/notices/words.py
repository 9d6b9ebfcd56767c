"""Our own words for every notice, Spanish first, used wherever a restaurant has none of its own; and how blanks are filled. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from saveit.consumers.notices.model import PLACEHOLDERS, Language, NoticeKind, Template, TemplateInvalid, Told
from saveit.kernel.errors import FieldError
from saveit.messages import Choice

_BLANK = re.compile(r"\{([a-z_]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*\{[a-z_]*\}[^\[\]]*)\]")
_STRAY_BRACE = re.compile(r"[{}]")
_MESSAGES: dict[str, tuple[str, str]] = {
    "wrong_length": (
        "Debe tener entre {minimum} y {maximum} letras.",
        "It must have from {minimum} to {maximum} letters.",
    ),
    "placeholder_unknown": (
        "No existe el hueco «{name}»; los hay para: {known}.",
        "There is no blank {name!r}; there are: {known}.",
    ),
    "brace_stray": (
        "Sobra una llave; los huecos se escriben como {{guest}}.",
        "A brace stands alone; blanks are written as {{guest}}.",
    ),
    "template_unnamed": (
        "Los huecos de la plantilla aprobada necesitan su nombre o referencia.",
        "The blanks of an approved template need its name or reference.",
    ),
}
_TEXT_LENGTH_MAX, _SUBJECT_LENGTH_MAX = 2000, 200
_LOCALES: Mapping[Language, str] = {"es": "es_MX", "en": "en_US"}

_DETAILS_ES = "📍 {restaurant}\n📅 {date}\n🕐 {time}\n👥 {party}\n🔢 Código: {code}"
_DETAILS_EN = "📍 {restaurant}\n📅 {date}\n🕐 {time}\n👥 {party}\n🔢 Code: {code}"

DEFAULTS: Mapping[tuple[NoticeKind, Language], Template] = {
    ("pending", "es"): Template(
        subject="Recibimos tu solicitud en {restaurant}",
        text=f"Hola, {{guest}}. Recibimos tu solicitud y te avisamos en cuanto el restaurante la confirme.\n\n{_DETAILS_ES}",
    ),
    ("pending", "en"): Template(
        subject="We received your request at {restaurant}",
        text=f"Hi {{guest}}. We received your request and will tell you as soon as the restaurant confirms it.\n\n{_DETAILS_EN}",
    ),
    ("confirmed", "es"): Template(
        subject="Reserva confirmada en {restaurant}: {date}, {time}",
        text=f"✅ ¡Reserva confirmada, {{guest}}!\n\n{_DETAILS_ES}\n\nGuarda este mensaje y muestra el código QR al llegar.\n"
        "Agrégala a tu calendario: {calendar_url}",
    ),
    ("confirmed", "en"): Template(
        subject="Your table at {restaurant}: {date}, {time}",
        text=f"✅ Your table is booked, {{guest}}!\n\n{_DETAILS_EN}\n\nKeep this message and show the QR code when you arrive.\n"
        "Add it to your calendar: {calendar_url}",
    ),
    ("pass", "es"): Template(
        subject="Tu código QR para {restaurant}",
        text="Este es tu código QR: muéstralo al llegar.\nAgrega la reserva a tu calendario: {calendar_url}",
    ),
    ("pass", "en"): Template(
        subject="Your QR code for {restaurant}",
        text="This is your QR code: show it when you arrive.\nAdd the booking to your calendar: {calendar_url}",
    ),
    ("changed", "es"): Template(
        subject="Tu reserva en {restaurant} cambió: {date}, {time}",
        text=f"🔄 Tu reserva cambió, {{guest}}. Ahora es:\n\n{_DETAILS_ES}\n\nCalendario: {{calendar_url}}",
    ),
    ("changed", "en"): Template(
        subject="Your booking at {restaurant} has changed: {date}, {time}",
        text=f"🔄 Your booking has changed, {{guest}}. It is now:\n\n{_DETAILS_EN}\n\nCalendar: {{calendar_url}}",
    ),
    ("cancelled", "es"): Template(
        subject="Reserva cancelada en {restaurant}",
        text="Tu reserva en {restaurant} del {date} a las {time} ({code}) quedó cancelada. ¡Esperamos verte pronto!",
    ),
    ("cancelled", "en"): Template(
        subject="Booking cancelled at {restaurant}",
        text="Your booking at {restaurant} on {date} at {time} ({code}) is cancelled. We hope to see you soon!",
    ),
    ("reminder", "es"): Template(
        subject="Te esperamos en {restaurant}: {date}, {time}",
        text=f"⏰ {{guest}}, te recordamos tu reserva:\n\n{_DETAILS_ES}\n\nSi no puedes venir, respóndenos y la cancelamos.",
    ),
    ("reminder", "en"): Template(
        subject="See you at {restaurant}: {date}, {time}",
        text=f"⏰ {{guest}}, a reminder of your booking:\n\n{_DETAILS_EN}\n\nIf you cannot come, reply and we will cancel it.",
    ),
    ("no_show", "es"): Template(
        subject="Te extrañamos en {restaurant}",
        text="Hola, {guest}. Te esperamos el {date} a las {time} y no llegaste, así que liberamos tu mesa. "
        "Si fue un error, escríbenos[ o llama al {phone}].",
    ),
    ("no_show", "en"): Template(
        subject="We missed you at {restaurant}",
        text="Hi {guest}. We expected you on {date} at {time} and gave your table away. "
        "If that is a mistake, write to us[ or call {phone}].",
    ),
    ("table_ready", "es"): Template(
        subject="Tu mesa en {restaurant} está lista",
        text="🍽️ {guest}, tu mesa en {restaurant} está lista. ¡Te esperamos!",
    ),
    ("table_ready", "en"): Template(
        subject="Your table at {restaurant} is ready",
        text="🍽️ {guest}, your table at {restaurant} is ready. See you in a moment!",
    ),
    ("waitlist_offer", "es"): Template(
        subject="Se liberó una mesa en {restaurant}",
        text="🎉 {guest}, se liberó una mesa en {restaurant} para {party} el {date} a las {time}. "
        "Te la guardamos hasta las {until}: responde SÍ para tomarla.",
    ),
    ("waitlist_offer", "en"): Template(
        subject="A table is free at {restaurant}",
        text="🎉 {guest}, a table at {restaurant} is free for {party} on {date} at {time}. "
        "We keep it for you until {until}: reply YES to take it.",
    ),
    ("waitlist_passed", "es"): Template(
        subject="Tu lugar en la lista de {restaurant}",
        text="{guest}, la mesa que te ofrecimos en {restaurant} pasó a otra persona. Escríbenos si quieres otro horario.",
    ),
    ("waitlist_passed", "en"): Template(
        subject="Your place on the list of {restaurant}",
        text="{guest}, the table we offered you at {restaurant} went to somebody else. Write to us if another time suits you.",
    ),
}


def code_words(code: str, language: Language) -> str:
    """Return the message that brings a code to another address of a guest's."""
    if language == "es":
        return f"Tu código es {code}. Díselo a quien te atiende; vale quince minutos. Si no lo pediste, ignora este mensaje."
    return f"Your code is {code}. Tell it to whoever is helping you; it lasts fifteen minutes. If you did not ask for it, ignore this."


def phone_code_words(code: str, restaurant: str, language: Language) -> str:
    """Return the message that brings a code to a phone, to be typed into the booking page."""
    if language == "es":
        return f"{code} es el código para reservar en {restaurant}. Vale diez minutos; quien no lo pidió puede ignorarlo."
    return f"{code} is your code to book at {restaurant}. It lasts ten minutes; if you did not ask for it, ignore it."


_BUTTONS: Mapping[str, tuple[str, str]] = {
    "change": ("Cambiar reserva", "Change booking"),
    "cancel": ("Cancelar reserva", "Cancel booking"),
    "hours": ("Cómo llegar", "How to get there"),
    "accept": ("Sí, la tomo", "Yes, I take it"),
    "leave": ("No, gracias", "No, thanks"),
    "book": ("Reservar", "Book a table"),
}
# Three fit under one message of WhatsApp's.
_UNDER: Mapping[NoticeKind, tuple[str, ...]] = {
    "confirmed": ("change", "cancel", "hours"),
    "changed": ("change", "cancel", "hours"),
    "pending": ("change", "cancel"),
    "reminder": ("change", "cancel", "hours"),
    "cancelled": ("book",),
    "no_show": ("book",),
    "waitlist_offer": ("accept", "leave"),
    "waitlist_passed": ("book",),
    "table_ready": ("hours",),
}


def choices_of(told: Told) -> tuple[Choice, ...]:
    """Return what can be tapped under a notice: each carries what it would do, and to which booking, as the dialogue reads it."""
    choices: list[Choice] = []
    for verb in _UNDER.get(told.kind, ()):
        subject = told.entry_id if verb in {"accept", "leave"} else told.reservation_id
        if verb in {"book", "hours"}:
            payload = verb
        elif subject is None:
            continue
        else:
            payload = f"{verb}:{subject}"
        choices.append(Choice(payload, _BUTTONS[verb][0 if told.language == "es" else 1]))
    return tuple(choices)


def filled(text: str, told: Told) -> str:
    """Return a template's text with its blanks filled, each by one line: a guest's name cannot begin a line of its own.

    What stands in square brackets with a blank, such as `[ or call {phone}]`, is left out where nothing fills the blank.
    """
    values = values_of(told)
    text = _OPTIONAL.sub(
        lambda part: part[1] if all(values[name].strip() for name in _BLANK.findall(part[1])) else "", text
    )
    return _BLANK.sub(lambda blank: " ".join(values[blank[1]].split()), text)


def values_of(told: Told) -> dict[str, str]:
    """Return what fills the blanks, in the guest's language and on the restaurant's clock."""
    zone, locale = ZoneInfo(told.timezone), _LOCALES[told.language]
    local = told.starts_at.astimezone(zone)
    date_format = "EEEE d 'de' MMMM" if told.language == "es" else "EEEE, MMMM d"
    people = ("persona", "personas") if told.language == "es" else ("guest", "guests")
    return {
        "guest": told.guest,
        "restaurant": told.restaurant,
        "address": told.address,
        "phone": told.phone,
        "date": format_date(local.date(), date_format, locale=locale),
        "time": _clock(local, told.language),
        "party": f"{told.party_size} {people[told.party_size != 1]}",
        "table": ", ".join(told.tables),
        "code": told.code,
        "until": "" if told.until is None else _clock(told.until.astimezone(zone), told.language),
        "calendar_url": told.calendar_url,
        "pass_url": told.pass_url,
        "manage_url": told.manage_url,
    }


def check_template(template: Template) -> Template:
    """Return the template if it can be filled. Refuses: TemplateInvalid with every error in it."""
    errors = [
        *_length_errors("text", template.text, _TEXT_LENGTH_MAX),
        *_length_errors("subject", template.subject, _SUBJECT_LENGTH_MAX),
    ]
    for path, text in (("text", template.text), ("subject", template.subject)):
        errors += [_unknown(path, name) for name in sorted(set(_BLANK.findall(text)) - PLACEHOLDERS)]
        if _STRAY_BRACE.search(_BLANK.sub("", text)):
            errors.append(template_error(path, "brace_stray"))
    errors += [
        _unknown(f"provider_parameters[{index}]", name)
        for index, name in enumerate(template.provider_parameters)
        if name not in PLACEHOLDERS
    ]
    if template.provider_parameters and not (template.provider_name or template.provider_reference):
        errors.append(template_error("provider_name", "template_unnamed"))
    if errors:
        raise TemplateInvalid(errors)
    return template


def template_error(path: str, code: str, **facts: object) -> FieldError:
    """Make an error whose message is looked up by its code."""
    return FieldError(path, code, f"notices.{code}", facts, _MESSAGES[code])


def template_message_keys() -> Mapping[str, tuple[str, str]]:
    """Return every message by its key, Spanish then English, for catalogues and tests."""
    return {f"notices.{code}": texts for code, texts in _MESSAGES.items()}


def _length_errors(path: str, text: str, length_max: int) -> list[FieldError]:
    if 0 < len(text.strip()) <= length_max:
        return []
    return [template_error(path, "wrong_length", minimum=1, maximum=length_max)]


def _unknown(path: str, name: str) -> FieldError:
    known = ", ".join(sorted(PLACEHOLDERS))
    return template_error(path, "placeholder_unknown", name=name, known=known)


def _clock(local: datetime, language: Language) -> str:
    return format_time(local.time(), "HH:mm" if language == "es" else "h:mm a", locale=_LOCALES[language])
