"""What is known of a guest's file, from its note in the message to its copy."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final, Literal
from uuid import UUID

import msgspec

from saveit.conversations.model import Conversation
from saveit.kernel.crypto import Sealer, open_pieces, seal_in_pieces
from saveit.kernel.db import Transaction, load_statements
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import TenantId
from saveit.messages import ReceivedMedia

_FILES_MAX: Final = 30
_ERROR_LENGTH_MAX: Final = 200
_NUMBER_OCTETS: Final = 2


class MediaUnknown(Refusal):
    """There is no such file, or not for whoever asks."""

    code: ClassVar[str] = "media_unknown"


class MediaMissing(Refusal):
    """The file is not here: it is being copied, or could not be had."""

    code: ClassVar[str] = "media_missing"


class WaitingMedia(msgspec.Struct, frozen=True):
    """A file that was taken to be copied."""

    tenant_id: TenantId
    message_id: UUID
    n: int
    line_id: UUID
    channel: str
    kind: str
    reference_sealed: bytes
    attempts: int


class WaitingSound(msgspec.Struct, frozen=True):
    """A copied sound that was taken to be heard."""

    tenant_id: TenantId
    message_id: UUID
    n: int
    media_type: str
    content_sealed: bytes
    hearing_language: str
    hearing_attempts: int


class HearingRow(msgspec.Struct, frozen=True):
    """How far a sound is on its way to be heard."""

    status: str
    hearing: Literal["unasked", "asked", "heard", "unheard"]
    heard_sealed: bytes | None


class HeardSound(msgspec.Struct, frozen=True):
    """What a guest said aloud, or None while it is waited for."""

    words: str | None

    def __repr__(self) -> str:
        """Say nothing."""
        return "HeardSound(***)"


class MediaRow(msgspec.Struct, frozen=True):
    """A file of a message, sealed; without content it is not here yet, or never will be."""

    conversation_id: UUID
    kind: str
    media_type: str
    status: str
    content_sealed: bytes | None


_STATEMENTS = load_statements("saveit.conversations.media")
_NOTE_MEDIA = _STATEMENTS.command("note_media")
_CLAIM_MEDIA = _STATEMENTS.query("claim_media", WaitingMedia)
_KEEP_MEDIA = _STATEMENTS.command("keep_media")
_PUT_MEDIA_OFF = _STATEMENTS.command("put_media_off")
_FIND_MEDIA = _STATEMENTS.query("find_media", MediaRow)
_CLAIM_HEARING = _STATEMENTS.query("claim_hearing", WaitingSound)
_KEEP_HEARD = _STATEMENTS.command("keep_heard")
_PUT_HEARING_OFF = _STATEMENTS.command("put_hearing_off")
_FIND_HEARING = _STATEMENTS.query("find_hearing", HearingRow)
_FORGET_MEDIA = _STATEMENTS.command("forget_media")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ReceivedMedia)


async def note_media(  # noqa: PLR0917 - whose file, of which message, and what it is.
    tx: Transaction,
    sealer: Sealer,
    conversation: Conversation,
    message_id: UUID,
    files: Sequence[ReceivedMedia],
    *,
    now: datetime,
    hear_in: str = "",
) -> None:
    """Note a message's files, in the transaction that writes the message down; they are copied apart from it.

    `hear_in` is the language in which the first is to be heard, where it is.
    """
    for n, media in enumerate(files[:_FILES_MAX], 1):
        sealed = seal_in_pieces(sealer, _encoder.encode(media), _owner(message_id, n))
        await tx.run(
            _NOTE_MEDIA,
            tenant_id=tx.tenant_id,
            message_id=message_id,
            n=n,
            conversation_id=conversation.id,
            line_id=conversation.line_id,
            channel=conversation.channel,
            kind=media.kind,
            reference_sealed=sealed,
            media_type=media.media_type[:_ERROR_LENGTH_MAX],
            status="waiting",
            error="",
            now=now,
            hearing="asked" if hear_in and n == 1 else "unasked",
            hearing_language=hear_in,
        )


async def claim_media(
    ledger_tx: Transaction, *, now: datetime, lease_until: datetime, rows_max: int
) -> list[WaitingMedia]:
    """Take files to copy; several processes may."""
    return await ledger_tx.many(_CLAIM_MEDIA, now=now, lease_until=lease_until, rows_max=rows_max)


def noted_media(sealer: Sealer, waiting: WaitingMedia) -> ReceivedMedia:
    """Return where a file lies. Raises: Unreadable; msgspec.DecodeError."""
    opened = open_pieces(sealer, waiting.reference_sealed, _owner(waiting.message_id, waiting.n))
    return _decoder.decode(opened)


async def keep_media(
    ledger_tx: Transaction, sealer: Sealer, waiting: WaitingMedia, content: bytes, *, media_type: str
) -> None:
    """Keep a file, sealed."""
    await ledger_tx.run(
        _KEEP_MEDIA,
        tenant_id=waiting.tenant_id,
        message_id=waiting.message_id,
        n=waiting.n,
        content_sealed=seal_in_pieces(sealer, content, _owner(waiting.message_id, waiting.n)),
        media_type=media_type,
        size_octets=len(content),
    )


async def put_media_off(
    ledger_tx: Transaction, waiting: WaitingMedia, why: str, *, due_at: datetime, given_up: bool
) -> None:
    """Let a file be tried again later, or give it up."""
    await ledger_tx.run(
        _PUT_MEDIA_OFF,
        tenant_id=waiting.tenant_id,
        message_id=waiting.message_id,
        n=waiting.n,
        status="failed" if given_up else "waiting",
        error=why[:_ERROR_LENGTH_MAX],
        due_at=due_at,
    )


async def find_media(tx: Transaction, message_id: UUID, n: int) -> MediaRow | None:
    """Return one file of a message, sealed; whoever asks has seen to it that they may see its conversation."""
    return await tx.maybe(_FIND_MEDIA, tenant_id=tx.tenant_id, message_id=message_id, n=n)


def media_content(sealer: Sealer, row: MediaRow, message_id: UUID, n: int) -> bytes:
    """Return the file itself. Raises: Unreadable."""
    assert row.content_sealed is not None
    return open_pieces(sealer, row.content_sealed, _owner(message_id, n))


async def claim_hearing(
    ledger_tx: Transaction, *, now: datetime, lease_until: datetime, rows_max: int
) -> list[WaitingSound]:
    """Take sounds to hear; several processes may."""
    return await ledger_tx.many(_CLAIM_HEARING, now=now, lease_until=lease_until, rows_max=rows_max)


def sound_of(sealer: Sealer, waiting: WaitingSound) -> bytes:
    """Return the sound itself. Raises: Unreadable."""
    return open_pieces(sealer, waiting.content_sealed, _owner(waiting.message_id, waiting.n))


async def keep_heard(
    ledger_tx: Transaction, sealer: Sealer, waiting: WaitingSound, words: str | None
) -> None:
    """Keep what was heard, sealed; None where nothing could be."""
    owner = _owner(waiting.message_id, waiting.n)
    await ledger_tx.run(
        _KEEP_HEARD,
        tenant_id=waiting.tenant_id,
        message_id=waiting.message_id,
        n=waiting.n,
        hearing="unheard" if words is None else "heard",
        heard_sealed=None if words is None else seal_in_pieces(sealer, words.encode(), owner),
    )


async def put_hearing_off(ledger_tx: Transaction, waiting: WaitingSound, *, due_at: datetime) -> None:
    """Let a sound be heard again a little later."""
    await ledger_tx.run(
        _PUT_HEARING_OFF,
        tenant_id=waiting.tenant_id,
        message_id=waiting.message_id,
        n=waiting.n,
        due_at=due_at,
    )


async def find_heard(tx: Transaction, sealer: Sealer, message_id: UUID) -> HeardSound | None:
    """Return what became of a message's sound; None where nobody asked for it, or nothing can be heard. Raises: Unreadable."""
    row = await tx.maybe(_FIND_HEARING, tenant_id=tx.tenant_id, message_id=message_id)
    if row is None or row.hearing in {"unasked", "unheard"} or row.status == "failed":
        return None
    if row.heard_sealed is None:
        return HeardSound(None)
    return HeardSound(open_pieces(sealer, row.heard_sealed, _owner(message_id, 1)).decode())


async def forget_media(ledger_tx: Transaction, before: datetime, rows_max: int) -> int:
    """Remove old files."""
    return await ledger_tx.run(_FORGET_MEDIA, before=before, rows_max=rows_max)


def _owner(message_id: UUID, n: int) -> bytes:
    return message_id.bytes + n.to_bytes(_NUMBER_OCTETS)
