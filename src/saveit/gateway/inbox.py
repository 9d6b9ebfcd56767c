"""Taking events out of the inbox: claimed in order, finished in the transaction of what they led to, or put where a person sees them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from saveit.advisors import LineUnreadable
from saveit.gateway import store
from saveit.gateway.model import ClaimedEvent, ClaimLost, EventLine, EventUnknown, ParkedEvent, Quarantined
from saveit.gateway.receiving import Gateway
from saveit.gateway.sealing import open_envelope
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Actor, Collision, ConstraintBroken, Transaction
from saveit.kernel.ids import LineId, TenantId
from saveit.kernel.observe import logger, metrics
from saveit.messages import Envelope

_log = logger("gateway")
_ACTOR = Actor("system", "gateway", "internal")

ATTEMPTS_MAX = 6
"""With the waits between them a minute: a restart of a neighbour is over by then, a bug is not."""

PAGE_LENGTH_MAX = 200
# Longer than a turn takes with everything it asks of others, shorter than a guest's patience with a process that died.
_LEASE = timedelta(seconds=60)
_EVENTS_MAX = 20
_CLAIMS_MAX = 5
_WAIT_FIRST = timedelta(seconds=2)
_ERROR_LENGTH_MAX = 200
# Providers deliver again for up to seven days (Meta); until then the row is what knows that it was taken.
_DONE_KEPT = timedelta(days=8)
_PARKED_KEPT = timedelta(days=30)
_QUARANTINE_KEPT = timedelta(days=30)


async def claim(
    gateway: Gateway, *, events_max: int = _EVENTS_MAX, lease: timedelta = _LEASE
) -> list[ClaimedEvent]:
    """Take the next events, in the order in which they came and at most one of each sender, for as long as the lease.

    An event that was taken six times and never given back is parked, and so is one that cannot be opened.

    Raises: DatabaseUnreachable.
    """
    now = gateway.clock.now()
    rows = await _claimed_rows(gateway, events_max=events_max, now=now, until=now + lease)
    claimed: list[ClaimedEvent] = []
    for row in sorted(rows, key=lambda row: row.position):
        try:
            route = await gateway.lines.by_id(row.line_id)
            sealer = await gateway.keys.sealer(gateway.database, row.tenant_id)
            envelope = open_envelope(row.envelope_sealed, row.inbox_id, sealer)
        except (Unreadable, LineUnreadable) as error:
            await _park_unopened(gateway, row, type(error).__name__)
            continue
        if route is None:
            await _park_unopened(gateway, row, "line_unknown")
            continue
        claimed.append(
            ClaimedEvent(
                tenant_id=row.tenant_id,
                inbox_id=row.inbox_id,
                claim=row.attempts,
                route=route,
                envelope=envelope,
                received_at=row.received_at,
                trace_id=row.trace_id,
                position=row.position,
                sender_index=row.sender_index,
                is_followed=row.is_followed,
            )
        )
    return claimed


async def behind(gateway: Gateway, event: ClaimedEvent) -> list[Envelope]:
    """Return what waits behind an event of the same sender, the oldest first; what cannot be opened is left out, and parked in its turn."""
    sealer = await gateway.keys.sealer(gateway.database, event.tenant_id)
    async with gateway.database.ledger(_ACTOR) as tx:
        rows = await store.events_behind(
            tx,
            event.tenant_id,
            event.route.line.id,
            sender_index=event.sender_index,
            position=event.position,
        )
    found: list[Envelope] = []
    for row in rows:
        with suppress(Unreadable):
            found.append(open_envelope(row.envelope_sealed, row.inbox_id, sealer))
    return found


async def finish(tx: Transaction, event: ClaimedEvent, *, now: datetime) -> None:
    """Note that the event was taken, in the transaction of everything it led to.

    Refuses: ClaimLost, when somebody else has it: that transaction must then be undone.
    """
    if not await store.finish_event(tx, event.inbox_id, event.claim, now):
        raise ClaimLost(inbox_id=str(event.inbox_id))


async def park(tx: Transaction, event: ClaimedEvent, why: str, *, now: datetime) -> None:
    """Put the event aside for a person; the next of its sender goes on. `why` names the failure and no guest. Refuses: ClaimLost."""
    if not await store.park_event(tx, event.inbox_id, event.claim, error=why[:_ERROR_LENGTH_MAX], now=now):
        raise ClaimLost(inbox_id=str(event.inbox_id))
    _log.error("event.parked", inbox_id=str(event.inbox_id), error=why[:_ERROR_LENGTH_MAX])


async def delay(tx: Transaction, event: ClaimedEvent, why: str, *, now: datetime) -> bool:
    """Give the event back, to be taken again after a wait that doubles; after six attempts it is parked, which is then said.

    Those of its sender wait behind it. Refuses: ClaimLost.
    """
    if event.claim >= ATTEMPTS_MAX:
        await park(tx, event, why, now=now)
        return True
    due_at = now + _WAIT_FIRST * 2 ** (event.claim - 1)
    given_back = await store.delay_event(
        tx, event.inbox_id, event.claim, error=why[:_ERROR_LENGTH_MAX], due_at=due_at
    )
    if not given_back:
        raise ClaimLost(inbox_id=str(event.inbox_id))
    return False


async def put_off(tx: Transaction, event: ClaimedEvent, *, due_at: datetime) -> None:
    """Give back an event that waits for something of its own, to be taken again then; those of its sender wait behind it.

    Nothing failed, so it is not counted: whoever does this bounds it. Refuses: ClaimLost.
    """
    if not await store.put_off_event(tx, event.inbox_id, event.claim, due_at):
        raise ClaimLost(inbox_id=str(event.inbox_id))


async def hold(tx: Transaction, event: ClaimedEvent, *, now: datetime, lease: timedelta = _LEASE) -> None:
    """Keep the claim for another lease. Refuses: ClaimLost."""
    if not await store.hold_event(tx, event.inbox_id, event.claim, now + lease):
        raise ClaimLost(inbox_id=str(event.inbox_id))


async def list_parked(
    tx: Transaction,
    *,
    line_id: LineId | None = None,
    after: int | None = None,
    limit: int = PAGE_LENGTH_MAX,
) -> list[ParkedEvent]:
    """Return what a person must look at, the oldest first, after a position; at most 200 at once."""
    return await store.list_parked(tx, line_id=line_id, after=after, limit=min(limit, PAGE_LENGTH_MAX))


async def find_event_line(tx: Transaction, inbox_id: UUID) -> EventLine | None:
    """Return by which line one of the tenant's events came, or None."""
    return await store.line_of_event(tx, inbox_id)


async def replay(tx: Transaction, inbox_id: UUID, *, now: datetime) -> None:
    """Let a parked event be taken again. Refuses: EventUnknown, also when it is not parked."""
    if not await store.replay_event(tx, inbox_id, now):
        raise EventUnknown(inbox_id=str(inbox_id))


async def discard(tx: Transaction, inbox_id: UUID, *, now: datetime) -> None:
    """Let a parked event rest; delivered again within a week, it is known. Refuses: EventUnknown, also when it is not parked."""
    if not await store.discard_event(tx, inbox_id, now):
        raise EventUnknown(inbox_id=str(inbox_id))
    _log.warning("event.discarded", inbox_id=str(inbox_id), by=str(tx.actor))


async def open_parked(tx: Transaction, sealer: Sealer, inbox_id: UUID) -> tuple[ParkedEvent, Envelope | None]:
    """Return a parked event and what came; None where that cannot be opened. Refuses: EventUnknown."""
    row = await store.parked_event(tx, inbox_id)
    if row is None:
        raise EventUnknown(inbox_id=str(inbox_id))
    event = ParkedEvent(
        id=row.id,
        line_id=row.line_id,
        position=row.position,
        received_at=row.received_at,
        attempts=row.attempts,
        error=row.error,
        parked_at=row.parked_at,
    )
    try:
        return event, open_envelope(row.envelope_sealed, row.id, sealer)
    except Unreadable:
        return event, None


async def list_quarantine(
    tx: Transaction, tenant_id: TenantId | None, *, limit: int = PAGE_LENGTH_MAX
) -> Sequence[Quarantined]:
    """Return where something came for nobody, the latest first: in the ledger's transaction and without a tenant all of it."""
    return await store.list_quarantine(tx, tenant_id, min(limit, PAGE_LENGTH_MAX))


async def measure_inbox(ledger_tx: Transaction, *, now: datetime) -> int:
    """Set the metrics of how the inbox stands, and return how many events wait."""
    state = await store.inbox_state(ledger_tx, now)
    metrics.inbox_lag_s.set(max(0.0, state.lag_s))
    metrics.inbox_parked.set(state.parked)
    return state.waiting


async def forget_old_events(ledger_tx: Transaction, now: datetime, rows_max: int) -> int:
    """Remove what was taken over a week ago, and what was parked or quarantined over a month ago; return how many rows."""
    events = await store.forget_events(
        ledger_tx, done_before=now - _DONE_KEPT, parked_before=now - _PARKED_KEPT, rows_max=rows_max
    )
    strangers = await store.forget_quarantine(ledger_tx, before=now - _QUARANTINE_KEPT, rows_max=rows_max)
    return events + strangers


async def _claimed_rows(
    gateway: Gateway, *, events_max: int, now: datetime, until: datetime
) -> list[store.EventRow]:
    for attempt in range(1, _CLAIMS_MAX + 1):
        try:
            async with gateway.database.ledger(_ACTOR) as tx:
                await store.park_exhausted(tx, attempts_max=ATTEMPTS_MAX, now=now)
                return await store.claim_events(tx, events_max=events_max, now=now, until=until)
        except (ConstraintBroken, Collision) as error:
            # Two workers reached for events of one sender, of which one had only just been committed. The next look sees both.
            if isinstance(error, ConstraintBroken) and error.constraint != "one_event_of_a_sender_at_a_time":
                raise
            metrics.retries.labels(act="claim", reason="collision").inc()
            if attempt == _CLAIMS_MAX:
                return []
    raise AssertionError


async def _park_unopened(gateway: Gateway, row: store.EventRow, why: str) -> None:
    now = gateway.clock.now()
    async with gateway.database.ledger(_ACTOR) as tx:
        # Over all tenants no transaction has one, so the row says whose it is.
        await store.park_unopened(tx, row.tenant_id, row.inbox_id, claim=row.attempts, error=why, now=now)
    _log.error("event.parked", inbox_id=str(row.inbox_id), error=why)
