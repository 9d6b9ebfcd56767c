"""Which starts can be booked, and why the others cannot.

`offers` answers for a whole date and `offer_at` for one start. Both ask the same question, in `_verdict`, over the same facts; they
differ only in how free tables are looked up (all starts at once, or one), and tests hold the two to the same answers. So what is
listed can be booked, for as long as the facts stay as they are.

Nothing here reads a clock, a database or a setting.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from saveit.seating.day import Day
from saveit.seating.model import Asking, Claim, Closed, Floor, Offer, Reason, Unit, Window
from saveit.seating.plan import (
    DatePlan,
    LoadLimits,
    ServicePlan,
    Start,
    load_limits,
    pacing_key,
    plan_of,
    start_at,
    stay_minutes,
    written_minute,
)
from saveit.seating.wallclock import local_date
from saveit.venues import Rules


class _Question(NamedTuple):
    """What is the same for every start of the date."""

    rules: Rules
    day: Day
    asking: Asking
    date: date
    now: datetime
    plan: DatePlan
    units: tuple[Unit, ...]
    limits: LoadLimits
    earliest_at: datetime


class _Terms(NamedTuple):
    """What is the same for every start of one service."""

    service: ServicePlan
    length: int
    taken: int
    """The length and the buffer after it."""
    length_time: timedelta
    taken_time: timedelta
    fixed_claims: tuple[Claim, ...]
    overbooking: Claim | None


class Unfit(Struct, frozen=True):
    """Why no unit may be given to a party, whatever is taken."""

    reason: Reason
    facts: dict[str, object]


def offers(  # noqa: PLR0917 - the facts of a question, each of another kind; a struct would only wrap the call.
    rules: Rules, floor: Floor, day: Day, asking: Asking, date: date, now: datetime, zone: ZoneInfo
) -> list[Offer | Closed]:
    """Return every start of a date as an offer or as closed, in the order of time.

    An offer names only the best unit. When the whole date is closed there is one answer, without a time.
    """
    question = _ask(rules, floor, day, asking, date, now, zone)
    if isinstance(question, Closed):
        return [question]
    masks = question.day.busy_masks(now)
    answers: list[Offer | Closed] = []
    for service in question.plan.services:
        terms = _terms(question, service)
        best = _best_units(question.units, masks, terms)
        answers += [_verdict(question, terms, start, best.get(start.minute, ())) for start in service.starts]
    return answers


def offer_at(  # noqa: PLR0917 - as `offers`, and the time.
    rules: Rules, floor: Floor, day: Day, asking: Asking, date: date, time: str, now: datetime, zone: ZoneInfo
) -> Offer | Closed:
    """Return one start as an offer, with every unit that is free, or as closed.

    `time` is HH:MM, of the service day: after midnight it is still the evening's. Staff may start at any minute of a service.
    """
    question = _ask(rules, floor, day, asking, date, now, zone)
    if isinstance(question, Closed):
        return Closed(date, time, None, question.reason, question.facts)
    found = question.plan.by_time.get(time) or _unlisted_start(question, time, zone)
    if isinstance(found, Closed):
        return found
    service, start = found
    terms = _terms(question, service)
    units = _units_free(question.units, question.day.busy_masks(now), start.minute, terms.taken)
    return _verdict(question, terms, start, units)


def free_units(
    floor: Floor, day: Day, asking: Asking, *, starts_at: datetime, ends_at: datetime, now: datetime
) -> tuple[Unit, ...]:
    """Return the units that are free throughout an interval, best first: for walk-ins, longer stays and staff moves."""
    if asking.excluding is not None:
        day = day.without(asking.excluding)
    start, end = day.minutes_of(starts_at, ends_at)
    units = wished_units(floor, asking)
    if isinstance(units, Unfit) or end <= start:
        return ()
    return _units_free(units, day.busy_masks(now), start, end - start)


def _ask(  # noqa: PLR0917 - as `offers`.
    rules: Rules, floor: Floor, day: Day, asking: Asking, on: date, now: datetime, zone: ZoneInfo
) -> _Question | Closed:
    """Put the question together, or answer it for the whole date."""
    today = local_date(now, zone)
    refused = _window_refusal(rules, asking, on, today) or _party_refusal(rules, asking, on)
    if refused is not None:
        return refused
    plan = plan_of(rules, on, zone)
    if not plan.services:
        special = rules.special_date(on)
        note = None if special is None else special.note
        return Closed(on, None, None, Reason.CLOSED, {"weekday": on.weekday(), "note": note})
    units = wished_units(floor, asking)
    if isinstance(units, Unfit):
        return Closed(on, None, None, units.reason, units.facts)
    assert day.origin_at == plan.origin_at, "the day was drawn for another date or zone"
    notice = timedelta(hours=rules.reservation_window.min_hours_advance)
    return _Question(
        rules=rules,
        day=day if asking.excluding is None else day.without(asking.excluding),
        asking=asking,
        date=on,
        now=now,
        plan=plan,
        units=units,
        limits=load_limits(rules, floor, on, today),
        earliest_at=now + notice if asking.audience == "guest" else now,
    )


def _window_refusal(rules: Rules, asking: Asking, on: date, today: date) -> Closed | None:
    window = rules.reservation_window
    if asking.audience == "staff":
        return None
    if (on - today).days > window.max_days_advance:
        opens_on = on - timedelta(days=window.max_days_advance)
        facts: dict[str, object] = {"days": window.max_days_advance, "opens_on": opens_on.isoformat()}
        return Closed(on, None, None, Reason.HORIZON, facts)
    if on == today and not window.allow_same_day:
        return Closed(on, None, None, Reason.SAME_DAY, {})
    return None


def _party_refusal(rules: Rules, asking: Asking, on: date) -> Closed | None:
    size, limits = asking.party_size, rules.party
    if size < (limits.size_min if asking.audience == "guest" else 1):
        facts: dict[str, object] = {"party_size": size, "limit": limits.size_min}
        return Closed(on, None, None, Reason.PARTY_TOO_SMALL, facts)
    if asking.audience == "guest" and size > limits.size_max:
        return Closed(on, None, None, Reason.PARTY_TOO_LARGE, {"party_size": size, "limit": limits.size_max})
    return None


def wished_units(floor: Floor, asking: Asking) -> tuple[Unit, ...] | Unfit:
    """Return the units the party may be given, best first, or say why there can be none."""
    guest = asking.audience == "guest"
    size = asking.party_size
    if asking.table_id is None and asking.area_id is None:
        fitting = floor.units_for(size, online_only=guest)
        return fitting or _unfit(asking, floor.units, Reason.PARTY_TOO_LARGE, Reason.PARTY_TOO_SMALL)
    meant = floor.units
    if asking.area_id is not None:
        meant = tuple(unit for unit in meant if unit.area_id == asking.area_id)
        if not meant:
            return Unfit(Reason.AREA_UNKNOWN, {})
    if asking.table_id is not None:
        meant = tuple(unit for unit in meant if asking.table_id in unit.table_ids)
        if not any(unit.online or not guest for unit in meant):
            return Unfit(Reason.TABLE_UNKNOWN, {})
    # Staff who name a table may seat two at a table for four: they see the room.
    named = asking.table_id is not None and not guest
    fitting = tuple(
        unit
        for unit in meant
        if (unit.online or not guest) and size <= unit.covers_max and (named or unit.covers_min <= size)
    )
    if asking.table_id is None:
        return fitting or _unfit(asking, meant, Reason.PARTY_TOO_LARGE, Reason.PARTY_TOO_SMALL)
    return fitting or _unfit(asking, meant, Reason.UNIT_TOO_SMALL, Reason.UNIT_TOO_LARGE)


def _unfit(asking: Asking, meant: Sequence[Unit], larger: Reason, smaller: Reason) -> Unfit:
    """Say that the party is too large for the units it may have, or else too small for the next one up."""
    size = asking.party_size
    allowed = [unit for unit in meant if unit.online or asking.audience == "staff"]
    above = [unit.covers_min for unit in allowed if unit.covers_max >= size]
    if above:
        return Unfit(smaller, {"party_size": size, "limit": min(above)})
    limit = max((unit.covers_max for unit in allowed), default=0)
    return Unfit(larger, {"party_size": size, "limit": limit})


def _unlisted_start(question: _Question, time: str, zone: ZoneInfo) -> tuple[ServicePlan, Start] | Closed:
    """Return a start that is on no list, which only staff may take, or say why there is none."""
    on = question.date
    for service in question.plan.services:
        window = service.window
        minute = written_minute(window, time)
        if minute is None:
            continue
        start = start_at(question.plan, window, minute, zone)
        if start is None:
            return Closed(on, time, None, Reason.SKIPPED_TIME, {})
        if window.last_seating_minute is not None and minute > window.last_seating_minute:
            return Closed(on, time, start.starts_at, Reason.AFTER_LAST_SEATING, {"service": window.name})
        if question.asking.audience == "staff":
            return service, start
        nearest = min(service.starts, key=lambda one: abs(one.minute - start.minute), default=None)
        facts: dict[str, object] = {"nearest": None if nearest is None else nearest.time}
        return Closed(on, time, start.starts_at, Reason.NOT_A_SLOT, facts)
    windows = [service.window for service in question.plan.services]
    hours = [f"{_clock(window.opens_minute)}-{_clock(window.closes_minute)}" for window in windows]
    return Closed(on, time, None, Reason.NO_SERVICE, {"hours": ", ".join(hours)})


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour % 24:02}:{minute:02}"


def _terms(question: _Question, service: ServicePlan) -> _Terms:
    rules, limits, index = question.rules, question.limits, service.window.index
    length = stay_minutes(rules, service.window.name, question.date.weekday(), question.asking.party_size)
    fixed: tuple[Claim, ...] = ()
    if limits.online_covers_max is not None and question.asking.audience == "guest":
        fixed = (Claim(("online", index), covers_max=limits.online_covers_max),)
    # A wish for a table or an area is not granted without one.
    unbound = question.asking.table_id is None and question.asking.area_id is None
    overbooking = None
    if limits.overbooked_covers_max > 0 and unbound:
        overbooking = Claim(("overbooked", index), covers_max=limits.overbooked_covers_max)
    taken = length + rules.time_slots.turnover_time
    times = timedelta(minutes=length), timedelta(minutes=taken)
    return _Terms(service, length, taken, *times, fixed, overbooking)


def _claims(question: _Question, terms: _Terms, minute: int) -> tuple[Claim, ...]:
    limits = question.limits
    if limits.parties_max is None and limits.covers_max is None:
        return terms.fixed_claims
    key = pacing_key(limits.interval_minutes, minute)
    claim = Claim(key, limits.parties_max, limits.covers_max)
    beyond = question.asking.beyond_pacing and question.asking.audience == "staff"
    if beyond and not claim.allows(question.day.load(key), question.asking.party_size):
        # Only where a limit is in the way is it left out: so a claim without one says that it was passed.
        claim = Claim(key)
    return (claim, *terms.fixed_claims)


def _verdict(question: _Question, terms: _Terms, start: Start, units: tuple[Unit, ...]) -> Offer | Closed:
    """Answer for one start, given the units that are free throughout its stay.

    Tables come last, so that `full` means that nothing but a table is missing and a re-seating may be tried.
    """
    starts_at, minute, service = start.starts_at, start.minute, terms.service
    if starts_at < question.earliest_at:
        return _too_soon(question, start)
    if service.window.last_seating_minute is None and minute + terms.length > service.closes_minute:
        facts: dict[str, object] = {"minutes": terms.length, "closes": _clock(service.window.closes_minute)}
        return Closed(question.date, start.time, starts_at, Reason.ENDS_AFTER_CLOSE, facts)
    party_size = question.asking.party_size
    claims = _claims(question, terms, minute)
    for claim in claims:
        if not claim.allows(question.day.load(claim.key), party_size):
            return _limit_reached(question, start, claim)
    overbooking = None if units else terms.overbooking
    if overbooking is not None and not overbooking.allows(question.day.load(overbooking.key), party_size):
        overbooking = None
    fields = (
        service.window.name,
        service.window.index,
        question.date,
        start.time,
        starts_at,
        starts_at + terms.length_time,
        starts_at + terms.taken_time,
        minute,
        claims,
    )
    if units or overbooking is not None:
        return Offer(*fields, units, overbooking is not None, overbooking)
    return Closed(
        question.date, start.time, starts_at, Reason.FULL, {"party_size": party_size}, Window(*fields)
    )


def _too_soon(question: _Question, start: Start) -> Closed:
    if start.starts_at < question.now:
        return Closed(question.date, start.time, start.starts_at, Reason.PAST, {})
    hours = question.rules.reservation_window.min_hours_advance
    return Closed(question.date, start.time, start.starts_at, Reason.NOTICE, {"hours": hours})


def _limit_reached(question: _Question, start: Start, claim: Claim) -> Closed:
    load = question.day.load(claim.key)
    facts: dict[str, object] = {"parties": load.parties, "covers": load.covers}
    if claim.key[0] == "online":
        release = question.rules.online_release.released_days_before
        released_on = question.date - timedelta(days=release)
        reason = Reason.ONLINE_HELD_BACK
        facts |= {"limit": claim.covers_max, "released_on": released_on.isoformat()}
    elif claim.parties_max is not None and load.parties >= claim.parties_max:
        reason = Reason.PACING_PARTIES
        facts |= {"limit": claim.parties_max}
    else:
        reason = Reason.PACING_COVERS
        facts |= {"limit": claim.covers_max}
    return Closed(question.date, start.time, start.starts_at, reason, facts)


def _best_units(units: Sequence[Unit], masks: Sequence[int], terms: _Terms) -> Mapping[int, tuple[Unit, ...]]:
    """Return the best free unit of each start that has one, by minute."""
    starts = terms.service.starts
    if not starts:
        return {}
    # Only the minutes this service's stays can take are looked at; short integers are quick ones.
    first = starts[0].minute
    width = (1 << (starts[-1].minute - first + terms.taken)) - 1
    busy = [(mask >> first) & width for mask in masks]
    # What is free all the time is the best for every start, so nothing after it need be looked at.
    looked_at: list[tuple[int, tuple[Unit, ...]]] = []
    for unit in units:
        taken = 0
        for index in unit.table_indices:
            taken |= busy[index]
        looked_at.append((taken, (unit,)))
        if not taken:
            break
    best: dict[int, tuple[Unit, ...]] = {}
    stay = (1 << terms.taken) - 1
    for start in starts:
        span = stay << (start.minute - first)
        for taken, chosen in looked_at:
            if not taken & span:
                best[start.minute] = chosen
                break
    return best


def _units_free(units: Sequence[Unit], masks: Sequence[int], start: int, taken: int) -> tuple[Unit, ...]:
    """Return the units of which no table is busy for `taken` minutes from `start`."""
    span = ((1 << taken) - 1) << start
    busy = 0
    for index, mask in enumerate(masks):
        if mask & span:
            busy |= 1 << index
    return tuple(unit for unit in units if not unit.tables_bits & busy)
