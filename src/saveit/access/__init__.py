"""Who may come in and what they may do: staff who sign in, programs with keys, and the platform itself.

Promises that passwords, session tokens and keys are kept as hashes and digests and shown once or never; that a session lasts twelve hours
at most and ends at once when its user is disabled or gets another password; that an unknown email takes as long as a wrong
password; that a password is guessed at so often and no more, from however many addresses; and that whoever was given nothing may do
nothing.

Owns `staff_users`, `staff_roles`, `staff_sessions`, `sign_in_tries` and `api_keys`. It never limits how often an address asks, and never
says why signing in failed. It knows restaurants only by their ids.
"""

from saveit.access.api_keys import create_api_key, find_api_key, list_api_keys, revoke_api_key
from saveit.access.checks import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, QUOTA_PER_MINUTE_MAX, check_user
from saveit.access.emails import EmailIndex
from saveit.access.errors import (
    AccessInvalid,
    ApiKeyUnknown,
    EmailTaken,
    LastOwner,
    RestaurantNotYours,
    RoleAboveYours,
    StaffUserUnknown,
    TriesUsedUp,
    WrongCredentials,
    access_message_keys,
)
from saveit.access.identity import CACHE_TTL, PLATFORM, PrincipalCache, identify
from saveit.access.model import (
    EVERYTHING,
    PERMISSIONS,
    ROLES,
    SCOPES,
    ApiKey,
    ApiKeyDraft,
    NewApiKey,
    Permission,
    Principal,
    PrincipalKind,
    Role,
    SignedIn,
    StaffAdded,
    StaffUser,
    StaffUserDraft,
    may,
)
from saveit.access.staff import (
    SESSION_LASTS,
    add_user,
    check_own_password,
    disable_user,
    find_user,
    list_users,
    new_password,
    set_password,
    set_role,
    sign_in,
    sign_out,
)

__all__ = [
    "CACHE_TTL",
    "EVERYTHING",
    "PASSWORD_LENGTH_MAX",
    "PASSWORD_LENGTH_MIN",
    "PERMISSIONS",
    "PLATFORM",
    "QUOTA_PER_MINUTE_MAX",
    "ROLES",
    "SCOPES",
    "SESSION_LASTS",
    "AccessInvalid",
    "ApiKey",
    "ApiKeyDraft",
    "ApiKeyUnknown",
    "EmailIndex",
    "EmailTaken",
    "LastOwner",
    "NewApiKey",
    "Permission",
    "Principal",
    "PrincipalCache",
    "PrincipalKind",
    "RestaurantNotYours",
    "Role",
    "RoleAboveYours",
    "SignedIn",
    "StaffAdded",
    "StaffUser",
    "StaffUserDraft",
    "StaffUserUnknown",
    "TriesUsedUp",
    "WrongCredentials",
    "access_message_keys",
    "add_user",
    "check_own_password",
    "check_user",
    "create_api_key",
    "disable_user",
    "find_api_key",
    "find_user",
    "identify",
    "list_api_keys",
    "list_users",
    "may",
    "new_password",
    "revoke_api_key",
    "set_password",
    "set_role",
    "sign_in",
    "sign_out",
]
