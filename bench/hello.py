"""An application that does nothing: what the server alone costs."""

from collections.abc import Awaitable, Callable, Mapping

_Message = Mapping[str, object]

_START: _Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
}
_BODY: _Message = {"type": "http.response.body", "body": b"hello"}


async def app(
    scope: _Message,
    receive: Callable[[], Awaitable[_Message]],  # noqa: ARG001 - the protocol's.
    send: Callable[[_Message], Awaitable[None]],
) -> None:
    """Say hello to every request."""
    if scope["type"] == "http":
        await send(_START)
        await send(_BODY)
