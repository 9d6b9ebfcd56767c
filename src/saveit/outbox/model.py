"""The shape of a fact."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.kernel.ids import RestaurantId


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened: past tense, versioned, whole, without personal data.

    `body` is JSON; whoever needs the guest's words follows `person_id` in it. Tenant, actor, channel, trace and node are the
    transaction's.
    """

    fact_id: UUID
    kind: str
    version: int = 1
    restaurant_id: RestaurantId | None
    subject_kind: str
    subject_id: UUID
    service_on: date | None
    at: datetime
    body: bytes
