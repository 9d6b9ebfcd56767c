"""WhatsApp through Meta's Cloud API, numbers shared with the owner's phone app included.

Promises to read every event of a batch by itself, also from guests without a phone number, and to send nothing longer than WhatsApp takes.
It owns no table and opens no socket.
"""

from saveit.channels.whatsapp_meta.channel import WhatsAppMeta

__all__ = ["WhatsAppMeta"]
