"""The words of the waitlist. Frozen, without clock or I/O."""

from datetime import date, datetime
from typing import Literal, NewType, TypeAlias
from uuid import UUID

import msgspec

from saveit.guests import GuestDetails
from saveit.kernel.db import Actor
from saveit.kernel.ids import HoldId, ReservationId, RestaurantId, TenantId
from saveit.seating import Audience

EntryId = NewType("EntryId", UUID)
EntryStatus: TypeAlias = Literal["waiting", "offered", "booked", "passed", "left"]

WAITING_MAX = 200
"""Parties that wait on one day of one restaurant: more than any evening frees tables for."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A request to wait. `earliest` and `latest` are the restaurant's local times of the first and last start that suit; both count.

    A `latest` before `earliest` is after midnight, of the same service day. `source` "staff" waits under the house's rules, which skip
    notice and limits of party; any other under a guest's.
    """

    restaurant_id: RestaurantId
    date: date
    earliest: str
    latest: str
    party_size: int
    guest: GuestDetails
    source: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A party that waits, or waited, for a table."""

    id: EntryId
    tenant_id: TenantId
    restaurant_id: RestaurantId
    date: date
    party_size: int
    earliest_at: datetime
    latest_at: datetime
    guest: GuestDetails
    status: EntryStatus
    hold_id: HoldId | None
    offered_until: datetime | None
    reservation_id: ReservationId | None
    source: str
    created_at: datetime
    updated_at: datetime
    offered_starts_at: datetime | None = None
    """When the party may sit down at the table that is kept for it."""

    @property
    def audience(self) -> Audience:
        """Return under whose rules the party is offered a table."""
        return "staff" if self.source == "staff" else "guest"

    @property
    def waits(self) -> bool:
        """Say whether the party still hopes for a table."""
        return self.status in {"waiting", "offered"}


class Place(msgspec.Struct, frozen=True):
    """An entry's place in the queue, 1 for the first, and the wait it is quoted; None when no table falls free in time."""

    entry: Entry
    position: int
    wait_minutes: int | None


class WaitingDay(msgspec.Struct, frozen=True):
    """A service day on which somebody waits."""

    tenant_id: TenantId
    restaurant_id: RestaurantId
    service_on: date


class Promotion(msgspec.Struct, frozen=True):
    """What a promotion gave out: tables to parties admitted beyond them, offers, and offers that ran out meanwhile."""

    seated: tuple[ReservationId, ...] = ()
    offered: tuple[EntryId, ...] = ()
    passed: tuple[EntryId, ...] = ()


def keeper_of(entry_id: EntryId) -> Actor:
    """Return in whose name a table is kept for an entry; a hold's `holder` is this actor, spelled out."""
    return Actor("system", f"waitlist:{entry_id}", "internal")
