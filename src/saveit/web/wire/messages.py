"""What is asked and answered about notices, delivery and outgoing webhooks, where a room's own struct does not serve."""

from uuid import UUID

from msgspec import Struct

from saveit.consumers.notices import NoticeRow, Template
from saveit.consumers.notify import DeadLetterRow
from saveit.consumers.relay import DeliveryRow, Endpoint
from saveit.conversations import LineWord, PauseRow
from saveit.kernel.ids import RestaurantId


class TemplateAnswer(Struct, frozen=True):
    """The words of one notice in one language, and whether they are the restaurant's own."""

    kind: str
    language: str
    template: Template
    is_own: bool
    channel: str = ""
    """Empty where they are for all channels."""


class Templates(Struct, frozen=True):
    """The words of every notice, and the blanks that they may have."""

    templates: list[TemplateAnswer]
    placeholders: list[str]


class PreviewPart(Struct, frozen=True):
    """One message of a notice, as a channel is given it."""

    kind: str
    text: str
    choices: tuple[str, ...]
    file_name: str


class ChannelPreview(Struct, frozen=True):
    """A notice on one channel. `template_needed`: outside its reply window only an approved template passes, and there is none."""

    channel: str
    parts: list[PreviewPart]
    template_needed: bool


class NoticePreview(Struct, frozen=True, kw_only=True):
    """A notice as a chat shows it, and as a mail does; and message by message on each channel."""

    text: str
    subject: str
    html: str
    channels: list[ChannelPreview]


class ReadyAnswer(Struct, frozen=True):
    """The fact by which the guest is told."""

    fact_id: UUID


class Notices(Struct, frozen=True):
    """What a guest was told, message by message."""

    notices: list[NoticeRow]


class DeadLetters(Struct, frozen=True):
    """Messages that wait for a person."""

    dead_letters: list[DeadLetterRow]


class ReplayLetter(Struct, frozen=True, forbid_unknown_fields=True):
    """How a message is to be sent again: also where it may have arrived?"""

    even_if_it_arrived: bool = False


class LetterOutcome(Struct, frozen=True, forbid_unknown_fields=True):
    """What was found out about a message: did the guest get it?"""

    arrived: bool


class Pauses(Struct, frozen=True):
    """Lines that are not used at present."""

    pauses: list[PauseRow]


class LineWords(Struct, frozen=True):
    """What providers said last about the accounts and templates of lines."""

    words: list[LineWord]


class EndpointDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system that wants to hear; without kinds of everything, without a restaurant of all of them."""

    url: str
    kinds: tuple[str, ...] = ()
    restaurant_id: RestaurantId | None = None


class EndpointAnswer(Struct, frozen=True):
    """A system that hears, with the secret that was just made for it."""

    endpoint: Endpoint
    secret: str


class Endpoints(Struct, frozen=True):
    """The systems that hear, and of what there is to hear."""

    endpoints: list[Endpoint]
    kinds: list[str]


class Deliveries(Struct, frozen=True):
    """What went to a system, the latest first."""

    deliveries: list[DeliveryRow]
