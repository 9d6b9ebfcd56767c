"""What our own widget says on the wire. It is ours, and still anyone may open a socket and write what they like."""

from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from saveit.channels.families.reading import Loose


class Cut(msgspec.Struct, frozen=True):
    """One frame as we keep it in the inbox, with the session that sent it."""

    session: str
    frame: Raw


class Upload(msgspec.Struct, frozen=True):
    """A file that was uploaded to us before; never an address, which would have us fetch what a stranger names."""

    upload_id: Annotated[str, Meta(max_length=64)] = ""
    media_type: Annotated[str, Meta(max_length=127)] = ""
    file_name: Annotated[str, Meta(max_length=255)] = ""


class Frame(msgspec.Struct, frozen=True):
    """A frame: `type` is message, tap, edit, read, typing or start; `id` is made by the widget, once per message."""

    type: Loose = None
    id: Loose = None
    text: Loose = None
    payload: Loose = None
    title: Loose = None
    target: Loose = None
    replies_to: Loose = None
    name: Loose = None
    language: Loose = None
    at: Loose = None
    uploads: tuple[Upload, ...] = ()


class Pushed(msgspec.Struct, frozen=True):
    """What the owner of the sockets says of a push: the id under which it is kept."""

    id: Loose = None
