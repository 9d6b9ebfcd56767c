"""Which starts can be booked, and why the others cannot.

`offers` answers for a whole date and `offer_at` for one start. Both ask the same question, in `_verdict`, over the same facts; they
differ only in how free tables are looked up (all starts at once, or one), and tests hold the two to the same answers. So what is
listed can be booked, for as long as the facts stay as they are.

Nothing here reads a clock, a database or a setting.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from saveit.seating.day import Day
from saveit.seating.model import NO_LOAD, Asking, Claim, Closed, Floor, Offer, Reason, Unit, Window
from saveit.seating.plan import Start, load_limits, start_at, written_minute
from saveit.seating.sheets import Sheet, Slot, Terms, sheet_of, slot_of
from saveit.seating.wallclock import local_date
from saveit.venues import Rules

_NO_UNITS: tuple[Unit, ...] = ()


class _Question(NamedTuple):
    """What is the same for every start of the date."""

    rules: Rules
    day: Day
    asking: Asking
    date: date
    now: datetime
    sheet: Sheet
    units: tuple[Unit, ...]
    earliest_at: datetime
    overbookable: bool
    """A wish for a table or an area is not granted without one."""


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
    for terms in question.sheet.services:
        best = _best_units(question.units, masks, terms)
        answers += [
            _verdict(question, terms, slot, units) for slot, units in zip(terms.slots, best, strict=True)
        ]
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
    found = question.sheet.by_time.get(time) or _unlisted_start(question, time, zone)
    if isinstance(found, Closed):
        return found
    terms, slot = found
    units = _units_free(question.units, question.day.busy_masks(now), slot.start.minute, terms.taken)
    return _verdict(question, terms, slot, units)


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
    guest = asking.audience == "guest"
    limits = load_limits(rules, floor, on, today)
    sheet = sheet_of(rules, on, zone, limits, asking.party_size, guest)
    if not sheet.services:
        special = rules.special_date(on)
        note = None if special is None else special.note
        return Closed(on, None, None, Reason.CLOSED, {"weekday": on.weekday(), "note": note})
    units = wished_units(floor, asking)
    if isinstance(units, Unfit):
        return Closed(on, None, None, units.reason, units.facts)
    assert day.origin_at == sheet.plan.origin_at, "the day was drawn for another date or zone"
    return _Question(
        rules,
        day if asking.excluding is None else day.without(asking.excluding),
        asking,
        on,
        now,
        sheet,
        units,
        now + sheet.notice if guest else now,
        asking.table_id is None and asking.area_id is None,
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


def _unlisted_start(question: _Question, time: str, zone: ZoneInfo) -> tuple[Terms, Slot] | Closed:
    """Return a start that is on no list, which only staff may take, or say why there is none."""
    on, plan = question.date, question.sheet.plan
    for terms in question.sheet.services:
        window = terms.service.window
        minute = written_minute(window, time)
        if minute is None:
            continue
        start = start_at(plan, window, minute, zone)
        if start is None:
            return Closed(on, time, None, Reason.SKIPPED_TIME, {})
        if window.last_seating_minute is not None and minute > window.last_seating_minute:
            return Closed(on, time, start.starts_at, Reason.AFTER_LAST_SEATING, {"service": window.name})
        if question.asking.audience == "staff":
            return terms, slot_of(terms, start)
        nearest = min(terms.service.starts, key=lambda one: abs(one.minute - start.minute), default=None)
        facts: dict[str, object] = {"nearest": None if nearest is None else nearest.time}
        return Closed(on, time, start.starts_at, Reason.NOT_A_SLOT, facts)
    windows = [service.window for service in plan.services]
    hours = [f"{_clock(window.opens_minute)}-{_clock(window.closes_minute)}" for window in windows]
    return Closed(on, time, None, Reason.NO_SERVICE, {"hours": ", ".join(hours)})


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour % 24:02}:{minute:02}"


def _verdict(question: _Question, terms: Terms, slot: Slot, units: tuple[Unit, ...]) -> Offer | Closed:
    """Answer for one start, given the units that are free throughout its stay.

    Tables come last, so that `full` means that nothing but a table is missing and a re-seating may be tried.
    """
    start, asking = slot.start, question.asking
    if start.starts_at < question.earliest_at:
        return _too_soon(question, start)
    if slot.ends_late:
        return _ends_late(question, terms, start)
    fields, claims, party_size = slot.fields, slot.claims, asking.party_size
    if asking.beyond_pacing and asking.audience == "staff":
        claims = tuple(_unlimited_if_reached(question, claim) for claim in claims)
        fields = (*fields[:-1], claims)
    loads = question.day.loads
    for claim in claims:
        if not claim.allows(loads.get(claim.key, NO_LOAD), party_size):
            return _limit_reached(question, start, claim)
    if units:
        return Offer(*fields, units)
    overbooking = terms.overbooking if question.overbookable else None
    if overbooking is not None and overbooking.allows(loads.get(overbooking.key, NO_LOAD), party_size):
        return Offer(*fields, units, overbooked=True, overbooking=overbooking)
    facts: dict[str, object] = {"party_size": party_size}
    return Closed(question.date, start.time, start.starts_at, Reason.FULL, facts, Window(*fields))


def _unlimited_if_reached(question: _Question, claim: Claim) -> Claim:
    """Return the claim without its limits where pacing is in the way: so a claim without one says that it was passed."""
    if claim.key[0] != "pacing" or claim.allows(question.day.load(claim.key), question.asking.party_size):
        return claim
    return Claim(claim.key)


def _too_soon(question: _Question, start: Start) -> Closed:
    if start.starts_at < question.now:
        return Closed(question.date, start.time, start.starts_at, Reason.PAST, {})
    hours = question.rules.reservation_window.min_hours_advance
    return Closed(question.date, start.time, start.starts_at, Reason.NOTICE, {"hours": hours})


def _ends_late(question: _Question, terms: Terms, start: Start) -> Closed:
    closes = _clock(terms.service.window.closes_minute)
    facts: dict[str, object] = {"minutes": terms.length, "closes": closes}
    return Closed(question.date, start.time, start.starts_at, Reason.ENDS_AFTER_CLOSE, facts)


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


def _best_units(units: Sequence[Unit], masks: Sequence[int], terms: Terms) -> list[tuple[Unit, ...]]:
    """Return the best free unit of each slot, or none."""
    first, reach = terms.first, terms.reach
    # What is free all the time is the best for every start, so nothing after it need be looked at.
    looked_at: list[tuple[int, Unit]] = []
    for unit in units:
        busy = 0
        for index in unit.table_indices:
            busy |= masks[index]
        taken = busy >> first & reach
        looked_at.append((taken, unit))
        if not taken:
            break
    best: list[tuple[Unit, ...]] = []
    for span in terms.spans:
        for taken, unit in looked_at:
            if not taken & span:
                best.append((unit,))
                break
        else:
            best.append(_NO_UNITS)
    return best


def _units_free(units: Sequence[Unit], masks: Sequence[int], start: int, taken: int) -> tuple[Unit, ...]:
    """Return the units of which no table is busy for `taken` minutes from `start`."""
    span = ((1 << taken) - 1) << start
    busy = 0
    for index, mask in enumerate(masks):
        if mask & span:
            busy |= 1 << index
    return tuple(unit for unit in units if not unit.tables_bits & busy)
