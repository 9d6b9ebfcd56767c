"""Sessions of the web chat."""

from typing import Annotated, ClassVar
from uuid import UUID

from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.openapi.spec import Example
from litestar.params import Body

from saveit.consumers.live import SESSION_LASTS, chat_line
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from saveit.reservations import RestaurantUnknown
from saveit.venues import find_slug, tenant_of
from saveit.web.edge import Call
from saveit.web.routes.shared import Calling
from saveit.web.sockets.origins import is_allowed
from saveit.web.wire.chat import ChatRequest, ChatRestaurant, ChatSessionAnswer

_SESSION = Example(value={"restaurant": "casa-lola", "language": "es"})


class ChatNotConnected(Refusal):
    """The restaurant has no web chat."""

    code: ClassVar[str] = "chat_not_connected"


class OriginNotAllowed(Refusal):
    """The restaurant's web chat may not be embedded in this page."""

    code: ClassVar[str] = "origin_not_allowed"


@post("/chat/sessions", summary="Open a web chat", opt={"open": True}, tags=["Web chat"])
async def open_chat(
    call: Calling,
    request: Request[object, object, State],
    data: Annotated[ChatRequest, Body(examples=[_SESSION])],
) -> Response[ChatSessionAnswer]:
    """A session with which a guest's page opens /ws/chat, without a key, from the pages that the restaurant's line allows."""
    tenant_id, restaurant_id = await _found(call, data.restaurant)
    live = call.parts.live
    line_id = None if live is None else await chat_line(call.desk.database, tenant_id, restaurant_id)
    route = None if line_id is None else await call.parts.gateway.lines.by_id(line_id)
    if live is None or route is None or not route.active:
        raise ChatNotConnected
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    allowed = route.credentials.value("allowed_origins")
    if not is_allowed(origin, allowed, own=call.parts.public_url, host=host):
        raise OriginNotAllowed
    house = await call.desk.house(tenant_id, restaurant_id)
    name = new_id(call.now).hex
    signed = live.session_token(name, route.credentials.value("session_secret"))
    answer = ChatSessionAnswer(
        token=f"{route.line.id.hex}.{signed}",
        session_id=name,
        expires_at=call.now + SESSION_LASTS,
        socket_url=f"ws{call.parts.public_url.removeprefix('http')}/ws/chat",
        restaurant=ChatRestaurant.of(house.restaurant),
    )
    return Response(answer, status_code=201)


async def _found(call: Call, restaurant: str) -> tuple[TenantId, RestaurantId]:
    """Return whose restaurant it is, and its id. Refuses: RestaurantUnknown."""
    async with call.desk.database.gate() as gate_tx:
        entry = await find_slug(gate_tx, restaurant)
        if entry is not None:
            return entry.tenant_id, entry.restaurant_id
        try:
            restaurant_id = RestaurantId(UUID(restaurant))
        except ValueError:
            raise RestaurantUnknown(restaurant_id=restaurant) from None
        tenant_id = await tenant_of(gate_tx, restaurant_id)
    if tenant_id is None:
        raise RestaurantUnknown(restaurant_id=restaurant)
    return tenant_id, restaurant_id


def chat_routes() -> Router:
    """Return the routes of this file."""
    return Router("/", route_handlers=[open_chat])
