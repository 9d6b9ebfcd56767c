"""The skin put together."""

from collections.abc import Callable
from typing import cast

from litestar import Litestar

from saveit.kernel.observe import is_tracing
from saveit.web.desk import Alternatives
from saveit.web.edge import Front, Traced
from saveit.web.hot.chats import AskFromPages
from saveit.web.hot.document import Document
from saveit.web.hot.health import Alive, Numbers, Ready
from saveit.web.hot.memory import Callers, Memory
from saveit.web.hot.opened import OpenBooking
from saveit.web.hot.passes import ValidatePass
from saveit.web.hot.tables import BookTable, HoldTable, ListTimes
from saveit.web.hot.webhooks import TakeWebhook
from saveit.web.pages import Start, pages
from saveit.web.pages.built import BOOKING, BuiltPage, built_pages
from saveit.web.parts import Parts
from saveit.web.router import make_router
from saveit.web.sockets import Sockets
from saveit.web.wire import Alternative
from saveit.web.wire.asgi import App


def create_app(parts: Parts, *, route: Callable[[Alternatives], Litestar] = make_router) -> App:
    """Return the application: an ASGI callable. It keeps nothing open; whoever made the parts closes them.

    `route` makes the framework's part: whoever needs many applications shares it among them.
    """
    alternatives = Memory[tuple[Alternative, ...]](parts.desk)
    router = route(alternatives)
    front = Front(
        parts,
        # The framework types ASGI by its own names for the same dictionaries.
        cast("App", router),
        (
            ListTimes(Memory[bytes](parts.desk), Callers(parts.desk)),
            BookTable(alternatives),
            HoldTable(alternatives),
            ValidatePass(),
            TakeWebhook(parts),
            AskFromPages(),
            Alive(),
            Ready(parts),
            Numbers(),
            Start("/sandbox" if parts.sandbox else "/staff"),
            *pages(),
            *(
                OpenBooking(page) if isinstance(page, BuiltPage) and page.path == BOOKING else page
                for page in built_pages(sandbox=parts.sandbox)
            ),
            Document(lambda: make_router(alternatives, documented=True)),
        ),
        sockets=Sockets(parts),
    )
    return Traced(front) if is_tracing() else front
