"""The verbs on tenants, restaurants and rules. Acts take the caller's transaction and never commit it.

Whoever changes what bookings are decided by takes the restaurant's lock alone, first of all, so that every booking is decided wholly
before the change or wholly after it.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import msgspec

from saveit.kernel import faults
from saveit.kernel.db import Actor, ConstraintBroken, Database, Transaction
from saveit.kernel.ids import RestaurantId, TenantId, new_id
from saveit.outbox import Fact, append
from saveit.venues import store
from saveit.venues.checks import (
    SLUG_LENGTH_MAX,
    CheckedRestaurant,
    check_restaurant,
    check_tenant_name,
    slug_of,
)
from saveit.venues.errors import RestaurantUnknown, RevisionConflict, SlugTaken, refusing
from saveit.venues.keys import TenantKeyRing
from saveit.venues.model import (
    DirectoryEntry,
    OpeningKey,
    Restaurant,
    RestaurantChange,
    RestaurantDraft,
    RulesVersion,
    Tenant,
    changed,
    draft_of_restaurant,
)
from saveit.venues.rule_checks import parse_rules
from saveit.venues.rules import Rules, default_rules

PAGE_LENGTH_MAX = 200
# A chain names its houses alike; past so many of one name the owner had better choose.
_NUMBERED_SLUGS_MAX = 20
_SLUG_NUMBER_LENGTH = 3
_FIRST_VERSION = 1


async def open_tenant(
    db: Database,
    name: str,
    *,
    keys: TenantKeyRing,
    actor: Actor,
    now: datetime,
    opened_under: OpeningKey | None = None,
) -> Tenant:
    """Make a customer with a first data key, and say so in a fact; or return the one who was opened under the same key before.

    The gate writes the customer and the customer's own transaction the data key. Killed in between, whoever comes again with the same
    key finds the customer and goes on from there; without a key, a name is left that nobody was told of.

    Refuses: VenueInvalid.
    """
    tenant = Tenant(TenantId(new_id(now)), check_tenant_name(name), now)
    async with db.gate() as gate_tx:
        tenant = await store.insert_tenant(gate_tx, tenant, opened_under)
    await faults.reach("venues.open_tenant.after_name")
    async with db.tenant(tenant.id, actor) as tx:
        if await keys.make_first(tx, now=now):
            await append(tx, _tenant_opened(tenant, now))
    return tenant


def _tenant_opened(tenant: Tenant, now: datetime) -> Fact:
    return Fact(
        fact_id=new_id(now),
        kind="tenant.opened",
        restaurant_id=None,
        subject_kind="tenant",
        subject_id=tenant.id,
        service_on=None,
        at=now,
        body=msgspec.json.encode({"name": tenant.name}),
    )


async def list_tenants(
    gate_tx: Transaction, *, after: TenantId | None = None, limit: int = PAGE_LENGTH_MAX
) -> list[Tenant]:
    """Return the customers in the order they came, at most 200 at once."""
    return await store.list_tenants(gate_tx, after, min(limit, PAGE_LENGTH_MAX))


async def tenant_of(gate_tx: Transaction, restaurant_id: RestaurantId) -> TenantId | None:
    """Return whose restaurant this is, or None when there is none."""
    entry = await store.find_directory_entry(gate_tx, restaurant_id)
    return None if entry is None else entry.tenant_id


async def find_slug(gate_tx: Transaction, slug: str) -> DirectoryEntry | None:
    """Return the restaurant with this address on the booking page, and whose it is."""
    return await store.find_slug(gate_tx, slug)


async def find_restaurant(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId
) -> Restaurant | None:
    """Return the tenant's restaurant, or None. In a tenant's transaction or the ledger's."""
    return await store.find_restaurant(tx, tenant_id, restaurant_id)


async def list_restaurants(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    after: RestaurantId | None = None,
    within: Collection[RestaurantId] | None = None,
    limit: int = PAGE_LENGTH_MAX,
) -> list[Restaurant]:
    """Return the tenant's restaurants in the order of their ids, at most 200 at once; `within` leaves out all others."""
    return await store.list_restaurants(
        tx, tenant_id, after=after, within=within, limit=min(limit, PAGE_LENGTH_MAX)
    )


async def open_restaurant(tx: Transaction, draft: RestaurantDraft, *, now: datetime) -> Restaurant:
    """Make a restaurant with the default rules and an empty floor.

    A slug made from the name gets a number when others have it already.

    Refuses: VenueInvalid, with every error; SlugTaken.
    """
    checked = check_restaurant(draft)
    restaurant_id = RestaurantId(new_id(now))
    restaurant = await _inserted(tx, restaurant_id, checked, now)
    rules = RulesVersion(_FIRST_VERSION, default_rules(checked.language, checked.region), str(tx.actor), now)
    await store.insert_rules(tx, restaurant_id, rules)
    await append(
        tx, _fact("restaurant.opened", restaurant_id, {"after": restaurant, "rules": rules.rules}, now)
    )
    return restaurant


async def change_restaurant(
    tx: Transaction, restaurant_id: RestaurantId, change: RestaurantChange, *, now: datetime
) -> Restaurant:
    """Change what is said of a restaurant; nothing is written when nothing would be different.

    Rules are read in the restaurant's zone and currency. Another zone or currency therefore makes a new version of the same rules, so
    that nothing decided under the former is accepted any more. Reservations keep their instants and their amounts.

    Refuses: RestaurantUnknown; RevisionConflict; VenueInvalid, with every error; SlugTaken.
    """
    before = await locked_restaurant(tx, restaurant_id)
    require_revision(change.revision, before.revision)
    checked = check_restaurant(changed(draft_of_restaurant(before), change))
    after = _restaurant(before.id, before.tenant_id, checked, checked.slug or before.slug)
    rules_move = (after.timezone, after.currency) != (before.timezone, before.currency)
    after = msgspec.structs.replace(
        after,
        rules_version=before.rules_version + rules_move,
        floor_version=before.floor_version,
        revision=before.revision,
    )
    if after == before:
        return before
    after = msgspec.structs.replace(after, revision=before.revision + 1)
    with refusing(slug=after.slug):
        await store.update_restaurant(tx, after)
    if rules_move:
        _, rules = await load_rules(tx, before.tenant_id, restaurant_id, before.rules_version)
        await store.insert_rules(
            tx, restaurant_id, RulesVersion(after.rules_version, rules, str(tx.actor), now)
        )
    await append(tx, _fact("restaurant.changed", restaurant_id, {"before": before, "after": after}, now))
    return after


async def change_rules(
    tx: Transaction,
    restaurant_id: RestaurantId,
    raw: bytes | Mapping[str, object],
    *,
    expected_version: int | None = None,
    now: datetime,
) -> RulesVersion:
    """Put a whole set of rules in force and return it as its version; the version in force when it says the same already.

    `expected_version` is the one that the writer had read; None overwrites whatever there is.

    Refuses: RulesRefused, with every error; RestaurantUnknown; RevisionConflict.
    """
    rules = parse_rules(raw)
    restaurant = await locked_restaurant(tx, restaurant_id)
    require_revision(expected_version, restaurant.rules_version)
    before = await _rules_version(tx, restaurant.tenant_id, restaurant_id, restaurant.rules_version)
    if rules == before.rules:
        return before
    after = RulesVersion(restaurant.rules_version + 1, rules, str(tx.actor), now)
    await store.insert_rules(tx, restaurant_id, after)
    await store.set_rules_version(tx, restaurant_id, after.version)
    body = {"rules_version": after.version, "before": before.rules, "after": after.rules}
    await append(tx, _fact("rules.changed", restaurant_id, body, now))
    return after


async def load_rules(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, version: int | None = None
) -> tuple[int, Rules]:
    """Return a version of the rules, the one in force by default. In a tenant's transaction or the ledger's.

    Refuses: RestaurantUnknown, also when there is no such version.
    """
    found = await _rules_version(tx, tenant_id, restaurant_id, version)
    return found.version, found.rules


async def rules_history(
    tx: Transaction,
    tenant_id: TenantId,
    restaurant_id: RestaurantId,
    *,
    before: int | None = None,
    limit: int = 20,
) -> list[RulesVersion]:
    """Return the versions of the rules, the newest first, with who wrote each; at most 200 at once."""
    return await store.list_rules(
        tx, tenant_id, restaurant_id, before=before, limit=min(limit, PAGE_LENGTH_MAX)
    )


async def locked_restaurant(tx: Transaction, restaurant_id: RestaurantId) -> Restaurant:
    """Take the restaurant's lock alone and return the restaurant as it is then.

    Refuses: RestaurantUnknown.
    """
    # Read only once the lock is there: a statement sees what was committed before it began, and the wait was in the one before.
    if not await store.lock_restaurant(tx, restaurant_id):
        raise RestaurantUnknown(restaurant_id=str(restaurant_id))
    restaurant = await store.find_restaurant(tx, tx.tenant_id, restaurant_id)
    assert restaurant is not None, "restaurants are never deleted"
    return restaurant


def require_revision(expected: int | None, current: int) -> None:
    """Return if what was read is what there is; None read nothing and overwrites. Refuses: RevisionConflict."""
    if expected is not None and expected != current:
        raise RevisionConflict(expected=expected, current=current)


async def _rules_version(
    tx: Transaction, tenant_id: TenantId, restaurant_id: RestaurantId, version: int | None
) -> RulesVersion:
    found = await store.find_rules(tx, tenant_id, restaurant_id, version)
    if found is None:
        raise RestaurantUnknown(restaurant_id=str(restaurant_id))
    return found


async def _inserted(
    tx: Transaction, restaurant_id: RestaurantId, checked: CheckedRestaurant, now: datetime
) -> Restaurant:
    """Insert the restaurant under its slug, or under the first of those made from its name that is free."""
    for slug in _slugs(restaurant_id, checked):
        restaurant = _restaurant(restaurant_id, tx.tenant_id, checked, slug)
        try:
            async with tx.savepoint():
                await store.insert_restaurant(tx, restaurant, now)
        except ConstraintBroken as broken:
            if broken.constraint != "slug_taken_once":
                raise
        else:
            return restaurant
    raise SlugTaken(slug=checked.slug or slug_of(checked.name))


def _slugs(restaurant_id: RestaurantId, checked: CheckedRestaurant) -> Iterator[str]:
    if checked.slug is not None:
        yield checked.slug
        return
    # A name in letters that an address cannot hold leaves nothing; the id's random end names the restaurant then.
    slug = slug_of(checked.name) or f"restaurant-{restaurant_id.hex[-8:]}"
    yield slug
    stem = slug[: SLUG_LENGTH_MAX - _SLUG_NUMBER_LENGTH].rstrip("-")
    for number in range(2, _NUMBERED_SLUGS_MAX + 1):
        yield f"{stem}-{number}"
    # So many namesakes, of whatever tenants: the id's random end is nobody else's.
    yield f"{slug[: SLUG_LENGTH_MAX - 9].rstrip('-')}-{restaurant_id.hex[-8:]}"


def _restaurant(
    restaurant_id: RestaurantId, tenant_id: TenantId, checked: CheckedRestaurant, slug: str
) -> Restaurant:
    return Restaurant(
        id=restaurant_id,
        tenant_id=tenant_id,
        slug=slug,
        name=checked.name,
        timezone=checked.timezone,
        language=checked.language,
        currency=checked.currency,
        region=checked.region,
        address=checked.address,
        phone=checked.phone,
        rules_version=_FIRST_VERSION,
        floor_version=_FIRST_VERSION,
    )


def _fact(kind: str, restaurant_id: RestaurantId, body: Mapping[str, object], now: datetime) -> Fact:
    return Fact(
        fact_id=new_id(now),
        kind=kind,
        restaurant_id=restaurant_id,
        subject_kind="restaurant",
        subject_id=restaurant_id,
        service_on=None,
        at=now,
        body=msgspec.json.encode(body),
    )
