"""The providers, each as strict as the real one: what it would refuse is refused, with its own code and body.

Each says what it would say, and never does it: a stand-in returns the requests that it would make, and somebody else delivers them.
"""

from saveit.sandbox.providers.amazon import CERTIFICATE_URL, Amazon, mail_of
from saveit.sandbox.providers.base import Answering, Event, StandIn
from saveit.sandbox.providers.files import Files, voice_of, words_in
from saveit.sandbox.providers.hearing import AMAZON_HEARING_KEY, HEARING_KEY, OpenAIAudio, Transcribe
from saveit.sandbox.providers.house import take_mail, take_push, web_frame
from saveit.sandbox.providers.telegram import TelegramApi
from saveit.sandbox.providers.threads import Threads, echo
from saveit.sandbox.providers.twilio import TwilioMessages, signed_by_twilio
from saveit.sandbox.providers.whatsapp import WhatsAppGraph

__all__ = [
    "AMAZON_HEARING_KEY",
    "CERTIFICATE_URL",
    "HEARING_KEY",
    "Amazon",
    "Answering",
    "Event",
    "Files",
    "OpenAIAudio",
    "StandIn",
    "TelegramApi",
    "Threads",
    "Transcribe",
    "TwilioMessages",
    "WhatsAppGraph",
    "echo",
    "mail_of",
    "signed_by_twilio",
    "take_mail",
    "take_push",
    "voice_of",
    "web_frame",
    "words_in",
]
