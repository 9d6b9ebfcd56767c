"""Web chat as a channel."""

import hashlib
import hmac
import re
from datetime import datetime
from typing import assert_never

import msgspec
from msgspec import Raw

from saveit.channels.families.reading import decoded, digest, instant, same, unreadable, word, words
from saveit.channels.webchat.wire import Cut, Frame, Pushed, Upload
from saveit.messages import (
    Address,
    Answer,
    Attachment,
    Buttons,
    Can,
    ChoiceLimits,
    Chosen,
    Content,
    Credentials,
    Edit,
    Envelope,
    Failure,
    File,
    Forged,
    HttpCall,
    Ignored,
    Inbound,
    Letter,
    Limit,
    LineKey,
    MediaKind,
    Menu,
    Need,
    NotCarried,
    Outbound,
    Outcome,
    QuickReplies,
    ReadMark,
    ReceivedMedia,
    Refused,
    Request,
    Response,
    Sender,
    Sent,
    SocketPush,
    Speech,
    Status,
    TapAnswer,
    Template,
    Text,
    Typing,
    UnifiedMessage,
    Unknown,
    Verdict,
    Verified,
    Written,
)

_TEXT = Limit(4000)
_SESSION = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
_OK, _NOT_FOUND, _GONE = 200, 404, 410
_TRANSIENT = frozenset({"typing", "hello", "ping", "resume"})
_encoder = msgspec.json.Encoder()


def session_token(session: str, secret: str) -> str:
    """Return what the widget shows with every frame: the session and our signature of it.

    Who cannot sign cannot enter another's session.
    """
    return f"{session}.{hmac.new(secret.encode(), session.encode(), hashlib.sha256).hexdigest()}"


class WebChat:
    """Our own widget. A frame comes as a request whose `opaque` names the line, with the token in `x-saveit-session`."""

    name: str = "webchat"
    can: Can = Can(
        text=_TEXT,
        caption=Limit(1024),
        buttons=ChoiceLimits(
            count_max=20, title=Limit(60), id_octets_max=256, text=_TEXT, description=Limit(120)
        ),
        media=frozenset({"image", "audio", "video", "document"}),
        typing=True,
        read_marks=True,
        # The widget knows a frame by its id.
        twice_is_once=True,
    )
    needs: tuple[Need, ...] = (
        Need(
            name="session_secret",
            meaning="The key that signs sessions",
            meaning_es="La clave que firma las sesiones",
            secret=True,
            required=False,
            made=True,
        ),
        Need(
            name="allowed_origins",
            meaning="Pages that may embed the chat: https://…, with commas between; none named, any",
            meaning_es="Páginas que pueden mostrar el chat: https://…, separadas por comas; si no se nombra ninguna, todas",
            required=False,
        ),
    )
    names: tuple[Need, ...] = ()
    own_path: bool = True

    def handshake(self, request: Request, credentials: Credentials) -> Answer | None:
        """Sockets are opened elsewhere."""
        del request, credentials

    def envelopes(self, request: Request) -> tuple[Envelope, ...]:
        """Return the one frame, keyed by its session and the id that the widget made."""
        session = request.header("x-saveit-session").partition(".")[0]
        frame = decoded(request.body, Frame)
        line = word(request.opaque)
        if frame is None or not line or not _SESSION.fullmatch(session):
            return (unreadable(request.body),)
        known = word(frame.id)
        return (
            Envelope(
                line=LineKey(line, line),
                event_key=f"{session}:{word(frame.type)}:{known}"
                if known
                else digest(session.encode(), request.body),
                sender=session,
                body=_encoder.encode(
                    Cut(session=session, frame=Raw(msgspec.json.encode(msgspec.to_builtins(frame))))
                ),
            ),
        )

    def verify(self, request: Request, credentials: Credentials) -> Verdict:
        """Check that the session was given out by us."""
        shown = request.header("x-saveit-session")
        secret = credentials.value("session_secret")
        if not shown:
            return Forged("signature_missing")
        if not secret:
            return Forged("secret_missing")
        session, found, _ = shown.partition(".")
        if not found or not _SESSION.fullmatch(session):
            return Forged("signature_malformed")
        return Verified() if same(session_token(session, secret), shown) else Forged("signature_wrong")

    def parse(self, envelope: Envelope) -> tuple[Inbound, ...]:
        """Read the frame."""
        cut = decoded(envelope.body, Cut)
        frame = None if cut is None else decoded(cut.frame, Frame)
        if cut is None or frame is None:
            return (Ignored(kind="frame", why="unreadable"),)
        return (_parsed(frame, cut.session),)

    def answer(self, request: Request) -> Answer:
        """Acknowledge the frame by its id, so that the widget stops sending it."""
        frame = decoded(request.body, Frame)
        body = {"type": "ack", "id": "" if frame is None else word(frame.id)}
        return Answer(media_type="application/json", body=msgspec.json.encode(body))

    def fetch(self, media: ReceivedMedia, credentials: Credentials) -> HttpCall | None:
        """Nothing is called: the file was uploaded to us."""
        del media, credentials

    def fetched(
        self, media: ReceivedMedia, response: Response, credentials: Credentials
    ) -> ReceivedMedia | Failure:
        """Return the media as it is."""
        del response, credentials
        return media

    def render(self, outbound: Outbound, credentials: Credentials, now: datetime) -> SocketPush:
        """Describe the frame."""
        frame = _frame(outbound) | {"at": now.isoformat()}
        return SocketPush(
            line=credentials.line, session=outbound.recipient.value, body=msgspec.json.encode(frame)
        )

    def read(self, response: Response) -> Outcome:
        """Say what became of it: kept for the session, or there is no such session any more."""
        if response.status == _OK:
            pushed = decoded(response.body, Pushed)
            return Sent("" if pushed is None else word(pushed.id))
        if response.status in {_NOT_FOUND, _GONE}:
            return Refused("undeliverable", str(response.status), "session over")
        return Unknown(str(response.status))


def _parsed(frame: Frame, session: str) -> Inbound:
    kind, frame_id = word(frame.type), word(frame.id)
    address = Address("session", session)
    if kind == "read" and word(frame.target):
        return Status(
            channel_message_id=word(frame.target), state="read", at=instant(frame.at), recipient=address
        )
    if kind in _TRANSIENT:
        return Ignored(kind=kind, why="not_for_us")
    content = _content(frame, kind)
    if content is None or not frame_id:
        return Ignored(kind=kind or "frame", why="unknown_kind" if content is None else "incomplete")
    return UnifiedMessage(
        channel_message_id=f"{session}:{frame_id}",
        sender=Sender(address=address, name=words(frame.name) or None, language=word(frame.language) or None),
        content=content,
        sent_at=instant(frame.at),
        replies_to=word(frame.replies_to) or None,
    )


def _content(frame: Frame, kind: str) -> Content | None:
    match kind:
        case "message":
            return Written(words(frame.text), tuple(_received(upload) for upload in frame.uploads))
        case "tap":
            return Chosen(words(frame.payload), words(frame.title), "button")
        case "start":
            return Chosen(words(frame.payload), "", "start")
        case "edit" if word(frame.target):
            return Edit(word(frame.target), Written(words(frame.text)))
        case _:
            return None


def _received(upload: Upload) -> ReceivedMedia:
    kind: MediaKind
    match upload.media_type.partition("/")[0]:
        case "image":
            kind = "image"
        case "audio":
            kind = "audio"
        case "video":
            kind = "video"
        case _:
            kind = "document"
    return ReceivedMedia(
        kind=kind, reference=upload.upload_id, media_type=upload.media_type, file_name=words(upload.file_name)
    )


def _frame(outbound: Outbound) -> dict[str, object]:
    message: dict[str, object] = {
        "type": "message",
        "id": str(outbound.message_id),
        "from": outbound.author,
        "replies_to": outbound.replies_to,
    }
    match outbound.part:
        case Text(text=text):
            return message | {"text": text}
        case Buttons(text=text, choices=choices):
            return message | {"text": text, "buttons": msgspec.to_builtins(choices)}
        case File(attachment=attachment):
            return message | {"text": attachment.caption, "attachments": [_attached(attachment)]}
        case Typing():
            return {"type": "typing"}
        case ReadMark(message_id=message_id):
            return {"type": "read", "target": message_id.rpartition(":")[2]}
        case QuickReplies() | Menu() | Template() | TapAnswer() | Speech() | Letter() as other:
            raise NotCarried("web chat", other)
        case _:
            assert_never(outbound.part)


def _attached(attachment: Attachment) -> dict[str, str]:
    return {
        "kind": attachment.kind,
        "url": attachment.url,
        "media_type": attachment.media_type,
        "file_name": attachment.file_name,
    }
