"""The chat window on a restaurant's own page, over a WebSocket.

Promises that a message sent again after a lost acknowledgement is the same message, and that nobody writes in another's session. Frames
out are numbered and kept by whoever owns the sockets; here they only get their form. It owns no table and opens no socket.
"""

from saveit.channels.webchat.channel import WebChat, session_token

__all__ = ["WebChat", "session_token"]
