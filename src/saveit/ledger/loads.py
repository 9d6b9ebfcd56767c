"""Counters have two names: seating counts by minutes and service numbers, the database by instants, which outlive new hours."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from saveit.ledger.model import CountRow, LoadRow
from saveit.seating import Claim, DatePlan, Load, LoadKey

_MINUTE = timedelta(minutes=1)
_encoder = msgspec.json.Encoder()


def load_rows(plan: DatePlan, claims: Iterable[Claim], party_size: int) -> str:
    """Return what a party is counted in, as the JSON that the ledger takes, sorted as its rows are locked."""
    rows = [
        LoadRow(
            kind=claim.key[0],
            counted_at=_instant(plan, claim.key),
            parties=1,
            covers=party_size,
            parties_max=claim.parties_max,
            covers_max=claim.covers_max,
        )
        for claim in claims
    ]
    if not rows:
        return "[]"
    rows.sort(key=lambda row: (row.kind, row.counted_at))
    return _encoder.encode(rows).decode()


def load_keys(plan: DatePlan, loads: str) -> tuple[LoadKey, ...]:
    """Return seating's keys of what an act says it is counted in."""
    rows = msgspec.json.decode(loads, type=list[LoadRow])
    return tuple(
        counted(
            plan, (CountRow(plan.origin_at.date(), row.kind, row.counted_at, 1, row.covers) for row in rows)
        )
    )


def counted(plan: DatePlan, rows: Iterable[CountRow]) -> Mapping[LoadKey, Load]:
    """Return a day's counters under seating's keys; one whose service no longer exists has no key and counts for nothing."""
    opens = {service.window.opens_at: service.window.index for service in plan.services}
    found: dict[LoadKey, Load] = {}
    for row in rows:
        if row.kind == "pacing":
            key = (row.kind, (row.counted_at - plan.origin_at) // _MINUTE)
        elif row.counted_at in opens:
            key = (row.kind, opens[row.counted_at])
        else:
            continue
        found[key] = Load(row.parties, row.covers)
    return found


def _instant(plan: DatePlan, key: LoadKey) -> datetime:
    kind, place = key
    if kind == "pacing":
        return plan.origin_at + place * _MINUTE
    return plan.services[place].window.opens_at
