"""What a channel is: what it can, and the verbs that every channel has. All of them are pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import msgspec

from saveit.messages.inbound import Inbound, MediaKind, ReceivedMedia
from saveit.messages.outbound import Outbound
from saveit.messages.outcomes import Failure, Outcome
from saveit.messages.text import Limit
from saveit.messages.wire import (
    Answer,
    Credentials,
    Envelope,
    HttpCall,
    Need,
    Rendered,
    Request,
    Response,
    Verdict,
)

ReplyTime: TypeAlias = Literal["later", "in_response"]
Shape: TypeAlias = Literal["chat", "letter", "speech"]


class ChoiceLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many things can be offered to tap, and how long each may be. Titles and ids are unique within one message."""

    count_max: int
    title: Limit
    id_octets_max: int
    text: Limit
    description: Limit | None = None
    label: Limit | None = None


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel carries, each length in the unit in which its provider counts. What is None or empty it cannot.

    `reply_window` counts from the guest's last message; beyond it only a template passes, or until `human_window` a person's own words
    (`Outbound.by_human`). Where `twice_is_once`, a message that goes out again under its id is shown once. `per_line_s` and
    `per_recipient_s` are the messages a second that the provider takes.
    """

    text: Limit
    caption: Limit | None = None
    buttons: ChoiceLimits | None = None
    quick_replies: ChoiceLimits | None = None
    menu: ChoiceLimits | None = None
    media: frozenset[MediaKind] = frozenset()
    templates: bool = False
    typing: bool = False
    read_marks: bool = False
    shape: Shape = "chat"
    reply: ReplyTime = "later"
    reply_window: timedelta | None = None
    human_window: timedelta | None = None
    twice_is_once: bool = False
    per_line_s: float | None = None
    per_recipient_s: float | None = None


class Channel(Protocol):
    """A mouth and an ear. It holds no state, reads no settings and opens no socket; the same arguments give the same answer for ever.

    A request goes: `handshake`; `envelopes` to learn which lines it speaks of; `verify` with each such line's credentials, and only the
    envelopes of a line that verified are kept; one insert; `answer`. Later `parse` reads each kept envelope. A reply goes: `fit`,
    then for each part `render`, the call, `read`. A file goes: `fetch`, the call, `fetched`, until it has its content.
    """

    @property
    def name(self) -> str:
        """Return the folder's name: it stands in paths, rows and logs."""
        ...

    @property
    def can(self) -> Can:
        """Return what it carries."""
        ...

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return what a line of it must be told."""
        ...

    @property
    def names(self) -> tuple[Need, ...]:
        """Return by what its provider knows a line: `account`, and `address` where that is another; nothing where there is no provider."""
        ...

    @property
    def own_path(self) -> bool:
        """Say whether each line has a webhook of its own, told apart by the end of its path; else one serves all lines."""
        ...

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Return the answer to a provider that only asks whether we are here, or None when the request is no such question."""
        ...

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Cut the request into its events, each with its line and key. Never raises; what is unreadable is one envelope for nobody."""
        ...

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Say whether the request was made by whom it claims, in constant time and on the raw bytes. Never raises."""
        ...

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read one event. Never raises and never returns nothing: what is unknown becomes `Ignored`."""
        ...

    def answer(self, request: Request) -> Answer:
        """Return what the provider is told once its events are kept; on a call, what is said when no answer comes in time."""
        ...

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Describe the next call on the way to a file that a guest sent, or None where there is nothing to call: it is here, or with us.

        The line's credentials are in it only where it goes to the provider's own host. Its address was sent by the provider and is
        https, but whoever calls it still refuses private networks.
        """
        ...

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return what the answer to `fetch` gave: the media with an address, to be fetched again, or with its content. Never raises."""
        ...

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> Rendered:
        """Describe the call that sends this. `now` goes into signatures and dates.

        Raises: NotCarried for a part that `fit` would not have made for this channel: a bug of the caller.
        """
        ...

    def read(self, response: Response) -> Outcome:
        """Say what became of it. Never raises; where the answer does not tell, the outcome is Unknown."""
        ...


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what a provider remembers, as the envelopes that its webhooks would have been, and the call for the page before it."""

    envelopes: tuple[Envelope, ...]
    older: HttpCall | None = None


@runtime_checkable
class Remembers(Protocol):
    """A channel whose provider does not send again what we missed, but can be asked; and asked too whether a lost call was a message.

    What is remembered has the keys that it had in a webhook, so keeping it again changes nothing.
    """

    def history(self, credentials: Credentials, since: datetime) -> HttpCall:
        """Describe the call for what came to the line since then."""
        ...

    def remembered(self, response: Response, credentials: Credentials, since: datetime) -> History | Failure:
        """Return what came since then. Never raises."""
        ...

    def look_up(self, outbound: Outbound, credentials: Credentials, since: datetime) -> HttpCall:
        """Describe the call that finds out what became of a send whose answer was lost; half a minute later the list is complete."""
        ...

    def looked_up(self, outbound: Outbound, response: Response, credentials: Credentials) -> Outcome:
        """Return Sent when it is found, RetryAfter when it is certainly not there, and Unknown when that cannot be told."""
        ...


@runtime_checkable
class Collects(Protocol):
    """A channel whose provider may lay an event's content elsewhere (`Elsewhere`), from where it is collected."""

    def collect(self, reference: str, credentials: Credentials, now: datetime) -> HttpCall | None:
        """Describe the call for what lies there, None where it is no place of this provider's; the envelope is then parsed again."""
        ...


Channels: TypeAlias = Mapping[str, Channel]
