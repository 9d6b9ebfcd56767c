"""Who puts into words what is said aloud: OpenAI's transcriptions, and Amazon Transcribe with the bucket that it reads from.

They hear what the stand-ins' voice notes say, and refuse what the real ones refuse. Their keys are the ones below, whatever the lines'.
"""

import re
from typing import Final
from urllib.parse import urlsplit

import msgspec

from saveit.messages import HttpCall, Response
from saveit.sandbox.model import Taken
from saveit.sandbox.providers.base import answered, form_of, header, strictly
from saveit.sandbox.providers.files import words_in
from saveit.sandbox.providers.signing import NotSigned, signer_of
from saveit.sandbox.world import World

HEARING_KEY: Final = "sandbox"
AMAZON_HEARING_KEY: Final = ("AKIASANDBOX", "sandbox")
_OCTETS_MAX: Final = 25 * 1024 * 1024
_SUFFIXES: Final = frozenset({"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"})
_FORMATS: Final = frozenset({"mp3", "mp4", "wav", "flac", "ogg", "amr", "webm", "m4a"})
_AMAZON: Final = re.compile(r"(s3|transcribe)\.[a-z0-9-]+\.amazonaws\.com", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2}-[A-Z]{2}", re.ASCII)


class OpenAIAudio:
    """The transcriptions API."""

    def hears(self, call: HttpCall) -> bool:
        """Its host."""
        return urlsplit(call.url).hostname == "api.openai.com"

    def take(self, call: HttpCall, world: World) -> Taken:
        """Judge the key and the form, and answer with the words."""
        del world
        if header(call, "authorization") != f"Bearer {HEARING_KEY}":
            return _wrong(401, "Incorrect API key provided.")
        if call.method != "POST" or urlsplit(call.url).path != "/v1/audio/transcriptions":
            return _wrong(404, "Invalid URL")
        if len(call.body) > _OCTETS_MAX:
            return _wrong(413, "Maximum content size limit exceeded")
        form = form_of(call)
        name, content = form.get("file", ("", b""))
        _, model = form.get("model", ("", b""))
        _, told = form.get("response_format", ("", b"json"))
        _, language = form.get("language", ("", b"es"))
        if not model or told != b"json" or not re.fullmatch(rb"[a-z]{2}", language):
            return _wrong(400, "you must provide a model parameter")
        words = words_in(content) if name.rpartition(".")[2] in _SUFFIXES else None
        if words is None:
            return _wrong(400, "Invalid file format.")
        usage = {"type": "duration", "seconds": 1}
        return _answer(answered(200, {"text": words, "usage": usage}), "accepted: heard")


class _Media(msgspec.Struct, frozen=True):
    MediaFileUri: str


class _Begun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    TranscriptionJobName: str
    Media: _Media
    MediaFormat: str
    IdentifyLanguage: bool
    LanguageOptions: tuple[str, ...]
    OutputBucketName: str
    OutputKey: str


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    TranscriptionJobName: str


class Transcribe:
    """Jobs and the bucket. A job is done the second time that it is asked for."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.objects: dict[str, bytes] = {}
        self._jobs: dict[str, str] = {}

    def hears(self, call: HttpCall) -> bool:
        """Its two hosts."""
        return _AMAZON.fullmatch(urlsplit(call.url).hostname or "") is not None

    def take(self, call: HttpCall, world: World) -> Taken:
        """Judge the signature, then the call."""
        try:
            signer_of(call, dict([AMAZON_HEARING_KEY]), world.now())
        except NotSigned as refused:
            return _amazon(403, str(refused))
        parts = urlsplit(call.url)
        if (parts.hostname or "").startswith("s3."):
            return self._bucket(call, parts.path.lstrip("/"))
        match header(call, "x-amz-target"):
            case "Transcribe.StartTranscriptionJob":
                return self._begin(strictly(call.body, _Begun))
            case "Transcribe.GetTranscriptionJob":
                return self._tell(strictly(call.body, _Named))
            case "Transcribe.DeleteTranscriptionJob":
                named = strictly(call.body, _Named)
                found = None if isinstance(named, str) else self._jobs.pop(named.TranscriptionJobName, None)
                return (
                    _amazon(400, "BadRequestException")
                    if found is None
                    else _answer(Response(status=200), "accepted: deleted")
                )
            case _:
                return _amazon(400, "UnknownOperationException")

    def _bucket(self, call: HttpCall, name: str) -> Taken:
        if call.method == "PUT":
            self.objects[name] = call.body
            return _answer(Response(status=200), "accepted: stored")
        if call.method == "DELETE":
            self.objects.pop(name, None)
            return _answer(Response(status=204), "accepted: removed")
        found = self.objects.get(name)
        if found is None:
            return _answer(
                Response(status=404, body=b"<Error><Code>NoSuchKey</Code></Error>"), "refused: 404"
            )
        return _answer(Response(status=200, body=found), "accepted: object")

    def _begin(self, begun: _Begun | str) -> Taken:
        if isinstance(begun, str) or begun.MediaFormat not in _FORMATS:
            return _amazon(400, "BadRequestException")
        tongues = [each.partition("-")[0] for each in begun.LanguageOptions if _LANGUAGE.fullmatch(each)]
        # At least two languages to choose from, and one dialect of each.
        if len(tongues) < 2 or len(set(tongues)) != len(begun.LanguageOptions) or not begun.IdentifyLanguage:  # noqa: PLR2004 - see above.
            return _amazon(400, "BadRequestException")
        if begun.TranscriptionJobName in self._jobs:
            return _amazon(400, "ConflictException")
        content = self.objects.get(begun.Media.MediaFileUri.removeprefix("s3://"))
        words = None if content is None else words_in(content)
        state = "FAILED" if words is None else "QUEUED"
        self._jobs[begun.TranscriptionJobName] = state
        if words is not None:
            told = {
                "jobName": begun.TranscriptionJobName,
                "results": {"transcripts": [{"transcript": words}]},
            }
            self.objects[f"{begun.OutputBucketName}/{begun.OutputKey}"] = msgspec.json.encode(told)
        return _told(begun.TranscriptionJobName, state)

    def _tell(self, named: _Named | str) -> Taken:
        state = None if isinstance(named, str) else self._jobs.get(named.TranscriptionJobName)
        if state is None or isinstance(named, str):
            return _amazon(400, "NotFoundException")
        following = {"QUEUED": "IN_PROGRESS", "IN_PROGRESS": "COMPLETED"}
        self._jobs[named.TranscriptionJobName] = following.get(state, state)
        return _told(named.TranscriptionJobName, self._jobs[named.TranscriptionJobName])


def _told(name: str, state: str) -> Taken:
    job = {"TranscriptionJobName": name, "TranscriptionJobStatus": state}
    return _answer(answered(200, {"TranscriptionJob": job}), f"accepted: {state}")


def _wrong(status: int, message: str) -> Taken:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return _answer(answered(status, {"error": error}), f"refused: {message}")


def _amazon(status: int, name: str) -> Taken:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": name}
    return _answer(answered(status, {"__type": name, "Message": name}, headers), f"refused: {name}")


def _answer(response: Response, verdict: str) -> Taken:
    return Taken(channel="", response=response, verdict=verdict)
