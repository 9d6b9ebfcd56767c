"""OpenAI's transcriptions: one call with the file in a form, and the words in its answer."""

from typing import Final

import msgspec
from msgspec import Struct

from saveit.dialogue.listening.model import CannotHear, Sound
from saveit.kernel.errors import Fault
from saveit.kernel.http import HttpClient
from saveit.kernel.settings import Secret

CALL_TIMEOUT_S: Final = 12.0
_ANSWER_OCTETS_MAX: Final = 65_536
_OK: Final = 200
_TIMED_OUT, _CONFLICT, _TOO_MANY, _SERVER_ERROR = 408, 409, 429, 500
# Names and numbers come out better when the provider knows what the talk is of.
_PROMPTS: Final = {
    "es": "Reserva de mesa en un restaurante: día, hora, cuántas personas, nombre.",
    "en": "A restaurant booking: day, time, how many people, name.",
}


class _Transcription(Struct, frozen=True):
    text: str


class OpenAIListener:
    """The transcriptions API."""

    name = "openai"

    def __init__(self, http: HttpClient, *, key: Secret, model: str, url: str) -> None:
        self._http, self._key, self._model, self._url = http, key, model, url

    async def hear(self, sound: Sound) -> str:
        """Return what is said. Raises: CannotHear."""
        boundary = f"saveit-{sound.name}"
        fields = {
            "model": self._model,
            "response_format": "json",
            "language": sound.language,
            "prompt": _PROMPTS.get(sound.language, ""),
        }
        try:
            answer = await self._http.call(
                "POST",
                f"{self._url}/v1/audio/transcriptions",
                headers=(
                    ("authorization", f"Bearer {self._key.reveal()}"),
                    ("content-type", f"multipart/form-data; boundary={boundary}"),
                ),
                body=_form(boundary, fields, sound),
                timeout_s=CALL_TIMEOUT_S,
                octets_max=_ANSWER_OCTETS_MAX,
            )
        except Fault as error:
            raise CannotHear(type(error).__name__, again=True) from error
        if answer.status != _OK:
            again = answer.status in {_TIMED_OUT, _CONFLICT, _TOO_MANY} or answer.status >= _SERVER_ERROR
            raise CannotHear(f"status {answer.status}", again=again)
        try:
            return msgspec.json.decode(answer.body, type=_Transcription).text
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CannotHear("unreadable", again=False) from error


def _form(boundary: str, fields: dict[str, str], sound: Sound) -> bytes:
    lines = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
        if value
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="voice.{sound.suffix}"\r\n'
        f"Content-Type: audio/{sound.suffix}\r\n\r\n"
    )
    return "".join([*lines, head]).encode() + sound.content + f"\r\n--{boundary}--\r\n".encode()
