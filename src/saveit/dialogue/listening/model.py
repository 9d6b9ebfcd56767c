"""What is heard, and by whom; what is not even tried."""

import struct
from typing import ClassVar, Final, Literal, Protocol

import msgspec

from saveit.kernel.errors import Fault

OCTETS_MAX: Final = 4 * 1_048_576
"""A voice note of two minutes is a tenth of this; what is larger is music or no note."""

SECONDS_MAX: Final = 120.0
_SAMPLES_S: Final = 48_000
# The mark of a page, and where in it stands how many samples were played by its end.
_MARK, _AT, _LONG = b"OggS", 6, 8

Suffix = Literal["ogg", "mp3", "m4a", "mp4", "wav", "webm", "flac", "amr"]
_SUFFIXES: Final[dict[str, Suffix]] = {
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "application/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/aac": "m4a",
    "video/mp4": "mp4",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/webm": "webm",
    "audio/flac": "flac",
    "audio/amr": "amr",
}


class CannotHear(Fault):
    """Nobody could make words of a sound; `again` says whether another try may."""

    code: ClassVar[str] = "cannot_hear"

    def __init__(self, why: str, *, again: bool) -> None:
        """Say why."""
        super().__init__(why)
        self.again = again


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A voice note. `name` is the same each time that it is heard, and nobody else's; `language` is the one that the talk is in."""

    name: str
    content: bytes
    suffix: Suffix
    language: str

    def __repr__(self) -> str:
        """Say how long it is."""
        return f"Sound({len(self.content)} octets)"


class Listener(Protocol):
    """A provider that hears."""

    name: str

    async def hear(self, sound: Sound) -> str:
        """Return what is said, perhaps nothing. Raises: CannotHear."""
        ...


def sound_from(content: bytes, media_type: str, *, name: str, language: str) -> Sound:
    """Return a sound that may be heard. Raises: CannotHear where it is too long, too large, or of no kind that anybody hears."""
    suffix: Suffix | None = "ogg" if content.startswith(_MARK) else _SUFFIXES.get(media_type)
    if suffix is None:
        raise CannotHear("media_type", again=False)
    if len(content) > OCTETS_MAX:
        raise CannotHear("too_large", again=False)
    if (seconds_of(content) or 0.0) > SECONDS_MAX:
        raise CannotHear("too_long", again=False)
    return Sound(name=name, content=content, suffix=suffix, language=language)


def seconds_of(content: bytes) -> float | None:
    """Return how long an Ogg sound plays, as its last page says; None for what is no Ogg."""
    at = content.rfind(_MARK)
    if at < 0 or not content.startswith(_MARK) or len(content) < at + _AT + _LONG:
        return None
    samples: int = struct.unpack_from("<q", content, at + _AT)[0]
    return max(samples, 0) / _SAMPLES_S
