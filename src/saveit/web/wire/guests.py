"""What is asked and answered about guests in a restaurant's book."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from saveit.guests import NOTES_LENGTH_MAX, TAG_LENGTH_MAX, TAGS_MAX
from saveit.kernel.ids import PersonId
from saveit.web.wire.answers import ReservationAnswer
from saveit.web.wire.inbox import ConversationAnswer

Tag = Annotated[str, Meta(min_length=1, max_length=TAG_LENGTH_MAX)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=TAGS_MAX)]


class GuestLine(Struct, frozen=True, kw_only=True):
    """A guest as a list shows them."""

    person_id: PersonId
    name: str
    phone: str | None
    email: str | None
    language: Literal["es", "en"]
    visits: int
    no_shows: int
    last_visit_on: date | None
    tags: tuple[str, ...]
    blocked: bool

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"GuestLine({self.person_id})"


class GuestPage(Struct, frozen=True):
    """A page of guests, in the order in which they first came. `next` asks for the following one."""

    guests: list[GuestLine]
    next: str | None


class Consent(Struct, frozen=True):
    """What a guest may be told unasked."""

    all: bool
    marketing: bool


class ConsentSaid(Struct, frozen=True, kw_only=True):
    """A guest's own word about what they want to hear, and the text that they agreed to, where it was one of ours."""

    scope: Literal["all", "marketing"]
    allowed: bool
    how: str
    said_at: datetime
    text_version: int | None
    language: str | None
    text: str | None


class GuestProfile(Struct, frozen=True, kw_only=True):
    """All that a restaurant knows of a guest. `revision` is the card's: tags, notes and allergies; 0 where nothing is noted yet."""

    person_id: PersonId
    name: str
    phone: str | None
    email: str | None
    language: Literal["es", "en"]
    visits: int
    no_shows: int
    cancellations: int
    last_visit_on: date | None
    tags: tuple[str, ...]
    notes: str
    allergies: tuple[str, ...]
    revision: int
    blocked: bool
    blocked_at: datetime | None
    blocked_reason: str | None
    consent: Consent
    consents: list[ConsentSaid]
    people: tuple[PersonId, ...]
    conversations: list[ConversationAnswer]
    reservations: list[ReservationAnswer]

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"GuestProfile({self.person_id})"


class GuestNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is noted of a guest; what is left out stays. `revision` is the one that was read."""

    tags: Tags | UnsetType = UNSET
    notes: Annotated[str, Meta(max_length=NOTES_LENGTH_MAX)] | UnsetType = UNSET
    allergies: Tags | UnsetType = UNSET
    revision: Annotated[int, Meta(ge=0)]

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "GuestNote(***)"


class ConsentRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a guest told staff that they want to hear."""

    scope: Literal["all", "marketing"]
    allowed: bool
