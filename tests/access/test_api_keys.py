from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from saveit.access import (
    PLATFORM,
    AccessInvalid,
    ApiKeyDraft,
    ApiKeyUnknown,
    NewApiKey,
    Principal,
    PrincipalCache,
    RestaurantNotYours,
    create_api_key,
    find_api_key,
    identify,
    list_api_keys,
    revoke_api_key,
)
from saveit.kernel.clock import SettableClock
from saveit.kernel.crypto import new_api_key, new_session_token, token_digest
from saveit.kernel.db import Database
from saveit.kernel.ids import ApiKeyId, RestaurantId, TenantId, new_id
from saveit.kernel.settings import Secret
from saveit.venues import Restaurant, Tenant
from tests.venues.conftest import ANA, NOW, FactRow

Facts = Callable[[TenantId], Awaitable[list[FactRow]]]
ADMIN_KEY = Secret("the platform's own key")


@pytest.fixture
async def widget(db: Database, restaurant: Restaurant) -> NewApiKey:
    draft = ApiKeyDraft(
        name=" Web  widget ",
        scopes=("reservations:write", "availability:read", "reservations:write"),
        restaurant_id=restaurant.id,
        quota_per_minute=120,
        expires_at=NOW + timedelta(days=1),
    )
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        return await create_api_key(tx, draft, now=NOW)


async def test_a_key_stands_for_its_restaurant_scopes_and_quota(
    db: Database, widget: NewApiKey, restaurant: Restaurant
) -> None:
    principal = await identify(db, widget.text, NOW, admin_key=None)

    assert principal == Principal(
        kind="api_key",
        id=widget.key.id,
        tenant_id=restaurant.tenant_id,
        restaurants=frozenset({restaurant.id}),
        scopes=frozenset({"availability:read", "reservations:write"}),
        quota_per_minute=120,
        expires_at=NOW + timedelta(days=1),
    )


async def test_a_key_is_listed_without_its_text(
    db: Database, widget: NewApiKey, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        listed = await list_api_keys(tx)
        of_restaurant = await list_api_keys(tx, restaurant_id=restaurant.id)
        of_another = await list_api_keys(tx, restaurant_id=RestaurantId(new_id(NOW)))
        found = await find_api_key(tx, widget.key.id)

    assert (listed, of_restaurant, of_another, found) == ([widget.key], [widget.key], [], widget.key)
    assert (widget.key.name, widget.key.scopes) == ("Web widget", ("availability:read", "reservations:write"))
    assert widget.text not in repr(widget)


async def test_a_key_ends_when_it_is_revoked_or_expires(
    db: Database, widget: NewApiKey, restaurant: Restaurant, facts: Facts
) -> None:
    expired = await identify(db, widget.text, NOW + timedelta(days=1), admin_key=None)

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        digest = await revoke_api_key(tx, widget.key.id, now=NOW)
        again = await revoke_api_key(tx, widget.key.id, now=NOW + timedelta(hours=1))
        kept = await find_api_key(tx, widget.key.id)

    assert expired is None
    assert digest == again == token_digest(widget.text)
    assert kept is not None
    assert kept.revoked_at == NOW
    assert await identify(db, widget.text, NOW, admin_key=None) is None
    told = [fact.kind for fact in await facts(restaurant.tenant_id) if fact.kind.startswith("api_key.")]
    assert told == ["api_key.created", "api_key.revoked"]


async def test_every_error_of_a_key_is_named_at_once(db: Database, tenant: Tenant) -> None:
    wrong = ApiKeyDraft(name="", scopes=("qr:write", "staff:write"), quota_per_minute=0, expires_at=NOW)

    async with db.tenant(tenant.id, ANA) as tx:
        with pytest.raises(AccessInvalid) as refused:
            await create_api_key(tx, wrong, now=NOW)
        with pytest.raises(AccessInvalid) as empty:
            await create_api_key(tx, ApiKeyDraft(name="Nothing", scopes=()), now=NOW)

    assert [(error.path, error.code) for error in refused.value.errors] == [
        ("name", "wrong_length"),
        ("scopes[1]", "unknown_choice"),
        ("quota_per_minute", "out_of_range"),
        ("expires_at", "in_the_past"),
    ]
    assert [error.path for error in empty.value.errors] == ["scopes"]


async def test_a_key_is_made_for_one_s_own_restaurant(
    db: Database, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    draft = ApiKeyDraft(name="Thief", scopes=("*",), restaurant_id=restaurant.id)

    with pytest.raises(RestaurantNotYours):
        async with db.tenant(other_tenant.id, ANA) as tx:
            await create_api_key(tx, draft, now=NOW)


async def test_another_customer_s_key_is_unknown(
    db: Database, widget: NewApiKey, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as tx:
        found = await find_api_key(tx, widget.key.id)
        with pytest.raises(ApiKeyUnknown):
            await revoke_api_key(tx, widget.key.id, now=NOW)
        with pytest.raises(ApiKeyUnknown):
            await revoke_api_key(tx, ApiKeyId(new_id(NOW)), now=NOW)

    assert found is None
    assert await identify(db, widget.text, NOW, admin_key=None) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "saveit_",
        "Bearer x",
        "\ud800",
        "a" * 100_000,
        new_api_key().text,
        new_session_token().text,
        "the platform's own kez",
    ],
    ids=[
        "nothing",
        "prefix",
        "scheme",
        "surrogate",
        "endless",
        "nobody's key",
        "nobody's session",
        "nearly the platform's",
    ],
)
async def test_what_opens_nothing_is_nobody(db: Database, text: str) -> None:
    assert await identify(db, text, NOW, admin_key=ADMIN_KEY) is None


async def test_the_platform_s_key_is_the_platform_where_there_is_one(db: Database) -> None:
    with_key = await identify(db, "the platform's own key", NOW, admin_key=ADMIN_KEY)
    without = await identify(db, "the platform's own key", NOW, admin_key=None)

    assert (with_key, without) == (PLATFORM, None)


async def test_the_cache_answers_for_five_seconds_and_then_asks_again(
    db: Database, widget: NewApiKey, restaurant: Restaurant
) -> None:
    clock = SettableClock(NOW)
    cache = PrincipalCache(db, clock, admin_key=ADMIN_KEY)
    first = await cache.identify(widget.text)
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await revoke_api_key(tx, widget.key.id, now=NOW)

    clock.advance(timedelta(seconds=4.9))
    remembered = await cache.identify(widget.text)
    clock.advance(timedelta(seconds=0.1))
    asked = await cache.identify(widget.text)

    assert first is not None
    assert (remembered, asked) == (first, None)


async def test_the_cache_forgets_a_token_and_whatever_its_holder_has(
    db: Database, widget: NewApiKey, restaurant: Restaurant
) -> None:
    cache = PrincipalCache(db, SettableClock(NOW), admin_key=None)
    await cache.identify(widget.text)
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        digest = await revoke_api_key(tx, widget.key.id, now=NOW)

    before = await cache.identify(widget.text)
    cache.forget(digest)
    after = await cache.identify(widget.text)

    assert before is not None
    assert after is None


async def test_the_cache_forgets_all_of_a_holder(
    db: Database, widget: NewApiKey, restaurant: Restaurant
) -> None:
    cache = PrincipalCache(db, SettableClock(NOW), admin_key=None)
    await cache.identify(widget.text)
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await revoke_api_key(tx, widget.key.id, now=NOW)

    cache.forget_holder(widget.key.id)

    assert await cache.identify(widget.text) is None


async def test_the_cache_answers_no_longer_than_the_key_lasts(db: Database, widget: NewApiKey) -> None:
    clock = SettableClock(NOW + timedelta(days=1, seconds=-1))
    cache = PrincipalCache(db, clock, admin_key=None)
    last = await cache.identify(widget.text)

    clock.advance(timedelta(seconds=1))

    assert last is not None
    assert await cache.identify(widget.text) is None


async def test_the_cache_keeps_the_latest_and_no_more(db: Database, tenant: Tenant) -> None:
    cache = PrincipalCache(db, SettableClock(NOW), admin_key=None, principals_max=2)
    made: list[NewApiKey] = []
    for number in range(3):
        async with db.tenant(tenant.id, ANA) as tx:
            draft = ApiKeyDraft(name=f"Key {number}", scopes=("qr:write",))
            made.append(await create_api_key(tx, draft, now=NOW))
        await cache.identify(made[-1].text)
    async with db.tenant(tenant.id, ANA) as tx:
        for key in made:
            await revoke_api_key(tx, key.key.id, now=NOW)

    answers = [await cache.identify(key.text) for key in made]

    assert [answer is not None for answer in answers] == [False, True, True]
