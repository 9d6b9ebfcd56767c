"""What every stand-in has, and the small tools that they share."""

import base64
import email.parser
import email.policy
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar

import msgspec

from saveit.messages import HttpCall, Response
from saveit.sandbox.model import Incoming, Line, Receipt, Said, Taken
from saveit.sandbox.world import World

Event: TypeAlias = Mapping[str, object]
Read = TypeVar("Read")

JSON_HEADERS: Mapping[str, str] = {"content-type": "application/json"}
MEDIA_TYPES: Mapping[str, str] = {
    "image": "image/jpeg",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}


class Answering(Protocol):
    """What answers calls, and tells nothing by itself."""

    def hears(self, call: HttpCall) -> bool:
        """Say whether the call is addressed here."""
        ...

    def take(self, call: HttpCall, world: World) -> Taken:
        """Judge a call as the provider would."""
        ...


class StandIn(Answering, Protocol):
    """A provider of channels, as far as the product can tell. It opens no socket: what it sends is handed to whoever delivers it."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the channels that this provider carries."""
        ...

    @property
    def retries_s(self) -> tuple[float, ...]:
        """Return after how many seconds each a refused webhook is sent again."""
        ...

    def alias(self, channel: str, guest: str) -> str:
        """Return how the provider spells this guest."""
        ...

    def said(self, line: Line, said: Said, world: World) -> tuple[str, Event]:
        """Return what the provider tells of a guest's message: its id and the event."""
        ...

    def status(self, receipt: Receipt, world: World) -> Event | None:
        """Return the status event, or None where this provider tells none."""
        ...

    def wrap(self, line: Line, events: Sequence[Event], world: World) -> tuple[Incoming, ...]:
        """Put events into signed requests: one for all where the provider batches."""
        ...


def answered(status: int, body: object, headers: Mapping[str, str] = JSON_HEADERS) -> Response:
    """Return an answer in JSON."""
    return Response(status=status, headers=headers, body=msgspec.json.encode(body))


def header(call: HttpCall, name: str) -> str:
    """Return a header of a call, empty when it has none."""
    return next((value for key, value in call.headers if key.lower() == name), "")


def strictly(body: bytes, kind: type[Read]) -> Read | str:
    """Read a body that may hold nothing but what it should, or return what is wrong with it."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return str(error) or "unreadable"


def form_of(call: HttpCall) -> dict[str, tuple[str, bytes]]:
    """Return a form's fields, each with its file's name and its content."""
    head = f"Content-Type: {header(call, 'content-type')}\r\n\r\n".encode()
    read = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + call.body)
    found: dict[str, tuple[str, bytes]] = {}
    for part in read.iter_parts() if read.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = (part.get_filename() or "", content)
    return found


def picture_of(content_type: str, content: bytes) -> str:
    """Return a picture as an address that holds it, for a page to show; "" for what is none."""
    is_picture = content_type in {"image/png", "image/jpeg"}
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}" if is_picture else ""
