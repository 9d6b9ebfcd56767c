"""What is no provider's but ours: the sockets of the web chat, and a mail server for SMTP lines."""

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from saveit.messages import Mail, Response, SocketPush
from saveit.sandbox.model import Incoming, Line, Offered, Said, Shown, Taken
from saveit.sandbox.providers.amazon import shown_mail
from saveit.sandbox.providers.base import answered, strictly
from saveit.sandbox.world import World

# RFC 5321: a server need not take more; the common limit of 25 MB is of the message on the wire.
_MAIL_OCTETS_MAX = 25 * 1024 * 1024
_MESSAGE_ID = re.compile(r"<?[^<>\s]+@[^<>\s]+>?")


class _Choice(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(min_length=1)]
    title: Annotated[str, Meta(min_length=1)]
    description: str = ""


class _Frame(msgspec.Struct, frozen=True):
    type: str
    id: str = ""
    text: str = ""
    buttons: tuple[_Choice, ...] = ()
    attachments: tuple[Mapping[str, str], ...] = ()
    seq: int | None = None


def take_push(push: SocketPush, world: World) -> Taken:
    """Show a frame to the session it is for, as an open socket would; a frame that is no message changes no conversation."""
    frame = strictly(push.body, _Frame)
    if isinstance(frame, str):
        return Taken(channel="webchat", response=Response(status=400), verdict=f"refused: {frame}")
    line = world.line("webchat", push.line.address)
    response = answered(200, {"id": frame.id})
    if frame.type != "message":
        return Taken(channel="webchat", response=response, verdict=f"accepted: {frame.type}")
    return Taken(
        channel="webchat",
        response=response,
        verdict="accepted",
        line=line,
        guest=world.guest_of("webchat", push.session),
        message_id=frame.id,
        shown=Shown(
            text=frame.text,
            buttons=tuple(Offered(each.id, each.title) for each in frame.buttons),
            attachments=frame.attachments,
        ),
    )


def web_frame(line: Line, said: Said, token: str, world: World) -> tuple[str, Incoming]:
    """Return the frame that the widget sends for a guest, with the session's token."""
    frame_id = world.hex_id(32)
    frame: dict[str, object] = {"type": "message", "id": frame_id, "text": said.text, "name": said.name}
    if said.button:
        tapped = world.tapped("webchat", said.guest, said.button)
        frame = {"type": "tap", "id": frame_id, "payload": tapped.id, "title": tapped.title}
    headers = {"content-type": "application/json", "x-saveit-session": token}
    path = f"/webhooks/webchat/{line.opaque or line.key.address}"
    return frame_id, Incoming(path=path, headers=headers, body=msgspec.json.encode(frame))


def take_mail(mail: Mail, world: World) -> Taken:
    """Judge a mail as an SMTP server does: the login, the two addresses, the size, the headers."""
    line = next(
        (
            each
            for each in world.lines
            if each.channel == "email_smtp" and each.credentials.value("username") in {mail.username, ""}
        ),
        None,
    )
    if line is None or mail.password != line.credentials.value("password"):
        return _replied(535, "5.7.8 Error: authentication failed")
    if "@" not in mail.recipient or any(letter in mail.recipient for letter in "\r\n <>"):
        return _replied(501, "5.1.3 Bad recipient address syntax")
    if ("email_smtp", mail.recipient) in world.blocked:
        return _replied(550, "5.1.1 The email account that you tried to reach does not exist")
    if len(mail.message) > _MAIL_OCTETS_MAX:
        return _replied(552, "5.3.4 Message size exceeds fixed limit")
    shown = shown_mail(mail.message)
    if shown is None or not _MESSAGE_ID.fullmatch(mail.message_id):
        return _replied(554, "5.6.0 Message headers fail syntax check")
    return Taken(
        channel="email_smtp",
        response=Response(status=250, body=f"2.0.0 Ok: queued as {world.hex_id(10)}".encode()),
        verdict="accepted",
        line=line,
        guest=mail.recipient,
        message_id=mail.message_id,
        shown=shown,
    )


def _replied(code: int, text: str) -> Taken:
    response = Response(status=code, body=text.encode())
    return Taken(channel="email_smtp", response=response, verdict=f"refused: {code} {text}")
