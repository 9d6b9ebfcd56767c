"""What happened to a party that waits, told whole and without the guest's words."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.ids import new_id
from saveit.outbox import Fact
from saveit.waitlist.model import Entry

_encoder = msgspec.json.Encoder()


class _Told(msgspec.Struct, frozen=True):
    status: str
    party_size: int
    earliest_at: datetime
    latest_at: datetime
    source: str
    hold_id: UUID | None
    offered_until: datetime | None
    reservation_id: UUID | None
    reason: str | None
    offered_starts_at: datetime | None


def waiting_changed(kind: str, entry: Entry, at: datetime, *, reason: str | None = None) -> Fact:
    """Return `waitlist.joined`, `.offered`, `.booked`, `.passed` or `.left`; `reason` says why an entry has passed."""
    body = _Told(
        status=entry.status,
        party_size=entry.party_size,
        earliest_at=entry.earliest_at,
        latest_at=entry.latest_at,
        source=entry.source,
        hold_id=entry.hold_id,
        offered_until=entry.offered_until,
        reservation_id=entry.reservation_id,
        reason=reason,
        offered_starts_at=entry.offered_starts_at,
    )
    return Fact(
        fact_id=new_id(at),
        kind=kind,
        restaurant_id=entry.restaurant_id,
        subject_kind="waitlist_entry",
        subject_id=entry.id,
        service_on=entry.date,
        at=at,
        body=_encoder.encode(body),
    )
