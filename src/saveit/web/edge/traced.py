"""A span around each request: put in front of the application only where spans are sent, so that elsewhere it costs nothing at all."""

from saveit.kernel.observe import mark_failed, span, span_of, traceparent_of
from saveit.web.edge.front import Front
from saveit.web.wire.asgi import Headers, Message, Receive, Scope, Send

_TRACEPARENT = b"traceparent"
_REQUEST_ID = b"x-request-id"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_FAILED = 500


class Traced:
    """The application with a span for each request, below the caller's own where a `traceparent` names it.

    The span says the route and not the address, the status and not the answer: addresses and answers may speak of guests.
    """

    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._front(scope, receive, send)
            return
        headers = scope["headers"]
        caller = span_of(_value(headers, _TRACEPARENT))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message.get("status", _FAILED)
            await send(message)

        with span("request", {"http.request.method": method}, parent=caller, of_server=True) as here:
            if caller is not None or not _value(headers, _REQUEST_ID):
                # The application takes the trace from its header, so that logs, facts and answers name this one. A caller's own
                # request id stays the name of a request that comes with nothing else.
                named = traceparent_of(here.get_span_context()).encode()
                scope["headers"] = [
                    *((name, value) for name, value in headers if name != _TRACEPARENT),
                    (_TRACEPARENT, named),
                ]
            try:
                await self._front(scope, receive, noting)
            finally:
                route = self._front.route_of(scope)
                here.update_name(f"{method} {route}")
                here.set_attribute("http.route", route)
                here.set_attribute("http.response.status_code", status)
                if status >= _FAILED:
                    mark_failed(here)


def _value(headers: Headers, wanted: bytes) -> str:
    """Return the first value of a header, or an empty text."""
    return next((value.decode("latin-1") for name, value in headers if name == wanted), "")
