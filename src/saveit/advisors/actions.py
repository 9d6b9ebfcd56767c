"""The verbs on advisors and lines. Acts take the caller's transaction and never commit it; each tells what changed in a fact.

Facts name neither the advisor nor any credential: an advisor's name is sealed in their row, and of credentials only names are told.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET

from saveit.advisors import store
from saveit.advisors.checks import CheckedAdvisor, CheckedLine, check_advisor, check_line, completed
from saveit.advisors.errors import AdvisorRevisionConflict, AdvisorUnknown, LineUnknown, refusing
from saveit.advisors.model import (
    Advisor,
    AdvisorChange,
    AdvisorDraft,
    Line,
    LineChange,
    LineDraft,
)
from saveit.kernel.crypto import Sealer, Unreadable
from saveit.kernel.db import Transaction
from saveit.kernel.ids import AdvisorId, LineId, RestaurantId, new_id
from saveit.messages import Channels
from saveit.outbox import Fact, append

PAGE_LENGTH_MAX = 200
_FIRST_REVISION = 1
_SECRET_OCTETS = 32

_Change = TypeVar("_Change", AdvisorChange, LineChange)


class _Details(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed of an advisor. A field is added at the end, with a default."""

    name: str
    phone: str


async def add_advisor(tx: Transaction, draft: AdvisorDraft, *, sealer: Sealer, now: datetime) -> Advisor:
    """Add somebody who attends guests; they get their lines afterwards.

    Refuses: AdvisorInvalid, with every error; AdvisorTaken; a member of staff who is not the tenant's, as unknown.
    """
    checked = check_advisor(draft)
    advisor_id = AdvisorId(new_id(now))
    with refusing(user_id=str(checked.user_id)):
        await store.insert_advisor(
            tx, advisor_id, checked, details_sealed=_sealed(checked, advisor_id, sealer), now=now
        )
    advisor = _advisor(advisor_id, checked, revision=_FIRST_REVISION, created_at=now, now=now)
    await _record(tx, "advisor.changed", advisor_id, before=None, after=_told_of_advisor(advisor), now=now)
    return advisor


async def change_advisor(
    tx: Transaction, advisor_id: AdvisorId, change: AdvisorChange, *, sealer: Sealer, now: datetime
) -> Advisor:
    """Change what is said of an advisor, activation included; nothing is written when nothing would be different.

    Refuses: AdvisorUnknown; AdvisorRevisionConflict; AdvisorInvalid, with every error; AdvisorTaken.
    """
    await store.lock_advisor(tx, advisor_id)
    before = await find_advisor(tx, advisor_id, sealer)
    if before is None:
        raise AdvisorUnknown(advisor_id=str(advisor_id))
    _require_revision(change, before.revision)
    draft = AdvisorDraft(
        name=before.name,
        phone=before.phone,
        user_id=before.user_id,
        languages=before.languages,
        ai_attention=before.ai_attention,
        audio_available=before.audio_available,
        active=before.active,
    )
    checked = check_advisor(msgspec.structs.replace(draft, **_named(change)))
    after = _advisor(advisor_id, checked, revision=before.revision + 1, created_at=before.created_at, now=now)
    if msgspec.structs.replace(after, revision=before.revision, updated_at=before.updated_at) == before:
        return before
    with refusing(user_id=str(checked.user_id)):
        await store.update_advisor(
            tx,
            advisor_id,
            checked,
            details_sealed=_sealed(checked, advisor_id, sealer),
            revision=after.revision,
            now=now,
        )
    told = _told_of_advisor(before), _told_of_advisor(after)
    await _record(tx, "advisor.changed", advisor_id, before=told[0], after=told[1], now=now)
    return after


async def find_advisor(tx: Transaction, advisor_id: AdvisorId, sealer: Sealer) -> Advisor | None:
    """Return one of the tenant's advisors, or None. Raises: Unreadable."""
    rows = await store.list_advisors(tx, advisor_id=advisor_id)
    return _opened(rows[0], sealer) if rows else None


async def list_advisors(
    tx: Transaction, sealer: Sealer, *, after: AdvisorId | None = None, limit: int = PAGE_LENGTH_MAX
) -> list[Advisor]:
    """Return the tenant's advisors, inactive ones too; at most 200 at once. Raises: Unreadable."""
    rows = await store.list_advisors(tx, after=after, limit=min(limit, PAGE_LENGTH_MAX))
    return [_opened(row, sealer) for row in rows]


async def add_line(
    tx: Transaction, draft: LineDraft, *, channels: Channels, sealer: Sealer, now: datetime
) -> Line:
    """Add a business address.

    Refuses: LineInvalid, with every error; LineTaken; AdvisorUnknown; PlaceUnknown.
    """
    checked = check_line(completed(draft, channels, _secret), channels)
    line_id = LineId(new_id(now))
    with refusing(channel=checked.channel, address=checked.address):
        await store.insert_line(
            tx, line_id, checked, credentials_sealed=_sealed_credentials(checked, line_id, sealer), now=now
        )
    line = _line(line_id, tx, checked, revision=_FIRST_REVISION, created_at=now, now=now)
    await _record(
        tx,
        "line.changed",
        line_id,
        before=None,
        after=_told_of_line(line),
        now=now,
        restaurant_id=line.restaurant_id,
    )
    return line


async def change_line(
    tx: Transaction,
    line_id: LineId,
    change: LineChange,
    *,
    channels: Channels,
    sealer: Sealer,
    now: datetime,
) -> Line:
    """Change a line, activation and credentials included; nothing is written when nothing would be different.

    Refuses: LineUnknown; AdvisorRevisionConflict; LineInvalid, with every error; LineTaken; AdvisorUnknown; PlaceUnknown.
    """
    await store.lock_line(tx, line_id)
    rows = await store.list_lines(tx, line_id=line_id)
    if not rows:
        raise LineUnknown(line_id=str(line_id))
    before = line_of(rows[0])
    _require_revision(change, before.revision)
    credentials = opened_credentials(rows[0], sealer)
    named = _named(change)
    replaced: Mapping[str, str] = {} if change.credentials is UNSET else change.credentials
    draft = LineDraft(
        channel=before.channel,
        account=before.account,
        address=before.address,
        restaurant_id=before.restaurant_id,
        advisor_id=before.advisor_id,
        opaque=before.opaque,
        language=before.language,
        active=before.active,
    )
    wanted = msgspec.structs.replace(draft, **{**named, "credentials": {**credentials, **replaced}})
    checked = check_line(completed(wanted, channels, _secret), channels, given=replaced)
    after = _line(line_id, tx, checked, revision=before.revision + 1, created_at=before.created_at, now=now)
    same = msgspec.structs.replace(after, revision=before.revision, updated_at=before.updated_at) == before
    if same and checked.credentials == credentials:
        return before
    with refusing(channel=checked.channel, address=checked.address):
        await store.update_line(
            tx,
            line_id,
            checked,
            credentials_sealed=_sealed_credentials(checked, line_id, sealer),
            revision=after.revision,
            now=now,
        )
    body = _told_of_line(after) | {
        "credentials_changed": sorted(
            name
            for name in credentials.keys() | checked.credentials.keys()
            if credentials.get(name) != checked.credentials.get(name)
        )
    }
    await _record(
        tx,
        "line.changed",
        line_id,
        before=_told_of_line(before),
        after=body,
        now=now,
        restaurant_id=after.restaurant_id,
    )
    return after


async def find_line(tx: Transaction, line_id: LineId) -> Line | None:
    """Return one of the tenant's lines, or None."""
    rows = await store.list_lines(tx, line_id=line_id)
    return line_of(rows[0]) if rows else None


async def list_lines(
    tx: Transaction,
    *,
    restaurant_id: RestaurantId | None = None,
    advisor_id: AdvisorId | None = None,
    after: LineId | None = None,
    limit: int = PAGE_LENGTH_MAX,
) -> list[Line]:
    """Return the tenant's lines, or those of one restaurant or advisor, inactive ones too; at most 200 at once."""
    rows = await store.list_lines(
        tx,
        restaurant_id=restaurant_id,
        advisor_id=advisor_id,
        after=after,
        limit=min(limit, PAGE_LENGTH_MAX),
    )
    return [line_of(row) for row in rows]


def lines_of_house(lines: Iterable[Line], restaurant_id: RestaurantId) -> tuple[Line, ...]:
    """Return the lines by which a restaurant speaks for itself: those that are on and no advisor's, its own before the whole group's."""
    usable = (
        line
        for line in lines
        if line.active and line.restaurant_id in {None, restaurant_id} and line.advisor_id is None
    )
    return tuple(sorted(usable, key=lambda line: line.restaurant_id is None))


def line_of(row: store.LineRow) -> Line:
    """Return a line without its credentials."""
    return Line(
        id=row.id,
        tenant_id=row.tenant_id,
        channel=row.channel,
        account=row.account,
        address=row.address,
        restaurant_id=row.restaurant_id,
        advisor_id=row.advisor_id,
        opaque=row.opaque,
        language=row.language,
        credential_names=tuple(row.credential_names),
        active=row.active,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def opened_credentials(row: store.LineRow, sealer: Sealer) -> dict[str, str]:
    """Return a line's credentials. Raises: Unreadable."""
    plaintext = sealer.open(row.credentials_sealed, row.id.bytes)
    try:
        return msgspec.msgpack.decode(plaintext, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Unreadable("what was sealed here are no line's credentials") from error


def _sealed_credentials(checked: CheckedLine, line_id: LineId, sealer: Sealer) -> bytes:
    return sealer.seal(msgspec.msgpack.encode(dict(checked.credentials)), line_id.bytes)


def _secret() -> str:
    return secrets.token_urlsafe(_SECRET_OCTETS)


def _sealed(checked: CheckedAdvisor, advisor_id: AdvisorId, sealer: Sealer) -> bytes:
    return sealer.seal(msgspec.msgpack.encode(_Details(checked.name, checked.phone)), advisor_id.bytes)


def _opened(row: store.AdvisorRow, sealer: Sealer) -> Advisor:
    plaintext = sealer.open(row.details_sealed, row.id.bytes)
    try:
        details = msgspec.msgpack.decode(plaintext, type=_Details)
    except msgspec.DecodeError as error:
        raise Unreadable("what was sealed here are no advisor's details") from error
    return Advisor(
        id=row.id,
        name=details.name,
        phone=details.phone,
        user_id=row.user_id,
        languages=tuple(row.languages),
        ai_attention=row.ai_attention,
        audio_available=row.audio_available,
        active=row.active,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _advisor(
    advisor_id: AdvisorId, checked: CheckedAdvisor, *, revision: int, created_at: datetime, now: datetime
) -> Advisor:
    return Advisor(
        id=advisor_id,
        name=checked.name,
        phone=checked.phone,
        user_id=checked.user_id,
        languages=checked.languages,
        ai_attention=checked.ai_attention,
        audio_available=checked.audio_available,
        active=checked.active,
        revision=revision,
        created_at=created_at,
        updated_at=now,
    )


def _line(
    line_id: LineId,
    tx: Transaction,
    checked: CheckedLine,
    *,
    revision: int,
    created_at: datetime,
    now: datetime,
) -> Line:
    return Line(
        id=line_id,
        tenant_id=tx.tenant_id,
        channel=checked.channel,
        account=checked.account,
        address=checked.address,
        restaurant_id=checked.restaurant_id,
        advisor_id=checked.advisor_id,
        opaque=checked.opaque,
        language=checked.language,
        credential_names=tuple(sorted(checked.credentials)),
        active=checked.active,
        revision=revision,
        created_at=created_at,
        updated_at=now,
    )


def _named(change: _Change) -> dict[str, object]:
    """Return what the change names, its revision left out."""
    return {
        name: value
        for name in change.__struct_fields__
        if name != "revision" and (value := getattr(change, name)) is not UNSET
    }


def _require_revision(change: _Change, current: int) -> None:
    if change.revision is not None and change.revision != current:
        raise AdvisorRevisionConflict(expected=change.revision, current=current)


def _told_of_advisor(advisor: Advisor) -> dict[str, object]:
    return {
        "user_id": advisor.user_id,
        "languages": advisor.languages,
        "ai_attention": advisor.ai_attention,
        "audio_available": advisor.audio_available,
        "active": advisor.active,
        "revision": advisor.revision,
    }


def _told_of_line(line: Line) -> dict[str, object]:
    return {
        "channel": line.channel,
        "account": line.account,
        "address": line.address,
        "advisor_id": line.advisor_id,
        "restaurant_id": line.restaurant_id,
        "language": line.language,
        "credential_names": line.credential_names,
        "active": line.active,
        "revision": line.revision,
    }


async def _record(
    tx: Transaction,
    kind: str,
    subject_id: UUID,
    *,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    now: datetime,
    restaurant_id: RestaurantId | None = None,
) -> None:
    await append(
        tx,
        Fact(
            fact_id=new_id(now),
            kind=kind,
            restaurant_id=restaurant_id,
            subject_kind=kind.partition(".")[0],
            subject_id=subject_id,
            service_on=None,
            at=now,
            body=msgspec.json.encode({"before": before, "after": after}),
        ),
    )
