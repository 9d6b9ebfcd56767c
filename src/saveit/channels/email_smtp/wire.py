"""How our SMTP listener hands mail in: as a request whose headers hold the envelope, and whose body is the mail as it came."""

import msgspec

METHOD = "SMTP"
# The listener's own secret: without it anyone who can post to the webhook could write in anyone's name.
SECRET = "x-saveit-listener"  # noqa: S105 - the name of a header.
RECIPIENTS = "x-saveit-rcpt-to"
SENDER = "x-saveit-mail-from"
# The name of the server whose findings about senders are believed; it stands in front of the listener, and the listener is told of it.
AUTHORITY = "x-saveit-authority"


class Cut(msgspec.Struct, frozen=True):
    """One mail as we keep it, for one of our mailboxes."""

    recipient: str
    sender: str
    authority: str
    mail: bytes
