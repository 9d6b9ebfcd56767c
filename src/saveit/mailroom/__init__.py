"""Where mail comes in: a listener that speaks SMTP on this machine and hands each mail to the gateway.

Promises: a mail is only taken once it is kept for every mailbox that it is for; whoever is no line of ours is refused before the mail is
sent; nothing is ever passed on to anybody else. It checks no sender: the server in front of it does, and says so in the mail.
"""

from saveit.mailroom.listening import open_mailroom

__all__ = ["open_mailroom"]
