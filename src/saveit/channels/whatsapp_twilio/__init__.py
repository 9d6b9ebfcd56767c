"""WhatsApp through Twilio: one webhook for every number of every account.

Promises to tell a photo without words from a status, and to send buttons where the account has them prepared and numbered
text where not. It owns no table and opens no socket.
"""

from saveit.channels.whatsapp_twilio.channel import WhatsAppTwilio

__all__ = ["WhatsAppTwilio"]
