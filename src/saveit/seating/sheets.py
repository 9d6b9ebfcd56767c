"""What rules and limits alone say about each start of a date for parties of one size: when they would leave, and what counts them.

It is what most of an answer is made of, and it depends on nothing that happens: so it is written once, as a sheet, and remembered like
the plan below it. An answer adds what the clock, the tables and the counters say.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from saveit.seating.model import Claim
from saveit.seating.plan import DatePlan, LoadLimits, ServicePlan, Start, pacing_key, plan_of, stay_minutes
from saveit.venues import Rules

_SHEETS_KEPT = 4096  # About 10 kB each; a day is asked for by parties of two sizes mostly.

Fields: TypeAlias = tuple[str, int, date, str, datetime, datetime, datetime, int, tuple[Claim, ...]]
"""Those of a `Window`, in order."""


class Slot(Struct, frozen=True, gc=False):
    """One start, and what booking it would mean."""

    start: Start
    fields: Fields
    claims: tuple[Claim, ...]
    ends_late: bool
    """The stay would run past the close, and the service does not say that it may."""


class Terms(Struct, frozen=True, gc=False):
    """What is the same for every start of one service, and its slots."""

    service: ServicePlan
    length: int
    taken: int
    """The length and the buffer after it."""
    pacing: tuple[int, int | None, int | None] | None
    """The interval and its limits, when there are any."""
    fixed_claims: tuple[Claim, ...]
    overbooking: Claim | None
    slots: tuple[Slot, ...] = ()
    first: int = 0
    """The minute of the first start, from which the bits below are counted: short integers are quick ones."""
    reach: int = 0
    """Every minute that a stay can take which starts at a slot, as bits."""
    spans: tuple[int, ...] = ()
    """The minutes that the stay of each slot takes, as bits."""


class Sheet(Struct, frozen=True, gc=False):
    """One date, for parties of one size."""

    plan: DatePlan
    services: tuple[Terms, ...]
    by_time: Mapping[str, tuple[Terms, Slot]]
    notice: timedelta


@lru_cache(maxsize=_SHEETS_KEPT)
def sheet_of(  # noqa: PLR0917 - a key of the cache is given by place.
    rules: Rules,
    day: date,
    zone: ZoneInfo,
    limits: LoadLimits,
    party_size: int,
    guest: bool,  # noqa: FBT001 - as above.
) -> Sheet:
    """Return the sheet of a date for parties of this size, of guests or of staff's."""
    plan = plan_of(rules, day, zone)
    services = tuple(_terms(rules, limits, service, party_size, guest=guest) for service in plan.services)
    return Sheet(
        plan=plan,
        services=services,
        by_time={slot.start.time: (terms, slot) for terms in services for slot in terms.slots},
        notice=timedelta(hours=rules.reservation_window.min_hours_advance if guest else 0),
    )


def slot_of(terms: Terms, start: Start) -> Slot:
    """Return the slot of a start, listed or not."""
    window = terms.service.window
    claims = terms.fixed_claims
    if terms.pacing is not None:
        interval_minutes, parties_max, covers_max = terms.pacing
        claims = (Claim(pacing_key(interval_minutes, start.minute), parties_max, covers_max), *claims)
    leaves_at = start.starts_at + timedelta(minutes=terms.length)
    ends_at = start.starts_at + timedelta(minutes=terms.taken)
    return Slot(
        start=start,
        fields=(
            window.name,
            window.index,
            window.date,
            start.time,
            start.starts_at,
            leaves_at,
            ends_at,
            start.minute,
            claims,
        ),
        claims=claims,
        ends_late=window.last_seating_minute is None
        and start.minute + terms.length > terms.service.closes_minute,
    )


def _terms(rules: Rules, limits: LoadLimits, service: ServicePlan, party_size: int, *, guest: bool) -> Terms:
    window = service.window
    length = stay_minutes(rules, window.name, window.date.weekday(), party_size)
    online = limits.online_covers_max if guest else None
    beyond = limits.overbooked_covers_max
    paced = limits.parties_max is not None or limits.covers_max is not None
    terms = Terms(
        service=service,
        length=length,
        taken=length + rules.time_slots.turnover_time,
        pacing=(limits.interval_minutes, limits.parties_max, limits.covers_max) if paced else None,
        fixed_claims=() if online is None else (Claim(("online", window.index), covers_max=online),),
        overbooking=Claim(("overbooked", window.index), covers_max=beyond) if beyond > 0 else None,
    )
    starts = service.starts
    if not starts:
        return terms
    stay, first = (1 << terms.taken) - 1, starts[0].minute
    return replace(
        terms,
        slots=tuple(slot_of(terms, start) for start in starts),
        first=first,
        reach=(1 << (starts[-1].minute - first + terms.taken)) - 1,
        spans=tuple(stay << (start.minute - first) for start in starts),
    )
