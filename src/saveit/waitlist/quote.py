"""How long a waiting party is told it will wait. Pure.

The rule is simple enough to be explained at the door: list the instants at which a table that fits the party falls free, from the later of
now and its earliest wished start on; the party at place p gets the p-th of them. A table that is free all along falls free at once. Parties
ahead are all counted, also those that want other tables, so the quote errs on the long side; nothing is learned from the past.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from saveit.seating import Floor, Stay


def quoted_wait(
    floor: Floor,
    stays: Iterable[Stay],
    *,
    party_size: int,
    place: int,
    earliest_at: datetime,
    latest_at: datetime,
    now: datetime,
) -> timedelta | None:
    """Return the wait from the later of `now` and `earliest_at`; None when fewer than `place` tables fall free by `latest_at`."""
    from_at = max(now, earliest_at)
    fitting = {
        unit.table_ids[0]
        for unit in floor.units_for(party_size, online_only=False)
        if unit.combination_id is None
    }
    free_at = dict.fromkeys(fitting, from_at)
    for stay in sorted(stays, key=lambda each: each.starts_at):
        if stay.expires_at is not None and stay.expires_at <= now:
            continue
        for table_id in stay.table_ids:
            # A stay that begins after the table is free leaves a gap; short gaps are overlooked on purpose.
            if table_id in free_at and stay.starts_at <= free_at[table_id] < stay.ends_at:
                free_at[table_id] = stay.ends_at
    in_order = sorted(instant for instant in free_at.values() if instant <= latest_at)
    return in_order[place - 1] - from_at if place <= len(in_order) else None
