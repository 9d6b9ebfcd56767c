"""The OpenAPI document, as the framework makes it and then as it is true: problems are ours, and what creates takes a key."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, cast, get_args

import msgspec
from litestar import Litestar

from saveit.access import SCOPES
from saveit.venues import TableShape
from saveit.web.edge import Call, Reply
from saveit.web.hot.examples import examples
from saveit.web.hot.refusals import refused_by
from saveit.web.problems import MEDIA_TYPE, PROBLEMS, Language
from saveit.web.wire.asgi import Receive, Scope

Json: TypeAlias = dict[str, object]
Operation: TypeAlias = Json

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457). `code` never changes; `errors` and `alternatives` are there where they help.",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(PROBLEMS.keys() - {"restaurant_unknown"})},
        "instance": {"type": "string"},
        "detail": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message"],
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
_HEADERS: Json = {
    "RateLimit": {
        "description": "What is left of the caller's quota in this process: limit, remaining, and the seconds until it is whole.",
        "schema": {"type": "string"},
        "example": "limit=600, remaining=599, reset=60",
    },
    "Retry-After": {
        "description": "In how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 3,
    },
    "WWW-Authenticate": {"schema": {"type": "string"}, "example": 'Bearer realm="saveit"'},
    "Idempotency-Replayed": {
        "description": "`true` when this was done before under the same key.",
        "schema": {"type": "string", "enum": ["true"]},
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
_ON_ONE = (
    "/api/v1/reservations/{reservation_id}",
    "/api/v1/holds/{hold_id}",
    "/api/v1/qr/checkin",
    "/api/v1/public/reservation",
)
"""Addresses of acts on what is there already: under a key they, too, are done once."""
_KEYED_EDITS = frozenset(
    ("change_restaurant", "write_config", "write_area", "write_table", "write_combination")
)
"""Edits of the house whose answer, once lost, would be told as somebody else's if they were sent again without a key."""
_KEYLESS = ("/api/v1/sessions",)


_UNKNOWN_MAY_CALL = frozenset(
    (
        "begin_session",
        "draw_pass",
        "open_chat",
        "show_house",
        "list_public_times",
        "hold_for_guest",
        "release_for_guest",
        "book_for_guest",
        "wait_as_guest",
        "send_phone_code",
        "check_phone",
        "read_own_reservation",
        "change_own_reservation",
        "cancel_own_reservation",
        "read_own_place",
        "accept_own_offer",
        "leave_own_place",
    )
)
# With the pass of a guest's link in the address, or as anybody who may read the reservation.
_PASS_OR_BEARER = "read_calendar"  # noqa: S105 - the name of an operation.

# What drafts take as plain text, so that all that is wrong with one can be said at once, is one of these all the same.
_CHOICES: dict[tuple[str, str], list[str]] = {
    ("ApiKeyDraft", "scopes"): sorted(SCOPES),
    ("ApiKey", "scopes"): sorted(SCOPES),
    ("RestaurantDraft", "language"): list(get_args(Language)),
    ("RestaurantChange", "language"): list(get_args(Language)),
    ("StaffRequest", "language"): list(get_args(Language)),
    ("TableDraft", "shape"): list(get_args(TableShape)),
    ("TableChange", "shape"): list(get_args(TableShape)),
}


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
    document = cast("Json", msgspec.json.decode(msgspec.json.encode(router.openapi_schema.to_schema())))
    _drop_what_matches_all(document)
    components = cast("dict[str, Json]", document["components"])
    components["schemas"]["Problem"] = _PROBLEM
    _narrow(components["schemas"])
    components["headers"] = _HEADERS
    components["examples"] = {
        **{type(each).__name__: {"value": each} for each in examples()},
        **{f"problem_{code}": {"value": _problem_example(code)} for code in PROBLEMS},
    }
    paths = cast("dict[str, dict[str, Operation]]", document["paths"])
    for path, operations in paths.items():
        for method, operation in operations.items():
            _mend(method, path, operation)
    document["paths"] = {**paths, **_outside()}
    return msgspec.json.encode(document)


def _drop_what_matches_all(node: object) -> None:
    """Take `{}` out of alternatives: the framework writes it for the dots of `tuple[X, ...]`, and every X would then match twice.

    One alternative that is left, as of a field that may be left out, is none.
    """
    if isinstance(node, list):
        for each in cast("list[object]", node):
            _drop_what_matches_all(each)
    if not isinstance(node, dict):
        return
    told = cast("Json", node)
    choices = told.get("oneOf")
    if isinstance(choices, list):
        kinds = [each for each in cast("list[Json]", choices) if each]
        told["oneOf"] = kinds
        if len(kinds) == 1:
            del told["oneOf"]
            told.update(kinds[0])
    for each in told.values():
        _drop_what_matches_all(each)


def _narrow(schemas: Json) -> None:
    """Say what the structs leave open on purpose: the choices that drafts have, and the rules in a request to change them."""
    for (name, field), choices in _CHOICES.items():
        schema = _properties(schemas, name)[field]
        items = schema.get("items", schema)
        cast("Json", items)["enum"] = choices
    _properties(schemas, "ConfigRequest")["rules"] = {"$ref": "#/components/schemas/Rules"}


def _properties(schemas: Json, name: str) -> dict[str, Json]:
    return cast("dict[str, Json]", cast("Json", schemas[name])["properties"])


def _mend(method: str, path: str, operation: Operation) -> None:
    name = cast("str", operation["operationId"])
    responses = cast("dict[str, Json]", operation.setdefault("responses", {}))
    # The framework's own 400, which is never sent.
    responses.pop("400", None)
    parameters = cast("list[object]", operation.setdefault("parameters", []))
    parameters.append(_LANGUAGE)
    acts = method != "get" and path.startswith(_ON_ONE)
    keyed = acts or name in _KEYED_EDITS or (_CREATED in responses and path not in _KEYLESS)
    if keyed:
        parameters.append(_KEY)
    if name in _UNKNOWN_MAY_CALL:
        operation["security"] = []
    if name == _PASS_OR_BEARER:
        operation["security"] = [{}, {"bearer": []}]
    for response in responses.values():
        _show_answer(response, keyed=keyed)
    if name == "draw_pass":
        responses["200"]["content"] = _PICTURES
    if name == "read_calendar":
        responses["200"]["content"] = _CALENDAR
    if name == "export_analytics":
        responses["200"]["content"] = _TABLE
    refused = refused_by(
        name,
        known=name not in _UNKNOWN_MAY_CALL,
        has_body="requestBody" in operation,
        has_place="{" in path,
        keyed=keyed,
    )
    for status, codes in refused.items():
        responses[str(status)] = _refusal(status, codes)
    responses["default"] = {
        "description": "What was refused, and why",
        "content": {MEDIA_TYPE.decode(): {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    _show_request(operation)


def _show_answer(response: Json, *, keyed: bool) -> None:
    """Give an answer its headers and the example of its struct."""
    told = ("RateLimit", "Idempotency-Replayed") if keyed else ("RateLimit",)
    response["headers"] = _headers(*told)
    content = cast("dict[str, Json]", response.get("content", {}))
    for media in content.values():
        names = _names_in(cast("Json", media["schema"]))
        media["examples"] = {name: {"$ref": f"#/components/examples/{name}"} for name in names}


def _names_in(schema: Json) -> Iterator[str]:
    """Yield the structs that an answer may be."""
    for each in cast("list[Json]", schema.get("oneOf", [schema])):
        if "$ref" in each:
            yield cast("str", each["$ref"]).rpartition("/")[2]


def _show_request(operation: Operation) -> None:
    body = cast("dict[str, dict[str, Json]] | None", operation.get("requestBody"))
    if body is None:
        return
    for media in body["content"].values():
        schema = cast("dict[str, list[object]]", media["schema"])
        # The framework puts examples into the schema; readers look for them beside it.
        values = schema.pop("examples", [])
        media["examples"] = {f"example_{number}": {"value": each} for number, each in enumerate(values, 1)}


def _refusal(status: int, codes: tuple[str, ...]) -> Json:
    """Return the answer of one status with every code that it may have."""
    told = {401: ("WWW-Authenticate",), 429: ("Retry-After", "RateLimit"), 503: ("Retry-After",)}
    problem = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].en}" for code in codes),
        "headers": _headers(*told.get(status, ())),
        "content": {
            MEDIA_TYPE.decode(): {
                "schema": {"allOf": [problem, {"properties": {"code": {"enum": list(codes)}}}]},
                "examples": {code: {"$ref": f"#/components/examples/problem_{code}"} for code in codes},
            }
        },
    }


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem_example(code: str) -> Json:
    line = PROBLEMS[code]
    return {
        "type": f"urn:saveit:problem:{code}",
        "title": line.en,
        "status": line.status,
        "code": code,
        "instance": "/api/v1/…",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    }


_PICTURES: Json = {
    "image/png": {"schema": {"type": "string", "format": "binary"}},
    "image/svg+xml": {
        "schema": {"type": "string"},
        "examples": {
            "pass": {"value": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 57 57">…</svg>'}
        },
    },
}
_CALENDAR: Json = {
    "text/calendar": {
        "schema": {"type": "string"},
        "examples": {
            "published": {
                "value": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\n…\r\nEND:VCALENDAR\r\n"
            }
        },
    }
}


_TABLE: Json = {
    "text/csv": {
        "schema": {"type": "string"},
        "examples": {
            "day": {
                "value": "restaurant,date,hour,source,bookings,covers,walk_ins,walk_in_covers,check_ins,cancellations,no_shows,"
                "seat_minutes\r\n"
                "La Candelaria,2026-03-14,20,whatsapp_meta,12,41,0,0,11,1,0,3690\r\n"
            }
        },
    }
}


def _outside() -> dict[str, Json]:
    """Return what operators ask, which is answered in front of the router and without a key."""
    ready = {
        "schema": {
            "type": "object",
            "required": ["ready", "problems"],
            "properties": {
                "ready": {"type": "boolean"},
                "problems": {"type": "array", "items": {"type": "string"}},
            },
        }
    }
    lacking = {"ready": False, "problems": ["The database does not answer."]}
    ready_now = {"ready": {"$ref": "#/components/examples/Readiness"}}
    ready_not = {"not_ready": {"value": lacking}}
    alive = {"type": "object", "required": ["alive"], "properties": {"alive": {"const": True}}}
    numbers = "# TYPE saveit_http_requests_total counter\n…"
    return {
        "/healthz": _operators(
            "read_health",
            "Ask whether the process lives",
            {"200": _told("It does", "application/json", {"schema": alive, "example": {"alive": True}})},
        ),
        "/readyz": _operators(
            "read_readiness",
            "Ask whether requests can be served",
            {
                "200": _told("They can", "application/json", {**ready, "examples": ready_now}),
                "503": _told("They cannot", "application/json", {**ready, "examples": ready_not}),
            },
        ),
        "/metrics": _operators(
            "read_metrics",
            "Read the process's numbers",
            {
                "200": _told(
                    "Prometheus's text format",
                    "text/plain",
                    {"schema": {"type": "string"}, "example": numbers},
                )
            },
        ),
    }


def _operators(operation_id: str, summary: str, responses: Mapping[str, Json]) -> Json:
    return {
        "get": {
            "tags": ["Operators"],
            "operationId": operation_id,
            "summary": summary,
            "security": [],
            "responses": responses,
        }
    }


def _told(description: str, media_type: str, media: Json) -> Json:
    return {"description": description, "content": {media_type: media}}
