"""Signing in, the people who work here, programs' keys, and the customers themselves."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.openapi.spec import Example
from litestar.params import Body

from saveit.access import (
    PERMISSIONS,
    ApiKey,
    ApiKeyDraft,
    ApiKeyUnknown,
    Permission,
    Role,
    StaffAdded,
    StaffUser,
    StaffUserDraft,
    StaffUserUnknown,
    add_user,
    check_own_password,
    create_api_key,
    disable_user,
    find_api_key,
    find_user,
    list_api_keys,
    list_users,
    may,
    new_password,
    revoke_api_key,
    set_password,
    set_role,
    sign_in,
    sign_out,
)
from saveit.advisors import advisor_of_user
from saveit.kernel.db import Transaction
from saveit.kernel.ids import ApiKeyId, RestaurantId, TenantId, UserId
from saveit.reservations import KeyReused, RestaurantUnknown
from saveit.venues import check_tenant_name, find_restaurant, list_tenants
from saveit.web.edge import Call
from saveit.web.problems import Forbidden, NotFound
from saveit.web.routes.shared import (
    PAGE_LENGTH,
    Calling,
    Cursor,
    PageLength,
    PathId,
    answered,
    cursor_of,
    open_customer,
    place_of,
    require_seen,
)
from saveit.web.wire.house import (
    ApiKeys,
    NewKeyAnswer,
    OneTimePassword,
    PasswordRequest,
    PresentSession,
    RoleRequest,
    RolesAnswer,
    SessionAnswer,
    SignInRequest,
    Staff,
    StaffRequest,
    TenantAnswer,
    TenantRequest,
    Tenants,
)

_SIGN_IN = Example(value={"email": "ana@example.com", "password": "una frase larga de paso"})
_USER = Example(
    value={
        "name": "Ana Rivas",
        "email": "ana@example.com",
        "password": "una frase larga de paso",
        "language": "es",
    }
)
_INVITED = Example(
    value={
        "name": "Leo Paz",
        "email": "leo@example.com",
        "roles": {"0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e": "host"},
    }
)
_ROLE = Example(value={"role": "host"})
_PASSWORD = Example(
    value={"password": "otra frase larga de paso", "current_password": "una frase larga de paso"}
)
_KEY = Example(
    value={
        "name": "Página web",
        "scopes": ["reservations:write", "availability:read"],
        "restaurant_id": "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e",
        "quota_per_minute": 600,
    }
)
_TENANT = Example(value={"name": "Grupo Candelaria"})


@post("/sessions", summary="Sign in", opt={"open": True}, tags=["Sessions"])
async def begin_session(
    call: Calling, data: Annotated[SignInRequest, Body(examples=[_SIGN_IN])]
) -> SessionAnswer:
    """A session of twelve hours. An unknown email takes as long as a wrong password. Tries are few, by address and by email:
    after ten wrong ones within a quarter of an hour, only an address that it has signed in from before may try again at once.
    """
    signed_in = await sign_in(
        call.desk.database,
        data.email,
        data.password,
        emails=call.parts.emails,
        now=call.now,
        address=call.address,
        channel="staff",
        trace_id=call.heads.trace_id,
    )
    return SessionAnswer(signed_in.token, signed_in.user_id, signed_in.language, signed_in.expires_at)


@delete("/sessions/current", summary="Sign out", tags=["Sessions"])
async def end_session(call: Calling) -> None:
    """The token opens nothing from now on."""
    principal = call.principal
    session_id, user_id = principal.session_id, principal.id
    if session_id is None or user_id is None:
        raise NotFound
    digest = await call.act(lambda tx: sign_out(tx, session_id, UserId(user_id), now=call.now))
    if digest is not None:
        call.parts.principals.forget(digest)


@get("/sessions/current", summary="See who is signed in", tags=["Sessions"])
async def read_session(call: Calling) -> PresentSession:
    """The roles, and what they carry. Needs no permission, only a session."""
    principal = call.principal
    user_id = principal.id
    if principal.kind != "staff" or user_id is None:
        raise Forbidden(permission="session")

    async def work(tx: Transaction) -> PresentSession:
        user = await _user(call, tx, UserId(user_id))
        return PresentSession(
            user_id=user.id,
            name=user.name,
            email=user.email,
            language=user.language,
            roles=principal.roles,
            permissions={
                restaurant_id: tuple(sorted(each for each in PERMISSIONS if may(role, each)))
                for restaurant_id, role in principal.roles.items()
            },
            advisor_id=await advisor_of_user(tx, user.id),
            expires_at=principal.expires_at,
        )

    return await call.act(work)


@get("/staff", summary="List staff", tags=["Staff"])
async def read_staff(call: Calling, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None) -> Staff:
    """Who works in the restaurants that the caller may see, and who was not given any yet."""
    call.require_somewhere("staff:read")
    (after,) = place_of(cursor, tuple[UUID | None], (None,))

    async def work(tx: Transaction) -> list[StaffUser]:
        place = None if after is None else UserId(after)
        return await list_users(tx, await call.sealer(tx), after=place, limit=limit)

    found = await call.act(work)
    seen = [user for user in found if not user.roles or _shares(call, user, "staff:read")]
    return Staff(
        [_as_seen(call, user) for user in seen], cursor_of(found[-1].id) if len(found) == limit else None
    )


@post("/staff", summary="Add somebody to the staff", tags=["Staff"])
async def make_user(
    call: Calling, data: Annotated[StaffRequest, Body(examples=[_USER, _INVITED])]
) -> Response[StaffAdded]:
    """They may sign in and do what their roles say; with none, nothing. Roles are given below one's own; an owner gives any."""
    call.require_somewhere("staff:write")
    for restaurant_id in data.roles:
        call.require("staff:write", restaurant_id)

    async def work(tx: Transaction) -> StaffAdded:
        password = new_password() if data.password is None else None
        draft = StaffUserDraft(
            name=data.name, email=data.email, password=data.password or password or "", language=data.language
        )
        sealer = await call.sealer(tx)
        user = await add_user(tx, draft, sealer=sealer, emails=call.parts.emails, now=call.now)
        for restaurant_id, role in data.roles.items():
            if await find_restaurant(tx, tx.tenant_id, restaurant_id) is None:
                raise RestaurantUnknown(restaurant_id=str(restaurant_id))
            await set_role(tx, user.id, restaurant_id, role=role, now=call.now, by=call.principal)
        return StaffAdded(
            user.id, user.name, user.email, user.language, data.roles, user.created_at, None, password
        )

    return answered(await call.once(data, StaffAdded, work))


@put(
    "/staff/{user_id:uuid}/roles/{restaurant_id:uuid}", summary="Give a role in a restaurant", tags=["Staff"]
)
async def give_role(
    call: Calling,
    user_id: PathId,
    restaurant_id: PathId,
    data: Annotated[RoleRequest, Body(examples=[_ROLE])],
) -> RolesAnswer:
    """Takes effect at once here, and in other processes within five seconds."""
    return await _set_role(call, UserId(user_id), RestaurantId(restaurant_id), data.role)


@delete(
    "/staff/{user_id:uuid}/roles/{restaurant_id:uuid}",
    summary="Take a role away",
    status_code=200,
    tags=["Staff"],
)
async def take_role(call: Calling, user_id: PathId, restaurant_id: PathId) -> RolesAnswer:
    """They are nothing in that restaurant from now on."""
    return await _set_role(call, UserId(user_id), RestaurantId(restaurant_id), None)


async def _set_role(
    call: Call, user_id: UserId, restaurant_id: RestaurantId, role: Role | None
) -> RolesAnswer:
    call.require("staff:write", restaurant_id)
    if not call.tenant_known:
        await call.settle_tenant(restaurant_id)

    async def work(tx: Transaction) -> StaffUser:
        if await find_restaurant(tx, tx.tenant_id, restaurant_id) is None:
            raise RestaurantUnknown(restaurant_id=str(restaurant_id))
        await _user(call, tx, user_id)
        await set_role(tx, user_id, restaurant_id, role=role, now=call.now, by=call.principal)
        tx.after_commit(lambda: call.parts.principals.forget_holder(user_id))
        return await _user(call, tx, user_id)

    after = _as_seen(call, await call.act(work))
    return RolesAnswer(after.id, after.roles)


@put("/staff/{user_id:uuid}/password", summary="Replace a password", status_code=204, tags=["Staff"])
async def replace_password(
    call: Calling, user_id: PathId, data: Annotated[PasswordRequest, Body(examples=[_PASSWORD])]
) -> None:
    """Ends all sessions that were begun with the former. For oneself, who says the present one, or by whoever runs all restaurants of
    that person: a tablet that lies about signed in changes nobody's.
    """
    await call.settle_subject(user_id)
    if call.principal.id == user_id:
        own = await call.act(lambda tx: _user(call, tx, UserId(user_id)))
        await check_own_password(
            call.desk.database,
            own.email,
            data.current_password,
            emails=call.parts.emails,
            now=call.now,
            address=call.address,
        )

    async def work(tx: Transaction) -> None:
        user = await _user(call, tx, UserId(user_id))
        if call.principal.id != user.id:
            _require_over(call, user)
        await set_password(tx, user.id, data.password, now=call.now)
        tx.after_commit(lambda: call.parts.principals.forget_holder(user.id))

    await call.act(work)


@post("/staff/{user_id:uuid}/password-reset", summary="Make up a password", status_code=200, tags=["Staff"])
async def reset_password(call: Calling, user_id: PathId) -> OneTimePassword:
    """For whoever has forgotten theirs: shown this once, to hand over. Ends all their sessions."""
    call.require_somewhere("staff:write")
    await call.settle_subject(user_id)

    async def work(tx: Transaction) -> OneTimePassword:
        user = await _user(call, tx, UserId(user_id))
        _require_over(call, user)
        password = new_password()
        await set_password(tx, user.id, password, now=call.now)
        tx.after_commit(lambda: call.parts.principals.forget_holder(user.id))
        return OneTimePassword(user.id, password)

    return await call.act(work)


@delete("/staff/{user_id:uuid}", summary="Let somebody sign in no more", tags=["Staff"])
async def drop_user(call: Calling, user_id: PathId) -> None:
    """Their sessions end; they stay known to what they did."""
    call.require_somewhere("staff:write")
    await call.settle_subject(user_id)

    async def work(tx: Transaction) -> None:
        user = await _user(call, tx, UserId(user_id))
        _require_over(call, user)
        await disable_user(tx, user.id, now=call.now)
        tx.after_commit(lambda: call.parts.principals.forget_holder(user.id))

    await call.act(work)


@get("/api-keys", summary="List programs' keys", tags=["API keys"])
async def read_keys(call: Calling, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None) -> ApiKeys:
    """Ended ones too, without the keys themselves."""
    call.require_somewhere("api_keys:read")
    (after,) = place_of(cursor, tuple[UUID | None], (None,))
    found = await call.act(
        lambda tx: list_api_keys(tx, after=None if after is None else ApiKeyId(after), limit=limit)
    )
    seen = [key for key in found if call.principal.permits("api_keys:read", key.restaurant_id)]
    return ApiKeys(seen, cursor_of(found[-1].id) if len(found) == limit else None)


@post("/api-keys", summary="Make a key for a program", tags=["API keys"])
async def make_key(
    call: Calling, data: Annotated[ApiKeyDraft, Body(examples=[_KEY])]
) -> Response[NewKeyAnswer]:
    """Without a restaurant it is for all of the customer's. The token is in this answer and nowhere else."""
    call.require("api_keys:write", data.restaurant_id)
    if data.restaurant_id is not None:
        _ = await call.house("api_keys:write", data.restaurant_id)

    async def work(tx: Transaction) -> NewKeyAnswer:
        made = await create_api_key(tx, data, now=call.now)
        return NewKeyAnswer(made.text, made.key)

    return answered(await call.once(data, NewKeyAnswer, work))


@get("/api-keys/{api_key_id:uuid}", summary="Read a key's terms", tags=["API keys"])
async def read_key(call: Calling, api_key_id: PathId) -> ApiKey:
    """Never the key itself."""
    call.require_somewhere("api_keys:read")
    await call.settle_subject(api_key_id)
    return await call.act(lambda tx: _key(call, tx, ApiKeyId(api_key_id), "api_keys:read"))


@delete("/api-keys/{api_key_id:uuid}", summary="End a key", tags=["API keys"])
async def drop_key(call: Calling, api_key_id: PathId) -> None:
    """Ending twice does no harm. Other processes see it within five seconds."""
    call.require_somewhere("api_keys:write")
    await call.settle_subject(api_key_id)

    async def work(tx: Transaction) -> None:
        key = await _key(call, tx, ApiKeyId(api_key_id), "api_keys:write")
        digest = await revoke_api_key(tx, key.id, now=call.now)
        tx.after_commit(lambda: call.parts.principals.forget(digest))

    await call.act(work)


@post("/tenants", summary="Open a customer", tags=["Platform"])
async def make_tenant(
    call: Calling, data: Annotated[TenantRequest, Body(examples=[_TENANT])]
) -> Response[TenantAnswer]:
    """For the platform's key only. Under an Idempotency-Key one customer is opened, however often it is asked for."""
    _require_platform(call)
    tenant = await open_customer(call, data.name)

    async def work(_tx: Transaction) -> TenantAnswer:
        # Whoever came under this key before, and did not come to its end, may have asked for somebody else.
        if tenant.name != check_tenant_name(data.name):
            raise KeyReused
        return TenantAnswer(tenant.id, tenant.name, tenant.created_at)

    return answered(await call.once(data, TenantAnswer, work))


@get("/tenants", summary="List customers", tags=["Platform"])
async def read_tenants(call: Calling, limit: PageLength = PAGE_LENGTH, cursor: Cursor = None) -> Tenants:
    """For the platform's key only."""
    _require_platform(call)
    (after,) = place_of(cursor, tuple[UUID | None], (None,))
    async with call.desk.database.gate() as gate_tx:
        found = await list_tenants(gate_tx, after=None if after is None else TenantId(after), limit=limit)
    return Tenants(found, cursor_of(found[-1].id) if len(found) == limit else None)


def _require_platform(call: Call) -> None:
    if call.principal.kind != "platform":
        raise Forbidden(permission="platform")


async def _user(call: Call, tx: Transaction, user_id: UserId) -> StaffUser:
    """Return one of the staff. Refuses: StaffUserUnknown."""
    user = await find_user(tx, user_id, await call.sealer(tx))
    if user is None:
        raise StaffUserUnknown(user_id=str(user_id))
    return user


async def _key(call: Call, tx: Transaction, api_key_id: ApiKeyId, permission: Permission) -> ApiKey:
    """Return a key that the caller may see. Refuses: ApiKeyUnknown, Forbidden."""
    unknown = ApiKeyUnknown(api_key_id=str(api_key_id))
    key = await find_api_key(tx, api_key_id)
    if key is None:
        raise unknown
    if key.restaurant_id is None:
        call.require(permission, None)
    else:
        require_seen(call, permission, key.restaurant_id, unknown)
    return key


def _shares(call: Call, user: StaffUser, permission: Permission) -> bool:
    return any(call.principal.permits(permission, restaurant_id) for restaurant_id in user.roles)


def _as_seen(call: Call, user: StaffUser) -> StaffUser:
    """Return a user with the roles that the caller may know of."""
    roles: dict[RestaurantId, Role] = {
        restaurant_id: role
        for restaurant_id, role in user.roles.items()
        if call.principal.permits("staff:read", restaurant_id)
    }
    return StaffUser(user.id, user.name, user.email, user.language, roles, user.created_at, user.disabled_at)


def _require_over(call: Call, user: StaffUser) -> None:
    """Return if the caller runs every restaurant that the user works in: a person is shut out of all of them at once.

    Refuses: StaffUserUnknown when they share none; Forbidden.
    """
    call.require_somewhere("staff:write")
    if user.roles and not _shares(call, user, "staff:read"):
        raise StaffUserUnknown(user_id=str(user.id))
    if not all(
        call.principal.may_change_role(restaurant_id, role, None)
        for restaurant_id, role in user.roles.items()
    ):
        raise Forbidden(permission="staff:write")


def access_routes() -> Router:
    """Return the routes of sessions, staff, keys and customers."""
    return Router(
        "/",
        route_handlers=[
            begin_session,
            end_session,
            read_session,
            read_staff,
            make_user,
            give_role,
            take_role,
            replace_password,
            reset_password,
            drop_user,
            read_keys,
            make_key,
            read_key,
            drop_key,
            make_tenant,
            read_tenants,
        ],
    )
