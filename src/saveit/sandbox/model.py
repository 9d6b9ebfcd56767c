"""The words of the stand-ins: what a guest says, what goes to the product, what the product sent, and what went wrong on purpose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from saveit.messages import Credentials, HttpCall, LineKey, Mail, Response, SocketPush

Direction: TypeAlias = Literal["in", "out"]
Progress: TypeAlias = Literal["sent", "delivered", "read", "failed"]
Outgoing: TypeAlias = HttpCall | Mail | SocketPush


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One business address at a provider, with the credentials that the product has for it; `opaque` ends its webhook's path."""

    channel: str
    key: LineKey
    credentials: Credentials
    opaque: str = ""

    def __repr__(self) -> str:
        """Say which line, and none of its secrets."""
        return f"Line({self.channel})"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest does: writes, taps what was offered (by its id, its title or its number), or sends a file of a kind."""

    guest: str
    text: str = ""
    button: str = ""
    media: str = ""
    name: str = "Ana Torres"


class Offered(msgspec.Struct, frozen=True):
    """Something the guest may tap; `source` is how the provider showed it."""

    id: str
    title: str
    source: Literal["button", "list", "quick_reply"] = "button"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest's screen shows of one message."""

    text: str = ""
    buttons: tuple[Offered, ...] = ()
    attachments: tuple[Mapping[str, str], ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a conversation. `seq` counts from one within it; by `address`, the business's, a guest's threads are told apart."""

    seq: int
    direction: Direction
    address: str
    message_id: str
    shown: Shown
    at: datetime


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's request to the product: `path` begins with /webhooks and holds the query; it is signed for `url`."""

    method: str = "POST"
    path: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Say where it goes, not what is in it."""
        return f"Incoming({self.path.partition('?')[0]}, {len(self.body)} octets)"


class StoredFile(msgspec.Struct, frozen=True):
    """A file that a guest sent, as it lies at the provider's until somebody who may fetches it."""

    line: Line
    content: bytes
    media_type: str
    at: datetime

    def __repr__(self) -> str:
        """Say how long it is."""
        return f"StoredFile({len(self.content)} octets)"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A stand-in's verdict on a call: the provider's own answer, the code in words of its own, and what follows from it.

    `guest` and `shown` are there when a message reached a guest. `progress` are the statuses that the provider will tell. `later` is
    the error with which an accepted message fails afterwards, as WhatsApp does when the window is closed.
    """

    channel: str
    response: Response
    verdict: str
    line: Line | None = None
    guest: str = ""
    message_id: str = ""
    shown: Shown | None = None
    progress: tuple[Progress, ...] = ()
    reference: str = ""
    callback: str = ""
    later: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A status that a stand-in is about to tell of a message."""

    line: Line
    guest: str
    message_id: str
    progress: Progress
    reference: str = ""
    callback: str = ""
    code: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """An outbound call as it was received. `url` holds no token."""

    seq: int
    channel: str
    method: str
    url: str
    status: int
    verdict: str
    message_id: str
    to: str
    at: datetime


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong on purpose. Each is a share of cases from 0 to 1; `batch` and `delay_s` are a count and seconds.

    duplicates: a webhook comes twice. reorder: it is overtaken by the next. batch: up to so many events in one request, where the
    provider does so. delay_s: webhooks come later. throttled, broken: the provider answers 429 or 503 and sends nothing.
    lost_answer: it sends, and its answer never arrives. unreachable: no connection. lost_status: a status never comes. echoes: a
    message of ours comes back as an echo.
    """

    duplicates: float = 0.0
    reorder: float = 0.0
    batch: int = 1
    delay_s: float = 0.0
    throttled: float = 0.0
    broken: float = 0.0
    lost_answer: float = 0.0
    unreachable: float = 0.0
    lost_status: float = 0.0
    echoes: float = 0.0
    channel: str | None = None
    seed: int = 1
