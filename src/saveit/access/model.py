"""Who may do what: roles, scopes, and the principal that a key or a session stands for. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias, assert_never, get_args
from uuid import UUID

from msgspec import Struct

from saveit.kernel.db import Actor, ActorKind
from saveit.kernel.ids import ApiKeyId, RestaurantId, TenantId, UserId

Language: TypeAlias = Literal["es", "en"]
Role: TypeAlias = Literal["owner", "manager", "host", "advisor", "viewer"]
PrincipalKind: TypeAlias = Literal["staff", "api_key", "platform"]
Permission: TypeAlias = Literal[
    "reservations:read",
    "reservations:write",
    "hosting:write",
    "availability:read",
    "restaurants:read",
    "restaurants:write",
    "qr:write",
    "waitlist:write",
    "lines:read",
    "lines:write",
    "inbox:read",
    "inbox:write",
    "guests:read",
    "guests:write",
    "staff:read",
    "staff:write",
    "api_keys:read",
    "api_keys:write",
    "analytics:read",
]

PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))
ROLES: tuple[Role, ...] = get_args(Role)
EVERYTHING = "*"
"""The scope of an API key that may do all there is to do in its restaurants, staff and other keys included."""
SCOPES: frozenset[str] = frozenset(
    {permission for permission in PERMISSIONS if not permission.startswith(("staff:", "api_keys:"))}
    | {EVERYTHING}
)

_VIEWER: frozenset[Permission] = frozenset({"reservations:read", "availability:read", "restaurants:read"})
# What a guest may ask for is written by `reservations:write`; what only the house decides, by `hosting:write`: a booking widget's key
# books, changes and cancels, and seats, blocks and turns away nobody.
# An advisor attends guests through lines of their own: books for them, and seats nobody. Which conversations they see, rows say.
_ADVISOR: frozenset[Permission] = frozenset(
    {
        *_VIEWER,
        "reservations:write",
        "waitlist:write",
        "inbox:read",
        "inbox:write",
        "guests:read",
        "guests:write",
    }
)
_HOST: frozenset[Permission] = frozenset({*_ADVISOR, "hosting:write", "qr:write"})
_MANAGER: frozenset[Permission] = frozenset(
    {
        *_HOST,
        "restaurants:write",
        "lines:read",
        "lines:write",
        "staff:read",
        "staff:write",
        "api_keys:read",
        "analytics:read",
    }
)


def may(role: Role, permission: Permission) -> bool:
    """Say whether the role carries the permission.

    An advisor attends guests, a host also runs the door, a manager the house and those who work there, an owner also programs' keys.
    """
    match role:
        case "viewer":
            return permission in _VIEWER
        case "advisor":
            return permission in _ADVISOR
        case "host":
            return permission in _HOST
        case "manager":
            return permission in _MANAGER
        case "owner":
            return True
        case _:
            assert_never(role)


class Principal(Struct, frozen=True, kw_only=True):
    """Who is calling, and what they may do. Never holds a token."""

    kind: PrincipalKind
    id: UUID | None
    """The user's or the key's; the platform has none."""
    tenant_id: TenantId | None
    """None for the platform, which may act for every customer."""
    restaurants: frozenset[RestaurantId] | None
    """None is every restaurant of the tenant; for the platform, of all tenants."""
    scopes: frozenset[str] = frozenset()
    """Of an API key."""
    roles: Mapping[RestaurantId, Role] = {}
    """Of a staff user."""
    quota_per_minute: int | None = None
    """Of an API key; None is what the process allows to anyone."""
    language: Language | None = None
    session_id: UUID | None = None
    expires_at: datetime | None = None

    def permits(self, permission: Permission, restaurant_id: RestaurantId | None) -> bool:
        """Say whether this may be done in the restaurant; with None, in the tenant as a whole, as opening a restaurant is.

        A restaurant of another tenant must have been ruled out with `acts_for`: a key for all restaurants names none.
        """
        match self.kind:
            case "platform":
                return True
            case "api_key":
                within = self.restaurants is None or restaurant_id in self.restaurants
                return within and (EVERYTHING in self.scopes or permission in self.scopes)
            case "staff":
                if restaurant_id is None:
                    return False
                role = self.roles.get(restaurant_id)
                return role is not None and may(role, permission)
            case _:
                assert_never(self.kind)

    def may_change_role(self, restaurant_id: RestaurantId, before: Role | None, after: Role | None) -> bool:
        """Say whether somebody may be made another role there: whoever is no owner reaches only those below, so not themselves."""
        if not self.permits("staff:write", restaurant_id):
            return False
        own = self.roles.get(restaurant_id)
        if self.kind != "staff" or own == "owner" or own is None:
            return True
        rank = ROLES.index(own)
        return all(each is None or ROLES.index(each) > rank for each in (before, after))

    def acts_for(self, tenant_id: TenantId) -> bool:
        """Say whether the principal is this tenant's, or the platform."""
        return self.kind == "platform" or self.tenant_id == tenant_id

    def actor(self, channel: str, trace_id: str = "") -> Actor:
        """Return the principal as facts name it."""
        kinds: dict[PrincipalKind, ActorKind] = {"staff": "staff", "api_key": "api_key", "platform": "admin"}
        return Actor(kinds[self.kind], "platform" if self.id is None else str(self.id), channel, trace_id)


class StaffUserDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone who shall work with SaveIt. The roles are given afterwards, restaurant by restaurant."""

    name: str
    email: str
    password: str
    language: str = "es"

    def __repr__(self) -> str:
        """Say nothing: this ends up in tracebacks and logs."""
        return "StaffUserDraft(***)"


class StaffUser(Struct, frozen=True):
    """Someone who works with SaveIt, as opened for those who may read it."""

    id: UserId
    name: str
    email: str
    language: Language
    roles: Mapping[RestaurantId, Role]
    created_at: datetime
    disabled_at: datetime | None

    def __repr__(self) -> str:
        """Say only who, not their name: this ends up in tracebacks and logs."""
        return f"StaffUser({self.id})"


class StaffAdded(StaffUser, frozen=True):
    """Somebody who was just added. Where no password was chosen, `one_time_password` is for them to sign in with; it is shown this once."""

    one_time_password: str | None = None

    def __repr__(self) -> str:
        """Say only who."""
        return f"StaffAdded({self.id})"


class SignedIn(Struct, frozen=True):
    """A session that has just begun. `token` is for the user's browser, once; we keep its digest."""

    token: str
    session_id: UUID
    user_id: UserId
    tenant_id: TenantId
    language: Language
    expires_at: datetime

    def __repr__(self) -> str:
        """Say which session, not its token."""
        return f"SignedIn({self.session_id})"


class ApiKeyDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key for a program: without a restaurant, for all of the tenant's."""

    name: str
    scopes: tuple[str, ...]
    restaurant_id: RestaurantId | None = None
    quota_per_minute: int = 600
    expires_at: datetime | None = None


class ApiKey(Struct, frozen=True):
    """A program's key, all but the key itself."""

    id: ApiKeyId
    restaurant_id: RestaurantId | None
    name: str
    scopes: tuple[str, ...]
    quota_per_minute: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewApiKey(Struct, frozen=True):
    """A key just made. `text` is shown once and cannot be had again."""

    key: ApiKey
    text: str

    def __repr__(self) -> str:
        """Say which key, not its text."""
        return f"NewApiKey({self.key.id})"
