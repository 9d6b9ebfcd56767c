"""What venues refuse, by which constraint, and how a wrong draft is explained in Spanish and in English."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from saveit.kernel.db import refused_by
from saveit.kernel.errors import Fault, FieldError, FieldsRefused, Refusal

_MESSAGES: dict[str, tuple[str, str]] = {
    "wrong_length": (
        "Debe tener entre {minimum} y {maximum} letras o elementos.",
        "It must have from {minimum} to {maximum} letters or items.",
    ),
    "out_of_range": (
        "Debe estar entre {minimum} y {maximum}.",
        "It must be between {minimum} and {maximum}.",
    ),
    "range_reversed": (
        "El mínimo ({minimum}) supera el máximo ({maximum}).",
        "The minimum ({minimum}) exceeds the maximum ({maximum}).",
    ),
    "unknown_choice": ("Debe ser uno de: {choices}.", "It must be one of: {choices}."),
    "control_character": (
        "Contiene caracteres que no se pueden ver.",
        "It contains characters that cannot be seen.",
    ),
    "slug_malformed": (
        "Solo letras minúsculas sin acento, cifras y guiones sueltos entre ellas.",
        "Only lower-case letters without accents, digits, and single hyphens between them.",
    ),
    "timezone_unknown": (
        "No existe la zona horaria «{got}»; un ejemplo es America/Bogota.",
        "There is no time zone “{got}”; an example is America/Bogota.",
    ),
    "currency_unknown": (
        "«{got}» no es una moneda en curso (ISO 4217).",
        "“{got}” is not a currency in use (ISO 4217).",
    ),
    "currency_missing": ("Falta la moneda.", "The currency is missing."),
    "region_unknown": ("«{got}» no es un país (ISO 3166).", "“{got}” is not a country (ISO 3166)."),
    "region_missing": (
        "Falta el país: la zona horaria no es de ninguno.",
        "The country is missing: the time zone belongs to none.",
    ),
    "area_unknown": (
        "Esta zona no existe en el restaurante.",
        "There is no such area in the restaurant.",
    ),
    "table_unknown": (
        "Esta mesa no existe en el restaurante o está retirada.",
        "There is no such table in the restaurant, or it is retired.",
    ),
    "duplicated": ("Ya aparece en {other}.", "It already appears in {other}."),
}


def venue_error(path: str, code: str, **facts: object) -> FieldError:
    """Make an error whose message is looked up by its code."""
    return FieldError(path, code, f"venues.{code}", facts, _MESSAGES[code])


def venue_message_keys() -> Mapping[str, tuple[str, str]]:
    """Return every message by its key, Spanish then English, for catalogues and tests."""
    return {f"venues.{code}": texts for code, texts in _MESSAGES.items()}


class VenueInvalid(FieldsRefused):
    """A restaurant, area, table or combination is wrongly described; every error is listed, none hides another."""

    code: ClassVar[str] = "venue_invalid"


class RestaurantUnknown(Refusal):
    """There is no such restaurant, or not for this tenant, which is the same to whoever asks."""

    code: ClassVar[str] = "restaurant_unknown"


class AreaUnknown(Refusal):
    """The restaurant has no such area."""

    code: ClassVar[str] = "area_unknown"


class TableUnknown(Refusal):
    """The restaurant has no such table, or it is retired."""

    code: ClassVar[str] = "table_unknown"


class CombinationUnknown(Refusal):
    """The restaurant has no such combination, or it is retired."""

    code: ClassVar[str] = "combination_unknown"


class SlugTaken(Refusal):
    """Another restaurant has this address on the booking page."""

    code: ClassVar[str] = "slug_taken"


class AreaNameTaken(Refusal):
    """Another area of the restaurant has this name."""

    code: ClassVar[str] = "area_name_taken"


class TableNumberTaken(Refusal):
    """Another table of the restaurant has this number."""

    code: ClassVar[str] = "table_number_taken"


class AreaInUse(Refusal):
    """Tables still stand in the area; `tables` says how many."""

    code: ClassVar[str] = "area_in_use"


class TableInUse(Refusal):
    """Parties, holds or blocks still take the table in the future; `stays` says how many."""

    code: ClassVar[str] = "table_in_use"


class TableInCombination(Refusal):
    """The table is part of combinations; `combination_ids` says of which."""

    code: ClassVar[str] = "table_in_combination"


class FloorFull(Refusal):
    """The restaurant has as many areas, tables or combinations as we promise to compute with; `maximum` says how many."""

    code: ClassVar[str] = "floor_full"


class RevisionConflict(Refusal):
    """Somebody else changed it meanwhile: rules are at version `current`, another thing at that revision, not at `expected`."""

    code: ClassVar[str] = "revision_conflict"


class TenantKeyMissing(Fault):
    """The tenant has no data key, or is not there: nothing of it can be sealed or opened."""


class KeyServiceSlow(Fault):
    """Whoever keeps the master key did not answer in time; nothing is written."""


_REFUSALS: dict[str, type[Refusal]] = {
    "slug_taken_once": SlugTaken,
    "area_named_once": AreaNameTaken,
    "table_number_once": TableNumberTaken,
}


refusing = partial(refused_by, _REFUSALS)
