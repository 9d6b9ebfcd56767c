"""The way out over SMTP: one mail, one time-out; and where it failed, whether the server can have taken it.

A server has taken a mail once it has answered 250 to its last dot, and not before; only an answer lost after that dot leaves it open.
"""

import asyncio
import smtplib
import ssl
from typing import Protocol

import msgspec

from saveit.kernel.http import AnswerLost, NotSent

_TEXT_LENGTH_MAX = 500


class MailToSend(Protocol):
    """A mail as its maker describes it."""

    @property
    def host(self) -> str:
        """Return the server."""
        ...

    @property
    def port(self) -> int:
        """Return its port."""
        ...

    @property
    def username(self) -> str:
        """Return who signs in; empty for nobody."""
        ...

    @property
    def password(self) -> str:
        """Return the password."""
        ...

    @property
    def starttls(self) -> bool:
        """Say whether the connection must be encrypted."""
        ...

    @property
    def sender(self) -> str:
        """Return the envelope's sender."""
        ...

    @property
    def recipient(self) -> str:
        """Return the envelope's recipient."""
        ...

    @property
    def message(self) -> bytes:
        """Return the mail as it stands on the wire."""
        ...

    @property
    def timeout_s(self) -> float:
        """Return how long each step may take."""
        ...


class SmtpReply(msgspec.Struct, frozen=True):
    """The server's reply to the step that decided."""

    code: int
    text: str


async def send_mail(mail: MailToSend) -> SmtpReply:
    """Hand a mail to its server and return the reply that decided.

    Raises: NotSent when the server cannot have it; AnswerLost when it may.
    """
    return await asyncio.to_thread(_send, mail)


def _send(mail: MailToSend) -> SmtpReply:
    try:
        server = smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout_s)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__) from error
    dotted = False
    try:
        with server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.username:
                server.login(mail.username, mail.password)
            server.ehlo_or_helo_if_needed()
            for step in (lambda: server.mail(mail.sender), lambda: server.rcpt(mail.recipient)):
                code, text = step()
                if code >= 300:  # noqa: PLR2004 - 2xx is yes.
                    return _reply(code, text)
            dotted = True
            code, text = server.data(mail.message)
            return _reply(code, text)
    except smtplib.SMTPDataError as error:
        return _reply(error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:
        return _reply(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        if dotted:
            raise AnswerLost(type(error).__name__) from error
        raise NotSent(type(error).__name__) from error


def _reply(code: int, text: bytes | str) -> SmtpReply:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return SmtpReply(code, plain[:_TEXT_LENGTH_MAX])
