"""How an address and a line stand: silenced, paused, stopped; told by guests, by providers' refusals, and by providers' webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.ids import TenantId, new_id
from saveit.kernel.observe import logger, metrics
from saveit.outbox import Fact, append

_log = logger("conversations")
_WORD_LENGTH_MAX: Final = 200


class SilenceRow(msgspec.Struct, frozen=True):
    """An address that wants to hear no more: whether the guest said so, and which messages may still go."""

    by_guest: bool
    farewell_ids: list[UUID]


class PauseRow(msgspec.Struct, frozen=True):
    """A line that is not used: until an instant, or until a person acts."""

    line_id: UUID
    until_at: datetime | None
    code: str
    since_at: datetime


class LineWord(msgspec.Struct, frozen=True):
    """What a provider said last about one thing of a line: its account, or a template."""

    line_id: UUID
    channel: str
    subject: str
    word: str
    detail: str
    needs_person: bool
    said_at: datetime


class _LineTold(msgspec.Struct, frozen=True):
    channel: str
    code: str


_STATEMENTS = load_statements("saveit.conversations.reach")
_SILENCE = _STATEMENTS.command("silence")
_SAY_FAREWELL = _STATEMENTS.command("say_farewell")
_UNSILENCE = _STATEMENTS.command("unsilence")
_FIND_SILENCE = _STATEMENTS.query("find_silence", SilenceRow)
_PAUSE_LINE = _STATEMENTS.query("pause_line", PauseRow)
_RESUME_LINE = _STATEMENTS.command("resume_line")
_LIST_PAUSES = _STATEMENTS.query("list_pauses", PauseRow)
_NOTE_WORD = _STATEMENTS.command("note_word")
_LIST_WORDS = _STATEMENTS.query("list_words", LineWord)
_facts = msgspec.json.Encoder()


async def silence(
    tx: Transaction,
    tenant_id: TenantId,
    channel: str,
    address_index: bytes,
    *,
    code: str,
    by_guest: bool,
    now: datetime,
) -> None:
    """Send nothing more to an address. The guest's own word stands until the guest takes it back, a refusal until the guest writes."""
    await tx.run(
        _SILENCE,
        tenant_id=tenant_id,
        channel=channel,
        address_index=address_index,
        code=code[:_WORD_LENGTH_MAX],
        by_guest=by_guest,
        now=now,
    )


async def say_farewell(  # noqa: PLR0917 - an address, and what still goes there.
    tx: Transaction, tenant_id: TenantId, channel: str, address_index: bytes, message_ids: Sequence[UUID]
) -> None:
    """Let these messages still go: they say that nothing else will."""
    await tx.run(
        _SAY_FAREWELL,
        tenant_id=tenant_id,
        channel=channel,
        address_index=address_index,
        message_ids=list(message_ids),
    )


async def unsilence(
    tx: Transaction, tenant_id: TenantId, channel: str, address_index: bytes, *, by_guest: bool
) -> int:
    """Let an address hear from us again: by the guest's own word always, else only where nothing but a refusal stood against it."""
    return await tx.run(
        _UNSILENCE, tenant_id=tenant_id, channel=channel, address_index=address_index, by_guest=by_guest
    )


async def find_silence(
    tx: Transaction, tenant_id: TenantId, channel: str, address_index: bytes
) -> SilenceRow | None:
    """Return how an address was silenced, or None where it may be written to."""
    return await tx.maybe(_FIND_SILENCE, tenant_id=tenant_id, channel=channel, address_index=address_index)


async def pause_line(
    tx: Transaction,
    tenant_id: TenantId,
    line_id: UUID,
    *,
    until_at: datetime | None,
    code: str,
    now: datetime,
) -> bool:
    """Keep a line from being used; False when it was already, as long."""
    row = await tx.maybe(
        _PAUSE_LINE, tenant_id=tenant_id, line_id=line_id, until_at=until_at, code=code, now=now
    )
    return row is not None


async def stop_line(
    tx: Transaction, tenant_id: TenantId, line_id: UUID, *, channel: str, code: str, now: datetime
) -> None:
    """Use a line no more until a person acts, and say so once."""
    code = code[:_WORD_LENGTH_MAX]
    if await pause_line(tx, tenant_id, line_id, until_at=None, code=code, now=now):
        _log.critical("line.stopped", line_id=str(line_id), channel=channel, code=code)
        await append(tx, _line_fact("line.stopped", line_id, channel, code, now), tenant_id)


async def resume_line(tx: Transaction, tenant_id: TenantId, line_id: UUID, *, now: datetime) -> bool:
    """Let a stopped line be used again, because a person put right what was wrong; False when it was not stopped."""
    resumed = await tx.run(_RESUME_LINE, tenant_id=tenant_id, line_id=line_id) > 0
    if resumed:
        await append(tx, _line_fact("line.resumed", line_id, "", "", now), tenant_id)
    return resumed


async def list_pauses(tx: Transaction, *, now: datetime) -> list[PauseRow]:
    """Return the lines that are paused or stopped."""
    return await tx.many(_LIST_PAUSES, tenant_id=tx.tenant_id, now=now)


async def note_line_word(
    tx: Transaction,
    line_id: UUID,
    *,
    channel: str,
    subject: str,
    word: str,
    detail: str,
    needs_person: bool,
    now: datetime,
) -> None:
    """Keep what a provider said about a line where people see it; what needs a person is logged and counted too."""
    await tx.run(
        _NOTE_WORD,
        tenant_id=tx.tenant_id,
        line_id=line_id,
        subject=subject[: 3 * _WORD_LENGTH_MAX],
        channel=channel,
        word=word[:_WORD_LENGTH_MAX],
        detail=detail[:_WORD_LENGTH_MAX],
        needs_person=needs_person,
        now=now,
    )
    metrics.line_words.labels(channel, "person" if needs_person else "note").inc()
    if needs_person:
        _log.error("line.needs_person", line_id=str(line_id), channel=channel, word=word[:_WORD_LENGTH_MAX])


async def list_line_words(tx: Transaction) -> list[LineWord]:
    """Return what providers said about the tenant's lines, what needs a person first; at most 500."""
    return await tx.many(_LIST_WORDS, tenant_id=tx.tenant_id)


def _line_fact(  # noqa: PLR0917 - the parts of a fact that differ.
    kind: str, line_id: UUID, channel: str, code: str, now: datetime
) -> Fact:
    return Fact(
        fact_id=new_id(now),
        kind=kind,
        restaurant_id=None,
        subject_kind="line",
        subject_id=line_id,
        service_on=None,
        at=now,
        body=_facts.encode(_LineTold(channel, code)),
    )
