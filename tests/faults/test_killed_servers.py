"""A server is killed at a named point of an act; who asked asks another server, with the same key.

Nothing is lost, nothing is doubled.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from saveit.kernel.postgres import EmbeddedPostgres
from tests.support.audit import IN_ORDER
from tests.support.fleet import Server, fleet_over, server_over
from tests.support.http_client import Answer, Lost, Request, ask, counted, done, eventually, until_answered
from tests.support.taverns import Tavern, next_start
from tests.support.town import Town, auditor_of

pytestmark = pytest.mark.fault

_numbers = count(1)
Arming = Callable[[str], Any]


@pytest.fixture
def armed(postgres: EmbeddedPostgres, database: str, tmp_path: Path) -> Arming:
    """Return what starts a server that is killed when it comes to a point."""

    @contextmanager
    def start(point: str) -> Generator[Server]:
        settings = {"SAVEIT_SANDBOX": "on", "SAVEIT_FAULTS": f"{point}=kill"}
        with server_over(
            postgres.dsn(database), tmp_path / f"armed-{next(_numbers)}", settings=settings
        ) as server:
            server.await_ready()
            yield server

    return start


@pytest.fixture
async def alone(database_dsn: str, postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Town]:
    """One server over a database of its own."""
    superuser = postgres.dsn(urlsplit(database_dsn).path.lstrip("/"), superuser=True)
    with fleet_over(database_dsn, tmp_path / "alone", size=1) as fleet:
        async with auditor_of(superuser) as auditor:
            yield Town(fleet, auditor, dsn=database_dsn)


async def killed_while_asked(server: Server, request: Request) -> None:
    """Ask a server for what kills it."""
    with pytest.raises(Lost):
        await ask(request.at(server.port))
    assert await asyncio.to_thread(server.await_death) == signal.SIGKILL


async def book(tavern: Tavern) -> Request:
    """Return the booking of a guest who sends a key."""
    return tavern.booking(1, key="the guest's own")


async def keep(tavern: Tavern) -> Request:
    """Return a hold under a key."""
    return tavern.hold(1, key="the guest's own")


async def book_held(tavern: Tavern) -> Request:
    """Return the booking of what is held."""
    held = await done(tavern.hold(1))
    return tavern.booking(1, key="the guest's own", hold_id=held["id"])


async def change(tavern: Tavern) -> Request:
    """Return a change of a party that stands."""
    made = await done(tavern.booking(1))
    return tavern.change(1, made["id"], time="15:00", revision=1, key="the guest's own")


async def cancel(tavern: Tavern) -> Request:
    """Return a cancellation."""
    return tavern.cancel(1, (await done(tavern.booking(1)))["id"], key="the guest's own")


async def check_in(tavern: Tavern) -> Request:
    """Return a check-in by the host."""
    return tavern.act(1, (await done(tavern.soon(1)))["id"], "check-in", key="the host's own")


async def walk_in(tavern: Tavern) -> Request:
    """Return a party at the door."""
    return tavern.post(1, "/walk-ins", party_size=2, key="the host's own")


async def scan(tavern: Tavern) -> Request:
    """Return the scan of a pass at the door."""
    day, time = next_start()
    made = await done(tavern.on(day).booking(1, time=time))
    pass_ = await done(tavern.request(1, "POST", "/qr/generate", {"reservation_id": made["id"]}))
    return tavern.post(1, "/qr/checkin", token=pass_["token"], key="the scanner's own")


async def renew(tavern: Tavern) -> Request:
    """Return the renewal of a hold."""
    held = await done(tavern.hold(1))
    return tavern.post(1, f"/holds/{held['id']}/renew", key="the guest's own")


BECOMES: dict[Callable[[Tavern], Awaitable[Request]], dict[str, int]] = {
    book: {"reservation.created": 1},
    keep: {"hold.created": 1},
    book_held: {"hold.created": 1, "reservation.created": 1},
    change: {"reservation.created": 1, "reservation.modified": 1},
    cancel: {"reservation.created": 1, "reservation.cancelled": 1},
    check_in: {"reservation.created": 1, "reservation.checked_in": 1},
    walk_in: {"reservation.created": 1, "reservation.checked_in": 1},
    scan: {"reservation.created": 1, "reservation.checked_in": 1, "qr.validated": 1},
    renew: {"hold.created": 1, "hold.renewed": 1},
}


@pytest.mark.parametrize(
    ("point", "prepare"),
    [
        ("ledger.commit.before", book),
        ("ledger.commit.after", book),
        ("reservations.book.before_commit", book),
        ("reservations.book.after_commit", book),
        ("ledger.commit.before", keep),
        ("ledger.commit.after", keep),
        ("ledger.commit.before", book_held),
        ("ledger.commit.after", book_held),
        ("reservations.change.before_commit", change),
        ("reservations.cancel.before_commit", cancel),
        ("reservations.check_in.before_commit", check_in),
        ("reservations.check_in.before_commit", walk_in),
        ("qr.check_in.before_commit", scan),
        *(("web.once.after_commit", act) for act in (change, cancel, check_in, walk_in, scan, renew)),
    ],
)
async def test_an_act_that_is_killed_and_asked_for_again_is_done_once(
    town: Town, armed: Arming, point: str, prepare: Callable[[Tavern], Awaitable[Request]]
) -> None:
    tavern = await town.tavern()
    request = await prepare(tavern)

    with armed(point) as doomed:
        await killed_while_asked(doomed, request)
    answer = await until_answered(request, tavern.ports)

    assert answer.done, answer.body
    assert await town.auditor.kinds(tavern.id) == BECOMES[prepare]
    assert await town.auditor.look(tavern.id) == IN_ORDER
    if request.key is not None:
        again = await ask(request)
        assert (again.status, again.body) == (answer.status, answer.body)
        assert await town.auditor.kinds(tavern.id) == BECOMES[prepare]


async def test_who_is_not_told_that_a_change_failed_still_has_the_old_place(
    town: Town, armed: Arming
) -> None:
    tavern = await town.tavern()
    made = await done(tavern.booking(1))
    stood = await done(tavern.request(0, "GET", f"/reservations/{made['id']}"))

    with armed("reservations.change.before_commit") as doomed:
        await killed_while_asked(doomed, tavern.change(1, made["id"], time="15:00"))

    async def is_free() -> bool:
        return (await ask(tavern.booking(2, time="15:00"))).done

    assert await done(tavern.request(0, "GET", f"/reservations/{made['id']}")) == stood
    await eventually(is_free, "the place that was not taken")
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_guest_whose_server_is_killed_while_accepting_has_one_table(
    town: Town, armed: Arming
) -> None:
    tavern = await town.tavern()
    booked = await done(tavern.booking(1))
    entry = (await done(tavern.wait(1, 7)))["id"]
    await done(tavern.cancel(1, booked["id"]))
    await town.read_up(consumer="waitlist")
    request = tavern.request(1, "POST", f"/waitlist/{entry}/accept")

    with armed("waitlist.accept.after_booking") as doomed:
        await killed_while_asked(doomed, request)
    answer = await until_answered(request, tavern.ports)
    again = await ask(request)

    assert answer.done, answer.body
    assert again.told["id"] == answer.told["id"]
    assert await town.auditor.statuses(tavern.id) == {"confirmed": 1, "cancelled": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


@pytest.mark.parametrize("point", ["waitlist.promote.after_hold", "outbox.consume.before_commit"])
async def test_a_server_killed_while_it_promotes_keeps_one_table_for_one_guest(
    alone: Town, point: str, tmp_path: Path
) -> None:
    """No other server is there to promote: the one that is started after the death goes on where the dead one stopped."""
    tavern = await alone.tavern()
    booked = await done(tavern.booking(1))
    entry = (await done(tavern.wait(1, 7)))["id"]
    await alone.read_up(consumer="waitlist")
    (server,) = alone.fleet.servers
    server.kill()
    settings = {"SAVEIT_SANDBOX": "on", "SAVEIT_FAULTS": f"{point}=kill"}

    with server_over(alone.dsn, tmp_path / "doomed", settings=settings, port=server.port) as doomed:
        # Another consumer's step may end the server before it has answered, or is ready; then the guest asks again, below.
        doomed.await_ready_or_death()
        with suppress(Lost):
            await ask(tavern.cancel(1, booked["id"]))
        assert await asyncio.to_thread(doomed.await_death) == signal.SIGKILL
    with server_over(alone.dsn, tmp_path / "next", port=server.port) as last:
        last.await_ready()
        await done(tavern.cancel(1, booked["id"]))
        await alone.read_up(consumer="waitlist")
        offered = await done(tavern.request(0, "GET", f"/waitlist/{entry}"))
        answer = await ask(tavern.request(0, "POST", f"/waitlist/{entry}/accept"))

    assert offered["status"] == "offered"
    assert answer.done, answer.body
    holds = "SELECT count(*) FROM holds WHERE restaurant_id = $1"
    assert await alone.auditor.value(holds, tavern.id) == 1
    assert await alone.auditor.statuses(tavern.id) == {"confirmed": 1, "cancelled": 1}
    assert await alone.auditor.look(tavern.id) == IN_ORDER


async def test_fifty_guests_whose_server_is_killed_twice_are_all_answered_and_none_twice(
    town: Town, postgres: EmbeddedPostgres, database: str, tmp_path: Path
) -> None:
    tavern = await town.tavern(tables=(2,) * 20)
    answers: list[Answer] = []

    async def insist(number: int, ports: tuple[int, ...]) -> None:
        for turn in range(2):
            request = tavern.booking(number, key=f"guest {number} turn {turn}", time=("12:00", "16:00")[turn])
            answers.append(await until_answered(request, ports))

    async def some(wanted: int) -> None:
        async def are_there() -> bool:
            return len(answers) >= wanted

        await eventually(are_there, f"{wanted} answers")

    with fleet_over(postgres.dsn(database), tmp_path, size=1) as doomed:
        (first,) = doomed.servers
        # Half begin at the one that will be killed, half at the other; whoever is not answered goes on to the next.
        ports = ((first.port, *tavern.ports), (*tavern.ports, first.port))
        crowd = [asyncio.create_task(insist(number, ports[number % 2])) for number in range(50)]
        await some(10)
        os.kill(first.pid, signal.SIGKILL)
        first.kill()
        with server_over(postgres.dsn(database), tmp_path / "again", port=first.port) as second:
            await asyncio.to_thread(second.await_ready)
            os.kill(second.pid, signal.SIGKILL)
            await asyncio.gather(*crowd)

    assert counted(answers) == {"done": 40, "slot_unavailable": 60}
    booked = {answer.told["id"] for answer in answers if answer.done}
    assert booked == await town.auditor.ids(tavern.id)
    assert await town.auditor.look(tavern.id) == IN_ORDER
