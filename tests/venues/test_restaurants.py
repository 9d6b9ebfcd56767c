from collections.abc import Awaitable, Callable

import pytest

from saveit.kernel.db import Database
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from saveit.venues import (
    DirectoryEntry,
    Restaurant,
    RestaurantChange,
    RestaurantDraft,
    RestaurantUnknown,
    SlugTaken,
    Tenant,
    TenantKeyRing,
    VenueInvalid,
    change_restaurant,
    default_rules,
    find_restaurant,
    find_slug,
    list_restaurants,
    list_tenants,
    load_rules,
    open_restaurant,
    open_tenant,
    rules_history,
    tenant_of,
)
from tests.venues.conftest import ANA, NOW, FactRow

Facts = Callable[[TenantId], Awaitable[list[FactRow]]]


def bogota(name: str = "El Patio", slug: str | None = None) -> RestaurantDraft:
    return RestaurantDraft(name=name, timezone="America/Bogota", slug=slug)


async def test_a_new_customer_is_written_down_and_told_of(db: Database, tenant: Tenant, facts: Facts) -> None:
    async with db.gate() as gate_tx:
        tenants = await list_tenants(gate_tx)

    assert tenants == [tenant]
    assert [(fact.kind, fact.actor) for fact in await facts(tenant.id)] == [("tenant.opened", "staff:ana")]


async def test_a_customer_without_a_name_is_refused(db: Database, keys: TenantKeyRing) -> None:
    with pytest.raises(VenueInvalid):
        await open_tenant(db, "  ", keys=keys, actor=ANA, now=NOW)


async def test_what_is_left_out_follows_from_the_zone(restaurant: Restaurant, tenant: Tenant) -> None:
    expected = Restaurant(
        id=restaurant.id,
        tenant_id=tenant.id,
        slug="el-patio",
        name="El Patio",
        timezone="America/Bogota",
        language="es",
        currency="COP",
        region="CO",
        address="",
        phone="",
        rules_version=1,
        floor_version=1,
    )

    assert restaurant == expected


async def test_what_is_said_wins_over_what_follows_from_the_zone(db: Database, tenant: Tenant) -> None:
    draft = RestaurantDraft(
        name="La  Frontera ", timezone="Europe/Madrid", currency="GBP", region="GI", language="en"
    )

    async with db.tenant(tenant.id, ANA) as tx:
        opened = await open_restaurant(tx, draft, now=NOW)

    assert (opened.name, opened.currency, opened.region, opened.language) == (
        "La Frontera",
        "GBP",
        "GI",
        "en",
    )


async def test_a_restaurant_reads_back_as_it_was_opened_also_from_the_ledger(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.ledger(ANA) as tx:
        found = await find_restaurant(tx, restaurant.tenant_id, restaurant.id)

    assert found == restaurant


async def test_a_restaurant_opens_with_the_default_rules(db: Database, restaurant: Restaurant) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        rules = await load_rules(tx, restaurant.tenant_id, restaurant.id)

    assert rules == (1, default_rules("es", "CO"))


async def test_the_opening_is_told(restaurant: Restaurant, facts: Facts) -> None:
    opened = (await facts(restaurant.tenant_id))[-1]

    assert (opened.kind, opened.subject_id, opened.told["after"]["slug"]) == (
        "restaurant.opened",
        str(restaurant.id),
        "el-patio",
    )


async def test_every_error_of_a_draft_is_named_at_once(db: Database, tenant: Tenant) -> None:
    draft = RestaurantDraft(
        name="",
        timezone="America/Bogotá",
        language="fr",
        currency="ESP",
        region="XX",
        slug="El Patio",
        address="a" * 301,
        phone="1\x00",
    )

    with pytest.raises(VenueInvalid) as refused:
        async with db.tenant(tenant.id, ANA) as tx:
            await open_restaurant(tx, draft, now=NOW)

    assert {(error.path, error.code) for error in refused.value.errors} == {
        ("name", "wrong_length"),
        ("timezone", "timezone_unknown"),
        ("language", "unknown_choice"),
        ("currency", "currency_unknown"),
        ("region", "region_unknown"),
        ("slug", "slug_malformed"),
        ("address", "wrong_length"),
        ("phone", "control_character"),
    }


async def test_a_zone_of_no_country_asks_for_country_and_currency(db: Database, tenant: Tenant) -> None:
    with pytest.raises(VenueInvalid) as refused:
        async with db.tenant(tenant.id, ANA) as tx:
            await open_restaurant(tx, RestaurantDraft(name="At sea", timezone="UTC"), now=NOW)

    assert [error.code for error in refused.value.errors] == ["region_missing", "currency_missing"]


async def test_a_taken_address_is_refused_whoever_has_it(
    db: Database, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    with pytest.raises(SlugTaken) as refused:
        async with db.tenant(other_tenant.id, ANA) as tx:
            await open_restaurant(tx, bogota(slug=restaurant.slug), now=NOW)

    assert refused.value.facts == {"slug": "el-patio"}


async def test_an_address_made_from_a_taken_name_gets_a_number(
    db: Database, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as tx:
        second = await open_restaurant(tx, bogota(), now=NOW)
        third = await open_restaurant(tx, bogota("¡El Pátio!"), now=NOW)

    assert [restaurant.slug, second.slug, third.slug] == ["el-patio", "el-patio-2", "el-patio-3"]


async def test_a_name_that_no_address_can_hold_opens_all_the_same(db: Database, tenant: Tenant) -> None:
    async with db.tenant(tenant.id, ANA) as tx:
        opened = await open_restaurant(tx, bogota("京都"), now=NOW)

    assert opened.slug == f"restaurant-{opened.id.hex[-8:]}"


async def test_the_gate_finds_whose_a_restaurant_is(db: Database, restaurant: Restaurant) -> None:
    async with db.gate() as gate_tx:
        found = (
            await tenant_of(gate_tx, restaurant.id),
            await tenant_of(gate_tx, RestaurantId(new_id(NOW))),
            await find_slug(gate_tx, "el-patio"),
            await find_slug(gate_tx, "el-patio-2"),
        )

    assert found == (
        restaurant.tenant_id,
        None,
        DirectoryEntry(restaurant.tenant_id, restaurant.id),
        None,
    )


async def test_restaurants_are_listed_page_by_page(db: Database, tenant: Tenant) -> None:
    async with db.tenant(tenant.id, ANA) as tx:
        opened = [await open_restaurant(tx, bogota(f"Casa {number}"), now=NOW) for number in range(5)]
        expected = sorted(opened, key=lambda restaurant: restaurant.id)
        first = await list_restaurants(tx, tenant.id, limit=2)
        rest = await list_restaurants(tx, tenant.id, after=first[-1].id)
        chosen = await list_restaurants(tx, tenant.id, within={expected[3].id, RestaurantId(new_id(NOW))})

    assert (first, rest, chosen) == (expected[:2], expected[2:], [expected[3]])


async def test_a_change_touches_only_what_it_names(
    db: Database, restaurant: Restaurant, facts: Facts
) -> None:
    change = RestaurantChange(name="El Patio de Ana", slug="patio-de-ana")

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        changed = await change_restaurant(tx, restaurant.id, change, now=NOW)
        found = await find_restaurant(tx, restaurant.tenant_id, restaurant.id)
    async with db.gate() as gate_tx:
        entry = await find_slug(gate_tx, "patio-de-ana")

    assert found == changed
    assert (changed.name, changed.timezone, changed.rules_version) == ("El Patio de Ana", "America/Bogota", 1)
    assert entry == DirectoryEntry(restaurant.tenant_id, restaurant.id)
    told = (await facts(restaurant.tenant_id))[-1]
    assert (told.kind, told.told["before"]["name"], told.told["after"]["name"]) == (
        "restaurant.changed",
        "El Patio",
        "El Patio de Ana",
    )


async def test_a_change_to_the_same_is_no_change(db: Database, restaurant: Restaurant, facts: Facts) -> None:
    before = await facts(restaurant.tenant_id)

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        same = await change_restaurant(tx, restaurant.id, RestaurantChange(name="El Patio"), now=NOW)

    assert same == restaurant
    assert await facts(restaurant.tenant_id) == before


async def test_another_zone_makes_every_decision_under_the_former_out_of_date(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        changed = await change_restaurant(
            tx, restaurant.id, RestaurantChange(timezone="America/Lima"), now=NOW
        )
        version, rules = await load_rules(tx, restaurant.tenant_id, restaurant.id)
        history = await rules_history(tx, restaurant.tenant_id, restaurant.id)

    assert (changed.rules_version, version, rules) == (2, 2, default_rules())
    assert [(each.version, each.changed_by) for each in history] == [(2, "staff:ana"), (1, "staff:ana")]


async def test_a_change_to_a_taken_address_is_refused(
    db: Database, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as tx:
        await open_restaurant(tx, bogota("Taken"), now=NOW)

    with pytest.raises(SlugTaken):
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await change_restaurant(tx, restaurant.id, RestaurantChange(slug="taken"), now=NOW)


async def test_a_wrong_change_is_refused_with_every_error(db: Database, restaurant: Restaurant) -> None:
    with pytest.raises(VenueInvalid) as refused:
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await change_restaurant(
                tx, restaurant.id, RestaurantChange(timezone="Mars/Phobos", currency="cop"), now=NOW
            )

    assert [error.path for error in refused.value.errors] == ["timezone", "currency"]


async def test_a_restaurant_of_another_customer_is_unknown(
    db: Database, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as tx:
        found = await find_restaurant(tx, other_tenant.id, restaurant.id)
        guessed = await find_restaurant(tx, restaurant.tenant_id, restaurant.id)

        with pytest.raises(RestaurantUnknown):
            await change_restaurant(tx, restaurant.id, RestaurantChange(name="Mine"), now=NOW)

    assert (found, guessed) == (None, None)
