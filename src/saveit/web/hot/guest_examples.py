"""An example of every answer that a guest's own pages are given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from saveit.web.wire import HoldAnswer, ReservationAnswer
from saveit.web.wire.public import (
    GuestHold,
    GuestPlace,
    GuestReservation,
    GuestWait,
    HouseCard,
    PhoneCodeSent,
    PhoneProved,
)


def guest_examples(reservation: ReservationAnswer, hold: HoldAnswer) -> Iterator[msgspec.Struct]:
    """Yield one example of each struct that guests' pages are answered with as a whole."""
    house = HouseCard(
        slug="la-candelaria",
        name="La Candelaria",
        timezone="America/Bogota",
        language="es",
        currency="COP",
        address="Calle 11 4-93, Bogotá",
        phone="+5716012345",
        party_size_min=1,
        party_size_max=10,
        first_on=date(2026, 3, 2),
        last_on=date(2026, 4, 16),
        confirmation="automatic",
        requirements=(),
        now=datetime(2026, 3, 2, 17, tzinfo=UTC),
    )
    yield house
    yield GuestHold(hold, 300, reservation.policy)
    yield PhoneCodeSent(600)
    yield PhoneProved("1772470800.qL0nU3o4WfXh2yJbAa1x", 3600)
    yield GuestReservation(
        reservation=reservation,
        restaurant=house,
        manage_url="https://tables.example/r/la-candelaria#AQGVovBbHnw6jwA9LBsKn44B.qL0nU3o4WfXh2yJb",
        may_change=True,
        may_cancel=True,
        cancel_fee_minor=0,
    )
    yield GuestWait(
        UUID("0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"),
        date(2026, 3, 14),
        datetime(2026, 3, 15, 1, tzinfo=UTC),
        datetime(2026, 3, 15, 2, 30, tzinfo=UTC),
        4,
        "waiting",
        "https://tables.example/w/la-candelaria#AZWi8FsefDqPAD0sGwqfjgGVovBbHnw6jwA9LBsKn44.qL0nU3o4WfXh2yJbQ1c8",
    )
    yield GuestPlace(
        date=date(2026, 3, 14),
        earliest_at=datetime(2026, 3, 15, 1, tzinfo=UTC),
        latest_at=datetime(2026, 3, 15, 2, 30, tzinfo=UTC),
        party_size=4,
        name="Ana Rivas",
        status="offered",
        position=1,
        wait_minutes=0,
        offered_starts_at=datetime(2026, 3, 15, 1, 30, tzinfo=UTC),
        expires_in_s=600,
        manage_url=None,
    )
