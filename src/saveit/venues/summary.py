"""A restaurant's rules as sentences that whoever runs it would say, in Spanish and in English. Pure."""

from datetime import date
from typing import Literal, TypeAlias

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision
from msgspec import Struct

from saveit.venues.rules import WEEKDAYS, Rules, Service, TurnTime

Language: TypeAlias = Literal["es", "en"]
Topic: TypeAlias = Literal[
    "hours",
    "special_dates",
    "window",
    "party",
    "times",
    "pacing",
    "requirements",
    "confirmation",
    "cancellation",
    "check_in",
    "overbooking",
    "online",
    "reminders",
]

_DAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_LOCALES = {"es": "es", "en": "en_US"}
# The dates that come first; a calendar of a year's would not be read.
_DATES_TOLD_MAX = 5


class RuleSentence(Struct, frozen=True):
    """One sentence, and which part of the rules it is about."""

    topic: Topic
    text: str


def rules_in_words(
    rules: Rules, *, language: Language, currency: str, today: date
) -> tuple[RuleSentence, ...]:
    """Return the rules as sentences, in the order in which a newcomer asks for them. Dates gone by are left out."""
    say = _Spanish(rules, currency) if language == "es" else _English(rules, currency)
    told: tuple[tuple[Topic, str], ...] = (
        *(("hours", text) for text in _hours(rules, language)),
        *(("special_dates", text) for text in _dates(rules, language, today)),
        ("window", say.window()),
        ("party", say.party()),
        ("times", say.times()),
        ("pacing", say.pacing()),
        ("requirements", say.requirements()),
        ("confirmation", say.confirmation()),
        ("cancellation", say.cancellation()),
        ("check_in", say.check_in()),
        ("overbooking", say.overbooking()),
        ("online", say.online()),
        ("reminders", say.reminders()),
    )
    return tuple(RuleSentence(topic, text) for topic, text in told if text)


def _hours(rules: Rules, language: Language) -> list[str]:
    """Return the week's hours; days in a row that are alike are told together."""
    groups: list[tuple[int, int, tuple[Service, ...]]] = []
    for weekday in range(len(WEEKDAYS)):
        services = rules.business_hours.of(weekday)
        if groups and groups[-1][2] == services:
            groups[-1] = (groups[-1][0], weekday, services)
        else:
            groups.append((weekday, weekday, services))
    return [_day_hours(first, last, services, language) for first, last, services in groups]


def _day_hours(first: int, last: int, services: tuple[Service, ...], language: Language) -> str:
    days = _DAYS[language]
    if first == last:
        named = days[first]
    elif language == "es":
        named = f"de {days[first]} a {days[last]}"
    else:
        named = f"{days[first]} to {days[last]}"
    named = named[0].upper() + named[1:]
    if not services:
        return f"{named}: cerrado." if language == "es" else f"{named}: closed."
    return f"{named}: {_spoken_services(services, language)}."


def _spoken_services(services: tuple[Service, ...], language: Language) -> str:
    last = "última entrada a las" if language == "es" else "last seating at"
    return ", ".join(
        f"{each.name} {each.opens}\u2013{each.closes}"
        + (f" ({last} {each.last_seating})" if each.last_seating is not None else "")
        for each in services
    )


def _dates(rules: Rules, language: Language, today: date) -> list[str]:
    coming = sorted((each for each in rules.special_dates if each.date >= today), key=lambda each: each.date)
    told: list[str] = []
    for each in coming[:_DATES_TOLD_MAX]:
        on = format_date(each.date, "d 'de' MMMM y" if language == "es" else "MMMM d, y", _LOCALES[language])
        if each.type == "closed":
            text = "cerrado" if language == "es" else "closed"
        elif each.custom_hours:
            text = _spoken_services(each.custom_hours, language)
        else:
            text = "alta demanda" if language == "es" else "high demand"
        if each.multiplier is not None:
            times = f"{each.multiplier:g}"
            text += (
                f"; depósito y cargo \u00d7 {times}"
                if language == "es"
                else f"; deposit and penalty \u00d7 {times}"
            )
        told.append(f"{on}: {text}.")
    return told


class _Spanish:
    """The rules in Spanish."""

    def __init__(self, rules: Rules, currency: str) -> None:
        self.rules = rules
        self.currency = currency

    def window(self) -> str:
        window = self.rules.reservation_window
        early = f"hasta {_plural(window.max_days_advance, 'día', 'días')} antes"
        late = f"con {_hours_text(window.min_hours_advance, 'es')} de antelación como mínimo"
        same = "" if window.allow_same_day else "; para el mismo día no"
        return f"Se reserva {early}, {late}{same}."

    def party(self) -> str:
        party = self.rules.party
        return (
            f"En línea se reserva para {party.size_min} a {_plural(party.size_max, 'persona', 'personas')}."
        )

    def times(self) -> str:
        slots, capacity = self.rules.time_slots, self.rules.capacity
        text = (
            f"Se empieza cada {slots.slot_duration} minutos; una mesa se ocupa "
            f"{capacity.minimum_table_turnover_minutes} minutos y descansa {slots.turnover_time}."
        )
        for turn in capacity.turn_times:
            sizes = f"{turn.party_size_min} a {turn.party_size_max}{_only_at(turn, 'es')}"
            text += f" Grupos de {sizes}: {turn.minutes} minutos."
        return text

    def pacing(self) -> str:
        pacing = self.rules.pacing
        limits = [
            _plural(pacing.parties_max, "grupo", "grupos") if pacing.parties_max is not None else "",
            _plural(pacing.covers_max, "persona", "personas") if pacing.covers_max is not None else "",
        ]
        told = " y ".join(filter(None, limits))
        return f"Llegan como mucho {told} cada {pacing.interval_minutes} minutos." if told else ""

    def requirements(self) -> str:
        wanted = self.rules.requirements
        told: list[str] = []
        if wanted.requires_deposit:
            each = " por persona" if wanted.deposit_per_guest else ""
            told.append(f"un depósito de {_money(wanted.deposit_amount_minor, self.currency, 'es')}{each}")
        if wanted.requires_phone_verification:
            told.append("el teléfono verificado")
        if wanted.requires_credit_card:
            told.append("una tarjeta")
        if wanted.requires_identification:
            told.append("identificación en la puerta")
        return f"Para reservar hace falta {', '.join(told)}." if told else ""

    def confirmation(self) -> str:
        confirmation = self.rules.confirmation
        if confirmation.mode == "automatic":
            return "Las reservas quedan confirmadas al momento."
        return f"El restaurante confirma cada reserva, en {confirmation.confirm_within_minutes} minutos como mucho."

    def cancellation(self) -> str:
        policy = self.rules.cancellation_policy
        text = f"Se cancela sin costo hasta {_hours_text(policy.free_cancellation_hours, 'es')} antes"
        if policy.no_show_penalty and policy.penalty_amount_minor:
            text += f"; después, o si no vienen, {_money(policy.penalty_amount_minor, self.currency, 'es')}"
        text += "."
        if policy.blocked_reservations_after_no_show:
            times = _plural(policy.blocked_reservations_after_no_show, "vez", "veces")
            text += f" Quien falta {times} no puede reservar más."
        return text

    def check_in(self) -> str:
        check_in = self.rules.check_in
        return (
            f"El código QR vale desde {check_in.tolerance_minutes} minutos antes; "
            f"{check_in.no_show_after_minutes} minutos después de la hora la mesa queda libre."
        )

    def overbooking(self) -> str:
        percent = self.rules.capacity.overbooking_percent
        return f"Se acepta un {percent:g} % más de lo que cabe." if percent else ""

    def online(self) -> str:
        release = self.rules.online_release
        if not release.held_back_percent:
            return ""
        days = _plural(release.released_days_before, "día", "días")
        return f"El {release.held_back_percent:g} % de los asientos se abre en línea {days} antes."

    def reminders(self) -> str:
        hours = [_hours_text(each, "es") for each in self.rules.reminders.hours_before]
        return f"Se recuerda {' y '.join(hours)} antes." if hours else "No se envían recordatorios."


class _English:
    """The rules in English."""

    def __init__(self, rules: Rules, currency: str) -> None:
        self.rules = rules
        self.currency = currency

    def window(self) -> str:
        window = self.rules.reservation_window
        early = f"up to {_plural(window.max_days_advance, 'day', 'days')} ahead"
        late = f"at least {_hours_text(window.min_hours_advance, 'en')} before"
        same = "" if window.allow_same_day else ", and not for the same day"
        return f"Guests book {early}, {late}{same}."

    def party(self) -> str:
        party = self.rules.party
        return f"Online, parties of {party.size_min} to {party.size_max} may book."

    def times(self) -> str:
        slots, capacity = self.rules.time_slots, self.rules.capacity
        text = (
            f"Parties start every {slots.slot_duration} minutes; a table is taken for "
            f"{capacity.minimum_table_turnover_minutes} minutes and rests for {slots.turnover_time}."
        )
        for turn in capacity.turn_times:
            sizes = f"{turn.party_size_min} to {turn.party_size_max}{_only_at(turn, 'en')}"
            text += f" Parties of {sizes}: {turn.minutes} minutes."
        return text

    def pacing(self) -> str:
        pacing = self.rules.pacing
        limits = [
            _plural(pacing.parties_max, "party", "parties") if pacing.parties_max is not None else "",
            _plural(pacing.covers_max, "guest", "guests") if pacing.covers_max is not None else "",
        ]
        told = " and ".join(filter(None, limits))
        return f"At most {told} arrive every {pacing.interval_minutes} minutes." if told else ""

    def requirements(self) -> str:
        wanted = self.rules.requirements
        told: list[str] = []
        if wanted.requires_deposit:
            each = " per guest" if wanted.deposit_per_guest else ""
            told.append(f"a deposit of {_money(wanted.deposit_amount_minor, self.currency, 'en')}{each}")
        if wanted.requires_phone_verification:
            told.append("a verified phone")
        if wanted.requires_credit_card:
            told.append("a card")
        if wanted.requires_identification:
            told.append("identification at the door")
        return f"A booking needs {', '.join(told)}." if told else ""

    def confirmation(self) -> str:
        confirmation = self.rules.confirmation
        if confirmation.mode == "automatic":
            return "Bookings are confirmed at once."
        return f"The restaurant confirms each booking, within {confirmation.confirm_within_minutes} minutes."

    def cancellation(self) -> str:
        policy = self.rules.cancellation_policy
        text = f"Cancelling is free until {_hours_text(policy.free_cancellation_hours, 'en')} before"
        if policy.no_show_penalty and policy.penalty_amount_minor:
            text += (
                f"; later, or not coming, costs {_money(policy.penalty_amount_minor, self.currency, 'en')}"
            )
        text += "."
        if policy.blocked_reservations_after_no_show:
            times = _plural(policy.blocked_reservations_after_no_show, "time", "times")
            text += f" Who stays away {times} cannot book any more."
        return text

    def check_in(self) -> str:
        check_in = self.rules.check_in
        return (
            f"The QR code opens from {check_in.tolerance_minutes} minutes before; "
            f"{check_in.no_show_after_minutes} minutes after the hour the table is given away."
        )

    def overbooking(self) -> str:
        percent = self.rules.capacity.overbooking_percent
        return f"{percent:g}% more than fits is accepted." if percent else ""

    def online(self) -> str:
        release = self.rules.online_release
        if not release.held_back_percent:
            return ""
        days = _plural(release.released_days_before, "day", "days")
        return f"{release.held_back_percent:g}% of the seats open online {days} before."

    def reminders(self) -> str:
        hours = [_hours_text(each, "en") for each in self.rules.reminders.hours_before]
        return f"Reminders go out {' and '.join(hours)} before." if hours else "No reminders are sent."


def _plural(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _only_at(turn: TurnTime, language: Language) -> str:
    """Return at which services, and on which days, the stay is such; nothing where it is always."""
    said = [] if turn.service is None else [turn.service]
    if turn.weekdays is not None:
        said += [_DAYS[language][WEEKDAYS.index(each)] for each in turn.weekdays]
    return f" ({', '.join(said)})" if said else ""


def _hours_text(hours: float, language: Language) -> str:
    words = ("hora", "horas") if language == "es" else ("hour", "hours")
    if hours >= 1 or hours == 0:
        return f"{hours:g} {words[hours != 1]}"
    return f"{round(hours * 60)} {'minutos' if language == 'es' else 'minutes'}"


def _money(amount_minor: int, currency: str, language: Language) -> str:
    amount = amount_minor / 10 ** get_currency_precision(currency)
    return format_currency(amount, currency, locale=_LOCALES[language])
