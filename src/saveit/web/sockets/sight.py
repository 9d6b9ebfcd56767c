"""What a caller may see of what happens. Pure."""

from collections.abc import Iterator
from typing import Final

from saveit.access import Permission, Principal
from saveit.consumers.live import Group, Sight
from saveit.kernel.ids import AdvisorId, RestaurantId
from saveit.web.reach import sees_advisors, sees_house

_READ: Final[Permission] = "inbox:read"


def groups_of(principal: Principal, restaurant_id: RestaurantId) -> Iterator[Group]:
    """Give the groups of facts that the caller may see of a restaurant, but for conversations."""
    if principal.permits("reservations:read", restaurant_id):
        yield "bookings"
    if principal.permits("restaurants:read", restaurant_id):
        yield "house"
    if principal.permits("lines:read", restaurant_id):
        yield "lines"


def sight_of(
    principal: Principal, restaurant_id: RestaurantId | None, advisor_id: AdvisorId | None
) -> Sight | None:
    """Return which conversations the caller may see on a restaurant's lines and on the house's; None for none.

    It is what they may read by HTTP, by the same right: a key for some restaurants sees their own lines, and none that serves all.
    """
    if not principal.permits(_READ, restaurant_id):
        return None
    if principal.kind == "api_key" and principal.restaurants is not None:
        return Sight(advisors_too=True, lines_of=restaurant_id)
    if sees_advisors(principal, _READ):
        return Sight(advisors_too=True)
    if advisor_id is not None:
        return Sight(advisor_id=advisor_id)
    return Sight() if sees_house(principal, _READ) else None
