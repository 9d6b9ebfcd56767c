"""An example of every answer that a guest's own pages are given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from saveit.web.wire import HoldAnswer, ReservationAnswer
from saveit.web.wire.public import GuestHold, GuestReservation, GuestWait, HouseCard


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
    )
