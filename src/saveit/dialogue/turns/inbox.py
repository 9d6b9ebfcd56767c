"""The gateway's inbox, as turns take from it."""

from collections.abc import Sequence
from datetime import timedelta

from saveit.dialogue.turns.model import Delivered, LineOf
from saveit.gateway import ClaimedEvent, Gateway, behind, claim, delay, finish, put_off
from saveit.kernel.db import Transaction
from saveit.messages import Envelope


class GatewayInbox:
    """Hands out what the front door kept, and gives back or finishes what was taken."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._claimed: dict[object, ClaimedEvent] = {}

    async def claim(self, events_max: int) -> Sequence[Delivered]:
        """Return the next events, in the order in which they came, at most one of each sender."""
        found = await claim(self._gateway, events_max=events_max)
        self._claimed |= {event.inbox_id: event for event in found}
        return [_delivered(event) for event in found]

    async def behind(self, event: Delivered) -> Sequence[Envelope]:
        """Return what waits behind an event of the same sender, the oldest first."""
        return await behind(self._gateway, self._claimed[event.inbox_id])

    async def finish(self, tx: Transaction, event: Delivered) -> None:
        """Note that an event was taken. Refuses: ClaimLost."""
        await finish(tx, self._claimed[event.inbox_id], now=self._gateway.clock.now())
        tx.after_commit(lambda: self._forget(event))

    async def delay(self, tx: Transaction, event: Delivered, why: str) -> None:
        """Give an event back, to be tried after a wait that doubles; the sixth time it is parked. Refuses: ClaimLost."""
        await delay(tx, self._claimed[event.inbox_id], why, now=self._gateway.clock.now())
        tx.after_commit(lambda: self._forget(event))

    async def put_off(self, tx: Transaction, event: Delivered, wait: timedelta) -> None:
        """Give back an event whose sound is not heard yet. Refuses: ClaimLost."""
        await put_off(tx, self._claimed[event.inbox_id], due_at=self._gateway.clock.now() + wait)
        tx.after_commit(lambda: self._forget(event))

    def _forget(self, event: Delivered) -> None:
        self._claimed.pop(event.inbox_id, None)


def _delivered(event: ClaimedEvent) -> Delivered:
    line = event.route.line
    return Delivered(
        tenant_id=event.tenant_id,
        inbox_id=event.inbox_id,
        line=LineOf(
            id=line.id,
            channel=line.channel,
            account=line.account,
            restaurant_id=line.restaurant_id,
            advisor_id=line.advisor_id,
            language=line.language,
        ),
        envelope=event.envelope,
        received_at=event.received_at,
        trace_id=event.trace_id,
        attempt=event.claim,
        credentials=event.route.credentials,
        is_followed=event.is_followed,
    )
