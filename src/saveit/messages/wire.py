"""Requests as they arrive, and calls as they leave: descriptions only. Nothing here opens a socket."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's call to us, with its body as bytes: signatures cover bytes, not meanings.

    `url` is the public one, from our configuration and with the query as it came, never from a header that a caller can set.
    Header names are in lower case. `opaque` is what follows the channel in the path. `certificate` is given on the second try, after
    `verify` asked for it.
    """

    method: str
    url: str
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""
    opaque: str = ""
    received_at: datetime
    certificate: bytes | None = None

    def header(self, name: str) -> str:
        """Return the header's value, empty when it did not come."""
        return self.headers.get(name, "")

    def __repr__(self) -> str:
        """Say nothing that was sent: the path may hold a secret, the body holds a guest's words."""
        return f"Request({self.method}, {len(self.body)} octets)"


class LineKey(msgspec.Struct, frozen=True):
    """Whose line an event is for: the provider's account and our address on it. Both come from the request and are not yet believed.

    An empty `address` means the account as a whole; with both empty nothing was said, and the event goes to quarantine.
    """

    account: str
    address: str


NOBODY = LineKey("", "")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event cut out of a request, small enough to be kept in a row of the inbox and whole enough to be parsed alone.

    (channel, line, event_key) is the same whenever the provider sends the event again, and different for any other event. `sender` is
    whom it is from or, for a status, whom it was for: events of one sender are handled in order. It is empty where nobody is concerned.
    """

    line: LineKey
    event_key: str
    sender: str
    body: bytes

    def __repr__(self) -> str:
        """Say which event, not what is in it."""
        return f"Envelope({self.event_key}, {len(self.body)} octets)"


class Credentials(msgspec.Struct, frozen=True):
    """A line's own settings and secrets, by the names that the channel's `needs` lists. A channel keeps none of them."""

    line: LineKey
    values: Mapping[str, str]

    def value(self, name: str) -> str:
        """Return the value, empty when the line has none."""
        return self.values.get(name, "")

    def __repr__(self) -> str:
        """Say the names alone: the values are secrets."""
        return f"Credentials({', '.join(sorted(self.values))})"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person is asked for when a line is set up: an entry of its credentials, or what its provider knows it by.

    What is `made` is a secret between us and ourselves: left out, it is made, and nobody has to think of one.
    """

    name: str
    meaning: str
    meaning_es: str
    secret: bool = False
    required: bool = True
    made: bool = False


class Verified(msgspec.Struct, frozen=True, tag="verified"):
    """The request is from whom it says, for the line whose credentials were given. It says nothing about other lines in the same batch."""


class Forged(msgspec.Struct, frozen=True, tag="forged"):
    """The request is not to be believed: nothing of it is kept. `why` is for our logs; the caller learns only the status."""

    why: Literal[
        "signature_missing",
        "signature_malformed",
        "signature_wrong",
        "body_not_covered",
        "secret_missing",
        "sender_not_allowed",
        "too_old",
        "unreadable",
    ]

    @property
    def status(self) -> int:
        """401 where nothing was shown, 403 where something wrong was."""
        return 401 if self.why == "signature_missing" else 403


class NeedsCertificate(msgspec.Struct, frozen=True, tag="needs_certificate"):
    """The signature is checked with a certificate at `url`, whose host is the provider's. Fetch it without redirects and ask again."""

    url: str


Verdict: TypeAlias = Verified | Forged | NeedsCertificate


class Answer(msgspec.Struct, frozen=True):
    """What goes back on the provider's own request, at once."""

    status: int = 200
    media_type: str = "text/plain; charset=utf-8"
    body: bytes = b""

    def __repr__(self) -> str:
        """Leave the body out: a spoken answer may name the guest."""
        return f"Answer({self.status}, {self.media_type})"


class HttpCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make: no redirects, one time-out, and then the channel's `read`.

    An answer beyond `answer_octets_max` is not read to its end. `repeatable` calls do no harm when made twice (a read mark); every other
    one whose answer is lost has an unknown outcome.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout_s: float = 10.0
    answer_octets_max: int = 1_048_576
    repeatable: bool = False

    def __repr__(self) -> str:
        """Say the host alone: headers hold tokens, and so do some providers' paths."""
        return f"HttpCall({self.method} {urlsplit(self.url).hostname})"


class SocketPush(msgspec.Struct, frozen=True, kw_only=True):
    """A frame for every socket that is open for `session` on a line; whoever sends it numbers and keeps it, so that a reconnect resumes."""

    line: LineKey
    session: str
    body: bytes

    def __repr__(self) -> str:
        """Say its size."""
        return f"SocketPush({len(self.body)} octets)"


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to hand to an SMTP server: the envelope's two addresses and the message as it stands on the wire.

    Its outcome is the server's reply as a `Response`: the three-digit code as status, the text as body. Its id is our own `message_id`.
    """

    host: str
    port: int
    username: str
    password: str
    starttls: bool
    sender: str
    recipient: str
    message_id: str
    message: bytes
    timeout_s: float = 30.0

    def __repr__(self) -> str:
        """Say the server alone."""
        return f"Mail({self.host})"


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider answered to our call."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""

    def __repr__(self) -> str:
        """Leave the body out."""
        return f"Response({self.status})"


Rendered: TypeAlias = HttpCall | SocketPush | Mail | Answer
