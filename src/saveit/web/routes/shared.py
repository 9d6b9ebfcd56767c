"""What all routes have in common: the call, pages, answers under a key, and the check that a thing is the caller's to see."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Annotated, TypeAlias, TypeVar, cast
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from saveit.access import Permission
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import RestaurantId
from saveit.ledger import House
from saveit.reservations import Reservation
from saveit.venues import Tenant, open_tenant
from saveit.web.desk import shown
from saveit.web.edge import Call
from saveit.web.problems import RequestInvalid, request_error
from saveit.web.wire import ReservationAnswer

Answer = TypeVar("Answer")
Place = TypeVar("Place")

PAGE_LENGTH = 50
PAGE_LENGTH_MAX = 200

Calling: TypeAlias = NamedDependency[SkipValidation[Call]]
PathId: TypeAlias = FromPath[UUID]
PageLength: TypeAlias = Annotated[
    int, QueryParameter(name="limit", ge=1, le=PAGE_LENGTH_MAX, description="How many at once")
]
RevisionRead: TypeAlias = Annotated[
    int | None, QueryParameter(name="revision", ge=1, description="As it was read")
]
Cursor: TypeAlias = Annotated[
    str | None, QueryParameter(name="cursor", max_length=400, description="`next` of the page before")
]


def call_in(scope: Mapping[str, object]) -> Call:
    """Return the call that the front has put into a request's scope."""
    call = scope["call"]
    assert isinstance(call, Call), "every request comes through the front"
    return call


def call_of(request: Request[object, object, State]) -> Call:
    """Return the call that the front has made of this request."""
    return call_in(cast("Mapping[str, object]", request.scope))


def answered(
    result: tuple[Answer, bool], *, location: str | None = None, status: int = 201
) -> Response[Answer]:
    """Return a created thing, or what an act has changed, and say whether that was done before under the same key."""
    answer, replayed = result
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    if location is not None:
        headers["Location"] = location
    return Response(answer, status_code=status, headers=headers)


def require_seen(call: Call, permission: Permission, restaurant_id: RestaurantId, unknown: Refusal) -> None:
    """Return if a thing is in a restaurant in which the caller may do this; one of elsewhere does not exist for the caller.

    Refuses: `unknown`, Forbidden.
    """
    mine = call.principal.restaurants
    if mine is not None and restaurant_id not in mine:
        raise unknown
    call.require(permission, restaurant_id)


async def house_of(call: Call, restaurant_id: RestaurantId) -> House:
    """Return the restaurant of something that the caller has been let see."""
    house = await call.desk.house(call.tenant_id, restaurant_id)
    call.house_language = house.restaurant.language
    return house


async def answer_of(call: Call, reservation: Reservation) -> ReservationAnswer:
    """Return a reservation as it is answered."""
    return await shown(call, await house_of(call, reservation.restaurant_id), reservation)


def cursor_of(*place: object) -> str:
    """Return a place in a list as a text that means nothing to anybody else."""
    return urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("=")


def place_of(cursor: str | None, kind: type[Place], start: Place) -> Place:
    """Return the place in a list that a cursor means, or its start. Refuses: RequestInvalid."""
    if cursor is None:
        return start
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.msgpack.decode(urlsafe_b64decode(padded.encode("ascii")), type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise RequestInvalid(request_error("cursor", "cursor_invalid")) from error


LAST_ID = UUID(int=(1 << 128) - 1)
FIRST_ID = UUID(int=0)


async def open_customer(call: Call, name: str) -> Tenant:
    """Open a customer for whom the platform acts from now on, or find the one it opened under the same key. Refuses: VenueInvalid."""
    key = call.key_for(None)
    tenant = await open_tenant(
        call.desk.database,
        name,
        keys=call.desk.keys,
        actor=call.actor,
        now=call.now,
        opened_under=None if key is None else (key.scope, key.text),
    )
    call.acts_for(tenant.id)
    return tenant
