"""The framework's part: routing, arguments, and the OpenAPI document. Whatever it would answer by itself, ours answers instead."""

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.params import QueryParameter
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from saveit.kernel.errors import Refusal
from saveit.web.desk import Alternatives
from saveit.web.edge import BODY_OCTETS_MAX, BODY_TIMEOUT_S, Reader, reply_to, require_json
from saveit.web.problems import (
    BodyTooLarge,
    JsonMalformed,
    MethodNotAllowed,
    NotFound,
    RequestError,
    RequestInvalid,
    RequestTimeout,
    Unauthenticated,
    request_error,
)
from saveit.web.routes import all_routes, call_in, call_of
from saveit.web.routes.further import with_further_faults

_DESCRIPTION = """\
Restaurant reservations. A table is never booked twice.

Send `Authorization: Bearer <API key or session token>`. Send an `Idempotency-Key` with whatever creates something: the same request
under the same key acts once and is answered alike. Send the `revision` that you read with whatever changes something. What is refused
is answered with a problem document (RFC 9457) whose `code` never changes, in Spanish or English by `Accept-Language`.
"""


class StrictRequest(Request[object, object, State]):
    """A request whose body is read by our reader: strictly, and with every error when it is wrong."""

    async def body(self) -> bytes:
        """Return the body. Refuses: JsonMalformed when there is none and the route takes one; BodyTooLarge, RequestTimeout."""
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await super().body()
        except TimeoutError as error:
            raise RequestTimeout(limit_s=BODY_TIMEOUT_S) from error
        if not body and self.route_handler.parsed_data_field is not None:
            raise JsonMalformed
        return body

    async def json(self) -> object:
        """Return the body as what its route takes. Refuses: JsonMalformed, RequestInvalid, UnsupportedMedia, BodyTooLarge."""
        heads = call_of(self).heads
        require_json(heads.content_type, heads.content_encoding)
        field = self.route_handler.parsed_data_field
        assert field is not None, "only routes that take a body have it read"
        kind = cast("type[msgspec.Struct]", field.annotation)
        readers = cast("dict[type[msgspec.Struct], Reader[msgspec.Struct]]", self.app.state.readers)
        reader = readers.get(kind)
        if reader is None:
            reader = readers[kind] = Reader(kind)
        body = await self.body()
        try:
            return reader.read(body)
        except RequestInvalid as refusal:
            raise with_further_faults(kind, body, refusal) from refusal


class _Framework(Litestar):
    """The framework with msgspec, which our bodies are made of, and without pydantic, which takes as long to import as a tenth of us."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def make_router(alternatives: Alternatives, *, documented: bool = False) -> Litestar:
    """Put the framework's application together.

    `documented` is for the OpenAPI document alone: with it the framework claims every address there is for pages of its own.
    """
    return _Framework(
        route_handlers=[
            Router(
                "/api/v1",
                route_handlers=all_routes(alternatives),
                guards=[_require_caller],
                dependencies={"call": Provide(call_of, sync_to_thread=False)},
                security=[{"bearer": []}],
            )
        ],
        request_class=StrictRequest,
        request_max_body_size=BODY_OCTETS_MAX,
        exception_handlers={Exception: _problem},
        # Ours is the front's line; the framework's own would repeat what was asked.
        logging_config=None,
        state=State({"readers": {}}),
        openapi_config=_openapi() if documented else None,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="SaveIt",
        version="1",
        description=_DESCRIPTION,
        use_handler_docstrings=True,
        operation_id_creator=_named,
        render_plugins=[JsonRenderPlugin()],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", description="An API key, or the token of a session."
                )
            }
        ),
        tags=[Tag(name) for name in _TAGS],
    )


def _named(handler: HTTPRouteHandler, method: object, path: object) -> str:  # noqa: ARG001 - the framework's protocol.
    """Name an operation by the function that answers it: generated clients have methods of these names."""
    return handler.handler_name


_TAGS = (
    "Availability",
    "Holds",
    "Reservations",
    "Host",
    "Waitlist",
    "Guests' pages",
    "Passes",
    "Restaurants",
    "Floor",
    "Sessions",
    "Staff",
    "API keys",
    "Advisors",
    "Lines",
    "Inbox",
    "Web chat",
    "Conversations",
    "People",
    "Guests",
    "Platform",
    "Operators",
)


def _require_caller(
    connection: ASGIConnection[object, object, object, State], handler: BaseRouteHandler
) -> None:
    """Let nobody unknown past, but to the routes that say they are open. Refuses: Unauthenticated."""
    if (
        handler.opt.get("open") is not True
        and call_in(cast("Mapping[str, object]", connection.scope)).known is None
    ):
        raise Unauthenticated


def _problem(request: Request[object, object, State], error: Exception) -> Response[bytes]:
    """Answer whatever was raised with a problem document."""
    call = call_of(request)
    reply = reply_to(_ours(request, error), call)
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(
        reply.body, status_code=reply.status, media_type=reply.media_type.decode(), headers=headers
    )


def _ours(request: Request[object, object, State], error: Exception) -> Exception:
    """Return the framework's own exceptions as the refusals that they are; whatever else was raised, as it is."""
    if isinstance(error, ValidationException):
        return _parameters(request, error)
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed((error.headers or {}).get("allow", "").split(", "))
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004 - where the caller's mistakes end.
        made = _REFUSALS.get(error.status_code, JsonMalformed)
        return made()
    return error


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(limit=BODY_OCTETS_MAX)


_REFUSALS: dict[int, Callable[[], Refusal]] = {404: NotFound, 413: _too_large}


def _parameters(request: Request[object, object, State], error: ValidationException) -> RequestInvalid:
    """Return the parameters that are missing or wrong; the framework's sentences are English, and ours are both."""
    extra = cast("object", error.extra)
    told = cast("list[dict[str, str]]", extra) if isinstance(extra, list) else []
    errors: list[RequestError] = []
    for each in told:
        message = each.get("message", "")
        missing = "missing" in message.lower() or "got `null`" in message
        name = _query_name(request, each.get("key", ""))
        errors.append(request_error(name, "missing_field" if missing else "wrong_format"))
    if not errors:
        # A parameter that is required and absent is told by its name alone.
        found = (
            error.detail.partition("parameter '")[2].partition("'")[0]
            or error.detail.partition("parameter ")[2].partition(" ")[0]
        )
        errors.append(request_error(found.strip("'"), "missing_field"))
    return RequestInvalid(*errors)


def _query_name(request: Request[object, object, State], name: str) -> str:
    """Return how a handler's argument is called in the address."""
    argument = request.route_handler.parsed_fn_signature.parameters.get(name)
    definition = None if argument is None else argument.kwarg_definition
    return definition.name or name if isinstance(definition, QueryParameter) else name
