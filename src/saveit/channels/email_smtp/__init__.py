"""Mail through any server: sent by SMTP, received by our own listener.

Promises that only the listener can hand mail in, and to vouch for a sender only where the server that we trust does. It owns no table and
opens no socket.
"""

from saveit.channels.email_smtp.channel import EmailSmtp, mailbox
from saveit.channels.email_smtp.wire import AUTHORITY, METHOD, RECIPIENTS, SECRET, SENDER

__all__ = ["AUTHORITY", "METHOD", "RECIPIENTS", "SECRET", "SENDER", "EmailSmtp", "mailbox"]
