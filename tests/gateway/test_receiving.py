"""A provider's request is kept, refused, or noted for nobody; and what is acknowledged is there."""

from datetime import timedelta

import asyncpg
import msgspec
import pytest

from saveit.advisors import LineChange, change_line
from saveit.gateway import ChannelUnknown, ClaimedEvent, claim, receive
from saveit.kernel import faults
from saveit.kernel.db import Database, DatabaseUnreachable
from saveit.kernel.observe import metrics
from saveit.messages import Answer, Request, UnifiedMessage
from saveit.venues import Tenant
from tests.support.house import NOON, TESTER, World
from tests.support.providers import (
    META_CREDENTIALS,
    ORIGIN,
    TELEGRAM_CREDENTIALS,
    TWILIO_CREDENTIALS,
    advisor,
    line,
    meta_batch,
    meta_headers,
    meta_text,
    moved,
    post,
    telegram_headers,
    telegram_post,
    twilio_form,
    twilio_headers,
)

WABA = "102290129340398"
NUMBER = "106540352242922"
SID = "AC0123456789abcdef0123456789abcdef"


async def kept(watcher: asyncpg.Connection) -> int:
    return await watcher.fetchval("SELECT count(*) FROM inbox")


async def quarantined(watcher: asyncpg.Connection) -> list[tuple[str, str, str, int]]:
    rows = await watcher.fetch("SELECT channel, address, reason, seen FROM quarantine ORDER BY address")
    return [tuple(row) for row in rows]


def words(event: ClaimedEvent, world: World) -> list[str]:
    channel = world.gateway.channels[event.route.line.channel]
    return [message.text for message in channel.parse(event.envelope) if isinstance(message, UnifiedMessage)]


async def test_a_message_by_meta_is_kept_for_its_line_and_reads_the_same_afterwards(
    world: World, tenant: Tenant
) -> None:
    made = await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    body = meta_batch({(WABA, NUMBER): [meta_text("wamid.1", text="café para ☕ 2")]})

    answer = await receive(world.gateway, "whatsapp_meta", post("whatsapp_meta", body, meta_headers(body)))
    (event,) = await claim(world.gateway)

    assert answer == Answer(body=b"EVENT_RECEIVED")
    assert (event.route.line.id, event.tenant_id, event.claim) == (made.id, tenant.id, 1)
    assert words(event, world) == ["café para ☕ 2"]


async def test_a_message_by_twilio_is_kept_and_answered_with_nothing_to_say(
    world: World, tenant: Tenant
) -> None:
    await line(world, tenant, "whatsapp_twilio", SID, address="+14155238886", credentials=TWILIO_CREDENTIALS)
    body = twilio_form(SID, "+14155238886", "SM1", "mañana a las 8")
    headers = twilio_headers(f"{ORIGIN}/webhooks/whatsapp_twilio", body)

    answer = await receive(world.gateway, "whatsapp_twilio", post("whatsapp_twilio", body, headers))
    (event,) = await claim(world.gateway)

    assert (answer.status, answer.body) == (200, b"<Response/>")
    assert words(event, world) == ["mañana a las 8"]


async def test_an_update_by_telegram_is_kept_for_the_bot_in_the_path(world: World, tenant: Tenant) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    await line(world, tenant, "telegram", "bot2", credentials=TELEGRAM_CREDENTIALS)

    await receive(world.gateway, "telegram", telegram_post("bot2", 5))
    (event,) = await claim(world.gateway)

    assert (event.route.line.account, words(event, world)) == ("bot2", ["hola"])


async def test_each_event_of_a_batch_is_one_row_and_one_statement_keeps_them(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    batch = [meta_text(f"wamid.{number}", f"57300111{number:04d}") for number in range(300)]
    body = meta_batch({(WABA, NUMBER): batch})

    await receive(world.gateway, "whatsapp_meta", post("whatsapp_meta", body, meta_headers(body)))

    rows = await watcher.fetch("SELECT DISTINCT xmin::text FROM inbox")
    assert (await kept(watcher), len(rows)) == (300, 1)


async def test_what_is_delivered_again_is_acknowledged_and_kept_once(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)

    answers = [(await receive(world.gateway, "telegram", telegram_post("bot1", 5))).status for _ in range(3)]

    assert (answers, await kept(watcher)) == ([200] * 3, 1)


async def test_a_batch_with_one_new_event_among_known_ones_keeps_that_one(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    first = meta_batch({(WABA, NUMBER): [meta_text("wamid.1"), meta_text("wamid.2")]})
    second = meta_batch({(WABA, NUMBER): [meta_text("wamid.2"), meta_text("wamid.3"), meta_text("wamid.3")]})

    for body in (first, second):
        await receive(world.gateway, "whatsapp_meta", post("whatsapp_meta", body, meta_headers(body)))

    assert await kept(watcher) == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (telegram_headers("a guess"), 403),
        (telegram_headers(""), 401),
        (telegram_headers("\x00\udc80"), 403),
    ],
)
async def test_what_is_not_signed_is_refused_and_not_kept(
    world: World, tenant: Tenant, watcher: asyncpg.Connection, *, headers: dict[str, str], status: int
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    request = msgspec.structs.replace(telegram_post("bot1", 5), headers=headers)

    answer = await receive(world.gateway, "telegram", request)

    assert (answer.status, answer.body, await kept(watcher)) == (status, b"", 0)


async def test_one_octet_changed_after_it_was_signed_is_refused(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    body = meta_batch({(WABA, NUMBER): [meta_text("wamid.1")]})
    headers = meta_headers(body)

    answer = await receive(
        world.gateway, "whatsapp_meta", post("whatsapp_meta", body.replace(b"dos", b"tre"), headers)
    )

    assert (answer.status, await kept(watcher)) == (403, 0)


async def test_the_owner_of_one_line_cannot_sign_for_anothers(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    other = await world.tenant("Casa Berta")
    mine = await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    await line(
        world,
        other,
        "whatsapp_meta",
        "999",
        address="888",
        credentials={**META_CREDENTIALS, "app_secret": "Berta's own"},
    )
    body = meta_batch({(WABA, NUMBER): [meta_text("wamid.1")], ("999", "888"): [meta_text("wamid.2")]})

    answer = await receive(world.gateway, "whatsapp_meta", post("whatsapp_meta", body, meta_headers(body)))

    assert answer.status == 200
    assert [row["line_id"] for row in await watcher.fetch("SELECT line_id FROM inbox")] == [mine.id]


async def test_what_is_for_nobody_is_answered_safely_and_counted_in_one_row(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "whatsapp_twilio", SID, address="+14155238886", credentials=TWILIO_CREDENTIALS)
    body = twilio_form(SID, "+15550000000", "SM1")
    request = post("whatsapp_twilio", body, twilio_headers(f"{ORIGIN}/webhooks/whatsapp_twilio", body))

    answers = [(await receive(world.gateway, "whatsapp_twilio", request)).body for _ in range(5)]
    at_first = await quarantined(watcher)
    moved(world, timedelta(minutes=1))
    await receive(world.gateway, "whatsapp_twilio", request)

    assert answers == [b"<Response/>"] * 5
    assert await kept(watcher) == 0
    assert at_first == [("whatsapp_twilio", "+15550000000", "line_unknown", 1)]
    assert await quarantined(watcher) == [("whatsapp_twilio", "+15550000000", "line_unknown", 6)]


async def test_what_is_for_a_line_that_is_switched_off_is_answered_safely_and_not_kept(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    made = await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    async with world.database.tenant(tenant.id, TESTER) as tx:
        await change_line(
            tx,
            made.id,
            LineChange(active=False),
            channels=world.gateway.channels,
            sealer=await world.keys.sealer(tx, tenant.id),
            now=NOON,
        )
    world.gateway.lines.forget_line(made.id)

    answer = await receive(world.gateway, "telegram", telegram_post("bot1", 5))

    assert (answer.status, await kept(watcher)) == (200, 0)
    assert await quarantined(watcher) == [("telegram", "bot1", "line_inactive", 1)]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[1]", b"\xff\x00", b'{"entry": 7}', b'{"entry":[{}]}']
)
async def test_what_nobody_can_read_is_answered_and_counted(
    world: World, watcher: asyncpg.Connection, body: bytes
) -> None:
    answer = await receive(world.gateway, "whatsapp_meta", post("whatsapp_meta", body, meta_headers(body)))

    assert (answer.status, await kept(watcher)) == (200, 0)


async def test_nul_and_half_surrogates_survive_the_database(world: World, tenant: Tenant) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    body = b'{"update_id": 5, "message": {"chat": {"id": 7}, "text": "a\\u0000b\\ud83d"}}'
    request = post("telegram", body, telegram_headers(), opaque="bot1")

    await receive(world.gateway, "telegram", request)
    (event,) = await claim(world.gateway)

    assert event.envelope.body == body


async def test_a_body_of_megabytes_is_kept_whole(world: World, tenant: Tenant) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)

    await receive(world.gateway, "telegram", telegram_post("bot1", 5, text="a" * 3_000_000))
    (event,) = await claim(world.gateway)

    assert len(event.envelope.body) > 3_000_000


async def test_nothing_that_a_guest_wrote_lies_in_the_open(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    body = meta_batch(
        {(WABA, NUMBER): [meta_text("wamid.of573009998877", "573009998877", "alergia al maní")]}
    )

    await receive(world.gateway, "whatsapp_meta", post("whatsapp_meta", body, meta_headers(body)))

    (row,) = await watcher.fetch("SELECT i::text AS line FROM inbox i")
    for word in ("573009998877", "alergia", b"573009998877".hex(), b"alergia".hex()):
        assert word not in row["line"]


async def test_a_handshake_is_answered_by_whichever_line_knows_the_word(world: World, tenant: Tenant) -> None:
    await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)

    def asking(word: str) -> Request:
        url = f"{ORIGIN}/webhooks/whatsapp_meta?hub.mode=subscribe&hub.verify_token={word}&hub.challenge=1158"
        return Request(method="GET", url=url, received_at=NOON)

    right = await receive(world.gateway, "whatsapp_meta", asking("agreed"))
    wrong = await receive(world.gateway, "whatsapp_meta", asking("guessed"))
    empty = await receive(world.gateway, "whatsapp_meta", asking(""))

    assert [(answer.status, answer.body) for answer in (right, wrong, empty)] == [
        (200, b"1158"),
        (403, b""),
        (403, b""),
    ]


async def test_what_is_about_a_whole_account_goes_to_a_line_of_it_unless_two_customers_share_it(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    made = await line(world, tenant, "whatsapp_meta", WABA, address=NUMBER, credentials=META_CREDENTIALS)
    change = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
    body = msgspec.json.encode(
        {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}
    )
    request = post("whatsapp_meta", body, meta_headers(body))

    await receive(world.gateway, "whatsapp_meta", request)
    mine = [row["line_id"] for row in await watcher.fetch("SELECT line_id FROM inbox")]
    other = await world.tenant("Casa Berta")
    await line(world, other, "whatsapp_meta", WABA, address="1", credentials=META_CREDENTIALS)
    await receive(world.gateway, "whatsapp_meta", request)

    assert mine == [made.id]
    assert [reason for _, _, reason, _ in await quarantined(watcher)] == ["line_ambiguous"]


async def test_an_unknown_channel_is_not_there(world: World) -> None:
    with pytest.raises(ChannelUnknown):
        await receive(world.gateway, "pigeon", post("pigeon", b"", {}))


async def test_without_the_database_nothing_is_acknowledged(
    world: World, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)

    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnreachable("gone")

    await receive(world.gateway, "telegram", telegram_post("bot1", 4))
    with monkeypatch.context() as patch:
        patch.setattr(Database, "call", away)
        with pytest.raises(DatabaseUnreachable):
            await receive(world.gateway, "telegram", telegram_post("bot1", 5))
    again = await receive(world.gateway, "telegram", telegram_post("bot1", 5))

    assert again.status == 200


async def test_one_delivery_that_fails_takes_no_other_with_it(
    world: World, tenant: Tenant, watcher: asyncpg.Connection
) -> None:
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS)
    await receive(world.gateway, "telegram", telegram_post("bot1", 1))

    with faults.armed("gateway.receive.before_insert", "raise"), pytest.raises(faults.FaultPointReached):
        await receive(world.gateway, "telegram", telegram_post("bot1", 2))
    await receive(world.gateway, "telegram", telegram_post("bot1", 3))

    assert await kept(watcher) == 2


async def test_what_is_kept_for_an_advisor_is_counted_for_that_advisor(world: World, tenant: Tenant) -> None:
    advisor_id = await advisor(world, tenant)
    await line(world, tenant, "telegram", "bot1", credentials=TELEGRAM_CREDENTIALS, advisor_id=advisor_id)

    await receive(world.gateway, "telegram", telegram_post("bot1", 5))
    await receive(world.gateway, "telegram", telegram_post("bot1", 5))

    counted = metrics.registry.get_sample_value(
        "saveit_advisor_events_total", {"advisor_id": str(advisor_id), "channel": "telegram"}
    )
    assert counted == 1
