"""Ids are UUIDv7: made anywhere without asking anyone, and nearly in the order of time, so that indexes grow at one end.

Each thing has an id type of its own, so that a table's id is not taken for an area's; at run time all are `uuid.UUID`.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
RestaurantId = NewType("RestaurantId", UUID)
AreaId = NewType("AreaId", UUID)
TableId = NewType("TableId", UUID)
CombinationId = NewType("CombinationId", UUID)
ReservationId = NewType("ReservationId", UUID)
HoldId = NewType("HoldId", UUID)
PersonId = NewType("PersonId", UUID)
UserId = NewType("UserId", UUID)
ApiKeyId = NewType("ApiKeyId", UUID)
AdvisorId = NewType("AdvisorId", UUID)
LineId = NewType("LineId", UUID)

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_OCTETS = 10


def new_id(now: datetime, entropy: Callable[[int], bytes] = os.urandom) -> UUID:
    """Make an id whose first 48 bits are `now` in milliseconds and whose other 74 free bits are random (RFC 9562, version 7).

    Ids of one millisecond are in no order. `now` must be aware; `entropy(n)` returns n octets.
    """
    milliseconds = (now - _EPOCH) // _MILLISECOND
    random = int.from_bytes(entropy(_RANDOM_OCTETS))
    # 48 bits of time, then 80 of which the version takes four and the variant two.
    value = (milliseconds << 80) | random
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def time_of(identifier: UUID) -> datetime:
    """Return the instant, to the millisecond, at which `new_id` made this id."""
    return _EPOCH + (identifier.int >> 80) * _MILLISECOND
