"""Messenger direct messages to a Facebook page.

Promises to tell what a person wrote from our own echo, and from a thread that another application attends. It owns no table and opens no
socket.
"""

from saveit.channels.messenger.channel import Messenger

__all__ = ["Messenger"]
