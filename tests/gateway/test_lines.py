"""A line and an advisor are described rightly or refused with every error, told of in facts, and sealed."""

from typing import Any

import asyncpg
import msgspec
import pytest

from saveit.advisors import (
    AdvisorDraft,
    AdvisorInvalid,
    AdvisorRevisionConflict,
    AdvisorTaken,
    AdvisorUnknown,
    Line,
    LineChange,
    LineDraft,
    LineInvalid,
    LineTaken,
    LineUnknown,
    PlaceUnknown,
    add_advisor,
    add_line,
    change_line,
    line_message_keys,
    list_lines,
)
from saveit.kernel.ids import AdvisorId, LineId, RestaurantId, UserId, new_id
from saveit.venues import Restaurant, Tenant
from tests.support.house import NOON, TESTER, World
from tests.support.providers import TELEGRAM_CREDENTIALS, advisor, line


async def added(world: World, tenant: Tenant, **said: Any) -> Line:
    wanted: dict[str, Any] = {"channel": "telegram", "account": "bot1", "credentials": TELEGRAM_CREDENTIALS}
    draft = LineDraft(**(wanted | said))
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        return await add_line(tx, draft, channels=world.gateway.channels, sealer=sealer, now=NOON)


async def changed(world: World, tenant: Tenant, line_id: LineId, **said: Any) -> Line:
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        return await change_line(
            tx, line_id, LineChange(**said), channels=world.gateway.channels, sealer=sealer, now=NOON
        )


async def test_everything_that_is_wrong_with_a_line_is_said_at_once(world: World, tenant: Tenant) -> None:
    with pytest.raises(LineInvalid) as refused:
        await added(
            world,
            tenant,
            account=" ",
            opaque="a/b",
            language="fr",
            credentials={"secret_token": "", "colour": "red", "bot_token": "a\x00b"},
            restaurant_id=RestaurantId(new_id(NOON)),
            advisor_id=AdvisorId(new_id(NOON)),
        )

    said = {(error.path, error.code) for error in refused.value.errors}
    assert said == {
        ("account", "wrong_length"),
        ("address", "wrong_length"),
        ("opaque", "opaque_malformed"),
        ("language", "unknown_choice"),
        ("advisor_id", "two_owners"),
        ("credentials.colour", "credential_unknown"),
        ("credentials.bot_token", "control_character"),
        ("credentials.secret_token", "credential_missing"),
    }
    assert all(error.message("es") and error.message("en") for error in refused.value.errors)


async def test_what_nobody_has_to_think_of_is_made(world: World, tenant: Tenant) -> None:
    """The secret of our own chat, its name, and the end of its path."""
    first = await added(world, tenant, channel="webchat", account="", credentials={})
    second = await added(world, tenant, channel="webchat", account="", credentials={})

    assert first.account.startswith("webchat-")
    assert (first.opaque, first.address, first.credential_names) == (
        first.account,
        first.account,
        ("session_secret",),
    )
    assert first.account != second.account
    assert (await changed(world, tenant, first.id, active=False)).credential_names == ("session_secret",)


async def test_a_bots_path_ends_in_its_name(world: World, tenant: Tenant) -> None:
    assert (await added(world, tenant, account="CasaLolaBot")).opaque == "CasaLolaBot"
    with pytest.raises(LineInvalid) as refused:
        await added(world, tenant, account="@Casa Lola")
    assert [(error.path, error.code) for error in refused.value.errors] == [("account", "opaque_malformed")]


async def test_a_secret_that_is_easily_guessed_is_not_taken(world: World, tenant: Tenant) -> None:
    """Who guesses the key that signs sessions speaks in any guest's name. One that is in use already stays until it is changed."""
    with pytest.raises(LineInvalid) as refused:
        await added(world, tenant, channel="webchat", account="", credentials={"session_secret": "1234"})
    made = await added(world, tenant, channel="webchat", account="", credentials={})
    with pytest.raises(LineInvalid):
        await changed(world, tenant, made.id, credentials={"session_secret": "1234"})

    assert [(error.path, error.code) for error in refused.value.errors] == [
        ("credentials.session_secret", "secret_weak")
    ]


async def test_an_unknown_channel_is_told_which_there_are(world: World, tenant: Tenant) -> None:
    with pytest.raises(LineInvalid) as refused:
        await added(world, tenant, channel="pigeon")

    (error,) = refused.value.errors
    assert "telegram" in error.message("en")


def test_every_message_is_there_in_both_languages() -> None:
    assert all(spanish and english for spanish, english in line_message_keys().values())


async def test_an_address_is_one_line_over_all_customers(world: World, tenant: Tenant) -> None:
    other = await world.tenant("Casa Berta")
    await added(world, tenant)

    with pytest.raises(LineTaken):
        await added(world, tenant)
    with pytest.raises(LineTaken):
        await added(world, other)


async def test_a_line_is_given_to_nobody_elses_restaurant_or_advisor(
    world: World, tenant: Tenant, restaurant: Restaurant
) -> None:
    other = await world.tenant("Casa Berta")
    theirs = await advisor(world, tenant)

    with pytest.raises(PlaceUnknown):
        await added(world, other, restaurant_id=restaurant.id)
    with pytest.raises(AdvisorUnknown):
        await added(world, other, advisor_id=theirs)
    with pytest.raises(LineUnknown):
        await changed(world, other, (await added(world, tenant)).id, active=False)


async def test_what_was_changed_is_told_without_any_secret(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    made = await added(world, tenant)
    after = await changed(
        world, tenant, made.id, active=False, credentials={"secret_token": "a new word"}, revision=1
    )
    same = await changed(world, tenant, made.id, active=False)

    facts = await watcher.fetch(
        "SELECT kind, body FROM facts WHERE subject_id = $1 ORDER BY position", made.id
    )
    bodies = [msgspec.json.decode(row["body"]) for row in facts]
    assert (after.revision, same) == (2, after)
    assert [row["kind"] for row in facts] == ["line.changed"] * 2
    assert (bodies[0]["before"], bodies[0]["after"]["active"]) == (None, True)
    assert (bodies[1]["before"]["active"], bodies[1]["after"]["active"]) == (True, False)
    assert bodies[1]["after"]["credentials_changed"] == ["secret_token"]
    assert not any("word" in row["body"] or "1:abc" in row["body"] for row in facts)


async def test_somebody_who_read_an_older_line_does_not_overwrite_a_newer(
    world: World, tenant: Tenant
) -> None:
    made = await added(world, tenant)
    await changed(world, tenant, made.id, language="en")

    with pytest.raises(AdvisorRevisionConflict):
        await changed(world, tenant, made.id, language="es", revision=1)


async def test_a_credential_that_is_emptied_is_gone_unless_the_channel_needs_it(
    world: World, tenant: Tenant
) -> None:
    made = await added(world, tenant, credentials={**TELEGRAM_CREDENTIALS, "api_base": "http://localhost"})

    after = await changed(world, tenant, made.id, credentials={"api_base": ""})
    with pytest.raises(LineInvalid):
        await changed(world, tenant, made.id, credentials={"bot_token": ""})

    assert (made.credential_names, after.credential_names) == (
        ("api_base", "bot_token", "secret_token"),
        ("bot_token", "secret_token"),
    )


async def test_neither_credentials_nor_an_advisors_name_lie_in_the_open(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    advisor_id = await advisor(world, tenant, "María González")
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS, advisor_id=advisor_id)

    rows = await watcher.fetch(
        "SELECT l::text AS line FROM lines l UNION ALL SELECT a::text FROM advisors a UNION ALL SELECT f.body::text FROM facts f"
    )
    text = " ".join(row["line"] for row in rows)
    for word in ("1:abc", "agreed", "González", b"agreed".hex(), "González".encode().hex()):
        assert word not in text


async def test_a_member_of_staff_is_one_advisor_and_the_tenants_own(world: World, tenant: Tenant) -> None:
    async def made(user_id: UserId) -> None:
        async with world.database.tenant(tenant.id, TESTER) as tx:
            sealer = await world.keys.sealer(tx, tenant.id)
            await add_advisor(tx, AdvisorDraft(name="Ana", user_id=user_id), sealer=sealer, now=NOON)

    restaurant = await world.restaurant(tenant)
    await world.session(tenant, {restaurant.id: "host"})
    connection = await asyncpg.connect(world.dsn, server_settings={"role": "saveit_gate"})
    user_id = UserId(await connection.fetchval("SELECT user_id FROM staff_users"))
    await connection.close()

    await made(user_id)
    with pytest.raises(AdvisorTaken):
        await made(user_id)
    with pytest.raises(Exception, match="staff_user_unknown"):
        await made(UserId(new_id(NOON)))


async def test_everything_that_is_wrong_with_an_advisor_is_said_at_once(world: World, tenant: Tenant) -> None:
    async with world.database.tenant(tenant.id, TESTER) as tx:
        sealer = await world.keys.sealer(tx, tenant.id)
        with pytest.raises(AdvisorInvalid) as refused:
            await add_advisor(
                tx, AdvisorDraft(name="", phone="1" * 50, languages=("fr",)), sealer=sealer, now=NOON
            )

    assert [error.path for error in refused.value.errors] == ["name", "phone", "languages"]


async def test_lines_are_listed_by_restaurant_and_advisor(
    world: World, tenant: Tenant, restaurant: Restaurant
) -> None:
    advisor_id = await advisor(world, tenant)
    here = await line(
        world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS, restaurant_id=restaurant.id
    )
    hers = await line(
        world, tenant, "telegram", "bot2", credentials=TELEGRAM_CREDENTIALS, advisor_id=advisor_id
    )

    async with world.database.tenant(tenant.id, TESTER) as tx:
        listed = (
            [each.id for each in await list_lines(tx)],
            [each.id for each in await list_lines(tx, restaurant_id=restaurant.id)],
            [each.id for each in await list_lines(tx, advisor_id=advisor_id)],
        )

    assert (sorted(listed[0]), *listed[1:]) == (sorted([here.id, hers.id]), [here.id], [hers.id])
