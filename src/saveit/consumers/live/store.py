"""The typed hand that runs queries.sql."""

from datetime import datetime
from uuid import UUID

import msgspec

from saveit.kernel.db import Database, Transaction, load_statements
from saveit.kernel.ids import LineId, RestaurantId, TenantId


class Seat(msgspec.Struct, frozen=True):
    """Where a web chat's rows are: its session on a line."""

    tenant_id: TenantId
    line_id: LineId
    session_index: bytes


class KeptRow(msgspec.Struct, frozen=True):
    """The number of a frame, and whether it was given just now."""

    seq: int
    is_new: bool


class FrameRow(msgspec.Struct, frozen=True):
    """A frame as it is kept."""

    seq: int
    frame_key: str
    frame_sealed: bytes


class SessionRow(msgspec.Struct, frozen=True):
    """How far a session is, and its guest in it."""

    seq: int
    delivered_seq: int
    read_seq: int


class NewsRow(msgspec.Struct, frozen=True):
    """A session with something new, or none, and from where to ask next."""

    next_txid: int
    line_id: LineId | None
    session_index: bytes | None


class MarkedRow(msgspec.Struct, frozen=True):
    """How far a guest was, and is."""

    delivered_before: int
    read_before: int
    delivered_seq: int
    read_seq: int


class MessageRow(msgspec.Struct, frozen=True):
    """A message of ours, by its number in the session."""

    seq: int
    message_id: UUID | None


class TalkRow(msgspec.Struct, frozen=True):
    """What a conversation is about."""

    ai_attention: bool
    restaurant_id: str | None
    service_on: str | None
    party_size: int | None


class LineIdRow(msgspec.Struct, frozen=True):
    """A line."""

    line_id: LineId


_STATEMENTS = load_statements("saveit.consumers.live")
_KEEP_FRAME = _STATEMENTS.query("keep_frame", KeptRow)
_FRAMES_AFTER = _STATEMENTS.query("frames_after", FrameRow)
_FIND_SESSION = _STATEMENTS.query("find_session", SessionRow)
_SESSIONS_WITH_NEWS = _STATEMENTS.query("sessions_with_news", NewsRow)
_MARK_SESSION = _STATEMENTS.query("mark_session", MarkedRow)
_MESSAGES_BETWEEN = _STATEMENTS.query("messages_between", MessageRow)
_TALK_OF = _STATEMENTS.query("talk_of", TalkRow)
_CHAT_LINE = _STATEMENTS.query("chat_line", LineIdRow)
_FORGET_FRAMES = _STATEMENTS.command("forget_frames")
_FORGET_SESSIONS = _STATEMENTS.command("forget_sessions")


async def keep_frame(  # noqa: PLR0917 - whose frame, under which name.
    database: Database,
    seat: Seat,
    frame_key: str,
    message_id: UUID | None,
    frame_sealed: bytes,
    now: datetime,
) -> KeptRow:
    """Keep a frame; return its number."""
    rows = await database.call(
        _KEEP_FRAME,
        tenant_id=seat.tenant_id,
        line_id=seat.line_id,
        session_index=seat.session_index,
        frame_key=frame_key,
        message_id=message_id,
        frame_sealed=frame_sealed,
        now=now,
    )
    return rows[0]


async def frames_after(database: Database, seat: Seat, after: int, *, rows_max: int) -> list[FrameRow]:
    """Return what was shown after a number."""
    return await database.call(
        _FRAMES_AFTER,
        tenant_id=seat.tenant_id,
        line_id=seat.line_id,
        session_index=seat.session_index,
        after=after,
        rows_max=rows_max,
    )


async def find_session(database: Database, seat: Seat) -> SessionRow:
    """Return how far a session is; one that nobody has spoken in is at its beginning."""
    rows = await database.call(
        _FIND_SESSION, tenant_id=seat.tenant_id, line_id=seat.line_id, session_index=seat.session_index
    )
    return rows[0] if rows else SessionRow(0, 0, 0)


async def sessions_with_news(database: Database, since_txid: int) -> list[NewsRow]:
    """Return who has something new; one row at least."""
    return await database.call(_SESSIONS_WITH_NEWS, since_txid=since_txid)


async def mark_session(tx: Transaction, seat: Seat, *, delivered_seq: int, read_seq: int) -> MarkedRow | None:
    """Note how far a guest is."""
    return await tx.maybe(
        _MARK_SESSION,
        tenant_id=seat.tenant_id,
        line_id=seat.line_id,
        session_index=seat.session_index,
        delivered_seq=delivered_seq,
        read_seq=read_seq,
    )


async def messages_between(tx: Transaction, seat: Seat, after: int, up_to: int) -> list[MessageRow]:
    """Return what the house said between two numbers."""
    return await tx.many(
        _MESSAGES_BETWEEN,
        tenant_id=seat.tenant_id,
        line_id=seat.line_id,
        session_index=seat.session_index,
        after=after,
        up_to=up_to,
    )


async def talk_of(database: Database, seat: Seat) -> TalkRow | None:
    """Return what a session's conversation is about."""
    rows = await database.call(
        _TALK_OF, tenant_id=seat.tenant_id, line_id=seat.line_id, session_index=seat.session_index
    )
    return rows[0] if rows else None


async def chat_line(database: Database, tenant_id: TenantId, restaurant_id: RestaurantId) -> LineId | None:
    """Return the line on which a restaurant's guests chat."""
    rows = await database.call(_CHAT_LINE, tenant_id=tenant_id, restaurant_id=restaurant_id)
    return rows[0].line_id if rows else None


async def forget_chats(ledger_tx: Transaction, before: datetime) -> int:
    """Remove what nobody can go on from any more."""
    frames = await ledger_tx.run(_FORGET_FRAMES, before=before)
    return frames + await ledger_tx.run(_FORGET_SESSIONS, before=before)
