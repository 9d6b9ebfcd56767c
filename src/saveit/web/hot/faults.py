"""All that is wrong with a booking, told at once: what cannot be read, what is no way to reach a guest, and what the house's rules refuse.

Each is found by another room, and the first that says no hides what the next would say. A person who mends one kind of fault a round
gives up at the third, so a request that is refused is looked at again, part by part. Nobody who asks rightly pays for it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeVar, cast

import msgspec

from saveit.guests import ContactRefused
from saveit.kernel.errors import Refusal
from saveit.kernel.ids import RestaurantId
from saveit.ledger import House
from saveit.reservations import RulesRefused, answer_at, is_capacity
from saveit.seating import Asking, Offer
from saveit.web.desk import check_dates, guest_of, source_of
from saveit.web.edge import Call, Reader
from saveit.web.problems import RefusedTogether, RequestError, RequestInvalid, request_error
from saveit.web.wire import BookingRequest, GuestRequest

Value = TypeVar("Value")

_FIELDS = {field.name: cast("object", field.type) for field in msgspec.structs.fields(BookingRequest)}
_GUEST_FIELDS = {field.name: cast("object", field.type) for field in msgspec.structs.fields(GuestRequest)}
_reader = Reader(BookingRequest)


async def with_all_faults(call: Call, octets: bytes, refusal: Refusal) -> Refusal:
    """Return a refusal with all else that is wrong with the same booking; the refusal itself where nothing is."""
    told = msgspec.json.decode(octets)
    if not isinstance(told, dict):
        return refusal
    asked = cast("dict[str, object]", told)
    found = [*_shape_faults(call, octets, asked)]
    house = await _house(call, asked)
    if house is not None:
        found += _contact_faults(call, house, asked)
        found += await _rule_faults(call, house, asked)
    return RefusedTogether(found) if len(found) > 1 else refusal


def _shape_faults(call: Call, octets: bytes, asked: Mapping[str, object]) -> Iterator[Refusal]:
    """Yield one refusal of every field that cannot be read, or may not be said by this caller."""
    on = _good(asked, "date", date)
    source = _good(asked, "source", str)

    def beyond_pacing() -> None:
        if asked.get("beyond_pacing") is True and call.audience != "staff":
            raise RequestInvalid(request_error("beyond_pacing", "not_allowed"))

    looks: tuple[Callable[[], object], ...] = (
        lambda: _reader.read(octets),
        lambda: None if on is None else check_dates(("date", on)),
        beyond_pacing,
        lambda: source_of(call, source),
    )
    errors = [error for look in looks for error in _errors_of(look)]
    if errors:
        yield RequestInvalid(*errors)


def _errors_of(look: Callable[[], object]) -> tuple[RequestError, ...]:
    try:
        look()
    except RequestInvalid as refusal:
        return tuple(refusal.errors)
    return ()


async def _house(call: Call, asked: Mapping[str, object]) -> House | None:
    """Return the restaurant, if it can be told which is meant and the caller may book there."""
    restaurant_id = _good(asked, "restaurant_id", RestaurantId)
    try:
        return None if restaurant_id is None else await call.house("reservations:write", restaurant_id)
    except Refusal:
        return None


def _contact_faults(call: Call, house: House, asked: Mapping[str, object]) -> Iterator[Refusal]:
    """Yield what is wrong with those of the guest's words that can be read; the others have been told."""
    guest = asked.get("guest")
    if not isinstance(guest, dict):
        return
    words = cast("dict[str, object]", guest)
    read = {
        name: value
        for name in ("name", "phone", "email", "language")
        if (value := _converted(words.get(name), _GUEST_FIELDS[name])) is not None
    }
    # A number that is no text is a number all the same: that none was left is not the fault.
    silent = all(words.get(name) is None for name in ("phone", "email"))
    request = GuestRequest(**({"name": "-"} | read))  # pyright: ignore[reportArgumentType] - each was converted to its own field's type.
    try:
        guest_of(call, house, request, _good(asked, "special_requests", str), at_the_door=not silent)
    except ContactRefused as refusal:
        yield refusal


async def _rule_faults(call: Call, house: House, asked: Mapping[str, object]) -> list[Refusal]:
    """Return every rule of the house that refuses the wish, if it can be told what the wish is; a hold has been let through by them."""
    on, time = _good(asked, "date", date), _good(asked, "time", str)
    party_size = _good(asked, "party_size", int)
    if on is None or time is None or party_size is None or asked.get("hold_id") is not None:
        return []
    try:
        check_dates(("date", on))
    except RequestInvalid:
        return []
    asking = Asking(party_size=party_size, audience=call.audience)
    answer = await answer_at(call.desk, house, asking, on=on, time=time)
    if isinstance(answer, Offer) or is_capacity(answer[0].reason):
        return []
    return [RulesRefused(answer)]


def _good(asked: Mapping[str, object], name: str, kind: Callable[..., Value]) -> Value | None:  # noqa: ARG001 - the type that comes back.
    """Return a field if it is what it should be."""
    return cast("Value | None", _converted(asked.get(name), _FIELDS[name]))


def _converted(value: object, kind: object) -> object | None:
    try:
        return None if value is None else msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None
