"""What is asked and answered about conversations and the people in them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from saveit.conversations import QUICK_ANSWER_LENGTH_MAX, SHORTCUT_LENGTH_MAX, CountsRow, SentFile
from saveit.kernel.ids import AdvisorId, LineId, PersonId, RestaurantId, UserId

Answering = Literal["bot", "human", "nobody"]
ReplyText = Annotated[str, Meta(min_length=1, max_length=4_000)]
Shortcut = Annotated[str, Meta(min_length=1, max_length=SHORTCUT_LENGTH_MAX, examples=["horario"])]
AnswerText = Annotated[str, Meta(min_length=1, max_length=QUICK_ANSWER_LENGTH_MAX)]


class StaffAnswer(Struct, frozen=True):
    """A member of staff, by name."""

    user_id: UserId
    name: str

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"StaffAnswer({self.user_id})"


class MessageAnswer(Struct, frozen=True, kw_only=True):
    """One message. `status` is the guest's own `received`, or how far ours got; `error` says why it failed."""

    id: UUID
    conversation_id: UUID
    line_id: LineId
    channel: str
    seq: int
    direction: Literal["in", "out"]
    author: str
    author_user: StaffAnswer | None
    kind: str
    text: str
    choices: tuple[str, ...]
    attachments: tuple[SentFile, ...]
    status: str
    error: str
    at: datetime
    status_at: datetime

    def __repr__(self) -> str:
        """Say which, not what it says."""
        return f"MessageAnswer({self.seq})"


class WindowAnswer(Struct, frozen=True):
    """Whether a person may write freely now, and until when; outside only an approved template passes."""

    open: bool
    closes_at: datetime | None


class ConversationAnswer(Struct, frozen=True, kw_only=True):
    """A conversation, who answers in it, and its last words."""

    id: UUID
    channel: str
    line_id: LineId
    restaurant_id: RestaurantId | None
    advisor_id: AdvisorId | None
    person_id: PersonId | None
    name: str | None
    address: str
    language: Literal["es", "en"]
    status: Literal["open", "closed"]
    answering: Answering
    needs_human: bool
    handed_over_at: datetime | None
    handed_over_why: str
    taken_at: datetime | None
    taken_by: StaffAnswer | None
    unread: int
    seq: int
    ai_epoch: int
    last_message: MessageAnswer | None
    opened_at: datetime
    closed_at: datetime | None
    last_inbound_at: datetime | None
    window: WindowAnswer

    def __repr__(self) -> str:
        """Say which."""
        return f"ConversationAnswer({self.id})"


class ConversationPage(Struct, frozen=True):
    """A page of conversations, the latest word first, and how many there are to look at."""

    conversations: list[ConversationAnswer]
    counts: CountsRow
    next: str | None


class MessagePage(Struct, frozen=True):
    """Messages, oldest first; `more` is whether there are others in the direction that was asked for."""

    messages: list[MessageAnswer]
    more: bool


class PersonAnswer(Struct, frozen=True):
    """Who it is, as they said."""

    id: PersonId
    name: str | None
    phone: str | None
    email: str | None
    language: Literal["es", "en"]

    def __repr__(self) -> str:
        """Say who, not their name."""
        return f"PersonAnswer({self.id})"


class ThreadAnswer(Struct, frozen=True):
    """All that was said with one person on every channel, oldest first. `before` asks for what precedes it."""

    person: PersonAnswer
    conversations: list[ConversationAnswer]
    messages: list[MessageAnswer]
    before: str | None


class TakeOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a human answers from here on."""

    why: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,39}$")] = "staff"


class ReadUpTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of the last message that was read."""

    seq: Annotated[int, Meta(ge=0)]


class TemplateRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template that the provider has approved, with what fills its blanks."""

    name: Annotated[str, Meta(max_length=512)] = ""
    reference: Annotated[str, Meta(max_length=512)] = ""
    language: Literal["es", "en"] = "es"
    parameters: Annotated[tuple[Annotated[str, Meta(max_length=1_024)], ...], Meta(max_length=20)] = ()


class ReplyRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a human answers: words, an answer at hand, or a template; exactly one of them."""

    text: ReplyText | None = None
    quick_answer_id: UUID | None = None
    template: TemplateRequest | None = None


class ReplyAnswer(Struct, frozen=True):
    """What will be sent, and the conversation, which is taken from now on."""

    messages: list[MessageAnswer]
    conversation: ConversationAnswer


class UsableTemplate(Struct, frozen=True):
    """An approved template, with the words that it stands for and the blanks that fill it."""

    kind: str
    language: str
    name: str
    reference: str
    text: str
    parameters: tuple[str, ...]


class UsableTemplates(Struct, frozen=True):
    """The templates that may be sent where the window is closed."""

    templates: list[UsableTemplate]


class QuickAnswer(Struct, frozen=True, kw_only=True):
    """An answer at hand."""

    id: UUID
    restaurant_id: RestaurantId
    language: str
    shortcut: str
    text: str
    revision: int


class QuickAnswers(Struct, frozen=True):
    """A restaurant's answers at hand."""

    quick_answers: list[QuickAnswer]


class QuickAnswerDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to keep at hand under a shortcut."""

    language: Literal["es", "en"]
    shortcut: Shortcut
    text: AnswerText


class QuickAnswerChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes in an answer at hand; what is left out stays."""

    shortcut: Shortcut | None = None
    text: AnswerText | None = None
    revision: Annotated[int, Meta(ge=1)]


class MannersAnswer(Struct, frozen=True):
    """Whether the bot answers a person, and may with audio: for the house, or for one advisor."""

    advisor_id: AdvisorId | None
    ai_attention: bool
    audio_available: bool


class MannersRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a person is to be attended; what is left out stays."""

    advisor_id: AdvisorId | None = None
    ai_attention: bool | None = None
    audio_available: bool | None = None


class LinkAnswer(Struct, frozen=True, kw_only=True):
    """Two people who are one, how that is known, and by whom; or were, until it was undone."""

    id: UUID
    person_id: PersonId
    into_person_id: PersonId
    how: str
    linked_by: str
    linked_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class Links(Struct, frozen=True):
    """Who was linked with a person, the latest first."""

    links: list[LinkAnswer]


class LinkRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person that this one is."""

    into_person_id: PersonId


class LinkCodeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The phone or mail that the person says is theirs too."""

    address: Annotated[str, Meta(min_length=3, max_length=254)]

    def __repr__(self) -> str:
        """Say nothing personal."""
        return "LinkCodeRequest(***)"


class LinkCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that the person was sent there, and says here."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
