"""What happened to a reservation, told whole and without the guest's words."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from saveit.kernel.db import Actor
from saveit.kernel.ids import RestaurantId, new_id
from saveit.outbox import Fact
from saveit.reservations.model import Hold, Reservation
from saveit.seating import Day, Offer
from saveit.venues import Rules


class Told(msgspec.Struct, frozen=True):
    """The state of a reservation as facts tell it."""

    code: str
    status: str
    service: str
    starts_at: datetime
    leaves_at: datetime
    ends_at: datetime
    party_size: int
    table_ids: tuple[UUID, ...]
    pinned: bool
    overbooked: bool
    source: str
    revision: int
    hold_id: UUID | None = None
    fee_minor: int = 0
    cancel_reason: str | None = None
    expected_at: datetime | None = None
    seated_from: datetime | None = None


class LimitPassed(msgspec.Struct, frozen=True):
    """A limit of pacing that staff went beyond: `counted` parties or covers with this one, where `maximum` are allowed."""

    limit: Literal["pacing_parties", "pacing_covers"]
    maximum: int
    counted: int
    by: str


class Change(msgspec.Struct, frozen=True):
    """The body of a reservation's fact: what was, if anything, and what is; and which limits of the house staff passed."""

    before: Told | None
    after: Told
    person_id: UUID | None = None
    limits_passed: tuple[LimitPassed, ...] | msgspec.UnsetType = msgspec.UNSET


_encoder = msgspec.json.Encoder()


def told(reservation: Reservation) -> Told:
    """Return what may be told of a reservation."""
    return Told(
        code=reservation.code,
        status=reservation.status,
        service=reservation.service,
        starts_at=reservation.starts_at,
        leaves_at=reservation.leaves_at,
        ends_at=reservation.ends_at,
        party_size=reservation.party_size,
        table_ids=reservation.table_ids,
        pinned=reservation.pinned,
        overbooked=reservation.overbooked,
        source=reservation.source,
        revision=reservation.revision,
        hold_id=reservation.hold_id,
        fee_minor=reservation.fee_minor,
        cancel_reason=reservation.cancel_reason,
        expected_at=reservation.expected_at,
        seated_from=reservation.seated_from,
    )


def limits_passed(
    rules: Rules, day: Day, offer: Offer, *, party_size: int, by: Actor
) -> tuple[LimitPassed, ...]:
    """Return the limits of pacing that this offer leaves out, since staff wished so, as the day was counted when it was made."""
    found: list[LimitPassed] = []
    for claim in offer.claims:
        if claim.key[0] != "pacing" or claim.parties_max is not None or claim.covers_max is not None:
            continue
        load, pacing = day.load(claim.key), rules.pacing
        parties, covers = load.parties + 1, load.covers + party_size
        if pacing.parties_max is not None and parties > pacing.parties_max:
            found.append(LimitPassed("pacing_parties", pacing.parties_max, parties, str(by)))
        if pacing.covers_max is not None and covers > pacing.covers_max:
            found.append(LimitPassed("pacing_covers", pacing.covers_max, covers, str(by)))
    return tuple(found)


def created_body(reservation: Reservation, passed: tuple[LimitPassed, ...] = ()) -> bytes:
    """Return the body of `reservation.created`; the ledger adds the person, whom it alone knows."""
    return _encoder.encode(Change(None, told(reservation), limits_passed=passed or msgspec.UNSET))


def changed(
    kind: str,
    before: Reservation | None,
    after: Reservation,
    at: datetime,
    *,
    passed: tuple[LimitPassed, ...] = (),
) -> Fact:
    """Return a fact about a reservation: `reservation.modified`, `.cancelled`, `.checked_in` and so on."""
    body = Change(
        None if before is None else told(before), told(after), after.person_id, passed or msgspec.UNSET
    )
    return Fact(
        fact_id=new_id(at),
        kind=kind,
        restaurant_id=after.restaurant_id,
        subject_kind="reservation",
        subject_id=after.id,
        service_on=after.date,
        at=at,
        body=_encoder.encode(body),
    )


def hold_body(hold: Hold) -> bytes:
    """Return the body of a hold's fact."""
    return _encoder.encode(
        {
            "starts_at": hold.starts_at,
            "ends_at": hold.ends_at,
            "party_size": hold.party_size,
            "table_ids": hold.table_ids,
            "expires_at": hold.expires_at,
        }
    )


def hold_changed(kind: str, hold: Hold, at: datetime) -> Fact:
    """Return `hold.renewed`, `hold.released` or `hold.expired`."""
    return Fact(
        fact_id=new_id(at),
        kind=kind,
        restaurant_id=hold.restaurant_id,
        subject_kind="hold",
        subject_id=hold.id,
        service_on=hold.date,
        at=at,
        body=hold_body(hold),
    )


class Blocked(msgspec.Struct, frozen=True):
    """The body of `availability.changed`: why, and which tables from when to when; after a refresh it is not known which."""

    because: str
    table_ids: tuple[UUID, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def availability_changed(
    restaurant_id: RestaurantId, service_on: date, at: datetime, *, body: Blocked, subject_id: UUID
) -> Fact:
    """Return `availability.changed` for what is no reservation: a block set or lifted."""
    return Fact(
        fact_id=new_id(at),
        kind="availability.changed",
        restaurant_id=restaurant_id,
        subject_kind="service_day",
        subject_id=subject_id,
        service_on=service_on,
        at=at,
        body=_encoder.encode(body),
    )
