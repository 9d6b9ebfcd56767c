"""Another customer's key opens nothing of this one's, at any address, and changes nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from saveit.consumers import qr
from saveit.consumers.guestbook import guest_book_consumer
from saveit.gateway import claim, park
from saveit.outbox import Runner
from saveit.reservations import Holding, WalkIn, hold, walk_in
from saveit.venues import AreaDraft, CombinationDraft, add_area, add_combination
from saveit.waitlist import Wish, join
from saveit.web.hot.document import document_of
from saveit.web.hot.memory import Memory
from saveit.web.router import make_router
from tests.support.house import NOON, TESTER, TUESDAY, guest_named, open_world
from tests.web.conftest import ADMIN_KEY, Web, opened
from tests.web.talks import talk
from tests.web.test_bookings import told

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUEST = {"name": "Eva", "phone": "+573004445566"}
WORDS = {"subject": "¡Listo!", "text": "Te esperamos, {guest}"}
WHEN = {"date": "2026-03-03", "time": "20:00", "party_size": 2}
A_WHILE = {"starts_at": "2026-03-11T18:00:00Z", "ends_at": "2026-03-11T20:00:00Z"}
# These act in the caller's own house or in none, whatever is sent: they are asked below what they show.
OWN = {
    ("get", "/api/v1/restaurants"),
    ("post", "/api/v1/restaurants"),
    ("get", "/api/v1/staff"),
    ("post", "/api/v1/staff"),
    ("get", "/api/v1/api-keys"),
    ("post", "/api/v1/sessions"),
    ("delete", "/api/v1/sessions/current"),
    ("get", "/api/v1/sessions/current"),
    ("get", "/api/v1/channels"),
    ("get", "/api/v1/advisors"),
    ("post", "/api/v1/advisors"),
    ("get", "/api/v1/lines"),
    ("get", "/api/v1/inbox/parked"),
    ("get", "/api/v1/inbox/quarantine"),
    ("get", "/api/v1/lines/pauses"),
    ("get", "/api/v1/lines/words"),
    ("get", "/api/v1/messages/dead"),
    ("get", "/api/v1/webhooks"),
    ("get", "/api/v1/conversations"),
    ("get", "/api/v1/messages/failed"),
}
# A guest's link is opened by what stands in it and by no key; tests/web/test_passes.py forges it.
BY_LINK = {("get", "/api/v1/qr/{picture}")}
# Any guest may open a restaurant's chat; tests/live says from which pages.
BY_ANYBODY = {("post", "/api/v1/chat/sessions")}
# Guests ask these without a key, and no key adds to what they may; tests/web/test_public.py asks what they show of others.
OPEN = "/api/v1/public/"
# Nothing in the house has failed to be sent, so its own key finds none either; tests/notify and tests/relay act on some that have.
UNSENT = {
    ("post", "/api/v1/messages/dead/{message_id}/replay"),
    ("post", "/api/v1/messages/dead/{message_id}/dismiss"),
    ("post", "/api/v1/messages/dead/{message_id}/settle"),
    ("post", "/api/v1/webhooks/deliveries/{delivery_id}/replay"),
    # The one that was parked is taken again; tests/gateway lets one rest.
    ("post", "/api/v1/inbox/{inbox_id}/discard"),
    # Nor was a file sent; tests/web/test_media.py asks for one with the keys of two houses.
    ("get", "/api/v1/messages/{message_id}/media/{n}"),
}

Look: TypeAlias = Callable[[], Awaitable[dict[str, str]]]


@dataclass(frozen=True)
class Neighbours:
    """A furnished house, the ids of everything in it, and a key of another customer's."""

    web: Web
    ids: Mapping[str, str]
    pass_token: str
    stranger: httpx.AsyncClient
    everything: Look


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def neighbours(shared_database_dsn: str) -> AsyncIterator[Neighbours]:
    async with open_world(shared_database_dsn) as world, opened(world) as web:
        other = await world.tenant("Casa Berta")
        await world.restaurant(other)
        stranger = web.visitor(await world.api_key(other))
        ids, token = await furnished(web)
        owner = await asyncpg.connect(world.dsn)
        async with stranger:
            yield Neighbours(web, ids, token, stranger, await looking_at_everything(owner, web))
        await owner.close()


async def furnished(web: Web) -> tuple[dict[str, str], str]:
    """Put one of everything into the house, and return their ids and a pass."""
    world, restaurant, desk = web.world, web.restaurant, web.world.desk
    booked = await world.booking(restaurant)
    tables = await world.table_ids(restaurant)
    owner = await world.session(web.tenant, {restaurant.id: "owner"})
    wanted = Holding(
        restaurant_id=restaurant.id, date=TUESDAY, time="20:00", party_size=2, source="api", audience="guest"
    )
    held = await hold(desk, wanted, tenant_id=web.tenant.id, actor=TESTER)
    async with world.database.tenant(web.tenant.id, TESTER) as tx:
        area = await add_area(tx, restaurant.id, AreaDraft(name="Sala"), now=NOON)
        joined = CombinationDraft(table_ids=(tables["1"], tables["2"]), covers_min=3, covers_max=6)
        combination = await add_combination(tx, restaurant.id, joined, now=NOON)
        issued = await qr.generate(desk, tx, booked.id)
        wish = Wish(
            restaurant_id=restaurant.id,
            date=TUESDAY,
            earliest="20:00",
            latest="21:00",
            party_size=2,
            guest=guest_named("Eva", "+573004445566"),
            source="api",
        )
        entry = await join(desk, tx, wish)
    leo = WalkIn(restaurant_id=restaurant.id, party_size=2, guest=guest_named("Leo"))
    await desk.attempt(web.tenant.id, TESTER, lambda tx: walk_in(desk, tx, leo))
    block = {
        "restaurant_id": str(restaurant.id),
        "table_ids": [str(tables["3"])],
        "starts_at": "2026-03-10T18:00:00Z",
        "ends_at": "2026-03-10T20:00:00Z",
    }
    blocked = (await web.client.post("/blocks", json=block)).json()
    spare = (await web.client.post("/api-keys", json={"name": "spare", "scopes": ["qr:write"]})).json()
    async with web.visitor(owner) as client:
        staff = (await client.get("/staff")).json()["users"]
    ids = {
        "restaurant_id": restaurant.id,
        "reservation_id": booked.id,
        "user_id": booked.person_id,
        "staff_id": staff[0]["id"],
        "hold_id": held.id,
        "table_id": tables["3"],
        "area_id": area.id,
        "combination_id": combination.id,
        "entry_id": entry.id,
        "block_id": blocked["id"],
        "api_key_id": spare["api_key"]["id"],
        **await reachable(web),
    }
    return {name: str(value) for name, value in ids.items()}, issued.token


async def reachable(web: Web) -> dict[str, str]:
    """Give the house an advisor, a line of its own, and a delivery that nobody could take."""
    advisor = (await web.client.post("/advisors", json={"name": "Mar"})).json()
    name = f"bot{web.tenant.id.hex}"
    line = (
        await web.client.post(
            "/lines",
            json={
                "channel": "telegram",
                "account": name,
                "opaque": name,
                "restaurant_id": str(web.restaurant.id),
                "credentials": {"bot_token": "1:a", "secret_token": "agreed"},
            },
        )
    ).json()["line"]
    await web.client.post(
        f"https://tables.example/webhooks/telegram/{name}",
        content=b'{"update_id": 1, "message": {"chat": {"id": 1}}}',
        headers={"X-Telegram-Bot-Api-Secret-Token": "agreed"},
    )
    for event in await claim(web.world.gateway, events_max=100):
        async with web.world.database.tenant(event.tenant_id, TESTER) as tx:
            await park(tx, event, "tests", now=NOON)
    (parked,) = (await web.client.get("/inbox/parked")).json()["events"]
    said = await talk(web, line["id"])
    draft = {"language": "es", "shortcut": "horario", "text": "De 12 a 16"}
    kept = (await web.client.post(f"/restaurants/{web.restaurant.id}/quick-answers", json=draft)).json()
    hook = (await web.client.post("/webhooks", json={"url": "https://pos.example/hook"})).json()["endpoint"]
    return {
        "advisor_id": advisor["id"],
        "line_id": line["id"],
        "inbox_id": parked["id"],
        "endpoint_id": hook["id"],
        "conversation_id": str(said.id),
        "person_id": await guest_of(web),
        "talker_id": str(said.person.id),
        "quick_answer_id": kept["id"],
        "link_id": await linked(web, said.person.id, line["id"]),
        "kind": "confirmed",
        "language": "es",
        **{name: str(uuid4()) for name in ("message_id", "delivery_id")},
        "n": "1",
    }


async def guest_of(web: Web) -> str:
    """Bring the guest book up to date, and return who is in it."""
    runner = Runner(web.world.database, web.world.clock, (guest_book_consumer(web.world.desk),))
    await runner.prepare()
    await runner.drain()
    page = (await web.client.get(f"/restaurants/{web.restaurant.id}/guests")).json()
    return page["guests"][0]["person_id"]


async def linked(web: Web, into: UUID, line_id: str) -> str:
    """Link somebody with a person, and return the link."""
    other = await talk(web, line_id)
    made = await web.client.post(f"/people/{other.person.id}/links", json={"into_person_id": str(into)})
    return made.json()["id"]


def operations() -> list[tuple[str, str]]:
    """Return every operation of the route table that asks for a key or a link."""
    router = make_router(Memory(None), documented=True)  # pyright: ignore[reportArgumentType] - nothing is asked of it.
    document = httpx.Response(200, content=document_of(router)).json()
    return [
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/api/v1/") and not path.startswith(OPEN)
    ]


def inbox_bodies(ids: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """Return what the pages of staff send about those who write."""
    return {
        ("post", "/conversations/{conversation_id}/take-over"): {},
        ("post", "/conversations/{conversation_id}/read"): {"seq": 1},
        ("post", "/conversations/{conversation_id}/messages"): {"text": "Hola"},
        ("post", "/restaurants/{restaurant_id}/quick-answers"): {
            "language": "es",
            "shortcut": "mine",
            "text": "Mine",
        },
        ("patch", "/quick-answers/{quick_answer_id}"): {"text": "Mine", "revision": 1},
        ("put", "/restaurants/{restaurant_id}/guests/{person_id}"): {"notes": "Mine", "revision": 0},
        ("put", "/restaurants/{restaurant_id}/guests/{person_id}/consent"): {"scope": "all", "allowed": True},
        ("put", "/people/{person_id}/manners"): {"ai_attention": False},
        ("post", "/people/{person_id}/links"): {"into_person_id": ids["talker_id"]},
        ("post", "/people/{person_id}/link-code"): {"address": "+573001112233"},
        ("post", "/people/{person_id}/link-code/confirm"): {"code": "123456"},
        ("post", "/messages/dead/{message_id}/replay"): {},
        ("post", "/messages/dead/{message_id}/settle"): {"arrived": True},
    }


def body_for(method: str, path: str, ids: Mapping[str, str], token: str) -> Any:
    """Return what the house's own people would send there; None where nothing is sent."""
    here = {"restaurant_id": ids["restaurant_id"]}
    bodies = inbox_bodies(ids) | {
        ("post", "/availability/check"): here | WHEN,
        ("put", "/availability/refresh"): here,
        ("post", "/reservations"): here | WHEN | {"guest": GUEST},
        ("put", "/reservations/{reservation_id}"): {"time": "21:00"},
        ("post", "/reservations/{reservation_id}/move"): {"table_ids": [ids["table_id"]]},
        ("post", "/reservations/{reservation_id}/extend"): {"leaves_at": "2026-03-04T04:00:00Z"},
        ("post", "/reservations/{reservation_id}/undo"): {"act": "check_in"},
        ("post", "/reservations/{reservation_id}/late"): {"minutes": 20},
        ("post", "/holds"): here | WHEN,
        ("post", "/walk-ins"): here | {"party_size": 2},
        ("post", "/blocks"): here | {"table_ids": [ids["table_id"]], **A_WHILE},
        ("post", "/guests/{user_id}/block"): here,
        ("post", "/guests/{user_id}/unblock"): here,
        ("post", "/waitlist"): here | WHEN | {"guest": GUEST | {"phone": "+573004445577"}},
        ("post", "/qr/generate"): {"reservation_id": ids["reservation_id"]},
        ("post", "/qr/validate"): here | {"token": token},
        ("post", "/qr/checkin"): here | {"token": token},
        ("patch", "/restaurants/{restaurant_id}"): {"name": "Mine"},
        ("put", "/restaurants/{restaurant_id}/config"): {"rules": {}, "version": 1},
        ("post", "/restaurants/{restaurant_id}/areas"): {"name": "Mine"},
        ("patch", "/restaurants/{restaurant_id}/areas/{area_id}"): {"name": "Mine"},
        ("post", "/restaurants/{restaurant_id}/tables"): {"number": "99", "covers_min": 1, "covers_max": 2},
        ("patch", "/restaurants/{restaurant_id}/tables/{table_id}"): {"number": "98"},
        ("post", "/restaurants/{restaurant_id}/combinations"): {
            "table_ids": [ids["table_id"], ids["table_id"]],
            "covers_min": 1,
            "covers_max": 2,
        },
        ("patch", "/restaurants/{restaurant_id}/combinations/{combination_id}"): {"covers_max": 5},
        ("put", "/staff/{user_id}/roles/{restaurant_id}"): {"role": "owner"},
        ("put", "/staff/{user_id}/password"): {"password": "otra frase larga de paso"},
        ("post", "/api-keys"): here | {"name": "mine", "scopes": ["*"]},
        ("patch", "/advisors/{advisor_id}"): {"name": "Mine"},
        ("post", "/lines"): here
        | {
            "channel": "telegram",
            "account": "mine",
            "credentials": {"bot_token": "2:b", "secret_token": "x"},
        },
        ("patch", "/lines/{line_id}"): {"active": False},
        ("post", "/tenants"): {"name": "Mine"},
        ("put", "/restaurants/{restaurant_id}/templates/{kind}/{language}"): WORDS,
        ("post", "/restaurants/{restaurant_id}/templates/{kind}/{language}/preview"): WORDS,
        ("post", "/webhooks"): here | {"url": "https://mine.example/hook"},
        ("post", "/messages/dead/{message_id}/replay"): {},
        ("post", "/messages/dead/{message_id}/settle"): {"arrived": True},
    }
    return (bodies | bodies_of_staff(ids)).get((method, path.removeprefix("/api/v1")))


def bodies_of_staff(ids: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """Return what the pages of staff would send."""
    return {
        ("post", "/restaurants/{restaurant_id}/rules/summary"): {"rules": {}},
        ("post", "/restaurants/{restaurant_id}/rules/preview"): {"rules": {}},
        ("post", "/lines/{line_id}/test"): {"to": "123456"},
        ("put", "/restaurants/{restaurant_id}/guests/{person_id}"): {"notes": "Mine", "revision": 0},
        ("put", "/restaurants/{restaurant_id}/guests/{person_id}/consent"): {"scope": "all", "allowed": True},
        ("post", "/people/{person_id}/links"): {"into_person_id": ids["talker_id"]},
        ("post", "/people/{person_id}/link-code"): {"address": "+573001112233"},
        ("post", "/people/{person_id}/link-code/confirm"): {"code": "123456"},
    }


def asked(path: str, ids: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return an address with this house's ids in it, and the parameters that go with it."""
    ids = dict(ids) | ({"user_id": ids["staff_id"]} if "/staff/" in path else {})
    parameters = {"restaurant_id": ids["restaurant_id"], "date": "2026-03-03", "party_size": "2"}
    return path.removeprefix("/api/v1").format(**ids), parameters


async def looking_at_everything(owner: asyncpg.Connection, web: Web) -> Look:
    """Return a look at every row of the house's customer as the database's owner sees them: a digest of each table, in one statement."""
    tables = await owner.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
    )
    assert len(tables) > 30
    rows = "md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
    digests = " UNION ALL ".join(
        f"SELECT '{table}', {rows} FROM {table} t WHERE t.tenant_id = $1"  # noqa: S608 - names from the catalogue.
        for (table,) in tables
    )
    statement = await owner.prepare(digests)

    async def look() -> dict[str, str]:
        return {table: digest for table, digest in await statement.fetch(web.tenant.id)}  # noqa: C416 - a row is no pair to the types.

    return look


@pytest.mark.parametrize(
    ("method", "path"),
    sorted(set(operations()) - OWN - BY_LINK - BY_ANYBODY),
    ids=lambda part: part.removeprefix("/api/v1"),
)
async def test_another_customers_key_finds_nothing_here_and_changes_nothing(
    neighbours: Neighbours, method: str, path: str
) -> None:
    address, parameters = asked(path, neighbours.ids)
    body = body_for(method, path, neighbours.ids, neighbours.pass_token)
    before = await neighbours.everything()

    answer = await neighbours.stranger.request(
        method, address, params=parameters if method == "get" else None, json=body
    )

    assert answer.status_code in {403, 404}, (answer.status_code, answer.text)
    assert await neighbours.everything() == before
    assert neighbours.web.restaurant.name not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    sorted(set(operations()) - OWN - BY_LINK - BY_ANYBODY),
    ids=lambda part: part.removeprefix("/api/v1"),
)
async def test_without_a_key_or_with_one_that_may_nothing_nothing_is_done(
    neighbours: Neighbours, method: str, path: str
) -> None:
    address, parameters = asked(path, neighbours.ids)
    body = body_for(method, path, neighbours.ids, neighbours.pass_token)
    web = neighbours.web
    # What a key for something else may do here is nothing, though the house is its own.
    useless = await web.world.api_key(web.tenant, web.restaurant.id, scopes=["qr:write"])
    before = await neighbours.everything()
    params = parameters if method == "get" else None

    async with web.visitor() as nobody, web.visitor("saveit_aaaaaaaa_" + "b" * 43) as forger:
        unknown = [await each.request(method, address, params=params, json=body) for each in (nobody, forger)]
    async with web.visitor(useless) as program:
        its_own = "/qr/" in path or path.endswith("/passes")
        idle = None if its_own else await program.request(method, address, params=params, json=body)

    assert [told(answer) for answer in unknown] == [(401, "unauthenticated")] * 2
    assert all("www-authenticate" in answer.headers for answer in unknown)
    assert idle is None or told(idle) == (403, "forbidden")
    assert await neighbours.everything() == before


@pytest.mark.parametrize(
    "path",
    [
        "/restaurants",
        "/staff",
        "/api-keys",
        "/advisors",
        "/lines",
        "/inbox/parked",
        "/inbox/quarantine",
        "/lines/pauses",
        "/lines/words",
        "/messages/dead",
        "/webhooks",
    ],
)
async def test_what_is_listed_of_ones_own_names_nothing_of_others(neighbours: Neighbours, path: str) -> None:
    mine = await neighbours.web.client.get(path)

    theirs = await neighbours.stranger.get(path)

    assert (mine.status_code, theirs.status_code) == (200, 200)
    for name in ("restaurant_id", "staff_id", "api_key_id", "advisor_id", "line_id", "inbox_id"):
        assert neighbours.ids[name] not in theirs.text


async def test_an_id_that_nobody_has_is_answered_as_another_customers_is(neighbours: Neighbours) -> None:
    nobodys = "0195a2f0-5b1e-7c3a-8f00-3d2c1b0a9f8e"

    theirs = await neighbours.stranger.get(f"/reservations/{neighbours.ids['reservation_id']}")
    none = await neighbours.stranger.get(f"/reservations/{nobodys}")

    same = ("status", "code", "title")
    assert [theirs.json()[name] for name in same] == [none.json()[name] for name in same]


async def test_a_key_of_one_restaurant_does_not_find_the_next_of_the_same_house(
    neighbours: Neighbours,
) -> None:
    web = neighbours.web
    next_door = await web.world.restaurant(web.tenant, "La Esquina")
    token = await web.world.api_key(web.tenant, next_door.id)

    async with web.visitor(token) as client:
        listing = await client.get(
            f"/availability/{web.restaurant.id}", params={"date": "2026-03-03", "party_size": "2"}
        )
        reservation = await client.get(f"/reservations/{neighbours.ids['reservation_id']}")
        restaurants = (await client.get("/restaurants")).json()["restaurants"]

    assert told(listing) == (404, "restaurant_not_found")
    assert told(reservation) == (404, "reservation_not_found")
    assert [each["id"] for each in restaurants] == [str(next_door.id)]


async def test_the_platforms_key_acts_for_whose_thing_it_names(neighbours: Neighbours) -> None:
    web = neighbours.web

    async with web.visitor(ADMIN_KEY) as platform:
        by_restaurant = await platform.get(f"/restaurants/{web.restaurant.id}/config")
        by_subject = await platform.get(f"/reservations/{neighbours.ids['reservation_id']}")
        unsaid = await platform.get("/staff")
    async with web.visitor(ADMIN_KEY, **{"SaveIt-Tenant": str(web.tenant.id)}) as platform:
        said = await platform.get("/staff")

    assert (by_restaurant.status_code, by_subject.status_code, said.status_code) == (200, 200, 200)
    assert told(unsaid) == (422, "tenant_required")


async def test_the_same_requests_with_the_houses_own_key_do_find_what_they_name(
    shared_database_dsn: str,
) -> None:
    """The twin of the sweep: it would pass too if every address in it were misspelled."""
    # What ends something comes last, so that the others still find it.
    order = {"get": 0, "post": 1, "put": 2, "patch": 3, "delete": 4}
    strangers = {("post", "/api/v1/tenants"), ("get", "/api/v1/tenants")}
    async with open_world(shared_database_dsn) as world, opened(world) as web:
        ids, token = await furnished(web)
        lost: list[tuple[str, str, str]] = []

        for method, path in sorted(
            set(operations()) - OWN - BY_LINK - BY_ANYBODY - UNSENT - strangers,
            key=lambda each: (order[each[0]], each[1]),
        ):
            address, parameters = asked(path, ids)
            body = body_for(method, path, ids, token)
            params = parameters if method == "get" else None
            answer = await web.client.request(method, address, params=params, json=body)
            if answer.status_code in {401, 403, 404, 405, 500, 503}:
                lost.append((method, path, answer.text))

    assert lost == []
