"""What providers deliver, answered in front of the router: the bytes as they came, the public address, and nothing else of ours.

A signature is over octets: over the body, and with some providers over the address they called. So the body is handed on unread, and the
address is put together from our own settings and the path as it was written, never from a header that any caller can set.
"""

from urllib.parse import quote

from saveit import gateway
from saveit.messages import Request
from saveit.web.edge import Call, Reply, read_body
from saveit.web.parts import Parts
from saveit.web.wire.asgi import Receive, Scope

PREFIX = "/webhooks/"
# Longer names and tails than these are nobody's; what they hold ends in a directory's memory.
_OPAQUE_LENGTH_MAX = 200


class TakeWebhook:
    """GET and POST /webhooks/{channel}[/{opaque}]."""

    route = "/webhooks/{channel}"
    path = PREFIX
    methods = ("GET", "POST")

    def __init__(self, parts: Parts) -> None:
        self._gateway = parts.gateway
        self._public_url = parts.public_url

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:
        """Take it in, write it down, answer."""
        body = await read_body(receive, call.heads.content_length, gateway.BODY_OCTETS_MAX)
        name, _, opaque = scope["path"].removeprefix(PREFIX).partition("/")
        request = Request(
            method=scope["method"],
            url=self._url(scope),
            headers=_headers(scope),
            body=body,
            opaque=opaque[:_OPAQUE_LENGTH_MAX],
            received_at=call.now,
        )
        answer = await gateway.receive(self._gateway, name, request, trace_id=call.heads.trace_id)
        return Reply(answer.status, answer.body, answer.media_type.encode("latin-1"))

    def _url(self, scope: Scope) -> str:
        """Return the address that the provider called, as it wrote it."""
        path = scope.get("raw_path") or quote(scope["path"]).encode()
        # Some servers leave the query in the raw path.
        url = f"{self._public_url}{path.partition(b'?')[0].decode('latin-1')}"
        query = scope["query_string"].decode("latin-1")
        return f"{url}?{query}" if query else url


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers as a channel reads them; of a repeated one all values, with commas between."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers
