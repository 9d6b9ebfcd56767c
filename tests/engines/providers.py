"""Stand-ins of the providers of understanding: they refuse whatever the real ones refuse, and answer what a test gives them."""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

AWS_SECRET = "very-secret"
Answer = tuple[int, object]
Takes = Callable[[str, dict[str, str], bytes], Answer]


@dataclass
class StandIn:
    """A server that speaks one provider's contract; `answers` come first, then `usual`."""

    takes: Takes
    url: str = ""
    calls: list[dict[str, object]] = field(default_factory=list)
    hangs: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.calls.append(json.loads(body))
        if self.hangs:
            await reader.read()
        status, answer = self.takes(path, headers, body) if method == "POST" else (405, {})
        told = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(told)}\r\nconnection: close\r\n\r\n".encode()
            + told
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def standing_in(takes: Takes) -> AsyncGenerator[StandIn]:
    """Run a stand-in on this machine."""
    stand_in = StandIn(takes)
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    stand_in.url = f"http://{host}:{port}"
    try:
        yield stand_in
    finally:
        server.close()


def failing(status: int) -> Takes:
    """Return a provider that answers everything with one status."""

    def takes(_path: str, _headers: dict[str, str], _body: bytes) -> Answer:
        return status, {"type": "error"}

    return takes


def anthropic(filled_in: object) -> Takes:
    """Return the messages API as it is when its model fills the form in so."""

    def takes(path: str, headers: dict[str, str], body: bytes) -> Answer:
        asked = json.loads(body)
        if path != "/v1/messages":
            return 404, {"type": "error", "error": {"type": "not_found_error", "message": path}}
        if headers.get("x-api-key") != "key":
            return 401, {
                "type": "error",
                "error": {"type": "authentication_error", "message": "invalid x-api-key"},
            }
        wrong = (
            headers.get("anthropic-version") != "2023-06-01"
            or headers.get("content-type") != "application/json"
            or not asked.keys() >= {"model", "max_tokens", "messages"}
            or asked.keys() - {"model", "max_tokens", "messages", "system", "tools", "tool_choice"}
            or any(message.keys() != {"role", "content"} for message in asked["messages"])
            or any(tool.keys() != {"name", "description", "input_schema"} for tool in asked["tools"])
            or asked["tool_choice"] != {"type": "tool", "name": asked["tools"][0]["name"]}
        )
        if wrong:
            return 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "?"}}
        block = {"type": "tool_use", "id": "toolu_1", "name": asked["tools"][0]["name"], "input": filled_in}
        return 200, {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": [{"type": "text", "text": "Voy a anotarlo."}, block],
            "stop_reason": "tool_use",
            "stop_sequence": None,
            "usage": {"input_tokens": 700, "output_tokens": 80},
        }

    return takes


def openai(filled_in: object) -> Takes:
    """Return the chat completions API as it is when its model fills the form in so."""

    def takes(path: str, headers: dict[str, str], body: bytes) -> Answer:
        asked = json.loads(body)
        if path != "/v1/chat/completions":
            return 404, {"error": {"message": path, "type": "invalid_request_error"}}
        if headers.get("authorization") != "Bearer key":
            return 401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}
        function = asked["tools"][0]["function"]
        schema = function["parameters"]
        wrong = (
            headers.get("content-type") != "application/json"
            or asked.keys() - {"model", "messages", "tools", "tool_choice", "max_completion_tokens", "store"}
            or asked["tool_choice"] != {"type": "function", "function": {"name": function["name"]}}
            or function["strict"] is not True
            or schema["additionalProperties"] is not False
            or schema["required"] != list(schema["properties"])
        )
        if wrong:
            return 400, {"error": {"message": "Invalid schema", "type": "invalid_request_error"}}
        call = {
            "id": "call_1",
            "type": "function",
            "function": {"name": function["name"], "arguments": json.dumps(filled_in)},
        }
        message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}
        return 200, {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        }

    return takes


def lex(intent: str, slots: dict[str, str | None]) -> Takes:
    """Return RecognizeText as it is when the bot reads the message so. The signature is made anew and compared."""

    def takes(path: str, headers: dict[str, str], body: bytes) -> Answer:
        place = r"/bots/[0-9A-Z]{10}/botAliases/[0-9A-Z]{10}/botLocales/(?:es_ES|en_US|en_GB)/sessions/[0-9a-zA-Z._:-]{2,100}/text"
        asked = json.loads(body)
        if not re.fullmatch(place, path) or asked.keys() - {"text", "sessionState", "requestAttributes"}:
            return 400, {"message": "ValidationException"}
        if not 1 <= len(asked["text"]) <= 1024:
            return 400, {"message": "ValidationException"}
        if _signature(path, headers, body) != headers["authorization"].rpartition("Signature=")[2]:
            return 403, {"message": "The request signature we calculated does not match"}
        found = {
            name: value
            and {
                "shape": "Scalar",
                "value": {"interpretedValue": value, "originalValue": value, "resolvedValues": [value]},
            }
            for name, value in slots.items()
        }
        best = {
            "intent": {"name": intent, "slots": found, "state": "InProgress", "confirmationState": "None"},
            "interpretationSource": "Lex",
            "nluConfidence": {"score": 0.93},
        }
        return 200, {
            "interpretations": [
                best,
                {"intent": {"name": "FallbackIntent", "slots": {}}, "interpretationSource": "Lex"},
            ],
            "messages": [],
            "requestAttributes": {},
            "sessionId": path.split("/")[-2],
            "sessionState": {"intent": best["intent"], "sessionAttributes": {}},
        }

    return takes


def _signature(path: str, headers: dict[str, str], body: bytes) -> str:
    grant = headers["authorization"]
    scope = grant.split("Credential=")[1].split(",")[0].partition("/")[2]
    names = grant.split("SignedHeaders=")[1].split(",")[0]
    lines = [f"{name}:{headers[name]}" for name in names.split(";")]
    canonical = "\n".join(["POST", path, "", *lines, "", names, hashlib.sha256(body).hexdigest()])
    text = "\n".join(
        ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{AWS_SECRET}".encode()
    for step in scope.split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
