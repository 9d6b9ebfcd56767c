"""Amazon Transcribe: the sound goes into a bucket of ours, a job puts it into words, and both are removed when they are read.

The streaming service answers sooner and wants HTTP/2 and raw samples; a job takes what guests send as it is. It is named after the message,
so that a second try finds the first one's job instead of paying for another.
"""

import asyncio
import hashlib
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from saveit.dialogue.listening.model import CannotHear, Sound
from saveit.kernel.clock import Clock
from saveit.kernel.crypto import AwsKey, signature_v4
from saveit.kernel.errors import Fault
from saveit.kernel.http import HttpAnswer, HttpClient

Read = TypeVar("Read")

_CALL_TIMEOUT_S: Final = 10.0
_ANSWER_OCTETS_MAX: Final = 1_048_576
_OK = range(200, 300)
_TOO_MANY, _SERVER_ERROR = 429, 500
# One dialect of each language is all that a job takes to choose from.
_LANGUAGES: Final = ("es-US", "en-US")
_THERE_ALREADY: Final = "ConflictException"
_BUSY: Final = frozenset({"LimitExceededException", "ThrottlingException"})


class _Error(Struct, frozen=True, rename={"type_": "__type"}):
    type_: str = ""


class _Job(Struct, frozen=True, rename="pascal"):
    transcription_job_status: str


class _Asked(Struct, frozen=True, rename="pascal"):
    transcription_job: _Job


class _Words(Struct, frozen=True):
    transcript: str


class _Results(Struct, frozen=True):
    transcripts: tuple[_Words, ...]


class _Transcript(Struct, frozen=True):
    results: _Results


class AmazonListener:
    """Jobs of Transcribe. `bucket` is ours, and may be followed by a folder: BUCKET/FOLDER."""

    name = "amazon"

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        *,
        key: AwsKey,
        bucket: str,
        region: str,
        looks_every_s: float = 1.0,
    ) -> None:
        self._http, self._clock, self._key, self._region = http, clock, key, region
        self._bucket, _, folder = bucket.partition("/")
        self._folder = f"{folder.strip('/')}/" if folder else ""
        self._looks_every_s = looks_every_s

    async def hear(self, sound: Sound) -> str:
        """Return what is said. Raises: CannotHear. Whoever calls bounds the time; the job goes on, and another try finds it."""
        job = f"saveit-{sound.name}"
        put, words = f"{self._folder}{job}.{sound.suffix}", f"{self._folder}{job}.json"
        await self._stored("PUT", put, sound.content)
        await self._begin(job, put, words, sound)
        state = await self._state(job)
        while state not in {"COMPLETED", "FAILED"}:
            await asyncio.sleep(self._looks_every_s)
            state = await self._state(job)
        if state == "COMPLETED":
            answer = await self._stored("GET", words)
            heard = _decoded(answer, _Transcript).results.transcripts
        else:
            heard = ()
        for name in (put, words):
            await self._stored("DELETE", name)
        await self._asked("DeleteTranscriptionJob", {"TranscriptionJobName": job})
        if state == "FAILED":
            raise CannotHear("job failed", again=False)
        return " ".join(each.transcript for each in heard)

    async def _begin(self, job: str, put: str, words: str, sound: Sound) -> None:
        await self._asked(
            "StartTranscriptionJob",
            {
                "TranscriptionJobName": job,
                "IdentifyLanguage": True,
                "LanguageOptions": sorted(_LANGUAGES, key=lambda each: not each.startswith(sound.language)),
                "MediaFormat": sound.suffix,
                "Media": {"MediaFileUri": f"s3://{self._bucket}/{put}"},
                "OutputBucketName": self._bucket,
                "OutputKey": words,
            },
            passes=_THERE_ALREADY,
        )

    async def _state(self, job: str) -> str:
        answer = await self._asked("GetTranscriptionJob", {"TranscriptionJobName": job})
        return _decoded(answer, _Asked).transcription_job.transcription_job_status

    async def _asked(self, action: str, body: dict[str, object], *, passes: str = "") -> HttpAnswer:
        """Ask Transcribe for something. An error of the name in `passes` is none."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"Transcribe.{action}"}
        url = f"https://transcribe.{self._region}.amazonaws.com/"
        answer = await self._call("POST", url, "transcribe", headers, msgspec.json.encode(body))
        if answer.status in _OK:
            return answer
        name = _decoded(answer, _Error).type_.rpartition("#")[2]
        if not name or name != passes:
            again = name in _BUSY or answer.status == _TOO_MANY or answer.status >= _SERVER_ERROR
            raise CannotHear(name or f"status {answer.status}", again=again)
        return answer

    async def _stored(self, method: str, name: str, content: bytes = b"") -> HttpAnswer:
        url = f"https://s3.{self._region}.amazonaws.com/{self._bucket}/{name}"
        headers = {"x-amz-content-sha256": hashlib.sha256(content).hexdigest()}
        answer = await self._call(method, url, "s3", headers, content)
        if answer.status not in _OK:
            again = answer.status == _TOO_MANY or answer.status >= _SERVER_ERROR
            raise CannotHear(f"bucket: status {answer.status}", again=again)
        return answer

    async def _call(  # noqa: PLR0917 - a call.
        self, method: str, url: str, service: str, headers: dict[str, str], body: bytes
    ) -> HttpAnswer:
        signed = signature_v4(
            self._key,
            service=service,
            region=self._region,
            url=url,
            headers=headers,
            body=body,
            now=self._clock.now(),
            method=method,
        )
        try:
            return await self._http.call(
                method,
                url,
                headers=signed,
                body=body,
                timeout_s=_CALL_TIMEOUT_S,
                octets_max=_ANSWER_OCTETS_MAX,
            )
        except Fault as error:
            raise CannotHear(type(error).__name__, again=True) from error


def _decoded(answer: HttpAnswer, shape: type[Read]) -> Read:
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotHear("unreadable", again=answer.status >= _SERVER_ERROR) from error
