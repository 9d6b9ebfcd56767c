"""Telephone calls through Amazon Connect, whose flows ask a Lambda function, which asks us.

Promises a flat answer within the eight seconds that a flow waits. It owns no table and opens no socket.
"""

from saveit.channels.voice_connect.channel import VoiceConnect

__all__ = ["VoiceConnect"]
