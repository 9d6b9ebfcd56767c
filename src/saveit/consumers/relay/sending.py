"""Facts out to a restaurant's own systems: planned with the cursor, sent beside it, repeated for three days.

A webhook may arrive twice, unlike a message to a guest: its id stays the same, and the standard has the receiver go by it. So a delivery
whose sender died is simply made again.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from msgspec import Raw

from saveit.consumers.relay import store
from saveit.consumers.relay.actions import opened_secrets
from saveit.consumers.relay.model import RETRIES_S, signed_headers
from saveit.consumers.relay.store import DueRow
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Actor, Database, Transaction
from saveit.kernel.errors import Fault
from saveit.kernel.http import AnswerLost, HttpClient, NotSent
from saveit.kernel.ids import TenantId
from saveit.kernel.observe import logger, metrics
from saveit.kernel.waiting import wait_for
from saveit.outbox import Consumer, RecordedFact

_log = logger("relay")
_ACTOR = Actor("system", "relay", "internal")
_TIMEOUT_S = 15.0
_LEASE = timedelta(seconds=60)
_AT_ONCE_MAX = 16
_ANSWER_LENGTH_MAX = 200
_ANSWER_OCTETS_MAX = 65_536
_GONE, _OK = 410, range(200, 300)
# A day's figures, and what a restaurant's own system has to know of; what messages say to guests is not its business.
KINDS = frozenset(
    (
        "reservation.created",
        "reservation.confirmed",
        "reservation.modified",
        "reservation.moved",
        "reservation.extended",
        "reservation.checked_in",
        "reservation.completed",
        "reservation.cancelled",
        "reservation.no_show",
        "reservation.running_late",
        "reservation.check_in_undone",
        "reservation.completion_undone",
        "reservation.no_show_undone",
        "reservation.cancellation_undone",
        "waitlist.joined",
        "waitlist.offered",
        "waitlist.booked",
        "waitlist.passed",
        "waitlist.left",
        "availability.changed",
        "qr.validated",
    )
)


class Sealers(Protocol):
    """Who knows each tenant's key."""

    async def sealer(self, source: Database | Transaction, tenant_id: TenantId) -> Sealer:
        """Return the tenant's sealer."""
        ...


class _Payload(msgspec.Struct, frozen=True):
    """The body, as Standard Webhooks has it: what, when, and the data."""

    type: str
    timestamp: datetime
    data: dict[str, object]


_encoder = msgspec.json.Encoder()


def relay_consumer(clock: Clock, *, wake: Callable[[], None]) -> Consumer:
    """Return the consumer that plans a fact for every endpoint that wants it, in the transaction that moves its cursor."""

    async def ahead(tx: Transaction, facts: Sequence[RecordedFact]) -> int:
        listeners = await store.list_listeners(tx, {fact.tenant_id for fact in facts})
        wanted = [(fact, _body(fact)) for fact in facts if fact.tenant_id in listeners]
        if wanted and await store.plan_deliveries(tx, wanted, now=clock.now()):
            tx.after_commit(wake)
        return len(facts)

    async def handle(tx: Transaction, fact: RecordedFact) -> None:
        await ahead(tx, [fact])

    return Consumer(name="relay", kinds=KINDS, handle=handle, ahead=ahead, since="now")


class Relay:
    """Sends what is planned until it is closed; made to run in many processes at once."""

    def __init__(
        self, database: Database, clock: Clock, *, sealers: Sealers, http: HttpClient, poll_s: float = 1.0
    ) -> None:
        self._database = database
        self._clock = clock
        self._sealers = sealers
        self._http = http
        self._poll_s = poll_s
        self._woken = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def close(self) -> None:
        """Let `run` return once what is under way was settled."""
        self._closing = True
        self._woken.set()

    async def run(self) -> None:
        """Send until `close` is called. A lost database is logged and tried again."""
        while not self._closing:
            try:
                sent = await self.step()
            except Fault as error:
                _log.warning("relay.waits", error=type(error).__name__)
                sent = 0
            if not sent:
                await wait_for(self._woken, within_s=self._poll_s)
                self._woken.clear()

    async def step(self) -> int:
        """Send what is due now, at most a batch, and return how many."""
        now = self._clock.now()
        async with self._database.ledger(_ACTOR) as tx:
            due = await store.claim_deliveries(tx, now=now, lease_until=now + _LEASE, rows_max=_AT_ONCE_MAX)
        await asyncio.gather(*(self._send(each) for each in due))
        return len(due)

    async def _send(self, due: DueRow) -> None:
        answer, status = await self._answer(due)
        now = self._clock.now()
        metrics.webhooks_sent.labels(outcome="delivered" if status in _OK else "failed").inc()
        async with self._database.ledger(_ACTOR) as tx:
            if status in _OK:
                await store.settle_delivery(
                    tx, due, status="delivered", due_at=now, last_answer=answer, now=now
                )
            elif status == _GONE or not due.active:
                await store.stop_endpoint(tx, due, why="410 Gone" if status == _GONE else "off", now=now)
                await store.settle_delivery(tx, due, status="failed", due_at=now, last_answer=answer, now=now)
                _log.warning("endpoint.stopped", endpoint_id=str(due.endpoint_id), status=status)
            elif due.attempts > len(RETRIES_S):
                await store.settle_delivery(tx, due, status="failed", due_at=now, last_answer=answer, now=now)
                _log.error("webhook.given_up", endpoint_id=str(due.endpoint_id), attempts=due.attempts)
            else:
                due_at = now + timedelta(seconds=RETRIES_S[due.attempts - 1])
                await store.settle_delivery(
                    tx, due, status="waiting", due_at=due_at, last_answer=answer, now=now
                )

    async def _answer(self, due: DueRow) -> tuple[str, int]:
        """Call the endpoint and return what it said, with a status of 0 where it said nothing. A redirect is no success."""
        if not due.active:
            return "endpoint is off", 0
        sealer = await self._sealers.sealer(self._database, due.tenant_id)
        try:
            secrets = opened_secrets(sealer, due.endpoint_id, due.secrets_sealed)
        except Unreadable:
            return "secret is unreadable", 0
        headers = signed_headers(f"msg_{due.delivery_id.hex}", due.body, secrets, self._clock.now())
        try:
            answer = await self._http.call(
                "POST",
                due.url,
                headers=headers,
                body=due.body,
                timeout_s=_TIMEOUT_S,
                octets_max=_ANSWER_OCTETS_MAX,
            )
        except (NotSent, AnswerLost) as error:
            return f"{type(error).__name__}: {error}"[:_ANSWER_LENGTH_MAX], 0
        return str(answer.status), answer.status


def _body(fact: RecordedFact) -> bytes:
    data: dict[str, object] = {
        "fact_id": fact.fact_id,
        "version": fact.version,
        "restaurant_id": fact.restaurant_id,
        "subject_kind": fact.subject_kind,
        "subject_id": fact.subject_id,
        "service_on": fact.service_on,
        "channel": fact.channel,
        "body": Raw(fact.body.encode()),
    }
    return _encoder.encode(_Payload(fact.kind, fact.at, data))
