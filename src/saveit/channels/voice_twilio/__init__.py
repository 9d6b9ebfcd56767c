"""Telephone calls through Twilio: the guest speaks or presses keys, we answer with words to be spoken.

Promises that a reply rides on the request that waits for it, that a caller who says nothing is told so, and that half-heard words are not
taken for whole ones. It owns no table and opens no socket.
"""

from saveit.channels.voice_twilio.channel import VoiceTwilio

__all__ = ["VoiceTwilio"]
