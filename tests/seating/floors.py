"""A restaurant to seat people in: made by hand, with ids that can be read in a failure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from msgspec.structs import replace

from saveit.seating import (
    Asking,
    Closed,
    Combination,
    Day,
    Floor,
    Load,
    LoadKey,
    Offer,
    Reason,
    Stay,
    Table,
    day_origin,
    offer_at,
    offers,
)
from saveit.venues import BusinessHours, Capacity, Rules, Service, TimeSlots

# How long an example takes says how busy the machine is, not whether the product is right.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MADRID = ZoneInfo("Europe/Madrid")
FRIDAY = date(2026, 5, 15)
NOW = datetime(2026, 5, 10, 10, tzinfo=UTC)
LUNCH = Service(name="lunch", opens="13:00", closes="16:00")
DINNER = Service(name="dinner", opens="20:00", closes="00:30", last_seating="23:00")
GUESTS_OF_TWO = Asking(party_size=2, audience="guest")


def identity(number: int) -> UUID:
    return UUID(int=number)


def table(number: int, covers_min: int, covers_max: int, **wishes: object) -> Table:
    plain = Table(
        identity(number), str(number), covers_min, covers_max, area_id=None, online=True, priority=0
    )
    return replace(plain, **wishes)


def joined(
    number: int, tables: Iterable[int], covers_min: int, covers_max: int, *, online: bool = True
) -> Combination:
    ids = tuple(identity(one) for one in tables)
    return Combination(identity(number), ids, covers_min, covers_max, online, 0)


def rules(*services: Service, **sections: object) -> Rules:
    """Rules with the same services on every day, a stay of 90 minutes and no buffer, unless said otherwise."""
    plain = Rules(
        business_hours=BusinessHours(*[services or (LUNCH, DINNER)] * 7),
        time_slots=TimeSlots(slot_duration=30, turnover_time=0),
        capacity=Capacity(minimum_table_turnover_minutes=90),
    )
    return replace(plain, **sections)


def at(clock: str, day: date = FRIDAY, zone: ZoneInfo = MADRID) -> datetime:
    """An instant, written "20:00", or "24:30" for half past midnight at the end of the day."""
    hours, minutes = clock.split(":")
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def stay(holder: int, tables: Iterable[int], starts: str, ends: str, **wishes: object) -> Stay:
    plain = Stay(
        holder_kind="reservation",
        holder_id=identity(holder),
        table_ids=tuple(identity(one) for one in tables),
        starts_at=at(starts),
        ends_at=at(ends),
        party_size=2,
        movable=True,
        expires_at=None,
    )
    return replace(plain, **wishes)


def day_with(floor: Floor, *stays: Stay, load: Mapping[LoadKey, Load] | None = None) -> Day:
    return Day(floor, day_origin(FRIDAY, MADRID), stays, load or {})


def times_offered(answers: Iterable[object]) -> list[str]:
    return [answer.time for answer in answers if isinstance(answer, Offer)]


TWO_TABLES = Floor.of([table(1, 1, 2), table(2, 2, 4)], [joined(9, [1, 2], 5, 6)])
ONE_TABLE = Floor.of([table(1, 1, 2)], [])
STAFF_OF_TWO = Asking(party_size=2, audience="staff")


def listed(
    house: Rules, day: Day, asking: Asking = GUESTS_OF_TWO, *, now: datetime = NOW
) -> list[Offer | Closed]:
    return offers(house, day.floor, day, asking, FRIDAY, now, MADRID)


def asked(
    house: Rules, day: Day, time: str, asking: Asking = GUESTS_OF_TWO, *, now: datetime = NOW
) -> Offer | Closed:
    return offer_at(house, day.floor, day, asking, FRIDAY, time, now, MADRID)


def offered(answer: Offer | Closed) -> Offer:
    assert isinstance(answer, Offer), answer
    return answer


def refused(answer: Offer | Closed) -> tuple[Reason, dict[str, object]]:
    assert isinstance(answer, Closed), answer
    return answer.reason, answer.facts


def numbers(offer: Offer | Closed) -> list[str]:
    return [unit.number for unit in offered(offer).units]
