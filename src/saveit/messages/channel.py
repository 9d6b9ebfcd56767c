"""What a channel is: what it can, and the verbs that every channel has. All of them are pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

import msgspec

from saveit.messages.inbound import Inbound, MediaKind
from saveit.messages.outbound import Outbound
from saveit.messages.outcomes import Outcome
from saveit.messages.text import Limit
from saveit.messages.wire import Answer, Credentials, Envelope, Need, Rendered, Request, Response, Verdict

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

    `reply_window` counts from the guest's last message; beyond it only a template passes. `per_line_s` and `per_recipient_s` are the
    messages a second that the provider takes.
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
    per_line_s: float | None = None
    per_recipient_s: float | None = None


class Channel(Protocol):
    """A mouth and an ear. It holds no state, reads no settings and opens no socket; the same arguments give the same answer for ever.

    A request goes: `handshake`; `envelopes` to learn which lines it speaks of; `verify` with each such line's credentials, and only the
    envelopes of a line that verified are kept; one insert; `answer`. Later `parse` reads each kept envelope. A reply goes: `fit`,
    then for each part `render`, the call, `read`.
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

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> Rendered:
        """Describe the call that sends this. `now` goes into signatures and dates.

        Raises: ValueError for a part that `fit` would not have made for this channel: a bug of the caller.
        """
        ...

    def read(self, response: Response) -> Outcome:
        """Say what became of it. Never raises; where the answer does not tell, the outcome is Unknown."""
        ...


Channels: TypeAlias = Mapping[str, Channel]
