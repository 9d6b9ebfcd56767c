"""The typed hand that runs queries.sql."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import RestaurantId, TenantId


class TalkRow(msgspec.Struct, frozen=True):
    """A conversation that was about this restaurant and day."""

    conversation_id: UUID
    channel: str
    address_sealed: bytes
    line_id: UUID
    language: str
    person_id: UUID | None
    last_inbound_at: datetime | None
    ai_attention: bool


class ToldRow(msgspec.Struct, frozen=True):
    """A time that a conversation was just told is gone."""

    slot: str


class NumberRow(msgspec.Struct, frozen=True):
    """Which of a list, from 1, or none."""

    number: int | None


_STATEMENTS = load_statements("saveit.consumers.news")
_TALKING_ABOUT = _STATEMENTS.query("talking_about", TalkRow)
_FIRST_TALKED_ABOUT = _STATEMENTS.query("first_talked_about", NumberRow)
_NOTE_TOLD = _STATEMENTS.query("note_told", ToldRow)
_FORGET_NEWS = _STATEMENTS.command("forget_news")


async def talking_about(
    ledger_tx: Transaction,
    tenant_id: TenantId,
    restaurant_id: RestaurantId,
    service_on: date,
    *,
    since: datetime,
    person_id: UUID | None,
) -> list[TalkRow]:
    """Return who spoke of this restaurant and day a moment ago."""
    return await ledger_tx.many(
        _TALKING_ABOUT,
        tenant_id=tenant_id,
        restaurant_id=str(restaurant_id),
        service_on=service_on.isoformat(),
        since=since,
        person_id=person_id,
    )


async def first_talked_about(
    ledger_tx: Transaction, days: Sequence[tuple[TenantId, RestaurantId, date]], *, since: datetime
) -> int | None:
    """Return the place in the list of the first restaurant's day that somebody spoke of a moment ago, or None."""
    row = await ledger_tx.one(
        _FIRST_TALKED_ABOUT,
        tenant_ids=[tenant_id for tenant_id, _, _ in days],
        restaurant_ids=[str(restaurant_id) for _, restaurant_id, _ in days],
        service_ons=[service_on.isoformat() for _, _, service_on in days],
        since=since,
    )
    return None if row.number is None else row.number - 1


async def note_told(
    ledger_tx: Transaction,
    tenant_id: TenantId,
    conversation_id: UUID,
    *,
    restaurant_id: RestaurantId,
    service_on: date,
    slot: str,
    now: datetime,
) -> bool:
    """Note that a conversation is told of a time; False when it was before."""
    row = await ledger_tx.maybe(
        _NOTE_TOLD,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        restaurant_id=restaurant_id,
        service_on=service_on,
        slot=slot,
        now=now,
    )
    return row is not None


async def forget_news(ledger_tx: Transaction, before: datetime) -> int:
    """Remove what was told of days that are over."""
    return await ledger_tx.run(_FORGET_NEWS, before=before)
