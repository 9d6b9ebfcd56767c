"""Mail through Amazon SES, both ways; what comes in and what became of mail comes by SNS.

Promises to believe only the topics that the line names, to vouch for a sender only where DMARC does, and never to answer a machine. It owns
no table and opens no socket.
"""

from saveit.channels.email_ses.channel import EmailSes

__all__ = ["EmailSes"]
