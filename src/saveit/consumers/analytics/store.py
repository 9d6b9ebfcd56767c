"""The typed hand that runs queries.sql."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from saveit.consumers.analytics.model import CountedRow
from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import AdvisorId, RestaurantId


class WaitingRow(msgspec.Struct, frozen=True):
    """What became of who waited."""

    joined: int
    offered: int
    booked: int
    passed: int
    gone: int


class TalksRow(msgspec.Struct, frozen=True):
    """How far a part of the talks came."""

    part: Literal["all", "channel", "advisor"]
    channel: str | None
    advisor_id: AdvisorId | None
    conversations: int
    offered: int
    booked: int
    handed_over: int
    answered: int
    response_median_s: float | None
    response_p90_s: float | None


_STATEMENTS = load_statements("saveit.consumers.analytics")
_KEEP_RESERVATION = _STATEMENTS.command("keep_reservation")
_NOTE_WAITING = _STATEMENTS.command("note_waiting")
_GO_ON = _STATEMENTS.command("go_on")
_OPEN_TALK = _STATEMENTS.command("open_talk")
_NOTE_STEP = _STATEMENTS.command("note_step")
_KEEP_TALK_BOOKING = _STATEMENTS.command("keep_talk_booking")
_COUNT_RESERVATIONS = _STATEMENTS.query("count_reservations", CountedRow)
_COUNT_WAITING = _STATEMENTS.query("count_waiting", WaitingRow)
_COUNT_TALKS = _STATEMENTS.query("count_talks", TalksRow)
_FORGET = tuple(
    _STATEMENTS.command(name)
    for name in ("forget_reservations", "forget_waiting", "forget_talks", "forget_talk_bookings")
)


async def keep_reservation(ledger_tx: Transaction, **columns: object) -> None:
    """Write what a reservation is now, by the names of its columns."""
    await ledger_tx.run(_KEEP_RESERVATION, **columns)


async def note_waiting(
    ledger_tx: Transaction, tenant_id: UUID, restaurant_id: UUID, service_on: date, *, became: str
) -> None:
    """Count one more that has become this."""
    counted = {name: int(name == became) for name in ("joined", "offered", "booked", "passed", "gone")}
    await ledger_tx.run(
        _NOTE_WAITING, tenant_id=tenant_id, restaurant_id=restaurant_id, service_on=service_on, **counted
    )


async def note_inbound(
    ledger_tx: Transaction,
    tenant_id: UUID,
    conversation_id: UUID,
    at: datetime,
    *,
    channel: str,
    line_id: UUID,
    advisor_id: UUID | None,
) -> None:
    """Note that a guest has written: in the talk under way, or in a new one."""
    if not await ledger_tx.run(_GO_ON, tenant_id=tenant_id, conversation_id=conversation_id, at=at):
        await ledger_tx.run(
            _OPEN_TALK,
            tenant_id=tenant_id,
            conversation_id=conversation_id,
            at=at,
            channel=channel,
            line_id=line_id,
            advisor_id=advisor_id,
        )


async def note_step(  # noqa: PLR0917 - where, when and what.
    ledger_tx: Transaction,
    tenant_id: UUID,
    conversation_id: UUID,
    at: datetime,
    step: Literal["replied", "offered", "booked", "handed_over"],
    *,
    restaurant_id: UUID | None = None,
) -> None:
    """Note how far the talk under way came."""
    await ledger_tx.run(
        _NOTE_STEP,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        at=at,
        step=step,
        restaurant_id=restaurant_id,
    )


async def keep_talk_booking(  # noqa: PLR0917 - the columns of a row.
    ledger_tx: Transaction,
    tenant_id: UUID,
    reservation_id: UUID,
    conversation_id: UUID,
    channel: str,
    advisor_id: UUID | None,
) -> None:
    """Write down by whose talk a reservation came."""
    await ledger_tx.run(
        _KEEP_TALK_BOOKING,
        tenant_id=tenant_id,
        reservation_id=reservation_id,
        conversation_id=conversation_id,
        channel=channel,
        advisor_id=advisor_id,
    )


async def count_reservations(
    tx: Transaction,
    restaurant_ids: Sequence[RestaurantId],
    *,
    from_on: date,
    to_on: date,
    advisor_id: AdvisorId | None,
) -> list[CountedRow]:
    """Return what became of the reservations."""
    return await tx.many(
        _COUNT_RESERVATIONS,
        tenant_id=tx.tenant_id,
        restaurant_ids=list(restaurant_ids),
        from_on=from_on,
        to_on=to_on,
        advisor_id=advisor_id,
    )


async def count_waiting(
    tx: Transaction, restaurant_ids: Sequence[RestaurantId], *, from_on: date, to_on: date
) -> WaitingRow:
    """Return what became of who waited."""
    return await tx.one(
        _COUNT_WAITING,
        tenant_id=tx.tenant_id,
        restaurant_ids=list(restaurant_ids),
        from_on=from_on,
        to_on=to_on,
    )


async def count_talks(
    tx: Transaction,
    restaurant_ids: Sequence[RestaurantId],
    *,
    from_on: date,
    to_on: date,
    timezone: str,
    of_the_house: bool,
    advisor_id: AdvisorId | None,
) -> list[TalksRow]:
    """Return how far the talks came."""
    return await tx.many(
        _COUNT_TALKS,
        tenant_id=tx.tenant_id,
        restaurant_ids=list(restaurant_ids),
        from_on=from_on,
        to_on=to_on,
        timezone=timezone,
        of_the_house=of_the_house,
        advisor_id=advisor_id,
    )


async def forget(ledger_tx: Transaction) -> None:
    """Empty the figures of all tenants."""
    for command in _FORGET:
        await ledger_tx.run(command)
