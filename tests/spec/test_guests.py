"""Who may book: one place at a time, so many bookings ahead, and not whom the restaurant has turned away."""

from datetime import timedelta

import pytest

from saveit import reservations
from saveit.guests import GuestDetails, check_contact
from tests.support.core import DAY, HOST, NOW, Bistro, Opening, answer, guest, local, rules

pytestmark = pytest.mark.postgres


def caller(phone: str | None, email: str | None = None) -> GuestDetails:
    """Return a guest who wrote his number in a spelling of his own."""
    return check_contact(name="Ana", phone=phone, email=email, language="es", region="CO")


async def turned_away(bistro: Bistro, who: GuestDetails) -> None:
    """Book for a guest, and block him."""
    made = await bistro.book(guest=who)
    assert made.person_id is not None
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        await reservations.block_guest(
            tx, bistro.restaurant_id, made.person_id, blocked_at=NOW, reason="rude"
        )


async def test_a_guest_is_in_one_place_at_a_time(opening: Opening) -> None:
    bistro = await opening.bistro()
    await bistro.book(1, time="20:00")

    assert await answer(bistro.book(1, time="20:30")) == "guest_overlap"
    assert await bistro.taken() == 1


async def test_a_guest_may_go_on_to_a_second_party_when_the_first_is_over(opening: Opening) -> None:
    bistro = await opening.bistro()
    await bistro.book(1, time="18:00")

    assert (await bistro.book(1, time="19:30")).status == "confirmed"


async def test_a_guest_may_be_in_two_places_where_the_rules_allow_it(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(guest_limits={"overlapping_allowed": True}))
    await bistro.book(1)

    assert (await bistro.book(1)).status == "confirmed"


async def test_staff_may_book_a_guest_twice(opening: Opening) -> None:
    bistro = await opening.bistro()
    await bistro.book(1)

    assert (await bistro.book(1, audience="staff", source="staff")).status == "confirmed"


async def test_a_refused_overlap_gives_back_what_it_counted(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(pacing={"parties_max": 2}))
    await bistro.book(1)
    await answer(bistro.book(1))

    assert await bistro.load() == (1, 2)
    assert (await bistro.book(2)).status == "confirmed"


async def test_one_guest_is_one_guest_in_every_spelling_of_the_number(opening: Opening) -> None:
    bistro = await opening.bistro()
    spellings = ("+57 300 123 4567", "300 1234567", "0057-300-123-4567", "(300) 123 45 67")
    await bistro.book(guest=caller(spellings[0]))

    others = [await answer(bistro.book(guest=caller(spelling))) for spelling in spellings[1:]]

    assert others == ["guest_overlap"] * 3


async def test_a_guest_has_so_many_bookings_ahead(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(guest_limits={"active_reservations_max": 2}))
    for days in range(2):
        await bistro.book(1, date=DAY + timedelta(days=days))

    third = await answer(bistro.book(1, date=DAY + timedelta(days=5)))

    assert third == "guest_limit"
    assert (await bistro.book(2, date=DAY + timedelta(days=5))).status == "confirmed"


async def test_a_booking_that_is_over_no_longer_counts_as_ahead(opening: Opening) -> None:
    bistro = await opening.bistro(written=rules(guest_limits={"active_reservations_max": 1}))
    first = await bistro.book(1)
    refused = await answer(bistro.book(1, date=DAY + timedelta(days=5)))
    await bistro.act(reservations.cancel, first.id)

    made = await bistro.book(1, date=DAY + timedelta(days=5))

    assert (refused, made.status) == ("guest_limit", "confirmed")


@pytest.mark.parametrize("spelling", ["+57 300 123 4567", "3001234567", "0057 300 1234567", "+573001234567"])
async def test_a_blocked_guest_is_known_in_every_spelling_of_the_number(
    opening: Opening, spelling: str
) -> None:
    bistro = await opening.bistro()
    await turned_away(bistro, caller("300 123 4567"))

    refused = await answer(bistro.book(guest=caller(spelling), date=DAY + timedelta(days=1)))

    assert refused == "guest_blocked"


async def test_a_blocked_guest_is_known_by_his_mail_under_another_number_or_none(opening: Opening) -> None:
    bistro = await opening.bistro()
    await turned_away(bistro, caller("300 123 4567", "Ana@Example.com"))

    refused = [
        await answer(bistro.book(guest=caller(phone, "ana@example.com"), date=DAY + timedelta(days=1)))
        for phone in ("301 765 4321", None)
    ]

    assert refused == ["guest_blocked"] * 2


async def test_a_guest_blocked_here_is_welcome_next_door_and_with_staff(opening: Opening) -> None:
    bistro, elsewhere = await opening.bistro(), await opening.bistro()
    await turned_away(bistro, guest(1))
    tomorrow = DAY + timedelta(days=1)

    made = [
        await elsewhere.book(1, date=tomorrow),
        await bistro.book(1, date=tomorrow, audience="staff", source="staff"),
    ]

    assert [one.status for one in made] == ["confirmed"] * 2


async def test_a_guest_who_is_unblocked_is_welcome_again(opening: Opening) -> None:
    bistro = await opening.bistro()
    await turned_away(bistro, guest(1))
    person_id = await bistro.value("SELECT person_id FROM guest_standings")
    async with bistro.desk.database.tenant(bistro.tenant_id, HOST) as tx:
        await reservations.unblock_guest(tx, bistro.restaurant_id, person_id, unblocked_at=bistro.clock.now())

    assert (await bistro.book(1, date=DAY + timedelta(days=1))).status == "confirmed"


async def missed(bistro: Bistro, number: int, days: int, who: GuestDetails | None = None) -> None:
    """Let a guest book and not come."""
    on = DAY + timedelta(days=days)
    made = await bistro.book(number, date=on, guest=who or guest(number))
    bistro.clock.set(local(on, "20:30"))
    await bistro.act(reservations.mark_no_show, made.id)


async def test_a_guest_who_does_not_come_too_often_is_refused(opening: Opening) -> None:
    bistro = await opening.bistro(
        written=rules(cancellation_policy={"blocked_reservations_after_no_show": 2})
    )
    await missed(bistro, 1, 0)
    await missed(bistro, 1, 1)

    assert await answer(bistro.book(1, date=DAY + timedelta(days=2))) == "guest_blocked"
    assert (await bistro.book(2, date=DAY + timedelta(days=2))).status == "confirmed"


async def test_no_shows_under_two_numbers_of_one_mailbox_add_up(opening: Opening) -> None:
    bistro = await opening.bistro(
        written=rules(cancellation_policy={"blocked_reservations_after_no_show": 2})
    )
    await missed(bistro, 1, 0, caller("300 111 1111", "ana@example.com"))
    await missed(bistro, 2, 1, caller("300 222 2222", "ana@example.com"))

    refused = await answer(
        bistro.book(guest=caller("300 333 3333", "ana@example.com"), date=DAY + timedelta(days=2))
    )

    assert refused == "guest_blocked"


async def test_no_shows_are_forgiven_where_the_rules_say_never(opening: Opening) -> None:
    bistro = await opening.bistro(
        written=rules(cancellation_policy={"blocked_reservations_after_no_show": 0})
    )
    for days in range(3):
        await missed(bistro, 1, days)

    assert (await bistro.book(1, date=DAY + timedelta(days=4))).status == "confirmed"


async def test_a_no_show_is_counted_once(opening: Opening) -> None:
    bistro = await opening.bistro()
    made = await bistro.book(1)
    bistro.clock.set(local(DAY, "20:30"))
    for _ in range(2):
        await bistro.act(reservations.mark_no_show, made.id)

    assert await bistro.value("SELECT no_shows FROM guest_standings") == 1
