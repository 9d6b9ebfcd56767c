"""The restaurants of a line, as a conversation knows them."""

from datetime import datetime
from typing import Final

import msgspec

from saveit.dialogue.model import Manners, Venue
from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import RestaurantId
from saveit.reservations import Desk
from saveit.venues import list_areas, list_restaurants

# A line that serves more is asked about a restaurant by its own lines; a guest reads no longer list.
_VENUES_MAX: Final = 10


class MannersRow(msgspec.Struct, frozen=True):
    """Manners as JSON text."""

    manners: str


_STATEMENTS = load_statements("saveit.dialogue.turns")
_FIND_MANNERS = _STATEMENTS.query("find_manners", MannersRow)
_SAVE_MANNERS = _STATEMENTS.command("save_manners")
_decoder = msgspec.json.Decoder(Manners)
_encoder = msgspec.json.Encoder()


async def venues_of(desk: Desk, tx: Transaction, restaurant_id: RestaurantId | None) -> tuple[Venue, ...]:
    """Return the line's restaurant, or those of the customer where it serves several."""
    if restaurant_id is not None:
        return (await _venue(desk, tx, restaurant_id),)
    found = await list_restaurants(tx, tx.tenant_id)
    return tuple([await _venue(desk, tx, each.id) for each in found[:_VENUES_MAX]])


async def change_manners(
    tx: Transaction, restaurant_id: RestaurantId, manners: Manners, *, now: datetime
) -> None:
    """Say how a restaurant wants its guests spoken to."""
    await tx.run(
        _SAVE_MANNERS,
        tenant_id=tx.tenant_id,
        restaurant_id=restaurant_id,
        manners=_encoder.encode(manners).decode(),
        changed_by=str(tx.actor),
        now=now,
    )


async def manners_of(tx: Transaction, restaurant_id: RestaurantId) -> Manners:
    """Return how a restaurant wants its guests spoken to."""
    row = await tx.maybe(_FIND_MANNERS, tenant_id=tx.tenant_id, restaurant_id=restaurant_id)
    return Manners() if row is None else _decoder.decode(row.manners)


async def _venue(desk: Desk, tx: Transaction, restaurant_id: RestaurantId) -> Venue:
    house = await desk.house(tx.tenant_id, restaurant_id)
    restaurant = house.restaurant
    areas = await list_areas(tx, tx.tenant_id, restaurant_id)
    return Venue(
        id=restaurant.id,
        name=restaurant.name,
        timezone=restaurant.timezone,
        language=restaurant.language,
        region=restaurant.region,
        currency=restaurant.currency,
        address=restaurant.address,
        phone=restaurant.phone,
        rules=house.rules,
        areas=tuple((each.id, each.name) for each in areas),
        manners=await manners_of(tx, restaurant_id),
    )
