"""From a draft to what may be stored, or to everything that is wrong with it. Pure."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from typing import Literal, TypeAlias
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_territory_currencies
from msgspec import Struct

from saveit.kernel.errors import FieldError
from saveit.kernel.ids import AreaId, TableId
from saveit.venues.errors import VenueInvalid, venue_error
from saveit.venues.model import AreaDraft, CombinationDraft, RestaurantDraft, TableDraft, TableShape

SLUG_LENGTH_MAX = 60
TABLE_COVERS_MAX = 100
COMBINATION_COVERS_MAX = 200
COMBINATION_TABLES_MIN = 2
COMBINATION_TABLES_MAX = 8

_NAME_LENGTH_MAX = 120
_AREA_NAME_LENGTH_MAX = 60
_TABLE_NUMBER_LENGTH_MAX = 12
_ADDRESS_LENGTH_MAX = 300
_PHONE_LENGTH_MAX = 40
_PRIORITY_MAX = 1000
_POSITION_MAX = 1000
# A floor plan in centimetres is at most a hundred metres wide.
_COORDINATE_MAX = 10_000
_GOT_LENGTH_MAX = 40
_LANGUAGES = ("es", "en")
_SHAPES: dict[str, TableShape] = {
    "square": "square",
    "round": "round",
    "rectangle": "rectangle",
    "bar": "bar",
}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
# Names that the system gives to a machine's own zone and to no zone at all.
_NO_ZONES = {"localtime", "Factory"}

_Errors: TypeAlias = list[FieldError]


class CheckedRestaurant(Struct, frozen=True):
    """A restaurant as it may be stored. `slug` is None when it is to be made from the name."""

    name: str
    timezone: str
    language: Literal["es", "en"]
    currency: str
    region: str
    slug: str | None
    address: str
    phone: str


def check_restaurant(draft: RestaurantDraft) -> CheckedRestaurant:
    """Return the restaurant with what was left out filled in.

    Refuses: VenueInvalid, with every error.
    """
    errors: _Errors = []
    name = _text(errors, "name", draft.name, minimum=1, maximum=_NAME_LENGTH_MAX)
    address = _text(errors, "address", draft.address, maximum=_ADDRESS_LENGTH_MAX)
    phone = _text(errors, "phone", draft.phone, maximum=_PHONE_LENGTH_MAX)
    if draft.timezone not in _zones():
        errors.append(venue_error("timezone", "timezone_unknown", got=_cut(draft.timezone)))
    if draft.language not in _LANGUAGES:
        errors.append(venue_error("language", "unknown_choice", choices=", ".join(_LANGUAGES)))
    region = _region(errors, draft)
    currency = _currency(errors, draft, region)
    if draft.slug is not None:
        _check_slug(errors, draft.slug)
    if errors:
        raise VenueInvalid(errors)
    return CheckedRestaurant(
        name=name,
        timezone=draft.timezone,
        language="es" if draft.language == "es" else "en",
        currency=currency,
        region=region,
        slug=draft.slug,
        address=address,
        phone=phone,
    )


def region_of_zone(timezone: str) -> str | None:
    """Return the country (ISO 3166, two letters) that a time zone belongs to, or None for zones of no country, such as UTC."""
    aliases: dict[str, str] = dict(get_global("zone_aliases"))
    territories: dict[str, str] = dict(get_global("zone_territories"))
    region = territories.get(aliases.get(timezone, timezone))
    return region if region in _regions() else None


def slug_of(name: str) -> str:
    """Return the name as part of an address, without accents; empty when nothing of it can be written so."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    return "-".join(words)[:SLUG_LENGTH_MAX].strip("-")


def check_area(draft: AreaDraft) -> AreaDraft:
    """Return the area with its name trimmed. Refuses: VenueInvalid, with every error."""
    errors: _Errors = []
    name = _text(errors, "name", draft.name, minimum=1, maximum=_AREA_NAME_LENGTH_MAX)
    _check_range(errors, "position", draft.position, minimum=0, maximum=_POSITION_MAX)
    if errors:
        raise VenueInvalid(errors)
    return AreaDraft(name=name, position=draft.position)


def check_table(draft: TableDraft, areas: Collection[AreaId]) -> tuple[TableDraft, TableShape]:
    """Return the table with its number trimmed, and its shape; `areas` are those of its restaurant.

    Refuses: VenueInvalid, with every error.
    """
    errors: _Errors = []
    number = _text(errors, "number", draft.number, minimum=1, maximum=_TABLE_NUMBER_LENGTH_MAX)
    _check_covers(errors, draft.covers_min, draft.covers_max, maximum=TABLE_COVERS_MAX)
    _check_range(errors, "priority", draft.priority, minimum=0, maximum=_PRIORITY_MAX)
    for field, value in (("x", draft.x), ("y", draft.y)):
        _check_range(errors, field, value, minimum=-_COORDINATE_MAX, maximum=_COORDINATE_MAX)
    for field, value in (("width", draft.width), ("height", draft.height)):
        _check_range(errors, field, value, minimum=0, maximum=_COORDINATE_MAX)
    _check_range(errors, "rotation", draft.rotation, minimum=-360, maximum=360)
    shape = _SHAPES.get(draft.shape)
    if shape is None:
        errors.append(venue_error("shape", "unknown_choice", choices=", ".join(_SHAPES)))
    if draft.area_id is not None and draft.area_id not in areas:
        errors.append(venue_error("area_id", "area_unknown"))
    if errors or shape is None:
        raise VenueInvalid(errors)
    return _with_number(draft, number), shape


def check_combination(draft: CombinationDraft, tables: Collection[TableId]) -> CombinationDraft:
    """Return the combination with its tables in the order of their ids; `tables` are the live ones of its restaurant.

    Refuses: VenueInvalid, with every error.
    """
    errors: _Errors = []
    if not COMBINATION_TABLES_MIN <= len(draft.table_ids) <= COMBINATION_TABLES_MAX:
        bounds = {"minimum": COMBINATION_TABLES_MIN, "maximum": COMBINATION_TABLES_MAX}
        errors.append(venue_error("table_ids", "wrong_length", **bounds))
    else:
        errors.extend(_member_errors(draft, tables))
    _check_covers(errors, draft.covers_min, draft.covers_max, maximum=COMBINATION_COVERS_MAX)
    _check_range(errors, "priority", draft.priority, minimum=0, maximum=_PRIORITY_MAX)
    if errors:
        raise VenueInvalid(errors)
    return CombinationDraft(
        table_ids=tuple(sorted(draft.table_ids)),
        covers_min=draft.covers_min,
        covers_max=draft.covers_max,
        online=draft.online,
        priority=draft.priority,
    )


def check_tenant_name(name: str) -> str:
    """Return the name trimmed. Refuses: VenueInvalid."""
    errors: _Errors = []
    trimmed = _text(errors, "name", name, minimum=1, maximum=_NAME_LENGTH_MAX)
    if errors:
        raise VenueInvalid(errors)
    return trimmed


def _member_errors(draft: CombinationDraft, tables: Collection[TableId]) -> Iterator[FieldError]:
    for index, table_id in enumerate(draft.table_ids):
        if table_id in draft.table_ids[:index]:
            other = f"table_ids[{draft.table_ids.index(table_id)}]"
            yield venue_error(f"table_ids[{index}]", "duplicated", other=other)
        elif table_id not in tables:
            yield venue_error(f"table_ids[{index}]", "table_unknown")


def _with_number(draft: TableDraft, number: str) -> TableDraft:
    return TableDraft(
        number=number,
        covers_min=draft.covers_min,
        covers_max=draft.covers_max,
        area_id=draft.area_id,
        x=draft.x,
        y=draft.y,
        width=draft.width,
        height=draft.height,
        rotation=draft.rotation,
        shape=draft.shape,
        online=draft.online,
        priority=draft.priority,
    )


def _region(errors: _Errors, draft: RestaurantDraft) -> str:
    if draft.region is not None:
        if draft.region not in _regions():
            errors.append(venue_error("region", "region_unknown", got=_cut(draft.region)))
        return draft.region
    if draft.timezone not in _zones():
        return ""
    region = region_of_zone(draft.timezone)
    if region is None:
        errors.append(venue_error("region", "region_missing"))
    return region or ""


def _currency(errors: _Errors, draft: RestaurantDraft, region: str) -> str:
    if draft.currency is not None:
        if draft.currency not in _currencies():
            errors.append(venue_error("currency", "currency_unknown", got=_cut(draft.currency)))
        return draft.currency
    usual = get_territory_currencies(region) if region in _regions() else []
    if not usual:
        errors.append(venue_error("currency", "currency_missing"))
        return ""
    return str(usual[0])


def _check_slug(errors: _Errors, slug: str) -> None:
    if not 1 <= len(slug) <= SLUG_LENGTH_MAX:
        errors.append(venue_error("slug", "wrong_length", minimum=1, maximum=SLUG_LENGTH_MAX))
    elif _SLUG.fullmatch(slug) is None:
        errors.append(venue_error("slug", "slug_malformed"))


def _check_covers(errors: _Errors, covers_min: int, covers_max: int, *, maximum: int) -> None:
    for field, covers in (("covers_min", covers_min), ("covers_max", covers_max)):
        _check_range(errors, field, covers, minimum=1, maximum=maximum)
    if covers_min > covers_max:
        errors.append(venue_error("covers_min", "range_reversed", minimum=covers_min, maximum=covers_max))


def _check_range(errors: _Errors, path: str, value: float, *, minimum: int, maximum: int) -> None:
    if not math.isfinite(value) or not minimum <= value <= maximum:
        errors.append(venue_error(path, "out_of_range", minimum=minimum, maximum=maximum))


def _text(errors: _Errors, path: str, value: str, *, maximum: int, minimum: int = 0) -> str:
    """Return the text composed and with single spaces."""
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if not minimum <= len(text) <= maximum:
        errors.append(venue_error(path, "wrong_length", minimum=minimum, maximum=maximum))
    elif not text.isprintable():
        errors.append(venue_error(path, "control_character"))
    return text


def _cut(text: str) -> str:
    return text[:_GOT_LENGTH_MAX]


@cache
def _zones() -> frozenset[str]:
    """Read once: the machine's directory of zones does not change under a running process."""
    return frozenset(available_timezones() - _NO_ZONES)


@cache
def _regions() -> frozenset[str]:
    territories: dict[str, str] = dict(get_global("zone_territories"))
    # 001 is the world and ZZ is nowhere.
    return frozenset(region for region in territories.values() if region.isalpha() and region != "ZZ")


@cache
def _currencies() -> frozenset[str]:
    """Return the currencies that are legal tender somewhere today: the full list has the peseta too."""
    return frozenset(str(currency) for region in _regions() for currency in get_territory_currencies(region))
