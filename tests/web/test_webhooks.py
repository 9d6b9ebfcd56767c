"""What providers deliver, over HTTP: signed requests get in, everything else is answered without a fault."""

import asyncio
from collections.abc import Callable

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saveit.channels import CHANNELS
from saveit.gateway import BODY_OCTETS_MAX, claim, finish, park
from saveit.kernel import faults
from saveit.kernel.db import Database, DatabaseUnreachable
from tests.support.house import NOON, TESTER
from tests.support.providers import (
    META_CREDENTIALS,
    ORIGIN,
    TELEGRAM_CREDENTIALS,
    TWILIO_CREDENTIALS,
    meta_batch,
    meta_headers,
    meta_text,
    telegram_headers,
    telegram_update,
    twilio_form,
    twilio_headers,
)
from tests.web.conftest import ADMIN_KEY, Web
from tests.web.test_bookings import told

pytestmark = pytest.mark.slow


def own(web: Web, kind: str = "") -> str:
    """Return an account of this test's alone: the tests share a database."""
    return f"{kind}{web.tenant.id.hex}"


async def line(web: Web, channel: str, account: str, **said: object) -> dict[str, object]:
    answer = await web.client.post("/lines", json={"channel": channel, "account": account, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()["line"]


async def bot(web: Web) -> str:
    name = own(web, "bot")
    await line(web, "telegram", name, opaque=name, credentials=TELEGRAM_CREDENTIALS)
    return name


async def kept(web: Web) -> int:
    connection = await asyncpg.connect(web.world.dsn, server_settings={"role": "saveit_ledger"})
    try:
        return await connection.fetchval("SELECT count(*) FROM inbox WHERE tenant_id = $1", web.tenant.id)
    finally:
        await connection.close()


async def deliver(
    web: Web, path: str, body: bytes, headers: dict[str, str], *, method: str = "POST"
) -> httpx.Response:
    async with web.visitor() as provider:
        return await provider.request(method, f"{ORIGIN}/webhooks/{path}", content=body, headers=headers)


async def test_signed_deliveries_of_three_providers_get_in(web: Web) -> None:
    name = await bot(web)
    meta, twilio = own(web, "1"), own(web, "AC")
    await line(web, "whatsapp_meta", meta, address="77", credentials=META_CREDENTIALS)
    await line(web, "whatsapp_twilio", twilio, address="+14155238886", credentials=TWILIO_CREDENTIALS)
    batch = meta_batch({(meta, "77"): [meta_text("wamid.1"), meta_text("wamid.2")]})
    form = twilio_form(twilio, "+14155238886", "SM1", "año nuevo")
    # The address that was called counts, with its query; who says what host he called does not.
    signed = twilio_headers(f"{ORIGIN}/webhooks/whatsapp_twilio?x=1&y=%20", form)

    answers = [
        await deliver(web, "whatsapp_meta", batch, meta_headers(batch)),
        await deliver(web, "whatsapp_twilio?x=1&y=%20", form, {**signed, "x-forwarded-host": "evil.example"}),
        await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers()),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.content for answer in answers] == [b"EVENT_RECEIVED", b"<Response/>", b""]
    assert answers[1].headers["content-type"].startswith("text/xml")
    assert await kept(web) == 4


async def test_a_batch_in_letters_as_meta_escapes_them_verifies_on_its_bytes(web: Web) -> None:
    meta = own(web, "1")
    await line(web, "whatsapp_meta", meta, address="77", credentials=META_CREDENTIALS)
    body = meta_batch({(meta, "77"): [meta_text("wamid.1", text="café/<%@")]})
    escaped = body.replace("é".encode(), b"\\u00e9").replace(b"/<%@", b"\\/\\u003c\\u0025\\u0040")

    good = await deliver(web, "whatsapp_meta", escaped, meta_headers(escaped))
    bad = await deliver(web, "whatsapp_meta", body, meta_headers(escaped))

    assert (good.status_code, bad.status_code) == (200, 403)


async def test_a_forged_delivery_learns_nothing_but_that_it_is(web: Web) -> None:
    name = await bot(web)

    missing = await deliver(web, f"telegram/{name}", telegram_update(1), {})
    wrong = await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers("guess"))

    assert [(each.status_code, each.content) for each in (missing, wrong)] == [(401, b""), (403, b"")]
    assert await kept(web) == 0


async def test_metas_handshake_is_answered(web: Web) -> None:
    await line(web, "whatsapp_meta", own(web, "1"), address="77", credentials=META_CREDENTIALS)
    query = "hub.mode=subscribe&hub.challenge=42&hub.verify_token="

    right = await deliver(web, f"whatsapp_meta?{query}agreed", b"", {}, method="GET")
    wrong = await deliver(web, f"whatsapp_meta?{query}guess", b"", {}, method="GET")

    assert [(each.status_code, each.text) for each in (right, wrong)] == [(200, "42"), (403, "")]


async def test_a_body_that_is_too_long_is_refused_and_the_longest_is_not(web: Web) -> None:
    name = await bot(web)
    frame = len(telegram_update(1, text=""))

    fits = await deliver(
        web, f"telegram/{name}", telegram_update(1, text="a" * (BODY_OCTETS_MAX - frame)), telegram_headers()
    )
    over = await deliver(web, f"telegram/{name}", b"a" * (BODY_OCTETS_MAX + 1), telegram_headers())

    assert (fits.status_code, told(over), await kept(web)) == (200, (413, "body_too_large"), 1)


@pytest.mark.parametrize("path", ["pigeon", "", "/", "..", "%2e%2e/telegram", b"telegram\x00".hex()])
async def test_a_channel_that_is_not_there_is_not_there(web: Web, path: str) -> None:
    answer = await deliver(web, path, b"{}", {})

    assert answer.status_code in {404, 405}


async def test_without_the_database_a_provider_is_told_to_come_again(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await bot(web)

    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnreachable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "call", away)
        lost = await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers())
    again = await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers())

    assert told(lost) == (503, "database_unreachable")
    assert int(lost.headers["retry-after"]) > 0
    assert (again.status_code, await kept(web)) == (200, 1)


async def test_a_provider_that_was_not_answered_delivers_again_and_it_is_kept_once(web: Web) -> None:
    name = await bot(web)

    with faults.armed("gateway.receive.after_insert", "raise"):
        lost = await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers())
    again = await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers())

    assert (lost.status_code, again.status_code, await kept(web)) == (503, 200, 1)


async def test_an_advisor_attends_by_a_line_of_their_own_until_switched_off(web: Web) -> None:
    advisor = (await web.client.post("/advisors", json={"name": "María González", "phone": "+57301"})).json()
    name = own(web, "bot")
    made = await line(
        web,
        "telegram",
        name,
        opaque=name,
        credentials=TELEGRAM_CREDENTIALS,
        advisor_id=advisor["id"],
    )

    on = await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers())
    off = await web.client.patch(f"/advisors/{advisor['id']}", json={"active": False, "revision": 1})
    late = await web.client.patch(f"/advisors/{advisor['id']}", json={"active": True, "revision": 1})
    ignored = await deliver(web, f"telegram/{name}", telegram_update(2), telegram_headers())

    assert (on.status_code, ignored.status_code, await kept(web)) == (200, 200, 1)
    assert (off.json()["active"], off.json()["audio_available"], off.json()["ai_attention"]) == (
        False,
        False,
        True,
    )
    assert told(late) == (409, "revision_conflict")
    shown = (await web.client.get(f"/lines/{made['id']}")).json()
    assert shown["webhook_url"] == f"{ORIGIN}/webhooks/telegram/{name}"
    assert "agreed" not in (await web.client.get("/lines")).text
    quarantined = (await web.client.get("/inbox/quarantine")).json()["quarantined"]
    assert [(each["address"], each["reason"]) for each in quarantined] == [(name, "line_inactive")]


async def test_a_wrong_line_is_explained_field_by_field_in_the_callers_language(web: Web) -> None:
    wrong = {"channel": "telegram", "account": "x", "credentials": {"colour": "red"}}
    async with web.visitor(web.token, **{"Accept-Language": "es"}) as client:
        answer = await client.post("/lines", json=wrong)

    assert told(answer) == (422, "line_invalid")
    paths = {error["path"] for error in answer.json()["errors"]}
    assert paths == {"credentials.colour", "credentials.bot_token", "credentials.secret_token"}
    assert "Falta" in answer.text


async def test_the_same_line_asked_for_twice_under_one_key_is_made_once(web: Web) -> None:
    name = own(web, "bot")
    wanted = {"channel": "telegram", "account": name, "credentials": TELEGRAM_CREDENTIALS}
    async with web.visitor(web.token, **{"Idempotency-Key": f"line {name}"}) as client:
        first, again = [await client.post("/lines", json=wanted) for _ in range(2)]
    taken = await web.client.post("/lines", json=wanted)

    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert told(taken) == (409, "line_taken")


async def test_the_platform_sees_everything_that_came_for_nobody(web: Web) -> None:
    name = own(web, "nobodys")
    await deliver(web, f"telegram/{name}", telegram_update(1), telegram_headers())

    async with web.visitor(ADMIN_KEY) as platform:
        everything = (await platform.get("/inbox/quarantine")).json()["quarantined"]
    mine = (await web.client.get("/inbox/quarantine")).json()["quarantined"]

    assert name in [each["address"] for each in everything]
    assert mine == []


async def test_whoever_runs_a_restaurant_sees_its_lines_and_not_its_neighbours(web: Web) -> None:
    next_door = await web.world.restaurant(web.tenant, "La Esquina")
    here, there = own(web, "here"), own(web, "there")
    await line(web, "telegram", here, credentials=TELEGRAM_CREDENTIALS, restaurant_id=str(web.restaurant.id))
    other = await line(
        web, "telegram", there, credentials=TELEGRAM_CREDENTIALS, restaurant_id=str(next_door.id)
    )

    async with web.visitor(await web.world.session(web.tenant, {web.restaurant.id: "manager"})) as manager:
        seen = [each["line"]["account"] for each in (await manager.get("/lines")).json()["lines"]]
        unseen = await manager.patch(f"/lines/{other['id']}", json={"active": False})
        taken_over = await manager.post(
            "/lines",
            json={
                "channel": "telegram",
                "account": own(web, "new"),
                "credentials": TELEGRAM_CREDENTIALS,
                "restaurant_id": str(next_door.id),
            },
        )
    async with web.visitor(await web.world.session(web.tenant, {web.restaurant.id: "host"})) as host:
        forbidden = await host.get("/lines")

    assert (seen, told(unseen)[0], told(taken_over)[0], told(forbidden)) == (
        [here],
        404,
        404,
        (403, "forbidden"),
    )


async def drained(web: Web) -> None:
    """Take everything that waits, so that the next example begins alone."""
    for event in await claim(web.world.gateway, events_max=500):
        async with web.world.database.tenant(event.tenant_id, TESTER) as tx:
            await finish(tx, event, now=web.world.clock.now())


_NAMES = [channel.name for channel in CHANNELS]
_SHAPES: list[Callable[[bytes], dict[str, str]]] = [
    lambda _: {},
    meta_headers,
    lambda _: telegram_headers(),
    lambda _: {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "AAAA"},
    lambda _: {"content-type": "text/plain", "x-amz-sns-message-type": "Notification"},
]


async def test_any_bytes_to_any_webhook_never_make_a_fault(web: Web) -> None:
    """Prints what failed: hypothesis shrinks it to the least that does."""
    name = await bot(web)
    meta = own(web, "1")
    await line(web, "whatsapp_meta", meta, address="77", credentials=META_CREDENTIALS)
    known = meta_batch({(meta, "77"): [meta_text("wamid.1")]})
    loop = asyncio.get_running_loop()

    def status(path: str, body: bytes, headers: dict[str, str], method: str) -> int:
        asked = deliver(web, path, body, headers, method=method)
        return asyncio.run_coroutine_threadsafe(asked, loop).result(30).status_code

    bodies = st.one_of(
        st.binary(max_size=300),
        st.just(known),
        st.tuples(st.integers(0, len(known)), st.binary(max_size=4)).map(
            lambda cut: known[: cut[0]] + cut[1] + known[cut[0] :]
        ),
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["entry", "changes", "value", "message", "chat"]), inner)
            ),
            max_leaves=8,
        ).map(lambda value: repr(value).encode("utf-8", "surrogatepass")),
    )

    @settings(
        max_examples=120,
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.function_scoped_fixture),
    )
    @given(
        path=st.sampled_from([*_NAMES, f"telegram/{name}", f"webchat/{name}", "telegram/a/b/c", "pigeon"]),
        body=bodies,
        shape=st.sampled_from(_SHAPES),
        method=st.sampled_from(["GET", "POST"]),
    )
    def never(path: str, body: bytes, shape: Callable[[bytes], dict[str, str]], method: str) -> None:
        assert status(path, body, shape(body), method) < 500

    await asyncio.to_thread(never)
    await drained(web)


async def test_what_could_not_be_taken_is_looked_into_and_taken_again_or_let_rest(web: Web) -> None:
    name = await bot(web)
    for number, text in ((1, "una mesa"), (2, "para dos")):
        body = telegram_update(number, chat=number, text=text)
        path = f"{ORIGIN}/webhooks/telegram/{name}"
        await web.client.post(path, content=body, headers=telegram_headers())
    for event in await claim(web.world.gateway, events_max=100):
        async with web.world.database.tenant(event.tenant_id, TESTER) as tx:
            await park(tx, event, "Bug", now=NOON)
    first, second = (await web.client.get("/inbox/parked")).json()["events"]

    seen = (await web.client.get(f"/inbox/parked/{first['id']}")).json()
    viewer = await web.world.session(web.tenant, {web.restaurant.id: "viewer"})
    async with web.visitor(viewer) as client:
        hidden = await client.get(f"/inbox/parked/{first['id']}")
        kept = await client.post(f"/inbox/{first['id']}/discard")
    rested = await web.client.post(f"/inbox/{first['id']}/discard")
    again = await web.client.post(f"/inbox/{first['id']}/discard")
    replayed = await web.client.post(f"/inbox/{second['id']}/replay")
    left = (await web.client.get("/inbox/parked")).json()["events"]

    assert seen["pieces"] == [{"kind": "message", "sender": "1", "text": "una mesa"}]
    assert (seen["channel"], seen["readable"], seen["event"]["error"]) == ("telegram", True, "Bug")
    assert (hidden.status_code, kept.status_code) == (403, 403)
    assert (rested.status_code, told(again), replayed.status_code) == (
        204,
        (404, "inbox_event_unknown"),
        202,
    )
    assert left == []


async def test_who_signs_wrongly_is_told_nothing_of_the_right_signature(web: Web) -> None:
    name = await bot(web)
    meta, twilio = own(web, "1"), own(web, "AC")
    await line(web, "whatsapp_meta", meta, address="77", credentials=META_CREDENTIALS)
    await line(web, "whatsapp_twilio", twilio, address="+14155238886", credentials=TWILIO_CREDENTIALS)
    batch = meta_batch({(meta, "77"): [meta_text("wamid.1")]})
    form = twilio_form(twilio, "+14155238886", "SM1", "hola")
    wrong_meta = {**meta_headers(batch), "x-hub-signature-256": f"sha256={'0' * 64}"}
    # What the attacker names as the way to check is not taken for one.
    older = {**meta_headers(batch), "x-hub-signature-256": "", "x-hub-signature": "sha1=" + "0" * 40}
    wrong_twilio = {
        **twilio_headers(f"{ORIGIN}/webhooks/whatsapp_twilio", form),
        "x-twilio-signature": "A" * 27 + "=",
    }
    wrong_bot = {**telegram_headers(), "x-telegram-bot-api-secret-token": "guessed"}

    answers = [
        await deliver(web, "whatsapp_meta", batch, wrong_meta),
        await deliver(web, "whatsapp_meta", batch, older),
        await deliver(web, "whatsapp_twilio", form, wrong_twilio),
        await deliver(web, f"telegram/{name}", telegram_update(1), wrong_bot),
    ]

    assert [answer.status_code in {401, 403} for answer in answers] == [True] * 4
    right = [
        meta_headers(batch)["x-hub-signature-256"].removeprefix("sha256="),
        twilio_headers(f"{ORIGIN}/webhooks/whatsapp_twilio", form)["x-twilio-signature"],
        telegram_headers()["x-telegram-bot-api-secret-token"],
    ]
    for answer in answers:
        told_back = answer.text + str(dict(answer.headers))
        assert not [secret for secret in right if secret in told_back]
    assert await kept(web) == 0
