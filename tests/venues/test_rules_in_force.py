import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from saveit.kernel.db import Actor, Database
from saveit.kernel.ids import TenantId
from saveit.venues import (
    Restaurant,
    RestaurantUnknown,
    RevisionConflict,
    Rules,
    RulesRefused,
    change_rules,
    default_rules,
    find_restaurant,
    load_rules,
    rules_history,
)
from tests.venues.conftest import ANA, NOW, FactRow

Facts = Callable[[TenantId], Awaitable[list[FactRow]]]


def rules_with(**sections: object) -> dict[str, object]:
    return {**msgspec.to_builtins(default_rules(), str_keys=True), **sections}


def holds(ttl_s: int) -> dict[str, object]:
    return rules_with(holds={"ttl_s": ttl_s})


async def test_new_rules_are_in_force_and_the_former_are_kept(db: Database, restaurant: Restaurant) -> None:
    tenant_id = restaurant.tenant_id

    async with db.tenant(tenant_id, Actor("staff", "bea", "dashboard")) as tx:
        changed = await change_rules(tx, restaurant.id, holds(120), now=NOW)
    async with db.ledger(ANA) as tx:
        in_force = await load_rules(tx, tenant_id, restaurant.id)
        former = await load_rules(tx, tenant_id, restaurant.id, 1)
        found = await find_restaurant(tx, tenant_id, restaurant.id)

    assert in_force == (2, changed.rules)
    assert in_force[1].holds.ttl_s == 120
    assert former == (1, default_rules())
    assert found is not None
    assert (found.rules_version, found.floor_version) == (2, 1)


async def test_the_history_says_who_wrote_what(db: Database, restaurant: Restaurant) -> None:
    tenant_id = restaurant.tenant_id
    for who, ttl_s in (("bea", 120), ("cruz", 180)):
        async with db.tenant(tenant_id, Actor("staff", who, "dashboard")) as tx:
            await change_rules(tx, restaurant.id, holds(ttl_s), now=NOW)

    async with db.tenant(tenant_id, ANA) as tx:
        history = await rules_history(tx, tenant_id, restaurant.id)
        older = await rules_history(tx, tenant_id, restaurant.id, before=3, limit=1)

    assert [(each.version, each.changed_by, each.rules.holds.ttl_s) for each in history] == [
        (3, "staff:cruz", 180),
        (2, "staff:bea", 120),
        (1, "staff:ana", 300),
    ]
    assert older == history[1:2]


async def test_the_change_is_told_with_before_and_after(
    db: Database, restaurant: Restaurant, facts: Facts
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await change_rules(tx, restaurant.id, msgspec.json.encode(holds(120)), now=NOW)

    fact = (await facts(restaurant.tenant_id))[-1]
    told = fact.told
    assert (fact.kind, told["rules_version"]) == ("rules.changed", 2)
    assert (told["before"]["holds"]["ttl_s"], told["after"]["holds"]["ttl_s"]) == (300, 120)
    assert msgspec.convert(told["before"], Rules) == default_rules()


async def test_the_same_rules_again_make_no_new_version(
    db: Database, restaurant: Restaurant, facts: Facts
) -> None:
    before = await facts(restaurant.tenant_id)

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        same = await change_rules(tx, restaurant.id, rules_with(), expected_version=1, now=NOW)

    assert same.version == 1
    assert await facts(restaurant.tenant_id) == before


async def test_wrong_rules_are_refused_with_every_error_and_change_nothing(
    db: Database, restaurant: Restaurant
) -> None:
    wrong = rules_with(holds={"ttl_s": 1}, party={"size_min": 9, "size_max": 2})

    with pytest.raises(RulesRefused) as refused:
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await change_rules(tx, restaurant.id, wrong, now=NOW)

    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        version, _ = await load_rules(tx, restaurant.tenant_id, restaurant.id)
    assert {error.path for error in refused.value.errors} == {"holds.ttl_s", "party"}
    assert version == 1


async def test_of_ten_writers_who_read_the_same_version_one_wins(
    db: Database, restaurant: Restaurant
) -> None:
    async def write(ttl_s: int) -> int | RevisionConflict:
        try:
            async with db.tenant(restaurant.tenant_id, ANA) as tx:
                written = await change_rules(tx, restaurant.id, holds(ttl_s), expected_version=1, now=NOW)
        except RevisionConflict as conflict:
            return conflict
        return written.version

    answers = await asyncio.gather(*(write(100 + number) for number in range(10)))

    conflicts = [answer.facts for answer in answers if isinstance(answer, RevisionConflict)]
    assert [answer for answer in answers if isinstance(answer, int)] == [2]
    assert conflicts == [{"expected": 1, "current": 2}] * 9


async def test_rules_of_a_restaurant_that_is_not_there_are_unknown(
    db: Database, restaurant: Restaurant
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        with pytest.raises(RestaurantUnknown):
            await load_rules(tx, restaurant.tenant_id, restaurant.id, 99)
