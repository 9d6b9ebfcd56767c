import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from saveit.access import (
    AccessInvalid,
    EmailIndex,
    EmailTaken,
    Principal,
    RestaurantNotYours,
    StaffUser,
    StaffUserDraft,
    StaffUserUnknown,
    TriesUsedUp,
    WrongCredentials,
    access_message_keys,
    add_user,
    disable_user,
    find_user,
    identify,
    list_users,
    set_password,
    set_role,
    sign_in,
    sign_out,
    store,
)
from saveit.kernel.crypto import SecretKey
from saveit.kernel.db import Actor, Database
from saveit.kernel.ids import TenantId, UserId, new_id
from saveit.venues import Restaurant, RestaurantDraft, Tenant, TenantKeyRing, open_restaurant
from tests.access.conftest import PASSWORD, SECRET
from tests.venues.conftest import ANA, NOW, FactRow

pytestmark = pytest.mark.slow

Facts = Callable[[TenantId], Awaitable[list[FactRow]]]
EMAIL = "bea@casa-ana.test"


async def whose(db: Database, token: str, *, hours_later: float = 0) -> Principal | None:
    return await identify(db, token, NOW + timedelta(hours=hours_later), admin_key=None)


async def test_a_user_reads_back_opened_and_is_stored_sealed(
    db: Database, keys: TenantKeyRing, bea: StaffUser, tenant: Tenant
) -> None:
    sealer = await keys.sealer(db, tenant.id)

    async with db.tenant(tenant.id, ANA) as tx:
        everyone = await list_users(tx, sealer)
        found = await find_user(tx, bea.id, sealer)
        nobody = await find_user(tx, UserId(new_id(NOW)), sealer)

    assert everyone == [bea]
    assert (found, nobody) == (bea, None)
    assert (bea.name, bea.email, bea.language) == ("Bea Ruiz", "Bea@casa-ana.test", "en")
    assert "Bea" not in repr(bea)


async def test_every_error_of_a_user_is_named_at_once(
    db: Database, keys: TenantKeyRing, emails: EmailIndex, tenant: Tenant
) -> None:
    sealer = await keys.sealer(db, tenant.id)
    wrong = StaffUserDraft(name=" ", email="bea@", password="short", language="fr")

    async with db.tenant(tenant.id, ANA) as tx:
        with pytest.raises(AccessInvalid) as refused:
            await add_user(tx, wrong, sealer=sealer, emails=emails, now=NOW)

    errors = refused.value.errors
    assert [(error.path, error.code) for error in errors] == [
        ("name", "wrong_length"),
        ("email", "email_invalid"),
        ("password", "password_too_short"),
        ("language", "unknown_choice"),
    ]
    assert errors[2].message_es == "La contraseña debe tener al menos 10 caracteres."
    assert errors[2].message_en == "The password must have at least 10 characters."
    assert all(error.message_key in access_message_keys() for error in errors)


async def test_an_email_is_one_person_s_in_whatever_house_and_spelling(
    *, db: Database, keys: TenantKeyRing, emails: EmailIndex, bea: StaffUser, other_tenant: Tenant
) -> None:
    again = StaffUserDraft(name="Other", email=bea.email.upper(), password=PASSWORD)
    sealer = await keys.sealer(db, other_tenant.id)

    async with db.tenant(other_tenant.id, ANA) as tx:
        with pytest.raises(EmailTaken) as refused:
            await add_user(tx, again, sealer=sealer, emails=emails, now=NOW)

    assert refused.value.facts == {}


async def test_signing_in_begins_a_session_of_twelve_hours(
    *, db: Database, emails: EmailIndex, bea: StaffUser, restaurant: Restaurant, facts: Facts
) -> None:
    async with db.tenant(restaurant.tenant_id, ANA) as tx:
        await set_role(tx, bea.id, restaurant.id, role="host", now=NOW)

    signed_in = await sign_in(db, " BEA@casa-ana.test", PASSWORD, emails=emails, now=NOW)

    expected = Principal(
        kind="staff",
        id=bea.id,
        tenant_id=restaurant.tenant_id,
        restaurants=frozenset({restaurant.id}),
        roles={restaurant.id: "host"},
        language="en",
        session_id=signed_in.session_id,
        expires_at=NOW + timedelta(hours=12),
    )
    assert await whose(db, signed_in.token, hours_later=11.99) == expected
    assert await whose(db, signed_in.token, hours_later=12) is None
    assert signed_in.token not in repr(signed_in)
    last = (await facts(restaurant.tenant_id))[-1]
    assert (last.kind, last.subject_id, last.actor) == ("staff.signed_in", str(bea.id), f"staff:{bea.id}")


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "una contraseña corta"), ("nobody@casa-ana.test", PASSWORD), ("", ""), (EMAIL, "x" * 5000)],
)
async def test_wrong_credentials_do_not_say_what_was_wrong(
    *, db: Database, emails: EmailIndex, bea: StaffUser, email: str, password: str
) -> None:
    with pytest.raises(WrongCredentials) as refused:
        await sign_in(db, email, password, emails=emails, now=NOW)

    assert bea.disabled_at is None
    assert (refused.value.code, refused.value.facts) == ("wrong_credentials", {})


async def guesses(
    db: Database, emails: EmailIndex, number: int, *, email: str = EMAIL, **wishes: str
) -> Counter[str]:
    """Guess so often at once, each from an address of its own unless it is given, and count what was said."""

    async def guess(guesser: int) -> str:
        address = wishes.get("address", f"203.0.113.{guesser}")
        try:
            await sign_in(db, email, "not the password", emails=emails, now=NOW, address=address)
        except (WrongCredentials, TriesUsedUp) as refused:
            return refused.code
        return "in"

    return Counter(await asyncio.gather(*(guess(guesser) for guesser in range(number))))


@pytest.mark.parametrize("email", [EMAIL, "nobody@casa-ana.test"])
async def test_of_sixty_guesses_from_as_many_addresses_at_once_ten_are_looked_at(
    db: Database, emails: EmailIndex, bea: StaffUser, email: str
) -> None:
    said = await guesses(db, emails, 60, email=email)

    assert bea.disabled_at is None
    assert said == {"wrong_credentials": 10, "sign_in_tries_used_up": 50}


async def test_without_the_limit_on_an_email_every_guess_is_looked_at(
    db: Database, emails: EmailIndex, bea: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saveit.access.staff.TRIES_MAX", 1_000)

    assert await guesses(db, emails, 20, email=bea.email) == {"wrong_credentials": 20}


async def test_strangers_who_guess_shut_nobody_out_who_was_here_before(
    db: Database, emails: EmailIndex, bea: StaffUser
) -> None:
    async def come(address: str, *, minutes_later: float) -> str:
        when = NOW + timedelta(minutes=minutes_later)
        try:
            await sign_in(db, bea.email, PASSWORD, emails=emails, now=when, address=address)
        except TriesUsedUp as refused:
            return f"wait {refused.facts['retry_after_s']}"
        return "in"

    first = await come("198.51.100.1", minutes_later=0)
    await guesses(db, emails, 11)

    # From another address the same right password waits like a stranger's, and trying in vain makes nobody wait longer.
    assert [first, await come("198.51.100.1", minutes_later=1)] == ["in", "in"]
    assert await come("192.0.2.9", minutes_later=14) == "wait 61"
    assert await come("192.0.2.9", minutes_later=15) == "in"


async def test_tries_from_an_address_of_ones_own_are_counted_too(
    db: Database, emails: EmailIndex, bea: StaffUser
) -> None:
    await sign_in(db, bea.email, PASSWORD, emails=emails, now=NOW, address="198.51.100.1")

    said = await guesses(db, emails, 12, address="198.51.100.1")

    assert said == {"wrong_credentials": 10, "sign_in_tries_used_up": 2}


async def test_an_unknown_email_takes_as_long_as_a_wrong_password(
    db: Database, emails: EmailIndex, bea: StaffUser
) -> None:
    async def cheapest(email: str) -> float:
        taken: list[float] = []
        for _ in range(3):
            began = time.process_time()
            with pytest.raises(WrongCredentials):
                await sign_in(db, email, "una contraseña corta", emails=emails, now=NOW)
            taken.append(time.process_time() - began)
        return min(taken)

    known, unknown = await cheapest(bea.email), await cheapest("nobody@casa-ana.test")

    # A look-up alone takes a hundredth of a hash.
    assert 0.5 < unknown / known < 2


async def test_a_disabled_user_is_out_at_once_and_stays_out(
    db: Database, emails: EmailIndex, bea: StaffUser, tenant: Tenant
) -> None:
    signed_in = await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)

    async with db.tenant(tenant.id, ANA) as tx:
        await disable_user(tx, bea.id, now=NOW)
        with pytest.raises(StaffUserUnknown):
            await disable_user(tx, bea.id, now=NOW)

    assert await whose(db, signed_in.token) is None
    with pytest.raises(WrongCredentials):
        await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)


async def test_another_password_ends_the_sessions_of_the_former(
    db: Database, emails: EmailIndex, bea: StaffUser, tenant: Tenant
) -> None:
    before = await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)

    async with db.tenant(tenant.id, ANA) as tx:
        await set_password(tx, bea.id, "otra contraseña larga", now=NOW)
        with pytest.raises(AccessInvalid):
            await set_password(tx, bea.id, "corta", now=NOW)
        with pytest.raises(StaffUserUnknown):
            await set_password(tx, UserId(new_id(NOW)), PASSWORD, now=NOW)

    after = await sign_in(db, EMAIL, "otra contraseña larga", emails=emails, now=NOW)
    with pytest.raises(WrongCredentials):
        await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)
    assert await whose(db, before.token) is None
    assert await whose(db, after.token) is not None


async def test_a_password_that_is_replaced_while_it_is_verified_opens_nothing(
    db: Database, emails: EmailIndex, bea: StaffUser, tenant: Tenant
) -> None:
    async with db.gate() as gate_tx:
        verified = await store.find_sign_in(
            gate_tx, emails.each(bea.email), address_indexes=[], familiar_since=NOW
        )
    assert verified is not None

    async with db.tenant(tenant.id, ANA) as tx:
        await set_password(tx, bea.id, "otra contraseña larga", now=NOW)
    async with db.tenant(tenant.id, ANA) as tx:
        begun = await store.insert_session(
            tx,
            new_id(NOW),
            verified,
            token_digest=b"digest",
            now=NOW,
            expires_at=NOW + timedelta(hours=1),
            address_index=None,
        )

    assert not begun


async def test_signing_out_ends_the_session_once(
    db: Database, emails: EmailIndex, bea: StaffUser, tenant: Tenant
) -> None:
    signed_in = await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)
    other = await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)

    async with db.tenant(tenant.id, ANA) as tx:
        first = await sign_out(tx, signed_in.session_id, bea.id, now=NOW)
        again = await sign_out(tx, signed_in.session_id, bea.id, now=NOW)

    assert first is not None
    assert again is None
    assert await whose(db, signed_in.token) is None
    assert await whose(db, other.token) is not None


async def test_while_the_secret_is_replaced_signing_in_finds_and_moves_the_user(
    db: Database, bea: StaffUser
) -> None:
    new_secret = b"the secret that comes after, longer"
    during = EmailIndex(SecretKey(current=new_secret, retired=(SECRET.current,)))
    afterwards = EmailIndex(SecretKey(current=new_secret))
    with pytest.raises(WrongCredentials):
        await sign_in(db, bea.email, PASSWORD, emails=afterwards, now=NOW)

    await sign_in(db, bea.email, PASSWORD, emails=during, now=NOW)

    moved = await sign_in(db, bea.email, PASSWORD, emails=afterwards, now=NOW)
    assert moved.user_id == bea.id


async def test_a_role_is_given_changed_and_taken_and_each_is_told(
    *, db: Database, keys: TenantKeyRing, bea: StaffUser, restaurant: Restaurant, facts: Facts
) -> None:
    sealer = await keys.sealer(db, restaurant.tenant_id)
    seen: list[object] = []
    for role in ("host", "host", "manager", None):
        async with db.tenant(restaurant.tenant_id, Actor("staff", "owner", "dashboard")) as tx:
            await set_role(tx, bea.id, restaurant.id, role=role, now=NOW)
            user = await find_user(tx, bea.id, sealer)
            assert user is not None
            seen.append(user.roles.get(restaurant.id))

    told = [fact.told for fact in await facts(restaurant.tenant_id) if fact.kind == "staff.role_changed"]
    assert seen == ["host", "host", "manager", None]
    assert told == [
        {"before": None, "after": "host"},
        {"before": "host", "after": "manager"},
        {"before": "manager", "after": None},
    ]


async def test_roles_are_given_to_one_s_own_people_in_one_s_own_restaurants(
    db: Database, bea: StaffUser, restaurant: Restaurant, other_tenant: Tenant
) -> None:
    async with db.tenant(other_tenant.id, ANA) as tx:
        theirs = await open_restaurant(
            tx, RestaurantDraft(name="Casa Berta", timezone="Europe/Madrid"), now=NOW
        )

    with pytest.raises(RestaurantNotYours):
        async with db.tenant(restaurant.tenant_id, ANA) as tx:
            await set_role(tx, bea.id, theirs.id, role="owner", now=NOW)
    with pytest.raises(StaffUserUnknown):
        async with db.tenant(other_tenant.id, ANA) as tx:
            await set_role(tx, bea.id, theirs.id, role="owner", now=NOW)


async def test_facts_of_staff_hold_no_personal_words(
    *, db: Database, emails: EmailIndex, bea: StaffUser, tenant: Tenant, facts: Facts
) -> None:
    await sign_in(db, EMAIL, PASSWORD, emails=emails, now=NOW)

    written = " ".join(f"{fact.actor} {fact.body}" for fact in await facts(tenant.id)).lower()

    assert bea.disabled_at is None
    assert "bea" not in written
    assert "@" not in written
