"""The server's own half of a request, which sends an answer at hand without a task.

What tempts is to leave every request to a task of its own, as the server does. For an answer that is ready that is most of the cost: a
task, two messages through it, every header of ours looked at for forbidden octets, and two writes.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from saveit.web.edge.replies import Kept
from saveit.web.wire.asgi import Headers, Scope


@runtime_checkable
class _Remembering(Protocol):
    """An application that may have an answer at hand."""

    def at_hand(self, scope: Scope) -> tuple[Kept, Headers] | None:
        """Return it with the headers of this request, or None to be called in the ordinary way."""
        ...


_AtHand: TypeAlias = Callable[[Scope], tuple[Kept, Headers] | None]


class RequestProtocol(HttpToolsProtocol):
    """A connection of the server's. Of what comes in one piece one request at most is answered so: the rest wait for their turn."""

    def __init__(self, *given: Any, **named: Any) -> None:  # pyright: ignore[reportExplicitAny] - the server's own.
        super().__init__(*given, **named)
        application = cast("object", self.app)
        self._at_hand = application.at_hand if isinstance(application, _Remembering) else None
        self._may_answer = False

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._may_answer = True
        super().data_received(data)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # pyright: ignore[reportExplicitAny] - as above.
        if (
            self._at_hand is None
            or app is not cast("object", self.app)
            or not self._answered(cycle, self._at_hand)
        ):
            super()._start_asgi_task(cycle, app)

    def _answered(self, cycle: RequestResponseCycle, at_hand: _AtHand) -> bool:
        """Send the answer if it is at hand and nothing is in the way, and say whether it was."""
        if (
            not self._may_answer
            or not cycle.keep_alive
            or self.pipeline
            or self.flow.write_paused
            or self.transport.is_closing()
        ):
            return False
        self._may_answer = False
        told = at_hand(cast("Scope", cycle.scope))
        if told is None:
            return False
        kept, extra = told
        cycle.response_started = True
        # Not at once: whoever asks over many connections would be woken by each answer, which costs more than the answer. Those to all that
        # has come by now go out one after the other, before anything more is read.
        self.loop.call_soon(self._send, cycle, kept.octets([*cycle.default_headers, *extra]))
        return True

    def _send(self, cycle: RequestResponseCycle, octets: bytes) -> None:
        """Send a whole answer, and go on with what came after its request."""
        if not self.transport.is_closing():
            self.transport.write(octets)
        cycle.response_complete = True
        if not cycle.keep_alive:
            # The server was told to stop after the request was read, and left the cutting to whoever answers.
            self.transport.close()
        cycle.on_response()
        # As the server does: the two would hold each other.
        cycle.on_response = _nothing


def _nothing() -> None:
    """It has been answered."""
