"""What comes in, once a channel has read it: one shape for every mouth a guest can use."""

from datetime import datetime
from typing import Literal, TypeAlias, assert_never

import msgspec

from saveit.messages.outcomes import Failure
from saveit.messages.wire import HttpCall

AddressKind: TypeAlias = Literal["phone", "user_id", "email", "chat", "session"]
MediaKind: TypeAlias = Literal["image", "audio", "video", "document", "sticker"]
ChoiceSource: TypeAlias = Literal["button", "quick_reply", "list", "template", "start"]
StatusState: TypeAlias = Literal["queued", "sent", "delivered", "read", "played", "failed"]
CallPhase: TypeAlias = Literal["started", "interrupted", "no_input", "ended", "failed", "progress"]


class Address(msgspec.Struct, frozen=True):
    """Where somebody is reached on one channel, spelled as the provider spells it: it is the reply's target and is never rewritten.

    A `user_id` means something only within the line that heard it. `verified` says that the provider vouches for it: a sender's
    phone on WhatsApp, a mail whose domain signs for it. Only a verified phone or email may link two addresses to one person.
    """

    kind: AddressKind
    value: str
    verified: bool = False

    @property
    def phone(self) -> str | None:
        """Return the number with its plus, which some providers leave out, or None where this is no phone."""
        return f"+{self.value.removeprefix('+')}" if self.kind == "phone" else None

    def __repr__(self) -> str:
        """Say the kind alone: an address is personal, and this ends up in tracebacks and logs."""
        return f"Address({self.kind})"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote. `address` is where the answer goes; `others` are the same account under other names (a phone beside a user id)."""

    address: Address
    others: tuple[Address, ...] = ()
    name: str | None = None
    username: str | None = None
    language: str | None = None

    def __repr__(self) -> str:
        """Say nothing personal."""
        return f"Sender({self.address!r})"


class ReceivedMedia(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a guest sent, still at the provider's: fetched at once and apart from the message, since it expires within days.

    `reference` is the provider's id of it, `url` a place to fetch it from; one of the two may be empty. A `url` may hold the line's
    secret or take its credentials: it is never logged and never handed on, and credentials go only to the provider's own hosts.
    """

    kind: MediaKind
    reference: str = ""
    url: str = ""
    media_type: str = ""
    file_name: str = ""
    size_octets: int | None = None
    is_voice: bool = False
    content: bytes = b""

    def __repr__(self) -> str:
        """Say the kind alone."""
        return f"ReceivedMedia({self.kind})"


class Written(msgspec.Struct, frozen=True, tag="written"):
    """Text, files, or both; `text` is empty where only files came, and holds their caption where they have one."""

    text: str
    attachments: tuple[ReceivedMedia, ...] = ()

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Written({len(self.text)} characters, {len(self.attachments)} attachments)"


class Chosen(msgspec.Struct, frozen=True, tag="chosen"):
    """A button, quick reply or list row that was tapped: `payload` is the id it was offered under, `title` what the guest saw.

    `tap_id` must be answered on channels whose buttons otherwise spin (`TapAnswer`).
    """

    payload: str
    title: str
    source: ChoiceSource
    tap_id: str | None = None

    def __repr__(self) -> str:
        """Say where it came from, not what it holds."""
        return f"Chosen({self.source})"


class Place(msgspec.Struct, frozen=True, tag="place"):
    """A place on the map, in degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""

    def __repr__(self) -> str:
        """Say nothing of where."""
        return "Place(***)"


class ContactCard(msgspec.Struct, frozen=True):
    """Somebody's entry in the guest's contacts. It proves nothing about who writes."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    is_own: bool = False

    def __repr__(self) -> str:
        """Say nothing."""
        return "ContactCard(***)"


class Cards(msgspec.Struct, frozen=True, tag="cards"):
    """Contacts that a guest shared."""

    cards: tuple[ContactCard, ...]


class Reaction(msgspec.Struct, frozen=True, tag="reaction"):
    """An emoji put on the message `target`; None when it was taken away."""

    target: str
    emoji: str | None


class Edit(msgspec.Struct, frozen=True, tag="edit"):
    """The message `target` now reads so. It may arrive before the message."""

    target: str
    written: Written


class Deletion(msgspec.Struct, frozen=True, tag="deletion"):
    """The message `target` was taken back. It may arrive before the message."""

    target: str


class Order(msgspec.Struct, frozen=True, tag="order"):
    """A basket from a catalogue: item ids with how many of each."""

    items: tuple[tuple[str, int], ...]
    text: str = ""

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Order({len(self.items)} items)"


class Form(msgspec.Struct, frozen=True, tag="form"):
    """A form that the guest filled in; `answers` is JSON text as the provider gave it, not always an object."""

    name: str
    answers: str

    def __repr__(self) -> str:
        """Say the form, not what was filled in."""
        return f"Form({self.name})"


class Said(msgspec.Struct, frozen=True, tag="said"):
    """What a caller said, as the provider heard it; `confidence` is 0 to 1 where it tells."""

    text: str
    confidence: float | None = None

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Said({len(self.text)} characters)"


class Keyed(msgspec.Struct, frozen=True, tag="keyed"):
    """The keys a caller pressed."""

    digits: str

    def __repr__(self) -> str:
        """Say how many: keys may be a card's number."""
        return f"Keyed({len(self.digits)} keys)"


class Unsupported(msgspec.Struct, frozen=True, tag="unsupported"):
    """The guest sent something that the channel or we cannot read; unlike `Ignored` it deserves a helpful answer."""

    kind: str
    code: str = ""


Content: TypeAlias = (
    Written | Chosen | Place | Cards | Reaction | Edit | Deletion | Order | Form | Said | Keyed | Unsupported
)


class UnifiedMessage(msgspec.Struct, frozen=True, kw_only=True, tag="message"):
    """One thing a guest sent, the same from every channel.

    `sent_at` is the provider's clock, None where it did not say; `replies_to` is the provider's id of the message answered. `group` is
    the group chat it was written in: nobody is attended there. On `standby` another application owns the thread: note it, do not answer.
    `automatic` marks mail that a machine wrote: answering it makes a loop. `thread` is what an answer must carry to land in the same
    thread, such as a subject or a reply token.
    """

    channel_message_id: str
    sender: Sender
    content: Content
    sent_at: datetime | None = None
    replies_to: str | None = None
    group: str | None = None
    forwarded: bool = False
    standby: bool = False
    automatic: bool = False
    referral: str | None = None
    subject: str | None = None
    thread: str | None = None

    def __repr__(self) -> str:
        """Say which message and of what kind: subjects are words, and a thread may be a token."""
        return f"UnifiedMessage({self.channel_message_id}, {self.content!r})"

    @property
    def user_identifier(self) -> str:
        """The address that wrote, as text."""
        return self.sender.address.value

    @property
    def text(self) -> str:
        """The words in it, whatever its form; empty where it has none."""
        match self.content:
            case Written(text=text) | Said(text=text) | Order(text=text):
                return text
            case Edit(written=written):
                return written.text
            case Chosen(title=title):
                return title
            case Keyed(digits=digits):
                return digits
            case Place() | Cards() | Reaction() | Deletion() | Form() | Unsupported():
                return ""
            case _:
                assert_never(self.content)


class Status(msgspec.Struct, frozen=True, kw_only=True, tag="status"):
    """What became of a message of ours. States come unordered and repeated, some never; the lattice is the reader's to keep.

    `own_reference` is our message's id where the provider hands it back: it repairs a send whose answer was lost.
    """

    channel_message_id: str
    state: StatusState
    at: datetime | None = None
    recipient: Address | None = None
    failure: Failure | None = None
    own_reference: str | None = None


class StatusUpTo(msgspec.Struct, frozen=True, kw_only=True, tag="status_up_to"):
    """Everything sent to `recipient` until `up_to` has reached this state: Messenger tells it by the clock, not by message."""

    recipient: Address
    state: StatusState
    up_to: datetime


class Echo(msgspec.Struct, frozen=True, kw_only=True, tag="echo"):
    """Something sent *from* the line: by the owner on the phone app, by another application, or by ourselves.

    An echo of our own is recognised by its id, or by `app_id`. Any other means that a human answers now: the bot pauses. It opens no
    reply window.
    """

    channel_message_id: str
    recipient: Address
    content: Content
    sent_at: datetime | None = None
    app_id: str | None = None
    by_phone_app: bool = False


class OptOut(msgspec.Struct, frozen=True, kw_only=True, tag="opt_out"):
    """This address wants to hear no more, of anything or of marketing only; `why` is the provider's word for how it said so."""

    address: Address
    scope: Literal["all", "marketing"]
    why: str
    at: datetime | None = None


class OptIn(msgspec.Struct, frozen=True, kw_only=True, tag="opt_in"):
    """This address wants to hear from us again."""

    address: Address
    scope: Literal["all", "marketing"]
    why: str
    at: datetime | None = None


class IdentityChanged(msgspec.Struct, frozen=True, kw_only=True, tag="identity_changed"):
    """One account is now reached under `new` in place of `old`. Where `old` is None only the change is known: ask for proof again."""

    old: Address | None
    new: Address
    why: str
    at: datetime | None = None


class AccountEvent(msgspec.Struct, frozen=True, kw_only=True, tag="account_event"):
    """The provider speaks about the line itself; `stops_line` when nothing can be sent until a person acts."""

    kind: str
    detail: str = ""
    stops_line: bool = False


class TemplateEvent(msgspec.Struct, frozen=True, kw_only=True, tag="template_event"):
    """A template was approved, rejected, paused or judged anew."""

    name: str
    language: str
    event: str
    reason: str = ""


class CallEvent(msgspec.Struct, frozen=True, kw_only=True, tag="call_event"):
    """A telephone call began, ended, or fell silent. On `interrupted`, `heard` is what the caller heard before speaking over it."""

    call_id: str
    phase: CallPhase
    caller: Sender | None = None
    heard: str = ""
    detail: str = ""

    def __repr__(self) -> str:
        """Say the phase, not what was said."""
        return f"CallEvent({self.phase})"


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, tag="confirmation"):
    """The provider asks to be called back before it sends anything: make `call` once, and only after the request was verified."""

    call: HttpCall


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True, tag="elsewhere"):
    """The event's content lies elsewhere, such as a mail in a bucket: fetch `reference`, and parse the envelope again with it as body."""

    reference: str


class Ignored(msgspec.Struct, frozen=True, kw_only=True, tag="ignored"):
    """Nothing for us, or nothing we can read: `kind` is the provider's word, `why` ours. The raw envelope stays in the inbox."""

    kind: str
    why: Literal["not_for_us", "unreadable", "unknown_kind", "incomplete", "own_test"]


Inbound: TypeAlias = (
    UnifiedMessage
    | Status
    | StatusUpTo
    | Echo
    | OptOut
    | OptIn
    | IdentityChanged
    | AccountEvent
    | TemplateEvent
    | CallEvent
    | Confirmation
    | Elsewhere
    | Ignored
)
