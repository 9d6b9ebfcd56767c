"""Mouths and ears: each folder is one channel, and this is their register.

Promises that every channel listed here is a `saveit.messages.Channel`: it verifies, cuts apart, parses, renders and reads without a
network, a database, a clock or a memory. A channel is added with its folder and its line below, and removed with both. What providers
of one family share stands in the underscored modules beside the folders.

It owns no table. A channel never sends, never retries and never decides what a guest meant.
"""

from saveit.channels.email_ses import EmailSes
from saveit.channels.email_smtp import EmailSmtp
from saveit.channels.instagram import Instagram
from saveit.channels.messenger import Messenger
from saveit.channels.sms_aws import SmsAws
from saveit.channels.sms_twilio import SmsTwilio
from saveit.channels.telegram import Telegram
from saveit.channels.voice_connect import VoiceConnect
from saveit.channels.voice_twilio import VoiceTwilio
from saveit.channels.webchat import WebChat
from saveit.channels.whatsapp_meta import WhatsAppMeta
from saveit.channels.whatsapp_twilio import WhatsAppTwilio
from saveit.messages import Channel

CHANNELS: tuple[Channel, ...] = (
    WhatsAppMeta(),
    WhatsAppTwilio(),
    SmsTwilio(),
    SmsAws(),
    Instagram(),
    Messenger(),
    Telegram(),
    WebChat(),
    EmailSes(),
    EmailSmtp(),
    VoiceTwilio(),
    VoiceConnect(),
)

__all__ = ["CHANNELS"]
