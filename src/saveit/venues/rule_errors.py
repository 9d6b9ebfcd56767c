"""What can be wrong with a set of rules, and how it is said in Spanish and in English."""

from collections.abc import Mapping
from typing import ClassVar

from saveit.kernel.errors import FieldError, FieldsRefused

_MESSAGES: dict[str, tuple[str, str]] = {
    "json_malformed": ("No es JSON válido.", "This is not valid JSON."),
    "too_large": ("Las reglas ocupan más de {limit} bytes.", "The rules take more than {limit} bytes."),
    "wrong_type": ("Se esperaba {expected}, no {got}.", "Expected {expected}, not {got}."),
    "unknown_field": ("Este campo no existe.", "There is no such field."),
    "missing_field": ("Falta este campo.", "This field is missing."),
    "out_of_range": (
        "Debe estar entre {minimum} y {maximum}.",
        "It must be between {minimum} and {maximum}.",
    ),
    "wrong_length": (
        "Debe tener entre {minimum} y {maximum} elementos o letras.",
        "It must have from {minimum} to {maximum} items or letters.",
    ),
    "wrong_format": ("No tiene el formato correcto: {got}.", "It is not written in the right format: {got}."),
    "unknown_choice": ("Debe ser uno de: {choices}.", "It must be one of: {choices}."),
    "window_empty": (
        "Con {hours} horas de antelación y {days} días de horizonte nadie puede reservar.",
        "With {hours} hours of notice and {days} days ahead, nobody can book.",
    ),
    "penalty_amount_missing": (
        "El cargo por no presentarse necesita un importe.",
        "The no-show penalty needs an amount.",
    ),
    "deposit_amount_missing": ("El depósito necesita un importe.", "The deposit needs an amount."),
    "service_duplicated": (
        "El servicio «{name}» ya existe ese día.",
        "There is already a service named “{name}” on that day.",
    ),
    "service_unknown": ("No hay ningún servicio llamado «{name}».", "There is no service named “{name}”."),
    "service_too_long": (
        "El servicio debe cerrar antes del mediodía siguiente.",
        "The service must close by noon of the next day.",
    ),
    "service_too_short": (
        "El servicio dura {length} minutos y la estancia más corta {stay}: no cabe nadie.",
        "The service lasts {length} minutes and the shortest stay {stay}: nobody fits.",
    ),
    "services_overlap": (
        "Coincide con el servicio «{name}» ({when}).",
        "It overlaps with the service “{name}” ({when}).",
    ),
    "clock_ambiguous": (
        "La misma hora del reloj cae también en el servicio «{name}» de ese día, pasada la medianoche.",
        "The same clock time also falls in that day's service “{name}”, past midnight.",
    ),
    "last_seating_outside": (
        "La última entrada ({last_seating}) no está entre la apertura ({opens}) y el cierre ({closes}).",
        "The last seating ({last_seating}) is not between opening ({opens}) and closing ({closes}).",
    ),
    "range_reversed": (
        "El mínimo ({minimum}) supera el máximo ({maximum}).",
        "The minimum ({minimum}) exceeds the maximum ({maximum}).",
    ),
    "ambiguous": (
        "No está claro cuál vale: choca con {other}, igual de específica.",
        "It is not clear which one counts: it conflicts with {other}, which is as specific.",
    ),
    "duplicated": ("Ya aparece en {other}.", "It already appears in {other}."),
    "slot_outside_service": (
        "La hora {time} no cae en ningún servicio al que se aplica.",
        "The time {time} falls in no service it applies to.",
    ),
    "custom_hours_missing": (
        "Un día con horario especial necesita su horario.",
        "A date with special hours needs those hours.",
    ),
    "custom_hours_misplaced": ("Un día cerrado no tiene horario.", "A closed date has no hours."),
    "multiplier_missing": (
        "Un día de alta demanda necesita un multiplicador.",
        "A high-demand date needs a multiplier.",
    ),
    "multiplier_misplaced": (
        "Solo un día de alta demanda tiene multiplicador.",
        "Only a high-demand date has a multiplier.",
    ),
    "pacing_below_party": (
        "Con {covers_max} comensales por intervalo no cabe ni el grupo más pequeño ({size_min}).",
        "With {covers_max} covers per interval not even the smallest party ({size_min}) fits.",
    ),
}


_EXPECTED: dict[object, tuple[str, str]] = {
    "boolean": ("verdadero o falso", "true or false"),
    "date": ("una fecha (AAAA-MM-DD)", "a date (YYYY-MM-DD)"),
    "integer": ("un número entero", "a whole number"),
    "list": ("una lista", "a list"),
    "number": ("un número", "a number"),
    "object": ("un objeto", "an object"),
    "text": ("un texto", "text"),
}


def rule_error(path: str, code: str, **facts: object) -> FieldError:
    """Make an error whose message is looked up by its code."""
    texts = spanish, english = _MESSAGES[code]
    if code == "wrong_type":
        # What was expected is a word of its own in each language.
        expected = _EXPECTED[facts["expected"]]
        texts = (spanish.replace("{expected}", expected[0]), english.replace("{expected}", expected[1]))
    return FieldError(path, code, f"rules.{code}", facts, texts)


def message_keys() -> Mapping[str, tuple[str, str]]:
    """Return every message by its key, Spanish then English, for catalogues and tests."""
    return {f"rules.{code}": texts for code, texts in _MESSAGES.items()}


class RulesRefused(FieldsRefused):
    """A set of rules is wrong; every error in it is listed, none hides another."""

    code: ClassVar[str] = "rules_invalid"
