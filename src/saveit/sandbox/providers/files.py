"""The files that guests send, where their providers keep them: with the login, the detours and the short lives that the real ones have.

A voice note of a stand-in holds its words as text inside an Ogg page, so that a stand-in that hears can hear them.
"""

import base64
import hashlib
import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from saveit.messages import HttpCall, Response
from saveit.sandbox.model import Line, Said, StoredFile, Taken
from saveit.sandbox.providers.base import MEDIA_TYPES, answered, header, strictly
from saveit.sandbox.world import World

_GRAPH: Final = re.compile(r"/v\d+\.\d+/(\d{5,20})", re.ASCII)
_TWILIO: Final = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages/[^/]+/Media/([^/]+)", re.ASCII)
_TELEGRAM: Final = re.compile(r"/(?:file/)?bot([^/]+)/(?:getFile|files/([^/]+))", re.ASCII)
_LOOKASIDE, _TWILIO_STORE, _THREADS = "lookaside.fbsbx.com", "media.twiliocdn.com", "scontent.xx.fbcdn.net"
_ADDRESS_LIVES: Final = timedelta(minutes=5)
_FILE_LIVES: Final = timedelta(days=7)
_TELEGRAM_OCTETS_MAX: Final = 20 * 1_048_576
# An Ogg page: its mark, version, kind, samples so far, stream, page, checksum, and how many pieces of which length.
_PAGE: Final = struct.Struct("<4sBBqIIIB")
_SAMPLES_S: Final = 48_000
_WORDS_S: Final = 2.5
_JPEG, _PDF = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"%PDF-1.7\n"


class _Wanted(msgspec.Struct, frozen=True):
    file_id: str


class Files:
    """What hands out files: the lines say whose each is."""

    def hears(self, call: HttpCall) -> bool:
        """The hosts that only keep files, and at the others what asks for one."""
        parts = urlsplit(call.url)
        match parts.hostname:
            case "lookaside.fbsbx.com" | "media.twiliocdn.com" | "scontent.xx.fbcdn.net":
                return True
            case "graph.facebook.com":
                return call.method == "GET" and _GRAPH.fullmatch(parts.path) is not None
            case "api.twilio.com":
                return _TWILIO.fullmatch(parts.path) is not None
            case "api.telegram.org":
                return _TELEGRAM.fullmatch(parts.path) is not None
            case _:
                return False

    def take(self, call: HttpCall, world: World) -> Taken:
        """Hand out a file, or the way to it, to who may have it."""
        match urlsplit(call.url).hostname:
            case "graph.facebook.com":
                return _located_by_graph(call, world)
            case "lookaside.fbsbx.com":
                return _from_lookaside(call, world)
            case "api.twilio.com":
                return _sent_on_by_twilio(call, world)
            case "api.telegram.org":
                return _from_telegram(call, world)
            case _:
                return _from_open_store(call, world)


def store_file(line: Line, kind: str, said: Said, world: World, *, file_id: str) -> tuple[str, StoredFile]:
    """Keep what a guest sends where its provider would, and return its id there."""
    media_type = MEDIA_TYPES.get(kind, "application/octet-stream")
    if kind == "audio":
        content = voice_of(said.text)
    else:
        content = (_PDF if kind == "document" else _JPEG) + said.text.encode() + bytes(600)
    stored = StoredFile(line, content, media_type, world.now())
    world.files[file_id] = stored
    return file_id, stored


def voice_of(words: str, *, seconds: float | None = None) -> bytes:
    """Return a voice note that says these words."""
    lasts_s = max(1.0, len(words.split()) / _WORDS_S) if seconds is None else seconds
    page = _PAGE.pack(b"OggS", 0, 4, int(lasts_s * _SAMPLES_S), 1, 1, 0, 0)
    return page + b"OpusHead" + words.encode()


def words_in(voice: bytes) -> str | None:
    """Return what a voice note says, None where there is no such note."""
    head = _PAGE.size + len(b"OpusHead")
    return voice[head:].decode() if voice.startswith(b"OggS") and len(voice) >= head else None


def sha256_of(stored: StoredFile) -> str:
    """Return the digest under which WhatsApp tells of a file."""
    return hashlib.sha256(stored.content).hexdigest()


def _located_by_graph(call: HttpCall, world: World) -> Taken:
    found = _GRAPH.fullmatch(urlsplit(call.url).path)
    file_id = found[1] if found else ""
    stored = world.files.get(file_id)
    if stored is None or not _bears(call, stored.line) or world.now() - stored.at > _FILE_LIVES:
        error = {"message": "Unsupported get request.", "type": "GraphMethodException", "code": 100}
        status = 400 if stored is None or _bears(call, stored.line) else 401
        return _gone(status, answered(status, {"error": error}))
    until = int((world.now() + _ADDRESS_LIVES).timestamp())
    body = {
        "messaging_product": "whatsapp",
        "url": f"https://{_LOOKASIDE}/whatsapp_business/attachments/?mid={file_id}&ext={until}&hash=ATs",
        "mime_type": stored.media_type,
        "sha256": sha256_of(stored),
        "file_size": str(len(stored.content)),
        "id": file_id,
    }
    return _handed(stored, answered(200, body), "accepted: located")


def _from_lookaside(call: HttpCall, world: World) -> Taken:
    query = parse_qs(urlsplit(call.url).query)
    stored = world.files.get(query.get("mid", [""])[0])
    until = query.get("ext", ["0"])[0]
    if stored is None or not until.isdecimal():
        return _gone(404)
    if not _bears(call, stored.line):
        return _gone(401)
    if world.now() > datetime.fromtimestamp(int(until), UTC):
        return _gone(404)
    return _content(stored)


def _sent_on_by_twilio(call: HttpCall, world: World) -> Taken:
    found = _TWILIO.fullmatch(urlsplit(call.url).path)
    stored = world.files.get(found[2]) if found else None
    if found is None or stored is None or stored.line.key.account != found[1]:
        return _gone(404)
    login = f"{stored.line.key.account}:{stored.line.credentials.value('auth_token')}"
    if header(call, "authorization") != f"Basic {base64.b64encode(login.encode()).decode()}":
        return _gone(401)
    until = int((world.now() + _ADDRESS_LIVES).timestamp())
    headers = {"location": f"https://{_TWILIO_STORE}/{found[2]}?Expires={until}&Signature=s"}
    return _handed(stored, Response(status=307, headers=headers), "accepted: sent on")


def _from_telegram(call: HttpCall, world: World) -> Taken:
    found = _TELEGRAM.fullmatch(urlsplit(call.url).path)
    token, file_id = (found[1], found[2]) if found else ("", None)
    if file_id is None:
        wanted = strictly(call.body, _Wanted)
        file_id = wanted.file_id if isinstance(wanted, _Wanted) else ""
        stored = world.files.get(file_id)
        if stored is None or stored.line.credentials.value("bot_token") != token:
            return _gone(400, answered(400, _telegram_error("invalid file_id")))
        if len(stored.content) > _TELEGRAM_OCTETS_MAX:
            return _gone(400, answered(400, _telegram_error("file is too big")))
        result = {"file_id": file_id, "file_path": f"files/{file_id}", "file_size": len(stored.content)}
        return _handed(stored, answered(200, {"ok": True, "result": result}), "accepted: getFile")
    stored = world.files.get(file_id)
    if stored is None or stored.line.credentials.value("bot_token") != token:
        return _gone(404)
    return _content(stored, "application/octet-stream")


def _from_open_store(call: HttpCall, world: World) -> Taken:
    """Hand out by the address alone. A store whose addresses are signed refuses who comes with a login besides."""
    parts = urlsplit(call.url)
    stored = world.files.get(parts.path.rpartition("/")[2])
    if header(call, "authorization"):
        return _gone(400)
    until = parse_qs(parts.query).get("Expires", [""])[0]
    if stored is None or (parts.hostname == _TWILIO_STORE and not until.isdecimal()):
        return _gone(404)
    if until and world.now() > datetime.fromtimestamp(int(until), UTC):
        return _gone(403)
    return _content(stored)


def _bears(call: HttpCall, line: Line) -> bool:
    return header(call, "authorization") == f"Bearer {line.credentials.value('access_token')}"


def _content(stored: StoredFile, media_type: str = "") -> Taken:
    headers = {"content-type": media_type or stored.media_type}
    return _handed(stored, Response(status=200, headers=headers, body=stored.content), "accepted: file")


def _handed(stored: StoredFile, response: Response, verdict: str) -> Taken:
    return Taken(channel=stored.line.channel, response=response, verdict=verdict)


def _gone(status: int, response: Response | None = None) -> Taken:
    return Taken(channel="", response=response or Response(status=status), verdict=f"refused: {status}")


def _telegram_error(why: str) -> dict[str, object]:
    return {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}
