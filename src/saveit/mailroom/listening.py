"""SMTP on a port of this machine."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from saveit.channels.email_smtp import AUTHORITY, METHOD, RECIPIENTS, SECRET, SENDER, mailbox
from saveit.gateway import BODY_OCTETS_MAX, Gateway, receive
from saveit.kernel.observe import logger
from saveit.kernel.settings import MailListener
from saveit.messages import LineKey, Request

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

_log = logger("mailroom")
_CHANNEL: Final = "email_smtp"
_OK: Final = 200
_RECIPIENTS_MAX: Final = 50
# RFC 5321 asks for five minutes between the octets of a mail; a server in front of us on the same network needs no more than one.
_SILENT_S_MAX: Final = 60.0
_TAKEN = "250 2.0.0 Kept"
_NO_MAILBOX = "550 5.1.1 There is no such mailbox here"
_OFF = "450 4.2.1 This mailbox is switched off for now"
_ENOUGH = "452 4.5.3 Too many recipients; send the others with another mail"
_LATER = "451 4.3.0 It could not be kept; send it again later"


class _Desk:
    """What is said to each command of a server that brings mail; the library asks by these names."""

    def __init__(self, gateway: Gateway, listener: MailListener) -> None:
        self._gateway = gateway
        self._listener = listener

    async def handle_RCPT(  # noqa: N802 - the library's name.
        self, _server: "SMTP", _session: "Session", envelope: "Envelope", address: str, _options: list[str]
    ) -> str:
        """Take a recipient that is a line of ours."""
        if len(envelope.rcpt_tos) >= _RECIPIENTS_MAX:
            return _ENOUGH
        box = mailbox(address)
        route = await self._gateway.lines.find(_CHANNEL, LineKey(box, box))
        if route is None:
            return _NO_MAILBOX
        if not route.active:
            return _OFF
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name.
        self, _server: "SMTP", _session: "Session", envelope: "Envelope"
    ) -> str:
        """Keep the mail once for each mailbox, or for none: what was kept before the trouble is known again when it comes again."""
        content = envelope.content
        if not isinstance(content, bytes):
            return _LATER
        for address in envelope.rcpt_tos:
            if not await self._keep(address, envelope.mail_from or "", content):
                return _LATER
        return _TAKEN

    async def handle_exception(self, error: Exception) -> str:
        """Let the server keep the mail and come again: a permanent refusal would lose it."""
        _log.error("mail.not_kept", exc_info=error)
        return _LATER

    async def _keep(self, address: str, sender: str, content: bytes) -> bool:
        box = mailbox(address)
        route = await self._gateway.lines.find(_CHANNEL, LineKey(box, box))
        if route is None or not route.active:
            return False
        request = Request(
            method=METHOD,
            url=f"smtp://{self._listener.host}:{self._listener.port}",
            headers={
                SECRET: route.credentials.value("listener_secret"),
                RECIPIENTS: address,
                SENDER: sender,
                AUTHORITY: self._listener.authority,
            },
            body=content,
            received_at=self._gateway.clock.now(),
        )
        answer = await receive(self._gateway, _CHANNEL, request)
        return answer.status == _OK


@asynccontextmanager
async def open_mailroom(gateway: Gateway, listener: MailListener | None) -> AsyncGenerator[int | None]:
    """Take mail while this is open, at the port that is handed out; without a listener in the settings nothing is opened.

    Every process of a fleet listens at the same port, and the kernel of the machine deals the connections out.

    Raises: OSError where the port cannot be had.
    """
    if listener is None:
        yield None
        return
    # Most take no mail, and do not wait for the library at their start.
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - see above.

    desk = _Desk(gateway, listener)
    loop = asyncio.get_running_loop()

    def connected() -> SMTP:
        return SMTP(
            desk,
            data_size_limit=BODY_OCTETS_MAX,
            enable_SMTPUTF8=True,
            hostname=listener.authority or socket.gethostname(),
            ident="SaveIt",
            timeout=_SILENT_S_MAX,
            loop=loop,
        )

    server = await loop.create_server(connected, listener.host, listener.port, reuse_port=True)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
