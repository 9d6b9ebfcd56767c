"""Engines behind the door of hearing, and the worker that hears: what guests say aloud is put into words, to be understood like any others.

Promises: off unless the settings name an engine; no sound is heard inside a transaction, and none twice once its words are kept; what is
too long or too large is not sent to anybody; a provider that is slow, down or makes no sense costs the guest a helpful answer and never
the message, whose turn waits for some seconds and then goes on without.

It will never keep a sound or its words but sealed with the message's file, and logs neither.
"""

from saveit.dialogue.listening.choosing import listener_of
from saveit.dialogue.listening.model import CannotHear, Listener, Sound
from saveit.dialogue.listening.worker import Listening

__all__ = ["CannotHear", "Listener", "Listening", "Sound", "listener_of"]
