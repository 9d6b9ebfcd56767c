"""How far into conversations a right reaches: the one rule of the inbox, for readings and sockets. Pure.

Whoever runs a house sees its lines and its advisors', an advisor their own alone, who stands at the door the house's.
"""

from saveit.access import Permission, Principal, Role, may


def sees_advisors(principal: Principal, permission: Permission) -> bool:
    """Say whether the right reaches advisors' conversations: programs' does, and that of who runs a house."""
    return principal.kind != "staff" or not _roles(principal, permission).isdisjoint({"owner", "manager"})


def sees_house(principal: Principal, permission: Permission) -> bool:
    """Say whether the right reaches conversations of the house: somebody who is no more than an advisor has their own."""
    return principal.kind != "staff" or not _roles(principal, permission) <= {"advisor"}


def _roles(principal: Principal, permission: Permission) -> set[Role]:
    return {role for role in principal.roles.values() if may(role, permission)}
