"""Instagram direct messages.

Promises to tell what a person wrote from our own echo, and from a thread that another application attends. It owns no table and opens no
socket.
"""

from saveit.channels.instagram.channel import Instagram

__all__ = ["Instagram"]
