"""SMS through Twilio: one webhook for every number of every account.

Promises to tell a photo without words from a status, and to send no more parts than a carrier puts together again.
It owns no table and opens no socket.
"""

from saveit.channels.sms_twilio.channel import SmsTwilio

__all__ = ["SmsTwilio"]
