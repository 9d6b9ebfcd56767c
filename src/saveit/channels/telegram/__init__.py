"""Telegram bots.

Promises to read every update of a private chat, to answer for the taps that would spin, and never to let the bot's token out in a log.
It owns no table and opens no socket.
"""

from saveit.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
