"""Language models of Anthropic and OpenAI, each made to call one tool: the form."""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from saveit.dialogue.engines.form import OUTPUT_TOKENS_MAX, SCHEMA, SYSTEM, TOOL, TOOL_MEANS, message_of
from saveit.dialogue.engines.model import CannotUnderstand, Proposal, checked
from saveit.dialogue.nlu import Context
from saveit.kernel.errors import Fault
from saveit.kernel.http import HttpAnswer, HttpClient
from saveit.kernel.settings import Secret

_Shape = TypeVar("_Shape")

CALL_TIMEOUT_S: Final = 4.0
_OCTETS_MAX: Final = 65_536
_OK: Final = 200
_TOO_MANY, _CONFLICT, _TIMED_OUT, _SERVER_ERROR = 429, 409, 408, 500
_ANTHROPIC_VERSION: Final = "2023-06-01"


class _Block(Struct, frozen=True):
    type: str
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"null")


class _Message(Struct, frozen=True):
    content: Annotated[tuple[_Block, ...], Meta(max_length=20)]


class _Function(Struct, frozen=True):
    name: str
    arguments: str


class _Call(Struct, frozen=True):
    function: _Function


class _Answered(Struct, frozen=True):
    tool_calls: tuple[_Call, ...] | None = None


class _Choice(Struct, frozen=True):
    message: _Answered


class _Completion(Struct, frozen=True):
    choices: tuple[_Choice, ...]


class Anthropic:
    """The messages API, with the one tool forced."""

    name = "anthropic"

    def __init__(self, http: HttpClient, *, key: Secret, model: str, url: str) -> None:
        self._http, self._key, self._model, self._url = http, key, model, url

    async def propose(self, text: str, context: Context) -> Proposal:
        """Return the form as the model filled it in. Raises: CannotUnderstand."""
        body = {
            "model": self._model,
            "max_tokens": OUTPUT_TOKENS_MAX,
            "system": SYSTEM,
            "tools": [{"name": TOOL, "description": TOOL_MEANS, "input_schema": SCHEMA}],
            "tool_choice": {"type": "tool", "name": TOOL},
            "messages": [{"role": "user", "content": message_of(text, context)}],
        }
        headers = (("x-api-key", self._key.reveal()), ("anthropic-version", _ANTHROPIC_VERSION))
        answer = await called(self._http, f"{self._url}/v1/messages", headers, body)
        message = decoded(answer, _Message)
        found = next(
            (each for each in message.content if each.type == "tool_use" and each.name == TOOL), None
        )
        if found is None:
            raise CannotUnderstand("no tool called", again=False)
        return checked(bytes(found.input))


class OpenAI:
    """The chat completions API, with the one function forced and its schema strict; nothing is stored there."""

    name = "openai"

    def __init__(self, http: HttpClient, *, key: Secret, model: str, url: str) -> None:
        self._http, self._key, self._model, self._url = http, key, model, url

    async def propose(self, text: str, context: Context) -> Proposal:
        """Return the form as the model filled it in. Raises: CannotUnderstand."""
        function = {"name": TOOL, "description": TOOL_MEANS, "strict": True, "parameters": SCHEMA}
        body = {
            "model": self._model,
            "max_completion_tokens": OUTPUT_TOKENS_MAX,
            "store": False,
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": message_of(text, context)},
            ],
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": TOOL}},
        }
        headers = (("authorization", f"Bearer {self._key.reveal()}"),)
        answer = await called(self._http, f"{self._url}/v1/chat/completions", headers, body)
        completion = decoded(answer, _Completion)
        calls = completion.choices[0].message.tool_calls if completion.choices else None
        found = next((each.function for each in calls or () if each.function.name == TOOL), None)
        if found is None:
            raise CannotUnderstand("no tool called", again=False)
        return checked(found.arguments.encode())


async def called(
    http: HttpClient, url: str, headers: tuple[tuple[str, str], ...], body: object
) -> HttpAnswer:
    """Make one call with a body of JSON, and return an answer that is one. Raises: CannotUnderstand."""
    try:
        answer = await http.call(
            "POST",
            url,
            headers=(("content-type", "application/json"), *headers),
            body=body if isinstance(body, bytes) else msgspec.json.encode(body),
            timeout_s=CALL_TIMEOUT_S,
            octets_max=_OCTETS_MAX,
        )
    except Fault as error:
        raise CannotUnderstand(type(error).__name__, again=True) from error
    if answer.status != _OK:
        again = answer.status in {_TOO_MANY, _CONFLICT, _TIMED_OUT} or answer.status >= _SERVER_ERROR
        raise CannotUnderstand(f"status {answer.status}", again=again)
    return answer


def decoded(answer: HttpAnswer, shape: type[_Shape]) -> _Shape:
    """Return an answer's body in its shape. Raises: CannotUnderstand."""
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotUnderstand("unreadable", again=False) from error
