"""The words of conversations."""

from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from saveit.messages import Address, Part

Author: TypeAlias = Literal["bot", "staff", "system"]


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """An address on a line, and how things stand there. `ai_epoch` rises when a human takes over or hands back."""

    id: UUID
    advisor_id: UUID | None
    line_id: UUID
    channel: str
    address: Address
    person_id: UUID | None
    ai_epoch: int
    ai_attention: bool
    language: Literal["es", "en"]
    last_inbound_at: datetime | None


class PlannedPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one call will send, whole: delivery needs to ask nobody."""

    part: Part
    recipient: Address
    replies_to: str | None = None
    thread: tuple[str, ...] = ()


class StatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose status rose, and from what."""

    message_id: UUID
    conversation_id: UUID
    was: str
    status: str
    error: str = ""
