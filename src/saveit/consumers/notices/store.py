"""The typed hand that runs queries.sql."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from saveit.consumers.notices.model import Template
from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import RestaurantId, TenantId
from saveit.outbox import RecordedFact


class TemplateRow(msgspec.Struct, frozen=True):
    """A restaurant's own words; `channel` is empty where they are for all."""

    kind: str
    language: str
    channel: str
    text: str
    subject: str
    provider_name: str
    provider_reference: str
    provider_parameters: list[str]
    revision: int

    @property
    def template(self) -> Template:
        """Return the words alone."""
        return Template(
            text=self.text,
            subject=self.subject,
            provider_name=self.provider_name,
            provider_reference=self.provider_reference,
            provider_parameters=tuple(self.provider_parameters),
        )


class NoticeIdRow(msgspec.Struct, frozen=True):
    """A notice that was written down."""

    notice_id: UUID


class NoticeRow(msgspec.Struct, frozen=True):
    """One message of a notice, and what became of it."""

    notice_id: UUID
    kind: str
    planned_at: datetime
    channel: str
    status: str
    error: str


class CountRow(msgspec.Struct, frozen=True):
    """A number of rows."""

    counted: int


_STATEMENTS = load_statements("saveit.consumers.notices")
_FIND_TEMPLATES = _STATEMENTS.query("find_templates", TemplateRow)
_LIST_TEMPLATES = _STATEMENTS.query("list_templates", TemplateRow)
_SAVE_TEMPLATE = _STATEMENTS.query("save_template", TemplateRow)
_SAVE_CHANNEL_TEMPLATE = _STATEMENTS.query("save_channel_template", TemplateRow)
_REMOVE_CHANNEL_TEMPLATE = _STATEMENTS.command("remove_channel_template")
_REMOVE_TEMPLATE = _STATEMENTS.command("remove_template")
_KEEP_NOTICE = _STATEMENTS.query("keep_notice", NoticeIdRow)
_PASS_OVER = _STATEMENTS.query("pass_over", CountRow)
_NOTICES_OF_SUBJECT = _STATEMENTS.query("notices_of_subject", NoticeRow)


async def find_templates(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, kind: str, *, language: str
) -> dict[str, Template]:
    """Return a restaurant's own words for a kind of notice, by channel; under "" those for all channels."""
    rows = await tx.many(
        _FIND_TEMPLATES, tenant_id=tenant_id, restaurant_id=restaurant_id, kind=kind, language=language
    )
    return {row.channel: row.template for row in rows}


async def list_templates(tx: Transaction, restaurant_id: RestaurantId) -> list[TemplateRow]:
    """Return all of a restaurant's own words."""
    return await tx.many(_LIST_TEMPLATES, tenant_id=tx.tenant_id, restaurant_id=restaurant_id)


async def save_template(
    tx: Transaction,
    restaurant_id: RestaurantId,
    kind: str,
    template: Template,
    *,
    language: str,
    channel: str = "",
    now: datetime,
) -> TemplateRow:
    """Replace a restaurant's words, for all channels or for one."""
    words: dict[str, object] = {
        "tenant_id": tx.tenant_id,
        "restaurant_id": restaurant_id,
        "kind": kind,
        "language": language,
        "text": template.text,
        "subject": template.subject,
        "provider_name": template.provider_name,
        "provider_reference": template.provider_reference,
        "provider_parameters": list(template.provider_parameters),
        "now": now,
    }
    if channel:
        return await tx.one(_SAVE_CHANNEL_TEMPLATE, **words, channel=channel)
    return await tx.one(_SAVE_TEMPLATE, **words)


async def remove_template(
    tx: Transaction, restaurant_id: RestaurantId, kind: str, *, language: str, channel: str = ""
) -> int:
    """Go back to our words, or for one channel to those for all."""
    whose = {
        "tenant_id": tx.tenant_id,
        "restaurant_id": restaurant_id,
        "kind": kind,
        "language": language,
    }
    if channel:
        return await tx.run(_REMOVE_CHANNEL_TEMPLATE, **whose, channel=channel)
    return await tx.run(_REMOVE_TEMPLATE, **whose)


async def keep_notice(  # noqa: PLR0913 - the columns of a notice.
    tx: Transaction,
    tenant_id: TenantId,
    *,
    notice_id: UUID,
    fact_id: UUID,
    kind: str,
    restaurant_id: RestaurantId,
    subject_id: UUID,
    person_id: UUID | None,
    reached: int,
    now: datetime,
) -> bool:
    """Write down that a fact is told of; False when it was before."""
    row = await tx.maybe(
        _KEEP_NOTICE,
        tenant_id=tenant_id,
        notice_id=notice_id,
        fact_id=fact_id,
        kind=kind,
        restaurant_id=restaurant_id,
        subject_id=subject_id,
        person_id=person_id,
        reached=reached,
        now=now,
    )
    return row is not None


async def pass_over(
    ledger_tx: Transaction, facts: Sequence[RecordedFact], *, notice_ids: Sequence[UUID], now: datetime
) -> int:
    """Write down of reservations just made, up to the first whose guest can be told, that nobody is; return how many."""
    row = await ledger_tx.one(
        _PASS_OVER,
        tenant_ids=[fact.tenant_id for fact in facts],
        fact_ids=[fact.fact_id for fact in facts],
        notice_ids=list(notice_ids),
        service_ons=[fact.service_on for fact in facts],
        reservation_ids=[fact.subject_id for fact in facts],
        now=now,
    )
    return row.counted


async def notices_of_subject(tx: Transaction, subject_id: UUID) -> list[NoticeRow]:
    """Return what was told of a reservation."""
    return await tx.many(_NOTICES_OF_SUBJECT, tenant_id=tx.tenant_id, subject_id=subject_id)
