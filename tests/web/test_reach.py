"""Which conversations a socket tells of: what the same caller may read by HTTP, by the same right."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from saveit.access import Principal, Role
from saveit.consumers.live import Sight
from saveit.kernel.ids import AdvisorId, RestaurantId, TenantId, new_id
from saveit.web.sockets.sight import sight_of

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
HERE, THERE = RestaurantId(new_id(NOW)), RestaurantId(new_id(NOW))
TENANT = TenantId(new_id(NOW))
OWN = AdvisorId(new_id(NOW))


def staff(here: Role, there: Role | None = None) -> Principal:
    roles: dict[RestaurantId, Role] = {HERE: here} if there is None else {HERE: here, THERE: there}
    return Principal(
        kind="staff", id=UUID(int=1), tenant_id=TENANT, restaurants=frozenset(roles), roles=roles
    )


def key(*scopes: str) -> Principal:
    return Principal(
        kind="api_key",
        id=UUID(int=2),
        tenant_id=TENANT,
        restaurants=frozenset({HERE}),
        scopes=frozenset(scopes),
    )


def key_for_all(*scopes: str) -> Principal:
    return Principal(
        kind="api_key", id=UUID(int=3), tenant_id=TENANT, restaurants=None, scopes=frozenset(scopes)
    )


@pytest.mark.parametrize(
    ("who", "own", "seen"),
    [
        (staff("viewer"), None, None),
        (staff("viewer"), OWN, None),
        (staff("advisor"), None, None),
        (staff("advisor"), OWN, Sight(advisor_id=OWN)),
        (staff("host"), None, Sight()),
        (staff("host"), OWN, Sight(advisor_id=OWN)),
        (staff("host", "manager"), None, Sight(advisors_too=True)),
        (staff("viewer", "owner"), None, None),
        (staff("manager"), OWN, Sight(advisors_too=True)),
        (key("reservations:read"), None, None),
        (key("inbox:read"), None, Sight(advisors_too=True, lines_of=HERE)),
        (key("*"), None, Sight(advisors_too=True, lines_of=HERE)),
        (key_for_all("inbox:read"), None, Sight(advisors_too=True)),
    ],
)
def test_a_socket_tells_of_the_conversations_that_the_right_to_read_them_reaches(
    who: Principal, own: AdvisorId | None, seen: Sight | None
) -> None:
    """A host who also attends guests through lines of their own sees those; a viewer sees none, whoever else they are."""
    assert sight_of(who, HERE, own) == seen


def test_a_key_of_one_restaurant_hears_nothing_of_another() -> None:
    """Its scope says what, its restaurants where."""
    assert sight_of(key("*"), THERE, None) is None
