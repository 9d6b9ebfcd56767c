"""What is asked and answered while a restaurant is being set up."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from saveit.venues import RuleSentence
from saveit.web.wire.answers import Slot
from saveit.web.wire.requests import PartySize, ServiceDay


class RulesSummary(Struct, frozen=True):
    """A restaurant's rules as sentences."""

    language: Literal["es", "en"]
    sentences: tuple[RuleSentence, ...]


class RulesProposal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules that are not in force."""

    rules: dict[str, object]


class RulesTrial(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules to try on a day, tomorrow when it is left out, and for which parties."""

    rules: dict[str, object]
    date: ServiceDay | None = None
    party_sizes: Annotated[tuple[PartySize, ...], Meta(min_length=1, max_length=6)] = (2, 4, 6)


class PartyTrial(Struct, frozen=True, kw_only=True):
    """What a party of one size could book under the rules that are tried, and how many starts it can book now."""

    party_size: int
    available: int
    available_now: int
    slots: list[Slot]
    reason: str | None
    message: str | None


class RulesTrialAnswer(Struct, frozen=True):
    """A day under rules that are tried. Nothing was kept."""

    date: date
    parties: list[PartyTrial]


class TestMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a test message goes: a phone, a mail, or the id that the channel has for a chat. Without text it is ours."""

    to: Annotated[str, Meta(min_length=3, max_length=254)]
    text: Annotated[str, Meta(min_length=1, max_length=500)] | None = None

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "TestMessage(***)"


class TestAnswer(Struct, frozen=True):
    """A test message, and how far it got."""

    message_id: UUID
    conversation_id: UUID
    status: str
    error: str
    at: datetime


class TestAnswers(Struct, frozen=True):
    """The latest test messages of a line."""

    tests: list[TestAnswer]
