"""The jobs of the core, and how often each runs.

Each looks across tenants as the ledger, locking nothing, and then does each act in a transaction of its tenant, which locks the row and
asks again whether it is due. So the looking may be late or double, and the doing is not.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from saveit.kernel.db import Actor, Transaction
from saveit.kernel.errors import Fault, Refusal
from saveit.kernel.ids import HoldId, ReservationId
from saveit.kernel.observe import logger, metrics
from saveit.reservations import (
    Desk,
    DueRow,
    ReminderRow,
    cancel_when_unconfirmed,
    complete_when_forgotten,
    expire_hold,
    find_double_bookings,
    forget_what_is_over,
    forgotten_due,
    holds_due,
    mark_no_show_when_due,
    no_shows_due,
    remind,
    reminders_due,
    unconfirmed_due,
)
from saveit.timers import store
from saveit.timers.model import Job
from saveit.waitlist import days_to_promote, forget_old_entries, promote

_log = logger("timers")
_ACTOR = Actor("system", "timers", "internal")
_Row = TypeVar("_Row", DueRow, ReminderRow)

# Acts of one run: some seconds' work, so that a backlog after an outage is worked off in minutes and nothing else waits long.
_ACTS_MAX = 200
# More rows than this that fail in one run are somebody's trouble for a person to look at; the next run tries again.
_LOOKED_AT_MAX = 2000
# Rows removed in one transaction: a fraction of a second, and locks that nobody meets.
_ROWS_MAX = 2000
_REMOVALS_MAX = 20
# A restaurant takes bookings for a year ahead at most; two months more let this job fail for weeks before anybody notices.
_MONTHS_AHEAD = 14
_DAY = timedelta(days=1)
_PAIRS_MAX = 100


def core_jobs(desk: Desk) -> tuple[Job, ...]:
    """Return every job of the core. Consumers bring theirs to the composition root, which schedules them beside these."""

    def job(name: str, cron: str, run: Callable[[Desk], Awaitable[int]]) -> Job:
        return Job(name, cron, lambda: run(desk))

    return (
        job("holds", "* * * * * */5", expire_holds),
        job("no_shows", "* * * * * 0", mark_no_shows),
        job("unconfirmed", "* * * * * 10", cancel_unconfirmed),
        job("reminders", "* * * * * 20", tell_reminders),
        job("waitlist", "* * * * * 30", promote_waiting),
        job("double_bookings", "*/5 * * * * 40", detect_double_bookings),
        job("forgotten", "7 * * * *", complete_forgotten),
        job("retention", "17 * * * *", forget_old_rows),
        job("partitions", "27 * * * *", make_months),
        job("statistics", "37 4 * * *", gather_statistics),
    )


async def expire_holds(desk: Desk) -> int:
    """End holds whose time is over: their tables are free again and their counts given back."""
    return await _work_off(desk, "holds", holds_due, lambda tx, due: expire_hold(desk, tx, HoldId(due.id)))


async def mark_no_shows(desk: Desk) -> int:
    """Note that parties did not come, once their own terms have run out."""
    return await _work_off(
        desk,
        "no_shows",
        no_shows_due,
        lambda tx, due: mark_no_show_when_due(desk, tx, ReservationId(due.id)),
    )


async def cancel_unconfirmed(desk: Desk) -> int:
    """Give up bookings that nobody confirmed in time."""
    return await _work_off(
        desk,
        "unconfirmed",
        unconfirmed_due,
        lambda tx, due: cancel_when_unconfirmed(desk, tx, ReservationId(due.id)),
    )


async def complete_forgotten(desk: Desk) -> int:
    """Note that parties have left that nobody has seen out for half a day."""
    return await _work_off(
        desk,
        "forgotten",
        forgotten_due,
        lambda tx, due: complete_when_forgotten(desk, tx, ReservationId(due.id)),
    )


async def tell_reminders(desk: Desk) -> int:
    """Tell which reminders are due, each once; who delivers them reads the facts."""
    return await _work_off(desk, "reminders", reminders_due, lambda tx, reminder: remind(desk, tx, reminder))


async def promote_waiting(desk: Desk) -> int:
    """Promote every day on which somebody waits: the net below the consumer that does it at once."""
    async with desk.database.ledger(_ACTOR) as tx:
        days = await days_to_promote(tx, first_on=desk.now().date() - _DAY, rows_max=_ACTS_MAX)
    given = 0
    for day in days:
        try:
            done = await promote(desk, day.tenant_id, day.restaurant_id, day.service_on)
        except (Fault, Refusal) as error:
            _failed("waitlist", error)
            continue
        given += len(done.seated) + len(done.offered) + len(done.passed)
    return _counted("waitlist", given)


async def detect_double_bookings(desk: Desk) -> int:
    """Look for what must not be, and say so loudly: the alarm that would go off if the constraint were lost."""
    async with desk.database.ledger(_ACTOR) as tx:
        pairs = await find_double_bookings(tx, desk.now().date() - _DAY, _PAIRS_MAX)
    metrics.double_bookings.set(len(pairs))
    for pair in pairs:
        _log.critical(
            "table.held_twice",
            tenant_id=str(pair.tenant_id),
            restaurant_id=str(pair.restaurant_id),
            table_id=str(pair.table_id),
            first_id=str(pair.first_id),
            second_id=str(pair.second_id),
        )
    return len(pairs)


async def forget_old_rows(desk: Desk) -> int:
    """Remove keys, holds, occupancy, counters, reminders and entries that serve nobody any more; facts and reservations stay."""

    async def remove(tx: Transaction) -> int:
        now = desk.now()
        return await forget_what_is_over(tx, now, _ROWS_MAX) + await forget_old_entries(tx, now, _ROWS_MAX)

    gone = 0
    for _ in range(_REMOVALS_MAX):
        async with desk.database.ledger(_ACTOR) as tx:
            removed = await remove(tx)
        gone += removed
        if removed < _ROWS_MAX:
            break
    return _counted("retention", gone)


async def make_months(desk: Desk) -> int:
    """Make the months ahead in which reservations and facts will lie, and the last one in case it is missing.

    Raises: TooSlow when the tables are too busy for the short lock this takes; the next run tries again.
    """
    last_month = (desk.now().date().replace(day=1) - _DAY).replace(day=1)
    async with desk.database.ledger(_ACTOR) as tx:
        done = await store.make_partitions(tx, last_month, _MONTHS_AHEAD + 2)
    metrics.default_partition_rows.set(done.strays)
    if done.moved or done.strays:
        _log.warning(
            "partitions.rows_outside", moved_count=done.moved, stray_count=done.strays, made_count=done.made
        )
    return _counted("partitions", done.made)


async def gather_statistics(desk: Desk) -> int:
    """Gather what the planner knows of the partitioned tables as wholes, which the server does not do by itself."""
    async with desk.database.ledger(_ACTOR) as tx:
        await store.analyze_partitioned(tx)
    return 1


async def _work_off(
    desk: Desk,
    job: str,
    look: Callable[[Transaction, datetime, int], Awaitable[list[_Row]]],
    act: Callable[[Transaction, _Row], Awaitable[bool]],
) -> int:
    """Do each act that is due in a transaction of its tenant.

    What fails is counted and goes on being due. It stays first in line, so the look is repeated past it: one customer whose rows cannot be
    worked on keeps nobody else waiting.
    """
    done, seen = 0, set[_Row]()
    while len(seen) < _LOOKED_AT_MAX:
        async with desk.database.ledger(_ACTOR) as ledger_tx:
            due = await look(ledger_tx, desk.now(), _ACTS_MAX + len(seen))
        unseen = [row for row in due if row not in seen]
        seen.update(unseen)
        acts = [await _one(desk, job, row, act) for row in unseen]
        done += sum(acted is True for acted in acts)
        if all(acted is not None for acted in acts):
            break
    return _counted(job, done)


async def _one(
    desk: Desk, job: str, row: _Row, act: Callable[[Transaction, _Row], Awaitable[bool]]
) -> bool | None:
    """Do one act and say whether it was still to be done; None when it failed."""
    try:
        async with desk.database.tenant(row.tenant_id, _ACTOR) as tx:
            return await act(tx, row)
    except Exception as error:  # noqa: BLE001 - the edge of one customer's act: another's must not wait for its mending.
        _failed(job, error)
        return None


def _failed(job: str, error: Exception) -> None:
    metrics.timer_acts.labels(job=job, outcome="failed").inc()
    expected = isinstance(error, (Fault, Refusal))
    _log.warning("act.failed", job=job, error=type(error).__name__, exc_info=None if expected else error)


def _counted(job: str, done: int) -> int:
    metrics.timer_acts.labels(job=job, outcome="done").inc(done)
    return done
