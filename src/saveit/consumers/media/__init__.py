"""Copies of the files that guests send: fetched at once, since their addresses die, and apart from the message, which never waits for them.

Promises: the line's credentials go to its provider's own hosts alone, and no call goes into a private network; what is too large or of no
kind that people open here is not kept; a file that cannot be had is tried again for an hour, then given up, and its message has had its
turn long before. Several processes may do this at once.

It owns no table; the files are the conversations'. It never opens a file.
"""

from saveit.consumers.media.copying import OCTETS_MAX, Copying

__all__ = ["OCTETS_MAX", "Copying"]
