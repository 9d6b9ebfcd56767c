"""The providers, each as strict as the real one: what it would refuse is refused, with its own code and body.

Each says what it would say, and never does it: a stand-in returns the requests that it would make, and somebody else delivers them.
"""

from saveit.sandbox.providers.amazon import CERTIFICATE_URL, Amazon, mail_of
from saveit.sandbox.providers.base import Event, StandIn
from saveit.sandbox.providers.house import take_mail, take_push, web_frame
from saveit.sandbox.providers.telegram import TelegramApi
from saveit.sandbox.providers.threads import Threads, echo
from saveit.sandbox.providers.twilio import TwilioMessages, signed_by_twilio
from saveit.sandbox.providers.whatsapp import WhatsAppGraph

__all__ = [
    "CERTIFICATE_URL",
    "Amazon",
    "Event",
    "StandIn",
    "TelegramApi",
    "Threads",
    "TwilioMessages",
    "WhatsAppGraph",
    "echo",
    "mail_of",
    "signed_by_twilio",
    "take_mail",
    "take_push",
    "web_frame",
]
