"""The words of venues: restaurants and their floors as they stand, and the drafts and changes that people write of them.

A draft is what someone wrote and nobody has checked; its texts are plain so that all that is wrong with it can be said at once. In a
change, a field that is left out stays as it is.
"""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from saveit.kernel.ids import AreaId, CombinationId, RestaurantId, TableId, TenantId
from saveit.venues.rules import Rules

TableShape: TypeAlias = Literal["square", "round", "rectangle", "bar"]

RevisionRead: TypeAlias = Annotated[int, Meta(ge=1)] | None
"""The revision of a thing as it was read before it was changed; None overwrites whatever there is."""

_Draft = TypeVar("_Draft", bound=Struct)


OpeningKey: TypeAlias = tuple[str, str]
"""Under whose key a customer was opened: the scope, and the key in it."""


class Tenant(Struct, frozen=True):
    """A customer of ours: the owner of one or more restaurants."""

    id: TenantId
    name: str
    created_at: datetime


class DirectoryEntry(Struct, frozen=True):
    """Whose a restaurant is."""

    tenant_id: TenantId
    restaurant_id: RestaurantId


class Restaurant(Struct, frozen=True):
    """A restaurant. The two versions are those that every act on its tables is decided under."""

    id: RestaurantId
    tenant_id: TenantId
    slug: str
    name: str
    timezone: str
    """IANA, such as America/Bogota."""
    language: Literal["es", "en"]
    currency: str
    """ISO 4217; amounts in the rules are its minor units."""
    region: str
    """ISO 3166, two letters: whose phone numbers are written without a country code."""
    address: str
    phone: str
    rules_version: int
    floor_version: int
    revision: int = 1
    """Rises with every change of what is said of it; rules and floor have versions of their own."""


class Area(Struct, frozen=True):
    """A part of a restaurant, such as the terrace."""

    id: AreaId
    restaurant_id: RestaurantId
    name: str
    position: int
    revision: int = 1


class DiningTable(Struct, frozen=True):
    """One physical table. It stands at (x, y) with a rotation in degrees; lengths are in the floor plan's own unit."""

    id: TableId
    restaurant_id: RestaurantId
    area_id: AreaId | None
    number: str
    covers_min: int
    covers_max: int
    x: float
    y: float
    width: float
    height: float
    rotation: float
    shape: TableShape
    online: bool
    """Guests may be given it without asking; otherwise only staff seat there."""
    priority: int
    """Among equal tables the lower is given first."""
    retired_at: datetime | None
    revision: int = 1


class TableCombination(Struct, frozen=True):
    """Tables that may be joined, with covers of their own. A table may be in many combinations."""

    id: CombinationId
    restaurant_id: RestaurantId
    table_ids: tuple[TableId, ...]
    """In the order of their ids."""
    covers_min: int
    covers_max: int
    online: bool
    priority: int
    retired_at: datetime | None
    revision: int = 1


class RulesVersion(Struct, frozen=True):
    """One version of a restaurant's rules, and who wrote it."""

    version: int
    rules: Rules
    changed_by: str
    changed_at: datetime


class RestaurantDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A restaurant to open. Left out, the slug is made from the name, the region from the zone, the currency from the region."""

    name: str
    timezone: str
    language: str = "es"
    currency: str | None = None
    region: str | None = None
    slug: str | None = None
    address: str = ""
    phone: str = ""


class RestaurantChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in a restaurant. With `revision` it is refused if somebody changed it before."""

    name: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    revision: RevisionRead = None


class AreaDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An area to add."""

    name: str
    position: int = 0


class AreaChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in an area. With `revision` it is refused if somebody changed it before."""

    name: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    revision: RevisionRead = None


class TableDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table to add."""

    number: str
    covers_min: int
    covers_max: int
    area_id: AreaId | None = None
    x: float = 0
    y: float = 0
    width: float = 1
    height: float = 1
    rotation: float = 0
    shape: str = "square"
    online: bool = True
    priority: int = 0


class TableChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in a table; an area of None takes it out of its area. With `revision` it is refused if somebody changed it before."""

    number: str | UnsetType = UNSET
    covers_min: int | UnsetType = UNSET
    covers_max: int | UnsetType = UNSET
    area_id: AreaId | UnsetType | None = UNSET
    x: float | UnsetType = UNSET
    y: float | UnsetType = UNSET
    width: float | UnsetType = UNSET
    height: float | UnsetType = UNSET
    rotation: float | UnsetType = UNSET
    shape: str | UnsetType = UNSET
    online: bool | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    revision: RevisionRead = None


class CombinationDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A combination to add."""

    table_ids: tuple[TableId, ...]
    covers_min: int
    covers_max: int
    online: bool = True
    priority: int = 0


class CombinationChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in a combination. With `revision` it is refused if somebody changed it before."""

    table_ids: tuple[TableId, ...] | UnsetType = UNSET
    covers_min: int | UnsetType = UNSET
    covers_max: int | UnsetType = UNSET
    online: bool | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    revision: RevisionRead = None


def changed(draft: _Draft, change: Struct) -> _Draft:
    """Return the draft with the fields that the change sets; the revision it was read at is no part of it."""
    told = msgspec.structs.asdict(change)
    return msgspec.structs.replace(
        draft,
        **{name: value for name, value in told.items() if value is not UNSET and name != "revision"},
    )


def draft_of_restaurant(restaurant: Restaurant) -> RestaurantDraft:
    """Return the draft that would make this restaurant."""
    return RestaurantDraft(
        name=restaurant.name,
        timezone=restaurant.timezone,
        language=restaurant.language,
        currency=restaurant.currency,
        region=restaurant.region,
        slug=restaurant.slug,
        address=restaurant.address,
        phone=restaurant.phone,
    )


def draft_of_table(table: DiningTable) -> TableDraft:
    """Return the draft that would make this table."""
    return TableDraft(
        number=table.number,
        covers_min=table.covers_min,
        covers_max=table.covers_max,
        area_id=table.area_id,
        x=table.x,
        y=table.y,
        width=table.width,
        height=table.height,
        rotation=table.rotation,
        shape=table.shape,
        online=table.online,
        priority=table.priority,
    )


def draft_of_combination(combination: TableCombination) -> CombinationDraft:
    """Return the draft that would make this combination."""
    return CombinationDraft(
        table_ids=combination.table_ids,
        covers_min=combination.covers_min,
        covers_max=combination.covers_max,
        online=combination.online,
        priority=combination.priority,
    )
