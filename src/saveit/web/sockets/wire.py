"""The words of the sockets: what clients send, with which codes they are closed, and ASGI as far as sockets need it."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, NotRequired, TypeAlias, TypedDict

import msgspec
from msgspec import Meta

from saveit.kernel.ids import RestaurantId

BROKEN, RESTARTING, BUSY = 1011, 1012, 1013
MALFORMED, NOBODY, FORBIDDEN, UNKNOWN, SILENT, SLOW, TOO_MANY = 4400, 4401, 4403, 4404, 4408, 4409, 4429
"""Closing codes; docs/guides/live.md says what each asks of a client."""

FRAME_OCTETS_MAX = 32_768


class SocketMessage(TypedDict):
    """What goes to and fro on a socket."""

    type: str
    text: NotRequired[str | None]
    bytes: NotRequired[bytes | None]
    code: NotRequired[int]


SocketReceive: TypeAlias = Callable[[], Awaitable[SocketMessage]]
SocketSend: TypeAlias = Callable[[SocketMessage], Awaitable[None]]

_Date: TypeAlias = date
_Id = Annotated[str, Meta(min_length=1, max_length=64)]
_Token = Annotated[str, Meta(max_length=512)]
_Seq = Annotated[int, Meta(ge=0)]
_Place = Annotated[str, Meta(max_length=40)]


class Wish(msgspec.Struct, frozen=True):
    """A topic as a screen asks for it."""

    restaurant_id: RestaurantId | None = None
    days: Annotated[tuple[date, ...], Meta(max_length=62)] | None = None
    inbox: bool = False
    after: _Place | None = None


_Wishes = Annotated[tuple[Wish, ...], Meta(max_length=50)]


class StaffHello(msgspec.Struct, frozen=True, tag="hello"):
    """Who is at the screen, and what it follows."""

    token: _Token = ""
    topics: _Wishes = ()
    after: _Place | None = None

    def __repr__(self) -> str:
        """Say nothing: a token is in it."""
        return "StaffHello(***)"


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe"):
    """What a screen follows from now on."""

    topics: _Wishes


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Are you there?"""


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """Yes."""


StaffFrame: TypeAlias = StaffHello | Subscribe | Ping | Pong


class TimesHello(msgspec.Struct, frozen=True, tag="hello"):
    """Whose days a booking page looks at: a restaurant's slug."""

    restaurant: Annotated[str, Meta(min_length=1, max_length=80)]


TimesFrame: TypeAlias = TimesHello | Ping | Pong


class ChatHello(msgspec.Struct, frozen=True, tag="hello"):
    """Which session this is, and what it has."""

    token: _Token
    after: _Seq = 0
    language: Annotated[str, Meta(max_length=12)] = ""

    def __repr__(self) -> str:
        """Say nothing: a token is in it."""
        return "ChatHello(***)"


class Message(msgspec.Struct, frozen=True, tag="message"):
    """The guest wrote. How long it may be is told by a refusal, not by a closed socket."""

    id: _Id
    text: str
    replies_to: Annotated[str, Meta(max_length=140)] = ""
    name: Annotated[str, Meta(max_length=120)] = ""

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Message({len(self.text)} characters)"


class Tap(msgspec.Struct, frozen=True, tag="tap"):
    """The guest tapped a button."""

    id: _Id
    payload: Annotated[str, Meta(max_length=256)]
    title: Annotated[str, Meta(max_length=120)] = ""


class Start(msgspec.Struct, frozen=True, tag="start"):
    """The guest opened the window and wants to be greeted."""

    id: _Id
    payload: Annotated[str, Meta(max_length=256)] = ""


class TypingNow(msgspec.Struct, frozen=True, tag="typing"):
    """The guest is typing."""


class Received(msgspec.Struct, frozen=True, tag="ack"):
    """All up to this has arrived."""

    seq: _Seq


class Seen(msgspec.Struct, frozen=True, tag="read"):
    """All up to this was on a screen."""

    seq: _Seq


class LookAt(msgspec.Struct, frozen=True, tag="look"):
    """Tell of this day."""

    date: _Date | None = None
    party_size: Annotated[int, Meta(ge=1, le=100)] = 2


ChatFrame: TypeAlias = ChatHello | Message | Tap | Start | TypingNow | Received | Seen | LookAt | Ping | Pong
