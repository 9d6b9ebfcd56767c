"""Whether a page of another house may ask for a web chat's session: browsers ask before they do (CORS)."""

from saveit.web.edge import Call, Reply
from saveit.web.edge.front import CHAT_SESSIONS
from saveit.web.wire.asgi import Receive, Scope

_DAY_S = 86_400


class AskFromPages:
    """OPTIONS /chat/sessions."""

    route = path = CHAT_SESSIONS
    methods = ("OPTIONS",)

    async def answer(self, call: Call, scope: Scope, receive: Receive) -> Reply:  # noqa: ARG002 - the protocol of hot paths.
        """Say what a page may send. Whether it gets a session is for the line to say."""
        return Reply(
            204,
            b"",
            headers=(
                (b"access-control-allow-methods", b"POST"),
                (b"access-control-allow-headers", b"content-type, accept-language, x-request-id"),
                (b"access-control-max-age", b"%d" % _DAY_S),
            ),
        )
