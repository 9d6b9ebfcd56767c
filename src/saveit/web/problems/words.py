"""How a request that cannot be read is explained, field by field, in Spanish and in English."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

Language: TypeAlias = Literal["es", "en"]

_MESSAGES: dict[str, tuple[str, str]] = {
    "missing_field": ("Falta este campo.", "This field is missing."),
    "unknown_field": ("Este campo no existe.", "There is no such field."),
    "wrong_type": ("Se esperaba {expected}, no {got}.", "Expected {expected}, not {got}."),
    "out_of_range": ("El valor debe ser {limit}.", "The value must be {limit}."),
    "wrong_length": ("La longitud debe ser {limit}.", "The length must be {limit}."),
    "wrong_format": ("No tiene el formato correcto.", "It is not written in the right format."),
    "unknown_choice": ("No es una de las opciones.", "It is not one of the choices."),
    "date_out_of_range": ("El año debe estar entre 2000 y 2199.", "The year must be between 2000 and 2199."),
    "days_out_of_order": ("El último día es anterior al primero.", "The last day is before the first."),
    "too_many_days": (
        "Son demasiados días: {limit} como mucho.",
        "These are too many days: {limit} at most.",
    ),
    "not_allowed": ("No le está permitido indicar esto.", "You may not set this."),
    "cursor_invalid": (
        "El cursor no es de esta lista; empiece sin él.",
        "The cursor is not one of this list; begin without it.",
    ),
    "nothing_to_change": ("No se ha indicado ningún cambio.", "No change is named."),
    "zone_missing": ("Falta la zona horaria del instante.", "The instant lacks its time zone."),
    "key_too_long": ("La clave tiene más de 200 caracteres.", "The key has more than 200 characters."),
}

# Bounds as the library that checks them writes them.
_BOUNDS: dict[str, tuple[str, str]] = {
    "<=": ("como mucho", "at most"),
    ">=": ("al menos", "at least"),
    "<": ("menos de", "less than"),
    ">": ("más de", "more than"),
}

_KINDS: dict[str, tuple[str, str]] = {
    "int": ("un número entero", "a whole number"),
    "float": ("un número", "a number"),
    "str": ("un texto", "text"),
    "bool": ("verdadero o falso", "true or false"),
    "null": ("nada (null)", "nothing (null)"),
    "array": ("una lista", "a list"),
    "object": ("un objeto", "an object"),
    "date": ("una fecha (AAAA-MM-DD)", "a date (YYYY-MM-DD)"),
    "datetime": ("un instante con zona (RFC 3339)", "an instant with its zone (RFC 3339)"),
    "uuid": ("un identificador (UUID)", "an id (UUID)"),
}


class RequestError(msgspec.Struct, frozen=True):
    """One thing wrong with a request: where, which code, and the facts its message needs."""

    path: str
    code: str
    facts: Mapping[str, str]

    def message(self, language: Language) -> str:
        """Say it in one sentence."""
        column = 0 if language == "es" else 1
        facts = dict(self.facts)
        if self.code == "wrong_type":
            facts = {name: _kinds(text, column) for name, text in facts.items()}
        elif "limit" in facts:
            facts["limit"] = _bound(facts["limit"], column)
        return _MESSAGES[self.code][column].format_map(facts)


def request_error(path: str, code: str, **facts: str) -> RequestError:
    """Make an error whose message is looked up by its code."""
    return RequestError(path, code, facts)


def _bound(text: str, column: int) -> str:
    """Say `<= 480` and `1…14` in words."""
    least, dots, most = text.partition("…")
    if dots:
        return (f"entre {least} y {most}", f"between {least} and {most}")[column]
    sign, _, number = text.partition(" ")
    return f"{_BOUNDS[sign][column]} {number}" if sign in _BOUNDS else text


def _kinds(text: str, column: int) -> str:
    """Name the types of `int | null` as a person would."""
    kinds = [_KINDS.get(kind, (kind, kind))[column] for kind in text.split(" | ")]
    return (" o " if column == 0 else " or ").join(kinds)
