"""The typed hand that runs queries.sql."""

from datetime import datetime

import msgspec

from saveit.advisors.checks import CheckedAdvisor, CheckedLine
from saveit.advisors.model import Language
from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import AdvisorId, LineId, RestaurantId, TenantId, UserId


class AdvisorRow(msgspec.Struct, frozen=True):
    """An advisor, sealed."""

    id: AdvisorId
    details_sealed: bytes
    user_id: UserId | None
    languages: list[Language]
    ai_attention: bool
    audio_available: bool
    active: bool
    revision: int
    created_at: datetime
    updated_at: datetime


class AdvisorIdRow(msgspec.Struct, frozen=True):
    """An advisor's id."""

    advisor_id: AdvisorId


class LineRow(msgspec.Struct, frozen=True):
    """A line, with its credentials sealed, and whether it is answered."""

    id: LineId
    tenant_id: TenantId
    channel: str
    account: str
    address: str
    restaurant_id: RestaurantId | None
    advisor_id: AdvisorId | None
    opaque: str | None
    language: Language | None
    credentials_sealed: bytes
    credential_names: list[str]
    active: bool
    answering: bool
    revision: int
    created_at: datetime
    updated_at: datetime


_STATEMENTS = load_statements("saveit.advisors")
_INSERT_ADVISOR = _STATEMENTS.command("insert_advisor")
_UPDATE_ADVISOR = _STATEMENTS.command("update_advisor")
_LIST_ADVISORS = _STATEMENTS.query("list_advisors", AdvisorRow)
_ADVISOR_OF_USER = _STATEMENTS.query("advisor_of_user", AdvisorIdRow)
_LOCK_ADVISOR = _STATEMENTS.command("lock_advisor")
_INSERT_LINE = _STATEMENTS.command("insert_line")
_UPDATE_LINE = _STATEMENTS.command("update_line")
_LIST_LINES = _STATEMENTS.query("list_lines", LineRow)
_LOCK_LINE = _STATEMENTS.command("lock_line")
_ROUTE_BY_ADDRESS = _STATEMENTS.query("route_by_address", LineRow)
_ROUTE_BY_ID = _STATEMENTS.query("route_by_id", LineRow)
_ROUTES_LIKE = _STATEMENTS.query("routes_like", LineRow)


async def insert_advisor(
    tx: Transaction, advisor_id: AdvisorId, checked: CheckedAdvisor, *, details_sealed: bytes, now: datetime
) -> None:
    """Insert the advisor. Raises: ConstraintBroken when the user is not the tenant's, or an advisor already."""
    await tx.run(
        _INSERT_ADVISOR,
        tenant_id=tx.tenant_id,
        advisor_id=advisor_id,
        details_sealed=details_sealed,
        user_id=checked.user_id,
        languages=list(checked.languages),
        ai_attention=checked.ai_attention,
        audio_available=checked.audio_available,
        active=checked.active,
        now=now,
    )


async def update_advisor(
    tx: Transaction,
    advisor_id: AdvisorId,
    checked: CheckedAdvisor,
    *,
    details_sealed: bytes,
    revision: int,
    now: datetime,
) -> None:
    """Write the advisor. Raises: as insert_advisor."""
    await tx.run(
        _UPDATE_ADVISOR,
        tenant_id=tx.tenant_id,
        advisor_id=advisor_id,
        details_sealed=details_sealed,
        user_id=checked.user_id,
        languages=list(checked.languages),
        ai_attention=checked.ai_attention,
        audio_available=checked.audio_available,
        active=checked.active,
        revision=revision,
        now=now,
    )


async def list_advisors(
    tx: Transaction, *, advisor_id: AdvisorId | None = None, after: AdvisorId | None = None, limit: int = 1
) -> list[AdvisorRow]:
    """Return the advisors after one, or one."""
    return await tx.many(
        _LIST_ADVISORS, tenant_id=tx.tenant_id, advisor_id=advisor_id, after=after, limit=limit
    )


async def advisor_of_user(tx: Transaction, user_id: UserId) -> AdvisorId | None:
    """Return which advisor a member of staff is, or None."""
    row = await tx.maybe(_ADVISOR_OF_USER, tenant_id=tx.tenant_id, user_id=user_id)
    return None if row is None else row.advisor_id


async def lock_advisor(tx: Transaction, advisor_id: AdvisorId) -> None:
    """Keep the advisor for this transaction."""
    await tx.run(_LOCK_ADVISOR, tenant_id=tx.tenant_id, advisor_id=advisor_id)


async def insert_line(
    tx: Transaction, line_id: LineId, checked: CheckedLine, *, credentials_sealed: bytes, now: datetime
) -> None:
    """Insert the line. Raises: ConstraintBroken when the address is a line, or its owner is not the tenant's."""
    await tx.run(
        _INSERT_LINE,
        tenant_id=tx.tenant_id,
        line_id=line_id,
        channel=checked.channel,
        account=checked.account,
        address=checked.address,
        restaurant_id=checked.restaurant_id,
        advisor_id=checked.advisor_id,
        opaque=checked.opaque,
        credentials_sealed=credentials_sealed,
        credential_names=sorted(checked.credentials),
        language=checked.language,
        active=checked.active,
        now=now,
    )


async def update_line(
    tx: Transaction,
    line_id: LineId,
    checked: CheckedLine,
    *,
    credentials_sealed: bytes,
    revision: int,
    now: datetime,
) -> None:
    """Write the line. Raises: as insert_line."""
    await tx.run(
        _UPDATE_LINE,
        tenant_id=tx.tenant_id,
        line_id=line_id,
        account=checked.account,
        address=checked.address,
        restaurant_id=checked.restaurant_id,
        advisor_id=checked.advisor_id,
        opaque=checked.opaque,
        credentials_sealed=credentials_sealed,
        credential_names=sorted(checked.credentials),
        language=checked.language,
        active=checked.active,
        revision=revision,
        now=now,
    )


async def list_lines(
    tx: Transaction,
    *,
    line_id: LineId | None = None,
    restaurant_id: RestaurantId | None = None,
    advisor_id: AdvisorId | None = None,
    after: LineId | None = None,
    limit: int = 1,
) -> list[LineRow]:
    """Return the lines after one, or one."""
    return await tx.many(
        _LIST_LINES,
        tenant_id=tx.tenant_id,
        line_id=line_id,
        restaurant_id=restaurant_id,
        advisor_id=advisor_id,
        after=after,
        limit=limit,
    )


async def lock_line(tx: Transaction, line_id: LineId) -> None:
    """Keep the line for this transaction."""
    await tx.run(_LOCK_LINE, tenant_id=tx.tenant_id, line_id=line_id)


async def route_by_address(db: Database, channel: str, account: str, address: str) -> LineRow | None:
    """Return the line of an address, over all tenants."""
    rows = await db.call(_ROUTE_BY_ADDRESS, channel=channel, account=account, address=address)
    return rows[0] if rows else None


async def route_by_id(db: Database, line_id: LineId) -> LineRow | None:
    """Return a line, over all tenants."""
    rows = await db.call(_ROUTE_BY_ID, line_id=line_id)
    return rows[0] if rows else None


async def routes_like(
    db: Database, channel: str, *, account: str | None, opaque: str | None, limit: int
) -> list[LineRow]:
    """Return the answered lines of a channel, of an account or a path if given, over all tenants."""
    return await db.call(_ROUTES_LIKE, channel=channel, account=account, opaque=opaque, limit=limit)
