"""The routes: each reads what is asked, checks that the caller may, opens one transaction, calls a door, and shows what came of it.

Nothing is decided here. A route that decides has taken something from a room.
"""

from litestar import Router

from saveit.web.desk import Alternatives
from saveit.web.routes.access import access_routes
from saveit.web.routes.analytics import analytics_routes
from saveit.web.routes.availability import availability_routes
from saveit.web.routes.board import board_routes
from saveit.web.routes.chats import chat_routes
from saveit.web.routes.corrections import correction_routes
from saveit.web.routes.floor import floor_routes
from saveit.web.routes.guests import guest_routes
from saveit.web.routes.host import host_routes
from saveit.web.routes.inbox.conversations import conversation_routes
from saveit.web.routes.inbox.people import people_routes
from saveit.web.routes.lines import line_routes
from saveit.web.routes.messages import message_routes
from saveit.web.routes.onboarding import onboarding_routes
from saveit.web.routes.passes import pass_routes
from saveit.web.routes.public import public_routes
from saveit.web.routes.reservations import reservation_routes
from saveit.web.routes.shared import call_in, call_of
from saveit.web.routes.venues import venue_routes
from saveit.web.routes.waiting import waiting_routes
from saveit.web.routes.waitlist import waitlist_routes

__all__ = ["all_routes", "call_in", "call_of"]


def all_routes(alternatives: Alternatives) -> list[Router]:
    """Return every route under /api/v1."""
    return [
        availability_routes(alternatives),
        reservation_routes(alternatives),
        correction_routes(alternatives),
        host_routes(),
        board_routes(),
        waitlist_routes(),
        public_routes(alternatives),
        waiting_routes(),
        pass_routes(),
        venue_routes(),
        floor_routes(),
        access_routes(),
        line_routes(),
        guest_routes(),
        conversation_routes(),
        people_routes(),
        message_routes(),
        analytics_routes(),
        onboarding_routes(),
        chat_routes(),
        chat_routes(),
        analytics_routes(),
    ]
