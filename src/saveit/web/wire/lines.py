"""What is answered about advisors, lines, and what came by them, where a room's own struct does not serve."""

from msgspec import Struct

from saveit.advisors import Advisor, Line
from saveit.gateway import ParkedEvent, Quarantined


class Advisors(Struct, frozen=True):
    """A page of advisors. `next` asks for the following one; null is the end."""

    advisors: list[Advisor]
    next: str | None


class LineAnswer(Struct, frozen=True):
    """A line, without its credentials, and the address that its provider is to be told."""

    line: Line
    webhook_url: str


class Lines(Struct, frozen=True):
    """A page of lines. `next` asks for the following one; null is the end."""

    lines: list[LineAnswer]
    next: str | None


class ChannelNeed(Struct, frozen=True):
    """One thing that a line is asked for: its name, what it means in the caller's language, and whether a line can be without it."""

    name: str
    meaning: str
    secret: bool
    required: bool


class ChannelAnswer(Struct, frozen=True):
    """A channel: by what its provider knows a line, which credentials a line has, and whether each has a webhook of its own."""

    name: str
    names: list[ChannelNeed]
    needs: list[ChannelNeed]
    own_path: bool


class ChannelsAnswer(Struct, frozen=True):
    """The channels there are."""

    channels: list[ChannelAnswer]


class ParkedEvents(Struct, frozen=True):
    """A page of deliveries that could not be taken, the oldest first. `next` asks for the following one; null is the end."""

    events: list[ParkedEvent]
    next: str | None


class ParkedPiece(Struct, frozen=True):
    """One thing that a parked delivery says: what kind it is, from whom, and its words."""

    kind: str
    sender: str
    text: str


class ParkedContent(Struct, frozen=True):
    """A parked delivery as it reads; `readable` is false where what came cannot be opened with this installation's keys."""

    event: ParkedEvent
    channel: str
    readable: bool
    pieces: list[ParkedPiece]


class Strangers(Struct, frozen=True):
    """Addresses at which something came for nobody, the latest first, 200 at most."""

    quarantined: list[Quarantined]
