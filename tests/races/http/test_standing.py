"""What happens to a reservation that stands happens once, however many ask for it, and whichever server they ask."""

from collections.abc import Mapping, Sequence

import pytest

from tests.support.audit import IN_ORDER
from tests.support.http_client import Request, at_once, counted, done
from tests.support.taverns import Tavern, next_start, rules
from tests.support.town import Town

pytestmark = pytest.mark.race

# What is undone, and the acts that lead there. A no-show is one only after its time: tests/races/core has a clock that can be moved.
UNDOINGS: Mapping[str, Sequence[str]] = {
    "check_in": ("check-in",),
    "completion": ("check-in", "complete"),
    "cancellation": ("cancel",),
}


async def party_to_undo(tavern: Tavern, act: str) -> str:
    """Book for today, let happen what is to be undone, and return the reservation."""
    made = await done(tavern.soon(0))
    for verb in UNDOINGS[act]:
        wanted = tavern.cancel(0, made["id"]) if verb == "cancel" else tavern.act(0, made["id"], verb)
        await done(wanted)
    return str(made["id"])


def undo(tavern: Tavern, number: int, reservation_id: str, act: str) -> Request:
    return tavern.request(number, "POST", f"/reservations/{reservation_id}/undo", {"act": act})


def late(tavern: Tavern, number: int, reservation_id: str, **wishes: object) -> Request:
    return tavern.request(number, "POST", f"/reservations/{reservation_id}/late", wishes)


async def test_a_hundred_cancellations_cancel_once(town: Town) -> None:
    tavern = await town.tavern(written=rules(pacing={"interval_minutes": 15, "parties_max": 3}))
    made = await done(tavern.booking(0))

    answers = await at_once(tavern.cancel(number, made["id"]) for number in range(100))

    assert counted(answers) == {"done": 100}
    assert {answer.told["revision"] for answer in answers} == {2}
    assert await town.auditor.facts(made["id"]) == {"reservation.created": 1, "reservation.cancelled": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_cancelled_table_is_given_to_one_of_a_hundred(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.booking(0))

    answers = await at_once(
        [tavern.booking(number) for number in range(1, 51)]
        + [tavern.cancel(0, made["id"])]
        + [tavern.booking(number) for number in range(51, 101)]
    )

    booked = sum(answer.done for number, answer in enumerate(answers) if number != 50)
    assert answers[50].done
    assert booked <= 1
    assert await town.auditor.look(tavern.id) == IN_ORDER
    if not booked:
        await done(tavern.booking(101))


async def test_a_hundred_check_ins_seat_the_party_once(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.soon(0))

    answers = await at_once(tavern.act(number, made["id"], "check-in") for number in range(100))

    assert counted(answers) == {"done": 1, "illegal_status": 99}
    assert await town.auditor.facts(made["id"]) == {"reservation.created": 1, "reservation.checked_in": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_party_is_seated_or_cancelled_and_never_both(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.soon(0))

    answers = await at_once(
        tavern.act(number, made["id"], "check-in") if number // 2 % 2 else tavern.cancel(number, made["id"])
        for number in range(100)
    )

    said = counted(answers)
    assert said in ({"done": 50, "illegal_status": 50}, {"done": 1, "illegal_status": 99})
    facts = await town.auditor.facts(made["id"])
    assert facts in (
        {"reservation.created": 1, "reservation.cancelled": 1},
        {"reservation.created": 1, "reservation.checked_in": 1},
    )
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_two_doors_scan_one_pass_and_one_lets_the_party_in(town: Town) -> None:
    tavern = await town.tavern()
    day, time = next_start()
    made = await done(tavern.on(day).booking(0, time=time))
    pass_ = await done(tavern.request(0, "POST", "/qr/generate", {"reservation_id": made["id"]}))

    answers = await at_once(tavern.post(number, "/qr/checkin", token=pass_["token"]) for number in range(100))

    assert counted(answers) == {"done": 1, "qr_used": 99}
    assert await town.auditor.facts(made["id"]) == {
        "reservation.created": 1,
        "reservation.checked_in": 1,
        "qr.validated": 1,
    }
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_pass_is_made_once_however_many_ask(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.booking(0))

    answers = await at_once(
        tavern.request(number, "POST", "/qr/generate", {"reservation_id": made["id"]})
        for number in range(100)
    )

    assert counted(answers) == {"done": 100}
    assert len({answer.told["token"] for answer in answers}) == 1
    await town.read_up(consumer="qr")
    assert (
        await town.auditor.value(
            "SELECT count(*) FROM check_in_passes WHERE reservation_id = $1 AND revoked_at IS NULL",
            made["id"],
        )
        == 1
    )


async def test_a_hundred_confirmations_confirm_once(town: Town) -> None:
    tavern = await town.tavern(written=rules(confirmation={"mode": "manual"}))
    made = await done(tavern.booking(0))
    assert made["status"] == "pending"

    answers = await at_once(tavern.act(number, made["id"], "confirm") for number in range(100))

    assert counted(answers) == {"done": 100}
    assert {answer.told["revision"] for answer in answers} == {2}
    assert await town.auditor.facts(made["id"]) == {"reservation.created": 1, "reservation.confirmed": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_two_pending_parties_never_wait_for_one_table(town: Town) -> None:
    tavern = await town.tavern(written=rules(confirmation={"mode": "manual"}))

    answers = await at_once(tavern.booking(number) for number in range(100))

    assert counted(answers) == {"done": 1, "slot_unavailable": 99}
    assert await town.auditor.statuses(tavern.id) == {"pending": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_party_is_completed_once(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.soon(0))
    await done(tavern.act(0, made["id"], "check-in"))

    answers = await at_once(tavern.act(number, made["id"], "complete") for number in range(100))

    assert counted(answers) == {"done": 100}
    assert await town.auditor.facts(made["id"]) == {
        "reservation.created": 1,
        "reservation.checked_in": 1,
        "reservation.completed": 1,
    }
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_of_a_hundred_changes_of_one_revision_one_is_made(town: Town) -> None:
    tavern = await town.tavern(tables=(2,) * 3)
    made = await done(tavern.booking(0))

    answers = await at_once(
        tavern.change(number, made["id"], time=f"{13 + number % 9}:00", revision=1) for number in range(100)
    )

    assert counted(answers) == {"done": 1, "revision_conflict": 99}
    (changed,) = [answer.told for answer in answers if answer.done]
    assert await done(tavern.request(0, "GET", f"/reservations/{made['id']}")) == changed
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_changes_and_cancellations_of_many_parties_leave_the_house_in_order(town: Town) -> None:
    tavern = await town.tavern(
        tables=(2,) * 10, written=rules(pacing={"interval_minutes": 15, "parties_max": 10})
    )
    parties = await at_once(tavern.booking(number) for number in range(10))
    assert counted(parties) == {"done": 10}
    ids = [answer.told["id"] for answer in parties]

    answers = await at_once(
        tavern.cancel(number, ids[number % 10])
        if number >= 60
        else tavern.change(number, ids[number % 10], time=f"{12 + number // 10}:15")
        for number in range(80)
    )

    assert counted(answers).keys() <= {"done", "illegal_status", "slot_unavailable"}
    assert counted(answers[60:]) == {"done": 20}
    assert await town.auditor.statuses(tavern.id) == {"cancelled": 10}
    assert (
        await town.auditor.value("SELECT count(*) FROM table_occupancy WHERE restaurant_id = $1", tavern.id)
        == 0
    )
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_party_stays_longer_or_the_next_one_comes(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.booking(0, time="12:00"))
    longer = {"leaves_at": tavern.instant("14:30").isoformat()}

    answers = await at_once(
        tavern.request(number, "POST", f"/reservations/{made['id']}/extend", longer)
        if number == 50
        else tavern.booking(number + 1, time=("13:45", "14:00", "14:15")[number % 3])
        for number in range(101)
    )

    said = counted(answers)
    assert said.pop("done") == 1
    assert said in ({"slot_unavailable": 100}, {"slot_unavailable": 99, "table_taken": 1})
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_parties_that_staff_move_around_never_share_a_table(town: Town) -> None:
    tavern = await town.tavern(tables=(2, 2, 2))
    parties = await at_once(tavern.booking(number) for number in range(2))
    ids = [answer.told["id"] for answer in parties]

    answers = await at_once(
        tavern.request(
            number,
            "POST",
            f"/reservations/{ids[number % 2]}/move",
            {"table_ids": [tavern.tables[number // 2 % 3]]},
        )
        for number in range(102)
    )

    assert counted(answers).keys() <= {"done", "table_taken"}
    assert await town.auditor.look(tavern.id) == IN_ORDER


@pytest.mark.parametrize("act", UNDOINGS)
async def test_of_a_hundred_who_undo_one_act_one_does(town: Town, act: str) -> None:
    tavern = await town.tavern()
    party = await party_to_undo(tavern, act)
    before = await town.auditor.facts(party)

    answers = await at_once(undo(tavern, number, party, act) for number in range(100))

    assert counted(answers) == {"done": 1, "illegal_status": 99}
    assert await town.auditor.facts(party) == before | {f"reservation.{act}_undone": 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


@pytest.mark.parametrize("act", ["completion", "cancellation"])
async def test_a_table_that_was_given_back_is_its_partys_again_or_one_others(town: Town, act: str) -> None:
    tavern = await town.tavern()
    party = await party_to_undo(tavern, act)
    day, time = next_start()

    answers = await at_once(
        undo(tavern, number, party, act) if number == 50 else tavern.on(day).booking(number + 1, time=time)
        for number in range(101)
    )

    said = counted(answers)
    assert said.pop("done") == 1
    assert said.keys() <= {"slot_unavailable", "table_taken"}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_a_check_in_is_undone_and_the_party_seated_again_as_often_as_both_were_told(town: Town) -> None:
    tavern = await town.tavern()
    party = await party_to_undo(tavern, "check_in")

    answers = await at_once(
        undo(tavern, number, party, "check_in") if number // 2 % 2 else tavern.act(number, party, "check-in")
        for number in range(100)
    )

    assert counted(answers).keys() <= {"done", "illegal_status"}
    told = await town.auditor.facts(party)
    seated, undone = told["reservation.checked_in"], told["reservation.check_in_undone"]
    assert sum(answer.done for answer in answers) == seated - 1 + undone
    assert seated - undone in {0, 1}
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_of_a_hundred_who_say_how_late_a_party_is_one_goes_on_from_what_was_read(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.booking(0))

    answers = await at_once(
        late(tavern, number, made["id"], minutes=5 + number % 60, revision=1) for number in range(100)
    )

    assert counted(answers) == {"done": 1, "revision_conflict": 99}
    assert await town.auditor.facts(made["id"]) == {"reservation.created": 1, "reservation.running_late": 1}
    (told,) = [answer.told for answer in answers if answer.done]
    assert await done(tavern.request(0, "GET", f"/reservations/{made['id']}")) == told
    assert await town.auditor.look(tavern.id) == IN_ORDER


async def test_however_many_seat_a_party_before_its_day_nobody_does(town: Town) -> None:
    tavern = await town.tavern()
    made = await done(tavern.booking(0))

    answers = await at_once(
        tavern.change(number, made["id"], time=f"{13 + number % 9}:00")
        if number % 10 == 0
        else tavern.act(number, made["id"], "check-in")
        for number in range(100)
    )

    assert counted(answers) == {"done": 10, "check_in_too_early": 90}
    assert (await town.auditor.facts(made["id"])).keys() == {"reservation.created", "reservation.modified"}
    assert await town.auditor.look(tavern.id) == IN_ORDER
