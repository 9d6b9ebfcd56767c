"""The consumer that keeps figures: what each fact says of a reservation, of who waits, and of a talk."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.consumers.analytics import store
from saveit.kernel.db import Transaction
from saveit.outbox import Consumer, RecordedFact

_OF_RESERVATIONS = frozenset(
    f"reservation.{verb}"
    for verb in (
        "created",
        "confirmed",
        "modified",
        "moved",
        "extended",
        "reseated",
        "seated_from_overbooking",
        "checked_in",
        "completed",
        "cancelled",
        "no_show",
        "check_in_undone",
        "completion_undone",
        "no_show_undone",
        "cancellation_undone",
    )
)
_OF_WAITING: Mapping[str, str] = {
    "waitlist.joined": "joined",
    "waitlist.offered": "offered",
    "waitlist.booked": "booked",
    "waitlist.passed": "passed",
    "waitlist.left": "gone",
}
_OF_TALKS = frozenset(
    (
        "message.received",
        "message.status_changed",
        "conversation.offered",
        "conversation.booked",
        "conversation.handed_over",
    )
)
# From here on a message is on its way to the guest.
_SENT = frozenset(("accepted", "sent", "delivered", "read"))


class _Told(msgspec.Struct, frozen=True):
    """The part of a reservation's state that figures are made of."""

    status: str
    starts_at: datetime
    leaves_at: datetime
    party_size: int
    source: str
    revision: int


class _Reservation(msgspec.Struct, frozen=True):
    after: _Told


class _Talk(msgspec.Struct, frozen=True):
    """A fact of a conversation or a message, whichever fields it has."""

    channel: str
    line_id: UUID
    conversation_id: UUID | None = None
    advisor_id: UUID | None = None
    reservation_id: UUID | None = None
    notice_id: UUID | None = None
    status: str = ""


_reservation = msgspec.json.Decoder(_Reservation)
_talk = msgspec.json.Decoder(_Talk)


def analytics_consumer() -> Consumer:
    """Return the consumer; its effects move with its cursor, so each fact counts once."""
    kinds = _OF_RESERVATIONS | frozenset(_OF_WAITING) | _OF_TALKS
    return Consumer(name="analytics", kinds=kinds, handle=_handle)


async def forget_figures(ledger_tx: Transaction) -> None:
    """Empty all figures, of all tenants: whoever calls this lets the consumer begin anew in the same transaction."""
    await store.forget(ledger_tx)


async def _handle(ledger_tx: Transaction, fact: RecordedFact) -> None:
    if fact.kind in _OF_RESERVATIONS:
        await _reservation_told(ledger_tx, fact)
    elif fact.kind in _OF_WAITING:
        assert fact.restaurant_id is not None, "a restaurant's queue"
        assert fact.service_on is not None, "of one day"
        await store.note_waiting(
            ledger_tx, fact.tenant_id, fact.restaurant_id, fact.service_on, became=_OF_WAITING[fact.kind]
        )
    else:
        await _talk_told(ledger_tx, fact)


async def _reservation_told(ledger_tx: Transaction, fact: RecordedFact) -> None:
    after = _reservation.decode(fact.body).after
    walked_in = fact.kind == "reservation.created" and after.status == "checked_in"
    await store.keep_reservation(
        ledger_tx,
        tenant_id=fact.tenant_id,
        reservation_id=fact.subject_id,
        restaurant_id=fact.restaurant_id,
        service_on=fact.service_on,
        starts_at=after.starts_at,
        leaves_at=after.leaves_at,
        party_size=after.party_size,
        status=after.status,
        source=after.source,
        revision=after.revision,
        seated_at=fact.at if walked_in or fact.kind == "reservation.checked_in" else None,
        left_at=fact.at if fact.kind == "reservation.completed" else None,
    )


async def _talk_told(ledger_tx: Transaction, fact: RecordedFact) -> None:
    told = _talk.decode(fact.body)
    conversation_id = fact.subject_id if fact.subject_kind == "conversation" else told.conversation_id
    if conversation_id is None:
        # A message taken down before facts told in which conversation.
        return
    tenant_id, at = fact.tenant_id, fact.at
    match fact.kind:
        case "message.received":
            await store.note_inbound(
                ledger_tx,
                tenant_id,
                conversation_id,
                at,
                channel=told.channel,
                line_id=told.line_id,
                advisor_id=told.advisor_id,
            )
        case "message.status_changed":
            # A notice is no answer: it goes out whether the guest has written or not.
            if told.status in _SENT and told.notice_id is None:
                await store.note_step(ledger_tx, tenant_id, conversation_id, at, "replied")
        case "conversation.handed_over":
            await store.note_step(ledger_tx, tenant_id, conversation_id, at, "handed_over")
        case "conversation.offered":
            await store.note_step(
                ledger_tx, tenant_id, conversation_id, at, "offered", restaurant_id=fact.restaurant_id
            )
        case _:
            await store.note_step(
                ledger_tx, tenant_id, conversation_id, at, "booked", restaurant_id=fact.restaurant_id
            )
            if told.reservation_id is not None:
                await store.keep_talk_booking(
                    ledger_tx, tenant_id, told.reservation_id, conversation_id, told.channel, told.advisor_id
                )
