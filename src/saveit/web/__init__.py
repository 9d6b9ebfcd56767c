"""The skin: HTTP onto doors. The only room that knows the web framework.

Promises: nobody unknown gets past it, and what is another customer's does not exist; what creates, acts once under its key; every
refusal is a problem document with a code that never changes; nothing that goes wrong shows more than that it did; and what was asked
too often, or is too long, costs nothing but the saying so.

It owns no tables. It will never decide what the rooms below decide, hold state that a restart would miss, or write a guest's words
into a log.
"""

from saveit.web.application import create_app
from saveit.web.edge import RequestProtocol
from saveit.web.links import Links
from saveit.web.parts import Limits, Live, Parts
from saveit.web.sockets import SocketProtocol

__all__ = ["Limits", "Links", "Live", "Parts", "RequestProtocol", "SocketProtocol", "create_app"]
