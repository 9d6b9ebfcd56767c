"""The server's own half of a socket, which also takes frames that are written out already.

What tempts is to leave all writing to the server: it is given a text and makes a frame. Of five thousand screens that are told one fact it
makes five thousand equal frames, which takes longer than the sending. A server's frames carry no mask, so one will do for all.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

Share: TypeAlias = Callable[[bytes], bool]

SHARE = "saveit.share"
"""Under this name, among a socket's extensions, is what takes a whole frame: it says whether it could be written at once."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """A socket of the server's."""

    def handle_connect(self, event: Request) -> None:
        """Begin as ever; whoever answers is told that frames are taken."""
        super().handle_connect(event)
        scope: dict[str, Any] | None = getattr(self, "scope", None)  # pyright: ignore[reportExplicitAny] - as the server keeps it.
        if scope is not None:
            scope["extensions"][SHARE] = self.share

    def share(self, frame: bytes) -> bool:
        """Write a whole frame if nothing is in the way, and say whether it was."""
        if (
            self.disconnected
            or self.close_sent
            or not self.handshake_complete
            or not self.writable.is_set()
            or self.transport.is_closing()
        ):
            return False
        self.transport.write(frame)
        return True


def share_of(scope: object) -> Share | None:
    """Return what takes whole frames of a socket, where its server has that."""
    extensions = cast("dict[str, dict[str, object]]", scope).get("extensions") or {}
    return cast("Share | None", extensions.get(SHARE))
