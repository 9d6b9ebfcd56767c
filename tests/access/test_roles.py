from itertools import pairwise

import pytest

from saveit.access import (
    EVERYTHING,
    PERMISSIONS,
    PLATFORM,
    ROLES,
    SCOPES,
    Permission,
    Principal,
    PrincipalKind,
    Role,
    may,
)
from saveit.kernel.db import Actor
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from tests.venues.conftest import NOW

HERE, THERE = RestaurantId(new_id(NOW)), RestaurantId(new_id(NOW))
OURS, THEIRS = TenantId(new_id(NOW)), TenantId(new_id(NOW))


def program(*scopes: str, restaurants: frozenset[RestaurantId] | None = None) -> Principal:
    return Principal(
        kind="api_key", id=new_id(NOW), tenant_id=OURS, restaurants=restaurants, scopes=frozenset(scopes)
    )


def person(roles: dict[RestaurantId, Role]) -> Principal:
    return Principal(kind="staff", id=new_id(NOW), tenant_id=OURS, restaurants=frozenset(roles), roles=roles)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("reservations:read", ["owner", "manager", "host", "advisor", "viewer"]),
        ("availability:read", ["owner", "manager", "host", "advisor", "viewer"]),
        ("restaurants:read", ["owner", "manager", "host", "advisor", "viewer"]),
        ("reservations:write", ["owner", "manager", "host", "advisor"]),
        ("hosting:write", ["owner", "manager", "host"]),
        ("waitlist:write", ["owner", "manager", "host", "advisor"]),
        ("inbox:read", ["owner", "manager", "host", "advisor"]),
        ("inbox:write", ["owner", "manager", "host", "advisor"]),
        ("guests:read", ["owner", "manager", "host", "advisor"]),
        ("guests:write", ["owner", "manager", "host", "advisor"]),
        ("qr:write", ["owner", "manager", "host"]),
        ("restaurants:write", ["owner", "manager"]),
        ("lines:read", ["owner", "manager"]),
        ("lines:write", ["owner", "manager"]),
        ("staff:read", ["owner", "manager"]),
        ("api_keys:read", ["owner", "manager"]),
        ("analytics:read", ["owner", "manager"]),
        ("staff:write", ["owner", "manager"]),
        ("api_keys:write", ["owner"]),
    ],
)
def test_each_permission_belongs_to_these_roles(permission: Permission, roles: list[Role]) -> None:
    assert [role for role in ROLES if may(role, permission)] == roles


def test_every_role_may_what_the_one_below_it_may() -> None:
    granted = [{permission for permission in PERMISSIONS if may(role, permission)} for role in ROLES]

    assert all(upper > lower for upper, lower in pairwise(granted))


def test_staff_and_keys_are_in_no_scope_but_everything() -> None:
    outside = {permission for permission in PERMISSIONS if permission not in SCOPES}

    assert outside == {"staff:read", "staff:write", "api_keys:read", "api_keys:write"}
    assert EVERYTHING in SCOPES


def test_a_role_counts_in_its_restaurant_alone() -> None:
    bea = person({HERE: "manager"})

    assert bea.permits("restaurants:write", HERE)
    assert not bea.permits("restaurants:read", THERE)
    assert not bea.permits("restaurants:write", None)


def test_a_user_without_a_role_may_do_nothing() -> None:
    newcomer = person({})

    assert not any(
        newcomer.permits(permission, where) for permission in PERMISSIONS for where in (HERE, None)
    )


def test_a_key_may_what_its_scopes_say_where_it_belongs() -> None:
    widget = program("availability:read", restaurants=frozenset({HERE}))

    assert widget.permits("availability:read", HERE)
    assert not widget.permits("reservations:write", HERE)
    assert not widget.permits("availability:read", THERE)
    assert not widget.permits("availability:read", None)


def test_a_key_of_the_whole_house_may_in_every_restaurant_and_in_the_house() -> None:
    partner = program("restaurants:write")

    assert partner.permits("restaurants:write", HERE)
    assert partner.permits("restaurants:write", None)
    assert not partner.permits("reservations:read", HERE)


def test_the_scope_of_everything_is_everything_within_its_restaurant() -> None:
    key = program(EVERYTHING, restaurants=frozenset({HERE}))

    assert all(key.permits(permission, HERE) for permission in PERMISSIONS)
    assert not key.permits("api_keys:write", THERE)


@pytest.mark.parametrize(
    ("principal", "kind", "ours", "theirs"),
    [(program("qr:write"), "api_key", True, False), (PLATFORM, "platform", True, True)],
)
def test_only_the_platform_acts_for_every_customer(
    principal: Principal, kind: PrincipalKind, ours: bool, theirs: bool
) -> None:
    assert (principal.kind, principal.acts_for(OURS), principal.acts_for(THEIRS)) == (kind, ours, theirs)


def test_facts_name_who_acted() -> None:
    bea = person({HERE: "host"})

    assert bea.actor("dashboard", "t1") == Actor("staff", str(bea.id), "dashboard", "t1")
    assert PLATFORM.actor("cli") == Actor("admin", "platform", "cli", "")
