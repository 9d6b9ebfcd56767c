"""A restaurant as the ledger must know it to decide: its rules and floor of one version, its zone, its keys."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.seating import Combination, Floor, Table
from saveit.venues import Restaurant, Rules, TenantKeyRing, find_restaurant, load_floor, load_rules


class House(msgspec.Struct, frozen=True):
    """One version of a restaurant. Every act carries the two versions it was decided under, and the ledger refuses old ones."""

    restaurant: Restaurant
    rules: Rules
    floor: Floor
    zone: ZoneInfo
    sealer: Sealer
    read_at: datetime

    @property
    def tenant_id(self) -> TenantId:
        """The tenant it belongs to."""
        return self.restaurant.tenant_id

    @property
    def restaurant_id(self) -> RestaurantId:
        """Its id."""
        return self.restaurant.id

    def table_numbers(self, table_ids: Iterable[UUID]) -> tuple[str, ...]:
        """Return the numbers on the tables, for people; a table that has left the floor has none."""
        tables = self.floor.tables
        index_of = self.floor.index_of
        return tuple(tables[index_of[table_id]].number for table_id in table_ids if table_id in index_of)


async def read_house(
    tx: Transaction, keys: TenantKeyRing, restaurant_id: RestaurantId, now: datetime
) -> House | None:
    """Read a restaurant of the transaction's tenant as it is now, or None when there is none."""
    restaurant = await find_restaurant(tx, tx.tenant_id, restaurant_id)
    if restaurant is None:
        return None
    _, rules = await load_rules(tx, tx.tenant_id, restaurant_id, version=restaurant.rules_version)
    tables, combinations = await load_floor(tx, tx.tenant_id, restaurant_id)
    floor = Floor.of(
        (
            Table(
                id=table.id,
                number=table.number,
                covers_min=table.covers_min,
                covers_max=table.covers_max,
                area_id=table.area_id,
                online=table.online,
                priority=table.priority,
            )
            for table in tables
        ),
        (
            Combination(
                id=each.id,
                table_ids=each.table_ids,
                covers_min=each.covers_min,
                covers_max=each.covers_max,
                online=each.online,
                priority=each.priority,
            )
            for each in combinations
        ),
    )
    return House(
        restaurant=restaurant,
        rules=rules,
        floor=floor,
        zone=ZoneInfo(restaurant.timezone),
        sealer=await keys.sealer(tx, tx.tenant_id),
        read_at=now,
    )
