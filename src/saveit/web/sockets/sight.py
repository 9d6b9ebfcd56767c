"""What a caller may see of what happens. Pure."""

from collections.abc import Iterator

from saveit.access import EVERYTHING, Principal
from saveit.consumers.live import Group, Sight
from saveit.kernel.ids import AdvisorId, RestaurantId


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

    Whoever runs the house sees all, who stands at the door the house's own, an advisor theirs.
    """
    if principal.kind == "platform":
        return Sight(advisors_too=True)
    if principal.kind == "api_key":
        seen = EVERYTHING in principal.scopes or "inbox:read" in principal.scopes
        return Sight(advisors_too=True) if seen else None
    role = None if restaurant_id is None else str(principal.roles.get(restaurant_id))
    match role:
        case "owner" | "manager":
            return Sight(advisors_too=True)
        case "host":
            return Sight()
        case "advisor" if advisor_id is not None:
            return Sight(advisor_id=advisor_id)
        case _:
            return None
