"""What delivery needs from outside its room: where a line's credentials are, and the ways out."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias
from uuid import UUID

import msgspec

from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Database, Transaction
from saveit.kernel.errors import Fault
from saveit.kernel.http import HttpClient, NotSent
from saveit.kernel.ids import TenantId
from saveit.kernel.smtp import SmtpReply, send_mail
from saveit.messages import Credentials, HttpCall, Mail, Response, SocketPush

Rendering: TypeAlias = HttpCall | Mail | SocketPush


class LineForSending(msgspec.Struct, frozen=True):
    """A line's credentials, and whether it may be used."""

    credentials: Credentials
    active: bool

    def __repr__(self) -> str:
        """Say nothing of its secrets."""
        return f"LineForSending(active={self.active})"


class FindLine(Protocol):
    """Finds a line by its id."""

    async def __call__(self, tenant_id: TenantId, line_id: UUID) -> LineForSending | None:
        """Return the line, or None when there is none."""
        ...


class Sealers(Protocol):
    """Who knows each tenant's key."""

    async def sealer(self, source: Database | Transaction, tenant_id: TenantId) -> Sealer:
        """Return the tenant's sealer."""
        ...


class WayOut(Protocol):
    """Makes a call and returns the answer. In a sandbox it is the stand-ins'."""

    async def send(self, call: Rendering) -> Response:
        """Make the call. Raises: NotSent when it was certainly not received; AnswerLost when nobody knows."""
        ...


Push: TypeAlias = Callable[[SocketPush], Awaitable[str]]
"""Keeps a frame for its session, shows it to whoever holds a socket of it, anywhere, and returns under which id it is kept."""


class RealWayOut:
    """The providers themselves: by HTTP, by SMTP, and to the sockets of our own web chat.

    A frame for a web chat is accepted once it is kept: who is not connected reads it later, by its number.
    """

    def __init__(self, http: HttpClient, push: Push) -> None:
        self._http = http
        self._push = push

    async def send(self, call: Rendering) -> Response:
        """Make the call."""
        if isinstance(call, HttpCall):
            answer = await self._http.call(
                call.method, call.url, headers=call.headers, body=call.body, timeout_s=call.timeout_s
            )
            return Response(status=answer.status, headers=answer.headers, body=answer.body)
        if isinstance(call, Mail):
            reply: SmtpReply = await send_mail(call)
            return Response(status=reply.code, body=reply.text.encode())
        try:
            kept = await self._push(call)
        except Fault as fault:
            raise NotSent(type(fault).__name__) from fault
        return Response(status=200, body=msgspec.json.encode({"id": kept}))
