"""What can be booked, over HTTP: listed, remembered, asked about."""

from datetime import timedelta

from saveit.kernel.clock import SettableClock
from tests.support.house import TUESDAY
from tests.web.conftest import Web
from tests.web.test_bookings import booked, told, wanted

PARAMS = {"date": "2026-03-03", "party_size": "2"}


async def times(web: Web) -> dict[str, bool]:
    """Ask as often as it takes for the answer to be at hand, and return it: it is the same each time."""
    answers = [await web.client.get(f"/availability/{web.restaurant.id}", params=PARAMS) for _ in range(3)]
    listed = answers[-1]
    assert listed.status_code == 200, listed.text
    assert [each.content for each in answers] == [listed.content] * 3
    return {slot["time"]: slot["available"] for slot in listed.json()["slots"]}


async def test_every_start_of_a_date_is_listed_with_why_it_is_closed(web: Web) -> None:
    listed = await web.client.get(
        f"/availability/{web.restaurant.id}",
        params={"date": "2026-03-02", "party_size": "2"},
        headers={"Accept-Language": "en"},
    )

    answer = listed.json()
    assert (answer["open"], answer["timezone"]) == (True, "America/Bogota")
    slots = {slot["time"]: slot for slot in answer["slots"]}
    # It is noon: two hours of notice.
    assert (slots["13:30"]["available"], slots["13:30"]["reason"]) == (False, "notice")
    assert slots["13:30"]["message"] == "Please book at least 2 h ahead."
    assert (slots["14:00"]["available"], slots["14:00"]["starts_at"]) == (True, "2026-03-02T14:00:00-05:00")
    assert answer["available"] == sum(slot["available"] for slot in answer["slots"])


async def test_what_is_remembered_is_forgotten_when_somebody_books(web: Web) -> None:
    tables = await web.world.table_ids(web.restaurant)
    first = await times(web)
    again = await times(web)

    for number, table_id in enumerate(tables.values()):
        guest = {"name": "G", "phone": f"+5730055511{number:02}"}
        await booked(web, table_id=str(table_id), guest=guest)
    after = await times(web)

    assert (first["20:00"], again, after["20:00"], after["12:00"]) == (True, first, False, True)


async def test_what_is_remembered_is_forgotten_when_time_passes(web: Web) -> None:
    clock = web.world.clock
    assert isinstance(clock, SettableClock)
    before = await times(web)

    # Tuesday noon, on the second: exactly two hours before 14:00.
    clock.advance(timedelta(hours=24))
    on_the_dot = await times(web)
    clock.advance(timedelta(seconds=1))
    late = await times(web)

    assert (before["14:00"], on_the_dot["14:00"], late["14:00"]) == (True, True, False)


async def test_what_is_remembered_is_forgotten_when_the_rules_change(web: Web) -> None:
    before = await times(web)
    config = (await web.client.get(f"/restaurants/{web.restaurant.id}/config")).json()
    rules = config["rules"] | {"time_slots": {"slot_duration": 60}}

    changed = await web.client.put(
        f"/restaurants/{web.restaurant.id}/config", json={"rules": rules, "version": config["version"]}
    )
    after = await times(web)

    assert changed.status_code == 200, changed.text
    assert ("12:30" in before, "12:30" in after) == (True, False)


async def test_each_language_and_each_audience_is_remembered_by_itself(web: Web) -> None:
    session = await web.world.session(web.tenant, {web.restaurant.id: "host"})
    path, params = f"/availability/{web.restaurant.id}", {"date": "2026-03-02", "party_size": "2"}

    spanish = await web.client.get(path, params=params)
    english = await web.client.get(path, params=params, headers={"Accept-Language": "en"})
    async with web.visitor(session) as host:
        staff = await host.get(path, params=params)

    messages = [answer.json()["slots"][2].get("message") for answer in (spanish, english, staff)]
    assert messages == [
        "Hay que reservar con al menos 2 h de antelación.",
        "Please book at least 2 h ahead.",
        None,
    ]


async def test_what_is_at_hand_for_one_caller_is_given_to_no_other(web: Web) -> None:
    other_house = await web.world.restaurant(web.tenant, "Otra casa")
    other_tenant = await web.world.tenant()
    strangers = [
        await web.world.api_key(web.tenant, other_house.id),
        await web.world.api_key(web.tenant, scopes=("reservations:write",)),
        await web.world.api_key(other_tenant),
    ]
    await times(web)

    statuses: list[int] = []
    for token in (*strangers, None):
        async with web.visitor(token) as visitor:
            asked = [await visitor.get(f"/availability/{web.restaurant.id}", params=PARAMS) for _ in range(3)]
        statuses += {each.status_code for each in asked}

    assert statuses == [404, 403, 404, 401]
    async with web.visitor(web.token) as visitor:
        head = await visitor.head(f"/availability/{web.restaurant.id}", params=PARAMS)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0


async def test_a_key_that_is_at_hand_has_no_more_than_its_quota(web: Web) -> None:
    await times(web)
    token = await web.world.api_key(web.tenant, quota_per_minute=4)

    async with web.visitor(token) as visitor:
        asked = [await visitor.get(f"/availability/{web.restaurant.id}", params=PARAMS) for _ in range(5)]

    assert [each.status_code for each in asked] == [200, 200, 200, 200, 429]
    assert [each.headers["ratelimit"].split(",")[1] for each in asked[:4]] == [
        f" remaining={left}" for left in (3, 2, 1, 0)
    ]


async def test_a_calendar_tells_each_date(web: Web) -> None:
    listed = await web.client.get(f"/availability/{web.restaurant.id}", params={**PARAMS, "days": "60"})

    days = listed.json()["days"]
    assert (len(days), days[0]["date"], days[0]["open"]) == (60, "2026-03-03", True)
    # Sixty days from Monday the second are up to the first of May, and these are sixty from the third.
    assert [day["reason"] for day in days if not day["open"]] == []


async def test_one_start_is_asked_about_without_taking_it(web: Web) -> None:
    body = wanted(web)
    del body["guest"]

    free = (await web.client.post("/availability/check", json=body)).json()
    for number in range(3):
        await booked(web, guest={"name": "G", "phone": f"+5730055522{number:02}"})
    full = (await web.client.post("/availability/check", json=body)).json()
    wrong = (
        await web.client.post("/availability/check", json=body | {"time": "03:00", "party_size": 90})
    ).json()

    assert (free["available"], free["slot"]["service"], free["alternatives"]) == (True, "dinner", [])
    assert (full["available"], full["slot"]["reason"], full["alternatives"][0]["time"]) == (
        False,
        "full",
        "14:30",
    )
    assert {reason["reason"] for reason in wrong["reasons"]} == {"party_too_large", "no_service"}


async def test_days_are_read_again_when_asked(web: Web) -> None:
    body = {"restaurant_id": str(web.restaurant.id), "date": TUESDAY.isoformat()}

    answer = await web.client.put("/availability/refresh", json=body)

    assert (answer.status_code, answer.json()) == (200, body)


async def test_a_restaurant_that_is_not_there_has_no_times(web: Web) -> None:
    answer = await web.client.get(f"/availability/{web.tenant.id}", params=PARAMS)

    assert told(answer) == (404, "restaurant_not_found")
