"""What else is wrong with a body that cannot be read whole: the rules look at the fields that can.

The reader names every field that is not what it should be, and the rules would name the others only once those are mended. So whatever is
readable is put into a draft that is right otherwise, and what the rules say of those fields is told with the rest. What only the database
knows (whether there is such an area, whether a name is taken) is told once the body is right. Bookings: see web/hot/faults.py.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar, cast

import msgspec

from saveit.access import StaffUserDraft, check_user
from saveit.guests import ContactRefused, check_contact
from saveit.kernel.errors import FieldError, FieldsRefused, Refusal
from saveit.venues import (
    AreaDraft,
    CombinationDraft,
    RestaurantDraft,
    TableDraft,
    check_area,
    check_combination,
    check_restaurant,
    check_table,
    parse_rules,
)
from saveit.web.problems import RefusedTogether, RequestInvalid
from saveit.web.wire import GuestRequest
from saveit.web.wire.house import ConfigRequest, StaffRequest, WaitRequest

Draft = TypeVar("Draft")
Readable: TypeAlias = dict[str, object]
Look: TypeAlias = Callable[[Readable], object]

# A phone without its country is only known to be none at all where it has no digits: any country's rules will do.
_SOME_REGION = "CO"


def with_further_faults(kind: type[msgspec.Struct], octets: bytes, refusal: RequestInvalid) -> Refusal:
    """Return a refusal of a body's shape with what the rules say of its readable fields; the refusal itself where that is nothing."""
    look = _LOOKS.get(kind)
    told = msgspec.json.decode(octets)
    if look is None or not isinstance(told, dict):
        return refusal
    readable = _readable(kind, cast("dict[str, object]", told))
    try:
        look(readable)
    except FieldsRefused as further:
        unreadable = set(kind.__struct_fields__) - readable.keys()
        errors = [error for error in further.errors if _first(error) not in unreadable]
        return RefusedTogether([refusal, type(further)(errors)]) if errors else refusal
    except ContactRefused as further:
        return RefusedTogether([refusal, further])
    return refusal


def _readable(kind: type[msgspec.Struct], told: Mapping[str, object]) -> Readable:
    """Return the fields that are what they should be, converted."""
    found: Readable = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in told:
            try:
                found[field.name] = msgspec.convert(told[field.encode_name], field.type)
            except msgspec.ValidationError:
                continue
    return found


def _first(error: FieldError) -> str:
    return error.path.split(".")[0].split("[")[0]


def _draft(kind: type[Draft], readable: Readable, **instead: object) -> Draft:
    """Return a draft of what is readable, with what stands for the rest."""
    return msgspec.convert(instead | readable, kind)


def _covers(readable: Readable) -> Readable:
    """Return covers of which the readable ones are not held against those that are not."""
    known = readable.get("covers_min", readable.get("covers_max", 1))
    return {"covers_min": known, "covers_max": known}


def _look_at_restaurant(readable: Readable) -> None:
    check_restaurant(_draft(RestaurantDraft, readable, name="-", timezone="UTC", currency="USD"))


def _look_at_area(readable: Readable) -> None:
    check_area(_draft(AreaDraft, readable, name="-"))


def _look_at_table(readable: Readable) -> None:
    draft = _draft(TableDraft, _covers(readable) | readable, number="-")
    check_table(draft, () if draft.area_id is None else (draft.area_id,))


def _look_at_combination(readable: Readable) -> None:
    draft = _draft(CombinationDraft, _covers(readable) | readable, table_ids=())
    check_combination(draft, draft.table_ids)


def _look_at_rules(readable: Readable) -> None:
    parse_rules(cast("Mapping[str, object]", readable.get("rules", {})))


def _look_at_staff(readable: Readable) -> None:
    told = {name: value for name, value in readable.items() if name != "roles" and value is not None}
    check_user(_draft(StaffUserDraft, told, name="-", email="a@example.com", password="-" * 20))


def _look_at_who_waits(readable: Readable) -> None:
    guest = readable.get("guest")
    if isinstance(guest, GuestRequest):
        check_contact(
            name=guest.name, phone=guest.phone, email=guest.email, language="es", region=_SOME_REGION
        )


_LOOKS: Mapping[type[msgspec.Struct], Look] = {
    RestaurantDraft: _look_at_restaurant,
    AreaDraft: _look_at_area,
    TableDraft: _look_at_table,
    CombinationDraft: _look_at_combination,
    ConfigRequest: _look_at_rules,
    StaffRequest: _look_at_staff,
    WaitRequest: _look_at_who_waits,
}
