"""What a guest says in a web chat: numbered for the session, then through the front door like any other channel's."""

from typing import ClassVar

import msgspec

from saveit.advisors import Route
from saveit.consumers.live.chats import Chats
from saveit.consumers.live.store import Seat
from saveit.gateway import Gateway, receive
from saveit.kernel.crypto import Sealer
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import LineId
from saveit.messages import Request, Verified

CHANNEL = "webchat"
_OK = 200
_encoder = msgspec.json.Encoder()


class SessionForged(Refusal):
    """The token of a session is not one that we gave out, or its line is no more."""

    code: ClassVar[str] = "session_forged"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the widget sends when its guest says something; `id` is the widget's own, once for each."""

    type: str
    id: str
    text: str = ""
    payload: str = ""
    title: str = ""
    replies_to: str = ""
    name: str = ""
    language: str = ""

    def __repr__(self) -> str:
        """Say how much, not what."""
        return f"Said({self.type}, {len(self.text)} characters)"


class Session(msgspec.Struct, frozen=True):
    """A session that was shown to be ours, with where its rows are."""

    route: Route
    name: str
    signature: str
    seat: Seat
    sealer: Sealer

    def __repr__(self) -> str:
        """Say where, not who."""
        return f"Session({self.route.line.id})"


async def enter(chats: Chats, gateway: Gateway, line_id: LineId, *, name: str, signature: str) -> Session:
    """Return the session that a token opens.

    Refuses: SessionForged; TooManyUnknownLines. Raises: DatabaseUnreachable, LineUnreadable.
    """
    route = await gateway.lines.by_id(line_id)
    if route is None or not route.active or route.line.channel != CHANNEL:
        raise SessionForged
    asked = _request(gateway, route, f"{name}.{signature}", b"")
    if not isinstance(gateway.channels[CHANNEL].verify(asked, route.credentials), Verified):
        raise SessionForged
    seat, sealer = await chats.seat_of(route, name)
    return Session(route, name, signature, seat, sealer)


async def hear(chats: Chats, gateway: Gateway, session: Session, said: Said) -> int:
    """Take what a guest says and return its number; said again under the same id, the number of then. It is durable then.

    The number comes first: were the inbox first, the answer could be numbered before the question. Whoever dies in between leaves a
    number without an answer, and the widget, which was not acknowledged, says it again under the same id.

    Refuses: SessionForged, when the line was switched off or its secret changed meanwhile.
    Raises: DatabaseUnreachable, InboxFull, Collision: to be said again.
    """
    shown = {
        "type": "start" if said.type == "start" else "message",
        "id": said.id,
        "from": "guest",
        "text": said.title if said.type == "tap" else said.text,
        "replies_to": said.replies_to or None,
        "at": gateway.clock.now(),
    }
    frame = _encoder.encode(shown)
    seq = await chats.keep(session.seat, session.sealer, f"{said.type}:{said.id}", frame)
    body = _encoder.encode(said)
    request = _request(gateway, session.route, f"{session.name}.{session.signature}", body)
    if (await receive(gateway, CHANNEL, request)).status != _OK:
        raise SessionForged
    return seq


def _request(gateway: Gateway, route: Route, token: str, body: bytes) -> Request:
    """Return a frame as the channel reads it."""
    return Request(
        method="POST",
        url=f"/webhooks/{CHANNEL}/{route.line.address}",
        headers={"x-saveit-session": token},
        body=body,
        opaque=route.line.address,
        received_at=gateway.clock.now(),
    )
