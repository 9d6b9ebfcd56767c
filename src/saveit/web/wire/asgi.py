"""The few words of ASGI that we speak, typed as we use them."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import NotRequired, TypeAlias, TypedDict

Headers: TypeAlias = list[tuple[bytes, bytes]]


class Scope(TypedDict):
    """A request as the server describes it; `call` is what we add."""

    type: str
    method: str
    path: str
    query_string: bytes
    raw_path: NotRequired[bytes]
    headers: Headers
    client: NotRequired[tuple[str, int] | None]
    path_template: NotRequired[str]
    call: NotRequired[object]


class Message(TypedDict):
    """What goes to and fro. Which fields are there depends on the type."""

    type: str
    status: NotRequired[int]
    headers: NotRequired[Headers]
    body: NotRequired[bytes]
    more_body: NotRequired[bool]


Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
AnyScope: TypeAlias = MutableMapping[str, object]
