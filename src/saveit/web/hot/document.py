"""The OpenAPI document, as the framework makes it and then as it is true: problems are ours, and what creates takes a key."""

from collections.abc import Callable
from typing import cast

import msgspec
from litestar import Litestar

from saveit.web.edge import Call, Reply
from saveit.web.wire.asgi import Receive, Scope

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457). `code` never changes; `errors` and `alternatives` are there where they help.",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "alternatives": {"type": "array", "items": {"$ref": "#/components/schemas/Alternative"}},
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same request under the same key acts once and is answered alike; another request under it is refused.",
}
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "es or en, for problems and reasons.",
}
_CREATED = "201"
_ON_ONE = ("/api/v1/reservations/{reservation_id}", "/api/v1/holds/{hold_id}", "/api/v1/qr/checkin")
"""Addresses of acts on what is there already: under a key they, too, are done once."""
_KEYLESS = ("/api/v1/sessions", "/api/v1/tenants")


class Document:
    """GET /openapi.json. Made when it is first asked for: it takes longer than starting the rest of the skin."""

    route = path = "/openapi.json"
    methods = ("GET",)

    def __init__(self, make_router: Callable[[], Litestar]) -> None:
        self._make_router = make_router
        self._body: bytes | None = None

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Give the document."""
        if self._body is None:
            self._body = document_of(self._make_router())
        return Reply(200, self._body)


def document_of(router: Litestar) -> bytes:
    """Return the document as JSON."""
    # Through JSON and back: what the framework gives holds structs of ours as defaults.
    made = msgspec.json.decode(msgspec.json.encode(router.openapi_schema.to_schema()))
    document = cast("dict[str, dict[str, dict[str, dict[str, object]]]]", made)
    document["components"]["schemas"]["Problem"] = cast("dict[str, object]", _PROBLEM)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _mend(method, path, operation)
    return msgspec.json.encode(document)


def _mend(method: str, path: str, operation: dict[str, object]) -> None:
    responses = cast("dict[str, object]", operation.setdefault("responses", {}))
    # The framework's own 400, which is never sent.
    responses.pop("400", None)
    responses["default"] = {
        "description": "What was refused, and why",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    parameters = cast("list[object]", operation.setdefault("parameters", []))
    parameters.append(_LANGUAGE)
    acts = method != "get" and path.startswith(_ON_ONE)
    if acts or (_CREATED in responses and path not in _KEYLESS):
        parameters.append(_KEY)
    body = cast("dict[str, dict[str, dict[str, object]]] | None", operation.get("requestBody"))
    if body is not None:
        for media in body["content"].values():
            schema = cast("dict[str, list[object]]", media["schema"])
            # The framework puts examples into the schema; readers look for them beside it.
            values = schema.pop("examples", [])
            media["examples"] = {
                f"example_{number}": {"value": each} for number, each in enumerate(values, 1)
            }
