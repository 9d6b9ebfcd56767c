"""Figures over HTTP: for those who run a house, of the restaurants they may see."""

from datetime import UTC, datetime

import asyncpg

from saveit.consumers.analytics import analytics_consumer
from saveit.kernel.clock import SettableClock
from saveit.outbox import Runner
from tests.web.conftest import Web
from tests.web.test_bookings import booked, told

TUESDAY = {"from": "2026-03-03", "to": "2026-03-03"}


async def counted(web: Web) -> None:
    runner = Runner(web.world.database, web.world.clock, (analytics_consumer(),))
    await runner.prepare()
    await runner.drain()


async def test_the_figures_of_a_day_are_read_and_exported(web: Web) -> None:
    await booked(web)
    await counted(web)

    read = await web.client.get("/analytics", params={**TUESDAY, "restaurant_id": str(web.restaurant.id)})
    table = await web.client.get("/analytics.csv", params=TUESDAY)

    assert read.status_code == 200, read.text
    (day,) = read.json()["days"]
    assert (read.json()["from"], day["date"], day["figures"]["bookings"]) == ("2026-03-03", "2026-03-03", 1)
    # Twelve seats, four hours of lunch and four of dinner.
    assert read.json()["totals"]["open_seat_minutes"] == 12 * 8 * 60
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[1] == "El Patio,2026-03-03,20,api,1,2,0,0,0,0,0,0"


async def test_figures_are_what_the_reservations_say(web: Web) -> None:
    """Counted from facts, they come to what one counts in the reservations themselves."""
    guests = [{"name": name, "phone": f"+57300111000{number}"} for number, name in enumerate("ABC")]
    one, two, _ = [
        await booked(web, guest=guest, party_size=2 + (number == 1)) for number, guest in enumerate(guests)
    ]
    await web.client.delete(f"/reservations/{one['id']}")
    assert isinstance(web.world.clock, SettableClock)
    web.world.clock.set(datetime(2026, 3, 4, 1, 40, tzinfo=UTC))
    missed = await web.client.post(f"/reservations/{two['id']}/no-show")
    assert missed.status_code == 200, missed.text
    await counted(web)
    of_day = """
        SELECT count(*), sum(party_size) FILTER (WHERE status NOT IN ('cancelled', 'no_show')),
            count(*) FILTER (WHERE status = 'cancelled'), count(*) FILTER (WHERE status = 'no_show')
        FROM reservations
        WHERE restaurant_id = $1 AND service_on = '2026-03-03'"""

    told_totals = (await web.client.get("/analytics", params=TUESDAY)).json()["totals"]
    connection = await asyncpg.connect(web.world.dsn)
    try:
        await connection.execute("SELECT set_config('saveit.tenant_id', $1, false)", str(web.tenant.id))
        row = await connection.fetchrow(of_day, web.restaurant.id)
    finally:
        await connection.close()

    names = ("bookings", "covers", "cancellations", "no_shows")
    assert tuple(told_totals[name] for name in names) == tuple(row or ()) == (3, 2, 1, 1)


async def test_a_spreadsheet_of_a_country_with_decimal_commas_opens_the_table(web: Web) -> None:
    await booked(web)
    await counted(web)

    table = await web.client.get(
        "/analytics.csv", params={**TUESDAY, "separator": "semicolon", "language": "es"}
    )
    odd = await web.client.get("/analytics.csv", params={**TUESDAY, "separator": "tab"})

    assert table.content.startswith(b"\xef\xbb\xbf")
    assert table.text.splitlines()[0].endswith("ausencias;minutos por asiento")
    assert table.text.splitlines()[1] == "El Patio;2026-03-03;20;por programa;1;2;0;0;0;0;0;0"
    assert told(odd) == (422, "request_invalid")


async def test_days_out_of_order_and_too_many_are_told_apart(web: Web) -> None:
    backwards = await web.client.get("/analytics", params={"from": "2026-03-03", "to": "2026-03-01"})
    many = await web.client.get("/analytics", params={"from": "2025-03-03", "to": "2026-03-04"})

    found = [[each["code"] for each in answer.json()["errors"]] for answer in (backwards, many)]
    assert found == [["days_out_of_order"], ["too_many_days"]]


async def test_a_group_is_seen_as_far_as_one_runs_it(web: Web) -> None:
    next_door = await web.world.restaurant(web.tenant, "La Esquina")
    await booked(web)
    await booked(web, restaurant_id=str(next_door.id), guest={"name": "Eva", "phone": "+573004445566"})
    await counted(web)
    one = await web.world.session(web.tenant, {web.restaurant.id: "owner", next_door.id: "host"})
    both = await web.world.session(web.tenant, {web.restaurant.id: "owner", next_door.id: "manager"})
    host = await web.world.session(web.tenant, {web.restaurant.id: "host"})

    found: list[tuple[int, int]] = []
    for token in (one, both):
        async with web.visitor(token) as staff:
            answer = (await staff.get("/analytics", params=TUESDAY)).json()
            found.append((len(answer["restaurants"]), answer["totals"]["bookings"]))
    async with web.visitor(host) as staff:
        refused = await staff.get("/analytics", params=TUESDAY)
        elsewhere = await staff.get("/analytics", params={"restaurant_id": str(next_door.id)})

    assert found == [(1, 1), (2, 2)]
    assert (told(refused), told(elsewhere)) == ((403, "forbidden"), (403, "forbidden"))


async def test_days_that_cannot_be_meant_are_refused(web: Web) -> None:
    backwards = await web.client.get("/analytics", params={"from": "2026-03-03", "to": "2026-03-02"})
    too_many = await web.client.get("/analytics", params={"from": "2024-01-01", "to": "2026-03-02"})
    usual = await web.client.get("/analytics")

    assert told(backwards) == told(too_many) == (422, "request_invalid")
    assert (usual.json()["from"], usual.json()["to"]) == ("2026-02-03", "2026-03-02")
